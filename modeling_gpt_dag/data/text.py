"""Text to train on: files, folders or a dataset of the Hub, as blocks of tokens, a part held back for validation.

What is unusual: the text alone decides what is held back, not a seed. It is the end of a `.txt` file; of other sources
it is the documents that a hash chooses. So two copies of a document are in the same split, and a stream is divided as
a dataset on disk is. The library `datasets` does and caches everything that is costly.
"""

from itertools import islice
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from transformers import PreTrainedTokenizerBase
from transformers.utils import logging

from .arguments import TextArguments
from .documents import no_column, read_documents, text_files
from .problems import Split
from .records import BadRecordError, is_held_out, load_named_dataset

if TYPE_CHECKING:
    from datasets import Dataset, IterableDataset

logger = logging.get_logger(__name__)

BATCH = 1_000  # rows that are tokenised and packed together; what is left of a block at their end is dropped
WAY_OUT = "; --on_bad_record skip leaves such records out"
SHUFFLED = 1_000  # blocks of a stream among which the next one is drawn


def _check(args: TextArguments, tokenizer: PreTrainedTokenizerBase):
    if bool(args.train_files) == bool(args.dataset_name):
        way_out = '; a recipe\'s is taken away by --dataset_name "" or --train_files without a name'
        raise ValueError(
            "text comes either from --train_files, files or folders, or from --dataset_name, of the Hub"
            + (way_out if args.dataset_name else "")
        )
    if tokenizer.eos_token_id is None:
        raise ValueError(f"the tokenizer {tokenizer.name_or_path!r} has no eos token to join documents by")


def pack_documents(
    batch: dict[str, list], tokenizer: PreTrainedTokenizerBase, block_size: int, skips: bool
) -> dict[str, list[np.ndarray]]:
    """`input_ids`, blocks of `block_size` tokens: rows of text one behind the other, each document with its eos token.

    Raises BadRecordError for a row without text, unless it `skips` those.
    """
    texts, ends = [], []
    for number, text in enumerate(batch["text"]):
        if text is None:
            error = batch["error"][number] if "error" in batch else "a row of the dataset has no text"
            if not skips:
                raise BadRecordError(f"{error}{WAY_OUT}")
            logger.warning(f"left out: {error}")
        else:
            texts.append(text)
            ends.append(batch["ends"][number] if "ends" in batch else True)
    encoded = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"] if texts else []
    tokens: list[int] = []
    for ids, is_end in zip(encoded, ends, strict=True):
        tokens += ids + [tokenizer.eos_token_id] * is_end
    num_blocks = len(tokens) // block_size
    return {"input_ids": list(np.array(tokens[: num_blocks * block_size]).reshape(num_blocks, block_size))}


def _is_in_split(text: str | None, split: Split, share: float, column: str) -> bool:
    """Whether a row of a named dataset is in the split. Rows without text are in "train", which reports them."""
    if text is not None and not isinstance(text, str):
        raise ValueError(f"the column {column!r} holds no text but {text!r:.80}: choose another with --text_column")
    return split == "train" if text is None else is_held_out(text, share) == (split == "evaluation")


def _rows(args: TextArguments, split: Split) -> "Dataset | IterableDataset":
    """Rows of one split: `text`, and for files the columns of `read_documents`. Only a stream has broken ones."""
    from datasets import Dataset, Features, IterableDataset, NamedSplit, Value

    share = args.validation_share
    if args.train_files:
        source = {
            "generator": read_documents,
            "features": Features({"text": Value("string"), "ends": Value("bool"), "error": Value("string")}),
            "gen_kwargs": {
                "files": text_files(args.train_files),
                "column": args.text_column,
                "split": split,
                "share": share,
                "skips": args.on_bad_record == "skip",
            },
        }
        if args.streaming:
            return IterableDataset.from_generator(**source)
        num_proc = _processes(args, len(source["gen_kwargs"]["files"]))
        return _readable(args, Dataset.from_generator(**source, num_proc=num_proc, split=NamedSplit(split)))
    assert args.dataset_name is not None  # as _check has seen
    rows = load_named_dataset(args.dataset_name, args.dataset_config, "train", args.streaming)
    columns = rows.column_names or list(next(iter(rows), {}))
    if args.text_column not in columns:
        raise ValueError(f"{args.dataset_name}: {no_column(args.text_column, columns)}")
    rows = rows.select_columns([args.text_column])
    if args.text_column != "text":
        rows = rows.rename_column(args.text_column, "text")
    if split == "train" and not args.streaming:
        rows = _readable(args, rows)
    options = {"split": split, "share": share, "column": args.text_column}
    how = _how(args, rows, f"choosing text: {split}")
    return rows.filter(_is_in_split, input_columns="text", fn_kwargs=options, **how)


