"""Large figures side by side: the value, what it gained in the last minute, its trend, a comparison."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from pydantic import Field

from situationroom.formats import number, percent
from situationroom.panel import (
    ABOUT,
    LEVEL_MARKS,
    BigFigure,
    Column,
    FeedName,
    Figure,
    Label,
    Level,
    Line,
    Panel,
    PanelOptions,
    Row,
    Run,
    Seconds,
    Spec,
    View,
    change,
    clipped,
    exact_figure,
    figure_for,
    first_figures,
    growth,
    level_style,
    line,
    lines,
    missing,
    notice,
    printable,
    slots,
    summed,
    uncounted,
    writer,
)

Total = Literal["sum", "max", "last", "avg"]
Trend = Literal["growth", "value", "none"]

_MOST_FIGURES = 24
_MINUTE = 60.0
_SHORT_FROM = 10_000


class Compare(Spec):
    """What a figure is held against: a column, or a fixed value."""

    feed: FeedName | None = Field(None, description="the feed of the column; the figure's own by default")
    column: Column | None = Field(None, description="the column compared with, totalled like the figure")
    value: float | None = Field(None, description="a fixed figure compared with")
    label: Label = Field("", description="said before the difference")


class Item(Spec):
    """One figure."""

    feed: FeedName | None = Field(None, description="its feed; the panel's by default")
    value: Column = Field(description="the column shown")
    label: Label = Field("", description="its name")
    figure: Figure = Field("big", description="how it is written")
    unit: Label = Field("", description="its unit, such as 건")
    total: Total = Field("sum", description="how several rows become one figure: sum, max, last or avg")
    where: Mapping[Column, str] = Field(default_factory=dict, description="only rows with these values")
    per_minute: Column | None = Field(None, description="the column with its gain a minute")
    compare: Compare | None = Field(None, description="what it is held against")


class FiguresOptions(PanelOptions):
    """One figure by ``value``, one for every value of ``by``, or several by ``items``."""

    value: Column | None = Field(None, description="the column shown; the first of figures by default")
    by: Column | None = Field(None, description="one figure for every value of this column")
    items: tuple[Item, ...] = Field((), description="several figures, side by side")
    label: Label = Field("", description="the figure's name")
    figure: Figure = Field("big", description="how it is written")
    unit: Label = Field("", description="its unit, such as 건")
    total: Total = Field("sum", description="how several rows become one figure: sum, max, last or avg")
    where: Mapping[Column, str] = Field(default_factory=dict, description="only rows with these values")
    per_minute: Column | None = Field(None, description="the column with its gain a minute")
    compare: Compare | None = Field(None, description="what it is held against")
    delta: bool = Field(True, description="show the gain of the last minute, after `≈` where it is estimated")
    trend: Trend | None = Field(
        None, description="the small line: growth a minute, the value itself, or none; by the figure's kind"
    )
    window: Seconds = Field(1_800.0, description="how far back the small line goes")


class Figures(Panel[FiguresOptions]):
    """Large figures, readable from five metres."""

    TYPE = "figures"
    Options = FiguresOptions
    SCROLLS = False
    LINES = 6

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        """The figures in equal slots, so that one that grows moves no other."""
        items = self._items(view)
        feeds = dict.fromkeys(item.feed for item in items)
        if not items or all(notice(view, feed) for feed in feeds):
            said = notice(view) or [line((view.say("panels.no_figures"), "muted"))]
            return lines([clipped(each.text, width) for each in said])
        absent = [
            clipped(each.text, width)
            for feed in feeds
            for named in ([item.value for item in items if item.feed == feed],)
            for each in (*missing(view, named, feed), *uncounted(view, named, feed))
        ]
        told = {each.feed for each in items if _judged(view, each, _chosen(view.rows(each.feed), each.where))}
        shown = [self._figure(view, item, told) for item in items[:_MOST_FIGURES]]
        room = max(1, height - len(absent))
        return lines([*absent, *slots(shown, width, room, view.now, self.options.window)])

    def lines_wanted(self, view: View) -> int:
        """Enough for every figure, two beside each other."""
        count = len(self._items(view))
        return self.LINES if count < 3 else -(-count // 3) * 4

    def _items(self, view: View) -> list[Item]:
        options = self.options
        if options.items:
            return list(options.items)
        value = options.value or first_figures(view)
        if value is None:
            return []
        names = ("label", "figure", "unit", "total", "where", "per_minute", "compare")
        single = Item(value=value, **{name: getattr(options, name) for name in names})
        if options.by is None:
            return [single]
        found = dict.fromkeys(str(row.get(options.by)) for row in view.rows())
        return [
            single.model_copy(update={"label": name, "where": {**options.where, options.by: name}})
            for name in list(found)[:_MOST_FIGURES]
        ]

    def _figure(self, view: View, item: Item, told: Collection[str | None]) -> BigFigure:
        item = item.model_copy(update={"figure": figure_for(view, item.value, item.figure, item.feed)})
        rows = _chosen(view.rows(item.feed), item.where)
        value = _totalled(rows, item.value, item.total)
        points = self._points(view, item, rows)
        level = _level(view, item, rows, told)
        return BigFigure(
            value=view.cell(value, item.figure),
            short=_short(view, value, item.figure),
            write=writer(item.figure, view.lang),
            label=printable(item.label),
            unit=printable(item.unit),
            mark=LEVEL_MARKS[level] if level else "",
            style=level_style(level) or "strong",
            gain=self._gain(view, item, rows, points) if self.options.delta else "",
            comparison=_compared(view, item, value),
            trend=self._trend(item, points),
            kind=item.figure,
        )

    def _points(self, view: View, item: Item, rows: Sequence[Row]) -> Sequence[tuple[float, float]]:
        """The figure over time; none where a total other than a sum hides several rows."""
        window = self.options.window + _MINUTE
        if not rows or (item.total != "sum" and len(rows) > 1):
            return ()
        if not item.where:
            return view.series(item.value, None, window, item.feed)
        keys = dict.fromkeys(view.key(row, item.feed) for row in rows[:50])
        return summed([view.series(item.value, key, window, item.feed) for key in keys])

    def _gain(
        self, view: View, item: Item, rows: Sequence[Row], points: Sequence[tuple[float, float]]
    ) -> str:
        """What it gained in a minute: measured over one, or marked where it is estimated."""
        measured = True
        if item.per_minute is not None:
            gain = _totalled(rows, item.per_minute, "sum")
        elif (moved := change(points, _MINUTE)) is not None:
            gain, measured = moved.amount, moved.measured
        else:
            gain = None
        if gain is None or item.figure in ("duration", "ms", "text", "time"):
            return ""
        said = self._gained(view, item, gain)
        return said if measured else f"{ABOUT} {said}"

    def _gained(self, view: View, item: Item, gain: float) -> str:
        if item.figure == "percent":
            return view.say("panels.points_per_minute", figure=f"{gain * 100:+.1f}")
        rounded = round(gain)
        if rounded == 0:
            return view.say("panels.no_change")
        return view.say("panels.per_minute", figure=("+" if rounded > 0 else "") + number(rounded))

    def _trend(self, item: Item, points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
        kind = self.options.trend or (
            "value" if item.figure in ("percent", "duration", "ms", "per_second") else "growth"
        )
        if kind == "none":
            return ()
        return growth(points, _MINUTE) if kind == "growth" else points


def _level(view: View, item: Item, rows: Sequence[Row], told: Collection[str | None]) -> Level:
    """That of the figure itself; its feed's or its rows' where no rule is about any figure shown.

    ``told`` are the feeds of which a figure shown is judged.
    """
    if (judged := _judged(view, item, rows)) or item.feed in told:
        return judged
    whole = view.worst(item.feed)
    if whole and item.where:
        return max((view.level(row, item.feed) for row in rows), default=Level.GOOD)
    return whole


def _judged(view: View, item: Item, rows: Sequence[Row]) -> Level:
    return max((view.cell_level(row, item.value, item.feed) for row in rows), default=Level.GOOD)


def _chosen(rows: Sequence[Row], where: Mapping[str, str]) -> Sequence[Row]:
    if not where:
        return rows
    return [row for row in rows if all(str(row.get(name)) == value for name, value in where.items())]


def _totalled(rows: Sequence[Row], column: str, total: Total) -> float | None:
    """The column's figures as one, whole ones to the last digit; None where there are none."""
    figures = [figure for row in rows if (figure := exact_figure(row.get(column))) is not None]
    if not figures:
        return None
    match total:
        case "max":
            return max(figures)
        case "last":
            return figures[-1]
        case "avg":
            return sum(figures) / len(figures)
        case _:
            return sum(figures)


def _compared(view: View, item: Item, value: float | None) -> list[Run]:
    """``전작 같은 시각 대비 +18 %``."""
    compare = item.compare
    if compare is None:
        return []
    other = compare.value
    if other is None and compare.column is not None:
        feed = compare.feed or item.feed
        other = _totalled(_chosen(view.rows(feed), item.where), compare.column, item.total)
    label = f"{printable(compare.label)} " if compare.label else ""
    if value is None or not other:
        return [(label, "muted"), ("–", "muted")]
    ratio = value / other - 1
    return [(label, "muted"), (("+" if ratio > 0 else "") + percent(ratio, 0), "strong")]


def _short(view: View, value: float | None, figure: Figure) -> str:
    """``128402`` as ``12.8만``: what can be read from afar."""
    if value is None or figure not in ("big", "number", "money") or abs(value) < _SHORT_FROM:
        return view.cell(value, figure)
    return writer(None, view.lang)(float(f"{value:.3g}"))
