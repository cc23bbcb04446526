"""The search through a room: what is typed is looked for in every row of every panel."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Button, Input, OptionList
from textual.widgets.option_list import Option

from situationroom.i18n import say
from situationroom.paint.body import Body, paint_body
from situationroom.ui.dialog import Complaint, Dialog, button
from situationroom.ui.painter import Painter
from situationroom.ui.preview import Wording
from situationroom.values import Key

MOST_HITS = 100
"""Hits listed; nobody reads on, one types another letter."""

PAINTED_CELLS = 160
"""Rows are searched as a wide panel shows them, so that no column is dropped and no word cut."""


class Found(NamedTuple):
    """A row of a panel in which all words stand; the panel itself where ``key`` is None."""

    panel: str
    key: Key | None
    title: str
    words: str = ""


def found(painter: Painter, typed: str) -> Iterator[Found]:
    """Where every word stands, case ignored: panels by their titles, then rows; all panels for "".

    A word may stand in the panel's title and the others in its row. Only panels of some page are reached.
    """
    words = typed.casefold().split()
    pages = painter.room.layout.pages.values()
    shown = dict.fromkeys(name for page in pages for line in page.grid for name in line if name != ".")
    titles = {name: painter.panels[name].spec.title or name for name in shown}
    named = {name for name, title in titles.items() if _stand(words, title)}
    for name in titles:
        if name in named:
            yield Found(name, None, titles[name])
    for name, title in titles.items():
        if name not in named:
            yield from _rows(painter, name, title, words)


def _rows(painter: Painter, name: str, title: str, words: list[str]) -> Iterator[Found]:
    body = paint_body(
        painter.panels[name], painter.view(name), PAINTED_CELLS, 40, painter.theme, painter.glyphs
    )
    lines = list(zip(_lines(body), body.keys, strict=True))
    keyed = any(key is not None for _, key in lines)
    seen: set[Key] = set()
    for line, key in lines:
        if (key is None) is keyed or key in seen or not _stand(words, f"{title} {line}"):
            continue  # a heading among rows is none of them
        if key is not None:
            seen.add(key)
        yield Found(name, key, title, line)


def _lines(body: Body) -> Iterator[str]:
    for text in body.texts:
        plain = text.plain if isinstance(text, Text) else "".join(piece[0] for piece in text)
        yield " ".join(plain.split())


def _stand(words: list[str], hay: str) -> bool:
    folded = hay.casefold()
    return all(word in folded for word in words)


class RoomSearch(Dialog[Found | None]):
    """Answers with the row that was chosen. Letters go to its field alone; Enter takes the lit hit."""

    AUTO_FOCUS: ClassVar[str | None] = "Input"

    def __init__(self, painter: Painter, wording: Wording) -> None:
        super().__init__(wording)
        self._painter = painter
        self._hits: list[Found] = []

    def compose(self) -> ComposeResult:
        """The hits, and below them the field, which is so always in sight."""
        hits = OptionList(markup=False, compact=True)
        hits.can_focus = False
        field = Input(placeholder=say("ui.search_words", self.lang), compact=True)
        close = button(say("ui.close", self.lang), "close")
        yield self.box(say("ui.search_room", self.lang), hits, below=(Complaint(), field), buttons=(close,))

    @on(Input.Changed)
    def _look(self, event: Input.Changed) -> None:
        """List what the words are found in; the first is lit."""
        event.stop()
        self._list(event.value)

    def on_mount(self) -> None:
        """List the panels before anything is typed."""
        super().on_mount()
        self._list("")

    def _list(self, typed: str) -> None:
        hits = list(islice(found(self._painter, typed), MOST_HITS + 1))
        self._hits = hits[:MOST_HITS]
        options = [Option(self._of(hit), id=str(place)) for place, hit in enumerate(self._hits)]
        words = ""
        if not hits:
            words = say("ui.find_nothing", self.lang, words=typed)
        elif len(hits) > MOST_HITS:
            words = say("ui.find_more", self.lang, count=MOST_HITS)
        self.query_one(Complaint).say(self.wording.plain(words))
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options(options)
        listed.highlighted = 0 if self._hits else None

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        event.stop()
        place = self.query_one(OptionList).highlighted
        if place is not None and place < len(self._hits):
            self.dismiss(self._hits[place])

    @on(OptionList.OptionSelected)
    def _tapped(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            self.dismiss(self._hits[int(event.option_id)])

    def action_step(self, lines: int) -> None:
        """The hit above or below."""
        listed = self.query_one(OptionList)
        if lines < 0:
            listed.action_cursor_up()
        else:
            listed.action_cursor_down()

    def action_turn(self, pages: int) -> None:
        """As many hits further as are seen."""
        listed = self.query_one(OptionList)
        if listed.highlighted is not None:
            wanted = listed.highlighted + pages * max(1, listed.size.height - 1)
            listed.highlighted = max(0, min(wanted, len(self._hits) - 1))

    @on(Button.Pressed, "#close")
    def action_close(self) -> None:
        """Close; nothing was looked for."""
        self.dismiss(None)

    def _of(self, hit: Found) -> Text:
        if not hit.words:
            return self.wording.line((hit.title, "strong"))
        return self.wording.line((f"{hit.title}  ", "muted"), (hit.words, ""))
