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


class PlanFormat(NamedTuple):
    """What a plan label can say: steps, slots of numbers read, slots of constants, names of the operations."""

    depth: int
    num_values: int
    num_constants: int
    operations: Sequence[str]


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

    def plan(self, format: PlanFormat) -> list[tuple[int, int, int]]:
        """The steps that compute the answer where the operands are the latest numbers: operand1, operand2, operation.

        Products first, then sums from the left; steps that are left over carry the result on by `identity`.
        Raises ValueError where the format has too few steps, slots or operations.
        """
        first_result = format.num_values + format.num_constants
        steps: list[tuple[int, int, str]] = []

        def step(left: int, right: int, name: str) -> int:
            steps.append((left, right, name))
            return first_result + len(steps) - 1

        slots = range(len(self.operands) - 1, -1, -1)  # the latest number is slot 0
        terms = [("add", slots[0])]
        for operator, slot in zip(self.operators, slots[1:], strict=True):
            if operator == "*":
                sign, left = terms[-1]
                terms[-1] = (sign, step(left, slot, "multiply"))
            else:
                terms.append(("add" if operator == "+" else "subtract", slot))
        total = terms[0][1]
        for name, slot in terms[1:]:
            total = step(total, slot, name)
        while len(steps) < format.depth:
            total = step(total, -100, "identity")
        missing = {name for _, _, name in steps} - set(format.operations)
        if len(steps) > format.depth or len(self.operands) > format.num_values or missing:
            raise ValueError(
                f"{self.prompt} takes {len(self.operators)} steps, {len(self.operands)} numbers and "
                f"{sorted({name for _, _, name in steps})}; the model has {format}"
            )
        return [(left, right, format.operations.index(name)) for left, right, name in steps]

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
    tokenizer: PreTrainedTokenizerBase,
    num_blocks: int,
    block_size: int,
    seed: int,
    plan_format: PlanFormat | None = None,
    **options,
) -> "Dataset":
    """`num_blocks` blocks of `block_size` tokens, cut without regard for lines from lines `a+b=c`.

    Columns `input_ids` and `labels`, the same text; with a `plan_format` also `plan_labels` (block_size, D, 3), at the
    tokens from which the answer's characters and its end follow. Cutting anywhere lets every character occur at every
    position; a position that never occurs in training breaks generation. options: those of `arithmetic_problems`.
    """
    from datasets import Array3D, Dataset, Features, List, Value

    exact = (problem for problem in arithmetic_problems("train", seed, **options) if problem.is_exact)
    size = num_blocks * block_size
    tokens: list[int] = []
    depth = plan_format.depth if plan_format is not None else 0
    plans = np.full((size, depth, 3), -100, dtype=np.int16)
    while len(tokens) < size:
        problems = list(islice(exact, 10_000))
        prompts = tokenizer([problem.prompt for problem in problems], add_special_tokens=False)["input_ids"]
        answers = tokenizer([f"{problem.answer}\n" for problem in problems], add_special_tokens=False)["input_ids"]
        for problem, prompt, answer in zip(problems, prompts, answers, strict=True):
            start, speaks = len(tokens), len(tokens) + len(prompt) - 1
            tokens.extend(prompt + answer)
            # A problem whose beginning is in the block before has operands that cannot be read.
            end = min(speaks + len(answer), (start // block_size + 1) * block_size, size)
            if depth and speaks < end:
                plans[speaks:end] = problem.plan(plan_format)
    blocks = np.array(tokens[:size]).reshape(num_blocks, block_size)
    columns = {"input_ids": blocks, "labels": blocks}
    features = {name: List(Value("int64")) for name in columns}
    if depth:
        columns["plan_labels"] = plans.reshape(num_blocks, block_size, depth, 3)
        features["plan_labels"] = Array3D((block_size, depth, 3), "int16")
    return Dataset.from_dict(columns, features=Features(features)).with_format("torch")
