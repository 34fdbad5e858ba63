"""Running text in which numbers are computed: which, by what expression, and where.

What is unusual: the text is parsed to make data for training and evaluation, and only for that; a model never parses.
Which numbers a model has read says its own reader, with each character a token.
Annotations `<<48/2=24>>`, as GSM8K's solutions have them, are taken out of the text. They say what computes the number
behind them. In text without annotations an expression, an equals sign and a number say the same.

The exact value of the expression is compared with the number in the text. Where they differ, the text is wrong or
rounded, and the number is nothing to learn from.
"""

import ast
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from pathlib import Path
from typing import Literal, NamedTuple

from transformers.utils import logging

from .exact_values import FUNCTIONS
from .number_places import numbers_of
from .numeric_match import parse_number
from .problems import END_OF_LINE, Expression, PlanFormat, Problem
from .records import BadRecordError, FieldRow, dataset_records, file_records

logger = logging.get_logger(__name__)

ANNOTATION = re.compile(r"<<([^<>]*)>>")
# As people write numbers: with thousands, and with a leading point.
NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
WRITTEN_NUMBER = re.compile(NUMBER)
SIGNS = str.maketrans({"x": "*", "X": "*", "×": "*", "÷": "/", "−": "-", "–": "-", "$": None})
OPERAND = rf"\(*\$?(?:{NUMBER})\)*"
EQUATION = re.compile(
    rf"(?P<expression>{OPERAND}(?:\s*[-+*/xX×÷−–]\s*{OPERAND})+)\s*=\s*\$?(?P<result>{NUMBER})(?![\d%])"
)
OPERATIONS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
}
# right: the number is what the expression gives. inexact: it is rounded or wrong. bare: nothing is computed.
Verdict = Literal["right", "inexact", "bare"]


class Calculation(NamedTuple):
    """A number that the text says is computed.

    start, end: its place in the text, end exclusive. value: the number. expression: over the decimal texts of its
    operands; its own where a result is said again, which is to be copied; None where the verdict is "bare".
    is_annotated: whether an annotation says so, where a text has any.
    """

    start: int
    end: int
    value: Decimal
    expression: Expression | None
    verdict: Verdict
    is_annotated: bool = True

    @property
    def is_contradiction(self) -> bool:
        """Whether the number is neither what its expression gives nor that rounded."""
        if self.verdict != "inexact" or self.expression is None:
            return False
        exact = fraction_value(self.expression)
        return exact is None or not is_rounded(self.value, exact)

    @property
    def num_operations(self) -> int:
        return num_operations(self.expression)

    def moved(self, shift: int) -> "Calculation":
        """The same, so many characters later."""
        return self._replace(start=self.start + shift, end=self.end + shift)


class ReasoningText(NamedTuple):
    """text: without annotations; the first `prompt_length` characters are given, as a question is.

    calculations: in the order of the text. group: the row of the evaluation that the text belongs to.
    deferred: results that could stand where the text first writes how they are computed, as 163 could in "subtract 9
        from 172, which is 172 - 9 = 163"; the place is that of the number that stands there.
    """

    text: str
    calculations: list[Calculation]
    prompt_length: int = 0
    group: str = ""
    deferred: Sequence[Calculation] = ()

    @property
    def question(self) -> str:
        """What is given, by which texts are compared; of a text without a prompt all of it."""
        return self.text[: self.prompt_length] if self.prompt_length else self.text


def leaves(expression: Expression) -> list[str]:
    """The decimal texts in an expression."""
    if isinstance(expression, tuple):
        return [leaf for operand in expression[1:] for leaf in leaves(operand)]
    return [str(expression)]


def num_operations(expression: Expression | None) -> int:
    """0 of what is no operation."""
    return 1 + sum(map(num_operations, expression[1:])) if isinstance(expression, tuple) else 0


def plain_number(text: str) -> str:
    """The decimal text of a number as people write it: "1,250" is "1250", ".5" is "0.5"."""
    bare = text.replace(",", "")
    return f"0{bare}" if bare.startswith(".") else bare


def parse_expression(text: str) -> Expression | None:
    """Sums, differences, products and quotients with parentheses, as a tree; None for any other text."""
    plain = WRITTEN_NUMBER.sub(lambda match: plain_number(match.group()), text.translate(SIGNS)).strip()
    return parsed_tree(plain, lambda leaf: leaf if WRITTEN_NUMBER.fullmatch(leaf) else None)