def _processes(args: TextArguments, num_parts: int) -> int | None:
    """How many processes to start, at most one for each part; None where one is enough."""
    num_proc = min(args.num_proc, num_parts)
    return num_proc if num_proc > 1 else None


def _how(args: TextArguments, rows: "Dataset | IterableDataset", description: str) -> dict[str, Any]:
    """Options for `map` and `filter`; for a stream there are none."""
    return {} if args.streaming else {"num_proc": _processes(args, ceil(len(rows) / BATCH)), "desc": description}


def _readable(args: TextArguments, rows: "Dataset") -> "Dataset":
    """The rows that have text. Raises BadRecordError for the first that has none, or logs how many are left out."""
    texts = rows.data.column("text")
    if texts.null_count == 0:
        return rows
    if "error" in rows.column_names:
        first = rows.data.column("error").drop_null()[0].as_py()
    else:
        first = f"{args.dataset_name}, row {texts.is_null().index(True).as_py() + 1}: no text"
    if not args.on_bad_record == "skip":
        raise BadRecordError(f"{first}{WAY_OUT}")
    logger.warning(f"records left out because they cannot be read: {texts.null_count}; the first: {first}")
    return rows.filter(_is_read, input_columns="text", desc="leaving out broken records")


def _is_read(text: str | None) -> bool:
    return text is not None


def text_blocks(
    tokenizer: PreTrainedTokenizerBase, args: TextArguments, block_size: int, split: Split
) -> "Dataset | IterableDataset":
    """Blocks of `block_size` tokens of one split, as `input_ids`; a stream where `args.streaming` says so.

    Raises ValueError, BadRecordError for broken records, and FileNotFoundError, each naming the way out.
    """
    from datasets import Features, List, Value

    _check(args, tokenizer)
    rows = _rows(args, split)
    options = {"tokenizer": tokenizer, "block_size": block_size, "skips": args.on_bad_record == "skip"}
    blocks = rows.map(
        pack_documents,
        batched=True,
        batch_size=BATCH,
        remove_columns=rows.column_names or ["text"],
        features=Features({"input_ids": List(Value("int32"))}),
        fn_kwargs=options,
        **_how(args, rows, f"tokenising and packing text: {split}"),
    )
    is_empty = next(iter(blocks), None) is None
    if is_empty and split == "train":
        raise ValueError(f"there is no block of block_size={block_size} tokens in the text: too little text")
    if is_empty:
        raise ValueError(
            f"validation_share={args.validation_share} holds back less than a block of block_size={block_size} tokens "
            "for validation: raise the share"
        )
    return blocks


def text_datasets(
    tokenizer: PreTrainedTokenizerBase, args: TextArguments, block_size: int, seed: int
) -> tuple["Dataset | IterableDataset", "Dataset"]:
    """Text to train on, shuffled where it is a stream, and text to validate on, `num_eval_blocks` at most."""
    train = text_blocks(tokenizer, args, block_size, "train")
    if args.streaming:
        train = train.shuffle(seed=seed, buffer_size=SHUFFLED)
    return train, validation_blocks(tokenizer, args, block_size)


def validation_blocks(tokenizer: PreTrainedTokenizerBase, args: TextArguments, block_size: int) -> "Dataset":
    """Blocks of the text that is never trained on, `num_eval_blocks` at most; of a stream the first ones."""
    from datasets import Dataset

    blocks = text_blocks(tokenizer, args, block_size, "evaluation")
    if args.streaming:
        chosen = Dataset.from_list(list(islice(blocks, args.num_eval_blocks)), features=blocks.features)
    else:
        chosen = blocks.select(range(min(len(blocks), args.num_eval_blocks)))
    return chosen.with_format("torch")
