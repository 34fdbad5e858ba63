"""Numerics under fire: random texts, numbers and plans against Python's own arithmetic. Never a wrong number.

Every run draws other cases; a failure prints its seed, and `--fuzz_seed` repeats it.
"""

import math
import random
import re
from decimal import Decimal
from fractions import Fraction

import pytest
import torch

from helpers.naive_dag import (
    REAL,
    Result,
    apply,
    fits,
    next_character,
    next_slot,
    numbers,
    plain,
    readable_numbers,
)
from helpers.numbers import GRAMMAR, PAIRWISE, decimals, exact, numbers_at, symbols_of, texts, values_of
from modeling_gpt_dag.dag_operations import OPERATIONS
from modeling_gpt_dag.decimal_tensor import LIMIT, MAX_DIGITS, DecimalTensor, parse_decimal
from modeling_gpt_dag.exact_dag import IndependentDAG, execute, written_decimals
from modeling_gpt_dag.fraction_tensor import FractionTensor
from modeling_gpt_dag.number_grammar import OTHER, SYMBOLS
from modeling_gpt_dag.number_text import END, next_symbol, read_numbers
from modeling_gpt_dag.tokenization import number_symbol

pytestmark = pytest.mark.slow
NAMES = list(OPERATIONS)
# The share of results that an operation may withhold, because what it computes on the way does not fit, or because
# float64 does not tell how to round.
MAY_REFUSE = dict.fromkeys(("round", "floor_divide", "remainder"), 0.3) | dict.fromkeys(REAL, 0.02)
LONGEST = MAX_DIGITS + len("-.") + 1  # "-0.", 18 decimals
# What stands between digits: nothing, signs, points, separators of thousands, parentheses, letters.
BETWEEN = [
    "",
    "-",
    "--",
    " -",
    ".",
    "..",
    "-.",
    ",",
    "[",
    "$",
    "_",
    "\N{EN DASH}",
    " ",
    "(",
    ")",
    ")-",
    "(-",
    "=",
    "+",
    "*",
    "x",
    "e",
    "\n",
    "é",
    "½",
]
# Tokens that hold digits beside other characters, as a merged vocabulary has them.
UNREADABLE = ["12", "5)", "a1", "3.", "-7", "1a", ".5", "0-", "²3"]


def batched(values: list, size: int) -> list[list]:
    return [values[start : start + size] for start in range(0, len(values), size)]


@pytest.fixture
def generator(request) -> random.Random:
    seed = request.config.getoption("--fuzz_seed")
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    print(f"--fuzz_seed {seed}")  # noqa: T201, pytest shows it where a test fails
    torch.manual_seed(seed)
    return random.Random(seed)


def random_mantissa(generator: random.Random) -> int:
    """Of any size up to 18 digits, often where something ends: at powers of ten, of two and five, at the limit."""
    base = generator.choice(
        [
            generator.randrange(10 ** generator.randint(1, MAX_DIGITS)),
            10 ** generator.randrange(MAX_DIGITS) + generator.randint(-2, 2),
            LIMIT - 1 - generator.randrange(3),
            2 ** generator.randrange(60) * generator.choice([1, 5 ** generator.randrange(6)]),
            5 ** generator.randrange(26),
            generator.randrange(13),
        ]
    )
    return min(abs(base), LIMIT - 1) * generator.choice([1, -1])


def random_decimal(generator: random.Random) -> Decimal:
    scale = generator.choice([0, 0, 0, 1, 2, 3, generator.randint(0, MAX_DIGITS)])
    return plain(Decimal(random_mantissa(generator)).scaleb(-scale))


