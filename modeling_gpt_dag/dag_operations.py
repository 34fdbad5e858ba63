"""The operation table: each operation on exact decimals, on soft scalars and on approximate floats.

What is unusual: every operation exists three times. `exact` maps two `DecimalTensor`s to one; it has no value where
the result is no decimal of at most 18 digits (1 / 3, 1 / 0, log 2, overflow). `soft` maps two float tensors to one. It
is differentiable and clamps where nanoGPT-DAG clamps, so that it never returns an infinity. `approximate` is plain
float64, for the search of plans. Operations of one operand (`identity`, `log`) read the first.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from .decimal_tensor import LIMIT, MAX_DIGITS, NO_VALUE, DecimalTensor, power_of_ten, shift_left
from .range_operations import RANGE_OPERATIONS, NumberRange, RangeOperation

# The largest powers of two and five below 10**18.
MAX_TWOS, MAX_FIVES = 59, 25


class Operation(NamedTuple):
    """One row of the table.

    exact: None for the four operations that `Calculator` computes together.
    soft: with clamps.
    approximate: on float64, without clamps; nan or inf where there is no result.
    operands: how many it reads.
    commutative: whether the order of the operands does not matter.
    over_range: of an operation on all numbers from one slot to another; it has none of the first three.
    """

    exact: Callable[[DecimalTensor, DecimalTensor], DecimalTensor] | None
    soft: Callable[[Tensor, Tensor], Tensor] | None
    approximate: Callable[[Tensor, Tensor], Tensor] | None
    operands: int = 2
    commutative: bool = False
    over_range: RangeOperation | None = None


def _multiply(a: DecimalTensor, b: DecimalTensor) -> DecimalTensor:
    # int64 wraps beyond 9.2e18. A float32 estimate, good to 1e-6, tells such products from those below 1e18.
    fits = (a.mantissa.float() * b.mantissa.float()).abs() < 4e18
    return DecimalTensor.checked(a.mantissa * b.mantissa, a.scale + b.scale, a.valid & b.valid & fits)


def _divide(a: DecimalTensor, b: DecimalTensor) -> DecimalTensor:
    """The exact quotient, with as few decimals as it needs, but at least a.scale - b.scale, as in `decimal`."""
    valid = a.valid & b.valid & (b.mantissa != 0)
    divisor = torch.where(valid, b.mantissa, 1)
    common = torch.gcd(a.mantissa, divisor)
    numerator = a.mantissa // common * divisor.sign()
    denominator = divisor.abs() // common
    # A fraction in lowest terms is a finite decimal if its denominator is 2**twos * 5**fives. The larger exponent is
    # the number of decimals. Multiplying by the missing twos or fives makes the denominator a power of ten.
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
    # For exponents above 63 only the powers of 0, 1 and -1 fit, and these depend on the exponent's parity alone.
    remaining = exponent.abs()
    remaining = torch.where(remaining > 63, 62 + remaining % 2, remaining)
    one = DecimalTensor(torch.ones_like(a.mantissa), torch.zeros_like(a.scale), torch.ones_like(a.valid))
    # For a negative exponent the reciprocal comes first: 1 / 0.5 is 2, while 0.5**19 has too many decimals to invert.
    result, square = one, _divide(one, a).where(exponent < 0, a)
    for _ in range(6):
        result = _multiply(result, square).where(remaining % 2 == 1, result)
        square = _multiply(square, square)
        remaining = remaining // 2
    return result.masked(a.valid & defined)


def _log(a: DecimalTensor, _: DecimalTensor) -> DecimalTensor:
    """Natural logarithm: 1 is the only decimal whose logarithm is a decimal (Lindemann-Weierstrass)."""
    is_one = a.mantissa == power_of_ten(a.scale)
    return DecimalTensor.checked(torch.zeros_like(a.mantissa), torch.zeros_like(a.scale), a.valid & is_one)


def _less(a: DecimalTensor, b: DecimalTensor) -> Tensor:
    """a < b. Whole and decimal parts are compared separately: aligning the two could overflow."""
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
    # Zero counts as positive, so that 1 / 0 is the upper clamp.
    sign = torch.where(b < 0, -1.0, 1.0)
    return (a / (b.abs() + 1e-8) * sign).clamp(-1e6, 1e6)


def _soft_power(a: Tensor, b: Tensor) -> Tensor:
    return (a.abs().clamp(1e-8, 1e3) ** b.clamp(-6.0, 6.0) * a.sign()).clamp(-1e6, 1e6)


def _soft_log(a: Tensor, _: Tensor) -> Tensor:
    return (a.abs() + 1e-8).log().clamp(-20.0, 20.0)


def _mean(numbers: NumberRange) -> DecimalTensor:
    return _divide(RANGE_OPERATIONS["sum"].exact(numbers), RANGE_OPERATIONS["count"].exact(numbers))


def _means(numbers: Tensor) -> Tensor:
    return RANGE_OPERATIONS["sum"].approximate(numbers) / RANGE_OPERATIONS["count"].approximate(numbers)


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
    **{
        name: Operation(None, None, None, commutative=True, over_range=operation)
        for name, operation in (RANGE_OPERATIONS | {"mean": RangeOperation(_mean, _means)}).items()
    },
}


def on_ranges(names: Sequence[str]) -> dict[int, RangeOperation]:
    """Index of each operation on ranges among `names`, and what it does."""
    found = {index: OPERATIONS[name].over_range for index, name in enumerate(names)}
    return {index: operation for index, operation in found.items() if operation is not None}


def range_results(
    operations: dict[int, RangeOperation], operation: Tensor, numbers: Tensor, operands: Tensor, results: Tensor
) -> Tensor:
    """The results (2, B, T, K) of a step, packed, with those of operations on ranges in their places.

    operations: from `on_ranges`. operation: (B, T, K), which one each plan has. numbers: (2, B, T, n), those read,
    packed. operands: (2, B, T, K), slots.
    """
    ranges = NumberRange.of(numbers, *operands.unbind(0))
    for index, function in operations.items():
        results = torch.where(operation == index, function.exact(ranges).pack(), results)
    return results


class Calculator:
    """Computes the steps of plans, one after the other, on packed decimals (`DecimalTensor.pack`).

    What is unusual: add, subtract, multiply and identity are one computation, `moved * factor + stays`, for all plans
    at once. The coefficients that distinguish them are computed once for all steps. Other operations run one by one.
    """

    def __init__(self, names: Sequence[str], operation: Tensor):
        """operation: (D, ...) int64, index into `names`."""
        self.names = names
        self.operation = operation
        add, subtract, identity, is_product = (
            operation == (names.index(name) if name in names else -1)
            for name in ("add", "subtract", "identity", "multiply")
        )
        # How much of the right operand is added: of its mantissa 1, -1 or (multiply, identity) 0; of its scale all,
        # but nothing in a copy.
        shares = (add.long() - subtract.long(), (~identity).long())
        # The threshold NO_VALUE, which no difference of scales exceeds, keeps a product from being aligned.
        product = is_product.long()
        self.steps = list(zip(*shares, is_product, product, product * NO_VALUE, strict=True))
        scales = torch.arange(NO_VALUE + 1, device=operation.device)
        self.powers, self.no_value = power_of_ten(scales.clamp(max=MAX_DIGITS)), scales[NO_VALUE]

    def run(self, step: int, operands: Tensor) -> Tensor:
        """Packed results (2, ...) of a step. operands: (2, 2, ...), left and right, each packed."""
        results = self._arithmetic(step, operands)
        for index, name in enumerate(self.names):
            exact = OPERATIONS[name].exact
            if exact is not None:
                result = exact(*(DecimalTensor.unpack(side) for side in operands.unbind(0))).pack()
                results = torch.where(self.operation[step] == index, result, results)
        return results

    def _arithmetic(self, step: int, operands: Tensor) -> Tensor:
        """Packed results (2, ...) of add, subtract, multiply and identity: `moved * factor + stays`.

        In a sum the operand with fewer decimals moves: a power of ten gives it as many as the other has. In a product
        the left operand moves, by the right mantissa, and zero stays.
        """
        share, scale_share, is_product, product, threshold = self.steps[step]
        left, left_scale, right_mantissa, right_scale = operands.flatten(0, 1).unbind(0)
        right, right_scale = right_mantissa * share, right_scale * scale_share
        decimals = left_scale - right_scale
        right_moves = decimals > threshold
        moved, stays = torch.where(right_moves, right, left), torch.where(right_moves, left, right)
        factor = torch.where(is_product, right_mantissa, self.powers.take(decimals.abs()))
        total = torch.addcmul(stays, moved, factor)
        scale = torch.addcmul(torch.where(right_moves, left_scale, right_scale), left_scale, product)
        # int64 wraps beyond 9.2e18. A float32 estimate, good to 1e-6, tells such results from those below 1e18. A sum
        # below 1e18 never fails this test: neither of its aligned terms reaches 2e18.
        fits = ((moved.float() * factor).abs() < 4e18) & (total.abs() < LIMIT)
        return torch.stack([total, torch.where(fits, scale, self.no_value).clamp(max=NO_VALUE)])
