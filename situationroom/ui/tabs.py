"""The pages as a row of tabs to tap, on a phone; a wall has them in its header."""

from __future__ import annotations

from collections.abc import Callable

from textual.geometry import Size

from situationroom.paint.bars import Chrome
from situationroom.paint.header import page_tabs
from situationroom.paint.page import header_facts
from situationroom.ui.chrome import ChromeRows
from situationroom.ui.painter import Painter


class Tabs(ChromeRows):
    """One row; not shown where there is one page."""

    def __init__(self, painter: Painter, page: Callable[[], str]) -> None:
        super().__init__(painter)
        self._page = page
        self.set_class(len(painter.room.layout.pages) < 2, "-alone")

    def chrome(self, size: Size) -> Chrome:
        """The pages, the one shown emphasised."""
        facts = header_facts(self.painter.room, self._page(), self.painter.person)
        return page_tabs(facts, size.width, self.painter.theme, self.painter.glyphs)
