"""The room as one JSON document, for other programs.

Its shape::

    {"room", "at",
     "feeds": {name: {"state", "age_s", "reason", "rows"}},
     "alerts": [{"rule", "key", "level", "since", "why", "judged"}],
     "actions": {id: {"title", "state", "allowed", "why"}},
     "panels": [{"id", "type", "title", "text"}]}

Times are ISO 8601 with their offset; what has no answer yet is null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from situationroom.engine.interface import Room
from situationroom.formats import escaped_json
from situationroom.i18n import say
from situationroom.paint.body import paint_body
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.heading import heading_of
from situationroom.paint.page import Panels, full_height, view_of
from situationroom.paint.theme import theme
from situationroom.panel import Panel
from situationroom.share.text import text_of
from situationroom.values import Person, Value

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

_LONGEST_INT, _MOST_DIGITS = 10_000, 3_000
"""Bits and digits of a whole number; Python itself writes and reads no more than 4,300 digits."""

PANEL_WIDTH = 80
"""Columns of a panel's text in a document."""


def document(room: Room, panels: Panels, names: Sequence[str], person: Person) -> dict[str, Json]:
    """The document as plain values; ``names`` are the panels it shows."""
    lang = room.layout.lang
    return {
        "room": room.layout.room,
        "at": room.now().isoformat(),
        "feeds": {name: _feed(room, name) for name in room.layout.feeds},
        "alerts": [
            {
                "rule": alert.rule,
                "key": list(alert.key),
                "level": alert.level.name.lower(),
                "since": alert.since.isoformat(),
                "why": say(alert.why, lang) if alert.why is not None else None,
                "judged": not alert.unjudged,
            }
            for alert in room.alerts()
        ],
        "actions": {
            action.id: {
                "title": action.title,
                "state": action.state or None,
                "allowed": action.allowed,
                "why": say(action.why, lang) if action.why else None,
            }
            for action in room.actions(person)
        },
        "panels": [
            {
                "id": name,
                "type": panels[name].spec.type,
                "title": panels[name].spec.title,
                "text": panel_text(room, panels[name], PANEL_WIDTH, person),
            }
            for name in names
        ],
    }


def document_text(room: Room, panels: Panels, names: Sequence[str], person: Person) -> str:
    """The document as JSON, indented, Korean as it is, characters that are not seen escaped."""
    made = document(room, panels, names, person)
    return escaped_json(json.dumps(made, ensure_ascii=False, indent=2, allow_nan=False)) + "\n"


def panel_text(room: Room, panel: Panel[Any], width: int, person: Person) -> str:
    """All lines of a panel in ``width`` columns, without its frame; why there are none, where that is so."""
    view = view_of(room, panel, person)
    look = theme("mono")
    height = full_height(panel, view, width + 2, look, Glyphs.NARROW) - 2
    reason = heading_of(panel, view).reason
    body = text_of(paint_body(panel, view, width, height, look, Glyphs.NARROW).rows())
    return f"{body}{reason}\n" if reason else body


def _feed(room: Room, name: str) -> Json:
    state = room.latest(name)
    age_s = state.age_s(room.now())
    rows = state.reading.rows if state.reading else ()
    return {
        "state": state.status(room.now()).value,
        "age_s": round(age_s, 3) if math.isfinite(age_s) else None,
        "reason": say(state.failure.reason, room.layout.lang) if state.failure else None,
        "rows": [{column: _plain(value) for column, value in row.items()} for row in rows],
    }


def _plain(value: Value) -> Json:
    """A value as JSON has it: decimals as numbers, times as text, no NaN.

    A figure beyond what programs read as a number, and whatever else a source may give, is text.
    """
    match value:
        case None | bool() | str():
            return value
        case Decimal() if value.is_finite():
            return _figure(value)
        case int():
            return value if value.bit_length() <= _LONGEST_INT else str(Decimal(value))
        case float() if math.isfinite(value):
            return float(value)
        case float() | Decimal():
            return None
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _figure(value: Decimal) -> Json:
    if value.adjusted() > _MOST_DIGITS:
        return str(value)
    if value == value.to_integral_value():
        return int(value)
    figure = float(value)
    return figure if math.isfinite(figure) else str(value)
