"""Questions with known answers, read from a file or from the Hub, in the formats of the public data sets.

What is unusual: nothing is guessed and nothing is skipped in silence. A row that lacks a field, or whose answer is no
number, is an error that says where it is; the format is recognised by the fields of the first row.
"""

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from .numeric_match import parse_number

DEFAULT_TEMPLATE = "{question} "


@dataclass
class FileArguments:
    """Which questions to read."""

    file: str | None = field(
        default=None, metadata={"help": "task file: a .jsonl, .json, .csv or .xml file, or a dataset on the Hub"}
    )
    split: str = field(default="test", metadata={"help": "split of a dataset on the Hub"})
    subset: str | None = field(default=None, metadata={"help": "configuration of a dataset on the Hub, e.g. main"})
    format: str | None = field(default=None, metadata={"help": "of the rows; recognised by their fields by default"})
    prompt_template: str | None = field(
        default=None,
        metadata={"help": f"prompt around {{question}}; by default as training has it: {DEFAULT_TEMPLATE!r}"},
    )
    skip_non_numbers: bool = field(
        default=False, metadata={"help": "leave out, and count, questions whose answer is no number"}
    )


class Question(NamedTuple):
    """prompt: what the model is given. answer: the text of a number, as it is to follow the prompt."""

    prompt: str
    answer: str


class Questions(NamedTuple):
    """What a file holds: its format, the questions, and how many were left out because their answer is no number."""

    format: str
    questions: list[Question]
    non_numbers: int


class NotANumberError(ValueError):
    """The answer of a question is no number."""


class Row(NamedTuple):
    """Where a row stands (file and line, or file and its number among the rows, from 1), and its fields."""

    where: str
    fields: dict[str, Any]


class Format(NamedTuple):
    """fields: names, each with the others it is known by behind a bar. read: their values -> question, answer.

    is_prompt: whether the question is a whole prompt already, to be followed by the answer as it stands.
    """

    fields: tuple[str, ...]
    read: Callable[..., tuple[str, Any]]
    is_prompt: bool = False


def _gsm8k(question: str, answer: str) -> tuple[str, str]:
    _, mark, number = str(answer).rpartition("####")
    if not mark:
        raise ValueError("the answer does not end in '#### NUMBER'")
    return question, number


def _svamp_train(question: str, numbers: str, answer: Any) -> tuple[str, Any]:
    texts = [_plain(number) for number in numbers.split()]

    def fill(match: re.Match) -> str:
        if int(match[1]) >= len(texts):
            raise ValueError(f"the question has {match[0]}, Numbers only {len(texts)}")
        return texts[int(match[1])]

    return re.sub(r"\bnumber([0-9]+)\b", fill, question), answer


def _bigbench(question: str, target: Any) -> tuple[str, Any]:
    return question, max(target, key=target.get) if isinstance(target, dict) else _only(target)


def _only(answers: Any) -> Any:
    """The answer of a list that holds one."""
    if not isinstance(answers, list):
        return answers
    if len(answers) != 1:
        raise ValueError(f"{len(answers)} answers {answers}, where one is needed")
    return answers[0]


FORMATS = {
    "prompt": Format(("prompt", "answer"), lambda prompt, answer: (prompt, answer), is_prompt=True),
    "gpt3": Format(("context", "completion"), lambda context, completion: (context, completion), is_prompt=True),
    "gsm8k": Format(("question", "answer"), _gsm8k),
    "svamp_train": Format(("Question", "Numbers", "Answer"), _svamp_train),
    "svamp": Format(("Body", "Question", "Answer"), lambda body, question, answer: (f"{body} {question}", answer)),
    "asdiv": Format(
        ("Body|body", "Question|question", "Answer|answer", "Formula|formula"),
        # "9 (apples)": the unit is not asked for.
        lambda body, question, answer, _: (f"{body} {question}", str(answer).partition("(")[0]),
    ),
    "mawps": Format(("original_text|sQuestion", "ans|lSolutions"), lambda text, answer: (text, _only(answer))),
    "bigbench": Format(("input", "target|target_scores"), _bigbench),
}


def read_questions(arguments: FileArguments) -> Questions:
    """All questions of `arguments.file`.

    Raises FileNotFoundError where there is no such file, ValueError, naming the place, for whatever cannot be read.
    """
    name, template = arguments.file, arguments.prompt_template
    if not name:
        raise ValueError("task 'file' needs --file, a local file or the name of a dataset on the Hub")
    if template is not None and "{question}" not in template:
        raise ValueError(f"prompt_template={template!r}: must contain {{question}}")
    if arguments.format is not None and arguments.format not in FORMATS:
        raise ValueError(f"format={arguments.format!r}: unknown; known formats: {_known_formats()}")
    path = Path(name)
    if path.suffix in READERS and not path.is_file():
        raise FileNotFoundError(f"there is no file {name}")
    rows = list(_file_rows(path) if path.is_file() else _dataset_rows(name, arguments.subset, arguments.split))
    if not rows:
        raise ValueError(f"{name} holds no questions")
    format_name = arguments.format or _recognise(rows[0])
    questions, non_numbers = [], 0
    for row in rows:
        try:
            questions.append(_question(row, format_name, template))
        except NotANumberError:
            if not arguments.skip_non_numbers:
                raise
            non_numbers += 1
    if not questions:
        raise ValueError(f"{name} holds no question whose answer is a number")
    return Questions(format_name, questions, non_numbers)


