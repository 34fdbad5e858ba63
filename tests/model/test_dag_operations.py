"""The operation table: exact against Python's Decimal, soft against its formulas and clamps."""

import random
from decimal import Decimal

import pytest
import torch

from helpers.naive_dag import apply, plain, run_plan
from helpers.numbers import compute, exact, tensor_of
from modeling_gpt_dag.dag_operations import OPERATIONS
from modeling_gpt_dag.decimal_tensor import DecimalTensor
from modeling_gpt_dag.exact_dag import execute

CPU = torch.device("cpu")
PAIRWISE = [name for name, operation in OPERATIONS.items() if operation.over_range is None]
RANGES = [name for name in OPERATIONS if name not in PAIRWISE]


def texts(values: DecimalTensor) -> list[str | None]:
    columns = zip(*(tensor.tolist() for tensor in values), strict=True)
    return [format(Decimal(m).scaleb(-s), "f") if valid else None for m, s, valid in columns]


def operands(count: int, seed: int) -> list[str]:
    generator = random.Random(seed)
    special = ["0", "1", "-1", "2", "0.5", "1.0", "10", "-0.25", "64", "999999999999999999", "-999999999999999999"]
    numbers = []
    for _ in range(count - len(special)):
        mantissa = generator.randint(0, 10 ** generator.randint(1, 18) - 1) * generator.choice((1, -1))
        scale = generator.choice((0, 0, 0, 1, 2, 5, 18))
        numbers.append(format(plain(Decimal(mantissa).scaleb(-scale)), "f"))
    return special + numbers


@pytest.mark.parametrize("name", PAIRWISE)
def test_exact_operation_equals_decimal_or_has_no_result(name):
    left, right = operands(70, seed=1), operands(70, seed=2)
    pairs = [(a, b) for a in left for b in right]
    result = exact(name, tensor_of([a for a, _ in pairs]), tensor_of([b for _, b in pairs]))
    expected = [apply(name, Decimal(a), Decimal(b)) for a, b in pairs]
    assert texts(result) == [None if value is None else format(value, "f") for value in expected]


@pytest.mark.parametrize("names", [PAIRWISE, ["subtract", "identity", "add"], ["subtract"]], ids=" ".join)
def test_the_chosen_operation_alone_decides(names):
    left, right = tensor_of(operands(70, seed=3)), tensor_of(operands(70, seed=4))
    operation = torch.randint(len(names), left.mantissa.shape)
    result = compute(names, operation, left, right)
    for index, name in enumerate(names):
        chosen = operation == index
        for part, expected in zip(result, exact(name, left, right), strict=True):
            assert torch.equal(part[chosen], expected[chosen]), name


@pytest.mark.parametrize(
    ("name", "a", "b", "expected"),
    [
        ("add", "12.30", "4.50", "16.80"),
        ("add", "0.1", "0.2", "0.3"),
        ("multiply", "1000000000", "1000000000", None),
        ("multiply", "999999999", "1000000001", "999999999999999999"),
        ("divide", "7", "2", "3.5"),
        ("divide", "1", "3", None),
        ("divide", "1", "0", None),
        ("divide", "-6", "4", "-1.5"),
        ("divide", "999.998", "2621.44000", "0.381468963623046875"),
        ("divide", "1", "288230376151711744", None),
        ("power", "2", "59", "576460752303423488"),
        ("power", "2", "60", None),
        ("power", "2", "-2", "0.25"),
        ("power", "0.5", "-20", "1048576"),
        ("power", "0", "0", None),
        ("power", "4", "0.5", None),
        ("log", "1", "5", "0"),
        ("log", "0", "5", None),
        ("max", "0.1", "-3", "0.1"),
        ("min", "0.000000000000000001", "999999999999999999", "0.000000000000000001"),
    ],
)
def test_exact_examples(name, a, b, expected):
    assert texts(exact(name, tensor_of([a]), tensor_of([b]))) == [expected]


