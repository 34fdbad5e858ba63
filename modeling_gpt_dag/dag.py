"""The per-token DAG: plan, execute, write back; in soft and in exact numerics.

What is unusual: in exact numerics values are never averaged. Training samples K whole plans per token without
replacement and executes each exactly. Only the symbols they would write next are mixed, weighted by the plans'
probabilities. So the gradient reaches the planner through these weights although the arithmetic is discrete.
Inference executes the most probable plan alone.

B batch, T tokens, H hidden size, D DAG steps, N initial values, S = N + D slots, O operations, K plans, E key size,
W = 13 symbols that can be written. A plan is D x (operand1, operand2, operation).
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .dag_operations import OPERATIONS, Calculator
from .decimal_tensor import DecimalTensor
from .joint_planner import IMPOSSIBLE, JointPlanner, PlannerSlots
from .number_text import END, NOTHING, next_symbol
from .plans import (
    PlanLogits,
    PlanLogProbs,
    best_plan,
    best_plan_prob,
    existing_slots,
    label_log_prob,
    plan_log_prob,
    sample_plans,
)

GATE_THRESHOLD = 0.5  # a gate above it counts as open


class SoftState(NamedTuple):
    """What the DAG of every token did.

    probs: of operand1 and operand2 (B, T, D, S), exactly 0 for slots that do not exist (yet), and of the operation
        (B, T, D, O); rows sum to 1.
    values: (B, T, S), the scratch list.
    values_mask: (B, T, S) bool, which slots hold a value.
    dag_hidden: (B, T, H), what is written back, before normalisation.
    has_result: (B, T) bool, whether there is anything to write.
    ends: (B, T), probability that the next symbol is END.
    """

    probs: tuple[Tensor, Tensor, Tensor]
    values: Tensor
    values_mask: Tensor
    dag_hidden: Tensor
    has_result: Tensor
    ends: Tensor


class IndependentChoice(NamedTuple):
    """What an independent planner chose from, at every token.

    scores: log-probabilities in training, logits in inference. operations: names of the operations.
    """

    scores: PlanLogProbs | PlanLogits
    operations: Sequence[str]

    @property
    def log_probs(self) -> PlanLogProbs:
        return self.scores.log_probs() if isinstance(self.scores, PlanLogits) else self.scores

    @property
    def best(self) -> Tensor:
        """(B, T, D, 3): the most probable plan."""
        return best_plan(self.scores).squeeze(2)

    @property
    def plan_prob(self) -> Tensor:
        """(B, T): probability of the most probable plan."""
        return best_plan_prob(self.log_probs, self.operations)

    @property
    def probs(self) -> tuple[Tensor, Tensor, Tensor]:
        """Of operand1 and operand2 (B, T, D, S), and of the operation (B, T, D, O)."""
        log_probs = self.log_probs
        return log_probs.operand1.exp(), log_probs.operand2.exp(), log_probs.operation.exp()

    def log_prob_at(self, index: Tensor, plans: Tensor) -> Tensor:
        """(P, M): log-probability of plans (P, M, D, 3) at tokens `index` (P,), counted through the batch."""
        at_index = PlanLogProbs(*(scores.flatten(0, 1)[index].unsqueeze(0) for scores in self.log_probs))
        return label_log_prob(at_index, plans.unsqueeze(0)).squeeze(0)


class JointChoice(NamedTuple):
    """What a joint planner chose, at every token; methods as those of `IndependentChoice`.

    best: (B, T, D, 3), the most probable plan. log_prob: (B, T), of that plan.
    inference_probs: of operand1, operand2 and operation; None in training, where they are computed on demand.
    read: what was planned on at each token, (B T) places. source: (B, T), the token that decided for each.
    """

    best: Tensor
    log_prob: Tensor
    inference_probs: tuple[Tensor, Tensor, Tensor] | None
    planner: JointPlanner
    read: PlannerSlots
    source: Tensor

    @property
    def plan_prob(self) -> Tensor:
        return self.log_prob.exp()

    def _places(self, index: Tensor) -> PlannerSlots:
        """What was planned on where it was decided for tokens `index` (P,)."""
        batch, tokens = self.source.shape
        row = torch.arange(batch, device=self.source.device).unsqueeze(1) * tokens
        return self.read.at((row + self.source).flatten()[index])

    @property
    def probs(self) -> tuple[Tensor, Tensor, Tensor]:
        if self.inference_probs is not None:
            return self.inference_probs
        everywhere = torch.arange(self.source.numel(), device=self.source.device)
        probs = self.planner.best(self._places(everywhere)).probs
        operand1, operand2, operation = (part.unflatten(0, self.source.shape) for part in probs)
        return operand1, operand2, operation

    def log_prob_at(self, index: Tensor, plans: Tensor) -> Tensor:
        return self.planner.log_prob(self._places(index), self.planner.in_order(plans))


class ExactState(NamedTuple):
    """The same in exact numerics. Probabilities and values serve observers alone, so they are computed on demand.

    choice: what the planner chose, and from what.
    slots: (2, B, T, S), the scratch list of the most probable plan, packed.
    """

    choice: IndependentChoice | JointChoice
    slots: Tensor
    dag_hidden: Tensor
    has_result: Tensor
    ends: Tensor

    @property
    def probs(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.choice.probs

    @property
    def decimals(self) -> DecimalTensor:
        return DecimalTensor.unpack(self.slots)

    @property
    def values(self) -> Tensor:
        """(B, T, S) float64, 0 where there is no value."""
        return self.decimals.to_float()

    @property
    def values_mask(self) -> Tensor:
        return self.decimals.valid


DAGState = SoftState | ExactState


def execute(initial: Tensor, plans: Tensor, operations: Sequence[str]) -> Tensor:
    """Execute plans exactly; returns the scratch lists (2, B, T, K, S), packed.

    initial: (2, B, T, N), initial values, packed (`DecimalTensor.pack`). plans: (B, T, K, D, 3).
    """
    num_initial = initial.shape[-1]
    plans = plans.permute(3, 4, 0, 1, 2)  # (D, 3, B, T, K)
    calculator = Calculator(operations, plans[:, 2])
    # Slots come first, so that a step writes its result into contiguous memory.
    slots = plans.new_empty(num_initial + len(plans), 2, *plans.shape[2:])  # (S, 2, B, T, K)
    slots[:num_initial] = initial.movedim(-1, 0).unsqueeze(-1)
    sides = plans[:, :2].unsqueeze(2).expand(-1, -1, 2, -1, -1, -1)  # (D, 2, 2, B, T, K)
    for step, side in enumerate(sides.unbind(0)):
        slots[num_initial + step] = calculator.run(step, slots.gather(0, side))
    return slots.movedim((0, 1), (-1, 0))


class ExactDAG(nn.Module):
    """Plans on numbers read from the text, executes the plans exactly, writes the next symbol of the result.

    `IndependentDAG` and `JointDAG` differ in their planner.
    """

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
    ):
        super().__init__()
        self.depth = depth
        self.num_initial = num_values + len(constants)
        self.constant_texts = constants
        self.operations = operations
        self.num_plans = num_plans
        self.temperature = temperature
        self.min_plan_prob = min_plan_prob
        self.norm = nn.LayerNorm(hidden_size)
        self.build_planner(hidden_size, key_size)
        self.key = nn.Linear(hidden_size, key_size, bias=False)
        self.value = nn.Linear(hidden_size, key_size, bias=False)
        self.combine = nn.Linear(hidden_size + num_values * key_size, hidden_size)
        self.end_embedding = nn.Parameter(torch.empty(hidden_size))
        self.constants = nn.Buffer(self.build_constants(), persistent=False)

    def build_planner(self, hidden_size: int, key_size: int):
        """Make the modules that plan."""
        raise NotImplementedError

    def build_constants(self) -> Tensor:
        """(2, constants) int64, packed."""
        return DecimalTensor.constants(self.constant_texts).pack()

    def planning_hidden(self, hidden: Tensor, number_values: Tensor) -> Tensor:
        """(B, T, H): the hidden states that plan and gate are computed from.

        Reading, not attention, finds the tokens after the numbers, so that the length of a number does not matter.

        hidden: (B, T, H), normalised. number_values: (B, T, n, E), `self.value` of the tokens after the numbers read.
        """
        return hidden + F.gelu(self.combine(torch.cat([hidden, number_values.flatten(2)], -1)))

    def decide(
        self,
        hidden: Tensor,
        number_keys: Tensor,
        number_values: Tensor,
        exists: Tensor,
        plan_labels: Tensor | None = None,
    ) -> tuple[Tensor, PlannerSlots | None]:
        """Decisions (B, T, C), which hold to the end of a number that is written, and what they were planned on.

        hidden: (B, T, H), from `planning_hidden`. number_keys, number_values: (B, T, n, E), `self.key` and
        `self.value` of the tokens after the numbers read. exists: (B, T, n) bool, which of them exist.
        plan_labels: (B, T, D, 3), -100 where there is no label.
        """
        raise NotImplementedError

    def choose(
        self, decisions: Tensor, read: PlannerSlots | None, source: Tensor, exists: Tensor
    ) -> tuple[IndependentChoice | JointChoice, Tensor, Tensor | None]:
        """What the planner chose; plans (B, T, K, D, 3), the most probable first; their weights (B, T, K) in training.

        decisions: (B, T, C), made at tokens `source` (B, T). read: what was planned on at each token.
        """
        raise NotImplementedError

    def initial_values(self, numbers: Tensor) -> Tensor:
        """(2, B, T, N): the numbers read (2, B, T, n), then the constants, all packed."""
        if not self.constant_texts:
            return numbers
        return torch.cat([numbers, self.constants[:, None, None].expand(*numbers.shape[:3], -1)], -1)

    def write(
        self,
        results: DecimalTensor,
        written: Tensor,
        weights: Tensor | None,
        symbol_embedding: Tensor,
        separated: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Embed the next symbol of each result and mix the embeddings.

        results: (B, T, K). written: (B, T), characters already written. symbol_embedding: (W - 1, H).
        separated: (B, T) bool, whether the last of them is a point or comma.
        weights: (B, T, K), probability of each result's plan; None where there is one (K = 1).
        Returns dag_hidden (B, T, H), has_result (B, T) bool and ends (B, T), the probability of END.
        """
        separated = None if separated is None else separated.unsqueeze(-1)
        symbols = next_symbol(results, written.unsqueeze(-1), separated)
        is_next = symbols.unsqueeze(-1) == torch.arange(END + 1, device=symbols.device)  # (B, T, K, W)
        embedding = torch.cat([symbol_embedding, self.end_embedding.unsqueeze(0).to(symbol_embedding.dtype)])
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
    ) -> ExactState:
        """Plan, execute and write.

        Inside a number that is being written, plan and numbers are those of the token before its first character.

        decisions: (B, T, C), from `decide`, those made at tokens `source` (B, T). read: what was planned on.
        numbers: (2, B, T, n), values of the numbers read, packed. exists: (B, T, n) bool, which of them exist.
        written: (B, T) int64, characters already written of the number; 0 outside numbers. separated: (B, T) bool,
        whether the last of them is a point or comma. symbol_embedding: (W - 1, H), embeddings of WRITTEN_SYMBOLS.
        """
        source = torch.zeros_like(written) if source is None else source
        choice, plans, weights = self.choose(decisions, read, source, exists)
        slots = execute(self.initial_values(numbers), plans, self.operations)
        results = DecimalTensor.unpack(slots[..., -1])
        dag_hidden, has_result, ends = self.write(results, written, weights, symbol_embedding, separated)
        # Where no number can be read nothing is written, although constants could be computed with.
        has_result = has_result & exists[..., 0]
        if self.min_plan_prob > 0 and not self.training:
            # A plan that is hardly more probable than others is a guess, and a guess is not presented.
            has_result = has_result & (choice.plan_prob >= self.min_plan_prob)
        # The most probable plan comes first.
        return ExactState(choice, slots[:, :, :, 0], dag_hidden, has_result, ends.to(dag_hidden.dtype))