def parsed_tree(source: str, leaf_of: Callable[[str], Expression | None]) -> Expression | None:
    """The tree of an expression in Python's signs; None where it is none, or a leaf's text stands for nothing."""

    def tree(node: ast.expr) -> Expression:
        if isinstance(node, ast.BinOp):
            return OPERATIONS[type(node.op)], tree(node.left), tree(node.right)
        text = ast.get_source_segment(source, node) or ""
        leaf = leaf_of(text)
        if leaf is None:
            raise KeyError(text)
        return leaf

    try:
        return tree(ast.parse(source, mode="eval").body)
    except (SyntaxError, KeyError):
        return None


def fraction_value(expression: Expression) -> Fraction | None:
    """None where something is divided by zero."""
    if not isinstance(expression, tuple):
        return Fraction(expression)
    left, right = map(fraction_value, expression[1:])
    if left is None or right is None or (expression[0] == "divide" and right == 0):
        return None
    return FUNCTIONS[expression[0]](left, right)


def is_rounded(written: Decimal, exact: Fraction) -> bool:
    """Whether a number is an exact value, or that value rounded half up or half to even to its decimals."""
    exponent = written.as_tuple().exponent
    assert isinstance(exponent, int)
    scaled = exact * 10**-exponent
    mantissa = Fraction(written) * 10**-exponent
    half_up = (abs(scaled) + Fraction(1, 2)) // 1 * (1 if scaled >= 0 else -1)
    return mantissa in (scaled, half_up, round(scaled))


def exact_value(expression: Expression | None) -> Decimal | None:
    """As exact numerics would write it, with its count of decimals; None where there is no such decimal."""
    if expression is None:
        return None
    try:
        value = Problem("", (), expression, "").values()[-1]
    except ZeroDivisionError:
        return None
    return value if isinstance(value, Decimal) else None


def _calculation(start: int, number: str, expression: Expression | None) -> Calculation:
    value = parse_number(number)
    if not isinstance(expression, tuple):
        return Calculation(start, start + len(number), value, None, "bare")
    verdict: Verdict = "right" if fraction_value(expression) == Fraction(value) else "inexact"
    return Calculation(start, start + len(number), value, expression, verdict)


def annotated_text(text: str) -> ReasoningText:
    """Of a text with annotations, each directly before the number it computes; others are taken out and not heeded.

    Equations without an annotation that are right count as well: what they compute is computed.
    """
    parts: list[str] = []
    calculations: list[Calculation] = []
    length = end = 0
    for match in ANNOTATION.finditer(text):
        parts.append(text[end : match.start()])
        length += match.start() - end
        end = match.end()
        number = WRITTEN_NUMBER.match(text, end)
        if number is not None:
            expression = parse_expression(match[1].rpartition("=")[0])
            calculations.append(_calculation(length, number.group(), expression))
    whole = "".join([*parts, text[end:]])
    annotated = {calculation.start for calculation in calculations}
    calculations += [
        equation._replace(is_annotated=False)
        for equation in equations_text(whole).calculations
        if equation.start not in annotated and equation.verdict == "right"
    ]
    return ReasoningText(whole, sorted(calculations, key=lambda calculation: calculation.start))


def equations_text(text: str) -> ReasoningText:
    """Of a text without annotations: the numbers behind an expression and an equals sign."""
    found = EQUATION.finditer(text)
    return ReasoningText(
        text,
        [
            _calculation(match.start("result"), match["result"], parse_expression(match["expression"]))
            for match in found
        ],
    )


def row_text(row: FieldRow) -> ReasoningText:
    """Of a row with `question` and `answer` (GSM8K's end is left out), or with `text`; raises BadRecordError."""
    fields = row.fields
    prompt = ""
    if isinstance(fields.get("question"), str) and isinstance(fields.get("answer"), str):
        prompt = fields["question"] + "\n"
        text = fields["answer"].partition("####")[0].rstrip() + "\n"
    elif isinstance(fields.get("text"), str):
        text = fields["text"]
    else:
        names = ", ".join(fields)
        raise BadRecordError(f"{row.where}: needs the texts 'question' and 'answer', or 'text'; there are {names}")
    found = annotated_text(text) if ANNOTATION.search(text) else equations_text(text)
    shift = len(prompt)
    moved = [each.moved(shift) for each in found.calculations]
    return ReasoningText(prompt + found.text, moved, shift)


