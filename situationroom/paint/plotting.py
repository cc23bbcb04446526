"""Bars, histograms, boxes and scatters by plotext, whose figure is one for the whole process.

:func:`plotted` clears it, draws, takes the result and clears it again without ever giving way, so that no
two plots meet. plotext is imported when the first plot is painted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Literal

from rich.style import Style
from rich.text import Text

from situationroom.formats import fit, printable
from situationroom.formats import width as cells
from situationroom.paint.barvalues import with_values
from situationroom.paint.scales import Scale, Tick, Write, scale
from situationroom.paint.texts import clipped, joined

Kind = Literal["bars", "histogram", "box", "scatter"]

_SERIES = 8
_BAR = 0.6
"""How much of the way from one place to the next its bars take."""
_MARGIN = 0.4
"""How far the plot reaches beyond the first place and the last."""
_FIRST_INK = 101
"""plotext is told 256-colour numbers from here on; they come back as ``series1`` … ``series8``."""
_LEAST_WIDTH, _LEAST_HEIGHT = 16, 5
_LONGEST_LABEL = 20
_LARGEST = 1e300
_LEAST_CLASS = 1e-9
"""A class of a histogram is at least this share of the figures' size: narrower ones cannot be told apart."""
_FRAME = frozenset("─│┌┐└┘├┤┬┴┼")


@dataclass(frozen=True, slots=True)
class Group:
    """One set of figures.

    ``ys`` are the heights of the bars, the figures counted or boxed, or the y of a scatter, whose ``xs``
    are its x; ``labels`` name the bars.
    """

    title: str
    ys: Sequence[float]
    xs: Sequence[float] = ()
    labels: Sequence[str] = ()


def plotted(
    kind: Kind,
    groups: Sequence[Group],
    width: int,
    height: int,
    *,
    write: Write,
    write_x: Write | None = None,
    ticks_x: Callable[[float, float], Sequence[Tick]] | None = None,
    tell: Write | None = None,
    bins: int = 12,
    horizontal: bool = False,
) -> list[Text]:
    """The plot in exactly ``height`` lines of ``width`` cells; nothing where it is too small to be read.

    ``write`` writes the figures along an axis, ``write_x`` those of a scatter's x, ``tell`` a bar's own.
    ``ticks_x`` makes the ticks of a scatter's x that is no ruler of figures, from its ends.
    """
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return []
    groups = [_finite(group) for group in groups[:_SERIES]]
    if not any(group.ys for group in groups):
        return []
    import plotext  # 60 ms, and only rooms with a plot need it

    look = _Look(width, height, write, write_x or write, ticks_x, tell or write, max(1, bins), horizontal)
    figure = plotext.figure
    figure.clear()
    try:
        figure.theme("clear")
        figure.canvas("default")
        plotext.terminal.limit(False, False)  # a panel's size, not the terminal's: there may be none
        figure.plot_size(width, height)
        _DRAW[kind](figure, groups, look)
        built = str(figure.build())
    finally:
        figure.clear()
    lines = [_recoloured(line, width) for line in Text.from_ansi(built).split()][:height]
    if kind == "bars" and not (horizontal and len(groups) == 1):
        values = [group.ys for group in groups]
        return with_values(lines, values, (look.tell, write), lying=horizontal, margin=_MARGIN)
    return lines


@dataclass(frozen=True, slots=True)
class _Look:
    """How a plot is drawn: its size and what its axes say."""

    width: int
    height: int
    write: Write
    write_x: Write
    ticks_x: Callable[[float, float], Sequence[Tick]] | None
    tell: Write
    bins: int
    horizontal: bool


def _bars(figure: Any, groups: Sequence[Group], look: _Look) -> None:
    """Bars side by side, one a group; a lying bar has its figure beside its label, the first on top."""
    labels = [_label(label, look) for label in groups[0].labels]
    heights = [list(group.ys) for group in groups]
    figures = [y for ys in heights for y in ys]
    if look.horizontal:
        if len(groups) == 1:
            written = [look.tell(y) for y in heights[0]]
            widest = max(map(cells, written))
            labels = [f"{label} {fit(y, widest, 'right')}" for label, y in zip(labels, written, strict=True)]
        labels, heights = labels[::-1], [ys[::-1] for ys in heights]
    places = list(range(1, len(labels) + 1))
    bars = figure.bar(
        places,
        heights,
        marker=[_marker("█", group) for group in range(len(groups))],
        orientation="horizontal" if look.horizontal else "vertical",
        width=_BAR,
    )
    figure.draw(bars)
    count = look.width // 12 if look.horizontal else look.height // 3
    room = max(figures) * (
        10 / look.width if look.horizontal else 1.5 / look.height
    )  # for the figures themselves
    _rule(
        figure, 0 if look.horizontal else 1, scale([*figures, max(figures) + room], max(2, count), look.write)
    )
    figure.ruler(1 if look.horizontal else 0, 0).lim(1 - _MARGIN, len(labels) + _MARGIN)
    _name(figure, 1 if look.horizontal else 0, places, labels)


