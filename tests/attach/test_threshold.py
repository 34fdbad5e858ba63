"""The least probability of a plan that is presented: chosen on texts that the training leaves out."""

import re

import pytest
import torch

from modeling_gpt_dag.attach.feature_store import Examples
from modeling_gpt_dag.attach.threshold import (
    HELD_BACK,
    least_plan_prob,
    presented_plans,
    set_least_plan_prob,
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
    assert least_plan_prob(presented, wrong_cost) == least
    assert least_plan_prob([], wrong_cost) == 0.0


def test_what_is_presented_is_right_where_the_next_number_is_the_result(make_model, encode):
    model = make_model(dag_planner="joint", dag_depth=1, dag_num_values=3)
    torch.nn.init.constant_(model.model.mixer.gate_head.bias, 30.0)  # every result is presented
    torch.nn.init.zeros_(model.model.mixer.gate_head.weight)
    texts = ["12+34=46 or 7*2 is 14.", "no number", "5 5 5 and 10 "]
    examples = [Example(encode(text)[0].tolist(), [-100] * len(text)) for text in texts]
    found = presented_plans(model, Examples(examples))
    expected = []
    for text in texts:
        dag = model(encode(text), output_dag=True).dag
        for token in range(len(text)):
            digits = re.match(r"\d*", text[token + 1 :]).group()
            if dag.values_mask[0, token, -1] and text[token] not in "0123456789.":
                mantissa, scale = (int(part[0, token, -1]) for part in (dag.values_mantissa, dag.values_scale))
                is_right = digits != "" and (mantissa, scale) == (int(digits), 0)
                expected.append((dag.plan_prob[0, token].item(), is_right))
    assert [is_right for _, is_right in found] == [is_right for _, is_right in expected]
    assert [prob for prob, _ in found] == pytest.approx([prob for prob, _ in expected], rel=1e-4)
    assert any(is_right for _, is_right in found) and len(found) > 10


def test_held_back_are_some_of_the_labelled_texts():
    plain, labelled = Example([1, 2], [-100, 2]), Example([1, 2], [-100, 2], {0: [(0, 0, 0)]})
    trained, held_back = split_held_back(Examples([plain] * 5 + [labelled] * (HELD_BACK + 1)))
    assert len(held_back) == 2 and len(trained) == 5 + HELD_BACK - 1
    assert all((item["plan_labels"] != -100).any() for item in held_back)


def test_the_threshold_holds_for_the_model_and_for_what_is_saved(make_model, encode, tmp_path):
    model = make_model(dag_planner="joint", dag_depth=1, dag_num_values=3)
    ids = encode("12+34=46 ")
    assert (model(ids, output_dag=True).dag.gate > 0).any()
    set_least_plan_prob(model, 1.0)
    assert (model(ids, output_dag=True).dag.gate == 0).all()
    model.save_pretrained(tmp_path)
    assert type(model).from_pretrained(tmp_path).config.dag_min_plan_prob == 1.0
