"""Evaluation: greedy decoding, strict match of the whole answer with its sign and its end, and what it is made of.

What is unusual: an exact match is broken down, and each part is measured. The plan computes the right function of the
numbers (checked on other numbers, so that a lucky hit does not count), the executed result is right, the gate lets it
be written, the text is right. Problems without an exact value in the digits that the model has (`dag_digits`, 18 by
default) are not scored. They are counted, and so is how often the DAG's gate opened on them, which must be never.
"""

import random
import re
from collections.abc import Callable, Sequence
from fractions import Fraction

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ..configuration_gpt_dag import GPTDAGConfig
from ..data.arguments import TaskArguments
from ..data.exact_values import FUNCTIONS, RANGES, combined
from ..data.numeric_match import is_numeric_match
from ..data.problems import END_OF_LINE, PlanFormat, Problem, operation_names, plan_format, reads_one
from ..data.tasks import evaluation_problems
from ..decimal_tensor import MAX_DIGITS
from ..gate_mixer import GATE_THRESHOLD
from .generation import Answer, answer_lines, has_plans
from .reports import Breakdown, GateRate, LeftOut, TaskReport, share_of, worst_template

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def is_exact_match(line: str, problem: Problem) -> bool:
    """The answer, its sign and its end; nothing before, between or after.

    Where a sentence goes on behind the answer its other words are not compared, the number must end all the same.
    """
    if problem.ending == END_OF_LINE:
        return line == problem.answer + END_OF_LINE
    number = NUMBER.match(line)
    return number is not None and number.group() == problem.answer and line[number.end() :] != ""


def is_number_right(line: str, problem: Problem) -> bool:
    """Whether the first number of an answer is right, whatever stands behind it."""
    return is_numeric_match(line, problem.answer)


def _apply(name: str, left: Fraction | None, right: Fraction | None) -> Fraction | None:
    """None for operands without value, and where there is no result."""
    if left is None or right is None:
        return None
    try:
        return left if name == "identity" else Fraction(combined(name, left, right))
    except ArithmeticError:
        return None


def _result(problem: Problem) -> Fraction | None:
    try:
        return Fraction(problem.values()[-1])
    except ArithmeticError:
        return None


def _over_range(name: str, numbers: list[Fraction | None], first: int, last: int) -> Fraction | None:
    """None for a range that reaches beyond the numbers or holds one without value."""
    chosen = [number for number in numbers[first : last + 1] if number is not None]
    return Fraction(RANGES[name](chosen)) if len(chosen) == last - first + 1 else None


def _other(generator: random.Random, is_large: bool) -> str:
    return str(generator.randint(10**6, 10**9) if is_large else generator.randint(2, 9))


def is_plan_right(plan: list[list[int]], problem: Problem, format: PlanFormat) -> bool:
    """Whether the plan computes the problem's function of its numbers: equal on three draws of other numbers.

    They are large, so that no other function gives the same by chance; where powers, roots, ... are computed they are
    small, and a draw of which there is no result does not count. Without any draw the problem's own numbers do.
    """
    generator = random.Random(0)
    is_rational = operation_names(problem.expression) <= {*FUNCTIONS, *RANGES, "identity", "max", "min"}
    # What stands in words stays as it is.
    read = problem.read(format.words) if format.words else []
    in_words = [None if place.value is None else Fraction(place.value) for place in read][: format.num_values]
    draws = [tuple(_other(generator, is_rational) for _ in problem.numbers) for _ in range(3)]
    draws = [numbers for numbers in draws if _result(problem._replace(numbers=numbers)) is not None]
    for numbers in draws or [problem.numbers]:
        slots: list[Fraction | None] = in_words + [None] * (format.num_values - len(in_words))
        for rank, number in zip(problem.ranks(format.words), numbers, strict=True):
            if rank < format.num_values:
                slots[rank] = Fraction(number)
        slots += [Fraction(constant) for constant in format.constants]
        for left, right, operation in plan:
            name = format.operations[operation]
            if name in RANGES:
                slots.append(_over_range(name, slots[: format.num_values], *sorted((left, right))))
            else:
                slots.append(_apply(name, slots[left], Fraction(0) if reads_one(name) else slots[right]))
        if slots[-1] is None or slots[-1] != _result(problem._replace(numbers=numbers)):
            return False
    return True


