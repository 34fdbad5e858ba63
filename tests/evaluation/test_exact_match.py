"""Evaluation: loading what is whole, scoring strictly, counting what is left out."""

import json
from dataclasses import asdict

import pytest
import torch

from modeling_gpt_dag.checkpoints.loading import load
from modeling_gpt_dag.data.arguments import TaskArguments
from modeling_gpt_dag.data.problems import PlanFormat, Problem
from modeling_gpt_dag.evaluation.ablations import gate_shut, random_planner
from modeling_gpt_dag.evaluation.exact_match import evaluate_task, false_gate_rate, is_exact_match, is_plan_right
from modeling_gpt_dag.evaluation.generation import answer_lines
from modeling_gpt_dag.evaluation.reports import Breakdown, LeftOut, Score, TaskReport
from modeling_gpt_dag.evaluation.statistics import wilson_interval
from modeling_gpt_dag.evaluation.tables import breakdown_table, exact_match_table


@pytest.fixture
def saved(make_model, tokenizer, tmp_path):
    make_model().save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)

    def change(**settings) -> str:
        path = tmp_path / "config.json"
        config = json.loads(path.read_text())
        for key, value in settings.items():
            (config if key in config else config["backbone_config"])[key] = value
        path.write_text(json.dumps(config))
        return str(tmp_path)

    return change


def test_a_saved_model_loads_in_eval_mode(saved):
    model, tokenizer = load(saved())
    assert not model.training and tokenizer.encode("12") == [17, 18]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"vocab_size": 300}, r"wte.weight: \(257, 16\) saved, \(300, 16\) built"),
        ({"n_embd": 32}, r"ln_f.weight: \(16,\) saved, \(32,\) built"),
        ({"dag_depth": 2}, r"operation_head.bias: \(12,\) saved, \(8,\) built"),
        ({"n_layer": 3}, "h.2.ln_1.weight: not saved"),
        ({"n_layer": 1}, "h.1.ln_1.weight: saved, not built"),
        ({"dag_depth": 0}, "mixer.dag_scale: saved, not built"),
    ],
)
def test_weights_that_do_not_fit_the_config_are_refused_naming_both_sides(saved, settings, message):
    with pytest.raises(ValueError, match=message):
        load(saved(**settings))


def test_from_pretrained_refuses_other_shapes_as_transformers_does(saved, make_model):
    with pytest.raises(RuntimeError, match="ignore_mismatched_sizes"):
        type(make_model()).from_pretrained(saved(n_embd=32))


def test_a_missing_directory_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="is not a model directory"):
        load(str(tmp_path / "none"))


def minus(prompt: str = "4-7=", ending: str = "\n") -> Problem:
    return Problem(prompt, ("4", "7"), ("subtract", 0, 1), "-", ending)


def test_problems_without_a_result_are_left_out(make_model, tokenizer):
    """Of formulas some divide by zero, and some have more than 18 digits."""
    model = make_model(n_positions=128)
    report = evaluate_task(model, tokenizer, TaskArguments(task="formulas"), num_samples=300)
    assert report.left_out.n > 0 and report.n + report.left_out.n == 300


def test_the_report_counts_scored_and_left_out_problems(make_model, tokenizer):
    report = evaluate_task(make_model(), tokenizer, TaskArguments(), digits=10, num_samples=6, batch_size=4)
    groups = report.groups
    assert report.task == "arithmetic" and set(groups) == {"+", "-"}
    assert report.n + report.left_out.n == 6 and report.n == groups["+"].n + groups["-"].n
    assert report.exact_match == 0.0 and report.interval == wilson_interval(0, report.n)
    assert report.breakdown.text == 0.0 and 0 <= report.breakdown.gate <= 1
    assert TaskReport.from_json(json.loads(json.dumps(asdict(report)))) == report


def test_what_fits_the_digits_of_the_model_is_scored(make_model, tokenizer, tmp_path):
    make_model().save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    for settings, left_out in (({}, 6), ({"dag_digits": 40}, 0)):
        model, _ = load(str(tmp_path), **settings)
        report = evaluate_task(model, tokenizer, TaskArguments(), digits=20, num_samples=6)
        assert (report.n, report.left_out.n) == (6 - left_out, left_out)
        # The plans are random, but what they give must be what the numbers give.
        assert left_out or report.breakdown is not None


@pytest.mark.parametrize("settings", [{"dag_depth": 0}, {"dag_numerics": "soft"}], ids=["no DAG", "soft"])
def test_models_without_exact_plans_have_no_breakdown(make_model, tokenizer, settings):
    report = evaluate_task(make_model(**settings), tokenizer, TaskArguments(), num_samples=4)
    assert report.breakdown is None and report.n == 4


@pytest.mark.parametrize(
    ("line", "hit"),
    [("-3\n", True), ("-3", False), ("3\n", False), ("-3 \n", False), ("-30\n", False), ("-03\n", False)],
)
def test_the_match_is_strict(line, hit):
    assert is_exact_match(line, minus()) is hit


@pytest.mark.parametrize(
    ("line", "hit"),
    [("-3 pens.\n", True), ("-3 nuts", True), ("-3", False), ("-30 pens.\n", False), ("-3.5 pens.\n", False)],
)
def test_where_the_sentence_goes_on_the_number_must_be_right_and_end(line, hit):
    assert is_exact_match(line, minus(ending=" pens.\n")) is hit


FORM = PlanFormat(2, 3, ["2"], ["add", "identity", "multiply", "subtract"])


