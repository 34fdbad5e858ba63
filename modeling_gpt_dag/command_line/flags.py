"""Command-line flags from dataclasses, with `HfArgumentParser`; whatever is wrong is a ValueError of one sentence."""

import difflib
from collections.abc import Collection, Sequence
from typing import Any

from transformers import HfArgumentParser


class FlagParser(HfArgumentParser):
    def error(self, message: str):
        """A bad value is the caller's to report, in one line, as a bad name is."""
        raise ValueError(message)

    def parse(self, flags: list[str]) -> tuple[Any, ...]:
        """An instance of each dataclass; raises ValueError, for an unknown flag naming the nearest one."""
        *parsed, rest = self.parse_args_into_dataclasses(
            flags, return_remaining_strings=True, look_for_args_file=False
        )
        if rest:
            name = rest[0].lstrip("-").partition("=")[0]
            raise ValueError(f"unknown flag {rest[0]}; {nearest(name, [action.dest for action in self._actions])}")
        return tuple(parsed)


def flag_parser(argument_classes: Sequence[Any], usage: str | None = None) -> FlagParser:
    """A parser of `--key value ...` with a flag for each field of the dataclasses, in full."""
    return FlagParser(list(argument_classes), allow_abbrev=False, usage=usage)


def parse_flags(argument_class: Any, flags: list[str]) -> Any:
    """`--key value ...` -> an `argument_class`; raises what `FlagParser.parse` raises."""
    return flag_parser([argument_class]).parse(flags)[0]


def nearest(name: str, known: Collection[str]) -> str:
    """A hint at the known name that is most like this one."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    return f"did you mean {close[0]}?"
