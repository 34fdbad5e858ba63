"""What a training run is measured by when it is done: new problems of its tasks, and what it must leave alone."""

from dataclasses import replace
from itertools import islice

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ..data.arguments import DataArguments
from ..data.question_files import read_questions
from ..data.wordings import plain_lines
from .exact_match import evaluate_task, false_gate_rate
from .question_files import evaluate_questions
from .reports import GateRate, QuestionReport, RunReport, TaskReport


def evaluate_run(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    args: DataArguments,
    validation_loss: float | None = None,
    progress: bool = False,
) -> RunReport:
    """New problems of each generated task, held-out questions of a file; for wordings also lines without a problem."""
    exact_match: list[TaskReport] = []
    questions: QuestionReport | None = None
    false_gates: GateRate | None = None
    for task in args.task_shares:
        if task == "questions":
            held_out = read_questions(args, "evaluation")
            questions, _ = evaluate_questions(
                model, tokenizer, held_out, args.eval_samples, batch_size=args.eval_batch_size, progress=progress
            )
        elif task != "text":
            exact_match += _evaluate_generated(model, tokenizer, replace(args, task=task, mixture=None), progress)
        if task == "wordings" and model.config.dag_depth > 0:
            lines = list(islice(plain_lines(seed=0, held_out=True), args.eval_samples))
            false_gates = false_gate_rate(model, tokenizer, lines, args.eval_batch_size)
    return RunReport(exact_match, questions, false_gates, validation_loss)


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
