"""Number words read a second time, as a person would: word by word, with `re` and Python integers."""

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

SMALL_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
SMALL = {word: value for value, word in enumerate(SMALL_WORDS.split(), 1)}
TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
TENS = {word: 10 * value for value, word in enumerate(TENS_WORDS.split(), 2)}
SCALES = {"billion": 10**9, "million": 10**6, "thousand": 10**3}
LARGE = {"hundred", *SCALES}
FRACTIONS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "third": None}
MULTIPLES = {"twice": 2, "double": 2, "triple": 3, "dozen": 12, "pair": 2, "score": 20}
# What makes of "two" no 2 any more: "two thirds", "twenty-first".
CHANGING = re.compile(
    r"first|second|(four|fif|six|seven|eigh|nin|ten|eleven|twelf|\w+teen|\w+tie|hundred|thousand|million|billion)th|"
    r"halves|quarters|thirds|(four|fif|six|seven|eigh|nin|ten|twelf|hundred|thousand)ths|"
    r"(hundred|thousand|million|billion|trillion)s|trillion"
)
CARDINALS = {"zero", *SMALL, *TENS, *LARGE} - {"one"}


class WordNumber(NamedTuple):
    """A number in words. readable_by: where at the latest it is certain that it has ended."""

    start: int
    end: int
    value: Decimal | None


def is_letter(character: str) -> bool:
    return character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"


def split_words(text: str) -> list[tuple[int, int]]:
    """Runs of letters, digits and underscores."""
    places, start = [], None
    for place, character in enumerate(text + " "):
        if is_letter(character) and start is None:
            start = place
        elif not is_letter(character) and start is not None:
            places.append((start, place))
            start = None
    return places


def below_hundred(words: list[str]) -> int | None:
    if len(words) == 1:
        return SMALL.get(words[0], TENS.get(words[0]))
    if len(words) == 2 and words[0] in TENS and SMALL.get(words[1], 10) < 10:
        return TENS[words[0]] + SMALL[words[1]]
    return None


def below_thousand(words: list[str]) -> int | None:
    """With up to 99 hundreds, as in "nineteen hundred"."""
    if "hundred" not in words:
        return below_hundred(words)
    place = words.index("hundred")
    hundreds = 1 if words[:place] == ["a"] else below_hundred(words[:place])
    rest = words[place + 1 :]
    if rest[:1] == ["and"]:
        rest = rest[1:]
        if not rest:
            return None
    added = below_hundred(rest) if rest else 0
    if hundreds is None or added is None or (hundreds % 10 == 0 and hundreds != 10):
        return None
    return 100 * hundreds + added


def cardinal(words: list[str]) -> int | None:
    """The value of a compound; None where it is none that one rule reads."""
    for scale, factor in SCALES.items():
        if scale in words:
            place = words.index(scale)
            count = 1 if words[:place] == ["a"] else below_thousand(words[:place])
            rest = words[place + 1 :]
            if rest[:1] == ["and"]:
                rest = rest[1:]
                if not rest:
                    return None
            added = cardinal(rest) if rest else 0
            if count is None or added is None or added >= factor or (rest and rest[0] == "a"):
                return None
            return count * factor + added
    return below_thousand(words)


def value_of(words: list[str]) -> Decimal | None:
    if len(words) == 1 and words[0] == "zero":
        return Decimal(0)
    if words[-1] in FRACTIONS:
        return FRACTIONS[words[-1]] if len(words) == 1 or words[:-1] == ["one"] else None
    value = cardinal(words)
    return None if value is None else Decimal(value)


def word_numbers(text: str, one: bool = False) -> list[WordNumber]:
    """The numbers in words, from left to right."""
    places = split_words(text)
    words = [text[start:end] for start, end in places]
    # "Two", but neither "TWO" nor "tWo".
    lower = [word.lower() if word in (word.lower(), word.capitalize()) else "" for word in words]
    found: list[WordNumber] = []

    def joined(index: int) -> bool:
        """Whether the word is joined to the one before it."""
        return index > 0 and text[places[index - 1][1] : places[index][0]] in (" ", "-")

    index = 0
    while index < len(words):
        word = lower[index]
        if word in MULTIPLES:
            found.append(WordNumber(*places[index], Decimal(MULTIPLES[word])))
            index += 1
            continue
        if word not in CARDINALS and word not in FRACTIONS and word != "one":
            index += 1
            continue
        first, chain = index, [word]
        index += 1
        while index < len(words) and joined(index):
            after = lower[index]
            if after == "and" and chain[-1] in LARGE or after in CARDINALS or after in FRACTIONS or after == "one":
                pass
            elif CHANGING.fullmatch(after):
                chain.append(after)
                index += 1
                break
            else:
                break
            chain.append(after)
            index += 1
        last = index - 1
        if chain[-1] == "and":
            chain, last = chain[:-1], last - 1
        before = lower[first - 1] if joined(first) else ""
        digits = joined(first) and words[first - 1][-1].isdecimal() and word in LARGE
        counted = [each for each in chain if each in CARDINALS or each in FRACTIONS or (one and each == "one")]
        if digits:
            counted = counted[1:]  # "5 thousand" is no number of its own
        if not counted:
            continue
        value = None if digits else value_of(["a", *chain] if before == "a" and word in LARGE else chain)
        found.append(WordNumber(places[first][0], places[last][1], value))
    return found
