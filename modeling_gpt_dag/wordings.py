"""Arithmetic in English: sentences to train on, others to evaluate on, and text with numbers but nothing to compute.

What is unusual: training sentences are composed (what is asked x how it is asked), so that a model can learn the parts
and not the sentences; the sentences of the evaluation are written down, and none of them is ever composed, whatever
its numbers and names. Their words occur in training, the sentences do not.

A field of a sentence is a number, `{a}` or `{b:money}`, drawn as its kind says (an integer of the problem's digits by
default), or a word from a list, `{name}`. Expressions name the numbers that matter; the others distract.
"""

import random
import string
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from .problems import Expression, Problem, Split, integer


class Template(NamedTuple):
    """text: the prompt. expression: over the fields of the text and constants. ending: what follows the answer."""

    text: str
    expression: Expression
    group: str
    ending: str = "\n"


ADD, SUBTRACT, REVERSED, MULTIPLY = (
    ("add", "a", "b"),
    ("subtract", "a", "b"),
    ("subtract", "b", "a"),
    ("multiply", "a", "b"),
)
TWICE = ("multiply", "a", "2")
Texts = list[tuple[str, Expression, list[str]]]

# What is asked, as a noun phrase and as a command.
PHRASES: Texts = [
    (
        "sum",
        ADD,
        [
            "{a} plus {b}",
            "the sum of {a} and {b}",
            "the total of {a} and {b}",
            "{a} and {b} together",
            "{a} increased by {b}",
            "{a} more than {b}",
            "{a} + {b}",
        ],
    ),
    (
        "difference",
        SUBTRACT,
        ["{a} minus {b}", "the difference of {a} and {b}", "{a} less {b}", "{a} decreased by {b}", "{a} - {b}"],
    ),
    (
        "difference, reversed",
        REVERSED,
        ["{a} subtracted from {b}", "{a} less than {b}", "{a} taken from {b}", "{a} taken away from {b}"],
    ),
    ("product", MULTIPLY, ["{a} times {b}", "the product of {a} and {b}", "{a} multiplied by {b}", "{a} * {b}"]),
    ("twice", TWICE, ["twice {a}", "the double of {a}", "two times {a}"]),
    ("two steps", ("subtract", ADD, "c"), ["{a} plus {b} minus {c}", "{a} and {b} together, less {c}"]),
    ("two steps", ("add", SUBTRACT, "c"), ["{a} minus {b} plus {c}"]),
    ("two steps", ("subtract", SUBTRACT, "c"), ["{a} minus {b} minus {c}"]),
    ("two steps", ("add", MULTIPLY, "c"), ["{a} times {b} plus {c}", "{a} multiplied by {b}, plus {c}"]),
    ("two steps", ("subtract", MULTIPLY, "c"), ["{a} times {b} minus {c}", "the product of {a} and {b}, minus {c}"]),
    (
        "two steps",
        ("add", ADD, "c"),
        ["the sum of {a}, {b} and {c}", "{a} plus {b} plus {c}", "the total of {a}, {b} and {c}"],
    ),
    ("two steps", ("add", TWICE, "b"), ["twice {a} plus {b}", "the double of {a} plus {b}"]),
    ("two steps", ("subtract", TWICE, "b"), ["twice {a} minus {b}"]),
]
COMMANDS: Texts = [
    ("sum", ADD, ["add {a} and {b}", "add {a} to {b}", "increase {a} by {b}", "start with {a} and add {b}"]),
    (
        "difference",
        SUBTRACT,
        [
            "take {a} and subtract {b}",
            "start with {a} and subtract {b}",
            "start with {a}, remove {b}",
            "decrease {a} by {b}",
        ],
    ),
    (
        "difference, reversed",
        REVERSED,
        ["subtract {a} from {b}", "take {a} from {b}", "take {a} away from {b}", "remove {a} from {b}"],
    ),
    ("product", MULTIPLY, ["multiply {a} by {b}", "multiply {a} and {b}"]),
    ("twice", TWICE, ["double {a}", "multiply {a} by two"]),
    ("two steps", ("subtract", ADD, "c"), ["add {a} and {b}, then subtract {c}", "take {a}, add {b}, subtract {c}"]),
    ("two steps", ("multiply", ADD, "c"), ["add {a} and {b}, then multiply by {c}"]),
    ("two steps", ("multiply", SUBTRACT, "c"), ["start with {a}, subtract {b}, then multiply by {c}"]),
    ("two steps", ("add", MULTIPLY, "c"), ["multiply {a} by {b}, then add {c}", "multiply {a} and {b}, then add {c}"]),
    ("two steps", ("subtract", MULTIPLY, "c"), ["multiply {a} by {b}, then subtract {c}"]),
    ("two steps", ("add", REVERSED, "c"), ["subtract {a} from {b}, then add {c}"]),
    ("two steps", ("add", ADD, "c"), ["add {a}, {b} and {c}", "add {a} and {b}, then add {c}"]),
    ("two steps", ("add", TWICE, "b"), ["double {a}, then add {b}"]),
]
PHRASE_FRAMES = [
    "What is []? ",
    "How much is []? ",
    "Compute []: ",
    "Compute []. The answer is ",
    "Find []. The result is ",
    "[] is ",
    "[] equals ",
    "[] gives ",
    "The value of [] is ",
    "{name} wants to know []. It is ",
]
COMMAND_FRAMES = [
    "[]: ",
    "[]. The answer is ",
    "[]. The result is ",
    "If you [], you have ",
    "If you [], you get ",
    "{name} has to []. The result is ",
    "When {name} and {friend} [], it makes ",
]
# Numbers before the question that have nothing to do with it.
DISTRACTIONS = ["On page {s:small}: ", "In {y:year}, {name} asked: ", "Question {s:small}. ", "Room {s:small}. "]