class IndependentDAG(ExactDAG):
    """Its planner makes all choices of a plan apart, at the cost of a linear layer."""

    def build_planner(self, hidden_size: int, key_size: int):
        self.slot_head = nn.Linear(hidden_size, self.depth * 2 * (self.num_initial + self.depth))
        self.operation_head = nn.Linear(hidden_size, self.depth * len(self.operations))
        self.query = nn.Linear(hidden_size, self.depth * 2 * key_size, bias=False)
        self.existing_slots = nn.Buffer(existing_slots(self.num_initial, self.depth), persistent=False)

    def decide(
        self,
        hidden: Tensor,
        number_keys: Tensor,
        number_values: Tensor,
        exists: Tensor,
        plan_labels: Tensor | None = None,
    ) -> tuple[Tensor, PlannerSlots | None]:
        return self.plan_logits(hidden, number_keys), None

    def plan_logits(self, hidden: Tensor, number_keys: Tensor) -> Tensor:
        """(B, T, D (2 S + O)): logits of the operands, then of the operations.

        An operand's logit depends on the slot's rank and, for the numbers read, on content: query times key.

        hidden: (B, T, H), from `planning_hidden`. number_keys: (B, T, n, E), `self.key` of the tokens after the
        numbers read.
        """
        batch, tokens, num_read, key_size = number_keys.shape
        rank = self.slot_head(hidden).view(batch, tokens, self.depth * 2, -1)
        query = self.query(hidden).view(batch, tokens, self.depth * 2, key_size)
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

    def build_planner(self, hidden_size: int, key_size: int):
        self.planner = JointPlanner(
            hidden_size, key_size, self.num_initial, len(self.constant_texts), self.operations, self.depth
        )

    def decide(
        self,
        hidden: Tensor,
        number_keys: Tensor,
        number_values: Tensor,
        exists: Tensor,
        plan_labels: Tensor | None = None,
    ) -> tuple[Tensor, PlannerSlots | None]:
        """The decisions are in training K plans and their log-probabilities, in inference one, with its distributions.

        Slots and operations are small integers, which are exact in any dtype.
        """
        context = torch.cat([number_keys, number_values], -1).flatten(0, 1)
        read = self.planner.read(hidden.flatten(0, 1), context, exists.flatten(0, 1))
        if self.training:
            plans, log_prob = self._draw(read, plan_labels)
            decisions = torch.cat([plans.flatten(1).to(hidden.dtype), log_prob.to(hidden.dtype)], -1)
        else:
            best = self.planner.best(read)
            parts = [best.plans, best.log_prob.unsqueeze(-1), *best.probs]
            decisions = torch.cat([part.flatten(1).to(hidden.dtype) for part in parts], -1)
        return decisions.unflatten(0, hidden.shape[:2]), read

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


