"""Measure exact match of a trained GPT-DAG: greedy decoding, the whole answer and its end, and what it is made of.

python scripts/evaluate.py --model runs/arithmetic --task arithmetic --digits 7 --output report.json
python scripts/evaluate.py --model runs/expressions --task expressions --digits 4 7 --ablation gate_shut
python scripts/evaluate.py --model runs/wordings --task questions --questions questions.jsonl
python scripts/evaluate.py --model runs/questions --task questions --questions questions.jsonl --split evaluation
"""

import json
import sys
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from modeling_gpt_dag.checkpoints.loading import load
from modeling_gpt_dag.command_line.errors import in_one_line
from modeling_gpt_dag.command_line.flags import parse_flags
from modeling_gpt_dag.data.arguments import QuestionArguments, ReasoningArguments, TaskArguments
from modeling_gpt_dag.data.numeric_match import AnswerNumber
from modeling_gpt_dag.data.question_files import Questions, read_questions
from modeling_gpt_dag.data.reasoning import ReasoningText, read_reasoning
from modeling_gpt_dag.data.running_text import running_texts
from modeling_gpt_dag.evaluation.ablations import Ablation, ablated
from modeling_gpt_dag.evaluation.exact_match import evaluate_task
from modeling_gpt_dag.evaluation.question_files import evaluate_questions
from modeling_gpt_dag.evaluation.reasoning import evaluate_reasoning, reasoning_table
from modeling_gpt_dag.evaluation.tables import breakdown_table, exact_match_table, questions_table

GENERATED = 500  # problems or texts, unless another number is asked for


@dataclass(kw_only=True)
class Arguments(TaskArguments, QuestionArguments, ReasoningArguments):
    model: str = field(metadata={"help": "directory of a trained GPT-DAG"})
    task: Literal["arithmetic", "expressions", "wordings", "questions", "reasoning"] = field(
        default="arithmetic",
        metadata={"help": "generated problems, or those of a file or dataset"},
    )
    digits: list[int] = field(default_factory=lambda: [4], metadata={"help": "digits of each operand, one row each"})
    num_samples: int | None = field(
        default=None,
        metadata={
            "help": "problems or texts to generate, 500 by default; of a file or dataset the first, all by default"
        },
    )
    seed: int = field(default=0, metadata={"help": "of the generated problems"})
    batch_size: int = field(default=128, metadata={"help": "problems answered at a time"})
    max_new_tokens: int = field(default=32, metadata={"help": "questions: tokens an answer may have"})
    answer_number: AnswerNumber = field(
        default="first", metadata={"help": "questions: the number of the answer that counts"}
    )
    split: Literal["evaluation", "all"] = field(
        default="all", metadata={"help": "questions: all of them, or those that training on the same file leaves out"}
    )
    ablation: Ablation = field(
        default="none", metadata={"help": "measure the model without what its DAG writes, or with random plans"}
    )
    output: str | None = field(default=None, metadata={"help": "JSON file to write the report to"})
    answers_file: str | None = field(default=None, metadata={"help": "questions: JSONL file to write every answer to"})


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


def evaluate_asked(args: Arguments, questions: Questions, model, tokenizer) -> list[dict[str, Any]]:
    report, answers = evaluate_questions(
        model,
        tokenizer,
        questions,
        args.num_samples,
        args.max_new_tokens,
        args.answer_number,
        args.batch_size,
        progress=True,
    )
    print(questions_table(report))
    if args.answers_file is not None:
        Path(args.answers_file).write_text("".join(json.dumps(asdict(answer)) + "\n" for answer in answers))
    given = {"questions": args.questions, "prompt_template": args.prompt_template}
    if not Path(args.questions).is_file():
        given["questions_split"] = args.questions_split
    return [given | asdict(report)]


def evaluate_running_text(args: Arguments, texts: list[ReasoningText], model, tokenizer) -> list[dict[str, Any]]:
    report = evaluate_reasoning(model, tokenizer, texts[: args.num_samples], progress=True)
    print(reasoning_table(report))
    return [{"reasoning": args.reasoning, **asdict(report)}]


def read(args: Arguments) -> Questions | list[ReasoningText] | None:
    """What a file or dataset holds; None where problems are generated."""
    if args.task == "questions":
        return read_questions(args, None if args.split == "all" else args.split)
    if args.task != "reasoning":
        return None
    if args.reasoning is None:
        return list(islice(running_texts("evaluation", args.seed), args.num_samples or GENERATED))
    return read_reasoning(args.reasoning, args.reasoning_split, args.reasoning_config)


def main():
    with in_one_line("evaluate.py"):
        args = parse_flags(Arguments, sys.argv[1:])
        asked = read(args)
        model, tokenizer = load(args.model)
        with ablated(model, args.ablation):
            if asked is None:
                reports = evaluate_generated(args, model, tokenizer)
            elif isinstance(asked, Questions):
                reports = evaluate_asked(args, asked, model, tokenizer)
            else:
                reports = evaluate_running_text(args, asked, model, tokenizer)
    if args.output is not None:
        Path(args.output).write_text(json.dumps(reports, indent=2) + "\n")


if __name__ == "__main__":
    main()
