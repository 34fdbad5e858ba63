"""Search for the plans that compute a given number: training from answers alone.

What is unusual: the search is complete, so that nothing is left to exploration. Plans that do the same are tried once:
operands of a commutative operation in one order, no result left unused, `identity` only to carry the final result on.
So few remain (19,240 for three steps on four numbers) that all of them run at once in float64. Those that come near
the target are executed again exactly, and those that hit it explain the number. Small numbers are hit by chance in any
text, and by long plans more often than by short ones. Since all plans are tried, this can be counted: a longer plan
weighs less the more results there are of so many steps, and a number that is hit by chance weighs less than others,
unless the labels say that it is an answer.

P positions, N initial values, D steps, M plans found, C complete plans.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from .dag_operations import OPERATIONS, ROUNDED
from .decimal_tensor import DecimalTensor, first_exponent, power_of_ten
from .exact_dag import execute, written_decimals
from .limb_tensor import within_int64
from .number_text import END, NumberText, next_symbol
from .plan_choices import PlanChoice
from .plans import IGNORE_INDEX
from .real_operations import KEPT_DIGITS

# How far an approximate result may be from the target. Both bounds only select candidates, which are then executed
# exactly: a wide bound costs time, a narrow one misses plans. float64 rounds to 1e-16, so the relative bound allows
# for the loss of seven digits when large numbers have a small difference. (A loss of more is missed: operands of 17
# and 18 digits whose difference is small.) For a target of 0 the relative bound is 0 too, and the absolute one takes
# over: 0.1 + 0.2 - 0.3 is 6e-17 in float64.
RELATIVE_TOLERANCE = 1e-9
ABSOLUTE_TOLERANCE = 1e-12

PART = 2**18  # results computed at a time

# operand1, operand2 (IGNORE_INDEX where the operation reads one), operation
Step = tuple[int, int, int]


class WrittenNumbers(NamedTuple):
    """The number that each token decides on (`NumberText.since_decision`); all (B, T), without value where it is none.

    A number that the DAG would write with other characters, such as "1,234", "007" and "seven", counts as none.

    length: number of its characters behind the token.
    """

    value: DecimalTensor
    length: Tensor


def written_numbers(text: NumberText, index: Tensor) -> WrittenNumbers:
    """For each token of a call the number that it decides on, if the call holds all of it and proves that it ended.

    text: over (B, L) tokens. index: (T,), indices of the call's tokens among them, contiguous.
    """
    columns = index.shape[0]
    end = index.expand(text.written.shape[0], -1)  # (B, T)
    last = text.last_digit(end)
    length, tokens = text.written.gather(1, last), text.since_decision.gather(1, last)
    before = last - tokens - index[0]  # the token that decides, counted from the call's first token
    ended = text.ended_in_digits[:, index]
    target = torch.where(ended & (before >= 0), before, columns)

    def scattered(source: Tensor) -> Tensor:
        empty = torch.zeros(source.shape[0], columns + 1, dtype=source.dtype, device=source.device)
        return empty.scatter(1, target, source)[:, :columns]

    value = DecimalTensor.unpack(text.value_at(end, ended))
    value = value.masked(next_symbol(value, length) == END)
    return WrittenNumbers(value.map(scattered), scattered(tokens))


class _Level(NamedTuple):
    """All plans of one length, each a plan of the level before (its parent) and one more step; grouped by operation.

    left, right: (n,), where in the flattened scratch lists of the level before the step finds its operands.
    parent: (n,), index of the parent among the plans of the level before.
    groups: the operations of the step, in order, and how many plans in a row have each.
    complete: (C,), index of the plans that use all their results.
    """

    left: Tensor
    right: Tensor
    parent: Tensor
    groups: list[tuple[str, int]]
    complete: Tensor


@lru_cache(maxsize=8)
def plan_tree(
    num_initial: int, depth: int, operations: tuple[str, ...], num_numbers: int
) -> tuple[list[_Level], Tensor]:
    """All different plans: the levels of the tree they form, and the complete ones (C, D, 3) from short to long.

    num_numbers: how many of the initial values are numbers read, which ranges are made of.
    """
    identity = operations.index("identity") if "identity" in operations else None
    levels: list[_Level] = []
    plans: list[list[Step]] = []
    if identity is not None:
        copies = [[(slot, IGNORE_INDEX, identity)] for slot in range(num_initial)]
        plans += [_carried(copy, depth, num_initial, identity) for copy in copies]
    parents: list[list[Step]] = [[]]
    for step in range(depth):
        children = _children(parents, step, num_initial, depth, operations, num_numbers)
        parents = [[*parents[parent], last] for parent, last in children]
        complete = []
        # Without identity a result cannot be carried on, so that plans use all steps.
        if identity is not None or step == depth - 1:
            last_slot = num_initial + step
            complete = [index for index, plan in enumerate(parents) if _unused(plan, num_initial) == {last_slot}]
        plans += [_carried(parents[index], depth, num_initial, identity) for index in complete]
        levels.append(_level(children, complete, num_initial + step, operations))
    return levels, torch.tensor(plans)


def _children(
    parents: list[list[Step]],
    step: int,
    num_initial: int,
    depth: int,
    operations: tuple[str, ...],
    num_numbers: int,
) -> list[tuple[int, Step]]:
    """Each way to continue the plans of `step` steps by one that is no copy: index of the plan, and the step.

    They are grouped by operation.
    """
    unused = [_unused(plan, num_initial) for plan in parents]
    return [
        (parent, (left, right, operation))
        for operation, name in enumerate(operations)
        if name != "identity"
        for parent, plan in enumerate(parents)
        for left, right in _operands(name, num_initial + step, num_numbers)
        # Each remaining step lowers the number of unused results by at most one, and one may be left in the end.
        if len(unused[parent] - {left, right}) <= depth - step - 1
        # Two steps in a row that do not depend on each other come in one order.
        and (not plan or num_initial + step - 1 in (left, right) or (left, right) >= plan[-1][:2])
    ]


def _level(children: list[tuple[int, Step]], complete: list[int], slots: int, operations: tuple[str, ...]) -> _Level:
    """The level of these children, whose parents have scratch lists of `slots` slots."""
    last = [operation for _, (_, _, operation) in children]
    return _Level(
        left=torch.tensor([parent * slots + left for parent, (left, _, _) in children]),
        # An operation of one operand ignores the right one; any slot will do.
        right=torch.tensor([parent * slots + max(right, 0) for parent, (_, right, _) in children]),
        parent=torch.tensor([parent for parent, _ in children]),
        groups=[(name, last.count(index)) for index, name in enumerate(operations) if name != "identity"],
        complete=torch.tensor(complete, dtype=torch.long),
    )


def _operands(name: str, slots: int, num_numbers: int) -> list[tuple[int, int]]:
    """Pairs of slots for which the operation may differ; of a commutative one the later slot comes first.

    A range of one number is left out: what it gives is a copy, or 1.
    """
    operation = OPERATIONS[name]
    if operation.over_range is not None:
        return [(left, right) for left in range(num_numbers) for right in range(left)]
    if operation.operands == 1:
        return [(left, IGNORE_INDEX) for left in range(slots)]
    pairs = [(left, right) for left in range(slots) for right in range(slots)]
    return [(left, right) for left, right in pairs if not operation.commutative or left >= right]


def _unused(plan: list[Step], num_initial: int) -> set[int]:
    """Slots of the results that no step reads."""
    results = {num_initial + step for step in range(len(plan))}
    return results - {slot for left, right, _ in plan for slot in (left, right)}


def _carried(plan: list[Step], depth: int, num_initial: int, identity: int | None) -> list[Step]:
    """The plan, with copies of its result up to the last step; identity: None for plans that use all steps."""
    if identity is None:
        return plan
    return plan + [(num_initial + step - 1, IGNORE_INDEX, identity) for step in range(len(plan), depth)]


def _approximate(
    name: str, left: Tensor, right: Tensor, slots: Tensor, numbers: Tensor, precision: int | None
) -> Tensor:
    """Results (n, P) of an operation in float64.

    What `exact` rounds is rounded here too: a difference may magnify the rounding.

    left, right: (n,), indices into the flattened slots (plans, slots, P). numbers: (N, P), those read.
    """
    operation = OPERATIONS[name]
    if operation.over_range is not None:
        table = operation.over_range.approximate(numbers)
        return table[right % slots.shape[1], left % slots.shape[1]]  # the later slot is the left operand
    assert operation.approximate is not None, "only operations on ranges have none"
    operands = slots.flatten(0, 1)
    result = operation.approximate(operands.index_select(0, left), operands.index_select(0, right))
    if operation.results != ROUNDED or precision is None:
        return result
    # Exact results are not rounded. They have at most nine digits, as roots of 18 have.
    is_exact = (result == 0) | ((result - _significant(result, 9)).abs() <= 1e-15 * result.abs())
    return torch.where(is_exact, result, _significant(result, KEPT_DIGITS))


def _significant(result: Tensor, digits: int) -> Tensor:
    """float64 rounded to so many significant digits; nan of 0, which has none."""
    unit = torch.pow(10.0, digits - 1 - result.abs().log10().floor())
    return (result * unit).round() / unit


def _complete_results(
    initial: Tensor, levels: list[_Level], carry: bool, precision: int | None, num_numbers: int
) -> Iterator[tuple[int, Tensor]]:
    """Approximate results of all complete plans, part by part, so that a part stays in a processor's cache.

    Yields how many steps its plans have, and the results (plans, P). Positions come last, so that picking operands
    copies rows.

    initial: (N, P) float64. carry: whether plans of no step count, which only carry on an initial value (`identity`).
    """
    slots = initial.unsqueeze(0)  # (plans, slots, P)
    numbers = initial[:num_numbers]
    rows = max(1, PART // initial.shape[1])
    if carry:
        yield 0, initial
    for step, level in enumerate(levels, 1):
        sides = level.left.to(initial.device), level.right.to(initial.device)
        sizes = [size for _, size in level.groups]
        results = (
            _approximate(name, a, b, slots, numbers, precision)
            for (name, _), left, right in zip(level.groups, *(side.split(sizes) for side in sides), strict=True)
            for a, b in zip(left.split(rows), right.split(rows), strict=True)
        )
        if step == len(levels):  # these plans are complete, all of them
            yield from ((step, result) for result in results)
            return
        result = torch.cat(list(results))
        yield step, result.index_select(0, level.complete.to(initial.device))
        slots = torch.cat([slots.index_select(0, level.parent.to(initial.device)), result.unsqueeze(1)], 1)


class _Candidates(NamedTuple):
    """Plans whose approximate results are near the target, shortest first; at most M for each position.

    plans: (P, M, D, 3). steps: (P, M), their steps other than carrying, as `_complete_results` counts them.
    near: (P, M) bool, false for plans that only fill up the M.
    others: (P, D + 1), by steps (P, D without `identity`): of the results of at most so many steps, how many are not
        near but within half the target of it.
    num_plans: (D + 1,), by steps (D without `identity`): how many plans of at most so many steps there are.
    """

    plans: Tensor
    steps: Tensor
    near: Tensor
    others: Tensor
    num_plans: Tensor

    def weight(self, found: Tensor, fewest: Tensor) -> Tensor:
        """(P, M): of the plans found how much each explains; 1 for those of fewest steps, one step at least.

        A longer plan weighs as much less as it has more rivals: results of at most so many steps that are within half
        the target of it. Where there are hardly any, as for large numbers, the number of all plans stands for them.

        fewest: (P, 1), steps of the shortest plan found.
        """
        rivals = self.others + self.num_plans / self.num_plans[:2][-1]  # by the plans of one step
        last = rivals.shape[1] - 1
        shortest, own = (rivals.gather(1, steps.clamp(min=1).clamp(max=last)) for steps in (fewest, self.steps))
        return torch.where(found, shortest / own, 0.0)


class FoundPlans(NamedTuple):
    """Plans that compute the target, at each of P positions.

    plans: (P, M, D, 3) int64, -100 for an operand that is not read. weight: (P, M), from 0, where a plan does not
    compute it, to 1: how much it explains the target. no_chance: (P,), probability that the hit is no chance.
    """

    plans: Tensor
    weight: Tensor
    no_chance: Tensor


def _tolerance(target: DecimalTensor, precision: int | None) -> Tensor:
    """(P,) float64: how far from the target an approximate result may be.

    What is rounded to `precision` digits may be half a unit of the last of them away. A target of fewer digits is none
    that was rounded.
    """
    wanted = target.to_float().abs()
    tolerance = RELATIVE_TOLERANCE * wanted + ABSOLUTE_TOLERANCE
    if precision is None:
        return tolerance
    exponent = first_exponent(target.mantissa.abs())
    last = power_of_ten((exponent - precision + 1).clamp(min=0)).double() / power_of_ten(target.scale).double()
    half_unit = torch.where(exponent >= precision - 1, last * (0.5 + RELATIVE_TOLERANCE), 0.0)
    return torch.maximum(tolerance, half_unit + RELATIVE_TOLERANCE * wanted)


def _candidates(
    initial: DecimalTensor,
    target: DecimalTensor,
    depth: int,
    operations: Sequence[str],
    max_plans: int,
    precision: int | None,
    num_numbers: int,
) -> _Candidates:
    """initial: (P, N). target: (P,)."""
    wanted = target.to_float()
    levels, plans = plan_tree(initial.mantissa.shape[1], depth, tuple(operations), num_numbers)
    carry = "identity" in operations
    # A missing value is nan, and so is everything computed from it.
    floats = torch.where(initial.valid, initial.to_float(), float("nan")).T.contiguous()
    tolerance, half = _tolerance(target, precision), wanted.abs() / 2
    others = wanted.new_zeros(depth + carry, len(wanted), dtype=torch.long)
    sizes = [0] * len(others)
    near: list[Tensor] = []  # pairs of a plan and a position
    for num_steps, results in _complete_results(floats, levels, carry, precision, num_numbers):
        distance = (results - wanted).abs_()
        is_near = distance <= tolerance
        near.append(is_near.nonzero() + torch.tensor([sum(sizes), 0], device=wanted.device))
        row = num_steps - 1 + carry
        others[row] += ((distance <= half) & ~is_near).sum(0)
        sizes[row] += len(results)
    plan, position = torch.cat(near).unbind(-1)
    steps = torch.arange(len(sizes), device=wanted.device).repeat_interleave(torch.tensor(sizes, device=wanted.device))
    # By position: fewer steps first, at random among equals; of each the first `max_plans`.
    order = (steps[plan] + torch.rand(plan.shape, device=wanted.device)).argsort()
    order = order[position[order].argsort(stable=True)]
    plan, position = plan[order], position[order]
    place = torch.arange(len(position), device=wanted.device)
    place = place - torch.searchsorted(position, position)
    kept = place < max_plans
    index = wanted.new_zeros(len(wanted), max_plans, dtype=torch.long)
    is_plan = torch.zeros_like(index, dtype=torch.bool)
    index[position[kept], place[kept]] = plan[kept]
    is_plan[position[kept], place[kept]] = True
    num_plans = torch.tensor(sizes, device=wanted.device).cumsum(0)
    return _Candidates(plans.to(wanted.device)[index], steps[index], is_plan, others.cumsum(0).T, num_plans)


@torch.no_grad()
def search_plans(
    initial: DecimalTensor,
    target: DecimalTensor,
    depth: int,
    operations: Sequence[str],
    max_plans: int,
    precision: int | None = None,
    num_numbers: int | None = None,
    trailing_zeros: bool = True,
) -> FoundPlans:
    """The plans whose result is written as the target, to the last decimal, those of fewest steps first.

    All that hit it are found, up to D steps. A target that equals a number read is often also the result of one
    operation (7 * 1 = 7); both plans weigh 1.

    precision: significant digits to which a result without an exact decimal is rounded; None: it is none.
    initial: (P, N). target: (P,). Of each position at most `max_plans` are found, drawn at random where it has more.
    num_numbers: how many of the initial values are numbers read, which ranges are made of; all by default.
    trailing_zeros: whether results are written with all their decimals.
    The probability that the hit is no chance is that of the shortest plans: take the other results of at most as many
    steps that are within half the target of it, and spread them evenly over the numbers there that have as many
    decimals. It is the probability that none of them equals the target.
    """
    num_numbers = initial.mantissa.shape[1] if num_numbers is None else num_numbers
    candidates = _candidates(initial, target, depth, operations, max_plans, precision, num_numbers)
    plans, steps = candidates.plans, candidates.steps
    numbers, plans_of = initial.pack().unsqueeze(2), plans.clamp(min=0).unsqueeze(1)
    slots = execute(numbers, plans_of, operations, precision, num_numbers)
    value = within_int64(written_decimals(slots[:, :, 0, :, -1], precision, trailing_zeros=trailing_zeros))
    equal = (value.mantissa == target.mantissa.unsqueeze(1)) & (value.scale == target.scale.unsqueeze(1))
    found = candidates.near & equal & value.valid & target.valid.unsqueeze(1)
    fewest = torch.where(found, steps, depth + 1).amin(-1, keepdim=True)
    others = candidates.others.gather(1, fewest.clamp(max=candidates.others.shape[1] - 1)).squeeze(1)
    no_chance = (-others / target.mantissa.abs().clamp(min=1)).exp()
    return FoundPlans(plans, candidates.weight(found, fewest), no_chance)


def value_loss(
    choice: PlanChoice,
    gate: Tensor,
    initial: DecimalTensor,
    written: WrittenNumbers,
    is_answer: Tensor,
    depth: int,
    operations: Sequence[str],
    num_positions: int,
    num_numbers: int,
    max_plans: int = 16,
    precision: int | None = None,
    trailing_zeros: bool = True,
) -> Tensor:
    """() sum over numbers of weight * length * -log(gate * probability of the plans that compute it).

    The probabilities of the plans count with the weights of `search_plans`. The number's weight is the probability
    that the hit is no chance, since chance hits would teach the model to compute plain numbers. It is 1 where the
    number is known to be an answer. A number that no plan computes has no loss.
    Only `num_positions` of the numbers are searched. They are drawn in proportion to the gate before them, because an
    open gate shows where the model means to compute.

    choice: what the planner chose from. gate: (B, T).
    initial: (B, T, N), values that can be read. written: (B, T), numbers in the labels.
    is_answer: (B, T) bool, whether the number that begins after the token is known to be an answer.
    num_numbers: how many of the values are numbers read; the others are constants.
    """
    log_gate = gate.detach().flatten().float().log()  # -inf where there is nothing to write
    # The largest scores with Gumbel noise are a sample without replacement, in proportion to the gate.
    score = log_gate - torch.empty_like(log_gate).exponential_().log()
    score = score.masked_fill(~written.value.valid.flatten(), float("-inf"))
    score, index = score.topk(min(num_positions, score.numel()))

    def at(tensor: Tensor) -> Tensor:
        return tensor.flatten(0, 1)[index]

    target = written.value.map(at).masked(score > float("-inf"))
    given = initial.map(at), target, depth, operations, max_plans, precision, num_numbers, trailing_zeros
    plans, plan_weight, no_chance = search_plans(*given)
    tiny = torch.finfo(torch.float).tiny
    log_prob = choice.log_prob_at(index, plans) + plan_weight.log()  # -inf where a plan does not hit
    hit = (plan_weight > 0).any(-1)
    log_prob = torch.where(hit.unsqueeze(-1), log_prob, 0.0).logsumexp(-1) + at(gate).float().clamp(min=tiny).log()
    weight = torch.where(at(is_answer), 1.0, no_chance)
    return -torch.where(hit, log_prob * at(written.length) * weight, 0.0).sum()
