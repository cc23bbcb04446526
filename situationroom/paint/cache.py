"""Painted things kept by what they were painted from, so that many screens paint each panel once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from situationroom.paint.frame import Framed, framed, heading_of, inner_height, inside, paint_body, top_row
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.theme import Theme
from situationroom.panel import Panel, View
from situationroom.values import Person, Status

T = TypeVar("T")


class PaintCache:
    """The most recently used painted things, at most ``limit`` of them. For one thread."""

    def __init__(self, limit: int = 512) -> None:
        self._limit = limit
        self._kept: OrderedDict[Hashable, object] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for this key before, else what ``make`` gives. A key stands for one type."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return cast("T", self._kept[key])
        made = make()
        self._kept[key] = made
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return made

    def __len__(self) -> int:
        return len(self._kept)


def cached_panel(
    cache: PaintCache,
    name: str,
    panel: Panel[Any],
    view: View,
    version: Hashable,
    person: Person,
    width: int,
    height: int,
    theme: Theme,
    glyphs: Glyphs,
    *,
    focused: bool = False,
    offset: int = 0,
) -> Framed:
    """The panel in its frame, as :func:`paint_panel` paints it, from what is kept where that still holds.

    ``name`` is the panel's id in the layout, ``version`` the room's version of its feeds. Only the top
    row, with the age, is always new; a row that did not change is the very same object as before.
    """
    heading = heading_of(panel, view)
    if width < 4 or height < 2:
        return framed(paint_body(panel, view, 1, 1, theme, glyphs), heading, width, height, theme, glyphs)
    inner = inner_height(heading, height)
    seen = (
        name,
        version,
        tuple(_as_seen(state.status(view.now)) for state in view.feeds.values()),
        int(view.now.timestamp()) if panel.UPDATES == "seconds" else None,
        (view.selected, view.filter, view.lang, person.id),
        (width, inner, theme, glyphs),
    )
    body = cache.get(("body", *seen), lambda: paint_body(panel, view, width - 2, inner, theme, glyphs))
    rest = cache.get(
        ("inside", *seen, height, heading.dimmed, heading.reason, heading.note, focused, offset),
        lambda: inside(body, heading, width, height, theme, glyphs, focused=focused, offset=offset),
    )
    top = top_row(heading, width, theme, glyphs, focused=focused)
    return Framed((top, *rest.rows), (None, *rest.keys), rest.lines)


def _as_seen(status: Status) -> Status:
    """A question in flight changes nothing that a panel shows."""
    return Status.LIVE if status is Status.REFRESHING else status
