"""Numbers in token streams: number symbols, reading numbers, writing a result character by character.

What is unusual: reading and writing have no parameters and no loop over tokens. Every token id maps to a number
symbol; cumulative counts and maxima over the symbols give each number's extent, its exact value, the token from which
it can be read and how many of its characters stand at each token. All of it is causal.

A number is `[-] digits [. digits]`, as the regular expression `(?:(?<![\\d)])-)?\\d+(?:\\.\\d+)?` finds it from left
to right. B batch, L tokens with those in the cache, T tokens of this call, N numbers per token.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from .decimal_tensor import MAX_DIGITS, NO_VALUE, DecimalTensor, first_exponent, power_of_ten

# Number symbols. A token that begins with white space (" 5", " -") never continues what stands before it; it is its
# symbol plus SPACED. UNREADABLE tokens hold digits beside other characters ("12", "5)"): numbers that touch them are
# not known, and a number that is not known has no value.
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
DECIMAL_POINT = 10  # of the point among the values of digits
REQUIRED_SYMBOLS = [*"0123456789", "-", "."]

# What can be written next: index 0..9 digits, "-", ".", and the end of the number.
WRITTEN_SYMBOLS = "0123456789-."
END = len(WRITTEN_SYMBOLS)
NOTHING = -1


class Grammar(NamedTuple):
    """What a symbol says with the two before it, 0 or 1 but for the last: the columns of `grammar_table`, in order.

    The first five are counted along the text.
    unknown: what cannot be read, or a chain of digits and points begins behind it.
    dot: a point that directly follows a digit.
    mark: a dot, or a digit other than 0.
    token: always 1.
    sign: a minus that belongs to the digit behind it, because neither a digit nor ")" stands before it.
    unlinked: what does not continue a chain.
    begins: what is unlinked, but for a digit behind its sign.
    after_dot: what stands behind a dot.
    shown: a digit or sign.
    closes: ends the number whose digit stands before it, unless it is its decimal point.
    closes_point: ends the number whose decimal point stands before it.
    character: the value of a digit, DECIMAL_POINT for a point, else 0, as if a sign were a leading 0.
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
    """What symbols say about numbers; all (B, L), int64.

    characters: values of digits, DECIMAL_POINT for points, else 0.
    count: numbers that have become readable up to with this token: a number does at the first token at which it is
        certain that it has ended.
    behind_point: 1 where one does whose last digit is not the token before but, in front of a point, the one before.
    written: characters of the unfinished number up to and with this token, 0 outside numbers.
    marks, signs: of these characters, the digits other than 0 and the points; the minuses.
    unknown: 1 where what cannot be read stands, or directly before this token's chain of digits and points.
    """

    characters: Tensor
    count: Tensor
    behind_point: Tensor
    written: Tensor
    marks: Tensor
    signs: Tensor
    unknown: Tensor

    @property
    def continues(self) -> Tensor:
        """(B, L) bool: tokens that continue a number, and so take no position of their own."""
        return self.written > 1

    @property
    def ended(self) -> Tensor:
        """(B, L) bool: a number becomes readable at this token."""
        return self.count > _previous(self.count)

    def last_digit(self, end: Tensor) -> Tensor:
        """(B, M): where the number ends that becomes readable at token indices `end` (B, M)."""
        return (end - 1 - self.behind_point.gather(1, end)).clamp(min=0)

    def value_at(self, end: Tensor, exists: Tensor) -> Tensor:
        """Packed values (2, B, M) of the numbers that become readable at token indices `end` (B, M), where exact.

        exists: (B, M) bool, whether there is such a number.
        Of a number's characters the last 18 digits and the point among them are looked at; a number has a value if
        nothing else in it is a mark.
        """
        if end.shape[1] > self.count.shape[1]:
            # Every token is looked at once, and often asked for.
            values = self._values.gather(-1, end.expand(2, -1, -1))
            return torch.where(exists, values, NO_VALUE)
        last = self.last_digit(end)
        reach = torch.arange(MAX_DIGITS + 1, device=last.device)
        window = (last.unsqueeze(-1) - reach).clamp(min=0)  # (B, M, 19), the last character first
        window = self.characters.gather(1, window.flatten(1)).view_as(window)
        window = window * (reach < self.written.gather(1, last).unsqueeze(-1))
        point = window == DECIMAL_POINT
        # Digits before the point stand one place further left than their worth.
        exponent = reach - point.cumsum(-1)
        digit = window * ((exponent < MAX_DIGITS) & ~point)
        magnitude = (digit * power_of_ten(exponent)).sum(-1)
        exact = ((digit > 0) | point).sum(-1) == self.marks.gather(1, last)
        valid = exact & exists & (self.unknown.gather(1, last) + self.unknown.gather(1, end) == 0)
        mantissa = torch.addcmul(magnitude, magnitude, self.signs.gather(1, last), value=-2)
        return torch.stack([mantissa, torch.where(valid, (point * reach).sum(-1), NO_VALUE)])

    @property
    def _values(self) -> Tensor:
        """(2, B, L), packed."""
        index = torch.arange(self.count.shape[1], device=self.count.device).expand_as(self.count)
        return self.value_at(index, self.ended)

    @property
    def value(self) -> DecimalTensor:
        """(B, L): of the number that becomes readable at each token; no value where none does."""
        return DecimalTensor.unpack(self._values)


