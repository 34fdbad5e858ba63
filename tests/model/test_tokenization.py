"""Tokenizers: one token per digit, and what each token means to a number."""

import pytest
import torch
from tokenizers import Tokenizer, models
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from helpers.numbers import GRAMMAR, decimals, texts
from helpers.tokenizers import bpe
from modeling_gpt_dag import byte_tokenizer, number_tokens, split_digits
from modeling_gpt_dag.number_grammar import symbol_table
from modeling_gpt_dag.number_text import read_numbers
from modeling_gpt_dag.tokenization import number_symbol

TEXT = "1234+5=\n-3.5 é 日本 <a>\t"


def test_the_byte_tokenizer_writes_any_text_and_every_digit_alone(tokenizer):
    ids = tokenizer.encode(TEXT)
    assert tokenizer.decode(ids) == TEXT and len(ids) == len(TEXT.encode())
    assert len(tokenizer) == 257 and tokenizer.pad_token_id is not None


def test_a_saved_byte_tokenizer_loads_as_it_was(tmp_path):
    byte_tokenizer(model_max_length=99).save_pretrained(tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    assert loaded.encode(TEXT) == byte_tokenizer(99).encode(TEXT)
    assert loaded.model_max_length == 99 and loaded.padding_side == "left"


def test_characters_of_a_byte_tokenizer_are_one_token_each_and_leave_numbers_readable(tmp_path):
    tokenizer = byte_tokenizer(99, "°π√−")
    text = "sin(30°) − 5π + √2 ½ é"
    assert len(tokenizer) == 257 + 5  # the last two begin with the same two bytes
    tokenizer.save_pretrained(tmp_path)
    ids = AutoTokenizer.from_pretrained(tmp_path).encode(text)
    assert ids == tokenizer.encode(text) and tokenizer.decode(ids) == text
    assert [tokenizer.decode([token]) for token in ids[:15]] == list("sin(30°) − 5π +")
    for reader, numbers in ((tokenizer, ["30"]), (byte_tokenizer(99), [])):
        symbols = symbol_table(number_tokens(reader))[torch.tensor([reader.encode("30°)")])]
        assert [text for text in read_numbers(symbols, GRAMMAR).value.texts() if text is not None] == numbers


def test_split_digits_gives_each_digit_a_token_and_keeps_the_ids(tmp_path):
    merged = bpe("1|2", "12|3", "Ġ|1", "a|b")
    assert len(merged.encode("123 ab")) == 3
    tokenizer = split_digits(merged)
    assert [tokenizer.decode([i]) for i in tokenizer.encode("123 ab12")] == ["1", "2", "3", " ", "ab", "1", "2"]
    assert tokenizer.get_vocab() == merged.get_vocab() and tokenizer.model_max_length == 32
    tokenizer.save_pretrained(tmp_path)
    assert AutoTokenizer.from_pretrained(tmp_path).encode("a12") == tokenizer.encode("a12")


def test_split_digits_refuses_a_vocabulary_without_digits():
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0}, unk_token="a")))
    with pytest.raises(ValueError, match="no token for the digits"):
        split_digits(tokenizer)


def test_number_tokens_refuses_a_tokenizer_that_merges_digits():
    with pytest.raises(ValueError, match="merges digits .*split_digits"):
        number_tokens(bpe("1|2"))


def test_number_tokens_tells_spaced_signed_and_unreadable_tokens_apart():
    tokenizer = split_digits(bpe("1|2", "Ġ|7", "(|-", ")|-", "a|)", "Ġ|-", "5|)", "=|-"))
    symbols = number_tokens(tokenizer)
    token = tokenizer.get_vocab()
    assert symbols["7"] == [token["7"]] and symbols[" 7"] == [token["Ġ7"]]
    assert symbols["-"] == [token["-"]]
    assert sorted(symbols[" -"]) == sorted([token["(-"], token["Ġ-"], token["=-"]])
    assert symbols[")"] == [token[")"], token["a)"]]
    assert {token["12"], token["5)"]} <= set(symbols["unreadable"])
    assert token[")-"] not in [i for ids in symbols.values() for i in ids]


