"""The algorithm a second time: slow, numbered like DESIGN's steps, one token, one plan, one operation at a time.

1. Extract: a regular expression and Python's Decimal.
2. Plan: probabilities of one token, slot by slot.
3. Execute: Decimal arithmetic with room to spare; a result counts where it has at most 18 digits and 18 decimals, or
   as many as `digits` says. Operations without a limb form know 18 all the same. A result that is no decimal is a
   Fraction; roots, exponentials, ... have 60 digits and more before they are rounded to KEPT ones. So are sums,
   products and quotients of what was rounded that do not fit.
4. Write: `format(value, "f")`; a Fraction is rounded first, half even.
"""

import decimal
import itertools
import math
import operator
import re
import unicodedata
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
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
    and not ("0" <= character <= "9" or character in "½¼¾")
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
# Linked as digits are; a number may end with one.
DECIMALS = {"½": ".5", "¼": ".25", "¾": ".75"}
VULGAR = "".join(DECIMALS)
LINKED = "0-9" + VULGAR
DIGIT = f"[{LINKED}]"
UNIT = rf"{DIGIT}+(?:\.{DIGIT}+)?"
SIGN = rf"(?:(?<![{LINKED})])(?<!{OTHERS}){MINUS})"
# A sign, digits with or without a point, and whatever is joined to them.
NUMBER = re.compile(rf"{SIGN}?(?:{UNIT}|(?:(?<={OPENING})|^)\.{DIGIT}+)(?:{JOINT}{UNIT})*")
# What a list in brackets holds beside numbers: nothing that joins, signs or ends, and no word.
NOT_LISTED = {*CLOSING, *NUMERALS, *JOINERS, *"+[{\u2010\u2011\u2012\u2013\ufe63\uff0d"} - {*".,"}
LIST = re.compile(rf"[\[{{](?:{DIGIT}|[^" + _class({*NOT_LISTED, *CURRENCIES})[1:] + ")*")
READ = re.compile(
    rf"(?:0*[1-9][0-9]{{0,2}}(?:(?:,[0-9]{{3}})+|(?:{BLANK}[0-9]{{3}})+)|[0-9]*)(?:\.[0-9]+|[{VULGAR}])?"
)
SPOILED = re.compile(  # what stands before the digits
    rf"{OTHERS}(?:{MINUS}|{DASH}|\.|{JOINT})?$|(?:^|[^{LINKED})])(?<!{OTHERS}){DASH}$"
    rf"|(?:{DIGIT}|{OTHERS})[eE](?:{MINUS}|{DASH}|\+)$|(?<![{LINKED}.,\u00a0\u2009\u202f])0[xX]$"
)
BREAK = "\0"  # a comma that ends a number
DIGITS = 18
KEPT = 13  # of a rounded result
WITH_LIMBS = ["add", "subtract", "multiply", "identity", "max", "min"]
decimal.getcontext().prec = 600


def fits(value: Decimal, digits: int = DIGITS) -> bool:
    return abs(value).as_tuple().exponent >= -digits and len(mantissa(value)) <= digits


def mantissa(value: Decimal) -> str:
    return format(abs(value), "f").replace(".", "").lstrip("0")


def plain(value: Decimal) -> Decimal:
    """Without an exponent above 0 and without negative zero, as it is written."""
    return abs(Decimal(format(value, "f"))) if value == 0 else Decimal(format(value, "f"))


class Number(NamedTuple):
    start: int
    end: int
    value: Decimal | None


def numbers(text: str, digits: int = DIGITS) -> list[Number]:
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
        spoiled = bool(SPOILED.search(before) or re.search(rf"[^{LINKED}.,\u00a0\u2009\u202f]", body)) or (
            spoiled and is_linked
        )
        point = "" if "." in re.split(JOINT, body)[-1] else r"\.|"
        is_cut = re.match(rf"(?:{point}{JOINT})?{OTHERS}|[eE](?:{MINUS}|{DASH}|\+)", after) is not None
        is_cut |= body == "0" and after[:1] in ("x", "X") and before[-1:] not in [*".,\u00a0\u2009\u202f"]
        value = None
        if READ.fullmatch(body) and not spoiled and not is_cut:
            negative = sign or re.search(rf"{SIGN}{CURRENCY}$", before)
            plain_body = re.sub(f"[{VULGAR}]", lambda part: DECIMALS[part[0]], re.sub(rf",|{BLANK}", "", body))
            value = value_of(("-" if negative else "") + plain_body, digits)
        found.append(Number(match.start(), match.end(), value))
        end = match.end()
    return found


