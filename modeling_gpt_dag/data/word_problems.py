"""Word problems of our own: facts, a question about them, and the answer at once.

What is unusual: what is asked for varies with the same facts, and numbers that do not matter stand among them, of the
same things too. The facts are those of a schema, in words that are drawn, or of a story, in its own. Some of both are
never trained on. The evaluation has a row for each schema, and for the stories one for each number of operations.
"""

import random
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

from .problems import Split
from .reasoning import Calculation, ReasoningText, exact_value, num_operations
from .records import is_held_out
from .running_text_writer import LETTER, Writer, draw_style, expanded, renamed, written_texts
from .word_problem_schemas import ANSWERS, ASIDES, SCHEMAS, Asked, Schema
from .word_problem_stories import Story, stories, told

HELD_OUT_SHARE = 1 / 8  # of the schemas, and of the stories, that are never trained on
STORIES_SHARE = 0.6  # of the problems
OTHERS_SHARE, ASIDES_SHARE = 0.4, 0.25  # of the problems with another fact of the schema, and with one of any
KEPT_SHARE = 0.6  # of the facts that are not needed
JOINED_SHARE = 0.6  # of the facts that can be told in one sentence
QUESTION_FIRST_SHARE = 0.1
NAME = "question: "  # before that of the schema and the number, in the name of a row


def is_new(source: Schema | Story) -> bool:
    """Whether a schema or a story is never trained on."""
    return is_held_out(source.name if isinstance(source, Schema) else source.facts, HELD_OUT_SHARE)


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
    return ReasoningText(text + writer.text[length:], writer.calculations, length, _row(schema, asked.number))


def _story_problem(story: Story, index: int, generator: random.Random) -> ReasoningText:
    """Raises ValueError where the answer is not to be written."""
    text, expression = told(story, index, generator)
    value = exact_value(expression)
    if value is None:
        raise ValueError("its answer has no end")
    prompt, answer = generator.choice(ANSWERS).replace("{}", text), f"{value:f}"
    calculation = Calculation(len(prompt), len(prompt) + len(answer), Decimal(answer), expression, "right")
    steps = num_operations(expression)
    row = _row(story, f"{steps} operation{'s' if steps > 1 else ''}")
    return ReasoningText(f"{prompt}{answer}\n", [calculation], len(prompt), row)


def _row(source: Schema | Story, asked: str) -> str:
    name = source.name if isinstance(source, Schema) else "story"
    return f"{NAME}{'new, ' if is_new(source) else ''}{name}, {asked}"


def word_problems(split: Split, seed: int, stories_share: float = STORIES_SHARE) -> Iterator[ReasoningText]:
    """An endless stream of problems of one split; the schema and the number asked for are its `group`.

    The evaluation has the schemas and stories that are never trained on beside the others.
    """
    generator = random.Random(seed)

    def is_asked(source: Schema | Story) -> bool:
        return split != "train" or not is_new(source)

    of_schemas = [(schema, asked) for schema in filter(is_asked, SCHEMAS) for asked in schema.questions]
    of_stories = [(story, index) for story in filter(is_asked, stories()) for index in range(len(story.questions))]

    def draw() -> Callable[[], ReasoningText]:
        if generator.random() < stories_share:
            return partial(_story_problem, *generator.choice(of_stories), generator)
        return partial(_problem, *generator.choice(of_schemas), generator)

    return written_texts(split, draw, lambda write: write())
