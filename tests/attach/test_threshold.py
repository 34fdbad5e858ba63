"""The least confidence in a result that is presented: chosen on texts that the training leaves out."""

import re

import pytest
import torch

from modeling_gpt_dag.attach.feature_store import Examples
from modeling_gpt_dag.attach.threshold import (
    HELD_BACK,
    Presented,
    best_threshold,
    calibration,
    presented_results,
    set_threshold,
    split_held_back,
)
from modeling_gpt_dag.data.examples import Example


def results(*bins: tuple[float, int, int]) -> list[Presented]:
    """Of each probability so many right and so many wrong ones."""
    return [
        Presented(prob, is_right)
        for prob, right, wrong in bins
        for is_right, count in ((True, right), (False, wrong))
        for _ in range(count)
    ]


def test_a_planner_that_knows_how_sure_it_is_presents_what_is_likely_enough():
    honest = results(*((percent / 100, percent, 100 - percent) for percent in range(5, 100, 5)))
    slope, intercept = calibration(honest)
    assert slope == pytest.approx(1, abs=0.02) and intercept == pytest.approx(0, abs=0.02)
    assert best_threshold(honest, 1) == pytest.approx(0.5, abs=0.01)
    assert best_threshold(honest, 4) == pytest.approx(0.8, abs=0.01)
    assert best_threshold(honest, 9) == pytest.approx(0.9, abs=0.01)
    assert best_threshold(honest, 0) == 0
    assert best_threshold([], 4) == 0.8


def test_a_planner_that_is_too_sure_has_to_be_surer_and_one_that_is_right_presents_all():
    boasting = results((0.99, 97, 3), (0.9, 8, 4), (0.7, 4, 4), (0.5, 2, 4))
    assert 0.9 < best_threshold(boasting, 4) < 0.99
    assert best_threshold(results((0.99, 300, 0), (0.6, 40, 0), (0.2, 20, 0)), 4) < 0.2
    assert best_threshold(results((0.99, 0, 50), (0.5, 0, 50)), 4) == 0.99
    # Plans that are more probable are right less often: nothing tells right from wrong.
    assert best_threshold(results((0.99, 10, 90), (0.3, 40, 60)), 4) == 0.99


def test_one_result_more_or_less_changes_little():
    found = results((0.99, 300, 7), (0.92, 9, 2), (0.85, 15, 3), (0.6, 7, 1), (0.3, 1, 3))
    once = best_threshold(found, 6)
    for index in (0, 302, 310, -1):
        rest = [each for place, each in enumerate(found) if place != index % len(found)]
        assert best_threshold(rest, 6) == pytest.approx(once, abs=0.05)


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
            # The number may stand behind two other characters, as a blank and a currency sign.
            digits = re.match(r"\D{0,2}(\d*)", text[token + 1 :])[1]
            if dag.values_mask[0, token, -1] and text[token] not in "0123456789.":
                mantissa, scale = (int(part[0, token, -1]) for part in (dag.values_mantissa, dag.values_scale))
                is_right = digits != "" and (mantissa, scale) == (int(digits), 0)
                expected.append(((dag.gate * dag.plan_prob)[0, token].item(), is_right))
    assert [each.is_right for each in found] == [is_right for _, is_right in expected]
    assert [each.confidence for each in found] == pytest.approx([prob for prob, _ in expected], rel=1e-4)
    assert any(each.is_right for each in found) and len(found) > 10
    # Where a plan is labelled and not the number that stands there, any result is right, and tells nothing.
    place = texts[0].index("14")
    deferred = examples[0]._replace(plans={place - 1: [(0, 1, 0)]})
    fewer = presented_results(model, Examples([deferred, *examples[1:]]))
    assert (
        len(fewer) == len(found) - 1
        and [each.is_right for each in fewer].count(True) == sum(each.is_right for each in found) - 1
    )
    labelled = deferred._replace(
        labels=[*deferred.labels[:place], examples[0].input_ids[place], *deferred.labels[place + 1 :]]
    )
    assert len(presented_results(model, Examples([labelled, *examples[1:]]))) == len(found)


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
    set_threshold(model, 1.0)
    assert (model(ids, output_dag=True).dag.gate == 0).all()
    set_threshold(model, 0.4)
    model.save_pretrained(tmp_path)
    assert type(model).from_pretrained(tmp_path).config.dag_min_confidence == 0.4
