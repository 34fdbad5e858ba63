"""Arithmetic in English: templates to train on, others to evaluate on, and text with numbers but nothing to compute.

What is unusual: an evaluation sentence never occurs in training, whatever its numbers: the lists of templates are
disjoint. Most words are shared, their combination is new.

In a template {0}, {1}, ... are the numbers in the order in which they are read, the other names are drawn from lists.
`numbers` says of which kind each is: i an integer of the problem's digits, s of one or two, y a year, m money.
"""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .problems import Expression, Problem, Split, integer


class Template(NamedTuple):
    text: str
    expression: Expression
    group: str
    numbers: str = "ii"
    ending: str = "\n"


def _group(name: str, expression: Expression, *texts: str | tuple[str, str], numbers: str = "ii") -> list[Template]:
    pairs = [(text, "\n") if isinstance(text, str) else text for text in texts]
    return [Template(text, expression, name, numbers, ending) for text, ending in pairs]


ADD, SUBTRACT, MULTIPLY = ("add", 0, 1), ("subtract", 0, 1), ("multiply", 0, 1)
REVERSED, TWICE = ("subtract", 1, 0), ("multiply", 0, "2")

TRAINING = [
    *_group(
        "sum",
        ADD,
        "What is {0} plus {1}? ",
        "Add {0} and {1}. The answer is ",
        "The sum of {0} and {1} is ",
        "{0} plus {1} is ",
        "Compute {0} + {1}: ",
        "How much is {0} and {1} together? ",
        "Adding {0} to {1} gives ",
        "Increase {0} by {1}: ",
        "{0} more than {1} is ",
        ("{name} has {0} {things} and gets {1} more. Now {name} has ", " {things}.\n"),
        ("There are {0} red and {1} blue {things}, in all ", " {things}.\n"),
    ),
    *_group(
        "difference",
        SUBTRACT,
        "What is {0} minus {1}? ",
        "The difference of {0} and {1} is ",
        "{0} minus {1} equals ",
        "Take {0} and subtract {1}. The result is ",
        "Compute {0} - {1}: ",
        "Decrease {0} by {1}: ",
        "{0} less {1} is ",
        "Start with {0}, remove {1}, and you have ",
        ("{name} had {0} {things} and lost {1}. Now {name} has ", " {things}.\n"),
        ("A farm had {0} hens and sold {1}. It has ", " hens.\n"),
    ),
    *_group(
        "difference, reversed",
        REVERSED,
        "Subtract {0} from {1}. The answer is ",
        "What is {0} subtracted from {1}? ",
        "Take {0} away from {1}: ",
        "Taking {0} from {1} leaves ",
        "{0} less than {1} is ",
        "If you remove {0} from {1}, you have ",
        ("{name} lost {0} of {1} {things} and has ", " {things}.\n"),
    ),
    *_group(
        "product",
        MULTIPLY,
        "What is {0} times {1}? ",
        "The product of {0} and {1} is ",
        "Multiply {0} by {1}: ",
        "{0} multiplied by {1} is ",
        "Compute {0} * {1}: ",
        ("{0} rows of {1} chairs make ", " chairs.\n"),
        ("{name} packs {0} boxes of {1} {things}, so there are ", " {things}.\n"),
        ("{name} reads {0} pages a day. In {1} days that is ", " pages.\n"),
    ),
    *_group(
        "twice",
        TWICE,
        "Twice {0} is ",
        "What is twice {0}? ",
        "The double of {0} is ",
        "Double {0}: ",
        "Compute twice {0}. The answer is ",
        ("{name} has {0} {things} and {friend} has twice as many, which is ", " {things}.\n"),
        numbers="i",
    ),
    *_group(
        "money",
        ADD,
        "A book costs ${0} and a pen costs ${1}. Together they cost $",
        "The bill is ${0} and the tip is ${1}, so the total is $",
        "{name} has ${0} and gets ${1} more. Now {name} has $",
        numbers="mm",
    ),
    *_group(
        "money",
        SUBTRACT,
        "{name} had ${0} and spent ${1}. Left over: $",
        "{name} pays with ${0} for a bag of ${1}. The change is $",
        "A coat of ${0} is ${1} less today, that is $",
        numbers="mm",
    ),
    *_group(
        "money",
        MULTIPLY,
        "One ticket costs ${0}. The price of {1} tickets is $",
        "A pen costs ${0}, so {1} pens cost $",
        numbers="ms",
    ),
    *_group(
        "distractor",
        ("add", 1, 2),
        "In {0}, {name} had {1} {things} and found {2} more. The total is ",
        "On page {0}: add {1} and {2}. The answer is ",
        numbers="yii",
    ),
    *_group("distractor", ("subtract", 1, 2), "Bus {0} had {1} people and lost {2}. Left over: ", numbers="sii"),
    *_group(
        "distractor",
        ("multiply", 1, 2),
        ("{name}, who is {0} years old, packs {1} boxes of {2} {things}. There are ", " {things}.\n"),
        numbers="sii",
    ),
    *_group(
        "distractor",
        ("add", 0, 2),
        "{name} has {0} {things} and {1} coins and gets {2} more {things}. The {things} are ",
        numbers="iii",
    ),
    *_group("distractor", ("add", 1, 3), "Room {0} has {1} seats, room {2} has {3} seats, in all ", numbers="sisi"),
    *_group(
        "two steps",
        ("subtract", ("add", 0, 1), 2),
        "{name} has {0} {things}, gets {1} more and then lost {2}. The rest is ",
        "What is {0} plus {1} minus {2}? ",
        numbers="iii",
    ),
    *_group(
        "two steps",
        ("add", ("multiply", 0, 1), 2),
        "What is {0} times {1} plus {2}? ",
        "Multiply {0} by {1}, then add {2}: ",
        ("{0} boxes of {1} {things} and {2} more make ", " {things}.\n"),
        numbers="iii",
    ),
    *_group(
        "two steps",
        ("multiply", ("add", 0, 1), 2),
        "Add {0} and {1}, then multiply by {2}. The answer is ",
        numbers="iii",
    ),
    *_group(
        "two steps",
        ("subtract", ("multiply", 0, 1), 2),
        "Multiply {0} and {1}, then subtract {2}. The result is ",
        numbers="iii",
    ),
    *_group(
        "two steps",
        ("add", ("add", 0, 1), 2),
        "The sum of {0}, {1} and {2} is ",
        "Add {0}, {1} and {2}: ",
        numbers="iii",
    ),
    *_group("two steps", ("add", TWICE, 1), "Twice {0} plus {1} is "),
]

