"""Tokenizers: one token per digit, and what each token means to a number."""

import pytest
from tokenizers import Tokenizer, models
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from helpers.tokenizers import bpe
from modeling_gpt_dag import byte_tokenizer, number_tokens, split_digits

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
    assert sorted(symbols["unreadable"]) == sorted([token["12"], token["5)"]])
    assert token[")-"] not in [i for ids in symbols.values() for i in ids]


def test_number_tokens_of_the_byte_tokenizer_are_complete(symbols, tokenizer):
    assert {symbol: tokenizer.decode(ids) for symbol, ids in symbols.items()} == {s: s for s in "0123456789-.)"}
