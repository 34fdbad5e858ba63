"""Questions with known answers, read from a file or from the Hub, in the formats of the public data sets.

What is unusual: nothing is guessed and nothing is skipped in silence. A row that lacks a field, or whose answer is no
number, is an error that says where it is; the format is recognised by the fields of the first row. A hash of the
question says whether it is one to train on or to evaluate on, so that a file can serve for both.
"""

import math
import random
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from transformers.utils import logging

from .answered_plans import with_plans
from .arguments import DEFAULT_TEMPLATE, QuestionArguments
from .checks import check_prompt_template
from .equations import composed_annotations, equation_plan, parse_equation
from .numeric_match import parse_answer, parse_number
from .problems import END_OF_LINE, EVALUATION_SHARE, Expression, PlanFormat, Split
from .question_variants import varied
from .records import READERS, BadRecordError, FieldRow, Record, dataset_records, file_records, is_held_out
from .tasks import Line
from .word_problem_schemas import ANSWERS

logger = logging.get_logger(__name__)


class Question(NamedTuple):
    """prompt: what the model is given. answer: the text of a number, as it is to follow the prompt.

    equation: what the data set says computes the answer, over decimal texts; None where it says nothing that can be
    read. where: the place of its row. group: the value of the field by which questions are grouped. text: the question
    without a template; empty where it is a prompt as it stands.
    """

    prompt: str
    answer: str
    equation: Expression | None = None
    where: str = ""
    group: str | None = None
    text: str = ""


class Questions(NamedTuple):
    """What a file holds: its format, the questions, and how many were left out.

    non_numbers: because their answer is no number. bad_records: because they cannot be read.
    """

    format: str
    questions: list[Question]
    non_numbers: int
    bad_records: int


class NotANumberError(ValueError):
    """The answer of a question is no number."""


class Format(NamedTuple):
    """fields: names of the fields, each followed by its other names behind bars. read: values -> question, answer.

    is_prompt: whether the question is a whole prompt already, to be followed by the answer as it stands. equation: all
    fields of a row -> what computes the answer; None where rows say nothing of that.
    """

    fields: tuple[str, ...]
    read: Callable[..., tuple[str, Any]]
    is_prompt: bool = False
    equation: Callable[[dict[str, Any]], Expression | None] | None = None


def _gsm8k(question: str, answer: str) -> tuple[str, str]:
    _, mark, number = str(answer).rpartition("####")
    if not mark:
        raise ValueError("the answer does not end in '#### NUMBER'")
    return question, number


def _filled(text: str, numbers: str) -> str:
    """With its numbers in place of number0, number1, ..."""
    texts = [_plain(number) for number in numbers.split()]

    def fill(match: re.Match) -> str:
        if int(match[1]) >= len(texts):
            raise ValueError(f"the question has {match[0]}, Numbers only {len(texts)}")
        return texts[int(match[1])]

    return re.sub(r"\bnumber([0-9]+)\b", fill, text)


def _stated(*names: str) -> Callable[[dict[str, Any]], Expression | None]:
    """Reads the equation in the first of these fields that a row has."""

    def read(fields: dict[str, Any]) -> Expression | None:
        text = next((fields[name] for name in names if isinstance(fields.get(name), str)), None)
        return None if text is None else parse_equation(text)

    return read


def _svamp_train_equation(fields: dict[str, Any]) -> Expression | None:
    text = fields.get("Equation")
    return parse_equation(_filled(text, fields["Numbers"])) if isinstance(text, str) else None


def _bigbench(question: str, target: Any) -> tuple[str, Any]:
    return question, max(target, key=lambda answer: target[answer]) if isinstance(target, dict) else _only(target)


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
    "gsm8k": Format(
        ("question", "answer"), _gsm8k, equation=lambda fields: composed_annotations(str(fields["answer"]))
    ),
    "svamp_train": Format(
        ("Question", "Numbers", "Answer"),
        lambda question, numbers, answer: (_filled(question, numbers), answer),
        equation=_svamp_train_equation,
    ),
    "svamp": Format(
        ("Body", "Question", "Answer"),
        lambda body, question, answer: (f"{body} {question}", answer),
        equation=_stated("Equation"),
    ),
    "asdiv": Format(
        ("Body|body", "Question|question", "Answer|answer", "Formula|formula"),
        # "9 (apples)": the unit is not asked for.
        lambda body, question, answer, _: (f"{body} {question}", str(answer).partition("(")[0]),
        equation=_stated("Formula", "formula"),
    ),
    "mawps": Format(
        ("original_text|sQuestion", "ans|lSolutions"),
        lambda text, answer: (text, _only(answer)),
        equation=_stated("equation"),
    ),
    "bigbench": Format(("input", "target|target_scores"), _bigbench),
}


