"""Temporary settings: they go back by themselves, once, and never over what somebody set by hand."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from situationroom.actions.asked import Confirmation
from situationroom.errors import ActionDenied
from situationroom.journal import Entry
from situationroom.journal.reader import reading
from situationroom.values import RunState
from tests.helpers import wait_until
from tests.live.firing_room import KIM, FiringRoom, ShiftedClock, firing_room
from tests.live.test_fire import skip

YES = Confirmation()

FOR_A_WHILE = """
lend:
  title: 사전체크 SKIP
  kind: toggle
  source: kos
  roles: operator
  for: 2h
  undo: {within: 30m}
  state: {sql: "select enabled from reference where code = 'SKIP'"}
  set: {sql: "update reference set enabled = $1, changed_by = $2 where code = 'SKIP'", args: [value, actor]}
"""
OVER = timedelta(hours=2, seconds=1)


async def kinds_of(room: FiringRoom, kind: str) -> list[Entry]:
    return [entry for entry in await room.entries() if entry.kind == kind]


async def reverted(room: FiringRoom) -> Entry:
    """The word that a setting went back, or was left."""
    return (await wait_until(lambda: kinds_of(room, "reverted")))[0]


async def test_a_temporary_setting_counts_down_and_goes_back_by_itself(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with firing_room(database, tmp_path, FOR_A_WHILE, clock=clock) as room:
        done = await room.fire("lend")
        assert await skip(room)
        left_s = room.run(done.id).reverts_left_s
        assert left_s is not None
        assert 7100 < left_s <= 7200
        assert room.state("lend").reverts_left_s is not None
        until = (await kinds_of(room, "temporary"))[0].facts["until"]
        assert isinstance(until, str)
        clock.ahead = OVER
        entry = await reverted(room)
        assert (entry.run, entry.person, entry.facts["for"]) == (done.id, "situationroom", "kim")
        assert not await skip(room)
        assert room.run(done.id).reverts_left_s is None
        assert room.state("lend").reverts_left_s is None
        (_, claim) = await kinds_of(room, "claimed")
        assert (claim.person, claim.facts["undoes"], claim.run) == (
            "situationroom",
            done.id,
            entry.facts["by"],
        )
        assert (await room.sql("select changed_by from reference where code = 'SKIP'"))[0][
            0
        ] == "situationroom"


async def test_each_goes_back_at_its_own_time(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    sooner = FOR_A_WHILE.replace("lend:", "sooner:").replace("'SKIP'", "'SPONSOR'").replace("2h", "1h")
    async with firing_room(database, tmp_path, FOR_A_WHILE + sooner, clock=clock) as room:
        await room.fire("lend")
        over = await room.fire("sooner")
        clock.ahead = timedelta(hours=1, seconds=1)
        assert (await reverted(room)).run == over.id
        assert await skip(room), "the longer one was looked at first, and let be"
        assert len(await kinds_of(room, "reverted")) == 1


async def test_of_many_processes_one_reverts(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with (
        firing_room(database, tmp_path, FOR_A_WHILE, clock=clock) as one,
        firing_room(database, tmp_path, FOR_A_WHILE, clock=clock, schema=False) as two,
        firing_room(database, tmp_path, FOR_A_WHILE, clock=clock, schema=False) as three,
    ):
        done = await one.fire("lend")
        for room in (two, three):
            await room.firing.caught_up()
        clock.ahead = OVER
        await reverted(one)
        await wait_until(lambda: all(room.run(done.id).reverts_left_s is None for room in (one, two, three)))
        assert len(await kinds_of(one, "claimed")) == 2
        assert len(await kinds_of(one, "reverted")) == 1
        assert not await skip(one)


async def test_what_is_overdue_at_the_start_goes_back_at_once(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with firing_room(database, tmp_path, FOR_A_WHILE, clock=clock) as room:
        await room.fire("lend")
    clock.ahead = OVER
    async with firing_room(database, tmp_path, FOR_A_WHILE, clock=clock, schema=False) as room:
        await reverted(room)
        assert not await skip(room)


async def test_what_somebody_set_by_hand_is_left_alone_and_said(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with firing_room(database, tmp_path, FOR_A_WHILE, clock=clock) as room:
        await room.fire("lend")
        await room.sql("update reference set enabled = false, changed_by = 'hand' where code = 'SKIP'")
        clock.ahead = OVER
        entry = await reverted(room)
        assert entry.facts["forced"] is False
        assert (await room.sql("select changed_by from reference where code = 'SKIP'"))[0][0] == "hand"
        assert len(await kinds_of(room, "claimed")) == 1


async def test_a_setting_that_was_put_back_sooner_is_not_temporary_any_more(
    database: str, tmp_path: Path
) -> None:
    clock = ShiftedClock()
    async with firing_room(database, tmp_path, FOR_A_WHILE, clock=clock) as room:
        first = await room.fire("lend")
        again = await room.fire("lend")  # off again, by a person: that is for good
        assert not await skip(room)
        assert room.run(first.id).reverts_left_s is None
        assert room.run(again.id).reverts_left_s is None
        clock.ahead = OVER
        assert (await reverted(room)).facts["forced"] is False
        assert not await skip(room)
        assert len(await kinds_of(room, "claimed")) == 2


async def test_an_undo_ends_a_temporary_setting(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, FOR_A_WHILE) as room:
        done = await room.fire("lend")
        asked = await room.firing.undo(done.id, KIM)
        await room.firing.fire(asked.run, YES)
        await room.firing.finished(asked.run)
        assert room.run(done.id).reverts_left_s is None
        assert room.run(asked.run).reverts_left_s is None


async def test_a_hold_keeps_a_revert_waiting_and_says_why(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with firing_room(database, tmp_path, FOR_A_WHILE, clock=clock) as room:
        done = await room.fire("lend")
        await room.firing.hold(KIM)
        clock.ahead = OVER
        await wait_until(lambda: room.run(done.id).reason)
        status = room.run(done.id)
        assert status.reverts_left_s == 0
        assert status.reason is not None
        assert status.reason.id == "actions.revert_late"
        await room.firing.release(KIM)
        clock.ahead += timedelta(seconds=20)
        await reverted(room)
        assert not await skip(room)


async def test_a_database_that_is_away_makes_it_late_and_not_lost(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with firing_room(database, tmp_path, FOR_A_WHILE, clock=clock) as room:
        done = await room.fire("lend")
        await room.sql("alter table reference rename to gone")
        clock.ahead = OVER
        await wait_until(lambda: room.run(done.id).reason)
        await room.sql("alter table gone rename to reference")
        clock.ahead += timedelta(seconds=20)
        await reverted(room)
        assert not await skip(room)


async def test_a_revert_waits_for_a_run_of_the_same_action(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    slow = FOR_A_WHILE.replace(
        "where code = 'SKIP'\", args", "where code = 'SKIP' and pg_sleep(0.5)::text = ''\", args"
    )
    async with firing_room(database, tmp_path, slow, clock=clock) as room:
        first = await room.fire("lend")
        asked = await room.ask("lend")
        await room.firing.fire(asked.run, YES)
        clock.ahead = OVER
        assert (await asyncio.wait_for(room.firing.finished(asked.run), 5)).state is RunState.DONE
        await wait_until(lambda: room.run(first.id).reverts_left_s is None)
        assert len(await kinds_of(room, "claimed")) == 2
        with pytest.raises(ActionDenied):
            await room.firing.undo(first.id, KIM)


BANK = """
bank:
  title: 이체 은행
  kind: switch
  source: kos
  roles: operator
  for: 2h
  choices: [A, B, C]
  state: {sql: "select agency from waiting where no = 1"}
  set: {sql: "update waiting set agency = $1 where no = 1", args: [value]}
