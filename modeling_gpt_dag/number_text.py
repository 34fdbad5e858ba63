"""Numbers in token streams: number symbols, reading numbers, writing a result character by character.

What is unusual: reading and writing have no parameters and no loop over tokens. Every token id maps to a number
symbol. Cumulative counts and maxima of the symbols yield each number's first and last token, its exact value, the
token at which it becomes readable, and the number of its characters written so far. No position depends on a later
token.

A number is `[-] [$] digits [. digits]`, where commas may set off thousands: "1,234.5". It may begin with a point where
no digit or word stands before: "-.5". Digits that are joined or continued in a notation that is not read ("12,34",
"1e3", "1_000", "3²", "0x1", an en dash before "5") keep their slot and have no value: half a number is never read.
"3-4", "1/2" and "1.2.3" are several numbers, and so is "[100,200]": within brackets a comma ends a number.

B batch, L tokens including cached ones, T tokens of this call, N numbers per token.
"""

from collections.abc import Collection
from typing import NamedTuple

import torch
from torch import Tensor

from .decimal_tensor import MAX_DIGITS, NO_VALUE, DecimalTensor, first_exponent, power_of_ten

# Number symbols, by what a token is or ends with. A token that begins with white space (" 5", " -") has its symbol
# plus SPACED; it never continues a number.
# MINUS (U+2212 too), POINT, DASH (U+2013), COMMA, EXPONENT ("e"), HEX ("x"), PLUS, CURRENCY: the token is that and
#   nothing else. A JOINT joins digits in a notation that is not read, as "_" does. MINUS + SPACED and POINT + SPACED
#   also end tokens in which something stands before that makes them begin a number.
# CLOSE, BRACKET, OPENING: ends with ")", with "[" or "{", or with anything else behind which ".5" is a number.
# UNREADABLE: holds several digits, digits beside other characters ("12", "5)"), other numerals ("½", "²"), or a part
#   of a character that may be one of those. A number that touches one is unknown: it keeps its slot and has no value.
OTHER, MINUS, POINT, DASH, CLOSE, UNREADABLE, COMMA, JOINT = 0, 11, 12, 13, 14, 15, 16, 17
EXPONENT, HEX, PLUS, CURRENCY, BRACKET, OPENING, SPACED = 18, 19, 20, 21, 22, 23, 32
NUM_SYMBOLS = 2 * SPACED
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
}
REQUIRED_SYMBOLS = [*"0123456789", "-", "."]

# What stands in `NumberText.characters` beside the values of digits.
DECIMAL_POINT, THOUSANDS_COMMA = 10, 11
# 18 digits with their point and commas.
WINDOW = MAX_DIGITS + 1 + (MAX_DIGITS - 1) // 3

# Symbols that can be written next: digits 0..9, "-", ".", and the end of the number.
WRITTEN_SYMBOLS = "0123456789-."
END = len(WRITTEN_SYMBOLS)
NOTHING = -1


