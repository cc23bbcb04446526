"""Columns of text: what a panel's author says of one, and rows laid out so that nothing jumps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from rich.text import Text

from situationroom.formats import fit
from situationroom.formats import width as cells
from situationroom.layout.fields import Column, Figure, Label, Spec
from situationroom.paint.shortening import least_cells, shortened
from situationroom.paint.texts import Run, clipped, joined

Align = Literal["left", "right"]

_GAP = 2
_WIDEST_GAP = 5
_LEAST_TEXT, _LEAST_HEADING = 6, 4
"""Cells below which a column of text, or the heading of figures, is not squeezed."""
_NUMBER_CELLS = 7
"""Cells kept for figures where there is room: ``99,999`` may grow to ``100,000``."""

NAMES, DECIDES = 1_000, 50
"""Priorities of the columns that name a row, and of the one a rule is about."""

TELLING = frozenset({"error_rate", "success_rate", "p95", "count"})
"""Columns of the trade by which a row is judged, whether or not a rule does."""

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
    priority: int | None = Field(
        None,
        ge=-100,
        le=100,
        description="on a narrow panel the lowest goes first; by default 0, more for what a rule is about",
    )


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


def fitted(
    rows: Sequence[Sequence[Run]], aligns: Sequence[Align], width: int, priorities: Sequence[int]
) -> dict[int, int]:
    """The columns that fit ``width`` cells, by place, and how wide each stands, gaps not counted.

    Headings of figures give way first, then columns of text, down to a few cells; a name only so far that
    it can be told from the others. Then columns are left out: those of the lowest priority, of equal ones
    the last. Columns of figures keep room to grow in.
    """
    places = range(len(aligns))
    natural = [max((cells(row[place][0]) for row in rows), default=1) for place in places]
    least = [
        min(natural[place], max([_LEAST_HEADING, *(cells(row[place][0]) for row in rows[1:])]))
        if aligns[place] == "right"
        else min(natural[place], least_cells([row[place][0] for row in rows[1:]], _LEAST_TEXT))
        if priorities[place] >= NAMES
        else min(natural[place], _LEAST_TEXT)
        for place in places
    ]
    shown = list(places)
    while len(shown) > 1 and sum(least[place] for place in shown) + _GAP * (len(shown) - 1) > width:
        shown.remove(min(reversed(shown), key=lambda place: priorities[place]))
    widths = {place: natural[place] for place in shown}
    room = width - _GAP * (len(shown) - 1)
    for place in sorted(shown, key=lambda each: (aligns[each] == "left", -widths[each])):
        over = sum(widths.values()) - room
        if over > 0:
            widths[place] = max(least[place], widths[place] - over)
    if len(shown) == 1:
        widths[shown[0]] = max(1, min(widths[shown[0]], width))
    for place in shown:
        if aligns[place] == "right":
            spare = room - sum(widths.values())
            widths[place] += max(0, min(spare, _NUMBER_CELLS - widths[place]))
    return widths


def gap_between(widths: Collection[int], width: int) -> int:
    """Cells between columns: wider where there is room, never so wide that the eye loses the row."""
    if len(widths) < 2:
        return _GAP
    return max(_GAP, min(_WIDEST_GAP, (width - sum(widths)) // (len(widths) - 1)))


def columned(row: Sequence[Run], widths: Mapping[int, int], aligns: Sequence[Align], gap: int) -> list[Run]:
    """One row as runs in its columns."""
    runs: list[Run] = []
    for place, size in widths.items():
        shown, style = row[place]
        if runs:
            runs.append((" " * gap, ""))
        runs.append((fit(shown, size, aligns[place]), style))
    return runs


def tabulated(
    head: Sequence[str],
    rows: Sequence[Sequence[Run]],
    aligns: Sequence[Align],
    width: int,
    marks: Sequence[Run] = (),
    priorities: Sequence[int] = (),
) -> list[Text]:
    """A muted heading and the rows below it, in columns that fit ``width`` cells.

    ``marks``, one a row and one cell wide, stand before the first column. ``priorities``, one a column, say
    which are left out last where they do not all fit; the first column is the row's name unless they say
    otherwise. Where columns are left out, the heading ends in ``…``.
    """
    priorities = priorities or [NAMES, *(0 for _ in head[1:])]
    heading = [(title, "muted") for title in head]
    room = width - 2 if marks else width
    widths = fitted([heading, *rows], aligns, room, priorities)
    if cut := len(widths) < len(head):
        room = max(1, room - cells(_MORE))
        widths = fitted([heading, *rows], aligns, room, priorities)
    gap = gap_between(widths.values(), room)
    before: list[list[Run]] = [[(mark, style), (" ", "")] for mark, style in ((" ", ""), *marks)]
    if not marks:
        before = [[]] * (len(rows) + 1)
    after: list[list[Run]] = [[(_MORE, "muted")] if cut else [], *([] for _ in rows)]
    body = _told_apart(rows, {place: size for place, size in widths.items() if priorities[place] >= NAMES})
    return [
        clipped(joined(*mark, *columned(row, widths, aligns, gap), *more), width)
        for mark, row, more in zip(before, (heading, *body), after, strict=True)
    ]


def _told_apart(rows: Sequence[Sequence[Run]], names: Mapping[int, int]) -> list[list[Run]]:
    """The rows with their names cut to the cells they have, different ones to different texts."""
    body = [list(row) for row in rows]
    for place, size in names.items():
        texts = shortened([row[place][0] for row in body], size)
        for row, text in zip(body, texts, strict=True):
            row[place] = (text, row[place][1])
    return body
