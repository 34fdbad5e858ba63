"""Operations on exact fractions that give a fraction or nothing: no result of this module is rounded to fit.

What is unusual: every function takes the precision of the model too, as those of `real_operations.py` need it, and
ignores it. What divides by zero, overflows 18 digits or is not defined has no result.
"""

import torch
from torch import Tensor

from .decimal_tensor import LIMIT, MAX_DIGITS, DecimalTensor, power_of_ten, shift_left
from .fraction_tensor import FractionTensor, add, divide, divide_half_even, multiply, negative, product_of


def exact_sum(a: FractionTensor, b: FractionTensor, _: int | None) -> FractionTensor:
    return add(a, b)


def exact_difference(a: FractionTensor, b: FractionTensor, _: int | None) -> FractionTensor:
    return add(a, negative(b))


def exact_product(a: FractionTensor, b: FractionTensor, _: int | None) -> FractionTensor:
    return multiply(a, b)


def exact_quotient(a: FractionTensor, b: FractionTensor, _: int | None) -> FractionTensor:
    return divide(a, b)


def exact_copy(a: FractionTensor, _: FractionTensor, __: int | None) -> FractionTensor:
    return a


def exact_power(a: FractionTensor, b: FractionTensor, _: int | None) -> FractionTensor:
    """Integer powers by repeated squaring; 0**0 and roots have no result."""
    unit = power_of_ten(b.scale)
    whole = (b.mantissa % unit == 0) & (b.denominator == 1)
    exponent = b.mantissa // unit
    defined = b.valid & whole & ((a.mantissa != 0) | (exponent != 0))
    # For exponents above 63 only the powers of 0, 1 and -1 fit, and these depend on the exponent's parity alone.
    remaining = exponent.abs()
    remaining = torch.where(remaining > 63, 62 + remaining % 2, remaining)
    one = FractionTensor.whole(torch.ones_like(a.mantissa), torch.ones_like(a.valid))
    # For a negative exponent the reciprocal comes first: 1 / 0.5 is 2, while 0.5**19 has too many decimals to invert.
    base = divide(one, a).where(exponent < 0, a)
    # A power of a fraction in lowest terms is in lowest terms: above and below are raised apart.
    square = DecimalTensor(
        torch.stack([base.mantissa, base.denominator]),
        torch.stack([base.scale, torch.zeros_like(base.scale)]),
        torch.stack([base.valid, base.valid]),
    )
    result = DecimalTensor(
        torch.ones_like(square.mantissa), torch.zeros_like(square.scale), torch.ones_like(square.valid)
    )
    for _step in range(6):
        result = multiply_decimals(result, square).where(remaining % 2 == 1, result)
        square = multiply_decimals(square, square)
        remaining = remaining // 2
    above, below = (DecimalTensor(*parts) for parts in zip(*(part.unbind(0) for part in result), strict=True))
    valid = above.valid & below.valid & a.valid & defined
    return FractionTensor(above.mantissa, above.scale, below.mantissa, valid, torch.zeros_like(valid)).masked(valid)


def multiply_decimals(a: DecimalTensor, b: DecimalTensor) -> DecimalTensor:
    mantissa, fits = product_of(a.mantissa, b.mantissa)
    return DecimalTensor.checked(mantissa, a.scale + b.scale, a.valid & b.valid & fits)


def less(a: DecimalTensor, b: DecimalTensor) -> Tensor:
    """a < b. Whole and decimal parts are compared separately: aligning the two could overflow."""
    (whole_a, part_a), (whole_b, part_b) = (
        (
            torch.div(x.mantissa, power_of_ten(x.scale), rounding_mode="floor"),
            x.mantissa % power_of_ten(x.scale) * power_of_ten(MAX_DIGITS - x.scale),
        )
        for x in (a, b)
    )
    return (whole_a < whole_b) | ((whole_a == whole_b) & (part_a < part_b))


def _first_is_kept(a: FractionTensor, b: FractionTensor, is_greater: bool) -> tuple[Tensor, Tensor]:
    """Whether a is at least b (at most, unless `is_greater`), and whether that is known.

    Fractions are compared by a float64 estimate. Where it does not tell them apart their difference does, if it fits.
    """
    sign = 1 if is_greater else -1
    first, second = a.to_float() * sign, b.to_float() * sign
    is_clear = (first - second).abs() > 1e-14 * (first.abs() + second.abs())
    difference = add(a, negative(b))
    kept = torch.where(is_clear, first > second, difference.mantissa * sign >= 0)
    small, large = (DecimalTensor(x.mantissa, x.scale, x.valid) for x in ((a, b) if is_greater else (b, a)))
    decimals = (a.denominator == 1) & (b.denominator == 1)
    return torch.where(decimals, ~less(small, large), kept), decimals | is_clear | difference.valid


