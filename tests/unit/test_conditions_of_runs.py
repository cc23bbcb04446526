"""What the conditions of a run know of the rows its inputs were chosen from, and when a brake is blind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from situationroom.actions.base import Brake, Call
from situationroom.actions.guards import Guards
from situationroom.actions.knowing import given_for
from situationroom.actions.recall import undo_of
from situationroom.actions.record import Record
from situationroom.layout.models import ActionSpec, Layout
from situationroom.values import FeedState, Person, Reading, Row, Value

NINE = datetime(2024, 9, 20, 9, tzinfo=UTC)
SPEC = ActionSpec.model_validate(
    {
        "kind": "sql",
        "inputs": {"code": {"from": {"feed": "queue", "column": "code"}, "optional": True}},
        "when": [{"feed": "queue", "when": "count > $code.least"}],
    }
)


def queue(*rows: Row, age_s: float = 0.0) -> FeedState:
    then = NINE - timedelta(seconds=age_s)
    return FeedState("queue", 5.0, 15.0, Reading("queue", 1, then, then, 0.0, ("code", "least"), rows))


@pytest.mark.parametrize(("value", "row"), [("E2", {"least": 7}), ("E9", {}), (None, {})])
def test_a_condition_knows_the_row_that_was_chosen_and_none_where_none_was(
    value: Value, row: dict[str, Value]
) -> None:
    rows: tuple[Row, ...] = (
        {"code": "E1", "least": 3},
        {"code": "E2", "least": 7},
        {"code": None, "least": 9},
    )
    given = given_for(SPEC, {"code": value}, lambda _: queue(*rows))
    assert dict(given.chosen["code"]) == row


@pytest.mark.parametrize(("age_s", "blind"), [(14.9, False), (15.0, False), (15.1, True)])
def test_a_brake_is_blind_once_its_feed_is_older_than_it_may_be(age_s: float, blind: bool) -> None:
    guards = Guards(Layout(room="R", path=Path("room.yaml")), lambda _: queue(age_s=age_s), lambda: NINE)
    why = guards.halt(Brake.model_validate({"feed": "queue", "when": "count > 3"}))()
    assert (why is not None and why.id == "actions.brake_blind") is blind


def test_a_run_whose_action_has_no_way_back_any_more_has_none() -> None:
    action = SimpleNamespace(spec=SimpleNamespace(undo=None), undo_call=lambda *_: None)
    record = Record("r1", "put", "kim", "here", NINE, NINE)
    call = Call("put", Person("kim", "김운영"))
    assert undo_of(record, {"put": cast("Any", action)}, call) is None
