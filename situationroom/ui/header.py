"""The rows above the panels: room, clock, lamps of the sources, alerts, person, pages."""

from __future__ import annotations

from collections.abc import Callable

from textual.geometry import Size

from situationroom.paint.bars import Chrome
from situationroom.paint.grid import PHONE_UNDER
from situationroom.paint.header import HEADER_ROWS, phone_header, wall_header
from situationroom.paint.page import header_facts
from situationroom.ui.chrome import ChromeRows
from situationroom.ui.painter import Painter
from situationroom.values import SourceHealth

AT_ONCE = frozenset({"alerts", "runs"})

LOW = 16
"""Screens with fewer rows have one for the header."""


class Header(ChromeRows):
    """Two rows, below a banner in trouble and one while actions are held; on a low screen, the first row."""

    def __init__(self, painter: Painter, page: Callable[[], str]) -> None:
        super().__init__(painter)
        self._page = page
        self._lamps: tuple[SourceHealth, ...] = ()
        self._banners = 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One row where the screen is low."""
        del container, width
        if viewport.height < LOW:
            return 1
        return HEADER_ROWS + self._bannered()

    def chrome(self, size: Size) -> Chrome:
        """The header as a wall or a phone shows it."""
        painter = self.painter
        facts = header_facts(painter.room, self._page(), painter.person)
        paint = phone_header if size.width < PHONE_UNDER else wall_header
        return paint(facts, size.width, painter.theme, painter.glyphs)

    def changed(self, names: frozenset[str]) -> None:
        """Repaint at once when an alert or a lamp changed; ages can wait for the second."""
        lamps = self.painter.room.sources()
        before = [(lamp.level, lamp.reason) for lamp in self._lamps]
        self._lamps = lamps
        banners = self._bannered()
        if banners != self._banners:
            self._banners = banners
            self.refresh(layout=True)
            self.forget()
        if names & AT_ONCE or before != [(lamp.level, lamp.reason) for lamp in lamps]:
            self.repaint()

    def _bannered(self) -> int:
        """How many banners stand above the two rows."""
        room = self.painter.room
        return sum(each is not None for each in (room.held(), room.trouble(), room.alarm()))
