"""Rows around the panels whose words can be tapped: base of header, tabs and foot."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from situationroom.paint.bars import Chrome
from situationroom.ui.painted import Painted
from situationroom.ui.painter import Painter


class ChromeRows(Painted):
    """Paints a :class:`Chrome` and says what of it was tapped."""

    class Tapped(Message):
        """Words with a meaning were tapped, such as ``action:ID``, ``page:NAME`` or ``more``."""

        def __init__(self, meaning: str) -> None:
            super().__init__()
            self.meaning = meaning

    def __init__(self, painter: Painter) -> None:
        super().__init__()
        self.painter = painter
        self._chrome = Chrome(())

    def chrome(self, size: Size) -> Chrome:
        """What to paint in ``size`` cells."""
        raise NotImplementedError

    def paint(self, size: Size) -> Sequence[Strip]:
        """The rows, remembered with their taps."""
        self._chrome = self.chrome(size)
        strips = self.painter.strips(self._chrome.rows)
        return strips + self.painter.blank(size.width, size.height - len(strips))

    def on_click(self, event: events.Click) -> None:
        """Find the words under the finger."""
        event.stop()
        for tap in self._chrome.taps:
            if tap.row == event.y and tap.x0 <= event.x < tap.x1:
                self.post_message(self.Tapped(tap.id))
                return
