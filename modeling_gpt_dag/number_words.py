"""Number words in token streams: "seven", "Twenty-five", "two hundred and six", "half", "twice".

What is unusual: words of any number of tokens are found without a loop over tokens. Every token stands for a word
part. The letters of a run of parts are the digits of one integer, so that sums since the run's first token, looked up
in a sorted list, say which word the run is. What a word does to the number it belongs to is told by one row of a
table, from the word and the two before it. Sums of these rows are the number.

A word counts where no letter, digit or underscore stands beside it; its first letter may be a capital. Words joined by
one blank or hyphen make one number: "twenty-five", "three hundred", "two thousand and six", "a hundred", "one half". A
number joined in a way that is not read ("two three", "two thirds", "twenty-fifth", "several hundred") keeps its slot
and has no value, and so has "third", which is no decimal. A number becomes readable at the first token that no number
word can begin with, or that shows that the number goes no further.
"""

from collections.abc import Collection
from itertools import accumulate
from typing import NamedTuple

import torch
from torch import Tensor

from .decimal_tensor import NO_VALUE
from .running_counts import previous, since_latest

# Word parts that are letters of no number word; behind a break, which is what tokens that are not listed are.
LETTERS, OTHER_WORD = "*", " *"
# A break that ends words and joins none; part of a character of which the first part says all; letters, then a break.
BREAK, SILENT, LETTERS_AND_BREAK = "\n", "", "*\n"
DIGIT = "#"
BREAK_PART = 1  # row of BREAK in `part_table`

