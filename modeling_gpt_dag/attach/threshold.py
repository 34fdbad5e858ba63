"""The least probability of a plan that is presented, chosen on texts that the training has left out.

What is unusual: nothing is labelled anew. Where the gate opens, the number that stands there in the text says whether
the result is right; a gate that opens where no number stands is wrong.
"""

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
THRESHOLDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
BATCH = 16


def split_held_back(examples: Examples) -> tuple[Dataset, Dataset]:
    """The examples to train on, and the others, which are of those with labelled plans."""
    labelled = [index for index, example in enumerate(examples.examples) if example.plans]
    held_back = set(labelled[::HELD_BACK])
    rest = [index for index in range(len(examples)) if index not in held_back]
    return Subset(examples, rest), Subset(examples, sorted(held_back))


@torch.no_grad()
def presented_plans(model: GPTDAGForCausalLM, examples: Dataset) -> list[tuple[float, bool]]:
    """Of each result that a model presents: the probability of its plan, and whether it is right."""
    presented: list[tuple[float, bool]] = []
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
        presented += zip(dag.plan_prob[is_presented].tolist(), is_right[is_presented].tolist(), strict=True)
    return presented


def least_plan_prob(presented: list[tuple[float, bool]], wrong_cost: float) -> float:
    """The threshold with the most right results less `wrong_cost` for each wrong one; the smallest of equals."""

    def worth(least: float) -> float:
        kept = [is_right for probability, is_right in presented if probability >= least]
        return sum(1.0 if is_right else -wrong_cost for is_right in kept)

    return max(THRESHOLDS, key=worth)


def set_least_plan_prob(model: GPTDAGForCausalLM, least: float):
    """From now on no plan that is less probable is presented."""
    assert isinstance(model.model.dag, ExactDAG), "soft numerics has no plans"
    model.config.dag_min_plan_prob = model.model.dag.min_plan_prob = least
