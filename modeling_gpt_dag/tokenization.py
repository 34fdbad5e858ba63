"""Tokenizers with one token per digit, and which tokens are numbers.

GPT-DAG reads numbers from token ids alone, so a tokenizer must give every digit a token of its own. `byte_tokenizer`
builds such a tokenizer for models trained from scratch, `split_digits` changes a pretrained one accordingly,
`pretrained_tokenizer` loads one, changed if needed, and `number_tokens` lists the tokens of each number symbol.
"""

import copy
import unicodedata
from collections.abc import Iterable, Sequence

from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoTokenizer, PreTrainedTokenizerBase, PreTrainedTokenizerFast

from .number_grammar import REQUIRED_SYMBOLS, VULGAR_FRACTIONS

MINUSES, DASHES = "-\N{MINUS SIGN}", "\u2010\u2011\u2012\u2013\ufe63\uff0d"
# Between digits they set off thousands or decimals in notations that are not read.
JOINTS = "_'\u2019\u02bc\u00b7\u066b\u066c\uff0c\uff0e\u2044\u00ad\u200b\u2060\ufeff" + "".join(
    chr(code) for code in range(128, 0x3000) if unicodedata.category(chr(code)) == "Zs"
)
BLANKS = "\u00a0\u2009\u202f"  # of those the ones that may set off thousands, where they are tokens of their own
EXPONENT_SIGNS = [letter + sign for letter in "eE" for sign in MINUSES + DASHES + "+"]
JOINING = "\N{MINUS SIGN}\N{EN DASH}\u2019\u00a0\u2009\u202f"  # the usual ones of all these
# Characters that stand beside digits and do not change what number that is; some tokenizers split them.
HARMLESS = "\N{MULTIPLICATION SIGN}\N{DIVISION SIGN}£€¥"

END_OF_TEXT = "<|endoftext|>"
# A base model continues text, so the messages follow each other without markup.
CHAT_TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}"


def byte_tokenizer(model_max_length: int, characters: str = "") -> PreTrainedTokenizerFast:
    """A tokenizer of 256 bytes and `<|endoftext|>`: it encodes every text, and each digit is a token.

    characters: others that are to be one token each. A character of several tokens may spoil the number before it, as
        "°" does, whose first byte is also that of "½".
    """
    bytes_of = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokens = [END_OF_TEXT, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    merges: dict[tuple[str, str], None] = {}
    for character in characters:
        ((parts, _),) = bytes_of.pre_tokenize_str(character)
        merges |= {(parts[:end], parts[end]): None for end in range(1, len(parts))}
    vocabulary = {token: i for i, token in enumerate([*tokens, *map("".join, merges)])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=list(merges)))
    tokenizer.pre_tokenizer = bytes_of
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=END_OF_TEXT,
        eos_token=END_OF_TEXT,
        pad_token=END_OF_TEXT,
        model_max_length=model_max_length,
        padding_side="left",
        clean_up_tokenization_spaces=False,
        chat_template=CHAT_TEMPLATE,
    )


def split_digits(tokenizer: PreTrainedTokenizerBase) -> PreTrainedTokenizerFast:
    """A copy of a fast tokenizer that gives every digit its own token; vocabulary and ids stay the same.

    Raises ValueError if the tokenizer is not a fast one or has no tokens for the ten digits.
    """
    if not getattr(tokenizer, "is_fast", False):
        raise ValueError(f"{type(tokenizer).__name__} is not a fast tokenizer; only those can split digits")
    assert isinstance(tokenizer, PreTrainedTokenizerFast)
    missing = [digit for digit in "0123456789" if digit not in tokenizer.get_vocab()]
    if missing:
        raise ValueError(f"the vocabulary of {tokenizer.name_or_path!r} has no token for the digits {missing}")
    # The generic fast class keeps the pre-tokenizer it is given. GPT2Tokenizer would rebuild its own.
    backend = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    digits = pre_tokenizers.Digits(individual_digits=True)
    present = [backend.pre_tokenizer] if backend.pre_tokenizer is not None else []
    backend.pre_tokenizer = pre_tokenizers.Sequence([digits, *present])
    settings = copy.deepcopy(tokenizer.init_kwargs)
    for stale in ("tokenizer_object", "tokenizer_file", "vocab_file", "merges_file", "vocab", "merges", "backend"):
        settings.pop(stale, None)
    settings.update(tokenizer.special_tokens_map)
    return PreTrainedTokenizerFast(tokenizer_object=backend, **settings)


