"""Explanations as files: the suffix says the form."""

from pathlib import Path

from .page import to_html
from .records import Explanation
from .text import to_markdown, to_text

TEXTS = {
    ".txt": to_text,
    ".md": to_markdown,
    ".html": to_html,
    ".json": lambda explanation, position: explanation.to_json() + "\n",
}
FIGURES = (".png", ".svg")


def check_suffix(path: str | Path) -> str:
    """The suffix of a path; raises ValueError for one that says no form, naming those that do."""
    suffix = Path(path).suffix.lower()
    if suffix not in (*TEXTS, *FIGURES):
        raise ValueError(f"{path}: the suffix must be one of {', '.join((*TEXTS, *FIGURES))}")
    return suffix


def save(explanation: Explanation, path: str | Path, position: int | None = None):
    """Write an explanation. position: the token to show; JSON holds all tokens whatever it is.

    Raises what `check_suffix` raises, ValueError for a position outside the text, and ImportError for a figure
    without matplotlib.
    """
    suffix = check_suffix(path)
    if suffix in TEXTS:
        Path(path).write_text(TEXTS[suffix](explanation, position), encoding="utf-8")
        return
    from .figure import draw_explanation

    draw_explanation(explanation, position).savefig(path)
