"""The losses of the DAG: of labelled plans, of numbers in the labels, of gates that should be shut.

What is unusual: all are sums over tokens. The model divides them by the number of labels in all micro-batches and
ranks, as the library divides the next-token loss, so that these add up to one large batch.

B batch, T tokens, D DAG steps, N initial values.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from .configuration_gpt_dag import GPTDAGConfig
from .exact_dag import ExactState
from .limb_tensor import within_int64
from .number_text import NumberText
from .plan_choices import PlanChoice
from .plan_search import value_loss, written_numbers
from .plans import IGNORE_INDEX


def plan_cross_entropy(choice: PlanChoice, gate: Tensor, plan_labels: Tensor) -> Tensor:
    """() sum of -log p over all labelled choices, plus -log gate at every token that has a label.

    A label says what the token should write, so opening the gate is a choice like the others. Without its term the
    gate opens no further than the training text needs, and the backbone disturbs longer numbers.

    gate: (B, T). plan_labels: (B, T, D, 3) integers, -100 where a choice is not labelled.
    """
    labelled = (plan_labels != IGNORE_INDEX).any(-1).any(-1).flatten()
    index = labelled.nonzero().squeeze(-1)
    plans = plan_labels.flatten(0, 1)[index].long().unsqueeze(1)  # (P, 1, D, 3)
    gate = gate.flatten()[index].float()
    gate_loss = -torch.where(gate > 0, gate, 1.0).clamp(min=torch.finfo(torch.float).tiny).log()
    return gate_loss.sum() - choice.log_prob_at(index, plans).sum()


def shut_gate_cross_entropy(gate: Tensor, labels: Tensor, plan_labels: Tensor | None = None) -> Tensor:
    """() sum of -log(1 - gate) over the tokens whose next token has no label and which have no plan label.

    The next-token loss does not train these gates, and one that stays half open disturbs the backbone's prediction.

    gate: (B, T). labels: (B, T), plan_labels: (B, T, D, 3), -100 where there is none.
    """
    unlabelled = F.pad(labels[:, 1:] == IGNORE_INDEX, (0, 1), value=True)
    if plan_labels is not None:
        unlabelled = unlabelled & (plan_labels == IGNORE_INDEX).all(-1).all(-1)
    # The factor keeps the loss of a gate of exactly 1 finite.
    return torch.where(unlabelled, -torch.log1p(-gate.float() * (1 - 1e-6)), 0.0).sum()


def value_loss_of_labels(
    config: GPTDAGConfig, state: ExactState, gate: Tensor, text: NumberText, index: Tensor, labels: Tensor
) -> Tensor:
    """() sum over the numbers that the labels (B, T) write; numbers that are not labelled whole are left out.

    A number at which labels begin answers the prompt before it, which has no labels.

    The numbers are those that the forward pass has read, so that target and operands are read alike: a masked token is
    part of no number, and the first token of a call is read with the cached ones before it. Plans are searched in
    numbers of at most 18 digits, whatever `config.dag_digits`: to the search longer ones have no value.

    gate: (B, T). text: over (B, L) tokens. index: (T,), indices of this call's tokens among them.
    """
    written = written_numbers(text, index)
    ignored = F.pad((labels == IGNORE_INDEX).long().cumsum(1), (0, 1), mode="replicate")
    tokens = torch.arange(labels.shape[1], device=labels.device)
    unlabelled = ignored.gather(1, tokens + written.length) - ignored[:, :-1]
    num_initial = state.slots.shape[-1] - config.dag_depth
    initial = within_int64(state.initial(num_initial))
    repeats = state.choice.repeats
    return value_loss(
        state.choice,
        gate,
        initial if repeats is None else initial.masked(~repeats),
        written._replace(value=written.value.masked(unlabelled == 0)),
        is_answer=labels == IGNORE_INDEX,
        depth=config.dag_depth,
        operations=config.dag_operations,
        num_positions=config.dag_value_positions,
        num_numbers=num_initial - len(config.dag_constants),
        precision=config.dag_precision,
        trailing_zeros=config.dag_trailing_zeros,
    )
