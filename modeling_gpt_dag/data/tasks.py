"""Tasks by name: streams of problems to evaluate on, and of lines to train on."""

import random
from collections.abc import Iterator
from typing import NamedTuple, get_args

from ..number_grammar import FRACTION_BAR
from .arguments import Task, TaskArguments
from .checks import check_choice, check_share
from .formulas import formula_problems
from .lists import list_problems
from .plain_questions import answered_questions
from .problems import PlanFormat, Problem, Split, arithmetic_problems, distinct
from .wordings import plain_lines, wording_problems

# Of tasks whose questions have no more operators.
MOST_OPERATORS = {"arithmetic": 1, "plain_questions": 1, "wordings": 2}


def task_problems(task: TaskArguments, split: Split, seed: int, digits: list[int]) -> Iterator[Problem]:
    """An endless stream of the task's problems, exact or not; raises ValueError for options that cannot be."""
    check_choice("task", task.task, get_args(Task))  # the tasks of training are more
    if task.task == "wordings":
        return wording_problems(split, seed, task.held_out, digits, task.num_operators, task.negative_operand_share)
    if task.task == "plain_questions":
        return answered_questions(split, seed, digits)
    if task.task == "formulas":
        return formula_problems(split, seed)
    if task.task == "lists":
        return list_problems(split, seed, digits, task.list_lengths)
    counts = [1] if task.task == "arithmetic" else task.num_operators or [1, 2, 3]
    shares = task.parentheses_share, task.negative_operand_share, task.decimal_share, task.notation_share
    return arithmetic_problems(split, seed, task.operators, digits, counts, *shares)


def evaluation_problems(task: TaskArguments, num_samples: int, seed: int, digits: list[int]) -> list[Problem]:
    """Up to `num_samples` different problems that never occur in training."""
    return distinct(task_problems(task, "evaluation", seed, digits), num_samples)


Plan = list[tuple[int, int, int]]


class Line(NamedTuple):
    """A line of training text: a prompt, the answer that `plan` computes, the ending. Plain lines have no answer.

    denominator_plan: what computes the part of the answer behind "/", where it is a fraction.
    """

    prompt: str
    answer: str = ""
    ending: str = ""
    plan: Plan | None = None
    denominator_plan: Plan | None = None

    def plans(self) -> list[tuple[int, int, Plan]]:
        """(first, end, plan): which plan writes which characters of the answer, its end included."""
        length = len(self.answer) + 1
        if self.plan is None:
            return []
        if self.denominator_plan is None:
            return [(0, length, self.plan)]
        bar = self.answer.index(FRACTION_BAR) + 1
        return [(0, bar, self.plan), (bar, length, self.denominator_plan)]


def training_lines(
    task: TaskArguments,
    seed: int,
    digits: list[int],
    plain_line_share: float = 0.0,
    plan_format: PlanFormat | None = None,
) -> Iterator[Line]:
    """An endless stream of solved problems, `plain_line_share` of the lines with numbers and nothing to compute."""
    check_share("plain_line_share", plain_line_share, below_one=True)
    if task.held_out:
        raise ValueError("held_out=True: held-out sentences are for evaluation, not to be trained on")
    generator = random.Random(seed)
    plain = plain_lines(seed)
    exact = (problem for problem in task_problems(task, "train", seed, digits) if problem.has_answer)

    def lines() -> Iterator[Line]:
        while True:
            if generator.random() < plain_line_share:
                yield Line(next(plain))
            else:
                problem = next(exact)
                plan = problem.plan(plan_format) if plan_format is not None else None
                yield Line(problem.prompt, problem.answer, problem.ending, plan)

    return lines()
