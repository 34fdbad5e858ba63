"""Which tokens of a tokenizer are parts of number words: `GPTDAGConfig.word_tokens`.

What is unusual: nothing is assumed about how a tokenizer cuts words. Every token is told by its text: the letters that
it ends with, and what stands before them. So "seven" is found in one token, in "se|ven" and in five bytes.
"""

import unicodedata

from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from .number_words import BREAK, DIGIT, LETTERS, LETTERS_AND_BREAK, OTHER_WORD, SILENT, word_parts
from .tokenization import following_digit, token_texts

# Of characters that are split into several tokens the first tells whether they break words. Letters that share it with
# these usual ones are rare ("\u2c65" has that of a dash).
USUAL_BREAKS = (
    "\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2022\u00a0\u00a3\u00a7\u00ab\u00b0\u00b7\u00bb\u20ac\u2122\u2212"
)
USUAL_LETTERS = "\u00e9\u00c9\u00df\u0153\u03b1\u0416\u05d0\u0627\u0905\u4e2d\u3042\uac00\U0001d7d8"
# Every byte behind the first of a character stands in one of these.
SAMPLE = [*range(0x80, 0x800), *range(0x2000, 0x2070), *range(0x800, 0xD800, 0x100)]
SPLIT = "\N{REPLACEMENT CHARACTER}"


def is_word_character(character: str) -> bool:
    """Letters, digits of all scripts, marks on letters, and the underscore."""
    return character.isalnum() or character == "_" or unicodedata.category(character).startswith("M")


def word_part(text: str) -> str:
    """The word part of a token's text, a key of `word_tokens`."""
    letters = len(text)
    while letters > 0 and is_word_character(text[letters - 1]):
        letters -= 1
    before, part = text[:letters], text[letters:]
    if len(part) == 1 and part.isascii() and part.isdecimal():
        part = DIGIT
    elif part not in _PARTS:
        part = LETTERS
    if not before:
        return part
    if is_word_character(before[0]):
        return LETTERS if part else LETTERS_AND_BREAK
    if part == LETTERS:
        return OTHER_WORD
    return (" " if before in (" ", "-") else BREAK) + part


_PARTS = word_parts()
# What a single character may be.
CHARACTER_PARTS = [*(part for part in _PARTS if len(part) == 1), DIGIT, " ", BREAK, LETTERS]


def _split_parts(tokenizer: PreTrainedTokenizerBase) -> tuple[set[int], set[int]]:
    """Tokens that begin a split character which breaks words; tokens that stand in split characters behind those."""
    usual = [*USUAL_BREAKS, *(" " + character for character in USUAL_BREAKS)]
    parts = following_digit(tokenizer, [*usual, *USUAL_LETTERS, *map(chr, SAMPLE)])
    breaks = {part[0] for part in parts[: len(usual)] if len(part) > 1}
    return breaks, {token for part in parts for token in part[1:]}


def word_tokens(tokenizer: PreTrainedTokenizerBase) -> dict[str, list[int]]:
    """`GPTDAGConfig.word_tokens` of a fast tokenizer: for each word part the ids of its tokens.

    Tokens that are not listed end in other words and begin with a break. Raises ValueError for a slow tokenizer.
    """
    if not getattr(tokenizer, "is_fast", False):
        raise ValueError(f"{type(tokenizer).__name__} is not a fast tokenizer; number words need one")
    assert isinstance(tokenizer, PreTrainedTokenizerFast)
    breaks, behind = _split_parts(tokenizer)
    tokens: dict[str, list[int]] = {BREAK: sorted(tokenizer.all_special_ids)}
    for token, text in token_texts(tokenizer).items():
        if SPLIT not in text:
            part = word_part(text)
        elif token in breaks:
            part = BREAK
        elif token in behind:
            part = SILENT
        else:
            part = LETTERS if text[0] == SPLIT or is_word_character(text[0]) else OTHER_WORD
        if part != OTHER_WORD:
            tokens.setdefault(part, []).append(token)
    return tokens
