"""Which numbers of a text a model reads, and where: its own reader, with each character a token."""

from functools import cache, lru_cache
from typing import NamedTuple

import torch

from ..decimal_tensor import DecimalTensor, format_decimal
from ..number_grammar import OTHER, SYMBOLS, grammar_table
from ..number_text import read_numbers
from ..number_words import WordNumbers, dictionary, part_keys, part_table, read_words, role_table
from ..tokenization import BLANKS, number_symbol
from ..word_tokens import CHARACTER_PARTS, word_part


class NumberPlace(NamedTuple):
    """A number of a text, as a model reads it.

    start, end: its place in the text, end exclusive. readable: the place of the character that proves that it ended.
    value: its decimal text, None where it has none. in_words: whether it is written in words.
    """

    start: int
    end: int
    readable: int
    value: str | None
    in_words: bool


@cache
def _grammar() -> torch.Tensor:
    return grammar_table()


@cache
def _word_tables(words: tuple[str, ...]) -> tuple[dict[str, int], torch.Tensor, torch.Tensor, torch.Tensor]:
    """The row of each word part that a character may be, and what `read_words` looks up."""
    parts: dict[str, list[int]] = {part: [] for part in CHARACTER_PARTS}
    rows = {part: row for row, part in enumerate(part_keys(parts))}
    return rows, part_table(parts), dictionary(), role_table(words)


def _words_of(text: str, words: tuple[str, ...]) -> WordNumbers:
    """The numbers in words of a text of which each character is a token."""
    rows, *tables = _word_tables(words)
    row_of = {character: rows[word_part(character)] for character in set(text)}
    return read_words(torch.tensor([[row_of[character] for character in text]]), *tables)


@lru_cache(maxsize=8)
def numbers_of(text: str, words: tuple[str, ...] = ()) -> list[NumberPlace]:
    """The numbers of a text, in their order; the last is readable where the text has ended.

    words: which number words are read (`GPTDAGConfig.dag_number_words`).
    Numbers with blanks between their thousands have no value: tokenizers that split these blanks cannot read them.
    """
    text += "\n"
    names = {character: "_" if character in BLANKS else number_symbol(character) for character in set(text)}
    symbols = {character: OTHER if name is None else SYMBOLS[name] for character, name in names.items()}
    stream = torch.tensor([[symbols[character] for character in text]], dtype=torch.long)
    found = read_numbers(stream, _grammar(), _words_of(text, words) if words else None, has_joined_signs=False)
    readable = found.ended.nonzero()[:, 1].unsqueeze(0)  # (1, M)
    first, last = found.place(readable)
    packed = found.value_at(readable, torch.ones_like(readable, dtype=torch.bool))
    in_words = ~found.ended_in_digits.gather(1, readable)
    places = torch.cat([first, last + 1, readable, *DecimalTensor.unpack(packed), in_words]).T.tolist()
    return [
        NumberPlace(start, end, proof, format_decimal(mantissa, scale) if valid else None, bool(in_words))
        for start, end, proof, mantissa, scale, valid, in_words in places
    ]
