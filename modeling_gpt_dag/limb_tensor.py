"""Exact decimals of more than 18 digits as tensors: limbs of eight digits each.

What is unusual: nothing loops over digits, and nothing but the product over limbs. A carry that runs through all limbs
is found by one addition: which limbs give one, and which pass one on, are bits of two integers.

L limbs, the lowest first. A limb is below 10**8 and has the sign of the number. A number of `digits` digits has
`digits // 8 + 1` limbs, so that 10**digits can be told from what fits.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from .decimal_tensor import (
    LIMIT,
    MAX_DIGITS,
    DecimalTensor,
    first_exponent,
    format_decimal,
    parse_decimal,
    power_of_ten,
)

LIMB_DIGITS = 8
BASE = 10**LIMB_DIGITS
# float64, in which values are shown, ends at 1.8e308. The bits of an int64 would do for 480 digits.
MAX_LIMB_DIGITS = 256
# More than what is carried from a limb after the first round: a number of limbs and a few.
MOST_CARRIED = 1000


def num_limbs(digits: int) -> int:
    """L of numbers of so many digits."""
    return digits // LIMB_DIGITS + 1


class LimbTensor(NamedTuple):
    """Exact decimals; the methods are those of `DecimalTensor`.

    limbs: (L, ...) int64, of one sign; 0 where there is no value.
    scale: (...) int64, digits after the decimal point; 0 where there is no value.
    valid: (...) bool, whether there is a value.
    """

    limbs: Tensor
    scale: Tensor
    valid: Tensor

    @classmethod
    def constants(cls, texts: Sequence[str], digits: int, device: torch.device | None = None) -> "LimbTensor":
        """Decimal texts as a (len(texts),) tensor; raises what `parse_decimal` raises."""
        parsed = [parse_decimal(text, digits) for text in texts]
        rows = [[_limb(mantissa, index) for mantissa, _ in parsed] for index in range(num_limbs(digits))]
        scale = torch.tensor([scale for _, scale in parsed], dtype=torch.long, device=device)
        limbs = torch.tensor(rows, dtype=torch.long, device=device)
        return cls(limbs, scale, torch.ones_like(scale, dtype=torch.bool))

    def map(self, function: Callable[[Tensor], Tensor]) -> "LimbTensor":
        """Apply a shape function to each limb, to the scale and to `valid`."""
        limbs = torch.stack([function(limb) for limb in self.limbs.unbind(0)])
        return LimbTensor(limbs, function(self.scale), function(self.valid))

    def where(self, condition: Tensor, other: "LimbTensor") -> "LimbTensor":
        """Elements of `self` where `condition`, else of `other`."""
        return LimbTensor(*(torch.where(condition, mine, theirs) for mine, theirs in zip(self, other, strict=True)))

    def masked(self, keep: Tensor) -> "LimbTensor":
        """The same decimals, without value where `keep` is false."""
        valid = self.valid & keep
        return LimbTensor(self.limbs * valid, self.scale * valid, valid)

    def pack(self) -> Tensor:
        """(L + 1, ...) int64: limbs and scales; the scale is 8 L where there is no value."""
        scale = torch.where(self.valid, self.scale, LIMB_DIGITS * len(self.limbs))
        return torch.cat([self.limbs, scale.unsqueeze(0)])

    @classmethod
    def unpack(cls, packed: Tensor) -> "LimbTensor":
        """The decimals packed as (L + 1, ...); where there is no value, the packed limbs may be anything."""
        valid = packed[-1] < LIMB_DIGITS * (len(packed) - 1)
        return cls(packed[:-1] * valid, packed[-1] * valid, valid)

    def to_float(self) -> Tensor:
        """float64, 0 where there is no value; for display and logs, never for a result."""
        powers = torch.tensor(float(BASE), dtype=torch.double, device=self.limbs.device) ** _index(self.limbs)
        return (self.limbs * powers).sum(0) / torch.pow(10.0, self.scale.double())

    def texts(self) -> list[str | None]:
        """Decimal text of each value, None where there is none; flattened."""
        columns = zip(*self.limbs.reshape(len(self.limbs), -1).tolist(), strict=True)
        mantissas = (sum(limb * BASE**index for index, limb in enumerate(column)) for column in columns)
        rows = zip(mantissas, self.scale.flatten().tolist(), self.valid.flatten().tolist(), strict=True)
        return [format_decimal(mantissa, scale) if valid else None for mantissa, scale, valid in rows]

    def abs(self) -> "LimbTensor":
        return self._replace(limbs=self.limbs.abs())

    @property
    def is_negative(self) -> Tensor:
        """(...) bool."""
        return self.limbs.sum(0) < 0

    def leading_exponent(self) -> Tensor:
        """(...) int64: digits after the first of all digits; the values are not negative."""
        exponent = first_exponent(self.limbs) + LIMB_DIGITS * _index(self.limbs)
        return (exponent * (self.limbs > 0)).amax(0)

    def digit(self, exponent: Tensor) -> Tensor:
        """The digit worth 10**exponent, of values that are not negative; exponents beyond the limbs are clamped.

        exponent: (...), as large as the values or broadcast against them.
        """
        exponent = exponent.clamp(0, LIMB_DIGITS * len(self.limbs) - 1)
        limb = (exponent // LIMB_DIGITS).unsqueeze(0)
        limbs = self.limbs.expand(-1, *exponent.shape).gather(0, limb).squeeze(0)
        return limbs // power_of_ten(exponent % LIMB_DIGITS) % 10

    def shortened(self) -> "LimbTensor":
        """Without trailing zeros behind the point."""
        limbs = self.limbs.abs()
        units = power_of_ten(torch.arange(1, LIMB_DIGITS, device=limbs.device)).view(-1, *[1] * limbs.ndim)
        in_limb = (limbs % units == 0).sum(0)
        empty = (limbs == 0).cumprod(0)  # it and all below
        first = empty.sum(0)
        zeros = LIMB_DIGITS * first + in_limb.gather(0, first.clamp(max=len(limbs) - 1).unsqueeze(0)).squeeze(0)
        zeros = torch.minimum(zeros, self.scale)
        # Whole limbs move down, then each takes the lowest digits of the next.
        index = _index(limbs) + zeros // LIMB_DIGITS
        above = F.pad(self.limbs, (0, 0) * (self.limbs.ndim - 1) + (0, len(limbs) + 1))
        low, high = (above.gather(0, index + step) for step in (0, 1))
        unit = power_of_ten(zeros % LIMB_DIGITS)
        quotient = low.abs() // unit + high.abs() % unit * (BASE // unit)
        sign = self.limbs.sum(0).sign()
        return LimbTensor(quotient * sign, (self.scale - zeros) * self.valid, self.valid)

    def narrow(self) -> DecimalTensor:
        """The values of at most 18 digits and 18 decimals; the others have none."""
        low, middle, high = self.limbs[:3]
        fits = (high.abs() < LIMIT // BASE**2) & (self.limbs[3:] == 0).all(0)
        mantissa = low + BASE * (middle + BASE * (high * fits))
        return DecimalTensor.checked(mantissa, self.scale, self.valid & fits)

    @classmethod
    def widen(cls, values: DecimalTensor, limbs: int) -> "LimbTensor":
        """The same values in L limbs, 3 at least."""
        magnitude = values.mantissa.abs()
        parts = [magnitude % BASE, magnitude // BASE % BASE, magnitude // BASE**2]
        parts += [torch.zeros_like(magnitude)] * (limbs - len(parts))
        return cls(torch.stack(parts) * values.mantissa.sign(), values.scale, values.valid)


Decimals = DecimalTensor | LimbTensor


def unpack(packed: Tensor, digits: int) -> Decimals:
    """The decimals packed for so many digits: (2, ...) up to 18, (L + 1, ...) beyond."""
    return LimbTensor.unpack(packed) if digits > MAX_DIGITS else DecimalTensor.unpack(packed)


def within_int64(values: Decimals) -> DecimalTensor:
    """Those of at most 18 digits; the others have no value."""
    return values.narrow() if isinstance(values, LimbTensor) else values


def _limb(mantissa: int, index: int) -> int:
    limb = abs(mantissa) // BASE**index % BASE
    return -limb if mantissa < 0 else limb


def _index(limbs: Tensor) -> Tensor:
    """(L, 1, ...): the index of each limb."""
    return torch.arange(len(limbs), device=limbs.device).view(-1, *[1] * (limbs.ndim - 1))


def sum_of_digits(digit: Tensor, exponent: Tensor, limbs: int) -> Tensor:
    """(L, ...): the sum over the last dimension of digit * 10**exponent. Where an exponent fits no limb, digit is 0.

    digit, exponent: (..., W).
    """
    exponent = exponent.clamp(0, LIMB_DIGITS * limbs - 1)
    total = digit.new_zeros(*digit.shape[:-1], limbs)
    worth = digit * power_of_ten(exponent % LIMB_DIGITS)
    return total.scatter_add(-1, exponent // LIMB_DIGITS, worth).movedim(-1, 0)


def multiply_add(moved: Tensor, factor: Tensor, stays: Tensor) -> tuple[Tensor, Tensor]:
    """Limbs (L, ...) of moved * factor + stays, and whether the product is below 10**(8 L), (...) bool.

    Where it is not, the limbs mean nothing. The highest limb of the sum may exceed a limb.

    moved, factor, stays: (L, ...).
    """
    columns = torch.addcmul(stays, moved[0], factor)
    for place in range(1, len(moved)):
        columns[place:].addcmul_(moved[place], factor[: len(moved) - place])
    index = _index(moved)
    highest, highest_of_factor = ((index * (part != 0)).amax(0) for part in (moved, factor))
    return _signed(_carried(columns)), highest + highest_of_factor < len(moved)


def _carried(columns: Tensor) -> Tensor:
    """Limbs 0..10**8 - 1 of the number of which these are the sums by place; the highest takes the sign and the rest.

    columns: (L, ...), changed in place.
    """
    lower, upper = columns[:-1], columns[1:]
    # Two rounds leave each limb but the highest between 0 and 10**8 + 2 * MOST_CARRIED, with at most 1 to carry.
    for least in (0, MOST_CARRIED):
        carried = torch.div(lower - least, BASE, rounding_mode="floor")
        lower.sub_(carried, alpha=BASE)
        upper.add_(carried)
    gives, passes = _bits(lower >= BASE), _bits(lower == BASE - 1)
    carried = _flags((2 * gives + passes) ^ passes, columns)
    columns.add_(carried)
    lower.sub_(carried[1:], alpha=BASE)
    return columns


def _signed(limbs: Tensor) -> Tensor:
    """The same number with all limbs of its sign, which the highest limb tells.

    limbs: (L, ...), changed in place.
    """
    # Of a negative number the lowest limb that is not 0 borrows from the next, and so do all limbs above it.
    filled = _bits(limbs[:-1] != 0)
    borrows = _flags(-(filled & -filled) * (limbs[-1] < 0), limbs[:-1])
    limbs[:-1].sub_(borrows, alpha=BASE)
    limbs[1:].add_(borrows)
    return limbs


def _bits(flags: Tensor) -> Tensor:
    """(...) int64 whose bit i is flags[i]."""
    return (flags.long() << _index(flags)).sum(0)


def _flags(bits: Tensor, like: Tensor) -> Tensor:
    """The bits 0 or 1 of (...), as many as `like` (n, ...) has rows."""
    return (bits >> _index(like)) & 1
