"""What `scripts/attach.py` is made of: a backbone, questions to train on, and what is measured before and after.

What is unusual: with a frozen backbone only its stored hidden states are trained on; otherwise the same rows go
through the backbone. Everything else, model, loss and `Trainer`, is the same on both paths.
"""

import copy
import gzip
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch
from torch.utils.data import Dataset
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerBase

from ..data.arguments import Task, TaskArguments
from ..data.examples import Example, question_examples, text_examples
from ..data.tasks import Line, training_lines
from ..data.wordings import plain_lines
from ..evaluation.exact_match import evaluate_task
from ..evaluation.language_cost import language_cost
from ..evaluation.tables import percent
from ..modeling_gpt_dag import GPTDAGForCausalLM
from ..tokenization import number_tokens, pretrained_tokenizer
from .feature_store import Examples, FeatureStore

EvaluationRow = tuple[str, TaskArguments, int, bool]  # title, task, operand digits, whether as a chat


@dataclass(kw_only=True)
class AttachArguments:
    """What to put a DAG on, and what to train it with."""

    backbone: str = field(metadata={"help": "directory or Hub name of a causal language model"})
    gguf_file: str | None = field(default=None, metadata={"help": "GGUF file of the backbone in that directory"})
    tasks: list[Task] = field(default_factory=lambda: ["wordings"], metadata={"help": "what the questions are"})
    digits: list[int] = field(default_factory=lambda: [1, 2, 3, 4], metadata={"help": "operand lengths in training"})
    num_operators: list[int] = field(default_factory=lambda: [1, 2], metadata={"help": "of expressions and questions"})
    negative_operand_share: float = field(
        default=0.05, metadata={"help": "share of the operands that are negative, where it makes sense"}
    )
    num_texts: int = field(default=8_000, metadata={"help": "texts to train on, plain ones included"})
    plain_text_share: float = field(
        default=0.2, metadata={"help": "share of texts in which nothing is to be computed"}
    )
    plain_text_file: str | None = field(
        default=None, metadata={"help": "text file (.gz too) to take half of those from"}
    )
    chat_question_share: float = field(
        default=0.0, metadata={"help": "share of the questions put to the chat template"}
    )
    unfreeze: Literal["none", "last_n", "lora"] = field(default="none", metadata={"help": "train the backbone, too"})
    unfreeze_layers: int = field(default=2, metadata={"help": "last_n: how many of the backbone's last layers"})
    lora_rank: int = field(default=8, metadata={"help": "lora: rank of the adapters, which are merged at the end"})
    feature_store: str | None = field(default=None, metadata={"help": "directory; by default one in output_dir"})
    inference_dtype: Literal["float32", "bfloat16", "float16"] = field(
        default="float32",
        metadata={"help": "of the features and of the evaluation; what is trained and saved stays float32"},
    )
    eval_samples: int = field(default=500, metadata={"help": "questions per row of the evaluation; 0 asks none"})
    eval_batch_size: int = field(default=64, metadata={"help": "questions answered at a time"})
    perplexity_text: str | None = field(default=None, metadata={"help": "text file (.gz too) to measure language on"})
    perplexity_tokens: int | None = field(default=20_000, metadata={"help": "of its beginning; none: all of it"})