# Stories: who has what, what happens, what is asked.
OPENINGS = [
    ("{name} has {a} {things}", " {things}.\n"),
    ("{name} had {a} {things}", " {things}.\n"),
    ("A farm had {a} hens", " hens.\n"),
    ("There were {a} {things} in a box", " {things}.\n"),
    ("Bus {s:small} had {a} people", " people.\n"),
    ("In {y:year}, {name} had {a} {things}", " {things}.\n"),
    ("{name}, who is {s:small} years old, has {a} {things}", " {things}.\n"),
    ("{name} has {a} {things} and {d:small} toys", " {things}.\n"),
]
EVENTS: Texts = [
    (
        "sum",
        ADD,
        ["gets {b} more", "found {b} more", "bought {b} more", "then there were {b} more"],
    ),
    ("difference", SUBTRACT, ["lost {b}", "sold {b}", "gave {b} to {friend}", "then {b} were lost"]),
    ("two steps", ("subtract", ADD, "c"), ["gets {b} more and then lost {c}", "found {b} more, then sold {c}"]),
    ("two steps", ("add", SUBTRACT, "c"), ["lost {b} and then found {c}", "sold {b}, then gets {c} more"]),
    ("two steps", ("subtract", SUBTRACT, "c"), ["lost {b} and then sold {c}"]),
    ("two steps", ("add", ADD, "c"), ["found {b} more and then bought {c} more"]),
]
QUESTIONS = ["Now there are ", "The rest is ", "The total is ", "Left over: ", "In all there are ", "Now {name} has "]
STORIES: Texts = [
    (
        "sum",
        ADD,
        ["There are {a} red and {b} blue {things}, in all ", "{name} has {a} and {friend} {b} {things}, in all "],
    ),
    ("product", MULTIPLY, ["{name} reads {a} pages a day. In {b} days that is "]),
    ("twice", TWICE, ["{name} has {a} {things} and {friend} has twice as many, which is "]),
    ("two steps", ("add", MULTIPLY, "c"), ["{a} boxes of {b} {things} and {c} more make "]),
    ("sum", ADD, ["Room {s:small} has {a} seats, room {t:small} has {b} seats, in all "]),
    ("sum", ADD, ["{name} has {a} {things} and {d:small} toys and gets {b} more {things}. The {things} are "]),
    ("sum", ADD, ["{name}, who is {s:small} years old, adds {a} and {b}. The result is "]),
]
PACKAGES = [
    "{a} rows of {b} chairs",
    "{a} boxes with {b} {things} each",
    "{a} bags of {b} {things}",
    "{name} packs {a} boxes of {b} {things}",
    "{name} has {a} boxes of {b} {things} each",
    "There are {a} rooms with {b} chairs in each",
    "{name}, who is {s:small} years old, packs {a} boxes of {b} {things}",
    "In {y:year}, {name} bought {a} boxes of {b} {things}",
]
PACKAGE_QUESTIONS = [" make ", ", in all ", ", so there are ", ". The total is ", ". In all there are ", ", together "]
MONEY: Texts = [
    (
        "money",
        ADD,
        [
            "A {item} costs ${a:money} and a {other} costs ${b:money}. Together they cost $",
            "A {item} costs ${a:money}, a {other} ${b:money}. The total is $",
            "The bill is ${a:money} and the tip is ${b:money}, so the total is $",
            "{name} has ${a:money} and gets ${b:money} more. Now {name} has $",
            "{name} had ${a:money} and found ${b:money}. Now {name} has $",
        ],
    ),
    (
        "money",
        SUBTRACT,
        [
            "{name} had ${a:money} and spent ${b:money}. Left over: $",
            "{name} has ${a:money} and lost ${b:money}. The rest is $",
            "{name} pays with ${a:money} for a {item} of ${b:money}. The change is $",
            "A {item} of ${a:money} is ${b:money} less today, that is $",
        ],
    ),
    (
        "money",
        MULTIPLY,
        [
            "One {item} costs ${a:money}. The price of {b:small} of them is $",
            "A {item} costs ${a:money}, so {b:small} of them cost $",
            "Each {item} costs ${a:money}. Then {b:small} {item}s cost $",
            "{b:small} {item}s at ${a:money} each cost $",
            "{name} buys {b:small} of {item} for ${a:money} each and pays $",
        ],
    ),
]

