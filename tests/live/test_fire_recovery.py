"""After a crash: what nobody knows is shown, looked into and settled once; nothing repeats by itself."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from situationroom.actions.asked import Confirmation
from situationroom.errors import ActionDenied, JournalError
from situationroom.i18n import LANGUAGES, say
from situationroom.journal import first_broken
from situationroom.values import RunState, Settlement
from tests.helpers import wait_until
from tests.live.firing_room import KIM, LEE, FiringRoom, ShiftedClock, firing_room
from tests.live.test_fire import locked, odd, skip

YES = Confirmation()
ROOT = Path(__file__).parents[2]

SLOW = """
slow:
  kind: toggle
  source: kos
  timeout: 60s
  for: 2h
  undo: {within: 30m}
  state: {sql: "select enabled from reference where code = 'SKIP'"}
  set:
    sql: "update reference set enabled = $1 where code = 'SKIP' and pg_sleep(60)::text = ''"
    args: [value]
"""

_FIRES = """
import asyncio, sys
from pathlib import Path
from tests.live.firing_room import firing_room
import tests.live.test_fire_recovery as these

async def main():
    async with firing_room(sys.argv[1], Path(sys.argv[2]), these.SLOW, schema=False) as room:
        await room.fire("slow")

asyncio.run(main())
"""


@asynccontextmanager
async def crashed(
    dsn: str, folder: Path, clock: ShiftedClock | None = None
) -> AsyncIterator[tuple[FiringRoom, str]]:
    """A room, and the run of a program that was killed amid its effect, which the database then cut off."""
    async with firing_room(dsn, folder, SLOW, clock=clock) as room:
        killed = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _FIRES, dsn, str(folder), cwd=ROOT
        )
        busy = "from pg_stat_activity where state = 'active' and query like 'update%sleep(60%'"
        try:
            await wait_until(lambda: room.sql(f"select 1 {busy}"), 20, "the effect to begin")
            await wait_until(lambda: (run := room.state("slow").run) and run.state is RunState.RUNNING)
        finally:
            os.kill(killed.pid, signal.SIGKILL)
            await killed.wait()
        await room.sql(f"select pg_terminate_backend(pid) {busy}")
        run = room.firing.runs()[0].id
        await wait_until(lambda: room.run(run).unsettled)
        yield room, run


async def test_a_killed_program_leaves_a_run_that_nobody_knows_on_top(database: str, tmp_path: Path) -> None:
    async with crashed(database, tmp_path) as (room, run):
        await room.fire("skip")
        (top, *_) = room.firing.runs()
        assert (top.id, top.state, top.here) == (run, RunState.UNKNOWN, False)
        assert top.reason is not None
        assert top.reason.id == "actions.process_gone"
        state = room.state("slow")
        assert state.why is not None
        assert state.why.id == "actions.unsettled"
        for lang in LANGUAGES:
            assert "김운영" in say(state.why, lang)
        with pytest.raises(ActionDenied):
            await room.ask("slow")
        assert (await room.firing.probe(run)).active is True  # somebody, here skip, switched it meanwhile


async def test_what_did_not_happen_is_settled_and_may_be_fired_again(database: str, tmp_path: Path) -> None:
    async with crashed(database, tmp_path) as (room, run):
        found = await room.firing.probe(run)
        assert found.active is False
        assert await room.firing.settle(run, Settlement.DID_NOT, KIM) is None
        status = room.run(run)
        assert (status.state, status.settled, status.unsettled) == (RunState.UNKNOWN, "did_not", False)
        assert status.undo_left_s is None
        assert status.reverts_left_s is None
        assert room.state("slow").allowed
        entry = (await room.entries())[-1]
        assert (entry.kind, entry.run, entry.person) == ("settled", run, "kim")
        assert first_broken(await room.entries()) is None
        with pytest.raises(ActionDenied) as caught:
            await room.firing.settle(run, Settlement.HAPPENED, KIM)
        assert caught.value.message.id == "actions.settled_already"


async def test_what_happened_after_all_is_undone_and_reverts_as_if_it_had_been_said(
    database: str, tmp_path: Path
) -> None:
    clock = ShiftedClock()
    async with crashed(database, tmp_path, clock) as (room, run):
        await room.sql("update reference set enabled = true where code = 'SKIP'")
        await room.firing.settle(run, Settlement.HAPPENED, KIM)
        status = room.run(run)
        assert status.undo_left_s is not None
        assert status.reverts_left_s is not None
        assert (await room.firing.undo(run, KIM)).call.goal == {"value": False}


async def test_again_asks_anew_and_fires_nothing_by_itself(database: str, tmp_path: Path) -> None:
    async with crashed(database, tmp_path) as (room, run):
        asked = await room.firing.settle(run, Settlement.AGAIN, KIM)
        assert asked is not None
        assert (asked.call.action, asked.call.person.id) == ("slow", "kim")
        assert not await skip(room)
        assert (await room.kinds()).count("claimed") == 1


async def test_a_run_is_settled_once_among_all_processes(database: str, tmp_path: Path) -> None:
    async with crashed(database, tmp_path) as (room, run):
        async with firing_room(database, tmp_path, SLOW, schema=False) as other:
            await other.firing.caught_up()
            outcomes = await asyncio.gather(
                *(one.firing.settle(run, verdict, KIM) for one in (room, other) for verdict in Settlement),
                return_exceptions=True,
            )
            assert sum(isinstance(outcome, ActionDenied) for outcome in outcomes) == 5
        assert (await room.kinds()).count("settled") == 1


async def test_who_has_no_say_settles_nothing(database: str, tmp_path: Path) -> None:
    roles = odd(tmp_path, "lose") + "\n"
    async with firing_room(
        database, tmp_path, roles.replace("how: lose", "how: lose, roles: operator")
    ) as room:
        status = await room.fire("odd")
        assert room.run(status.id).unsettled
        with pytest.raises(ActionDenied) as caught:
            await room.firing.settle(status.id, Settlement.HAPPENED, LEE)
        assert caught.value.message.id == "actions.role_needed"
        with locked(room.journal.path), pytest.raises(JournalError):
            await room.firing.settle(status.id, Settlement.HAPPENED, KIM)
        assert room.run(status.id).unsettled
        await room.firing.settle(status.id, Settlement.HAPPENED, KIM)
        assert not room.run(status.id).unsettled


async def test_what_is_known_is_not_settled(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path) as room:
        done = await room.fire("skip")
        with pytest.raises(ActionDenied) as caught:
            await room.firing.settle(done.id, Settlement.DID_NOT, KIM)
        assert caught.value.message.id == "actions.not_unknown"
        with pytest.raises(ActionDenied):
            await room.firing.settle("nonsense", Settlement.DID_NOT, KIM)


async def test_a_secret_that_was_not_kept_is_asked_for_anew(database: str, tmp_path: Path) -> None:
    actions = odd(tmp_path, "lose").replace("how: lose", "how: lose, inputs: {pin: {secret: true}}")
    async with firing_room(database, tmp_path, actions) as room:
        status = await room.fire("odd", {"pin": "482915"})
        for attempt in (room.firing.probe(status.id), room.firing.settle(status.id, Settlement.AGAIN, KIM)):
            with pytest.raises(ActionDenied) as caught:
                await attempt
            assert caught.value.message.id == "actions.secret_forgotten"
        assert room.run(status.id).unsettled
        await room.firing.settle(status.id, Settlement.DID_NOT, KIM)


async def test_an_unknown_run_stays_on_top_however_long_ago_it_was(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    actions = odd(tmp_path, "lose")
    async with firing_room(database, tmp_path, actions, clock=clock) as room:
        lost = await room.fire("odd")
        clock.ahead = timedelta(days=400)
        for _ in range(3):
            await room.fire("skip")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("situationroom.actions.tail.BEGIN_WITH", 4)
        async with firing_room(database, tmp_path, actions, clock=clock, schema=False) as room:
            await room.firing.caught_up()
            assert room.firing.runs()[0].id == lost.id
            assert room.run(lost.id).unsettled
