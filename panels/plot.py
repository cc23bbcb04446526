"""Bars, histograms, boxes and scatters of the newest rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from situationroom.formats import key_text
from situationroom.panel import (
    Column,
    Figure,
    Group,
    Line,
    Panel,
    PanelOptions,
    Places,
    Row,
    View,
    Words,
    clipped,
    figure_for,
    figure_of,
    line,
    lines,
    missing,
    notice,
    plotted,
    printable,
    time_ticks,
    times_of,
    uncounted,
    writer,
)

_MOST_BARS = 60
_MOST_FIGURES = 5_000
_LEAST = (16, 5)


class PlotOptions(PanelOptions):
    """What is plotted, and how."""

    kind: Literal["bars", "histogram", "box", "scatter"] = Field("bars", description="the kind of plot")
    value: Column = Field(
        description="the figures: heights of bars, what is counted or boxed, y of a scatter"
    )
    x: Column | None = Field(None, description="the labels of bars, or x of a scatter; the key by default")
    by: Column | None = Field(None, description="one group for every value of this column")
    horizontal: bool | None = Field(None, description="bars lie; by default where they would be narrow")
    bins: int = Field(12, ge=2, le=100, description="classes of a histogram")
    figure: Figure = Field("big", description="how figures are written")
    groups: Words = Field((), description="only these values of by, in this order")


class Plot(Panel[PlotOptions]):
    """A plot of the newest rows."""

    TYPE = "plot"
    Options = PlotOptions
    SCROLLS = False
    LINES = 12

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        """The plot in the whole of ``width`` × ``height``."""
        options = self.options
        said = notice(view) or missing(view, [options.value, options.x, options.by])
        if said:
            return lines([clipped(each.text, width) for each in said])
        odd = [clipped(each.text, width) for each in uncounted(view, [options.value])]
        return [*lines(odd), *self._plotted(view, width, height - len(odd))]

    def _plotted(self, view: View, width: int, height: int) -> Sequence[Line]:
        options = self.options
        rows = [row for row in view.rows()[:_MOST_FIGURES] if view.matches(row)]
        times = self._times(view, rows)
        groups = self._groups(view, rows if times is None else _timed(rows, options.x or "", times))
        if not any(group.ys for group in groups):
            return lines([clipped(line((view.say("panels.no_figures"), "muted")).text, width)])
        if width < _LEAST[0] or height < _LEAST[1]:
            return lines([clipped(line((view.say("panels.too_small"), "muted")).text, width)])
        named = [group for group in groups if group.title] if options.kind != "box" else []
        legend = [_legend(named, width)] if len(named) > 1 and height > _LEAST[1] else []
        figure = figure_for(view, options.value, options.figure)
        written = writer(figure, view.lang)
        texts = plotted(
            options.kind,
            groups,
            width,
            height - len(legend),
            write=written,
            ticks_x=_ticks(view, times, width) if times else None,
            tell=lambda y: view.cell(y, figure),
            bins=options.bins,
            horizontal=self._lies(groups, width),
        )
        return [*legend, *lines(texts)]

    def _times(self, view: View, rows: Sequence[Row]) -> Places | None:
        """Where a scatter's rows stand in time, if its x is one."""
        x = self.options.x
        if self.options.kind != "scatter" or x is None:
            return None
        return times_of([row.get(x) for row in rows], view.now.tzinfo)

    def _lies(self, groups: Sequence[Group], width: int) -> bool:
        if self.options.horizontal is not None:
            return self.options.horizontal
        longest = max((len(label) for group in groups for label in group.labels), default=0)
        return len(groups) == 1 and len(groups[0].labels) * (longest * 2 + 2) > width

    def _groups(self, view: View, rows: Sequence[Row]) -> list[Group]:
        by = self.options.by
        if by is None:
            return [self._group(view, "", rows)]
        found = self.options.groups or tuple(dict.fromkeys(str(row.get(by)) for row in rows))
        split = [(name, [row for row in rows if str(row.get(by)) == name]) for name in found[:8]]
        if self.options.kind == "bars":
            return self._bars(view, split)
        return [self._group(view, printable(name), members) for name, members in split]

    def _group(self, view: View, title: str, rows: Sequence[Row]) -> Group:
        """One group's figures; rows without a figure are left out."""
        options = self.options
        if options.kind == "bars":
            return self._bars(view, [(title, rows)])[0]
        pairs = [(figure_of(row.get(options.x or "")), figure_of(row.get(options.value))) for row in rows]
        if options.kind == "scatter":
            both = [(x, y) for x, y in pairs if x is not None and y is not None]
            return Group(title, [y for _, y in both], [x for x, _ in both])
        return Group(title, [y for _, y in pairs if y is not None])

    def _bars(self, view: View, split: Sequence[tuple[str, Sequence[Row]]]) -> list[Group]:
        """Groups with a bar for every label any of them has, rows of one label added up."""
        totals: list[dict[str, float]] = []
        labels: dict[str, None] = {}
        for _, rows in split:
            total: dict[str, float] = {}
            for row in rows:
                figure = figure_of(row.get(self.options.value))
                if figure is not None:
                    label = self._label(view, row)
                    total[label] = total.get(label, 0.0) + figure
                    labels[label] = None
            totals.append(total)
        shown = list(labels)[:_MOST_BARS]
        return [
            Group(printable(name), [total.get(label, 0.0) for label in shown], (), shown)
            for (name, _), total in zip(split, totals, strict=True)
        ]

    def _label(self, view: View, row: Row) -> str:
        if self.options.x is not None:
            return view.cell(row.get(self.options.x))
        return key_text(view.key(row))


def _timed(rows: Sequence[Row], x: str, times: Places) -> list[Row]:
    """The rows with their x as seconds since the epoch."""
    return [{**row, x: at} for row, at in zip(rows, times.at, strict=True)]


def _ticks(view: View, times: Places, width: int) -> Callable[[float, float], list[tuple[float, str]]]:
    def ticks(low: float, high: float) -> list[tuple[float, str]]:
        start, end = (datetime.fromtimestamp(at, times.zone) for at in (low, high))
        return time_ticks(start, end, max(1, width // 14), today=view.now.date(), dated=times.dated)

    return ticks


def _legend(groups: Sequence[Group], width: int) -> Line:
    runs = [
        run
        for place, group in enumerate(groups)
        for run in (("━━ ", f"series{place % 8 + 1}"), (group.title + "   ", ""))
    ]
    return Line(clipped(line(*runs).text, width))