HELD_OUT = [
    *_group(
        "sum",
        ADD,
        "What is the sum of {0} and {1}? ",
        "Compute {0} plus {1}. The answer is ",
        "Add {0} to {1}: ",
        ("{name} had {0} {things} and found {1} more. Now {name} has ", " {things}.\n"),
    ),
    *_group(
        "difference",
        SUBTRACT,
        "What is the difference of {0} and {1}? ",
        "Start with {0} and subtract {1}. The answer is ",
        "{0} minus {1} is ",
        ("A farm had {0} hens and lost {1}. Now it has ", " hens.\n"),
    ),
    *_group(
        "difference, reversed",
        REVERSED,
        "Subtract {0} from {1}: ",
        "What is {0} less than {1}? ",
        "If you take {0} away from {1}, you have ",
    ),
    *_group(
        "product",
        MULTIPLY,
        "What is the product of {0} and {1}? ",
        "Multiply {0} by {1}. The answer is ",
        "Compute {0} times {1}: ",
        ("{name} packs {0} boxes of {1} pens, in all ", " pens.\n"),
    ),
    *_group("twice", TWICE, "What is the double of {0}? ", "Compute the double of {0}: ", numbers="i"),
    *_group("money", ADD, "A pen costs ${0} and a coat costs ${1}. Together they cost $", numbers="mm"),
    *_group("money", SUBTRACT, "{name} had ${0} and lost ${1}. Left over: $", numbers="mm"),
    *_group("money", MULTIPLY, "One book costs ${0}, so {1} books cost $", numbers="ms"),
    *_group(
        "distractor", ("subtract", 1, 2), "In {0}, {name} had {1} {things} and lost {2}. Left over: ", numbers="yii"
    ),
    *_group(
        "distractor", ("add", 1, 2), "{name}, who is {0} years old, adds {1} and {2}. The answer is ", numbers="sii"
    ),
    *_group("two steps", ("add", ("add", 0, 1), 2), "What is {0} plus {1} plus {2}? ", numbers="iii"),
    *_group(
        "two steps",
        ("subtract", ("add", 0, 1), 2),
        "Add {0} and {1}, then subtract {2}. The result is ",
        numbers="iii",
    ),
]

