"""A series in one line of blocks: ``▁▂▅▇``."""

from __future__ import annotations

import math

from situationroom.paint.series import Points, usual_gap

_BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(points: Points, width: int, span: tuple[float, float], top: float = 0.0) -> str:
    """The series over ``span`` (from, to in seconds since the epoch) in exactly ``width`` cells.

    Each cell shows the highest figure of its time, from zero upwards; a cell without one repeats the cell
    before it unless the series has a gap there. Where there is nothing yet, there are spaces. Several
    series are drawn to one scale by giving each the ``top`` of all.
    """
    start, end = span
    if width <= 0 or end <= start:
        return " " * max(0, width)
    per_cell = (end - start) / width
    cells: list[float | None] = [None] * width
    for at, value in points:
        place = int((at - start) / per_cell)
        if start <= at <= end and math.isfinite(value):
            place = min(place, width - 1)
            known = cells[place]
            cells[place] = value if known is None else max(known, value)
    known_cells = [value for value in cells if value is not None]
    if not known_cells:
        return " " * width
    low = min(0.0, *known_cells)
    height = max(0.0, top, *known_cells) - low
    return "".join(
        " " if value is None else _block(value, low, height)
        for value in _carried(cells, math.ceil(usual_gap(points) / per_cell) if len(points) > 1 else 1)
    )


def _block(value: float, low: float, height: float) -> str:
    share = (value - low) / height if 0 < height < math.inf else 0.0
    return _BLOCKS[min(7, max(0, round(share * 7)))]


def _carried(cells: list[float | None], longest: float) -> list[float | None]:
    """Empty cells between two known ones take the earlier one's figure, for at most ``longest`` cells."""
    filled = list(cells)
    last: int | None = None
    for place, value in enumerate(cells):
        if value is None:
            continue
        if last is not None and place - last <= longest:
            filled[last + 1 : place] = [cells[last]] * (place - last - 1)
        last = place
    return filled
