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

from .decimal_tensor import MAX_DIGITS, DecimalTensor, count_digits, power_of_ten

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
REQUIRED_SYMBOLS = [*"0123456789", "-", "."]

# What can be written next: index 0..9 digits, "-", ".", and the end of the number.
WRITTEN_SYMBOLS = "0123456789-."
END = len(WRITTEN_SYMBOLS)
NOTHING = -1


class NumberText(NamedTuple):
    """What the symbols (B, L) say about numbers; all (B, L).

    ended: bool, a number becomes readable at this token: the first at which it is certain that it has ended.
    value: the number that became readable here; no value where it is not exact.
    last: token index of that number's last digit.
    written: characters of the unfinished number up to and with this token, 0 outside numbers.
    """

    ended: Tensor
    value: DecimalTensor
    last: Tensor
    written: Tensor

    @property
    def continues(self) -> Tensor:
        """(B, L) bool: tokens that continue a number, and so take no position of their own."""
        return self.written > 1


class ReadNumbers(NamedTuple):
    """The N most recently ended numbers at each token, latest first; all (B, T, N).

    value: no value where there is no such number, or where it is too long to be exact.
    exists: bool, whether there is an r-th latest number.
    last: token index of its last digit, 0 where there is none.
    end: token index from which it can be read, the one behind it, 0 where there is none.
    """

    value: DecimalTensor
    exists: Tensor
    last: Tensor
    end: Tensor

    def since(self, start: Tensor) -> "ReadNumbers":
        """Only the numbers that end at or after token index `start` (B, T)."""
        exists = self.exists & (self.last >= start.unsqueeze(-1))
        return ReadNumbers(
            self.value.masked(exists), exists, torch.where(exists, self.last, 0), torch.where(exists, self.end, 0)
        )


def symbol_table(number_tokens: dict[str, list[int]]) -> Tensor:
    """(max id + 2,) int64: number symbol of every token id; the last entry, OTHER, stands for all higher ids."""
    table = torch.zeros(max(max(ids, default=0) for ids in number_tokens.values()) + 2, dtype=torch.long)
    for symbol, ids in number_tokens.items():
        table[ids] = SYMBOLS[symbol]
    return table


def _previous(tensor: Tensor, distance: int = 1) -> Tensor:
    """tensor[:, t - distance], 0 before the first token."""
    return torch.nn.functional.pad(tensor, (distance, 0))[:, : tensor.shape[1]]


def _latest_index(mask: Tensor, index: Tensor) -> Tensor:
    """(B, L): the latest token index up to t at which `mask` holds, -1 where there is none."""
    return torch.where(mask, index, -1).cummax(1).values


