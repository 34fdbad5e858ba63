"""Formulas: every operation in the ways in which people and programs write it, and long expressions with parentheses.

What is unusual: a formula and what it means are parts of one template, so that they cannot differ. Numbers that belong
to the notation, such as the base in "log2(8)", are numbers to the reader, and so they are to the problem.
"""

import ast
import random
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .problems import OPERATORS, PRECEDENCE, Expression, Problem, Split, integer

PI, E = "3.14159265359", "2.71828182846"
CONSTANTS = [PI, E, "180", "2", "1", "0"]  # what the formulas need
FRAMES = (
    *["{} = "] * 2,
    *["{} ="] * 5,  # more of these, or a model writes a blank behind "=", and not the number
    *["{}="] * 2,
    "{}: ",
    "What is {}? ",
    "Calculate {}. ",
    "Calculate {}: ",
    "Compute {}. The answer is ",
    "{} is ",
    "How much is {}? Answer: ",
)
LONG_SHARE = 0.5  # of the formulas that are expressions of several operators
FIELD = re.compile(r"\{(\w+)\}")


class Formula(NamedTuple):
    """group: the row of the result table. means: Python over the fields, with the names of operations.

    kinds: of the fields a, b, ... written: ways to write it.
    """

    group: str
    means: str
    kinds: dict[str, str]
    written: list[str]


def _formulas(blocks: str) -> list[Formula]:
    formulas = []
    for block in blocks.strip().split("\n\n"):
        head, *written = block.split("\n")
        group, means, *kinds = (part.strip() for part in head.split(";"))
        formulas.append(Formula(group, means, dict(kind.split(":") for kind in kinds), written))
    return formulas


