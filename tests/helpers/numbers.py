"""Numbers of a text, and operations on them, as Python decimals."""

from decimal import Decimal
from fractions import Fraction

import torch

from helpers.naive_dag import Value, parts
from modeling_gpt_dag.dag_operations import OPERATIONS, calculator_of, keep_fractions
from modeling_gpt_dag.decimal_tensor import DecimalTensor, parse_decimal
from modeling_gpt_dag.fraction_tensor import FractionTensor
from modeling_gpt_dag.limb_operations import LimbCalculator
from modeling_gpt_dag.limb_tensor import BASE, Decimals, LimbTensor, unpack
from modeling_gpt_dag.number_grammar import OTHER, SYMBOLS, grammar_table
from modeling_gpt_dag.number_text import NumberText, latest_numbers
from modeling_gpt_dag.tokenization import number_symbol

GRAMMAR = grammar_table()
# Operations on two operands; the others are on ranges of slots.
PAIRWISE = [name for name, operation in OPERATIONS.items() if operation.over_range is None]


def symbols_of(*texts: str) -> torch.Tensor:
    """(B, L): number symbols of texts of which each character is a token; the shorter end with blanks."""
    width = max(map(len, texts))
    names = [[number_symbol(character) for character in text.ljust(width)] for text in texts]
    return torch.tensor([[OTHER if name is None else SYMBOLS[name] for name in row] for row in names])


def numbers_at(
    text: NumberText, index: torch.Tensor, num_values: int, digits: int = 18
) -> tuple[Decimals, torch.Tensor]:
    """The latest numbers at tokens `index` (B, T): their values, and which exist, (B, T, N)."""
    numbers = latest_numbers(text, index, num_values)
    value = text.value_at(numbers.end.flatten(1), numbers.exists.flatten(1), digits)
    return unpack(value.unflatten(-1, numbers.end.shape[1:]), digits), numbers.exists


def decimals(values: Decimals) -> list[Decimal | None]:
    if isinstance(values, LimbTensor):
        limbs = values.limbs.flatten(1).T.tolist()
        mantissas = [sum(limb * BASE**place for place, limb in enumerate(row)) for row in limbs]
        flat = zip(mantissas, values.scale.flatten().tolist(), values.valid.flatten().tolist(), strict=True)
        return [Decimal(m).scaleb(-s) if valid else None for m, s, valid in flat]
    flat = zip(*(tensor.flatten().tolist() for tensor in values), strict=True)
    return [Decimal(m).scaleb(-s) if valid else None for m, s, valid in flat]


def tensor_of(values: list[str]) -> DecimalTensor:
    return DecimalTensor.constants(values)


def fractions_of(values: list[Value | None]) -> FractionTensor:
    columns = [(0, 0, 1) if value is None else parts_of(value) for value in values]
    mantissa, scale, denominator = torch.tensor(columns).T.contiguous()
    valid = torch.tensor([value is not None for value in values])
    return FractionTensor(mantissa, scale, denominator, valid, torch.zeros_like(valid))


def parts_of(value: Value) -> tuple[int, int, int]:
    """Mantissa, scale and denominator; a Decimal keeps its trailing zeros."""
    return parts(value) if isinstance(value, Fraction) else (*parse_decimal(format(value, "f")), 1)


def values_of(result: FractionTensor) -> list[Value | None]:
    """Decimals where they are, else Fractions."""
    columns = zip(*(tensor.flatten().tolist() for tensor in result[:4]), strict=True)
    return [
        None if not valid else Decimal(m).scaleb(-s) if d == 1 else Fraction(m, d * 10**s)
        for m, s, d, valid in columns
    ]


def compute(
    names: list[str],
    operation: torch.Tensor,
    left: DecimalTensor | FractionTensor,
    right: DecimalTensor | FractionTensor,
    precision: int | None = 10,
) -> FractionTensor:
    """What the calculator of a model with operations `names` computes."""
    sides = [side if isinstance(side, FractionTensor) else FractionTensor.of(side) for side in (left, right)]
    parts = 3 if keep_fractions(names) else 2
    operands = torch.stack([side.pack()[:parts] for side in sides])
    calculator = calculator_of(names, operation.unsqueeze(0), precision)
    return FractionTensor.unpack(calculator.run(0, operands))


def compute_limbs(names: list[str], operation: torch.Tensor, left: LimbTensor, right: LimbTensor, digits: int):
    operands = torch.stack([left.pack(), right.pack()])
    return LimbTensor.unpack(LimbCalculator(names, operation.unsqueeze(0), digits).run(0, operands))


def exact(name: str, left: DecimalTensor | FractionTensor, right: DecimalTensor | FractionTensor) -> FractionTensor:
    return compute([name], torch.zeros_like(left.mantissa), left, right)


def texts(values: list[Value | None]) -> list[str | None]:
    """Decimals as they are written, fractions as "1/3"."""
    return [
        None if value is None else format(value, "f") if isinstance(value, Decimal) else str(value) for value in values
    ]
