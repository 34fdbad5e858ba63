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
from .number_text import END, NOTHING, next_symbol
from .plans import (
    IGNORE_INDEX,
    PlanLogits,
    PlanLogProbs,
    best_plan,
    best_plan_prob,
    existing_slots,
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


class ExactState(NamedTuple):
    """The same in exact numerics. Probabilities and values serve observers alone, so they are computed on demand.

    plan: the planner's scores, log-probabilities in training and logits in inference.
    slots: (2, B, T, S), the scratch list of the most probable plan, packed.
    operations: names of the operations.
    """

    plan: PlanLogProbs | PlanLogits
    slots: Tensor
    dag_hidden: Tensor
    has_result: Tensor
    ends: Tensor
    operations: Sequence[str]

    @property
    def log_probs(self) -> PlanLogProbs:
        return self.plan.log_probs() if isinstance(self.plan, PlanLogits) else self.plan

    @property
    def plan_prob(self) -> Tensor:
        """(B, T): probability of the most probable plan."""
        return best_plan_prob(self.log_probs, self.operations)

    @property
    def probs(self) -> tuple[Tensor, Tensor, Tensor]:
        log_probs = self.log_probs
        return log_probs.operand1.exp(), log_probs.operand2.exp(), log_probs.operation.exp()

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


def shut_gate_cross_entropy(gate: Tensor, labels: Tensor) -> Tensor:
    """() sum of -log(1 - gate) over the tokens whose next token has no label.

    The next-token loss does not train these gates, and one that stays half open disturbs the backbone's prediction.

    gate: (B, T). labels: (B, T), -100 where there is none.
    """
    unlabelled = F.pad(labels[:, 1:] == IGNORE_INDEX, (0, 1), value=True)
    # The factor keeps the loss of a gate of exactly 1 finite.
    return torch.where(unlabelled, -torch.log1p(-gate.float() * (1 - 1e-6)), 0.0).sum()


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
    """Plans on numbers read from the text, executes the plans exactly, writes the next symbol of the result."""

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
        num_slots = self.num_initial + depth
        self.norm = nn.LayerNorm(hidden_size)
        self.slot_head = nn.Linear(hidden_size, depth * 2 * num_slots)
        self.operation_head = nn.Linear(hidden_size, depth * len(operations))
        self.query = nn.Linear(hidden_size, depth * 2 * key_size, bias=False)
        self.key = nn.Linear(hidden_size, key_size, bias=False)
        self.value = nn.Linear(hidden_size, key_size, bias=False)
        self.combine = nn.Linear(hidden_size + num_values * key_size, hidden_size)
        self.end_embedding = nn.Parameter(torch.empty(hidden_size))
        self.constants = nn.Buffer(self.build_constants(), persistent=False)
        self.existing_slots = nn.Buffer(existing_slots(self.num_initial, depth), persistent=False)

    def build_constants(self) -> Tensor:
        """(2, constants) int64, packed."""
        return DecimalTensor.constants(self.constant_texts).pack()

    def planning_hidden(self, hidden: Tensor, number_values: Tensor) -> Tensor:
        """(B, T, H): the hidden states that plan and gate are computed from.

        Reading, not attention, finds the tokens after the numbers, so that the length of a number does not matter.

        hidden: (B, T, H), normalised. number_values: (B, T, n, E), `self.value` of the tokens after the numbers read.
        """
        return hidden + F.gelu(self.combine(torch.cat([hidden, number_values.flatten(2)], -1)))

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

    def initial_values(self, numbers: Tensor) -> Tensor:
        """(2, B, T, N): the numbers read (2, B, T, n), then the constants, all packed."""
        if not self.constant_texts:
            return numbers
        return torch.cat([numbers, self.constants[:, None, None].expand(*numbers.shape[:3], -1)], -1)

    def write(
        self, results: DecimalTensor, written: Tensor, weights: Tensor | None, symbol_embedding: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Embed the next symbol of each result and mix the embeddings.

        results: (B, T, K). written: (B, T), characters already written. symbol_embedding: (W - 1, H).
        weights: (B, T, K), probability of each result's plan; None where there is one (K = 1).
        Returns dag_hidden (B, T, H), has_result (B, T) bool and ends (B, T), the probability of END.
        """
        symbols = next_symbol(results, written.unsqueeze(-1))
        is_next = symbols.unsqueeze(-1) == torch.arange(END + 1, device=symbols.device)  # (B, T, K, W)
        embedding = torch.cat([symbol_embedding, self.end_embedding.unsqueeze(0).to(symbol_embedding.dtype)])
        if weights is None:
            probs = is_next.squeeze(-2).to(embedding.dtype)  # (B, T, W)
        else:
            probs = (weights.unsqueeze(-2) @ is_next.to(weights.dtype)).squeeze(-2)
        return probs.to(embedding.dtype) @ embedding, (symbols != NOTHING).any(-1), probs[..., END]

    def forward(
        self, plan_logits: Tensor, numbers: Tensor, exists: Tensor, written: Tensor, symbol_embedding: Tensor
    ) -> ExactState:
        """Plan, execute and write.

        Inside a number that is being written, plan and numbers are those of the token before its first character.

        plan_logits: (B, T, D (2 S + O)).
        numbers: (2, B, T, n), values of the numbers read, packed. exists: (B, T, n) bool, which of them exist.
        written: (B, T) int64, characters already written of the number; 0 outside numbers.
        symbol_embedding: (W - 1, H), embeddings of WRITTEN_SYMBOLS.
        """
        plan: PlanLogits | PlanLogProbs
        if self.training:
            plan = self.plan(plan_logits, exists).log_probs()
            with torch.no_grad():
                plans = sample_plans(plan, self.num_plans, self.temperature)
            weights = plan_log_prob(plan, plans).softmax(-1)
        else:
            plan, weights = self.plan(plan_logits, exists), None
            plans = best_plan(plan)
        slots = execute(self.initial_values(numbers), plans, self.operations)
        results = DecimalTensor.unpack(slots[..., -1])
        dag_hidden, has_result, ends = self.write(results, written, weights, symbol_embedding)
        # Where no number can be read nothing is written, although constants could be computed with.
        has_result = has_result & exists[..., 0]
        if self.min_plan_prob > 0 and isinstance(plan, PlanLogits):
            # A plan that is hardly more probable than others is a guess, and a guess is not presented.
            has_result = has_result & (best_plan_prob(plan.log_probs(), self.operations) >= self.min_plan_prob)
        # The most probable plan comes first.
        return ExactState(plan, slots[:, :, :, 0], dag_hidden, has_result, ends.to(dag_hidden.dtype), self.operations)


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
    """

    def __init__(self, hidden_size: int, gate: str):
        super().__init__()
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
            kept = 1 - gate * (1 - state.ends)
            hidden = kept.unsqueeze(-1) * hidden
        written = (gate * self.dag_scale).unsqueeze(-1) * self.dag_norm(state.dag_hidden)
        return hidden + written, gate
