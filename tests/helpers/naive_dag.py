"""The algorithm a second time: slow, numbered like DESIGN's steps, one token, one plan, one operation at a time.

1. Extract: a regular expression and Python's Decimal.
2. Plan: probabilities of one token, slot by slot.
3. Execute: Decimal arithmetic with room to spare; a result counts where it has at most 18 digits and 18 decimals.
4. Write: `format(value, "f")`.
"""

import decimal
import itertools
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

import torch

UNICODE = [chr(code) for code in range(0x20000)]


def _class(characters: Iterable[str]) -> str:
    return "[" + "".join(map(re.escape, characters)) + "]"


# Numerals that are not read, raised and lowered signs included.
NUMERALS = [
    character
    for character in UNICODE
    if unicodedata.category(character)[0] == "N"
    and not ("0" <= character <= "9")
    or re.match("(SUPER|SUB)SCRIPT ", unicodedata.name(character, ""))
    and not character.isalpha()
]
OTHERS = _class(NUMERALS)
MINUS, DASH, BLANK = "[-\u2212]", "[\u2010-\u2013\ufe63\uff0d]", "[\u00a0\u2009\u202f]"
CURRENCIES = [character for character in UNICODE if unicodedata.category(character) == "Sc"]
CURRENCY = _class(CURRENCIES)
# What joins digits: separators of thousands and decimals, and blanks at which no line breaks or that are narrow.
JOINERS = [
    *",_'\u2019\u02bc\u00b7\u066b\u066c\uff0c\uff0e\u2044\u00ad\u200b\u2060\ufeff",
    *(character for character in UNICODE if unicodedata.category(character) == "Zs" and character not in " \u3000"),
]
JOINT = _class([*JOINERS, "e", "E"])
# Behind these a number does not begin with a point: words, numbers, marks, and what ends something.
CLOSING = [
    character
    for character in UNICODE
    if character.isalnum()
    or character in ".!?%\u2026"
    or unicodedata.category(character) in ("Pe", "Pf")
    or unicodedata.category(character)[0] == "M"
]
OPENING = "[^" + _class({*CLOSING, *NUMERALS} - {*JOINERS})[1:]
UNIT = r"[0-9]+(?:\.[0-9]+)?"
SIGN = rf"(?:(?<![0-9)])(?<!{OTHERS}){MINUS})"
# A sign, digits with or without a point, and whatever is joined to them.
NUMBER = re.compile(rf"{SIGN}?(?:{UNIT}|(?:(?<={OPENING})|^)\.[0-9]+)(?:{JOINT}{UNIT})*")
# What a list in brackets holds beside numbers: nothing that joins, signs or ends, and no word.
NOT_LISTED = {*CLOSING, *NUMERALS, *JOINERS, *"+[{\u2010\u2011\u2012\u2013\ufe63\uff0d"} - {*".,"}
LIST = re.compile(r"[\[{](?:[0-9]|[^" + _class({*NOT_LISTED, *CURRENCIES})[1:] + ")*")
READ = re.compile(rf"(?:0*[1-9][0-9]{{0,2}}(?:(?:,[0-9]{{3}})+|(?:{BLANK}[0-9]{{3}})+)|[0-9]*)(?:\.[0-9]+)?")
SPOILED = re.compile(  # what stands before the digits
    rf"{OTHERS}(?:{MINUS}|{DASH}|\.|{JOINT})?$|(?:^|[^0-9)])(?<!{OTHERS}){DASH}$"
    rf"|(?:[0-9]|{OTHERS})[eE](?:{MINUS}|{DASH}|\+)$|(?<![0-9.,\u00a0\u2009\u202f])0[xX]$"
)
BREAK = "\0"  # a comma that ends a number
DIGITS = 18
decimal.getcontext().prec = 200


def fits(value: Decimal) -> bool:
    return abs(value).as_tuple().exponent >= -DIGITS and len(mantissa(value)) <= DIGITS


def mantissa(value: Decimal) -> str:
    return format(abs(value), "f").replace(".", "").lstrip("0")


def plain(value: Decimal) -> Decimal:
    """Without an exponent above 0 and without negative zero, as it is written."""
    return abs(Decimal(format(value, "f"))) if value == 0 else Decimal(format(value, "f"))


class Number(NamedTuple):
    start: int
    end: int
    value: Decimal | None


def numbers(text: str) -> list[Number]:
    """The numbers of a text from left to right; the last may be unfinished."""
    # Within brackets a comma ends a number.
    whole, text = text, LIST.sub(lambda match: match.group().replace(",", BREAK), text)
    found: list[Number] = []
    spoiled, end = False, -1
    for match in NUMBER.finditer(text):
        sign = re.match(SIGN, text[match.start() :]) is not None and match.group()[0] in "-\u2212"
        body = match.group()[sign:]
        before, after = whole[: match.end() - len(body)], text[match.end() :]
        is_linked = not sign and match.start() == end + 1 and text[end] in "." + BREAK and body[0] != "."
        spoiled = bool(SPOILED.search(before) or re.search(r"[^0-9.,\u00a0\u2009\u202f]", body)) or (
            spoiled and is_linked
        )
        point = "" if "." in re.split(JOINT, body)[-1] else r"\.|"
        is_cut = re.match(rf"(?:{point}{JOINT})?{OTHERS}|[eE](?:{MINUS}|{DASH}|\+)", after) is not None
        is_cut |= body == "0" and after[:1] in ("x", "X") and before[-1:] not in [*".,\u00a0\u2009\u202f"]
        value = None
        if READ.fullmatch(body) and not spoiled and not is_cut:
            negative = sign or re.search(rf"{SIGN}{CURRENCY}$", before)
            value = value_of(("-" if negative else "") + re.sub(rf",|{BLANK}", "", body))
        found.append(Number(match.start(), match.end(), value))
        end = match.end()
    return found


