"""Roots, exponentials, logarithms and angles of exact fractions: exact where that is possible, else correctly rounded.

What is unusual: a result that is no fraction keeps a few digits more than are written, so that what is computed from
it is good to the last digit written, and is marked as rounded. These digits round to the model's precision as the
result itself does, half even: where they lie in the middle between two roundings, they are moved to the result's side.
It is computed in float64 from the operand as a sum of two float64. Where float64 does not tell on which side it lies,
there is no result. So what is written is what `decimal` gives. Without a precision only exact results are given.

Sources: Dekker, "A floating-point technique for extending the available precision", 1971, for sums of two floats;
Ziv, "Fast evaluation of elementary mathematical functions with correctly rounded last bit", 1991, for the test of
nearness. Which results are exact is the theorem of Lindemann and Weierstrass.
"""

import math

import torch
from torch import Tensor

from .decimal_tensor import MAX_DIGITS, DecimalTensor, power_of_ten, shift_left
from .fraction_tensor import FractionTensor

# Digits that a result keeps: as many as float64 leaves room for, beside the errors of the functions. What is written
# has fewer.
KEPT_DIGITS = 13
MAX_REAL_PRECISION = KEPT_DIGITS - 1
# Bound of the relative error of a result, 8 units in the last place. The functions of torch are good to one.
GUARD = 2.0**-49


