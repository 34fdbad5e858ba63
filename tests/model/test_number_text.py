"""Reading and writing numbers, against a regular expression and Python's Decimal."""

import random
import re
import sys
import unicodedata
from decimal import Decimal

import pytest
import torch

from helpers.naive_dag import next_character, numbers, plain, readable_numbers, written_characters
from helpers.numbers import GRAMMAR, decimals, numbers_at, symbols_of, texts
from modeling_gpt_dag import GPTDAGForCausalLM
from modeling_gpt_dag.decimal_tensor import DecimalTensor
from modeling_gpt_dag.exact_dag import execute
from modeling_gpt_dag.number_grammar import OTHER, SYMBOLS, VULGAR_FRACTIONS, grammar_table, symbol_table
from modeling_gpt_dag.number_memory import NumberMemory
from modeling_gpt_dag.number_text import WRITTEN_SYMBOLS, next_symbol, read_numbers
from modeling_gpt_dag.tokenization import BLANKS, DASHES, JOINTS, number_symbol


def numbers_at_every_token(symbols: torch.Tensor, num_values: int) -> tuple[DecimalTensor, torch.Tensor]:
    """The latest numbers at every token of symbols (B, L)."""
    index = torch.arange(symbols.shape[1]).expand_as(symbols)
    return numbers_at(read_numbers(symbols, GRAMMAR), index, num_values)


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
        (".5 ", ["0.5"]),
        ("-.5 ", ["-0.5"]),
        ("$.50 ", ["0.50"]),
        ("3-.5 ", ["0.5", "3"]),
        ("p.5 ", ["5"]),
        ("end .", []),
        ("1,000 ", ["1000"]),
        ("1\u00a0000 2\u202f345\u202f678.5 $12\u2009000, ", ["12000", "2345678.5", "1000"]),
        ("5\u00a0kg 5\u00a0", ["5"]),
        ("1,234,567.89=", ["1234567.89"]),
        ("-1,234,", []),
        ("01,234 ", ["1234"]),
        ("-1,234, ", ["-1234"]),
        ("1, 2,", ["1"]),
        ("1, 2, ", ["2", "1"]),
        ("1,000,000,000,000,000.00 ", ["1000000000000000.00"]),
        ("[100,200] {-1.5,3, 40,500} ", ["500", "40", "3", "-1.5", "200", "100"]),
        ("(1,234) ", ["1234"]),
        ("-$5 $-5 \u22125 ", ["-5", "-5", "-5"]),
        ("\u00bd -\u00bc 1\u00bd $2\u00be, -0\u00bd ", ["-0.5", "2.75", "1.5", "-0.25", "0.5"]),
        ("1,234\u00bc and 99999999999999999\u00bd ", ["99999999999999999.5", "1234.25"]),
        ("999,000\u00bd ", ["999000.5"]),
        ("7-$5 -$1,234.5 ", ["-1234.5", "5", "7"]),
        ("3\u20134 ", ["4", "3"]),
        ("1/2 12:30 50% 3rd 12x3 10x5 ", ["5", "10", "3", "12", "3", "50", "30", "12"]),
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


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("12,34 ", 1),
        ("1,2345 ", 1),
        ("1234,567 ", 1),
        ("0,123 ", 1),
        ("000,123 ", 1),
        ("1,234,56 ", 1),
        ("1.234,56 ", 1),
        ("1.5,2.5 ", 1),
        (".123,456 ", 1),
        ("1_000 ", 1),
        ("1'000 ", 1),
        ("1\u2019000 ", 1),
        ("12\u00a034 ", 1),
        ("1\u00a0234,567 ", 1),
        ("1,234\u00a0567 ", 1),
        ("1\u2008000 ", 1),
        ("1e3 ", 1),
        ("1.5E3 ", 1),
        ("1e-3 ", 2),
        ("1e+3 ", 2),
        ("0x15 ", 2),
        ("3\u00b2 ", 1),
        ("1\u2153 ", 1),
        ("\u00bd5 ", 1),
        ("1\u00bd.5 ", 1),
        ("1.5\u00bd ", 1),
        ("1000,000\u00bd ", 1),
        ("\u00bd\u00be ", 1),
        ("1.\u00bd ", 1),
        ("1,\u00bd ", 1),
        ("\u20135 ", 1),
        ("\u2013.5 ", 1),
        ("5\u0663 ", 1),
        ("1000000000000000000=", 1),
        ("0.1234567890123456789=", 1),
        ("1234567890123456789.5=", 1),
        ("1,000,000,000,000,000,000 ", 1),
        ("0." + "0" * 19 + " ", 1),
        ("0." + "0" * 20 + " ", 1),
        ("0." + "0" * 22 + " ", 1),
    ],
)
def test_what_is_not_read_keeps_its_slot_and_has_no_value(text, slots):
    assert read(text) == [None] * slots


