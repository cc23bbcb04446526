"""Figures written at the ends of drawn bars: what a bar is worth is read, not guessed from a ruler."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.text import Text

from situationroom.formats import width as cells
from situationroom.paint.scales import Write
from situationroom.paint.texts import joined

Cell = tuple[str, str]
"""A character with its style; the second cell of a wide one is empty."""

Place = tuple[int, int]
"""Column and row."""

_EDGES = frozenset("│┤")


def with_values(
    lines: Sequence[Text],
    values: Sequence[Sequence[float]],
    ways: Sequence[Write],
    *,
    lying: bool,
    margin: float,
) -> list[Text]:
    """The lines of a bar plot with figures above its bars, or behind lying ones, where nothing stands yet.

    ``values[group][place]``; ``ways`` write one, the best first: the first that fits is taken, and nothing
    written where none does. Bars are found by their ink, ``series1`` for the first group, and belong to the
    place they stand at: the first is 1, the plot reaches ``margin`` beyond the first and the last. Where bars
    run into each other, no figure of their group is written, rather than one at a wrong bar.
    """
    grid = [_cells(line) for line in lines]
    body = [y for y, row in enumerate(grid) if row and row[-1][0] in _EDGES]
    if not body:
        return list(lines)
    left = max(x for x, (char, _) in enumerate(grid[body[0]][:-1]) if char in _EDGES) + 1
    plot = range(left, len(grid[body[0]]) - 1)
    for group, own in enumerate(values):
        style = f"series{group % 8 + 1}"
        ink = [(x, y) for y in body for x in plot if grid[y][x][1] == style]
        bars = _bars(ink, lying=lying)
        across = range(body[0], body[-1] + 1) if lying else plot
        places = [_place(bar, across, len(own), margin, lying=lying) for bar in bars]
        if None in places or len(set(places)) < len(places):
            continue
        for bar, place in zip(bars, places, strict=True):
            if place is not None:
                _write(grid, bar, [way(own[place]) for way in ways], plot, lying=lying)
    return [_text(row) for row in grid]


def _bars(ink: Sequence[Place], *, lying: bool) -> list[list[Place]]:
    """The cells of one ink, bar by bar: what is drawn without a gap, in the order of the labels."""
    bars: list[list[Place]] = []
    before = None
    for at in sorted({place[lying] for place in ink}):
        if before is None or at > before + 1:
            bars.append([])
        bars[-1] += [place for place in ink if place[lying] == at]
        before = at
    return bars


def _place(bar: Sequence[Place], across: range, count: int, margin: float, *, lying: bool) -> int | None:
    """The place, from 0, whose bars stand nearest; None for what reaches over more than one."""
    ends = [min(place[lying] for place in bar), max(place[lying] for place in bar) + 1]
    scale = (count - 1 + 2 * margin) / len(across)
    first, last = ((end - across.start) * scale - margin for end in ends)
    place = round((first + last) / 2)
    return place if 0 <= place < count and last - first <= 1 else None


def _write(
    grid: list[list[Cell]], bar: Sequence[Place], ways: Sequence[str], plot: range, *, lying: bool
) -> None:
    """Write a bar's figure beside its end, if it fits between what stands there already."""
    for words in ways:
        size = cells(words)
        if lying:
            rows = sorted({y for _, y in bar})
            y = rows[(len(rows) - 1) // 2]
            x = max(at for at, row in bar if row == y) + 2
        else:
            y = min(row for _, row in bar) - 1
            columns = [at for at, _ in bar]
            x = (min(columns) + max(columns) + 1 - size + 1) // 2
            x = max(plot.start, min(x, plot.stop - size))
        if y < 0 or x < plot.start or x + size > plot.stop:
            continue
        room = grid[y][max(plot.start, x - 1) : min(plot.stop, x + size + 1)]
        if all(char == " " for char, _ in room):
            grid[y][x : x + size] = _cells(joined((words, "strong")))
            return


def _cells(line: Text) -> list[Cell]:
    """A line cell by cell."""
    styles = [""] * len(line.plain)
    for span in line.spans:
        styles[span.start : span.end] = [str(span.style)] * (min(span.end, len(styles)) - span.start)
    row: list[Cell] = []
    for char, style in zip(line.plain, styles, strict=True):
        row.append((char, style))
        row += [("", style)] * (cells(char) - 1)
    return row


def _text(row: Sequence[Cell]) -> Text:
    runs = groupby(row, key=lambda cell: cell[1])
    return joined(*(("".join(char for char, _ in part), style) for style, part in runs))
