"""Generated problems: right, seeded, and never the same in training and evaluation."""

import re
from decimal import Decimal
from itertools import islice

import pytest
from naive_dag import run_plan

from modeling_gpt_dag.data import PlanFormat, Problem, arithmetic_dataset, arithmetic_problems, evaluation_problems


def test_answers_follow_precedence():
    generator = arithmetic_problems("train", seed=3, num_operators=[1, 2, 3])
    for problem in islice(generator, 200):
        assert problem.answer == str(eval(problem.prompt.rstrip("=").replace("+0", "+ 0"), {}))


def test_a_problem_reads_as_it_is_written():
    problem = Problem((12, 3, 4), ("-", "*"))
    assert (problem.prompt, problem.answer) == ("12-3*4=", "0")


def test_plans_compute_the_answer():
    names = ["add", "identity", "multiply", "subtract"]
    form = PlanFormat(depth=3, num_values=5, num_constants=1, operations=names)
    for problem in islice(arithmetic_problems("train", seed=3, num_operators=[1, 2, 3]), 200):
        plan = [(left, max(right, 0), names[operation]) for left, right, operation in problem.plan(form)]
        latest_first = [Decimal(operand) for operand in reversed(problem.operands)]
        assert len(plan) == 3 and str(run_plan(latest_first, plan, size=6)[-1]) == problem.answer


@pytest.mark.parametrize(
    "form",
    [
        PlanFormat(1, 5, 0, ["add", "multiply"]),
        PlanFormat(3, 2, 0, ["add", "multiply", "identity"]),
        PlanFormat(2, 5, 0, ["add"]),
    ],
    ids=["too few steps", "too few slots", "too few operations"],
)
def test_a_plan_that_does_not_fit_the_model_is_refused(form):
    with pytest.raises(ValueError, match=r"1\+2\*3= takes 2 steps, 3 numbers and"):
        Problem((1, 2, 3), ("+", "*")).plan(form)


@pytest.mark.slow
def test_plan_labels_stand_where_the_answer_is_written_and_nowhere_else(tokenizer):
    form = PlanFormat(2, 8, 0, ["add", "identity", "multiply", "subtract"])
    dataset = arithmetic_dataset(tokenizer, 20, 48, seed=0, plan_format=form, num_operators=[1, 2])
    assert dataset["plan_labels"][:].shape == (20, 48, 2, 3)
    for row in dataset:
        text = tokenizer.decode(row["input_ids"])
        labelled = (row["plan_labels"][:, 0, 0] != -100).tolist()
        for line in re.finditer(r"\n([^=\n]+)=([^\n]*)", text):  # lines that begin in this block
            first, last = line.start(2) - 1, line.end() - 1
            assert labelled[line.start() + 1 : last + 1] == [i >= first for i in range(line.start() + 1, last + 1)]
        head = text.partition("\n")[0]
        if any(labelled[: len(head)]):  # the block happens to begin where a line does
            prompt, _, answer = head.partition("=")
            assert str(eval(prompt)).startswith(answer)


@pytest.mark.parametrize("digits", [[1], [2], [1, 2, 3, 4]])
def test_training_and_evaluation_never_share_a_problem(digits):
    training = {problem.prompt for problem in islice(arithmetic_problems("train", seed=1, digits=digits), 3000)}
    evaluation = {problem.prompt for problem in evaluation_problems(300, seed=1, digits=digits)}
    assert evaluation and not training & evaluation


def test_swapped_operands_are_on_the_same_side():
    for a in range(30):
        for b in range(30):
            assert Problem((a, b), ("+",)).split == Problem((b, a), ("+",)).split


def test_the_same_seed_gives_the_same_problems_and_another_seed_others():
    first, again, other = (list(islice(arithmetic_problems("train", seed=seed), 50)) for seed in (5, 5, 6))
    assert first == again != other


def test_options_are_followed():
    problems = list(islice(arithmetic_problems("train", 0, operators="-", digits=[3], num_operators=[2]), 50))
    assert all(problem.operators == ("-", "-") for problem in problems)
    assert all(len(str(operand)) == 3 for problem in problems for operand in problem.operands)


def test_evaluation_problems_are_different_and_few_where_there_are_few():
    problems = evaluation_problems(500, seed=0, operators="+", digits=[1])
    assert 0 < len(problems) == len(set(problems)) < 40


def test_problems_without_an_exact_value_are_recognised():
    assert Problem((10**9, 10**8), ("*",)).is_exact
    assert not Problem((10**9, 10**9), ("*",)).is_exact
    assert not Problem((10**9, 10**9, 10**18 - 1), ("*", "-")).is_exact


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"operators": "+/"}, "operators="),
        ({"operators": ""}, "operators="),
        ({"digits": [0]}, "digits="),
        ({"num_operators": [0]}, "num_operators="),
    ],
)
def test_impossible_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        arithmetic_problems("train", 0, **options)
