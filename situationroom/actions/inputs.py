"""The values a person gave for an action, checked against its ``inputs`` before anything is asked outside."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches

from situationroom.actions.choices import Choice, FeedStates, fixed, from_feed
from situationroom.errors import ActionDenied, InputProblem
from situationroom.formats import text_of
from situationroom.layout.models import InputSpec
from situationroom.values import Row, Value

_MOST_DIGITS = 60

_PLAIN = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
"""A figure as a person writes it: plain digits, with or without thousands separators where they belong."""

_DAYS = {"today": 0, "오늘": 0, "yesterday": -1, "어제": -1, "tomorrow": 1, "내일": 1}

Offered = Mapping[str, Sequence[Choice]]


def checked(
    inputs: Mapping[str, InputSpec],
    given: Mapping[str, Value],
    feed_state: FeedStates,
    now: datetime,
    offered: Offered | None = None,
) -> dict[str, Value]:
    """A value for every input: text as it is, a number as int or Decimal, a date; None for one left out.

    ``offered`` has the choices that had to be looked up (see ``choices.offered``).

    Raises:
        InputProblem: a value is missing, too long, no number or date, out of bounds, not among the choices.
        ActionDenied: a value is given for something that is no input, or a feed of choices is not fresh.

    """
    for name in given:
        if name not in inputs:
            near = get_close_matches(name, inputs, 1)
            known = ", ".join(inputs) or "–"
            raise ActionDenied("actions.input_unknown", name=name, near=near[0] if near else known)
    return {
        name: _Field(name, spec).value(
            given.get(name), feed_state, now, offered.get(name) if offered else None
        )
        for name, spec in inputs.items()
    }


def defaults(inputs: Mapping[str, InputSpec], now: datetime) -> dict[str, Value]:
    """The values when nobody gives any: each default, else None.

    Raises:
        InputProblem: a default does not do.

    """
    return {
        name: None if spec.default is None else _Field(name, spec).read(spec.default, now)
        for name, spec in inputs.items()
    }


def prefill(inputs: Mapping[str, InputSpec], feed: str, row: Row) -> dict[str, str]:
    """What the selected row of a panel on ``feed`` gives for the inputs that are bound to that feed."""
    return {
        name: text_of(value)
        for name, spec in inputs.items()
        if spec.from_ is not None
        and spec.from_.feed == feed
        and (value := row.get(spec.from_.column)) is not None
    }


def choices_of(spec: InputSpec, feed_state: FeedStates, now: datetime) -> tuple[Choice, ...]:
    """What may be chosen without asking anybody: the fixed choices, or the present values of a feed.

    Raises:
        ActionDenied: the feed is not fresh, so that nobody knows what may be chosen.

    """
    if spec.choices or spec.from_ is None:
        return fixed(spec)
    return from_feed(spec.from_, feed_state, now)


def without_choices(spec: InputSpec) -> InputSpec:
    """The input without its choices: what was chosen once may be none today."""
    type_ = "text" if spec.type == "choice" else spec.type
    return spec.model_copy(update={"choices": (), "from_": None, "query": None, "type": type_})


class _Field:
    """One input, and the complaints about what was given for it."""

    def __init__(self, name: str, spec: InputSpec) -> None:
        self._name = name
        self._spec = spec
        self._title = spec.title or name

    def value(
        self, given: Value, feed_state: FeedStates, now: datetime, offered: Sequence[Choice] | None
    ) -> Value:
        spec = self._spec
        text = spec.default if given is None or given == "" else text_of(given)
        if text is None:
            if spec.optional:
                return None
            raise self._wrong("actions.input_missing")
        if "\0" in text or not _whole(text):
            raise self._wrong("actions.input_unusable")
        if len(text) > spec.max_length:
            raise self._wrong("actions.input_too_long", most=spec.max_length, length=len(text))
        if spec.type == "reason" and not text.strip():
            raise self._wrong("actions.input_missing")
        if offered is not None:
            return self.read(self._chosen(text, offered), now)
        if spec.choices or spec.from_:
            choices = choices_of(spec, feed_state, now)
            return self.read(self._chosen(text, choices), now)
        return self.read(text, now)

    def read(self, text: str, now: datetime) -> Value:
        """A text as the value of the input's type, within its bounds."""
        match self._spec.type:
            case "number":
                return self._number(text)
            case "date":
                return self._date(text, now)
            case _:
                return text

    def _chosen(self, text: str, choices: Sequence[Choice]) -> str:
        """The chosen value: said by itself, or by its title where that is nobody else's value."""
        chosen = next((one for one in choices if one.value == text), None) or next(
            (one for one in choices if one.title == text), None
        )
        if chosen is None:
            listed = _listed([one.title or one.value for one in choices if not one.present])
            raise self._wrong("actions.input_not_a_choice", choices=listed)
        if chosen.present:
            raise self._wrong("actions.is_present", value=chosen.title or chosen.value)
        return chosen.value

    def _number(self, text: str) -> int | Decimal:
        if not _PLAIN.fullmatch(text.strip()):
            raise self._wrong("actions.input_not_a_number")
        figure = Decimal(text.replace(",", "").strip())
        if not figure.is_finite() or abs(figure.adjusted()) > _MOST_DIGITS:
            raise self._wrong("actions.input_not_a_number")
        if self._spec.min is not None and figure < self._spec.min:
            raise self._wrong("actions.input_too_small", least=str(self._spec.min))
        if self._spec.max is not None and figure > self._spec.max:
            raise self._wrong("actions.input_too_large", most=str(self._spec.max))
        return int(figure) if figure == figure.to_integral_value() else figure

    def _date(self, text: str, now: datetime) -> date:
        word = text.strip().casefold()
        if word in _DAYS:
            return now.date() + timedelta(days=_DAYS[word])
        try:
            return date.fromisoformat(word)
        except ValueError:
            raise self._wrong("actions.input_not_a_date") from None

    def _wrong(self, what: str, **values: object) -> InputProblem:
        return InputProblem(what, name=self._title, field=self._name, **values)


def _whole(text: str) -> bool:
    """Whether no half character (from a command line of another encoding) is in it."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _listed(choices: Collection[str]) -> str:
    first = list(choices)[:10]
    return ", ".join(first) + (" …" if len(choices) > len(first) else "")
