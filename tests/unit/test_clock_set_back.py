"""What has a time to last takes no longer where the clock of the machine was set back meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from situationroom.actions.decided import decided
from situationroom.actions.guards import Guards
from situationroom.actions.ledger import JITTER, Ledger
from situationroom.journal import Draft, Entry
from situationroom.journal.entry import write
from situationroom.layout.models import ActionSpec, Layout
from situationroom.values import FeedState, Message

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
RESTS = ActionSpec.model_validate({"kind": "sql", "cooldown": "60s"})
AHEAD = [timedelta(seconds=6), timedelta(hours=1), timedelta(days=400)]


class Clock:
    now = NOON


def _feed_state(name: str) -> FeedState:
    raise AssertionError(name)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guards(clock: Clock) -> Guards:
    return Guards(Layout(room="R", path=Path("room.yaml")), _feed_state, lambda: clock.now)


def book(*written: tuple[datetime, str, str, dict[str, object]]) -> Sequence[Entry]:
    """Entries of the action ``put``: when, what, of which run, with which particulars."""
    entries: list[Entry] = []
    for at, kind, run, body in written:
        last = (entries[-1].id, entries[-1].hash) if entries else None
        entries.append(write(Draft(at, kind, run, "kim", "here", "put", body), last))
    return entries


def done(
    at: datetime, run: str = "one", **claim: object
) -> list[tuple[datetime, str, str, dict[str, object]]]:
    body: dict[str, object] = {"lease": "mine", **claim}
    return [(at, "confirmed", run, body), (at, "claimed", run, body), (at, "done", run, {"after": {"v": 1}})]


def cooling(guards: Guards, ledger: Ledger) -> Message | None:
    return guards.cooling("put", RESTS, ledger)


@pytest.mark.parametrize("ahead", AHEAD)
def test_an_end_in_the_future_lets_an_action_rest_for_its_cooldown_and_no_longer(
    guards: Guards, clock: Clock, ahead: timedelta
) -> None:
    ledger = Ledger().after(book(*done(NOON + ahead))).seen_at(clock.now)
    assert cooling(guards, ledger) is not None
    clock.now = NOON + timedelta(seconds=59)
    ledger = ledger.seen_at(clock.now)
    assert cooling(guards, ledger) is not None
    clock.now = NOON + timedelta(seconds=61)
    ledger = ledger.seen_at(clock.now)
    assert cooling(guards, ledger) is None
    clock.now = NOON + ahead + timedelta(seconds=2)
    assert cooling(guards, ledger.seen_at(clock.now)) is None or ahead < timedelta(minutes=1)


@pytest.mark.parametrize("ahead", AHEAD)
def test_the_tries_of_other_programs_tell_one_that_begins_how_long_it_rested(
    guards: Guards, clock: Clock, ahead: timedelta
) -> None:
    entries = book(*done(NOON + ahead), (NOON, "asked", "two", {}), (NOON, "denied", "two", {}))
    clock.now = NOON + timedelta(seconds=30)
    assert cooling(guards, Ledger().after(entries).seen_at(clock.now)) is not None
    clock.now = NOON + timedelta(seconds=61)
    assert cooling(guards, Ledger().after(entries).seen_at(clock.now)) is None


def test_another_run_begins_another_rest(guards: Guards, clock: Clock) -> None:
    entries = book(*done(NOON + timedelta(hours=1)), *done(NOON, "two"))
    clock.now = NOON + timedelta(seconds=30)
    assert cooling(guards, Ledger().after(entries).seen_at(clock.now)) is not None


def test_a_clock_set_back_again_lengthens_no_rest(guards: Guards, clock: Clock) -> None:
    ledger = Ledger().after(book(*done(NOON + timedelta(hours=1)))).seen_at(NOON)
    clock.now = NOON - timedelta(hours=5)
    ledger = ledger.seen_at(clock.now)
    assert cooling(guards, ledger) is not None
    clock.now += timedelta(seconds=61)
    assert cooling(guards, ledger.seen_at(clock.now)) is None


def test_entries_of_programs_that_write_at_once_set_no_clock_back() -> None:
    times = [NOON + timedelta(seconds=second) for second in (0, 3, 1, 4, 2, 5)]
    ledger = Ledger().after(book(*((at, "asked", f"run {at}", {}) for at in times)))
    assert ledger.set_back == timedelta()
    assert ledger.at == NOON + timedelta(seconds=5)
    assert ledger.seen_at(ledger.at - JITTER) is ledger


@pytest.mark.parametrize("ahead", AHEAD)
def test_a_temporary_setting_goes_back_when_its_time_has_passed(ahead: timedelta) -> None:
    ledger = Ledger().after(book(*done(NOON + ahead, for_s=600, about={}))).seen_at(NOON)
    assert ledger.reverts_at(ledger.runs["one"]) == NOON + timedelta(seconds=600)
    later = ledger.seen_at(NOON + timedelta(seconds=300))
    assert later.reverts_at(later.runs["one"]) == NOON + timedelta(seconds=600)


@pytest.mark.parametrize("ahead", AHEAD)
def test_a_wait_for_a_second_person_lapses_when_its_time_has_passed(guards: Guards, ahead: timedelta) -> None:
    asked = NOON + ahead
    body: dict[str, object] = {"lease": "mine", "expires": (asked + timedelta(minutes=5)).isoformat()}
    ledger = Ledger().after(book((asked, "approval_asked", "one", body))).seen_at(NOON)
    record = ledger.runs["one"]
    assert decided(ledger, record, guards, NOON + timedelta(minutes=4)) is None
    assert decided(ledger, record, guards, NOON + timedelta(minutes=5)) is not None


def test_a_clock_that_was_right_all_along_changes_no_time() -> None:
    ledger = Ledger().after(book(*done(NOON, for_s=600, about={}))).seen_at(NOON + timedelta(minutes=3))
    assert ledger.set_back == timedelta()
    assert ledger.reverts_at(ledger.runs["one"]) == NOON + timedelta(seconds=600)


def test_a_run_that_never_waited_for_a_second_person_waits_no_more(guards: Guards) -> None:
    entries = book((NOON, "confirmed", "one", {"lease": "mine"}), (NOON, "claimed", "one", {"lease": "mine"}))
    ledger = Ledger().after(entries)
    said = decided(ledger, ledger.runs["one"], guards, NOON)
    assert said is not None
    assert said.id == "actions.waits_no_more"


def test_what_is_written_of_a_run_after_its_end_does_not_move_its_end() -> None:
    ahead = NOON + timedelta(hours=1)
    entries = book(*done(ahead, for_s=600, about={}), (NOON, "verified", "one", {}))
    ledger = Ledger().after(entries)
    assert ledger.reverts_at(ledger.runs["one"]) == NOON + timedelta(seconds=600)
