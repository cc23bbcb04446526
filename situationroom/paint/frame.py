"""A panel in its frame: title, state and age on the border, its lines inside.

Only the top row knows the age and changes every second; everything below it holds until the panel's body,
the reason of a failure, focus or scrolling change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from situationroom.formats import fit, printable
from situationroom.formats import width as cells
from situationroom.paint.body import Body, paint_body
from situationroom.paint.glyphs import CRITICAL, WARNING, Glyphs
from situationroom.paint.heading import Heading, heading_of, state_words
from situationroom.paint.rows import Piece, Row, blank, paint_pieces, restyle
from situationroom.paint.texts import wrapped
from situationroom.paint.theme import Theme
from situationroom.panel import Panel, View
from situationroom.values import Key


@dataclass(frozen=True, slots=True)
class Framed:
    """Painted rows and, for each, the key of the panel's line it shows. ``lines`` is the body's length."""

    rows: tuple[Row, ...]
    keys: tuple[Key | None, ...]
    lines: int = 0


def paint_panel(
    panel: Panel[Any],
    view: View,
    width: int,
    height: int,
    theme: Theme,
    glyphs: Glyphs,
    *,
    focused: bool = False,
    offset: int = 0,
) -> Framed:
    """The panel in its frame, ``height`` rows of ``width`` cells; ``offset`` lines are scrolled away."""
    heading = heading_of(panel, view)
    body = paint_body(panel, view, width - 2, inner_height(heading, height), theme, glyphs)
    return framed(body, heading, width, height, theme, glyphs, focused=focused, offset=offset)


def framed(
    body: Body,
    heading: Heading,
    width: int,
    height: int,
    theme: Theme,
    glyphs: Glyphs,
    *,
    focused: bool = False,
    offset: int = 0,
) -> Framed:
    """A body behind its border: the top row from the heading, the rest as :func:`inside` paints it."""
    if width < 4 or height < 2:
        return Framed((blank(max(0, width)),) * max(0, height), (None,) * max(0, height))
    top = top_row(heading, width, theme, glyphs, focused=focused)
    rest = inside(body, heading, width, height, theme, glyphs, focused=focused, offset=offset)
    return Framed((top, *rest.rows), (None, *rest.keys), rest.lines)


def inner_height(heading: Heading, height: int) -> int:
    """Rows left for the body: less the border, and the line of a reason."""
    return max(1, height - 2 - bool(heading.reason and height > 3))


def top_row(heading: Heading, width: int, theme: Theme, glyphs: Glyphs, *, focused: bool = False) -> Row:
    """``╭ 개통 ── 2s ─────╮``; stale ``◌ 38s 지연``, failed ``■ 실패 38s``."""
    line = "frame.focus" if focused else "frame"
    state, style = state_words(heading)
    taken = cells(state) + 4 if state else 0  # "── " before it and a blank after
    room = width - 4 - 1  # the corners with a blank each, and one line at the end
    title = heading.title
    if cells(title) > max(0, room - taken):
        title = fit(title, max(0, room - taken)).rstrip()
    pieces: list[Piece] = [("╭", line)]
    if title:
        pieces.append((f" {title} ", "strong" if focused else "title"))
    if state:
        pieces += [("── " if title else "─ ", line), (state, style), (" ", line)]
    used = sum(cells(printable(text)) for text, _ in pieces)
    pieces += [("─" * max(0, width - 1 - used), line)]
    row = paint_pieces(pieces, width - 1, theme, None, glyphs)
    return (*row, *paint_pieces([("╮", line)], 1, theme, None, glyphs))


def inside(
    body: Body,
    heading: Heading,
    width: int,
    height: int,
    theme: Theme,
    glyphs: Glyphs,
    *,
    focused: bool = False,
    offset: int = 0,
) -> Framed:
    """All rows below the top border: the body from ``offset`` on, the reason, the bottom border.

    Changes only with the body, the heading's reason and note, focus and scrolling; not with the age.
    """
    line = theme.style("frame.focus" if focused else "frame")
    inner = inner_height(heading, height)
    offset = max(0, min(offset, len(body) - inner))
    shown = body.rows(offset, offset + inner)
    if heading.dimmed and not body.broken:
        dim = theme.style("dimmed")
        shown = tuple(restyle(row, dim) for row in shown)
    keys: tuple[Key | None, ...] = body.keys[offset : offset + inner]
    reason = _reason(heading, width - 2, 1 + inner - len(shown), theme, glyphs) if height > 3 else ()
    shown += (blank(width - 2),) * (height - 2 - len(shown) - len(reason))
    shown = (*shown, *reason)[: height - 2]
    keys = (keys + (None,) * height)[: len(shown)]
    left = paint_pieces([("│", line)], 1, theme, None, glyphs)
    thumb = _thumb(offset, inner, len(body))
    mark = paint_pieces([("┃", "accent" if focused else "muted")], 1, theme, None, glyphs)
    rows = [(*left, *row, *(mark if y in thumb else left)) for y, row in enumerate(shown)]
    rows.append(_bottom(body, heading, offset, inner, width, theme, glyphs, focused=focused))
    return Framed(tuple(rows), (*keys, None), len(body))


def _reason(heading: Heading, width: int, most: int, theme: Theme, glyphs: Glyphs) -> tuple[Row, ...]:
    """Why the question failed, on as many rows as the body leaves it."""
    if not heading.reason:
        return ()
    indent = " " * (cells(CRITICAL) + 2)
    parts = wrapped(printable(heading.reason), max(1, width - len(indent)), most) or [""]
    words = [f" {CRITICAL} {parts[0]}", *(indent + part for part in parts[1:])]
    return tuple(paint_pieces([(each, "critical")], width, theme, None, glyphs) for each in words)


def _bottom(
    body: Body,
    heading: Heading,
    offset: int,
    inner: int,
    width: int,
    theme: Theme,
    glyphs: Glyphs,
    *,
    focused: bool,
) -> Row:
    """The bottom border, with the note on its left and the place in a scrolled body on its right."""
    line = "frame.focus" if focused else "frame"
    place = f" {offset + inner}/{len(body)} " if len(body) > inner and width > 16 else ""
    note = f" {WARNING} {heading.note} " if heading.note else ""
    room = width - 3 - cells(place)
    if cells(note) > room:
        note = fit(note, max(0, room))
    dashes = width - 3 - cells(printable(note)) - cells(place)
    pieces: list[Piece] = [("╰─", line), (note, "warning"), ("─" * max(0, dashes), line), (place, "muted")]
    row = paint_pieces(pieces, width - 1, theme, None, glyphs)
    return (*row, *paint_pieces([("╯", line)], 1, theme, None, glyphs))


def _thumb(offset: int, inner: int, lines: int) -> range:
    """The rows of the right border that show which part of the body is seen."""
    if lines <= inner:
        return range(0)
    size = max(1, round(inner * inner / lines))
    start = round(offset * (inner - size) / (lines - inner))
    return range(start, start + size)
