"""Rows in columns: sorted, coloured by their level, changed in place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from heapq import nlargest, nsmallest

from pydantic import Field

from situationroom.panel import (
    LEVEL_MARKS,
    ColumnSpecs,
    Line,
    Panel,
    PanelOptions,
    Row,
    Value,
    View,
    clipped,
    figure_of,
    heads,
    level_style,
    line,
    lines,
    missing,
    moment_of,
    notice,
    printable,
    row_runs,
    tabulated,
)


class TableOptions(PanelOptions):
    """Which columns, in which order, how many rows."""

    columns: ColumnSpecs = Field((), description="the columns shown; all of the reading's by default")
    sort: str | None = Field(None, description="the column to sort by; with - before it, the highest first")
    limit: int = Field(100, ge=1, le=500, description="rows shown at most")


class Table(Panel[TableOptions]):
    """The rows of a feed in columns."""

    TYPE = "table"
    Options = TableOptions
    SELECTS = True
    LINES = 10

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        """A heading and a line for every row; a row's level is a mark before it and its colour."""
        del height
        calm = notice(view)
        if calm:
            return lines([clipped(each.text, width) for each in calm])
        columns = heads(view, self.options.columns)
        sort = (self.options.sort or "").lstrip("-")
        absent = missing(view, [*(head.column for head in columns), sort])
        matching = [row for row in view.rows() if view.matches(row)] if view.filter else view.rows()
        shown = self._sorted(matching)
        levels = [view.level(row) for row in shown]
        body = [row_runs(view, row, columns) for row in shown]
        marks = [(LEVEL_MARKS[level] if level else " ", level_style(level)) for level in levels]
        titles, aligns = [head.title for head in columns], [head.align for head in columns]
        priorities = [head.priority for head in columns]
        heading, *texts = tabulated(titles, body, aligns, width, marks, priorities)
        painted = [*absent, Line(heading)]
        painted += [Line(text, view.key(row)) for text, row in zip(texts, shown, strict=True)]
        if not shown:
            painted.append(line((view.say("panels.no_match", filter=printable(view.filter)), "muted")))
        if len(matching) > len(shown):
            painted.append(line((view.say("panels.more_rows", count=len(matching) - len(shown)), "muted")))
        return [Line(clipped(each.text, width), each.key) for each in painted]

    def lines_wanted(self, view: View) -> int:
        """A heading and the rows, within reason."""
        return max(3, min(12, len(view.rows()) + 1))

    def _sorted(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The first ``limit`` rows in order; rows without a value last."""
        sort, limit = self.options.sort, self.options.limit
        if not sort:
            return rows[:limit]
        name = sort.lstrip("-")
        known = [row for row in rows if row.get(name) is not None]
        unknown = [row for row in rows if row.get(name) is None]
        if sort.startswith("-"):
            return [*nlargest(limit, known, key=lambda row: _order(row.get(name))), *unknown][:limit]
        return [*nsmallest(limit, known, key=lambda row: _order(row.get(name))), *unknown][:limit]


def _order(value: Value) -> tuple[int, float, str]:
    """Text, then figures, so that either end of a sorted column holds one kind."""
    moment = moment_of(value, UTC) if isinstance(value, datetime) else None
    figure = moment.timestamp() if moment else figure_of(value)
    return (0, 0.0, str(value)[:200]) if figure is None else (1, figure, "")
