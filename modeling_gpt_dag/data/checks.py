"""Checks of options, each in one sentence that names the field, the value and what is allowed."""

import dataclasses
import json
from collections.abc import Collection
from typing import Any, Literal, get_args, get_origin


def check_choice(name: str, value: Any, choices: tuple[Any, ...]):
    """Raises ValueError for a value that is not among `choices`."""
    if value not in choices:
        raise ValueError(f"{name}={value!r}: must be one of {', '.join(map(str, choices))}")


def check_share(name: str, value: float, below_one: bool = False):
    """Raises ValueError unless the value is a share: a number from 0 to 1, below 1 if `below_one`."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= 1 or (below_one and value == 1):
        raise ValueError(f"{name}={value!r}: is a share, at least 0 and {'below' if below_one else 'at most'} 1")


def check_at_least(name: str, value: float, least: float):
    """Raises ValueError for a smaller value."""
    if value < least:
        raise ValueError(f"{name}={value!r}: must be at least {least}")


def check_prompt_template(template: str | None):
    """Raises ValueError for a template that has no place for the question."""
    if template is not None and "{question}" not in template:
        raise ValueError(f"prompt_template={template!r}: must contain {{question}}")


def checked_shares(name: str, value: Any, known: Collection[Any]) -> dict[Any, float]:
    """A mapping of known keys to positive numbers, which need not add up to one; from a flag as JSON.

    Raises ValueError for anything else.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except json.JSONDecodeError as error:
            raise ValueError(f"{name}={value!r}: must be JSON like " + '{"text": 0.5, "arithmetic": 0.5}') from error
    if not isinstance(value, dict) or not value:
        raise ValueError(f"{name}={value!r}: must give shares, such as {{text: 0.5, arithmetic: 0.5}}")
    for key, share in value.items():
        if key not in known:
            raise ValueError(f"{name} has {key!r}: must be one of {', '.join(map(str, known))}")
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share < float("inf"):
            raise ValueError(f"{name} gives {key} the share {share!r}: must be a positive number")
    return value


class Checked:
    """A dataclass of options that is checked when it is made, whether they come from a recipe, a flag or Python.

    A field of literals is one of them, and a field named `..._share` is a share. Subclasses check what is their own in
    `__post_init__`, and call this one. Raises ValueError.
    """

    def __post_init__(self):
        for field in dataclasses.fields(self):  # type: ignore[arg-type]  # subclasses are dataclasses
            value = getattr(self, field.name)
            if value is not None and get_origin(field.type) is Literal:
                check_choice(field.name, value, get_args(field.type))
            elif field.name.endswith("_share") and value is not None:
                check_share(field.name, value)
