"""How a room heads its columns and writes their values, so that alerts and previews speak as panels do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from situationroom.formats import exact, figured, printable, text_of
from situationroom.i18n import default_language, say
from situationroom.layout.models import ActionSpec, Layout
from situationroom.layout.references import references
from situationroom.paint.columns import WELL_KNOWN, ColumnSpec
from situationroom.values import Message, Row, Value


@dataclass(frozen=True, slots=True)
class Heading:
    """One column as people read it.

    Attributes:
        column: its name.
        title: what it is headed.
        figure: how its values are written, None for by their type.
        unit: what stands behind each of them.
        values: what people call some of them, by how they are written.

    """

    column: str
    title: str
    figure: str | None = None
    unit: str = ""
    values: tuple[tuple[str, str], ...] = ()

    def called(self, value: Value) -> str:
        """What people call this value; "" where nobody said."""
        return printable(dict(self.values).get(text_of(value), "")) if self.values else ""

    def shown(self, value: Value, lang: str) -> str:
        """A value as safe text, its unit behind it; times in the zone they are in."""
        if called := self.called(value):
            return called
        return figured(value, self.figure, self.unit, lang)


class RoomWords:
    """The words of one room: language, time zone, names of people, what its panels call columns of feeds."""

    def __init__(self, layout: Layout | None = None, lang: str | None = None) -> None:
        self.lang = layout.lang if layout else lang or default_language()
        self.zone = ZoneInfo(layout.timezone if layout else "UTC")
        self.people = {name: one.name for name, one in layout.people.items()} if layout else {}
        self._feeds: dict[str, str] = {}
        self._by_feed: dict[tuple[str, str], Heading] = {}
        self._by_name: dict[str, set[Heading]] = {}
        for name, feed in layout.feeds.items() if layout else ():
            self._feeds[name] = feed.title
        for panel in layout.panels.values() if layout else ():
            if panel.feed and panel.title and not self._feeds.get(panel.feed):
                self._feeds[panel.feed] = panel.title
            for shown, column, part in _said(panel.options, panel.feed or ""):
                self._learn(shown, column, part)
        for (_, column), heading in self._by_feed.items():
            self._by_name.setdefault(column, set()).add(heading)

    def feed(self, name: str) -> str:
        """What a feed is called: by its own title, else by that of the first panel that shows it."""
        return self._feeds.get(name) or name

    def heading(self, column: str, feeds: Sequence[str] = ()) -> Heading:
        """What a column is called: by a panel of one of ``feeds``, by all panels alike, or by the trade."""
        for feed in feeds:
            if (found := self._by_feed.get((feed, column))) is not None:
                return found
        everywhere = self._by_name.get(column, set())
        if len(everywhere) == 1:
            return next(iter(everywhere))
        return self._of_the_trade(column)

    def headings(self, columns: Sequence[str], spec: ActionSpec) -> tuple[Heading, ...]:
        """The columns of an action's preview, as the feeds that the action names call them."""
        feeds = [one.name for one in references(spec, None) if one.what == "feed"]
        return tuple(self.heading(column, feeds) for column in columns)

    def _of_the_trade(self, column: str) -> Heading:
        known = WELL_KNOWN.get(column)
        if known is None:
            return Heading(column, column)
        return Heading(column, say(known.title, self.lang), known.figure, known.unit)

    def _learn(self, feed: str, column: str, part: BaseModel) -> None:
        """What one part of a panel says of a column, as far as no other said it before."""
        before = self._by_feed.get((feed, column))
        trade = self._of_the_trade(column)
        title = _word(part, "title", "label")
        if before is None:
            figure = _word(part, "figure") or trade.figure
            self._by_feed[feed, column] = Heading(
                column, title or trade.title, figure, _word(part, "unit") or trade.unit, self._values(part)
            )
            return
        if before.title == trade.title and title:
            before = replace(before, title=title)
        self._by_feed[feed, column] = replace(before, values=before.values or self._values(part))

    def _values(self, part: BaseModel) -> tuple[tuple[str, str], ...]:
        """What a column's part calls its values; people by their names."""
        if not isinstance(part, ColumnSpec):
            return ()
        return tuple({**(self.people if part.figure == "person" else {}), **part.values}.items())

    def value(self, value: Value, heading: Heading | None = None) -> str:
        """A value as safe text: a time in the room's zone, a figure as its column is written.

        Without a heading every digit is kept, since somebody may set just this value.
        """
        if isinstance(value, datetime):
            value = self.here(value)
        return heading.shown(value, self.lang) if heading else exact(value, self.lang)

    def state(self, value: Value) -> Message:
        """A present state that is one value."""
        return Message("actions.value", {"value": self.value(value)})

    def here(self, moment: datetime) -> datetime:
        """A moment in the room's zone; one that no zone can be applied to as it is."""
        try:
            return moment.astimezone(self.zone) if moment.tzinfo else moment
        except OverflowError:
            return moment

    def row(self, row: Row) -> dict[str, Value]:
        """A row whose times are in the room's zone."""
        return {
            name: self.here(value) if isinstance(value, datetime) else value for name, value in row.items()
        }


def _said(model: BaseModel, feed: str) -> Iterator[tuple[str, str, BaseModel]]:
    """Every part of a panel that shows a column: the feed, the column, and what says how."""
    own = getattr(model, "feed", None)
    feed = own if isinstance(own, str) else feed
    column = getattr(model, "column", None) or getattr(model, "value", None)
    if isinstance(column, str):
        yield feed, column, model
    for name in type(model).model_fields:
        value = getattr(model, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, BaseModel):
                yield from _said(part, feed)


def _word(model: BaseModel, *names: str) -> str:
    words = (getattr(model, name, None) for name in names)
    return next((word for word in words if isinstance(word, str) and word), "")
