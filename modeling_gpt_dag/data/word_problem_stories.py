"""Word problems of our own, written one by one: a story with numbers, and several questions about it.

What is unusual: the words are as somebody wrote them, and only the numbers are drawn anew. All questions about a story
keep sensible answers, so that its numbers remain of the size that the words say. The numbers that one question leaves
are those of another, of the same things.

The files in `stories` hold blocks: a line with the facts, then lines `42-6? How many bowls are whole?`, each with what
computes its answer and the question.
"""

import random
import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from .problems import Expression
from .question_variants import renumbered
from .reasoning import parse_expression


class Story(NamedTuple):
    """facts: its text. questions: what computes the answer, over decimal texts, and the question."""

    facts: str
    questions: list[tuple[Expression, str]]


@cache
def stories() -> list[Story]:
    """All stories, file by file."""
    directory = files(__package__) / "stories"
    texts = [file.read_text(encoding="utf-8") for file in sorted(directory.iterdir(), key=lambda file: file.name)]
    return [_parsed(block) for text in texts for block in re.split(r"\n\s*\n", text.strip())]


def _parsed(block: str) -> Story:
    facts, *lines = block.split("\n")
    questions: list[tuple[Expression, str]] = []
    for line in lines:
        formula, mark, question = line.partition("? ")
        expression = parse_expression(formula)
        assert mark and isinstance(expression, tuple), line
        questions.append((expression, question))
    return Story(facts, questions)


def told(story: Story, index: int, generator: random.Random) -> tuple[str, Expression]:
    """The problem that the question `index` makes, with other numbers where some are found, and what computes it."""
    expression, question = story.questions[index]
    text = f"{story.facts} {question}"
    others = [asked for number, (asked, _) in enumerate(story.questions) if number != index]
    # Numbers that leave all questions sensible, or else this one.
    for equations in ([expression, *others], [expression]):
        changed = renumbered(text, equations, generator, in_order=True)
        if changed is not None:
            return changed[0], changed[1][0]
    return text, expression
