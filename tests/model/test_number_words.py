"""Number words: read as a person reads them, in any tokens, and exact in every cache."""

import random
from decimal import Decimal

import pytest
import torch
from transformers import DynamicCache

from helpers.naive_words import word_numbers
from helpers.numbers import GRAMMAR, decimals, symbols_of, texts
from helpers.tokenizers import bpe
from modeling_gpt_dag import GPTDAGForCausalLM, byte_tokenizer, split_digits, word_tokens
from modeling_gpt_dag.data.number_places import numbers_of
from modeling_gpt_dag.number_grammar import NUM_SYMBOLS
from modeling_gpt_dag.number_text import read_numbers
from modeling_gpt_dag.number_words import (
    BREAK,
    DEFAULT_WORD_GROUPS,
    LETTERS,
    OTHER_WORD,
    SPOILERS,
    WORD_GROUPS,
    dictionary,
    part_of_tokens,
    part_table,
    read_words,
    role_table,
)
from modeling_gpt_dag.plan_search import written_numbers
from modeling_gpt_dag.word_tokens import word_part

TEXT = "Twenty-five plus two hundred and six is 231, seventeen times half. Two thirds of a thousand weigh 5."
VALUES = ["25", "206", "231", "17", "0.5", None, "1000", "5"]
MERGES = (
    "t|w",
    "tw|o",
    "Ġ|two",
    "h|u",
    "Ġ|hu",
    "s|e",
    "v|e",
    "se|ve",
    "Ġ|seve",
    "n|d",
    "a|nd",
    "e|n",
    "T|w",
    "-|f",
    "o|f",
)
SEPARATORS = [*[" "] * 12, "-", "-", "-", ", ", ". ", "\n", "  ", "\u2014", "_", ""]
WORDS = [
    *WORD_GROUPS["cardinals"],
    *WORD_GROUPS["multiples"],
    *WORD_GROUPS["fractions"],
    *["one"] * 4,
    *["and"] * 8,
    *["a"] * 5,
    *["hundred"] * 8,
    *["thousand"] * 6,
    *SPOILERS[:6],
    *("thirds", "apples", "Twenty", "Two", "TWO", "5", "often", "weight", "someone", "th", "an", "\u00e9"),
]


def words_of(text: str, groups=DEFAULT_WORD_GROUPS) -> list[tuple[int, int, str | None]]:
    return [(found.start, found.end, found.value) for found in numbers_of(text, groups) if found.in_words]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("seven", ["7"]),
        ("Seventeen eggs", ["17"]),
        ("zero, ten; twelve", ["0", "10", "12"]),
        ("twenty-five or twenty five", ["25", "25"]),
        ("three hundred", ["300"]),
        ("a hundred and one", ["101"]),
        ("Two thousand", ["2000"]),
        ("five hundred thousand two hundred and six", ["500206"]),
        ("nineteen hundred, twenty-five hundred", ["1900", "2500"]),
        ("one million", ["1000000"]),
        ("two million five hundred thousand", ["2500000"]),
        ("two and three or four to five", ["2", "3", "4", "5"]),
        ("two hundred and the others", ["200"]),
        ("half a dozen", ["0.5", "12"]),
        ("one half, a quarter", ["0.5", "0.25"]),
        ("twice three dozen pair score double triple", ["2", "3", "12", "2", "20", "2", "3"]),
        ("two-5", ["2"]),
        ("two.", ["2"]),
        ("\u201csix\u201d \u2014 nine\u2019s", ["6", "9"]),
        ("two a day", ["2"]),
        ("five thousand\nsix", ["5000", "6"]),
        ("someone often weight tenet freighter, none eighty9 _two two_ 5five TWO tWo", []),
        ("one, first and second to hundreds of fifths", []),
        ("5 thousand, 2 million", []),
        ("third, two thirds, twenty-first, two three, twenty twenty, several hundred, two trillion", [None] * 7),
        ("three hundred twenty-five thousand, two thousand and three hundred", [None] * 2),
    ],
)
def test_number_words_are_read_as_they_are_meant_or_keep_a_slot(text, expected):
    assert [value for _, _, value in words_of(text)] == expected