HELD_OUT = [
    Template("What is the sum of {a} and {b}? ", ADD, "sum"),
    Template("Compute {a} plus {b}. The answer is ", ADD, "sum"),
    Template("Add {a} to {b}: ", ADD, "sum"),
    Template("{name} had {a} {things} and found {b} more. Now {name} has ", ADD, "sum", " {things}.\n"),
    Template("What is the difference of {a} and {b}? ", SUBTRACT, "difference"),
    Template("Start with {a} and subtract {b}. The answer is ", SUBTRACT, "difference"),
    Template("{a} minus {b} is ", SUBTRACT, "difference"),
    Template("A farm had {a} hens and lost {b}. Now it has ", SUBTRACT, "difference", " hens.\n"),
    Template("Subtract {a} from {b}: ", REVERSED, "difference, reversed"),
    Template("What is {a} less than {b}? ", REVERSED, "difference, reversed"),
    Template("If you take {a} away from {b}, you have ", REVERSED, "difference, reversed"),
    Template("What is the product of {a} and {b}? ", MULTIPLY, "product"),
    Template("Multiply {a} by {b}. The answer is ", MULTIPLY, "product"),
    Template("Compute {a} times {b}: ", MULTIPLY, "product"),
    Template("{name} packs {a} boxes of {b} {things}, in all ", MULTIPLY, "product"),
    Template("What is the double of {a}? ", TWICE, "twice"),
    Template("Compute the double of {a}: ", TWICE, "twice"),
    Template("A {item} costs ${a:money} and a {other} costs ${b:money}. Together they cost $", ADD, "money"),
    Template("{name} had ${a:money} and lost ${b:money}. Left over: $", SUBTRACT, "money"),
    Template("One {item} costs ${a:money}, so {b:small} {item}s cost $", MULTIPLY, "money"),
    Template("In {y:year}, {name} had {a} {things} and lost {b}. Left over: ", SUBTRACT, "distractor", " {things}.\n"),
    Template("{name}, who is {s:small} years old, adds {a} and {b}. The answer is ", ADD, "distractor"),
    Template("What is {a} plus {b} plus {c}? ", ("add", ADD, "c"), "two steps"),
    Template("Add {a} and {b}, then subtract {c}. The result is ", ("subtract", ADD, "c"), "two steps"),
]