def exact_max(a: FractionTensor, b: FractionTensor, _: int | None) -> FractionTensor:
    kept, known = _first_is_kept(a, b, is_greater=True)
    return a.where(kept, b).masked(a.valid & b.valid & known)


def exact_min(a: FractionTensor, b: FractionTensor, _: int | None) -> FractionTensor:
    kept, known = _first_is_kept(a, b, is_greater=False)
    return a.where(kept, b).masked(a.valid & b.valid & known)


def exact_abs(a: FractionTensor, _: FractionTensor, __: int | None) -> FractionTensor:
    return a._replace(mantissa=a.mantissa.abs())


def exact_round(a: FractionTensor, b: FractionTensor, _: int | None) -> FractionTensor:
    """a rounded to b decimals, a tie to the even digit; b is whole, below 0 it rounds to tens, hundreds, ...

    Written with b decimals: 2.5 to 2 decimals is 2.50, as in Python's `round(Decimal("2.5"), 2)`. Half even is the
    rule of `decimal` and of IEEE 754; people who round half up get 3 where this gives 2 from 2.5. A fraction that is
    no decimal can be rounded to at most 16 digits.
    """
    unit = power_of_ten(b.scale)
    whole = (b.mantissa % unit == 0) & (b.denominator == 1)
    # What is rounded to 10**19 and more is 0, and nothing has more than 18 decimals.
    places = (b.mantissa // unit).clamp(-MAX_DIGITS - 1, MAX_DIGITS + 1)
    shift = places - a.scale
    # A decimal that gets zeros is not divided.
    padded, fits = shift_left(a.mantissa, shift.clamp(0, MAX_DIGITS))
    pads = (a.denominator == 1) & (shift >= 0)
    shift = shift.clamp(-2 * MAX_DIGITS, 2 * MAX_DIGITS)
    # More than 18 digits before the last that counts leave 0.
    kept = shift >= -MAX_DIGITS
    rounded, is_small = _rounded_quotient(a, shift)
    mantissa = torch.where(pads, padded, torch.where(kept, rounded, 0) * a.mantissa.sign())
    mantissa, moves = shift_left(mantissa, (-places).clamp(0, MAX_DIGITS))
    valid = a.valid & b.valid & whole & torch.where(pads, fits, is_small) & moves
    scale = places.clamp(min=0)
    return FractionTensor(mantissa, scale, torch.ones_like(scale), valid, torch.zeros_like(valid)).checked()


def _rounded_quotient(a: FractionTensor, shift: Tensor) -> tuple[Tensor, Tensor]:
    """|a.mantissa| * 10**shift / a.denominator, half even, and whether it is known; shift: -36..36, those below -18
    are not looked at."""
    shift = shift.clamp(min=-MAX_DIGITS)
    quotient, is_small = divide_half_even(a.mantissa.abs(), a.denominator, shift)
    # Of decimals, which lose digits here, integers tell.
    unit = power_of_ten((-shift).clamp(min=0))
    floor = a.mantissa.abs() // unit
    rest = a.mantissa.abs() - floor * unit
    up = (rest > unit - rest) | ((rest == unit - rest) & (floor % 2 == 1))
    is_decimal = (a.denominator == 1) & (shift < 0)
    return torch.where(is_decimal, floor + up, quotient), is_small | is_decimal


def exact_floor_divide(a: FractionTensor, b: FractionTensor, _: int | None) -> FractionTensor:
    """The largest integer not above a / b, as Python's `//` of integers: -7 // 2 is -4."""
    divisor = b.mantissa.abs() + (b.mantissa == 0)
    # (a.mantissa * b.denominator) / (a.denominator * b.mantissa) * 10**shift, what both sides share taken out
    shared, other = torch.gcd(a.mantissa, divisor), torch.gcd(a.denominator, b.denominator)
    above, fits = product_of(a.mantissa // shared * b.mantissa.sign(), b.denominator // other)
    below, fits_below = product_of(divisor // shared, a.denominator // other)
    shift = b.scale - a.scale
    up, down = power_of_ten(shift.clamp(min=0)), power_of_ten((-shift).clamp(min=0))
    below = torch.where(fits_below, below, 1)
    # Powers of ten are cut, too; then the whole part and the rest are moved apart.
    common = torch.gcd(below, up)
    below, up = below // common, up // common
    whole = above // below
    moved, fits_moved = product_of(whole, up)
    rest, fits_rest = product_of(above - whole * below, up)
    # The floor of a floor is the floor of the whole quotient.
    quotient = (moved + rest // below) // down
    valid = a.valid & b.valid & (b.mantissa != 0) & fits & fits_below & fits_moved & fits_rest
    return FractionTensor.whole(quotient, valid).checked()


def exact_remainder(a: FractionTensor, b: FractionTensor, precision: int | None) -> FractionTensor:
    """a - b * floor(a / b): it has the sign of b, as Python's `%` of integers: -7 % 2 is 1."""
    return add(a, negative(multiply(b, exact_floor_divide(a, b, precision))))


def exact_percent(a: FractionTensor, b: FractionTensor, _: int | None) -> FractionTensor:
    """a % of b, a * b / 100: 20 % of 50 is 10."""
    hundred = FractionTensor.whole(torch.full_like(a.mantissa, 100), torch.ones_like(a.valid))
    return divide(multiply(a, b), hundred)


def _integer(a: FractionTensor) -> tuple[Tensor, Tensor]:
    """|a| as int64, and whether it is an integer."""
    unit = power_of_ten(a.scale)
    return a.mantissa.abs() // unit, a.valid & (a.mantissa % unit == 0) & (a.denominator == 1)


def exact_gcd(a: FractionTensor, b: FractionTensor, _: int | None) -> FractionTensor:
    """The greatest common divisor of integers, never negative; that of 0 and 0 is 0, as in `math.gcd`."""
    (left, left_whole), (right, right_whole) = _integer(a), _integer(b)
    return FractionTensor.whole(torch.gcd(left, right), left_whole & right_whole)


def _lowest_terms(a: FractionTensor, b: FractionTensor) -> tuple[Tensor, Tensor, Tensor]:
    """|a / b| as numerator and denominator in lowest terms, and whether both have at most 18 digits."""
    (left, left_whole), (right, right_whole) = _integer(a), _integer(b)
    divisor = torch.gcd(left, right).clamp(min=1)
    are_whole = left_whole & right_whole
    # Of others the quotient tells, whose factors of two and five are in the scale.
    quotient = divide(a, b)
    unit = power_of_ten(quotient.scale)
    shared = torch.gcd(quotient.mantissa, unit)
    below, fits = product_of(quotient.denominator, unit // shared)
    valid = torch.where(are_whole, right != 0, quotient.valid & fits & (below < LIMIT))
    numerator = torch.where(are_whole, left // divisor, quotient.mantissa.abs() // shared)
    return numerator, torch.where(are_whole, right // divisor, below), valid & a.valid & b.valid


def exact_fraction(a: FractionTensor, b: FractionTensor, _: int | None) -> FractionTensor:
    """The numerator of a / b in lowest terms: 2 of -6 / -9, -3 of 6 / -4, 1 of 0.5 / 1. It has the sign.

    Behind it a model writes "/", unless the denominator is 1, and then `exact_denominator`: "-3/2".
    """
    numerator, _denominator, valid = _lowest_terms(a, b)
    return FractionTensor.whole(numerator * a.mantissa.sign() * b.mantissa.sign(), valid)


def exact_denominator(a: FractionTensor, b: FractionTensor, _: int | None) -> FractionTensor:
    """The denominator of a / b in lowest terms, always positive: 3 of -6 / -9, 1 of 6 / 3, 2 of 0.5 / 1."""
    _numerator, denominator, valid = _lowest_terms(a, b)
    return FractionTensor.whole(denominator, valid)


def exact_lcm(a: FractionTensor, b: FractionTensor, _: int | None) -> FractionTensor:
    """The least common multiple of integers, never negative; 0 where one of them is 0, as in `math.lcm`."""
    (left, left_whole), (right, right_whole) = _integer(a), _integer(b)
    multiple, fits = product_of(left, right // torch.gcd(left, right).clamp(min=1))
    return FractionTensor.whole(multiple, left_whole & right_whole & fits).checked()
