"""Numbers in token streams: number symbols, reading numbers, writing a result character by character.

What is unusual: reading and writing have no parameters and no loop over tokens. Every token id maps to a number
symbol. Cumulative counts and maxima of the symbols yield each number's first and last token, its exact value, the
token at which it becomes readable, and the number of its characters written so far. No position depends on a later
token.

A number is `[-] digits [. digits]`, as the regular expression `(?:(?<![\\d)])-)?\\d+(?:\\.\\d+)?` finds it from left
to right. B batch, L tokens including cached ones, T tokens of this call, N numbers per token.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from .decimal_tensor import MAX_DIGITS, NO_VALUE, DecimalTensor, first_exponent, power_of_ten

# Number symbols. A token that begins with white space (" 5", " -") has its symbol plus SPACED; it never continues a
# number. UNREADABLE tokens hold several digits or digits beside other characters ("12", "5)"). A number that touches
# one is unknown: it keeps its slot and has no value.
OTHER, MINUS, POINT, CLOSE, UNREADABLE, SPACED = 0, 11, 12, 13, 14, 16
SYMBOLS = {
    **{str(digit): 1 + digit for digit in range(10)},
    "-": MINUS,
    ".": POINT,
    ")": CLOSE,
    **{f" {digit}": 1 + digit + SPACED for digit in range(10)},
    " -": MINUS + SPACED,
    "unreadable": UNREADABLE,
}
DECIMAL_POINT = 10  # the point, where digits are stored by value
REQUIRED_SYMBOLS = [*"0123456789", "-", "."]

# Symbols that can be written next: digits 0..9, "-", ".", and the end of the number.
WRITTEN_SYMBOLS = "0123456789-."
END = len(WRITTEN_SYMBOLS)
NOTHING = -1


class Grammar(NamedTuple):
    """Properties of a token, given its symbol and the two before it; the columns of `grammar_table`, in order.

    All are 0 or 1 except `character`. The first five are counted along the text. A chain is a run of digits and dots.

    unknown: the token is UNREADABLE, or it continues no chain and follows an UNREADABLE token directly or with
        nothing but a minus or point between.
    dot: a point directly after a digit.
    mark: a dot, or a digit other than 0.
    token: always 1.
    sign: a minus with neither a digit nor ")" before it; the digit after it makes a negative number.
    unlinked: the token does not continue a chain.
    begins: a number may begin here: the token is unlinked, and it is not a digit directly after its sign.
    after_dot: the token before is a dot.
    shown: a digit or a sign.
    closes: a digit stands before, and the token does not continue its number, except perhaps as decimal point.
    closes_point: a dot stands before, and the token does not continue its chain.
    character: the value of a digit, DECIMAL_POINT for a point, else 0; a sign reads like a leading 0.
    """

    unknown: Tensor
    dot: Tensor
    mark: Tensor
    token: Tensor
    sign: Tensor
    unlinked: Tensor
    begins: Tensor
    after_dot: Tensor
    shown: Tensor
    closes: Tensor
    closes_point: Tensor
    character: Tensor


class NumberText(NamedTuple):
    """The numbers of a text, token by token; all (B, L), int64.

    characters: values of digits, DECIMAL_POINT for points, else 0.
    num_readable: numbers readable at this token, inclusive; a number becomes readable at the first token that proves
        it ended.
    behind_point: 1 where a number becomes readable two tokens after its last digit, because a point stands between:
        "12." may continue as "12.5".
    written: characters of the number at this token, from its first up to this one; 0 outside numbers.
    marks: how many of these characters are points or digits other than 0.
    signs: how many of these characters are minuses, 0 or 1.
    unknown: 1 where the token, or the first token of its chain, is unknown (`Grammar`).
    """

    characters: Tensor
    num_readable: Tensor
    behind_point: Tensor
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
        return (end - 1 - self.behind_point.gather(1, end)).clamp(min=0)

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

        A window of 19 characters, the last of the number, holds 18 digits and a point. The number has a value if the
        window holds all its marks: then every character before the window is a 0 or the sign.
        """
        last = self.last_digit(end)
        reach = torch.arange(MAX_DIGITS + 1, device=last.device)
        window = (last.unsqueeze(-1) - reach).clamp(min=0)  # (B, M, 19), the last character first
        window = self.characters.gather(1, window.flatten(1)).view_as(window)
        window = window * (reach < self.written.gather(1, last).unsqueeze(-1))
        point = window == DECIMAL_POINT
        # The point takes a place in the window, so a digit before it is worth one power of ten less than its place.
        exponent = reach - point.cumsum(-1)
        digit = window * ((exponent < MAX_DIGITS) & ~point)
        magnitude = (digit * power_of_ten(exponent)).sum(-1)
        exact = ((digit > 0) | point).sum(-1) == self.marks.gather(1, last)
        valid = exact & exists & (self.unknown.gather(1, last) + self.unknown.gather(1, end) == 0)
        mantissa = torch.addcmul(magnitude, magnitude, self.signs.gather(1, last), value=-2)
        return torch.stack([mantissa, torch.where(valid, (point * reach).sum(-1), NO_VALUE)])

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


