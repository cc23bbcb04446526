"""Line charts: our braille lines with a legend above, figures beside and times below them.

From the top: one line of legend, the plot with a ruler of figures on its left (and one on its right
where a curve asks for it), one line of times. What does not fit is left out, the plot last of all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.text import Text

from situationroom.formats import fit
from situationroom.formats import width as cells
from situationroom.paint.braille import Braille
from situationroom.paint.scales import Scale, Tick, Write, scale
from situationroom.paint.series import Points
from situationroom.paint.texts import Run, clipped, joined, run_cells

Side = Literal["left", "right"]

_LINE = "━"
_RULE = "┄"
_LEAST_PLOT = 12
"""Cells a plot needs beside a ruler."""
_FIGURE_CELLS = 6
"""Cells kept for a figure of a legend or a ruler, so that nothing jumps when it grows."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One line.

    Attributes:
        title: its name in the legend, already safe to show.
        points: x and y, in order of x.
        style: its style's name.
        axis: the ruler it is measured by.
        shown: its newest figure, for the legend.
        gap: a step of x wider than this breaks the line.

    """

    title: str
    points: Points
    style: str = "series1"
    axis: Side = "left"
    shown: str = ""
    gap: float = math.inf


@dataclass(frozen=True, slots=True)
class Threshold:
    """A dotted level line with its words in the legend."""

    value: float
    title: str
    style: str = "threshold"
    axis: Side = "left"


def chart(
    curves: Sequence[Curve],
    span: tuple[float, float],
    width: int,
    height: int,
    *,
    write: Write,
    write_right: Write | None = None,
    ticks: Sequence[Tick] = (),
    thresholds: Sequence[Threshold] = (),
    from_zero: bool = True,
) -> list[Text]:
    """The chart in ``height`` lines of at most ``width`` cells.

    ``span`` is the range of x, ``ticks`` the words below it; ``write`` and ``write_right`` write the figures
    of the two rulers.
    """
    if width < 1 or height < 1:
        return []
    legend = height >= 4 and (bool(thresholds) or any(curve.title for curve in curves))
    times = height >= 3 and bool(ticks)
    rows = height - legend - times
    left = _scale("left", curves, thresholds, rows, write, from_zero)
    right = _scale("right", curves, thresholds, rows, write_right or write, from_zero)
    has_right = any(curve.axis == "right" for curve in curves)
    left_width, right_width = _ruler_width(left), _ruler_width(right) if has_right else 0
    if width - left_width - right_width < _LEAST_PLOT:
        right_width = 0
    if width - left_width < _LEAST_PLOT:
        left_width = 0
    plot = width - left_width - right_width
    canvas = Braille(plot, rows, span)
    styles = ["", *(each.style for each in thresholds), *(each.style for each in curves)][:256]
    for ink, threshold in enumerate(thresholds, 1):
        canvas.rule(threshold.value, (left if threshold.axis == "left" else right).span, min(ink, 255))
    for ink, curve in enumerate(curves, 1 + len(thresholds)):
        canvas.line(curve.points, (left if curve.axis == "left" else right).span, min(ink, 255), curve.gap)
    left_ruler = _ruler(left, canvas, left_width, "left")
    right_ruler = _ruler(right, canvas, right_width, "right")
    lines = [joined(*left_ruler[row], *canvas.runs(row, styles), *right_ruler[row]) for row in range(rows)]
    if legend:
        lines.insert(0, _legend(curves, thresholds, left_width, width))
    if times:
        lines.append(joined((" " * left_width, ""), (_tick_line(ticks, span, plot), "muted")))
    return lines


def _scale(
    side: Side,
    curves: Sequence[Curve],
    thresholds: Sequence[Threshold],
    rows: int,
    write: Write,
    from_zero: bool,
) -> Scale:
    """The scale that holds every curve and threshold measured by one ruler."""
    extremes: list[float] = [each.value for each in thresholds if each.axis == side]
    for curve in curves:
        if curve.axis == side and curve.points:
            figures = [point[1] for point in curve.points if math.isfinite(point[1])]
            if figures:
                extremes += (min(figures), max(figures))
    return scale(extremes, min(6, max(2, rows // 3 + 1)), write, from_zero=from_zero)


def _ruler_width(side: Scale) -> int:
    return max(_FIGURE_CELLS, *(cells(shown) for _, shown in side.ticks)) + 2


def _ruler(side: Scale, canvas: Braille, width: int, where: Side) -> list[list[Run]]:
    """The runs of a ruler's rows; empty ones for a width of 0."""
    if width == 0:
        return [[] for _ in range(canvas.height)]
    shown: dict[int, str] = {}
    for figure, words in reversed(side.ticks):
        shown.setdefault(canvas.cell_row(figure, side.span), words)
    runs: list[list[Run]] = []
    for row in range(canvas.height):
        words = shown.get(row, "")
        if where == "left":
            runs.append([(fit(words, width - 2, "right"), "muted"), (" ┤" if words else " │", "axis")])
        else:
            runs.append([("├ " if words else "│ ", "axis"), (fit(words, width - 2), "muted")])
    return runs


def _legend(curves: Sequence[Curve], thresholds: Sequence[Threshold], indent: int, width: int) -> Text:
    """The names of the lines with their newest figures; how many more there are where not all fit."""
    entries: list[list[Run]] = [_entry(curve) for curve in curves if curve.title or curve.shown]
    entries += [[(_RULE * 2 + " ", each.style), (each.title, "muted")] for each in thresholds]
    taken = sum(run_cells(entry) for entry in entries) + 3 * (len(entries) - 1)
    runs: list[Run] = [(" " * indent, "")] if indent + taken <= width else []
    room = width - run_cells(runs)
    for place, entry in enumerate(entries):
        gap: list[Run] = [("   ", "")] if place else []
        more = f" +{len(entries) - place}"
        reserve = 0 if place == len(entries) - 1 else len(more)
        if place and run_cells([*gap, *entry]) + reserve > room:
            runs.append((more, "muted"))
            break
        runs += [*gap, *entry]
        room -= run_cells([*gap, *entry])
    return clipped(joined(*runs), width)


def _entry(curve: Curve) -> list[Run]:
    figure = fit(curve.shown, max(_FIGURE_CELLS, cells(curve.shown)), "right") if curve.shown else ""
    return [(_LINE * 2 + " ", curve.style), (curve.title, ""), (f" {figure}" if figure else "", "strong")]


def _tick_line(ticks: Sequence[Tick], span: tuple[float, float], width: int) -> str:
    """Words centred below their places, as many as fit without touching."""
    line = ""
    taken = 0
    length = span[1] - span[0]
    for at, words in ticks:
        shown = fit(words, min(cells(words), width))
        share = (at - span[0]) / length if length > 0 else 0.5
        place = round(share * (width - 1)) - (cells(shown) - 1) // 2
        place = max(0, min(width - cells(shown), place))
        if taken and place <= taken:
            continue
        line += " " * (place - taken) + shown
        taken = place + cells(shown)
    return line
