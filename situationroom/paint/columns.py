"""Columns of text: what a panel's author says of one, and rows laid out so that nothing jumps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from rich.text import Text

from situationroom.formats import fit
from situationroom.formats import width as cells
from situationroom.layout.fields import Column, Figure, Label, Spec
from situationroom.paint.texts import Run, clipped, joined

Align = Literal["left", "right"]

_GAP = 2
_WIDEST_GAP = 5
_LEAST_TEXT = 6
"""Cells below which a column of text is not squeezed."""
_NUMBER_CELLS = 7
"""Cells kept for figures where there is room: ``99,999`` may grow to ``100,000``."""

_MORE = " …"
"""Ends a heading where columns are left out."""


ValueWords = Mapping[str, Label]
"""Values as they are written in a layout (``true``, ``404``), and what people call them."""


class ColumnSpec(Spec):
    """One column shown: its name alone, or with how it is headed and written."""

    column: Column = Field(description="the feed's column")
    title: Label | None = Field(None, description="its heading; the column's name by default")
    figure: Figure | None = Field(None, description="how its values are written; by their type by default")
    align: Align | None = Field(None, description="left or right; figures stand right by default")
    unit: Label | None = Field(None, description="written behind every value")
    values: ValueWords = Field(default_factory=dict, description="what people call some of its values")


def _named(value: object) -> object:
    """A bare name stands for a column of that name."""
    return {"column": value} if isinstance(value, str) else value


ColumnSpecs = Annotated[
    tuple[Annotated[ColumnSpec, BeforeValidator(_named, json_schema_input_type=str | ColumnSpec)], ...],
    Field(json_schema_extra={"examples": [["agency", {"column": "p95", "unit": "ms"}]]}),
]
"""Columns shown: names, or names with headings and figures."""


class Known(Spec):
    """What columns of a well-known name are headed and written with, unless the author says otherwise."""

    title: str
    figure: Figure | None = None
    unit: str = ""


WELL_KNOWN: Mapping[str, Known] = MappingProxyType(
    {
        "agency": Known(title="panels.agency"),
        "requests": Known(title="panels.requests", figure="number"),
        "errors": Known(title="panels.errors", figure="number"),
        "error_rate": Known(title="panels.error_rate", figure="percent"),
        "success_rate": Known(title="panels.success_rate", figure="percent"),
        "p95": Known(title="panels.p95", figure="number", unit="ms"),
        "code": Known(title="panels.code"),
        "count": Known(title="panels.count", figure="number"),
        "total": Known(title="panels.total", figure="number"),
        "per_min": Known(title="panels.per_min", figure="number"),
        "model": Known(title="panels.model"),
        "kind": Known(title="panels.kind"),
        "channel": Known(title="panels.channel"),
        "at": Known(title="panels.at"),
        "state": Known(title="panels.state"),
    }
)
"""Column names of the trade."""


def column_widths(rows: Sequence[Sequence[Run]], aligns: Sequence[Align], width: int) -> list[int]:
    """How wide each column stands, gaps not counted; columns that do not fit are left out at the right.

    Columns of text give way first, down to a few cells; columns of figures keep room to grow in.
    """
    natural = [max((cells(row[place][0]) for row in rows), default=1) for place in range(len(aligns))]
    least = [
        size if align == "right" else min(size, _LEAST_TEXT)
        for size, align in zip(natural, aligns, strict=True)
    ]
    shown = len(natural)
    while shown > 1 and sum(least[:shown]) + _GAP * (shown - 1) > width:
        shown -= 1
    widths = natural[:shown]
    room = width - _GAP * (shown - 1)
    for place in sorted(range(shown), key=lambda each: -widths[each]):
        over = sum(widths) - room
        if over > 0 and aligns[place] == "left":
            widths[place] = max(least[place], widths[place] - over)
    if shown == 1:
        widths[0] = max(1, min(widths[0], width))
    for place in range(shown):
        if aligns[place] == "right":
            spare = room - sum(widths)
            widths[place] += max(0, min(spare, _NUMBER_CELLS - widths[place]))
    return widths


def gap_between(widths: Sequence[int], width: int) -> int:
    """Cells between columns: wider where there is room, never so wide that the eye loses the row."""
    if len(widths) < 2:
        return _GAP
    return max(_GAP, min(_WIDEST_GAP, (width - sum(widths)) // (len(widths) - 1)))


def columned(row: Sequence[Run], widths: Sequence[int], aligns: Sequence[Align], gap: int) -> list[Run]:
    """One row as runs in its columns."""
    runs: list[Run] = []
    for place, size in enumerate(widths):
        shown, style = row[place]
        if place:
            runs.append((" " * gap, ""))
        runs.append((fit(shown, size, aligns[place]), style))
    return runs


def tabulated(
    head: Sequence[str],
    rows: Sequence[Sequence[Run]],
    aligns: Sequence[Align],
    width: int,
    marks: Sequence[Run] = (),
) -> list[Text]:
    """A muted heading and the rows below it, in columns that fit ``width`` cells.

    ``marks``, one a row and one cell wide, stand before the first column. Where columns are left out at the
    right, the heading ends in ``…``.
    """
    heading = [(title, "muted") for title in head]
    room = width - 2 if marks else width
    widths = column_widths([heading, *rows], aligns, room)
    if cut := len(widths) < len(head):
        room = max(1, room - cells(_MORE))
        widths = column_widths([heading, *rows], aligns, room)
    gap = gap_between(widths, room)
    before: list[list[Run]] = [[(mark, style), (" ", "")] for mark, style in ((" ", ""), *marks)]
    if not marks:
        before = [[]] * (len(rows) + 1)
    after: list[list[Run]] = [[(_MORE, "muted")] if cut else [], *([] for _ in rows)]
    return [
        clipped(joined(*mark, *columned(row, widths, aligns, gap), *more), width)
        for mark, row, more in zip(before, (heading, *rows), after, strict=True)
    ]
