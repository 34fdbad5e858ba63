"""Recipes: a YAML file and command-line flags become model, data and training arguments.

What is unusual: the model's arguments are made from the fields of `GPTDAGConfig` and `GPT2Config`, so every one of
them is a key of the recipe and a flag, and none can be forgotten. Flags beat the file, the file beats the defaults.
"""

import dataclasses
import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import yaml
from transformers import (
    GPT2Config,
    HfArgumentParser,
    PreTrainedConfig,
    PreTrainedTokenizerFast,
    TrainingArguments,
)

from .configuration_gpt_dag import GPTDAGConfig
from .data import TaskArguments, TrainingTask
from .modeling_gpt_dag import GPTDAGForCausalLM
from .problem_files import FileArguments
from .text_data import TextArguments
from .tokenization import byte_tokenizer, number_tokens, pretrained_tokenizer

# Known from the tokenizer, or of use to transformers alone.
NOT_IN_RECIPES = {"backbone_config", "number_tokens", "vocab_size", "use_cache", "add_cross_attention"}


def _model_fields(*config_classes: type) -> list[tuple[str, type, Any]]:
    """(name, type, default None) of what a recipe can say about the model; None leaves the config's default."""
    fields = {}
    for config_class in config_classes:
        for name in config_class.__dataclass_fields__.keys() - PreTrainedConfig.__dataclass_fields__.keys():
            if name in NOT_IN_RECIPES or name.startswith("summary_") or name.endswith("_token_id"):
                continue
            hint = config_class.__dataclass_fields__[name].type
            kinds = {getattr(kind, "__origin__", kind) for kind in getattr(hint, "__args__", (hint,))}
            base = next(kind for kind in (list, float, bool, int, str) if kind in kinds)
            fields[name] = (name, list[str] | None if base is list else base | None, field(default=None))
    return [fields[name] for name in sorted(fields)]


@dataclass
class BackboneArguments:
    """What of the model is pretrained."""

    tokenizer_name: str | None = field(
        default=None, metadata={"help": "pretrained tokenizer; by default the backbone's, without one bytes"}
    )
    backbone: str | None = field(
        default=None, metadata={"help": "directory or Hub name of a causal language model to put the DAG on"}
    )
    freeze_backbone: bool | None = field(default=None, metadata={"help": "train the DAG alone"})


ModelArguments = dataclasses.make_dataclass(
    "ModelArguments", _model_fields(GPT2Config, GPTDAGConfig), bases=(BackboneArguments,)
)
# Of a DAG on a pretrained model.
DAGArguments = dataclasses.make_dataclass("DAGArguments", _model_fields(GPTDAGConfig))


@dataclass
class DataArguments(TextArguments, FileArguments, TaskArguments):
    """What to train and to evaluate on."""

    task: TrainingTask = field(
        default="arithmetic", metadata={"help": "what is generated, or questions of a file, text, several of those"}
    )
    mixture: dict[str, float] | str | None = field(
        default=None, metadata={"help": "task mixture: the share of each task; as a flag JSON"}
    )
    digits: list[int] = field(default_factory=lambda: [1, 2, 3, 4], metadata={"help": "operand lengths in training"})
    plain_share: float = field(default=0.0, metadata={"help": "share of lines in which nothing is to be computed"})
    plan_labels: bool = field(default=False, metadata={"help": "train with the plans the generator knows"})
    block_size: int = field(default=96, metadata={"help": "tokens per training example"})
    num_train_blocks: int = field(
        default=16_000, metadata={"help": "training examples to generate; of a mixture, all that are drawn"}
    )
    eval_digits: list[int] = field(
        default_factory=lambda: [4, 7, 10, 13], metadata={"help": "operand lengths of the final evaluation"}
    )
    eval_samples: int = field(default=500, metadata={"help": "problems per operand length; 0 evaluates nothing"})
    eval_batch_size: int = field(default=128, metadata={"help": "problems answered at a time"})

    def __post_init__(self):
        if isinstance(self.mixture, str):
            try:
                self.mixture = json.loads(self.mixture)
            except json.JSONDecodeError as error:
                example = '{"text": 0.5, "arithmetic": 0.5}'
                raise ValueError(f"mixture={self.mixture!r}: must be JSON like {example}") from error


@dataclass
class RunArguments:
    """What to do with the output directory, and what to write there while training."""

    overwrite_output_dir: bool = field(default=False, metadata={"help": "train into a directory that holds a run"})
    probe_prompt: str | None = field(default=None, metadata={"help": "log every token's scratch list of this text"})
    probe_steps: int = field(default=100, metadata={"help": "how often; and after the last step"})
    peak_tflops: float | None = field(
        default=None, metadata={"help": "10**12 operations per second one device can do; logs what share is used"}
    )


class _Parser(HfArgumentParser):
    def error(self, message: str):
        """A bad value is the caller's to report, in one line, as a bad name is."""
        raise ValueError(message)


def _parser(argument_classes: list[Any], usage: str | None = None) -> HfArgumentParser:
    return _Parser(argument_classes, allow_abbrev=False, usage=usage)


def _parse(parser: HfArgumentParser, flags: list[str]) -> tuple:
    *parsed, rest = parser.parse_args_into_dataclasses(flags, return_remaining_strings=True, look_for_args_file=False)
    if rest:
        name = rest[0].lstrip("-").partition("=")[0]
        known = {action.dest for action in parser._actions}
        raise ValueError(f"unknown flag {rest[0]}; {nearest(name, known)}")
    return tuple(parsed)


