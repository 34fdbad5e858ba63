"""How two values relate: which is larger, and whether one is a multiple of the other.

What is unusual: the values are estimates in float32, since they are hints to the planner. What is computed is exact
whatever they say.
"""

import torch
from torch import Tensor

# UNKNOWN, or smaller, as large, larger; each of them with "is a multiple" or without.
UNKNOWN, SMALLER, EQUAL, LARGER = range(4)
NUM_RELATIONS = 8
# Estimates nearer than this are taken for equal, quotients nearer to an integer for one.
NEAR = 3e-7
MAX_MULTIPLE = 1e4  # what float32 tells of larger quotients is chance


def value_relations(values: Tensor) -> Tensor:
    """(..., s, s) int64, of the first value to the second: twice the order, plus 1 if the first is a multiple.

    values: (..., s) float32, nan where there is no value.
    """
    first, second = values.unsqueeze(-1), values.unsqueeze(-2)
    is_known = first.isfinite() & second.isfinite()
    is_near = (first - second).abs() <= NEAR * torch.maximum(first.abs(), second.abs())
    order = torch.where(is_near, EQUAL, torch.where(first < second, SMALLER, LARGER))
    quotient = (first / second).abs()
    is_multiple = (quotient - quotient.round()).abs() <= NEAR * quotient
    is_multiple = is_multiple & (quotient > 0) & (quotient < MAX_MULTIPLE)
    return torch.where(is_known, 2 * order + is_multiple, 2 * UNKNOWN)