"""


async def bank(room: FiringRoom) -> str:
    return str((await room.sql("select agency from waiting where no = 1"))[0][0])


async def test_a_setting_that_was_changed_twice_goes_back_to_the_first(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with firing_room(database, tmp_path, BANK, clock=clock) as room:
        await room.sql("insert into waiting values (1, 'A', '')")
        first = await room.fire("bank", {"to": "B"})
        await room.fire("bank", {"to": "C"})
        assert room.run(first.id).reverts_left_s is None
        clock.ahead = OVER

        async def back() -> bool:
            return await bank(room) == "A"

        await wait_until(back)  # first from C, then from B
        await wait_until(lambda: room.state("bank").reverts_left_s is None)
        assert await bank(room) == "A"


async def test_another_value_set_by_hand_is_not_forced_back(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with firing_room(database, tmp_path, BANK, clock=clock) as room:
        await room.sql("insert into waiting values (1, 'A', '')")
        await room.fire("bank", {"to": "B"})
        await room.sql("update waiting set agency = 'C' where no = 1")
        clock.ahead = OVER
        entry = await reverted(room)
        assert entry.facts["forced"] is False
        assert "changed_by_hand" in entry.body
        assert await bank(room) == "C"


async def looks(room: FiringRoom) -> bool:
    asked = "select 1 from pg_stat_activity where query like '%from slow%' and pid <> pg_backend_pid()"
    return bool(await room.sql(asked))


async def test_a_room_ends_at_once_while_a_setting_is_on_its_way_back(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    plain = "state: {sql: \"select enabled from reference where code = 'SKIP'\"}"
    slow = plain.replace("select enabled", "select enabled, pg_sleep((select count(*) from slow)::int)::text")
    async with firing_room(database, tmp_path, FOR_A_WHILE.replace(plain, slow), clock=clock) as room:
        await room.sql("create table slow as select 1 as n where false")
        await room.fire("lend")
        await room.sql("insert into slow select generate_series(1, 60)")
        clock.ahead = OVER
        await wait_until(lambda: looks(room))
    with reading(room.journal.path) as journal:
        assert "reverted" not in [entry.kind for entry in journal.entries()]
