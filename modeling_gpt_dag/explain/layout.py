"""Where the nodes and edges of one token's graph are drawn, for the figure and the page alike.

What is unusual: initial values stand in one column, and every step in a column of its own, at the height at which the
fewest edges run through other nodes. Heights grow downwards; units are columns and rows.
"""

from dataclasses import dataclass
from functools import lru_cache, partial

from .records import Token

HALF_WIDTH, HALF_HEIGHT = 0.34, 0.34
PORT = 0.15  # distance of the two entries of a step from its middle


@dataclass
class Edge:
    """From the right side of a slot's node to the left side of a step's; order: 1 for the first operand, or 2."""

    slot: int
    step: int
    order: int
    start: tuple[float, float]
    end: tuple[float, float]


@dataclass
class Layout:
    """places: slot -> middle of its node. Slots that wait for a number have none, and no edges."""

    places: dict[int, tuple[float, float]]
    edges: list[Edge]


def layout(token: Token) -> Layout:
    num_initial = len(token.slots) - len(token.steps)
    initial = [slot for slot in range(num_initial) if not token.slots[slot].is_empty]
    column = {slot: (0.0, float(row)) for row, slot in enumerate(initial)}
    operands = tuple(
        tuple(slot for slot in step.operands if slot in column or slot >= num_initial) for step in token.steps
    )
    heights = _heights(tuple(initial), num_initial, operands)
    places = column | {num_initial + step: (1.0 + step, height) for step, height in enumerate(heights)}
    return Layout(places, _edges(places, num_initial, operands))


def _edges(places: dict[int, tuple[float, float]], num_initial: int, operands: tuple) -> list[Edge]:
    """Operands enter from above to below in the order of their nodes, so that they do not cross."""
    edges = []
    for step, slots in enumerate(operands):
        x, y = places[num_initial + step]
        entries = sorted(range(len(slots)), key=lambda order: (places[slots[order]][1], order))
        for entry, order in enumerate(entries):
            from_x, from_y = places[slots[order]]
            port = y + (2 * entry - 1) * PORT if len(slots) > 1 else y
            edges.append(Edge(slots[order], step, order + 1, (from_x + HALF_WIDTH, from_y), (x - HALF_WIDTH, port)))
    return edges


@lru_cache(maxsize=256)
def _heights(initial: tuple[int, ...], num_initial: int, operands: tuple) -> tuple[float, ...]:
    """Height of each step, chosen in turn, three times over."""
    column = {slot: (0.0, float(row)) for row, slot in enumerate(initial)}
    middle = (max(len(initial), 1) - 1) / 2
    heights = [middle] * len(operands)
    candidates = [middle + offset / 2 for offset in range(-3, 4)]

    def cost(step: int, height: float) -> float:
        tried = [*heights[:step], height, *heights[step + 1 :]]
        places = column | {num_initial + number: (1.0 + number, y) for number, y in enumerate(tried)}
        edges = _edges(places, num_initial, operands)
        length = sum(abs(edge.end[1] - edge.start[1]) for edge in edges)
        return 100 * _hits(places, edges) + length + abs(height - middle)

    for _ in range(3):
        for step in range(len(operands)):
            heights[step] = min(candidates, key=partial(cost, step))
    return tuple(heights)


def _hits(places: dict[int, tuple[float, float]], edges: list[Edge]) -> int:
    """How often an edge runs through a node."""
    hits = 0
    for edge in edges:
        (left, top), (right, bottom) = edge.start, edge.end
        for x, y in places.values():
            if left < x - HALF_WIDTH and x + HALF_WIDTH < right:
                slope = (bottom - top) / (right - left)
                first, last = sorted(top + slope * (side - left) for side in (x - HALF_WIDTH, x + HALF_WIDTH))
                hits += last > y - HALF_HEIGHT - 0.08 and first < y + HALF_HEIGHT + 0.08
    return hits