@pytest.mark.parametrize(
    "characters",
    ["0123456789+-*=", "01.-)( ", "123456789.", "9-.)(a", "0012,,.-", "123,,. -$[]", "01.,ex_-+\u2013\u00bd$ [("],
)
def test_reading_random_strings_equals_the_regular_expression_at_every_prefix(characters):
    generator = random.Random(characters)
    lines = ["".join(generator.choices(characters, k=30)) for _ in range(60)]
    text = read_numbers(symbols_of(*lines), GRAMMAR)
    value, exists = numbers_at(text, torch.arange(30).expand(len(lines), -1), 3)
    for row, line in enumerate(lines):
        for end in range(30):
            expected = readable_numbers(line[: end + 1])[:3]
            found = decimals(value.map(lambda tensor, row=row, end=end: tensor[row, end]))
            assert found[: len(expected)] == expected, line[: end + 1]
            assert exists[row, end].tolist() == [rank < len(expected) for rank in range(3)]
            assert text.written[row, end] == written_characters(line[: end + 1]), line[: end + 1]


def test_a_packed_text_is_read_as_it_is_alone():
    """Its first token continues nothing of the text before it."""
    generator = random.Random(0)
    first, second = (
        symbols_of(*("".join(generator.choices("0012,,.-$[ex_\u2013\u00bd a", k=8)) for _ in range(2000)))
        for _ in range(2)
    )
    alone = read_numbers(second, GRAMMAR)
    starts = torch.arange(8).expand(2000, -1)
    packed = read_numbers(torch.cat([first, NumberMemory.mark_sequence_starts(second, starts)], 1), GRAMMAR)
    assert torch.equal(packed.written[:, 8:], alone.written)
    # What becomes readable at its first token began before it.
    assert torch.equal(packed.ended[:, 9:], alone.ended[:, 1:])
    for found, expected in zip(packed.value, alone.value, strict=True):
        assert torch.equal(found[:, 9:], expected[:, 1:])


def test_symbols_of_a_config_from_before_read_as_they_did():
    """Then commas and all that joins digits were other characters, and no number began with a point."""
    old = {*"0123456789-.)", " -", "unreadable", *(f" {digit}" for digit in range(10))}
    text = "1,234 .5 -.5 1e3 [1,2]-$5.-7 "
    ids = [[SYMBOLS[character] if character in old else OTHER for character in text]]
    value = read_numbers(torch.tensor(ids), grammar_table(old)).value
    assert texts(decimals(value.map(lambda part: part[value.valid]))) == [
        *("1", "234", "5", "5", "1", "3", "1", "2", "5", "-7")
    ]


def test_a_model_saved_without_the_newer_symbols_reads_as_it_did(make_model, symbols, encode, tmp_path):
    old = {symbol: ids for symbol, ids in symbols.items() if symbol in "0123456789-.)"}
    ids = encode(".5 -.5 1,234=")
    for number_tokens, expected in ((old, [234, 1, 5, 5, 0]), (symbols, [1234, -0.5, 0.5, 0, 0])):
        make_model(number_tokens=number_tokens).save_pretrained(tmp_path)
        model = GPTDAGForCausalLM.from_pretrained(tmp_path)
        assert model(ids, output_dag=True).dag.values[0, -1, :5].tolist() == expected


