"""Explanations as terminal text, at most 80 columns wide, and as Markdown.

What is unusual: a number is written by one decision, so its tokens share one paragraph. A decision takes one line
where its gate stayed shut and the text does not have its result. Characters that a terminal acts on are shown escaped.
"""

import re
import textwrap
from itertools import groupby

from ..command_line.markdown import markdown_table
from ..dag_operations import OPERATIONS
from ..gate_mixer import GATE_THRESHOLD
from .records import Explanation, Slot, Step, Token

WIDTH = 80
KEY = 11  # columns of the keys on the left
SOFT = "Soft numerics: every choice is a mixture and every value an average; the most probable choices are named."


def visible(text: str) -> str:
    """Text on one line: line ends, control characters and what else is not printable become escapes."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def step_text(step: Step) -> str:
    """ "multiply(slot 1, slot 0)" """
    return f"{step.operation}({', '.join(f'slot {slot}' for slot in step.operands)})"


def value_text(slot: Slot) -> str:
    """A decimal, with a mark where it is a rounded one."""
    if slot.value is None:
        return "no exact value"
    return slot.value if slot.is_exact else f"{slot.value} (rounded)"


def place_text(slot: Slot) -> str:
    """Where a slot's value comes from; "" for results, which their step tells."""
    if slot.kind == "number":
        assert slot.span is not None, "an empty slot has no place"
        start, end = slot.span
        return f"character {start}" if end == start + 1 else f"characters {start}-{end - 1}"
    return {"constant": "constant", "hidden": "made from the hidden state", "result": ""}[slot.kind]


def likeliest(names: list[str], probs: list[float], least: float = 0.005) -> str:
    """The choices of a step with at least a probability, most probable first."""
    ranked = sorted(zip(names, probs, strict=True), key=lambda pair: -pair[1])
    return ", ".join(f"{name} {prob:.2f}" for name, prob in ranked if prob >= least)


def choices(explanation: Explanation, token: Token, step: Step) -> dict[str, str]:
    """Name of each choice of a step -> its likeliest outcomes."""
    slots = [f"slot {slot}" for slot in range(len(token.slots))]
    rows = {"operand 1": likeliest(slots, step.operand1_probs), "operand 2": likeliest(slots, step.operand2_probs)}
    if OPERATIONS[step.operation].operands == 1:
        rows["operand 2"] += f" (not read by {step.operation})"
    return rows | {"operation": likeliest(explanation.operations, step.operation_probs)}


def decisions(explanation: Explanation, position: int | None) -> list[list[Token]]:
    """The tokens to explain, those of one decision in one list: all writers, or the token at a position."""
    tokens = explanation.writers if position is None else [explanation.at(position)]
    return [list(group) for _, group in groupby(tokens, key=lambda token: token.decided_at)]


def title_of(explanation: Explanation, token: Token) -> str:
    """Which token, and where it was decided what it does."""
    title = f'token {token.index} "{visible(token.text)}"'
    if token.decided_at == token.index:
        return title
    return f'{title}, decided at {token.decided_at} "{visible(explanation.tokens[token.decided_at].text)}"'


def writing(explanation: Explanation, tokens: list[Token]) -> tuple[str, str]:
    """What the DAG writes behind each token, and what stands there in the text."""
    following = [explanation.tokens[token.index + 1 : token.index + 2] for token in tokens]
    stands = [visible(after[0].text) if after else "-" for after in following]
    return " ".join(token.writes or "-" for token in tokens), " ".join(stands)


def gate_lines(explanation: Explanation, width: int) -> list[str]:
    """The text, and below the last column of each token its gate in tenths; pairs of lines of at most `width`.

    "~" stands for an open gate before a character of a rounded result.
    """
    labels: list[str] = []
    marks: list[str] = []
    end = 0
    for token in explanation.tokens:
        start, stop = token.span
        gap = visible(explanation.text[end:start])
        # Parts of one character stand in it together, special tokens have no characters.
        label = visible(token.text) if stop > end or start == stop else ""
        mark = "." if token.gate == 0 else str(min(int(token.gate * 10), 9))
        mark = "~" if explanation.writes_rounded(token) else mark
        labels += [gap] * bool(gap) + [label] * bool(label)
        if label:
            marks += [" " * len(gap)] * bool(gap) + [mark.rjust(len(label))]
        else:
            marks[-1] = mark.rjust(len(marks[-1]))
        end = max(end, stop)
    starts = range(0, sum(map(len, labels)), width)
    lines = ("".join(labels), "".join(marks))
    return [line[start : start + width] for start in starts for line in lines]


def _row(key: str, text: str, indent: int = 0) -> list[str]:
    """`key` and its text, continued below the text; long words are broken."""
    head = " " * indent + key.ljust(KEY - indent)
    return textwrap.wrap(text, WIDTH, initial_indent=head, subsequent_indent=" " * KEY, drop_whitespace=True) or [head]


