"""Distributions of plans whose choices are independent: sampling, the most probable plan, probabilities.

What is unusual: K plans are sampled without replacement, at the cost of a beam search with K beams. The most probable
plan, which inference executes, is always among them.

B batch, T tokens, D DAG steps, N initial values, S = N + D slots, O operations, K plans. A plan is D x (operand1,
operand2, operation).
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from .dag_operations import OPERATIONS

IGNORE_INDEX = -100  # no label, or a choice that a plan leaves open; as in torch's cross-entropy


class PlanLogProbs(NamedTuple):
    """Log-probabilities of a plan's choices: operand1 and operand2 (B, T, D, S), operation (B, T, D, O)."""

    operand1: Tensor
    operand2: Tensor
    operation: Tensor


class PlanLogits(NamedTuple):
    """The same before normalisation, which inference does not need."""

    operand1: Tensor
    operand2: Tensor
    operation: Tensor

    def log_probs(self) -> PlanLogProbs:
        return PlanLogProbs(*(logits.log_softmax(-1) for logits in self))


def existing_slots(num_initial: int, depth: int, device: torch.device | None = None) -> Tensor:
    """(D, S) bool: step s may read the initial values and the results of earlier steps."""
    return torch.ones(depth, num_initial + depth, dtype=torch.bool, device=device).tril(num_initial - 1)


def sample_plans(plan: PlanLogProbs, num_plans: int, temperature: float) -> Tensor:
    """The most probable plan, and others sampled without replacement from the planner's distribution at `temperature`.

    A plan is a sequence of 3 D independent choices, so sampling K of them without replacement is a stochastic beam
    search over the choices: K (S + S + O) D candidates per token instead of (S S O)^D. It is implemented as a race. A
    plan arrives after an exponential time whose rate is its probability. The first K to arrive are the sample. A
    prefix arrives with the first of its plans. The most probable plan does not race; it is always included. If it
    were sampled like the others, it would be missing at a few per cent of the tokens (K = 16, T = 2), and the model
    would pay for exploration throughout training.

    Returns (B, T, K', D, 3) int64 with K' = min(num_plans, number of plans), the most probable plan at index 0.
    Source: Kool, van Hoof, Welling, "Stochastic Beams and Where to Find Them", 2019, algorithm 1; their perturbed
    log-probability is minus the logarithm of an arrival time.
    """
    batch, tokens, depth, _ = plan.operation.shape
    num_initial = plan.operand1.shape[-1] - depth
    best = best_plan(plan).squeeze(2)  # (B, T, D, 3)
    # Mean times of arrival, 1 / probability. They are infinite for slots that do not exist; the clamps avoid the nan
    # of inf - inf and 0 * inf.
    weights = [(log_probs / temperature).exp() for log_probs in plan]
    means = [(weight.sum(-1, keepdim=True) / weight).clamp(max=1e30) for weight in weights]
    arrival = torch.zeros(batch, tokens, 1, device=best.device)  # of each prefix; index 0 is the most probable plan
    mean = torch.ones_like(arrival)
    parents, choices = [], []
    for step, kind in itertools.product(range(depth), range(3)):
        own = means[kind][:, :, step, : None if kind == 2 else num_initial + step]  # (B, T, C)
        time = torch.rand(batch, tokens, own.shape[-1], arrival.shape[-1], device=best.device)
        time = time.neg_().log1p_().mul_(-own.unsqueeze(-1))
        # The first child arrives with its parent. Exponential times have no memory, so that the other children take
        # a full exponential time more. Index 0 does not race, so none of its children arrives with it.
        time[..., 1:] -= time[..., 1:].amin(-2, keepdim=True)
        time = torch.addcmul(arrival.unsqueeze(-2), time, mean.unsqueeze(-2))  # (B, T, C, K')
        time[..., 0].scatter_(-1, best[:, :, step, kind].unsqueeze(-1), -1.0)
        arrival, index = time.flatten(-2).topk(min(num_plans, time.shape[-1] * time.shape[-2]), largest=False)
        arrival = arrival.clamp(min=0)
        choice = index // mean.shape[-1]
        parents.append(index - choice * mean.shape[-1])
        choices.append(choice)
        mean = (mean.gather(-1, parents[-1]) * own.gather(-1, choice)).clamp(max=1e30)

    path = torch.arange(arrival.shape[-1], device=best.device).expand_as(arrival)
    plans = []
    for parent, choice in zip(reversed(parents), reversed(choices), strict=True):
        plans.append(choice.gather(-1, path))
        path = parent.gather(-1, path)
    return torch.stack(plans[::-1], -1).unflatten(-1, (depth, 3))


def best_plan(plan: PlanLogProbs | PlanLogits) -> Tensor:
    """(B, T, 1, D, 3) int64: the most probable plan."""
    return torch.stack([scores.argmax(-1) for scores in plan], -1).unsqueeze(2)


def plan_log_prob(plan: PlanLogProbs, plans: Tensor) -> Tensor:
    """(B, T, K): log-probability of each of plans (B, T, K, D, 3); a choice of -100 counts as certain."""
    chosen = [
        log_probs.gather(-1, choice.clamp(min=0).transpose(2, 3))  # (B, T, D, K)
        for log_probs, choice in zip(plan, plans.unbind(-1), strict=True)
    ]
    left_open = plans.permute(4, 0, 1, 3, 2) == IGNORE_INDEX
    return torch.stack(chosen).masked_fill(left_open, 0.0).sum((0, -2))


def label_log_prob(plan: PlanLogProbs, plans: Tensor) -> Tensor:
    """`plan_log_prob`, with a finite value for choices that cannot be made; no gradient pulls at those."""
    least = torch.log(torch.tensor(torch.finfo(torch.float).tiny)).item()
    return plan_log_prob(PlanLogProbs(*(log_probs.clamp(min=least) for log_probs in plan)), plans)


def best_plan_prob(plan: PlanLogProbs, operations: Sequence[str]) -> Tensor:
    """(B, T): probability of the most probable plan.

    It does not count which second operand an operation of one operand has, because nothing depends on that.
    """
    plans = best_plan(plan)  # (B, T, 1, D, 3)
    operand1, operand2, operation = plans.unbind(-1)
    reads_one = torch.tensor([OPERATIONS[name].operands == 1 for name in operations], device=plans.device)
    operand2 = operand2.masked_fill(reads_one[operation], IGNORE_INDEX)
    return plan_log_prob(plan, torch.stack([operand1, operand2, operation], -1)).squeeze(-1).exp()