def read_reasoning(name: str, split: str = "train", config: str | None = None) -> list[ReasoningText]:
    """The texts of a file (.jsonl, .json, .csv) or of a dataset on the Hub.

    Numbers that contradict their expressions are counted in a warning, with the place of the first.

    Raises BadRecordError, naming the place, for a record that is none, and ValueError for a file in which no number is
    computed.
    """
    path = Path(name)
    texts: list[ReasoningText] = []
    contradictions: list[str] = []
    for record in file_records(path) if path.is_file() else dataset_records(name, config, split):
        if isinstance(record, BadRecordError):
            raise record
        texts.append(row_text(record))
        contradictions += [
            f"{record.where}: {texts[-1].text[: each.end].rpartition(END_OF_LINE)[2]!r}"
            for each in texts[-1].calculations
            if each.is_contradiction
        ]
    if contradictions:
        logger.warning(
            f"{name}: {len(contradictions)} of the computed numbers contradict their expressions and are not learned; "
            f"the first ends {contradictions[0]}"
        )
    if not any(calculation.verdict == "right" for text in texts for calculation in text.calculations):
        raise ValueError(
            f"{name} holds no calculation: neither annotations <<48/2=24>> nor an expression, '=' and its value"
        )
    return texts


class TokenPlaces:
    """Which tokens the numbers of a text have, where the tokenizer gives each of their characters one.

    offsets: of each token, as `return_offsets_mapping` gives them.
    """

    def __init__(self, offsets: Sequence[Sequence[int]]):
        self.token_at = {end: index for index, (start, end) in enumerate(offsets) if start < end}
        self.starts = [start for start, _ in offsets]

    def of(self, start: int, end: int) -> range | None:
        """None where the text was cut before the number's end, or where no token stands before it."""
        first, last = self.token_at.get(start + 1), self.token_at.get(end)
        return None if not first or last is None else range(first, last + 1)

    def decides(self, text: str, start: int, place: range) -> int:
        """The token that decides on a number: the one before it, or that of a sign joined to what stands before it.

        start: of the number, in the text. place: its tokens. See `NumberText.since_decision`.
        """
        has_joined_sign = text[start] == "-" and self.starts[place.start] < start
        return place.start if has_joined_sign else place.start - 1


def read_before(text: str, position: int, words: Sequence[str] = ()) -> list[str | None]:
    """Decimal texts of the numbers that a model has read when it writes at a place of the text, in their order."""
    return [number.value for number in numbers_of(text, tuple(words)) if number.readable < position]


def plan_of(text: str, calculation: Calculation, format: PlanFormat) -> list[tuple[int, int, int]] | None:
    """The plan that computes the number from the numbers before it; None where no plan of this format does.

    An operand is the latest number before it that has its value, or else a constant. A plan whose result would be
    written with other characters, such as "10.0" for 10 and "1234" for 1,234, is none.
    """
    found = plan_and_result(text, calculation, format)
    return found[0] if found is not None and found[1] == text[calculation.start : calculation.end] else None


def plan_and_result(
    text: str, calculation: Calculation, format: PlanFormat
) -> tuple[list[tuple[int, int, int]], str] | None:
    """The plan that gives the number's value, and how the DAG writes it; None where no plan of this format does."""
    if calculation.verdict != "right" or calculation.expression is None:
        return None
    numbers = read_before(text, calculation.start, format.words)[-format.num_values :]
    expression = over_numbers(calculation.expression, numbers, format.constants)
    if expression is None:
        return None
    expression = multiplied_first(expression, numbers, format.constants)
    problem = Problem(text, tuple(number or "" for number in numbers), expression, "")
    try:
        # The numbers are all that are read, so that no words are to be counted in.
        return (problem.plan(format._replace(words=())), problem.answer) if problem.has_answer else None
    except ValueError:  # too many steps
        return None


