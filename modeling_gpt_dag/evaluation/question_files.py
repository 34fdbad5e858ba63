"""Evaluation on questions of a file or dataset: greedy answers, compared as numbers and as strings.

What is unusual: two matches stand beside each other. The numeric match looks for the number in whatever the model says
and compares decimals. The strict match is that of the generated tasks: the whole line, character by character, and its
end. The numeric one is never below the strict one; a number that goes on where it should end passes neither.
"""

from collections.abc import Callable
from dataclasses import astuple
from decimal import Decimal
from typing import Any

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ..data.number_places import numbers_of
from ..data.numeric_match import AnswerNumber, is_numeric_match
from ..data.problems import END_OF_LINE
from ..data.question_files import Question, Questions
from ..data.reasoning import leaves, num_operations
from .generation import answer_lines
from .reports import GroupMatches, QuestionAnswer, QuestionReport, QuestionsLeftOut, Share, share_of

MANY = 3  # operations, or numbers that do not matter, have one row together from so many on


def evaluate_questions(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    questions: Questions,
    num_samples: int | None = None,
    max_new_tokens: int = 32,
    answer_number: AnswerNumber = "first",
    batch_size: int = 128,
    progress: bool = False,
    tolerance: float = 0.0,
) -> tuple[QuestionReport, list[QuestionAnswer]]:
    """A report, and each answered question. Of the questions the first `num_samples` are taken.

    tolerance: of the numeric match, as the benchmark states it.
    Questions that, with `max_new_tokens` behind them, are too long for the model's positions are left out and counted.
    Raises ValueError where none is left.
    """
    chosen = questions.questions[:num_samples]
    asked = _that_fit(model, tokenizer, chosen, max_new_tokens)
    prompts = [question.prompt for question in asked]
    answers = answer_lines(model, tokenizer, prompts, max_new_tokens, batch_size, progress)
    records = [
        QuestionAnswer(
            prompt=question.prompt,
            reference=question.answer,
            prediction=answer.text,
            numeric_match=is_numeric_match(answer.text, question.answer, answer_number, tolerance),
            strict_match=answer.text == question.answer + END_OF_LINE,
            gate_opened=None if answer.decision is None else answer.decision.opened_within,
            result=None if answer.decision is None else answer.decision.result,
            group=question.group,
            kinds=_kinds(question),
        )
        for question, answer in zip(asked, answers, strict=True)
    ]
    left_out = QuestionsLeftOut(questions.non_numbers, questions.bad_records, len(chosen) - len(asked))
    settings = {"answer_number": answer_number, "max_new_tokens": max_new_tokens, "tolerance": tolerance}
    return question_report(questions.format, records, left_out, **settings), records


def question_report(
    format: str, answers: list[QuestionAnswer], left_out: QuestionsLeftOut, **settings: Any
) -> QuestionReport:
    """settings: the report's other fields that say how the questions were asked."""
    has_gate = answers[0].gate_opened is not None
    presented = [answer.numeric_match for answer in answers if answer.gate_opened]
    return QuestionReport(
        format=format,
        n=len(answers),
        numeric_match=Share.of([answer.numeric_match for answer in answers]),
        strict_match=Share.of([answer.strict_match for answer in answers]),
        gate=Share.of([bool(answer.gate_opened) for answer in answers]) if has_gate else None,
        presented=Share.of(presented) if presented else None,
        left_out=left_out,
        groups=_grouped(answers, lambda answer: [] if answer.group is None else [answer.group]),
        kinds=_grouped(answers, lambda answer: answer.kinds),
        **settings,
    )


def pooled_report(reports: list[QuestionReport], answers: list[QuestionAnswer]) -> QuestionReport:
    """Of several folds, asked in the same way. answers: all of them."""
    left_out = QuestionsLeftOut(*map(sum, zip(*(astuple(report.left_out) for report in reports), strict=True)))
    settings = {name: getattr(reports[0], name) for name in ("answer_number", "max_new_tokens", "tolerance")}
    return question_report(reports[0].format, answers, left_out, **settings)


def _grouped(answers: list[QuestionAnswer], names: Callable[[QuestionAnswer], list[str]]) -> dict[str, GroupMatches]:
    """names: the groups that an answer belongs to."""
    groups: dict[str, list[QuestionAnswer]] = {}
    for answer in answers:
        for name in names(answer):
            groups.setdefault(name, []).append(answer)
    return {name: _matches(groups[name]) for name in sorted(groups)}


def _matches(answers: list[QuestionAnswer]) -> GroupMatches:
    presented = [answer.numeric_match for answer in answers if answer.gate_opened]
    return GroupMatches(
        len(answers),
        share_of([answer.numeric_match for answer in answers]),
        share_of([answer.strict_match for answer in answers]),
        None if answers[0].gate_opened is None else len(presented) / len(answers),
        share_of(presented) if presented else None,
    )


def _kinds(question: Question) -> list[str]:
    """Of a question whose equation is known: how many operations, which of a single one, and what does not matter."""
    if not isinstance(question.equation, tuple):
        return []
    values = {Decimal(leaf) for leaf in leaves(question.equation)}
    read = [Decimal(number.value) for number in numbers_of(question.prompt) if number.value is not None]
    superfluous = sum(number not in values for number in read)
    operations = num_operations(question.equation)
    kinds = [f"operations: {operations}" if operations < MANY else f"operations: {MANY} and more"]
    kinds += [f"operation: {question.equation[0]}"] if operations == 1 else []
    many = "" if superfluous < MANY else " and more"
    return [*kinds, f"numbers that do not matter: {min(superfluous, MANY)}{many}"]


def _that_fit(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, questions: list[Question], max_new_tokens: int
) -> list[Question]:
    """The questions that are short enough for the model; raises ValueError where none is."""
    prompts = [question.prompt for question in questions]
    lengths = [len(ids) for ids in tokenizer(prompts, add_special_tokens=False)["input_ids"]]
    room = model.config.max_position_embeddings - max_new_tokens
    fitting = [question for question, length in zip(questions, lengths, strict=True) if length <= room]
    if not fitting:
        raise ValueError(
            f"none of {len(questions)} questions fits: the shortest has {min(lengths, default=0)} tokens, the model "
            f"room for {room} and max_new_tokens={max_new_tokens}"
        )
    return fitting