def is_open(text: str, number: Number) -> bool:
    """Whether the text may go on with the number, which is its last."""
    rest = LIST.sub(lambda match: match.group().replace(",", BREAK), text)[number.end :]
    unit = re.split(JOINT, text[number.start : number.end])[-1]
    return rest == "" or re.fullmatch(JOINT, rest) is not None or (rest == "." and "." not in unit)


def readable_numbers(text: str, digits: int = DIGITS) -> list[Decimal | None]:
    """Values of the numbers that have certainly ended at the last character of `text`, latest first."""
    return [number.value for number in numbers(text, digits) if not is_open(text, number)][::-1]


def written_characters(text: str) -> int:
    """Characters of the number that `text` ends with, 0 if it ends outside one."""
    last = numbers(text)[-1:]
    if last and is_open(text, last[0]):
        return len(text) - last[0].start
    # A sign or a point with which a number may begin.
    begun = re.search(rf"{SIGN}?(?:(?<={OPENING})|^)\.$|{SIGN}$", text)
    return len(begun.group()) if begun else 0


def value_of(text: str, digits: int = DIGITS) -> Decimal | None:
    value = plain(Decimal(text))
    return value if fits(value, digits) else None


Value = Decimal | Fraction
ONE_OPERAND = ("identity", "log", "abs", "sqrt", "exp", "log10", "sin", "cos")
REAL = ("log", "sqrt", "exp", "log10", "sin", "cos")
PI = Decimal("3.1415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170680")


def apply(
    name: str, a: Value | None, b: Value | None, precision: int | None = 10, digits: int = DIGITS
) -> Value | None:
    """One exact operation; None is "no result". A Fraction is what no Decimal is, and beyond 18 digits no result."""
    if a is None or (b is None and name not in ONE_OPERAND):
        return None
    if digits > DIGITS and name not in WITH_LIMBS:
        narrow = [x if x is not None and fits(x) else None for x in (a, b)]
        result = apply(name, *narrow, None)
        return result if isinstance(result, Decimal) else None
    if name in REAL:
        return real(name, a, precision)
    if name in ("identity", "abs"):
        return abs(a) if name == "abs" else a
    if name == "percent":
        product = apply("multiply", a, b)
        return None if product is None else apply("divide", product, Decimal(100))
    if name == "remainder":
        product = apply("multiply", b, apply("floor_divide", a, b))
        return None if product is None else apply("subtract", a, product)
    if name in ("gcd", "lcm"):
        if Fraction(a).denominator > 1 or Fraction(b).denominator > 1:
            return None
        return counted(Decimal(getattr(math, name)(int(a), int(b))))
    if name in ("fraction", "denominator"):
        are_whole = Fraction(a).denominator == Fraction(b).denominator == 1
        if b == 0 or (not are_whole and apply("divide", a, b) is None):
            return None
        quotient = Fraction(a) / Fraction(b)
        if quotient.denominator >= 10**18:
            return None
        return Decimal(quotient.numerator if name == "fraction" else quotient.denominator)
    if name == "round":
        return rounded_to(a, b)
    if name == "floor_divide":
        return counted(Decimal(math.floor(Fraction(a) / Fraction(b)))) if b != 0 else None
    if name in ("max", "min"):
        # Python's max and min keep the first of equals.
        return max(a, b) if name == "max" else min(a, b)
    if name == "power":
        return power(a, b)
    if isinstance(a, Fraction) or isinstance(b, Fraction):
        a, b = Fraction(a), Fraction(b)
    if name == "add":
        result = a + b
    elif name == "subtract":
        result = a - b
    elif name == "multiply":
        result = a * b
    elif name == "divide":
        result = a / b if b != 0 else None
        if isinstance(result, Decimal) and parts(Fraction(a) / Fraction(b))[2] > 1:
            result = Fraction(a) / Fraction(b)
    return counted(result, digits)