def test_one_and_single_groups_are_read_where_they_are_asked_for():
    text = "one of two is half or twice"
    values = {groups: [value for *_, value in words_of(text, groups)] for groups in (("one",), ("multiples",), ())}
    assert values == {("one",): ["1"], ("multiples",): ["2"], (): []}


def random_text(generator: random.Random) -> str:
    return "".join(generator.choice(WORDS) + generator.choice(SEPARATORS) for _ in range(generator.randint(1, 9)))


@pytest.mark.parametrize("count", [400, pytest.param(5_000, marks=pytest.mark.slow)])
def test_random_words_are_read_as_the_plain_reader_reads_them_or_have_no_value(count):
    generator = random.Random(0)
    seen = missed = 0
    for _ in range(count):
        text = random_text(generator)
        found, expected = words_of(text), word_numbers(text)
        assert [place[:2] for place in found] == [place[:2] for place in expected], text
        for (*_, value), number in zip(found, expected, strict=True):
            missed += value is None and number.value is not None
            assert value is None or Decimal(value) == number.value, (text, value, number)
            seen += value is not None
    assert seen > 0.8 * count and missed < 0.01 * seen


@pytest.mark.parametrize("merges", [(), MERGES], ids=["bytes", "merges"])
def test_words_are_read_in_any_tokens(merges):
    tokenizer = split_digits(bpe(*merges))
    tokens = word_tokens(tokenizer)
    part_of, tables = part_of_tokens(tokens), (part_table(tokens), dictionary(), role_table(DEFAULT_WORD_GROUPS))
    generator = random.Random(1)
    for text in [TEXT, *(random_text(generator) for _ in range(60))]:
        ids = torch.tensor([tokenizer(text + "\n", add_special_tokens=False)["input_ids"]])
        words = read_words(part_of[ids.clamp(max=len(part_of) - 1)], *tables)
        at = words.ends[0].nonzero()[:, 0]
        mantissa, scale = words.packed[:, 0, at]
        assert [scale.tolist().count(19), len(at)] == [
            [value for *_, value in words_of(text)].count(None),
            len(words_of(text)),
        ]
        found = [Decimal(int(m)).scaleb(-int(s)) if s < 19 else None for m, s in zip(mantissa, scale, strict=True)]
        assert texts(found) == [value for *_, value in words_of(text)], text


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("seven", "seven"),
        (" seven", " seven"),
        ("-seven", " seven"),
        ("(Seven", "\nSeven"),
        ("ve", "ve"),
        ("apples", LETTERS),
        (" apples", OTHER_WORD),
        ("n't", LETTERS),
        ("n-", "*\n"),
        (",", BREAK),
        ("  ", BREAK),
        ("-", " "),
        (" ", " "),
        ("5", "#"),
        (" 5", " #"),
        ("12", LETTERS),
        ("", ""),
    ],
)
def test_a_token_is_the_word_part_that_its_text_says(text, part):
    assert word_part(text) == part


def test_no_number_is_told_before_its_end_is_certain():
    """Every prefix of a text: what is readable at its last token is what the plain reader finds in whole words."""
    for text in ("Twenty-five plus two hundred and six is", "two thousand, seventy and two th, twent"):
        for end in range(1, len(text)):
            told = [number for number in numbers_of(text, DEFAULT_WORD_GROUPS) if number.readable < end]
            for continuation in ("", "\n", "ty", " thousand", "-one", "s", "th"):
                after = numbers_of(text[:end] + continuation, DEFAULT_WORD_GROUPS)
                assert after[: len(told)] == told, (text[:end], continuation)


def test_words_are_outside_numbers_to_the_writer_and_no_numbers_to_learn_from():
    text = "two-5 twenty=7 "
    tokenizer = byte_tokenizer(64)
    tokens = word_tokens(tokenizer)
    parts = part_of_tokens(tokens)[torch.tensor([tokenizer.encode(text)])]
    words = read_words(parts, part_table(tokens), dictionary(), role_table(DEFAULT_WORD_GROUPS))
    found = read_numbers(symbols_of(text), GRAMMAR, words)
    without = read_numbers(symbols_of(text), GRAMMAR)
    assert found.ended.sum() == 4 and torch.equal(found.written, without.written)
    index = torch.arange(len(text))
    for ours, theirs in zip(written_numbers(found, index).value, written_numbers(without, index).value, strict=True):
        assert torch.equal(ours, theirs)


