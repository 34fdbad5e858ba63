"""Command-line flags from dataclasses, with `HfArgumentParser`; whatever is wrong is a ValueError of one sentence."""

import difflib
from typing import Any

from transformers import HfArgumentParser


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