class Result(NamedTuple):
    """A value of the scratch list. was_rounded: whether it, or what it was computed from, was rounded."""

    value: Value | None
    was_rounded: bool = False

    def written(self, precision: int | None = 10) -> Decimal | None:
        """The Decimal as which it is written."""
        value = self.value
        if isinstance(value, Decimal) and (not self.was_rounded or precision is None):
            return value
        if value is None or precision is None:
            return None
        if isinstance(value, Decimal) and len(mantissa(value)) <= precision:
            return value
        result = significant(value, precision)
        return result if fits(result) else None


def step(name: str, a: Result, b: Result, precision: int | None = 10) -> Result:
    """`apply`, and whether something was rounded on the way."""
    value = apply(name, a.value, b.value, precision)
    if value is None and None not in (a.value, b.value) and (a.was_rounded or b.was_rounded):
        signs = {"add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv}
        if name in signs and not (name == "divide" and b.value == 0):
            exact = signs[name](Fraction(a.value), Fraction(b.value))
            value = kept(exact, precision) if exact else None
    rounds = name in REAL and apply(name, a.value, None, None) is None
    was_rounded = a.was_rounded or (b.was_rounded and name not in ONE_OPERAND) or rounds
    return Result(value, value is not None and was_rounded)


def counted(result: Value | None, digits: int = DIGITS) -> Value | None:
    """The result as it is kept: a Decimal where it is one; None where it does not fit."""
    if isinstance(result, Fraction):
        mantissa, scale, denominator = parts(result)
        if denominator > 1:
            return result if max(abs(mantissa), denominator) < 10**DIGITS and scale <= DIGITS else None
        result = Decimal(mantissa).scaleb(-scale)
    return plain(result) if result is not None and fits(plain(result), digits) else None


def parts(value: Fraction) -> tuple[int, int, int]:
    """Mantissa, scale and denominator, of which the denominator is coprime to 10."""
    denominator, exponents = value.denominator, {2: 0, 5: 0}
    for prime in exponents:
        while denominator % prime == 0:
            denominator //= prime
            exponents[prime] += 1
    scale = max(exponents.values())
    return int(value * denominator * 10**scale), scale, denominator


def power(a: Value, b: Value) -> Value | None:
    if isinstance(b, Fraction) or b != b.to_integral_value() or (a == 0 and b <= 0):
        return None
    base = a if b >= 0 else apply("divide", Decimal(1), a)
    if base is None:
        return None
    result = Decimal(1) if isinstance(base, Decimal) else Fraction(1)
    for _ in range(int(abs(b)) if abs(b) <= 63 else 62 + int(abs(b) % 2)):
        result *= base
    return counted(result)


def rounded_to(a: Value, places: Value) -> Decimal | None:
    """a to `places` decimals, half even."""
    if Fraction(places).denominator > 1 or places > DIGITS:
        return None
    places = max(int(places), -40)
    return counted(plain(Decimal(round(Fraction(a) * Fraction(10) ** places)).scaleb(-places)))


def real(name: str, a: Value, precision: int | None) -> Value | None:
    """A root, an exponential, a logarithm or an angle: exact, or rounded to `precision` digits."""
    value = Decimal(a.numerator) / Decimal(a.denominator) if isinstance(a, Fraction) else a
    if (name == "sqrt" and a < 0) or (name in ("log", "log10") and a <= 0):
        return None
    if name == "sqrt":
        root = value.sqrt()
        if isinstance(a, Decimal) and Fraction(root) ** 2 == a:
            return counted(root)
        roots = [math.isqrt(part) for part in Fraction(a).as_integer_ratio()]
        if [part * part for part in roots] == list(Fraction(a).as_integer_ratio()):
            return counted(Fraction(*roots))
    exact = {("exp", 0): 1, ("cos", 0): 1, ("sin", 0): 0, ("log", 1): 0}.get((name, a))
    if name == "log10" and isinstance(a, Decimal) and a == Decimal(1).scaleb(a.adjusted()):
        exact = a.adjusted()
    if exact is not None:
        return Decimal(exact)
    if precision is None or (name == "exp" and abs(value) > 50):
        return None
    with decimal.localcontext(decimal.Context(prec=60)):
        if name in ("sin", "cos"):
            result = angle(name, value)
        else:
            result = {"sqrt": value.sqrt, "exp": value.exp, "log": value.ln, "log10": value.log10}[name]()
    return kept(result, precision)


def kept(value: Value, precision: int) -> Decimal | None:
    """A rounded result: so many digits that it is written as the value is."""
    if not fits(significant(value, precision)):
        return None
    first = significant(value, 50).adjusted()
    places = min(DIGITS, KEPT - 1 - first)
    result = significant(value, first + 1 + places)
    if places > 0:
        result = result.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    if significant(result, precision) != significant(value, precision):  # it lies in the middle
        unit = Decimal(1).scaleb(-places)
        result += unit if Fraction(value) > Fraction(result) else -unit
    return counted(plain(result))


def angle(name: str, value: Decimal) -> Decimal:
    """sin or cos, by their series, near 0."""
    with decimal.localcontext(decimal.Context(prec=100)):
        rest = value.remainder_near(2 * PI) if name == "sin" else (abs(value) + PI / 2).remainder_near(2 * PI)
        total = term = rest
        for index in range(2, 200, 2):
            term *= -rest * rest / (index * (index + 1))
            total += term
            if abs(term) < Decimal("1e-90"):
                break
        return total


def significant(value: Value, precision: int) -> Decimal:
    """Rounded to so many significant digits, half even."""
    context = decimal.Context(prec=precision, rounding=ROUND_HALF_EVEN)
    if isinstance(value, Fraction):
        return plain(context.divide(Decimal(value.numerator), Decimal(value.denominator)))
    return plain(context.plus(value))


def next_character(value: Decimal | None, written: int) -> int:
    """Index into "0123456789-.", 12 for the end, -1 for nothing."""
    if value is None:
        return -1
    text = format(value, "f")
    if written > len(text):
        return -1
    return 12 if written == len(text) else "0123456789-.".index(text[written])


def run_plan(
    numbers: list[Decimal | None], plan: list[tuple[int, int, str]], size: int, digits: int = DIGITS
) -> list[Decimal | None]:
    """The scratch list after `plan`, `size` initial slots, as it is written."""
    slots = [Result(value) for value in (numbers + [None] * size)[:size]]
    for operand1, operand2, name in plan:
        slots.append(next_slot(slots, operand1, operand2, name, size, digits))
    return [slot.written() for slot in slots]


def next_slot(slots: list[Result], operand1: int, operand2: int, name: str, size: int, digits: int = DIGITS) -> Result:
    """What a step appends to the scratch list, of which the first `size` slots are numbers."""
    if name in ("sum", "mean", "count", "max_of", "min_of"):
        read = [slot.value for slot in slots[:size]]
        if digits > DIGITS:
            read = [value if value is not None and fits(value) else None for value in read]
        result = over_range(name, read, *sorted((operand1, operand2)))
        is_kept = digits == DIGITS or isinstance(result.value, Decimal)
        return result if is_kept else Result(None)
    if digits > DIGITS:
        return Result(apply(name, slots[operand1].value, slots[operand2].value, None, digits))
    return step(name, slots[operand1], slots[operand2])


def over_range(name: str, numbers: list[Decimal | None], first: int, last: int) -> Result:
    """An operation on all numbers from slot `first` to slot `last`; results of steps are in no range."""
    chosen = numbers[first : last + 1]
    if last >= len(numbers) or None in chosen:
        return Result(None)
    # All are computed with as many decimals as any number read has.
    most = max(-value.as_tuple().exponent for value in numbers if value is not None)
    aligned = [abs(value).scaleb(most) for value in chosen]
    too_large = max(aligned) >= 10**DIGITS or (name in ("sum", "mean") and sum(aligned) >= 4 * 10**18)
    if name != "count" and too_large:
        return Result(None)
    total = sum(chosen)
    results = {"sum": total, "count": Decimal(len(chosen)), "max_of": max(chosen), "min_of": min(chosen)}
    result = Result(counted(plain(total if name == "mean" else results[name])))
    return step("divide", result, Result(results["count"])) if name == "mean" else result


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