def parse_flags(argument_class: Any, flags: list[str]) -> Any:
    """`--key value ...` -> an `argument_class`; raises ValueError, for an unknown flag naming the nearest one."""
    return _parse(_parser([argument_class]), flags)[0]


def nearest(name: str, known: set[str]) -> str:
    """A hint at the known name that is most like this one."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    return f"did you mean {close[0]}?"


def parse_recipe(
    arguments: list[str],
    classes: Sequence[Any] = (ModelArguments, DataArguments, TrainingArguments, RunArguments),
    script: str = "train.py",
) -> tuple:
    """`CONFIG.yaml --key value ...` -> an instance of each of `classes`.

    Raises ValueError for a missing file and for unknown keys and flags, naming the nearest known one.
    """
    if not arguments or arguments[0].startswith("-"):
        raise ValueError("the first argument is the recipe, a YAML file such as configs/arithmetic.yaml")
    path, flags = Path(arguments[0]), arguments[1:]
    if not path.is_file():
        raise ValueError(f"there is no recipe {path}")
    recipe = yaml.safe_load(path.read_text()) or {}
    if not isinstance(recipe, dict):
        raise ValueError(f"{path} is not a mapping of keys to values")
    parser = _parser(
        list(classes),
        # The flags are too many to repeat with every error; --help lists them.
        usage=f"{script} {path} [--key value ...]",
    )
    # Without use_cpu two processes on a machine without accelerator would train side by side, unaware of each other.
    has_accelerator = torch.accelerator.is_available()
    parser.set_defaults(use_cpu=not has_accelerator, dataloader_pin_memory=has_accelerator)
    # The Trainer takes plan_labels for labels too, and has no loss to tell of where a batch has none.
    parser.set_defaults(label_names=["labels"])
    actions = {action.dest: action for action in parser._actions}
    lists = {name: action for name, action in actions.items() if action.nargs == "+"}
    for action in lists.values():
        action.nargs = "*"  # a flag without values empties the recipe's list
    for key, value in recipe.items():
        if key not in actions or key == "help":
            raise ValueError(f"{path} has the unknown key {key!r}; {nearest(str(key), set(actions))}")
        # argparse converts defaults that are strings, as it converts flags; YAML reads 1e-3 as one.
        parser.set_defaults(**{key: value if key not in lists or isinstance(value, list) else [value]})
    return _parse(parser, flags)


def effective_recipe(model: Any, data: Any, training: TrainingArguments) -> str:
    """YAML of what a run was made with: the model's and the data's given keys, the training's not at default."""
    given = dataclasses.asdict(model) | dataclasses.asdict(data)
    keys = {name: value for name, value in given.items() if value is not None}
    # Compared with the class: a second TrainingArguments would reset the process group of the first.
    machine = {"output_dir", "logging_dir", "use_cpu", "local_rank", "dataloader_pin_memory", "resume_from_checkpoint"}
    for field_ in dataclasses.fields(TrainingArguments):
        value = getattr(training, field_.name)
        value = getattr(value, "value", value)  # of an Enum
        plain = isinstance(value, (bool, int, float, str))
        if plain and field_.init and field_.name not in machine and value != field_.default:
            keys[field_.name] = value
    return yaml.safe_dump(keys, sort_keys=False)


def build_config(model: Any, vocab_size: int, number_tokens: dict[str, list[int]], **token_ids: int) -> GPTDAGConfig:
    """The model's config: what the recipe says, and what the tokenizer knows."""
    return GPTDAGConfig(**_architecture(model), vocab_size=vocab_size, number_tokens=number_tokens, **token_ids)


def _architecture(model: Any) -> dict[str, Any]:
    """What the recipe says about the model but for what of it is pretrained."""
    pretrained = {field_.name for field_ in dataclasses.fields(BackboneArguments)}
    return {key: value for key, value in vars(model).items() if key not in pretrained and value is not None}


def build_tokenizer(model: Any) -> PreTrainedTokenizerFast:
    """The recipe's pretrained tokenizer, or that of its backbone, or bytes.

    Raises ValueError where there is none of that name, and where a DAG could not read numbers with it.
    """
    name = model.tokenizer_name or model.backbone
    if name is None:
        return byte_tokenizer(model_max_length=model.n_positions or GPT2Config.n_positions)
    try:
        tokenizer = pretrained_tokenizer(name)
    except OSError as error:
        raise ValueError(f"{name}: no pretrained tokenizer of this name or directory: {error}") from error
    if model.n_positions is not None:
        tokenizer.model_max_length = model.n_positions
    return tokenizer


def build_model(model: Any, tokenizer: PreTrainedTokenizerFast) -> GPTDAGForCausalLM:
    """The recipe's model, in single precision: from scratch, or with the weights of its backbone.

    Raises OSError where there is no such backbone, ValueError for what the config refuses and for keys that a
    pretrained backbone cannot have.
    """
    given = _architecture(model)
    if model.backbone is None:
        if model.freeze_backbone:
            raise ValueError("freeze_backbone=True: needs --backbone, a pretrained one; a random one must be trained")
        ids = {f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in ("bos", "eos", "pad")}
        return GPTDAGForCausalLM(build_config(model, len(tokenizer), number_tokens(tokenizer), **ids))
    foreign = sorted(key for key in given if not key.startswith("dag_"))
    if foreign:
        raise ValueError(f"{', '.join(foreign)}: not to be given with a backbone; {model.backbone} brings its own")
    built = GPTDAGForCausalLM.from_backbone(model.backbone, tokenizer=tokenizer, dtype=torch.float32, **given)
    return built.freeze_backbone() if model.freeze_backbone else built