class ReadNumbers(NamedTuple):
    """The N most recently ended numbers at each token, latest first; all (B, ..., N).

    exists: bool, whether there is an r-th latest number; if there is, so are the later ones.
    end: token index from which it can be read, behind it, 0 where there is none.
    """

    exists: Tensor
    end: Tensor

    def since(self, start: Tensor) -> "ReadNumbers":
        """Only the numbers of the sequence that starts at token index `start` (B, ...)."""
        exists = self.exists & (self.end > start.unsqueeze(-1))
        return ReadNumbers(exists, self.end * exists)


def symbol_table(number_tokens: dict[str, list[int]]) -> Tensor:
    """(max id + 2,) int64: number symbol of every token id; the last entry, OTHER, stands for all higher ids."""
    table = torch.zeros(max(max(ids, default=0) for ids in number_tokens.values()) + 2, dtype=torch.long)
    for symbol, ids in number_tokens.items():
        table[ids] = SYMBOLS[symbol]
    return table


def grammar_table() -> Tensor:
    """(32768, 12) int8: `Grammar` of all triples of symbols; a triple's row is its symbols as digits to base 32."""
    symbols = torch.arange(2 * SPACED)
    kind, spaced = symbols % SPACED, symbols >= SPACED
    is_digit, is_minus, is_point = (kind >= 1) & (kind <= 10), kind == MINUS, kind == POINT
    is_unreadable = kind == UNREADABLE
    # Of two symbols in a row, [previous, current].
    dot = is_digit.unsqueeze(1) & (is_point & ~spaced)
    sign = is_minus & (spaced | ~(is_digit | (kind == CLOSE) | is_unreadable).unsqueeze(1))
    # What follows an unreadable token directly, or through a minus or point, is not known, nor is the rest of its
    # chain: that token may hold the first of its points.
    tainted = is_unreadable | ((is_minus | is_point) & ~spaced & is_unreadable.unsqueeze(1))

    # Of three, [before, previous, current]. Chains are digits and points that directly follow a digit.
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
    """What has been counted from the latest token on that `begins`, with it; 0 starts the text.

    counts, before: (B, L, C), up to with and up to without each token. begins: (B, L, 1), 0 or 1.
    """
    return counts - (before * begins).cummax(1).values


def read_numbers(symbols: Tensor, grammar: Tensor) -> NumberText:
    """Find the numbers in symbols (B, L), values of `symbol_table`; grammar: `grammar_table()`.

    The second point of "1.2.3" is no decimal point; whether a point is one follows from its parity within the chain of
    digits and points it belongs to, which is what makes a closed form possible.
    """
    padded = torch.nn.functional.pad(symbols, (2, 0))
    triples = torch.add(padded[:, 2:], padded[:, 1:-1], alpha=32).add(padded[:, :-2], alpha=32 * 32)
    facts = torch.nn.functional.embedding(triples, grammar).long()  # (B, L, 12)
    is_ = Grammar(*facts.unbind(-1))
    counts = facts[..., :5].cumsum(1)
    before = counts - facts[..., :5]

    # The odd dots of a chain are decimal points.
    unknown, dots = _since_latest(counts[..., :2], before[..., :2], is_.unlinked.unsqueeze(-1)).unbind(-1)
    odd = dots & 1
    point = is_.dot & odd
    # A number begins with a chain, with its sign or behind a dot that is no decimal point.
    begins = torch.maximum(is_.begins, is_.after_dot - odd)
    marks, length, signs = _since_latest(counts[..., 2:], before[..., 2:], begins.unsqueeze(-1)).unbind(-1)

    # A number has ended at the first token that neither continues it nor leaves it open ("12." may go on as "12.5").
    behind_point = is_.closes_point & _previous(odd)
    count = (is_.closes - point + behind_point).cumsum(1)
    written = length * (is_.shown | point)
    return NumberText(is_.character, count, behind_point, written, marks, signs, unknown)


def latest_numbers(text: NumberText, index: Tensor, num_values: int) -> ReadNumbers:
    """The `num_values` numbers that became readable latest, at each token index of `index` (B, ...)."""
    seen = text.count.gather(1, index.flatten(1)).view_as(index)
    order = seen.unsqueeze(-1) - torch.arange(num_values, device=index.device)  # (B, ..., N), the first number is 1
    # The n-th number becomes readable where the count reaches n.
    end = torch.searchsorted(text.count, order.flatten(1)).view_as(order)
    return ReadNumbers(order > 0, end)


def next_symbol(number: DecimalTensor, written: Tensor) -> Tensor:
    """What follows the first `written` characters of each number's decimal text.

    number: any shape; its text is that of `format(decimal.Decimal, "f")`.
    written: int64, broadcastable to it, characters that stand already.
    Returns int64 of the broadcast shape: an index into WRITTEN_SYMBOLS, END after the last character, NOTHING where
    there is no number or where more is written than it has characters.
    """
    magnitude, has_point, negative = number.mantissa.abs(), number.scale > 0, number.mantissa < 0
    # Of the first digit, one before the point at least, and of the next character: how many follow it.
    first = torch.maximum(first_exponent(magnitude), number.scale)
    place = first + has_point + negative - written
    exponent = place - (has_point & (place > number.scale)).long()
    digit = magnitude // power_of_ten(exponent.clamp(0, MAX_DIGITS)) % 10
    symbol = torch.where(has_point & (place == number.scale), WRITTEN_SYMBOLS.index("."), digit)
    symbol = torch.where(negative & (written == 0), WRITTEN_SYMBOLS.index("-"), symbol)
    symbol = torch.where(place == -1, END, symbol)
    return torch.where(number.valid & (place >= -1), symbol, NOTHING)
