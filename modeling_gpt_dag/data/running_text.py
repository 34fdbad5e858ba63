"""Running text of our own: short solutions in which numbers are computed, restated and merely mentioned.

What is unusual: a pattern says what computes a number in the place where the number stands, `{t=n*p}`, so that text,
expression and value cannot differ. A number that is said again, `{t}`, is copied and not computed. Signs are written
in the ways people write them, all in one text alike.
"""

import random
import re
import string
from collections.abc import Iterator
from typing import NamedTuple

from .problems import EVALUATION_SHARE, Split, integer
from .reasoning import Calculation, ReasoningText, exact_value, parse_expression
from .records import is_held_out
from .templates import ITEMS, NAMES, THINGS

MOST_DIGITS = 7  # of a result


class Pattern(NamedTuple):
    """prompt: what is asked. text: what follows. Fields are `{name}` words, `{a}` or `{a:kind}` numbers, `{t=a+b}`.

    Two kinds concern another field: `below` is a number below `a`; `multiple` is one of `n`, which it draws, too.
    """

    name: str
    prompt: str
    text: str


PATTERNS = [
    Pattern(
        "steps: sum",
        "{name} has {a} {things} and gets {b} more. How many {things} does {name} have?",
        "{name} has {a} {things} and gets {b} more, so {name} has {a} + {b} = {t=a+b} {things}.",
    ),
    Pattern(
        "steps: difference",
        "{name} has {a} {things} and gives {b:below} to {friend}. How many are left?",
        "{name} starts with {a} {things}. After giving away {b}, there are {a} - {b} = {t=a-b} {things} left.",
    ),
    Pattern(
        "steps: product",
        "There are {n:few} boxes with {a} {things} each. How many {things} are there?",
        "Each of the {n} boxes has {a} {things}. {n} * {a} = {t=n*a}, so there are {t} {things}.",
    ),
    Pattern(
        "steps: quotient",
        "{name} shares {a:multiple} {things} among {n} friends. How many does each get?",
        "We divide the {things} by the friends: {a} / {n} = {t=a/n}. Each friend gets {t} {things}.",
    ),
    Pattern(
        "steps: two sums",
        "{name} reads {a} pages on Monday, {b} on Tuesday and {c} on Friday. How many pages is that?",
        "On Monday and Tuesday {name} reads {a} + {b} = {s=a+b} pages.\nWith Friday it is {s} + {c} = {t=s+c} pages.",
    ),
    Pattern(
        "steps: three terms",
        "A shelf has {a} red, {b} blue and {c} green {things}. How many in total?",
        "The total number of {things} is {a} + {b} + {c} = {t=a+b+c}.",
    ),
    Pattern(
        "steps: product, then sum",
        "{name} buys {n:few} packs of {a} {things} and has {b} at home. How many {things} now?",
        "The packs hold {n} * {a} = {s=n*a} {things}.\nTogether with the {b} at home there are {s} + {b} = {t=s+b}.",
    ),
    Pattern(
        "steps: in one line",
        "{n:few} groups of {a} people and {b} more people come. How many people come?",
        "In all {n} * {a} + {b} = {t=n*a+b} people come.",
    ),
    Pattern(
        "steps: difference of products",
        "{name} sells {n:few} bags of {a} {things} and takes {b:few} bags of 3 back. How many {things} are gone?",
        "{name} sells {n} * {a} = {s=n*a} {things} and takes back {b} * 3 = {r=b*3}. So {s} - {r} = {t=s-r} are gone.",
    ),
    Pattern(
        "steps: parentheses",
        "{name} earns ${a} and spends ${b:below} each week. How much is left after {n:few} weeks?",
        "Each week leaves money over: ({a} - {b}) * {n} = {t=(a-b)*n}. So {name} has ${t} after {n} weeks.",
    ),
    Pattern(
        "steps: twice",
        "{name} has {a} {things}. {friend} has twice as many. How many does {friend} have?",
        "{friend} has 2 * {a} = {t=2*a} {things}, which is twice the {a} of {name}.",
    ),
    Pattern(
        "steps: half",
        "{name} sold {a:even} {things} in May and half as many in June. How many in both months?",
        "In June {name} sold {a} / 2 = {s=a/2} {things}.\nIn both months {name} sold {a} + {s} = {t=a+s} {things}.",
    ),
    Pattern(
        "receipt: price times number",
        "A {item} costs ${p:money}. What do {n:few} of them cost?",
        "{n} {item}s cost {n} * ${p} = ${t=n*p}.",
    ),
    Pattern(
        "receipt: two items",
        "A {item} costs ${p:money}, a {other} ${q:money}. What is the bill?",
        "{item}: ${p}\n{other}: ${q}\nTotal: ${p} + ${q} = ${t=p+q}",
    ),
    Pattern(
        "receipt: change",
        "{name} has ${a} and pays a bill of ${b:below}. What is the change?",
        "The change is ${a} - ${b} = ${t=a-b}.",
    ),
    Pattern(
        "receipt: items and tip",
        "{name} pays ${a} for food and ${b} for drinks, and leaves a tip of ${n:few}. How much is that?",
        "Food and drinks: ${a} + ${b} = ${s=a+b}. With the tip of ${n} the bill is ${s} + ${n} = ${t=s+n}.",
    ),
    Pattern(
        "conversion: minutes",
        "A film lasts {n:few} hours and {m:few} minutes. How many minutes is that?",
        "{n} hours are {n} * 60 = {s=n*60} minutes. With {m} more that is {s} + {m} = {t=s+m} minutes.",
    ),
    Pattern(
        "conversion: weeks",
        "{name} runs {a:few} miles a day. How far in {n:few} weeks?",
        "{n} weeks have {n} * 7 = {s=n*7} days.\n{name} runs {s} * {a} = {t=s*a} miles.",
    ),
    Pattern(
        "conversion: dozens",
        "How many eggs are {n:few} dozen eggs?",
        "A dozen is 12, so {n} dozen are 12 * {n} = {t=12*n} eggs.",
    ),
    Pattern(
        "comparison: more",
        "{name} has {a} {things} and {friend} has {b:below}. How many more has {name}?",
        "{name} has {a} and {friend} has {b}. The difference is {a} - {b} = {t=a-b}, so {name} has {t} more.",
    ),
    Pattern(
        "comparison: older",
        "{name} is {n:few} years old. {friend} is {m:few} years older. How old are they together?",
        "{friend} is {n} + {m} = {s=n+m} years old. Together they are {n} + {s} = {t=n+s}.",
    ),
    Pattern(
        "per cent: of a number",
        "Of the {a:hundreds} people at a fair {n:few} per cent are children. How many children are there?",
        "There are {a} * {n} / 100 = {t=a*n/100} children among the {a} people.",
    ),
    Pattern(
        "per cent: discount",
        "A {item} of ${a:hundreds} is sold {n:few} per cent cheaper. What does it cost now?",
        "The discount is {a} / 100 * {n} = {s=a/100*n} dollars.\nThe {item} now costs {a} - {s} = {t=a-s} dollars.",
    ),
    Pattern(
        "rate: speed",
        "A train goes {a} miles an hour for {n:few} hours. How far does it go?",
        "Distance is speed times time: {a} * {n} = {t=a*n} miles.",
    ),
    Pattern(
        "rate: wages",
        "{name} earns ${n:few} an hour, works {m:few} hours a day and {d:few} days a week. What is the weekly pay?",
        "In a week {name} works {m} * {d} = {s=m*d} hours.\nThe pay is {s} * ${n} = ${t=s*n}.",
    ),
    Pattern(
        "average: two numbers",
        "What is the average of {a:even} and {b:even}?",
        "The sum is {a} + {b} = {s=a+b} and the average {s} / 2 = {t=s/2}.",
    ),
    Pattern(
        "table: rows",
        "List the {things} of {n:few} days with {a} a day.",
        "day 1: {a}\nday 2: {a} + {a} = {s=a+a}\nday 3: {s} + {a} = {t=s+a}",
    ),
    Pattern(
        "word: plus",
        "What is {a} plus {b}?",
        "To add {a} and {b}, we put them together. {a} plus {b} is {t=a+b}.",
    ),
    Pattern(
        "word: minus",
        "What is {a} minus {b:below}?",
        "{a} minus {b} is {t=a-b}.",
    ),
    Pattern(
        "word: times",
        "What is {a} times {n:few}?",
        "{a} times {n} equals {t=a*n}.",
    ),
    Pattern(
        "word: divided by",
        "What is {a:multiple} divided by {n}?",
        "{a} divided by {n} is equal to {t=a/n}.",
    ),
    Pattern(
        "plain: nothing computed",
        "When was {name} born?",
        "{name} was born in {y:year}, in house {a} of Mill Street, and moved to number {b} in {z:year}. Page {n:few}.",
    ),
    Pattern(
        "plain: a list",
        "What is on the list?",
        "1. {a} {things}\n2. {b} {item}s\n3. {c} boxes\nThe list was made at {n:few}:30 by {name}, who is {m:few}.",
    ),
]
SIGN_STYLES = {"*": (" * ", "*", " x ", " × "), "/": (" / ", "/", " ÷ "), "+": (" + ", "+"), "-": (" - ", "-")}
SIGN = re.compile(r" ([-*/+]) (?=[$({]|$)")


