"""Numbers in token streams: reading numbers, writing a result character by character.

What is unusual: reading and writing have no parameters and no loop over tokens. Every token id maps to a number
symbol. Cumulative counts and maxima of the symbols yield each number's first and last token, its exact value, the
token at which it becomes readable, and the number of its characters written so far. No position depends on a later
token.

B batch, L tokens including cached ones, T tokens of this call, N numbers per token.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from .decimal_tensor import MAX_DIGITS, NO_VALUE, DecimalTensor, power_of_ten
from .limb_tensor import LIMB_DIGITS, Decimals, LimbTensor, num_limbs, sum_of_digits
from .number_grammar import (
    DECIMAL_POINT,
    MINUS,
    NUM_SYMBOLS,
    OPENING,
    SPACED,
    THOUSANDS_COMMA,
    VULGAR_CHARACTER,
    Grammar,
)
from .number_words import WordNumbers
from .running_counts import previous, since_latest

# Symbols that can be written next: digits 0..9, "-", ".", the end of the number, and the bar behind a numerator.
WRITTEN_SYMBOLS = "0123456789-."
END = len(WRITTEN_SYMBOLS)
BAR = END + 1
NOTHING = -1


class NumberText(NamedTuple):
    """The numbers of a text, token by token; all (B, L), int64.

    characters: values of digits, DECIMAL_POINT, THOUSANDS_COMMA, THOUSANDS_BLANK, VULGAR_CHARACTER and the two behind
        it, else 0.
    num_readable: numbers readable at this token, inclusive; a number becomes readable at the first token that proves
        it ended.
    behind: 1 where a number becomes readable two tokens after its last digit, because a separator stands between:
        "12." may continue as "12.5", "12," as "12,500".
    written: characters of the number at this token, from its first up to this one; 0 outside numbers.
    marks: how many of these characters are points, commas or digits other than 0.
    signs: how many minuses the number has, 0 or 1: its first character, or before a currency sign.
    unknown: 1 where the token, or the first token of its chain, is unknown (`Grammar`).
    words: the numbers in words, None where they are not read. Their tokens are outside numbers to `written`, as what
        is written is digits, and take positions as other words do: that a word is a number shows when it has ended.
    has_vulgar: whether there may be "½", "¼" and "¾" in the text; values are found faster where they are no tokens.
    joined_sign: 1 where the number at this token begins within a token that is more than its sign, as " -" is; None
        where there are no such tokens.
    """

    characters: Tensor
    num_readable: Tensor
    behind: Tensor
    written: Tensor
    marks: Tensor
    signs: Tensor
    unknown: Tensor
    words: WordNumbers | None = None
    has_vulgar: bool = True
    joined_sign: Tensor | None = None

    @property
    def since_decision(self) -> Tensor:
        """(B, L): tokens since the one that decides on the number at this token: 0 where the token decides itself.

        That is the token before the number. Where the sign is joined to a blank before it, it is the sign's token:
        only there is it known that a number follows, and that it is negative.
        """
        return self.written if self.joined_sign is None else self.written - self.joined_sign

    @property
    def continues(self) -> Tensor:
        """(B, L) bool: tokens after the first of a number; they take no position of their own."""
        return self.written > 1

    @property
    def separated(self) -> Tensor:
        """(B, L) bool: points and commas directly behind a digit of a number, or before its first."""
        return (self.characters >= DECIMAL_POINT) & (self.characters < VULGAR_CHARACTER) & (self.written > 0)

    @property
    def ended(self) -> Tensor:
        """(B, L) bool: a number becomes readable at this token."""
        return self.num_readable > previous(self.num_readable)

    @property
    def ended_in_digits(self) -> Tensor:
        """(B, L) bool: of these the numbers in digits."""
        return self.ended if self.words is None else self.ended & (self.words.ends == 0)

    def last_digit(self, end: Tensor) -> Tensor:
        """(B, M): token index of the last digit of the number that becomes readable at token indices `end` (B, M)."""
        return (end - 1 - self.behind.gather(1, end)).clamp(min=0)

    def place(self, end: Tensor) -> tuple[Tensor, Tensor]:
        """(B, M) each: first and last token of the numbers that become readable at token indices `end` (B, M)."""
        last = self.last_digit(end)
        first = last - self.written.gather(1, last) + 1
        if self.words is None:
            return first, last
        in_words = self.words.ends.gather(1, end) > 0
        first_word, last_word = self.words.place(end)
        return torch.where(in_words, first_word, first), torch.where(in_words, last_word, last)

    def value_at(self, end: Tensor, exists: Tensor, digits: int = MAX_DIGITS) -> Tensor:
        """Packed values (2, B, M) of the numbers that become readable at token indices `end` (B, M), where exact.

        exists: (B, M) bool, whether there is such a number. digits: that a number may have; for more than 18 the
        values are packed in limbs, (L + 1, B, M).
        """
        # With more requests than tokens, computing the value of every token once is cheaper.
        if end.shape[1] > self.num_readable.shape[1]:
            return self._look_up_values(end, exists, digits)
        return self._compute_values(end, exists, digits)

    def _look_up_values(self, end: Tensor, exists: Tensor, digits: int) -> Tensor:
        """`value_at` by computing the values of all tokens and gathering those at `end`."""
        values = self._packed_value(digits)
        values = values.gather(-1, end.expand(len(values), -1, -1))
        return torch.where(exists, values, NO_VALUE if digits == MAX_DIGITS else LIMB_DIGITS * num_limbs(digits))

    def _compute_values(self, end: Tensor, exists: Tensor, digits: int) -> Tensor:
        """`value_at` by summing the digits of each number asked for.

        A window of 24 characters, the last of the number, holds 18 digits, a point and five commas. The number has a
        value if the window holds all its marks (then every character before the window is a 0 or the sign), and if
        commas or blanks set off thousands. For numbers of more digits the window is as much longer.
        "½" may stand for decimals.
        """
        last = self.last_digit(end)
        reach = torch.arange(digits + 1 + (digits - 1) // 3, device=last.device)
        window = (last.unsqueeze(-1) - reach).clamp(min=0)  # (B, M, 24), the last character first
        window = self.characters.gather(1, window.flatten(1)).view_as(window)
        window = window * (reach < self.written.gather(1, last).unsqueeze(-1))
        if self.has_vulgar:
            window, added, places = self._without_vulgar(window)
        # Blanks or commas set off thousands, but not both: beside a blank a comma counts for nothing.
        comma = window == window.amax(-1, keepdim=True).clamp(min=THOUSANDS_COMMA)
        point = window == DECIMAL_POINT
        # A separator takes a place in the window, so a digit before it is worth one power of ten less than its place.
        exponent = reach - (point | comma).cumsum(-1)
        worth = exponent + places.unsqueeze(-1) if self.has_vulgar else exponent
        digit = window * ((worth < digits) & (window < DECIMAL_POINT))
        # More decimals than that may be read as well, if all are 0.
        scale = (point * reach).sum(-1).clamp(max=digits + 1)
        # Between the j-th comma from the right and the point stand 3 j digits; what stands before all is 1 to 999.
        rank = comma.cumsum(-1)
        sets_off = comma & (exponent == torch.add((scale - 1).unsqueeze(-1), rank, alpha=3))
        commas = rank[..., -1]
        grouped = torch.add(scale, commas, alpha=3)  # digits behind the first comma
        if digits == MAX_DIGITS:
            magnitude = (digit * power_of_ten(worth)).sum(-1)
            behind_first = grouped + places if self.has_vulgar else grouped
            first = magnitude // power_of_ten(behind_first.clamp(max=MAX_DIGITS))
        else:
            magnitude = sum_of_digits(digit, worth, num_limbs(digits))  # (L, B, M)
            # Of the digits before the first comma, those beyond the third count as thousands.
            before = exponent - grouped.unsqueeze(-1)
            first = (digit * power_of_ten(before.clamp(0, 3)) * (before >= 0)).sum(-1)
        exact = ((digit > 0) | point | sets_off).sum(-1) == self.marks.gather(1, last)
        exact &= commas * ((first - 1) // 999) == 0
        if self.has_vulgar:
            exact &= places * scale == 0
            scale = scale + places
            lowest = added if digits == MAX_DIGITS else F.pad(added.unsqueeze(0), (0, 0) * 2 + (0, len(magnitude) - 1))
            magnitude = magnitude + lowest
        valid = exact & exists & (self.unknown.gather(1, last) + self.unknown.gather(1, end) == 0)
        mantissa = torch.addcmul(magnitude, magnitude, self.signs.gather(1, last), value=-2)
        if digits == MAX_DIGITS:
            packed = torch.stack([mantissa, torch.where(valid, scale, NO_VALUE)])
        else:
            valid &= scale <= digits
            packed = torch.cat([mantissa, torch.where(valid, scale, LIMB_DIGITS * len(mantissa)).unsqueeze(0)])
        return self._or_in_words(packed, end, exists, digits)

    @staticmethod
    def _without_vulgar(window: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The characters with a point in place of "½", and the decimals to be added, and how many: "1½" is "1." and 5.

        window: (B, M, characters), the last character first. A fraction that is not the last stands for no character.
        """
        decimals = torch.tensor([[0, 5, 25, 75], [0, 1, 2, 2]], device=window.device)
        added, places = decimals[:, (window[..., 0] - (VULGAR_CHARACTER - 1)).clamp(min=0)].unbind(0)
        stands_for = F.pad(torch.full_like(window[..., :1], DECIMAL_POINT), (0, window.shape[-1] - 1))
        return torch.where(window < VULGAR_CHARACTER, window, stands_for), added, places

    def _or_in_words(self, packed: Tensor, end: Tensor, exists: Tensor, digits: int) -> Tensor:
        """`value_at`, given the values (2, B, M) or (L + 1, B, M) of the numbers in digits."""
        if self.words is None:
            return packed
        in_words = (self.words.ends.gather(1, end) * exists) > 0
        values = self.words.packed.gather(-1, end.expand(2, -1, -1))
        if digits > MAX_DIGITS:
            values = LimbTensor.widen(DecimalTensor.unpack(values), len(packed) - 1).pack()
        return torch.where(in_words, values, packed)

    def _packed_value(self, digits: int) -> Tensor:
        """(2, B, L): the values of the numbers that become readable at each token, packed."""
        index = torch.arange(self.num_readable.shape[1], device=self.num_readable.device).expand_as(self.num_readable)
        return self._compute_values(index, self.ended, digits)

    @property
    def value(self) -> DecimalTensor:
        """(B, L): value of the number that becomes readable at each token; no value where none of 18 digits does."""
        return DecimalTensor.unpack(self._packed_value(MAX_DIGITS))


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


