"""The operations on decimals of more than 18 digits.

What is unusual: add, subtract, multiply, identity, max and min work on limbs. The others (divide, sum, ...) have
no limb form: they have a result where operands and result have at most 18 digits and the result is a decimal.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from .dag_operations import ARITHMETIC, OPERATIONS
from .decimal_tensor import MAX_DIGITS, power_of_ten
from .fraction_tensor import FractionTensor
from .limb_tensor import LIMB_DIGITS, LimbTensor, multiply_add, num_limbs


def powers_of_ten(limbs: int, device: torch.device) -> Tensor:
    """(L, 8 L + 1): the limbs of 10**0 to 10**(8 L); the last has none left."""
    exponent = torch.arange(LIMB_DIGITS * limbs + 1, device=device)
    place = torch.arange(limbs, device=device).unsqueeze(1)
    return torch.where(exponent // LIMB_DIGITS == place, power_of_ten(exponent % LIMB_DIGITS), 0)


def _less(a: LimbTensor, b: LimbTensor) -> Tensor:
    """a < b. The one with fewer decimals is given as many; where it no longer fits, its sign alone decides."""
    a_moves = a.scale < b.scale
    moved, stays = (torch.where(a_moves, *sides) for sides in ((a.limbs, b.limbs), (b.limbs, a.limbs)))
    factor = powers_of_ten(len(moved), moved.device)[:, (a.scale - b.scale).abs()]
    difference, within = multiply_add(moved, factor, -stays)
    sign = torch.where(within, difference.sum(0), moved.sum(0)).sign()
    return torch.where(a_moves, sign, -sign) < 0


def _max(a: LimbTensor, b: LimbTensor) -> LimbTensor:
    return b.where(_less(a, b), a).masked(a.valid & b.valid)


def _min(a: LimbTensor, b: LimbTensor) -> LimbTensor:
    return b.where(_less(b, a), a).masked(a.valid & b.valid)


LIMB_OPERATIONS = {"max": _max, "min": _min}


def packed_results(results: FractionTensor, rows: int, digits: int) -> Tensor:
    """Results as a scratch list holds them, (rows, ...): decimals in 2 rows, fractions in 3, limbs beyond 18 digits.

    Where the list holds decimals, fractions have no value.
    """
    if digits > MAX_DIGITS:
        return LimbTensor.widen(results.decimal, rows - 1).pack()
    return results.pack() if rows == 3 else results.decimal.pack()


class LimbCalculator:
    """`Calculator` for packed decimals of more than 18 digits (`LimbTensor.pack`)."""

    def __init__(self, names: Sequence[str], operation: Tensor, digits: int):
        """operation: (D, ...) int64, index into `names`. digits: that a value may have, and decimals."""
        self.names = names
        self.operation = operation
        self.digits = digits
        limbs = num_limbs(digits)
        self.powers, self.no_value = powers_of_ten(limbs, operation.device), LIMB_DIGITS * limbs
        add, subtract, identity, is_product = (
            operation == (names.index(name) if name in names else -1)
            for name in ("add", "subtract", "identity", "multiply")
        )
        # As in `Calculator`: the shares of the right operand's limbs and scale, and what keeps a product unaligned.
        shares = (add.long() - subtract.long(), (~identity).long())
        product = is_product.long()
        self.steps = list(zip(*shares, is_product, product, product * self.no_value, strict=True))

    def run(self, step: int, operands: Tensor) -> Tensor:
        """Packed results (L + 1, ...) of a step. operands: (2, L + 1, ...), left and right, each packed."""
        results = self._arithmetic(step, operands)
        for index, name in enumerate(self.names):
            exact = OPERATIONS[name].exact
            if name not in ARITHMETIC and exact is not None:
                left, right = (LimbTensor.unpack(side) for side in operands.unbind(0))
                if name in LIMB_OPERATIONS:
                    result = LIMB_OPERATIONS[name](left, right).pack()
                else:
                    one, other = FractionTensor.of(left.narrow()), FractionTensor.of(right.narrow())
                    result = packed_results(exact(one, other, None), len(results), self.digits)
                results = torch.where(self.operation[step] == index, result, results)
        return results

    def _arithmetic(self, step: int, operands: Tensor) -> Tensor:
        """Packed results (L + 1, ...) of add, subtract, multiply and identity: `moved * factor + stays`.

        As in `Calculator`: a power of ten, itself of one limb, gives the operand with fewer decimals as many.
        """
        share, scale_share, is_product, product, threshold = self.steps[step]
        left, right_limbs = operands[:, :-1].unbind(0)
        left_scale, right_scale = operands[:, -1].unbind(0)
        right, right_scale = right_limbs * share, right_scale * scale_share
        decimals = left_scale - right_scale
        right_moves = decimals > threshold
        moved, stays = torch.where(right_moves, right, left), torch.where(right_moves, left, right)
        factor = torch.where(is_product, right_limbs, self.powers[:, decimals.abs()])
        limbs, within = multiply_add(moved, factor, stays)
        scale = torch.addcmul(torch.where(right_moves, left_scale, right_scale), left_scale, product)
        fits = within & (limbs[-1].abs() < 10 ** (self.digits % LIMB_DIGITS)) & (scale <= self.digits)
        return torch.cat([limbs, torch.where(fits, scale, self.no_value).unsqueeze(0)])