def _exact_product(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """left * right as float64 and what is lost by rounding it."""
    product = left * right
    highs, lows = [], []
    for factor in (left, right):
        scaled = factor * 134217729.0  # 2**27 + 1 splits 53 bits into halves
        highs.append(scaled - (scaled - factor))
        lows.append(factor - highs[-1])
    lost = highs[0] * highs[1] - product + highs[0] * lows[1] + lows[0] * highs[1] + lows[0] * lows[1]
    return product, lost


def _two_floats(number: Tensor) -> tuple[Tensor, Tensor]:
    """int64 |number| < 10**18 as a sum of two float64."""
    high = number.double()
    return high, (number - high.long()).double()


def two_floats(value: FractionTensor) -> tuple[Tensor, Tensor]:
    """The value as a sum of two float64, of which the second is below half a unit in the last place of the first.

    The sum is good to 1e-31 of the value.
    """
    above, above_rest = _two_floats(value.mantissa)
    below, below_rest = _two_floats(value.denominator)
    power = power_of_ten(value.scale).double()
    below, lost = _exact_product(below, power)
    below_rest = torch.addcmul(lost, below_rest, power)
    quotient = above / below
    product, lost = _exact_product(quotient, below)
    rest = ((above - product) - lost + above_rest - quotient * below_rest) / below
    high = quotient + rest
    return high, rest - (high - quotient)


def rounded(result: Tensor, valid: Tensor, precision: int | None, error: Tensor | None = None) -> FractionTensor:
    """float64 results of `KEPT_DIGITS` digits, or of 18 decimals where these are fewer; they round to `precision`
    digits as the results do. Without value where that needs more than 18 decimals or digits.

    error: bound of the results' errors, by default `GUARD` of each. Where the result is so close to a tie there is no
    value, either.
    """
    if precision is None:
        return FractionTensor.whole(torch.zeros_like(result, dtype=torch.long), torch.zeros_like(valid))
    magnitude = result.abs()
    error = GUARD * magnitude if error is None else error
    valid = valid & (magnitude > 1e-19) & (magnitude < 1e18)
    magnitude = torch.where(valid, magnitude, 1.0)
    exponent = magnitude.log10().floor().long()
    shift = (KEPT_DIGITS - 1 - exponent).clamp(max=MAX_DIGITS)
    spare = shift + exponent + 1 - precision  # digits beyond those that are written
    up, down = (power_of_ten(digits.clamp(0, MAX_DIGITS)).double() for digits in (shift, -shift))
    scaled, error = magnitude * up / down, error * up / down
    digits = scaled.round()
    mantissa, missing = digits.long(), scaled - digits
    unit = power_of_ten(spare.clamp(min=0))
    is_tie = (mantissa % unit == unit // 2) & (spare > 0)
    is_clear = torch.where(spare > 0, ~is_tie | (missing.abs() > error), (0.5 - missing.abs()) > error)
    mantissa = torch.where(is_tie, mantissa + missing.sign().long(), mantissa)
    # 9.996 is 10.0, not 10.00. A logarithm that is a unit off where the result is near a power of ten does no harm.
    carried = mantissa == power_of_ten(spare.clamp(min=0) + precision)
    mantissa = torch.where(carried, mantissa // 10, mantissa)
    scale = shift - carried.long()
    mantissa, moves = shift_left(mantissa, (-scale).clamp(0, MAX_DIGITS))
    signed = torch.where(result < 0, -mantissa, mantissa)
    decimal = DecimalTensor.checked(signed, scale.clamp(min=0), valid & is_clear & moves & (spare >= 0))
    return FractionTensor.of(decimal)._replace(rounded=decimal.valid)


def _constant(value: int, where: Tensor) -> FractionTensor:
    return FractionTensor.whole(torch.full_like(where, value, dtype=torch.long), where)


def _is_one(a: FractionTensor) -> Tensor:
    return a.valid & (a.denominator == 1) & (a.mantissa == power_of_ten(a.scale))


def _root(number: Tensor) -> tuple[Tensor, Tensor]:
    """The integer root of int64 0 <= number < 10**18, and whether it is exact."""
    root = number.double().sqrt().round().long()
    return root, root * root == number


def exact_sqrt(a: FractionTensor, _: FractionTensor, precision: int | None) -> FractionTensor:
    """The root; none of negative numbers. An exact one has half as many decimals, as in `decimal`."""
    odd = a.scale % 2
    # With an odd number of decimals only 10 * square has a root. The last zero moves it to an even number.
    is_even = (odd == 0) | (a.mantissa % 10 == 0)
    above, is_square = _root(torch.where(odd == 1, a.mantissa // 10, a.mantissa).clamp(min=0))
    below, is_square_below = _root(a.denominator)
    is_exact = a.valid & (a.mantissa >= 0) & is_even & is_square & is_square_below
    mantissa, scale = above * power_of_ten(odd), (a.scale + odd) // 2
    exact = FractionTensor(mantissa, scale, below, is_exact, torch.zeros_like(is_exact)).masked(is_exact)
    exact = exact.shortened(exact.denominator > 1)
    high, low = two_floats(a)
    root = torch.where(high > 0, high, 1.0).sqrt()
    return exact.where(is_exact, rounded(root + low / (2 * root), a.valid & (a.mantissa > 0), precision))


def exact_exp(a: FractionTensor, _: FractionTensor, precision: int | None) -> FractionTensor:
    """e**a; exact of 0 alone."""
    high, low = two_floats(a)
    result = high.exp()
    is_zero = a.valid & (a.mantissa == 0)
    return _constant(1, is_zero).where(is_zero, rounded(torch.addcmul(result, result, low), a.valid, precision))


def _log(a: FractionTensor) -> tuple[Tensor, Tensor]:
    """float64 natural logarithm, and whether there is one."""
    positive = a.valid & (a.mantissa > 0)
    high, low = two_floats(a)
    high = torch.where(positive, high, 1.0)
    return high.log() + low / high, positive


def exact_log(a: FractionTensor, _: FractionTensor, precision: int | None) -> FractionTensor:
    """The natural logarithm, of positive numbers; exact of 1 alone."""
    result, positive = _log(a)
    is_one = _is_one(a)
    return _constant(0, is_one).where(is_one, rounded(result, positive, precision))


def exact_log10(a: FractionTensor, _: FractionTensor, precision: int | None) -> FractionTensor:
    """The logarithm to base 10, of positive numbers; exact of powers of ten alone."""
    result, positive = _log(a)
    # A power of ten shows in the digits: 1000 is 10**3, and 0.010 is 10**(1 - 3).
    zeros = a.mantissa.clamp(min=1).double().log10().round().long().clamp(0, 17)
    is_power = positive & (a.denominator == 1) & (a.mantissa == power_of_ten(zeros))
    exact = FractionTensor.whole(zeros - a.scale, is_power)
    return exact.where(is_power, rounded(result / math.log(10), positive, precision))


def _angle(first: Tensor, second: Tensor, valid: Tensor, precision: int | None) -> FractionTensor:
    """first + second, the addition theorem's terms. Each counts with an error of its own, as the two may cancel."""
    return rounded(first + second, valid, precision, GUARD * (first.abs() + second.abs()))


def exact_sin(a: FractionTensor, _: FractionTensor, precision: int | None) -> FractionTensor:
    """The sine of an angle in radians; exact of 0 alone."""
    high, low = two_floats(a)
    is_zero = a.valid & (a.mantissa == 0)
    return _constant(0, is_zero).where(
        is_zero, _angle(high.sin() * low.cos(), high.cos() * low.sin(), a.valid, precision)
    )


def exact_cos(a: FractionTensor, _: FractionTensor, precision: int | None) -> FractionTensor:
    """The cosine of an angle in radians; exact of 0 alone."""
    high, low = two_floats(a)
    is_zero = a.valid & (a.mantissa == 0)
    return _constant(1, is_zero).where(
        is_zero, _angle(high.cos() * low.cos(), -high.sin() * low.sin(), a.valid, precision)
    )