UNITS = ["two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
MULTIPLES = {"twice": 2, "double": 2, "triple": 3, "dozen": 12, "pair": 2, "score": 20}
FRACTIONS = {"half": (5, 1), "quarter": (25, 2), "third": (0, 0)}  # mantissa and decimals; a third has none
# Behind a number they make another one, which is not read.
_ORDINALS = (
    "first second fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth "
    "ninetieth hundredth thousandth millionth billionth"
)
_PARTS_OF_ONE = "halves quarters thirds fourths fifths sixths sevenths eighths ninths tenths twelfths hundredths"
_MANY = "hundreds thousands thousandths millions billions trillion trillions"
SPOILERS = f"{_ORDINALS} {_PARTS_OF_ONE} {_MANY}".split()  # noqa: SIM905
# What `GPTDAGConfig.dag_number_words` may name.
WORD_GROUPS = {
    "cardinals": ["zero", *UNITS, *TEENS, *TENS, "hundred", *SCALES],
    "fractions": list(FRACTIONS),
    "multiples": list(MULTIPLES),
    "one": ["one"],
}
DEFAULT_WORD_GROUPS = ("cardinals", "fractions", "multiples")

# Kinds of words; those before ARTICLE go on in the word behind them.
ONE, UNIT, TEEN, TEN, HUNDRED, SCALE, LONE, FRACTION, ARTICLE, AND, MULTIPLE, SPOILER, NUMERAL, NONE = range(14)
_KINDS: dict[str, tuple[int, int]] = {
    "": (NONE, 0),
    DIGIT: (NUMERAL, 0),
    "a": (ARTICLE, 1),
    "and": (AND, 0),
    "zero": (LONE, 0),
    "one": (ONE, 1),
    **{word: (UNIT, value) for value, word in enumerate(UNITS, 2)},
    **{word: (TEEN, value) for value, word in enumerate(TEENS, 10)},
    **{word: (TEN, 10 * value) for value, word in enumerate(TENS, 2)},
    "hundred": (HUNDRED, 100),
    **{word: (SCALE, value) for word, value in SCALES.items()},
    **{word: (FRACTION, mantissa) for word, (mantissa, _) in FRACTIONS.items()},
    **{word: (MULTIPLE, value) for word, value in MULTIPLES.items()},
    SPOILERS[0]: (SPOILER, 0),
}
_MEANINGS = list(_KINDS)  # a word's number; all spoilers have that of the first
_WORDS = [word for word in [*_KINDS, *SPOILERS[1:]] if word not in ("", DIGIT)]

_ALPHABET = sorted({*DIGIT, *"".join(_WORDS), *(word[0].upper() for word in _WORDS)})
BASE = len(_ALPHABET) + 1
LONGEST = max(map(len, _WORDS))  # BASE**LONGEST fits int64
# The sum of all doubts of a number that has a value is at most this.
MOST_DOUBT, SPOILED = 6, 7


class Part(NamedTuple):
    """What a token is to words; the columns of `part_table`, in order.

    restarts: a word that the token ends in begins in it. breaks: it proves that the word before it ended.
    joins: what it begins with, or is, is one blank or hyphen. length: of the letters it ends with; more than LONGEST
    where no number word holds them. code: these letters as digits of a number of base BASE, the first the least.
    """

    restarts: Tensor
    breaks: Tensor
    joins: Tensor
    length: Tensor
    code: Tensor


class WordRole(NamedTuple):
    """What a word does, given the two before it that it is joined to; the columns of `role_table`, in order.

    member: 1, the word belongs to a number. begins: it is the first of its number. goes_on: a word joined to it
    belongs to the number, too. counts: it is more than the "and" that a number may turn out to have ended before.
    shown: it makes the number one that is read. doubt: above MOST_DOUBT in sum where the number is not read right.
    value, scale: what it adds to the number's mantissa and to its count of decimals.
    """

    member: Tensor
    begins: Tensor
    goes_on: Tensor
    counts: Tensor
    shown: Tensor
    doubt: Tensor
    value: Tensor
    scale: Tensor


class WordNumbers(NamedTuple):
    """The numbers in words, token by token; all (B, L), int64, but for `packed`.

    ends: 1 where one becomes readable. packed: (2, B, L), its value there, packed.
    begins, counts: 1 at the token that proves that its first word, or a word of it, ended. start: index of the token
    at which the word that the token ends in begins. letters: of all tokens up to this one (`Part`). length: of this.
    """

    ends: Tensor
    packed: Tensor
    begins: Tensor
    counts: Tensor
    start: Tensor
    letters: Tensor
    length: Tensor

    def place(self, end: Tensor) -> tuple[Tensor, Tensor]:
        """(B, M) each: the first and the last token of the numbers that become readable at token indices `end`."""
        index = torch.arange(self.start.shape[1], device=end.device)
        first_proof, last_proof = ((index * at).cummax(1).values.gather(1, end) for at in (self.begins, self.counts))
        start = self.start.gather(1, (first_proof - 1).clamp(min=0))
        # The blank that a word begins behind may be a token of its own.
        before = (self.letters - self.length).gather(1, start)
        return torch.searchsorted(self.letters, before, right=True), (last_proof - 1).clamp(min=0)


def _code(letters: str) -> int:
    return sum((_ALPHABET.index(letter) + 1) * BASE**place for place, letter in enumerate(letters))


def word_parts() -> set[str]:
    """All texts that a number word may have as a part, the empty one included."""
    forms = [*_WORDS, *map(str.capitalize, _WORDS)]
    return {form[start:end] for form in forms for start in range(len(form)) for end in range(start, len(form) + 1)}


def part_keys(word_tokens: dict[str, list[int]]) -> list[str]:
    """OTHER_WORD, BREAK and the other keys, sorted: a saved config may have them in another order."""
    return [OTHER_WORD, BREAK, *sorted(word_tokens.keys() - {BREAK})]


def part_table(word_tokens: dict[str, list[int]]) -> Tensor:
    """(2 parts, 5) int64: `Part` of the keys in the order of `part_keys`; the second half with nothing before.

    Keys are a word part, or one behind " ", which joins it to the word before, or behind BREAK; and the constants
    above.
    """

    def row(key: str) -> list[int]:
        if key in (SILENT, LETTERS, LETTERS_AND_BREAK):
            return [key == LETTERS_AND_BREAK, 0, 0, (LONGEST + 1) * (key == LETTERS), 0]
        part = key.lstrip(" " + BREAK)
        breaks, joins = part != key, key[0] == " "
        if part == LETTERS:
            return [1, 1, 0, LONGEST + 1, 0]
        return [breaks or part == DIGIT, breaks, joins, len(part), _code(part)]

    keys = part_keys(word_tokens)
    rows = torch.tensor([row(key) for key in keys], dtype=torch.long)
    alone = rows.clone()
    alone[:, :2], alone[:, 2] = 1, 0
    if LETTERS_AND_BREAK in word_tokens:
        # Such a token may have the symbol of a minus with something before.
        alone[keys.index(LETTERS_AND_BREAK), 1] = 0
    return torch.cat([rows, alone])


def part_of_tokens(word_tokens: dict[str, list[int]]) -> Tensor:
    """(max id + 2,) int64: row of `part_table` of every token id; the last entry serves all higher ids."""
    table = torch.zeros(max(max(ids, default=0) for ids in word_tokens.values()) + 2, dtype=torch.long)
    for row, key in enumerate(part_keys(word_tokens)):
        table[word_tokens.get(key, [])] = row
    return table


def dictionary() -> Tensor:
    """(3, W) int64: codes of words and of their beginnings, sorted; the word's meaning or 0; whether more may follow.

    A beginning is one of a word that may go on a number. The last column is no code.
    """
    entries: dict[str, list[int]] = {DIGIT: [_MEANINGS.index(DIGIT), 0]}
    for word in _WORDS:
        meaning = SPOILERS[0] if word in SPOILERS else word
        goes_on = meaning != "a" and meaning not in MULTIPLES
        for form in (word, word.capitalize()):
            for beginning in ("", *accumulate(form)):
                entry = entries.setdefault(beginning, [0, 0])
                entry[1] |= goes_on
            entries[form][0] = _MEANINGS.index(meaning)
    rows = sorted([_code(text), *entry] for text, entry in entries.items())
    return torch.tensor([*rows, [torch.iinfo(torch.long).max, 0, 0]]).T.contiguous()


def role_table(groups: Collection[str]) -> Tensor:
    """(n^3, 8) int64: `WordRole` of all triples of n meanings. A row's index is the triple as a number of base n.

    groups: of `WORD_GROUPS`, the words that are numbers by themselves.
    """
    kinds, values = torch.tensor(list(_KINDS.values())).unbind(1)
    read = torch.tensor([any(word in WORD_GROUPS[group] for group in groups) for word in _MEANINGS])
    decimals = torch.tensor([FRACTIONS.get(word, (0, 0))[1] for word in _MEANINGS])
    second, first, kind = kinds.view(-1, 1, 1), kinds.view(1, -1, 1), kinds.view(1, 1, -1)
    second_value, first_value, value = values.view(-1, 1, 1), values.view(1, -1, 1), values.view(1, 1, -1)

    def among(tensor: Tensor, *of: int) -> Tensor:
        return torch.isin(tensor, torch.tensor(of))

    large = among(kind, HUNDRED, SCALE)
    first_unit, first_large = among(first, ONE, UNIT), among(first, HUNDRED, SCALE)
    joined = ((first < ARTICLE) | ((first == AND) & among(second, HUNDRED, SCALE))) & (kind != MULTIPLE)
    is_and = (kind == AND) & first_large
    member = (kind < ARTICLE) | is_and | (kind == MULTIPLE) | ((kind == SPOILER) & joined)
    # What stands before "hundred" or "thousand", as far as three words tell; the doubts below tell the rest.
    compound = first_unit & (second == TEN)
    counted = torch.where(compound, first_value + second_value, first_value)
    hundreds = (first == HUNDRED) & among(second, ONE, UNIT, ARTICLE)
    is_fraction, one_before = kind == FRACTION, (first == ONE) & (second >= ARTICLE) & (second != AND)
    unit_follows = among(kind, ONE, UNIT) & ((first == TEN) | first_large | (first == AND))
    teen_follows = among(kind, TEEN, TEN) & (first_large | (first == AND))
    after_scale = first_unit & (second == SCALE)
    hundred_follows = (
        (kind == HUNDRED) & (first_unit | (first == TEEN)) & ((second >= ARTICLE) | compound | after_scale)
    )
    scale_follows = (kind == SCALE) & (among(first, ONE, UNIT, TEEN, TEN) | hundreds)
    legal = torch.where(
        joined,
        unit_follows | teen_follows | hundred_follows | scale_follows | is_and | (is_fraction & one_before),
        ~large | (first == ARTICLE),
    ) & ~(is_fraction & (value == 0))
    # Which words may stand together, beyond the three: the sums of those that may are at most MOST_DOUBT. "Hundred"
    # stands once, or before and behind "thousand"; "hundred ... thousand" is read where nothing stands between.
    doubt = torch.where(compound, 6, torch.where(after_scale, 1, 4)) * (kind == HUNDRED)
    is_thousand = value == SCALES["thousand"]
    doubt = doubt + torch.where(hundreds, 2 - is_thousand.long(), 4 + is_thousand.long()) * (kind == SCALE)
    added = torch.where(
        large,
        torch.where(joined, (value - 1) * torch.where(hundreds, 100 * second_value, counted), value),
        value - (is_fraction & one_before).long(),
    )
    columns = WordRole(
        member=member,
        begins=member & ~joined,
        goes_on=member & ~among(kind, MULTIPLE, SPOILER),
        counts=member & ~is_and,
        shown=member & read.view(1, 1, -1) & ~(large & (first == NUMERAL)),
        doubt=torch.where(legal, doubt, SPOILED),
        value=torch.where(legal, added, 0),
        scale=decimals.view(1, 1, -1) * legal,
    )
    shape = torch.broadcast_shapes(*(column.shape for column in columns))
    return torch.stack([(column * member).long().expand(shape).flatten() for column in columns], -1)


def read_words(parts: Tensor, part_rows: Tensor, words: Tensor, roles: Tensor) -> WordNumbers:
    """Find the numbers in words.

    parts: (B, L), rows of `part_table`. part_rows, words, roles: `part_table`, `dictionary`, `role_table`.
    """
    # Which word each token ends in: its letters since the token in which it begins.
    part = Part(*torch.nn.functional.embedding(parts, part_rows).unbind(-1))
    index = torch.arange(parts.shape[1], device=parts.device)
    start = (index * part.restarts).cummax(1).values
    letters = part.length.cumsum(1)
    length = letters - (letters - part.length).gather(1, start)
    # Sums of codes that are too long wrap, and their differences do, too.
    code = part.code * torch.pow(BASE, length - part.length)
    total = code.cumsum(1)
    code = total - (total - code).gather(1, start)
    expected, word, beginning = words[:, torch.searchsorted(words[0], code)].unbind(0)
    is_known = (expected == code) & (length <= LONGEST)

    # Words that ended before a token, and the two before each that it is joined to.
    ended = previous(word * is_known) * part.breaks
    word_start = previous(start)
    first = (ended * part.joins).gather(1, word_start)
    second = first.gather(1, word_start)
    triples = torch.add(ended, first, alpha=len(_MEANINGS)).add(second, alpha=len(_MEANINGS) ** 2)
    facts = torch.nn.functional.embedding(triples, roles)
    member, begins, goes_on, counts, *_ = facts.unbind(-1)

    # A number is open as long as the letters behind it begin a word that may go on.
    is_open = (goes_on * part.joins).gather(1, start) * beginning * is_known
    closes = torch.maximum(member, previous(is_open)) - is_open
    shown, doubt, value, scale = since_latest(facts[..., 4:], begins.unsqueeze(-1)).unbind(-1)
    packed = torch.stack([value, torch.where(doubt <= MOST_DOUBT, scale, NO_VALUE)])
    return WordNumbers(closes * (shown > 0), packed, begins, counts, start, letters, part.length)
