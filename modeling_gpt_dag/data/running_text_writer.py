"""Writes a pattern of running text with numbers and words drawn, in a style that is drawn, too.

What is unusual: the number, its expression and its value come from one formula, so that they cannot differ.

The language of the patterns: `[a|b]` is one of its alternatives, drawn for each text; "¦" is a "|" in the text; words
in capitals are macros. `{name}` is a word. `{a:kind}` is a number, `{a:below b;pens}` one whose kind concerns another
number and which has a unit, `{a}` the same number again. `{t=a+b}` is a computed number, `{t==a+b;pens}` the whole
equation in the text's style, `{=a+b}` its left side alone. In a formula `p%` is written as per cent and `p'` as a
decimal share; what a formula means follows behind "~" where it differs from what is written, as with each `p%`.
"""

import random
import re
import string
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple, TypeVar

from . import running_text_styles as styles
from .problems import EVALUATION_SHARE, Split, integer
from .reasoning import Calculation, ReasoningText, exact_value, parse_expression
from .records import is_held_out

Drawn = TypeVar("Drawn")
TRIES = 20  # for the numbers of a text

LOPSIDED_SHARE = 0.06  # of texts that write "10 -7"
MIXED_SHARE = 0.15  # of texts that write each calculation in a way of its own
MOST_DIGITS, MOST_DECIMALS = 7, 3  # of a result
ALTERNATIVES = re.compile(r"\[([^][]*)\]")
MACRO = re.compile(r"([A-Z][A-Z_]+)\(([\w,]*)\)")
# Of a formula: a number of the text and the form it is written in, a constant, a sign.
TERM = re.compile(
    r"(?P<name>(?<![a-z])[a-z]\d*(?![a-z\d]))(?P<form>[%']?)|(?P<constant>\d+(?:\.\d+)?|\.\d+)|\s*(?P<sign>[-*/+])\s*"
)
# In a field, the names of its numbers, and those that have no number behind them yet.
FIELD_NAMES = re.compile(r"\{[^{};]*")
LETTER = re.compile(r"(?<![a-z\d])[a-z](?![a-z\d])")
DIVISOR = re.compile(r"/\s*\(?([a-z]\d*)")
# Digits of the numbers of a text.
SIZES = [(1,), (1,), (1, 2), (1, 2), (1, 2), (1, 2, 2), (2,), (2,), (1, 2, 3), (2, 3), (1, 2, 3, 4), (3, 4, 5)]
WITHOUT_COMMA = ("year", "late", "four")
# Numbers of a kind: first, last, step, decimal places.
FIXED_KINDS = {
    "few": (2, 12, 1, 0),
    "small": (2, 40, 1, 0),
    "fours": (4, 40, 4, 0),
    "even": (4, 300, 2, 0),
    "hundred": (100, 100, 1, 0),
    "hundreds": (100, 4000, 100, 0),
    "sixties": (120, 1200, 60, 0),
    "percent": (10, 90, 10, 0),
    "fives": (5, 95, 5, 0),
    "money": (25, 2995, 5, 2),
    "half": (5, 195, 10, 1),
    "two": (10, 59, 1, 0),
    "year": (1900, 2010, 1, 0),
    "late": (2025, 2099, 1, 0),
}


class Style(NamedTuple):
    """How a text writes calculations. point: how it writes a decimal share: ".2", "0.2" or "0.20"."""

    signs: dict[str, str]
    equals: str
    has_units: bool
    has_dollars: bool
    has_dollar_result: bool
    has_thousands: bool
    point: str
    before: str = ""
    behind: str = ""


def draw_style(generator: random.Random) -> Style:
    way = generator.choices(("tight", "wide", "words", "latex"), (8, 8, 1, 1))[0]
    before = behind = ""
    if way == "words":
        signs = {sign: f" {generator.choice(ways.split('|'))} " for sign, ways in styles.WORD_SIGNS.items()}
        equals = generator.choice(styles.WORD_EQUALS)
    elif way == "latex":
        signs = {sign: f" {generator.choice(ways.split('|'))} " for sign, ways in styles.LATEX_SIGNS.items()}
        equals, (before, behind) = " = ", generator.choice(styles.LATEX_FRAMES)
    else:
        gap, choices = (" ", styles.WIDE_SIGNS) if way == "wide" else ("", styles.TIGHT_SIGNS)
        signs = {sign: gap + generator.choice(ways.split()) + gap for sign, ways in choices.items()}
        equals = generator.choice(styles.WIDE_EQUALS if gap else styles.TIGHT_EQUALS)
    has_units = way in ("tight", "wide") and generator.random() < 0.3
    if has_units:
        signs["-"] = f" {signs['-'].strip()} "  # behind a letter the reader takes it for the sign of a number
    elif way in ("tight", "wide") and generator.random() < LOPSIDED_SHARE:
        signs["-"] = " -"  # here it takes it for that, too, and adds
    return Style(
        signs,
        equals,
        has_units,
        has_dollars=way != "latex" and generator.random() < 0.55,
        has_dollar_result=way != "latex",
        has_thousands=generator.random() < 0.1,
        point=generator.choice((".2", "0.2", "0.20")),
        before=before,
        behind=behind,
    )


