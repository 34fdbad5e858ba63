"""Numbers in answers: which number a text gives, and whether it is the one expected.

What is unusual: numbers are compared as exact decimals, never as floats, and without tolerance unless a benchmark has
one. "8", "8.0" and "$8" are one number, as are "1,234.5" and "1234.50"; 8 and 80 are not, nor are 0.1 and
0.1000000000000001.
"""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Literal

# A minus behind a word character or ")" is an operator. Commas count where they set off thousands.
NUMBER = re.compile(
    r"(?P<sign>(?<![\w)])[-\u2212])?\$?"
    r"(?P<digits>(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?|(?<![\w.])\.[0-9]+)"
)

FRACTION = re.compile(r"(?P<above>(?:(?<![\w)])-)?[0-9]+)/(?P<below>[0-9]+)(?!\d|[.,/]\d)")

AnswerNumber = Literal["first", "last"]


def _decimal(match: re.Match) -> Decimal:
    return Decimal(("-" if match["sign"] else "") + match["digits"].replace(",", ""))


def parse_number(text: str) -> Decimal:
    """The number that the whole text is, blanks aside; raises ValueError where it is anything else."""
    match = NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no number")
    return _decimal(match)


def number_in(text: str, answer_number: AnswerNumber = "first") -> Decimal | None:
    """The first or the last number of a text, None where there is none."""
    if answer_number not in ("first", "last"):
        raise ValueError(f"answer_number={answer_number!r}: must be 'first' or 'last'")
    matches = list(NUMBER.finditer(text))
    return _decimal(matches[0 if answer_number == "first" else -1]) if matches else None


def parse_answer(text: str) -> Fraction:
    """The number or the fraction "a/b" that the whole text is, blanks aside; raises ValueError for anything else."""
    match = FRACTION.fullmatch(text.strip())
    if match is None:
        return Fraction(parse_number(text))
    return _fraction(match, text)


def _fraction(match: re.Match, text: str) -> Fraction:
    if int(match["below"]) == 0:
        raise ValueError(f"{text!r} divides by zero")
    return Fraction(int(match["above"]), int(match["below"]))


def is_numeric_match(
    prediction: str, reference: str, answer_number: AnswerNumber = "first", tolerance: float = 0.0
) -> bool:
    """Whether the first (or last) number of `prediction` is `reference`, which must be a number and nothing else.

    Where the reference is a fraction "a/b", so is the number that is looked for, if it is followed by "/b".
    tolerance: the largest difference that counts as none.
    """
    expected = parse_answer(reference)
    given: Decimal | Fraction | None = number_in(prediction, answer_number)
    if "/" in reference:
        fractions = [match for match in FRACTION.finditer(prediction) if int(match["below"]) != 0]
        if fractions:
            given = _fraction(fractions[0 if answer_number == "first" else -1], prediction)
    return given is not None and abs(Fraction(given) - expected) <= Fraction(str(tolerance))
