"""The joint planner: each step scores (operand, operand, operation, last step?) together, step after step.

What is unusual: what a step may read are vectors, one for each slot. A number's is made from what stands behind it, a
constant's is learned, and a result's is made from the pair of operands and the operation that it is computed with. The
query of the planning token gathers these results. So a step knows what the steps before it do, whether it reads what
they computed or not. Independent choices cannot: whether 3 or 4 is added to 12 and whether the sum is then halved
would be decided apart.

Plans that do the same are one plan: a commutative operation reads its operands in one order (the later slot first), an
operation of one operand reads it twice, `identity` copies a number and is no step on the way. A value that stands in
several slots, as a number does that the text repeats, is read in the latest of them. The probabilities of all are
added up, so that a plan is not improbable for being possible in several ways. A plan that stops early is filled up
with `identity` steps that carry its result on; they are no choices and cost nothing.

The vectors do not tell which of two numbers is larger, nor whether one is a multiple of the other. With
`compares_values` a pair of operands is scored by how they relate, too, whether they are numbers or results.

M places to plan at, N initial slots (numbers, then constants), D steps, S = N + D slots, O operations, P width of the
planner, K plans. A plan is D x (operand1, operand2, operation).
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .dag_operations import OPERATIONS
from .plans import IGNORE_INDEX
from .value_relations import NUM_RELATIONS, value_relations

# Log-probability of a labelled choice that cannot be made; it keeps the loss finite.
IMPOSSIBLE = -80.0
PART = 2**19  # choices scored at a time
NEVER = 1e30  # mean time of arrival of a choice that cannot be made


class PlannerSlots(NamedTuple):
    """What is planned on, at each of M places.

    query: (M, P), of the token that plans. slots: (M, N, P). exists: (M, N) bool, which slots can be read.
    same: (M, N), the latest slot with the same value, often the slot itself. values: (M, N) float32, estimates of the
    values, nan where there is none; not looked at, and of any size, unless values are compared.
    """

    query: Tensor
    slots: Tensor
    exists: Tensor
    same: Tensor
    values: Tensor

    def at(self, index: Tensor) -> "PlannerSlots":
        """Those of the places `index`."""
        return PlannerSlots(*(part[index] for part in self))


class BestPlan(NamedTuple):
    """One plan for each of M places, with its probability and the distributions of its steps.

    plans: (M, D, 3). log_prob: (M,). probs: of operand1 (M, D, S), operand2 (M, D, S) and operation (M, D, O), each
    step's after the plan's earlier ones; exactly 0 for slots that cannot be read.
    """

    plans: Tensor
    log_prob: Tensor
    probs: tuple[Tensor, Tensor, Tensor]


def allowed_steps(num_initial: int, depth: int, operations: Sequence[str], num_numbers: int) -> Tensor:
    """(D, S, S, 2, O) bool: which (operand1, operand2, last step?, operation) a step may choose.

    num_numbers: how many of the initial slots are numbers read, which ranges are made of.
    """
    slots = num_initial + depth
    first, second = torch.arange(slots).view(-1, 1), torch.arange(slots).view(1, -1)
    allowed = torch.zeros(depth, slots, slots, 2, len(operations), dtype=torch.bool)
    can_stop_early = "identity" in operations
    for step in range(depth):
        exists = (first < num_initial + step) & (second < num_initial + step)
        for index, name in enumerate(operations):
            pairs = exists
            if OPERATIONS[name].operands == 1:
                pairs = exists & (first == second)
            elif OPERATIONS[name].commutative:
                pairs = exists & (first >= second)
            if OPERATIONS[name].over_range is not None:
                pairs = pairs & (first < num_numbers)
            is_copy = name == "identity" and can_stop_early
            if step < depth - 1 and not is_copy:
                allowed[step, :, :, 0, index] = pairs
            if (step == depth - 1 or can_stop_early) and (step == 0 or not is_copy):
                allowed[step, :, :, 1, index] = pairs
    return allowed


class JointPlanner(nn.Module):
    """Scores plans step after step; see the module's docstring."""

    def __init__(
        self,
        hidden_size: int,
        context_size: int,
        num_initial: int,
        num_constants: int,
        operations: Sequence[str],
        depth: int,
        attention: nn.Module | None = None,
        compares_values: bool = False,
    ):
        """context_size: half the width. attention: over query and slots (`SlotAttention`), for which numbers have two
        contexts: what stands behind them, and the mean of what stands up to the next number. compares_values: whether
        operands are scored by how their values relate, too.
        """
        super().__init__()
        width = 2 * context_size
        self.depth = depth
        self.operations = operations
        self.num_constants = num_constants
        self.num_initial = num_initial
        self.identity = operations.index("identity") if "identity" in operations else None
        self.query = nn.Linear(hidden_size, width)
        self.number = nn.Linear(width if attention is None else 2 * width, width, bias=False)
        self.slot = nn.Embedding(self.num_initial + depth, width)  # by rank; all there is of a constant
        self.step = nn.Embedding(depth, width)
        self.left = nn.Linear(width, width, bias=False)
        self.right = nn.Linear(width, width, bias=False)
        self.score = nn.Linear(width, 2 * len(operations))
        self.result = nn.Linear(width, width, bias=False)
        self.operation = nn.Embedding(len(operations), width)
        self.history = nn.Linear(width, width, bias=False)
        self.relation = nn.Embedding(NUM_RELATIONS, width) if compares_values else None
        for module in self.children():
            # A mark for _init_weights, which sees one module at a time.
            module._is_planner = True  # type: ignore[assignment]  # not a module
        self.attention = attention
        self.allowed = nn.Buffer(self.build_allowed(), persistent=False)
        self.commutative = nn.Buffer(self.build_commutative(), persistent=False)
        self.copies = nn.Buffer(self.build_copies(), persistent=False)
        self.over_range = nn.Buffer(self.build_over_range(), persistent=False)
        self.unary = nn.Buffer(self.build_unary(), persistent=False)

    def build_allowed(self) -> Tensor:
        """(D, S, S, 2, O) bool, `allowed_steps`."""
        return allowed_steps(self.num_initial, self.depth, self.operations, self.num_initial - self.num_constants)

    def build_commutative(self) -> Tensor:
        """(O,) bool."""
        return torch.tensor([OPERATIONS[name].commutative for name in self.operations])

    def build_over_range(self) -> Tensor:
        """(O,) bool: which operations read a range of slots."""
        return torch.tensor([OPERATIONS[name].over_range is not None for name in self.operations])

    def build_unary(self) -> Tensor:
        """(O,) bool: which operations read one operand, which is both of their operands."""
        return torch.tensor([OPERATIONS[name].operands == 1 for name in self.operations])

    def build_copies(self) -> Tensor:
        """(D, 3): the plan that copies the latest number; its later steps carry any result on."""
        results = [self.num_initial + step - 1 for step in range(1, self.depth)]
        return torch.tensor([[slot, slot, self.identity or 0] for slot in (0, *results)])

    def read(self, hidden: Tensor, context: Tensor, exists: Tensor, same: Tensor, values: Tensor) -> PlannerSlots:
        """hidden: (M, H). context: (M, n, P), of the numbers; with attention (M, n, 2 P). exists: (M, n) bool, which
        numbers can be read. same, values: (M, N), of the numbers and constants, as in `PlannerSlots`.

        Where nothing can be read, slot 0 counts as existing, without a value, so that there is a slot to choose.
        """
        rank = self.slot.weight[: self.num_initial].to(context.dtype).expand(len(hidden), -1, -1)
        slots = rank + F.pad(self.number(context), (0, 0, 0, self.num_constants))
        exists = F.pad(exists, (0, self.num_constants), value=True)
        if self.num_constants == 0:
            exists = torch.cat([torch.ones_like(exists[:, :1]), exists[:, 1:]], -1)
        return PlannerSlots(self.query(hidden), slots, exists, same, values)

    def _related(self, read: PlannerSlots) -> PlannerSlots:
        """With a query that knows the slots, and slots that know it and each other."""
        if self.attention is None:
            return read
        query, slots = self.attention(read.query, read.slots, read.exists)
        return read._replace(query=query, slots=slots)

    def _scores(self, step: int, read: PlannerSlots) -> tuple[Tensor, Tensor]:
        """Vectors of the pairs (M, s, s, P) of the s slots, and log-probabilities of the choices (M, s s 2 O)."""
        slots = read.slots.shape[1]
        left = self.left(read.slots) + (read.query + self.step.weight[step].to(read.query.dtype)).unsqueeze(1)
        pairs = left.unsqueeze(2) + self.right(read.slots).unsqueeze(1)
        if self.relation is not None:
            pairs = pairs + self.relation(value_relations(read.values)).to(pairs.dtype)
        pairs = F.gelu(pairs)
        scores = self.score(pairs).float().unflatten(-1, (2, -1))
        exists = read.exists.unsqueeze(2) & read.exists.unsqueeze(1)
        allowed = self.allowed[step, :slots, :slots] & exists[..., None, None]
        return pairs, torch.where(allowed, scores, float("-inf")).flatten(1).log_softmax(-1)

    def _merged(self, scores: Tensor, same: Tensor) -> Tensor:
        """Log-probabilities of the choices (M, s s 2 O), where of those with the same values one has that of all."""
        probs = torch.zeros_like(scores).scatter_add(1, self._index_of_same(same), scores.exp())
        tiny = torch.finfo(probs.dtype).tiny
        return torch.where(probs > 0, probs.clamp(min=tiny).log(), float("-inf"))

    def _index_of_same(self, same: Tensor) -> Tensor:
        """(M, s s 2 O): for each choice the index of the one that stands for it. same: (M, s)."""
        same = same.unsqueeze(1)  # of each operation
        pair = self._pairs_of_same(same, self.commutative, self.over_range).permute(0, 2, 3, 1)  # (M, s, s, O)
        last = torch.arange(2, device=same.device).view(-1, 1)
        operation = torch.arange(len(self.operations), device=same.device)
        return ((pair.unsqueeze(-2) * 2 + last) * len(self.operations) + operation).flatten(1)

    @staticmethod
    def _pairs_of_same(same: Tensor, commutative: Tensor, over_range: Tensor) -> Tensor:
        """(..., s, s): for each pair of operands the index of the one that stands for it.

        same: (..., s). commutative, over_range: (...), of the operation.
        """
        slots = same.shape[-1]
        own = torch.arange(slots, device=same.device)
        first, second = same.unsqueeze(-1), same.unsqueeze(-2)
        in_order = torch.maximum(first, second) * slots + torch.minimum(first, second)
        pair = torch.where(commutative[..., None, None], in_order, first * slots + second)
        return torch.where(over_range[..., None, None], own.unsqueeze(1) * slots + own, pair)

    def _append(self, step: int, read: PlannerSlots, pairs: Tensor, chosen: Tensor) -> PlannerSlots:
        """With the slot of the step's result, and a query that knows of it. chosen: (M, 3), the step."""
        operand1, operand2, operation = chosen.unbind(-1)
        pair = (operand1 * pairs.shape[1] + operand2).view(-1, 1, 1).expand(-1, 1, pairs.shape[-1])
        result = self.result(pairs.flatten(1, 2).gather(1, pair)) + self.operation(operation).unsqueeze(1)
        result = result + self.slot.weight[self.num_initial + step].to(result.dtype)
        query = read.query + self.history(result.squeeze(1))
        exists = F.pad(read.exists, (0, 1), value=True)
        same = F.pad(read.same, (0, 1), value=self.num_initial + step)
        return PlannerSlots(query, torch.cat([read.slots, result], 1), exists, same, self._append_value(read, chosen))

    def _append_value(self, read: PlannerSlots, chosen: Tensor) -> Tensor:
        """(M, s + 1): the estimates with that of the step's result, where values are compared."""
        if self.relation is None:
            return read.values
        left, right = read.values.gather(1, chosen[:, :2]).unbind(1)
        result = torch.full_like(left, float("nan"))
        for index, name in enumerate(self.operations):
            approximate = OPERATIONS[name].approximate
            if approximate is not None:
                result = torch.where(chosen[:, 2] == index, approximate(left, right).float(), result)
        return torch.cat([read.values, result.unsqueeze(1)], 1)

    def _split(self, index: Tensor, slots: int) -> tuple[Tensor, Tensor]:
        """The step (..., 3) and whether it is the last (...), of a choice's index."""
        rest, operation = index // len(self.operations), index % len(self.operations)
        rest, last = rest // 2, rest % 2
        return torch.stack([rest // slots, rest % slots, operation], -1), last.bool()

    def best(self, read: PlannerSlots) -> BestPlan:
        """After the most probable step the most probable next one.

        Places are planned at in parts that stay in a processor's cache, but by a compiler, which wants one graph.
        """
        num_choices = self.allowed[0].numel()
        size = max(1, PART // num_choices)
        if torch.compiler.is_compiling() or len(read.query) <= size:
            return self._best(read)
        parts = [self._best(PlannerSlots(*part)) for part in zip(*(each.split(size) for each in read), strict=True)]
        plans, log_prob, probs = zip(*parts, strict=True)
        operand1, operand2, operation = (torch.cat(each) for each in zip(*probs, strict=True))
        return BestPlan(torch.cat(plans), torch.cat(log_prob), (operand1, operand2, operation))

    def _best(self, read: PlannerSlots) -> BestPlan:
        read = self._related(read)
        log_prob = torch.zeros(len(read.query), device=read.query.device)
        ended = torch.zeros(len(read.query), dtype=torch.bool, device=read.query.device)
        plans: list[Tensor] = []
        operands1: list[Tensor] = []
        operands2: list[Tensor] = []
        operations: list[Tensor] = []
        for step in range(self.depth):
            pairs, scores = self._scores(step, read)
            scores = self._merged(scores, read.same)
            value, index = scores.max(-1)
            chosen, last = self._split(index, pairs.shape[1])
            plans.append(torch.where(ended.unsqueeze(-1), self.copies[step], chosen))
            log_prob = log_prob + torch.where(ended, 0.0, value)
            probs = scores.exp().unflatten(-1, (pairs.shape[1], pairs.shape[1], 2, -1))  # (M, s, s, 2, O)
            marginals = [probs.sum(dims) for dims in ((2, 3, 4), (1, 3, 4), (1, 2, 3))]
            for kept, part, copy in zip((operands1, operands2, operations), marginals, self.copies[step], strict=True):
                certain = F.one_hot(copy, part.shape[-1]).to(part.dtype)
                missing = 0 if kept is operations else self.depth - step
                kept.append(F.pad(torch.where(ended.unsqueeze(-1), certain, part), (0, missing)))
            if step < self.depth - 1:
                read = self._append(step, read, pairs, chosen)
                ended = ended | last
        stacked = (torch.stack(parts, 1) for parts in (operands1, operands2, operations))
        return BestPlan(torch.stack(plans, 1), log_prob, tuple(stacked))  # type: ignore[arg-type]  # three of them

    def labelled(self, plan_labels: Tensor) -> Tensor:
        """(M, D, 3): the plans that labels (M, D, 3) name, and copies of the latest number where there is none."""
        is_labelled = (plan_labels != IGNORE_INDEX).any(-1).any(-1)
        return torch.where(is_labelled[:, None, None], plan_labels.long().clamp(min=0), self.copies)

    def log_prob(self, read: PlannerSlots, plans: Tensor) -> Tensor:
        """(M, K): log-probability of plans (M, K, D, 3), as `in_order` has them. A choice of -100 counts as certain.

        A plan that cannot be has `IMPOSSIBLE`, and no gradient.
        """
        num_plans = plans.shape[1]
        read = self._related(read)
        read = PlannerSlots(*(part.repeat_interleave(num_plans, 0) for part in read))
        plans = plans.flatten(0, 1)
        left_open = bool((plans == IGNORE_INDEX).any())
        total = torch.zeros(len(plans), device=plans.device)
        index = torch.arange(len(plans), device=plans.device)  # of the plans that have not ended
        for step in range(self.depth):
            pairs, scores = self._scores(step, read)
            label, last = plans[:, step], self._stops(plans, step)
            find = self._open_choices if left_open else self._same_choices
            scores, fits = find(scores, read.same, label, last)
            chosen = torch.where(fits & scores.isfinite(), scores, 2 * IMPOSSIBLE).logsumexp(-1)
            total = total.index_add(0, index, chosen.clamp(IMPOSSIBLE, 0.0))
            if step < self.depth - 1:
                goes_on = (~last).nonzero().squeeze(-1)
                read = self._append(step, read, pairs, label.clamp(min=0)).at(goes_on)
                plans, index = plans[goes_on], index[goes_on]
        return total.clamp(min=IMPOSSIBLE).view(-1, num_plans)

    def _same_choices(self, scores: Tensor, same: Tensor, label: Tensor, last: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities (M, s s) of a step's pairs of operands, and which (M, s s) bool do what the label says.

        scores: (M, s s 2 O), of `_scores`. label: (M, 3), the step. last: (M,) bool, whether the plan ends with it.
        Pairs of its operation alone are looked at, so this is much less work than to merge all choices.
        """
        slots = same.shape[1]
        operand1, operand2, operation = label.unbind(-1)
        kind = (last.long() * len(self.operations) + operation).view(-1, 1, 1)
        of_kind = scores.unflatten(1, (slots * slots, -1)).gather(2, kind.expand(-1, slots * slots, 1)).squeeze(-1)
        pair = self._pairs_of_same(same, self.commutative[operation], self.over_range[operation]).flatten(1)
        # A slot that is none yet must not be taken for one of the next row.
        asked = torch.where(operand2 < slots, operand1 * slots + operand2, -1)
        return of_kind, pair == asked.unsqueeze(-1)

    def _open_choices(self, scores: Tensor, same: Tensor, label: Tensor, last: Tensor) -> tuple[Tensor, Tensor]:
        """The same for all choices (M, s s 2 O), merged; choices of the label may be left open, which are -100."""
        return self._merged(scores, same), self._fits(label, last, same.shape[1])

    def in_order(self, plans: Tensor, same: Tensor) -> Tensor:
        """Plans (M, K, D, 3) with each value in its latest slot, operands of commutative operations in one order.

        The second operand of an operation that reads one need not be labelled.
        """
        operands, operation = plans[..., :2], plans[..., 2]
        is_one = self.unary[operation.clamp(min=0)] & (operation >= 0)
        is_given = (operands != IGNORE_INDEX) | ~is_one.unsqueeze(-1)
        operands = torch.where(is_given, operands, operands[..., :1])
        is_initial = (operands >= 0) & (operands < self.num_initial)
        is_initial = is_initial & ~self.over_range[operation.clamp(min=0)].unsqueeze(-1)
        latest = same.gather(1, operands.clamp(0, self.num_initial - 1).flatten(1)).view_as(operands)
        operand1, operand2 = torch.where(is_initial, latest, operands).unbind(-1)
        swap = self.commutative[operation.clamp(min=0)] & (operation >= 0) & (operand1 < operand2) & (operand1 >= 0)
        operand1, operand2 = torch.where(swap, operand2, operand1), torch.where(swap, operand1, operand2)
        return torch.stack([operand1, operand2, operation], -1)

    def _stops(self, plans: Tensor, step: int) -> Tensor:
        """(M,) bool: whether plans (M, D, 3) have their result after this step."""
        if step == self.depth - 1:
            return torch.ones_like(plans[:, 0, 0], dtype=torch.bool)
        if self.identity is None:
            return torch.zeros_like(plans[:, 0, 0], dtype=torch.bool)
        operand1, _, operation = plans[:, step + 1].unbind(-1)
        return (operation == self.identity) & (operand1 == self.num_initial + step)

    def _fits(self, label: Tensor, last: Tensor, slots: int) -> Tensor:
        """(M, s s 2 O) bool: the choices that the label (M, 3) and `last` (M,) leave open."""
        index = torch.arange(slots * slots * 2 * len(self.operations), device=label.device)
        steps, is_last = self._split(index, slots)
        fits = (steps == label.unsqueeze(1)) | (label.unsqueeze(1) == IGNORE_INDEX)  # (M, C, 3)
        unlabelled = (label == IGNORE_INDEX).all(-1, keepdim=True)
        return fits.all(-1) & ((is_last == last.unsqueeze(1)) | unlabelled)

    @torch.no_grad()
    def sample(self, read: PlannerSlots, num_plans: int, temperature: float) -> tuple[Tensor, Tensor]:
        """The most probable plan, and others sampled without replacement at `temperature`.

        The race of `plans.sample_plans`, with a child for each choice of a step. Returns plans (M, K, D, 3), and which
        of them (M, K) bool arrived: where there are fewer than K plans, the others are none.
        """
        best = self.best(read).plans  # (M, D, 3)
        read = self._related(read)
        places, width = read.query.shape
        arrival = torch.zeros(places, 1, device=read.query.device)
        mean = torch.ones_like(arrival)
        ended = torch.zeros_like(arrival, dtype=torch.bool)
        plans = best.new_zeros(places, 1, self.depth, 3)
        parent = best.new_zeros(places, 1)
        for step in range(self.depth):
            racing = arrival.shape[1]
            pairs, scores = self._scores(step, read)
            slots = pairs.shape[1]
            scores = self._merged(scores, read.same)
            weight = (scores / temperature).log_softmax(-1).exp().view(places, racing, -1)
            # A plan that has stopped goes on in one way, which is its choice 0.
            only = F.one_hot(torch.zeros_like(parent), weight.shape[-1]).to(weight.dtype)
            weight = torch.where(ended.unsqueeze(-1), only, weight)
            own = (1 / weight).clamp(max=NEVER)
            time = -torch.rand_like(own).neg_().log1p_() * own
            time[:, 1:] -= time[:, 1:].amin(-1, keepdim=True)
            time = arrival.unsqueeze(-1) + time * mean.unsqueeze(-1)  # (M, K, C)
            time[:, 0].scatter_(-1, self._index_of(best, step, slots, ended[:, 0]).unsqueeze(-1), -1.0)
            arrival, index = time.flatten(1).topk(min(num_plans, racing * time.shape[-1]), largest=False)
            arrival = arrival.clamp(min=0)
            parent, choice = index // time.shape[-1], index % time.shape[-1]
            mean = (mean.gather(1, parent) * own.flatten(1).gather(1, index)).clamp(max=NEVER)
            chosen, last = self._split(choice, slots)
            ended = ended.gather(1, parent)
            chosen = torch.where(ended.unsqueeze(-1), self.copies[step], chosen)
            plans = plans.gather(1, parent[..., None, None].expand(-1, -1, self.depth, 3)).clone()
            plans[:, :, step] = chosen
            if step < self.depth - 1:
                rows = (torch.arange(places, device=parent.device).unsqueeze(1) * racing + parent).flatten()
                read = self._append(step, read.at(rows), pairs[rows], chosen.flatten(0, 1))
                ended = ended | last
        return plans, mean < NEVER

    def _index_of(self, plans: Tensor, step: int, slots: int, ended: Tensor) -> Tensor:
        """(M,): index of the choice that plans (M, D, 3) make at this step; 0 where they have `ended` (M,)."""
        operand1, operand2, operation = plans[:, step].unbind(-1)
        last = self._stops(plans, step).long()
        index = ((operand1 * slots + operand2) * 2 + last) * len(self.operations) + operation
        return torch.where(ended, 0, index)
