"""Lines over time or over a column: several series, a second axis, thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from situationroom.panel import (
    ABOUT,
    Column,
    Curve,
    FeedName,
    Figure,
    Label,
    Line,
    Panel,
    PanelOptions,
    Row,
    Seconds,
    Spec,
    Threshold,
    View,
    Words,
    chart,
    clipped,
    figure_for,
    figure_of,
    first_figures,
    growth,
    line,
    lines,
    missing,
    newest_growth,
    notice,
    printable,
    summed,
    time_ticks,
    times_of,
    uncounted,
    usual_gap,
    writer,
)

Points = Sequence[tuple[float, float]]
Axis = Literal["left", "right"]

_MOST_CURVES = 12
_MOST_KEYS = 60
_STYLES = 8
_TICK_CELLS = 11


class Series(Spec):
    """One line."""

    feed: FeedName | None = Field(None, description="its feed; the panel's by default")
    column: Column = Field(description="the column drawn")
    key: Words = Field((), description="the key of the row drawn; all rows added up by default")
    title: Label = Field("", description="its name in the legend; the column's name by default")
    axis: Axis = Field("left", description="the ruler it is measured by")
    rate: Seconds | None = Field(None, description="draw how much the counter grew in this time")


class Limit(Spec):
    """A level line."""

    value: float = Field(description="where it is drawn")
    title: Label = Field("", description="its words in the legend")
    axis: Axis = Field("left", description="the ruler it is measured by")
    level: Literal["goal", "warning", "critical"] = Field("goal", description="how it looks")


class ChartOptions(PanelOptions):
    """Lines over the last ``window``, or over the column ``x`` of the rows."""

    series: tuple[Series, ...] = Field((), description="the lines")
    column: Column | None = Field(None, description="instead of series: the one column drawn")
    by: Column | None = Field(None, description="with column: one line for every value of this column")
    x: Column | None = Field(None, description="draw the rows over this column instead of time")
    figure_x: Figure | None = Field(
        None, description="how the x are written; moments and times of day are known as such without it"
    )
    window: Seconds = Field(3_600.0, description="how far back time goes")
    rate: Seconds | None = Field(None, description="draw how much counters grew in this time, such as 60s")
    figure: Figure = Field("big", description="how figures of the left ruler are written")
    figure_right: Figure = Field("big", description="how figures of the right ruler are written")
    unit: Label = Field("", description="the unit of the left ruler's figures, in the legend")
    unit_right: Label = Field("", description="the unit of the right ruler's figures, in the legend")
    thresholds: tuple[Limit, ...] = Field((), description="level lines")
    from_zero: bool = Field(True, description="rulers begin at zero")
    legend: bool = Field(True, description="names and newest figures above the plot")


class Chart(Panel[ChartOptions]):
    """Lines in braille dots."""

    TYPE = "chart"
    Options = ChartOptions
    SCROLLS = False
    LINES = 10

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        """The chart in the whole of ``width`` × ``height``."""
        chosen = self._series(view)
        feeds = dict.fromkeys(each.feed for each in chosen) or {None: None}
        for feed in feeds:
            names = [each.column for each in chosen if each.feed == feed]
            absent = missing(
                view, [*names, *((self.options.by, self.options.x) if feed is None else ())], feed
            )
            if absent:
                return lines([clipped(each.text, width) for each in absent])
        if (
            not chosen
            or (self.options.x and notice(view))
            or all(view.reading(feed) is None for feed in feeds)
        ):
            said = notice(view, next(iter(feeds))) or [line((view.say("panels.no_figures"), "muted"))]
            return lines([clipped(each.text, width) for each in said])
        odd = [
            clipped(each.text, width)
            for feed in feeds
            for each in uncounted(view, [series.column for series in chosen if series.feed == feed], feed)
        ]
        return [*lines(odd), *self._drawn(view, chosen, width, height - len(odd))]

    def _drawn(self, view: View, chosen: Sequence[Series], width: int, height: int) -> Sequence[Line]:
        if self.options.x:
            curves, span, ticks = self._over_column(view, chosen, self.options.x, width)
        else:
            curves, span, ticks = self._over_time(view, chosen, width)
        options = self.options
        drawn = chart(
            curves,
            span,
            width,
            height,
            write=writer(self._figure(view, chosen, "left"), view.lang),
            write_right=writer(self._figure(view, chosen, "right"), view.lang),
            ticks=ticks,
            thresholds=[_threshold(each) for each in options.thresholds],
            from_zero=options.from_zero,
        )
        return lines(drawn)

    def _figure(self, view: View, chosen: Sequence[Series], axis: Axis) -> Figure:
        """How the figures of a ruler are written: as lengths of time where all its lines are such."""
        figure = self.options.figure if axis == "left" else self.options.figure_right
        ruled = [each for each in chosen if each.axis == axis]
        found = {figure_for(view, each.column, figure, each.feed) for each in ruled}
        return found.pop() if len(found) == 1 else figure

    def _series(self, view: View) -> list[Series]:
        """The lines asked for; for ``by`` one is made for every value, its key being found when drawn."""
        options = self.options
        if options.series:
            return list(options.series[:_MOST_CURVES])
        column = options.column or first_figures(view)
        if column is None:
            return []
        if options.by is None:
            return [Series(column=column)]
        values = dict.fromkeys(str(row.get(options.by)) for row in view.rows())
        return [Series(column=column, title=value) for value in list(values)[:_MOST_CURVES]]

    def _over_time(
        self, view: View, chosen: Sequence[Series], width: int
    ) -> tuple[list[Curve], tuple[float, float], list[tuple[float, str]]]:
        now, window = view.now, self.options.window
        start = datetime.fromtimestamp(now.timestamp() - window, now.tzinfo)
        curves: list[Curve] = []
        for place, each in enumerate(chosen):
            rate = each.rate or self.options.rate
            points = self._history(view, each, window + (rate or 0.0))
            measured = True
            if rate is not None:
                newest = newest_growth(points, rate)
                measured = newest is None or newest.measured
                points = growth(points, rate)
            curves.append(self._curve(view, place, each, points, usual_gap(points), measured))
        ticks = time_ticks(start, now, max(1, width // _TICK_CELLS))
        return curves, (start.timestamp(), now.timestamp()), ticks

    def _history(self, view: View, each: Series, window: float) -> Points:
        """A line's points over time: one row's, a group's added up, or all rows'."""
        by = self.options.by
        if each.key:
            return view.series(each.column, each.key, window, each.feed)
        if by is None or self.options.series:
            return view.series(each.column, None, window, each.feed)
        keys = dict.fromkeys(view.key(row) for row in view.rows() if str(row.get(by)) == each.title)
        return summed([view.series(each.column, key, window) for key in list(keys)[:_MOST_KEYS]])

    def _over_column(
        self, view: View, chosen: Sequence[Series], x: str, width: int
    ) -> tuple[list[Curve], tuple[float, float], list[tuple[float, str]]]:
        """The rows' figures over their ``x``: moments, figures, or words in the order of the rows."""
        rows = view.rows()[:5_000]
        places, ticks = self._places(view, rows, x, width)
        curves: list[Curve] = []
        for place, each in enumerate(chosen):
            points = sorted(
                (at, figure)
                for at, row in zip(places, rows, strict=True)
                if at is not None
                and (figure := figure_of(row.get(each.column))) is not None
                and self._belongs(view, row, each)
            )
            curves.append(self._curve(view, place, each, _merged(points), float("inf")))
        known = [at for at in places if at is not None]
        span = (min(known), max(known)) if known else (0.0, 1.0)
        return curves, span, ticks

    def _places(
        self, view: View, rows: Sequence[Row], x: str, width: int
    ) -> tuple[Sequence[float | None], list[tuple[float, str]]]:
        """Where each row stands on the x axis, and the words below it."""
        values = [row.get(x) for row in rows]
        count = max(1, width // _TICK_CELLS)
        feed = view.feed()
        figure = self.options.figure_x or (view.heading(x, feed.name).figure if feed else None)
        times = times_of(values, view.now.tzinfo, told=figure == "time") if figure in (None, "time") else None
        if times is not None:
            known = [datetime.fromtimestamp(at, times.zone) for at in times.at if at is not None]
            today = view.now.date()
            ends = (min(known), max(known)) if known else None
            return times.at, time_ticks(*ends, count, today=today, dated=times.dated) if ends else []
        figures = [figure_of(value) for value in values]
        if any(each is not None for each in figures):
            seen = sorted({each for each in figures if each is not None})
            step = max(1, len(seen) // count)
            return figures, [(each, view.cell(each, figure or "number")) for each in seen[::step]]
        order: dict[str, float] = {}
        for value in values:
            order.setdefault(view.cell(value), float(len(order)))
        step = max(1, len(order) // count)
        words = [(at, word) for word, at in order.items()]
        return [order[view.cell(value)] for value in values], words[::step]

    def _belongs(self, view: View, row: Row, each: Series) -> bool:
        by = self.options.by
        if each.key:
            return view.key(row, each.feed) == each.key
        return by is None or bool(self.options.series) or str(row.get(by)) == each.title

    def _curve(
        self, view: View, place: int, each: Series, points: Points, gap: float, measured: bool = True
    ) -> Curve:
        options = self.options
        figure = options.figure if each.axis == "left" else options.figure_right
        figure = figure_for(view, each.column, figure, each.feed)
        unit = options.unit if each.axis == "left" else options.unit_right
        title = printable(each.title or " · ".join(each.key) or each.column)
        rate = each.rate or options.rate
        newest = points[-1][1] if points else None
        if newest is not None and rate is not None and figure in ("big", "number"):
            newest = float(round(newest))
        shown = view.cell(newest, figure, printable(unit)) if options.legend else ""
        return Curve(
            title=title if options.legend else "",
            points=points,
            style=f"series{place % _STYLES + 1}",
            axis=each.axis,
            shown=shown if measured or not shown else f"{ABOUT} {shown}",
            gap=gap,
        )


def _merged(points: Points) -> Points:
    """Rows that share a place on the axis, added up."""
    totals: dict[float, float] = {}
    for at, figure in points:
        totals[at] = totals.get(at, 0.0) + figure
    return list(totals.items())


def _threshold(limit: Limit) -> Threshold:
    style = "threshold" if limit.level == "goal" else limit.level
    words = printable(limit.title) or f"{limit.value:,g}"
    return Threshold(limit.value, words, style, limit.axis)
