"""What "verified" says: that the figures show the run's effect, and could have shown its absence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from situationroom.actions.verify import LOOK_S
from situationroom.i18n import say
from situationroom.journal import Draft, Entry, Journal
from situationroom.values import Row, RunState, RunStatus
from tests.helpers import wait_until
from tests.live.firing_room import FiringRoom, ShiftedClock, firing_room
from tests.live.kinds import confirmed, undo

SKIP = """
watched:
  title: 사전체크 SKIP
  kind: toggle
  source: kos
  roles: operator
  state: {sql: "select enabled from reference where code = 'SKIP'"}
  set: {sql: "update reference set enabled = $1, changed_by = $2 where code = 'SKIP'", args: [value, actor]}
  undo: {within: 30m}
  verify: VERIFY
"""
WELL = "feed: agencies, when: \"agency == 'KAIT' and error_rate < 0.03\", within: 60s"
PLAIN = SKIP.replace("VERIFY", f"{{{WELL}}}")
SETTLED = SKIP.replace("VERIFY", f"{{{WELL}, settle: 30s}}")
BY_SIDE = SKIP.replace("VERIFY", f"{{on: {{{WELL}}}, off: {{{WELL}, settle: 30s}}}}")


class CountingClock(ShiftedClock):
    """Counts the verifier's rounds, so that a test knows that figures were looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.rounds = 0

    async def sleep(self, seconds: float) -> None:
        self.rounds += seconds == LOOK_S
        await super().sleep(seconds)


class Watched:
    """A room with a run that is being verified."""

    def __init__(self, room: FiringRoom, clock: CountingClock) -> None:
        self.room = room
        self._clock = clock

    def kait(self, error_rate: float, *, age_s: float = 0.0) -> None:
        self.show({"agency": "KAIT", "error_rate": error_rate}, age_s=age_s)

    def show(self, *rows: Row, feed: str = "agencies", age_s: float = 0.0) -> None:
        """An answer, asked for a moment after the present one."""
        self.room.feed(feed, *rows, age_s=age_s - 0.1)

    def later(self, seconds: float) -> None:
        self._clock.ahead += timedelta(seconds=seconds)

    async def looked(self) -> None:
        """The figures as they are now were looked at, whole rounds."""
        then = self._clock.rounds
        await wait_until(lambda: self._clock.rounds >= then + 2)

    async def verdict(self, run: RunStatus) -> bool | None:
        """What the figures say now; None while they say nothing."""
        await self.looked()
        return self.room.run(run.id).verified

    async def said(self, run: RunStatus) -> bool | None:
        return (await asyncio.wait_for(self.room.firing.verified(run.id), 5)).verified


@asynccontextmanager
async def watched(database: str, folder: Path, layout: str, *, schema: bool = True) -> AsyncIterator[Watched]:
    clock = CountingClock()
    async with firing_room(database, folder, layout, clock=clock, schema=schema) as room:
        yield Watched(room, clock)


# figures that were well before the run


async def test_figures_that_were_well_before_verify_only_by_lasting(database: str, tmp_path: Path) -> None:
    async with watched(database, tmp_path, PLAIN) as at:
        at.kait(0.01)
        done = await at.room.fire("watched")
        assert "끝까지" in say(at.room.run(done.id).watches or "", "ko")
        at.kait(0.01)
        assert await at.verdict(done) is None
        at.later(50)
        at.kait(0.01)
        assert await at.verdict(done) is None
        at.later(11)
        at.kait(0.01)
        assert await at.said(done) is True


async def test_figures_that_turn_ill_after_the_run_are_not_verified(database: str, tmp_path: Path) -> None:
    async with watched(database, tmp_path, PLAIN) as at:
        at.kait(0.01)
        done = await at.room.fire("watched")
        at.kait(0.01)
        assert await at.verdict(done) is None
        at.later(61)
        at.kait(0.42)
        assert await at.said(done) is False
        (entry,) = [one for one in await at.room.entries() if one.kind == "not_verified"]
        assert "42.0 %" in entry.body


async def test_figures_that_broke_and_are_well_again_are_verified_at_once(
    database: str, tmp_path: Path
) -> None:
    async with watched(database, tmp_path, PLAIN) as at:
        at.kait(0.01)
        done = await at.room.fire("watched")
        at.kait(0.42)
        assert await at.verdict(done) is None
        at.kait(0.01)
        assert await at.said(done) is True