def is_open(text: str, number: Number) -> bool:
    """Whether the text may go on with the number, which is its last."""
    rest = LIST.sub(lambda match: match.group().replace(",", BREAK), text)[number.end :]
    unit = re.split(JOINT, text[number.start : number.end])[-1]
    return rest == "" or re.fullmatch(JOINT, rest) is not None or (rest == "." and "." not in unit)


def readable_numbers(text: str) -> list[Decimal | None]:
    """Values of the numbers that have certainly ended at the last character of `text`, latest first."""
    return [number.value for number in numbers(text) if not is_open(text, number)][::-1]


def written_characters(text: str) -> int:
    """Characters of the number that `text` ends with, 0 if it ends outside one."""
    last = numbers(text)[-1:]
    if last and is_open(text, last[0]):
        return len(text) - last[0].start
    # A sign or a point with which a number may begin.
    begun = re.search(rf"{SIGN}?(?:(?<={OPENING})|^)\.$|{SIGN}$", text)
    return len(begun.group()) if begun else 0


def value_of(text: str) -> Decimal | None:
    value = plain(Decimal(text))
    return value if fits(value) else None


def apply(name: str, a: Decimal | None, b: Decimal | None) -> Decimal | None:
    """One exact operation; None is "no result"."""
    if a is None or (b is None and name not in ("identity", "log")):
        return None
    if name == "add":
        result = a + b
    elif name == "subtract":
        result = a - b
    elif name == "multiply":
        result = a * b
    elif name == "identity":
        result = a
    elif name in ("max", "min"):
        # Python's max and min keep the first of equals.
        result = max(a, b) if name == "max" else min(a, b)
    elif name == "log":
        result = Decimal(0) if a == 1 else None
    elif name == "divide":
        result = a / b if b != 0 else None
        if result is not None and result * b != a:
            result = None
    elif name == "power":
        result = power(a, b)
    return plain(result) if result is not None and fits(plain(result)) else None


def power(a: Decimal, b: Decimal) -> Decimal | None:
    if b != b.to_integral_value() or (a == 0 and b <= 0):
        return None
    base = a if b >= 0 else apply("divide", Decimal(1), a)
    if base is None:
        return None
    result = Decimal(1)
    for _ in range(int(abs(b)) if abs(b) <= 63 else 62 + int(abs(b) % 2)):
        result *= base
    return result


def next_character(value: Decimal | None, written: int) -> int:
    """Index into "0123456789-.", 12 for the end, -1 for nothing."""
    if value is None:
        return -1
    text = format(value, "f")
    if written > len(text):
        return -1
    return 12 if written == len(text) else "0123456789-.".index(text[written])


def run_plan(numbers: list[Decimal | None], plan: list[tuple[int, int, str]], size: int) -> list[Decimal | None]:
    """The scratch list after `plan`, `size` initial slots."""
    slots = (numbers + [None] * size)[:size]
    for operand1, operand2, name in plan:
        slots.append(apply(name, slots[operand1], slots[operand2]))
    return slots


def exact_marginal(log_probs, numbers, size: int, written: int, operations: list[str]) -> torch.Tensor:
    """(13,) probability of each next character over all plans of one token, each executed on its own.

    log_probs: (operand1 (D, S), operand2 (D, S), operation (D, O)) of the token.
    """
    operand1, operand2, operation = log_probs
    depth = operation.shape[0]
    choices = [
        itertools.product(range(size + step), range(size + step), range(len(operations))) for step in range(depth)
    ]
    total = [torch.zeros(()) for _ in range(13)]
    for plan in itertools.product(*choices):
        log_prob = sum(operand1[s, a] + operand2[s, b] + operation[s, o] for s, (a, b, o) in enumerate(plan))
        if log_prob == float("-inf"):
            continue
        slots = run_plan(numbers, [(a, b, operations[o]) for a, b, o in plan], size)
        character = next_character(slots[-1], written)
        if character >= 0:
            total[character] = total[character] + log_prob.exp()
    return torch.stack(total)


def soft_scratch_list(dag, hidden: torch.Tensor) -> list[torch.Tensor]:
    """SoftDAG in eval mode on one token's hidden state (H,): the scratch list, with gradient."""
    from modeling_gpt_dag.dag_operations import OPERATIONS

    logits = dag.plan_out(torch.nn.functional.gelu(dag.plan_in(hidden))).view(dag.depth, -1)
    slots = [dag.value_head(hidden)[0]]
    for step in range(dag.depth):
        first, second = logits[step, : step + 1], logits[step, dag.num_slots : dag.num_slots + step + 1]
        names = logits[step, 2 * dag.num_slots :].softmax(0)
        left = sum(p * value for p, value in zip(first.softmax(0), slots, strict=True))
        right = sum(p * value for p, value in zip(second.softmax(0), slots, strict=True))
        slots.append(
            sum(p * OPERATIONS[name].soft(left, right) for p, name in zip(names, dag.operations, strict=True))
        )
    return slots