def expanded(text: str, generator: random.Random) -> str:
    """With each of its macros and alternatives replaced by what is drawn for it."""

    def macro(match: re.Match) -> str:
        names, written = styles.MACROS[match[1]]
        given = dict(zip(names, filter(None, match[2].split(",")), strict=True))
        return re.sub(r"\b[a-z]\b", lambda name: given[name[0]], written) if given else written

    while MACRO.search(text) is not None:  # one may stand in another
        text = MACRO.sub(macro, text)
    while (match := ALTERNATIVES.search(text)) is not None:
        text = text[: match.start()] + generator.choice(match[1].split("|")) + text[match.end() :]
    return text.replace("¦", "|")


def renamed(text: str, names: dict[str, str], number: int) -> str:
    """Fields get the names given, or else others with the number, so that parts of a text do not share them."""

    def named(field: re.Match) -> str:
        return LETTER.sub(lambda name: names.get(name[0], f"{name[0]}{number}"), field[0])

    return FIELD_NAMES.sub(named, text)


def written_texts(
    split: Split, draw: Callable[[], Drawn], write: Callable[[Drawn], ReasoningText]
) -> Iterator[ReasoningText]:
    """An endless stream of texts of one split, by a hash of the text.

    draw: what is to be written. write: with numbers drawn; raises ValueError where they lead to one that is not to be
    written, and is tried again.
    """
    while True:
        drawn = draw()
        for _ in range(TRIES):
            try:
                text = write(drawn)
            except ValueError:
                continue
            if is_held_out(text.text, 1 / EVALUATION_SHARE) == (split == "evaluation"):
                yield text
            break


