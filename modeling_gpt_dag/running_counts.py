"""Counts along a text that restart, without a loop over tokens.

B batch, L tokens, C counts.
"""

import torch
from torch import Tensor


def previous(tensor: Tensor) -> Tensor:
    """tensor[:, t - 1] of a tensor (B, L), 0 before the first token."""
    return torch.nn.functional.pad(tensor, (1, 0))[:, :-1]


def since_latest(counted: Tensor, begins: Tensor) -> Tensor:
    """(B, L, C): how much was counted since the latest token with `begins` = 1, inclusive, or since the text began.

    counted: (B, L, C), what is counted at each token, not negative. begins: (B, L, C), 0 or 1.
    """
    counts = counted.cumsum(1)
    return counts - ((counts - counted) * begins).cummax(1).values
