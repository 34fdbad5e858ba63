"""What a chat model is asked: questions of our own whose answers are known, talk with nothing to compute, and files.

What is unusual: the plainest questions, "What is 12 plus 34?", are here beside the composed ones. No question of the
evaluation is trained on, and no prompt comes twice.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Literal

from .numeric_match import parse_number
from .plain_questions import plain_questions
from .problems import Split, over_texts
from .records import BadRecordError, FieldRow, dataset_records, file_records, is_held_out
from .reply_text import Prompt
from .running_text import running_texts
from .wordings import plain_lines, wording_problems

PromptKind = Literal["questions", "wordings", "stories", "talk", "files"]
SHARES: dict[PromptKind, float] = {"questions": 0.3, "wordings": 0.2, "stories": 0.2, "talk": 0.3, "files": 0.5}
TEXT_FIELDS = ("question", "prompt", "text")
TALK = (
    "Tell me about {}.",
    "What do you know about {}?",
    "Write a short poem about {}.",
    "Write a short story about {}.",
    "Explain {} to a child.",
    "Why do people care about {}?",
    "Give me some tips about {}.",
    "Describe {} in one sentence.",
    "What is interesting about {}?",
    "Who should I ask about {}?",
)
TOPICS = (
    "the moon",
    "rivers",
    "bread",
    "old trains",
    "the French Revolution",
    "friendship",
    "gardening",
    "whales",
    "the Roman Empire",
    "jazz",
    "winter",
    "learning to swim",
    "bees",
    "the desert",
    "good sleep",
    "chess",
    "volcanoes",
    "libraries",
    "cooking rice",
    "the human heart",
    "clouds",
    "Japan",
    "writing letters",
    "dogs",
    "painting",
    "mountain hiking",
    "tea",
    "the ocean",
    "bicycles",
    "poetry",
    "Mozart",
    "the internet",
    "dinosaurs",
    "a healthy breakfast",
    "public speaking",
    "cats",
    "the alphabet",
    "honesty",
    "Brazil",
    "football",
    "wine",
    "the stars",
    "forests",
    "shoes",
)
CAPITALS = (
    "France",
    "Japan",
    "Egypt",
    "Canada",
    "Kenya",
    "Norway",
    "Peru",
    "India",
    "Italy",
    "Chile",
    "Cuba",
    "Ghana",
    "Greece",
    "Iran",
    "Spain",
    "Turkey",
)


def _questions(split: Split, seed: int) -> Iterator[Prompt]:
    """The plainest ones, of up to five digits."""
    for problem in plain_questions(split, seed):
        expression = over_texts(problem.expression, problem.numbers)
        yield Prompt(problem.prompt, expression, problem.template, True, Decimal(problem.answer))


def _wordings(split: Split, seed: int) -> Iterator[Prompt]:
    """Of the evaluation in sentences that training never has."""
    for problem in wording_problems(split, seed, held_out=split == "evaluation"):
        expression = over_texts(problem.expression, problem.numbers)
        yield Prompt(problem.prompt.strip(), expression, f"wordings: {problem.group}", True, Decimal(problem.answer))


def _stories(split: Split, seed: int) -> Iterator[Prompt]:
    """The prompts of our running texts, split by the prompt alone, too; those of sheets ask nothing."""
    for text in running_texts(split, seed):
        asks = bool(text.calculations) and not text.group.startswith("sheet")
        if asks and is_held_out(text.question, 1 / 2) == (split == "evaluation"):
            last = text.calculations[-1]
            known = last.expression if len(text.calculations) == 1 else None
            yield Prompt(text.question.strip(), known, text.group, True, last.value)


def _talk(split: Split, seed: int) -> Iterator[Prompt]:
    """Nothing in it is to be computed; half of it is without numbers, as long as that lasts."""
    generator = random.Random(seed)
    texts = [frame.format(topic) for frame, topic in product(TALK, TOPICS)]
    texts += [f"What is the capital of {country}?" for country in CAPITALS]
    texts = [text for text in texts if is_held_out(text, 1 / 3) == (split == "evaluation")]
    generator.shuffle(texts)
    for line in plain_lines(seed, held_out=split == "evaluation"):
        if texts:
            yield Prompt(texts.pop(), None, "talk", False)
        yield Prompt(line.strip(), None, "talk with numbers", False)


STREAMS: dict[PromptKind, Callable[[Split, int], Iterator[Prompt]]] = {
    "questions": _questions,
    "wordings": _wordings,
    "stories": _stories,
    "talk": _talk,
}


def prompts(
    split: Split, seed: int, shares: Mapping[PromptKind, float], files: Sequence[Prompt] = ()
) -> Iterator[Prompt]:
    """An endless stream of different prompts, each kind as often as its share says; files: the prompts read.

    A kind ends with what it has; the stream ends with its last kind.
    """
    generator = random.Random(seed)
    shuffled = generator.sample(files, len(files))
    streams = {kind: iter(shuffled) if kind == "files" else STREAMS[kind](split, seed) for kind in shares}
    seen: set[str] = set()
    while streams:
        (kind,) = generator.choices(list(streams), [shares[kind] for kind in streams])
        prompt = next((prompt for prompt in streams[kind] if prompt.text not in seen), None)
        if prompt is None:
            del streams[kind]
        else:
            seen.add(prompt.text)
            yield prompt


def _answer(fields: dict) -> Decimal | None:
    """Of a number, or of a solution that ends in "#### 72"."""
    try:
        return parse_number(str(fields.get("answer")).rpartition("####")[2])
    except ValueError:
        return None


def read_prompts(name: str, split: str = "train", config: str | None = None) -> list[Prompt]:
    """The prompts of a file or of a dataset on the Hub: the field `question`, `prompt` or `text` of each record.

    Raises BadRecordError for a record that cannot be read, and ValueError where none has such a field.
    """
    found = []
    path = Path(name)
    for record in file_records(path) if path.is_file() else dataset_records(name, config, split):
        if isinstance(record, BadRecordError):
            raise record
        assert isinstance(record, FieldRow)
        texts = [record.fields[field] for field in TEXT_FIELDS if isinstance(record.fields.get(field), str)]
        if texts and texts[0].strip():
            found.append(Prompt(texts[0].strip(), answer=_answer(record.fields)))
    if not found:
        raise ValueError(f"{name} holds no prompt: no record has the text {', '.join(map(repr, TEXT_FIELDS))}")
    return found