def read_questions(arguments: QuestionArguments, split: Split | None = None) -> Questions:
    """The questions of `arguments.questions`: all, or those of one split, by their hash.

    Raises FileNotFoundError where there is no such file, ValueError, naming the place, for whatever cannot be read.
    """
    _check(arguments)
    reader = _Reader(arguments)
    chosen = [question for question in reader if split is None or split == _split_of(question)]
    if not chosen:
        raise ValueError(reader.why_none(split))
    format = FORMATS[reader.format]
    asked = [_in_template(question, format, arguments.prompt_template) for question in chosen]
    return Questions(reader.format, asked, reader.non_numbers, len(reader.bad_records))


def fold_files(directory: str) -> dict[str, Path]:
    """The file to measure on of each fold, by the name of its folder: dev or test, in any format.

    Raises ValueError where there is none, and for a folder with several.
    """
    files: dict[str, Path] = {}
    for file in sorted(Path(directory).glob("*/*")):
        if file.stem in ("test", "dev") and file.suffix in READERS:
            fold = file.parent.name
            if fold in files:
                raise ValueError(f"{file.parent} holds {files[fold].name} and {file.name}: keep one to measure on")
            files[fold] = file
    if not files:
        raise ValueError(f"{directory} holds no folds: folders with a file named dev or test ({', '.join(READERS)})")
    return files


def question_file_lines(
    arguments: QuestionArguments,
    plan_format: PlanFormat | None = None,
    split: Split | None = None,
    num_variants: int = 0,
    seed: int = 0,
) -> list[Line]:
    """The questions as lines to train on: all, or those of one split.

    plan_format: of the plans that their equations label, where a question has one that can be read. A question without
    an equation has a plan where `with_plans` finds it. None where answers alone are to be learned from.
    num_variants: how many stand behind each question whose equation makes a plan (`question_variants`); fewer where no
    other numbers are found. seed: of what is drawn for them.
    Raises BadRecordError, naming the place, for an equation that makes no plan; `on_bad_record="skip"` leaves such
    questions out and tells how many, with the first. Raises ValueError where none is left.
    """
    lines: list[Line] = []
    bad: list[BadRecordError] = []
    generator = random.Random(seed)
    for question in read_questions(arguments, split).questions:
        try:
            lines.append(_line(question, plan_format))
        except BadRecordError as error:
            if arguments.on_bad_record == "error":
                raise
            bad.append(error)
        else:
            lines += islice(_variants(question, plan_format, generator), num_variants)
    if not lines:
        raise ValueError(f"{arguments.questions} holds no question whose equation makes a plan; the first: {bad[0]}")
    if bad:
        logger.warning(f"left out: {len(bad)} questions whose equation makes no plan; the first: {bad[0]}")
    if plan_format is not None:
        open_lines = [index for index, line in enumerate(lines) if line.plan is None]
        for index, line in zip(open_lines, with_plans([lines[i] for i in open_lines], plan_format), strict=True):
            lines[index] = line
    return lines


def _line(question: Question, plan_format: PlanFormat | None) -> Line:
    if question.equation is None or plan_format is None:
        return Line(question.prompt, question.answer, END_OF_LINE)
    try:
        plan, answer = equation_plan(question.prompt, question.answer, question.equation, plan_format)
    except ValueError as error:
        raise BadRecordError(f"{question.where}: {error}; --on_bad_record skip leaves such questions out") from error
    return Line(question.prompt, answer, END_OF_LINE, plan)


def _variants(question: Question, plan_format: PlanFormat | None, generator: random.Random) -> Iterator[Line]:
    """Variants of a question that have a plan; none of one that has no plan itself."""
    if plan_format is None or question.equation is None or not question.text:
        return
    while (variant := varied(question.text, question.equation, generator)) is not None:
        text, equation, value = variant
        prompt = generator.choice(ANSWERS).replace("{}", text)
        answer = str(Decimal(value.numerator) / value.denominator)
        try:
            yield _line(question._replace(prompt=prompt, answer=answer, equation=equation), plan_format)
        except BadRecordError:  # a number more than the model reads, or digits that do not fit
            return


def _check(arguments: QuestionArguments):
    template, format = arguments.prompt_template, arguments.questions_format
    if not arguments.questions:
        raise ValueError("questions need --questions, a local file or the name of a dataset on the Hub")
    check_prompt_template(template)
    if format is not None and format not in FORMATS:
        raise ValueError(f"questions_format={format!r}: unknown; known formats: {_known_formats()}")


def _records(arguments: QuestionArguments) -> Iterable[Record]:
    """Records of a local file, or of a dataset."""
    assert arguments.questions is not None  # as _check has seen
    path = Path(arguments.questions)
    if path.is_file():
        return file_records(path)
    if path.suffix in READERS:
        raise FileNotFoundError(f"there is no file {path}")
    return dataset_records(arguments.questions, arguments.questions_config, arguments.questions_split)


