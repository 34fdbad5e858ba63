"""The per-token DAG in exact numerics: plan, execute, write back.

What is unusual: values are never averaged. Training executes whole plans exactly, K of them per token or the labelled
one. Only the symbols they would write next are mixed, weighted by the plans' probabilities. So the gradient reaches
the planner through these weights although the arithmetic is discrete. Inference executes the most probable plan alone.

B batch, T tokens, H hidden size, D DAG steps, N initial values, S = N + D slots, O operations, K plans, E key size,
W = 13 symbols that can be written, 14 with the fraction bar. A plan is D x (operand1, operand2, operation).
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .dag_operations import Calculator, FractionCalculator, calculator_of, keep_fractions, on_ranges
from .decimal_tensor import MAX_DIGITS, DecimalTensor, power_of_ten
from .fraction_operations import exact_denominator
from .fraction_tensor import FractionTensor, written
from .joint_planner import IMPOSSIBLE, JointPlanner, PlannerSlots
from .limb_operations import LimbCalculator, packed_results
from .limb_tensor import Decimals, LimbTensor, unpack, within_int64
from .number_text import BAR, END, NOTHING, next_symbol
from .plan_choices import IndependentChoice, JointChoice, PlanChoice
from .plans import PlanLogits, best_plan, existing_slots, plan_log_prob, sample_plans
from .range_operations import NumberRange


class ExactState(NamedTuple):
    """The same in exact numerics. Probabilities and values serve observers alone, so they are computed on demand.

    choice: what the planner chose, and from what.
    slots: (2, B, T, S), the scratch list of the most probable plan, packed; (3, B, T, S) fractions, (L + 1, B, T, S)
    where values may have more than 18 digits.
    precision: significant digits of a number that is rounded as it is written. digits: that a value may have.
    fraction_bar: (B, T) bool, whether "/" is written behind the result; None without the operation `fraction`.
    trailing_zeros: whether decimals are written with all their zeros.
    """

    choice: PlanChoice
    slots: Tensor
    dag_hidden: Tensor
    has_result: Tensor
    ends: Tensor
    precision: int | None = None
    digits: int = MAX_DIGITS
    fraction_bar: Tensor | None = None
    trailing_zeros: bool = True

    @property
    def probs(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.choice.probs

    @property
    def decimals(self) -> Decimals:
        """(B, T, S): the scratch list as it would be written, endless decimals rounded."""
        return written_decimals(self.slots, self.precision, self.digits, self.trailing_zeros)

    @property
    def values_exact(self) -> Tensor:
        """(B, T, S) bool: which values are exactly those of `decimals`, and computed without rounding."""
        return self.decimals.valid if self.digits > MAX_DIGITS else FractionTensor.unpack(self.slots).exact

    def initial(self, count: int) -> Decimals:
        """(B, T, N): the first slots, which hold what was read; decimals, all of them."""
        slots = self.slots if self.digits > MAX_DIGITS else self.slots[:2]
        return unpack(slots[..., :count], self.digits)

    @property
    def values(self) -> Tensor:
        """(B, T, S) float64, 0 where there is no value."""
        return self.decimals.to_float()

    @property
    def values_mask(self) -> Tensor:
        return self.decimals.valid


def written_decimals(
    packed: Tensor, precision: int | None, digits: int = MAX_DIGITS, trailing_zeros: bool = True
) -> Decimals:
    """The decimals as which packed values (2, 3 or L + 1, ...) are written.

    precision: significant digits of endless ones. digits: that a value may have. trailing_zeros: whether zeros at the
    end of the decimals are written.
    """
    if digits > MAX_DIGITS:
        limbs = LimbTensor.unpack(packed)
        return limbs if trailing_zeros else limbs.shortened()
    if packed.shape[0] == 2:
        decimals = DecimalTensor.unpack(packed)
    else:
        decimals = written(FractionTensor.unpack(packed.contiguous()), precision)
    return decimals if trailing_zeros else FractionTensor.of(decimals).shortened(decimals.valid).decimal


def execute(
    initial: Tensor,
    plans: Tensor,
    operations: Sequence[str],
    precision: int | None = None,
    num_numbers: int | None = None,
    digits: int = MAX_DIGITS,
) -> Tensor:
    """Execute plans exactly; returns the scratch lists (2, B, T, K, S), packed.

    Where an operation has results that are no decimals they are (3, B, T, K, S), packed fractions; where values may
    have more than 18 digits they are (L + 1, B, T, K, S), packed limbs.

    initial: (2, B, T, N) or (L + 1, B, T, N), initial values, packed. plans: (B, T, K, D, 3).
    precision: significant digits to which roots, logarithms, ... are to be written; None: those that are exact alone.
    num_numbers: how many of the initial values are numbers read, which operations on ranges take; all by default.
    digits: that a value may have.
    """
    num_initial = initial.shape[-1]
    plans = plans.permute(3, 4, 0, 1, 2)  # (D, 3, B, T, K)
    ranges = on_ranges(operations)
    numbers = within_int64(unpack(initial[..., :num_numbers], digits)) if ranges else None
    parts = 3 if keep_fractions(operations) else 2
    calculator: LimbCalculator | Calculator | FractionCalculator
    if digits > MAX_DIGITS:
        parts, calculator = len(initial), LimbCalculator(operations, plans[:, 2], digits)
    else:
        calculator = calculator_of(operations, plans[:, 2], precision)
    # Slots come first, so that a step writes its result into contiguous memory.
    slots = plans.new_empty(num_initial + len(plans), parts, *plans.shape[2:])  # (S, parts, B, T, K)
    if digits == MAX_DIGITS and parts == 3:
        initial = torch.cat([initial, torch.ones_like(initial[:1])])  # denominators
    slots[:num_initial] = initial.movedim(-1, 0).unsqueeze(-1)
    sides = plans[:, :2].unsqueeze(2).expand(-1, -1, parts, -1, -1, -1)  # (D, 2, parts, B, T, K)
    for step, side in enumerate(sides.unbind(0)):
        results = calculator.run(step, slots.gather(0, side))
        if numbers is not None:
            chosen = NumberRange.of(numbers, *plans[step, :2].unbind(0))
            for index, operation in ranges.items():
                result = packed_results(operation.exact(chosen), parts, digits)
                results = torch.where(plans[step, 2] == index, result, results)
        slots[num_initial + step] = results
    return slots.movedim((0, 1), (-1, 0))


def has_denominator(slots: Tensor, plans: Tensor, operations: Sequence[str], digits: int = MAX_DIGITS) -> Tensor:
    """(B, T, K) bool: whether a plan's result is a numerator, by `fraction`, whose denominator is not 1.

    slots: (2, 3 or L + 1, B, T, K, S), the executed plans. plans: (B, T, K, D, 3).
    """
    identity, fraction = (operations.index(name) if name in operations else -1 for name in ("identity", "fraction"))
    depth = plans.shape[-2]
    num_initial = slots.shape[-1] - depth

    def at(step: Tensor) -> Tensor:
        return plans.gather(-2, step[..., None, None].expand(*step.shape, 1, 3)).squeeze(-2)  # (B, T, K, 3)

    step = torch.full_like(plans[..., 0, 0], depth - 1)
    for _copy in range(depth - 1):  # `identity` hands a result on
        operand, _, operation = at(step).unbind(-1)
        step = torch.where((operation == identity) & (operand >= num_initial), operand - num_initial, step)
    *operands, operation = at(step).unbind(-1)
    read = slots.gather(-1, torch.stack(operands, -1).expand(len(slots), *step.shape, 2))
    left, right = (
        FractionTensor.unpack(side.contiguous())
        if digits == MAX_DIGITS
        else FractionTensor.of(within_int64(unpack(side, digits)))
        for side in read.unbind(-1)
    )
    return (operation == fraction) & (exact_denominator(left, right, None).mantissa > 1)


class ExactDAG(nn.Module):
    """Plans on numbers read from the text, executes the plans exactly, writes the next symbol of the result.

    `IndependentDAG` and `JointDAG` differ in their planner. plans_on_values: whether it must know the numbers' values.
    """

    plans_on_values = False

    def __init__(
        self,
        hidden_size: int,
        key_size: int,
        depth: int,
        num_values: int,
        constants: Sequence[str],
        operations: Sequence[str],
        num_plans: int,
        temperature: float,
        min_plan_prob: float = 0.0,
        num_ranks: int | None = None,
        precision: int | None = None,
        digits: int = MAX_DIGITS,
        learns_end: bool = True,
        trailing_zeros: bool = True,
        slot_attention: nn.Module | None = None,
        compares_values: bool = False,
    ):
        super().__init__()
        self.depth = depth
        self.num_ranks = num_values if num_ranks is None else min(num_ranks, num_values)
        self.precision = precision
        self.num_initial = num_values + len(constants)
        self.constant_texts = constants
        self.operations = operations
        self.num_plans = num_plans
        self.temperature = temperature
        self.min_plan_prob = min_plan_prob
        self.digits = digits
        self.trailing_zeros = trailing_zeros
        self.norm = nn.LayerNorm(hidden_size)
        self.build_planner(hidden_size, key_size, slot_attention, compares_values)
        self.key = nn.Linear(hidden_size, key_size, bias=False)
        self.value = nn.Linear(hidden_size, key_size, bias=False)
        self.combine = nn.Linear(hidden_size + self.num_ranks * key_size, hidden_size)
        self.end_embedding = nn.Parameter(torch.empty(hidden_size)) if learns_end else None
        self.constants = nn.Buffer(self.build_constants(), persistent=False)

    def build_planner(self, hidden_size: int, key_size: int, slot_attention: nn.Module | None, compares_values: bool):
        """Make the modules that plan."""
        raise NotImplementedError

    def build_constants(self) -> Tensor:
        """(2, constants) int64, packed."""
        if self.digits > MAX_DIGITS:
            return LimbTensor.constants(self.constant_texts, self.digits).pack()
        return DecimalTensor.constants(self.constant_texts).pack()

    def planning_hidden(self, hidden: Tensor, number_values: Tensor) -> Tensor:
        """(B, T, H): the hidden states that plan and gate are computed from.

        Reading, not attention, finds the tokens after the numbers, so that the length of a number does not matter.

        hidden: (B, T, H), normalised. number_values: (B, T, n, E), `self.value` of the tokens after the numbers read.
        """
        if self.num_ranks < number_values.shape[2]:
            number_values = number_values[:, :, : self.num_ranks]
        return hidden + F.gelu(self.combine(torch.cat([hidden, number_values.flatten(2)], -1)))

    def decide(
        self,
        hidden: Tensor,
        context: Sequence[Tensor],
        exists: Tensor,
        numbers: Tensor | None,
        plan_labels: Tensor | None = None,
    ) -> tuple[Tensor, PlannerSlots | None]:
        """Decisions (B, T, C), which hold to the end of a number that is written, and what they were planned on.

        hidden: (B, T, H), from `planning_hidden`. context: (B, T, n, E) each, `self.key` and `self.value` of the
        tokens after the numbers read; with slot layers their means up to the next number, too.
        exists: (B, T, n) bool, which of the numbers exist.
        numbers: (2, B, T, n), their values, packed; None unless `plans_on_values`.
        plan_labels: (B, T, D, 3), -100 where there is no label.
        """
        raise NotImplementedError

    def choose(
        self, decisions: Tensor, read: PlannerSlots | None, source: Tensor, exists: Tensor
    ) -> tuple[PlanChoice, Tensor, Tensor | None]:
        """What the planner chose; plans (B, T, K, D, 3), the most probable first; their weights (B, T, K) in training.

        decisions: (B, T, C), made at tokens `source` (B, T). read: what was planned on at each token.
        """
        raise NotImplementedError

    def initial_values(self, numbers: Tensor) -> Tensor:
        """(2, B, T, N): the numbers read (2, B, T, n), then the constants, all packed."""
        if not self.constant_texts:
            return numbers
        return torch.cat([numbers, self.constants[:, None, None].expand(*numbers.shape[:3], -1)], -1)

    def with_end(self, symbol_embedding: Tensor) -> Tensor:
        """(W, H): symbol_embedding (W - 1, H) with the embedding of END among them, zeros if that is not learned."""
        end = torch.zeros_like(symbol_embedding[0]) if self.end_embedding is None else self.end_embedding
        end = end.unsqueeze(0).to(symbol_embedding.dtype)
        return torch.cat([symbol_embedding[:END], end, symbol_embedding[END:]])

    def write(
        self,
        results: Decimals,
        written: Tensor,
        weights: Tensor | None,
        symbol_embedding: Tensor,
        separated: Tensor | None = None,
        fraction_bar: Tensor | None = None,
        is_signed: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Embed the next symbol of each result and mix the embeddings.

        results: (B, T, K). written: (B, T), characters already written. symbol_embedding: (W - 1, H).
        separated: (B, T) bool, whether the last of them is a point or comma. is_signed: (B, T), `next_symbol`.
        fraction_bar: (B, T, K) bool, behind which results "/" is written.
        weights: (B, T, K), probability of each result's plan; None where there is one (K = 1).
        Returns dag_hidden (B, T, H), has_result (B, T) bool and ends (B, T), the probability of END.
        """
        of_each = [None if part is None else part.unsqueeze(-1) for part in (separated, is_signed)]
        symbols = next_symbol(results, written.unsqueeze(-1), *of_each)
        if fraction_bar is not None:
            symbols = torch.where((symbols == END) & fraction_bar, BAR, symbols)
        embedding = self.with_end(symbol_embedding)
        is_next = symbols.unsqueeze(-1) == torch.arange(len(embedding), device=symbols.device)  # (B, T, K, W)
        if weights is None:
            probs = is_next.squeeze(-2).to(embedding.dtype)  # (B, T, W)
        else:
            probs = (weights.unsqueeze(-2) @ is_next.to(weights.dtype)).squeeze(-2)
        return probs.to(embedding.dtype) @ embedding, (symbols != NOTHING).any(-1), probs[..., END]

    def forward(
        self,
        decisions: Tensor,
        numbers: Tensor,
        exists: Tensor,
        written: Tensor,
        symbol_embedding: Tensor,
        read: PlannerSlots | None = None,
        source: Tensor | None = None,
        separated: Tensor | None = None,
        is_signed: Tensor | None = None,
    ) -> ExactState:
        """Plan, execute and write.

        Inside a number that is being written, plan and numbers are those of the token that decided on it.

        decisions: (B, T, C), from `decide`, those made at tokens `source` (B, T). read: what was planned on.
        numbers: (2, B, T, n), values of the numbers read, packed. exists: (B, T, n) bool, which of them exist.
        written: (B, T) int64, characters already written of the number; 0 outside numbers. separated: (B, T) bool,
        whether the last of them is a point or comma. is_signed: (B, T), `next_symbol`. symbol_embedding: (W - 1, H),
        embeddings of WRITTEN_SYMBOLS, and of the fraction bar where that can be written.
        """
        source = torch.zeros_like(written) if source is None else source
        choice, plans, weights = self.choose(decisions, read, source, exists)
        numbers_read = numbers.shape[-1]
        initial = self.initial_values(numbers)
        slots = execute(initial, plans, self.operations, self.precision, numbers_read, self.digits)
        results = written_decimals(slots[..., -1], self.precision, self.digits, self.trailing_zeros)
        bar = None
        if "fraction" in self.operations:
            bar = has_denominator(slots, plans, self.operations, self.digits)
        dag_hidden, has_result, ends = self.write(
            results, written, weights, symbol_embedding, separated, bar, is_signed
        )
        # Where no number can be read nothing is written, although constants could be computed with.
        has_result = has_result & exists[..., 0]
        if self.min_plan_prob > 0 and not self.training:
            # A plan that is hardly more probable than others is a guess, and a guess is not presented.
            has_result = has_result & (choice.plan_prob >= self.min_plan_prob)
        # The most probable plan comes first.
        best, ends = slots[:, :, :, 0], ends.to(dag_hidden.dtype)
        bar = None if bar is None else bar[:, :, 0]
        writing = self.precision, self.digits, bar, self.trailing_zeros
        return ExactState(choice, best, dag_hidden, has_result, ends, *writing)


