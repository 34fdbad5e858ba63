"""Numbers of more than 18 digits: computed, read and written as Python's Decimal does it."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest
import torch

from helpers.naive_dag import WITH_LIMBS, apply, fits, next_character, plain, readable_numbers, run_plan
from helpers.numbers import GRAMMAR, compute_limbs, decimals, numbers_at, symbols_of, texts
from modeling_gpt_dag.decimal_tensor import DecimalTensor
from modeling_gpt_dag.exact_dag import execute
from modeling_gpt_dag.limb_tensor import BASE, LimbTensor, unpack
from modeling_gpt_dag.number_text import next_symbol, read_numbers

NAMES = [*WITH_LIMBS, "divide", "power", "abs"]  # the last three know 18 digits
WIDTHS = [19, 23, 24, 40, 63, 64, 100, 128, 256]
FEW_WIDTHS = [24, 63, 100, 128]  # limbs are filled to the last digit but one, or not


def random_mantissa(generator: random.Random, digits: int) -> int:
    """Of any size, often where something ends: at a power of ten, at the limit, in limbs of nines or zeros."""
    limbs = [generator.choice([0, 1, BASE - 1, BASE - 1, generator.randrange(BASE)]) for _ in range(digits // 8 + 1)]
    base = generator.choice(
        [
            generator.randrange(10 ** generator.randint(1, digits)),
            10 ** generator.randrange(digits) + generator.randint(-2, 2),
            10**digits - 1 - generator.randrange(3),
            sum(limb * BASE**place for place, limb in enumerate(limbs)) % 10 ** generator.randint(1, digits),
            generator.randrange(13),
        ]
    )
    return abs(base) * generator.choice([1, -1])


def random_decimal(generator: random.Random, digits: int) -> Decimal:
    scale = generator.choice([0, 0, 1, 2, 8, generator.randint(0, digits)])
    return plain(Decimal(random_mantissa(generator, digits)).scaleb(-scale))


def random_pair(generator: random.Random, digits: int) -> tuple[Decimal, Decimal]:
    """Two decimals, often such that sum, difference or product come near what fits."""
    a, b = random_decimal(generator, digits), random_decimal(generator, digits)
    mantissa, scale = random_mantissa(generator, digits), generator.randint(0, 3)
    kind = generator.choice(["any", "any", "equal", "opposite", "sum", "product", "aligned", "short"])
    if kind == "equal":
        b = a.scaleb(-generator.randint(0, 2))
    elif kind == "opposite":
        b = -a
    elif kind == "sum":
        a = Decimal(mantissa).scaleb(-scale)
        b = Decimal(10**digits - abs(mantissa) + generator.randint(-2, 2)).scaleb(-scale) * (1 if mantissa > 0 else -1)
    elif kind == "product":
        a = Decimal(mantissa).scaleb(-scale)
        b = Decimal(10**digits // max(abs(mantissa), 1) + generator.randint(-2, 2))
    elif kind == "aligned":  # 10**digits and more where it has the decimals of the other
        a = Decimal(10 ** (digits - scale) + generator.randint(-1, 1))
        b = Decimal(generator.randint(-20, 20)).scaleb(-scale)
    elif kind == "short":
        a, b = generator.choice([random_decimal(generator, 9), Decimal(1)]), Decimal(generator.randint(-9, 9))
    a, b = (a, b) if generator.random() < 0.5 else (b, a)
    a, b = plain(a), plain(b)
    if fits(a, digits) and fits(b, digits):
        return a, b
    return random_decimal(generator, digits), random_decimal(generator, digits)


def tensor_of(values: list[Decimal], digits: int) -> LimbTensor:
    return LimbTensor.constants([format(value, "f") for value in values], digits)


def assert_exact(name: str, digits: int, count: int):
    generator = random.Random(f"{name} {digits}")
    pairs = [random_pair(generator, digits) for _ in range(count)]
    left, right = (tensor_of(list(side), digits) for side in zip(*pairs, strict=True))
    result = compute_limbs([name], torch.zeros(count, dtype=torch.long), left, right, digits)
    # What a later step reads: limbs of one sign, each of eight digits.
    assert (result.limbs.abs() < BASE).all()
    assert ((result.limbs >= 0).all(0) | (result.limbs <= 0).all(0)).all()
    found, expected = texts(decimals(result)), texts([apply(name, a, b, None, digits) for a, b in pairs])
    wrong = [case for case in zip(pairs, found, expected, strict=True) if case[1] != case[2]]
    assert not wrong, wrong[:3]
    assert sum(text is not None for text in found) > count / 100


@pytest.mark.parametrize("digits", FEW_WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_an_operation_gives_the_exact_result_or_none(name, digits):
    assert_exact(name, digits, 200)


@pytest.mark.slow
@pytest.mark.parametrize("digits", FEW_WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_an_operation_gives_the_exact_result_or_none_ten_thousand_times(name, digits):
    assert_exact(name, digits, 10_000)


def test_the_chosen_operation_alone_decides():
    generator = random.Random(0)
    pairs = [random_pair(generator, 40) for _ in range(500)]
    operation = torch.randint(len(NAMES), (500,))
    left, right = (tensor_of(list(side), 40) for side in zip(*pairs, strict=True))
    found = decimals(compute_limbs(NAMES, operation, left, right, 40))
    expected = [apply(NAMES[index], *pair, None, 40) for index, pair in zip(operation.tolist(), pairs, strict=True)]
    assert texts(found) == texts(expected)


@pytest.mark.parametrize("digits", WIDTHS)
def test_the_limit_is_a_power_of_ten(digits):
    most, half = 10**digits - 1, digits // 2
    cases = [
        ("add", most, 1, None),
        ("add", most, 0, most),
        ("add", most - 1, 1, most),
        ("add", -most, -1, None),
        ("add", most, -most, 0),
        ("subtract", -most, 1, None),
        ("subtract", 1, most, 1 - most),
        ("multiply", 10**half, 10 ** (digits - half), None),
        ("multiply", 10**half, 10 ** (digits - half) - 1, 10**digits - 10**half),
        ("multiply", -(10**half), 10 ** (digits - half) - 1, 10**half - 10**digits),
        ("multiply", most, most, None),
        ("multiply", most, 0, 0),
        ("multiply", most, -1, -most),
        ("identity", -most, 0, -most),
    ]
    for name, a, b, expected in cases:
        left, right = tensor_of([Decimal(a)], digits), tensor_of([Decimal(b)], digits)
        result = compute_limbs([name], torch.zeros(1, dtype=torch.long), left, right, digits)
        assert result.texts() == [None if expected is None else str(expected)], (name, a, b)
    # With one decimal the first operand is the limit; their difference is below it.
    left, right = tensor_of([Decimal(10 ** (digits - 1))], digits), tensor_of([Decimal("0.5")], digits)
    result = compute_limbs(["subtract"], torch.zeros(1, dtype=torch.long), left, right, digits)
    assert result.texts() == ["9" * (digits - 1) + ".5"]


@pytest.mark.parametrize("name", NAMES)
def test_no_result_stays_no_result(name):
    nothing = tensor_of([Decimal(5), Decimal(1)], 40).masked(torch.tensor([False, False]))
    result = compute_limbs([name], torch.zeros(2, dtype=torch.long), nothing, tensor_of([Decimal(2)] * 2, 40), 40)
    assert result.texts() == [None, None]


@pytest.mark.parametrize("digits", WIDTHS)
def test_packing_narrowing_and_texts_keep_the_values(digits):
    generator = random.Random(digits)
    values = [random_decimal(generator, generator.choice([digits, 18, 9])) for _ in range(100)]
    tensor = tensor_of(values, digits)
    assert tensor.texts() == LimbTensor.unpack(tensor.pack()).texts() == [format(value, "f") for value in values]
    narrow = tensor.narrow()
    assert narrow.texts() == [format(value, "f") if fits(value) else None for value in values]
    assert LimbTensor.widen(narrow, len(tensor.limbs)).texts() == narrow.texts()
    # pytest.approx takes numbers near 0 as equal.
    assert all(
        found == pytest.approx(float(value), rel=1e-14, abs=0)
        for found, value in zip(tensor.to_float().tolist(), values, strict=True)
    )


def test_a_shape_function_is_applied_to_each_limb():
    tensor = tensor_of([Decimal(10**30 + index) for index in range(6)], 40)
    square = tensor.map(lambda part: part.view(2, 3))
    assert square.map(lambda part: part[1, 2]).texts() == [str(10**30 + 5)]
    assert square.map(lambda part: part.flatten(0, 1)).texts() == tensor.texts()


def random_text(generator: random.Random, digits: int) -> str:
    """Numbers about as long as `digits`, some in groups of three, with zeros before and behind."""
    parts = []
    for _ in range(3):
        length = generator.choice([1, 3, 18, 19, digits - 1, digits, digits + 1, generator.randint(1, digits + 3)])
        number = "".join(generator.choices("0123456789", k=length))
        if generator.random() < 0.4:
            number = f"{int(number):,}"
        number = generator.choice(["", "", "0", "0" * 20, "-", "$"]) + number
        decimals_ = generator.choice([0, 0, 1, 19, digits - length, digits, digits + 2])
        if decimals_ > 0:
            number += "." + "".join(generator.choices(generator.choice(["0", "0123456789"]), k=decimals_))
        parts.append(number + generator.choice(["+", " ", ", ", "[", "-", "e3 ", "\n"]))
    return "".join(parts)


@pytest.mark.parametrize("digits", [19, 40, 128])
@pytest.mark.parametrize("count", [100, pytest.param(3_000, marks=pytest.mark.slow)])
def test_numbers_are_read_as_the_regular_expression_and_decimal_read_them(digits, count):
    generator = random.Random(digits)
    for _ in range(0, count, 100):
        lines = [random_text(generator, digits) for _ in range(100)]
        width = max(map(len, lines))
        lines = [line.rjust(width) for line in lines]
        text = read_numbers(symbols_of(*lines), GRAMMAR)
        value, exists = numbers_at(text, torch.full((100, 1), width - 1), 4, digits)
        found = texts(decimals(value))
        for row, line in enumerate(lines):
            expected = texts(readable_numbers(line, digits))[:4]
            assert found[4 * row : 4 * row + len(expected)] == expected, line
            assert exists[row].sum() == len(expected), line


def test_at_every_token_numbers_are_read_as_at_one():
    """More requests than tokens take another way."""
    line = "12345678901234567890123,-1,234,567,890,123,456,789.5 77 "
    text = read_numbers(symbols_of(line), GRAMMAR)
    index = torch.arange(len(line)).unsqueeze(0)
    value, _ = numbers_at(text, index, 3, 40)
    found = texts(decimals(value))
    for end in range(len(line)):
        expected = (texts(readable_numbers(line[: end + 1], 40)) + [None] * 3)[:3]
        assert found[3 * end : 3 * end + 3] == expected, line[: end + 1]


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("9" * 40, "9" * 40),
        ("-" + "9" * 40, "-" + "9" * 40),
        ("9" * 41, None),
        ("1" + "0" * 40, None),
        ("0" * 30 + "9" * 40, "9" * 40),
        ("0." + "0" * 39 + "1", "0." + "0" * 39 + "1"),
        ("0." + "0" * 40 + "1", None),
        ("0." + "0" * 41, None),
        ("1" + ",000" * 13, "1" + "000" * 13),
        ("1234" + ",000" * 12, None),
        ("0,000" + ",000" * 6, None),
    ],
)
def test_the_longest_number_of_forty_digits(number, value):
    text = read_numbers(symbols_of(number + " "), GRAMMAR)
    found, exists = numbers_at(text, torch.tensor([[len(number)]]), 1, 40)
    assert exists.all() and found.texts() == [value]


@pytest.mark.parametrize("digits", [19, 40, 128, 256])
@pytest.mark.parametrize("count", [60, pytest.param(5_000, marks=pytest.mark.slow)])
def test_a_result_is_written_as_decimal_writes_it(digits, count):
    generator = random.Random(digits)
    values = [Decimal(0), Decimal("0.00"), Decimal("-0.05"), Decimal(10**digits - 1), Decimal(1 - 10**digits)]
    values += [random_decimal(generator, digits) for _ in range(count)]
    written = torch.arange(digits + 5)
    symbols = next_symbol(tensor_of(values, digits).map(lambda part: part.unsqueeze(1)), written).tolist()
    for value, row in zip(values, symbols, strict=True):
        assert row == [next_character(value, j) for j in range(digits + 5)], value


@pytest.mark.parametrize("digits", [19, 40, 128])
@pytest.mark.parametrize("rows", [10, pytest.param(300, marks=pytest.mark.slow)])
def test_plans_give_what_python_gives(digits, rows):
    """100 plans of three steps in each row, and what would be written next."""
    generator = random.Random(digits)
    size, depth, num_plans = 4, 3, 100
    numbers = [[random_decimal(generator, digits) for _ in range(size)] for _ in range(rows)]
    initial = tensor_of([value for row in numbers for value in row], digits).map(lambda part: part.view(rows, 1, size))
    slots = torch.arange(size, size + depth).unsqueeze(-1)
    operands = (torch.rand(rows, 1, num_plans, depth, 2) * slots).long()
    plans = torch.cat([operands, torch.randint(len(NAMES), (rows, 1, num_plans, depth, 1))], -1)
    written = torch.randint(8, (rows, 1, num_plans))
    results = unpack(execute(initial.pack(), plans, NAMES, digits=digits), digits)
    following = next_symbol(results.map(lambda part: part[..., -1]), written).flatten().tolist()
    found = texts(decimals(results))
    for case, (plan, count, symbol) in enumerate(
        zip(plans.flatten(0, 2).tolist(), written.flatten().tolist(), following, strict=True)
    ):
        named = [(left, right, NAMES[operation]) for left, right, operation in plan]
        expected = run_plan(numbers[case // num_plans], named, size, digits)
        assert found[case * (size + depth) : (case + 1) * (size + depth)] == texts(expected), named
        assert symbol == next_character(expected[-1], count), named


def test_a_constant_that_is_too_long_is_refused_by_name():
    with pytest.raises(ValueError, match="'1{41}' is no decimal of at most 40 digits"):
        LimbTensor.constants(["1" * 41], 40)


def test_up_to_eighteen_digits_numbers_stay_int64():
    packed = DecimalTensor.constants(["7"]).pack()
    assert isinstance(unpack(packed, 18), DecimalTensor)


def test_trailing_zeros_behind_the_point_are_dropped():
    generator = random.Random(3)
    values = [Decimal(0), Decimal("0.000"), Decimal("100"), Decimal("-5.50"), Decimal("10.0")]
    for _ in range(2_000):
        zeros, digits = generator.choice((0, 1, 7, 8, 9, 16, 20)), generator.randint(1, 20)
        mantissa = generator.randrange(-(10**digits), 10**digits) * 10**zeros
        values.append(Decimal(mantissa).scaleb(-generator.randint(0, 40)))
    given = LimbTensor.constants([format(value, "f") for value in values], 48)
    expected = [Fraction(value) for value in values]
    texts = given.shortened().texts()
    assert [Fraction(text) for text in texts] == expected
    assert not any("." in text and text.endswith("0") for text in texts)
    nothing = given.masked(torch.zeros(len(values), dtype=torch.bool)).shortened()
    assert nothing.texts() == [None] * len(values)
