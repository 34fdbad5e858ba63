"""Evaluation of whole replies: are their numbers right, and are their words still the backbone's?

What is unusual: nothing is given but the prompt. A reply is read as training data is: its results are checked against
what the words before them announce. Beside the model stand its twin with the gate shut and its backbone alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

import torch
from tqdm.auto import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ..command_line.markdown import markdown_table
from ..data.checks import check_prompt_template
from ..data.examples import chat_prompt
from ..data.numeric_match import number_in
from ..data.reply_text import Prompt, results, without_last_number
from ..from_backbone import backbone_alone
from .ablations import gate_shut
from .generation import continuations, has_dag
from .mending import mended_replies
from .reports import Interval, Score
from .tables import percent

ORACLE_ROUNDS = 12  # of writing: numbers mended in a reply, and one
FEW = 5  # equations that a template has at least, to be the worst


@dataclass(frozen=True)
class Hits:
    """share: of n; None where there is nothing. interval: 95 %, Wilson."""

    share: float | None
    n: int
    interval: Interval

    @classmethod
    def of(cls, hits: Sequence[bool]) -> Self:
        score = Score.of(hits)
        return cls(score.exact_match, score.n, score.interval)


@dataclass(frozen=True)
class NumbersScore:
    """equations: stated results that are right. announced: the same of answers to the question that are announced
    without saying how they are computed. replies: of those with a result, the ones whose results are all right.

    answers: the last number is the known answer.
    """

    equations: Hits
    announced: Hits
    replies: Hits
    answers: Hits


@dataclass(frozen=True)
class GroupScore:
    """One template's prompts. own_words: the reply is the backbone's up to the first number that was mended."""

    n: int
    alone: NumbersScore
    open: NumbersScore
    own_words: Hits


@dataclass(frozen=True)
class RepliesReport:
    """alone: the backbone. shut, open: with its DAG. shut_is_alone: the same logits to the bit, so written only once.
    oracle: the backbone with each wrong result replaced by the exact one; None where that is not asked for.

    own_words: on prompts with something to compute, the reply is the backbone's up to the first number that was
        mended. untouched: the same on the others.
    too_long: prompts left out, for which the model has too few positions.
    """

    n: int
    alone: NumbersScore
    shut: NumbersScore
    open: NumbersScore
    oracle: NumbersScore | None
    shut_is_alone: bool
    own_words: Hits
    untouched: Hits
    groups: dict[str, GroupScore]
    too_long: int
    max_new_tokens: int


@dataclass(frozen=True)
class Reply:
    """One prompt and what was written to it."""

    prompt: str
    open: str
    alone: str
    own_words: bool


@dataclass
class _Numbers:
    """One entry for each result, for each reply with results, and for each known answer."""

    equations: list[bool] = field(default_factory=list)
    announced: list[bool] = field(default_factory=list)
    replies: list[bool] = field(default_factory=list)
    answers: list[bool] = field(default_factory=list)

    def add(self, prompt: Prompt, reply: str):
        computed = [each for each in results(reply, prompt) if each.is_computed]
        self.equations += [each.is_right for each in computed if each.is_stated]
        self.announced += [each.is_right for each in computed if not each.is_stated]
        self.replies += [all(each.is_right for each in computed)] if computed else []
        if prompt.answer is not None:
            self.answers.append(number_in(reply, "last") == prompt.answer)

    def score(self) -> NumbersScore:
        return NumbersScore(*map(Hits.of, (self.equations, self.announced, self.replies, self.answers)))


def numbers_score(asked: Sequence[Prompt], written: Sequence[str]) -> NumbersScore:
    """How right the numbers of replies are."""
    numbers = _Numbers()
    for prompt, reply in zip(asked, written, strict=True):
        numbers.add(prompt, reply)
    return numbers.score()


def is_in_own_words(prompt: Prompt, reply: str, alone: str) -> bool:
    """Whether a reply is the backbone's up to the first number that was mended, if any.

    That is a number that the backbone got wrong, or wrote otherwise, or a right result in place of other words.
    """
    if reply == alone:
        return True
    pairs = zip(reply, alone, strict=False)
    place = next((i for i, (one, other) in enumerate(pairs) if one != other), min(len(reply), len(alone)))
    mended = [each for each in results(alone, prompt) if alone[each.start : each.end] != each.wanted]
    mended += [each for each in results(reply, prompt) if each.is_right]
    return any(each.start <= place <= each.end for each in mended)


def evaluate_replies(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[Prompt],
    max_new_tokens: int = 100,
    batch_size: int = 64,
    progress: bool = False,
    prompt_template: str | None = None,
    oracle: bool = False,
) -> tuple[RepliesReport, list[Reply]]:
    """Greedy replies, batched by length, the same batches for every writer.

    oracle: whether to write, beside the others, what a DAG that never errs would.
    prompt_template: text around `{question}`, the prompt; None for the tokenizer's chat template.
    Raises ValueError for a model without a DAG, a template without `{question}`, a tokenizer without a template of its
    own where none is given, and where no prompt is left.
    """
    if not has_dag(model.config):
        raise ValueError("replies are measured of models with a DAG")
    if prompt_template is None and not tokenizer.chat_template:
        raise ValueError(
            "the tokenizer has no chat template, so the model cannot be asked for replies; give a prompt template"
        )
    check_prompt_template(prompt_template)
    given = {
        prompt: chat_prompt(tokenizer, prompt.text)
        if prompt_template is None
        else prompt_template.replace("{question}", prompt.text)
        for prompt in prompts
    }
    longest = model.config.max_position_embeddings - max_new_tokens
    lengths = {prompt: len(tokenizer(text, add_special_tokens=False)["input_ids"]) for prompt, text in given.items()}
    asked = sorted((prompt for prompt in given if lengths[prompt] <= longest), key=lengths.__getitem__)
    if not asked:
        raise ValueError(
            f"no prompt is left: the model has no positions for a prompt and {max_new_tokens} tokens more"
        )
    batches = [asked[start : start + batch_size] for start in range(0, len(asked), batch_size)]

    def written(writer: PreTrainedModel, title: str, mends: bool = False) -> list[str]:
        replies: list[str] = []
        for batch in tqdm(batches, desc=title, disable=not progress):
            texts = [given[prompt] for prompt in batch]
            if mends:
                replies += mended_replies(writer, tokenizer, batch, texts, max_new_tokens, ORACLE_ROUNDS)
            else:
                replies += continuations(writer, tokenizer, texts, max_new_tokens)
        return replies

    backbone = backbone_alone(model)
    alone = written(backbone, "the backbone alone replies")
    opened = written(model, "gate open")
    with gate_shut(model):
        shut_is_alone = _same_logits(model, backbone, tokenizer, [given[prompt] for prompt in batches[0]])
        shut = alone if shut_is_alone else written(model, "gate shut")
    replies = [
        Reply(prompt.text, one, other, is_in_own_words(prompt, one, other))
        for prompt, one, other in zip(asked, opened, alone, strict=True)
    ]
    exact = written(backbone, "the oracle", mends=True) if oracle else []
    alone, shut, opened, exact = (
        [without_last_number(text, tokenizer.eos_token) for text in texts] for texts in (alone, shut, opened, exact)
    )

    def own_words(chosen: Callable[[Prompt], bool]) -> Hits:
        return Hits.of([reply.own_words for prompt, reply in zip(asked, replies, strict=True) if chosen(prompt)])

    def group(name: str) -> GroupScore:
        places = [place for place, prompt in enumerate(asked) if prompt.group == name]
        alone_score, open_score = (
            numbers_score([asked[place] for place in places], [texts[place] for place in places])
            for texts in (alone, opened)
        )
        return GroupScore(len(places), alone_score, open_score, own_words(lambda prompt: prompt.group == name))

    report = RepliesReport(
        n=len(asked),
        alone=numbers_score(asked, alone),
        shut=numbers_score(asked, shut),
        open=numbers_score(asked, opened),
        oracle=numbers_score(asked, exact) if oracle else None,
        shut_is_alone=shut_is_alone,
        own_words=own_words(lambda prompt: prompt.computes),
        untouched=own_words(lambda prompt: not prompt.computes),
        groups={name: group(name) for name in sorted({prompt.group for prompt in asked} - {""})},
        too_long=len(given) - len(asked),
        max_new_tokens=max_new_tokens,
    )
    return report, replies


@torch.no_grad()
def _same_logits(
    model: PreTrainedModel, backbone: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: list[str]
) -> bool:
    """Whether two models give the same logits to the bit at every token of some texts."""
    options = {"add_special_tokens": False, "padding": True, "padding_side": "left", "return_tensors": "pt"}
    batch = tokenizer(texts, **options).to(model.device)
    positions = (batch["attention_mask"].cumsum(1) - 1).clamp(min=0)
    one, other = (each(**batch, position_ids=positions).logits for each in (model, backbone))
    return torch.equal(one, other)


def replies_table(report: RepliesReport) -> str:
    """As Markdown: the numbers of every writer, how far replies are the backbone's, and each template's row."""
    writers = {"backbone alone": report.alone, "gate shut": report.shut, "gate open": report.open}
    if report.oracle is not None:
        writers["oracle"] = report.oracle
    kinds = {
        "equations right": "equations",
        "announced answers right": "announced",
        "replies with right ones only": "replies",
        "last number is the answer": "answers",
    }
    rows = []
    for title, kind in kinds.items():
        hits: list[Hits] = [getattr(score, kind) for score in writers.values()]
        rows.append([title, *(f"{percent(each.share)} of {each.n}" for each in hits)])
    words = [
        [
            "the backbone's up to the first number that was mended",
            str(report.own_words.n),
            percent(report.own_words.share),
        ],
        ["the same where nothing is asked to be computed", str(report.untouched.n), percent(report.untouched.share)],
    ]
    notes = [f"{report.n} prompts, {report.max_new_tokens} tokens each"]
    notes += ["the gate shut is the backbone alone, to the bit"] if report.shut_is_alone else []
    notes += [f"{report.too_long} prompts left out, too long for the model"] if report.too_long else []
    parts = [markdown_table(["numbers", *writers], rows), markdown_table(["words", "n", "share"], words)]
    if report.groups:
        parts.append(_group_table(report.groups))
    return "\n\n".join([*parts, "; ".join(notes)])


def _group_table(groups: dict[str, GroupScore]) -> str:
    """The template with the lowest share of right equations first, of those with a few equations."""
    head = ["prompts", "n", "equations, alone", "gate open", "answers, alone", "gate open", "the backbone's words"]
    computing = [name for name, group in groups.items() if group.open.equations.n >= FEW]
    shown = dict(groups)
    if computing:
        worst = min(computing, key=lambda name: groups[name].open.equations.share or 0.0)
        shown = {f"worst template, {worst}": groups[worst], **groups}
    rows = []
    for title, group in shown.items():
        hits = (group.alone.equations, group.open.equations, group.alone.answers, group.open.answers, group.own_words)
        rows.append([title, str(group.n), *(percent(each.share) for each in hits)])
    return markdown_table(head, rows)