def random_pair(generator: random.Random) -> tuple[Decimal, Decimal]:
    """Two decimals, often such that sum, product, quotient or power come near what fits 18 digits."""
    a, b = random_decimal(generator), random_decimal(generator)
    mantissa, scale = random_mantissa(generator), generator.randint(0, 3)
    near = {
        "any": b,
        "equal": a,
        "opposite": -a,
        "sum": Decimal(LIMIT - abs(mantissa) + generator.randint(-2, 2)) * (1 if mantissa > 0 else -1),
        "product": Decimal(LIMIT // max(abs(mantissa), 1) + generator.randint(-2, 2)),
        "quotient": Decimal(generator.choice([2, 4, 5, 8, 16, 25, 125, 3, 7, 2**17, 5**17])),
        "exponent": Decimal(generator.randint(-70, 70)),
        "scaled": b.scaleb(-generator.randint(0, 9)),
    }
    kind = generator.choice(list(near))
    if kind in ("sum", "product"):
        a = Decimal(mantissa).scaleb(-scale)
    elif kind == "exponent":
        a = generator.choice([a, Decimal(generator.randint(-12, 12)).scaleb(-generator.randint(0, 2))])
    a, b = plain(a), plain(near[kind])
    return (a, b) if fits(a) and fits(b) else (random_decimal(generator), random_decimal(generator))


def tensor_of(values: list[Decimal]) -> DecimalTensor:
    return DecimalTensor.constants([format(value, "f") for value in values], torch.device("cpu"))


@pytest.mark.parametrize("name", PAIRWISE)
def test_an_operation_gives_the_exact_result_or_none(name, generator):
    """10,000 pairs each."""
    pairs = [random_pair(generator) for _ in range(10_000)]
    left, right = (tensor_of(list(side)) for side in zip(*pairs, strict=True))
    values, wanted = values_of(exact(name, left, right)), [apply(name, a, b) for a, b in pairs]
    if name in REAL:  # what is written is right; float64 does not know the last digit that is kept
        values, wanted = ([Result(value, True).written() for value in each] for each in (values, wanted))
    found, expected = texts(values), texts(wanted)
    refused = MAY_REFUSE.get(name, 0.0)
    wrong = [
        case
        for case in zip(pairs, found, expected, strict=True)
        if case[1] != case[2] and not (refused and case[1] is None)
    ]
    assert not wrong, wrong[:3]
    assert sum(one is None for one in found) - sum(one is None for one in expected) <= refused * len(pairs)
    results = [(pair, Fraction(text)) for pair, text in zip(pairs, found, strict=True) if text is not None]
    assert len(results) > 5
    if name in REAL:
        return
    # The same without Python's Decimal.
    rational = {
        "add": lambda a, b: a + b,
        "identity": lambda a, b: a,
        "multiply": lambda a, b: a * b,
        "subtract": lambda a, b: a - b,
        "divide": lambda a, b: a / b,
        "power": lambda a, b: a ** int(b),
        "max": max,
        "min": min,
        "round": lambda a, b: round(a, int(b)) if abs(b) < 40 else Fraction(0),
        "floor_divide": lambda a, b: a // b,
        "remainder": lambda a, b: a % b,
        "percent": lambda a, b: a * b / 100,
        "gcd": lambda a, b: math.gcd(int(a), int(b)),
        "fraction": lambda a, b: (a / b).numerator,
        "denominator": lambda a, b: (a / b).denominator,
        "lcm": lambda a, b: math.lcm(int(a), int(b)),
        "abs": lambda a, b: abs(a),
    }[name]
    assert all(result == rational(*map(Fraction, pair)) for pair, result in results)


def random_text(generator: random.Random, length: int) -> str:
    """Digits, in runs of up to 22, with zeros before and behind, and what may stand between them."""
    text = ""
    while len(text) < length:
        digits = "".join(generator.choices("0123456789", k=generator.choice([1, 1, 2, 3, 4, 17, 18, 19, 22])))
        zeros = "0" * generator.choice([0, 0, 0, 1, 20])
        text += generator.choice(BETWEEN) + zeros + digits + generator.choice(["", "", ".", ".0", ".50"])
    return text[-length:]


@pytest.mark.parametrize("length", [1, 2, 5, 12, 30, 64])
def test_numbers_are_read_as_the_regular_expression_and_decimal_read_them(length, generator):
    """5,000 texts of each length, 4 numbers each, those of more than 18 digits without a value."""
    for lines in batched([random_text(generator, length) for _ in range(5_000)], 1_000):
        symbols = symbols_of(*lines)
        last = torch.full((len(lines), 1), length - 1)
        value, exists = numbers_at(read_numbers(symbols, GRAMMAR), last, 4)
        found = batched(texts(decimals(value)), 4)
        counts = exists.squeeze(1).sum(1).tolist()
        for line, values, count in zip(lines, found, counts, strict=True):
            expected = texts(readable_numbers(line))[:4]
            assert (values[:count], count) == (expected, len(expected)), line


def test_beside_tokens_that_cannot_be_read_no_number_is_read_wrongly(generator):
    """20,000 streams of 12 tokens: a number with a value is one of the text, from its first to its last character."""
    alphabet = [*"0123456789", *"..--,)x ", " 3", " 0", " -", *UNREADABLE]
    streams = [generator.choices(alphabet, k=12) + ["\n"] for _ in range(20_000)]
    symbols = {token: SYMBOLS.get(number_symbol(token) or "", OTHER) for token in [*alphabet, "\n"]}
    text = read_numbers(torch.tensor([[symbols[token] for token in stream] for stream in streams]), GRAMMAR)
    last, ended = text.last_digit(torch.arange(13).expand(len(streams), -1)).tolist(), text.value.valid.tolist()
    values = batched(texts(decimals(text.value)), 13)
    seen = 0
    for row, stream in enumerate(streams):
        ends = [len("".join(stream[: index + 1])) for index in range(13)]
        by_end = {number.end: number.value for number in numbers("".join(stream))}
        for index in (index for index in range(13) if ended[row][index]):
            assert [values[row][index]] == texts([by_end.get(ends[last[row][index]])]), (stream, index)
            seen += 1
    assert seen > 20_000


def test_a_result_is_written_as_decimal_writes_it(generator):
    """20,000 numbers, every character and the end."""
    values = [random_decimal(generator) for _ in range(20_000)]
    written = torch.arange(LONGEST + 2)
    found = next_symbol(tensor_of(values).map(lambda part: part.unsqueeze(1)), written).tolist()
    for value, symbols in zip(values, found, strict=True):
        assert symbols == [next_character(value, count) for count in range(LONGEST + 2)], value


def test_plans_on_the_numbers_of_a_text_give_what_python_gives(generator):
    """1,000 texts, 100 plans of three steps each: read, executed, and what would be written next."""
    size, depth, num_plans = 4, 3, 100
    lines = []
    for _ in range(1_000):
        numbers = [random_decimal(generator) for _ in range(size + 1)]
        numbers += [Decimal(generator.randint(-999, 999)).scaleb(-generator.randint(0, 2)) for _ in numbers]
        chosen = generator.sample(numbers, generator.randint(1, size + 1))
        lines.append("".join(format(number, "f") + generator.choice("+*=x, )(\n") for number in chosen))
    width = max(map(len, lines))
    symbols = symbols_of(*(line.rjust(width) for line in lines))
    initial, _ = numbers_at(read_numbers(symbols, GRAMMAR), torch.full((len(lines), 1), width - 1), size)
    slots = torch.arange(size, size + depth).unsqueeze(-1)
    operands = (torch.rand(len(lines), 1, num_plans, depth, 2) * slots).long()
    operations = torch.randint(len(NAMES), (len(lines), 1, num_plans, depth, 1))
    plans = torch.cat([operands, operations], -1)
    written = torch.randint(8, (len(lines), 1, num_plans))
    packed = execute(initial.pack(), plans, NAMES, 10)
    results = written_decimals(packed, 10)
    found = batched(batched(texts(decimals(results)), size + depth), num_plans)
    fractions = FractionTensor.unpack(packed.contiguous())
    exactly, kept = fractions.exact[:, 0].tolist(), batched(batched(values_of(fractions), size + depth), num_plans)
    following = next_symbol(results.map(lambda part: part[..., -1]), written).flatten(1).tolist()
    with_result = withheld = 0
    for line, scratch_lists, row_exactly, row_kept, row_plans, row_written, row_next in zip(
        lines, found, exactly, kept, plans[:, 0].tolist(), written[:, 0].tolist(), following, strict=True
    ):
        read = [Result(value) for value in (readable_numbers(line) + [None] * size)[:size]]
        for scratch, flags, values, plan, count, symbol in zip(
            scratch_lists, row_exactly, row_kept, row_plans, row_written, row_next, strict=True
        ):
            named = [(left, right, NAMES[operation]) for left, right, operation in plan]
            slots = list(read)
            steps = zip(named, scratch[size:], flags[size:], values[size:], strict=True)
            for (left, right, name), shown, is_exact, value in steps:
                expected = next_slot(slots, left, right, name, size)
                is_fraction = isinstance(expected.value, Fraction)
                # What is withheld takes no part in what follows.
                if shown is None and not is_exact and expected.written() is not None:
                    withheld += 1
                    expected = Result(None)
                assert is_exact == (shown is not None and not is_fraction and not expected.was_rounded), (line, named)
                # float64 does not know the last digit that a rounded result keeps, and later steps read it.
                slots.append(
                    expected._replace(value=value) if expected.was_rounded and shown is not None else expected
                )
                assert shown == texts([expected.written()])[0], (line, named)
            assert scratch == texts([slot.written() for slot in slots]), (line, named)
            assert symbol == next_character(slots[-1].written(), count), (line, named)
            with_result += scratch[-1] is not None
    assert with_result > 20_000 and withheld < 0.02 * depth * num_plans * len(lines)


def test_what_is_written_is_the_mixture_of_what_each_plan_writes(generator):
    """2,000 mixtures of 7 results, some of them none."""
    dag = IndependentDAG(
        END + 1, 4, depth=1, num_values=2, constants=[], operations=NAMES, num_plans=1, temperature=1.0
    )
    with torch.no_grad():
        dag.end_embedding.copy_(torch.eye(END + 1)[END])
    values = [[random_decimal(generator) for _ in range(7)] for _ in range(2_000)]
    results = tensor_of([value for row in values for value in row]).map(lambda part: part.view(2_000, 1, 7))
    missing = torch.rand(2_000, 1, 7) < 0.3
    written, weights = torch.randint(6, (2_000, 1)), torch.rand(2_000, 1, 7).softmax(-1)
    symbol_embedding = torch.eye(END + 1)[:END]
    probs, has_result, ends = dag.write(results.masked(~missing), written, weights, symbol_embedding)
    expected = torch.zeros(2_000, END + 2)  # the last column takes what writes nothing
    for row, (line, count) in enumerate(zip(values, written.flatten().tolist(), strict=True)):
        for plan, value in enumerate(line):
            symbol = -1 if missing[row, 0, plan] else next_character(value, count)
            expected[row, symbol] += weights[row, 0, plan]
    torch.testing.assert_close(probs.squeeze(1), expected[:, :-1])
    torch.testing.assert_close(ends.flatten(), expected[:, END])
    assert torch.equal(has_result.flatten(), expected[:, :-1].sum(1) > 0)


def test_a_constant_is_parsed_exactly_or_refused(generator):
    """10,000 texts that look like numbers."""
    for _ in range(10_000):
        whole, part = ("".join(generator.choices("0015", k=generator.randint(0, 20))) for _ in range(2))
        text = (
            generator.choice(["", "-", "--", "+", "x"]) + whole + generator.choice(["", ".", ".", "..", "９"]) + part
        )
        try:
            mantissa, scale = parse_decimal(text)
        except ValueError:
            assert not re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII) or not fits(Decimal(text)), text
        else:
            assert Fraction(mantissa, 10**scale) == Fraction(text) and fits(Decimal(text)), text
