"""Documents of text files, JSON lines and Parquet files: the documents of one split, and the records that are broken.

What is unusual: a text file is one document, read in pieces, and its end is the evaluation split. In other files each
row is a document, and its hash says its split. Reading never raises: a broken record becomes a row that says what is
wrong, and that row is still there when the rows come from a cache.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from .arguments import TEXT_SUFFIXES
from .problems import Split
from .records import BadRecordError, FieldRow, Record, decode, is_held_out, jsonl_records, lines

PIECE = 16_384  # bytes of a text file that are read as one row
PARQUET_ROWS = 1_000  # that are read at a time

File = tuple[str, int, int]  # path, size and time of its last change, by which a cache knows it


def text_files(names: Sequence[str]) -> list[File]:
    """The files named, and those in the folders named.

    Raises FileNotFoundError for what is not there, ValueError for other kinds of files, empty ones and folders
    without any.
    """
    paths: list[Path] = []
    for name in names:
        path = Path(name)
        if not path.exists():
            raise FileNotFoundError(f"there is no file or folder {name}")
        found = sorted(file for file in path.rglob("*") if file.suffix in TEXT_SUFFIXES) if path.is_dir() else [path]
        if not found:
            raise ValueError(f"the folder {name} holds no files of the kinds {', '.join(TEXT_SUFFIXES)}")
        paths += found
    files = []
    for path in dict.fromkeys(paths):
        if path.suffix not in TEXT_SUFFIXES:
            raise ValueError(f"{path}: unknown kind of file {path.suffix!r}; known: {', '.join(TEXT_SUFFIXES)}")
        stat = path.stat()
        if stat.st_size == 0:
            raise ValueError(f"{path} is empty")
        files.append((str(path), stat.st_size, stat.st_mtime_ns))
    return files


def read_documents(
    files: list[File], column: str, split: Split, share: float, skips: bool
) -> Iterator[dict[str, Any]]:
    """Rows of one split: `text`, `ends` (whether a document ends with it) and `error`.

    For a broken record `text` is None and `error` says why. Reading ends there unless it `skips` such records.
    """
    for name, size, _ in files:
        path = Path(name)
        rows = _pieces(path, size, split, share) if path.suffix == ".txt" else _documents(path, column, split, share)
        for row in rows:
            if isinstance(row, BadRecordError):
                yield {"text": None, "ends": False, "error": str(row)}
                if not skips:
                    return
            else:
                text, ends = row
                yield {"text": text, "ends": ends, "error": None}
    # datasets cannot store a dataset without rows, and would raise before we can say what to do.
    yield {"text": "", "ends": False, "error": None}


def _pieces(path: Path, size: int, split: Split, share: float) -> Iterator[tuple[str, bool] | BadRecordError]:
    """The pieces of a text file in one split. A line is in the split in which it begins."""
    piece, held, position = [], 0, 0
    for where, line in lines(path, PIECE):
        is_behind = position >= (1 - share) * size
        position += len(line)
        if is_behind != (split == "evaluation"):
            continue
        try:
            piece.append(decode(line, where))
        except BadRecordError as error:
            yield error
        held += len(line)
        if held >= PIECE:
            yield "".join(piece), False
            piece, held = [], 0
    yield "".join(piece), True


def _documents(path: Path, column: str, split: Split, share: float) -> Iterator[tuple[str, bool] | BadRecordError]:
    records = jsonl_records(path) if path.suffix == ".jsonl" else _parquet_records(path, column)
    for record in records:
        try:
            if isinstance(record, BadRecordError):
                raise record
            text = _text_of(record, column)
        except BadRecordError as error:
            if split == "train":  # a broken record has no split; it is reported once
                yield error
            continue
        if text and is_held_out(text, share) == (split == "evaluation"):
            yield text, True


def _text_of(row: FieldRow, column: str) -> str:
    """Raises BadRecordError where the row has no text in its column."""
    if column not in row.fields:
        raise BadRecordError(f"{row.where}: {no_column(column, row.fields)}")
    text = row.fields[column]
    if not isinstance(text, str):
        raise BadRecordError(f"{row.where}: the column {column!r} holds no text but {text!r:.80}")
    try:
        text.encode()
    except UnicodeEncodeError as error:  # JSON can say half a character
        raise BadRecordError(f"{row.where}: not a text: {error}") from error
    return text


def no_column(column: str, columns: Iterable[str]) -> str:
    """The sentence about a column that is missing."""
    return f"there is no column {column!r}; there are {', '.join(columns)}: choose one with --text_column"


def _parquet_records(path: Path, column: str) -> Iterator[Record]:
    import pyarrow
    from pyarrow import parquet

    number = 0
    try:
        file = parquet.ParquetFile(path)
        names = file.schema_arrow.names
        if column not in names:
            raise BadRecordError(f"{path}: {no_column(column, names)}")
        for batch in file.iter_batches(PARQUET_ROWS, columns=[column]):
            for text in batch.column(0).to_pylist():
                number += 1
                yield FieldRow(f"{path}, row {number}", {column: text})
    except BadRecordError as error:
        yield error
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        yield BadRecordError(f"{path}, behind row {number}: broken Parquet: {error}")
