"""The least confidence in a result that is presented, chosen on texts that training has left out.

The confidence is the gate times the probability of the plan: that a result is asked for, and that it is this one.

What is unusual: nothing is labelled anew. Where the gate opens, the number that stands there in the text says whether
the result is right; a gate that opens where no number stands is wrong. The few texts are not searched for the best
threshold, which would be chance. A curve is fitted to them, and says from where on results are right often enough.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, Subset

from ..exact_dag import ExactDAG
from ..gate_mixer import GATE_THRESHOLD
from ..limb_tensor import within_int64
from ..modeling_gpt_dag import GPTDAGForCausalLM
from ..plan_search import written_numbers
from ..plans import IGNORE_INDEX
from .feature_store import Examples, collator

HELD_BACK = 20  # one text in so many
CONFIDENCES = (0.01, 0.99)  # what is surer than that counts as that sure
PRIOR_WEIGHT = 1.0
BATCH = 16


class Presented(NamedTuple):
    """A result that a model presents, and how sure it is of it."""

    confidence: float
    is_right: bool


def split_held_back(examples: Examples) -> tuple[Subset, Subset]:
    """The examples to train on, and the others, which are of those that know where a plan is labelled, if anywhere."""
    labelled = [index for index, example in enumerate(examples.examples) if example.plans is not None]
    held_back = set(labelled[::HELD_BACK])
    rest = [index for index in range(len(examples)) if index not in held_back]
    return Subset(examples, rest), Subset(examples, sorted(held_back))


@torch.no_grad()
def presented_results(model: GPTDAGForCausalLM, examples: Dataset) -> list[Presented]:
    """Every result that a model presents in these texts, but where a deferred one could stand: there any is right."""
    presented: list[Presented] = []
    for batch in DataLoader(examples, batch_size=BATCH, collate_fn=collator(examples)):
        kept = ("input_ids", "attention_mask", "position_ids", "backbone_hidden_states")
        given = {name: batch[name].to(model.device) for name in kept if name in batch}
        outputs = model.model(**given, output_dag=True, use_cache=False)
        dag, text, index = outputs.dag, outputs.number_text, outputs.token_index
        following = written_numbers(text, index).value
        result = within_int64(dag.decimals.map(lambda part: part[..., -1]))
        is_right = torch.zeros_like(following.valid)
        # The number may stand behind a blank and a currency sign that the DAG leaves out.
        for skipped in range(3):
            mantissa, scale, valid = (F.pad(part, (0, skipped))[:, skipped:] for part in following)
            equal = (mantissa == result.mantissa) & (scale == result.scale)
            is_right |= equal & valid & result.valid
        # Within a number the decision before it is told of again.
        is_presented = (
            (dag.gate > GATE_THRESHOLD) & (text.since_decision[:, index] == 0) & ~_is_left_out(batch).to(index.device)
        )
        told = (dag.gate * dag.plan_prob, is_right)
        presented += map(Presented, *(part[is_presented].tolist() for part in told))
    return presented


def _is_left_out(batch: dict[str, Tensor]) -> Tensor:
    """(B, T) bool: padding, and where a plan is labelled and the next token is not, which is a deferred result."""
    mask = batch.get("attention_mask")
    is_left_out = torch.zeros_like(batch["labels"], dtype=torch.bool) if mask is None else mask == 0
    if "plan_labels" not in batch:
        return is_left_out
    is_planned = (batch["plan_labels"] != IGNORE_INDEX).any(-1).any(-1)
    is_deferred = is_planned & (F.pad(batch["labels"][:, 1:], (0, 1), value=IGNORE_INDEX) == IGNORE_INDEX)
    return is_left_out | is_deferred


def calibration(presented: list[Presented]) -> tuple[float, float]:
    """Slope and intercept: sigmoid(slope * logit(confidence) + intercept) is the probability that a result is right.

    This is Platt scaling (Platt 1999, "Probabilistic outputs for support vector machines"). The fit is drawn slightly
    towards (1, 0), a model that knows how sure it is; without any result it is that.
    """
    prior = torch.tensor([1.0, 0.0], dtype=torch.double)
    told = torch.tensor(presented, dtype=torch.double).view(-1, 2)
    sureness, is_right = told[:, 0].clamp(*CONFIDENCES).logit(), told[:, 1]
    fit = prior.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([fit], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        error = F.binary_cross_entropy_with_logits(fit[0] * sureness + fit[1], is_right, reduction="sum")
        error = error + PRIOR_WEIGHT * (fit - prior).square().sum()
        error.backward()
        return error

    optimizer.step(loss)
    slope, intercept = fit.tolist()
    return slope, intercept


def best_threshold(presented: list[Presented], wrong_cost: float) -> float:
    """The least confidence from which on a result is at least `wrong_cost` times as likely right as wrong.

    So many right results a wrong one costs. The threshold is a multiple of 0.01, from 0 to 0.99.
    """
    if wrong_cost == 0:
        return 0.0
    slope, intercept = calibration(presented)
    least, most = torch.tensor(CONFIDENCES, dtype=torch.double).logit().tolist()
    needed = math.log(wrong_cost) - intercept  # slope times sureness
    if needed <= slope * least:
        return 0.0
    sureness = needed / slope if slope > 0 else most
    return round(1 / (1 + math.exp(-min(sureness, most))), 2)


def set_threshold(model: GPTDAGForCausalLM, confidence: float):
    """From now on no result is presented that is less sure."""
    assert isinstance(model.model.dag, ExactDAG), "soft numerics has no plans"
    model.config.dag_min_confidence = model.model.mixer.min_confidence = confidence
