"""Exact fractions as tensors: `mantissa / (denominator * 10**scale)`, or no number at all.

What is unusual: a fraction is a decimal over a denominator that is coprime to 10, in lowest terms. Factors of two and
five go into the scale. So what is a decimal has the denominator 1, and the mantissa and scale that a `DecimalTensor`
gives it: 6.00 / 4 is 1.5, while 100 / 3 stays 100 / 3, and three times that is 100. Where a fraction takes part or
results, trailing zeros are dropped. Nothing is rounded before it is written (`written`).

Sources: Knuth, The Art of Computer Programming 2, section 4.5.1, for sums and products in lowest terms. The General
Decimal Arithmetic specification (https://speleotrove.com/decimal) for trailing zeros and half-even rounding.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from .decimal_tensor import LIMIT, MAX_DIGITS, NO_VALUE, DecimalTensor, first_exponent, power_of_ten, shift_left

# The largest powers of two and five below 10**18.
MAX_TWOS, MAX_FIVES = 59, 25
# A quotient is estimated in float64. Up to so many digits the estimate is off by a few units, which int64 corrects.
MAX_PRECISION = 16


class FractionTensor(NamedTuple):
    """Exact fractions; the five tensors share one shape.

    mantissa: int64, |mantissa| < 10**18, 0 where there is no value.
    scale: int64, 0..18, 0 where there is no value.
    denominator: int64, 1 <= denominator < 10**18, coprime to 10 and to the mantissa; 1 where there is no value.
    valid: bool, whether there is a value.
    rounded: bool, whether an operation that gave it, or gave an operand of it, has rounded.
    """

    mantissa: Tensor
    scale: Tensor
    denominator: Tensor
    valid: Tensor
    rounded: Tensor

    @classmethod
    def whole(cls, number: Tensor, valid: Tensor) -> "FractionTensor":
        """Integers |number| < 10**18 as fractions; without value where `valid` is false."""
        one = torch.ones_like(number)
        return cls(number * valid, torch.zeros_like(number), one, valid, torch.zeros_like(valid))

    @classmethod
    def of(cls, value: DecimalTensor) -> "FractionTensor":
        return cls(
            value.mantissa,
            value.scale,
            torch.ones_like(value.mantissa),
            value.valid,
            torch.zeros_like(value.valid),
        )

    @property
    def decimal(self) -> DecimalTensor:
        """The same numbers, without value where they are no decimals."""
        return DecimalTensor(self.mantissa, self.scale, self.valid).masked(self.denominator == 1)

    @property
    def exact(self) -> Tensor:
        """bool: whether there is a value, which can be written without rounding, and to which nothing was rounded."""
        return self.valid & (self.denominator == 1) & ~self.rounded

    def where(self, condition: Tensor, other: "FractionTensor") -> "FractionTensor":
        """Elements of `self` where `condition`, else of `other`."""
        return FractionTensor(
            *(torch.where(condition, mine, theirs) for mine, theirs in zip(self, other, strict=True))
        )

    def masked(self, keep: Tensor) -> "FractionTensor":
        """The same fractions, without value where `keep` is false."""
        valid = self.valid & keep
        denominator = torch.where(valid, self.denominator, 1)
        return FractionTensor(self.mantissa * valid, self.scale * valid, denominator, valid, self.rounded & valid)

    def checked(self) -> "FractionTensor":
        """The fractions that fit 18 digits above and below and 18 decimals; the others have no value."""
        fits = (self.mantissa.abs() < LIMIT) & (self.denominator < LIMIT) & (self.scale <= MAX_DIGITS)
        return self.masked(fits)

    def pack(self) -> Tensor:
        """(3, ...) int64: mantissas; scales, NO_VALUE where there is no value; denominators, below 0 where rounded."""
        scale = torch.where(self.valid, self.scale, NO_VALUE)
        return torch.stack([self.mantissa, scale, torch.where(self.rounded, -self.denominator, self.denominator)])

    @classmethod
    def unpack(cls, packed: Tensor) -> "FractionTensor":
        """The fractions packed as (3, ...), or the decimals packed as (2, ...) by `DecimalTensor.pack`."""
        decimal = DecimalTensor.unpack(packed[:2])
        if packed.shape[0] == 2:
            return cls.of(decimal)
        denominator = torch.where(decimal.valid, packed[2], 1)
        return cls(decimal.mantissa, decimal.scale, denominator.abs(), decimal.valid, denominator < 0)

    def unbind(self) -> tuple["FractionTensor", ...]:
        """The fractions along the first dimension."""
        return tuple(FractionTensor(*parts) for parts in zip(*(part.unbind(0) for part in self), strict=True))

    def shortened(self, chosen: Tensor) -> "FractionTensor":
        """Without trailing zeros behind the point, where `chosen`."""
        # gcd takes long where there is something to find, so it gets a 1 where nothing is asked for.
        number = torch.where(chosen, self.mantissa, 1)
        twos, fives = count_twos(number & -number), count_fives(torch.gcd(number, largest_five(number)))
        # No more than 18: an overflow may have a larger scale, and 10**64 is 0 in int64.
        zeros = torch.minimum(torch.minimum(twos, fives), self.scale).clamp(max=MAX_DIGITS)
        scale = (self.scale - zeros) * (number != 0)
        return self._replace(mantissa=self.mantissa // power_of_ten(zeros), scale=scale)

    def to_float(self) -> Tensor:
        """float64, 0 where there is no value; an estimate."""
        return self.mantissa.double() / self.denominator.double() / power_of_ten(self.scale).double()


def largest_five(like: Tensor) -> Tensor:
    """() 5**25, which every smaller power of five divides."""
    return torch.full((), 5**MAX_FIVES, dtype=torch.long, device=like.device)


def count_twos(power: Tensor) -> Tensor:
    """The exponent of a power of two; 0 of 0."""
    return torch.bucketize(power, torch.pow(2, torch.arange(MAX_TWOS + 1, device=power.device)))


def count_fives(power: Tensor) -> Tensor:
    """The exponent of a power of five."""
    return torch.bucketize(power, torch.pow(5, torch.arange(MAX_FIVES + 1, device=power.device)))


def product_of(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """left * right in int64, and whether it fits: a float32 estimate, good to 1e-6, tells what is below 4 * 10**18."""
    return left * right, (left.float() * right.float()).abs() < 4e18


def add(left: FractionTensor, right: FractionTensor) -> FractionTensor:
    """The sum, with as many decimals as the operand that has more."""
    return finished(total(left, right), left, right)


def total(left: FractionTensor, right: FractionTensor) -> FractionTensor:
    """The sum in lowest terms, to be `finished`."""
    common = torch.gcd(left.denominator, right.denominator)
    factors = torch.stack([right.denominator, left.denominator]) // common
    denominator, fits = product_of(left.denominator, factors[0])
    terms, fit = product_of(torch.stack([left.mantissa, right.mantissa]), factors)
    scale = torch.maximum(left.scale, right.scale)
    terms, move = shift_left(terms, scale - torch.stack([left.scale, right.scale]))
    mantissa = terms.sum(0)
    reduced = torch.gcd(mantissa, denominator)
    valid = left.valid & right.valid & fits & (fit & move).all(0)
    return FractionTensor(mantissa // reduced, scale, denominator // reduced, valid, torch.zeros_like(valid))


def negative(value: FractionTensor) -> FractionTensor:
    return value._replace(mantissa=-value.mantissa)


def multiply(left: FractionTensor, right: FractionTensor) -> FractionTensor:
    """The product, with as many decimals as both operands together."""
    result = ratio(left, right.mantissa, right.denominator, left.scale + right.scale, right.valid)
    return finished(result, left, right)


def divide(left: FractionTensor, right: FractionTensor) -> FractionTensor:
    """The quotient, with as few decimals as it needs, but at least left.scale - right.scale, as in `decimal`."""
    right = right.masked(right.mantissa != 0)
    top = right.denominator * right.mantissa.sign()
    bottom = torch.where(right.valid, right.mantissa.abs(), 1)
    return finished(ratio(left, top, bottom, left.scale - right.scale, right.valid), left, right)


def finished(result: FractionTensor, left: FractionTensor, right: FractionTensor) -> FractionTensor:
    """A sum, product or quotient of left and right: without trailing zeros where there are fractions, if it fits."""
    return result.shortened((left.denominator > 1) | (right.denominator > 1) | (result.denominator > 1)).checked()


def ratio(left: FractionTensor, top: Tensor, bottom: Tensor, scale: Tensor, valid: Tensor) -> FractionTensor:
    """left.mantissa * top / (left.denominator * bottom * 10**scale), in lowest terms, to be `finished`.

    That is a product or a quotient. top, bottom: int64, of the other operand or its reciprocal; bottom > 0, and
    coprime to top. scale: may be negative. valid: bool, whether the other operand has a value.
    """
    # What both sides of the fraction share is taken out before anything is multiplied, so that no more overflows than
    # does not fit.
    shared, other_shared = torch.gcd(left.mantissa, bottom), torch.gcd(top, left.denominator)
    mantissa, fits = product_of(left.mantissa // shared, top // other_shared)
    bottom = bottom // shared
    # Twos and fives go from the denominator into the scale. The larger exponent is the number of decimals that they
    # need; multiplying by the missing twos or fives makes them a power of ten.
    two, five = bottom & -bottom, torch.gcd(bottom, largest_five(bottom))
    twos, fives = count_twos(two), count_fives(five)
    denominator, fits_below = product_of(bottom // (two * five), left.denominator // other_shared)
    missing = twos - fives
    factor = torch.where(missing > 0, torch.pow(5, missing.clamp(0, MAX_FIVES)), torch.pow(2, (-missing).clamp(min=0)))
    mantissa, fits_factor = product_of(mantissa, factor)
    scale = scale + torch.maximum(twos, fives)
    mantissa, moves = shift_left(mantissa, (-scale).clamp(0, MAX_DIGITS))
    valid = left.valid & valid & fits & fits_below & (missing <= MAX_FIVES) & fits_factor & moves
    return FractionTensor(mantissa, scale.clamp(min=0), denominator, valid, torch.zeros_like(valid))


def divide_half_even(number: Tensor, divisor: Tensor, shift: Tensor) -> tuple[Tensor, Tensor]:
    """number * 10**shift / divisor as integers, half even; and whether they are known: up to 10**16.

    A float64 estimate is off by a few units at most. The remainder `N - q D` is then below 2**63, so it is exact
    modulo 2**64, although N may not fit. It says how far to go.

    number, divisor: int64, 0 <= number < 10**18, 1 <= divisor < 10**18. shift: -18..36.
    """
    estimate = number.double() / divisor.double() * torch.pow(10.0, shift.double())
    # A divisor too large for int64 makes a quotient below 1/4, which is rounded to 0.
    divisor, fits = product_of(divisor, power_of_ten((-shift).clamp(0, MAX_DIGITS)))
    is_small = estimate < 1.1 * 10**MAX_PRECISION
    quotient = torch.where(fits & is_small, estimate, 0.0).round().long()
    divisor = torch.where(fits, divisor, 1)
    rest = number * power_of_ten(shift.clamp(min=0)) - quotient * divisor
    units = rest // divisor
    rest, floor = rest - units * divisor, quotient + units
    # 2 * rest may not fit.
    upper = divisor - rest
    quotient = floor + ((rest > upper) | ((rest == upper) & (floor % 2 == 1)))
    return torch.where(fits & is_small, quotient, 0), is_small


def first_digit(value: FractionTensor) -> Tensor:
    """Exponent of the power of ten of the leading digit of |mantissa| / denominator: 0 for 1..9.99, -1 for 1 / 3."""
    magnitude = value.mantissa.abs()
    above, below = first_exponent(magnitude), first_exponent(value.denominator)
    # With the leading digits one above the other, integers say which is the larger.
    is_less = magnitude * power_of_ten(MAX_DIGITS - 1 - above) < value.denominator * power_of_ten(
        MAX_DIGITS - 1 - below
    )
    return above - below - is_less.long()


def written(value: FractionTensor, precision: int | None) -> DecimalTensor:
    """The decimals as which fractions are written: correctly rounded to `precision` significant digits, half even.

    Decimals stay as they are, but those computed from rounded ones have no more digits than these are good for.
    A fraction has no value where the rounded one needs more than 18 decimals, or where precision is None.
    """
    if precision is None:
        return value.decimal
    exponent = first_digit(value)
    shift = precision - 1 - exponent
    magnitude, _ = divide_half_even(value.mantissa.abs(), value.denominator, shift)
    # 9.996 is 10.0, not 10.00.
    carried = (magnitude == 10**precision).long()
    magnitude = torch.where(carried > 0, 10 ** (precision - 1), magnitude)
    scale = value.scale + shift - carried
    # A number below 10**18 and of so few digits fits when its zeros are written.
    magnitude = magnitude * power_of_ten((-scale).clamp(0, MAX_DIGITS))
    rounds = (value.denominator > 1) | (value.rounded & (exponent >= precision))
    mantissa = torch.where(rounds, magnitude * value.mantissa.sign(), value.mantissa)
    scale = torch.where(rounds, scale.clamp(min=0), value.scale)
    return DecimalTensor.checked(mantissa, scale, value.valid)
