"""What waits: how many, since when, how fast it comes and goes, when it will be empty; bars by code."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from typing import Annotated

from pydantic import Field
from rich.text import Text

from situationroom.formats import duration, fit, number
from situationroom.formats import width as cells
from situationroom.panel import (
    ABOUT,
    LEVEL_MARKS,
    NO_DATA,
    Column,
    Key,
    Label,
    Level,
    Line,
    Panel,
    PanelOptions,
    Row,
    Run,
    Seconds,
    View,
    big_digits,
    change,
    clipped,
    digits_width,
    exact_figure,
    figure_of,
    grouped,
    joined,
    level_style,
    line,
    lines,
    missing,
    moment_of,
    notice,
    printable,
    shortened,
    uncounted,
)

_MINUTE = 60.0
_EIGHTHS = " ▏▎▍▌▋▊▉"
_MOST_BARS = 100
_DIGIT_LINES = 3
_NAME_CELLS = (4, 24)


class QueueOptions(PanelOptions):
    """Which columns say what waits."""

    count: Column = Field("count", description="the column with how many wait")
    by: Column | None = Field(None, description="a bar for every value of this column; the key by default")
    oldest: Column | None = Field(
        None, description="since when the oldest waits: a moment, or its age in seconds"
    )
    incoming: Column | None = Field(None, description="how many come in a minute")
    outgoing: Column | None = Field(None, description="how many are done a minute")
    unit: Label | None = Field(None, description="what is counted; 건 by default")
    window: Seconds = Field(120.0, description="over how long the backlog's own change is measured")
    bars: bool = Field(True, description="show a bar for every row")
    limit: Annotated[int, Field(ge=1)] | None = Field(None, description="so many bars at most, the longest")
    zeros: bool = Field(False, description="show rows too of which nothing waits")


class Queue(Panel[QueueOptions]):
    """A backlog and how it moves."""

    TYPE = "queue"
    Options = QueueOptions
    SELECTS = True

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        """The whole backlog on top, its movement below, then a bar a code, the longest first."""
        options = self.options
        absent = missing(
            view, [options.count, options.by, options.oldest, options.incoming, options.outgoing]
        )
        if absent and not _has(view, options.count):
            return lines([clipped(each.text, width) for each in absent])
        absent += uncounted(view, [options.count, options.incoming, options.outgoing])
        if view.reading() is None:
            return lines([clipped(each.text, width) for each in notice(view)])
        rows = view.rows()
        total = sum(map(self._count, rows))
        level = view.worst()
        bars = self._bars(view, width) if options.bars else []
        head = [*self._total(view, total, level, width, height), *self._movement(view, total, width)]
        painted = [*absent, *lines(head), *bars]
        return [Line(clipped(each.text, width), each.key) for each in painted]

    def lines_wanted(self, view: View) -> int:
        """The headline and the bars, within reason."""
        return max(4, min(12, 4 + len(view.rows())))

    def _unit(self, view: View) -> str:
        return view.say("panels.items") if self.options.unit is None else printable(self.options.unit)

    def _total(self, view: View, total: float, level: Level, width: int, room: int) -> list[Text]:
        """How many wait, large where there is room at all: bars give way to it, and are scrolled to."""
        style = level_style(level) or "strong"
        mark: list[Run] = [(LEVEL_MARKS[level] + " ", style)] if level else []
        unit = self._unit(view)
        shown = view.cell(total, "big")
        if room >= _DIGIT_LINES + (1 if total else 3) and width >= digits_width(shown) + 4 + cells(unit) + 1:
            drawn = big_digits(shown)
            texts = [joined((each, style)) for each in drawn[:-1]]
            return [*texts, joined((drawn[-1], style), (f" {unit} ", "unit"), *mark)]
        word = view.say("panels.backlog") if total else view.say("panels.empty_queue")
        if not total:
            return [joined(("● ", "good"), (word, "muted"))]
        return [joined(*mark, (word + " ", "muted"), (shown, style), (unit, "unit"))]

    def _movement(self, view: View, total: float, width: int) -> list[Text]:
        """Age of the oldest, in and out a minute, time to empty; on as many lines as they need."""
        parts: list[list[Run]] = []
        waits = self._oldest_s(view)
        if waits is not None:
            parts.append(_part(view, "panels.oldest", duration(waits, view.lang)))
        coming, going = self._sum(view, self.options.incoming), self._sum(view, self.options.outgoing)
        if coming is not None:
            parts.append(_part(view, "panels.incoming", _a_minute(view, coming)))
        if going is not None:
            parts.append(_part(view, "panels.outgoing", _a_minute(view, going)))
        net, about = self._net(view, coming, going)
        if net is not None:
            sign = "+" if round(net) > 0 else ""
            parts.append(_part(view, "panels.net", about + _a_minute(view, net, sign)))
            if total and round(net) < 0:
                left = about + duration(total / -net * _MINUTE, view.lang)
                parts.append(_part(view, "panels.to_empty", left))
            elif total and round(net) > 0:
                parts.append([(view.say("panels.growing"), "warning")])
        return [joined(*runs) for runs in grouped(parts, width)]

    def _net(self, view: View, coming: float | None, going: float | None) -> tuple[float | None, str]:
        """How much the backlog grows in a minute, and the mark of an estimate: the window is not full yet."""
        if coming is not None and going is not None:
            return coming - going, ""
        window = self.options.window
        moved = change(view.series(self.options.count, None, window), window)
        if moved is None:
            return None, ""
        measured = moved.measured and window >= _MINUTE
        return moved.amount * _MINUTE / window, "" if measured else f"{ABOUT} "

    def _oldest_s(self, view: View) -> float | None:
        """Seconds the oldest had waited when the reading came: of what happened since, nobody knows."""
        reading = view.reading()
        if self.options.oldest is None or reading is None:
            return None
        ages: list[float] = []
        for row in reading.rows:
            value = row.get(self.options.oldest)
            figure = figure_of(value)
            if figure is None and (since := moment_of(value, view.now.tzinfo)) is not None:
                figure = max(0.0, (reading.received - since).total_seconds())
            if figure is not None:
                ages.append(figure)
        return max(ages, default=None)

    def _sum(self, view: View, column: str | None) -> float | None:
        if column is None:
            return None
        figures = [figure for row in view.rows() if (figure := figure_of(row.get(column))) is not None]
        return sum(figures) if figures else None

    def _bars(self, view: View, width: int) -> list[Line]:
        """``E104  ████████▌  8,120건  65 %``, the longest first."""
        matching = [row for row in view.rows() if not view.filter or view.matches(row)]
        whole = sum(self._count(row) for row in matching) or 1.0
        waiting = [row for row in matching if self._shows(view, row)]
        most = min(_MOST_BARS, self.options.limit or _MOST_BARS)
        counted: list[tuple[float, str, Key, Level]] = [
            (self._count(row), self._name(view, row), view.key(row), view.level(row))
            for row in nlargest(most, waiting, key=self._count)
        ]
        left_out = self._left_out(view, len(waiting) - len(counted), len(matching) - len(waiting))
        if not counted or (len(counted) == 1 and not counted[0][1]):
            return left_out
        longest = max(counted[0][0], 1.0)
        unit = self._unit(view)
        known = {view.key(row) for row in waiting if figure_of(row.get(self.options.count)) is not None}
        figures = [
            f"{number(round(count))}{unit}" if key in known else NO_DATA for count, _, key, _ in counted
        ]
        widest = max(map(cells, figures))
        least, most = _NAME_CELLS
        names = min(most, max(least, *(cells(name) for _, name, _, _ in counted)), max(least, width // 3))
        room = width - 2 - names - 2 - widest - 7
        painted: list[Line] = []
        short = shortened([name for _, name, _, _ in counted], names)
        for (count, _, key, level), name, figure in zip(counted, short, figures, strict=True):
            style = level_style(level)
            runs: list[Run] = [
                (LEVEL_MARKS[level] + " " if level else "  ", style),
                (fit(name, names), style),
                ("  ", ""),
            ]
            if room >= 5:
                runs.append((_bar(count / longest, room), style or "accent"))
            runs.append((fit(figure, widest, "right"), style or "strong"))
            runs.append((fit(f"{count / whole * 100:.0f} %", 7, "right"), "muted"))
            painted.append(line(*runs, key=key))
        return [*painted, *left_out]

    def _shows(self, view: View, row: Row) -> bool:
        """Whether a row has a bar: something waits, nobody knows how much, or it is in alarm."""
        return self.options.zeros or figure_of(row.get(self.options.count)) != 0 or bool(view.level(row))

    def _left_out(self, view: View, longer: int, empty: int) -> list[Line]:
        """How many rows have no bar, and why."""
        said = []
        if longer:
            said.append(view.say("panels.more_bars", count=longer))
        if empty:
            said.append(view.say("panels.empty_bars", count=empty))
        return [line(("  " + " · ".join(said), "muted"))] if said else []

    def _count(self, row: Row) -> float:
        """How many wait in a row; a whole number stays one, for a float would lose its last digits."""
        return exact_figure(row.get(self.options.count)) or 0

    def _name(self, view: View, row: Row) -> str:
        by = self.options.by
        if by is not None:
            return view.cell(row.get(by))
        return " · ".join(map(printable, view.key(row)))


def _has(view: View, column: str) -> bool:
    reading = view.reading()
    return reading is None or column in reading.columns or not reading.columns


def _part(view: View, name: str, figure: str) -> list[Run]:
    return [(view.say(name) + " ", "muted"), (figure, "")]


def _a_minute(view: View, figure: float, sign: str = "") -> str:
    return view.say("panels.per_minute", figure=sign + number(round(figure)))


def _bar(share: float, width: int) -> str:
    """A bar in eighths of a cell, padded to ``width`` with a space after it."""
    eighths = round(share * (width - 1) * 8)
    whole, rest = divmod(max(0, eighths), 8)
    drawn = "█" * whole + (_EIGHTHS[rest] if rest else "")
    return (drawn or "▏").ljust(width)