def _known_formats() -> str:
    return ", ".join(f"{name} ({', '.join(format.fields)})" for name, format in FORMATS.items())


def _value(fields: dict[str, Any], name: str) -> Any | None:
    """Of the field, or of the first of its other names that is there."""
    return next((fields[alias] for alias in name.split("|") if fields.get(alias) is not None), None)


def _recognise(row: Row) -> str:
    """The format most of whose fields are in the row: all of them, of several such formats the one with most."""

    def fit(format: Format) -> tuple[bool, int]:
        present = sum(_value(row.fields, name) is not None for name in format.fields)
        return present == len(format.fields), present

    best = max(FORMATS, key=lambda name: fit(FORMATS[name]))
    if fit(FORMATS[best])[1] == 0:
        raise ValueError(f"{row.where}: {_fields(row)} are of no known format: {_known_formats()}")
    return best


def _fields(row: Row) -> str:
    return "the fields " + ", ".join(str(name) for name, value in row.fields.items() if value is not None)


def _question(row: Row, format_name: str, template: str | None) -> Question:
    format = FORMATS[format_name]
    values = [_value(row.fields, name) for name in format.fields]
    if None in values:
        missing = format.fields[values.index(None)].replace("|", " or ")
        raise ValueError(f"{row.where}: format {format_name} needs the field {missing!r}; there are {_fields(row)}")
    for name, value in zip(format.fields[:-1], values, strict=False):
        if not isinstance(value, str):
            raise ValueError(f"{row.where}: the field {name!r} must be text, not {value!r}")
    try:
        question, answer = format.read(*values)
        if not question.strip():
            raise ValueError("the question is empty")
    except (TypeError, ValueError) as error:
        raise ValueError(f"{row.where}: {error}") from error
    try:
        answer = answer if format.is_prompt and isinstance(answer, str) else _plain(answer)
        parse_number(answer)
    except ValueError as error:
        raise NotANumberError(
            f"{row.where}: the answer {answer!r} is no number; --skip_non_numbers leaves such questions out"
        ) from error
    if template is None:
        template = "{question}" if format.is_prompt else DEFAULT_TEMPLATE
    return Question(template.replace("{question}", question if format.is_prompt else question.strip()), answer)


def _plain(number: Any) -> str:
    """Text of a number as one would write it: 1,080 as 1080, 504.0 as 504, 12.50 as it is; raises ValueError."""
    if isinstance(number, float) and math.isfinite(number):
        number = Decimal(repr(number))
    if isinstance(number, bool) or not isinstance(number, (str, int, Decimal)):
        raise ValueError(f"{number!r} is no number")
    value = parse_number(number) if isinstance(number, str) else Decimal(number)
    return re.sub(r"\.0+$", "", format(value, "f"))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text: {error}") from error


def _parse_json(text: str, where: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise ValueError(f"{where}: broken JSON: {error}") from error


def _row(where: str, fields: Any) -> Row:
    if not isinstance(fields, dict):
        raise ValueError(f"{where}: must be an object with fields, not {fields!r:.80}")
    return Row(where, fields)


def _jsonl_rows(path: Path) -> Iterator[Row]:
    # Not splitlines(), which also splits at line separators inside of strings.
    for number, line in enumerate(_text(path).split("\n"), 1):
        if line.strip():
            where = f"{path}, line {number}"
            yield _row(where, _parse_json(line, where))


def _json_rows(path: Path) -> Iterator[Row]:
    """Of a list, or of the `examples` of a BIG-bench task."""
    document = _parse_json(_text(path), str(path))
    if isinstance(document, dict) and "examples" in document:
        document = document["examples"]
    if not isinstance(document, list):
        raise ValueError(f"{path}: must be a list of questions, or a task with a list of examples; lines are .jsonl")
    return (_row(f"{path}, row {number}", fields) for number, fields in enumerate(document, 1))


def _csv_rows(path: Path) -> Iterator[Row]:
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        for fields in reader:
            yield Row(f"{path}, line {reader.line_num}", fields)
    except csv.Error as error:
        raise ValueError(f"{path}, line {reader.line_num}: broken CSV: {error}") from error


def _xml_rows(path: Path) -> Iterator[Row]:
    try:
        root = ElementTree.fromstring(_text(path).encode())
    except ElementTree.ParseError as error:
        raise ValueError(f"{path}: broken XML: {error}") from error
    for number, problem in enumerate(root.iter("Problem"), 1):
        yield Row(f"{path}, row {number}", {child.tag: child.text or "" for child in problem})


READERS: dict[str, Callable[[Path], Iterable[Row]]] = {
    ".jsonl": _jsonl_rows,
    ".json": _json_rows,
    ".csv": _csv_rows,
    ".xml": _xml_rows,
}


def _file_rows(path: Path) -> Iterable[Row]:
    if path.suffix not in READERS:
        raise ValueError(f"{path}: unknown kind of file {path.suffix!r}; known: {', '.join(READERS)}")
    return READERS[path.suffix](path)


def _dataset_rows(name: str, subset: str | None, split: str) -> Iterator[Row]:
    """Of a dataset on the Hub, or of a local directory that holds one."""
    from datasets import load_dataset

    try:
        dataset = load_dataset(name, subset, split=split)
    except (OSError, ValueError) as error:
        raise ValueError(f"{name} is no file, and no dataset could be loaded: {error}") from error
    for number, fields in enumerate(dataset, 1):
        yield Row(f"{name}, {split}, row {number}", fields)
