"""A page's grid of panels turned into rectangles of cells, the same for screens and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from situationroom.layout.models import PageSpec


class Rect(NamedTuple):
    """A rectangle of cells, its corner at (``x``, ``y``) of the page."""

    x: int
    y: int
    width: int
    height: int


def rectangles(page: PageSpec, width: int, height: int) -> Mapping[str, Rect]:
    """Where each panel of the page stands in ``width`` × ``height`` cells, in reading order.

    The tracks fill the page exactly; ``page.columns`` and ``page.rows`` weigh them. ``.`` stays empty.
    """
    lines = page.grid
    if not lines or not lines[0]:
        return {}
    across = _edges(width, _weights(page.columns, len(lines[0])))
    down = _edges(height, _weights(page.rows, len(lines)))
    cells: dict[str, list[tuple[int, int]]] = {}
    for y, line in enumerate(lines):
        for x, name in enumerate(line):
            if name != ".":
                cells.setdefault(name, []).append((x, y))
    areas: dict[str, Rect] = {}
    for name, places in cells.items():
        left, top = min(x for x, _ in places), min(y for _, y in places)
        right, bottom = max(x for x, _ in places) + 1, max(y for _, y in places) + 1
        areas[name] = Rect(across[left], down[top], across[right] - across[left], down[bottom] - down[top])
    return areas


def column(order: Sequence[str], heights: Mapping[str, int], width: int) -> Mapping[str, Rect]:
    """The panels one under another, each as high as it asks: the page of a narrow screen."""
    areas: dict[str, Rect] = {}
    y = 0
    for name in order:
        areas[name] = Rect(0, y, width, heights[name])
        y += heights[name]
    return areas


def phone_order(page: PageSpec) -> tuple[str, ...]:
    """The order of a narrow screen: as the page says, else the grid's reading order."""
    return page.phone or tuple(dict.fromkeys(name for line in page.grid for name in line if name != "."))


def _weights(given: Sequence[float], count: int) -> list[float]:
    """A weight per track; 1 where the page gives none."""
    return [given[i] if i < len(given) and given[i] > 0 else 1.0 for i in range(count)]


def _edges(size: int, weights: Sequence[float]) -> list[int]:
    """Where each track begins, and the end: rounded from the exact sums, so that nothing is lost."""
    total = sum(weights)
    return [0, *(round(size * upto / total) for upto in accumulate(weights))]
