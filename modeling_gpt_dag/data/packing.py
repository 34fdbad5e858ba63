"""Datasets: lines and running texts packed into blocks, with labels for their plans.

What is unusual: every other block begins with a line or a text, as a prompt does. The blocks between begin where the
block before ends, often within a line. So every character occurs at every position in training; a character at a
position where training never had it breaks generation.
"""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from transformers import PreTrainedTokenizerBase, default_data_collator

from ..plans import IGNORE_INDEX
from ..tokenization import following_digit
from .examples import reasoning_example
from .problems import PlanFormat
from .reasoning import ReasoningText
from .tasks import Line, Plan

if TYPE_CHECKING:
    from datasets import Dataset


class Piece(NamedTuple):
    """Tokens that belong together. plans: (first token, end, plan) of those at which a plan is labelled."""

    tokens: list[int]
    plans: list[tuple[int, int, Plan]]


def line_pieces(tokenizer: PreTrainedTokenizerBase, lines: Iterator[Line]) -> Iterator[Piece]:
    """A plan stands at each token whose next token is a character of the answer or the answer's end."""
    while batch := list(islice(lines, 1_000)):
        prompts = tokenizer([line.prompt for line in batch], add_special_tokens=False)["input_ids"]
        answers = following_digit(tokenizer, [line.answer for line in batch])
        endings = following_digit(tokenizer, [line.ending for line in batch])
        for line, prompt, answer, ending in zip(batch, prompts, answers, endings, strict=True):
            speaks = len(prompt) - 1
            plans = [(speaks + first, speaks + end, plan) for first, end, plan in line.plans()]
            yield Piece(prompt + answer + ending, plans)


def reasoning_pieces(
    tokenizer: PreTrainedTokenizerBase, texts: Iterator[ReasoningText], plan_format: PlanFormat | None
) -> Iterator[Piece]:
    """Running texts, each with the end of a text; the plans of `reasoning_example`, none without a format."""
    for text in texts:
        if plan_format is None:
            tokens, plans = tokenizer(text.text, add_special_tokens=False, verbose=False)["input_ids"], {}
        else:
            example, _ = reasoning_example(tokenizer, text, plan_format, is_reply=True)
            tokens, plans = example.input_ids, example.plans or {}
        yield Piece([*tokens, tokenizer.eos_token_id], [(token, token + 1, plan) for token, plan in plans.items()])


def packed(
    pieces: Iterator[Piece], num_blocks: int, block_size: int, plan_format: PlanFormat | None = None
) -> dict[str, np.ndarray]:
    """`input_ids` (num_blocks, block_size); with a `plan_format` also `plan_labels` (num_blocks, block_size, D, 3).

    A piece that reaches into the next block has no plans there: its operands cannot be read.
    """
    size = num_blocks * block_size
    tokens: list[int] = []
    depth = plan_format.depth if plan_format is not None else 0
    labels = np.full((size, depth, 3), IGNORE_INDEX, dtype=np.int16)
    while len(tokens) < size:
        piece = next(pieces)
        start = len(tokens)
        tokens.extend(piece.tokens)
        block_end = (start // block_size + 1) * block_size
        for first, end, plan in piece.plans if depth else ():
            last = min(start + end, block_end, size)
            if start + first < last:
                labels[start + first : last] = plan
        if len(tokens) > block_end and block_end // block_size % 2 == 0:
            del tokens[block_end:]
    columns: dict[str, np.ndarray] = {"input_ids": np.array(tokens[:size]).reshape(num_blocks, block_size)}
    if depth:
        columns["plan_labels"] = labels.reshape(num_blocks, block_size, depth, 3)
    return columns


def packed_dataset(
    pieces: Iterator[Piece],
    num_blocks: int,
    block_size: int,
    plan_format: PlanFormat | None = None,
) -> "Dataset":
    """The columns of `packed`."""
    from datasets import Array3D, Dataset, Features, List, Value

    columns = packed(pieces, num_blocks, block_size, plan_format)
    features = {"input_ids": List(Value("int32"))}
    if "plan_labels" in columns:
        features["plan_labels"] = Array3D(columns["plan_labels"].shape[1:], "int16")
    return Dataset.from_dict(columns, features=Features(features)).with_format("torch")


def collate_blocks(rows: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    """A batch of blocks, (B, block_size) and their plan labels; `labels` are the `input_ids`, which no row stores."""
    batch = default_data_collator(rows)
    return batch | {"labels": batch["input_ids"]}
