"""Measure exact match of a trained GPT-DAG: greedy decoding, the whole answer and its end, and what it is made of.

python scripts/evaluate.py --model runs/arithmetic --task arithmetic --digits 7 --output report.json
python scripts/evaluate.py --model runs/arithmetic --task arithmetic --digits 50 100 --dag_digits 128
python scripts/evaluate.py --model runs/expressions --task expressions --digits 4 7 --ablation gate_shut
python scripts/evaluate.py --model runs/wordings --task questions --questions questions.jsonl
python scripts/evaluate.py --model runs/questions --task questions --questions questions.jsonl --split evaluation
python scripts/evaluate.py --model "runs/mawps-{fold}" --task questions --folds cv_mawps
python scripts/evaluate.py --model runs/solutions --task replies --batch_size 64
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from modeling_gpt_dag.checkpoints.loading import load
from modeling_gpt_dag.command_line.errors import in_one_line
from modeling_gpt_dag.command_line.flags import parse_flags
from modeling_gpt_dag.data.arguments import (
    InferenceDtype,
    PromptArguments,
    QuestionArguments,
    ReasoningArguments,
    TaskArguments,
)
from modeling_gpt_dag.data.checks import check_at_least
from modeling_gpt_dag.data.mixtures import OWN_TEXTS
from modeling_gpt_dag.data.numeric_match import AnswerNumber
from modeling_gpt_dag.data.question_files import Questions, fold_files, read_questions
from modeling_gpt_dag.data.reasoning import ReasoningText, read_reasoning
from modeling_gpt_dag.data.reply_prompts import SHARES, prompts, read_prompts
from modeling_gpt_dag.data.reply_text import Prompt
from modeling_gpt_dag.evaluation.ablations import Ablation, ablated
from modeling_gpt_dag.evaluation.exact_match import evaluate_task
from modeling_gpt_dag.evaluation.question_files import evaluate_questions, pooled_report
from modeling_gpt_dag.evaluation.reasoning import evaluate_reasoning, reasoning_table
from modeling_gpt_dag.evaluation.replies import Reply, evaluate_replies, replies_table
from modeling_gpt_dag.evaluation.reports import QuestionAnswer, QuestionReport
from modeling_gpt_dag.evaluation.tables import breakdown_table, exact_match_table, percent, questions_table

GENERATED = 500  # problems, texts or prompts, unless another number is asked for
TOKENS = {"questions": 32, "replies": 100}  # of an answer


@dataclass(kw_only=True)
class Arguments(TaskArguments, QuestionArguments, ReasoningArguments, PromptArguments):
    model: str = field(metadata={"help": "directory of a trained GPT-DAG"})
    task: Literal[
        "arithmetic",
        "expressions",
        "formulas",
        "wordings",
        "plain_questions",
        "lists",
        "questions",
        "reasoning",
        "word_problems",
        "replies",
    ] = field(default="arithmetic", metadata={"help": "generated problems, or those of a file or dataset"})
    digits: list[int] = field(default_factory=lambda: [4], metadata={"help": "digits of each operand, one row each"})
    num_samples: int | None = field(
        default=None,
        metadata={
            "help": "problems, texts or prompts to generate, 500 by default; of a file the first, all by default"
        },
    )
    dag_digits: int | None = field(
        default=None, metadata={"help": "digits that numbers may have, whatever the model was saved with: 18 to 256"}
    )
    dag_min_confidence: float | None = field(
        default=None,
        metadata={"help": "how sure the model must be of a result to present it, whatever it was saved with"},
    )
    seed: int = field(default=0, metadata={"help": "of the generated problems"})
    batch_size: int = field(default=128, metadata={"help": "problems answered at a time"})
    max_new_tokens: int | None = field(
        default=None, metadata={"help": "tokens an answer may have: questions 32, replies 100 by default"}
    )
    answer_number: AnswerNumber = field(
        default="first", metadata={"help": "questions: the number of the answer that counts"}
    )
    tolerance: float = field(
        default=0.0, metadata={"help": "questions: the difference that a benchmark allows its numbers, such as 1e-4"}
    )
    folds: str | None = field(
        default=None,
        metadata={
            "help": "questions: directory with a folder for each fold, of whose file dev or test the model of that "
            "fold is asked; --model then names the models with {fold} in place of the folder's name"
        },
    )
    split: Literal["evaluation", "all"] = field(
        default="all", metadata={"help": "questions: all of them, or those that training on the same file leaves out"}
    )
    ablation: Ablation = field(
        default="none", metadata={"help": "measure the model without what its DAG writes, or with random plans"}
    )
    oracle: bool = field(
        default=False,
        metadata={"help": "replies: also those of the backbone with each wrong result replaced by the exact one"},
    )
    dtype: InferenceDtype = field(
        default="float32", metadata={"help": "to run the model in, whatever it was saved in"}
    )
    output: str | None = field(default=None, metadata={"help": "JSON file to write the report to"})
    answers_file: str | None = field(
        default=None, metadata={"help": "questions, replies: JSONL file to write every answer to"}
    )

    def __post_init__(self):
        super().__post_init__()
        check_at_least("tolerance", self.tolerance, 0)
        if self.folds is not None and (self.task != "questions" or "{fold}" not in self.model):
            raise ValueError(f"folds={self.folds!r}: needs --task questions and a --model with {{fold}} in its name")


def load_model(args: Arguments, directory: str):
    """Model and tokenizer, with the fields of the config that are asked for."""
    asked = {name: getattr(args, name) for name in ("dag_digits", "dag_min_confidence")}
    return load(directory, dtype=args.dtype, **{name: value for name, value in asked.items() if value is not None})


def evaluate_generated(args: Arguments, model, tokenizer) -> list[dict[str, Any]]:
    num_samples = GENERATED if args.num_samples is None else args.num_samples
    reports = [
        evaluate_task(model, tokenizer, args, digits, num_samples, args.seed, args.batch_size, progress=True)
        for digits in args.digits
    ]
    print(exact_match_table(reports))
    if all(report.breakdown is not None for report in reports):
        print(f"\n{breakdown_table(reports)}")
    return [asdict(report) for report in reports]


def answered(args: Arguments, questions: Questions, model, tokenizer) -> tuple[QuestionReport, list[QuestionAnswer]]:
    return evaluate_questions(
        model,
        tokenizer,
        questions,
        args.num_samples,
        args.max_new_tokens or TOKENS["questions"],
        args.answer_number,
        args.batch_size,
        progress=True,
        tolerance=args.tolerance,
    )


def evaluate_asked(args: Arguments, questions: Questions, model, tokenizer) -> list[dict[str, Any]]:
    report, answers = answered(args, questions, model, tokenizer)
    print(questions_table(report))
    write_answers(args, answers)
    given = {"questions": args.questions, "prompt_template": args.prompt_template}
    if not Path(args.questions).is_file():
        given["questions_split"] = args.questions_split
    return [given | asdict(report)]


def evaluate_folds(args: Arguments) -> list[dict[str, Any]]:
    """Each fold by its own model, and all of them together."""
    reports: dict[str, QuestionReport] = {}
    answers: list[QuestionAnswer] = []
    for name, file in fold_files(args.folds).items():
        model, tokenizer = load_model(args, args.model.replace("{fold}", name))
        with ablated(model, args.ablation):
            reports[name], of_fold = answered(args, read(replace(args, questions=str(file))), model, tokenizer)
        answers += of_fold
        print(f"{name}: {percent(reports[name].numeric_match.share)} of {reports[name].n}")
    together = pooled_report(list(reports.values()), answers)
    print(questions_table(together))
    write_answers(args, answers)
    return [{"folds": args.folds, **asdict(together)}, *({"fold": name} | asdict(of) for name, of in reports.items())]


def evaluate_running_text(args: Arguments, texts: list[ReasoningText], model, tokenizer) -> list[dict[str, Any]]:
    report = evaluate_reasoning(model, tokenizer, texts[: args.num_samples], progress=True)
    print(reasoning_table(report))
    return [{"reasoning": args.reasoning, **asdict(report)}]


def evaluate_prompted(args: Arguments, asked: list[Prompt], model, tokenizer) -> list[dict[str, Any]]:
    max_new_tokens = args.max_new_tokens or TOKENS["replies"]
    report, replies = evaluate_replies(
        model,
        tokenizer,
        asked,
        max_new_tokens,
        args.batch_size,
        progress=True,
        prompt_template=args.prompt_template,
        oracle=args.oracle,
    )
    print(replies_table(report))
    write_answers(args, replies)
    return [{"prompts": args.prompts, **asdict(report)}]


def write_answers(args: Arguments, answers: Sequence[QuestionAnswer | Reply]):
    if args.answers_file is not None:
        Path(args.answers_file).write_text("".join(json.dumps(asdict(answer)) + "\n" for answer in answers))


def read_asked(args: Arguments) -> list[Prompt]:
    if args.prompts is not None:
        return read_prompts(args.prompts, args.prompts_split, args.prompts_config)[: args.num_samples]
    shares = {kind: share for kind, share in SHARES.items() if kind != "files"}
    return list(islice(prompts("evaluation", args.seed, shares), args.num_samples or GENERATED))


def read(args: Arguments) -> Questions | list[ReasoningText] | None:
    """What a file or dataset holds; None where problems are generated or prompts asked."""
    if args.task == "questions":
        return read_questions(args, None if args.split == "all" else args.split)
    if args.task not in OWN_TEXTS:
        return None
    if args.task == "reasoning" and args.reasoning is not None:
        return read_reasoning(args.reasoning, args.reasoning_split, args.reasoning_config)
    return list(islice(OWN_TEXTS[args.task]("evaluation", args.seed), args.num_samples or GENERATED))


def evaluate_model(args: Arguments) -> list[dict[str, Any]]:
    asked = read(args)
    prompted = read_asked(args) if args.task == "replies" else []
    model, tokenizer = load_model(args, args.model)
    with ablated(model, args.ablation):
        if prompted:
            return evaluate_prompted(args, prompted, model, tokenizer)
        if asked is None:
            return evaluate_generated(args, model, tokenizer)
        if isinstance(asked, Questions):
            return evaluate_asked(args, asked, model, tokenizer)
        return evaluate_running_text(args, asked, model, tokenizer)


def main():
    with in_one_line("evaluate.py"):
        args = parse_flags(Arguments, sys.argv[1:])
        reports = evaluate_model(args) if args.folds is None else evaluate_folds(args)
    if args.output is not None:
        Path(args.output).write_text(json.dumps(reports, indent=2) + "\n")


if __name__ == "__main__":
    main()
