"""Columns of numbers: the prompts hold the numbers they say, and one step on a range gives the answer."""

from decimal import Decimal
from itertools import islice

import pytest

from helpers.naive_dag import readable_numbers, run_plan
from modeling_gpt_dag.data.lists import DETAILS, list_problems
from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.evaluation.exact_match import is_plan_right

FORM = PlanFormat(1, 12, ["2"], ["identity", "sum", "mean", "count", "max_of", "min_of"])


def test_the_numbers_are_read_and_one_step_on_them_gives_the_answer():
    problems = list(islice(list_problems("train", seed=0), 600))
    for problem in problems:
        # What a model reads before it writes; a number directly before the answer would be continued.
        read = [None if value is None else format(value, "f") for value in readable_numbers(problem.prompt)]
        assert tuple(read[::-1]) == problem.numbers, problem.prompt
        (step,) = problem.plan(FORM)
        assert is_plan_right([list(step)], problem, FORM)
        slots = run_plan([Decimal(number) for number in read], [(*step[:2], FORM.operations[step[2]])], 12)
        assert format(slots[-1], "f") == problem.answer, problem
    asked = {problem.expression[0] for problem in problems}
    assert asked == {"sum", "mean", "count", "max_of", "min_of"}
    assert {len(problem.numbers) for problem in problems} == set(range(2, 11))
    assert any("." in problem.answer for problem in problems) and len({each.template for each in problems}) > 100


def test_a_plan_that_leaves_a_number_out_or_adds_one_is_wrong():
    problem = next(each for each in list_problems("train", 0, lengths=[5]) if each.expression[0] == "sum")
    assert [is_plan_right([[first, last, 1]], problem, FORM) for first, last in ((4, 0), (0, 4), (3, 0), (5, 0))] == [
        True,
        True,
        False,
        False,
    ]


def test_lists_to_evaluate_on_are_never_trained_on_and_may_be_longer():
    def asked(split: str, count: int) -> set[tuple]:
        problems = islice(list_problems(split, 0, [1], [2, 3]), count)
        return {(problem.expression[0], *sorted(problem.numbers)) for problem in problems}

    assert not asked("train", 3000) & asked("evaluation", 200)
    (long,) = islice(list_problems("evaluation", 0, lengths=[30]), 1)
    assert len(long.numbers) == 30
    with pytest.raises(ValueError, match="needs 30 numbers"):
        long.plan(FORM)
    with pytest.raises(ValueError, match=r"list_lengths=\[1\]: a list has at least 2 numbers"):
        list_problems("train", 0, lengths=[1])


def test_numbers_stand_far_apart_in_some_lists_to_train_on_and_in_none_to_evaluate_on():
    def stretched(split: str) -> list[bool]:
        problems = islice(list_problems(split, 0), 400)
        return [any(words in each.prompt for words in (*DETAILS, "  ")) for each in problems]

    assert 0.3 < sum(stretched("train")) / 400 < 0.5 and not any(stretched("evaluation"))
