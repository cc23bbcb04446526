"""What a panel itself painted, before its frame: it holds until a feed changes, and is worth keeping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from situationroom.formats import printable
from situationroom.formats import width as cells
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.rows import Row, paint_pieces, paint_text, restyle
from situationroom.paint.theme import Theme
from situationroom.panel import Panel, View
from situationroom.values import Key, Status

MOST_LINES = 2_000
"""Lines of one panel that are ever painted; nobody scrolls further."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a panel painted, unscrolled: rows of the width inside the frame, and the key each stands for."""

    rows: tuple[Row, ...]
    keys: tuple[Key | None, ...]
    broken: bool = False


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
