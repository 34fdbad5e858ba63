"""The backbone's own replies and prose as training data: its words, with the right numbers in them.

What is unusual: the backbone writes until its first wrong result. The right number is put in its place, and the
backbone goes on from there. So the text stays its own, and a DAG learns to speak only where a number is due.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from tqdm.auto import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from ..data.examples import chat_prompt
from ..data.reasoning import ReasoningText
from ..data.reply_text import Prompt, reply_reasoning
from ..evaluation.mending import mended_replies

BATCH = 64  # prompts at a time
ROUNDS = 4  # of writing: numbers mended in a reply, and one
TEMPERATURE = 0.7  # at 1 small models write nonsense


class BackboneWriter:
    """Lets a backbone write, and mends what it computes.

    num_tokens: of a text, as the backbone writes it. made_from: names the backbone. seed: of what is drawn.
    """

    def __init__(
        self,
        backbone: PreTrainedModel,
        tokenizer: PreTrainedTokenizerFast,
        num_tokens: int,
        made_from: str = "",
        seed: int = 0,
    ):
        self.backbone, self.tokenizer = backbone, tokenizer
        self.num_tokens, self.made_from, self.seed = num_tokens, made_from, seed

    def replies(self, prompts: Sequence[Prompt], file: Path, sampled_share: float = 0.0) -> list[ReasoningText]:
        """Of each prompt in the tokenizer's chat template, in their order. What the file holds is not written again;
        the rest goes into it.

        sampled_share: of the batches, drawn by chance instead of greedily. Raises ValueError for a tokenizer without a
        chat template.
        """
        if not self.tokenizer.chat_template:
            raise ValueError("the tokenizer has no chat template, so the backbone cannot be asked for replies")
        given = [chat_prompt(self.tokenizer, prompt.text) for prompt in prompts]
        return self._written(prompts, given, file, sampled_share, "the backbone replies")

    def prose(self, starts: Sequence[str], file: Path) -> list[ReasoningText]:
        """What the backbone writes behind each of these beginnings, drawn by chance; the file as for replies."""
        bos = self.tokenizer.bos_token_id
        begins = bos is not None and self.tokenizer(starts[0])["input_ids"][0] == bos
        given = [f"{self.tokenizer.bos_token}{start}" if begins else start for start in starts]
        nothing = Prompt("", None, "prose", False)
        return self._written([nothing] * len(given), given, file, 1.0, "the backbone writes prose")

    def _written(
        self, prompts: Sequence[Prompt], given: Sequence[str], file: Path, sampled_share: float, title: str
    ) -> list[ReasoningText]:
        """The file's name gets a key of everything that its content follows from."""
        settings = [self.num_tokens, sampled_share, self.seed, BATCH, ROUNDS, TEMPERATURE]
        key = json.dumps([self.made_from, given, settings])
        file = file.with_stem(f"{file.stem}-{hashlib.sha256(key.encode()).hexdigest()[:16]}")
        file.parent.mkdir(parents=True, exist_ok=True)
        known = dict(_stored(file))
        by_length = sorted(range(len(prompts)), key=lambda index: len(given[index]))
        batches = [by_length[start : start + BATCH] for start in range(0, len(prompts), BATCH)]
        with file.open("a") as stored:
            stored.write("\n")  # the last line may be broken
            for number, batch in enumerate(tqdm(batches, desc=title)):
                if not known.keys() >= set(batch):
                    samples = int((number + 1) * sampled_share) > int(number * sampled_share)
                    written = self._batch([prompts[i] for i in batch], [given[i] for i in batch], number, samples)
                    known |= zip(batch, written, strict=True)
                    stored.write("".join(json.dumps([i, known[i]]) + "\n" for i in batch))
                    stored.flush()
        return [reply_reasoning(given[i], known[i], prompt) for i, prompt in enumerate(prompts)]

    def _batch(self, prompts: list[Prompt], given: list[str], number: int, samples: bool) -> list[str]:
        """Texts with as many numbers mended as there are rounds for."""
        options = {"do_sample": True, "temperature": TEMPERATURE} if samples else {}
        with torch.random.fork_rng():
            torch.manual_seed(self.seed + number)
            return mended_replies(self.backbone, self.tokenizer, prompts, given, self.num_tokens, ROUNDS, **options)


def _stored(file: Path) -> Iterator[tuple[int, str]]:
    """What an interrupted run left; its last line may be broken."""
    for line in file.read_text().splitlines() if file.exists() else []:
        try:
            index, reply = json.loads(line)
        except ValueError:
            continue
        yield index, reply
