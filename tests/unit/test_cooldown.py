"""How long an action rests, when the clock and the journal do not agree."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from situationroom.actions.guards import Guards
from situationroom.actions.ledger import Ledger
from situationroom.layout.models import ActionSpec, Layout
from situationroom.values import FeedState, Message

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
RESTS = ActionSpec.model_validate({"kind": "sql", "cooldown": "60s"})


class _Clock:
    now = NOON


def _feed_state(name: str) -> FeedState:
    raise AssertionError(name)


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def guards(clock: _Clock) -> Guards:
    return Guards(Layout(room="R", path=Path("room.yaml")), _feed_state, lambda: clock.now)


def _cooling(guards: Guards, ended: datetime) -> Message | None:
    return guards.cooling("put", RESTS, Ledger(ended={"put": ended}))


@pytest.mark.parametrize("ahead_s", [1, 3_600, 400 * 86_400])
def test_an_end_in_the_future_lets_an_action_rest_for_its_cooldown_and_no_longer(
    guards: Guards, clock: _Clock, ahead_s: int
) -> None:
    ended = NOON + timedelta(seconds=ahead_s)
    assert _cooling(guards, ended) is not None
    clock.now = NOON + timedelta(seconds=59)
    assert _cooling(guards, ended) is not None
    clock.now = NOON + timedelta(seconds=61)
    assert _cooling(guards, ended) is None
    clock.now = max(clock.now, ended)
    assert _cooling(guards, ended) is None, "its time comes, and it rested already"


def test_another_run_begins_another_rest(guards: Guards, clock: _Clock) -> None:
    assert _cooling(guards, NOON + timedelta(hours=1)) is not None
    clock.now = NOON + timedelta(seconds=70)
    assert _cooling(guards, NOON + timedelta(hours=2)) is not None


def test_a_clock_set_back_again_lengthens_no_rest(guards: Guards, clock: _Clock) -> None:
    ended = NOON + timedelta(hours=1)
    assert _cooling(guards, ended) is not None
    clock.now = NOON - timedelta(hours=5)
    assert _cooling(guards, ended) is not None
    clock.now += timedelta(seconds=61)
    assert _cooling(guards, ended) is None