class IndependentDAG(ExactDAG):
    """Its planner makes all choices of a plan apart, at the cost of a linear layer."""

    def build_planner(self, hidden_size: int, key_size: int, slot_attention: nn.Module | None, compares_values: bool):
        others = len(self.constant_texts) + self.depth  # slots that are no numbers read
        self.slot_head = nn.Linear(hidden_size, self.depth * 2 * (self.num_ranks + others))
        self.operation_head = nn.Linear(hidden_size, self.depth * len(self.operations))
        self.query = nn.Linear(hidden_size, self.depth * 2 * key_size, bias=False)
        self.existing_slots = nn.Buffer(existing_slots(self.num_initial, self.depth), persistent=False)

    def decide(
        self,
        hidden: Tensor,
        context: Sequence[Tensor],
        exists: Tensor,
        numbers: Tensor | None,
        plan_labels: Tensor | None = None,
    ) -> tuple[Tensor, PlannerSlots | None]:
        return self.plan_logits(hidden, context[0]), None

    def plan_logits(self, hidden: Tensor, number_keys: Tensor) -> Tensor:
        """(B, T, D (2 S + O)): logits of the operands, then of the operations.

        An operand's logit depends on the slot's rank and, for the numbers read, on content: query times key. Numbers
        from the last of the ranks on share its logit, so that content alone tells them apart.

        hidden: (B, T, H), from `planning_hidden`. number_keys: (B, T, n, E), `self.key` of the tokens after the
        numbers read.
        """
        batch, tokens, num_read, key_size = number_keys.shape
        rank = self.slot_head(hidden).view(batch, tokens, self.depth * 2, -1)
        query = self.query(hidden).view(batch, tokens, self.depth * 2, key_size)
        if self.num_ranks < num_read:
            shared = rank[..., self.num_ranks - 1 : self.num_ranks].expand(-1, -1, -1, num_read - self.num_ranks)
            rank = torch.cat([rank[..., : self.num_ranks], shared, rank[..., self.num_ranks :]], -1)
        content = (query @ number_keys.transpose(-1, -2)) * key_size**-0.5
        operands = rank + F.pad(content, (0, rank.shape[-1] - num_read))
        return torch.cat([operands.flatten(2), self.operation_head(hidden)], -1)

    def plan(self, plan_logits: Tensor, exists: Tensor) -> PlanLogits:
        """Logits by operand and operation, -inf for slots that cannot be read.

        plan_logits: (B, T, D (2 S + O)). exists: (B, T, n) bool, which numbers can be read, latest first.
        """
        num_operations = self.depth * len(self.operations)
        operands, operation = plan_logits.float().split([plan_logits.shape[-1] - num_operations, num_operations], -1)
        operands = operands.unflatten(-1, (self.depth, 2, -1))  # (B, T, D, 2, S)

        # Where nothing can be read, slot 0 counts as existing, without a value. Otherwise the first step would have no
        # slot to choose from, and its probabilities would be nan.
        stand_in = 0 if self.constant_texts else 1
        rest = operands.shape[-1] - exists.shape[-1]
        exists = F.pad(exists[..., stand_in:], (stand_in, rest), value=True)
        allowed = exists.unsqueeze(2) & self.existing_slots
        operands = torch.where(allowed.unsqueeze(3), operands, float("-inf"))
        operand1, operand2 = operands.unbind(3)
        return PlanLogits(operand1, operand2, operation.unflatten(-1, (self.depth, -1)))

    def choose(
        self, decisions: Tensor, read: PlannerSlots | None, source: Tensor, exists: Tensor
    ) -> tuple[IndependentChoice, Tensor, Tensor | None]:
        logits = self.plan(decisions, exists)
        if not self.training:
            return IndependentChoice(logits, self.operations), best_plan(logits), None
        log_probs = logits.log_probs()
        with torch.no_grad():
            plans = sample_plans(log_probs, self.num_plans, self.temperature)
        return IndependentChoice(log_probs, self.operations), plans, plan_log_prob(log_probs, plans).softmax(-1)