@pytest.mark.parametrize("before", ["ill", "unseen", "stale"])
async def test_what_nobody_saw_before_the_run_counts_as_having_been_well(
    database: str, tmp_path: Path, before: str
) -> None:
    async with watched(database, tmp_path, PLAIN) as at:
        if before != "unseen":
            at.kait(0.42, age_s=60 if before == "stale" else 0)
        done = await at.room.fire("watched")
        at.kait(0.01)
        if before == "ill":
            assert await at.said(done) is True
        else:
            assert await at.verdict(done) is None


# a time to settle


async def test_only_figures_asked_for_after_the_effect_settled_count(database: str, tmp_path: Path) -> None:
    async with watched(database, tmp_path, SETTLED) as at:
        at.kait(0.42)
        done = await at.room.fire("watched")
        at.kait(0.01)
        assert await at.verdict(done) is None
        at.later(20)
        at.kait(0.01)
        assert await at.verdict(done) is None
        at.later(11)
        assert await at.verdict(done) is None  # the answer is from before, though the time is over
        at.kait(0.01)
        assert await at.said(done) is True


async def test_a_figure_that_is_ill_once_settled_is_waited_for_until_the_end(
    database: str, tmp_path: Path
) -> None:
    async with watched(database, tmp_path, SETTLED) as at:
        at.kait(0.01)
        done = await at.room.fire("watched")
        at.later(31)
        at.kait(0.42)
        assert await at.verdict(done) is None
        at.later(30)
        at.kait(0.42)
        assert await at.said(done) is False


async def test_figures_of_a_time_before_the_run_verify_nothing_whenever_they_were_asked_for(
    database: str, tmp_path: Path
) -> None:
    async with watched(database, tmp_path, PLAIN) as at:
        at.kait(0.42)
        feeds = at.room.layout.feeds
        assert isinstance(feeds, dict)
        feeds["agencies"] = feeds["agencies"].model_copy(update={"at": "at"})  # as if the layout said so
        done = await at.room.fire("watched")
        at.kait(0.01)
        fresh = at.room.feeds["agencies"]
        assert fresh.reading is not None
        old = replace(fresh.reading, at=fresh.reading.at - timedelta(minutes=1))
        at.room.feeds["agencies"] = replace(fresh, reading=old)
        assert await at.verdict(done) is None
        at.kait(0.01)
        assert await at.said(done) is True


# by the value that was set


async def test_each_side_of_a_toggle_has_its_own_condition(database: str, tmp_path: Path) -> None:
    async with watched(database, tmp_path, BY_SIDE) as at:
        at.kait(0.42)
        on = await at.room.fire("watched")
        at.kait(0.01)
        assert await at.said(on) is True
        off = await at.room.fire("watched")
        at.kait(0.01)
        assert await at.verdict(off) is None  # KAIT cannot have shown yet that it is still ill
        at.later(61)
        at.kait(0.42)
        assert await at.said(off) is False


async def test_a_side_without_a_condition_is_not_verified(database: str, tmp_path: Path) -> None:
    async with watched(database, tmp_path, SKIP.replace("VERIFY", f"{{on: {{{WELL}}}}}")) as at:
        at.kait(0.42)
        on = await at.room.fire("watched")
        assert on.verify_left_s is not None
        off = await at.room.fire("watched")
        assert (off.state, off.verify_left_s, off.watches) == (RunState.DONE, None, None)
        assert await at.said(off) is None


@pytest.mark.parametrize(("layout", "expected"), [(BY_SIDE, True), (PLAIN, None)])
async def test_an_undo_is_verified_by_what_is_said_of_the_value_it_sets(
    database: str, tmp_path: Path, layout: str, expected: bool | None
) -> None:
    async with watched(database, tmp_path, layout) as at:
        at.kait(0.42)
        done = await at.room.fire("watched")
        back = await confirmed(at.room, await undo(at.room, done.id))
        assert (back.verify_left_s is not None) is (expected is not None)
        at.later(31)
        at.kait(0.01)
        assert await at.said(back) is expected


