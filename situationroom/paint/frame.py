"""A panel in its frame: title, state and age on the border, its lines inside.

The work is split by how often it changes. A :class:`Body` is what the panel painted; it holds until a
feed changes and is worth keeping. A :class:`Heading` is the state and age of its feeds; it changes every
second and costs one row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from situationroom.formats import age, fit, printable
from situationroom.formats import width as cells
from situationroom.i18n import say
from situationroom.paint.glyphs import CRITICAL, STALE, WARNING, Glyphs
from situationroom.paint.rows import Piece, Row, blank, paint_pieces, paint_text, restyle
from situationroom.paint.theme import Theme
from situationroom.panel import Panel, View
from situationroom.values import FeedState, Key, Status

MOST_LINES = 2_000
"""Lines of one panel that are ever painted; nobody scrolls further."""

_URGENCY = (Status.FAILED, Status.STALE, Status.NOT_CONFIGURED, Status.WAITING)


@dataclass(frozen=True, slots=True)
class Body:
    """What a panel painted, unscrolled: rows of the width inside the frame, and the key each stands for."""

    rows: tuple[Row, ...]
    keys: tuple[Key | None, ...]
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """What the frame says of a panel's feeds at one moment.

    Attributes:
        title: the panel's title.
        status: the worst status of its feeds; None for a panel without feeds.
        age: the age of its oldest reading, as text.
        reason: why the last question failed, or "".
        note: what to mind about fresh figures (a clock that is off), or "".
        lang: the language of the words.

    """

    title: str
    status: Status | None
    age: str = ""
    reason: str = ""
    note: str = ""
    lang: str = "ko"

    @property
    def dimmed(self) -> bool:
        """Whether the figures inside may not be taken for the present."""
        return self.status in (Status.STALE, Status.FAILED)


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


def paint_body(panel: Panel[Any], view: View, width: int, height: int, theme: Theme, glyphs: Glyphs) -> Body:
    """The panel's own lines in ``width`` cells, the selected one highlighted.

    Until a first reading has come the panel is not asked: there is nothing to paint, and the frame says
    why. A panel that raises shows its error instead.
    """
    width, height = max(1, width), max(1, height)
    if view.feeds and all(state.reading is None for state in view.feeds.values()):
        waiting = view.status() is Status.WAITING
        return _words(view.say("paint.waiting") if waiting else "", "muted", width, theme, glyphs)
    try:
        lines = list(panel.paint(view, width, height))[:MOST_LINES]
        rows = [paint_text(line.text, width, theme, None, glyphs) for line in lines]
        keys = tuple(line.key for line in lines)
    except Exception as error:  # noqa: BLE001 - panels are anybody's code: one that breaks may not end the room
        what = f"{type(error).__name__}: {error}"
        return _words(view.say("paint.broken", error=what), "critical", width, theme, glyphs, broken=True)
    if view.selected is not None:
        highlight = theme.style("selected")
        rows = [
            restyle(row, highlight) if key == view.selected else row
            for row, key in zip(rows, keys, strict=True)
        ]
    return Body(tuple(rows), keys)


def heading_of(panel: Panel[Any], view: View) -> Heading:
    """The title, state and age of a panel's feeds at ``view.now``: the worst of them speaks for all."""
    title = panel.spec.title
    if not view.feeds:
        return Heading(title, None, lang=view.lang)
    states = list(view.feeds.values())
    worst = min(states, key=lambda state: _rank(state.status(view.now)))
    status = worst.status(view.now)
    return Heading(
        title=title,
        status=Status.LIVE if status is Status.REFRESHING else status,  # a question in flight shows nothing
        age=age(worst.age_s(view.now) if _rank(status) < 2 else max(s.age_s(view.now) for s in states)),
        reason=_reason(worst, several=len(states) > 1, lang=view.lang),
        note=_note(states, view.lang),
        lang=view.lang,
    )


def inner_height(heading: Heading, height: int) -> int:
    """Rows left for the body: less the border, and the line of a reason."""
    return max(1, height - 2 - bool(heading.reason and height > 3))


