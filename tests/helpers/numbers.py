"""Numbers of a text, and operations on them, as Python decimals."""

from decimal import Decimal

import torch

from modeling_gpt_dag.dag_operations import Calculator
from modeling_gpt_dag.decimal_tensor import DecimalTensor
from modeling_gpt_dag.limb_operations import LimbCalculator
from modeling_gpt_dag.limb_tensor import BASE, Decimals, LimbTensor, unpack
from modeling_gpt_dag.number_grammar import OTHER, SYMBOLS, grammar_table
from modeling_gpt_dag.number_text import NumberText, latest_numbers
from modeling_gpt_dag.tokenization import number_symbol

GRAMMAR = grammar_table()


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


def compute(names: list[str], operation: torch.Tensor, left: DecimalTensor, right: DecimalTensor) -> DecimalTensor:
    operands = torch.stack([left.pack(), right.pack()])
    return DecimalTensor.unpack(Calculator(names, operation.unsqueeze(0)).run(0, operands))


def compute_limbs(names: list[str], operation: torch.Tensor, left: LimbTensor, right: LimbTensor, digits: int):
    operands = torch.stack([left.pack(), right.pack()])
    return LimbTensor.unpack(LimbCalculator(names, operation.unsqueeze(0), digits).run(0, operands))


def exact(name: str, left: DecimalTensor, right: DecimalTensor) -> DecimalTensor:
    return compute([name], torch.zeros_like(left.mantissa), left, right)


def texts(values: list[Decimal | None]) -> list[str | None]:
    return [None if value is None else format(value, "f") for value in values]
