"""Datasets: lines of text packed into blocks, with the labels of whatever the lines say is computed.

What is unusual: every other block begins with a line, as a prompt does, and the others where the block before ends,
without regard for lines. So every character occurs at every position in training; one that never does breaks
generation.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
import torch
from transformers import PreTrainedTokenizerBase, default_data_collator

from .problems import UNLABELLED, PlanFormat, Problem, Split, arithmetic_problems, distinct
from .tokenization import following_digit
from .wordings import plain_lines, wording_problems

if TYPE_CHECKING:
    from datasets import Dataset

Task = Literal["arithmetic", "expressions", "wordings"]
TrainingTask = Literal["arithmetic", "expressions", "wordings", "word_problems", "text", "mixture"]


@dataclass
class TaskArguments:
    """Which problems to draw."""

    task: Task = field(default="arithmetic", metadata={"help": "a+b=, expressions of several operators, or questions"})
    operators: str = field(default="+-*", metadata={"help": "operators of arithmetic and expressions, some of + - *"})
    num_operators: list[int] | None = field(
        default=None, metadata={"help": "operators per expression or question, all by default; arithmetic has 1"}
    )
    parentheses: float = field(default=0.0, metadata={"help": "share of the expressions that may have parentheses"})
    held_out: bool = field(
        default=False, metadata={"help": "wordings: templates, questions of a file: those that training leaves out"}
    )
    negative_share: float = field(default=0.0, metadata={"help": "share of negative operands, where they make sense"})


def task_problems(task: TaskArguments, split: Split, seed: int, digits: list[int]) -> Iterator[Problem]:
    """An endless stream of the task's problems, exact or not; raises ValueError for options that cannot be."""
    if task.task not in get_args(Task):  # recipes are not checked as flags are
        raise ValueError(f"task={task.task!r}: must be one of {', '.join(get_args(Task))}")
    if task.task == "wordings":
        return wording_problems(split, seed, task.held_out, digits, task.num_operators, task.negative_share)
    counts = [1] if task.task == "arithmetic" else task.num_operators or [1, 2, 3]
    return arithmetic_problems(split, seed, task.operators, digits, counts, task.parentheses, task.negative_share)


def evaluation_problems(task: TaskArguments, num_samples: int, seed: int, digits: list[int]) -> list[Problem]:
    """Up to `num_samples` different problems that never occur in training."""
    return distinct(task_problems(task, "evaluation", seed, digits), num_samples)


class Line(NamedTuple):
    """A line of training text: a prompt, and what follows it and is computed by `plan`, if anything is."""

    prompt: str
    answer: str = ""
    ending: str = ""
    plan: list[tuple[int, int, int]] | None = None


def training_lines(
    task: TaskArguments, seed: int, digits: list[int], plain_share: float = 0.0, plan_format: PlanFormat | None = None
) -> Iterator[Line]:
    """An endless stream of solved problems, `plain_share` of the lines with numbers and nothing to compute."""
    if not 0 <= plain_share < 1:
        raise ValueError(f"plain_share={plain_share}: is a share of the lines, at least 0 and below 1")
    if task.held_out:
        raise ValueError("held_out=True: held-out templates are for evaluation, not to be trained on")
    generator = random.Random(seed)
    plain = plain_lines(seed)
    exact = (problem for problem in task_problems(task, "train", seed, digits) if problem.is_exact)

    def lines() -> Iterator[Line]:
        while True:
            if generator.random() < plain_share:
                yield Line(next(plain))
            else:
                problem = next(exact)
                plan = problem.plan(plan_format) if plan_format is not None else None
                yield Line(problem.prompt, problem.answer, problem.ending, plan)

    return lines()


def packed_lines(
    tokenizer: PreTrainedTokenizerBase,
    lines: Iterator[Line],
    num_blocks: int,
    block_size: int,
    plan_format: PlanFormat | None = None,
) -> dict[str, np.ndarray]:
    """`input_ids` (num_blocks, block_size); with a `plan_format` also `plan_labels` (num_blocks, block_size, D, 3).

    Plans stand at the tokens from which the answer's characters and its end follow.
    """
    size = num_blocks * block_size
    tokens: list[int] = []
    depth = plan_format.depth if plan_format is not None else 0
    plans = np.full((size, depth, 3), UNLABELLED, dtype=np.int16)
    while len(tokens) < size:
        batch = list(islice(lines, 1_000))
        prompts = tokenizer([line.prompt for line in batch], add_special_tokens=False)["input_ids"]
        answers = following_digit(tokenizer, [line.answer for line in batch])
        endings = following_digit(tokenizer, [line.ending for line in batch])
        for line, prompt, answer, ending in zip(batch, prompts, answers, endings, strict=True):
            start, speaks = len(tokens), len(tokens) + len(prompt) - 1
            tokens.extend(prompt + answer + ending)
            block_end = (start // block_size + 1) * block_size
            # A problem whose beginning is in the block before has operands that cannot be read.
            end = min(speaks + len(answer) + 1, block_end, size)
            if depth and line.plan is not None and speaks < end:
                plans[speaks:end] = line.plan
            if len(tokens) > block_end and block_end // block_size % 2 == 0:
                del tokens[block_end:]
    columns = {"input_ids": np.array(tokens[:size]).reshape(num_blocks, block_size)}
    if depth:
        columns["plan_labels"] = plans.reshape(num_blocks, block_size, depth, 3)
    return columns


def packed_dataset(
    tokenizer: PreTrainedTokenizerBase,
    lines: Iterator[Line],
    num_blocks: int,
    block_size: int,
    plan_format: PlanFormat | None = None,
) -> "Dataset":
    """The columns of `packed_lines`."""
    from datasets import Array3D, Dataset, Features, List, Value

    columns = packed_lines(tokenizer, lines, num_blocks, block_size, plan_format)
    features = {"input_ids": List(Value("int32"))}
    if "plan_labels" in columns:
        features["plan_labels"] = Array3D(columns["plan_labels"].shape[1:], "int16")
    return Dataset.from_dict(columns, features=Features(features)).with_format("torch")


def collate(rows: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    """A batch of blocks, (B, block_size) and their plan labels; `labels` are the `input_ids`, which no row stores."""
    batch = default_data_collator(rows)
    return batch | {"labels": batch["input_ids"]}
