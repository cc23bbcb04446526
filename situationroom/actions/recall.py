"""From what the journal knows of a run back to a call: to look again, undo it, revert it, continue it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from situationroom.actions.base import Action, Call, Resume
from situationroom.actions.inputs import checked, without_choices
from situationroom.actions.masking import HIDDEN
from situationroom.actions.record import Record
from situationroom.errors import ActionDenied
from situationroom.values import FeedState, Person, Value


def call_of(
    record: Record,
    action: Action[Any],
    person: Person,
    feed_state: Callable[[str], FeedState],
    now: datetime,
) -> Call:
    """The call of a recorded run, by ``person``; its values need not be choices any more.

    Raises:
        ActionDenied: it had a secret input, which nobody keeps.

    """
    inputs = {name: without_choices(spec) for name, spec in action.spec.inputs.items()}
    kept = {name: _value(value) for name, value in record.values.items() if name in inputs}
    if any(inputs[name].secret and value == HIDDEN for name, value in kept.items()):
        raise ActionDenied("actions.secret_forgotten")
    return Call(record.action, person, checked(inputs, kept, feed_state, now), undoes=record.undoes)


def undo_of(record: Record, actions: Mapping[str, Action[Any]], call: Call) -> Call | None:
    """The call that undoes a recorded run, ``call`` being that run's own; None where there is no way."""
    action = actions[record.action]
    undo = action.spec.undo
    if undo is not None and undo.action is not None:
        values = {name: _filled(value, record) for name, value in undo.values.items()}
        return Call(undo.action, call.person, values, undoes=record.id)
    back = action.undo_call(call, record.goes_back_to, record.after_facts or record.facts)
    return replace(back, undoes=record.id) if back is not None else None


def resumed(record: Record, call: Call) -> Call:
    """The call that goes on where a recorded run stood."""
    return replace(call, resume=Resume(record.id, record.done, record.failed, record.total, record.facts))


def _filled(written: str, record: Record) -> Value:
    """``$name`` is the run's value of that input; anything else is meant as it stands."""
    name = written.removeprefix("$")
    if not written.startswith("$"):
        return written
    value = _value(record.values.get(name))
    if value == HIDDEN:
        raise ActionDenied("actions.secret_forgotten")
    return value


def _value(value: object) -> Value:
    return value if value is None or isinstance(value, Value) else str(value)