def read_numbers(
    symbols: Tensor,
    grammar: Tensor,
    words: WordNumbers | None = None,
    has_vulgar: bool = True,
    has_joined_signs: bool = True,
) -> NumberText:
    """Find the numbers in a text.

    "1.2.3" is the number 1.2, a point and the number 3. So the odd dots of a chain are decimal points, and a
    cumulative count decides which those are: no loop over tokens is needed.

    symbols: (B, L), values of `symbol_table`. grammar: `grammar_table()`. words: the text's numbers in words.
    has_vulgar, has_joined_signs: whether "½" and " -" may be among the symbols.
    """
    padded = torch.nn.functional.pad(symbols, (2, 0), value=OPENING)
    triples = torch.add(padded[:, 2:], padded[:, 1:-1], alpha=NUM_SYMBOLS).add(padded[:, :-2], alpha=NUM_SYMBOLS**2)
    facts = torch.nn.functional.embedding(triples, grammar).long()  # (B, L, 21)
    is_ = Grammar(*facts.unbind(-1))
    counted, more, chain, begin, _ = facts.split([3, 3, 3, 3, facts.shape[-1] - 12], -1)

    # The first, third, ... dot of a chain is a decimal point. A comma between brackets ends a number.
    unknown, dots, brackets = since_latest(counted, chain).unbind(-1)
    odd = dots & 1
    separator = is_.joint + is_.point * odd - is_.comma * brackets
    # A number begins at its sign, at the first token of a chain, after a dot that is no decimal point, and after a
    # comma that ended one.
    restarts = torch.maximum(is_.after_dot - odd, is_.after_comma * brackets)
    begins = torch.maximum(begin, restarts.unsqueeze(-1))
    marks, length, signs = since_latest(more, begins).unbind(-1)

    # A separator does not prove that the number ended: "12." may continue as "12.5". The token after it does.
    behind = is_.closes_behind * previous(separator)
    closes = is_.closes - separator + behind
    if words is not None:
        # No token ends a number in digits and one in words: blank or letters stand before it.
        closes = closes + words.ends
    written = length * (is_.shown | separator)
    joined_sign = None
    if has_joined_signs:
        first = torch.arange(1, symbols.shape[1] + 1, device=symbols.device) - written
        is_joined = symbols.gather(1, first.clamp(max=symbols.shape[1] - 1)) == MINUS + SPACED
        joined_sign = (is_joined & (written > 0)).long()
    return NumberText(
        is_.character, closes.cumsum(1), behind, written, marks, signs, unknown, words, has_vulgar, joined_sign
    )


