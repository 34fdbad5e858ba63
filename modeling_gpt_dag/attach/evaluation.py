"""What a DAG on a pretrained backbone gains and costs: the same questions before and after, and its language."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ..command_line.markdown import markdown_table
from ..data.arguments import TaskArguments
from ..evaluation.exact_match import evaluate_task
from ..evaluation.language_cost import language_cost
from ..evaluation.question_files import evaluate_questions
from ..evaluation.reasoning import ReasoningReport, evaluate_reasoning, reasoning_table
from ..evaluation.reports import LanguageCost, QuestionReport, TaskReport
from ..evaluation.tables import percent, questions_table, worst_template_text
from ..modeling_gpt_dag import GPTDAGForCausalLM
from .arguments import AttachArguments
from .model import in_dtype
from .training_set import question_tests, read_text, reasoning_tests


class EvaluationRow(NamedTuple):
    """digits: of the operands. chat: whether the questions are put to the chat template."""

    title: str
    task: TaskArguments
    digits: int = 4
    chat: bool = False


@dataclass
class Measured:
    """Exact match by the row's title; what the DAG costs in language and does in running text, where measured.

    questions: by source.
    """

    rows: dict[str, TaskReport] = field(default_factory=dict)
    language: LanguageCost | None = None
    reasoning: ReasoningReport | None = None
    questions: dict[str, QuestionReport] = field(default_factory=dict)


def evaluation_rows(args: AttachArguments) -> list[EvaluationRow]:
    """What is asked before and after."""

    def wordings(count: int, **options: Any) -> TaskArguments:
        return TaskArguments(task="wordings", num_operators=[count], **options)

    rows = [
        EvaluationRow("one operation, training sentences", wordings(1)),
        EvaluationRow("one operation, held-out sentences", wordings(1, held_out=True)),
        EvaluationRow("one operation, 7-digit operands", wordings(1), digits=7),
        EvaluationRow("one operation, negative operands", wordings(1, negative_operand_share=0.5)),
        EvaluationRow("two operations, language", wordings(2)),
        EvaluationRow("two operations, notation", TaskArguments(task="expressions", num_operators=[2])),
    ]
    assert isinstance(args.tasks, dict), "it is parsed when made"
    if "plain_questions" in args.tasks:
        rows.append(EvaluationRow('"What is a plus b?", four operations', TaskArguments(task="plain_questions"), 5))
    if args.chat_question_share > 0:
        rows.append(EvaluationRow("one operation, as a chat", wordings(1), chat=True))
    return rows


def evaluate_attached(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    args: AttachArguments,
    language: bool,
    backbone: PreTrainedModel | None = None,
) -> Measured:
    """Exact match of every row; where `language`, also what the DAG costs in language.

    model: with its DAG, or the backbone alone. backbone: the model before, where training has changed it.
    """
    measured = Measured()
    model = in_dtype(model, args.inference_dtype)
    backbone = None if backbone is None else in_dtype(backbone, args.inference_dtype)
    for row in evaluation_rows(args) if args.eval_samples > 0 else []:
        measured.rows[row.title] = evaluate_task(
            model,
            tokenizer,
            row.task,
            row.digits,
            args.eval_samples,
            batch_size=args.eval_batch_size,
            progress=True,
            chat=row.chat,
        )
    if language and args.perplexity_text is not None:
        lines = read_text(args.perplexity_text).splitlines(keepends=True)
        first = _first_lines(tokenizer, lines, args.perplexity_tokens)
        measured.language = language_cost(model, tokenizer, first, backbone=backbone, progress=True)
    if isinstance(model, GPTDAGForCausalLM):  # which measures the backbone alone beside itself
        tests = reasoning_tests(args)[: args.num_reasoning_tests]
        if tests:
            measured.reasoning = evaluate_reasoning(model, tokenizer, tests, progress=True)
        for name, questions in question_tests(args).items():
            measured.questions[name], _ = evaluate_questions(
                model, tokenizer, questions, batch_size=args.eval_batch_size, progress=True
            )
    return measured


def measured_before(
    backbone: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, args: AttachArguments, file: Path
) -> Measured:
    """What the backbone alone answers; an interrupted run has left it in the file."""
    asked = [args.eval_samples, *(row.title for row in evaluation_rows(args))]
    known = json.loads(file.read_text()) if file.exists() else {}
    if known.get("asked") == asked:
        return Measured({title: TaskReport.from_json(row) for title, row in known["before"]["rows"].items()})
    before = evaluate_attached(backbone, tokenizer, args, language=False)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"asked": asked, "before": asdict(before)}) + "\n")
    return before


def _first_lines(tokenizer: PreTrainedTokenizerBase, lines: list[str], num_tokens: int | None) -> list[str]:
    """The lines that begin within the first `num_tokens` tokens."""
    if num_tokens is None:
        return lines
    chosen, total = [], 0
    for line in lines:
        if total >= num_tokens:
            break
        chosen.append(line)
        total += len(tokenizer(line, add_special_tokens=False)["input_ids"])
    return chosen


def attach_table(before: Measured, after: Measured) -> str:
    """As Markdown."""
    rows = []
    for title, row in after.rows.items():
        shares = (before.rows[title].number, row.number, row.exact_match)
        rows.append([title, str(row.n), *map(percent, shares), worst_template_text(row)])
    if after.language is not None:
        cost, rate = after.language, after.language.false_gate_rate
        for title, part in (("all lines", cost.all), ("lines with numbers", cost.with_numbers)):
            rows.append(
                [f"perplexity, {title}", f"{part.tokens} tokens", f"{part.before:.3f}", f"{part.after:.3f}", "", ""]
            )
        rows.append(["lines with numbers on which the gate fires", str(rate.n), "", percent(rate.share), "", ""])
    parts = [
        markdown_table(["right number", "n", "before", "after", "and nothing else", "worst template after"], rows)
    ]
    if after.reasoning is not None:
        parts.append(reasoning_table(after.reasoning))
    parts += [f"{name}\n\n{questions_table(report)}" for name, report in after.questions.items()]
    return "\n\n".join(parts)
