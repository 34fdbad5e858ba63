"""Reading and writing numbers, against a regular expression and Python's Decimal."""

import random
from decimal import Decimal

import pytest
import torch

from helpers.naive_dag import next_character, plain, readable_numbers, value_of, written_characters
from helpers.numbers import GRAMMAR, decimals, numbers_at
from modeling_gpt_dag.decimal_tensor import DecimalTensor
from modeling_gpt_dag.number_text import (
    SYMBOLS,
    WRITTEN_SYMBOLS,
    next_symbol,
    read_numbers,
    symbol_table,
)


def numbers_at_every_token(symbols: torch.Tensor, num_values: int) -> tuple[DecimalTensor, torch.Tensor]:
    """The latest numbers at every token of symbols (B, L)."""
    index = torch.arange(symbols.shape[1]).expand_as(symbols)
    return numbers_at(read_numbers(symbols, GRAMMAR), index, num_values)


def symbols_of(*texts: str) -> torch.Tensor:
    width = max(map(len, texts))
    return torch.tensor([[SYMBOLS.get(character, 0) for character in text.ljust(width)] for text in texts])


def read(text: str, num_values: int = 8) -> list[Decimal | None]:
    """Numbers readable at the last character, latest first, without the missing ones."""
    value, exists = numbers_at_every_token(symbols_of(text), num_values)
    return decimals(value.map(lambda tensor: tensor[0, -1]))[: int(exists[0, -1].sum())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12+34=", ["34", "12"]),
        ("3-4=", ["4", "3"]),
        ("(3)-4=", ["4", "3"]),
        ("3--4=", ["-4", "3"]),
        ("3 -4=", ["-4", "3"]),
        ("3 - 4=", ["4", "3"]),
        ("-5=", ["-5"]),
        ("--5=", ["-5"]),
        ("007=", ["7"]),
        ("-0=", ["0"]),
        ("1.50=", ["1.50"]),
        ("12. Then", ["12"]),
        ("12.", []),
        ("12", []),
        ("1.2.3 ", ["3", "1.2"]),
        ("1..2 ", ["2", "1"]),
        (".5 ", ["5"]),
        ("1,000 ", ["0", "1"]),
        ("5.-3 ", ["-3", "5"]),
        ("no numbers", []),
        ("1 2 3 4 5 6 7 8 9 ", ["9", "8", "7", "6", "5", "4", "3", "2"]),
        ("999999999999999999=", ["999999999999999999"]),
        ("0000000000000000000000042=", ["42"]),
    ],
)
def test_reading_follows_the_grammar(text, expected):
    assert read(text) == [Decimal(number) for number in expected]
    assert list(map(str, read(text))) == [str(plain(Decimal(number))) for number in expected]


@pytest.mark.parametrize("text", ["1000000000000000000=", "0.1234567890123456789=", "1234567890123456789.5="])
def test_a_number_too_long_to_be_exact_exists_without_a_value(text):
    assert read(text) == [None]


@pytest.mark.parametrize("characters", ["0123456789+-*=", "01.-)( ", "123456789.", "9-.)(a"])
def test_reading_random_strings_equals_the_regular_expression_at_every_prefix(characters):
    generator = random.Random(characters)
    texts = ["".join(generator.choices(characters, k=30)) for _ in range(60)]
    text = read_numbers(symbols_of(*texts), GRAMMAR)
    value, exists = numbers_at(text, torch.arange(30).expand(len(texts), -1), 3)
    for row, line in enumerate(texts):
        for end in range(30):
            expected = readable_numbers(line[: end + 1])[:3]
            found = decimals(value.map(lambda tensor, row=row, end=end: tensor[row, end]))
            assert found[: len(expected)] == [value_of(number) for number in expected], line[: end + 1]
            assert exists[row, end].tolist() == [rank < len(expected) for rank in range(3)]
            assert text.written[row, end] == written_characters(line[: end + 1]), line[: end + 1]


def test_a_number_of_many_digits_takes_one_position():
    positions = (~read_numbers(symbols_of("a12+-3.5="), GRAMMAR).continues).cumsum(1) - 1
    assert positions.tolist() == [[0, 1, 1, 2, 3, 3, 3, 3, 4]]


def test_a_token_with_leading_space_begins_a_number_of_its_own():
    stream = torch.tensor(
        [[SYMBOLS["3"], SYMBOLS[" 5"], SYMBOLS["2"], 0, SYMBOLS["1"], SYMBOLS[" -"], SYMBOLS["4"], 0]]
    )
    value, _ = numbers_at_every_token(stream, 4)
    assert decimals(value.map(lambda tensor: tensor[0, -1])) == [-4, 1, 52, 3]


@pytest.mark.parametrize("stream", ["u3 ", "3u ", "u-3 ", "u.3 ", "3.u ", "u.3.4.6 "])
def test_numbers_that_touch_an_unreadable_token_have_no_value(stream):
    ids = [SYMBOLS["unreadable"] if character == "u" else SYMBOLS.get(character, 0) for character in stream]
    value, exists = numbers_at_every_token(torch.tensor([ids]), 1)
    assert exists[0, -1].item() and not value.valid[0, -1].item()


def test_ids_beyond_the_table_are_no_number_symbols():
    table = symbol_table({"7": [3], "-": [1]})
    assert table.tolist() == [0, SYMBOLS["-"], 0, SYMBOLS["7"], 0]


def random_decimals(count: int) -> list[Decimal]:
    generator = random.Random(0)
    values = [Decimal(0), Decimal("0.00"), Decimal("-0.05"), Decimal(10**18 - 1), Decimal(1 - 10**18)]
    while len(values) < count:
        mantissa = generator.randint(0, 10 ** generator.randint(1, 18) - 1) * generator.choice((1, -1))
        values.append(plain(Decimal(mantissa).scaleb(-generator.randint(0, 18) * generator.randint(0, 1))))
    return values


def test_writing_equals_decimal_text_character_by_character():
    values = random_decimals(1500)
    tensor = DecimalTensor.constants([format(value, "f") for value in values], torch.device("cpu"))
    written = torch.arange(23)
    symbols = next_symbol(tensor.map(lambda part: part.unsqueeze(1)), written)
    assert symbols.tolist() == [[next_character(value, j) for j in range(23)] for value in values]


def test_reading_what_was_written_gives_the_same_number():
    for value in random_decimals(200):
        assert list(map(str, read(format(value, "f") + " "))) == [str(value)]


def test_nothing_is_written_for_a_missing_number():
    nothing = DecimalTensor(torch.tensor([5]), torch.tensor([0]), torch.tensor([False]))
    assert next_symbol(nothing, torch.tensor([0])).item() == -1


def test_symbols_that_can_be_written_are_those_of_decimal_text():
    assert sorted(WRITTEN_SYMBOLS) == sorted(set("".join(format(value, "f") for value in random_decimals(300))))
