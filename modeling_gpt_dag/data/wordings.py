"""Arithmetic in English: sentences to train on, others to evaluate on, and text with numbers but nothing to compute.

What is unusual: training sentences are composed of what is asked and how it is asked, so that a model learns parts,
not sentences. The sentences of the evaluation are written down, and training never has one of them, whatever the
numbers and names. Most of their words occur in training.
"""

import random
import string
from collections.abc import Callable, Iterator, Sequence
from itertools import product

from .checks import check_share
from .problems import Expression, Problem, Split, integer
from .templates import (
    ADD,
    COMMAND_FRAMES,
    COMMANDS,
    DISTRACTIONS,
    EVENTS,
    HELD_OUT,
    ITEMS,
    MONEY,
    MONTHS,
    MULTIPLY,
    NAMES,
    OPENINGS,
    PACKAGE_QUESTIONS,
    PACKAGES,
    PHRASE_FRAMES,
    PHRASES,
    PLAIN_CLAUSES,
    PLAIN_HELD_OUT,
    PLAIN_JOINTS,
    PLAIN_OPENINGS,
    PRICE_QUESTIONS,
    PRICES,
    QUESTIONS,
    STORIES,
    TELLERS,
    THINGS,
    TOLD,
    TOLD_QUESTIONS,
    UNIT_PRICE_QUESTIONS,
    UNIT_PRICES,
    Template,
)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _compose() -> Iterator[Template]:
    """Every sentence that can be composed."""
    for texts, frames in ((PHRASES, PHRASE_FRAMES), (COMMANDS, COMMAND_FRAMES)):
        for (group, expression, variants), frame in product(texts, frames):
            for text in variants:
                asked = Template(_capital(frame.replace("[]", text)), expression, group)
                yield asked
                if group != "two steps":
                    for distraction in DISTRACTIONS:
                        yield asked._replace(text=distraction + asked.text, group="distractor")
    for teller, (group, expression, variants), question in product(TELLERS, TOLD, TOLD_QUESTIONS):
        for text in variants:
            yield Template(teller + text + question, expression, group, family="told")
    for (opening, ending), (group, expression, events), question in product(OPENINGS, EVENTS, QUESTIONS):
        for event in events:
            if "{name}" in opening or "{name}" not in question:
                yield Template(f"{opening} and {event}. {question}", expression, group, ending, "story")
    for (text, ending), question in product(PACKAGES, PACKAGE_QUESTIONS):
        yield Template(text + question, MULTIPLY, "product", ending, "packages")
    for text, question in product(PRICES, PRICE_QUESTIONS):
        yield Template(text + question, ADD, "money", family="prices")
    for text, question in product(UNIT_PRICES, UNIT_PRICE_QUESTIONS):
        yield Template(text + question, MULTIPLY, "money", family="unit prices")
    for text, expression, group, ending in STORIES:
        yield Template(text, expression, group, ending, "story")
    for group, expression, variants in MONEY:
        for text in variants:
            yield Template(text, expression, group, family="story")


def _training() -> list[Template]:
    """Every composed sentence but those of the evaluation. One with a year, an age or a room is a distractor."""
    held_out = {template.text for template in HELD_OUT}
    composed = [template for template in _compose() if template.text not in held_out]
    distracting = ("{s:small}", "{y:year}", "{d:small}")
    return [
        template._replace(group="distractor") if any(field in template.text for field in distracting) else template
        for template in composed
    ]


TRAINING = _training()


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
    negative_operand_share: float = 0.0,
) -> Iterator[Problem]:
    """An endless stream of questions; held_out: in sentences that never occur in training. digits: operand lengths.

    num_operators: only questions of so many operations, 1 or 2. Training sentences are drawn by group and family,
    each as often as the others. negative_operand_share: of the operands in training sentences about numbers alone.
    Raises ValueError for operands without digits, where no question has so many operations and for no share.
    """
    check_share("negative_operand_share", negative_operand_share)
    if not digits or min(digits) < 1:
        raise ValueError(f"digits={list(digits)}: operands have at least 1 digit")
    groups: dict[tuple[str, str], list[Template]] = {}
    for template in HELD_OUT if held_out else TRAINING:
        if num_operators is None or _num_operators(template.expression) in num_operators:
            key = ("", "") if held_out else (template.group, template.family)
            groups.setdefault(key, []).append(template)
    if not groups:
        assert num_operators is not None  # or nothing would have been left out
        raise ValueError(f"num_operators={list(num_operators)}: wordings have 1 or 2 operations")
    names = sorted(groups)
    generator = random.Random(seed)
    things = _number_kinds(generator, digits)
    numbers_alone = things | {"": lambda: integer(generator, digits, negative_operand_share)}

    def problems() -> Iterator[Problem]:
        while True:
            template = generator.choice(groups[generator.choice(names)])
            kinds = numbers_alone if not held_out and template.family in ("", "told") else things
            words = _words(generator)
            prompt, numbers = _fill(template.text, words, kinds)
            ending, _ = _fill(template.ending, words, kinds)
            expression = _by_order(template.expression, list(numbers))
            problem = Problem(prompt, tuple(numbers.values()), expression, template.group, ending, template.text)
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
