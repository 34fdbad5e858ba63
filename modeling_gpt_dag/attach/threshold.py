"""The least gate and the least probability of a plan that are presented, chosen on texts that training has left out.

What is unusual: nothing is labelled anew. Where the gate opens, the number that stands there in the text says whether
the result is right; a gate that opens where no number stands is wrong.
"""

from itertools import product
from typing import NamedTuple

import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, Subset

from ..exact_dag import ExactDAG
from ..gate_mixer import GATE_THRESHOLD
from ..limb_tensor import within_int64
from ..modeling_gpt_dag import GPTDAGForCausalLM
from ..plan_search import written_numbers
from .feature_store import Examples, collate_packed

HELD_BACK = 20  # one text in so many
GATES = (0.0, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
PLAN_PROBS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
BATCH = 16


class Presented(NamedTuple):
    """A result that a model presents, by how open the gate is and how probable the plan."""

    gate: float
    plan_prob: float
    is_right: bool


def split_held_back(examples: Examples) -> tuple[Dataset, Dataset]:
    """The examples to train on, and the others, which are of those that know where a plan is labelled, if anywhere."""
    labelled = [index for index, example in enumerate(examples.examples) if example.plans is not None]
    held_back = set(labelled[::HELD_BACK])
    rest = [index for index in range(len(examples)) if index not in held_back]
    return Subset(examples, rest), Subset(examples, sorted(held_back))


@torch.no_grad()
def presented_results(model: GPTDAGForCausalLM, examples: Dataset) -> list[Presented]:
    """Every result that a model presents in these texts."""
    presented: list[Presented] = []
    for batch in DataLoader(examples, batch_size=BATCH, collate_fn=collate_packed):
        kept = ("input_ids", "position_ids", "backbone_hidden_states")
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
        is_presented = (dag.gate > GATE_THRESHOLD) & (text.written[:, index] == 0)
        told = (dag.gate, dag.plan_prob, is_right)
        presented += map(Presented, *(part[is_presented].tolist() for part in told))
    return presented


def best_thresholds(presented: list[Presented], wrong_cost: float) -> tuple[float, float]:
    """The least gate and the least probability of a plan with which the right results, less `wrong_cost` for each
    wrong one, are most; the smallest of equals.
    """

    def worth(thresholds: tuple[float, float]) -> float:
        gate, plan_prob = thresholds
        kept = [each.is_right for each in presented if each.gate >= gate and each.plan_prob >= plan_prob]
        return sum(1.0 if is_right else -wrong_cost for is_right in kept)

    return max(product(GATES, PLAN_PROBS), key=worth)


def set_thresholds(model: GPTDAGForCausalLM, gate: float, plan_prob: float):
    """From now on nothing less certain is presented; a least gate that the model has stays the least."""
    assert isinstance(model.model.dag, ExactDAG), "soft numerics has no plans"
    model.config.dag_min_plan_prob = model.model.dag.min_plan_prob = plan_prob
    model.config.dag_min_gate = model.model.mixer.min_gate = max(gate, model.config.dag_min_gate)
