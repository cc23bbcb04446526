"""One search box that reaches every panel, page, action and contact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from rich.text import Text
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider, SearchIcon

from situationroom.i18n import say
from situationroom.ui.held_keys import Opening

if TYPE_CHECKING:
    from situationroom.ui.app import RoomApp


class Entry(NamedTuple):
    """Something that can be found: its words, what is greyed after them, and what choosing it does."""

    words: str
    note: str
    choose: Callable[[], None]


def entries(app: RoomApp) -> Iterator[Entry]:
    """Everything a person may look for, in the order they are likely to need it."""
    layout, lang = app.room.layout, app.room.layout.lang
    for state in app.room.actions(app.painter.person):
        note = "" if state.allowed else say(state.why or "ui.not_allowed", lang)
        words = say("ui.find_action", lang, name=state.title)
        yield Entry(words, note or state.key, partial(app.ask, state.id))
    shown = {name for page in layout.pages.values() for line in page.grid for name in line}
    for name, panel in app.panels.items():
        if name in shown:
            yield Entry(say("ui.find_panel", lang, name=panel.spec.title), "", partial(app.go_to_panel, name))
    for number, page in enumerate(layout.pages, 1):
        yield Entry(
            say("ui.find_page", lang, name=layout.page_title(page)),
            str(number),
            partial(app.go_to_page, page),
        )
    for person in layout.people.values():
        if person.phone:
            words = say("ui.find_contact", lang, name=person.name, phone=person.phone)
            choose = partial(app.tell, "ui.contact", "good", name=person.name, phone=person.phone)
            yield Entry(words, "", choose)


class RoomCommands(Provider):
    """Gives the entries to Textual's palette."""

    async def discover(self) -> Hits:
        """Everything, while nothing is typed."""
        plain = self._room_app.wording().plain
        for entry in entries(self._room_app):
            words = plain(entry.words)
            yield DiscoveryHit(_prompt(Text(words), plain(entry.note)), entry.choose, words)

    async def search(self, query: str) -> Hits:
        """What the letters are found in, in their order, the nearest first; words of ours for nothing."""
        app = self._room_app
        matcher, plain = self.matcher(query), app.wording().plain
        nothing = True
        for entry in entries(app):
            words = plain(entry.words)
            if (score := matcher.match(words)) > 0:
                nothing = False
                found = Text(words)
                for word in query.split():
                    found.highlight_words([word], "bold", case_sensitive=False)
                yield Hit(score, _prompt(found, plain(entry.note)), entry.choose, words)
        if nothing:
            words = plain(say("ui.find_nothing", app.painter.lang, words=query))
            yield Hit(1.0, Text(words, "dim"), app.hush, words)

    @property
    def _room_app(self) -> RoomApp:
        return cast("RoomApp", self.app)


class Palette(Opening, CommandPalette):
    """Textual's palette with a plain search mark instead of an emoji."""

    def on_mount(self) -> None:
        """Take the emoji away."""
        self.query_one(SearchIcon).icon = "/"


def _prompt(words: Text, note: str) -> Text:
    return words + Text(f"  {note}", "dim") if note else words
