"""Evaluation on running text: is each number right that the text computes, and is the gate shut everywhere else?

What is unusual: the text is given up to each number, so that one mistake does not make the next. Where the gate opens,
the result is the DAG's and must have the number's value. Where it stays shut, the model's own tokens must be the
number's. The backbone alone is measured in the same pass.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import torch
from tqdm.auto import tqdm
from transformers import PreTrainedTokenizerBase

from ..command_line.markdown import markdown_table
from ..data.number_places import numbers_of
from ..data.reasoning import Calculation, ReasoningText, TokenPlaces, kind_of
from ..gate_mixer import GATE_THRESHOLD
from ..modeling_gpt_dag import GPTDAGForCausalLM
from .generation import has_plans
from .reports import GateRate, Share
from .tables import percent

FEW = 5  # numbers that a pattern has at least, to be the worst, where any has so many
BLANK_OR_SIGN = re.compile(r"\s?[$€£]?")
THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True)
class NumberScore:
    """Shares of n computed numbers: right with the DAG, by the backbone alone; presented, and presented wrongly."""

    n: int
    right: Share
    backbone: Share
    presented: Share
    presented_wrong: Share


@dataclass(frozen=True)
class ThresholdScore:
    """What a `dag_min_confidence` would present.

    coverage: the share of the computed numbers that are presented rightly. precision: of all presented numbers the
    share of right ones; None where none is presented.
    """

    min_confidence: float
    coverage: float
    precision: float | None


@dataclass(frozen=True)
class ReasoningReport:
    """How the numbers of running text are continued.

    all: where a text has annotations, the annotated ones. kinds: by what computes a number.
    groups: by the texts' group, where they have one.
    other_numbers, prompt_numbers, other_tokens: where the gate should be shut. other_wrong: of the other numbers those
        in whose place another number is presented. early: of the other tokens those at which the number is presented
        that the text writes behind a blank or a currency sign.
    thresholds: coverage and precision over `dag_min_confidence`, the first as the model is.
    """

    all: NumberScore
    kinds: dict[str, NumberScore]
    groups: dict[str, NumberScore]
    other_numbers: GateRate
    other_wrong: GateRate
    prompt_numbers: GateRate
    other_tokens: GateRate
    early: GateRate
    thresholds: list[ThresholdScore]


@dataclass
class _Numbers:
    """One entry for each number."""

    right: list[bool] = field(default_factory=list)
    backbone: list[bool] = field(default_factory=list)
    presented: list[bool] = field(default_factory=list)
    presented_wrong: list[bool] = field(default_factory=list)

    def score(self) -> NumberScore:
        shares = (self.right, self.backbone, self.presented, self.presented_wrong)
        return NumberScore(len(self.right), *map(Share.of, shares))


class _Gates:
    """Gates that should be shut."""

    def __init__(self):
        self.opened = self.n = 0

    def add(self, opened: bool):
        self.opened += opened
        self.n += 1

    def rate(self) -> GateRate:
        return GateRate.of(self.opened, self.n)


class _Reading:
    """What a model does at each token of a text: the gate, its most probable next token, and the backbone's."""

    @torch.no_grad()
    def __init__(self, model: GPTDAGForCausalLM, tokenizer: PreTrainedTokenizerBase, text: str):
        encoding = tokenizer(text, return_offsets_mapping=True, return_tensors="pt", verbose=False)
        ids = encoding["input_ids"][:, : model.config.max_position_embeddings].to(model.device)
        unmixed: list[torch.Tensor] = []
        hook = model.model.mixer.register_forward_pre_hook(lambda mixer, inputs: unmixed.append(inputs[0]))
        try:
            output = model.model(ids, output_dag=True, use_cache=False)
        finally:
            hook.remove()
        self.dag = output.dag
        self.ids: list[int] = ids[0].tolist()
        self.written: list[int] = model.logits_of(output)[0].argmax(-1).tolist()
        # Behind a character of a number, or the point that ends it, the decision before the number is told of again.
        self.decides: list[bool] = (output.number_text.since_decision[0] == 0).tolist()
        self.backbone: list[int] = model.lm_head(unmixed[0])[0].argmax(-1).tolist()
        self.confidence: list[float] = (output.dag.gate * output.dag.plan_prob)[0].tolist()
        self.is_open: list[bool] = (output.dag.gate[0] > GATE_THRESHOLD).tolist()
        offsets = encoding["offset_mapping"][0, : len(self.ids)].tolist()
        self.text, self.ends = text, [end for _, end in offsets]
        self.places = TokenPlaces(offsets)

    def follows(self, predicted: list[int], tokens: range) -> bool:
        """Whether these tokens are what was predicted before each."""
        return [predicted[token - 1] for token in tokens] == [self.ids[token] for token in tokens]

    def decides_on(self, start: int, tokens: range) -> int:
        """The token that decides on the number that starts there and has these tokens."""
        return self.places.decides(self.text, start, tokens)

    def result_at(self, token: int) -> Decimal | None:
        """The value that the DAG would write behind a token."""
        text = self.dag.value_texts(0, token)[-1]
        return None if text is None else Decimal(text)

    def is_early(self, token: int, values: dict[int, Decimal]) -> bool:
        """Whether the result at a token is the number that the text has behind a blank or a currency sign.

        values: of the numbers, by the token that begins each.
        """
        start = next((start for start in (token + 2, token + 3) if start in values), None)
        if start is None or not BLANK_OR_SIGN.fullmatch(self.text[self.ends[token] : self.ends[start - 1]]):
            return False
        return self.result_at(token) == values[start]


