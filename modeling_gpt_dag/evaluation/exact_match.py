"""Evaluation: greedy decoding, strict match of the whole answer with its sign and its end, and what it is made of.

What is unusual: an exact match has factors, and each is measured: the plan computes the right function of the numbers
(checked on other numbers, so that a lucky hit does not count), the executed result is right, the gate lets it be
written, the text is right. Problems without an exact value in 18 digits are not scored; they are counted, and so is
how often the DAG's gate opened on them, which must be never.
"""

import operator
import random
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import torch
from transformers import (
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from ..dag import GATE_THRESHOLD
from ..data.arguments import TaskArguments
from ..data.problems import END_OF_LINE, PlanFormat, Problem, plan_format
from ..data.tasks import evaluation_problems
from .generation import answer_lines, has_dag
from .statistics import wilson_interval

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def is_exact_match(line: str, problem: Problem) -> bool:
    """The answer, its sign and its end; nothing before, between or after.

    Where a sentence goes on behind the answer its other words are not compared, the number must end all the same.
    """
    if problem.ending == END_OF_LINE:
        return line == problem.answer + END_OF_LINE
    number = NUMBER.match(line)
    return number is not None and number.group() == problem.answer and line[number.end() :] != ""


PYTHON_OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "add": operator.add,
    "identity": lambda a, b: a,
    "multiply": operator.mul,
    "subtract": operator.sub,
    "divide": operator.truediv,
    "max": max,
    "min": min,
}


def is_plan_right(plan: list[list[int]], problem: Problem, format: PlanFormat) -> bool:
    """Whether the plan computes the problem's function of its numbers: equal on three draws of other numbers.

    Operations that have no rational result on most numbers (power, log) are right in no plan.
    """
    generator = random.Random(0)
    for _ in range(3):
        numbers = tuple(str(generator.randint(10**6, 10**9)) for _ in problem.numbers)
        slots: list[Fraction | None] = [None] * format.num_values
        latest = [Fraction(number) for number in reversed(numbers)][: format.num_values]
        slots[: len(latest)] = latest
        slots += [Fraction(constant) for constant in format.constants]
        for left, right, operation in plan:
            name = format.operations[operation]
            operands = slots[left], slots[right] if name != "identity" else Fraction(0)
            known = name in PYTHON_OPERATIONS and None not in operands and (name != "divide" or operands[1] != 0)
            slots.append(PYTHON_OPERATIONS[name](*operands) if known else None)
        if slots[-1] is None or slots[-1] != Fraction(problem._replace(numbers=numbers).values()[-1]):
            return False
    return True


def evaluate_problems(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    problems: Sequence[Problem],
    batch_size: int = 128,
    progress: bool = False,
    chat: bool = False,
) -> dict[str, Any]:
    """Exact match and its factors; model: any causal language model, without DAG it has no factors.

    Returns `exact_match` (0..1), `n` and `interval` (95 %, Wilson) over the problems with an exact value, the same of
    each of `groups`; `factors`, shares of the scored problems: `plan`, `result`, `gate` (it fired where the answer
    begins), `text`, and `false_fires` (it fired before), None without exact numerics; `left_out`: how many problems
    have no exact value in 18 digits, and on how many of those the gate opened.
    """
    longest = max(len(problem.answer + problem.ending) for problem in problems)
    prompts = [problem.prompt for problem in problems]
    answers = answer_lines(model, tokenizer, prompts, longest + 1, batch_size, progress, chat)
    scored = [pair for pair in zip(problems, answers, strict=True) if pair[0].is_exact]
    hits: dict[str, list[bool]] = {}
    for problem, answer in scored:
        hits.setdefault(problem.group, []).append(is_exact_match(answer.text, problem))
    factors = None
    config = model.config
    if has_dag(config) and config.dag_numerics == "exact" and scored:
        form = plan_format(config)
        factors = {
            "plan": _share([is_plan_right(answer.plan, problem, form) for problem, answer in scored]),
            "result": _share([answer.result == problem.answer for problem, answer in scored]),
            "gate": _share([answer.fired for _, answer in scored]),
            "text": _share([is_exact_match(answer.text, problem) for problem, answer in scored]),
            "false_fires": _share([answer.false_fires for _, answer in scored]),
        }
    left_out = [answer for problem, answer in zip(problems, answers, strict=True) if not problem.is_exact]
    return {
        **score([hit for group in hits.values() for hit in group]),
        "groups": {group: score(hits[group]) for group in sorted(hits)},
        "factors": factors,
        "left_out": {"n": len(left_out), "gate_open": sum(answer.gate_open for answer in left_out)},
    }


def _share(hits: list[bool]) -> float:
    return sum(hits) / len(hits)


def score(hits: list[bool]) -> dict[str, Any]:
    """`exact_match`, `n`, `interval`; None where nothing was scored."""
    low, high = wilson_interval(sum(hits), len(hits)) if hits else (None, None)
    return {"exact_match": _share(hits) if hits else None, "n": len(hits), "interval": [low, high]}


def drawn_problems(task: TaskArguments, digits: int, num_samples: int, seed: int) -> list[Problem]:
    """Those of `evaluate_task`."""
    lengths = list(range(1, 5)) if task.task == "wordings" and digits <= 4 else [digits]
    return evaluation_problems(task, num_samples, seed, lengths)


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
) -> dict[str, Any]:
    """`evaluate_problems` of a generated task, operands of `digits` digits (wordings: also shorter ones up to 4).

    Raises ValueError for options that the task does not have.
    """
    problems = drawn_problems(task, digits, num_samples, seed)
    report = evaluate_problems(model, tokenizer, problems, batch_size, progress, chat)
    return {"task": task.task, "held_out": task.held_out, "digits": digits, "seed": seed, **report}


@torch.no_grad()
def false_fires(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, lines: Sequence[str], batch_size: int = 64
) -> dict[str, Any]:
    """On how many lines, in which nothing is to be computed, the gate fires at any token: `fired`, `n`, `interval`."""
    fired = 0
    for start in range(0, len(lines), batch_size):
        chosen = list(lines[start : start + batch_size])
        batch = tokenizer(chosen, add_special_tokens=False, padding=True, padding_side="right", return_tensors="pt")
        dag = model(**batch.to(model.device), output_dag=True, use_cache=False).dag
        fired += int(((dag.gate > GATE_THRESHOLD) & batch["attention_mask"].bool()).any(-1).sum())
    return fires(fired, len(lines))


def fires(fired: int, n: int) -> dict[str, Any]:
    """`fired`, `n`, `interval`; an interval of None where there is no line."""
    return {"fired": fired, "n": n, "interval": list(wilson_interval(fired, n)) if n else [None, None]}
