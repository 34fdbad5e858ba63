"""Variants of a question whose equation is known: other numbers, a fact that does not matter, written as people write.

What is unusual: nothing is known of the words, so only what cannot change the answer's computation is touched. What
was positive stays so, and integers stay integers; the added fact is about something apart, and is left out where the
question asks for all there is.
"""

import random
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from .equations import with_values
from .number_places import NumberPlace, numbers_of
from .problems import Expression, integer
from .reasoning import fraction_value

TRIES = 100  # to draw numbers
FACT_SHARE = 0.5  # of the variants with another fact
MOST_DIGITS, MOST_DECIMALS = 5, 2  # of a number that is drawn anew
YEARS = range(1900, 2100)  # which would say something else
# {x} is the number, {things} what the question counts.
FACTS_OF_THINGS = (
    "Last year there were {x} {things}.",
    "The neighbors have {x} {things}.",
    "There are {x} {things} in the shop next door.",
    "On another day there were {x} {things}.",
    "Somebody else has {x} {things}.",
)
OTHER_FACTS = (
    "It is {x} miles to the next town.",
    "The door was open for {x} minutes.",
    "{x} people came by.",
    "The house across the street has {x} windows.",
)
ALL = re.compile(r"\b(all|total|altogether|together|sum|they|everyone|combined|entire|overall|both|we)\b", re.I)
THINGS = re.compile(r"(?: [a-z]+)?? ([a-z]{2,}s)\b")  # behind a number
SENTENCE = re.compile(r"(?<=[.!?]) +")


def tidy(text: str) -> str:
    """Words of a data set that are apart, "how many apples does tom have ?", as people write them."""
    text = re.sub(r" +([.,?!;:])", r"\1", text.strip())
    text = re.sub(r" '(s|re|ll|t|d|ve|m)\b", r"'\1", text)
    text = re.sub(r"\$ (?=\d)", "$", text)
    text = re.sub(r"(?<=\d) %", "%", text)
    text = re.sub(r"\bi\b", "I", text)
    return re.sub(r"(^|[.?!] +)([a-z])", lambda start: start[1] + start[2].upper(), text)


def varied(question: str, equation: Expression, generator: random.Random) -> tuple[str, Expression, Fraction] | None:
    """The question in another form, its equation and answer; None where no other numbers are found.

    equation: over decimal texts.
    """
    changed = renumbered(question, [equation], generator)
    if changed is None:
        return None
    text, (equation,) = changed
    if generator.random() < FACT_SHARE:
        text = _with_fact(text, generator)
    value = fraction_value(equation)
    assert value is not None, "its parts are alike"
    return (tidy(text) if generator.random() < 0.7 else text), equation, value


def renumbered(
    text: str, equations: Sequence[Expression], generator: random.Random, in_order: bool = False
) -> tuple[str, list[Expression]] | None:
    """A text with other numbers, and what is computed from them; None where none are found.

    equations: over decimal texts; of each of their parts the value stays positive, and as many decimals long at most.
    in_order: whether the least number is the least again, and so on.
    """
    places = [place for place in numbers_of(text) if place.value is not None and not place.in_words]
    before = [_intermediate(equation) for equation in equations]
    values = sorted({str(place.value) for place in places if _can_change(str(place.value))}, key=Decimal)
    if None in before or not all(before) or not values:
        return None
    for _ in range(TRIES):
        drawn = [_like(value, generator) for value in values]
        if len(set(drawn)) < len(drawn):
            continue
        if in_order and drawn != sorted(drawn, key=Decimal):
            continue
        numbers = dict(zip(values, drawn, strict=True))
        mapping: dict[Fraction, Expression] = {Fraction(value): number for value, number in numbers.items()}
        changed = [with_values(equation, mapping) for equation in equations]
        if all(map(_are_alike, before, map(_intermediate, changed))):
            return _with_numbers(text, places, numbers), changed
    return None


def _with_numbers(text: str, places: list[NumberPlace], numbers: dict[str, str]) -> str:
    written, end = "", 0
    for place in places:
        written += text[end : place.start] + numbers.get(str(place.value), text[place.start : place.end])
        end = place.end
    return written + text[end:]


def _can_change(value: str) -> bool:
    integer_part, _, decimals = value.partition(".")
    if len(integer_part) > MOST_DIGITS or len(decimals) > MOST_DECIMALS or not integer_part.isdecimal():
        return False
    return Decimal(value) > 1 and (decimals != "" or int(value) not in YEARS)


def _like(value: str, generator: random.Random) -> str:
    """Another number of one digit more or less before the point, or as many, and as many behind it."""
    integer_part, _, decimals = value.partition(".")
    length = len(integer_part) + generator.choice((-1, 0, 0, 0, 1))
    drawn = str(max(2, int(integer(generator, [max(1, length)]))))
    return f"{drawn}.{generator.randrange(1, 10 ** len(decimals)):0{len(decimals)}}" if decimals else drawn


def _intermediate(expression: Expression) -> list[Fraction] | None:
    """The values of an expression's parts, its own last; None where one has none."""
    if not isinstance(expression, tuple):
        return []
    value = fraction_value(expression)
    parts = [_intermediate(side) for side in expression[1:]]
    if value is None or parts[0] is None or parts[1] is None:
        return None
    return [*parts[0], *parts[1], value]


def _are_alike(before: list[Fraction] | None, after: list[Fraction] | None) -> bool:
    return before is not None and after is not None and all(map(_is_alike, before, after))


def _is_alike(before: Fraction, after: Fraction) -> bool:
    decimals = _num_decimals(before)
    is_as_short = decimals > MOST_DECIMALS or (after * 10**decimals).denominator == 1
    return (after > 0 or before <= 0) and is_as_short


def _num_decimals(value: Fraction) -> int:
    """Decimals of a value; `MOST_DECIMALS + 1` where it has more."""
    counts = (count for count in range(MOST_DECIMALS + 1) if (value * 10**count).denominator == 1)
    return next(counts, MOST_DECIMALS + 1)


def _with_fact(text: str, generator: random.Random) -> str:
    """With another fact somewhere behind the first sentence and before the last, which asks."""
    sentences = SENTENCE.split(text.strip())
    if len(sentences) < 2 or ALL.search(sentences[-1]):
        return text
    number = _like("10", generator)
    places = numbers_of(text)
    if number in [place.value for place in places]:
        return text
    things = [match[1] for place in places if (match := THINGS.match(text, place.end)) is not None]
    fact = generator.choice(FACTS_OF_THINGS + OTHER_FACTS if things else OTHER_FACTS)
    fact = fact.format(x=number, things=generator.choice(things or [""]))
    sentences.insert(generator.randint(1, len(sentences) - 1), fact)
    return " ".join(sentences)