# A block: group; meaning; kinds of the fields, and ways to write it. Fields that are digits stand for themselves.
FORMULAS = _formulas("""
add; add(a, b); a:any; b:any
{a} + {b}
{a}+{b}
{a} + ({b})
{a} plus {b}
the sum of {a} and {b}

subtract; subtract(a, b); a:any; b:any
{a} - {b}
{a} − {b}
{a} - ({b})
{a} minus {b}
the difference of {a} and {b}

multiply; multiply(a, b); a:any; b:any
{a} * {b}
{a}*{b}
{a} × {b}
{a} x {b}
{a} * ({b})
{a} times {b}
the product of {a} and {b}

multiply; multiply(a, b); a:decimal; b:positive decimal
{a} * {b}
{a}*{b}
{a} × {b}
{a} times {b}

divide; divide(a, b); a:any; b:nonzero
{a} / {b}
{a}/{b}
{a} ÷ {b}
{a} / ({b})
{a} divided by {b}

power; power(a, b); a:base; b:exponent
{a}^{b}
{a} ^ {b}
{a}**{b}
{a} ** {b}
{a} to the power of {b}
{a} raised to the power {b}

power; power(a, 2); a:base
{a} squared
the square of {a}

power of a decimal; exp(multiply(b, log(a))); a:positive decimal; b:decimal
{a}^{b}
{a} ^ {b}
{a}**{b}
{a} ** {b}
{a} to the power of {b}

square root; sqrt(a); a:positive
sqrt({a})
sqrt {a}
√{a}
√({a})
the square root of {a}
square root of {a}

percent; percent(a, b); a:share; b:any
{a}% of {b}
{a} % of {b}
{a} percent of {b}
{a} per cent of {b}

remainder; remainder(a, b); a:natural; b:small
{a} mod {b}
{a} % {b}
remainder of {a} / {b}
the remainder of {a} divided by {b}
the remainder when {a} is divided by {b}

floor; floor_divide(a, b); a:natural; b:small
floor({a} / {b})
{a} // {b}
{a} div {b}
the integer quotient of {a} and {b}

round; round(a, b); a:long; b:places
round({a}, {b})
{a} rounded to {b} decimals
{a} rounded to {b} decimal places

round; round(a, 0); a:long
round({a})
{a} rounded to the nearest integer

gcd; gcd(a, b); a:natural; b:natural
gcd({a}, {b})
gcd of {a} and {b}
the greatest common divisor of {a} and {b}
the greatest common factor of {a} and {b}

lcm; lcm(a, b); a:small; b:small
lcm({a}, {b})
lcm of {a} and {b}
the least common multiple of {a} and {b}

abs; abs(a); a:any
abs({a})
|{a}|
the absolute value of {a}

abs of a difference; abs(subtract(a, b)); a:any; b:any
abs({a} - {b})
|{a} - {b}|

max; max(a, b); a:any; b:any
max({a}, {b})
the maximum of {a} and {b}
the larger of {a} and {b}

min; min(a, b); a:any; b:any
min({a}, {b})
the minimum of {a} and {b}
the smaller of {a} and {b}

exp; exp(a); a:angle
exp({a})
e^{a}
e^({a})
e ** {a}

log; log(a); a:positive
ln({a})
ln {a}
log({a})
log_e({a})
log({a}, e)
log base e of {a}
the natural logarithm of {a}

log10; log10(a); a:positive
log{10}({a})
log{10} {a}
log_{10}({a})
log_{10} {a}
log({a}, {10})
log base {10} of {a}
lg({a})

log2; divide(log(a), log(2)); a:positive
log{2}({a})
log{2} {a}
log_{2}({a})
log_{2} {a}
log({a}, {2})
log base {2} of {a}
lb({a})

sin; sin(a); a:angle
sin({a})
sin {a}
sin({a} rad)
sine of {a}

cos; cos(a); a:angle
cos({a})
cos {a}
cos({a} rad)
cosine of {a}

tan; divide(sin(a), cos(a)); a:angle
tan({a})
tan {a}
tan({a} rad)
tangent of {a}

sin of pi; sin(multiply(a, PI)); a:angle
sin({a}π)
sin({a} π)
sin({a}*π)
sin({a} * pi)
sin({a}pi)

cos of pi; cos(multiply(a, PI)); a:angle
cos({a}π)
cos({a} π)
cos({a}*π)
cos({a} * pi)
cos({a}pi)

tan of pi; divide(sin(multiply(a, PI)), cos(multiply(a, PI))); a:eighth
tan({a}π)
tan({a} π)
tan({a}*π)
tan({a} * pi)
tan({a}pi)

sin of a fraction of pi; sin(divide(multiply(a, PI), b)); a:small; b:few
sin({a}π/{b})
sin({a}*π/{b})
sin({a} * pi / {b})
sin({a}/{b} π)

cos of a fraction of pi; cos(divide(multiply(a, PI), b)); a:small; b:few
cos({a}π/{b})
cos({a}*π/{b})
cos({a} * pi / {b})
cos({a}/{b} π)

sin of degrees; sin(divide(multiply(a, PI), 180)); a:degrees
sin({a} °)
sin({a} degrees)
sin({a} degree)
sin({a} deg)
sin({a}deg)
sin {a} degrees
the sine of {a} degrees

cos of degrees; cos(divide(multiply(a, PI), 180)); a:degrees
cos({a} °)
cos({a} degrees)
cos({a} degree)
cos({a} deg)
cos({a}deg)
cos {a} degrees
the cosine of {a} degrees

tan of degrees; divide(sin(divide(multiply(a, PI), 180)), cos(divide(multiply(a, PI), 180))); a:degrees
tan({a} °)
tan({a} degrees)
tan({a} degree)
tan({a} deg)
tan({a}deg)
tan {a} degrees
the tangent of {a} degrees

pi; add(a, PI); a:any
{a} + π
π + {a}
{a} + pi
pi + {a}

pi; subtract(a, PI); a:any
{a} - π
{a} - pi
{a} minus pi

pi; subtract(PI, a); a:any
π - {a}
pi - {a}
pi minus {a}

pi; multiply(a, PI); a:any
{a} * π
{a} × π
π * {a}
{a}π
{a} * pi
pi * {a}
{a} times pi

e; add(a, E); a:any
{a} + e
e + {a}

e; subtract(a, E); a:any
{a} - e
{a} minus e

e; subtract(E, a); a:any
e - {a}
e minus {a}

e; multiply(a, E); a:any
{a} * e
{a} × e
e * {a}
e × {a}
{a} times e
""")


WEIGHTS = [formula.means.count("(") for formula in FORMULAS]  # what takes more steps is asked more often


