"""What evaluations return: plain records, which are JSON by `dataclasses.asdict` and come back by `from_json`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from .statistics import wilson_interval

Interval = tuple[float | None, float | None]
LEAST_ASKED = 10  # times, for a template to be told of alone


def _interval(hits: int, n: int) -> Interval:
    """95 %, Wilson; of None where there is nothing."""
    return wilson_interval(hits, n) if n else (None, None)


def _from_json(fields: dict[str, Any]) -> dict[str, Any]:
    """JSON has lists where a record has a tuple."""
    return fields | {"interval": tuple(fields["interval"])}


def share_of(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits)


@dataclass(frozen=True)
class Score:
    """exact_match: 0..1, None where nothing was scored. n: problems scored. interval: 95 %, Wilson."""

    exact_match: float | None
    n: int
    interval: Interval

    @classmethod
    def of(cls, hits: Sequence[bool]) -> Self:
        return cls(share_of(hits) if hits else None, len(hits), _interval(sum(hits), len(hits)))


@dataclass(frozen=True)
class WorstTemplate:
    """The sentence that is answered worst, of those asked `LEAST_ASKED` times at least."""

    template: str
    score: Score


def worst_template(hits: dict[str, list[bool]]) -> WorstTemplate | None:
    """hits: by template."""
    often = [template for template, found in hits.items() if template and len(found) >= LEAST_ASKED]
    if not often:
        return None
    worst = min(often, key=lambda template: share_of(hits[template]))
    return WorstTemplate(worst, Score.of(hits[worst]))


@dataclass(frozen=True)
class Breakdown:
    """What an exact match is made of, each a share of the scored problems.

    plan: it computes the right function of the numbers. result: the executed result is right. gate: it opened where
    the answer begins. text: the exact match. opened_early: a gate opened before the answer.
    """

    plan: float
    result: float
    gate: float
    text: float
    opened_early: float


@dataclass(frozen=True)
class LeftOut:
    """Problems without an exact value in the digits of the model, 18 by default, which are not scored.

    gate_above_zero: on how many of them any gate was above 0; None for a solver, which has none.
    """

    n: int
    gate_above_zero: int | None


@dataclass(frozen=True)
class ExactMatch:
    """Exact match over all scored problems and by group; breakdown: None without exact numerics.

    number: in how many answers the first number is right, whatever stands behind it; None where only exact matches
    were counted. worst: by that; None where no template was asked often enough.
    """

    exact_match: float | None
    n: int
    interval: Interval
    groups: dict[str, Score]
    breakdown: Breakdown | None
    left_out: LeftOut
    number: float | None = field(default=None, kw_only=True)
    worst: WorstTemplate | None = field(default=None, kw_only=True)

    @classmethod
    def of(cls, hits: dict[str, list[bool]], breakdown: Breakdown | None, left_out: LeftOut, **others: Any) -> Self:
        """hits: by group. others: further fields."""
        total = Score.of([hit for group in hits.values() for hit in group])
        groups = {group: Score.of(hits[group]) for group in sorted(hits)}
        return cls(total.exact_match, total.n, total.interval, groups, breakdown, left_out, **others)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """Raises KeyError or TypeError for other fields than this class has."""
        groups = {name: Score(**_from_json(group)) for name, group in fields["groups"].items()}
        breakdown = None if fields["breakdown"] is None else Breakdown(**fields["breakdown"])
        nested: dict[str, Any] = {"groups": groups, "breakdown": breakdown, "left_out": LeftOut(**fields["left_out"])}
        worst = fields.get("worst")  # which older reports do not have
        if worst is not None:
            nested["worst"] = WorstTemplate(worst["template"], Score(**_from_json(worst["score"])))
        return cls(**_from_json(fields) | nested)


@dataclass(frozen=True)
class TaskReport(ExactMatch):
    """The exact match of a generated task, and what was asked."""

    task: str
    held_out: bool
    digits: int
    seed: int


@dataclass(frozen=True)
class GateRate:
    """On how many of `n` lines or tokens, in which nothing is to be computed, the gate opened."""

    opened: int
    n: int
    interval: Interval

    @classmethod
    def of(cls, opened: int, n: int) -> Self:
        return cls(opened, n, _interval(opened, n))

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        return cls(**_from_json(fields))

    @property
    def share(self) -> float | None:
        return self.opened / self.n if self.n else None


@dataclass(frozen=True)
class ValidationLoss:
    """In nats per token, over n blocks."""

    validation_loss: float
    n: int


@dataclass(frozen=True)
class Share:
    share: float
    interval: Interval

    @classmethod
    def of(cls, hits: Sequence[bool]) -> Self:
        return cls(share_of(hits), _interval(sum(hits), len(hits)))


@dataclass(frozen=True)
class QuestionsLeftOut:
    """non_numbers: questions without a number as answer. bad_records: that cannot be read. too_long: for the model."""

    non_numbers: int
    bad_records: int
    too_long: int


@dataclass(frozen=True)
class GroupMatches:
    """Of one group of questions. gate: the share of answers in which it opened; None without exact numerics.
    presented: the numeric matches of these; None where there are none.
    """

    n: int
    numeric_match: float
    strict_match: float
    gate: float | None = None
    presented: float | None = None


@dataclass(frozen=True)
class QuestionReport:
    """Questions of a file or dataset.

    numeric_match: the answer's first or last number (`answer_number`) is the expected one, or at most `tolerance` away
    from it. strict_match: the whole line and its end. gate: it opened somewhere in the answer; None without exact
    numerics. presented: the numeric matches of these answers; None where there are none. groups: the matches by group,
    where questions are grouped. kinds: by what the questions' equations say: operations, numbers that do not matter.
    """

    format: str
    n: int
    numeric_match: Share
    strict_match: Share
    gate: Share | None
    left_out: QuestionsLeftOut
    answer_number: str
    max_new_tokens: int
    tolerance: float = 0.0
    presented: Share | None = None
    groups: dict[str, GroupMatches] = field(default_factory=dict)
    kinds: dict[str, GroupMatches] = field(default_factory=dict)
    task: Literal["questions"] = "questions"


@dataclass(frozen=True)
class QuestionAnswer:
    """One answered question.

    gate_opened: whether the gate opened somewhere in the answer; None without exact numerics. result: of the plan that
    the answer began with. group, kinds: the groups that it is told of in (`QuestionReport`).
    """

    prompt: str
    reference: str
    prediction: str
    numeric_match: bool
    strict_match: bool
    gate_opened: bool | None
    result: str | None
    group: str | None = None
    kinds: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Perplexity:
    """Without the DAG and with it."""

    before: float
    after: float
    tokens: int


@dataclass(frozen=True)
class LanguageCost:
    """Perplexity on all lines and on those with numbers, and on how many of the latter the gate opens."""

    all: Perplexity
    with_numbers: Perplexity
    false_gate_rate: GateRate
