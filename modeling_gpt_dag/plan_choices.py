"""What a planner chose at every token, and the probability that it gives to other plans.

B batch, T tokens, D DAG steps, S slots, O operations. A plan is D x (operand1, operand2, operation).
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from .joint_planner import JointPlanner, PlannerSlots
from .plans import PlanLogits, PlanLogProbs, best_plan, best_plan_prob, label_log_prob


class IndependentChoice(NamedTuple):
    """What an independent planner chose from, at every token.

    scores: log-probabilities in training, logits in inference. operations: names of the operations.
    """

    scores: PlanLogProbs | PlanLogits
    operations: Sequence[str]

    @property
    def repeats(self) -> None:
        """Which values are read in a later slot: none."""
        return None

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

    @property
    def _place(self) -> Tensor:
        """(B T,): the place at which it was decided for each token."""
        batch, tokens = self.source.shape
        row = torch.arange(batch, device=self.source.device).unsqueeze(1) * tokens
        return (row + self.source).flatten()

    @property
    def probs(self) -> tuple[Tensor, Tensor, Tensor]:
        if self.inference_probs is not None:
            return self.inference_probs
        probs = self.planner.best(self.read.at(self._place)).probs
        operand1, operand2, operation = (part.unflatten(0, self.source.shape) for part in probs)
        return operand1, operand2, operation

    @property
    def repeats(self) -> Tensor | None:
        """(B, T, N) bool: which numbers and constants are read in a later slot; None where ranges read all."""
        if self.planner.over_range.any():
            return None
        same = self.read.same.unflatten(0, self.source.shape)
        same = same.gather(1, self.source.unsqueeze(-1).expand_as(same))
        return same != torch.arange(same.shape[-1], device=same.device)

    def log_prob_at(self, index: Tensor, plans: Tensor) -> Tensor:
        # All characters of a number have one decision, and mostly one label; it is scored once.
        asked = torch.cat([self._place[index].unsqueeze(1), plans.flatten(1)], 1)
        distinct, which = asked.unique(dim=0, return_inverse=True)
        read = self.read.at(distinct[:, 0])
        plans = self.planner.in_order(distinct[:, 1:].view(-1, *plans.shape[1:]), read.same)
        return self.planner.log_prob(read, plans)[which]


PlanChoice = IndependentChoice | JointChoice
