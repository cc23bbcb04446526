"""What a panel itself painted, before its frame: it holds until a feed changes, and is worth keeping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.style import Style
from rich.text import Text

from situationroom.errors import must_end
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
    """What a panel painted, unscrolled, and the key each line stands for.

    Lines become rows when they are looked at: of a long table or stream only those that show.
    """

    texts: tuple[Text | Row, ...]
    keys: tuple[Key | None, ...]
    width: int
    theme: Theme
    glyphs: Glyphs
    selected: Key | None = None
    broken: bool = False

    def __len__(self) -> int:
        """How many lines there are."""
        return len(self.texts)

    def rows(self, start: int = 0, stop: int | None = None) -> tuple[Row, ...]:
        """These lines as rows of the width inside the frame, the selected ones highlighted."""
        highlight = None if self.selected is None else self.theme.style("selected")
        chosen = zip(self.texts[start:stop], self.keys[start:stop], strict=True)
        return tuple(self._row(text, highlight if key == self.selected else None) for text, key in chosen)

    def _row(self, text: Text | Row, highlight: Style | None) -> Row:
        row = paint_text(text, self.width, self.theme, None, self.glyphs) if isinstance(text, Text) else text
        return row if highlight is None else restyle(row, highlight)


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
        body = Body(
            tuple(_text(line.text) for line in lines), tuple(line.key for line in lines),
            width, theme, glyphs, view.selected,
        )  # fmt: skip
    except BaseException as error:  # panels are anybody's code: one that breaks may not end the room
        if must_end(error):
            raise
        what = f"{type(error).__name__}: {error}"
        return _words(view.say("paint.broken", error=what), "critical", width, theme, glyphs, broken=True)
    return body


def _text(text: object) -> Text:
    """A line's text; anything else breaks the panel now, not when somebody scrolls to it."""
    if not isinstance(text, Text):
        raise TypeError(f"Line({text!r:.40}): not a rich Text")
    return text


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
    return Body(tuple(rows), (None,) * len(rows), width, theme, glyphs, broken=broken)