def _run_values(digit_value: Tensor, run_start: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
    """Value of the run of digits that ends at each token, and whether it fits 18 significant digits; (B, L) each."""
    reach = torch.arange(MAX_DIGITS, device=digit_value.device)
    windows = digit_value[:, (index[0].unsqueeze(-1) - reach).clamp(min=0)]  # (B, L, 18)
    inside = reach <= (index - run_start).unsqueeze(-1)
    value = torch.where(inside, windows * power_of_ten(reach), 0).sum(-1)
    significant = (digit_value > 0).long().cumsum(1)
    before_run = _previous(significant).gather(1, run_start.clamp(min=0))
    beyond = (_previous(significant, MAX_DIGITS) > before_run) & (index - run_start >= MAX_DIGITS)
    return value, ~beyond


def read_numbers(symbols: Tensor) -> NumberText:
    """Find the numbers in symbols (B, L), values of `symbol_table`.

    The second point of "1.2.3" is no decimal point; whether a point is one follows from its parity within the chain of
    digits and points it belongs to, which is what makes a closed form possible.
    """
    index = torch.arange(symbols.shape[1], device=symbols.device).expand_as(symbols)
    kind, spaced = symbols % SPACED, symbols >= SPACED
    digit = (kind >= 1) & (kind <= 10)
    digit_value = torch.where(digit, kind - 1, 0)
    unreadable = kind == UNREADABLE
    after_digit = _previous(digit)

    # Chains of digits and points that directly follow a digit; the odd points of a chain are decimal points.
    dot = (kind == POINT) & after_digit & ~spaced
    linked = dot | (digit & ~spaced & (after_digit | _previous(dot)))
    dots = dot.long().cumsum(1)
    chain_start = _latest_index(~linked, index).clamp(min=0)
    point = dot & ((dots - dots.gather(1, chain_start)) % 2 == 1)
    stop = dot & ~point
    start = _latest_index(~linked | stop | _previous(stop), index).clamp(min=0)

    # A minus belongs to the number whose first digit follows it, unless a digit or ")" stands before the minus.
    minus = kind == MINUS
    sign = minus & (spaced | ~(after_digit | _previous((kind == CLOSE) | unreadable)))
    # What follows an unreadable token directly, or through a minus or point, is not known, nor is the rest of its
    # chain: that token may hold the first of its points.
    tainted = unreadable | ((minus | (kind == POINT)) & ~spaced & _previous(unreadable))
    negative = _previous(sign).gather(1, start) & ~spaced.gather(1, start)
    unknown = _previous(tainted).gather(1, chain_start) & ~spaced.gather(1, chain_start)

    in_number = digit | point
    written = torch.where(in_number, index - start + 1 + negative.long(), sign.long())

    # Value of the number that ends at each digit: its integer run, moved left, plus its run of decimals.
    run_start = _latest_index(~(digit & linked & after_digit), index).clamp(min=0)
    run_value, run_fits = _run_values(digit_value, run_start, index)
    point_index = _latest_index(point, index)
    has_decimals = digit & (point_index > start)
    decimals = torch.where(has_decimals, index - point_index, 0)
    whole_end = (point_index - 1).clamp(min=0)
    whole = torch.where(has_decimals, run_value.gather(1, whole_end), 0)
    fits = run_fits & (~has_decimals | run_fits.gather(1, whole_end)) & (decimals <= MAX_DIGITS)
    fits = fits & ((whole == 0) | (count_digits(whole) + decimals <= MAX_DIGITS))
    magnitude = torch.where(fits, whole * power_of_ten(torch.where(fits, decimals, 0)) + run_value, 0)
    value = DecimalTensor.checked(torch.where(negative, -magnitude, magnitude), decimals, digit & fits & ~unknown)

    # A number has ended at the first token that neither continues it nor leaves it open ("12." may go on as "12.5").
    continues = digit & linked & (after_digit | _previous(point))
    ended_before = after_digit & ~continues & ~point
    ended_at_point = _previous(point) & ~continues
    last = torch.where(ended_at_point, index - 2, index - 1).clamp(min=0)
    ended = ended_before | ended_at_point
    return NumberText(ended, value.gather(1, last).masked(ended & ~unreadable), last, written)


def latest_numbers(text: NumberText, index: Tensor, num_values: int) -> ReadNumbers:
    """The `num_values` numbers that became readable latest, at each token index of `index` (B, T)."""
    batch, length = text.ended.shape
    all_tokens = torch.arange(length, device=index.device).expand(batch, length)
    count = text.ended.long().cumsum(1)
    # by_order[:, n] is the token at which the n-th number became readable; column `length` takes what is no number.
    by_order = torch.zeros(batch, length + 1, dtype=torch.long, device=index.device)
    by_order = by_order.scatter(1, torch.where(text.ended, count - 1, length), all_tokens)
    rank = torch.arange(num_values, device=index.device)
    order = count.gather(1, index).unsqueeze(-1) - 1 - rank  # (B, T, N)
    exists = order >= 0
    token = by_order.gather(1, order.clamp(min=0).flatten(1))
    value = text.value.gather(1, token).map(lambda tensor: tensor.view_as(order)).masked(exists)
    last = torch.where(exists, text.last.gather(1, token).view_as(order), 0)
    return ReadNumbers(value, exists, last, torch.where(exists, token.view_as(order), 0))


def next_symbol(number: DecimalTensor, written: Tensor) -> Tensor:
    """What follows the first `written` characters of each number's decimal text.

    number: any shape; its text is that of `format(decimal.Decimal, "f")`.
    written: int64, broadcastable to it, characters that stand already.
    Returns int64 of the broadcast shape: an index into WRITTEN_SYMBOLS, END after the last character, NOTHING where
    there is no number or where more is written than it has characters.
    """
    negative = (number.mantissa < 0).long()
    length = torch.maximum(count_digits(number.mantissa), number.scale + 1)  # digits, one before the point at least
    whole = length - number.scale
    has_point = (number.scale > 0).long()
    column = written - negative  # counts from the first digit
    past_point = (column > whole) & (number.scale > 0)
    power = length - 1 - (column - past_point.long())
    digit = number.mantissa.abs() // power_of_ten(power.clamp(0, MAX_DIGITS)) % 10
    symbol = torch.where(column < 0, WRITTEN_SYMBOLS.index("-"), digit)
    symbol = torch.where((column == whole) & (number.scale > 0), WRITTEN_SYMBOLS.index("."), symbol)
    total = length + has_point
    symbol = torch.where(column == total, END, symbol)
    return torch.where(number.valid & (column <= total), symbol, NOTHING)
