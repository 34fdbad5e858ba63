"""Plans of questions that come with their answer alone: what the prompt writes, or the one operation that fits.

What is unusual: nothing is guessed. A plan is labelled where the prompt writes an expression that gives the answer, or
where, of all operations on the numbers of the prompt, a single one does: to this question, and to all others that are
asked in the same words. This makes training data only.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import compress
from typing import NamedTuple

import torch
from torch import Tensor

from ..dag_operations import OPERATIONS
from ..decimal_tensor import DecimalTensor
from ..exact_dag import execute
from ..fraction_tensor import FractionTensor
from ..number_grammar import FRACTION_BAR
from .exact_values import fits, parts
from .number_places import NumberPlace, numbers_of
from .numeric_match import parse_answer
from .problems import Expression, PlanFormat, Problem, operation_names, over_texts, reads_one
from .reasoning import SIGNS, parsed_tree
from .tasks import Line

READ_TOGETHER = 1_000  # prompts
MOST_NUMBERS = 4  # of a prompt whose operation is searched for
LEAF = 0xE000  # numbers become characters of private use while an expression is looked for
PLACE = re.compile(r"n\d+")  # of a number, while an expression is parsed
# Signs, parentheses and blanks between leaves.
WRITTEN = re.compile(r"(?<![-+*/×÷−–])[(\s]*[\ue000-\uf8ff](?:[-+*/()\s×÷−–]|(?<=\s)x(?=\s)|[\ue000-\uf8ff])*")


class _Asked(NamedTuple):
    """A question. places, numbers: of those that are read in its prompt. value: its answer."""

    prompt: str
    answer: str
    places: list[NumberPlace]
    numbers: list[str]
    value: Fraction

    @property
    def words(self) -> str:
        """The prompt without its numbers."""
        ends = [0, *(place.end for place in self.places)]
        starts = [*(place.start for place in self.places), len(self.prompt)]
        return "#".join(self.prompt[end:start] for end, start in zip(ends, starts, strict=True))


def with_plans(lines: Sequence[Line], plan_format: PlanFormat) -> list[Line]:
    """The lines, those with a plan that can be told. No line may have one yet.

    Where the operation `fraction` is known, a quotient whose answer is an integer or "a/b" is computed with it.
    """
    asked = list(_asked(lines, plan_format))
    found: list[Expression | None] = [None if each is None else _written(each) for each in asked]
    by_count: dict[int, list[int]] = defaultdict(list)
    for index, each in enumerate(asked):
        if each is not None and found[index] is None and len(each.numbers) <= MOST_NUMBERS and fits(each.value):
            by_count[len(each.numbers)].append(index)
    for indices in by_count.values():
        searched = [each for index in indices if (each := asked[index]) is not None]
        for index, expression in zip(indices, _single_operations(searched, plan_format.operations), strict=True):
            found[index] = expression
    return [
        line if each is None or computed is None else _labelled(line, each, computed, plan_format)
        for line, each, computed in zip(lines, asked, found, strict=True)
    ]


def _asked(lines: Sequence[Line], plan_format: PlanFormat) -> Iterator[_Asked | None]:
    """None for a prompt without numbers or with more than a plan can name, or one of which has no value."""
    for start in range(0, len(lines), READ_TOGETHER):
        batch = lines[start : start + READ_TOGETHER]
        for line, places in zip(batch, _read_together([line.prompt for line in batch], plan_format), strict=True):
            numbers = [place.value for place in places if place.value is not None]
            is_readable = 0 < len(numbers) == len(places) <= plan_format.num_values
            value = parse_answer(line.answer)
            yield _Asked(line.prompt, line.answer, places, numbers, value) if is_readable else None


def _read_together(prompts: Sequence[str], plan_format: PlanFormat) -> Iterator[list[NumberPlace]]:
    """The numbers that are read at the end of each prompt."""
    places = iter(numbers_of("\n".join(prompts), tuple(plan_format.words)))
    place, start = next(places, None), 0
    for prompt in prompts:
        end, read = start + len(prompt), []
        while place is not None and place.start < end:
            if place.readable < end:  # the characters of a prompt that prove it
                read.append(place._replace(start=place.start - start, end=place.end - start))
            place = next(places, None)
        yield read
        start = end + 1


def written_expression(prompt: str, places: Sequence[NumberPlace]) -> Expression | None:
    """What a prompt writes with signs, of two numbers or more, over the order of its numbers; None without.

    places: of the numbers, in their order, as the model reads them: "3 - -2" is a difference, and "3 -2" nothing.
    """
    text = prompt
    for index, place in reversed(list(enumerate(places))):
        text = text[: place.start] + chr(LEAF + index) + text[place.end :]
    runs = [match.group() for match in WRITTEN.finditer(text)]
    runs = [run for run in runs if sum(ord(character) >= LEAF for character in run) > 1]
    if len(runs) != 1:
        return None
    source = re.sub(r"(?<=\s)x(?=\s)", "*", runs[0]).translate(SIGNS).strip()
    source = re.sub("[\ue000-\uf8ff]", lambda leaf: f"n{ord(leaf[0]) - LEAF}", source)
    return parsed_tree(source, lambda leaf: int(leaf[1:]) if PLACE.fullmatch(leaf) else None)


def _written(asked: _Asked) -> Expression | None:
    """What the prompt writes, where that gives the answer within 18 digits."""
    expression = written_expression(asked.prompt, asked.places)
    if expression is None:
        return None
    try:
        values = Problem(asked.prompt, tuple(asked.numbers), expression, "").values()
    except ZeroDivisionError:
        return None
    return expression if Fraction(values[-1]) == asked.value and all(map(fits, values)) else None


def _single_operations(asked: Sequence[_Asked], operations: Sequence[str]) -> list[Expression | None]:
    """The operation that gives the answer of each question, where a single one does; all have as many numbers.

    Questions that differ in their numbers alone ask for the same: of the operations those count that give the answers
    to all of them, if there are such.
    """
    tries = _tries(len(asked[0].numbers), operations)
    if not tries:
        return [None] * len(asked)
    batches = [asked[start : start + READ_TOGETHER] for start in range(0, len(asked), READ_TOGETHER)]
    hits = torch.cat([_hits(batch, tries) for batch in batches])
    number = {words: number for number, words in enumerate(dict.fromkeys(each.words for each in asked))}
    same = torch.tensor([number[each.words] for each in asked])
    misses = torch.zeros(len(number), len(tries), dtype=torch.long).index_add(0, same, (~hits).long())
    hits_all = (misses == 0)[same]
    counts = torch.where(hits_all.any(-1, keepdim=True), hits_all, hits)
    return [_only(compress(tries, row), each) for row, each in zip(counts.tolist(), asked, strict=True)]


def _tries(count: int, operations: Sequence[str]) -> list[Expression]:
    """Operations on `count` numbers, and distances. Constants are left out: with them small answers are chance."""
    # No number is taken twice, where there are others.
    pairs = [(left, right) for left in range(count) for right in range(count) if left != right or count == 1]
    tries: list[Expression] = []
    for name in operations:
        if name in ("identity", "fraction", "denominator") or OPERATIONS[name].over_range is not None:
            continue
        if reads_one(name):
            tries += [(name, place, place) for place in range(count)]
        else:
            tries += [(name, *pair) for pair in pairs if pair[0] >= pair[1] or not OPERATIONS[name].commutative]
    if {"abs", "subtract"} <= set(operations):
        differences = [("subtract", left, right) for left, right in pairs if left < right]
        tries += [("abs", difference, difference) for difference in differences]
    return tries


def _only(hits: Iterable[Expression], asked: _Asked) -> Expression | None:
    """The operation if there is one, whatever the places of numbers of the same value."""
    different = {over_texts(hit, asked.numbers): hit for hit in hits}
    return next(iter(different.values())) if len(different) == 1 else None


def _hits(asked: Sequence[_Asked], tries: Sequence[Expression]) -> Tensor:
    """(P, tries) bool: which of them give the answer of each question; all have as many numbers."""
    count = len(asked[0].numbers)
    names = sorted({name for one_try in tries for name in operation_names(one_try)} | {"identity"})
    form = PlanFormat(2, count, [], names)
    plans = [Problem("", ("0",) * count, one_try, "").plan(form) for one_try in tries]
    plan = torch.tensor(plans, dtype=torch.long).clamp(min=0).view(1, 1, len(tries), form.depth, 3)
    initial = DecimalTensor.constants([text for each in asked for text in reversed(each.numbers)]).pack()
    slots = execute(initial.view(2, len(asked), 1, count), plan.expand(len(asked), -1, -1, -1, -1), names)
    results = FractionTensor.unpack(slots[..., 0, :, -1].contiguous())
    results = results.shortened(results.valid)
    wanted = torch.tensor([parts(each.value) for each in asked]).T.unsqueeze(-1)  # (3, P, 1)
    return results.valid & (torch.stack([results.mantissa, results.scale, results.denominator]) == wanted).all(0)


def _labelled(line: Line, asked: _Asked, expression: Expression, plan_format: PlanFormat) -> Line:
    """With the plan of the answer, and of its denominator where it has one; as it is where the format has none."""
    format = plan_format._replace(words=())  # all numbers that are read are among these
    is_fraction = FRACTION_BAR in asked.answer
    as_fraction = "fraction" in format.operations and "divide" in operation_names(expression)
    as_fraction = as_fraction and (is_fraction or asked.value.denominator == 1)
    if is_fraction and not as_fraction:
        return line
    quotient: tuple[Expression, Expression] = (expression, "1")
    if isinstance(expression, tuple) and expression[0] == "divide":
        quotient = expression[1:]
    above: Expression = ("fraction", *quotient) if as_fraction else expression
    numerator = asked.answer.strip().partition(FRACTION_BAR)[0]
    prompt, numbers = asked.prompt + numerator + FRACTION_BAR, (*asked.numbers, numerator)
    try:
        plan = Problem(asked.prompt, tuple(asked.numbers), above, "").plan(format)
        below = Problem(prompt, numbers, ("denominator", *quotient), "").plan(format) if is_fraction else None
    except ValueError:  # too many steps or numbers, or a constant that the model has not
        return line
    return line._replace(plan=plan, denominator_plan=below)
