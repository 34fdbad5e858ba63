"""Plans that compute a given number, found by trying all of them: training from answers alone.

What is unusual: the search is complete. Plans that do the same are tried once (operands of a commutative operation in
one order, no result left unused, `identity` only to carry the final result on), which leaves so few, 19,240 for three
steps on four numbers, that all of them run at once on approximate values; those that come near the target are run
again exactly. The shortest that hit it explain the number. So nothing has to be explored. Small numbers are hit by
chance, in any text; how likely that is can be counted, because all plans are tried, and a number weighs accordingly,
unless the labels say that it is an answer.

P positions, N initial values, D steps, M plans found.
"""

from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from .dag import execute
from .dag_operations import OPERATIONS
from .decimal_tensor import DecimalTensor
from .number_text import NumberText
from .plans import IGNORE_INDEX, PlanLogProbs, plan_log_prob


class WrittenNumbers(NamedTuple):
    """The number whose first character is the next token; all (B, T), value without value where there is none.

    length: its characters.
    """

    value: DecimalTensor
    length: Tensor


def written_numbers(text: NumberText) -> WrittenNumbers:
    """For every token the number that begins after it, if the text holds all of it and shows its end."""
    columns = text.count.shape[1]
    last = text.last_digit(torch.arange(columns, device=text.count.device).expand_as(text.count))
    length = text.written.gather(1, last)
    before = last - length  # the token before its first character
    found = text.ended & (before >= 0)
    target = torch.where(found, before, columns)

    def scattered(source: Tensor) -> Tensor:
        empty = torch.zeros(source.shape[0], columns + 1, dtype=source.dtype, device=source.device)
        return empty.scatter(1, target, source)[:, :columns]

    return WrittenNumbers(text.value.map(scattered), scattered(length))


class _Level(NamedTuple):
    """All plans after one more step: which slot of which shorter plan each operand is, grouped by operation."""

    left: Tensor  # (n,) index into the flattened scratch lists of the level before
    right: Tensor
    parent: Tensor  # (n,) index into the plans of the level before
    groups: list[tuple[str, int]]  # operation and how many plans in a row end with it
    complete: Tensor  # (c,) index of the plans that leave no result unused


@lru_cache(maxsize=8)
def plan_tree(num_initial: int, depth: int, operations: tuple[str, ...]) -> tuple[list[_Level], Tensor]:
    """The steps of all different plans, level by level, and the complete ones as plans (C, D, 3), level by level."""
    real = [name for name in operations if name != "identity"]
    carry = "identity" in operations
    levels: list[_Level] = []
    plans: list[list[tuple[int, int, int]]] = []
    nodes: list[list[tuple[int, int, int]]] = [[]]  # plans of the level before
    if carry:
        operation = operations.index("identity")
        plans += [
            _carried([(slot, IGNORE_INDEX, operation)], depth, num_initial, operation) for slot in range(num_initial)
        ]
    for step in range(depth):
        children: dict[str, list[tuple[int, int, int]]] = {name: [] for name in real}  # (parent, left, right)
        for parent, plan in enumerate(nodes):
            unused = _unused(plan, num_initial)
            for name in real:
                children[name] += [
                    (parent, left, right)
                    for left, right in _operands(name, num_initial + step)
                    # The steps that are left take one more unused result each; those that are independent go in order.
                    if len(unused - {left, right}) <= depth - step - 1
                    and (not plan or num_initial + step - 1 in (left, right) or (left, right) >= plan[-1][:2])
                ]
        flat = [(name, *child) for name in real for child in children[name]]
        grown = [[*nodes[parent], (left, right, operations.index(name))] for name, parent, left, right in flat]
        complete = [
            index
            for index, plan in enumerate(grown)
            if (carry or step == depth - 1) and _unused(plan, num_initial) == {num_initial + step}
        ]
        plans += [
            _carried(grown[index], depth, num_initial, operations.index("identity") if carry else None)
            for index in complete
        ]
        slots = num_initial + step
        levels.append(
            _Level(
                torch.tensor([parent * slots + left for _, parent, left, _ in flat]),
                torch.tensor([parent * slots + max(right, 0) for _, parent, _, right in flat]),
                torch.tensor([parent for _, parent, _, _ in flat]),
                [(name, len(children[name])) for name in real],
                torch.tensor(complete, dtype=torch.long),
            )
        )
        nodes = grown
    return levels, torch.tensor(plans)


def _operands(name: str, slots: int) -> list[tuple[int, int]]:
    """Pairs of slots that an operation tells apart; of a commutative one the later slot comes first."""
    operation = OPERATIONS[name]
    if operation.operands == 1:
        return [(left, IGNORE_INDEX) for left in range(slots)]
    pairs = [(left, right) for left in range(slots) for right in range(slots)]
    return [(left, right) for left, right in pairs if not operation.commutative or left >= right]


def _unused(plan: list[tuple[int, int, int]], num_initial: int) -> set[int]:
    """Results that no step reads."""
    results = {num_initial + step for step in range(len(plan))}
    return results - {slot for left, right, _ in plan for slot in (left, right)}


def _carried(plan, depth: int, num_initial: int, identity: int | None) -> list[tuple[int, int, int]]:
    """The plan with its result carried on to the last step."""
    return plan + [(num_initial + step - 1, IGNORE_INDEX, identity) for step in range(len(plan), depth)]