def evaluate_reasoning(
    model: GPTDAGForCausalLM,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[ReasoningText],
    progress: bool = False,
) -> ReasoningReport:
    """The texts are read one by one, as far as the model has positions.

    Raises ValueError for a model without exact numerics, and where no number is computed.
    """
    if not has_plans(model.config):
        raise ValueError("reasoning is measured of models with a DAG in exact numerics")
    total = _Numbers()
    kinds: dict[str, _Numbers] = {}
    groups: dict[str, _Numbers] = {}
    others, wrong, prompts, tokens, early = _Gates(), _Gates(), _Gates(), _Gates(), _Gates()
    presented: list[tuple[float, bool, bool]] = []  # confidence, is it right, is the number computed
    for text in tqdm(texts, desc="reasoning", disable=not progress):
        reading = _Reading(model, tokenizer, text.text)
        counted: set[int] = set()
        values: dict[int, Decimal] = {}  # of the number that a token begins
        for calculation in text.calculations:
            place = reading.places.of(calculation.start, calculation.end)
            if place is not None:
                values[place[0]] = calculation.value
                kind = kinds.setdefault(kind_of(calculation), _Numbers())
                entries = [kind, *([total] if calculation.is_annotated else [])]
                entries += [groups.setdefault(text.group, _Numbers())] if text.group else []
                for numbers in entries:
                    _score(numbers, reading, place, calculation)
                decides = reading.decides_on(calculation.start, place)
                if kind.presented[-1]:
                    is_right = not kind.presented_wrong[-1]
                    presented.append((reading.confidence[decides], is_right, calculation.is_annotated))
                counted |= {decides, *place}
        for number in numbers_of(text.text):
            place = reading.places.of(number.start, number.end)
            if place is None:
                continue
            if number.value is not None:
                values.setdefault(place[0], Decimal(number.value))
            decides = reading.decides_on(number.start, place)
            if decides not in counted:
                is_open = reading.is_open[decides]
                is_right = is_open and number.value is not None and reading.result_at(decides) == Decimal(number.value)
                if number.start < text.prompt_length:
                    prompts.add(is_open)
                else:
                    others.add(is_open)
                    wrong.add(is_open and not is_right)
                if is_open:
                    presented.append((reading.confidence[decides], is_right, False))
                counted |= {decides, *place}
        for token, is_open in enumerate(reading.is_open[:-1]):
            if token not in counted and reading.decides[token]:
                tokens.add(is_open)
                early.add(is_open and reading.is_early(token, values))
    if not total.right:
        raise ValueError("no number is computed in these texts")
    return ReasoningReport(
        all=total.score(),
        kinds={kind: kinds[kind].score() for kind in sorted(kinds)},
        groups={group: groups[group].score() for group in sorted(groups)},
        other_numbers=others.rate(),
        other_wrong=wrong.rate(),
        prompt_numbers=prompts.rate(),
        other_tokens=tokens.rate(),
        early=early.rate(),
        thresholds=[_at_threshold(least, presented, len(total.right)) for least in (0.0, *THRESHOLDS)],
    )


def _at_threshold(least: float, presented: list[tuple[float, bool, bool]], num_computed: int) -> ThresholdScore:
    kept = [(is_right, is_computed) for confidence, is_right, is_computed in presented if confidence >= least]
    covered = sum(is_right and is_computed for is_right, is_computed in kept)
    precision = sum(is_right for is_right, _ in kept) / len(kept) if kept else None
    return ThresholdScore(least, covered / num_computed, precision)


def _score(numbers: _Numbers, reading: _Reading, place: range, calculation: Calculation):
    decides = reading.decides_on(calculation.start, place)
    is_presented = reading.is_open[decides]
    is_value = reading.result_at(decides) == calculation.value
    numbers.right.append(is_value if is_presented else reading.follows(reading.written, place))
    numbers.backbone.append(reading.follows(reading.backbone, place))
    numbers.presented.append(is_presented)
    numbers.presented_wrong.append(is_presented and not is_value)


def reasoning_table(report: ReasoningReport) -> str:
    """As Markdown: right with the DAG and by the backbone alone, by kind, and the gate where nothing is computed."""
    head = ["numbers computed by", "n", "backbone alone", "with the DAG", "presented", "presented wrongly"]
    scores = {"all": report.all, **report.kinds}
    if report.groups:
        enough = [group for group in report.groups if report.groups[group].n >= FEW] or list(report.groups)
        worst = min(enough, key=lambda group: report.groups[group].right.share)
        scores |= {f"worst pattern, {worst}": report.groups[worst], **report.groups}
    rows = []
    for title, score in scores.items():
        shares = (score.backbone, score.right, score.presented, score.presented_wrong)
        rows.append([title, str(score.n), *(percent(share.share) for share in shares)])
    gates = {
        "other numbers": report.other_numbers,
        "other numbers, with another number than stands there": report.other_wrong,
        "the prompt's numbers": report.prompt_numbers,
        "other tokens": report.other_tokens,
        "other tokens, with the number that follows behind a blank or sign": report.early,
    }
    shut = [[title, str(rate.n), percent(rate.share)] for title, rate in gates.items()]
    curve = [
        [f"{score.min_confidence:g}", percent(score.coverage), percent(score.precision)] for score in report.thresholds
    ]
    return "\n\n".join(
        [
            markdown_table(head, rows),
            markdown_table(["gate open at", "n", "share"], shut),
            markdown_table(["dag_min_confidence", "computed, presented rightly", "presented, right"], curve),
        ]
    )