def test_no_character_of_unicode_makes_half_a_number():
    """Every numeral, space, sign and mark that there is, in front of digits, behind and between them."""
    characters = [
        c for c in map(chr, range(sys.maxunicode)) if unicodedata.category(c).startswith(("N", "Z", "P", "S"))
    ]
    # Characters of the same symbol are the same to the reader.
    forms = ("1{}234 ", "a {}5 ", "5{} ", "a {}.5 ")
    of_symbol = {number_symbol(character): character for character in characters}
    readings = {symbol: [texts(read(form.format(c))[::-1]) for form in forms] for symbol, c in of_symbol.items()}
    for character in characters:
        between, before, behind, before_point = readings[number_symbol(character)]
        if character in "0123456789.,":
            continue
        if character in VULGAR_FRACTIONS:  # a number ends with one
            whole = ["5.5", "5.25", "5.75"][VULGAR_FRACTIONS.index(character)]
            assert behind == [whole] and {*between, *before, *before_point} == {None}, character
            continue
        if unicodedata.category(character).startswith("N") or re.match(
            "SUPERSCRIPT|SUBSCRIPT", unicodedata.name(character, "")
        ):
            assert {*between, *before, *behind, *before_point} == {None}, character
            continue
        is_space = unicodedata.category(character) == "Zs" and character not in " \u3000"
        joins = is_space or character in JOINTS
        assert between == (["1234"] if character in BLANKS else [None] if joins else ["1", "234"]), character
        assert behind == ["5"], character
        is_minus = character in "-\N{MINUS SIGN}"
        assert before == (["-5"] if is_minus else [None] if character in DASHES else ["5"]), character
        assert before_point in (["-0.5"] if is_minus else [None] if character in DASHES else ["0.5"], ["5"]), character


def test_with_a_number_of_too_many_decimals_nothing_is_computed():
    """Those that are all 0 are within the window of digits that is read."""
    for zeros in range(17, 26):
        text = f"0.{'0' * zeros}+2="
        value, _ = numbers_at_every_token(symbols_of(text), 2)
        plan = torch.tensor([1, 0, 0]).expand(1, len(text), 1, 1, 3)
        result = execute(value.pack(), plan, ["add"])[..., 0, 2]
        expected = Decimal(f"2.{'0' * zeros}") if zeros < 18 else None
        assert decimals(DecimalTensor.unpack(result))[-1] == expected, zeros


def unicode_text(generator: random.Random, characters: dict[str, list[str]]) -> str:
    """Digits, alone, in threes and more, and beside them any numeral, sign, blank or separator that there is."""
    text = ""
    for _ in range(generator.randint(1, 12)):
        kind = generator.choice(["digits", "digits", "digits", "separator", "usual", *characters])
        if kind == "digits":
            text += "".join(generator.choices("0012345", k=generator.choice([1, 1, 2, 3, 3])))
        elif kind == "separator":
            text += generator.choice([*".,,.-$_'eExX+)([{", "\u2212", "\u2013", "\u2019", *BLANKS])
        else:
            text += generator.choice(characters[kind] if kind != "usual" else [*" \u00bd\u00b2\u0663/:%=(a"])
    return text


@pytest.mark.parametrize("count", [500, pytest.param(20_000, marks=pytest.mark.slow)])
def test_of_all_of_unicodes_digits_signs_and_separators_no_number_is_read_that_is_not_there(count):
    """Slots are where a person sees a number; their values are what the person says, or there is none."""
    characters: dict[str, list[str]] = {}
    for character in map(chr, range(0x20000)):
        category = unicodedata.category(character)
        if category[0] in "NZ" or category in ("Pd", "Po", "Sc", "Sm", "Cf"):
            characters.setdefault(category[0], []).append(character)
    generator = random.Random(0)
    lines = [unicode_text(generator, characters) for _ in range(count)]
    seen = 0
    for some in (lines[start : start + 500] for start in range(0, count, 500)):
        text = read_numbers(symbols_of(*(line + " " for line in some)), GRAMMAR)
        values, starts = text.value, text.place(torch.arange(text.written.shape[1]).expand_as(text.written))[0]
        for row, line in enumerate(some):
            expected = [(number.start, number.value) for number in numbers(line + " ")]
            ends = text.ended[row].nonzero()[:, 0]
            found = decimals(values.map(lambda part, row=row, ends=ends: part[row, ends]))
            assert [*zip(starts[row, ends].tolist(), found, strict=True)] == expected, (line, expected)
            seen += sum(value is not None for value in found)
    assert seen > count // 2


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