def _histogram(figure: Any, groups: Sequence[Group], look: _Look) -> None:
    """How often figures fall between two: counts upwards, the figures to the right."""
    figures = [y for group in groups for y in group.ys]
    low, high = min(figures), max(figures)
    size = max((high - low) / look.bins, abs(low) * _LEAST_CLASS) or 1.0
    centres = [low + (place + 0.5) * size for place in range(look.bins)]
    most = 0
    for place, group in enumerate(groups):
        counts = [0] * look.bins
        for y in group.ys:
            counts[min(look.bins - 1, int((y - low) / size))] += 1
        most = max(most, *counts)
        figure.draw(figure.bar(centres, counts, marker=_marker("█", place), width=1))
    _rule(figure, 1, scale([most], max(2, look.height // 3), look.tell, whole=True))
    figure.ruler(0, 0).lim(low, low + size * look.bins)
    across = scale((low, low + size * look.bins), max(2, look.width // 14), look.write, from_zero=False)
    inside = [tick for tick in across.ticks if low <= tick[0] <= low + size * look.bins]
    _name(figure, 0, [at for at, _ in inside], [words for _, words in inside])


def _boxes(figure: Any, groups: Sequence[Group], look: _Look) -> None:
    """Median, quartiles and extremes of every group."""
    filled = [group for group in groups if group.ys]
    for place, group in enumerate(filled):
        figure.draw(figure.box([place + 1], [list(group.ys)], marker=_marker("█", place), width=0.5))
    figures = [y for group in filled for y in group.ys]
    _rule(figure, 1, scale(figures, max(2, look.height // 3), look.write))
    places = list(range(1, len(filled) + 1))
    figure.ruler(0, 0).lim(0.4, len(filled) + 0.6)
    _name(figure, 0, places, [_label(group.title, look) for group in filled])


def _scatter(figure: Any, groups: Sequence[Group], look: _Look) -> None:
    """A dot for every pair of figures."""
    for place, group in enumerate(groups):
        if group.ys:
            dots = figure.signal(list(group.xs), list(group.ys), marker=_marker("braille", place))
            figure.draw(dots.lines(False))
    ys = [y for group in groups for y in group.ys]
    xs = [x for group in groups for x in group.xs]
    _rule(figure, 1, scale(ys, max(2, look.height // 3), look.write))
    _rule(figure, 0, _across(min(xs), max(xs), look))


def _across(low: float, high: float, look: _Look) -> Scale:
    """The x of a scatter; the ends of one with ticks of its own are its first and last dot."""
    if look.ticks_x is None:
        return scale((low, high), max(2, look.width // 14), look.write_x, from_zero=False)
    room = (high - low) / look.width or 1.0
    return Scale(low - room, high + room, tuple(look.ticks_x(low, high)))


_DRAW: Mapping[Kind, Callable[[Any, Sequence[Group], _Look], None]] = MappingProxyType(
    {"bars": _bars, "histogram": _histogram, "box": _boxes, "scatter": _scatter}
)


def _rule(figure: Any, axis: int, side: Scale) -> None:
    """Give an axis our range and our figures."""
    ruler = figure.ruler(axis, 0)
    ruler.lim(side.low, side.high)
    ruler.ticks([at for at, _ in side.ticks], [words for _, words in side.ticks])


def _name(figure: Any, axis: int, places: Sequence[float], words: Sequence[str]) -> None:
    figure.ruler(axis, 0).ticks(list(places), list(words))


def _marker(symbol: str, group: int) -> Any:
    import plotext

    return plotext.marker(symbol, plotext.pixel(foreground=_FIRST_INK + group))


def _label(shown: str, look: _Look) -> str:
    """A safe label short enough to leave the plot its room."""
    safe = printable(shown)
    room = min(_LONGEST_LABEL, look.width // 3)
    return fit(safe, room).rstrip() if cells(safe) > room else safe


def _finite(group: Group) -> Group:
    """The group without figures that are none, its labels and x kept in step."""
    good = [place for place, y in enumerate(group.ys) if abs(y) < _LARGEST]
    if group.xs:
        good = [place for place in good if abs(group.xs[place]) < _LARGEST]
    return Group(
        group.title,
        [group.ys[place] for place in good],
        [group.xs[place] for place in good] if group.xs else (),
        [group.labels[place] for place in good] if group.labels else (),
    )


def _recoloured(line: Text, width: int) -> Text:
    """A line of plotext's in our styles: its numbered inks are series, the rest is frame and words."""
    runs = []
    ends = sorted({0, len(line.plain), *(edge for span in line.spans for edge in (span.start, span.end))})
    for start, end in pairwise(ends):
        style = "axis"
        for span in line.spans:
            if span.start <= start and end <= span.end and isinstance(span.style, Style):
                style = _series_style(span.style) or style
        part = line.plain[start:end]
        words = style == "axis" and not set(part) & _FRAME
        runs.append((part, "muted" if words else style))
    return clipped(joined(*runs), width)


def _series_style(style: Style) -> str | None:
    for colour, words in ((style.color, "series{}"), (style.bgcolor, "reverse series{}")):
        number = colour.number if colour else None
        if number is not None and _FIRST_INK <= number < _FIRST_INK + _SERIES:
            return words.format(number - _FIRST_INK + 1)
    return None
