"""From a room to strips: what each widget of a screen shows, painted once for all screens of one size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rich.segment import Segment
from textual.strip import Strip

from situationroom.engine.interface import Room
from situationroom.paint.body import Body, paint_body
from situationroom.paint.cache import PaintCache
from situationroom.paint.frame import inner_height, inside, top_row
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.heading import Heading, heading_of
from situationroom.paint.page import full_height, panel_feeds
from situationroom.paint.rows import Row
from situationroom.paint.theme import Theme
from situationroom.panel import Panel, View
from situationroom.values import Key, Level, Person
from situationroom.values import Row as ReadingRow

Strips = tuple[Strip, ...]


@dataclass(frozen=True, slots=True)
class Looking:
    """How one viewer looks at one panel.

    Attributes:
        selected: the key of the selected row.
        filter: what rows are filtered by, or "".
        offset: lines scrolled away.
        focused: whether keys go to this panel.

    """

    selected: Key | None = None
    filter: str = ""
    offset: int = 0
    focused: bool = False


@dataclass(frozen=True, slots=True)
class PaintedPanel:
    """A panel in its frame: its strips, the key each stands for, and its body before scrolling."""

    strips: Strips
    keys: tuple[Key | None, ...]
    body: Body
    inner: int


class Painter:
    """Paints one room for one person; ``cache`` may be shared by all screens of a room."""

    def __init__(
        self,
        room: Room,
        panels: Mapping[str, Panel[Any]],
        person: Person,
        theme: Theme,
        glyphs: Glyphs,
        cache: PaintCache | None = None,
    ) -> None:
        self.room = room
        self.panels = panels
        self.person = person
        self.theme = theme
        self.glyphs = glyphs
        self._cache = cache if cache is not None else PaintCache()
        self._base = theme.style("base")
        self._needs = {
            name: (*panel_feeds(panel.spec), *sorted(panel.NEEDS)) for name, panel in panels.items()
        }
        # levels come with ``alerts``, and any panel may show them
        self._versioned = {name: tuple(dict.fromkeys((*n, "alerts"))) for name, n in self._needs.items()}

    @property
    def lang(self) -> str:
        """The room's language."""
        return self.room.layout.lang

    def panel(self, name: str, width: int, height: int, looking: Looking) -> PaintedPanel:
        """A panel in its frame, from the cache as far as it holds."""
        panel = self.panels[name]
        view = self.view(name, looking)
        heading = heading_of(panel, view)
        if looking.filter:  # rows that are not shown must be known to be missing
            heading = replace(heading, title=f"{heading.title} /{looking.filter}")
        inner = inner_height(heading, height)
        if width < 4 or height < 2:
            nothing = Body((), (), 0, self.theme, self.glyphs)
            return PaintedPanel(self.blank(width, height), (None,) * height, nothing, inner)
        drawn = (name, self._version(name, view), width, inner, heading.status, *self._drawing)
        seen = (looking.selected, looking.filter)
        body = self._cache.get(
            ("body", *drawn, *seen),
            lambda: paint_body(panel, view, width - 2, inner, self.theme, self.glyphs),
        )
        rest, keys = self._cache.get(
            ("inside", *drawn, *seen, height, looking.offset, looking.focused, heading.reason, heading.note),
            lambda: self._inside(name, body, heading, width, height, looking),
        )
        top = top_row(heading, width, self.theme, self.glyphs, focused=looking.focused)
        return PaintedPanel((*self.strips((top,)), *rest), (None, *keys), body, inner)

    def view(self, name: str, looking: Looking | None = None) -> View:
        """What a panel may see now, as this viewer looks at it."""
        spec = self.panels[name].spec
        view = self.room.view(spec, self.needs(name), self.person)
        if looking is None or (looking.selected is None and not looking.filter):
            return view
        return replace(view, selected=looking.selected, filter=looking.filter)

    def row(self, name: str, key: Key) -> tuple[str, ReadingRow] | None:
        """The feed and the row that a key of a panel stands for; an alert stands for the row it is about."""
        layout, panel = self.room.layout, self.panels[name]
        feed = next(iter(panel_feeds(panel.spec)), None)
        if feed is None and "alerts" in panel.NEEDS and key and key[0] in layout.rules:
            feed, key = layout.rules[key[0]].feed, key[1:]
        if feed is None:
            return None
        state = self.room.latest(feed)
        rows = state.reading.rows if state.reading is not None else ()
        return next(((feed, row) for row in rows if state.key(row) == key), None)

    def worst(self, name: str) -> int:
        """How urgent a panel is: the worst level that holds in its feeds, a dead one among them included."""
        view = self.view(name)
        levels = [view.worst(feed) for feed in view.feeds]
        if any(not state.status(view.now).fresh and state.reading for state in view.feeds.values()):
            levels.append(Level.WARNING)
        return max(levels, default=Level.GOOD)

    def needs(self, name: str) -> tuple[str, ...]:
        """What a panel looks at: its feeds, then ``alerts`` and ``actions`` where it says so."""
        return self._needs[name]

    def wanted_height(self, name: str, width: int) -> int:
        """Rows a panel wants on a narrow screen, its frame included."""
        view = self.view(name)
        key = ("height", name, self._version(name, view), width, view.status(), *self._drawing)
        make = lambda: full_height(self.panels[name], view, width, self.theme, self.glyphs)  # noqa: E731
        return self._cache.get(key, make)

    def strips(self, rows: Iterable[Row]) -> Strips:
        """Painted rows as strips, on the theme's ground."""
        return tuple(self._strip(row) for row in rows)

    def _strip(self, row: Row) -> Strip:
        base = self._base
        return Strip([Segment(text, base if style is None else base + style) for text, style, _ in row])

    def blank(self, width: int, height: int) -> Strips:
        """Empty rows on the theme's ground."""
        return (Strip.blank(width, self._base),) * height

    @property
    def _drawing(self) -> tuple[object, ...]:
        return (self.theme.name, self.glyphs)

    def _version(self, name: str, view: View) -> tuple[object, ...]:
        """Changes whenever the panel's body would."""
        panel = self.panels[name]
        second = int(view.now.timestamp()) if panel.UPDATES == "seconds" else None
        person = self.person if "actions" in panel.NEEDS else None
        return (self.room.version(self._versioned[name]), second, person)

    def _inside(
        self, name: str, body: Body, heading: Heading, width: int, height: int, looking: Looking
    ) -> tuple[Strips, tuple[Key | None, ...]]:
        painted = inside(
            body,
            heading,
            width,
            height,
            self.theme,
            self.glyphs,
            focused=looking.focused,
            offset=looking.offset,
        )
        # a row that stayed as it was stays the same strip: nothing is made, compared or drawn anew for it
        last = self._cache.get(("strips", name, width, height, *self._drawing), dict[Row, Strip])
        strips = tuple(last.get(row) or self._strip(row) for row in painted.rows)
        last.clear()
        last.update(zip(painted.rows, strips, strict=True))
        return strips, painted.keys