class _Reader:
    """Iterates over the questions. A row that cannot be read is refused, or left out and counted, as asked for."""

    def __init__(self, arguments: QuestionArguments):
        self.arguments = arguments
        self.format = arguments.questions_format or ""  # recognised by the first row
        self.non_numbers = 0
        self.bad_records: list[BadRecordError] = []

    def __iter__(self) -> Iterator[Question]:
        for record in _records(self.arguments):
            try:
                question = self._read(record)
            except NotANumberError:
                if not self.arguments.skip_non_numbers:
                    raise
                self.non_numbers += 1
            except BadRecordError as error:
                if self.arguments.on_bad_record == "error":
                    raise
                self.bad_records.append(error)
            else:
                yield question

    def _read(self, record: Record) -> Question:
        if isinstance(record, BadRecordError):
            raise record
        self.format = self.format or _recognise(record)
        question = _question(record, self.format)
        name = self.arguments.group_by
        if name is None:
            return question
        if name not in record.fields:
            raise BadRecordError(f"{record.where}: there is no field {name!r} to group by, but {_fields(record)}")
        return question._replace(group=str(record.fields[name]))

    def why_none(self, split: Split | None) -> str:
        """The sentence for a file of which no question is left."""
        name = self.arguments.questions
        if self.bad_records:
            return f"{name} holds no question that can be read; {self.bad_records[0]}"
        if self.non_numbers:
            return f"{name} holds no question whose answer is a number"
        return f"{name} holds no questions" + (f" in the split {split}: too few" if split else "")


def _split_of(question: Question) -> Split:
    """The split of a question, the same whatever its template, capitals and spaces."""
    text = " ".join(question.prompt.casefold().split())
    return "evaluation" if is_held_out(text, 1 / EVALUATION_SHARE) else "train"


def _in_template(question: Question, format: Format, template: str | None) -> Question:
    """The question as the prompt that the model is given."""
    if template is None:
        template = "{question}" if format.is_prompt else DEFAULT_TEMPLATE
    text = question.prompt if format.is_prompt else question.prompt.strip()
    return question._replace(prompt=template.replace("{question}", text), text="" if format.is_prompt else text)


def _known_formats() -> str:
    return ", ".join(f"{name} ({', '.join(format.fields)})" for name, format in FORMATS.items())


def _value(fields: dict[str, Any], name: str) -> Any | None:
    """The value of a field, under the first of its names that the row has."""
    return next((fields[alias] for alias in name.split("|") if fields.get(alias) is not None), None)


def _recognise(row: FieldRow) -> str:
    """The format whose fields are all in the row, of several the one with most fields.

    Where no format is complete, it is the one with most fields in the row.
    """

    def fit(format: Format) -> tuple[bool, int]:
        present = sum(_value(row.fields, name) is not None for name in format.fields)
        return present == len(format.fields), present

    best = max(FORMATS, key=lambda name: fit(FORMATS[name]))
    if fit(FORMATS[best])[1] == 0:
        raise ValueError(f"{row.where}: {_fields(row)} are of no known format: {_known_formats()}")
    return best


def _fields(row: FieldRow) -> str:
    return "the fields " + ", ".join(str(name) for name, value in row.fields.items() if value is not None)


def _question(row: FieldRow, format_name: str) -> Question:
    """The question of a row, without a template.

    Raises BadRecordError for missing and empty fields, NotANumberError for an answer that is no number.
    """
    format = FORMATS[format_name]
    values = [_value(row.fields, name) for name in format.fields]
    if None in values:
        missing = format.fields[values.index(None)].replace("|", " or ")
        raise BadRecordError(
            f"{row.where}: format {format_name} needs the field {missing!r}; there are {_fields(row)}"
        )
    for name, value in zip(format.fields[:-1], values, strict=False):
        if not isinstance(value, str):
            raise BadRecordError(f"{row.where}: the field {name!r} must be text, not {value!r}")
    try:
        question, answer = format.read(*values)
        if not question.strip():
            raise ValueError("the question is empty")
    except (TypeError, ValueError) as error:
        raise BadRecordError(f"{row.where}: {error}") from error
    try:
        answer = answer if isinstance(answer, str) and (format.is_prompt or "/" in answer) else _plain(answer)
        parse_answer(answer)
    except ValueError as error:
        raise NotANumberError(
            f"{row.where}: the answer {answer!r} is no number; --skip_non_numbers leaves such questions out"
        ) from error
    return Question(question, answer, format.equation and format.equation(row.fields), row.where)


def _plain(number: Any) -> str:
    """Text of a number as one would write it: 1,080 as 1080, 504.0 as 504, 12.50 as it is; raises ValueError."""
    if isinstance(number, float) and math.isfinite(number):
        number = Decimal(repr(number))
    if isinstance(number, bool) or not isinstance(number, (str, int, Decimal)):
        raise ValueError(f"{number!r} is no number")
    value = parse_number(number) if isinstance(number, str) else Decimal(number)
    return re.sub(r"\.0+$", "", format(value, "f"))
