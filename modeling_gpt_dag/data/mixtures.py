"""What a recipe trains on: generated lines, questions of a file, running text, text, or a mixture of those.

What is unusual: blocks are mixed, not lines. Each block has one task, and the number of a task's blocks is exactly its
share; only a stream is mixed by drawing. Each task leaves out what it is evaluated on.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from transformers import PreTrainedTokenizerBase, TrainingArguments

from .arguments import DataArguments, QuestionArguments, TrainingTask, data_seed
from .packing import Piece, line_pieces, packed_dataset, reasoning_pieces
from .problems import EVALUATION_SHARE, PlanFormat, Split
from .question_files import question_file_lines, read_questions
from .reasoning import ReasoningText, read_reasoning
from .records import is_held_out
from .running_text import running_texts
from .tasks import Line, training_lines
from .text import text_datasets
from .word_problems import word_problems

if TYPE_CHECKING:
    from datasets import Dataset, IterableDataset

T = TypeVar("T")
# Running texts that need no file, by their task.
OWN_TEXTS: dict[str, Callable[[Split, int], Iterator[ReasoningText]]] = {
    "reasoning": running_texts,
    "word_problems": word_problems,
}


def num_train_blocks(args: DataArguments, training_args: TrainingArguments) -> int:
    """How many blocks to generate: what the recipe says, or what the steps take.

    Raises ValueError where neither is known.
    """
    if args.num_train_blocks is not None:
        return args.num_train_blocks
    if training_args.max_steps <= 0:
        raise ValueError("num_train_blocks: follows from --max_steps, which is not given; give one of the two")
    per_step = training_args.train_batch_size * training_args.gradient_accumulation_steps * training_args.world_size
    return training_args.max_steps * per_step


def question_lines(args: QuestionArguments, seed: int, plan_format: PlanFormat | None = None) -> Iterator[Line]:
    """An endless stream of the questions to train on, with their answers: all of them in turn, shuffled each time.

    plan_format: of the plans that their equations label; None where answers alone are to be learned from.
    """
    return _in_rounds(question_file_lines(args, plan_format, "train"), seed)


def _in_rounds(items: list[T], seed: int) -> Iterator[T]:
    """An endless stream: all items in turn, shuffled each time."""
    generator = random.Random(seed)
    while True:
        yield from generator.sample(items, len(items))


def solutions(args: DataArguments, split: Split) -> list[ReasoningText]:
    """The running texts of the files and datasets in one split, by a hash of what is asked.

    Raises ValueError where a split has none.
    """
    texts = [text for name in args.reasoning or [] for text in read_reasoning(name, config=args.reasoning_config)]
    chosen = [text for text in texts if is_held_out(text.question, 1 / EVALUATION_SHARE) == (split == "evaluation")]
    if not chosen:
        raise ValueError(f"{', '.join(args.reasoning or [])} holds no running text in the split {split}: too few")
    return chosen


def training_texts(task: TrainingTask, args: DataArguments, seed: int) -> Iterator[ReasoningText]:
    """An endless stream of running texts: those of files in turn, shuffled each time, or generated ones."""
    is_from_files = task == "reasoning" and args.reasoning
    return _in_rounds(solutions(args, "train"), seed) if is_from_files else OWN_TEXTS[task]("train", seed)


def training_data(
    tokenizer: PreTrainedTokenizerBase,
    args: DataArguments,
    training_args: TrainingArguments,
    plan_format: PlanFormat | None = None,
) -> tuple["Dataset | IterableDataset", "Dataset | None"]:
    """Blocks to train on, and of text those to validate on; None where there is no text.

    Raises ValueError and OSError, naming the way out, for whatever in the arguments and the files cannot work.
    """
    shares = args.task_shares
    streaming = args.streaming and "text" in shares
    if streaming and training_args.max_steps <= 0:
        raise ValueError("streaming=True: a stream has no length, so --max_steps must say how long to train")
    if plan_format is not None and "text" in shares:
        raise ValueError("plan_labels=True: text has no plans; train on text with --plan_labels false")
    if args.eval_samples > 0:  # refused now, not after the training
        if "questions" in shares:
            read_questions(args, "evaluation")
        if "reasoning" in shares and args.reasoning:
            solutions(args, "evaluation")
    seed = data_seed(training_args)
    parts, validation = [], None
    total = num_train_blocks(args, training_args) if list(shares) != ["text"] else 0
    for task, share in shares.items():
        num_blocks = max(1, round(share * total))
        if task == "text":
            part, validation = text_datasets(tokenizer, args, args.block_size, seed)
            if not streaming and len(shares) > 1:
                # Any blocks of a long text, all of a short one, again and again.
                part = part.shuffle(seed=seed).select(np.arange(num_blocks) % len(part))
        else:
            pieces = _pieces(tokenizer, task, args, seed, plan_format)
            part = packed_dataset(pieces, num_blocks, args.block_size, plan_format)
        parts.append(part)
    return _mixed(parts, list(shares.values()), seed).with_format("torch"), validation


def _pieces(
    tokenizer: PreTrainedTokenizerBase,
    task: TrainingTask,
    args: DataArguments,
    seed: int,
    plan_format: PlanFormat | None,
) -> Iterator[Piece]:
    if task in OWN_TEXTS:
        return reasoning_pieces(tokenizer, training_texts(task, args, seed), plan_format)
    if task == "questions":
        return line_pieces(tokenizer, question_lines(args, seed, plan_format))
    of_task = replace(args, task=task, mixture=None)
    return line_pieces(tokenizer, training_lines(of_task, seed, args.digits, args.plain_line_share, plan_format))


def _mixed(parts: list["Dataset | IterableDataset"], shares: list[float], seed: int) -> "Dataset | IterableDataset":
    from datasets import IterableDataset, concatenate_datasets, interleave_datasets

    if len(parts) == 1:
        return parts[0]
    if not any(isinstance(part, IterableDataset) for part in parts):
        return concatenate_datasets(parts)  # the Trainer draws them in random order
    streams = [part if isinstance(part, IterableDataset) else part.to_iterable_dataset() for part in parts]
    return interleave_datasets([stream.repeat(None) for stream in streams], probabilities=shares, seed=seed)