# Nothing is computed here; a gate that fires is an error.
PLAIN_OPENINGS = [
    "",
    "On {day:day} {month} {year:year} ",
    "In {year:year} ",
    "Yesterday ",
    "At {hour:small}:{minute:two} ",
]
PLAIN_CLAUSES = [
    "it rained for {n} days",
    "version {n}.{s:small}.{t:small} was made",
    "call 555-{four:four} for help",
    "see page {n} of chapter {s:small}",
    "the list is {n}, {m}, {k} and {l}",
    "the numbers are {n} {m} {k}",
    "the code of box {s:small} is {n}-{two:two}-{m}",
    "bus {s:small} leaves at {hour:small}:{minute:two}",
    "{name} lives at {n} Mill Street",
    "{name} was in room {n}",
    "{name} is {s:small} years old",
    "team {s:small} won {t:small}-{u:small}",
    "room {n} is on floor {s:small}",
    "{name} was born in {year:year}",
    "a farm had {n} hens",
    "{name} has {n} {things} and {friend} has {m} toys",
    "there are {n} {things} in box {s:small}",
    "a {item} of {n} pages costs ${m}.{two:two}",
    "the answer is on page {n}",
    "the number of {name} is {n}",
    "the list of {n} {things} is on page {m}",
    "the rooms of floor {s:small} are {n} and {m}",
    "the code of {year:year} was {n}",
    "question {s:small} is about {n} {things}",
]
PLAIN_JOINTS = [". ", ", and ", "; "]
PLAIN_HELD_OUT = [
    "On {day:day} {month} {year:year} {name} was at 555-{four:four}.",
    "See version {n}.{s:small}.{t:small} on page {m}.",
    "The codes are {n}, {m} and {k}.",
    "Bus {s:small} and bus {t:small} leave from {n} Hill Street.",
    "{name} was born on {day:day} {month} {year:year}.",
    "Room {n} has {m} chairs and {s:small} {things}.",
    "The list of {year:year} is {n} {m} {k}.",
]

NAMES = ["Ann", "Ben", "Carl", "Dora", "Eve", "Finn", "Gina", "Hugo", "Ida", "Jack"]
THINGS = ["apples", "pens", "coins", "books", "shells", "cards", "stamps", "nuts"]
ITEMS = ["book", "pen", "coat", "bag", "ticket", "lamp", "chair"]
MONTHS = ["January", "March", "May", "June", "July", "August", "October", "November"]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _compose() -> list[Template]:
    """All sentences to train on, which leave out those of the evaluation."""
    asked = [
        Template(_capital(frame.replace("[]", text)), expression, group)
        for texts, frames in ((PHRASES, PHRASE_FRAMES), (COMMANDS, COMMAND_FRAMES))
        for group, expression, variants in texts
        for text in variants
        for frame in frames
    ]
    distracted = [
        Template(distraction + template.text, template.expression, "distractor")
        for template in asked
        for distraction in DISTRACTIONS
        if template.group != "two steps"
    ]
    stories = [
        Template(f"{opening} and {event}. {question}", expression, "distractor" if ":" in opening else group, ending)
        for opening, ending in OPENINGS
        for group, expression, events in EVENTS
        for event in events
        for question in QUESTIONS
        if "{name}" in opening or "{name}" not in question
    ]
    packages = [
        Template(text + question, MULTIPLY, "distractor" if ":" in text else "product")
        for text in PACKAGES
        for question in PACKAGE_QUESTIONS
    ]
    others = [
        Template(text, expression, "distractor" if "{s:" in text or "{y:" in text else group)
        for group, expression, texts in [*STORIES, *MONEY]
        for text in texts
    ]
    held_out = {template.text for template in HELD_OUT}
    return [template for template in asked + distracted + stories + packages + others if template.text not in held_out]


TRAINING = _compose()