def grammar_table() -> Tensor:
    """(32768, 12) int8: `Grammar` of all triples of symbols. A row's index is the triple read as a base-32 number."""
    symbols = torch.arange(2 * SPACED)
    kind, spaced = symbols % SPACED, symbols >= SPACED
    is_digit, is_minus, is_point = (kind >= 1) & (kind <= 10), kind == MINUS, kind == POINT
    is_unreadable = kind == UNREADABLE
    # Pairs of symbols, indexed [previous, current].
    dot = is_digit.unsqueeze(1) & (is_point & ~spaced)
    sign = is_minus & (spaced | ~(is_digit | (kind == CLOSE) | is_unreadable).unsqueeze(1))
    # A chain directly after an unreadable token, or after a minus or point that is directly after one, is unknown as a
    # whole: the unreadable token may hold its first digits, and its first point.
    tainted = is_unreadable | ((is_minus | is_point) & ~spaced & is_unreadable.unsqueeze(1))

    # Triples, indexed [before, previous, current].
    after_digit, after_dot = is_digit.view(1, -1, 1), dot.unsqueeze(2)
    linked = dot | (is_digit & ~spaced & (after_digit | after_dot))
    grammar = Grammar(
        unknown=is_unreadable | (tainted.unsqueeze(2) & ~spaced & ~linked),
        dot=dot,
        mark=dot | (is_digit & (kind > 1)),
        token=torch.ones_like(is_digit),
        sign=sign,
        unlinked=~linked,
        begins=~linked & ~(is_digit & ~spaced & sign.unsqueeze(2)),
        after_dot=after_dot,
        shown=is_digit | sign,
        closes=after_digit & ~(is_digit & ~spaced),
        closes_point=after_dot & ~linked,
        character=(kind - 1) * is_digit + DECIMAL_POINT * is_point,
    )
    return torch.stack([column.to(torch.int8).expand_as(linked).flatten() for column in grammar], -1)


def _previous(tensor: Tensor) -> Tensor:
    """tensor[:, t - 1], 0 before the first token."""
    return torch.nn.functional.pad(tensor, (1, 0))[:, :-1]


def _since_latest(counts: Tensor, before: Tensor, begins: Tensor) -> Tensor:
    """(B, L, C): how much was counted since the latest token with `begins` = 1, inclusive, or since the text began.

    counts: (B, L, C), cumulative, including each token. before: (B, L, C), the same without it.
    begins: (B, L, 1), 0 or 1.
    """
    return counts - (before * begins).cummax(1).values


def read_numbers(symbols: Tensor, grammar: Tensor) -> NumberText:
    """Find the numbers in a text.

    "1.2.3" is the number 1.2, a point and the number 3. So the odd dots of a chain of digits and dots are decimal
    points, and a cumulative count decides which those are: no loop over tokens is needed.

    symbols: (B, L), values of `symbol_table`. grammar: `grammar_table()`.
    """
    padded = torch.nn.functional.pad(symbols, (2, 0))
    triples = torch.add(padded[:, 2:], padded[:, 1:-1], alpha=32).add(padded[:, :-2], alpha=32 * 32)
    facts = torch.nn.functional.embedding(triples, grammar).long()  # (B, L, 12)
    is_ = Grammar(*facts.unbind(-1))
    counts = facts[..., :5].cumsum(1)
    before = counts - facts[..., :5]

    # The first, third, ... dot of a chain is a decimal point.
    unknown, dots = _since_latest(counts[..., :2], before[..., :2], is_.unlinked.unsqueeze(-1)).unbind(-1)
    odd = dots & 1
    point = is_.dot & odd
    # A number begins at its sign, at the first token of a chain or after a dot that is no decimal point.
    begins = torch.maximum(is_.begins, is_.after_dot - odd)
    marks, length, signs = _since_latest(counts[..., 2:], before[..., 2:], begins.unsqueeze(-1)).unbind(-1)

    # A decimal point does not prove that the number ended: "12." may continue as "12.5". The token after it does.
    behind_point = is_.closes_point & _previous(odd)
    num_readable = (is_.closes - point + behind_point).cumsum(1)
    written = length * (is_.shown | point)
    return NumberText(is_.character, num_readable, behind_point, written, marks, signs, unknown)


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
