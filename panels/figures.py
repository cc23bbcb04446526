"""Large figures side by side: the value, what it gained in the last minute, its trend, a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field
from rich.text import Text

from situationroom.formats import fit, number, percent
from situationroom.formats import width as cells
from situationroom.panel import (
    LEVEL_MARKS,
    Column,
    Curve,
    FeedName,
    Figure,
    Level,
    Line,
    Panel,
    PanelOptions,
    Row,
    Run,
    Seconds,
    Spec,
    View,
    big_digits,
    change,
    chart,
    clipped,
    digits_width,
    figure_of,
    first_figures,
    growth,
    joined,
    level_style,
    line,
    lines,
    missing,
    notice,
    printable,
    run_cells,
    sparkline,
    summed,
    time_ticks,
    usual_gap,
    writer,
)

Total = Literal["sum", "max", "last", "avg"]
Trend = Literal["growth", "value", "none"]

_LEAST_SLOT = 14
_LEAST_TREND = 8
_MOST_FIGURES = 24
_MINUTE = 60.0
_SHORT_FROM = 10_000
_LEAST_PICTURE, _LEAST_PICTURE_CELLS = 3, 24


class Compare(Spec):
    """What a figure is held against: a column, or a fixed value."""

    feed: FeedName | None = Field(None, description="the feed of the column; the figure's own by default")
    column: Column | None = Field(None, description="the column compared with, totalled like the figure")
    value: float | None = Field(None, description="a fixed figure compared with")
    label: str = Field("", description="said before the difference")


class Item(Spec):
    """One figure."""

    feed: FeedName | None = Field(None, description="its feed; the panel's by default")
    value: Column = Field(description="the column shown")
    label: str = Field("", description="its name")
    figure: Figure = Field("big", description="how it is written")
    unit: str = Field("", description="its unit, such as 건")
    total: Total = Field("sum", description="how several rows become one figure: sum, max, last or avg")
    where: Mapping[str, str] = Field(default_factory=dict, description="only rows with these values")
    per_minute: Column | None = Field(None, description="the column with its gain a minute")
    compare: Compare | None = Field(None, description="what it is held against")


class FiguresOptions(PanelOptions):
    """One figure by ``value``, one for every value of ``by``, or several by ``items``."""

    value: Column | None = Field(None, description="the column shown; the first of figures by default")
    by: Column | None = Field(None, description="one figure for every value of this column")
    items: tuple[Item, ...] = Field((), description="several figures, side by side")
    label: str = Field("", description="the figure's name")
    figure: Figure = Field("big", description="how it is written")
    unit: str = Field("", description="its unit, such as 건")
    total: Total = Field("sum", description="how several rows become one figure: sum, max, last or avg")
    where: Mapping[str, str] = Field(default_factory=dict, description="only rows with these values")
    per_minute: Column | None = Field(None, description="the column with its gain a minute")
    compare: Compare | None = Field(None, description="what it is held against")
    delta: bool = Field(True, description="show the gain of the last minute")
    trend: Trend | None = Field(
        None, description="the small line: growth a minute, the value itself, or none; by the figure's kind"
    )
    window: Seconds = Field(1_800.0, description="how far back the small line goes")


@dataclass(frozen=True, slots=True)
class _Shown:
    """One figure ready to be set."""

    label: str
    value: str
    short: str
    unit: str
    level: Level
    gain: str
    comparison: list[Run]
    trend: Sequence[tuple[float, float]]
    figure: Figure


@dataclass(frozen=True, slots=True)
class _Setting:
    """How figures are set: rows of a digit, and whether the short form stands large."""

    rows: Literal[1, 3, 5]
    short: bool = False


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
        for feed in feeds:
            absent = missing(view, [item.value for item in items if item.feed == feed], feed)
            if absent:
                return lines([clipped(each.text, width) for each in absent])
        if not items or all(notice(view, feed) for feed in feeds):
            said = notice(view) or [line((view.say("panels.no_figures"), "muted"))]
            return lines([clipped(each.text, width) for each in said])
        shown = [self._shown(view, item) for item in items[:_MOST_FIGURES]]
        across = max(1, min(len(shown), width // _LEAST_SLOT))
        down = -(-len(shown) // across)
        slot_width = max(1, (width - 2 * (across - 1)) // across)
        slot_height = max(1, height // down)
        setting = _setting(shown, slot_width, slot_height)
        painted: list[Line] = []
        for start in range(0, len(shown), across):
            slots = [
                self._slot(view, each, slot_width, slot_height, setting)
                for each in shown[start : start + across]
            ]
            deep = max(map(len, slots))
            for place in range(deep):
                runs: list[Text] = [slot[place] if place < len(slot) else joined() for slot in slots]
                painted.append(Line(_beside(runs, slot_width)))
        return painted[:height]

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

    def _shown(self, view: View, item: Item) -> _Shown:
        rows = _chosen(view.rows(item.feed), item.where)
        value = _totalled(rows, item.value, item.total)
        points = self._points(view, item, rows)
        level = view.worst(item.feed)
        if level and item.where:
            level = max((view.level(row, item.feed) for row in rows), default=Level.GOOD)
        return _Shown(
            label=printable(item.label),
            value=view.cell(value, item.figure),
            short=_short(view, value, item.figure),
            unit=printable(item.unit),
            level=max(level, view.level((), item.feed)),
            gain=self._gain(view, item, rows, points) if self.options.delta else "",
            comparison=_compared(view, item, value),
            trend=self._trend(item, points),
            figure=item.figure,
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
        if item.per_minute is not None:
            gain = _totalled(rows, item.per_minute, "sum")
        else:
            gain = change(points, _MINUTE)
        if gain is None or item.figure in ("duration", "text", "time"):
            return ""
        if item.figure == "percent":
            return view.say("panels.points_per_minute", figure=f"{gain * 100:+.1f}")
        rounded = round(gain)
        if rounded == 0:
            return view.say("panels.no_change")
        return view.say("panels.per_minute", figure=("+" if rounded > 0 else "") + number(rounded))

    def _trend(self, item: Item, points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
        kind = self.options.trend or ("value" if item.figure in ("percent", "duration") else "growth")
        if kind == "none":
            return ()
        return growth(points, _MINUTE) if kind == "growth" else points

    def _slot(self, view: View, shown: _Shown, width: int, height: int, setting: _Setting) -> list[Text]:
        """One figure in its slot, from its name down."""
        style = level_style(shown.level) or "strong"
        mark: list[Run] = [(LEVEL_MARKS[shown.level] + " ", style)] if shown.level else []
        gain: list[Run] = [*(_exact(shown) if setting.short else []), (shown.gain, "")]
        unmarked = [] if shown.label else mark
        texts: list[Text] = []
        if shown.label:
            texts.append(joined(*mark, (shown.label, "muted")))
        if setting.rows == 1:
            value: list[Run] = [*unmarked, (shown.value, style), (_spaced(shown.unit), "unit")]
            if height - len(texts) == 1 and 0 < run_cells(gain) <= width - run_cells(value) - 2:
                value += [("  ", ""), *gain]
            texts.append(joined(*value))
        else:
            unit = "" if setting.short else shown.unit
            texts += _large(shown.short if setting.short else shown.value, unit, setting.rows, style)
            gain = [*unmarked, *gain]
        spare = height - len(texts) - bool(run_cells(gain) or shown.trend) - bool(shown.comparison)
        tall = spare >= _LEAST_PICTURE and width >= _LEAST_PICTURE_CELLS and len(shown.trend) > 1
        if run_cells(gain) or (shown.trend and not tall):
            texts.append(joined(*gain, *([] if tall else self._spark(view, shown, width - run_cells(gain)))))
        if shown.comparison:
            texts.append(joined(*shown.comparison))
        if tall:
            texts += self._picture(view, shown, width, spare)
        return [clipped(text, width) for text in texts[:height]]

    def _spark(self, view: View, shown: _Shown, room: int) -> list[Run]:
        gap = 2 if shown.gain else 0
        if not shown.trend or room - gap < _LEAST_TREND:
            return []
        now = view.now.timestamp()
        drawn = sparkline(shown.trend, min(30, room - gap), (self._start(now, shown.trend), now))
        return [(" " * gap, ""), (drawn, "accent")]

    def _picture(self, view: View, shown: _Shown, width: int, height: int) -> list[Text]:
        """The trend as a chart, where there is room for one."""
        now = view.now.timestamp()
        start = self._start(now, shown.trend)
        begin = type(view.now).fromtimestamp(start, view.now.tzinfo)
        return chart(
            [Curve("", shown.trend, "accent", gap=usual_gap(shown.trend))],
            (start, now),
            width,
            height,
            write=writer(shown.figure, view.lang),
            ticks=time_ticks(begin, view.now, width // 12),
        )

    def _start(self, now: float, points: Sequence[tuple[float, float]]) -> float:
        """A young series fills the room it has; an old one shows the window."""
        return max(now - self.options.window, min(points[0][0], now - 300.0))


def _chosen(rows: Sequence[Row], where: Mapping[str, str]) -> Sequence[Row]:
    if not where:
        return rows
    return [row for row in rows if all(str(row.get(name)) == value for name, value in where.items())]


def _totalled(rows: Sequence[Row], column: str, total: Total) -> float | None:
    """The column's figures as one; None where there are none."""
    figures = [figure for row in rows if (figure := figure_of(row.get(column))) is not None]
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


