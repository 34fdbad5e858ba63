"""Soft numerics: nanoGPT-DAG's formulation.

B batch, T tokens, H hidden size, D DAG steps, S = D + 1 slots, O operations.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .dag_operations import OPERATIONS
from .plans import existing_slots


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


class SoftDAG(nn.Module):
    """nanoGPT-DAG's formulation: one scalar per token, and every choice a mixture.

    It cannot compute with two numbers of a text: every slot is a function of one scalar, mixtures average values, and
    normalising `Linear(1, H)` erases magnitude. Exact numerics are compared with it.
    """

    def __init__(self, hidden_size: int, depth: int, operations: Sequence[str], temperature: float):
        super().__init__()
        self.depth = depth
        self.operations = operations
        soft = (OPERATIONS[name].soft for name in operations)
        # The config refuses operations that have no soft form.
        self.soft_operations = [operation for operation in soft if operation is not None]
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
            results = torch.stack([operation(left, right) for operation in self.soft_operations], -1)
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