def _kind(generator: random.Random, kind: str) -> str:
    """A number of a kind, as it is written."""
    draw = generator.randint
    if kind == "any":
        length = generator.choice((1, 1, 2, 2, 3, 4, 6, 8, 12))
        text = integer(generator, (length,))
        if generator.random() < 0.3 and length < 8:
            text += f".{draw(0, 10 ** (places := draw(1, 4)) - 1):0{places}d}"
        return f"-{text}" if generator.random() < 0.25 else text
    if kind == "nonzero":
        return str(draw(1, 10 ** draw(1, 4)) * generator.choice((1, 1, 1, -1)))
    if kind == "base":
        whole = str(draw(2, 12)) if generator.random() < 0.6 else str(draw(2, 10 ** draw(2, 3)))
        return whole if generator.random() < 0.7 else f"{draw(0, 10)}.{draw(1, 9)}"
    if kind == "exponent":
        return str(generator.choice((2, 2, 3, 3, 4, 5, 6, -1, -2)))
    if kind in ("decimal", "positive decimal"):
        places = draw(1, 4)
        return f"{draw(1 if kind == 'decimal' else 0, 9)}.{draw(1, 10**places - 1):0{places}d}"
    if kind == "positive":
        whole = str(draw(1, 10 ** generator.choice((1, 2, 3, 3, 4, 6))))
        return whole if generator.random() < 0.65 else f"{whole}.{draw(1, 9999):0{draw(1, 4)}d}"
    if kind == "share":
        return generator.choice((str(draw(1, 100)), str(draw(1, 100)), f"{draw(0, 99)}.{draw(1, 9)}"))
    if kind == "natural":
        return str(draw(1, 10 ** draw(1, 7)))
    if kind == "small":
        return str(draw(2, 10 ** draw(1, 4)))
    if kind == "few":
        return str(draw(2, 12))
    if kind == "long":
        return f"{'-' * (generator.random() < 0.2)}{draw(0, 10 ** draw(1, 4))}.{draw(1, 10**6):06d}"
    if kind == "places":
        return str(draw(0, 4))
    if kind == "angle":
        sign = "-" if generator.random() < 0.4 else ""
        return sign + generator.choice(
            (str(draw(0, 12)), f"{draw(0, 12)}.{draw(1, 9)}", f"{draw(0, 9)}.{draw(0, 99):02d}")
        )
    if kind == "eighth":
        return format(draw(-40, 40) / 8 + 0.0625, ".4f")
    assert kind == "degrees", kind
    return str(draw(-72, 72) * 5 + generator.choice((0, 0, 1, 2)))


def _meaning(node: ast.expr, places: dict[str, int]) -> Expression:
    """The expression that a formula means, over the places of its numbers and constants."""
    if isinstance(node, ast.Name):
        return places[node.id] if node.id in places else {"PI": PI, "E": E}[node.id]
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name), ast.dump(node)
    operands = [_meaning(operand, places) for operand in node.args]
    return node.func.id, operands[0], operands[-1]


def _single(generator: random.Random) -> Problem:
    (formula,) = generator.choices(FORMULAS, WEIGHTS)
    written = generator.choice(formula.written)
    values = {name: _kind(generator, kind) for name, kind in formula.kinds.items()}
    order = FIELD.findall(written)
    numbers = tuple(values.get(name, name) for name in order)
    text = FIELD.sub(lambda field: values.get(field[1], field[1]), written)
    places = {name: place for place, name in enumerate(order)}
    expression = _meaning(ast.parse(formula.means, mode="eval").body, places)
    return Problem(text, numbers, expression, formula.group, template=written)


def _long(generator: random.Random) -> Problem:
    """Several operators, with the parentheses that are needed and some that are not."""
    count = generator.choice((2, 3, 3, 4, 4, 5, 6))
    digits = generator.choice(((1,), (1, 2), (2,), (1, 2, 3)))
    signs = {"add": "+", "subtract": "-", "multiply": generator.choice("**×"), "divide": generator.choice("//÷")}
    blank = generator.choice(("", " ", " "))
    extra = generator.choice((0.0, 0.5, 1.0))
    numbers: list[str] = []

    def term(operators: Sequence[str], tighter: int) -> tuple[str, Expression]:
        """tighter: the precedence above which no parentheses are needed."""
        if not operators:
            number = integer(generator, digits)
            is_negative = generator.random() < 0.08
            numbers.append(f"-{number}" if is_negative else number)
            return (f"({numbers[-1]})" if is_negative else number), len(numbers) - 1
        root = generator.randrange(len(operators))
        name = OPERATORS[operators[root]]
        left, first = term(operators[:root], PRECEDENCE[name])
        right, second = term(operators[root + 1 :], PRECEDENCE[name] + 1)
        text = left + blank + signs[name] + blank + right
        needs = PRECEDENCE[name] < tighter or (tighter > 0 and generator.random() < extra)
        return (f"({text})" if needs else text), (name, first, second)

    text, expression = term([generator.choice("++--**/") for _ in range(count)], 0)
    return Problem(text, tuple(numbers), expression, f"{count} operators")


def formula_problems(split: Split, seed: int) -> Iterator[Problem]:
    """An endless stream of problems of one split; the group is what is computed."""
    generator = random.Random(seed)
    while True:
        problem = _long(generator) if generator.random() < LONG_SHARE else _single(generator)
        if problem.split == split:
            yield problem._replace(prompt=generator.choice(FRAMES).format(problem.prompt))
