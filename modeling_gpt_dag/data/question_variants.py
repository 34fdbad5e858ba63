"""Variants of a question whose equation is known: other numbers, a fact that does not matter, written as people write.

What is unusual: nothing is known of the words, so only what cannot change the answer's computation is touched. Other
numbers leave what was an integer, or positive, so; the added fact is about something apart, and is left out where the
question asks for all there is.
"""

import random
import re
from fractions import Fraction

from .equations import with_values
from .number_places import NumberPlace, numbers_of
from .problems import Expression, integer
from .reasoning import fraction_value

TRIES = 60  # to draw numbers
FACT_SHARE = 0.5  # of the variants with another fact
MOST_DIGITS = 5  # of a number that is drawn anew
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
    places = [place for place in numbers_of(question) if place.value is not None and not place.in_words]
    drawn = _other_numbers(places, equation, generator)
    if drawn is None:
        return None
    value, numbers, equation = drawn
    text, end = "", 0
    for place in places:
        text += question[end : place.start] + numbers.get(str(place.value), question[place.start : place.end])
        end = place.end
    text += question[end:]
    if generator.random() < FACT_SHARE:
        text = _with_fact(text, set(numbers.values()), generator)
    return (tidy(text) if generator.random() < 0.7 else text), equation, value


def _other_numbers(
    places: list[NumberPlace], equation: Expression, generator: random.Random
) -> tuple[Fraction, dict[str, str], Expression] | None:
    """The new answer, a new number for each value, and the equation over them."""
    before = _intermediate(equation)
    values = sorted({str(place.value) for place in places if _can_change(str(place.value))})
    if not before or not values:
        return None
    for _ in range(TRIES):
        numbers = {value: _like(value, generator) for value in values}
        if len(set(numbers.values())) < len(numbers):
            continue
        changed = with_values(equation, {Fraction(value): number for value, number in numbers.items()})
        after = _intermediate(changed)
        if after is not None and all(map(_is_alike, before, after)):
            return after[-1], numbers, changed
    return None


def _can_change(value: str) -> bool:
    return value.isdecimal() and len(value) <= MOST_DIGITS and int(value) > 1 and int(value) not in YEARS


def _like(value: str, generator: random.Random) -> str:
    """Another integer of one digit more or less, or as many."""
    length = len(value) + generator.choice((-1, 0, 0, 0, 1))
    return str(max(2, int(integer(generator, [max(1, length)]))))


def _intermediate(expression: Expression) -> list[Fraction] | None:
    """The values of an expression's parts, its own last; None where one has none."""
    if not isinstance(expression, tuple):
        return []
    value = fraction_value(expression)
    parts = [_intermediate(side) for side in expression[1:]]
    if value is None or parts[0] is None or parts[1] is None:
        return None
    return [*parts[0], *parts[1], value]


def _is_alike(before: Fraction, after: Fraction) -> bool:
    return (after > 0 or before <= 0) and (after.denominator == 1 or before.denominator > 1)


def _with_fact(text: str, taken: set[str], generator: random.Random) -> str:
    """With another fact somewhere behind the first sentence and before the last, which asks."""
    sentences = SENTENCE.split(text.strip())
    if len(sentences) < 2 or ALL.search(sentences[-1]):
        return text
    number = _like("10", generator)
    if number in taken:
        return text
    things = [match[1] for place in numbers_of(text) if (match := THINGS.match(text, place.end)) is not None]
    fact = generator.choice(FACTS_OF_THINGS + OTHER_FACTS if things else OTHER_FACTS)
    fact = fact.format(x=number, things=generator.choice(things or [""]))
    sentences.insert(generator.randint(1, len(sentences) - 1), fact)
    return " ".join(sentences)
