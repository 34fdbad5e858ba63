"""What the planner reads of a pretrained backbone: input embeddings, a middle layer and the last layer.

What is unusual: the last hidden states alone are not enough, since they predict the next token and little else. Which
operation is asked for is found best in a middle layer, and which token stands at a position in the input embeddings.
Each of the three is normalised, then all are mixed.
"""

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPast


class PlannerInput(nn.Module):
    """Input embeddings, middle and last hidden states, (B, T, H) each -> (B, T, H)."""

    def __init__(self, hidden_size: int):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(hidden_size) for _ in range(3))
        self.mix = nn.Linear(3 * hidden_size, hidden_size)

    def forward(self, embeddings: Tensor, middle: Tensor, last: Tensor) -> Tensor:
        states = (embeddings, middle, last)
        return self.mix(torch.cat([norm(part) for norm, part in zip(self.norms, states, strict=True)], -1))


def run_backbone(
    backbone: PreTrainedModel, planner_layer: int | None, **inputs
) -> tuple[BaseModelOutputWithPast, Tensor | None]:
    """The backbone's output, and the hidden states (B, T, H) of `planner_layer` where that is given."""
    if planner_layer is None:
        return backbone(**inputs), None
    asked = inputs.pop("output_hidden_states", None)
    asked = backbone.config.output_hidden_states if asked is None else asked
    selected = asked
    if asked is not True:
        selected = [asked] if type(asked) is int else list(asked or [])
        selected.append(planner_layer)
    outputs = backbone(**inputs, output_hidden_states=selected)
    middle = outputs.hidden_states[planner_layer]
    if asked is False:
        outputs.hidden_states = None
    return outputs, middle


def backbone_features(backbone: PreTrainedModel, planner_layer: int | None, **inputs) -> Tensor:
    """What `backbone_hidden_states` takes: (B, T, H), or (B, T, 2, H) where the planner reads a layer of its own."""
    outputs, middle = run_backbone(backbone, planner_layer, use_cache=False, **inputs)
    last = outputs.last_hidden_state
    assert last is not None
    return last if middle is None else torch.stack([last, middle], 2)


def split_features(features: Tensor) -> tuple[Tensor, Tensor | None]:
    """The inverse of `backbone_features`: last hidden states (B, T, H), and those of the planner's layer, if any."""
    if features.dim() == 3:
        return features, None
    last, middle = features.unbind(2)
    return last, middle
