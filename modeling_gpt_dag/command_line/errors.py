"""Errors of a script as its user reads them."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def in_one_line(script: str, *kinds: type[Exception]) -> Iterator[None]:
    """Errors of these kinds, by default ValueError and OSError, end the script with one line: what is wrong.

    For what a user can mend. All else is a defect, and keeps its traceback.
    """
    kinds = kinds or (ValueError, OSError)
    try:
        yield
    except kinds as error:
        raise SystemExit(f"{script}: {error}") from error