def _number_kinds(generator: random.Random, digits: Sequence[int]) -> dict[str, Callable[[], str]]:
    """How a number is drawn, by the kind that a field names."""
    return {
        "": lambda: integer(generator, digits),
        "small": lambda: integer(generator, (1, 2)),
        "year": lambda: str(generator.randint(1900, 2030)),
        "money": lambda: f"{integer(generator, digits)}.{generator.randint(0, 99):02d}",
        "day": lambda: str(generator.randint(1, 28)),
        "two": lambda: f"{generator.randint(0, 59):02d}",
        "four": lambda: f"{generator.randint(0, 9999):04d}",
    }


def _words(generator: random.Random) -> dict[str, str]:
    name, friend = generator.sample(NAMES, 2)
    item, other = generator.sample(ITEMS, 2)
    things, month = generator.choice(THINGS), generator.choice(MONTHS)
    return {"name": name, "friend": friend, "things": things, "item": item, "other": other, "month": month}


def _fill(text: str, words: dict[str, str], kinds: dict[str, Callable[[], str]]) -> tuple[str, dict[str, str]]:
    """The text with its fields filled in, and its numbers by field, in the order in which they are read."""
    parts, numbers = [], {}
    for literal, name, kind, _ in string.Formatter().parse(text):
        parts.append(literal)
        if name in words:
            parts.append(words[name])
        elif name is not None:
            numbers[name] = kinds[kind or ""]()
            parts.append(numbers[name])
    return "".join(parts), numbers


def _by_order(expression: Expression, fields: list[str]) -> Expression:
    """Fields become their numbers in the order of reading; what is no field is a constant."""
    if isinstance(expression, tuple):
        name, left, right = expression
        return name, _by_order(left, fields), _by_order(right, fields)
    return fields.index(expression) if expression in fields else expression


def _num_operators(expression: Expression) -> int:
    return 1 + sum(map(_num_operators, expression[1:])) if isinstance(expression, tuple) else 0


def wording_problems(
    split: Split,
    seed: int,
    held_out: bool = False,
    digits: Sequence[int] = (1, 2, 3, 4),
    num_operators: Sequence[int] | None = None,
) -> Iterator[Problem]:
    """An endless stream of questions; held_out: in sentences that never occur in training. digits: operand lengths.

    num_operators: only questions of so many operations, 1 or 2. Training sentences are drawn by group, each as often
    as the others. Raises ValueError for operands without digits and where no question has so many operations.
    """
    if not digits or min(digits) < 1:
        raise ValueError(f"digits={list(digits)}: operands have at least 1 digit")
    groups: dict[str, list[Template]] = {}
    for template in HELD_OUT if held_out else TRAINING:
        if num_operators is None or _num_operators(template.expression) in num_operators:
            groups.setdefault("" if held_out else template.group, []).append(template)
    if not groups:
        raise ValueError(f"num_operators={list(num_operators)}: wordings have 1 or 2 operations")
    names = sorted(groups)
    generator = random.Random(seed)
    kinds = _number_kinds(generator, digits)

    def problems() -> Iterator[Problem]:
        while True:
            template = generator.choice(groups[generator.choice(names)])
            words = _words(generator)
            prompt, numbers = _fill(template.text, words, kinds)
            ending, _ = _fill(template.ending, words, kinds)
            expression = _by_order(template.expression, list(numbers))
            problem = Problem(prompt, tuple(numbers.values()), expression, template.group, ending)
            if problem.split == split:
                yield problem

    return problems()


def plain_lines(seed: int, held_out: bool = False) -> Iterator[str]:
    """An endless stream of lines with numbers in which nothing is to be computed, each with its line end."""
    generator = random.Random(seed)
    kinds = _number_kinds(generator, (1, 2, 3, 4))

    def filled(text: str) -> str:
        return _fill(text, _words(generator), kinds)[0]

    while True:
        if held_out:
            yield filled(generator.choice(PLAIN_HELD_OUT)) + "\n"
            continue
        clauses = generator.sample(PLAIN_CLAUSES, generator.choice((1, 1, 2)))
        line = filled(generator.choice(PLAIN_OPENINGS)) + generator.choice(PLAIN_JOINTS).join(map(filled, clauses))
        yield _capital(line) + ".\n"
