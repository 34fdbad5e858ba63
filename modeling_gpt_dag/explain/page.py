"""Explanations as one HTML page that needs nothing else: hover, click or move to a token to see its calculator.

What is unusual: the text is in the page as HTML, all else as JSON, from which the script of `page.html` draws. Both
are escaped, because a prompt may hold anything, `</script>` too. The page forbids itself to load anything.
"""

import dataclasses
import json
import re
from html import escape
from pathlib import Path
from typing import Any

from .layout import HALF_HEIGHT, HALF_WIDTH, layout
from .records import Explanation, Token
from .text import SOFT, place_text, value_text, visible

TEMPLATE = Path(__file__).with_suffix(".html")

MIDDLE_DOT = "\u00b7"


def to_html(explanation: Explanation, position: int | None = None) -> str:
    """position: index of the token that the page opens with, by default the first writer whose gate fired."""
    start = explanation.at(position).index
    parts = {
        "TITLE": escape(visible(explanation.text.strip())[:80]),
        "TOKENS": _tokens(explanation),
        "NOTE": f"<p>{escape(SOFT)}</p>" if explanation.numerics == "soft" else _rounded_note(explanation),
        "DATA": _data(explanation, start),
    }
    return re.sub("@(TITLE|TOKENS|NOTE|DATA)@", lambda match: parts[match[1]], TEMPLATE.read_text("utf-8"))


def _rounded_note(explanation: Explanation) -> str:
    if not any(explanation.writes_rounded(token) for token in explanation.tokens):
        return ""
    return '<p class="hint">A dashed line under a token: what it writes is of a rounded result.</p>'


def _tokens(explanation: Explanation) -> str:
    """HTML of the text: every token is an option of a list; text that belongs to no token stands between them."""
    elements, end = [], 0
    for token in explanation.tokens:
        start, stop = token.span
        elements.append(escape(explanation.text[end:start]))
        elements.append(_token(token, start < stop <= end, explanation.writes_rounded(token)))
        end = max(end, stop)
    return "".join(elements)


def _token(token: Token, is_part: bool, is_rounded: bool) -> str:
    start, stop = token.span
    classes = ["token", *["generated"] * token.generated, *["special"] * (start == stop), *["part"] * is_part]
    classes += ["rounded"] * is_rounded
    shown = "".join(_character(character) for character in token.text)
    attributes = {
        "id": f"token-{token.index}",
        "role": "option",
        "aria-selected": "false",
        "aria-label": f"token {token.index}, {_label(token)}, gate {token.gate:.2f}{', rounded' * is_rounded}",
        "class": " ".join(classes),
        "style": f"--gate: {token.gate:.4f}",
    }
    written = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    # The first token of a character shows the character, each further one a dot.
    return f"<span {written}>{MIDDLE_DOT if is_part else shown}</span>"


def _character(character: str) -> str:
    """HTML of one character of the text; control characters, which HTML cannot hold, as escapes."""
    if character == " " or character.isprintable():
        return escape(character)
    return f'<span class="escape">{escape(visible(character))}</span>' + ("\n" if character == "\n" else "")


def _label(token: Token) -> str:
    return visible(token.text).replace(" ", "\u2423")


def _data(explanation: Explanation, position: int) -> str:
    fields: dict[str, Any] = dataclasses.asdict(explanation)
    for token, record in zip(explanation.tokens, fields["tokens"], strict=True):
        record["label"] = _label(token)
        for slot, entry in zip(token.slots, record["slots"], strict=True):
            entry["text"] = value_text(slot)
            entry["place"] = "" if slot.is_empty else place_text(slot)
        for step, entry in zip(token.steps, record["steps"], strict=True):
            entry["operands"] = step.operands
    deciders = {token.decided_at: token for token in explanation.tokens}
    fields["layouts"] = {index: dataclasses.asdict(layout(token)) for index, token in deciders.items()}
    fields["half"] = [HALF_WIDTH, HALF_HEIGHT]
    fields["position"] = position
    # Within a script element only "<" can do harm; the others keep the page well-formed as XML.
    escapes = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
    return json.dumps(fields).translate(escapes)