def _is_presented(explanation: Explanation, tokens: list[Token]) -> bool:
    """Whether the text has the result of a decision, or should have it by the gate; always in soft numerics."""
    fired = any(token.gate > GATE_THRESHOLD for token in tokens)
    return explanation.numerics == "soft" or fired or all(explanation.followed(token) for token in tokens)


def _result_text(token: Token) -> str:
    return f"{step_text(token.steps[-1])} = {value_text(token.slots[-1])}"


def _decision_lines(explanation: Explanation, tokens: list[Token], detailed: bool) -> list[str]:
    token = tokens[0]
    title = title_of(explanation, token if detailed else explanation.tokens[token.decided_at])
    gate = f"gate {max(each.gate for each in tokens):.2f}"
    if not detailed and not _is_presented(explanation, tokens):
        other = "nothing to write" if token.result is None else f"the text does not follow {_result_text(token)}"
        return textwrap.wrap(f"{title}: {gate}, {other}", WIDTH, subsequent_indent=" " * KEY)
    lines = textwrap.wrap(f"{title}: {gate}, plan p = {token.plan_probability:.2f}", WIDTH)
    num_initial = len(token.slots) - len(token.steps)
    initial = [(number, slot) for number, slot in enumerate(token.slots[:num_initial]) if not slot.is_empty]
    longest = max((len(value_text(slot)) for _, slot in initial), default=0)
    for number, slot in initial:
        lines += _row(f"slot {number}", f"{value_text(slot):<{longest}}   {place_text(slot)}", indent=2)
    if not initial:
        lines += _row("slots", "no number can be read here", indent=2)
    for number, step in enumerate(token.steps):
        made = token.slots[num_initial + number]
        outcome = f"{step_text(step)} = {value_text(made)} in slot {num_initial + number}"
        lines += _row(f"step {number + 1}", f"{outcome}, p = {step.probability:.2f}{_unused(step)}", indent=2)
        for name, row in choices(explanation, token, step).items():
            lines += textwrap.wrap(
                f"{name}  {row}", WIDTH, initial_indent=" " * KEY, subsequent_indent=" " * (KEY + 11)
            )
    if explanation.numerics == "exact":
        written, stands = writing(explanation, tokens)
        lines += _row("writes", written, indent=2) + _row("text", stands, indent=2)
    return lines


def _unused(step: Step) -> str:
    return "" if step.used else ", not used"


def to_text(explanation: Explanation, position: int | None = None) -> str:
    """For a terminal. position: index of the token to tell of; by default all that wrote."""
    lines = _row("prompt", visible(explanation.prompt))
    lines += _row("generated", visible(explanation.text[len(explanation.prompt) :]))
    if explanation.numerics == "soft":
        lines += textwrap.wrap(SOFT, WIDTH)
    lines += ["", "gate along the text, in tenths, for what follows each token ('.' is exactly 0)"]
    if any(explanation.writes_rounded(token) for token in explanation.tokens):
        lines += ["'~' is an open gate where what follows is of a rounded result"]
    lines += ["  " + line.rstrip() for line in gate_lines(explanation, WIDTH - 2)]
    for tokens in decisions(explanation, position):
        lines += ["", *_decision_lines(explanation, tokens, detailed=position is not None)]
    return "\n".join(lines) + "\n"


def _code(text: str) -> str:
    """A Markdown code span, also of text with backticks, that stays one cell of a table."""
    text = visible(text).replace("|", "\\|")
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text[:1] in ("`", " ", "") or text[-1:] in ("`", " ") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def to_markdown(explanation: Explanation, position: int | None = None) -> str:
    """With one section for each decision. position: as in `to_text`."""
    lines = ["# What the model computed", "", f"Prompt {_code(explanation.prompt)}, "]
    lines[-1] += f"generated {_code(explanation.text[len(explanation.prompt) :])}."
    if explanation.numerics == "soft":
        lines += ["", SOFT]
    for tokens in decisions(explanation, position):
        token, owner = tokens[0], explanation.tokens[tokens[0].decided_at]
        lines += ["", f"## Token {owner.index}, {_code(owner.text)}: gate {max(each.gate for each in tokens):.2f}", ""]
        num_initial = len(token.slots) - len(token.steps)
        slots = []
        for number, slot in enumerate(token.slots):
            if not slot.is_empty:
                step = token.steps[number - num_initial] if number >= num_initial else None
                origin = place_text(slot) if step is None else step_text(step) + _unused(step)
                slots.append([str(number), value_text(slot), origin])
        steps = [
            [str(number), f"{step.probability:.2f}", *choices(explanation, token, step).values()]
            for number, step in enumerate(token.steps, 1)
        ]
        lines.append(markdown_table(["slot", "value", "from"], slots))
        lines += ["", markdown_table(["step", "p", "operand 1", "operand 2", "operation"], steps)]
        if explanation.numerics == "exact":
            written, stands = writing(explanation, tokens)
            lines += ["", f"Writes {_code(written)}; in the text stands {_code(stands)}."]
    return "\n".join(lines) + "\n"
