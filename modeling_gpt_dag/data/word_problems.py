"""Word problems of our own: a schema's facts, a question about one of its numbers, and the answer at once.

What is unusual: what is asked for varies with the same facts, and numbers that do not matter stand among them, of the
same things too. Some schemas are never trained on; the evaluation has a row for each.
"""

import random
import re
from collections.abc import Iterator

from .problems import Split
from .reasoning import ReasoningText
from .records import is_held_out
from .running_text_writer import LETTER, Writer, draw_style, expanded, renamed, written_texts
from .word_problem_schemas import ANSWERS, ASIDES, SCHEMAS, Asked, Schema

HELD_OUT_SCHEMAS = 1 / 8  # share of the schemas that is never trained on
OTHERS_SHARE, ASIDES_SHARE = 0.4, 0.25  # of the problems with another fact of the schema, and with one of any
KEPT_SHARE = 0.6  # of the facts that are not needed
JOINED_SHARE = 0.6  # of the facts that can be told in one sentence
QUESTION_FIRST_SHARE = 0.1
NAME = "question: "  # before that of the schema and the number, in the name of a row


def is_new(schema: Schema) -> bool:
    """Whether a schema is never trained on."""
    return is_held_out(schema.name, HELD_OUT_SCHEMAS)


TRAINING = [schema for schema in SCHEMAS if not is_new(schema)]


def _told(schema: Schema, asked: Asked, generator: random.Random) -> str:
    """The problem without its answer, in the language of `running_text_writer`."""
    needed = {*LETTER.findall(asked.formula)} | schema.needed
    facts: dict[str, str] = {}
    for number, fact in schema.facts.items():
        if number == asked.number:
            if number in schema.vague:
                facts[number] = schema.vague[number]
        elif number in needed or generator.random() < KEPT_SHARE:
            facts[number] = fact
    alone = facts.keys() - {asked.number}  # numbers that have a sentence of their own
    for numbers, fact in schema.joined.items():
        if alone.issuperset(numbers) and generator.random() < JOINED_SHARE:
            alone -= set(numbers)
            facts[numbers[0]] = fact
            for number in numbers[1:]:
                del facts[number]
    told = [*facts.values()]
    if schema.others and generator.random() < OTHERS_SHARE:
        other = renamed(generator.choice(schema.others), {}, 1)
        told.insert(generator.randint(1, len(told)), other)
    if generator.random() < ASIDES_SHARE:
        told.insert(generator.randint(0, len(told)), renamed(generator.choice(ASIDES), {}, 2))
    sentences = [f"{fact}." if fact[-1] != "." else fact for fact in told]
    question = asked.text
    first = generator.random() < QUESTION_FIRST_SHARE
    return " ".join([question, *sentences] if first else [*sentences, question])


def _problem(schema: Schema, asked: Asked, generator: random.Random) -> ReasoningText:
    """Raises ValueError where the numbers drawn lead to one that is not to be written."""
    told = expanded(_told(schema, asked, generator), generator)
    prompt = generator.choice(ANSWERS).replace("{}", told)
    answer = f"{{y={asked.formula};things}}"  # without a currency sign
    writer = Writer(generator, draw_style(generator), [schema.kinds, prompt, answer])
    writer.write(prompt)
    length = len(writer.text)
    writer.write(answer + "\n")
    if not {"0", "1"}.isdisjoint(writer.values.values()):
        raise ValueError("nobody would tell of them")
    text = re.sub(r"([.?!] |^|\n)([a-z])", lambda start: start[1] + start[2].upper(), writer.text[:length])
    group = f"{NAME}{'new, ' if is_new(schema) else ''}{schema.name}, {asked.number}"
    return ReasoningText(text + writer.text[length:], writer.calculations, length, group)


def word_problems(split: Split, seed: int) -> Iterator[ReasoningText]:
    """An endless stream of problems of one split; the schema and the number asked for are its `group`.

    The evaluation has the schemas that are never trained on beside the others.
    """
    generator = random.Random(seed)
    schemas = TRAINING if split == "train" else SCHEMAS
    asked = [(schema, question) for schema in schemas for question in schema.questions]
    return written_texts(split, lambda: generator.choice(asked), lambda chosen: _problem(*chosen, generator))
