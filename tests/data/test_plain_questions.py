"""The plainest questions: what they ask for, in which frames, and in which split."""

from itertools import islice

import pytest

from modeling_gpt_dag.data.arguments import TaskArguments
from modeling_gpt_dag.data.plain_questions import FRAMES, QUESTIONS, plain_questions
from modeling_gpt_dag.data.tasks import task_problems

PYTHON = {"add": int.__add__, "subtract": int.__sub__, "multiply": int.__mul__, "divide": int.__floordiv__}


def test_every_question_is_answered_by_its_operation_on_its_operands():
    seen = set()
    for problem in islice(plain_questions("train", 0), 3000):
        name, left, right = problem.expression
        a, b = (int(problem.numbers[place]) for place in (left, right))
        assert int(problem.answer) == PYTHON[name](a, b)
        if name == "divide":
            assert a == b * int(problem.answer)
        written = problem.template.format(a=a, b=b)
        assert written in problem.prompt and problem.group == name
        seen.add((name, problem.prompt.replace(written, problem.template)))
    assert seen == {(name, question) for name, _, question in QUESTIONS}
    reversed_ones = [each for each in islice(plain_questions("train", 1), 500) if "from" in each.template]
    assert reversed_ones and all(each.expression == ("subtract", 1, 0) for each in reversed_ones)


def test_no_problem_of_the_evaluation_is_trained_on():
    def asked(split: str) -> set:
        return {(each.group, each.numbers) for each in islice(plain_questions(split, 0, [1, 2]), 2000)}

    assert asked("train").isdisjoint(asked("evaluation"))


@pytest.mark.parametrize("digits", [[1], [5]])
def test_the_task_puts_questions_into_frames_that_ask_for_a_number(digits):
    problems = list(islice(task_problems(TaskArguments(task="plain_questions"), "train", 0, digits), 400))
    bare = {frame.format("@").partition("@")[2] for frame in FRAMES}
    assert all(any(problem.prompt.endswith(end) for end in bare) for problem in problems)
    assert {end for end in bare for problem in problems if problem.prompt.endswith(end)} == bare
    longest = {"multiply": 2 * digits[0], "divide": digits[0]}
    for problem in problems:
        assert len(problem.answer.strip("-")) <= longest.get(problem.group, digits[0] + 1)
