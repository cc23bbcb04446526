"""What a run's conditions know besides live figures: inputs, the rows they came from, the value set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from situationroom.actions.base import Action, Facts
from situationroom.actions.record import Record
from situationroom.formats import text_of
from situationroom.layout.conditions import VALUE, Given, compile_condition
from situationroom.layout.models import ActionSpec, FeedCondition, InputSpec, VerifyBySetting, VerifySpec
from situationroom.layout.references import references
from situationroom.values import FeedState, Row, Value


def given_for(spec: ActionSpec, values: Mapping[str, Value], feed_state: Callable[[str], FeedState]) -> Given:
    """What a run's conditions know once its inputs are checked; rows are taken as they are now."""
    wanted: dict[str, set[str]] = {}
    for reference in references(spec, None):
        if reference.what in ("condition", "returned"):
            for name, column in compile_condition(reference.name).places:
                if column:
                    wanted.setdefault(name, set()).add(column)
    chosen = {
        name: _row(spec.inputs[name], values.get(name), columns, feed_state)
        for name, columns in wanted.items()
        if name in spec.inputs
    }
    return Given(values, chosen)


def given_of(record: Record) -> Given:
    """The same of a run of the journal, and what it set."""
    values = {name: value for name, value in record.values.items() if isinstance(value, Value)}
    if isinstance(value := record.after_facts.get(VALUE), Value):
        values[VALUE] = value
    rows = {name: row for name, row in record.chosen.items() if isinstance(row, Mapping)}
    return Given(values, rows)


def setting_to(given: Given, sets: Facts) -> Given:
    """What a run knows that is about to set something."""
    value = sets.get(VALUE)
    known = {VALUE: value} if VALUE in sets and isinstance(value, Value) else {}
    return Given({**given.values, **known}, given.chosen)


def verify_for(action: Action[Any], facts: Facts, *, undoes: bool) -> VerifySpec | None:
    """What has to show after a run that left ``facts``; None where nothing has to.

    An undo is verified only by what is said of the value it set: what has to show after the run itself must
    not show after its undo.
    """
    verify = action.spec.verify
    if isinstance(verify, VerifyBySetting):
        return verify.settings.get(action.setting(facts))
    return None if undoes else verify


def judged(condition: FeedCondition, rows: Iterable[Row], given: Given) -> bool | None:
    """Whether rows meet a condition; None where that cannot be known."""
    if condition.when is not None:
        return compile_condition(condition.when).some(rows, given)
    met = compile_condition(condition.none or "").some(rows, given)
    return None if met is None else not met


def wants_inputs(condition: FeedCondition) -> bool:
    """Whether a condition can only be judged once there are inputs."""
    return bool(compile_condition(condition.when or condition.none or "").places)


def _row(
    spec: InputSpec, value: Value, columns: Iterable[str], feed_state: Callable[[str], FeedState]
) -> Row:
    """The chosen row's columns; none where nothing was chosen, or it is gone."""
    if spec.from_ is None or value is None:
        return {}
    reading, wanted = feed_state(spec.from_.feed).reading, text_of(value)
    for row in reading.rows if reading else ():
        if text_of(row.get(spec.from_.column)) == wanted:
            return {name: row.get(name) for name in columns}
    return {}
