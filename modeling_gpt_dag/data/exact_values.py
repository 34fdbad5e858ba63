"""What expressions give, in Python's numbers: decimals as exact numerics has them, and fractions that are no decimals.

What is unusual: decimals keep their trailing zeros, as 12.30 + 4.50 = 16.80 has them. A fraction is written rounded,
as the model writes it by default.
"""

import decimal
import operator
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

import torch

from ..configuration_gpt_dag import GPTDAGConfig
from ..dag_operations import OPERATIONS
from ..decimal_tensor import MAX_DIGITS
from ..fraction_tensor import FractionTensor
from ..real_operations import KEPT_DIGITS

Value = Decimal | Fraction
PRECISION = GPTDAGConfig.dag_precision  # significant digits of what is written rounded
# Two operations on operands of 256 digits, the most a model can have.
EXACT = decimal.Context(prec=1000, traps=[decimal.Inexact, decimal.InvalidOperation, decimal.DivisionByZero])
FUNCTIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
}


def combined(name: str, left: Value, right: Value) -> Value:
    """An operation on two values; one of a single operand ignores the right. Raises what `computed` does."""
    return computed(name, left, right)[0]


def computed(name: str, left: Value, right: Value, are_rounded: bool = False) -> tuple[Value, bool]:
    """What an operation on two values gives, and whether it rounds; one of a single operand ignores the right.

    are_rounded: whether the values were computed from rounded ones. What does not fit then is rounded. So are roots,
    logarithms, ..., as the model rounds them by default. Raises ArithmeticError where there is no result:
    ZeroDivisionError for x / 0, decimal.Inexact for sums and products beyond 1,000 digits.
    """
    if name not in FUNCTIONS:
        return _by_table(name, left, right)
    if name == "divide" and right == 0:
        raise ZeroDivisionError(f"{left} / 0")
    are_decimals = isinstance(left, Decimal) and isinstance(right, Decimal)
    if are_decimals and not (name == "divide" and parts(Fraction(left) / Fraction(right))[2] > 1):
        value = getattr(EXACT, name)(left, right)
    else:
        value = _as_decimal(FUNCTIONS[name](Fraction(left), Fraction(right)))
    if are_rounded and not fits(value):
        return _kept(value), True
    return value, False


def _by_table(name: str, left: Value, right: Value) -> tuple[Value, bool]:
    """What the table of operations gives for values of at most 18 digits, and whether it is rounded."""
    exact = OPERATIONS[name].exact
    assert exact is not None, "operations on ranges are in RANGES"
    if not (fits(left) and fits(right)):
        raise ArithmeticError(f"{name} of more than {MAX_DIGITS} digits")
    result = exact(_as_tensor(left), _as_tensor(right), PRECISION)
    if not result.valid.item():
        raise ArithmeticError(f"{name} of {left} and {right} has no result")
    mantissa, scale, denominator = (int(part.item()) for part in result[:3])
    value = Decimal(mantissa).scaleb(-scale, EXACT)
    return value if denominator == 1 else Fraction(value) / denominator, bool(result.rounded)


def _as_tensor(value: Value) -> FractionTensor:
    if isinstance(value, Fraction):
        mantissa, scale, denominator = parts(value)
    else:
        exponent = value.as_tuple().exponent
        assert isinstance(exponent, int)
        scale, denominator = max(0, -exponent), 1
        mantissa = int(value.scaleb(scale, EXACT))
    above, decimals, below = torch.tensor([mantissa, scale, denominator]).unbind()
    valid = torch.tensor(True)
    return FractionTensor(above, decimals, below, valid, ~valid)


def _as_decimal(value: Fraction) -> Value:
    """The decimal that a fraction is, if it is one, without trailing zeros."""
    _, scale, denominator = parts(value)
    return value if denominator > 1 else Decimal(int(value * 10**scale)).scaleb(-scale, EXACT)


def parts(value: Fraction) -> tuple[int, int, int]:
    """Mantissa, scale and denominator, of which the denominator is coprime to 10: 1 / 6 is 5 / (3 * 10)."""
    denominator, exponents = value.denominator, {2: 0, 5: 0}
    for prime in exponents:
        while denominator % prime == 0:
            denominator //= prime
            exponents[prime] += 1
    scale = max(exponents.values())
    return int(value * denominator * 10**scale), scale, denominator


def _total(numbers: Sequence[Value]) -> Value:
    total: Value = Decimal(0)
    for number in numbers:
        total = combined("add", total, number)
    return total


# Of all numbers from one place of a text to another.
RANGES: dict[str, Callable[[Sequence[Value]], Value]] = {
    "sum": _total,
    "mean": lambda numbers: combined("divide", _total(numbers), Decimal(len(numbers))),
    "count": lambda numbers: Decimal(len(numbers)),
    "max_of": max,
    "min_of": min,
}


def fits(value: Value, digits: int = MAX_DIGITS) -> bool:
    """Whether exact numerics of so many digits holds a value; fractions are held of at most 18."""
    if isinstance(value, Fraction):
        mantissa, scale, denominator = parts(value)
        return digits == MAX_DIGITS and max(abs(mantissa), denominator) < 10**digits and scale <= digits
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)  # it is a text for infinities and nan, which EXACT never gives
    return abs(value.scaleb(-exponent, EXACT)) < 10**digits and -exponent <= digits


def written(value: Value, is_rounded: bool = False) -> Decimal:
    """The decimal as which a value is written: itself, or a fraction rounded, half to even.

    is_rounded: whether it was computed from rounded values, and has no more digits than these are good for.
    """
    assert PRECISION is not None, "by default results are rounded"
    if isinstance(value, Fraction):
        return _rounded(value, PRECISION)
    if value == 0:
        return abs(value)  # exact numerics knows no negative zero
    return _rounded(value, PRECISION) if is_rounded else value


def _kept(value: Value) -> Decimal:
    """With as many digits as a rounded result keeps, zeros at its end included."""
    result = _rounded(value, KEPT_DIGITS)
    decimals = min(KEPT_DIGITS - 1 - result.adjusted(), MAX_DIGITS)
    return result if decimals <= 0 else result.quantize(Decimal(1).scaleb(-decimals), decimal.ROUND_HALF_EVEN)


def _rounded(value: Value, digits: int) -> Decimal:
    """To so many significant digits, half to even."""
    rounding = decimal.Context(prec=digits, rounding=decimal.ROUND_HALF_EVEN)
    if isinstance(value, Fraction):
        return rounding.divide(Decimal(value.numerator), Decimal(value.denominator))
    return rounding.plus(value)
