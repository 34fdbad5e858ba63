"""The ceiling that needs no learning: arithmetic by hand-written rules and Python's decimals.

What is unusual: in notation the rules are complete; in language they are a few key words and no parser of the
templates of `wordings.py`: right as far as the words reach, blind to numbers that do not matter. That is what they are
measured for, as strictly as a model.
"""

import ast
import re
from decimal import Decimal

from ..data.exact_values import EXACT

NOTATION = re.compile(r"[\d.+\-*()\s]+=")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
OPERATIONS = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply"}
# Words between two numbers that are an operator.
INFIX = {"plus": "+", "minus": "-", "times": "*", "multiplied by": "*", "+": "+", "-": "-", "*": "*"}
# Of the rules below the first whose words occur decides; these two come before all others.
REVERSED = re.compile(r"\b(subtract(ed)? .*from|tak(e|ing) .*(away )?from|remove .*from|less than|lost \S+ of)\b")
TWICE = re.compile(r"\b(twice|double)\b")
KEYWORDS = [
    (re.compile(r"\b(times|product|multipl\w+|rows of|boxes of|each|per)\b|\*"), "multiply"),
    (re.compile(r"\b(minus|difference|subtract|less|lost|spent|sold|removed?|decrease|change|left)\b"), "subtract"),
    (re.compile(r"\b(plus|sum|add|adding|adds|together|total|more|gets|found|in all|increase)\b|\+"), "add"),
]


def solve(prompt: str) -> str | None:
    """The answer's decimal text; None where no rule applies."""
    value = _notation(prompt[:-1]) if NOTATION.fullmatch(prompt) else _words(prompt.lower())
    # No negative zero, as in the problems.
    return None if value is None else format(abs(value) if value == 0 else value, "f")


def _notation(text: str) -> Decimal | None:
    """Value of sums, differences and products with parentheses, by precedence; None for other text."""

    def value(node: ast.expr) -> Decimal:
        if isinstance(node, ast.BinOp):
            return getattr(EXACT, OPERATIONS[type(node.op)])(value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp):
            return EXACT.multiply(Decimal(-1 if isinstance(node.op, ast.USub) else 1), value(node.operand))
        return Decimal(ast.get_source_segment(text, node) or "")

    try:
        return value(ast.parse(text, mode="eval").body)
    except (SyntaxError, KeyError):
        return None


def _words(text: str) -> Decimal | None:
    found = list(NUMBER.finditer(text))
    numbers = [Decimal(match.group()) for match in found]
    between = [text[left.end() : right.start()].strip() for left, right in zip(found, found[1:], strict=False)]
    if numbers and TWICE.search(text):
        return EXACT.multiply(numbers[0], Decimal(2))
    if len(numbers) < 2:
        return None
    if all(words in INFIX for words in between):
        signs = [*(INFIX[words] for words in between), ""]
        return _notation("".join(match.group() + sign for match, sign in zip(found, signs, strict=True)))
    if REVERSED.search(text):
        return EXACT.subtract(numbers[1], numbers[0])
    for words, operation in KEYWORDS:
        if words.search(text):
            return getattr(EXACT, operation)(numbers[0], numbers[1])
    return None
