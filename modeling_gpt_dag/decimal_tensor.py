"""Exact decimal numbers as tensors: `mantissa * 10**-scale`, or no number at all.

What is unusual: values are not floats. A `DecimalTensor` holds an int64 mantissa, the number of decimals and whether
there is a value. Everything computed from it is exact. What has no exact result has no value; nothing is rounded.
Because trailing zeros are kept, 12.30 + 4.50 is 16.80, as in the General Decimal Arithmetic specification
(https://speleotrove.com/decimal) and in Python's `decimal`.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

import torch
from torch import Tensor

# 10**18 is the largest power of ten in int64. The sum of two smaller mantissas still fits.
MAX_DIGITS = 18
LIMIT = 10**MAX_DIGITS
# Packed decimals mark "no value" by this scale.
NO_VALUE = MAX_DIGITS + 1


class DecimalTensor(NamedTuple):
    """Exact decimals; the three tensors share one shape.

    mantissa: int64, |mantissa| < 10**18, 0 where there is no value.
    scale: int64, digits after the decimal point, 0..18, 0 where there is no value.
    valid: bool, whether there is a value.
    """

    mantissa: Tensor
    scale: Tensor
    valid: Tensor

    @classmethod
    def checked(cls, mantissa: Tensor, scale: Tensor, valid: Tensor) -> "DecimalTensor":
        """The decimals that fit 18 digits and 18 decimals; the others have no value."""
        return cls(mantissa, scale, valid).masked((mantissa.abs() < LIMIT) & (scale <= MAX_DIGITS))

    @classmethod
    def constants(cls, texts: Sequence[str], device: torch.device | None = None) -> "DecimalTensor":
        """Decimal texts such as "100" or "-0.5" as a (len(texts),) tensor; raises what `parse_decimal` raises."""
        parsed = torch.tensor([parse_decimal(text) for text in texts], dtype=torch.long, device=device)
        mantissa, scale = parsed.view(-1, 2).unbind(-1)
        return cls(mantissa, scale, torch.ones_like(mantissa, dtype=torch.bool))

    def map(self, function: Callable[[Tensor], Tensor]) -> "DecimalTensor":
        """Apply a shape function (gather, expand, index, ...) to each of the three tensors."""
        return DecimalTensor(*(function(tensor) for tensor in self))

    def where(self, condition: Tensor, other: "DecimalTensor") -> "DecimalTensor":
        """Elements of `self` where `condition`, else of `other`."""
        return DecimalTensor(*(torch.where(condition, mine, theirs) for mine, theirs in zip(self, other, strict=True)))

    def masked(self, keep: Tensor) -> "DecimalTensor":
        """The same decimals, without value where `keep` is false."""
        valid = self.valid & keep
        return DecimalTensor(self.mantissa * valid, self.scale * valid, valid)

    def pack(self) -> Tensor:
        """(2, ...) int64: mantissas and scales; the scale is NO_VALUE where there is no value."""
        return torch.stack([self.mantissa, torch.where(self.valid, self.scale, NO_VALUE)])

    @classmethod
    def unpack(cls, packed: Tensor) -> "DecimalTensor":
        """The decimals packed as (2, ...); where there is no value, the packed mantissa may be anything."""
        mantissa, scale = packed.unbind(0)
        valid = scale < NO_VALUE
        return cls(mantissa * valid, scale * valid, valid)

    def to_float(self) -> Tensor:
        """float64, 0 where there is no value; for display, logs and approximate search, never for a result."""
        return self.mantissa.double() / power_of_ten(self.scale).double()

    def texts(self) -> list[str | None]:
        """Decimal text of each value, None where there is none; flattened."""
        rows = zip(*(part.flatten().tolist() for part in self), strict=True)
        return [format_decimal(mantissa, scale) if valid else None for mantissa, scale, valid in rows]

    def abs(self) -> "DecimalTensor":
        return self._replace(mantissa=self.mantissa.abs())

    @property
    def is_negative(self) -> Tensor:
        """Whether each value is, bool."""
        return self.mantissa < 0

    def leading_exponent(self) -> Tensor:
        """Digits after the first of all digits, int64; the values are not negative."""
        return first_exponent(self.mantissa)

    def digit(self, exponent: Tensor) -> Tensor:
        """The digit worth 10**exponent, of values that are not negative; exponents beyond 0..18 are clamped."""
        return self.mantissa // power_of_ten(exponent.clamp(0, MAX_DIGITS)) % 10


def parse_decimal(text: str, max_digits: int = MAX_DIGITS) -> tuple[int, int]:
    """Mantissa and number of decimals of "100" or "-0.5"; raises ValueError for more than `max_digits` digits."""
    digits, _, decimals = text.removeprefix("-").partition(".")
    number = digits + decimals
    is_number = number.isascii() and number.isdecimal()
    if not (is_number and int(number) < 10**max_digits and len(decimals) <= max_digits):
        raise ValueError(f"{text!r} is no decimal of at most {max_digits} digits")
    return int(number) * (-1 if text.startswith("-") else 1), len(decimals)


def format_decimal(mantissa: int, scale: int) -> str:
    """Text of mantissa * 10**-scale, the inverse of `parse_decimal`: "100", "-0.50"."""
    # Unlike arithmetic, reading a text rounds to no number of digits.
    return format(Decimal(f"{mantissa}E-{scale}"), "f")


def power_of_ten(exponent: Tensor) -> Tensor:
    """10**exponent in int64, for exponents 0..18."""
    return torch.pow(10, exponent)


def shift_left(mantissa: Tensor, digits: Tensor) -> tuple[Tensor, Tensor]:
    """mantissa * 10**digits for digits 0..18, and whether it fits int64; 0 where it does not.

    A float32 estimate decides. It is good to 1e-6, so its bound 4 * 10**18 stays well below the 9.2 * 10**18 of int64.
    """
    factor = power_of_ten(digits)
    fits = (mantissa.float() * factor.float()).abs() < 4e18
    return torch.where(fits, mantissa, 0) * factor, fits


def first_exponent(magnitude: Tensor) -> Tensor:
    """Exponent of the power of ten of the leading digit of magnitude < 10**18: 0 for 0..9, 1 for 10..99."""
    thresholds = power_of_ten(torch.arange(1, MAX_DIGITS, device=magnitude.device))
    return torch.bucketize(magnitude, thresholds, right=True)
