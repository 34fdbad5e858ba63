"""Evaluation: loading what is whole, scoring strictly, counting what is left out."""

import json

import pytest

from modeling_gpt_dag.data import Problem
from modeling_gpt_dag.evaluation import arithmetic_table, evaluate_arithmetic, is_exact_match, load


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


def test_the_report_counts_scored_and_left_out_problems(make_model, tokenizer):
    report = evaluate_arithmetic(make_model(), tokenizer, digits=10, num_samples=12, batch_size=5)
    operators = report["per_operator"]
    assert report["task"] == "arithmetic" and set(operators) == {"+", "-", "*"}
    assert operators["*"] == {"exact_match": None, "n": 0}
    assert report["n"] + report["left_out"]["n"] == 12 and report["n"] == operators["+"]["n"] + operators["-"]["n"]
    assert report["exact_match"] == 0.0


@pytest.mark.parametrize(
    ("line", "hit"),
    [("-3\n", True), ("-3", False), ("3\n", False), ("-3 \n", False), ("-30\n", False), ("-03\n", False)],
)
def test_the_match_is_strict(line, hit):
    assert is_exact_match(line, Problem((4, 7), ("-",))) is hit


def test_the_table_shows_cells_without_problems_as_empty():
    cell = {"exact_match": 0.5, "n": 2}
    operators = {"+": cell, "*": {"exact_match": None, "n": 0}}
    report = {"digits": 10, "per_operator": operators, "left_out": {"n": 3}, **cell}
    assert arithmetic_table([report]).splitlines()[-1] == "| 10 | 50.0 % | - | 50.0 % | 2 | 3 |"
