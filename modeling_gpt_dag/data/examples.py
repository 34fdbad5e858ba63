"""Training examples for a pretrained model: questions and plain text in the tokens of its own tokenizer.

What is unusual: the tokenizer does not see the answer. Its tokens are those that the DAG writes, one for each
character (`config.number_tokens`). Labels stand at the answer and, where plans are not labelled, at the end of the
line or message behind it, and nowhere else: any other text is the backbone's, which is not trained. There only the
gate loss counts.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import islice, repeat
from typing import NamedTuple

from transformers import PreTrainedTokenizerBase

from ..plans import IGNORE_INDEX
from ..tokenization import following_digit
from .checks import check_share
from .problems import END_OF_LINE, PlanFormat
from .reasoning import ReasoningText, TokenPlaces, as_computed, plan_and_result, plan_of
from .tasks import Line, Plan

TEXT_TOKENS = 96  # of a passage of plain text


class Example(NamedTuple):
    """A text to train on: token ids, and labels that are the same ids or -100.

    plans: token index -> the plan that is labelled there; None where plans are not labelled in any example.
    """

    input_ids: list[int]
    labels: list[int]
    plans: dict[int, Plan] | None = None


def chat_prompt(tokenizer: PreTrainedTokenizerBase, prompt: str) -> str:
    """The prompt as a user's message, up to where the assistant's begins."""
    message = [{"role": "user", "content": prompt.strip()}]
    text = tokenizer.apply_chat_template(message, tokenize=False, add_generation_prompt=True)
    assert isinstance(text, str)  # it is a list of ids where it is tokenised
    return text


def number_of(number_tokens: dict[str, list[int]], answer: str) -> list[int]:
    """The tokens with which the DAG writes a number."""
    return [number_tokens[character][0] for character in answer]


def question(
    tokenizer: PreTrainedTokenizerBase, number_tokens: dict[str, list[int]], line: Line, chat: bool = False
) -> Example:
    """The example of a line: a question, or plain text where the line has no answer.

    A line's plan is labelled, and then its ending is not: what stands behind the number is left to the backbone.
    chat: whether the question is a user's message in the tokenizer's template.
    """
    if chat:
        ids = tokenizer(chat_prompt(tokenizer, line.prompt), add_special_tokens=False)["input_ids"]
        ending = [tokenizer.eos_token_id]
    else:
        ids = tokenizer(line.prompt)["input_ids"]
        (ending,) = following_digit(tokenizer, [END_OF_LINE])
    if not line.answer:
        return Example(ids, [IGNORE_INDEX] * len(ids))
    answer, unlabelled = number_of(number_tokens, line.answer), [IGNORE_INDEX] * len(ids)
    if line.plan is None:
        return Example(ids + answer + ending, unlabelled + answer + ending)
    speaks = len(ids) - 1
    plans = {token: plan for first, end, plan in line.plans() for token in range(speaks + first, speaks + end)}
    return Example(ids + answer + ending, unlabelled + answer + [IGNORE_INDEX] * len(ending), plans)


def question_examples(
    tokenizer: PreTrainedTokenizerBase,
    number_tokens: dict[str, list[int]],
    lines: Sequence[Iterator[Line]],
    num_questions: int,
    seed: int,
    chat_question_share: float = 0.0,
) -> list[Example]:
    """`num_questions` examples, in turns from each of `lines`, `chat_question_share` of the questions as chats.

    Raises ValueError for a share outside 0..1 and for chats without a template.
    """
    check_share("chat_question_share", chat_question_share)
    if chat_question_share > 0 and not tokenizer.chat_template:
        raise ValueError(
            f"chat_question_share={chat_question_share}: the tokenizer has no chat template; train with 0"
        )
    generator = random.Random(seed)
    turns = (next(stream) for streams in repeat(lines) for stream in streams)
    return [
        question(tokenizer, number_tokens, line, bool(line.answer) and generator.random() < chat_question_share)
        for line in islice(turns, num_questions)
    ]


def reasoning_example(
    tokenizer: PreTrainedTokenizerBase, text: ReasoningText, plan_format: PlanFormat, is_reply: bool = False
) -> tuple[Example, int]:
    """The example of a running text, and how many of its numbers are labelled.

    The computed numbers are written as the DAG writes them (`as_computed`). Labelled are those that a plan of this
    format computes, and their plans. The gate loss is taken of all other tokens. A number that the tokenizer does not
    write character by character is left alone.
    What stands behind a number is left to the backbone. Half of the negative numbers have their sign in a token of its
    own, as the DAG writes it, and the others in that of the blank before it, as the backbone does. Where a deferred
    result could stand its plan is labelled, too, and not the number that stands there. is_reply: whether the text has
    its special tokens in it.
    """
    text = as_computed(text, plan_format)
    encoding = tokenizer(text.text, return_offsets_mapping=True, add_special_tokens=not is_reply, verbose=False)
    ids, offsets = encoding["input_ids"], encoding["offset_mapping"]
    for calculation in text.calculations:
        if text.text[calculation.start] == "-" and calculation.start % 2:
            _sign_apart(tokenizer, text.text, calculation.start, ids, offsets)
    places = TokenPlaces(offsets)
    labels = [IGNORE_INDEX] * len(ids)
    plans: dict[int, Plan] = {}
    labelled = 0
    for calculation in text.calculations:
        plan = plan_of(text.text, calculation, plan_format)
        place = places.of(calculation.start, calculation.end)
        if plan is None or place is None or len(place) != calculation.end - calculation.start:
            continue
        number, behind = text.text[calculation.start : calculation.end], text.text[calculation.end :][:1]
        decides = places.decides(text.text, calculation.start, place)
        labels[decides + 1 : place.stop] = ids[decides + 1 : place.stop]
        # A point or comma behind it may be part of the number, so that the plan holds there, too.
        end = place.stop + (behind in (".", ",") and "." not in number)
        plans |= dict.fromkeys(range(decides, min(end, len(ids))), plan)
        labelled += 1
    for calculation in text.deferred:
        found = plan_and_result(text.text, calculation, plan_format)
        place = places.of(calculation.start, calculation.end)
        if found is not None and place is not None:
            plans[place.start - 1] = found[0]
    return Example(ids, labels, plans), labelled


def _sign_apart(
    tokenizer: PreTrainedTokenizerBase, text: str, sign: int, ids: list[int], offsets: list[tuple[int, int]]
):
    """Splits the token that ends with a number's minus, in place, where what stands before it is a token, too.

    sign: place of the minus in the text.
    """
    token = next((index for index, (start, end) in enumerate(offsets) if start < sign and end == sign + 1), None)
    if token is None:
        return
    start = offsets[token][0]
    parts = [tokenizer(part, add_special_tokens=False)["input_ids"] for part in (text[start:sign], "-")]
    if tokenizer.decode(parts[0]) == text[start:sign] and list(map(len, parts)) == [1, 1]:
        ids[token : token + 1] = [parts[0][0], parts[1][0]]
        offsets[token : token + 1] = [(start, sign), (sign, sign + 1)]


def as_chat(tokenizer: PreTrainedTokenizerBase, text: ReasoningText) -> ReasoningText:
    """The text with its prompt as a user's message, and what follows as the assistant's."""
    given, answer = chat_prompt(tokenizer, text.question), text.text[text.prompt_length :]
    shift = len(given) - text.prompt_length
    moved = [each.moved(shift) for each in text.calculations]
    return ReasoningText(given + answer, moved, len(given), text.group)


def text_examples(
    tokenizer: PreTrainedTokenizerBase,
    number_tokens: dict[str, list[int]],
    text: str,
    num_passages: int,
    seed: int,
) -> list[Example]:
    """Passages of a text that hold numbers, drawn at random; nothing in them is to be computed.

    They have no labels: the gate loss says that the gate stays shut. Raises ValueError for text without numbers.
    """
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    digits = {token for symbol, tokens in number_tokens.items() if symbol.strip().isdecimal() for token in tokens}
    starts = range(0, max(1, len(ids) - TEXT_TOKENS), TEXT_TOKENS // 2)
    passages = [ids[start : start + TEXT_TOKENS] for start in starts]
    passages = [passage for passage in passages if sum(token in digits for token in passage) >= 2]
    if not passages:
        raise ValueError("the text has no passage with numbers to train on")
    random.Random(seed).shuffle(passages)
    return [Example(passage, [IGNORE_INDEX] * len(passage)) for passage in passages[:num_passages]]