def _styled(text: str, generator: random.Random) -> str:
    """The pattern with other signs for its operations, and with equals signs with or without blanks."""
    styles = {sign: generator.choice(ways) for sign, ways in SIGN_STYLES.items()}
    text = SIGN.sub(lambda match: styles[match[1]], text)
    return text.replace(" = ", generator.choice((" = ", " = ", "=")))


class _Writer:
    """Writes a pattern with numbers and words drawn; `text` and `calculations` grow as it is written."""

    def __init__(self, generator: random.Random):
        self.generator = generator
        name, friend = generator.sample(NAMES, 2)
        item, other = generator.sample(ITEMS, 2)
        self.values = {
            "name": name,
            "friend": friend,
            "things": generator.choice(THINGS),
            "item": item,
            "other": other,
        }
        self.text = ""
        self.calculations: list[Calculation] = []

    def write(self, pattern: str):
        for literal, field, kind, _ in string.Formatter().parse(pattern):
            self.text += literal
            if field is not None:
                name, is_computed, formula = field.partition("=")
                if is_computed:
                    self._compute(name, formula)
                elif name not in self.values:
                    self.values[name] = self._number(name, kind or "")
                self.text += self.values[name]

    def _compute(self, name: str, formula: str):
        """Raises ValueError where the value is not to be written: negative, too long, no decimal."""
        written = re.sub(r"[a-z]\w*", lambda match: self.values[match.group()], formula)
        expression = parse_expression(written)
        value = exact_value(expression)
        if value is None or value < 0 or len(value.as_tuple().digits) > MOST_DIGITS:
            raise ValueError(written)
        self.values[name] = format(value, "f")
        start = len(self.text)
        self.calculations.append(Calculation(start, start + len(self.values[name]), value, expression, "right"))

    def _number(self, name: str, kind: str) -> str:
        generator = self.generator
        if kind == "few":
            return str(generator.randint(2, 30))
        if kind == "money":
            return f"{generator.randint(1, 99)}.{generator.choice((generator.randint(1, 99), 5, 25, 50, 75)):02d}"
        if kind == "year":
            return str(generator.randint(1900, 2030))
        if kind == "even":
            return str(2 * int(integer(generator, (1, 2, 3))))
        if kind == "hundreds":
            return str(100 * generator.randint(1, 40))
        if kind == "below":
            return str(generator.randint(1, max(1, int(self.values["a"]) - 1)))
        if kind == "multiple":
            self.values["n"] = str(generator.randint(2, 12))
            return str(int(self.values["n"]) * generator.randint(2, 200))
        return integer(generator, (1, 2, 2, 3, 3, 4))


def running_texts(split: Split, seed: int) -> Iterator[ReasoningText]:
    """An endless stream of texts of one split, by a hash of the text; the pattern of each is its `group`."""
    generator = random.Random(seed)
    while True:
        writer = _Writer(generator)
        pattern = generator.choice(PATTERNS)
        try:
            writer.write(pattern.prompt + "\n")
            length = len(writer.text)
            writer.write(_styled(pattern.text, generator) + "\n")
        except ValueError:  # a value that is not to be written
            continue
        if is_held_out(writer.text, 1 / EVALUATION_SHARE) == (split == "evaluation"):
            yield ReasoningText(writer.text, writer.calculations, length, pattern.name)
