"""Replies in which every wrong result is replaced by the right one: a calculator that never errs.

What is unusual: the model writes until its first wrong result. The right number is put in its place, and the model
goes on from there, so that all words stay its own.
"""

import re
from collections.abc import Sequence
from typing import Any

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ..data.reply_text import Prompt, finished, first_mistake, mended
from .generation import continuations

LEAST_TOKENS = 16  # behind a mended number
GOES_ON = re.compile(r"^[.,]?\d[\d.,]*(?<=\d)")


def mended_replies(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[Prompt],
    given: Sequence[str],
    num_tokens: int,
    rounds: int,
    **options: Any,
) -> list[str]:
    """The replies of one batch, with their first `rounds - 1` mistakes mended; a later one stays.

    A reply that has reached `num_tokens` tokens ends with its last sentence. given: each prompt as the model gets it.
    options: of `generate`; greedy by default.
    """
    replies = [""] * len(prompts)
    unfinished = list(range(len(prompts)))
    budget = [num_tokens] * len(prompts)
    for turn in range(rounds):
        texts = [given[i] + replies[i] for i in unfinished]
        most = max(budget[i] for i in unfinished)
        written = continuations(model, tokenizer, texts, most, **options)
        for i, text in zip(unfinished, written, strict=True):
            if replies[i]:  # it ends with the right number, which is not to go on
                text = GOES_ON.sub("", text)
            is_cut = not text.endswith(tokenizer.eos_token)
            replies[i] = finished(replies[i] + text) if is_cut else replies[i] + text
        right = {i: _mended(replies[i], prompts[i]) for i in unfinished}
        unfinished = [i for i in unfinished if right[i] is not None]
        if not unfinished or turn == rounds - 1:
            break
        for i in unfinished:
            replies[i] = right[i] or ""
            used = len(tokenizer(replies[i], add_special_tokens=False)["input_ids"])
            budget[i] = max(LEAST_TOKENS, num_tokens - used)
    return replies


def _mended(reply: str, prompt: Prompt) -> str | None:
    """The reply up to its first mistake, with the right number; None where it has none that can be mended."""
    mistake = first_mistake(reply, prompt)
    return None if mistake is None else mended(reply, mistake)