def latest_numbers(text: NumberText, index: Tensor, num_values: int) -> ReadNumbers:
    """The `num_values` numbers that became readable last, at each token index of `index` (B, ...)."""
    readable = text.num_readable.gather(1, index.flatten(1)).view_as(index)
    order = readable.unsqueeze(-1) - torch.arange(num_values, device=index.device)  # (B, ..., N), from 1 on
    # The n-th number of the text becomes readable at the first token where `num_readable` is n.
    end = torch.searchsorted(text.num_readable, order.flatten(1)).view_as(order)
    return ReadNumbers(order > 0, end)


def next_symbol(
    number: Decimals, written: Tensor, separated: Tensor | None = None, is_signed: Tensor | None = None
) -> Tensor:
    """The symbol after the first `written` characters of each number's decimal text.

    number: any shape; its text is `format(decimal.Decimal, "f")`.
    written: int64, broadcastable to it, number of characters already written.
    separated: bool, like `written`, whether the last of them is a point or comma (`NumberText.separated`).
    is_signed: like `written`, whether the first of them is a minus that stood there before the number was decided on
        (`NumberText.joined_sign`): only a negative number goes on from there.
    Returns int64 of the broadcast shape: an index into WRITTEN_SYMBOLS; END after the last character; NOTHING where
    there is no value, or where `written` exceeds the length of the text. An integer has ended, too, behind a point or
    comma: behind "14." a sentence may end, and no digit is to follow.
    """
    magnitude, has_point, negative = number.abs(), number.scale > 0, number.is_negative
    # `first` and `place` count the digits after the first digit, and the characters after the next symbol. Numbers
    # below 1 begin with "0.": at least one digit stands before the point.
    first = torch.maximum(magnitude.leading_exponent(), number.scale)
    place = first + has_point + negative - written
    exponent = place - (has_point & (place > number.scale)).long()
    symbol = torch.where(has_point & (place == number.scale), WRITTEN_SYMBOLS.index("."), magnitude.digit(exponent))
    symbol = torch.where(negative & (written == 0), WRITTEN_SYMBOLS.index("-"), symbol)
    ended = place == -1
    if separated is not None:
        ended = ended | ((place == -2) & separated & ~has_point)
    symbol = torch.where(ended, END, symbol)
    fits = number.valid & (ended | (place >= 0))
    if is_signed is not None:
        fits = fits & (negative | (is_signed == 0))
    return torch.where(fits, symbol, NOTHING)
