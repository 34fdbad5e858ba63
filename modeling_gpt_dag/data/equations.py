"""Equations that data sets state for their questions: "x=(22-14)/4", "( 22.0 - 14.0 ) / 4.0", "/ - 22 14 4", "49/7=7".

What is unusual: they make plan labels, and only that. An equation must give its answer and use numbers that the
question has, or constants of the model; what does not is told of with its place.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from .number_places import numbers_of
from .problems import OPERATORS, Expression, PlanFormat, Problem
from .reasoning import ANNOTATION, fraction_value, over_numbers, parse_expression

UNKNOWN = re.compile(r"^\s*[A-Za-z]\s*=|=\s*[A-Za-z]\s*$")
RESULT = re.compile(r"=[^=]*$")
TOLERANCE = Fraction(1, 1000)  # of answers that a data set has rounded


def parse_equation(text: str) -> Expression | None:
    """What is on the side of an equation without its unknown or result, over decimal texts; None for other texts."""
    side = UNKNOWN.sub("", text)
    if side == text:
        side = RESULT.sub("", text)
    words = side.split()
    if len(words) > 2 and words[0] in OPERATORS:
        return _prefix(words)
    return parse_expression(side)


def _prefix(words: Sequence[str]) -> Expression | None:
    """Of operators before their operands."""
    stack: list[Expression] = []
    for word in reversed(words):
        if word not in OPERATORS:
            parsed = parse_expression(word)
            if parsed is None:
                return None
            stack.append(parsed)
        elif len(stack) < 2:
            return None
        else:
            stack.append((OPERATORS[word], stack.pop(), stack.pop()))
    return stack[0] if len(stack) == 1 else None


def composed_annotations(solution: str) -> Expression | None:
    """What computes the last annotated number of a solution such as GSM8K's, earlier results put in; None without."""
    results: dict[Fraction, Expression] = {}
    last: Expression | None = None
    for match in ANNOTATION.finditer(solution):
        parsed = parse_expression(match[1].rpartition("=")[0])
        value = None if parsed is None else fraction_value(parsed)
        if parsed is None or value is None:
            continue
        last = with_values(parsed, results)
        if isinstance(parsed, tuple):
            results[value] = last
    return last


def with_values(expression: Expression, values: Mapping[Fraction, Expression]) -> Expression:
    """The expression with others in place of the numbers that have these values."""
    if isinstance(expression, tuple):
        name, left, right = expression
        return name, with_values(left, values), with_values(right, values)
    return values.get(Fraction(expression), expression)


def equation_plan(
    prompt: str, answer: str, expression: Expression, plan_format: PlanFormat
) -> tuple[list[tuple[int, int, int]], str]:
    """The plan that computes the answer behind a prompt, and the answer as the DAG writes it.

    Raises ValueError, saying why, where the expression does not give the answer, uses a number that is neither in the
    prompt nor a constant, does not fit 18 digits, or has more steps than the model.
    """
    value = fraction_value(expression)
    if value is None or abs(value - Fraction(Decimal(answer))) > TOLERANCE * max(Fraction(1), abs(value)):
        gives = "nothing" if value is None else f"{float(value):g}"
        raise ValueError(f"the equation gives {gives}, the answer is {answer}")
    read = [number.value for number in numbers_of(prompt, tuple(plan_format.words))][-plan_format.num_values :]
    placed = over_numbers(expression, read, plan_format.constants)
    if placed is None:
        raise ValueError("the equation uses a number that is neither in the question nor among the constants")
    problem = Problem(prompt, tuple(number or "" for number in read), placed, "")
    if not problem.has_answer:
        raise ValueError("18 digits do not hold what the equation computes")
    # The numbers are all that are read, so that no words are to be counted in.
    return problem.plan(plan_format._replace(words=())), problem.answer