async def test_a_switch_is_verified_by_the_value_it_went_to(database: str, tmp_path: Path) -> None:
    layout = """
route:
  kind: switch
  source: kos
  roles: operator
  choices: [{value: 직연동}, {value: 예비망}, {value: 우회}]
  state: {sql: "select changed_by from reference where code = 'SKIP'"}
  set: {sql: "update reference set changed_by = $1 where code = 'SKIP'", args: [value]}
  verify:
    to:
      예비망: {feed: agencies, when: "agency == $to and error_rate < 0.03"}
      직연동: {feed: agencies, none: "agency == '예비망'"}
"""
    async with watched(database, tmp_path, layout) as at:
        at.show({"agency": "KAIT", "error_rate": 0.0})
        there = await at.room.fire("route", {"to": "예비망"})
        at.show({"agency": "예비망", "error_rate": 0.0})
        assert await at.said(there) is True
        back = await at.room.fire("route", {"to": "직연동"})
        at.show({"agency": "예비망", "error_rate": 0.0}, {"agency": "KAIT", "error_rate": 0.0})
        assert await at.verdict(back) is None
        at.show({"agency": "KAIT", "error_rate": 0.0})
        assert await at.said(back) is True
        aside = await at.room.fire("route", {"to": "우회"})
        assert await at.said(aside) is None


# what conditions know

ONE = """
reprocess:
  kind: sql
  source: kos
  roles: operator
  inputs: {code: {from: {feed: errors, column: code}}}
  preview: {sql: "select 1 where $1::text is not null", args: [code]}
  run: {sql: "update reference set changed_by = $1 where code = 'SKIP'", args: [code]}
  max_rows: 1
  MORE
"""


async def test_a_run_is_verified_on_the_row_that_was_chosen(database: str, tmp_path: Path) -> None:
    layout = ONE.replace("MORE", 'verify: {feed: errors, when: "code == $code and count < $code.count"}')
    async with watched(database, tmp_path, layout) as at:
        at.show({"code": "E01", "count": 100}, {"code": "E02", "count": 7}, feed="errors")
        done = await at.room.fire("reprocess", {"code": "E01"})
        at.show({"code": "E01", "count": 100}, {"code": "E02", "count": 6}, feed="errors")
        assert await at.verdict(done) is None
        at.show({"code": "E01", "count": 99}, {"code": "E02", "count": 7}, feed="errors")
        assert await at.said(done) is True


async def test_what_was_chosen_is_known_to_the_process_that_comes_after(
    database: str, tmp_path: Path
) -> None:
    layout = ONE.replace("MORE", 'verify: {feed: errors, when: "code == $code and count < $code.count"}')
    async with watched(database, tmp_path, layout) as at:
        at.show({"code": "E01", "count": 100}, feed="errors")
        done = await at.room.fire("reprocess", {"code": "E01"})
    async with watched(database, tmp_path, layout, schema=False) as at:
        await at.room.firing.caught_up()
        at.show({"code": "E01", "count": 100}, feed="errors")
        assert await at.verdict(done) is None
        at.show({"code": "E01", "count": 99}, feed="errors")
        assert await at.said(done) is True


async def test_that_a_row_is_gone_verifies_a_run(database: str, tmp_path: Path) -> None:
    layout = ONE.replace("MORE", 'verify: {feed: errors, none: "code == $code"}')
    async with watched(database, tmp_path, layout) as at:
        at.show({"code": "E01", "count": 3}, {"code": "E02", "count": 7}, feed="errors")
        done = await at.room.fire("reprocess", {"code": "E01"})
        at.show({"code": "E01", "count": 1}, feed="errors")
        assert await at.verdict(done) is None
        at.show(feed="errors")
        assert await at.said(done) is True


async def test_a_precondition_is_judged_by_what_was_chosen(database: str, tmp_path: Path) -> None:
    layout = ONE.replace("MORE", 'when: {feed: errors, when: "code == $code and count >= 100"}')
    async with watched(database, tmp_path, layout) as at:
        at.show({"code": "E01", "count": 100}, {"code": "E02", "count": 7}, feed="errors")
        assert at.room.state("reprocess").allowed  # nothing was chosen yet
        with pytest.raises(Exception, match="count >= 100") as caught:
            await at.room.fire("reprocess", {"code": "E02"})
        assert caught.value.message.id == "actions.not_when"  # type: ignore[attr-defined]
        assert (await at.room.fire("reprocess", {"code": "E01"})).state is RunState.DONE


async def test_what_another_program_said_a_moment_ago_is_not_said_again(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = Journal.claim

    async def beaten(journal: Journal, draft: Draft, *rest: Any) -> Entry:
        """Another program says the same between our look and our word."""
        if draft.kind == "verified":
            await journal.append(draft)
        return await claim(journal, draft, *rest)

    monkeypatch.setattr(Journal, "claim", beaten)
    async with watched(database, tmp_path, PLAIN) as at:
        at.kait(0.42)
        done = await at.room.fire("watched")
        at.kait(0.01)
        assert await at.said(done) is True
        await at.looked()
        assert [one.kind for one in await at.room.entries()].count("verified") == 1