class SoftDAG(nn.Module):
    """nanoGPT-DAG's formulation: one scalar per token, and every choice a mixture.

    It cannot compute with two numbers of a text: every slot is a function of one scalar, mixtures average values, and
    normalising `Linear(1, H)` erases magnitude. Exact numerics are compared with it.
    """

    def __init__(self, hidden_size: int, depth: int, operations: Sequence[str], temperature: float):
        super().__init__()
        self.depth = depth
        self.operations = operations
        self.temperature = temperature
        self.num_slots = depth + 1
        self.value_head = nn.Linear(hidden_size, 1)
        self.plan_in = nn.Linear(hidden_size, hidden_size)
        self.plan_out = nn.Linear(hidden_size, depth * (2 * self.num_slots + len(operations)))
        self.value_embedding = nn.Linear(1, hidden_size)

    def choose(self, logits: Tensor) -> Tensor:
        """Weights of a mixture, of the logits' shape: random in training, deterministic in inference."""
        if self.training:
            return F.gumbel_softmax(logits, tau=self.temperature, dim=-1)
        return logits.softmax(-1)

    def forward(self, hidden: Tensor) -> SoftState:
        """hidden: (B, T, H)."""
        batch, tokens, _ = hidden.shape
        logits = self.plan_out(F.gelu(self.plan_in(hidden))).float().view(batch, tokens, self.depth, -1)
        operand1, operand2, operation = logits.split([self.num_slots, self.num_slots, len(self.operations)], -1)
        absent = ~existing_slots(1, self.depth, hidden.device)
        operand1 = self.choose(operand1.masked_fill(absent, float("-inf")))  # (B, T, D, S)
        operand2 = self.choose(operand2.masked_fill(absent, float("-inf")))
        operation = self.choose(operation)  # (B, T, D, O)

        slots = self.value_head(hidden).float()  # (B, T, 1); each step appends one
        for step in range(self.depth):
            left = (operand1[:, :, step, : step + 1] * slots).sum(-1)
            right = (operand2[:, :, step, : step + 1] * slots).sum(-1)
            results = torch.stack([OPERATIONS[name].soft(left, right) for name in self.operations], -1)
            result = (operation[:, :, step] * results).sum(-1, keepdim=True)
            slots = torch.cat([slots, result.clamp(-1e6, 1e6)], -1)
        return SoftState(
            probs=(operand1, operand2, operation),
            values=slots,
            values_mask=torch.ones_like(slots, dtype=torch.bool),
            dag_hidden=self.value_embedding(slots[..., -1:].to(hidden.dtype)),
            has_result=torch.ones(batch, tokens, dtype=torch.bool, device=hidden.device),
            ends=torch.zeros(batch, tokens, dtype=hidden.dtype, device=hidden.device),
        )