# Nothing is computed here; a gate that opens is an error.
PLAIN_TRAINING = [
    "On {day} {month} {year} it rained all day.",
    "Version {n}.{s}.{s} was made in {year}.",
    "Call 555-{four} for help.",
    "See page {n} of chapter {s}.",
    "The list is {n}, {n}, {n} and {n}.",
    "Bus {s} leaves at {s}:{two}.",
    "{name} lives at {n} Mill Street.",
    "Team {s} won {s}-{s} in {year}.",
    "Room {n} is on floor {s}.",
    "{name} was born in {year} and lives in room {n}.",
    "The code of box {s} is {n}-{two}-{n}.",
    "In {year} and in {year} a farm had hens and chairs.",
    "{name} has {n} {things} and {friend} has {n} pens.",
    "The numbers are {n} {n} {n}.",
    "A book of {n} pages costs ${n}.{two} and a pen ${s}.{two}.",
]
PLAIN_HELD_OUT = [
    "On {day} {month} {year} {name} was at 555-{four}.",
    "See version {n}.{s}.{s} on page {n}.",
    "The codes are {n}, {n} and {n}.",
    "Bus {s} and bus {s} leave from {n} Hill Street.",
    "{name} was born on {day} {month} {year}.",
    "Room {n} has {n} chairs and {s} pens.",
    "The list of {year} is {n} {n} {n}.",
]

NAMES = ["Ann", "Ben", "Carl", "Dora", "Eve", "Finn", "Gina", "Hugo", "Ida", "Jack"]
THINGS = ["apples", "pens", "coins", "books", "shells", "cards", "stamps", "nuts"]
MONTHS = ["January", "March", "May", "June", "July", "August", "October", "November"]


def _words(generator: random.Random) -> dict[str, str]:
    name, friend = generator.sample(NAMES, 2)
    return {"name": name, "friend": friend, "things": generator.choice(THINGS)}


def wording_problems(
    split: Split, seed: int, held_out: bool = False, digits: Sequence[int] = (1, 2, 3, 4)
) -> Iterator[Problem]:
    """An endless stream of questions; held_out: of templates that never occur in training. digits: operand lengths."""
    if not digits or min(digits) < 1:
        raise ValueError(f"digits={list(digits)}: operands have at least 1 digit")
    templates = HELD_OUT if held_out else TRAINING
    generator = random.Random(seed)
    draw = {
        "i": lambda: integer(generator, digits),
        "s": lambda: integer(generator, (1, 2)),
        "y": lambda: str(generator.randint(1900, 2030)),
        "m": lambda: f"{integer(generator, digits)}.{generator.randint(0, 99):02d}",
    }

    def problems() -> Iterator[Problem]:
        while True:
            template = generator.choice(templates)
            numbers = tuple(draw[kind]() for kind in template.numbers)
            words = _words(generator)
            prompt = template.text.format(*numbers, **words)
            ending = template.ending.format(**words)
            problem = Problem(prompt, numbers, template.expression, template.group, ending)
            if problem.split == split:
                yield problem

    return problems()


class _PlainNumbers(dict):
    """A number of the asked kind, anew each time a template asks."""

    def __init__(self, generator: random.Random):
        super().__init__(_words(generator))
        self.draw = {
            "n": lambda: integer(generator, (1, 2, 3, 4)),
            "s": lambda: integer(generator, (1, 2)),
            "two": lambda: f"{generator.randint(0, 59):02d}",
            "four": lambda: f"{generator.randint(0, 9999):04d}",
            "day": lambda: str(generator.randint(1, 28)),
            "month": lambda: generator.choice(MONTHS),
            "year": lambda: str(generator.randint(1900, 2030)),
        }

    def __missing__(self, key: str) -> str:
        return self.draw[key]()


def plain_lines(seed: int, held_out: bool = False) -> Iterator[str]:
    """An endless stream of lines with numbers in which nothing is to be computed, each with its line end."""
    generator = random.Random(seed)
    while True:
        yield (
            generator.choice(PLAIN_HELD_OUT if held_out else PLAIN_TRAINING).format_map(_PlainNumbers(generator))
            + "\n"
        )
