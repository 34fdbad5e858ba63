"""Recipes: a YAML file and command-line flags become model, data, training and run arguments.

Flags beat the file, the file beats its `base`, that beats the defaults. A base is another recipe, named by its path
from the file. All values are checked alike, wherever they come from: by the parser, and by the arguments' own checks.
"""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import yaml
from transformers import TrainingArguments

from ..command_line.flags import FlagParser, flag_parser, nearest
from ..data.arguments import DataArguments
from .arguments import ModelArguments, RunArguments

BASE = "base"


def read_recipe(path: Path, above: tuple[Path, ...] = ()) -> dict[str, tuple[Any, Path]]:
    """Each key of a recipe and of its bases: the value, and the file that gives it.

    above: the recipes whose base this is. Raises ValueError for a missing file, and for one that is no mapping.
    """
    if not path.is_file():
        raise ValueError(f"there is no recipe {path}" + (f", the base of {above[-1]}" if above else ""))
    if path.resolve() in [other.resolve() for other in above]:
        raise ValueError(f"{path} is its own base")
    try:
        recipe = yaml.safe_load(path.read_text()) or {}
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is no YAML: {error}") from error
    if not isinstance(recipe, dict):
        raise ValueError(f"{path} is not a mapping of keys to values")
    base = recipe.pop(BASE, None)
    inherited = read_recipe(path.parent / base, (*above, path)) if base is not None else {}
    return inherited | {key: (value, path) for key, value in recipe.items()}


def parse_recipe(
    arguments: list[str],
    classes: Sequence[Any] = (ModelArguments, DataArguments, TrainingArguments, RunArguments),
    script: str = "train.py",
) -> tuple[Any, ...]:
    """`CONFIG.yaml --key value ...` -> an instance of each of `classes`.

    Raises ValueError for what `read_recipe` raises it for, for unknown keys and flags, naming the nearest known one,
    and for values that cannot be.
    """
    if not arguments or arguments[0].startswith("-"):
        raise ValueError("the first argument is the recipe, a YAML file such as configs/train/arithmetic.yaml")
    path, flags = Path(arguments[0]), arguments[1:]
    recipe = read_recipe(path)
    # The flags are too many to repeat with every error; --help lists them.
    parser = flag_parser(classes, usage=f"{script} {path} [--key value ...]")
    # Without use_cpu two processes on a machine without accelerator would train side by side, unaware of each other.
    has_accelerator = torch.accelerator.is_available()
    parser.set_defaults(use_cpu=not has_accelerator, dataloader_pin_memory=has_accelerator)
    # The Trainer takes plan_labels for labels too, and has no loss to tell of where a batch has none.
    parser.set_defaults(label_names=["labels"])
    _set_recipe(parser, recipe, classes)
    return parser.parse(flags)


def _set_recipe(parser: FlagParser, recipe: dict[str, tuple[Any, Path]], classes: Sequence[Any]):
    """Make the recipe's values the parser's defaults."""
    actions = {action.dest: action for action in parser._actions if action.dest != "help"}
    lists = {name for name, action in actions.items() if action.nargs == "+"}
    hints = {name: hint for each in classes for name, hint in _declared_types(each).items()}
    for name in lists:
        actions[name].nargs = "*"  # a flag without values empties the recipe's list
    for key, (value, file) in recipe.items():
        if key not in actions:
            raise ValueError(f"{file} has the unknown key {key!r}; {nearest(str(key), actions.keys())}")
        if isinstance(value, list | dict) and type(value).__name__ not in hints[key]:
            raise ValueError(f"{file} gives {key} {value!r}: it takes one value")
        # argparse converts defaults that are strings, as it converts flags; YAML reads 1e-3 as one.
        parser.set_defaults(**{key: value if key not in lists or isinstance(value, list) else [value]})


def _declared_types(argument_class: type) -> dict[str, str]:
    """As they are written: HfArgumentParser changes the types that the fields hold."""
    declared: dict[str, Any] = {}
    for each in reversed(argument_class.__mro__):
        declared |= vars(each).get("__annotations__", {})
    return {name: str(hint) for name, hint in declared.items()}


def effective_recipe(model: Any, data: Any, training: TrainingArguments) -> str:
    """YAML of what a run was made with: the model's and the data's given keys, the training's not at default."""
    given = dataclasses.asdict(model) | dataclasses.asdict(data)
    keys = {name: value for name, value in given.items() if value is not None}
    # Compared with the class: a second TrainingArguments would reset the process group of the first.
    machine = {"output_dir", "logging_dir", "use_cpu", "local_rank", "dataloader_pin_memory", "resume_from_checkpoint"}
    for field in dataclasses.fields(TrainingArguments):
        value = getattr(training, field.name)
        value = getattr(value, "value", value)  # of an Enum
        plain = isinstance(value, (bool, int, float, str))
        if plain and field.init and field.name not in machine and value != field.default:
            keys[field.name] = value
    return yaml.safe_dump(keys, sort_keys=False)
