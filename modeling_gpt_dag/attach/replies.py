"""The backbone's own replies as training data: its words, with the right numbers in them.

What is unusual: the backbone writes until its first wrong result. The right number is put in its place, and the
backbone goes on from there. So the text stays its own, and a DAG learns to speak only where a number is due.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from tqdm.auto import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from ..data.examples import chat_prompt
from ..data.reasoning import ReasoningText
from ..data.reply_text import Prompt, finished, first_mistake, mended, reply_reasoning
from ..evaluation.generation import continuations

BATCH = 64  # prompts at a time
ROUNDS = 4  # of writing: numbers mended in a reply, and one
LEAST_TOKENS = 16  # behind a mended number
TEMPERATURE = 0.7  # at 1 small models write nonsense
GOES_ON = re.compile(r"^[.,]?\d[\d.,]*(?<=\d)")


class ReplyWriter:
    """Lets a backbone reply to prompts in its chat template, and mends what it computes.

    reply_tokens: of a reply, as the backbone writes it. sampled_share: of the batches, drawn by chance instead of
    greedily. seed: of what is drawn. Raises ValueError for a tokenizer without a chat template.
    """

    def __init__(
        self,
        backbone: PreTrainedModel,
        tokenizer: PreTrainedTokenizerFast,
        reply_tokens: int,
        sampled_share: float = 0.0,
        seed: int = 0,
    ):
        if not tokenizer.chat_template:
            raise ValueError("the tokenizer has no chat template, so the backbone cannot be asked for replies")
        self.backbone, self.tokenizer = backbone, tokenizer
        self.reply_tokens, self.sampled_share, self.seed = reply_tokens, sampled_share, seed

    def replies(self, prompts: Sequence[Prompt], file: Path, made_from: str = "") -> list[ReasoningText]:
        """Of each prompt, in their order. What the file holds is not written again; the rest goes into it.

        The file's name gets a key of prompts and settings and of `made_from`, which names the backbone.
        """
        given = [chat_prompt(self.tokenizer, prompt.text) for prompt in prompts]
        settings = [self.reply_tokens, self.sampled_share, self.seed, BATCH, ROUNDS, TEMPERATURE]
        key = json.dumps([made_from, given, settings])
        file = file.with_stem(f"{file.stem}-{hashlib.sha256(key.encode()).hexdigest()[:16]}")
        file.parent.mkdir(parents=True, exist_ok=True)
        known = dict(_stored(file))
        by_length = sorted(range(len(prompts)), key=lambda index: len(given[index]))
        batches = [by_length[start : start + BATCH] for start in range(0, len(prompts), BATCH)]
        with file.open("a") as stored:
            stored.write("\n")  # the last line may be broken
            for number, batch in enumerate(tqdm(batches, desc="the backbone replies")):
                if not known.keys() >= set(batch):
                    written = self._batch([prompts[i] for i in batch], [given[i] for i in batch], number)
                    known |= zip(batch, written, strict=True)
                    stored.write("".join(json.dumps([i, known[i]]) + "\n" for i in batch))
                    stored.flush()
        return [reply_reasoning(given[i], known[i], prompt) for i, prompt in enumerate(prompts)]

    def _batch(self, prompts: list[Prompt], given: list[str], number: int) -> list[str]:
        """Replies with as many numbers mended as there are rounds for."""
        samples = int((number + 1) * self.sampled_share) > int(number * self.sampled_share)
        replies = [""] * len(prompts)
        unfinished = list(range(len(prompts)))
        budget = [self.reply_tokens] * len(prompts)
        with torch.random.fork_rng():
            torch.manual_seed(self.seed + number)
            options = {"do_sample": True, "temperature": TEMPERATURE} if samples else {}
            for turn in range(ROUNDS):
                texts = [given[i] + replies[i] for i in unfinished]
                most = max(budget[i] for i in unfinished)
                written = continuations(self.backbone, self.tokenizer, texts, most, **options)
                for i, text in zip(unfinished, written, strict=True):
                    if replies[i]:  # it ends with the right number, which is not to go on
                        text = GOES_ON.sub("", text)
                    is_cut = not text.endswith(self.tokenizer.eos_token)
                    replies[i] = finished(replies[i] + text) if is_cut else replies[i] + text
                right = {i: self._mended(replies[i], prompts[i]) for i in unfinished}
                unfinished = [i for i in unfinished if right[i] is not None]
                if not unfinished or turn == ROUNDS - 1:
                    break
                for i in unfinished:
                    replies[i] = right[i] or ""
                    used = len(self.tokenizer(replies[i], add_special_tokens=False)["input_ids"])
                    budget[i] = max(LEAST_TOKENS, self.reply_tokens - used)
        return replies

    def _mended(self, reply: str, prompt: Prompt) -> str | None:
        """The reply up to its first mistake, with the right number; None where it has none that can be mended."""
        mistake = first_mistake(reply, prompt)
        return None if mistake is None else mended(reply, mistake)


def _stored(file: Path) -> Iterator[tuple[int, str]]:
    """What an interrupted run left; its last line may be broken."""
    for line in file.read_text().splitlines() if file.exists() else []:
        try:
            index, reply = json.loads(line)
        except ValueError:
            continue
        yield index, reply
