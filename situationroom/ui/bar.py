"""The foot: actions with their state and the program's keys, or the last message."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Size
from textual.timer import Timer

from situationroom.i18n import say
from situationroom.paint.actionbar import Hint, action_bar, message_line
from situationroom.paint.bars import Chrome, Item, bar
from situationroom.paint.grid import PHONE_UNDER
from situationroom.ui.chrome import ChromeRows
from situationroom.ui.message import Said
from situationroom.ui.painter import Painter

MOST_ROWS = 2
ROOMY = 36
"""From this many rows on, the screen can spare a second row for actions."""


class Foot(ChromeRows):
    """On a phone one tap target that opens the sheet of actions. A message covers the last row."""

    def __init__(self, painter: Painter, hints: Sequence[Hint]) -> None:
        super().__init__(painter)
        self._hints = hints
        self._said: Said | None = None
        self._clearing: Timer | None = None

    def tell(self, said: Said) -> None:
        """Show a message; the one before it is replaced."""
        if self._clearing is not None:
            self._clearing.stop()
        self._said = said
        self._clearing = self.set_timer(said.stands_s, self.clear)
        self.repaint()

    def clear(self) -> None:
        """Take the message away."""
        self._said = None
        self.repaint()

    @property
    def said(self) -> Said | None:
        """The message that stands."""
        return self._said

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the actions need now, where the screen can spare them."""
        del container
        if width < PHONE_UNDER:
            return 3 if viewport.height >= ROOMY else 1
        if viewport.height < ROOMY:
            return 1
        left_over = any(tap.id == "more" for tap in self._actions(width, 1).taps)
        return MOST_ROWS if left_over else 1

    def chrome(self, size: Size) -> Chrome:
        """The bar, its last row covered by the message."""
        made = self._folded(size) if size.width < PHONE_UNDER else self._actions(size.width, size.height)
        if self._said is None:
            return made
        painter = self.painter
        line = message_line(self._said.words, self._said.tone, size.width, painter.theme, painter.glyphs)
        last = len(made.rows) - 1
        return Chrome((*made.rows[:-1], line), tuple(tap for tap in made.taps if tap.row < last))

    def _actions(self, width: int, rows: int) -> Chrome:
        painter = self.painter
        actions = painter.room.actions(painter.person)
        return action_bar(
            actions, self._hints, width, painter.theme, painter.glyphs, lang=painter.lang, rows=rows
        )

    def _folded(self, size: Size) -> Chrome:
        """One word for all actions, and the first hint; high enough for a finger where there is room."""
        painter = self.painter
        count = len(painter.room.actions(painter.person))
        words = say("ui.actions_folded", painter.lang, count=count)
        left = [Item(((words, "key"),), "more")]
        right = [Item(((hint.title, "title"),), hint.id) for hint in self._hints[:2]]
        middle = size.height // 2
        row, taps = bar(left, right, size.width, painter.theme, painter.glyphs)
        empty, _ = bar([], [], size.width, painter.theme, painter.glyphs)
        rows = tuple(row if y == middle else empty for y in range(size.height))
        high = tuple(tap._replace(row=y) for y in range(size.height) for tap in taps)
        return Chrome(rows, high)
