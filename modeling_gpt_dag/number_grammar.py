"""The grammar of numbers in token streams: number symbols, and what three of them in a row say about the last.

What is unusual: all that can be told from a token and the two before it is told by one row of a table. Counts and
maxima along the text (`number_text`) do the rest.

A number is `[-] [$] digits [. digits]`, where commas or no-break blanks may set off thousands: "1,234.5". It may begin
with a point where no digit or word stands before: "-.5". It may be "½", "¼" or "¾", or end with one: "1½". Digits that
are joined or continued in a notation that is not read ("12,34", "1e3", "1_000", "3²", "0x1", an en dash before "5")
keep their slot and have no value: half a number is never read.
"3-4", "1/2" and "1.2.3" are several numbers, and so is "[100,200]": within brackets a comma ends a number.
"""

from collections.abc import Collection
from typing import NamedTuple

import torch
from torch import Tensor

# Number symbols, by what a token is or ends with. A token that begins with white space (" 5", " -") has its symbol
# plus SPACED; it never continues a number.
# MINUS (U+2212 too), POINT, DASH (U+2013), COMMA, EXPONENT ("e"), HEX ("x"), PLUS, CURRENCY: the token is that and
#   nothing else. BLANK: one that may set off thousands. A JOINT joins digits in a notation that is not read, as "_"
#   does. MINUS + SPACED and POINT + SPACED also end tokens in which something stands before that makes them begin a
#   number.
# CLOSE, BRACKET, OPENING: ends with ")", with "[" or "{", or with anything else behind which ".5" is a number.
# VULGAR and the two behind it: "½", "¼", "¾". They are linked as digits are, and a number ends with one: "1½".
# UNREADABLE: holds several digits, digits beside other characters ("12", "5)"), other numerals ("⅓", "²"), or a part
#   of a character that may be one of those. A number that touches one is unknown: it keeps its slot and has no value.
OTHER, MINUS, POINT, DASH, CLOSE, UNREADABLE, COMMA, JOINT = 0, 11, 12, 13, 14, 15, 16, 17
EXPONENT, HEX, PLUS, CURRENCY, BRACKET, OPENING, BLANK, VULGAR, SPACED = 18, 19, 20, 21, 22, 23, 24, 25, 28
NUM_SYMBOLS = 2 * SPACED
VULGAR_FRACTIONS = "½¼¾"
FRACTION_BAR = "/"  # between numerator and denominator
SYMBOLS = {
    **{str(digit): 1 + digit for digit in range(10)},
    "-": MINUS,
    ".": POINT,
    ")": CLOSE,
    **{f" {digit}": 1 + digit + SPACED for digit in range(10)},
    " -": MINUS + SPACED,
    "unreadable": UNREADABLE,
    # Configs that were saved before numbers had these lack them, and read as they did.
    " .": POINT + SPACED,
    "\N{EN DASH}": DASH,
    " \N{EN DASH}": DASH + SPACED,
    ",": COMMA,
    "_": JOINT,
    "e": EXPONENT,
    "x": HEX,
    "+": PLUS,
    "$": CURRENCY,
    "[": BRACKET,
    "opening": OPENING,
    "\N{NO-BREAK SPACE}": BLANK,
    FRACTION_BAR: OPENING,  # it has a name of its own because it is written
    **{fraction: VULGAR + index for index, fraction in enumerate(VULGAR_FRACTIONS)},
    **{f" {fraction}": VULGAR + index + SPACED for index, fraction in enumerate(VULGAR_FRACTIONS)},
}
REQUIRED_SYMBOLS = [*"0123456789", "-", "."]

# What stands in `NumberText.characters` beside the values of digits.
DECIMAL_POINT, THOUSANDS_COMMA, THOUSANDS_BLANK, VULGAR_CHARACTER = 10, 11, 12, 13


class Grammar(NamedTuple):
    """Properties of a token, given its symbol and the two before it; the columns of `grammar_table`, in order.

    All are 0 or 1 except `character`. The first six are counted along the text, each from the latest token on that has
    the property of the same place in the next six. A separator is a point, comma, blank, joint or exponent directly
    after a digit. A chain is a run of digits and separators, which may begin with a point.

    unknown: the number that the token touches is not readable.
    dot: a point directly after a digit, or one that begins a chain.
    bracket: a bracket opens.
    mark: a dot, a comma or blank directly after a digit, or a digit other than 0.
    token: always 1.
    sign: a minus with neither a digit nor ")" before it; the digit after it makes a negative number.

    known: the token does not continue what an unknown token spoiled.
    whole: a dot behind it is a decimal point, as the token begins a chain or stands behind a comma or joint.
    outside: the token is nothing that a list of numbers in brackets holds.
    begins: a number may begin here: the token continues no chain, and it is not a digit directly after its sign.
    begins_too: the same.
    unsigned: a number may begin here, or a currency sign before it, and no sign stands before.

    after_dot: the token before is a dot.
    after_comma: a digit after a comma after a digit.
    shown: a digit, a sign, or a point that begins a chain.
    point: a point directly after a digit.
    joint: a comma, blank, joint or exponent directly after a digit.
    comma: of these a comma.
    closes: a digit stands before, and the token does not continue its number, except perhaps as separator.
    closes_behind: a separator stands before, and the token is no digit that continues the chain.
    character: the value of a digit, DECIMAL_POINT, THOUSANDS_COMMA or _BLANK, VULGAR_CHARACTER and the two behind it,
    else 0; a sign reads like a leading 0.
    """

    unknown: Tensor
    dot: Tensor
    bracket: Tensor
    mark: Tensor
    token: Tensor
    sign: Tensor
    known: Tensor
    whole: Tensor
    outside: Tensor
    begins: Tensor
    begins_too: Tensor
    unsigned: Tensor
    after_dot: Tensor
    after_comma: Tensor
    shown: Tensor
    point: Tensor
    joint: Tensor
    comma: Tensor
    closes: Tensor
    closes_behind: Tensor
    character: Tensor