def top_row(heading: Heading, width: int, theme: Theme, glyphs: Glyphs, *, focused: bool = False) -> Row:
    """``╭ 개통 ── 2s ─────╮``; stale ``◌ 38s 지연``, failed ``■ 실패 38s``."""
    line = "frame.focus" if focused else "frame"
    state, style = _state(heading)
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
    offset = max(0, min(offset, len(body.rows) - inner))
    shown = body.rows[offset : offset + inner]
    if heading.dimmed and not body.broken:
        dim = theme.style("dimmed")
        shown = tuple(restyle(row, dim) for row in shown)
    keys: tuple[Key | None, ...] = body.keys[offset : offset + inner]
    shown += (blank(width - 2),) * (inner - len(shown))
    if heading.reason and height > 3:
        words = [(f" {CRITICAL} {heading.reason}", "critical")]
        shown += (paint_pieces(words, width - 2, theme, None, glyphs),)
    shown = shown[: height - 2]
    keys = (keys + (None,) * height)[: len(shown)]
    left = paint_pieces([("│", line)], 1, theme, None, glyphs)
    thumb = _thumb(offset, inner, len(body.rows))
    mark = paint_pieces([("┃", "accent" if focused else "muted")], 1, theme, None, glyphs)
    rows = [(*left, *row, *(mark if y in thumb else left)) for y, row in enumerate(shown)]
    rows.append(_bottom(body, heading, offset, inner, width, theme, glyphs, focused=focused))
    return Framed(tuple(rows), (*keys, None), len(body.rows))


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
    place = f" {offset + inner}/{len(body.rows)} " if len(body.rows) > inner and width > 16 else ""
    note = f" {WARNING} {heading.note} " if heading.note else ""
    room = width - 3 - cells(place)
    if cells(note) > room:
        note = fit(note, max(0, room))
    dashes = width - 3 - cells(printable(note)) - cells(place)
    pieces: list[Piece] = [("╰─", line), (note, "warning"), ("─" * max(0, dashes), line), (place, "muted")]
    row = paint_pieces(pieces, width - 1, theme, None, glyphs)
    return (*row, *paint_pieces([("╯", line)], 1, theme, None, glyphs))


def _state(heading: Heading) -> tuple[str, str]:
    """The words of the border for a status, and their style. Live panels show only their age."""
    match heading.status:
        case None:
            return "", ""
        case Status.FAILED:
            return f"{CRITICAL} {say('paint.failed', heading.lang, age=heading.age)}", "critical"
        case Status.STALE:
            return f"{STALE} {say('paint.stale', heading.lang, age=heading.age)}", "stale"
        case Status.NOT_CONFIGURED:
            return say("paint.not_configured", heading.lang), "muted"
        case Status.WAITING:
            return say("paint.waiting", heading.lang), "muted"
        case Status.EMPTY:
            return f"{heading.age} {say('paint.empty', heading.lang)}", "muted"
        case Status.LIVE | Status.REFRESHING:
            return heading.age, "muted"


def _rank(status: Status) -> int:
    """0 for the most urgent status."""
    return _URGENCY.index(status) if status in _URGENCY else len(_URGENCY)


def _reason(state: FeedState, *, several: bool, lang: str) -> str:
    """Why the feed failed; by the feed's name where the panel has several."""
    if state.failure is None:
        return ""
    reason = say(state.failure.reason, lang)
    return f"{state.name}: {reason}" if several else reason


def _note(states: list[FeedState], lang: str) -> str:
    notes = [say(note, lang) for state in states if state.reading for note in state.reading.notes]
    return " · ".join(dict.fromkeys(notes))


def _thumb(offset: int, inner: int, lines: int) -> range:
    """The rows of the right border that show which part of the body is seen."""
    if lines <= inner:
        return range(0)
    size = max(1, round(inner * inner / lines))
    start = round(offset * (inner - size) / (lines - inner))
    return range(start, start + size)


def _words(words: str, style: str, width: int, theme: Theme, glyphs: Glyphs, *, broken: bool = False) -> Body:
    """A body of one sentence of ours, wrapped by cells."""
    rows: list[Row] = []
    left = printable(words)
    while left and len(rows) < 6:
        part, taken = "", 0
        for char in left:
            taken += cells(char)
            if taken > max(2, width - 2):
                break
            part += char
        rows.append(paint_pieces([(f" {part}", style)], width, theme, None, glyphs))
        left = left[len(part) :].lstrip(" ")
    return Body(tuple(rows), (None,) * len(rows), broken)
