"""Operations on a range of slots: one step adds up a whole column of numbers.

What is unusual: the operands of a step name the first and the last number of a range, in either order. Sums come from
cumulative sums over the numbers read, so a step costs the same however long the range is. int64 wraps, but differences
of wrapped sums are right whenever the true sum fits.

B batch, T tokens, n numbers read, K plans.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from .decimal_tensor import LIMIT, DecimalTensor, power_of_ten, shift_left
from .fraction_tensor import FractionTensor, divide


class NumberRange(NamedTuple):
    """Ranges of the numbers read, and what all operations need of these.

    numbers: (B, T, n). first, last: (B, T, K), the smaller and the larger slot of each range.
    inside: (B, T, K, n) bool, which numbers are in it. exists: (B, T, K) bool, whether all of these have a value and
    both ends are numbers.
    aligned: (B, T, n), all mantissas at the scale `scale` (B, T, 1), which is the largest of the numbers'; 0 where one
    does not fit. fits: (B, T, n) bool.
    """

    numbers: DecimalTensor
    first: Tensor
    last: Tensor
    inside: Tensor
    exists: Tensor
    aligned: Tensor
    fits: Tensor
    scale: Tensor

    @classmethod
    def of(cls, numbers: DecimalTensor, operand1: Tensor, operand2: Tensor) -> "NumberRange":
        """numbers: (B, T, n). operand1, operand2: (B, T, K), slots; those from n on are no numbers."""
        mantissa, scale, valid = numbers
        count = valid.shape[-1]
        first, last = torch.minimum(operand1, operand2), torch.maximum(operand1, operand2)
        slot = torch.arange(count, device=first.device)
        inside = (slot >= first.unsqueeze(-1)) & (slot <= last.unsqueeze(-1))
        missing = (inside & ~valid.unsqueeze(-2)).any(-1)
        largest = scale.amax(-1, keepdim=True)
        aligned, fits = shift_left(mantissa, largest - scale)
        fits = fits & (aligned.abs() < LIMIT)
        return cls(numbers, first, last, inside, ~missing & (last < count), aligned * fits, fits, largest)

    @property
    def all_fit(self) -> Tensor:
        """(B, T, K) bool: the aligned numbers of the range are right."""
        return ~(self.inside & ~self.fits.unsqueeze(-2)).any(-1)

    def total(self, source: Tensor) -> Tensor:
        """(B, T, K): sums of source (B, T, n) over the ranges, in its dtype; integers wrap."""
        sums = torch.nn.functional.pad(source.cumsum(-1), (1, 0))
        last = self.last.clamp(max=source.shape[-1] - 1)
        return sums.gather(-1, last + 1) - sums.gather(-1, self.first.clamp(max=source.shape[-1] - 1))

    def at(self, slot: Tensor) -> FractionTensor:
        """The numbers at slots (B, T, K)."""
        return FractionTensor.of(self.numbers.map(lambda part: part.gather(-1, slot)))


def _sum(numbers: NumberRange) -> FractionTensor:
    """With as many decimals as the number of the range that has most."""
    aligned = numbers.total(numbers.aligned)
    # Without an estimate a sum that wraps could look small. float64 adds up 64 numbers below 10**18 to 10**4.
    magnitude = numbers.total(numbers.aligned.double().abs())
    scale = torch.where(numbers.inside, numbers.numbers.scale.unsqueeze(-2), 0).amax(-1)
    mantissa = aligned // power_of_ten(numbers.scale - scale)
    total = DecimalTensor.checked(mantissa, scale, numbers.exists & numbers.all_fit & (magnitude < 4e18))
    return FractionTensor.of(total)


def _count(numbers: NumberRange) -> FractionTensor:
    return FractionTensor.whole(numbers.last - numbers.first + 1, numbers.exists)


def _mean(numbers: NumberRange) -> FractionTensor:
    return divide(_sum(numbers), _count(numbers))


def _max_of(numbers: NumberRange) -> FractionTensor:
    inside = torch.where(numbers.inside, numbers.aligned.unsqueeze(-2), -LIMIT)
    return numbers.at(inside.argmax(-1)).masked(numbers.exists & numbers.all_fit)


def _min_of(numbers: NumberRange) -> FractionTensor:
    inside = torch.where(numbers.inside, numbers.aligned.unsqueeze(-2), LIMIT)
    return numbers.at(inside.argmin(-1)).masked(numbers.exists & numbers.all_fit)


def _sums(numbers: Tensor) -> Tensor:
    sums = torch.nn.functional.pad(numbers.cumsum(0), (0, 0, 1, 0))
    return sums[1:].unsqueeze(0) - sums[:-1].unsqueeze(1)


def _counts(numbers: Tensor) -> Tensor:
    slot = torch.arange(len(numbers), dtype=numbers.dtype, device=numbers.device)
    counts = slot.unsqueeze(0) - slot.unsqueeze(1) + 1
    return counts.unsqueeze(-1) + 0 * _sums(numbers)  # nan where a number has no value


def _largest(numbers: Tensor) -> Tensor:
    count = len(numbers)
    return torch.stack([torch.cat([numbers[:first], numbers[first:].cummax(0).values]) for first in range(count)])


class RangeOperation(NamedTuple):
    """exact: on ranges of decimals. approximate: float64 numbers (n, P) -> the result (n, n, P) of the range from each
    slot to each later one, for the search of plans; nan where a number has no value.
    """

    exact: Callable[[NumberRange], FractionTensor]
    approximate: Callable[[Tensor], Tensor]


RANGE_OPERATIONS = {
    "sum": RangeOperation(_sum, _sums),
    "mean": RangeOperation(_mean, lambda numbers: _sums(numbers) / _counts(numbers)),
    "count": RangeOperation(_count, _counts),
    "max_of": RangeOperation(_max_of, _largest),
    "min_of": RangeOperation(_min_of, lambda numbers: -_largest(-numbers)),
}
