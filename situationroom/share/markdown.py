"""A page as Markdown: headline, alerts, how old each feed is, then every panel in a fenced block."""

from __future__ import annotations

import re

from situationroom.engine.interface import Room
from situationroom.formats import age, printable
from situationroom.i18n import say
from situationroom.paint.glyphs import STATUS_MARKS
from situationroom.paint.grid import phone_order
from situationroom.paint.page import Panels
from situationroom.share.document import PANEL_WIDTH, panel_text
from situationroom.share.text import alert_line, headline
from situationroom.values import Person

_SPECIAL = re.compile(r"([\\`*_\[\]#|<>~&])")


def markdown(room: Room, panels: Panels, page: str, person: Person) -> str:
    """The page as CommonMark with one table (GitHub's extension). Text from outside is escaped."""
    lang = room.layout.lang
    parts = [f"# {escaped(headline(room, page))}\n"]
    if alerts := room.alerts():
        lines = "".join(f"- {escaped(alert_line(alert, lang))}\n" for alert in alerts)
        parts.append(f"## {say('share.alerts', lang)}\n\n{lines}")
    parts.append(f"## {say('share.feeds', lang)}\n\n{_feeds(room)}")
    for name in phone_order(room.layout.pages[page]):
        panel = panels[name]
        block = fenced(panel_text(room, panel, PANEL_WIDTH, person))
        parts.append(f"## {escaped(panel.spec.title)}\n\n{block}")
    return "\n".join(parts)


def escaped(words: str) -> str:
    """The words with nothing in them that Markdown or HTML would read as its own."""
    return _SPECIAL.sub(r"\\\1", printable(words))


def fenced(text: str) -> str:
    """The text in a code block whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}\n"


def _feeds(room: Room) -> str:
    """A table of feeds: state, age, and the reason of a failure."""
    lang = room.layout.lang
    heads = [say(f"share.{name}", lang) for name in ("feed", "state", "age", "reason")]
    lines = [f"| {' | '.join(heads)} |", "|---|---|---:|---|"]
    for name in room.layout.feeds:
        state = room.latest(name)
        status = state.status(room.now())
        words = f"{STATUS_MARKS[status]} {say(f'share.{status.value}', lang)}"
        reason = say(state.failure.reason, lang) if state.failure else ""
        row = (escaped(name), escaped(words), age(state.age_s(room.now())), escaped(reason))
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines) + "\n"
