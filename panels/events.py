"""A stream of events: when, how bad, where, what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from pydantic import Field

from situationroom.formats import clock, fit
from situationroom.formats import width as cells
from situationroom.panel import (
    LEVEL_MARKS,
    Column,
    Level,
    Line,
    Panel,
    PanelOptions,
    Row,
    Run,
    View,
    Words,
    clipped,
    joined,
    level_style,
    line,
    lines,
    missing,
    moment_of,
    notice,
    printable,
    wrapped,
)

_WORDS: Mapping[str, Level] = MappingProxyType(
    {
        **dict.fromkeys(("warn", "warning", "minor", "주의", "경고", "지연"), Level.WARNING),
        **dict.fromkeys(
            ("error", "err", "critical", "crit", "fatal", "alert", "emerg", "emergency", "major", "panic"),
            Level.CRITICAL,
        ),
        **dict.fromkeys(("심각", "오류", "장애", "긴급", "위험", "실패"), Level.CRITICAL),
    }
)
"""What the words of the trade mean; every other word is information."""

_NAMES = {Level.GOOD: "panels.info", Level.WARNING: "panels.warning", Level.CRITICAL: "panels.critical"}
_SYSTEM_CELLS = 12
_MOST_WRAPPED = 4
_SECONDS_FROM = 40
"""Cells from which there is room for the seconds."""


class EventsOptions(PanelOptions):
    """Which columns hold what, and which events are shown."""

    at: Column | None = Field("at", description="when it happened")
    level: Column | None = Field("level", description="how bad it is: info, warn, error, 주의, 심각 …")
    system: Column | None = Field(None, description="where it happened")
    text: Column = Field("text", description="what happened")
    levels: Words = Field((), description="only these: info, warning, critical")
    newest: bool = Field(True, description="the newest on top")
    wrap: bool = Field(False, description="long text goes on in the next line instead of being cut")
    limit: int = Field(200, ge=1, le=500, description="events shown at most")


class Events(Panel[EventsOptions]):
    """Events as they come, filtered by what the viewer types."""

    TYPE = "events"
    Options = EventsOptions
    SELECTS = True

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        """A line an event: ``09:41:07 ■ KAIT  timeout``."""
        del height
        calm = notice(view)
        if calm:
            return lines([clipped(each.text, width) for each in calm])
        options = self.options
        absent = missing(view, [options.at, options.level, options.system, options.text])
        painted = list(absent)
        chosen = self._chosen(view)
        systems = [view.cell(row.get(options.system)) for row in chosen] if options.system else []
        widest = min(_SYSTEM_CELLS, max(map(cells, systems), default=0))
        for row in chosen:
            painted += self._event(view, row, width, widest)
        if len(painted) == len(absent):
            said = view.say("panels.no_match", filter=printable(view.filter or ", ".join(options.levels)))
            painted.append(line((said, "muted")))
        return [Line(clipped(each.text, width), each.key) for each in painted]

    def _chosen(self, view: View) -> list[Row]:
        """The newest events that pass both filters, in the order asked for."""
        options = self.options
        wanted = {_level(word) for word in options.levels}
        rows = list(view.rows())
        if options.at is not None:
            # a feed may send them in any order; equal moments keep the feed's own
            rows.sort(key=lambda row: _order(view, row, options.at or ""))
        chosen: list[Row] = []
        for row in reversed(rows):
            if wanted and self._level(view, row) not in wanted:
                continue
            if view.matches(row):
                chosen.append(row)
                if len(chosen) == options.limit:
                    break
        return chosen if options.newest else chosen[::-1]

    def _level(self, view: View, row: Row) -> Level:
        own = _level(str(row.get(self.options.level) or "")) if self.options.level else Level.GOOD
        return max(own, view.level(row))

    def _event(self, view: View, row: Row, width: int, system_cells: int) -> list[Line]:
        options, level = self.options, self._level(view, row)
        style = level_style(level)
        runs: list[Run] = []
        if options.at is not None:
            moment = moment_of(row.get(options.at), view.now.tzinfo)
            shown = _time(view, moment, width) if moment else fit(view.cell(row.get(options.at)), 8)
            runs.append((shown + " ", "muted"))
        if options.level is not None:
            mark = LEVEL_MARKS[level] if level else "·"
            runs.append((mark + " ", style or "muted"))
            if width >= 60:
                runs.append((fit(view.say(_NAMES[level]), 5), style or "muted"))
        if options.system is not None:
            runs.append((fit(view.cell(row.get(options.system)), system_cells) + "  ", "accent"))
        indent = sum(cells(part) for part, _ in runs)
        text = view.cell(row.get(options.text))
        key = view.key(row)
        if not options.wrap or width - indent < 10:
            return [Line(joined(*runs, (text, style)), key)]
        first, *others = wrapped(text, width - indent, _MOST_WRAPPED) or [""]
        more = [line((" " * indent, ""), (part, style), key=key) for part in others]
        return [Line(joined(*runs, (first, style)), key), *more]


def _time(view: View, moment: datetime, width: int) -> str:
    """The time of day; the day for what did not happen today."""
    shown = clock(moment, width >= _SECONDS_FROM)
    return shown if moment.date() == view.now.date() else fit(moment.strftime("%m-%d"), cells(shown))


def _level(word: str) -> Level:
    return _WORDS.get(word[:20].strip().casefold(), Level.GOOD)


def _order(view: View, row: Row, column: str) -> float:
    value = row.get(column)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.timestamp()
    moment = moment_of(value, view.now.tzinfo)
    return moment.timestamp() if moment else float("-inf")