@pytest.fixture(scope="module")
def parts(tokenizer):
    return word_tokens(tokenizer)


@pytest.fixture
def model(make_model, parts):
    return make_model(dag_number_words=DEFAULT_WORD_GROUPS, word_tokens=parts, n_positions=128)


def readings(output) -> list[str | None]:
    """What the last token reads, in the order of the text."""
    dag = output.dag
    parts = zip(dag.values_mantissa[0, -1], dag.values_scale[0, -1], dag.values_mask[0, -1], strict=True)
    return [str(Decimal(int(m)).scaleb(-int(s))) if valid else None for m, s, valid in list(parts)[:5]][::-1]


def test_a_model_reads_words_and_digits_in_the_order_of_the_text(model, encode):
    assert readings(model(encode(TEXT + "\n"), output_dag=True)) == VALUES[-5:]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=["float32", "bfloat16"])
@pytest.mark.parametrize("chunk", [1, 7])
def test_words_in_the_cache_are_exact(model, encode, chunk, dtype):
    model, ids = model.to(dtype), encode(TEXT + "\n")
    cache = DynamicCache(config=model.config)
    for part in ids.split(chunk, 1):
        output = model(part, past_key_values=cache, output_dag=True)
    assert readings(output) == VALUES[-5:]


def test_masked_tokens_and_other_sequences_are_no_part_of_a_word(model, encode):
    ids = encode("seventwenty\n")
    mask = torch.ones_like(ids)
    mask[:, :5] = 0
    assert readings(model(ids, attention_mask=mask, output_dag=True))[-1] == "20"
    positions = torch.tensor([[*range(5), *range(7)]])
    assert readings(model(ids, position_ids=positions, use_cache=False, output_dag=True))[-1] == "20"
    assert readings(model(ids, output_dag=True))[-1] is None


def test_embeddings_of_word_tokens_are_read_as_those_tokens(model, encode):
    ids = encode(TEXT)
    ours = model(inputs_embeds=model.get_input_embeddings()(ids)).logits
    torch.testing.assert_close(ours, model(ids).logits)


def test_a_model_that_reads_words_is_the_same_when_loaded(model, encode, tmp_path):
    model.save_pretrained(tmp_path)
    ids = encode(TEXT)
    loaded = GPTDAGForCausalLM.from_pretrained(tmp_path)
    assert loaded.config.dag_number_words == list(DEFAULT_WORD_GROUPS)
    assert torch.equal(loaded(ids).logits, model(ids).logits)


def test_without_number_words_nothing_differs(make_model, tokenizer, encode):
    ids = encode(TEXT)
    torch.manual_seed(0)
    plain = make_model(n_positions=128)
    torch.manual_seed(0)
    listed = make_model(n_positions=128, word_tokens=word_tokens(tokenizer))
    assert torch.equal(plain(ids).logits, listed(ids).logits)
    assert plain.state_dict().keys() == listed.state_dict().keys()


def test_a_model_that_reads_words_without_their_tokens_says_how_to_fill_them(make_model):
    with pytest.raises(ValueError, match="word_tokens = modeling_gpt_dag.word_tokens"):
        make_model(dag_number_words=["cardinals"])
    with pytest.raises(ValueError, match=r"dag_number_words=\['ordinals'\].*known are cardinals"):
        make_model(dag_number_words=["ordinals"])


def test_symbols_and_parts_fit_a_byte_each(tokenizer):
    """What is kept in a cache of bfloat16 is an integer of at most 256."""
    assert NUM_SYMBOLS <= 256 and len(part_table(word_tokens(tokenizer))) <= 2**16


def test_decimals_of_digits_are_untouched_by_words():
    text = "3.50 and twelve"
    assert [number.value for number in numbers_of(text, DEFAULT_WORD_GROUPS)] == ["3.50", "12"]
    value = read_numbers(symbols_of(text), GRAMMAR).value
    assert texts(decimals(value.map(lambda part: part[value.valid]))) == ["3.50"]