def load_backbone(args: AttachArguments) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The backbone and its tokenizer, which gives every digit a token of its own.

    Raises ValueError for what a DAG cannot be put on: no fast tokenizer, no tokens for digits.
    """
    options = {"gguf_file": args.gguf_file} if args.gguf_file else {}
    tokenizer = pretrained_tokenizer(args.backbone, **options)
    # Half precision is for running models; a DAG is not trained in it.
    return AutoModelForCausalLM.from_pretrained(args.backbone, dtype=torch.float32, **options), tokenizer


def attach_model(backbone: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, dag_args: Any) -> GPTDAGForCausalLM:
    """The backbone, frozen, with the DAG that the recipe describes."""
    settings = {name: value for name, value in vars(dag_args).items() if value is not None}
    return GPTDAGForCausalLM.from_backbone(backbone, tokenizer=tokenizer, **settings).freeze_backbone()


def read_text(path: str) -> str:
    """A text file, gzipped or not; raises ValueError where there is none."""
    if not Path(path).is_file():
        raise ValueError(f"there is no text file {path}")
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        return file.read()


def training_examples(tokenizer: PreTrainedTokenizerBase, args: AttachArguments, seed: int) -> list[Example]:
    """The texts to train on: questions of each task and number of operators in equal parts, and plain text."""
    symbols = number_tokens(tokenizer)
    num_plain = round(args.num_texts * args.plain_text_share)
    num_text = num_plain // 2 if args.plain_text_file is not None else 0
    tasks = [
        TaskArguments(task=task, num_operators=[count], negative_operand_share=args.negative_operand_share)
        for task in args.tasks
        for count in ([1] if task == "arithmetic" else args.num_operators)
    ]
    asked = [training_lines(task, seed, args.digits) for task in tasks]
    plain = [map(Line, plain_lines(seed))]
    examples = question_examples(tokenizer, symbols, asked, args.num_texts - num_plain, seed, args.chat_question_share)
    examples += question_examples(tokenizer, symbols, plain, num_plain - num_text, seed)
    if num_text > 0:
        examples += text_examples(tokenizer, symbols, read_text(args.plain_text_file), num_text, seed)
    return examples


def in_dtype(model: PreTrainedModel, dtype: str) -> PreTrainedModel:
    """The model, or a copy of it in another dtype: casting there and back would round its weights."""
    wanted = getattr(torch, dtype)
    return model if model.dtype == wanted else copy.deepcopy(model).to(wanted)


def training_set(
    model: GPTDAGForCausalLM, tokenizer: PreTrainedTokenizerBase, args: AttachArguments, directory: Path, seed: int
) -> Dataset:
    """With a frozen backbone on a CPU its hidden states, in `directory`; else the texts alone."""
    examples = training_examples(tokenizer, args, seed)
    if args.unfreeze != "none" or torch.accelerator.is_available():
        return Examples(examples)
    backbone = in_dtype(model.model.backbone, args.inference_dtype)
    directory = args.feature_store or directory
    return FeatureStore.build(backbone.eval(), examples, directory, model.config.dag_planner_layer, progress=True)


def unfreeze(model: GPTDAGForCausalLM, args: AttachArguments) -> PreTrainedModel:
    """Make part of the backbone trainable, or put adapters on it; raises ValueError where that cannot be."""
    if args.unfreeze == "last_n":
        layers = next(module for module in model.model.backbone.children() if isinstance(module, torch.nn.ModuleList))
        if not 1 <= args.unfreeze_layers <= len(layers):
            raise ValueError(f"unfreeze_layers={args.unfreeze_layers}: the backbone has {len(layers)} layers")
        layers[-args.unfreeze_layers :].requires_grad_(True)
    elif args.unfreeze == "lora":
        from peft import LoraConfig, get_peft_model

        linear = [
            name
            for name, module in model.named_modules()
            if name.startswith("model.backbone.") and type(module).__name__ in ("Linear", "Conv1D")
        ]
        blocks = [f"context.{number}" for number in range(len(model.model.context))]
        trained = ["dag", "mixer", *blocks]
        if model.config.dag_planner_layer is not None:
            trained.append("planner_input")
        config = LoraConfig(task_type="CAUSAL_LM", r=args.lora_rank, target_modules=linear, modules_to_save=trained)
        return get_peft_model(model, config)
    return model


def merged(model: PreTrainedModel) -> GPTDAGForCausalLM:
    """The model without adapters, whose weights become the backbone's."""
    return model if isinstance(model, GPTDAGForCausalLM) else model.merge_and_unload()


def evaluation_rows(args: AttachArguments) -> list[EvaluationRow]:
    """What is asked before and after."""
    one, two = ({"task": "wordings", "num_operators": [count]} for count in (1, 2))
    rows = [
        ("one operation, training sentences", TaskArguments(**one), 4, False),
        ("one operation, held-out sentences", TaskArguments(**one, held_out=True), 4, False),
        ("one operation, 7-digit operands", TaskArguments(**one), 7, False),
        ("one operation, negative operands", TaskArguments(**one, negative_operand_share=0.5), 4, False),
        ("two operations, language", TaskArguments(**two), 4, False),
        ("two operations, notation", TaskArguments(task="expressions", num_operators=[2]), 4, False),
    ]
    if args.chat_question_share > 0:
        rows.append(("one operation, as a chat", TaskArguments(**one), 4, True))
    return rows


def evaluate_attached(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    args: AttachArguments,
    language: bool,
    backbone: PreTrainedModel | None = None,
) -> dict[str, Any]:
    """Exact match of every row; where `language`, also what the DAG costs in language.

    model: with its DAG, or the backbone alone. backbone: the model before, where training has changed it.
    """
    report: dict[str, Any] = {"rows": {}}
    model = in_dtype(model, args.inference_dtype)
    backbone = None if backbone is None else in_dtype(backbone, args.inference_dtype)
    for title, task, digits, chat in evaluation_rows(args) if args.eval_samples > 0 else []:
        options = {"batch_size": args.eval_batch_size, "progress": True, "chat": chat}
        report["rows"][title] = evaluate_task(model, tokenizer, task, digits, args.eval_samples, **options)
    if language and args.perplexity_text is not None:
        lines = read_text(args.perplexity_text).splitlines(keepends=True)
        report["language"] = language_cost(
            model, tokenizer, _first_lines(tokenizer, lines, args.perplexity_tokens), backbone=backbone, progress=True
        )
    return report


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


def attach_table(before: dict[str, Any], after: dict[str, Any]) -> str:
    """What `evaluate_attached` reported, as Markdown."""
    lines = ["| questions | n | before | after |", "|---|---|---|---|"]
    for title, row in after["rows"].items():
        scores = [percent(report["rows"][title]["exact_match"]) for report in (before, after)]
        lines.append(f"| {title} | {row['n']} | {scores[0]} | {scores[1]} |")
    if "language" in after:
        language, fires = after["language"], after["language"]["false_fires"]
        for name, title in (("all", "perplexity, all lines"), ("with_numbers", "perplexity, lines with numbers")):
            part = language[name]
            lines.append(f"| {title} | {part['tokens']} tokens | {part['before']:.3f} | {part['after']:.3f} |")
        share = percent(fires["fired"] / fires["n"] if fires["n"] else None)
        lines.append(f"| lines with numbers on which the gate fires | {fires['n']} | | {share} |")
    return "\n".join(lines)
