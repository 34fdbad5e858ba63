"""A model without a part of it, for as long as a `with` block lasts: what is the DAG's share of a result?

What is unusual: nothing is trained anew. The same weights answer without what the DAG writes, or with plans that have
nothing to do with the text; what they then cannot do, the DAG did.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Literal

import torch
from transformers import PreTrainedModel

from ..gate_mixer import DAGState

Ablation = Literal["none", "gate_shut", "random_planner"]


@contextmanager
def gate_shut(model: PreTrainedModel) -> Iterator[None]:
    """The model without what its DAG writes: the hidden state passes the mixer as it is."""

    def pass_by(mixer: torch.nn.Module, inputs: tuple[torch.Tensor, torch.Tensor, DAGState], output: tuple) -> tuple:
        return inputs[0], torch.zeros_like(output[1])

    hook = model.base_model.get_submodule("mixer").register_forward_hook(pass_by)
    try:
        yield
    finally:
        hook.remove()


@contextmanager
def random_planner(model: PreTrainedModel, seed: int = 0) -> Iterator[None]:
    """The model with plans that have nothing to do with the text: the planner's weights drawn anew."""
    dag = model.base_model.get_submodule("dag")
    planner = [parameter for name, parameter in dag.named_parameters() if name != "end_embedding"]
    trained = [parameter.detach().clone() for parameter in planner]
    generator = torch.Generator(device=model.device).manual_seed(seed)
    with torch.no_grad():
        for parameter in planner:
            parameter.normal_(0.0, 1.0, generator=generator)
    try:
        yield
    finally:
        with torch.no_grad():
            for parameter, weights in zip(planner, trained, strict=True):
                parameter.copy_(weights)


def ablated(model: PreTrainedModel, ablation: Ablation) -> AbstractContextManager:
    """Context in which the model is measured; raises ValueError where it has no part to take away."""
    if ablation == "none":
        return nullcontext()
    config = model.config
    if config.dag_depth == 0 or (ablation == "random_planner" and config.dag_numerics == "soft"):
        raise ValueError(f"ablation={ablation}: the model has dag_depth={config.dag_depth}, {config.dag_numerics}")
    return gate_shut(model) if ablation == "gate_shut" else random_planner(model)