def test_number_tokens_of_the_byte_tokenizer_are_complete(symbols, tokenizer):
    found = {symbol: set(map(tokenizer.decode, ids)) for symbol, ids in symbols.items()}
    assert {symbol: found[symbol] for symbol in "0123456789-.),+$"} == {
        symbol: {symbol} for symbol in "0123456789-.),+$"
    }
    assert (found["_"], found["e"], found["x"], found["["]) == ({"_", "'"}, {"e", "E"}, {"x", "X"}, {"[", "{"})
    assert {" ", "\n", "(", "=", "*"} <= found["opening"] and not {"a", "-", ")", "."} & found["opening"]


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("$.", " ."),
        (" .", " ."),
        ("a.", None),
        ("..", None),
        ("-.", "unreadable"),
        ("-$", "-"),
        (" -$", " -"),
        ("(-$", "unreadable"),
        (" (\u2212", " -"),
        (" \u2013", " \u2013"),
        (")\u2013", None),
        ("e-", "_"),
        ("\u00a05", "unreadable"),
        ("\u0665", "unreadable"),
        ("\u207b", "unreadable"),
        ("\u00a0", "\u00a0"),
        ("\u202f", "\u00a0"),
        ("\u2008", "_"),
        (" $", "opening"),
        ("\u20ac", "$"),
        ("word", None),
        ("", None),
    ],
)
def test_a_token_means_to_a_number_what_its_text_says(text, symbol):
    assert number_symbol(text) == symbol


READINGS = {
    "1,234.5 and .5 ": ["1234.5", "0.5"],
    "-$5, (.25)\n": ["-5", "0.25"],
    "x=[100,200] ": ["100", "200"],
    "12\u00d73=\u20ac4\u00f72 ": ["12", "3", "4", "2"],
    "1\u202f234 ": [],
    "1\u00a0234 ": [],
    "1\u2019234 ": [],
    "3\u00b2 1\u2154 \u21535 ": [],
    "12,34 1e5 1e-5 1_000 0x10 ": [],
    "\u0663\u0664 5\u0663 ": [],
    "\u20135 ": [],
}


def test_blanks_that_are_tokens_set_off_thousands():
    tokenizer = split_digits(bpe("\u00c2|\u0142"))
    ids = torch.tensor(
        [tokenizer("1\u00a0234\u00a0567 12\u00a034 1\u202f234 ", add_special_tokens=False)["input_ids"]]
    )
    table = symbol_table(number_tokens(tokenizer))
    value = read_numbers(table[ids.clamp(max=len(table) - 1)], GRAMMAR).value
    assert texts(decimals(value.map(lambda part: part[value.valid]))) == ["1234567"]


@pytest.mark.parametrize(("merges", "numbers"), [((), []), (("\u00c2|\u00bd", "\u0120|\u00c2\u00bd"), ["1.5", "0.5"])])
def test_a_half_is_read_where_it_is_a_token_and_spoils_its_number_where_it_is_two(merges, numbers):
    tokenizer = split_digits(bpe(*merges))
    ids = torch.tensor([tokenizer("1\u00bd \u00bd ", add_special_tokens=False)["input_ids"]])
    table = symbol_table(number_tokens(tokenizer))
    value = read_numbers(table[ids.clamp(max=len(table) - 1)], GRAMMAR).value
    assert [text for text in value.texts() if text is not None] == numbers


@pytest.mark.parametrize("text", READINGS, ids=ascii)
@pytest.mark.parametrize(
    "merges", [(), ("$|.", "Ġ|.", "Ġ|-", "\u00c2|\u00bd", "Ġ|(", "\u00e2|\u012a", "Ġ|1")], ids=["bytes", "merges"]
)
def test_a_number_is_read_whole_or_not_at_all_in_any_tokens(text, merges):
    tokenizer = split_digits(bpe(*merges))
    ids = torch.tensor(tokenizer(text, add_special_tokens=False)["input_ids"]).unsqueeze(0)
    table = symbol_table(number_tokens(tokenizer))
    value = read_numbers(table[ids.clamp(max=len(table) - 1)], GRAMMAR).value
    few = value.map(lambda part: part[value.valid])
    assert texts(decimals(few)) == READINGS[text]
