"""Datasets: lines of text packed into blocks, with labels for the plans of the lines.

What is unusual: every other block begins with a line, as a prompt does. The blocks between begin where the block
before ends, often within a line. So every character occurs at every position in training; a character at a position
where training never had it breaks generation.
"""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers import PreTrainedTokenizerBase, default_data_collator

from ..plans import IGNORE_INDEX
from ..tokenization import following_digit
from .problems import PlanFormat
from .tasks import Line

if TYPE_CHECKING:
    from datasets import Dataset


def packed_lines(
    tokenizer: PreTrainedTokenizerBase,
    lines: Iterator[Line],
    num_blocks: int,
    block_size: int,
    plan_format: PlanFormat | None = None,
) -> dict[str, np.ndarray]:
    """`input_ids` (num_blocks, block_size); with a `plan_format` also `plan_labels` (num_blocks, block_size, D, 3).

    A plan stands at each token whose next token is a character of the answer or the answer's end.
    """
    size = num_blocks * block_size
    tokens: list[int] = []
    depth = plan_format.depth if plan_format is not None else 0
    plans = np.full((size, depth, 3), IGNORE_INDEX, dtype=np.int16)
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
    columns: dict[str, np.ndarray] = {"input_ids": np.array(tokens[:size]).reshape(num_blocks, block_size)}
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


def collate_blocks(rows: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    """A batch of blocks, (B, block_size) and their plan labels; `labels` are the `input_ids`, which no row stores."""
    batch = default_data_collator(rows)
    return batch | {"labels": batch["input_ids"]}
