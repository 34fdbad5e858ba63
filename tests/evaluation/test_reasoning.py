"""Running text is measured number by number: with the DAG, by the backbone alone, and where gates should be shut."""

import pytest
import torch

from modeling_gpt_dag.data.reasoning import annotated_text, equations_text
from modeling_gpt_dag.evaluation.reasoning import ThresholdScore, evaluate_reasoning, reasoning_table

TEXTS = [
    annotated_text("3 pens and 4 cost 3+4 = <<3+4=7>>7 or 12-2 = <<12-2=10>>10.")._replace(prompt_length=13),
    equations_text("5+6=11, 5"),
]


@pytest.fixture
def adder(make_model):
    """A model that adds the two latest numbers; its gate's bias says whether it presents the sum, always or never."""

    def make(bias: float):
        model = make_model(dag_operations=["add"], dag_depth=1, dag_num_values=2)
        dag = model.model.dag
        with torch.no_grad():
            for part in (dag.slot_head, dag.query):
                part.weight.zero_()
            dag.slot_head.bias.copy_(torch.tensor([[9.0, 0, 0], [0, 9.0, 0]]).flatten())
            model.model.mixer.gate_head.weight.zero_()
            model.model.mixer.gate_head.bias.fill_(bias)
        return model

    return make


def test_an_open_gate_presents_every_result_and_is_right_where_the_value_is(adder, tokenizer):
    report = evaluate_reasoning(adder(9.0), tokenizer, TEXTS)
    assert report.all.n == 3 and report.kinds.keys() == {"add", "subtract"}
    add, subtract = report.kinds["add"], report.kinds["subtract"]
    assert (add.right.share, add.presented.share, add.presented_wrong.share) == (1, 1, 0)
    assert (subtract.right.share, subtract.presented_wrong.share) == (0, 1)
    # 4 is the prompt's. No token stands before the first number of a text, so that none could write it.
    assert (report.prompt_numbers.opened, report.prompt_numbers.n) == (1, 1)
    assert (report.other_numbers.opened, report.other_numbers.n) == (6, 6)
    assert (report.other_wrong.opened, report.other_wrong.n) == (6, 6)
    assert report.thresholds[0] == ThresholdScore(0.0, coverage=2 / 3, precision=2 / 10)


def test_the_point_behind_a_number_tells_again_of_what_was_decided_before_it(adder, tokenizer):
    """The gate was open at "="; of the tokens behind it the blank and "s" decide anew."""
    report = evaluate_reasoning(adder(9.0), tokenizer, [equations_text("3+4=7. so")])
    assert report.all.presented.share == 1 and report.other_tokens.n == 2


def test_a_result_that_is_presented_before_the_blank_that_stands_before_it_is_early(adder, tokenizer):
    """At "=" the sum is presented, and the text has a blank, or a blank and "$", or a bracket."""
    for between, is_early in ((" ", True), (" $", True), ("$", True), ("(", False), (" -", False)):
        report = evaluate_reasoning(adder(9.0), tokenizer, [equations_text(f"3+4={between}7; 2+2=4")])
        assert (report.early.opened > 0) == is_early, between
        assert report.early.n == report.other_tokens.n >= report.early.opened
    wrong = evaluate_reasoning(adder(9.0), tokenizer, [equations_text("3*4= 12; 2+2=4")])
    assert wrong.early.opened == 0 < wrong.other_tokens.opened


def test_equations_without_an_annotation_are_a_row_of_their_own(adder, tokenizer):
    text = annotated_text("so 3+4 = <<3+4=7>>7, and 7+2=9, and 1+1=3")
    assert [calculation.is_annotated for calculation in text.calculations] == [True, False]
    report = evaluate_reasoning(adder(9.0), tokenizer, [text])
    assert report.all.n == 1 and report.kinds["equation without an annotation"].right.share == 1
    assert report.thresholds[0].coverage == 1
    # 3 in "1+1=3" is another number. Before the first number of the text there is none to add.
    assert report.other_wrong.opened == report.other_numbers.opened == report.other_numbers.n - 1 == 6


def test_a_shut_gate_leaves_the_backbones_numbers(adder, tokenizer):
    report = evaluate_reasoning(adder(-9.0), tokenizer, TEXTS)
    assert report.all.right == report.all.backbone and report.all.presented.share == 0
    assert all((score.coverage, score.precision) == (0, None) for score in report.thresholds)
    assert report.other_tokens.opened == report.other_numbers.opened == 0


def test_the_table_shows_each_kind_and_each_place_where_gates_are_to_be_shut(adder, tokenizer):
    lines = reasoning_table(evaluate_reasoning(adder(9.0), tokenizer, TEXTS)).splitlines()
    assert lines[0] == "| numbers computed by | n | backbone alone | with the DAG | presented | presented wrongly |"
    assert lines[3].startswith("| add | 2 | 0.0 % | 100.0 % | 100.0 % | 0.0 % |")
    assert "| other numbers | 6 | 100.0 % |" in lines and "| 0 | 66.7 % | 20.0 % |" in lines


@pytest.mark.parametrize("settings", [{"dag_depth": 0}, {"dag_numerics": "soft"}], ids=["no DAG", "soft"])
def test_models_without_plans_are_refused(make_model, tokenizer, settings):
    with pytest.raises(ValueError, match="reasoning is measured of models with a DAG in exact numerics"):
        evaluate_reasoning(make_model(**settings), tokenizer, TEXTS)


def test_texts_in_which_nothing_is_computed_are_refused(adder, tokenizer):
    with pytest.raises(ValueError, match="no number is computed in these texts"):
        evaluate_reasoning(adder(9.0), tokenizer, [annotated_text("no numbers")])


def test_texts_of_groups_have_a_row_each_and_the_worst_stands_first(adder, tokenizer):
    texts = [TEXTS[0]._replace(group="mixed"), TEXTS[1]._replace(group="sums")]
    report = evaluate_reasoning(adder(9.0), tokenizer, texts)
    assert {name: score.right.share for name, score in report.groups.items()} == {"mixed": 0.5, "sums": 1.0}
    table = reasoning_table(report)
    assert table.index("| worst pattern, mixed | 2 |") < table.index("| mixed | 2 |") < table.index("| sums | 1 |")


def test_a_threshold_presents_what_is_more_probable_alone(adder, tokenizer):
    """As the curve says it would, when the model is given it."""
    model = adder(9.0)
    curve = evaluate_reasoning(model, tokenizer, TEXTS).thresholds
    assert [score.min_confidence for score in curve] == [0.0, 0.5, 0.8, 0.9, 0.95, 0.99]
    with torch.no_grad():
        model.model.dag.slot_head.bias.mul_(0.15)  # operands that are far from certain
    unsure = evaluate_reasoning(model, tokenizer, TEXTS)
    for score in unsure.thresholds[1:]:
        model.model.mixer.min_confidence = score.min_confidence
        found = evaluate_reasoning(model, tokenizer, TEXTS).thresholds[0]
        assert (found.coverage, found.precision) == (score.coverage, score.precision)
    assert unsure.thresholds[0].coverage > unsure.thresholds[-1].coverage
