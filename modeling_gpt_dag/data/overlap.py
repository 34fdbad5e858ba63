"""Texts of a training set that stand in an evaluation set too, wholly or in part."""

import re
from collections.abc import Iterable

NGRAM = 8  # words in a row


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _ngrams(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[start : start + NGRAM]) for start in range(len(words) - NGRAM + 1)}


class EvaluationTexts:
    """Knows the texts that are evaluated on, whatever their capitals, blanks and punctuation."""

    def __init__(self, texts: Iterable[str]):
        texts = list(texts)
        self.whole = {tuple(_words(text)) for text in texts}
        self.ngrams = set().union(*map(_ngrams, texts))

    def overlap(self, text: str) -> bool:
        """Whether the text is one of them, or shares eight words in a row with one."""
        return tuple(_words(text)) in self.whole or not self.ngrams.isdisjoint(_ngrams(text))
