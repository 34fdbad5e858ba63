"""What a training run is measured by when it is done: new problems of its tasks, and what it must leave alone."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ..data.arguments import DataArguments, TrainingTask
from ..data.mixtures import OWN_TEXTS, solutions
from ..data.question_files import read_questions
from ..data.reasoning import ReasoningText
from ..data.wordings import plain_lines
from ..modeling_gpt_dag import GPTDAGForCausalLM
from .exact_match import evaluate_task, false_gate_rate
from .generation import has_plans
from .question_files import evaluate_questions
from .reasoning import ReasoningReport, evaluate_reasoning, reasoning_table
from .reports import GateRate, QuestionReport, TaskReport
from .tables import exact_match_table, questions_table


@dataclass(frozen=True)
class RunReport:
    """What a training run is measured by: new problems, held-out questions and texts; None for tasks it has not."""

    exact_match: list[TaskReport]
    questions: QuestionReport | None = None
    false_gate_rate: GateRate | None = None
    validation_loss: float | None = None
    reasoning: ReasoningReport | None = None
    word_problems: ReasoningReport | None = None


def evaluate_run(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    args: DataArguments,
    validation_loss: float | None = None,
    progress: bool = False,
) -> RunReport:
    """New problems of each generated task, held-out questions, running texts and word problems; for wordings also
    lines without a problem. Running texts and word problems are measured of models in exact numerics alone.
    """
    exact_match: list[TaskReport] = []
    questions: QuestionReport | None = None
    false_gates: GateRate | None = None
    texts: dict[str, ReasoningReport] = {}
    for task in args.task_shares:
        if task == "questions":
            held_out = read_questions(args, "evaluation")
            questions, _ = evaluate_questions(
                model, tokenizer, held_out, args.eval_samples, batch_size=args.eval_batch_size, progress=progress
            )
        elif task in OWN_TEXTS:
            if isinstance(model, GPTDAGForCausalLM) and has_plans(model.config):
                held_out_texts = islice(_held_out_texts(task, args), args.eval_samples)
                texts[task] = evaluate_reasoning(model, tokenizer, list(held_out_texts), progress)
        elif task != "text":
            exact_match += _evaluate_generated(model, tokenizer, replace(args, task=task, mixture=None), progress)
        if task == "wordings" and model.config.dag_depth > 0:
            lines = list(islice(plain_lines(seed=0, held_out=True), args.eval_samples))
            false_gates = false_gate_rate(model, tokenizer, lines, args.eval_batch_size)
    return RunReport(exact_match, questions, false_gates, validation_loss, **texts)


def _held_out_texts(task: TrainingTask, args: DataArguments) -> Iterable[ReasoningText]:
    is_from_files = task == "reasoning" and args.reasoning
    return solutions(args, "evaluation") if is_from_files else OWN_TEXTS[task]("evaluation", 0)


def _evaluate_generated(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, args: DataArguments, progress: bool
) -> list[TaskReport]:
    """For each operand length; wordings also in held-out sentences."""
    return [
        evaluate_task(
            model,
            tokenizer,
            replace(args, held_out=held_out),
            digits=digits,
            num_samples=args.eval_samples,
            batch_size=args.eval_batch_size,
            progress=progress,
        )
        for held_out in ([False, True] if args.task == "wordings" else [False])
        for digits in args.eval_digits
    ]


def run_text(report: RunReport) -> str:
    """All that a training run is measured by."""
    parts = []
    for task in dict.fromkeys(each.task for each in report.exact_match):
        of_task = [each for each in report.exact_match if each.task == task]
        parts += [f"{task}: exact match on new problems by operand digits", exact_match_table(of_task)]
    if report.false_gate_rate is not None:
        rate = report.false_gate_rate
        parts.append(f"false fires on {rate.n} held-out lines in which nothing is to be computed: {rate.opened}")
    if report.questions is not None:
        parts += ["held-out questions", questions_table(report.questions)]
    if report.reasoning is not None:
        parts += ["held-out running text", reasoning_table(report.reasoning)]
    if report.word_problems is not None:
        parts += ["new word problems", reasoning_table(report.word_problems)]
    if report.validation_loss is not None:
        loss = report.validation_loss
        parts.append(f"validation loss {loss:.4f} nats per token, perplexity {math.exp(loss):.2f}")
    return "\n\n".join(parts)
