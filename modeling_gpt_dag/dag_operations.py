"""The operation table: each operation on exact fractions, on soft scalars and on approximate floats.

What is unusual: every operation exists three times. `exact` maps two `FractionTensor`s to one; it has no value where
there is no result (1 / 0, overflow). `soft` maps two float tensors to one. It is differentiable and clamps where
nanoGPT-DAG clamps, so that it never returns an infinity. `approximate` is plain float64, for the search of plans.
Operations of one operand (`identity`, `log`) read the first. CONTRIBUTING.md tells how to add one.

Where all operations of a model give decimals for decimals, it computes with decimals alone (`Calculator`). Any other
model keeps fractions (`FractionCalculator`).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from .decimal_tensor import LIMIT, MAX_DIGITS, NO_VALUE, DecimalTensor, power_of_ten
from .fraction_operations import (
    exact_abs,
    exact_copy,
    exact_denominator,
    exact_difference,
    exact_floor_divide,
    exact_fraction,
    exact_gcd,
    exact_lcm,
    exact_max,
    exact_min,
    exact_percent,
    exact_power,
    exact_product,
    exact_quotient,
    exact_remainder,
    exact_round,
    exact_sum,
    less,
)
from .fraction_tensor import MAX_PRECISION, FractionTensor, ratio, total
from .range_operations import RANGE_OPERATIONS, RangeOperation
from .real_operations import (
    MAX_REAL_PRECISION,
    exact_cos,
    exact_exp,
    exact_log,
    exact_log10,
    exact_sin,
    exact_sqrt,
    rounded,
)

# What a model's results are: decimals; fractions, which are rounded where they are written; or numbers of which more
# digits are computed than are written.
DECIMALS, FRACTIONS, ROUNDED = range(3)


OnFractions = Callable[[FractionTensor, FractionTensor, int | None], FractionTensor]
OnDecimals = Callable[[DecimalTensor, DecimalTensor], DecimalTensor]


class Operation(NamedTuple):
    """One row of the table.

    exact: of two fractions and the model's precision (significant digits, or None), which operations that round need.
    approximate: on float64, without clamps; nan or inf where there is no result.
    soft: with clamps; None where soft numerics has no such operation.
    operands: how many it reads.
    commutative: whether the order of the operands does not matter.
    results: what decimals give: DECIMALS; FRACTIONS, where some are no decimals; ROUNDED, where some are not exact.
    decimal: the same as `exact` on decimals, where that is faster; for operations whose results are DECIMALS.
    over_range: of an operation on all numbers from one slot to another, which has neither `exact` nor `approximate`.
    """

    exact: OnFractions | None
    approximate: Callable[[Tensor, Tensor], Tensor] | None
    soft: Callable[[Tensor, Tensor], Tensor] | None = None
    operands: int = 2
    commutative: bool = False
    results: int = DECIMALS
    decimal: OnDecimals | None = None
    over_range: RangeOperation | None = None


def _decimal_max(a: DecimalTensor, b: DecimalTensor) -> DecimalTensor:
    return b.where(less(a, b), a).masked(a.valid & b.valid)


def _decimal_min(a: DecimalTensor, b: DecimalTensor) -> DecimalTensor:
    return b.where(less(b, a), a).masked(a.valid & b.valid)


def _soft_divide(a: Tensor, b: Tensor) -> Tensor:
    # Zero counts as positive, so that 1 / 0 is the upper clamp.
    sign = torch.where(b < 0, -1.0, 1.0)
    return (a / (b.abs() + 1e-8) * sign).clamp(-1e6, 1e6)


def _soft_power(a: Tensor, b: Tensor) -> Tensor:
    return (a.abs().clamp(1e-8, 1e3) ** b.clamp(-6.0, 6.0) * a.sign()).clamp(-1e6, 1e6)


def _soft_log(a: Tensor, _: Tensor) -> Tensor:
    return (a.abs() + 1e-8).log().clamp(-20.0, 20.0)


def _soft_sqrt(a: Tensor, _: Tensor) -> Tensor:
    return (a.abs() + 1e-8).sqrt().clamp(max=1e6)


def _soft_exp(a: Tensor, _: Tensor) -> Tensor:
    return a.clamp(-20.0, 13.8).exp()


# A quotient or a middle that decimals hit is missed by float64, so it counts as hit where it is near.
NEAR = 1e-12


def _approximate_round(a: Tensor, b: Tensor) -> Tensor:
    unit = torch.pow(10.0, b)
    scaled = a * unit
    floor = scaled.floor()
    is_tie = (scaled - floor - 0.5).abs() <= NEAR * scaled.abs().clamp(min=1.0)
    return torch.where(is_tie, floor + floor % 2, scaled.round()) / unit


def _approximate_floor_divide(a: Tensor, b: Tensor) -> Tensor:
    quotient = a / b
    nearest = quotient.round()
    is_whole = (quotient - nearest).abs() <= NEAR * nearest.abs().clamp(min=1.0)
    return torch.where(is_whole, nearest, quotient.floor())


def _approximate_gcd(a: Tensor, b: Tensor) -> Tensor:
    """nan unless both are integers below 10**18."""
    whole = (a == a.round()) & (b == b.round()) & (a.abs() < LIMIT) & (b.abs() < LIMIT)
    left, right = (torch.where(whole, side, 0.0).long() for side in (a, b))
    return torch.where(whole, torch.gcd(left, right).double(), float("nan"))


def _approximate_fraction(a: Tensor, b: Tensor) -> Tensor:
    return a * b.sign() / _approximate_gcd(a, b)


def _approximate_denominator(a: Tensor, b: Tensor) -> Tensor:
    return torch.where(b == 0, float("nan"), b.abs() / _approximate_gcd(a, b))


def _approximate_lcm(a: Tensor, b: Tensor) -> Tensor:
    divisor = _approximate_gcd(a, b)
    return (a / divisor.clamp(min=1.0) * b).abs()


OPERATIONS: dict[str, Operation] = {
    "add": Operation(exact_sum, torch.add, torch.add, commutative=True),
    "identity": Operation(exact_copy, lambda a, b: a, lambda a, b: a, operands=1),
    "multiply": Operation(exact_product, torch.mul, torch.mul, commutative=True),
    "subtract": Operation(exact_difference, torch.sub, torch.sub),
    "divide": Operation(exact_quotient, torch.div, _soft_divide, results=FRACTIONS),
    "power": Operation(exact_power, torch.pow, _soft_power, results=FRACTIONS),
    "log": Operation(exact_log, lambda a, b: a.log(), _soft_log, operands=1, results=ROUNDED),
    "max": Operation(exact_max, torch.maximum, torch.maximum, commutative=True, decimal=_decimal_max),
    "min": Operation(exact_min, torch.minimum, torch.minimum, commutative=True, decimal=_decimal_min),
    "round": Operation(exact_round, _approximate_round),
    "floor_divide": Operation(exact_floor_divide, _approximate_floor_divide),
    "remainder": Operation(exact_remainder, lambda a, b: a - b * _approximate_floor_divide(a, b)),
    "percent": Operation(exact_percent, lambda a, b: a * b / 100, lambda a, b: a * b / 100, commutative=True),
    "gcd": Operation(exact_gcd, _approximate_gcd, commutative=True),
    "fraction": Operation(exact_fraction, _approximate_fraction),
    "denominator": Operation(exact_denominator, _approximate_denominator),
    "lcm": Operation(exact_lcm, _approximate_lcm, commutative=True),
    "abs": Operation(exact_abs, lambda a, b: a.abs(), lambda a, b: a.abs(), operands=1),
    "sqrt": Operation(exact_sqrt, lambda a, b: a.sqrt(), _soft_sqrt, operands=1, results=ROUNDED),
    "exp": Operation(exact_exp, lambda a, b: a.exp(), _soft_exp, operands=1, results=ROUNDED),
    "log10": Operation(
        exact_log10, lambda a, b: a.log10(), lambda a, b: _soft_log(a, b) / 2.302585, operands=1, results=ROUNDED
    ),
    "sin": Operation(exact_sin, lambda a, b: a.sin(), lambda a, b: a.sin(), operands=1, results=ROUNDED),
    "cos": Operation(exact_cos, lambda a, b: a.cos(), lambda a, b: a.cos(), operands=1, results=ROUNDED),
    **{
        name: Operation(
            None, None, commutative=True, results=FRACTIONS if name == "mean" else DECIMALS, over_range=operation
        )
        for name, operation in RANGE_OPERATIONS.items()
    },
}
# Those that the calculators compute together.
ARITHMETIC = ("add", "identity", "multiply", "subtract")


def keep_fractions(names: Sequence[str]) -> bool:
    """Whether a model with these operations has results that are no decimals, so that it keeps fractions."""
    return any(OPERATIONS[name].results != DECIMALS for name in names)


def rounds(names: Sequence[str]) -> bool:
    """Whether a model with these operations has results that are rounded as they are computed."""
    return any(OPERATIONS[name].results == ROUNDED for name in names)


def max_precision(names: Sequence[str]) -> int:
    """The largest precision to which a model with these operations rounds correctly."""
    return MAX_REAL_PRECISION if rounds(names) else MAX_PRECISION


def on_ranges(names: Sequence[str]) -> dict[int, RangeOperation]:
    """Index of each operation on ranges among `names`, and what it does."""
    found = {index: OPERATIONS[name].over_range for index, name in enumerate(names)}
    return {index: operation for index, operation in found.items() if operation is not None}


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
            operation = OPERATIONS[name]
            if name not in ARITHMETIC and operation.exact is not None:
                result = self._other(operation.exact, operation.decimal, *operands.unbind(0))
                results = torch.where(self.operation[step] == index, result, results)
        return results

    def _other(self, exact: OnFractions, decimal: OnDecimals | None, left: Tensor, right: Tensor) -> Tensor:
        if decimal is not None:
            return decimal(DecimalTensor.unpack(left), DecimalTensor.unpack(right)).pack()
        # Decimals as fractions; the result is one, too.
        return exact(FractionTensor.unpack(left), FractionTensor.unpack(right), None).decimal.pack()

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


class FractionCalculator:
    """Computes the steps of plans on packed fractions (`FractionTensor.pack`), (3, ...).

    What is unusual: sums and differences are one computation, and so are products and quotients, for all plans at
    once. Other operations run one by one. Whether an operand was rounded is handed on to what is computed from it.
    Where the exact sum, product or quotient of rounded operands does not fit, it is rounded as roots are.
    """

    def __init__(self, names: Sequence[str], operation: Tensor, precision: int | None):
        """operation: (D, ...) int64, index into `names`. precision: significant digits of results that are rounded."""
        self.names = names
        self.operation = operation
        self.precision = precision
        self.rounds = rounds(names)
        reads_one = torch.zeros_like(operation, dtype=torch.bool)
        for index, name in enumerate(names):
            if OPERATIONS[name].operands == 1:
                reads_one = reads_one | (operation == index)
        self.reads_two = ~reads_one

    def _is(self, step: int, name: str) -> Tensor:
        """bool: where the step's operation is `name`."""
        return self.operation[step] == (self.names.index(name) if name in self.names else -1)

    def run(self, step: int, operands: Tensor) -> Tensor:
        """Packed results (3, ...) of a step. operands: (2, 3, ...), left and right, each packed."""
        left, right = FractionTensor.unpack(operands.transpose(0, 1)).unbind()
        result = self._arithmetic(step, left, right)
        for index, name in enumerate(self.names):
            exact = OPERATIONS[name].exact
            if name not in (*ARITHMETIC, "divide") and exact is not None:
                other = exact(left, right, self.precision)
                result = other.where(self.operation[step] == index, result)
        is_rounded = result.rounded | left.rounded | (right.rounded & self.reads_two[step])
        return result._replace(rounded=is_rounded & result.valid).pack()

    def _arithmetic(self, step: int, left: FractionTensor, right: FractionTensor) -> FractionTensor:
        """Results of add, subtract, multiply and divide; elsewhere the left operand."""
        result, computed = left, torch.zeros_like(left.valid)
        if "add" in self.names or "subtract" in self.names:
            subtracts = self._is(step, "subtract")
            is_sum = subtracts | self._is(step, "add")
            sign = torch.where(subtracts, -right.mantissa, right.mantissa)
            result = total(left, right._replace(mantissa=sign)).where(is_sum, result)
            computed = computed | is_sum
        if "multiply" in self.names or "divide" in self.names:
            divides = self._is(step, "divide")
            is_ratio = divides | self._is(step, "multiply")
            by_zero = divides & (right.mantissa == 0)
            top = torch.where(divides, right.denominator * right.mantissa.sign(), right.mantissa)
            bottom = torch.where(divides & ~by_zero, right.mantissa.abs(), right.denominator)
            scale = left.scale + torch.where(divides, -right.scale, right.scale)
            result = ratio(left, top, bottom, scale, right.valid & ~by_zero).where(is_ratio, result)
            computed = computed | is_ratio
        fractions = (left.denominator > 1) | (right.denominator > 1) | (result.denominator > 1)
        result = result.shortened(computed & fractions).checked()
        if not self.rounds:
            return result
        is_kept = result.valid | ~(computed & (left.rounded | right.rounded))
        return result.where(is_kept, self._rounded_arithmetic(step, left, right))

    def _rounded_arithmetic(self, step: int, left: FractionTensor, right: FractionTensor) -> FractionTensor:
        """What `_arithmetic` computes, rounded."""
        result = first = left.to_float()
        second = right.to_float()
        for name in set(self.names) & {"add", "subtract", "multiply", "divide"}:
            approximate = OPERATIONS[name].approximate
            assert approximate is not None, "of ranges alone it is None"
            result = torch.where(self._is(step, name), approximate(first, second), result)
        return rounded(result, left.valid & right.valid & result.isfinite(), self.precision)


def calculator_of(names: Sequence[str], operation: Tensor, precision: int | None) -> Calculator | FractionCalculator:
    """The calculator that a model with these operations needs. operation: (D, ...) int64, index into `names`."""
    if keep_fractions(names):
        return FractionCalculator(names, operation, precision)
    return Calculator(names, operation)
