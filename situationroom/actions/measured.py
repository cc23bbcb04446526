"""A condition's present state in words: the figure it turns on, how high it is, where its limit lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType

from situationroom.formats import exact_figure, key_text
from situationroom.layout.conditions import Given, compile_condition
from situationroom.layout.expressions import compile_expression
from situationroom.layout.limits import Alternative, Limit, alternatives
from situationroom.layout.models import FeedCondition
from situationroom.paint.words import RoomWords
from situationroom.values import FeedState, Message, Row

MOST = 3
"""Rows that are told of."""

_NOW: Mapping[str, str] = MappingProxyType(
    {
        ">": "actions.brake_now_above",
        ">=": "actions.brake_now_from",
        "<": "actions.brake_now_below",
        "<=": "actions.brake_now_to",
    }
)
_HALTS: Mapping[str, str] = MappingProxyType(
    {
        ">": "actions.brake_above",
        ">=": "actions.brake_from",
        "<": "actions.brake_below",
        "<=": "actions.brake_to",
    }
)

_WATCHED: Mapping[str, str] = MappingProxyType(
    {
        ">": "actions.watches_above",
        ">=": "actions.watches_from",
        "<": "actions.watches_below",
        "<=": "actions.watches_to",
    }
)


def brake_now(condition: FeedCondition, state: FeedState, given: Given, words: RoomWords) -> Message:
    """What the brake measures now and where it halts: ``KAIT 오류율 4.2 % (10 % 넘으면 멈춤)``."""
    told = _told(condition, state, given, words, _NOW, met=False)
    if told is None:
        return Message("actions.brake_now_plain", _plainly(condition, words))
    return Message("actions.brake_now", {"told": told})


def brake_halts(condition: FeedCondition, state: FeedState, given: Given, words: RoomWords) -> Message:
    """Why the brake halts: ``KAIT 오류율 42.7 % (10 % 넘음)``."""
    told = _told(condition, state, given, words, _HALTS, met=True)
    if told is None:
        return Message("actions.brake_plain", _plainly(condition, words))
    return Message("actions.brake", {"told": told})


def watched(condition: FeedCondition, state: FeedState, given: Given, words: RoomWords) -> Message:
    """What has to show, and what shows now: ``대외기관: KAIT 오류율 42.7 % (3 % 미만이어야 함)``."""
    told = _told(condition, state, given, words, _WATCHED, met=False)
    said = _plainly(condition, words)
    if told is None:
        return Message("actions.watches", said)
    return Message("actions.watches_now", {"feed": said["feed"], "told": told})


def figures(condition: FeedCondition, state: FeedState, given: Given, words: RoomWords) -> str:
    """The figures that a condition turns on, without its limits; "" where it turns on none."""
    shown = []
    for alternative in _alternatives(condition):
        rows = _rows(alternative, condition, state, given, met=False)
        shown += [_figure(alternative.limit, row, state, words) for row in rows]
    return ", ".join(dict.fromkeys(shown))


def _told(
    condition: FeedCondition,
    state: FeedState,
    given: Given,
    words: RoomWords,
    ids: Mapping[str, str],
    *,
    met: bool,
) -> Message | None:
    """The figures by their limits; None where there are none to tell of."""
    parts: list[Message] = []
    for alternative in _alternatives(condition):
        rows = _rows(alternative, condition, state, given, met=met)
        for bound in dict.fromkeys(_bound(alternative.limit, condition, row, given, words) for row in rows):
            alike = [row for row in rows if _bound(alternative.limit, condition, row, given, words) == bound]
            shown = ", ".join(_figures(alternative, condition, row, state, given, words) for row in alike)
            said = {"figures": shown, "bound": bound}
            parts.append(Message(ids[alternative.limit.sign], said))
    told = parts[-1] if parts else None
    for part in parts[-2::-1]:
        told = Message("actions.beside", {"first": part, "rest": told})
    return told


def _plainly(condition: FeedCondition, words: RoomWords) -> dict[str, object]:
    return {"feed": words.feed(condition.feed), "when": condition.said}


def _alternatives(condition: FeedCondition) -> Sequence[Alternative]:
    """How a condition comes to be met; ``none`` is never met by a figure that one could point at."""
    return alternatives(condition.when) if condition.when is not None else ()


def _rows(
    alternative: Alternative, condition: FeedCondition, state: FeedState, given: Given, *, met: bool
) -> list[Row]:
    """The rows it is about, those nearest to the limit or farthest beyond it first; only such as meet it."""
    compiled = compile_condition(condition.when or "")
    rows: list[Row] = []
    for row in state.reading.rows if state.reading else ():
        about = alternative.about is None or alternative.about.holds(compiled.filled(row, given))
        if about and (compiled.of(row, given) or not met):
            rows.append(row)
    column = alternative.limit.column
    upwards = alternative.limit.sign in (">", ">=")
    known = [(figure, row) for row in rows if (figure := exact_figure(row.get(column))) is not None]
    known.sort(key=itemgetter(0), reverse=upwards)
    return [row for _, row in known[:MOST]]


def _figure(limit: Limit, row: Row, state: FeedState, words: RoomWords) -> str:
    """``KAIT 오류율 4.2 %``."""
    heading = words.heading(limit.column, (state.name,))
    parts = (key_text(state.key(row)), heading.title, words.value(row.get(limit.column), heading))
    return " ".join(part for part in parts if part)


def _figures(
    alternative: Alternative,
    condition: FeedCondition,
    row: Row,
    state: FeedState,
    given: Given,
    words: RoomWords,
) -> str:
    """The figure, and the others that still hold the condition back where it is beyond its limit."""
    shown = _figure(alternative.limit, row, state, words)
    filled = compile_condition(condition.when or "").filled(row, given)
    if not _met(alternative.limit, filled):
        return shown
    for other in alternative.others:
        if not _met(other, filled):
            heading = words.heading(other.column, (state.name,))
            shown += f" · {heading.title} {words.value(row.get(other.column), heading)}"
    return shown


def _met(limit: Limit, row: Row) -> bool:
    return compile_expression(f"({limit.column}) {limit.sign} ({limit.bound.text})").holds(row)


def _bound(limit: Limit, condition: FeedCondition, row: Row, given: Given, words: RoomWords) -> str:
    """``10 %``: the limit, written as the figure is that is held against it; a column with its name."""
    value = limit.bound.evaluate(compile_condition(condition.when or "").filled(row, given))
    heading = words.heading(limit.column, (condition.feed,))
    shown = words.value(value, heading).replace(".0 %", " %") if value is not None else "?"
    if limit.bound.text.isidentifier() and limit.bound.text in row:
        return f"{words.heading(limit.bound.text, (condition.feed,)).title} {shown}"
    return shown