class Writer:
    """Writes a pattern with numbers and words drawn; `text` and `calculations` grow as it is written."""

    def __init__(self, generator: random.Random, style: Style, texts: list[str]):
        """texts: all that will be written. The kinds of its numbers and its formulas are looked up in it."""
        self.generator, self.style = generator, style
        self.sizes = generator.choice(SIZES)
        self.is_mixed = not style.before and generator.random() < MIXED_SHARE
        name, friend, third = generator.sample(styles.NAMES.split(), 3)
        item, other = generator.sample(styles.ITEMS.split(), 2)
        self.words = {"name": name, "friend": friend, "third": third, "item": item, "other": other}
        for word, choices in (("things", styles.THINGS), ("box", styles.BOXES), ("color", styles.COLORS)):
            self.words[word] = generator.choice(choices.split())
        self.unit_form, self.price_form = (
            generator.choice(forms.split("|")).format(**self.words)
            for forms in (styles.UNIT_FORMS, styles.PRICE_FORMS)
        )
        self.kinds: dict[str, str] = {}
        self.formulas: dict[str, str] = {}
        self.units: dict[str, str] = {}
        self.values: dict[str, str] = {}  # plain decimal texts
        self.text = ""
        self.calculations: list[Calculation] = []
        for text in texts:
            for _, field, kind, _ in string.Formatter().parse(text):
                if field is not None and field not in self.words:
                    self._declare(field, kind or "")

    def _declare(self, field: str, kind: str):
        name, is_computed, formula = field.partition("=")
        what, _, unit = (formula.lstrip("=") if is_computed else kind).partition(";")
        if name and what:
            (self.formulas if is_computed else self.kinds)[name] = what.rpartition("~")[2]
        if unit:
            self.units[name] = re.sub(r"[a-z]+", lambda word: self.words.get(word[0], word[0]), unit)

    def write(self, text: str):
        for literal, field, _, _ in string.Formatter().parse(text):
            self.text += literal.replace(" = ", self.style.equals)
            if field is None:
                continue
            name, is_computed, formula = field.partition("=")
            if name in self.words:
                self.text += self.words[name]
            elif not is_computed:
                self.text += self._dollar(name) + self._written(name)
            else:
                is_equation = formula.startswith("=")
                if is_equation or not name:
                    written = formula.lstrip("=").partition(";")[0].partition("~")[0]
                    self.text += self.style.before + TERM.sub(self._term, written)
                if name:
                    self._result(name, is_equation)
                if is_equation or not name:
                    self.text += self.style.behind

    def _result(self, name: str, is_equation: bool):
        value = self.value(name)
        if is_equation:
            self.text += self.style.equals
        self.text += self._dollar(name) if not is_equation or self.style.has_dollar_result else ""
        start, expression = len(self.text), parse_expression(self._meaning(self.formulas[name]))
        self.text += value
        self.calculations.append(Calculation(start, len(self.text), Decimal(value), expression, "right"))
        if self.is_mixed:
            other = draw_style(self.generator)
            self.style = self.style._replace(signs=other.signs, equals=other.equals)

    def _term(self, match: re.Match) -> str:
        """A part of a formula as the text writes it."""
        name = match["name"]
        if match["sign"]:
            return self.style.signs[match["sign"]]
        if name is None:
            return match["constant"]
        if match["form"]:
            return f"{self.value(name)}%" if match["form"] == "%" else self._share(name)
        dollar = self._dollar(name) if self.style.has_dollars else ""
        return dollar + self._written(name) + (self._unit(name) if self.style.has_units else "")

    def _unit(self, name: str) -> str:
        """What stands behind an operand."""
        unit = self.units.get(name)
        if unit is None:
            return self.price_form if self._is_money(name) else ""
        return unit if unit[0] == "/" else " " + self.unit_form.replace("#", unit)

    def _meaning(self, formula: str) -> str:
        """The formula over the plain texts of its numbers."""

        def number(match: re.Match) -> str:
            if match["name"] is None:
                return match[0]
            assert match["form"] != "%", f"what {formula!r} means is to be said behind '~'"
            return self._share(match["name"]) if match["form"] else self.value(match["name"])

        return TERM.sub(number, formula)

    def _share(self, name: str) -> str:
        """A number of per cents as a decimal."""
        share = Decimal(self.value(name)).scaleb(-2)
        text = format(share if self.style.point == "0.20" else share.normalize(), "f")
        return text.removeprefix("0") if self.style.point == ".2" else text

    def _written(self, name: str) -> str:
        value = self.value(name)
        has_comma = self.style.has_thousands and value.isdecimal() and self.kinds.get(name) not in WITHOUT_COMMA
        return f"{int(value):,}" if has_comma else value

    def _dollar(self, name: str) -> str:
        return "$" if self._is_money(name) else ""

    def _is_money(self, name: str) -> bool:
        """Without a unit of its own a result is money where an operand is and money is not divided by money."""
        if name in self.kinds:
            return self.kinds[name] in ("money", "dollars") or (
                self.kinds[name].startswith(("below ", "above ")) and self._is_money(self.kinds[name].split()[1])
            )
        if name not in self.formulas or name in self.units:
            return False
        formula = self.formulas[name]
        operands = [match["name"] for match in TERM.finditer(formula) if match["name"]]
        return any(map(self._is_money, operands)) and not any(map(self._is_money, DIVISOR.findall(formula)))

    def value(self, name: str) -> str:
        """The number of a field, drawn or computed; raises ValueError for one that is not to be written."""
        if name not in self.values:
            if name in self.formulas:
                value = exact_value(parse_expression(self._meaning(self.formulas[name])))
                sign, digits, exponent = (1, (), 0) if value is None else value.as_tuple()
                if sign or len(digits) > MOST_DIGITS or -int(exponent) > MOST_DECIMALS:
                    raise ValueError(name)
                self.values[name] = format(value, "f")
            else:
                self.values[name] = self._number(*self.kinds[name].split())
        return self.values[name]

    def _number(self, kind: str, other: str = "") -> str:
        """other: the number that a kind concerns; raises ValueError where no number is of that kind."""
        generator = self.generator
        if kind in FIXED_KINDS:
            first, last, step, places = FIXED_KINDS[kind]
            return format(Decimal(generator.randrange(first, last + 1, step)).scaleb(-places), "f")
        if kind in ("num", "dollars"):
            return integer(generator, self.sizes)
        if kind == "large":
            return integer(generator, (2, 2, 2, 3, 3, 4, 5))
        if kind == "four":
            return integer(generator, (4,))
        value = Decimal(self.value(other))
        if kind == "divisor":
            divisors = [number for number in range(2, 13) if value % number == 0]
            if not divisors:
                raise ValueError(other)
            return str(generator.choice(divisors))
        if kind == "multiple":
            return str(int(value) * int(integer(generator, (1, 1, 2))))
        if kind == "above":
            return str(int(value) + generator.randint(1, 20) * generator.choice((1, 1, 10)))
        assert kind == "below", kind
        return str(generator.randint(1, max(1, int(value) - 1)))