class JointDAG(ExactDAG):
    """Its planner decides each step as a whole, knowing the steps before (`joint_planner.py`)."""

    plans_on_values = True

    def build_planner(self, hidden_size: int, key_size: int, slot_attention: nn.Module | None, compares_values: bool):
        self.planner = JointPlanner(
            hidden_size,
            key_size,
            self.num_initial,
            len(self.constant_texts),
            self.operations,
            self.depth,
            slot_attention,
            compares_values,
        )

    def decide(
        self,
        hidden: Tensor,
        context: Sequence[Tensor],
        exists: Tensor,
        numbers: Tensor | None,
        plan_labels: Tensor | None = None,
    ) -> tuple[Tensor, PlannerSlots | None]:
        """The decisions are in training K plans and their log-probabilities, in inference one, with its distributions.

        Slots and operations are small integers, which are exact in any dtype.
        """
        assert numbers is not None, "it plans on values"
        initial = self.initial_values(numbers)
        decimals = unpack(initial, self.digits)
        is_known = F.pad(exists, (0, initial.shape[-1] - exists.shape[-1]), value=True) & decimals.valid
        same = self.same_values(initial, is_known)
        values = self.estimates(decimals, is_known)
        told = torch.cat([*context], -1)
        read = self.planner.read(*(part.flatten(0, 1) for part in (hidden, told, exists, same, values)))
        if self.training:
            plans, log_prob = self._draw(read, plan_labels)
            decisions = torch.cat([plans.flatten(1).to(hidden.dtype), log_prob.to(hidden.dtype)], -1)
        else:
            best = self.planner.best(read)
            parts = [best.plans, best.log_prob.unsqueeze(-1), *best.probs]
            decisions = torch.cat([part.flatten(1).to(hidden.dtype) for part in parts], -1)
        return decisions.unflatten(0, hidden.shape[:2]), read

    @staticmethod
    def same_values(initial: Tensor, is_known: Tensor) -> Tensor:
        """(B, T, N): of each number and constant the latest slot that has its value, to the last decimal.

        initial: (2, B, T, N), packed. is_known: (B, T, N) bool, which of them have a value.
        """
        equal = (initial.unsqueeze(-1) == initial.unsqueeze(-2)).all(0)
        equal = equal & is_known.unsqueeze(-1) & is_known.unsqueeze(-2)
        equal = equal | torch.eye(initial.shape[-1], dtype=torch.bool, device=equal.device)
        return equal.int().argmax(-1)  # the first of them

    def estimates(self, decimals: Decimals, is_known: Tensor) -> Tensor:
        """(B, T, N) float32: about the value of each number and constant, nan without one of at most 18 digits.

        (B, T, 0) where the planner does not compare values. decimals, is_known: (B, T, N).
        """
        if self.planner.relation is None:
            return is_known[..., :0].float()
        short = within_int64(decimals)
        values = short.mantissa.float() / power_of_ten(short.scale).float()
        return torch.where(short.valid & is_known, values, float("nan"))

    def _draw(self, read: PlannerSlots, plan_labels: Tensor | None) -> tuple[Tensor, Tensor]:
        """Plans (M, K, D, 3) and their log-probabilities (M, K).

        With K = 1 nothing is drawn: labels say what is executed. So gate and mixer learn to write right results while
        the planner still learns its plans, from the plan loss. A single plan weighs 1 whatever its probability.
        """
        if self.num_plans == 1 and plan_labels is not None:
            plans = self.planner.labelled(plan_labels.flatten(0, 1))
            return plans.unsqueeze(1), torch.zeros_like(plans[:, :1, 0], dtype=torch.float)
        with torch.no_grad():
            if self.num_plans == 1:
                best = self.planner.best(read)
                return best.plans.unsqueeze(1), best.log_prob.unsqueeze(1)
            plans, arrived = self.planner.sample(read, self.num_plans, self.temperature)
        return plans, torch.where(arrived, self.planner.log_prob(read, plans), IMPOSSIBLE)

    def choose(
        self, decisions: Tensor, read: PlannerSlots | None, source: Tensor, exists: Tensor
    ) -> tuple[JointChoice, Tensor, Tensor | None]:
        assert read is not None, "a joint planner says what it planned on"
        choices = 3 * self.depth
        if self.training:
            num_plans = decisions.shape[-1] // (choices + 1)
            plans, log_prob = decisions.split([num_plans * choices, num_plans], -1)
            plans = plans.long().unflatten(-1, (num_plans, self.depth, 3))
            choice = JointChoice(plans[:, :, 0], log_prob[..., 0], None, self.planner, read, source)
            return choice, plans, log_prob.float().softmax(-1)
        operands = self.depth * (self.num_initial + self.depth)
        sizes = [choices, 1, operands, operands, self.depth * len(self.operations)]
        best, log_prob, *probs = decisions.float().split(sizes, -1)
        best = best.long().unflatten(-1, (self.depth, 3))
        operand1, operand2, operation = (part.unflatten(-1, (self.depth, -1)) for part in probs)
        probs = (operand1, operand2, operation)
        choice = JointChoice(best, log_prob.squeeze(-1), probs, self.planner, read, source)
        return choice, best.unsqueeze(2), None