@pytest.mark.parametrize(
    ("plan", "right"),
    [
        ([[1, 0, 3], [4, 0, 1]], True),  # 4 - 7, carried on; identity's second operand does not matter
        ([[1, 0, 3], [4, 2, 1]], True),
        ([[0, 1, 3], [4, 4, 1]], False),  # 7 - 4
        ([[3, 0, 3], [4, 0, 3]], False),  # 2 - 7 - 7
        ([[1, 0, 0], [4, 4, 1]], False),  # 4 + 7
        ([[2, 0, 3], [4, 4, 1]], False),  # a number that is not there
        ([[3, 1, 2], [4, 4, 3]], False),  # 2 * 4 - 2 * 4
    ],
)
def test_a_plan_is_right_if_it_computes_the_same_function(plan, right):
    assert is_plan_right(plan, minus(), FORM) is right


def test_a_lucky_hit_is_no_right_plan():
    twice = Problem("2+2=", ("2", "2"), ("add", 0, 1), "+")
    assert not is_plan_right([[0, 1, 2], [4, 4, 1]], twice, FORM)  # 2 * 2


def test_answers_report_what_the_first_answer_token_decided_left_padded_or_not(make_model, tokenizer):
    model = make_model()
    prompts = ["12+345=", "7-8=", "1 2 3 "]
    together = answer_lines(model, tokenizer, prompts, 8)
    for prompt, answer in zip(prompts, together, strict=True):
        alone = answer_lines(model, tokenizer, [prompt], 8)[0]
        assert answer == alone
        dag = model(tokenizer(prompt, return_tensors="pt")["input_ids"], output_dag=True).dag
        assert answer.decision.plan[0][0] == dag.operand1_probs[0, -1, 0].argmax()
        assert answer.decision.gate_opened == bool(dag.gate[0, -1] > 0.5)
        assert float(answer.decision.result) == dag.values[0, -1, -1]


def test_without_what_the_dag_writes_the_backbone_answers_and_afterwards_the_model_is_whole(make_model, encode):
    model, ids = make_model(dag_number_positions=False), encode("12+34=4")
    whole = model(ids).logits
    with gate_shut(model):
        shut = model(ids, output_dag=True)
    assert torch.equal(shut.logits, model.lm_head(model.model.backbone(ids).last_hidden_state))
    assert (shut.dag.gate == 0).all()
    assert torch.equal(model(ids).logits, whole) and not torch.equal(shut.logits, whole)


def test_random_plans_are_others_and_afterwards_the_model_is_whole(make_model, encode):
    model, ids = make_model(), encode("12+34=4")
    whole = model(ids, output_dag=True)
    with random_planner(model):
        drawn = model(ids, output_dag=True).dag
    assert not torch.allclose(drawn.operand1_probs, whole.dag.operand1_probs)
    assert torch.equal(model(ids).logits, whole.logits)


@pytest.mark.parametrize(("bias", "opened"), [(9.0, 3), (-9.0, 0)])
def test_the_false_gate_rate_counts_lines_with_an_open_gate(make_model, tokenizer, bias, opened):
    model = make_model(dag_operations=["identity"])
    with torch.no_grad():
        model.model.mixer.gate_head.weight.zero_()
        model.model.mixer.gate_head.bias.fill_(bias)
    lines = ["page 3, 4.\n", "no number\n", "1 2\n", "year 1984 .\n"]
    assert false_gate_rate(model, tokenizer, lines, batch_size=3).opened == opened


def test_the_tables_show_cells_without_problems_as_empty():
    cell = Score(0.5, 2, (0.1, 0.9))
    total = (0.5, 2, (0.1, 0.9))
    parts = Breakdown(plan=1.0, result=1.0, gate=0.5, text=0.5, opened_early=0.0)
    reports = [
        TaskReport(*total, groups, parts, LeftOut(3, 0), "arithmetic", held_out, 10, 0)
        for held_out, groups in ((False, {"+": cell}), (True, {"+": cell, "*": cell}))
    ]
    rows = exact_match_table(reports).splitlines()
    assert rows[0] == "| digits | * | + | all | n | left out |"
    assert rows[2:] == ["| 10 | - | 50.0 % | 50.0 % | 2 | 3 |", "| 10, held out | 50.0 % | 50.0 % | 50.0 % | 2 | 3 |"]
    assert (
        breakdown_table(reports).splitlines()[-1] == "| 10, held out | 100.0 % | 100.0 % | 50.0 % | 50.0 % | 0.0 % |"
    )


def test_wilson_intervals_are_those_of_the_textbook():
    assert wilson_interval(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    with pytest.raises(ValueError, match="0 hits of 0"):
        wilson_interval(0, 0)


def test_a_plan_is_right_where_words_are_read_too():
    problem = Problem("Ann has twice as many as Ben, who has 7. Ann has ", ("7",), ("multiply", 0, "2"), "")
    form = PlanFormat(1, 4, ["2"], ["multiply", "add"], ("cardinals", "multiples"))
    right = [[[0, 4, 0]], [[1, 0, 0]]]  # with the constant, and with the word
    assert all(is_plan_right(plan, problem, form) for plan in right)
    assert not is_plan_right([[1, 1, 0]], problem, form) and not is_plan_right([[0, 1, 1]], problem, form)
    shifted = Problem("Ann has 5, Ben twice 9 and ", ("5", "9"), ("add", 0, 1), "")
    assert is_plan_right([[2, 0, 1]], shifted, form) and not is_plan_right([[1, 0, 1]], shifted, form)
