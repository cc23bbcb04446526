"""Figures are as old as they say they are: by their own time, or by the last message that told them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from situationroom.sources.net.inbox import Inbox
from situationroom.values import Status, Value
from tests.unit.fakes import MORNING, ScriptedSource, row, rows
from tests.unit.test_poller import polling

HOUR_AGO = MORNING - timedelta(hours=1)


@pytest.mark.parametrize(
    "written",
    [
        HOUR_AGO,
        HOUR_AGO.isoformat(),
        HOUR_AGO.replace(tzinfo=None).isoformat(" "),  # no zone: the room's
        "2024-09-19T23:00:00Z",
        HOUR_AGO.timestamp(),
        int(HOUR_AGO.timestamp() * 1000),
    ],
)
async def test_a_fresh_answer_with_old_figures_is_stale_with_their_true_age(written: Value) -> None:
    source = ScriptedSource([rows(row(k="x", at=written))])
    async with polling(source, at="at", stale_after="20s") as (poller, clock, _):
        await clock.advance(1)
        assert poller.state.status(clock.now()) is Status.STALE
        assert 3600 <= poller.state.age_s(clock.now()) <= 3605


async def test_the_newest_row_tells_the_age() -> None:
    source = ScriptedSource([rows(row(k="x", at=HOUR_AGO), row(k="y", at=MORNING.isoformat()))])
    async with polling(source, at="at", stale_after="20s") as (poller, clock, _):
        await clock.advance(1)
        assert poller.state.status(clock.now()) is Status.LIVE


@pytest.mark.parametrize("written", [None, "soon", "", True])
async def test_what_is_no_time_makes_nothing_old(written: Value) -> None:
    source = ScriptedSource([rows(row(k="x", at=written))])
    async with polling(source, at="at", stale_after="20s") as (poller, clock, _):
        await clock.advance(1)
        assert poller.state.status(clock.now()) is Status.LIVE


async def test_a_time_ahead_of_ours_is_no_negative_age() -> None:
    source = ScriptedSource([rows(row(k="x", at=MORNING + timedelta(hours=1)))])
    async with polling(source, at="at") as (poller, clock, _):
        await clock.advance(1)
        assert 0 <= poller.state.age_s(clock.now()) <= 5


async def test_a_state_that_nobody_renews_is_as_old_as_its_last_message() -> None:
    now_s = 100.0
    inbox = Inbox("@", keep=10, replace=True, backlog=10, now_s=lambda: now_s)
    inbox.put('{"a": 1}')
    assert (await inbox.rows()).age_s == 0
    now_s = 130.0
    assert (await inbox.rows()).age_s == 30
    inbox.put("no JSON")  # renews nothing
    assert (await inbox.rows()).age_s == 30
    inbox.put('{"a": 2}')
    assert (await inbox.rows()).age_s == 0


async def test_a_log_is_not_old_because_nothing_happened() -> None:
    now_s = 100.0
    inbox = Inbox("@", keep=10, replace=False, backlog=10, now_s=lambda: now_s)
    inbox.put('{"a": 1}')
    now_s = 130.0
    assert (await inbox.rows()).age_s == 0
