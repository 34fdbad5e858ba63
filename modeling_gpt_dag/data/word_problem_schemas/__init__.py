"""Schemas of word problems of our own: facts, and questions about any of their numbers.

What is unusual: a schema is a few numbers and what relates them. Each of them can be what is asked for, so the same
facts come with several questions, and a fact that is not needed stays in the text as a number that does not matter.

A block is a schema, in the language of `running_text_writer`: its name and the kinds of its numbers; "a. ..." tells
the number a, "a! ..." does so and is told in any case, "a~ ..." stands there where a is asked for; "ab. ..." tells of
two numbers in one sentence, which may take the place of their own; "+ ..." is a fact about something else;
"a = b-c? ..." asks for a number, and says what computes it.
"""

import re
from typing import NamedTuple

from .changes import CHANGES
from .comparisons import COMPARISONS
from .groups import GROUPS
from .measures import MEASURES
from .shares import SHARES
from .steps import STEPS


class Asked(NamedTuple):
    """number: its letter. formula: what computes it, over the other letters. text: the question."""

    number: str
    formula: str
    text: str


class Schema(NamedTuple):
    """kinds: fields that say what the numbers are. facts: of each number, in their order; vague: the same where the
    number is asked for; joined: of several numbers, by their letters. needed: numbers without which the others cannot
    be understood. others: facts about other things, which do not matter.
    """

    name: str
    kinds: str
    facts: dict[str, str]
    vague: dict[str, str]
    joined: dict[str, str]
    needed: set[str]
    others: list[str]
    questions: list[Asked]


FACT = re.compile(r"(?P<numbers>[a-z]+)(?P<kind>[.!~]) (?P<text>.*)")
QUESTION = re.compile(r"(?P<number>[a-z]) = (?P<formula>[^?]*)\? (?P<text>.*)")


def parsed(blocks: str) -> list[Schema]:
    schemas = []
    for block in blocks.strip().split("\n\n"):
        head, *lines = block.split("\n")
        name, _, kinds = head.partition("; ")
        schema = Schema(name, kinds, {}, {}, {}, set(), [], [])
        for line in lines:
            if line.startswith("+ "):
                schema.others.append(line[2:])
            elif (fact := FACT.fullmatch(line)) is not None:
                told = schema.vague if fact["kind"] == "~" else schema.facts
                (told if len(fact["numbers"]) == 1 else schema.joined)[fact["numbers"]] = fact["text"]
                schema.needed.update(fact["numbers"] if fact["kind"] == "!" else "")
            else:
                question = QUESTION.fullmatch(line)
                assert question is not None, line
                schema.questions.append(Asked(question["number"], question["formula"], question["text"]))
        schemas.append(schema)
    return schemas


SCHEMAS = [schema for blocks in (CHANGES, COMPARISONS, GROUPS, MEASURES, SHARES, STEPS) for schema in parsed(blocks)]
# Behind a question, up to where its answer stands.
ANSWERS = (
    *["{}\nAnswer: "] * 4,
    *["Question: {}\nAnswer: "] * 2,
    "Q: {}\nA: ",
    "{} The answer is ",
    "{}\nThe answer is ",
    "{} Answer: ",
    "{}\n\nAnswer: ",
    "Problem: {}\nAnswer: ",
)
# Before any of the facts; the numbers do not matter.
ASIDES = (
    "{name} is {x:small} years old.",
    "It is {x:few} o'clock.",
    "{friend} lives {x:small} km away.",
    "There are {x:small} children in {name}'s class.",
    "The shop opens at {x:few}.",
    "Last year there were {x:num} {item}s.",
    "{third} has {x:few} brothers and sisters.",
    "{third} bought {x:few} {other}s.",
)
