"""The values a person gave for an action, checked against its ``inputs`` before anything is asked outside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

from situationroom.errors import ActionDenied
from situationroom.layout.models import FromFeed, InputSpec
from situationroom.values import FeedState, Value

LONGEST = 10_000
"""Characters of one value."""

_MOST_DIGITS = 60


def checked(
    inputs: Mapping[str, InputSpec],
    given: Mapping[str, Value],
    feed_state: Callable[[str], FeedState],
    now: datetime,
) -> dict[str, Value]:
    """A value for every input: text as it is, a number as int or Decimal, None for an optional one left out.

    Raises:
        ActionDenied: a value is missing, unknown, not a number or not among the choices; names the input.

    """
    for name in given:
        if name not in inputs:
            near = get_close_matches(name, inputs, 1)
            known = ", ".join(inputs) or "–"
            raise ActionDenied("actions.input_unknown", name=name, near=near[0] if near else known)
    return {name: _value(name, spec, given.get(name), feed_state, now) for name, spec in inputs.items()}


def defaults(inputs: Mapping[str, InputSpec]) -> dict[str, Value]:
    """The values when nobody gives any: each default, else None.

    Raises:
        ActionDenied: the default of a number is none.

    """
    return {
        name: _number(name, spec.default)
        if spec.default is not None and spec.type == "number"
        else spec.default
        for name, spec in inputs.items()
    }


def _value(
    name: str, spec: InputSpec, given: Value, feed_state: Callable[[str], FeedState], now: datetime
) -> Value:
    title = spec.title or name
    text = spec.default if given is None or given == "" else _text(given)
    if text is None:
        if spec.optional:
            return None
        raise ActionDenied("actions.input_missing", name=title)
    if len(text) > LONGEST or "\0" in text or not _whole(text):
        raise ActionDenied("actions.input_unusable", name=title, most=LONGEST)
    choices = choices_of(spec, feed_state, now) if spec.choices or spec.from_ else None
    if choices is not None and text not in choices:
        raise ActionDenied("actions.input_not_a_choice", name=title, choices=_listed(choices))
    return _number(title, text) if spec.type == "number" else text


def choices_of(spec: InputSpec, feed_state: Callable[[str], FeedState], now: datetime) -> tuple[str, ...]:
    """What may be chosen: the fixed choices, or the present values of a feed's column.

    Raises:
        ActionDenied: the feed is not fresh, so that nobody knows what may be chosen.

    """
    if spec.choices or spec.from_ is None:
        return spec.choices
    return _from_feed(spec.from_, feed_state(spec.from_.feed), now)


def _from_feed(wanted: FromFeed, state: FeedState, now: datetime) -> tuple[str, ...]:
    if not state.status(now).fresh or state.reading is None:
        raise ActionDenied("actions.feed_not_fresh", feed=wanted.feed)
    values = (row.get(wanted.column) for row in state.reading.rows)
    return tuple(dict.fromkeys(_text(value) for value in values if value is not None))


def _number(title: str, text: str) -> int | Decimal:
    try:
        figure = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        raise ActionDenied("actions.input_not_a_number", name=title) from None
    if not figure.is_finite() or abs(figure.adjusted()) > _MOST_DIGITS:
        raise ActionDenied("actions.input_not_a_number", name=title)
    return int(figure) if figure == figure.to_integral_value() else figure


def _text(value: Value) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _whole(text: str) -> bool:
    """Whether no half character (from a command line of another encoding) is in it."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _listed(choices: Collection[str]) -> str:
    first = list(choices)[:10]
    return ", ".join(first) + (" …" if len(choices) > len(first) else "")