class Grammar(NamedTuple):
    """Properties of a token, given its symbol and the two before it; the columns of `grammar_table`, in order.

    All are 0 or 1 except `character`. The first six are counted along the text, each from the latest token on that has
    the property of the same place in the next six. A separator is a point, comma, joint or exponent directly after a
    digit. A chain is a run of digits and separators, which may begin with a point.

    unknown: the number that the token touches is not readable.
    dot: a point directly after a digit, or one that begins a chain.
    bracket: a bracket opens.
    mark: a dot, a comma directly after a digit, or a digit other than 0.
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
    joint: a comma, joint or exponent directly after a digit.
    comma: of these a comma.
    closes: a digit stands before, and the token does not continue its number, except perhaps as separator.
    closes_behind: a separator stands before, and the token is no digit that continues the chain.
    character: the value of a digit, DECIMAL_POINT, THOUSANDS_COMMA, else 0; a sign reads like a leading 0.
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


class NumberText(NamedTuple):
    """The numbers of a text, token by token; all (B, L), int64.

    characters: values of digits, DECIMAL_POINT, THOUSANDS_COMMA, else 0.
    num_readable: numbers readable at this token, inclusive; a number becomes readable at the first token that proves
        it ended.
    behind: 1 where a number becomes readable two tokens after its last digit, because a separator stands between:
        "12." may continue as "12.5", "12," as "12,500".
    written: characters of the number at this token, from its first up to this one; 0 outside numbers.
    marks: how many of these characters are points, commas or digits other than 0.
    signs: how many minuses the number has, 0 or 1: its first character, or before a currency sign.
    unknown: 1 where the token, or the first token of its chain, is unknown (`Grammar`).
    """

    characters: Tensor
    num_readable: Tensor
    behind: Tensor
    written: Tensor
    marks: Tensor
    signs: Tensor
    unknown: Tensor

    @property
    def continues(self) -> Tensor:
        """(B, L) bool: tokens after the first of a number; they take no position of their own."""
        return self.written > 1

    @property
    def ended(self) -> Tensor:
        """(B, L) bool: a number becomes readable at this token."""
        return self.num_readable > _previous(self.num_readable)

    def last_digit(self, end: Tensor) -> Tensor:
        """(B, M): token index of the last digit of the number that becomes readable at token indices `end` (B, M)."""
        return (end - 1 - self.behind.gather(1, end)).clamp(min=0)

    def value_at(self, end: Tensor, exists: Tensor) -> Tensor:
        """Packed values (2, B, M) of the numbers that become readable at token indices `end` (B, M), where exact.

        exists: (B, M) bool, whether there is such a number.
        """
        # With more requests than tokens, computing the value of every token once is cheaper.
        if end.shape[1] > self.num_readable.shape[1]:
            return self._look_up_values(end, exists)
        return self._compute_values(end, exists)

    def _look_up_values(self, end: Tensor, exists: Tensor) -> Tensor:
        """`value_at` by computing the values of all tokens and gathering those at `end`."""
        values = self._packed_value.gather(-1, end.expand(2, -1, -1))
        return torch.where(exists, values, NO_VALUE)

    def _compute_values(self, end: Tensor, exists: Tensor) -> Tensor:
        """`value_at` by summing the digits of each number asked for.

        A window of 24 characters, the last of the number, holds 18 digits, a point and five commas. The number has a
        value if the window holds all its marks (then every character before the window is a 0 or the sign), and if
        commas set off thousands.
        """
        last = self.last_digit(end)
        reach = torch.arange(WINDOW, device=last.device)
        window = (last.unsqueeze(-1) - reach).clamp(min=0)  # (B, M, 24), the last character first
        window = self.characters.gather(1, window.flatten(1)).view_as(window)
        window = window * (reach < self.written.gather(1, last).unsqueeze(-1))
        point, comma = window == DECIMAL_POINT, window == THOUSANDS_COMMA
        # A separator takes a place in the window, so a digit before it is worth one power of ten less than its place.
        exponent = reach - (point | comma).cumsum(-1)
        digit = window * ((exponent < MAX_DIGITS) & (window < DECIMAL_POINT))
        magnitude = (digit * power_of_ten(exponent)).sum(-1)
        scale = (point * reach).sum(-1)
        # Between the j-th comma from the right and the point stand 3 j digits; what stands before all is 1 to 999.
        rank = comma.cumsum(-1)
        sets_off = comma & (exponent == torch.add((scale - 1).unsqueeze(-1), rank, alpha=3))
        commas = rank[..., -1]
        first = magnitude // power_of_ten(torch.add(scale, commas, alpha=3).clamp(max=MAX_DIGITS))
        exact = ((digit > 0) | point | sets_off).sum(-1) == self.marks.gather(1, last)
        exact &= commas * ((first - 1) // 999) == 0
        valid = exact & exists & (self.unknown.gather(1, last) + self.unknown.gather(1, end) == 0)
        mantissa = torch.addcmul(magnitude, magnitude, self.signs.gather(1, last), value=-2)
        return torch.stack([mantissa, torch.where(valid, scale, NO_VALUE)])

    @property
    def _packed_value(self) -> Tensor:
        """(2, B, L): `value`, packed."""
        index = torch.arange(self.num_readable.shape[1], device=self.num_readable.device).expand_as(self.num_readable)
        return self._compute_values(index, self.ended)

    @property
    def value(self) -> DecimalTensor:
        """(B, L): value of the number that becomes readable at each token; no value where none does."""
        return DecimalTensor.unpack(self._packed_value)


class ReadNumbers(NamedTuple):
    """The N numbers that ended last before each token, latest first; all (B, ..., N).

    exists: bool, whether there is an r-th latest number; true for a prefix of the N.
    end: token index at which it becomes readable, 0 where there is none.
    """

    exists: Tensor
    end: Tensor

    def since(self, start: Tensor) -> "ReadNumbers":
        """Only the numbers of the sequence that starts at token index `start` (B, ...)."""
        exists = self.exists & (self.end > start.unsqueeze(-1))
        return ReadNumbers(exists, self.end * exists)


def symbol_table(number_tokens: dict[str, list[int]]) -> Tensor:
    """(max id + 2,) int64: number symbol of every token id; the last entry, OTHER, serves all higher ids."""
    table = torch.zeros(max(max(ids, default=0) for ids in number_tokens.values()) + 2, dtype=torch.long)
    for symbol, ids in number_tokens.items():
        table[ids] = SYMBOLS[symbol]
    return table


def grammar_table(number_symbols: Collection[str] = frozenset(SYMBOLS)) -> Tensor:
    """(262144, 21) int8: `Grammar` of all triples of symbols. A row's index is the triple read as a base-64 number.

    number_symbols: those that the tokens have. Without "opening" no number begins with a point.
    """
    symbols = torch.arange(NUM_SYMBOLS)
    kind, spaced = symbols % SPACED, symbols >= SPACED
    is_digit, is_minus, is_point, is_dash = (kind >= 1) & (kind <= 10), kind == MINUS, kind == POINT, kind == DASH
    is_unreadable, is_comma, is_exponent = kind == UNREADABLE, kind == COMMA, kind == EXPONENT
    is_joint, is_currency = is_comma | is_exponent | (kind == JOINT), kind == CURRENCY
    opens = is_minus | is_dash | is_comma | is_currency | (kind == PLUS) | (kind == BRACKET)
    opens |= (kind == JOINT) | (kind == OPENING)
    # Pairs of symbols, indexed [previous, current].
    point = is_digit.unsqueeze(1) & is_point & ~spaced
    opening = is_point & (spaced | opens.unsqueeze(1)) & ("opening" in number_symbols)
    joint = is_digit.unsqueeze(1) & is_joint & ~spaced
    comma = joint & is_comma
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
    lone = ~(is_digit | is_point | is_comma).view(-1, 1, 1) | spaced.view(1, -1, 1)
    after_sign_or_currency = sign.unsqueeze(2) | (is_currency & ~spaced).view(1, -1, 1)
    grammar = Grammar(
        unknown=is_unreadable
        | (tainted.unsqueeze(2) & ~spaced & ~linked)
        | (after_joint & ~comma.unsqueeze(2) & next_digit)
        | (dash_sign.unsqueeze(2) & starts)
        | (before_digit & exponent_sign)
        | (lone & zero_hex),
        dot=dot,
        bracket=kind == BRACKET,
        mark=dot | comma | (is_digit & (kind > 1)),
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
        character=(kind - 1) * is_digit + DECIMAL_POINT * is_point + THOUSANDS_COMMA * is_comma,
    )
    return torch.stack([column.to(torch.int8).expand_as(linked).flatten() for column in grammar], -1)


def _previous(tensor: Tensor) -> Tensor:
    """tensor[:, t - 1], 0 before the first token."""
    return torch.nn.functional.pad(tensor, (1, 0))[:, :-1]


def _since_latest(counts: Tensor, before: Tensor, begins: Tensor) -> Tensor:
    """(B, L, C): how much was counted since the latest token with `begins` = 1, inclusive, or since the text began.

    counts: (B, L, C), cumulative, including each token. before: (B, L, C), the same without it.
    begins: (B, L, C), 0 or 1.
    """
    return counts - (before * begins).cummax(1).values


def read_numbers(symbols: Tensor, grammar: Tensor) -> NumberText:
    """Find the numbers in a text.

    "1.2.3" is the number 1.2, a point and the number 3. So the odd dots of a chain are decimal points, and a cumulative count decides which those are: no loop over tokens is needed.

    symbols: (B, L), values of `symbol_table`. grammar: `grammar_table()`.
    """
    padded = torch.nn.functional.pad(symbols, (2, 0), value=OPENING)
    triples = torch.add(padded[:, 2:], padded[:, 1:-1], alpha=NUM_SYMBOLS).add(padded[:, :-2], alpha=NUM_SYMBOLS**2)
    facts = torch.nn.functional.embedding(triples, grammar).long()  # (B, L, 21)
    is_ = Grammar(*facts.unbind(-1))
    counts = facts[..., :6].cumsum(1)
    before = counts - facts[..., :6]

    # The first, third, ... dot of a chain is a decimal point. A comma between brackets ends a number.
    unknown, dots, brackets = _since_latest(counts[..., :3], before[..., :3], facts[..., 6:9]).unbind(-1)
    odd = dots & 1
    separator = is_.joint + is_.point * odd - is_.comma * brackets
    # A number begins at its sign, at the first token of a chain, after a dot that is no decimal point, and after a
    # comma that ended one.
    restarts = torch.maximum(is_.after_dot - odd, is_.after_comma * brackets)
    begins = torch.maximum(facts[..., 9:12], restarts.unsqueeze(-1))
    marks, length, signs = _since_latest(counts[..., 3:], before[..., 3:], begins).unbind(-1)

    # A separator does not prove that the number ended: "12." may continue as "12.5". The token after it does.
    behind = is_.closes_behind * _previous(separator)
    num_readable = (is_.closes - separator + behind).cumsum(1)
    written = length * (is_.shown | separator)
    return NumberText(is_.character, num_readable, behind, written, marks, signs, unknown)


def latest_numbers(text: NumberText, index: Tensor, num_values: int) -> ReadNumbers:
    """The `num_values` numbers that became readable last, at each token index of `index` (B, ...)."""
    readable = text.num_readable.gather(1, index.flatten(1)).view_as(index)
    order = readable.unsqueeze(-1) - torch.arange(num_values, device=index.device)  # (B, ..., N), from 1 on
    # The n-th number of the text becomes readable at the first token where `num_readable` is n.
    end = torch.searchsorted(text.num_readable, order.flatten(1)).view_as(order)
    return ReadNumbers(order > 0, end)


def next_symbol(number: DecimalTensor, written: Tensor) -> Tensor:
    """The symbol after the first `written` characters of each number's decimal text.

    number: any shape; its text is `format(decimal.Decimal, "f")`.
    written: int64, broadcastable to it, number of characters already written.
    Returns int64 of the broadcast shape: an index into WRITTEN_SYMBOLS; END after the last character; NOTHING where
    there is no value, or where `written` exceeds the length of the text.
    """
    magnitude, has_point, negative = number.mantissa.abs(), number.scale > 0, number.mantissa < 0
    # `first` and `place` count the digits after the first digit, and the characters after the next symbol. Numbers
    # below 1 begin with "0.": at least one digit stands before the point.
    first = torch.maximum(first_exponent(magnitude), number.scale)
    place = first + has_point + negative - written
    exponent = place - (has_point & (place > number.scale)).long()
    digit = magnitude // power_of_ten(exponent.clamp(0, MAX_DIGITS)) % 10
    symbol = torch.where(has_point & (place == number.scale), WRITTEN_SYMBOLS.index("."), digit)
    symbol = torch.where(negative & (written == 0), WRITTEN_SYMBOLS.index("-"), symbol)
    symbol = torch.where(place == -1, END, symbol)
    return torch.where(number.valid & (place >= -1), symbol, NOTHING)
