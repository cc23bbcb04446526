"""A page as plain text: for a file, a terminal that is not one, and a chat room."""

from __future__ import annotations

from collections.abc import Iterable

from situationroom.engine.interface import Room
from situationroom.formats import clock, key_text
from situationroom.i18n import say
from situationroom.paint.glyphs import CRITICAL, LEVEL_MARKS, WARNING, Glyphs
from situationroom.paint.page import Panels, paint_page
from situationroom.paint.rows import Row, plain
from situationroom.paint.theme import theme
from situationroom.values import Alert, Level, Person

CHAT_WIDTH = 46
"""Columns of a text for a chat room: what a phone shows without wrapping."""


def text_of(rows: Iterable[Row]) -> str:
    """Painted rows as lines of text, blanks at their ends cut, ending with a line break."""
    return "".join(f"{plain(row).rstrip()}\n" for row in rows)


def page_text(room: Room, panels: Panels, page: str, width: int, height: int, person: Person) -> str:
    """The page as :func:`~situationroom.paint.page.paint_page` paints it, as text."""
    return text_of(paint_page(room, panels, page, width, height, person, theme("mono"), Glyphs.NARROW))


def chat_text(room: Room, panels: Panels, page: str, person: Person) -> tuple[str, str]:
    """A title and a text for a chat room: alerts first, then the page as a phone shows it."""
    body = page_text(room, panels, page, CHAT_WIDTH, 0, person)
    alerts = "".join(f"{alert_line(alert, room.layout.lang)}\n" for alert in room.alerts())
    return headline(room, page), f"{alerts}\n{body}" if alerts else body


def headline(room: Room, page: str) -> str:
    """``아이폰16 출시 상황실 · 상황 · 09:41:07 · ■1 ▲2``."""
    counts = [
        f"{mark}{sum(alert.level is level for alert in room.alerts())}"
        for mark, level in ((CRITICAL, Level.CRITICAL), (WARNING, Level.WARNING))
        if any(alert.level is level for alert in room.alerts())
    ]
    standing = " ".join(counts) or say("paint.no_alerts", room.layout.lang)
    return " · ".join((room.layout.room, room.layout.page_title(page), clock(room.now()), standing))


def alert_line(alert: Alert, lang: str) -> str:
    """``■ 대외기관 오류율 · KAIT (09:38:12부터)``, and whether nobody knows if it still holds."""
    name = " · ".join(part for part in (alert.title or alert.rule, key_text(alert.key)) if part)
    line = say("share.alert", lang, mark=LEVEL_MARKS[alert.level], name=name, since=clock(alert.since))
    why = f" — {say(alert.why, lang)}" if alert.why is not None else ""
    return line + why + (f" {say('share.held', lang)}" if alert.held else "")
