"""Explanations as a figure: the gate along the text, one token's graph with its plan, its choices as heat maps.

What is unusual: matplotlib (`pip install "gpt-dag[plot]"`) is imported where a figure is drawn. Figures are made
without pyplot, so that drawing one leaves no state behind and needs no display.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .layout import HALF_HEIGHT, HALF_WIDTH, Edge, Layout, layout
from .records import END_OF_NUMBER, Explanation, Token
from .text import SOFT, title_of, value_text, visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, FAINT, GREY, RULE = "#1f2328", "#57606a", "#8b949e", "#d0d7de"
ACCENT, PALE, STRONG = "#0b62c4", "#e8f1fb", "#79a9df"  # ink is legible on the last two
# Of each step's choices; None for slots that do not exist yet.
Probabilities = Sequence[Sequence[float | None]]
MAX_TOKENS = 64  # along the text
LONGEST = 21  # characters of a value: 18 digits, sign, point; or ten and "(rounded)"; of longer ones both ends


def draw_explanation(explanation: Explanation, position: int | None = None) -> Figure:
    """A figure of the text and of one token, by default the first writer whose gate fired.

    Raises ValueError for a position outside the text, ImportError with the command that helps without matplotlib.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError('figures need matplotlib: pip install "gpt-dag[plot]"') from error
    token = explanation.at(position)
    depth = len(token.steps)
    graph = layout(token)
    heights = [y for _, y in graph.places.values()]
    height = 0.5 * (max(heights) - min(heights) + 1)
    figure = Figure(figsize=(10.5, 2.8 + height + 0.3 * depth), dpi=150, layout="constrained", facecolor="white")
    ratios = [1.6, height + 0.3, 0.9 + 0.3 * depth]
    text_part, graph_part, choice_part = figure.subfigures(3, 1, squeeze=False, height_ratios=ratios)[:, 0]
    _draw_gate(text_part.subplots(), explanation, token)
    title = _drawable(title_of(explanation, token)) + f": gate {token.gate:.2f}, plan p = {token.plan_probability:.2f}"
    graph_part.suptitle(title, x=0.01, ha="left", size=10, color=INK, parse_math=False)
    _draw_graph(graph_part.subplots(), explanation, token, graph)
    shown = sorted(graph.places)[:-1]  # no step reads the last slot
    labels = [[f"slot {slot}" for slot in shown]] * 2 + [explanation.operations]
    maps = choice_part.subplots(1, 3, width_ratios=[len(row) + 1 for row in labels], squeeze=False)[0]
    rows: tuple[Probabilities, ...] = (
        [_existing(token, number, step.operand1_probs, shown) for number, step in enumerate(token.steps)],
        [_existing(token, number, step.operand2_probs, shown) for number, step in enumerate(token.steps)],
        [step.operation_probs for step in token.steps],
    )
    for axes, title, probs, names in zip(maps, ("operand 1", "operand 2", "operation"), rows, labels, strict=True):
        _draw_choices(axes, title, probs, names)
    if explanation.numerics == "soft":
        choice_part.supxlabel(SOFT, size=8, color=INK)
    return figure


def _existing(token: Token, step: int, probs: list[float], slots: list[int]) -> list[float | None]:
    """Probabilities of slots as an operand of a step, None for results that are not there yet."""
    known = len(token.slots) - len(token.steps) + step
    return [probs[slot] if slot < known else None for slot in slots]


def _bare(axes: Axes):
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=8, labelcolor=INK)