@pytest.mark.parametrize("name", PAIRWISE)
def test_no_result_stays_no_result(name):
    nothing = tensor_of(["5"]).masked(torch.tensor([False]))
    assert texts(exact(name, nothing, tensor_of(["2"]))) == [None]


@pytest.mark.parametrize(
    ("name", "a", "b", "expected"),
    [
        ("add", 2.0, 3.0, 5.0),
        ("identity", 2.0, 3.0, 2.0),
        ("multiply", 2.0, 3.0, 6.0),
        ("subtract", 2.0, 3.0, -1.0),
        ("divide", 6.0, -3.0, -2.0),
        ("divide", 1.0, 0.0, 1e6),
        ("power", 2.0, 3.0, 8.0),
        ("power", 1e9, 9.0, 1e6),
        ("log", 1.0, 0.0, 0.0),
        ("log", 0.0, 0.0, -18.420681),
        ("max", 2.0, 3.0, 3.0),
        ("min", 2.0, 3.0, 2.0),
    ],
)
def test_soft_operation_has_a_finite_value_and_gradient(name, a, b, expected):
    left, right = torch.tensor(a, requires_grad=True), torch.tensor(b, requires_grad=True)
    value = OPERATIONS[name].soft(left, right)
    torch.testing.assert_close(value, torch.tensor(expected))
    operands = (left, right)[: OPERATIONS[name].operands]
    assert all(gradient.isfinite() for gradient in torch.autograd.grad(value, operands))


@pytest.mark.parametrize("size", [1, 5, 64])
def test_an_operation_on_a_range_equals_decimal_or_has_no_result(size):
    generator = random.Random(size)
    rows, plans = 120, 12
    lines = [
        [
            generator.choice(operands(40, seed=row)) if row % 3 else str(generator.randint(-999, 999))
            for _ in range(size)
        ]
        for row in range(rows)
    ]
    values = tensor_of([text for line in lines for text in line]).map(lambda part: part.view(rows, 1, size))
    missing = torch.rand(rows, 1, size) < 0.01
    values = values.masked(~missing)
    chosen = torch.randint(size + 1, (rows, 1, plans, 1, 2))  # one slot behind the numbers is none
    operation = torch.randint(len(RANGES), (rows, 1, plans, 1, 1))
    initial = torch.cat([values.pack(), tensor_of(["7"]).pack().view(2, 1, 1, 1).expand(2, rows, 1, 1)], -1)
    plan = torch.cat([chosen, operation], -1)
    slots = execute(initial, plan, RANGES, num_numbers=size)
    found = texts(DecimalTensor.unpack(slots[..., -1]).map(torch.flatten))
    expected, given = [], 0
    for row in range(rows):
        numbers = [None if missing[row, 0, i] else Decimal(text) for i, text in enumerate(lines[row])]
        for first, last, name in plan[row, 0, :, 0].tolist():
            slots = run_plan(numbers, [(first, last, RANGES[name])], size)
            expected.append(None if slots[-1] is None else format(slots[-1], "f"))
            given += slots[-1] is not None
    assert found == expected and given > 200


def test_a_column_of_prices_is_added_up_and_overflow_is_no_sum():
    column = tensor_of(["12.50", "3.5", "100", "-0.25"]).pack().view(2, 1, 1, 4)
    plan = torch.tensor([[0, 3, 0], [3, 1, 0], [2, 2, 0]]).view(1, 1, 3, 1, 3)
    assert texts(DecimalTensor.unpack(execute(column, plan, ["sum"])[..., -1].flatten(1))) == [
        "115.75",
        "103.25",
        "100",
    ]
    huge = tensor_of(["999999999999999999"] * 40).pack().view(2, 1, 1, 40)
    plan = torch.tensor([[0, 39, 0], [0, 1, 0], [5, 5, 0]]).view(1, 1, 3, 1, 3)
    assert texts(DecimalTensor.unpack(execute(huge, plan, ["sum"])[..., -1].flatten(1))) == [None, None, "9" * 18]