def _all_results(initial: Tensor, levels: list[_Level], carry: bool) -> list[Tensor]:
    """Approximate results of all complete plans on initial values (N, P): one (plans, P) per number of steps.

    Positions come last, so that picking operands copies rows.
    """
    slots = initial.unsqueeze(0)  # (plans, slots, P)
    results = [initial] if carry else []
    for step, level in enumerate(levels):
        operands = slots.flatten(0, 1)
        left, right = (operands.index_select(0, side.to(initial.device)) for side in (level.left, level.right))
        sizes = [size for _, size in level.groups]
        groups = zip(level.groups, left.split(sizes), right.split(sizes), strict=True)
        result = torch.cat([OPERATIONS[name].approximate(a, b) for (name, _), a, b in groups])
        results.append(result.index_select(0, level.complete.to(initial.device)))
        if step < len(levels) - 1:
            slots = torch.cat([slots.index_select(0, level.parent.to(initial.device)), result.unsqueeze(1)], 1)
    return results


@torch.no_grad()
def search_plans(
    initial: DecimalTensor, target: DecimalTensor, depth: int, operations: list[str], max_plans: int
) -> tuple[Tensor, Tensor, Tensor]:
    """The plans of fewest steps whose result is the target, to the last decimal.

    Where a number that is read is the target, so is often the result of one operation (7 * 1 = 7); both are found.

    initial: (P, N). target: (P,). At most `max_plans` of each position's, drawn at random where it has more.
    Returns plans (P, M, D, 3) int64, -100 for an operand that is not read; which of them are found (P, M) bool; and
    the probability that it is no chance (P,): that none of the other results within half of the target of it, by as
    few steps, would be the target, if they were spread evenly over the numbers of as many decimals there.
    """
    device = target.mantissa.device
    levels, plans = plan_tree(initial.mantissa.shape[1], depth, tuple(operations))
    # What has no value is nan, and so is what is computed from it.
    floats = torch.where(initial.valid, initial.to_float(), float("nan")).T.contiguous()
    results = _all_results(floats, levels, carry="identity" in operations)
    sizes = [result.shape[0] for result in results]
    wanted = target.to_float()
    distance = (torch.cat(results) - wanted).abs()  # (plans, P)
    near = distance <= 1e-9 * wanted.abs() + 1e-12
    others = (distance <= wanted.abs() / 2) & ~near
    others = torch.stack([part.sum(0) for part in others.split(sizes)], 1).cumsum(1)  # (P, D + 1), by steps
    steps = torch.cat([torch.full((size,), step) for step, size in enumerate(sizes)]).to(device)
    # One order for all positions: fewer steps first, else at random.
    order = torch.rand(steps.shape[0], device=device) - steps
    rank = torch.where(near.T, order, -2.0 - depth)
    index = rank.topk(min(max_plans, rank.shape[1]), -1).indices
    near, steps, chosen = near.T.gather(1, index), steps[index], plans.to(device)[index]  # chosen: (P, M, D, 3)
    rerun = execute(initial.pack().unsqueeze(2), chosen.clamp(min=0).unsqueeze(1), operations)
    value = DecimalTensor.unpack(rerun[:, :, 0, :, -1])
    equal = (value.mantissa == target.mantissa.unsqueeze(1)) & (value.scale == target.scale.unsqueeze(1))
    found = near & equal & value.valid & target.valid.unsqueeze(1)
    fewest = torch.where(found, steps, depth + 1).amin(-1, keepdim=True)
    others = others.gather(1, fewest.clamp(max=len(sizes) - 1)).squeeze(1)
    no_chance = (-others / target.mantissa.abs().clamp(min=1)).exp()
    return chosen, found & (steps <= fewest.clamp(min=1)), no_chance


def value_loss(
    plan_probs: tuple[Tensor, Tensor, Tensor],
    gate: Tensor,
    initial: DecimalTensor,
    written: WrittenNumbers,
    is_answer: Tensor,
    operations: list[str],
    num_positions: int,
    max_plans: int = 16,
) -> Tensor:
    """() sum over numbers of length * -log(gate * probability of the plans that compute it).

    Each is weighted by the probability that the plans are no chance hits, which teach that plain numbers are computed;
    where it is known to be computed the weight is 1.
    Searched are `num_positions` of the numbers, drawn in proportion to the gate before them, so that the search goes
    where the model means to compute. Numbers that no plan computes cost nothing.

    plan_probs: of operand1 (B, T, D, S), operand2 (B, T, D, S) and operation (B, T, D, O). gate: (B, T).
    initial: (B, T, N), values that can be read. written: (B, T), numbers in the labels.
    is_answer: (B, T) bool, whether the number that begins after the token is known to be computed.
    """
    depth = plan_probs[0].shape[2]
    log_gate = gate.detach().flatten().float().log()  # -inf where there is nothing to write
    score = log_gate - torch.empty_like(log_gate).exponential_().log()  # + Gumbel noise: draws in proportion
    score = score.masked_fill(~written.value.valid.flatten(), float("-inf"))
    score, index = score.topk(min(num_positions, score.numel()))

    def at(tensor: Tensor) -> Tensor:
        return tensor.flatten(0, 1)[index]

    target = written.value.map(at).masked(score > float("-inf"))
    plans, found, no_chance = search_plans(initial.map(at), target, depth, operations, max_plans)
    tiny = torch.finfo(torch.float).tiny
    log_probs = PlanLogProbs(*(at(probs).clamp(min=tiny).log().unsqueeze(0) for probs in plan_probs))
    log_prob = plan_log_prob(log_probs, plans.unsqueeze(0)).squeeze(0).masked_fill(~found, float("-inf"))
    hit = found.any(-1)
    log_prob = torch.where(hit.unsqueeze(-1), log_prob, 0.0).logsumexp(-1) + at(gate).float().clamp(min=tiny).log()
    weight = torch.where(at(is_answer), 1.0, no_chance)
    return -torch.where(hit, log_prob * at(written.length) * weight, 0.0).sum()
