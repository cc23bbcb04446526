"""One row per agency: lamp, figures, trend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from situationroom.formats import fit
from situationroom.formats import width as cells
from situationroom.panel import (
    LEVEL_MARKS,
    NO_DATA,
    OFF,
    STALE,
    Alert,
    Column,
    ColumnSpecs,
    Level,
    Line,
    Panel,
    PanelOptions,
    Row,
    RuleName,
    Run,
    Seconds,
    View,
    clipped,
    growth,
    heads,
    level_style,
    line,
    lines,
    missing,
    notice,
    printable,
    row_runs,
    sparkline,
    tabulated,
)

_MOST_ROWS = 200
_TREND_CELLS = (6, 24)
_FIGURE_CELLS, _GAP = 7, 2
_TREND_PRIORITY = -1  # the course gives way before any figure does
_SAYING_CELLS = 40  # on a narrower board the figures go before words that the header has as well
_LEAST_SPAN_S = 60.0


class BoardOptions(PanelOptions):
    """Which figures of every agency, and whose course over time."""

    columns: ColumnSpecs = Field((), description="the columns shown, the name first; all by default")
    trend: Column | None = Field(None, description="the column whose course is drawn at the end of a row")
    rate: Seconds | None = Field(None, description="draw how much the trend's counter grew in this time")
    window: Seconds = Field(900.0, description="how far back the course goes")
    traffic: str = Field("requests", description="a row whose figure here is 0 is at rest, and no green lamp")
    also: tuple[RuleName, ...] = Field(
        (),
        description="rules whose alerts of the same key are said behind a row's name: "
        "an outage that is registered",
    )
    worst_first: bool = Field(False, description="rows in alarm stand on top")
    order: Literal["source", "name"] = Field("source", description="the order of rows equally bad")


class Board(Panel[BoardOptions]):
    """A lamp and the figures of every agency."""

    TYPE = "board"
    Options = BoardOptions
    SELECTS = True
    NEEDS = frozenset({"alerts"})

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        """A heading and a line per row: ``● SGI  1,204  0.4 %  210ms ▁▂▁▂``."""
        del height
        calm = notice(view)
        if calm:
            return lines([clipped(each.text, width) for each in calm])
        options = self.options
        columns = heads(view, options.columns)
        absent = missing(view, [*(head.column for head in columns), options.trend])
        rows = self._ordered(view, [head.column for head in columns])
        body: list[list[Run]] = []
        marks: list[Run] = []
        for row in rows:
            level = view.level(row)
            marks.append(_lamp(view, row, level, options.traffic))
            runs = row_runs(view, row, columns, "strong")
            for alert in self._said_besides(view, row) if columns else ():
                marks[-1] = (LEVEL_MARKS[max(level, alert.level)], level_style(max(level, alert.level)))
                said = f" {printable(alert.title or alert.rule)}" if width >= _SAYING_CELLS else ""
                runs[0] = (runs[0][0] + said, runs[0][1] if level else level_style(alert.level))
            body.append(runs)
        titles = [head.title for head in columns]
        aligns = [head.align for head in columns]
        priorities = [head.priority for head in columns]
        named: list[Run] = [(title, "") for title in titles]
        if trend := _trend_cells(width, [named, *body]) if options.trend else 0:
            for row, runs, course in zip(rows, body, self._courses(view, rows, trend), strict=True):
                judged = view.cell_level(row, options.trend or "")
                runs.append((course, level_style(judged) or "accent"))
            priorities.append(_TREND_PRIORITY)
            titles.append(fit(view.say("panels.trend"), trend))
            aligns.append("left")
        heading, *texts = tabulated(titles, body, aligns, width, marks, priorities)
        painted = [*absent, Line(heading)]
        painted += [Line(text, view.key(row)) for text, row in zip(texts, rows, strict=True)]
        if not rows:
            painted.append(line((view.say("panels.no_match", filter=printable(view.filter)), "muted")))
        return [Line(clipped(each.text, width), each.key) for each in painted]

    def lines_wanted(self, view: View) -> int:
        """A heading and the rows, within reason."""
        return max(3, min(14, len(view.rows()) + 1))

    def _said_besides(self, view: View, row: Row) -> list[Alert]:
        """Alerts of the rules named in ``also`` that stand for a row's key."""
        key = view.key(row)
        return [alert for alert in view.alerts if alert.rule in self.options.also and alert.key == key]

    def _ordered(self, view: View, columns: Sequence[str]) -> list[Row]:
        rows = [row for row in view.rows() if not view.filter or view.matches(row)]
        if self.options.order == "name" and columns:
            rows.sort(key=lambda row: str(row.get(columns[0]))[:200])
        if self.options.worst_first:
            rows.sort(key=lambda row: -view.level(row))
        return rows[:_MOST_ROWS]

    def _courses(self, view: View, rows: Sequence[Row], width: int) -> list[str]:
        """The trend of every row, all on one scale: the agency in trouble stands out by its height."""
        trend, window, rate = self.options.trend, self.options.window, self.options.rate
        if trend is None:
            return []
        now = view.now.timestamp()
        many: list[Sequence[tuple[float, float]]] = []
        for row in rows:
            points = view.series(trend, view.key(row), window + (rate or 0.0))
            many.append(points if rate is None else growth(points, rate))
        begun = min((points[0][0] for points in many if points), default=now)
        span = (max(now - window, min(begun, now - _LEAST_SPAN_S)), now)
        top = max((figure for points in many for at, figure in points if at >= span[0]), default=0.0)
        return [sparkline(points, width, span, top) for points in many]


def _lamp(view: View, row: Row, level: Level, traffic: str) -> Run:
    """The mark of a row; never green for what is not fresh or says nothing."""
    if level:
        return LEVEL_MARKS[level], level_style(level)
    if not view.status().fresh:
        return STALE, "stale"
    if view.unjudged():
        return NO_DATA, "muted"
    if traffic and row.get(traffic) == 0:
        return OFF, "muted"
    feed = view.feed()
    named = feed.key_columns if feed else ()
    if all(value is None for name, value in row.items() if name not in named) and len(row) > len(named):
        return NO_DATA, "muted"
    return LEVEL_MARKS[Level.GOOD], "good"


def _trend_cells(width: int, rows: Sequence[Sequence[Run]]) -> int:
    """Cells of the course: what the columns leave of the width; none where that is too little to be read."""
    least, most = _TREND_CELLS
    columns = (max(_FIGURE_CELLS, *(cells(text) for text, _ in each)) for each in zip(*rows, strict=True))
    room = width - 2 - sum(size + _GAP for size in columns)
    return 0 if room < least else min(most, room) // 2 * 2