class GateMixer(nn.Module):
    """Mixes what the DAG writes into the hidden state. Where there is no result, the hidden state stays as it is.

    "convex": `(1 - gate * (1 - ends)) * hidden + gate * dag_scale * LayerNorm(dag_hidden)`, with
    gate = sigmoid(w . x + b) in (0, 1). Where the next symbol is END, `ends` is 1 and `hidden` keeps its full weight:
    only the backbone knows what follows the number.
    "none": `hidden + dag_scale * LayerNorm(dag_hidden)`, gate = 1.
    In inference a gate below `min_gate` is exactly 0.
    """

    def __init__(self, hidden_size: int, gate: str, min_gate: float = 0.0):
        super().__init__()
        self.min_gate = min_gate
        self.dag_norm = nn.LayerNorm(hidden_size)
        self.dag_scale = nn.Parameter(torch.empty(1))
        self.gate_head = None
        if gate == "convex":
            self.gate_head = nn.Linear(hidden_size, 1)
            self.gate_head._is_gate = True  # type: ignore[assignment]  # torch types attributes as Tensor | Module

    def gate_logits(self, gate_input: Tensor) -> Tensor:
        """(B, T, H) -> (B, T, 1), or (B, T, 0) where there is no gate."""
        return gate_input[..., :0] if self.gate_head is None else self.gate_head(gate_input)

    def forward(self, hidden: Tensor, gate_logits: Tensor, state: DAGState) -> tuple[Tensor, Tensor]:
        """hidden: (B, T, H). Returns mixed (B, T, H) and gate (B, T), 0 where there is no result."""
        if self.gate_head is None:
            gate = state.has_result.to(hidden.dtype)
        else:
            gate = torch.where(state.has_result, gate_logits.squeeze(-1).sigmoid(), 0.0)
            if self.min_gate > 0 and not self.training:
                gate = torch.where(gate >= self.min_gate, gate, 0.0)
            kept = 1 - gate * (1 - state.ends)
            hidden = kept.unsqueeze(-1) * hidden
        written = (gate * self.dag_scale).unsqueeze(-1) * self.dag_norm(state.dag_hidden)
        return hidden + written, gate
