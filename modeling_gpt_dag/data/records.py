"""Records of files and of datasets: where each record stands, whether it is broken, and which split it is in.

What is unusual: a record that cannot be read does not end the reading. It arrives as an error that says file and line.
The caller refuses it, or leaves it out and counts it (`on_bad_record`).
"""

import codecs
import csv
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

if TYPE_CHECKING:
    from datasets import Dataset, IterableDataset


class BadRecordError(ValueError):
    """A record cannot be read; the message says where it stands and why."""


class FieldRow(NamedTuple):
    """Where a row stands (file and line, or file and its number among the rows, from 1), and its fields."""

    where: str
    fields: dict[str, Any]


Record = FieldRow | BadRecordError


def is_held_out(text: str, share: float) -> bool:
    """Whether a text is in the evaluation split, a `share` of all texts. Its hash decides, so copies agree."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) < share * 2**32


def lines(path: Path, longest: int = -1) -> Iterator[tuple[str, bytes]]:
    """For each line where it stands, and its bytes. A line of more than `longest` bytes is cut between characters."""
    number = 1
    with path.open("rb") as file:
        while line := file.readline(longest):
            is_whole = line.endswith(b"\n")
            # Bytes that continue a character.
            while not is_whole and b"\x80" <= file.peek(1)[:1] < b"\xc0":
                line += file.read(1)
            is_first = file.tell() == len(line)
            yield f"{path}, line {number}", line.removeprefix(codecs.BOM_UTF8) if is_first else line
            number += is_whole


def decode(text: bytes, where: str) -> str:
    """Raises BadRecordError for bytes that are no UTF-8."""
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise BadRecordError(f"{where}: not UTF-8 text: {error}") from error


def _text(path: Path) -> str:
    """The text of a file that is one document; raises BadRecordError, naming the line, where it is no UTF-8."""
    return "".join(decode(line, where) for where, line in lines(path))


def _parse_json(text: str, where: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadRecordError(f"{where}: broken JSON: {error}") from error


def _row(where: str, fields: Any) -> FieldRow:
    if not isinstance(fields, dict):
        raise BadRecordError(f"{where}: must be an object with fields, not {fields!r:.80}")
    return FieldRow(where, fields)


def jsonl_records(path: Path) -> Iterator[Record]:
    """Records of a file with an object in each line."""
    for where, line in lines(path):
        if line.strip():
            try:
                yield _row(where, _parse_json(decode(line, where), where))
            except BadRecordError as error:
                yield error


def _json_records(path: Path) -> Iterator[Record]:
    """Records of a list, or of the `examples` of a BIG-bench task."""
    document = _parse_json(_text(path), str(path))
    if isinstance(document, dict) and "examples" in document:
        document = document["examples"]
    if not isinstance(document, list):
        raise ValueError(f"{path}: must be a list of questions, or a task with a list of examples; lines are .jsonl")
    for number, fields in enumerate(document, 1):
        try:
            yield _row(f"{path}, row {number}", fields)
        except BadRecordError as error:
            yield error


def _csv_records(path: Path) -> Iterator[Record]:
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        for fields in reader:
            yield FieldRow(f"{path}, line {reader.line_num}", fields)
    except csv.Error as error:
        raise BadRecordError(f"{path}, line {reader.line_num}: broken CSV: {error}") from error


def _xml_records(path: Path) -> Iterator[Record]:
    try:
        root = ElementTree.fromstring(_text(path).encode())
    except ElementTree.ParseError as error:
        raise BadRecordError(f"{path}: broken XML: {error}") from error
    for number, problem in enumerate(root.iter("Problem"), 1):
        yield FieldRow(f"{path}, row {number}", {child.tag: child.text or "" for child in problem})


READERS: dict[str, Callable[[Path], Iterable[Record]]] = {
    ".jsonl": jsonl_records,
    ".json": _json_records,
    ".csv": _csv_records,
    ".xml": _xml_records,
}


def file_records(path: Path) -> Iterable[Record]:
    """Records of a task file; raises ValueError for an unknown kind of file and for a document broken as a whole."""
    if path.suffix not in READERS:
        raise ValueError(f"{path}: unknown kind of file {path.suffix!r}; known: {', '.join(READERS)}")
    return READERS[path.suffix](path)


def load_named_dataset(
    name: str, config: str | None, split: str, streaming: bool = False
) -> "Dataset | IterableDataset":
    """A dataset on the Hub, or of a local directory that holds one; raises ValueError where none can be loaded."""
    from datasets import load_dataset

    try:
        return load_dataset(name, config, split=split, streaming=streaming)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: a dataset that is a script
        raise ValueError(f"{name} is no file, and no dataset could be loaded: {error}") from error


def dataset_records(name: str, config: str | None, split: str) -> Iterator[FieldRow]:
    """Rows of a dataset on the Hub, or of a local directory that holds one."""
    for number, fields in enumerate(load_named_dataset(name, config, split), 1):
        yield FieldRow(f"{name}, {split}, row {number}", fields)
