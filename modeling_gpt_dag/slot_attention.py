"""Attention over what the joint planner reads: the token that plans, the numbers and the constants.

What is unusual: their order is in their vectors, and each may attend to every other that can be read. So the library's
causal blocks are given a mask of their own.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import GPT2Config
from transformers.models.gpt2.modeling_gpt2 import GPT2Block
from transformers.pytorch_utils import Conv1D

HEADS = 4


class SlotAttention(nn.ModuleList):
    """`num_layers` blocks of GPT-2, `width` wide."""

    def __init__(self, width: int, num_layers: int):
        config = GPT2Config(n_embd=width, n_head=HEADS, activation_function="gelu", resid_pdrop=0.0, attn_pdrop=0.0)
        config._attn_implementation = "eager"
        super().__init__(GPT2Block(config) for _ in range(num_layers))
        for module in self.modules():
            if isinstance(module, Conv1D):
                # A mark for _init_weights, which sees one module at a time.
                module._is_planner = True  # type: ignore[assignment]  # not a module

    def forward(self, query: Tensor, slots: Tensor, exists: Tensor) -> tuple[Tensor, Tensor]:
        """The query (M, P) that knows the slots, and slots (M, s, P) that know it and each other.

        exists: (M, s) bool, which slots can be read.
        """
        if len(query) == 0:  # the library's attention refuses an empty batch
            return query, slots
        states = torch.cat([query.unsqueeze(1), slots], 1)
        hidden = F.pad(~exists, (1, 0), value=False)[:, None, None]
        mask = torch.zeros_like(hidden, dtype=states.dtype).masked_fill(hidden, torch.finfo(states.dtype).min)
        for block in self:
            states = block(states, attention_mask=mask)
        return states[:, 0], states[:, 1:]
