"""The least gate and probability of a plan that are presented: chosen on texts that the training leaves out."""

import re

import pytest
import torch

from modeling_gpt_dag.attach.feature_store import Examples
from modeling_gpt_dag.attach.threshold import (
    HELD_BACK,
    Presented,
    best_thresholds,
    presented_results,
    set_thresholds,
    split_held_back,
)
from modeling_gpt_dag.data.examples import Example


@pytest.mark.parametrize(
    ("wrong_cost", "least"),
    [(0.0, 0.0), (0.5, 0.3), (1.0, 0.3), (2.0, 0.8)],
)
def test_the_threshold_weighs_right_results_against_wrong_ones(wrong_cost, least):
    presented = [(0.05, False), (0.15, False), (0.25, False), (0.5, True), (0.75, False), (0.85, True), (0.9, True)]
    presented += [(0.92, True), (0.95, True)]
    found = [Presented(1.0, plan_prob, is_right) for plan_prob, is_right in presented]
    assert best_thresholds(found, wrong_cost) == (0.0, least)
    assert best_thresholds([], wrong_cost) == (0.0, 0.0)


def test_a_gate_that_tells_right_from_wrong_is_the_threshold():
    found = [Presented(0.55, 1.0, False), Presented(0.75, 0.2, True), Presented(0.85, 0.3, True)]
    assert best_thresholds(found, 2.0) == (0.6, 0.0)
    assert best_thresholds([*found, Presented(0.99, 0.15, False)], 2.0) == (0.6, 0.2)


def test_what_is_presented_is_right_where_the_next_number_is_the_result(make_model, encode):
    model = make_model(dag_planner="joint", dag_depth=1, dag_num_values=3)
    torch.nn.init.constant_(model.model.mixer.gate_head.bias, 30.0)  # every result is presented
    torch.nn.init.zeros_(model.model.mixer.gate_head.weight)
    texts = ["12+34=46 or 7*2 is 14.", "no number", "5 5 5 and 10 "]
    examples = [Example(encode(text)[0].tolist(), [-100] * len(text)) for text in texts]
    found = presented_results(model, Examples(examples))
    expected = []
    for text in texts:
        dag = model(encode(text), output_dag=True).dag
        for token in range(len(text)):
            digits = re.match(r"\d*", text[token + 1 :]).group()
            if dag.values_mask[0, token, -1] and text[token] not in "0123456789.":
                mantissa, scale = (int(part[0, token, -1]) for part in (dag.values_mantissa, dag.values_scale))
                is_right = digits != "" and (mantissa, scale) == (int(digits), 0)
                expected.append((dag.plan_prob[0, token].item(), is_right))
    assert [each.is_right for each in found] == [is_right for _, is_right in expected]
    assert [each.plan_prob for each in found] == pytest.approx([prob for prob, _ in expected], rel=1e-4)
    assert all(each.gate > 0.99 for each in found)
    assert any(each.is_right for each in found) and len(found) > 10


def test_held_back_are_some_of_the_labelled_texts():
    plain, labelled = Example([1, 2], [-100, 2]), Example([1, 2], [-100, 2], {0: [(0, 0, 0)]})
    trained, held_back = split_held_back(Examples([plain] * 5 + [labelled] * (HELD_BACK + 1)))
    assert len(held_back) == 2 and len(trained) == 5 + HELD_BACK - 1
    assert all((item["plan_labels"] != -100).any() for item in held_back)
    # In prose nothing is labelled, and a gate that opens there is wrong.
    _, held_back = split_held_back(Examples([plain] * 5 + [Example([1, 2], [-100, -100], {})]))
    assert len(held_back) == 1


def test_the_threshold_holds_for_the_model_and_for_what_is_saved(make_model, encode, tmp_path):
    model = make_model(dag_planner="joint", dag_depth=1, dag_num_values=3)
    ids = encode("12+34=46 ")
    assert (model(ids, output_dag=True).dag.gate > 0).any()
    set_thresholds(model, 0.0, 1.0)
    assert (model(ids, output_dag=True).dag.gate == 0).all()
    set_thresholds(model, 0.99, 0.0)
    assert (model(ids, output_dag=True).dag.gate == 0).all()
    set_thresholds(model, 0.3, 0.4)
    model.save_pretrained(tmp_path)
    config = type(model).from_pretrained(tmp_path).config
    assert (config.dag_min_gate, config.dag_min_plan_prob) == (0.99, 0.4)
