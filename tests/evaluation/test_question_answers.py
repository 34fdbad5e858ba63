"""Evaluation on questions from a file: two matches, the gate, what is left out."""

import pytest
import torch

from modeling_gpt_dag.data.question_files import Question, Questions
from modeling_gpt_dag.evaluation.question_files import evaluate_questions
from modeling_gpt_dag.evaluation.reports import GroupMatches, QuestionsLeftOut, Share
from modeling_gpt_dag.evaluation.statistics import wilson_interval
from modeling_gpt_dag.evaluation.tables import questions_table


@pytest.fixture
def parrot(make_model, tokenizer):
    """A model that answers with the latest number of the prompt, and ends the line."""
    model = make_model(dag_operations=["identity"], dag_depth=1, dag_num_values=1)
    spoken = tokenizer.encode("0123456789-.\n", add_special_tokens=False)
    with torch.no_grad():
        embedding = model.get_input_embeddings().weight.zero_()
        embedding[spoken, torch.arange(len(spoken))] = 1.0
        model.model.dag.end_embedding.copy_(embedding[spoken[-1]])
        model.model.mixer.gate_head.weight.zero_()
        model.model.mixer.gate_head.bias.fill_(9.0)
    return model


def questions(*pairs: tuple[str, str]) -> Questions:
    return Questions("prompt", [Question(*pair) for pair in pairs], 0, 0)


def test_numeric_and_strict_matches_stand_beside_each_other(parrot, tokenizer):
    asked = questions(("say 12 ", "12"), ("say -7.50 ", "-7.5"), ("1 or 2 ", "1"), ("say 8 ", "80"))
    report, records = evaluate_questions(
        parrot, tokenizer, asked._replace(non_numbers=2, bad_records=1), max_new_tokens=8, batch_size=3
    )
    assert [record.prediction for record in records] == ["12\n", "-7.50\n", "2\n", "8\n"]
    assert [record.numeric_match for record in records] == [True, True, False, False]
    assert [record.strict_match for record in records] == [True, False, False, False]
    assert report.n == 4 and report.numeric_match.share == 0.5 and report.gate.share == 1.0
    assert report.strict_match == Share(0.25, wilson_interval(1, 4))
    assert report.left_out == QuestionsLeftOut(non_numbers=2, bad_records=1, too_long=0)


def test_a_tolerance_concerns_the_numeric_match_alone(parrot, tokenizer):
    report, records = evaluate_questions(
        parrot, tokenizer, questions(("say 12 ", "12.01")), max_new_tokens=8, tolerance=0.01
    )
    assert records[0].numeric_match and not records[0].strict_match and report.tolerance == 0.01


def test_the_gate_fires_only_where_a_number_is_read(parrot, tokenizer):
    report, records = evaluate_questions(
        parrot, tokenizer, questions(("say 3 ", "3"), ("none ", "3")), max_new_tokens=4
    )
    assert [record.gate_opened for record in records] == [True, False] and report.gate.share == 0.5


def test_the_first_questions_are_taken_and_those_too_long_left_out(parrot, tokenizer):
    asked = questions(("9 " * 30, "9"), ("say 4 ", "4"), ("say 5 ", "6"))
    report, records = evaluate_questions(parrot, tokenizer, asked, num_samples=2, max_new_tokens=8)
    assert report.n == 1 and report.left_out.too_long == 1 and records[0].reference == "4"
    with pytest.raises(
        ValueError, match="none of 1 questions fits: the shortest has 60 tokens, the model room for 56"
    ):
        evaluate_questions(parrot, tokenizer, asked, num_samples=1, max_new_tokens=8)


@pytest.mark.parametrize("settings", [{"dag_depth": 0}, {"dag_numerics": "soft"}], ids=["no DAG", "soft"])
def test_without_exact_numerics_there_is_no_gate_to_report(make_model, tokenizer, settings):
    report, _ = evaluate_questions(make_model(**settings), tokenizer, questions(("1+1=", "2")), max_new_tokens=2)
    assert report.gate is None
    assert questions_table(report).splitlines()[-4:] == [
        "| gate fired | - | - |",
        "| numeric match where it fired | - | - |",
        "",
        "left out: 0 too long for the model, 0 without a number, 0 that cannot be read",
    ]


def test_the_table_shows_shares_and_intervals(parrot, tokenizer):
    report, _ = evaluate_questions(parrot, tokenizer, questions(("say 3 ", "3")), max_new_tokens=4)
    assert questions_table(report).splitlines()[:3] == [
        "| prompt, n = 1 | share | 95 % interval |",
        "|---|---|---|",
        "| numeric match | 100.0 % | 20.7 % - 100.0 % |",
    ]


def test_matches_are_told_by_group_where_questions_have_one(parrot, tokenizer):
    asked = [
        Question("say 12 ", "12", group="a"),
        Question("say 7.0 ", "7", group="a"),
        Question("3 ", "4", group="b"),
    ]
    report, _ = evaluate_questions(parrot, tokenizer, Questions("prompt", asked, 0, 0), max_new_tokens=8)
    assert report.groups == {"a": GroupMatches(2, 1.0, 0.5, 1.0, 1.0), "b": GroupMatches(1, 0.0, 0.0, 1.0, 0.0)}
    assert "| a | 2 | 100.0 % | 50.0 % | 100.0 % | 100.0 % |" in questions_table(report)
    ungrouped, _ = evaluate_questions(parrot, tokenizer, questions(("say 12 ", "12")), max_new_tokens=8)
    assert ungrouped.groups == {} and "group" not in questions_table(ungrouped)


def test_equations_say_how_many_operations_a_question_has_and_which_of_its_numbers_matter(parrot, tokenizer):
    asked = [
        Question("3 and 4 make ", "7", ("add", "3", "4")),
        Question("of 3 and 5 in 9 rows ", "9", ("multiply", "3", "5")),
        Question("3, 5, 9, 12 and 2 ", "2", ("subtract", ("add", "3", "5"), "6")),
        Question("of an unknown one 8 ", "8"),
        Question("none of it ", "1", ("add", "7", "8")),
    ]
    report, records = evaluate_questions(parrot, tokenizer, Questions("prompt", asked, 0, 0), max_new_tokens=8)
    assert [record.gate_opened for record in records] == [True] * 4 + [False]
    assert report.presented == Share(0.75, wilson_interval(3, 4))
    assert report.kinds == {
        "operation: add": GroupMatches(2, 0.0, 0.0, 0.5, 0.0),
        "operation: multiply": GroupMatches(1, 1.0, 1.0, 1.0, 1.0),
        "operations: 1": GroupMatches(3, 1 / 3, 1 / 3, 2 / 3, 0.5),
        "operations: 2": GroupMatches(1, 1.0, 1.0, 1.0, 1.0),
        "numbers that do not matter: 0": GroupMatches(2, 0.0, 0.0, 0.5, 0.0),
        "numbers that do not matter: 1": GroupMatches(1, 1.0, 1.0, 1.0, 1.0),
        "numbers that do not matter: 3 and more": GroupMatches(1, 1.0, 1.0, 1.0, 1.0),
    }
    assert "| operations: 1 | 3 | 33.3 % | 33.3 % | 66.7 % | 50.0 % |" in questions_table(report)