def symbol_table(number_tokens: dict[str, list[int]]) -> Tensor:
    """(max id + 2,) int64: number symbol of every token id; the last entry, OTHER, serves all higher ids."""
    table = torch.zeros(max(max(ids, default=0) for ids in number_tokens.values()) + 2, dtype=torch.long)
    for symbol, ids in number_tokens.items():
        table[ids] = SYMBOLS[symbol]
    return table


def grammar_table(number_symbols: Collection[str] = frozenset(SYMBOLS)) -> Tensor:
    """(175616, 21) int8: `Grammar` of all triples of symbols. A row's index is the triple read as a base-56 number.

    number_symbols: those that the tokens have. Without "opening" no number begins with a point.
    """
    symbols = torch.arange(NUM_SYMBOLS)
    kind, spaced = symbols % SPACED, symbols >= SPACED
    is_vulgar, is_minus, is_point, is_dash = kind >= VULGAR, kind == MINUS, kind == POINT, kind == DASH
    is_digit = ((kind >= 1) & (kind <= 10)) | is_vulgar
    is_unreadable, is_comma, is_exponent = kind == UNREADABLE, kind == COMMA, kind == EXPONENT
    is_blank, is_currency = kind == BLANK, kind == CURRENCY
    is_joint = is_comma | is_blank | is_exponent | (kind == JOINT)
    opens = is_minus | is_dash | is_comma | is_currency | (kind == PLUS) | (kind == BRACKET)
    opens |= (kind == JOINT) | is_blank | (kind == OPENING)
    # Pairs of symbols, indexed [previous, current].
    point = is_digit.unsqueeze(1) & is_point & ~spaced
    opening = is_point & (spaced | opens.unsqueeze(1)) & ("opening" in number_symbols)
    joint = is_digit.unsqueeze(1) & is_joint & ~spaced
    comma, thousands = joint & is_comma, joint & (is_comma | is_blank)
    dot = point | opening
    unlike_operator = spaced | ~(is_digit | (kind == CLOSE) | is_unreadable).unsqueeze(1)
    sign, dash_sign = is_minus & unlike_operator, is_dash & unlike_operator
    # A chain directly after an unreadable token, or after a minus or separator that is directly after one, is unknown
    # as a whole: the unreadable token may hold its first digits, and its first point.
    tainted = is_unreadable | ((is_minus | is_dash | is_point | is_joint) & ~spaced & is_unreadable.unsqueeze(1))
    # "0x" is, where no digit stands before it; "1e-" and "1e+" are, whatever follows.
    zero_hex = (kind == 1).unsqueeze(1) & (kind == HEX) & ~spaced
    exponent_sign = (is_exponent & ~spaced).unsqueeze(1) & (is_minus | is_dash | (kind == PLUS)) & ~spaced

    # Triples, indexed [before, previous, current].
    before_digit, after_digit = is_digit.view(-1, 1, 1), is_digit.view(1, -1, 1)
    after_dot, after_joint = dot.unsqueeze(2), joint.unsqueeze(2)
    next_digit = is_digit & ~spaced
    starts = next_digit | (is_point & ~spaced)  # a number, if it continues none
    linked = point | joint | (next_digit & (after_digit | after_dot | after_joint))
    signed = sign.unsqueeze(2) & (next_digit | (opening & ~spaced))
    lone = ~(is_digit | is_point | is_comma | is_blank).view(-1, 1, 1) | spaced.view(1, -1, 1)
    after_sign_or_currency = sign.unsqueeze(2) | (is_currency & ~spaced).view(1, -1, 1)
    grammar = Grammar(
        unknown=is_unreadable
        | (tainted.unsqueeze(2) & ~spaced & ~linked)
        | (after_joint & ~thousands.unsqueeze(2) & next_digit)
        | (dash_sign.unsqueeze(2) & starts)
        | (before_digit & exponent_sign)
        | (lone & zero_hex),
        dot=dot,
        bracket=kind == BRACKET,
        mark=dot | thousands | (is_digit & (kind > 1)),
        token=torch.ones_like(is_digit),
        sign=sign,
        known=~linked & ~((exponent_sign.unsqueeze(2) & starts) | (zero_hex.unsqueeze(2) & next_digit)),
        whole=~linked | after_joint,
        outside=spaced | ~(is_digit | is_point | is_comma | is_minus | (kind == OPENING)),
        begins=~linked & ~signed,
        begins_too=~linked & ~signed,
        unsigned=~linked
        & ~(after_sign_or_currency & (next_digit | (opening & ~spaced)))
        & ~(sign.unsqueeze(2) & is_currency & ~spaced),
        after_dot=after_dot,
        after_comma=comma.unsqueeze(2) & next_digit,
        shown=is_digit | sign | opening,
        point=point,
        joint=joint,
        comma=comma,
        closes=after_digit & ~next_digit,
        closes_behind=(point | joint).unsqueeze(2) & ~next_digit,
        character=(kind - 1) * (is_digit & ~is_vulgar)
        + (kind - VULGAR + VULGAR_CHARACTER) * is_vulgar
        + DECIMAL_POINT * is_point
        + THOUSANDS_COMMA * is_comma
        + THOUSANDS_BLANK * is_blank,
    )
    return torch.stack([column.to(torch.int8).expand_as(linked).flatten() for column in grammar], -1)
