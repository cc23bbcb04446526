"""A page's grid of panels turned into rectangles of cells, the same for screens and pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from situationroom.layout.models import PageSpec

PHONE_UNDER, DESK_UNDER = 60, 120
"""Screens narrower than this, in cells, are phones; or desks, where the wall's panels would be too narrow."""

SMALLEST_WIDTH, SMALLEST_HEIGHT = 14, 4
"""A panel smaller than this says nothing on any wall."""

_DESK_COLUMN, _MOST_COLUMNS, _MOST_ROWS_MORE = 38, 4, 8


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


def wall_fits(page: PageSpec, width: int, height: int) -> bool:
    """Whether the page's grid is read well in so many cells; where not, :func:`columns` sets its panels."""
    if width < PHONE_UNDER - 1:  # a scroll bar takes one
        return False
    least = SMALLEST_WIDTH if width >= DESK_UNDER else _DESK_COLUMN
    areas = rectangles(page, width, height).values()
    return all(area.width >= least and area.height >= SMALLEST_HEIGHT for area in areas)


def columns(
    page: PageSpec, width: int, wanted: Callable[[str, int], int], order: Sequence[str] = ()
) -> Mapping[str, Rect]:
    """The panels in as many columns as ``width`` has room for, each as high as it wants: a page that scrolls.

    A phone has one column, a desk two. In ``order``, by default the phone's, each panel goes where there is
    room first; one that takes more than half of the wall takes the whole width. ``wanted`` tells the rows a
    panel wants in so many cells.
    """
    count = max(1, min(_MOST_COLUMNS, (width + 1) // _DESK_COLUMN)) if width >= PHONE_UNDER - 1 else 1
    across = _edges(width, [1.0] * count)
    wide = _wide(page) if count > 1 else frozenset()
    areas: dict[str, Rect] = {}
    lowest: list[list[str]] = [[] for _ in range(count)]
    ends = [0] * count
    for name in order or phone_order(page):
        if name in wide:
            _level(areas, lowest, ends)
            areas[name] = Rect(0, ends[0], width, wanted(name, width))
            ends, lowest = [ends[0] + areas[name].height] * count, [[] for _ in range(count)]
            continue
        place = ends.index(min(ends))
        size = across[place + 1] - across[place]
        areas[name] = Rect(across[place], ends[place], size, wanted(name, size))
        ends[place] += areas[name].height
        lowest[place].append(name)
    _level(areas, lowest, ends)
    return areas


def _level(areas: dict[str, Rect], lowest: Sequence[Sequence[str]], ends: list[int]) -> None:
    """Let the last panel of every shorter column end where the longest does, where that is not far."""
    foot = max(ends)
    for place, names in enumerate(lowest):
        if names:
            last = areas[names[-1]]
            areas[names[-1]] = last._replace(
                height=last.height + min(_MOST_ROWS_MORE, foot - last.y - last.height)
            )
        ends[place] = foot


def _wide(page: PageSpec) -> frozenset[str]:
    """The panels that take more than half of the wall's width."""
    areas = rectangles(page, 1_000, 1_000)
    return frozenset(name for name, area in areas.items() if area.width > 500)


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
