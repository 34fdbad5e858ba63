"""The gate mixer: how much of what the DAG writes goes into the hidden state.

B batch, T tokens, H hidden size.
"""

import torch
from torch import Tensor, nn

from .exact_dag import ExactState
from .soft_dag import SoftState

GATE_THRESHOLD = 0.5  # a gate above it counts as open

DAGState = SoftState | ExactState


class GateMixer(nn.Module):
    """Mixes what the DAG writes into the hidden state. Where there is no result, the hidden state stays as it is.

    "convex": `(1 - gate * (1 - ends)) * hidden + gate * dag_scale * LayerNorm(dag_hidden)`, with
    gate = sigmoid(w . x + b) in (0, 1). Where the next symbol is END, `ends` is 1 and `hidden` keeps its full weight:
    only the backbone knows what follows the number. Where END is not written, the second part has `1 - ends`, too.
    "none": `hidden + dag_scale * LayerNorm(dag_hidden)`, gate = 1.
    In inference a gate below `min_gate` is exactly 0, and so is one that times the probability of the plan is below
    `min_confidence`.
    """

    def __init__(
        self,
        hidden_size: int,
        gate: str,
        min_gate: float = 0.0,
        writes_end: bool = True,
        min_confidence: float = 0.0,
    ):
        super().__init__()
        self.min_gate = min_gate
        self.min_confidence = min_confidence
        self.writes_end = writes_end
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
        gate = self._presented(gate, state)
        if self.gate_head is not None:
            kept = 1 - gate * (1 - state.ends)
            hidden = kept.unsqueeze(-1) * hidden
        weight = gate if self.writes_end else gate * (1 - state.ends)
        written = (weight * self.dag_scale).unsqueeze(-1) * self.dag_norm(state.dag_hidden)
        return hidden + written, gate

    def _presented(self, gate: Tensor, state: DAGState) -> Tensor:
        """The gate (B, T), exactly 0 where in inference the result is not sure enough to be presented."""
        if self.training:
            return gate
        if self.min_gate > 0:
            gate = torch.where(gate >= self.min_gate, gate, 0.0)
        if self.min_confidence > 0:
            assert isinstance(state, ExactState), "soft numerics has no plans"
            gate = torch.where(gate * state.choice.plan_prob >= self.min_confidence, gate, 0.0)
        return gate
