"""A picture of a room at one moment, in the form its file's suffix asks for."""

from __future__ import annotations

from situationroom.engine.interface import Room
from situationroom.errors import UsageError
from situationroom.layout.models import PageSpec
from situationroom.paint.grid import phone_order
from situationroom.paint.page import Panels, paint_page
from situationroom.paint.theme import theme
from situationroom.share.document import document_text
from situationroom.share.markdown import markdown
from situationroom.share.svg import svg
from situationroom.share.text import headline, page_text
from situationroom.values import Person

SUFFIXES = (".txt", ".md", ".svg", ".json")


def snapshot(
    room: Room, panels: Panels, page: str | None, suffix: str, width: int, height: int, person: Person
) -> str:
    """A page as text, Markdown, SVG or JSON; without ``page`` the first one, in JSON every panel.

    Narrow sizes give a phone's page, as high as it needs.

    Raises:
        UsageError: there is no such page, or none at all to paint.
        KeyError: the suffix is none of :data:`SUFFIXES`.

    """
    if suffix == ".json":
        names = tuple(room.layout.panels) if page is None else phone_order(_page(room, page)[1])
        return document_text(room, panels, names, person)
    name, _ = _page(room, page)
    match suffix:
        case ".txt":
            return page_text(room, panels, name, width, height, person)
        case ".md":
            return markdown(room, panels, name, person)
        case ".svg":
            look = theme("dark")
            rows = paint_page(room, panels, name, width, height, person, look)
            return svg(rows, look, headline(room, name))
    raise KeyError(suffix)


def _page(room: Room, wanted: str | None) -> tuple[str, PageSpec]:
    pages = room.layout.pages
    if not pages:
        raise UsageError("share.no_pages")
    name = next(iter(pages)) if wanted is None else wanted
    if name not in pages:
        raise UsageError("share.page", page=name, pages=", ".join(pages))
    return name, pages[name]