def _drawable(text: str) -> str:
    """Text on one line, characters that matplotlib's fonts do not have as escapes."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    fonts = [get_font(findfont(FontProperties(family=[family]))) for family in ("monospace", "sans-serif")]
    drawn = (
        char if all(font.get_char_index(ord(char)) for font in fonts) else char.encode("unicode_escape").decode()
        for char in visible(text)
    )
    return "".join(drawn)


def _draw_gate(axes: Axes, explanation: Explanation, token: Token):
    """Bars over the text; of a long text the part around the token."""
    start = max(0, min(token.index - MAX_TOKENS // 2, len(explanation.tokens) - MAX_TOKENS))
    tokens = explanation.tokens[start : start + MAX_TOKENS]
    colors = [ACCENT if each.decided_at == token.decided_at else GREY for each in tokens]
    bars = axes.bar(range(len(tokens)), [each.gate for each in tokens], color=colors, width=0.8)
    rounded = [explanation.writes_rounded(each) for each in tokens]
    for bar, is_rounded in zip(bars, rounded, strict=True):
        bar.set(hatch="///" if is_rounded else None, edgecolor="white")
    labels = [_label(explanation, each) for each in tokens]
    axes.set_xticks(range(len(tokens)), labels, family="monospace", parse_math=False)
    if max(map(len, labels)) > 2:
        axes.tick_params(axis="x", rotation=90)
    axes.set(xlim=(-0.8, max(len(tokens), 24) - 0.2), ylim=(0, 1.05), yticks=[0, 0.5, 1])
    hatched = "; hatched: of a rounded result" if any(rounded) else ""
    axes.set_title(f"gate at each token, for what is written behind it{hatched}", size=10, loc="left", color=INK)
    axes.axhline(0.5, color=GREY, linewidth=0.5, linestyle=":")
    _bare(axes)
    axes.spines["bottom"].set(visible=True, color=GREY)
    generated = next((number for number, each in enumerate(tokens) if each.generated), None)
    if generated is not None:
        axes.axvline(generated - 0.5, color=INK, linewidth=0.8)
        axes.text(generated - 0.35, 1.08, "generated", size=8, color=INK, va="bottom")


def _label(explanation: Explanation, token: Token) -> str:
    """A token below its bar; a character of several tokens stands below the first of them."""
    is_part = (
        token.index > 0 and explanation.tokens[token.index - 1].span == token.span and token.span[0] < token.span[1]
    )
    return "" if is_part else _drawable(token.text.replace(" ", "\u2423"))


def _draw_graph(axes: Axes, explanation: Explanation, token: Token, graph: Layout):
    """Initial values on the left, steps to the right, in the accent what the result depends on."""
    num_initial = len(token.slots) - len(token.steps)
    read = {slot for step in token.steps if step.used for slot in step.operands}
    for edge in graph.edges:
        _draw_edge(axes, edge, token.steps[edge.step].used)
    for slot, place in graph.places.items():
        step = token.steps[slot - num_initial] if slot >= num_initial else None
        constant = ", constant" if token.slots[slot].kind == "constant" else ""
        name = f"slot {slot}{constant}" if step is None else f"slot {slot} = {step.operation}"
        _draw_node(axes, place, name, value_text(token.slots[slot]), slot in read if step is None else step.used)
    if explanation.numerics == "exact":
        writes = {None: "nothing", END_OF_NUMBER: "end of number"}.get(token.writes, f'"{token.writes}"')
        x, y = graph.places[len(token.slots) - 1]
        color = ACCENT if token.writes else GREY
        arrow = {"arrowstyle": "<|-", "color": color, "shrinkA": 0, "shrinkB": 0}
        axes.annotate(
            f" writes {writes}", (x + HALF_WIDTH, y), (x + 0.5, y), size=9, va="center", color=color, arrowprops=arrow
        )
    heights = [y for _, y in graph.places.values()]
    axes.set(
        xlim=(-0.4, max(len(token.steps) + 1.0, 3.0)),
        ylim=(max(heights) + 0.45, min(heights) - 0.45),
        autoscale_on=False,
    )
    axes.axis("off")


def _draw_node(axes: Axes, place: tuple[float, float], name: str, value: str, used: bool):
    from matplotlib.patches import FancyBboxPatch

    x, y = place
    box = FancyBboxPatch(
        (x - HALF_WIDTH, y - HALF_HEIGHT),
        2 * HALF_WIDTH,
        2 * HALF_HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.04",
        facecolor=PALE if used else "white",
        edgecolor=ACCENT if used else GREY,
        linewidth=1.4 if used else 0.8,
        mutation_aspect=4,
        zorder=2,
    )
    axes.add_patch(box)
    text: dict[str, Any] = {"ha": "center", "va": "center", "color": INK if used else FAINT, "zorder": 3}
    axes.text(x, y - 0.15, name, size=7, **text)
    if len(value) > LONGEST:
        value = f"{value[: LONGEST // 2]}\N{HORIZONTAL ELLIPSIS}{value[-(LONGEST // 2) :]}"
    size = 9 if len(value) <= LONGEST - 7 else 7.5
    axes.text(x, y + 0.13, value, size=size, weight="bold" if used else "normal", **text)


def _draw_edge(axes: Axes, edge: Edge, used: bool):
    color = ACCENT if used else GREY
    arrow = {"arrowstyle": "-|>", "color": color, "linewidth": 1.4 if used else 0.8, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", edge.end, edge.start, arrowprops=arrow | {"linestyle": "-" if used else "--"}, zorder=1)
    x, y = edge.end
    axes.text(x + 0.025, y, str(edge.order), size=7, color=INK if used else FAINT, ha="center", va="center", zorder=3)


def _draw_choices(axes: Axes, title: str, probs: Probabilities, names: list[str]):
    """One row for each step."""
    from matplotlib.colors import LinearSegmentedColormap

    colors = LinearSegmentedColormap.from_list("accent", ["white", STRONG])
    axes.pcolormesh(
        [[value or 0 for value in row] for row in probs], cmap=colors, vmin=0, vmax=1, edgecolors=RULE, linewidth=0.6
    )
    for row, values in enumerate(probs):
        for column, value in enumerate(values):
            text = "\u2013" if value is None else f"{value:.2f}"
            weight = "bold" if (value or 0) > 0.5 else "normal"
            place = (column + 0.5, row + 0.5)
            axes.text(*place, text, size=7, ha="center", va="center", color=INK, weight=weight)
    axes.invert_yaxis()
    axes.set_xticks(
        [column + 0.5 for column in range(len(names))], names, rotation=30, ha="right", rotation_mode="anchor"
    )
    axes.set_yticks([row + 0.5 for row in range(len(probs))], [f"step {row + 1}" for row in range(len(probs))])
    axes.set_title(title, size=9, color=INK)
    _bare(axes)