def pretrained_tokenizer(name: str, **options) -> PreTrainedTokenizerFast:
    """The fast tokenizer of a directory or of the Hub, with a token for every digit and one for padding.

    options: for `AutoTokenizer.from_pretrained`. Raises ValueError if a DAG cannot read numbers with it.
    """
    tokenizer = AutoTokenizer.from_pretrained(name, **options)
    try:
        number_tokens(tokenizer)
    except ValueError:
        tokenizer = split_digits(tokenizer)
        number_tokens(tokenizer)  # refuses a tokenizer that splitting does not mend
    assert isinstance(tokenizer, PreTrainedTokenizerFast)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def following_digit(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> list[list[int]]:
    """Tokens of texts that follow a digit. A text of its own would begin with a space in some tokenizers."""
    digit = tokenizer("1", add_special_tokens=False)["input_ids"]
    encoded = tokenizer(["1" + text for text in texts], add_special_tokens=False)["input_ids"]
    return [ids[len(digit) :] for ids in encoded]


def token_texts(tokenizer: PreTrainedTokenizerFast) -> dict[int, str]:
    """Text of every token in the middle of a text, leading space included; without special tokens."""
    anchor = tokenizer.encode("=", add_special_tokens=False)[-1]
    ids = sorted(set(tokenizer.get_vocab().values()) - set(tokenizer.all_special_ids))
    options = {"clean_up_tokenization_spaces": False, "skip_special_tokens": False}
    prefix, *texts = tokenizer.batch_decode([[anchor], *([anchor, token] for token in ids)], **options)
    return {token: text.removeprefix(prefix) for token, text in zip(ids, texts, strict=True)}


def _is_numeral(character: str) -> bool:
    """Digits of all scripts, fractions, and raised or lowered signs: "5", "½", "²"."""
    raised = unicodedata.decomposition(character).startswith(("<super>", "<sub>"))
    category = unicodedata.category(character)
    return category.startswith("N") or (raised and category in ("Sm", "Ps", "Pe"))


def _is_opening(character: str) -> bool:
    """Whether ".5" behind it is a number: it is part of no word or number, and closes nothing."""
    closes = character in ".!?%\N{HORIZONTAL ELLIPSIS}" or unicodedata.category(character) in ("Pe", "Pf")
    return not (character.isalnum() or closes or unicodedata.category(character).startswith("M"))


def number_symbol(text: str) -> str | None:
    """The number symbol of a token's text, None for OTHER."""
    if not text:
        return None
    bare = text.lstrip(" \t\r\n")
    spaced = " " if bare != text else ""
    is_digit = bare.isascii() and bare.isdecimal() and len(bare) == 1
    if is_digit or bare in tuple(VULGAR_FRACTIONS):
        return spaced + bare
    if any(map(_is_numeral, text)):
        return "unreadable"
    if text in MINUSES:
        return "-"
    if text in (".", ",", "+", "/"):
        return text
    if len(text) == 1 and text in BLANKS:
        return "\N{NO-BREAK SPACE}"
    if text in EXPONENT_SIGNS or all(character in JOINTS for character in text):
        return "_"
    if text in ("e", "E", "x", "X"):
        return text.lower()
    if len(text) == 1 and unicodedata.category(text) == "Sc":
        return "$"
    before, last = text[-2:-1], text[-1]
    if unicodedata.category(last) == "Sc" and bare[:-1] in (*MINUSES, *DASHES):
        return number_symbol(text[:-1])  # "-$9" and "$45-$9" read as "-9" and "45-9"
    if before and before in MINUSES + DASHES and (last == "." or unicodedata.category(last) == "Sc"):
        return "unreadable"  # "-.": whether the minus is a sign says the token before
    # The minus shares a token with the text before it: "(-" begins a number, ")-" does not.
    if last in MINUSES:
        return None if before == ")" else " -"
    if last in DASHES:
        return "–" if text == last else None if before == ")" else " –"
    if last == ".":
        return " ." if before and _is_opening(before) else None
    if last in ")[{":
        return ")" if last == ")" else "["
    return "opening" if _is_opening(last) else None


def _unreadable_parts(tokenizer: PreTrainedTokenizerBase) -> set[int]:
    """Tokens that begin a character which is split into several and which spoils a number before it.

    And those that end one which spoils a number behind it. Other characters of which they are parts do so, too.
    """

    def split(characters: Iterable[str]) -> list[list[int]]:
        parts = following_digit(tokenizer, [character + "1" for character in characters])
        return [part[:-1] for part in parts if len(part) > 2]

    numerals = filter(_is_numeral, map(chr, range(128, 0x3000)))
    first = {part[0] for part in split([*numerals, *MINUSES, *DASHES, *JOINTS])}
    return first | {part[-1] for part in split(JOINING)} - {part[-1] for part in split(HARMLESS)}


def number_tokens(tokenizer: PreTrainedTokenizerBase) -> dict[str, list[int]]:
    """`GPTDAGConfig.number_tokens` of a fast tokenizer: for each number symbol the ids of its tokens.

    The first id of a digit, "-" and "." is the one that the tokenizer itself uses.
    Raises ValueError if the tokenizer merges digits, or has no token for a digit, "-" or ".".
    """
    if not getattr(tokenizer, "is_fast", False):
        raise ValueError(f"{type(tokenizer).__name__} is not a fast tokenizer; exact numerics needs one")
    assert isinstance(tokenizer, PreTrainedTokenizerFast)
    for probe in ("1234567890", "a 12", "x=345\n67"):
        tokens = tokenizer.encode(probe, add_special_tokens=False)
        texts = [text.strip() for text in tokenizer.batch_decode([[token] for token in tokens])]
        merged = [text for text in texts if len(text) > 1 and any(character.isdecimal() for character in text)]
        if merged:
            raise ValueError(
                f"this tokenizer merges digits ({merged[0]!r} is one token): use "
                "`tokenizer = modeling_gpt_dag.split_digits(tokenizer)` with the model"
            )
    symbols: dict[str, list[int]] = {}
    parts = _unreadable_parts(tokenizer)
    for token, text in token_texts(tokenizer).items():
        # What is not a whole character is read as this one.
        is_part = "\N{REPLACEMENT CHARACTER}" in text
        symbol = ("unreadable" if token in parts else None) if is_part else number_symbol(text)
        if symbol is not None:
            symbols.setdefault(symbol, []).append(token)
    for symbol in REQUIRED_SYMBOLS:
        # Encoded after a digit, after a letter and alone. After "=" some tokenizers would merge a minus with it.
        last = [tokenizer.encode(before + symbol, add_special_tokens=False)[-1] for before in ("1", "a", "")]
        written = [token for token in last if token in symbols.get(symbol, [])]
        if not written:
            raise ValueError(f"the tokenizer does not write {symbol!r} as a token of its own")
        symbols[symbol].remove(written[0])
        symbols[symbol].insert(0, written[0])
    return symbols