def as_computed(text: ReasoningText, format: PlanFormat) -> ReasoningText:
    """The text with each number that a plan computes as the DAG writes it: "1234" for "1,234", "7.5" for "7.50".

    Other numbers stay as they are. What is written with other characters cannot be learned.
    """
    whole = text.text
    calculations: list[Calculation] = []
    moves = [(0, 0)]  # where numbers ended, and how much longer the text has become by then
    for each in text.calculations:
        calculation = each.moved(moves[-1][1])
        found = plan_and_result(whole, calculation, format)
        if found is not None and found[1] != whole[calculation.start : calculation.end]:
            whole = whole[: calculation.start] + found[1] + whole[calculation.end :]
            calculation = calculation._replace(end=calculation.start + len(found[1]))
            moves.append((each.end, calculation.end - each.end))
        calculations.append(calculation)
    deferred = [
        each.moved(next(shift for end, shift in reversed(moves) if end <= each.start)) for each in text.deferred
    ]
    return text._replace(text=whole, calculations=calculations, deferred=deferred)


def over_numbers(expression: Expression, numbers: Sequence[str | None], constants: Sequence[str]) -> Expression | None:
    """Leaves become the place of the latest number of the same value, or a constant; None where one is neither.

    In "10 -7" the number read is -7, which is added.
    """
    if isinstance(expression, tuple):
        operation, *operands = expression
        if operation == "subtract" and not isinstance(operands[1], tuple):
            same, opposite = (_latest(value, numbers) for value in (Decimal(operands[1]), -Decimal(operands[1])))
            if opposite is not None and (same is None or same < opposite):
                operation, operands[1] = "add", str(numbers[opposite])
        left, right = (over_numbers(operand, numbers, constants) for operand in operands)
        return None if left is None or right is None else (operation, left, right)
    value = Decimal(expression)
    place = _latest(value, numbers)
    if place is not None:
        return place
    return next((constant for constant in constants if Decimal(constant) == value), None)


def multiplied_first(expression: Expression, numbers: Sequence[str | None], constants: Sequence[str]) -> Expression:
    """The same value where products and quotients of a row are computed in one order: factors first, then divisors.

    A planner is surer of one plan than of several that do the same: 3 * (2 / 3), 3 * 2 / 3 and 2 / 3 * 3 become one.
    Among fractions a factor 1 is left out, so that 1 / 6 * 240 is 240 / 6. "0.01" among the constants is a divisor
    100, where there is one.

    expression: over places of `numbers` and constants.
    """

    def parts_of(expression: Expression, divides: bool) -> list[tuple[Expression, bool]]:
        """The parts of a row in their order, and whether each is a divisor."""
        if isinstance(expression, tuple) and expression[0] in ("multiply", "divide"):
            name, left, right = expression
            return [*parts_of(left, divides), *parts_of(right, divides != (name == "divide"))]
        if expression == "0.01" and "100" in constants:
            return [("100", not divides)]
        return [(multiplied_first(expression, numbers, constants), divides)]

    def is_one(part: Expression) -> bool:
        value = numbers[part] if isinstance(part, int) else part
        return isinstance(value, str) and Decimal(value) == 1

    if not isinstance(expression, tuple):
        return expression
    name, *operands = expression
    if name not in ("multiply", "divide"):
        left, right = (multiplied_first(operand, numbers, constants) for operand in operands)
        return name, left, right
    parts = parts_of(expression, False)
    factors, divisors = ([part for part, divides in parts if divides == wanted] for wanted in (False, True))
    if not factors:  # 0.01 / 5
        return expression
    if divisors:
        factors = [part for part in factors if not is_one(part)] or factors[:1]
    product = reduce(lambda total, part: ("multiply", total, part), factors)
    return reduce(lambda total, part: ("divide", total, part), divisors, product)


def _latest(value: Decimal, numbers: Sequence[str | None]) -> int | None:
    """The place of the latest number of a value."""
    places = [place for place, number in enumerate(numbers) if number is not None and Decimal(number) == value]
    return places[-1] if places else None


def kind_of(calculation: Calculation) -> str:
    """The row of the evaluation that a calculation belongs to."""
    if calculation.verdict == "right" and not isinstance(calculation.expression, tuple):
        return "said again"
    if not calculation.is_annotated:
        return "equation without an annotation"
    if calculation.verdict != "right" or not isinstance(calculation.expression, tuple):
        return {"bare": "nothing computed", "inexact": "rounded or wrong"}[calculation.verdict]
    steps = calculation.num_operations
    return calculation.expression[0] if steps == 1 else "two steps" if steps == 2 else "three steps and more"
