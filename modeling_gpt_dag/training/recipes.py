"""Recipes: a YAML file and command-line flags become model, data and training arguments.

What is unusual: the model's arguments are made from the fields of `GPTDAGConfig` and `GPT2Config`, so every one of
them is a key of the recipe and a flag, and none can be forgotten. Flags beat the file, the file beats the defaults.
"""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import yaml
from transformers import (
    TrainingArguments,
)

from ..command_line.flags import _parse, _parser, nearest
from ..data.arguments import DataArguments
from .arguments import ModelArguments, RunArguments


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
