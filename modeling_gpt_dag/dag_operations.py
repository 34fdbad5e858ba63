"""The operation table: name -> what it does to exact decimals and to soft scalars.

What is unusual: every operation exists twice. `exact` maps two `DecimalTensor`s to one and answers "no result" for
whatever has no exact decimal of at most 18 digits (1 / 3, 1 / 0, log 2, overflow). `soft` maps two float tensors to
one, differentiable, with the clamps of nanoGPT-DAG in place of infinities.
Operations of one operand (`identity`, `log`) read the first.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from .decimal_tensor import LIMIT, MAX_DIGITS, NO_VALUE, DecimalTensor, power_of_ten, shift_left

# The largest powers of two and five below 10**18.
MAX_TWOS, MAX_FIVES = 59, 25


class Operation(NamedTuple):
    """exact, soft: see above; those without `exact` are the four that `Calculator` computes together.

    approximate: on float64, without clamps, nan or inf where there is no result.
    operands: how many it reads. commutative: whether their order makes no difference.
    """

    exact: Callable[[DecimalTensor, DecimalTensor], DecimalTensor] | None
    soft: Callable[[Tensor, Tensor], Tensor]
    approximate: Callable[[Tensor, Tensor], Tensor]
    operands: int = 2
    commutative: bool = False


def _multiply(a: DecimalTensor, b: DecimalTensor) -> DecimalTensor:
    # int64 wraps beyond 9.2e18; a float32 estimate is good to 1e-6 and tells such products from those below 1e18.
    fits = (a.mantissa.float() * b.mantissa.float()).abs() < 4e18
    return DecimalTensor.checked(a.mantissa * b.mantissa, a.scale + b.scale, a.valid & b.valid & fits)


def _divide(a: DecimalTensor, b: DecimalTensor) -> DecimalTensor:
    """The quotient with the fewest decimals that is exact, at least as many as `decimal` gives (a.scale - b.scale)."""
    valid = a.valid & b.valid & (b.mantissa != 0)
    divisor = torch.where(valid, b.mantissa, 1)
    common = torch.gcd(a.mantissa, divisor)
    numerator = a.mantissa // common * divisor.sign()
    denominator = divisor.abs() // common
    # A fraction in lowest terms ends where its denominator is 2**twos * 5**fives. The larger exponent is its count of
    # decimals, and what is missing of the other makes the denominator a power of ten.
    two = denominator & -denominator
    rest = denominator // two
    twos = torch.bucketize(two, torch.pow(2, torch.arange(MAX_TWOS + 1, device=two.device)))
    fives = torch.bucketize(rest, torch.pow(5, torch.arange(MAX_FIVES + 1, device=two.device)))
    missing = twos - fives
    ends = (torch.pow(5, fives) == rest) & (missing <= MAX_FIVES)
    factor = torch.where(missing > 0, torch.pow(5, missing.clamp(0, MAX_FIVES)), torch.pow(2, (-missing).clamp(min=0)))
    decimals = torch.maximum(twos, fives)
    whole = torch.zeros_like(decimals)
    quotient = _multiply(DecimalTensor(numerator, whole, valid), DecimalTensor(factor, whole, ends))
    scale = a.scale - b.scale + decimals
    mantissa, fits = shift_left(quotient.mantissa, (-scale).clamp(min=0))
    return DecimalTensor.checked(mantissa, scale.clamp(min=0), quotient.valid & fits)


def _power(a: DecimalTensor, b: DecimalTensor) -> DecimalTensor:
    """Integer powers by repeated squaring; 0**0 and roots have no result."""
    unit = power_of_ten(b.scale)
    whole = b.mantissa % unit == 0
    exponent = b.mantissa // unit
    defined = b.valid & whole & ((a.mantissa != 0) | (exponent != 0))
    # Beyond 2**63 only 0, 1 and -1 have a result, and theirs depends on the exponent's parity alone.
    remaining = exponent.abs()
    remaining = torch.where(remaining > 63, 62 + remaining % 2, remaining)
    one = DecimalTensor(torch.ones_like(a.mantissa), torch.zeros_like(a.scale), torch.ones_like(a.valid))
    # The reciprocal first: that of 0.5 is 2, while 0.5**19 has too many decimals to take one of.
    result, square = one, _divide(one, a).where(exponent < 0, a)
    for _ in range(6):
        result = _multiply(result, square).where(remaining % 2 == 1, result)
        square = _multiply(square, square)
        remaining = remaining // 2
    return result.masked(a.valid & defined)


def _log(a: DecimalTensor, _: DecimalTensor) -> DecimalTensor:
    """Natural logarithm: of all decimals only 1 has a decimal one (Lindemann-Weierstrass)."""
    is_one = a.mantissa == power_of_ten(a.scale)
    return DecimalTensor.checked(torch.zeros_like(a.mantissa), torch.zeros_like(a.scale), a.valid & is_one)


def _less(a: DecimalTensor, b: DecimalTensor) -> Tensor:
    """a < b without aligning, so that no comparison overflows."""
    (whole_a, part_a), (whole_b, part_b) = (
        (
            torch.div(x.mantissa, power_of_ten(x.scale), rounding_mode="floor"),
            x.mantissa % power_of_ten(x.scale) * power_of_ten(MAX_DIGITS - x.scale),
        )
        for x in (a, b)
    )
    return (whole_a < whole_b) | ((whole_a == whole_b) & (part_a < part_b))


def _max(a: DecimalTensor, b: DecimalTensor) -> DecimalTensor:
    return b.where(_less(a, b), a).masked(a.valid & b.valid)


def _min(a: DecimalTensor, b: DecimalTensor) -> DecimalTensor:
    return b.where(_less(b, a), a).masked(a.valid & b.valid)


def _soft_divide(a: Tensor, b: Tensor) -> Tensor:
    # The sign of zero counts as positive, so that 1 / 0 is the upper clamp.
    sign = torch.where(b < 0, -1.0, 1.0)
    return (a / (b.abs() + 1e-8) * sign).clamp(-1e6, 1e6)


def _soft_power(a: Tensor, b: Tensor) -> Tensor:
    return (a.abs().clamp(1e-8, 1e3) ** b.clamp(-6.0, 6.0) * a.sign()).clamp(-1e6, 1e6)


def _soft_log(a: Tensor, _: Tensor) -> Tensor:
    return (a.abs() + 1e-8).log().clamp(-20.0, 20.0)


OPERATIONS: dict[str, Operation] = {
    "add": Operation(None, torch.add, torch.add, commutative=True),
    "identity": Operation(None, lambda a, b: a, lambda a, b: a, operands=1),
    "multiply": Operation(None, torch.mul, torch.mul, commutative=True),
    "subtract": Operation(None, torch.sub, torch.sub),
    "divide": Operation(_divide, _soft_divide, torch.div),
    "power": Operation(_power, _soft_power, torch.pow),
    "log": Operation(_log, _soft_log, lambda a, b: a.log(), operands=1),
    "max": Operation(_max, torch.maximum, torch.maximum, commutative=True),
    "min": Operation(_min, torch.minimum, torch.minimum, commutative=True),
}


class Calculator:
    """Computes the steps of plans, one after the other, on packed decimals (`DecimalTensor.pack`).

    What is unusual: sums, differences, products and copies are one computation, `moved * factor + stays`, for all
    plans at once; what tells them apart is found once for all steps. Other operations are computed one by one.
    """

    def __init__(self, names: list[str], operation: Tensor):
        """operation: (D, ...) int64, index into `names`."""
        self.names = names
        self.operation = operation
        add, subtract, identity, is_product = (
            operation == (names.index(name) if name in names else -1)
            for name in ("add", "subtract", "identity", "multiply")
        )
        # The second operand's share of a sum, in mantissa and scale: no mantissa in a product, nothing in a copy.
        shares = (add.long() - subtract.long(), (~identity).long())
        # A product is not aligned, however many decimals there are.
        product = is_product.long()
        self.steps = list(zip(*shares, is_product, product, product * NO_VALUE, strict=True))
        scales = torch.arange(NO_VALUE + 1, device=operation.device)
        self.powers, self.no_value = power_of_ten(scales.clamp(max=MAX_DIGITS)), scales[NO_VALUE]

    def run(self, step: int, operands: Tensor) -> Tensor:
        """Packed results (2, ...) of a step; operands: (2, 2, ...), the first and the second, packed."""
        results = self._arithmetic(step, operands)
        for index, name in enumerate(self.names):
            exact = OPERATIONS[name].exact
            if exact is not None:
                result = exact(*(DecimalTensor.unpack(side) for side in operands.unbind(0))).pack()
                results = torch.where(self.operation[step] == index, result, results)
        return results

    def _arithmetic(self, step: int, operands: Tensor) -> Tensor:
        """Of a sum, the operand with fewer decimals is moved left to those of the other, which it then has."""
        share, scale_share, is_product, product, aligned = self.steps[step]
        left, left_scale, factor, right_scale = operands.flatten(0, 1).unbind(0)
        right, right_scale = factor * share, right_scale * scale_share
        decimals = left_scale - right_scale
        right_moves = decimals > aligned
        moved, stays = torch.where(right_moves, right, left), torch.where(right_moves, left, right)
        factor = torch.where(is_product, factor, self.powers.take(decimals.abs()))
        total = torch.addcmul(stays, moved, factor)
        scale = torch.addcmul(torch.where(right_moves, left_scale, right_scale), left_scale, product)
        # int64 wraps beyond 9.2e18; a float32 estimate is good to 1e-6 and tells such results from those below 1e18.
        # A sum below 1e18 of two decimals never needs more: neither of its terms, aligned, reaches 2e18.
        fits = ((moved.float() * factor).abs() < 4e18) & (total.abs() < LIMIT)
        return torch.stack([total, torch.where(fits, scale, self.no_value).clamp(max=NO_VALUE)])