def _below(shown: _Shown) -> int:
    """Lines below the value."""
    return bool(shown.gain or shown.trend) + bool(shown.comparison)


def _setting(shown: Sequence[_Shown], width: int, height: int) -> _Setting:
    """How all figures are set: as large as the least roomy of them allows.

    A digit's room is kept to spare, so that none flips as it grows. Where the whole figure cannot stand
    large, its short form does, and the whole one stands below.
    """
    extra = max(bool(each.label) + _below(each) for each in shown)
    if height >= 5 + extra and width >= max(_large_cells(each.value, each.unit, 5) for each in shown) + 8:
        return _Setting(5)
    if height >= 3 + extra and width >= max(_large_cells(each.value, each.unit, 3) for each in shown) + 4:
        return _Setting(3)
    extra = max(bool(each.label) + 1 + bool(each.comparison) for each in shown)
    if height >= 3 + extra and width >= max(_large_cells(each.short, "", 3) for each in shown) + 4:
        return _Setting(3, short=True)
    return _Setting(1)


def _exact(shown: _Shown) -> list[Run]:
    """What the short form leaves out: the whole figure, or only its unit."""
    figure = shown.value if shown.value != shown.short else ""
    unit = _spaced(shown.unit) if figure else shown.unit
    return [(figure, "strong"), (unit + "  " if figure or unit else "", "unit")]


def _large_cells(value: str, unit: str, rows: Literal[3, 5]) -> int:
    return digits_width(value, rows) + cells(_spaced(unit))


def _large(value: str, unit: str, rows: Literal[3, 5], style: str) -> list[Text]:
    drawn = big_digits(value, rows)
    return [
        *(joined((each, style)) for each in drawn[:-1]),
        joined((drawn[-1], style), (_spaced(unit), "unit")),
    ]


def _short(view: View, value: float | None, figure: Figure) -> str:
    """``128402`` as ``12.8만``: what can be read from afar."""
    if value is None or figure not in ("big", "number", "money") or abs(value) < _SHORT_FROM:
        return view.cell(value, figure)
    return writer(None, view.lang)(float(f"{value:.3g}"))


def _spaced(unit: str) -> str:
    return f" {unit}" if unit else ""


def _beside(texts: Sequence[Text], width: int) -> Text:
    """Texts next to each other in slots of ``width`` cells."""
    whole = joined()
    for place, text in enumerate(texts):
        if place:
            whole.append("  ")
        whole.append_text(text)
        if place < len(texts) - 1:
            whole.append(fit("", width - cells(text.plain)))
    return whole