def evaluate_task(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    task: TaskArguments,
    digits: int = 4,
    num_samples: int = 500,
    seed: int = 0,
    batch_size: int = 128,
    progress: bool = False,
    chat: bool = False,
) -> TaskReport:
    """Exact match on a generated task, operands of `digits` digits (questions in English, up to 5: also shorter).

    model: any causal language model. Raises ValueError for options that the task does not have.
    """
    problems = drawn_problems(task, digits, num_samples, seed)
    longest = max(map(_answer_length, problems))
    prompts = [problem.prompt for problem in problems]
    answers = answer_lines(model, tokenizer, prompts, longest + 1, batch_size, progress, chat)
    pairs = list(zip(problems, answers, strict=True))
    config = model.config
    max_digits = config.dag_digits if isinstance(config, GPTDAGConfig) else MAX_DIGITS
    scored = [(problem, answer) for problem, answer in pairs if problem.has_answer_within(max_digits)]
    left_out = [answer for problem, answer in pairs if not problem.has_answer_within(max_digits)]
    form = plan_format(config) if isinstance(config, GPTDAGConfig) and has_plans(config) else None
    lines = [answer.text for answer in answers]
    by_template = hits_by(lambda problem: problem.template, problems, lines, is_number_right, max_digits)
    return TaskReport.of(
        hits_by(lambda problem: problem.group, problems, lines, is_exact_match, max_digits),
        breakdown_of(scored, form) if form is not None and scored else None,
        LeftOut(len(left_out), sum(answer.gate_above_zero for answer in left_out)),
        number=share_of([hit for hits in by_template.values() for hit in hits]) if by_template else None,
        worst=worst_template(by_template),
        task=task.task,
        held_out=task.held_out,
        digits=digits,
        seed=seed,
    )


def _answer_length(problem: Problem) -> int:
    """With its ending; of a problem without a result the ending's."""
    try:
        return len(problem.answer + problem.ending)
    except ArithmeticError:
        return len(problem.ending)


def drawn_problems(task: TaskArguments, digits: int, num_samples: int, seed: int) -> list[Problem]:
    """Those of `evaluate_task`."""
    lengths = [digits]
    if task.task == "plain_questions" and digits <= 5:
        lengths = list(range(1, digits + 1))
    elif task.task == "wordings" and digits <= 4:
        lengths = [1, 2, 3, 4]
    return evaluation_problems(task, num_samples, seed, lengths)


def hits_by(
    key: Callable[[Problem], str],
    problems: Sequence[Problem],
    lines: Sequence[str],
    is_right: Callable[[str, Problem], bool],
    max_digits: int = MAX_DIGITS,
) -> dict[str, list[bool]]:
    """Of the problems with an exact value in so many digits: whether each line is right, by a key of the problem."""
    hits: dict[str, list[bool]] = {}
    for problem, line in zip(problems, lines, strict=True):
        if problem.has_answer_within(max_digits):
            hits.setdefault(key(problem), []).append(is_right(line, problem))
    return hits


def breakdown_of(scored: Sequence[tuple[Problem, Answer]], format: PlanFormat) -> Breakdown:
    """Shares over the scored problems, of a model that decides on plans of this format."""
    decided = [(problem, answer.decision) for problem, answer in scored if answer.decision is not None]
    assert len(decided) == len(scored), "a model with plans decides on every answer"
    return Breakdown(
        plan=share_of([is_plan_right(decision.plan, problem, format) for problem, decision in decided]),
        result=share_of([decision.result == problem.answer for problem, decision in decided]),
        gate=share_of([decision.gate_opened for _, decision in decided]),
        text=share_of([is_exact_match(answer.text, problem) for problem, answer in scored]),
        opened_early=share_of([decision.opened_early for _, decision in decided]),
    )


@torch.no_grad()
def false_gate_rate(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, lines: Sequence[str], batch_size: int = 64
) -> GateRate:
    """On how many lines, in which nothing is to be computed, the gate opens at any token."""
    opened = 0
    for start in range(0, len(lines), batch_size):
        chosen = list(lines[start : start + batch_size])
        batch = tokenizer(chosen, add_special_tokens=False, padding=True, padding_side="right", return_tensors="pt")
        dag = model(**batch.to(model.device), output_dag=True, use_cache=False).dag
        opened += int(((dag.gate > GATE_THRESHOLD) & batch["attention_mask"].bool()).any(-1).sum())
    return GateRate.of(opened, len(lines))
