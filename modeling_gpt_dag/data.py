"""Datasets: packed lines of generated arithmetic, and the problems to evaluate on.

What is unusual: training and evaluation problems cannot coincide, whatever the seeds and options. A hash of a
problem's operands and operators, in no particular order, says which of the two it belongs to, so that even `3+5` and
`5+3` are on the same side.
"""

import random
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from transformers import PreTrainedTokenizerBase

from .decimal_tensor import LIMIT

if TYPE_CHECKING:
    from datasets import Dataset

Split = Literal["train", "evaluation"]
OPERATORS = "+-*"
EVALUATION_SHARE = 10  # one problem in so many is for evaluation


class Problem(NamedTuple):
    """operands and the operators between them, in writing order."""

    operands: tuple[int, ...]
    operators: tuple[str, ...]

    @property
    def prompt(self) -> str:
        rest = (operator + str(operand) for operator, operand in zip(self.operators, self.operands[1:], strict=True))
        return str(self.operands[0]) + "".join(rest) + "="

    @property
    def terms(self) -> list[int]:
        """The signed products that the expression sums."""
        terms = [self.operands[0]]
        for operator, operand in zip(self.operators, self.operands[1:], strict=True):
            if operator == "*":
                terms[-1] *= operand
            else:
                terms.append(operand if operator == "+" else -operand)
        return terms

    @property
    def answer(self) -> str:
        return str(sum(self.terms))

    @property
    def is_exact(self) -> bool:
        """Whether operands, products and result all fit the 18 digits of exact numerics."""
        return max(map(abs, (*self.operands, *self.terms, sum(self.terms)))) < LIMIT

    @property
    def split(self) -> Split:
        key = repr((sorted(self.operands), sorted(self.operators))).encode()
        return "evaluation" if zlib.crc32(key) % EVALUATION_SHARE == 0 else "train"


def arithmetic_problems(
    split: Split,
    seed: int,
    operators: Sequence[str] = OPERATORS,
    digits: Sequence[int] = (1, 2, 3, 4),
    num_operators: Sequence[int] = (1,),
) -> Iterator[Problem]:
    """An endless stream of problems of one split.

    operators: any of "+", "-", "*". digits: operand lengths, drawn per operand. num_operators: drawn per problem.
    Raises ValueError for other operators and for counts below 1.
    """
    unknown = [operator for operator in operators if operator not in OPERATORS]
    if unknown or not operators:
        raise ValueError(f"operators={operators!r}: must be some of {OPERATORS!r}")
    if not digits or min(digits) < 1:
        raise ValueError(f"digits={list(digits)}: operands have at least 1 digit")
    if not num_operators or min(num_operators) < 1:
        raise ValueError(f"num_operators={list(num_operators)}: a problem has at least 1 operator")
    generator = random.Random(seed)

    def operand() -> int:
        length = generator.choice(digits)
        return generator.randint(10 ** (length - 1) if length > 1 else 0, 10**length - 1)

    def problems() -> Iterator[Problem]:
        while True:
            count = generator.choice(num_operators)
            chosen = tuple(generator.choice(operators) for _ in range(count))
            problem = Problem(tuple(operand() for _ in range(count + 1)), chosen)
            if problem.split == split:
                yield problem

    return problems()


def evaluation_problems(num_samples: int, seed: int, **options) -> list[Problem]:
    """Up to `num_samples` different evaluation problems; fewer where no more turn up in 2,000 draws in a row."""
    problems: dict[Problem, None] = {}
    stream = arithmetic_problems("evaluation", seed, **options)
    repeats = 0
    while len(problems) < num_samples and repeats < 2_000:
        problem = next(stream)
        repeats = repeats + 1 if problem in problems else 0
        problems[problem] = None
    return list(problems)


def arithmetic_dataset(
    tokenizer: PreTrainedTokenizerBase, num_blocks: int, block_size: int, seed: int, **options
) -> "Dataset":
    """`num_blocks` blocks of `block_size` tokens, cut without regard for lines from lines `a+b=c`.

    Columns `input_ids` and `labels`, the same text. Cutting anywhere lets every character occur at every position;
    a position that never occurs in training breaks generation. options: those of `arithmetic_problems`.
    """
    from datasets import Dataset

    exact = (problem for problem in arithmetic_problems("train", seed, **options) if problem.is_exact)
    tokens: list[int] = []
    while len(tokens) < num_blocks * block_size:
        lines = [f"{problem.prompt}{problem.answer}\n" for problem in islice(exact, 10_000)]
        for ids in tokenizer(lines, add_special_tokens=False)["input_ids"]:
            tokens.extend(ids)
    blocks = np.array(tokens[: num_blocks * block_size]).reshape(num_blocks, block_size)
    return Dataset.from_dict({"input_ids": blocks, "labels": blocks}).with_format("torch")
