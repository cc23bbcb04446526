"""Batches: errors by reason, a rate that changes, continued runs, and the truth when lines are cut."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from situationroom.actions.fire import Confirmation
from situationroom.errors import ActionDenied
from situationroom.i18n import say
from situationroom.values import RunState, Settlement
from tests.helpers import wait_until
from tests.live.faults import Proxy
from tests.live.firing_room import KIM, FiringRoom, firing_room
from tests.live.kinds import ATTEMPTS, confirmed

REPROCESS = """
reprocess:
  title: Error Queue 재처리
  kind: batch
  source: kos
  roles: operator
  inputs: {code: {optional: true}}
  batch: 10
  count:
    sql: "select count(*) from error_queue where state = 'ERROR' and ($1::text is null or code = $1)"
    args: [code]
  step:
    sql: |
      with picked as (
        select id from error_queue
        where state = 'ERROR' and ($1::text is null or code = $1) and tried_in is distinct from $3
        order by id limit $2 for update skip locked
      )
      update error_queue q
      set state = case when q.code like 'BAD%' then 'ERROR' else 'DONE' end, tried_in = $3
      from picked where q.id = picked.id
      returning q.state = 'ERROR' as failed, '원인 ' || q.code as reason
    args: [code, batch, run]
"""

SLOW = REPROCESS + "  rate: 20/s\n"


async def errors(room: FiringRoom, count: int, code: str = "E01") -> None:
    await room.sql("insert into error_queue (code) select $1 from generate_series(1, $2)", code, count)


async def left(room: FiringRoom) -> int:
    return int((await room.sql("select count(*) from error_queue where state = 'ERROR'"))[0][0])


async def begun(room: FiringRoom, at_least: int = 10) -> str:
    """A slow run under way; its id."""
    asked = await room.ask("reprocess")
    await room.firing.fire(asked.run, Confirmation(typed=asked.preview.target))
    await wait_until(lambda: room.run(asked.run).done >= at_least)
    return asked.run


async def test_failures_are_counted_by_reason(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, REPROCESS) as room:
        await errors(room, 25)
        await errors(room, 12, "BAD1")
        await errors(room, 3, "BAD2")
        status = await room.fire("reprocess")
        assert (status.state, status.done, status.failed) == (RunState.DONE, 40, 15)
        assert dict(status.errors) == {"원인 BAD1": 12, "원인 BAD2": 3}


async def test_more_reasons_than_anybody_reads_are_counted_together(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, REPROCESS) as room:
        for number in range(30):
            await errors(room, 1, f"BAD{number:02}")
        status = await room.fire("reprocess")
        assert len(status.errors) == 21
        assert status.errors["…"] == 10


async def test_a_rate_raised_while_it_waits_holds_at_once(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, REPROCESS + "  rate: 1/m\n") as room:
        await errors(room, 300)
        run = await begun(room, 1)
        assert room.run(run).done < 20
        await room.firing.set_rate(run, 10_000.0, KIM)
        status = await asyncio.wait_for(room.firing.finished(run), 10)
        assert (status.state, status.done) == (RunState.DONE, 300)


async def test_a_paused_batch_takes_nothing_and_goes_on(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, SLOW) as room:
        await errors(room, 60)
        run = await begun(room)
        await room.firing.pause(run, KIM)
        await wait_until(lambda: room.run(run).rate_per_s > 0 or room.run(run).paused)
        await wait_until(lambda: room.run(run).paused)
        assert (room.run(run).left_s, room.run(run).rate_per_s) == (None, 0.0)  # it comes to no end like this
        await room.firing.set_rate(run, 10_000.0, KIM)
        open_now = await left(room)
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert await left(room) >= open_now - 10  # the step under way when it was paused

        async def told() -> bool:
            marks = [entry.facts["done"] for entry in await room.entries() if entry.kind == "checkpoint"]
            return bool(marks) and marks[-1] == room.run(run).done

        await wait_until(told, what="the journal says where it stands")
        await room.firing.resume(run, KIM)
        status = await asyncio.wait_for(room.firing.finished(run), 10)
        assert (status.state, status.done) == (RunState.DONE, 60)


async def test_a_stopped_batch_goes_on_where_it_stood_when_told_to(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, SLOW) as room:
        await errors(room, 15, "BAD")
        await errors(room, 85)
        run = await begun(room, 20)
        await room.firing.stop(run, KIM)
        stopped = await asyncio.wait_for(room.firing.finished(run), 5)
        assert stopped.state is RunState.STOPPED
        assert room.run(run).can_continue
        asked = await room.firing.continue_batch(run, KIM)
        assert asked.preview.count == 100 - stopped.done
        assert f"앞서 {stopped.done}건 처리, 실패 15건" in say(asked.preview.what, "ko")
        await room.firing.fire(asked.run, Confirmation(typed=asked.preview.target))
        await room.firing.set_rate(asked.run, 10_000.0, KIM)
        status = await asyncio.wait_for(room.firing.finished(asked.run), 10)
        assert (status.state, status.done, status.failed) == (RunState.DONE, 100 - stopped.done, 0)
        assert await left(room) == 15  # what failed once was not tried again
        marks = await room.sql("select distinct tried_in from error_queue")
        assert [row[0] for row in marks] == [run]


async def test_a_run_is_continued_once(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, SLOW) as room:
        await errors(room, 100)
        run = await begun(room)
        await room.firing.stop(run, KIM)
        await room.firing.finished(run)
        one, two = await room.firing.continue_batch(run, KIM), await room.firing.continue_batch(run, KIM)
        await room.firing.fire(one.run, Confirmation(typed=one.preview.target))
        await room.firing.stop(one.run, KIM)
        await room.firing.finished(one.run)
        with pytest.raises(ActionDenied):
            await confirmed(room, two)


async def test_a_connection_lost_between_two_steps_is_replaced(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, SLOW) as room:
        await errors(room, 60)
        run = await begun(room)
        await room.sql(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'situationroom' and datname = current_database()"
        )
        await room.firing.set_rate(run, 10_000.0, KIM)
        status = await asyncio.wait_for(room.firing.finished(run), 10)
        assert (status.state, status.done) == (RunState.DONE, 60)
        assert await left(room) == 0


@pytest.mark.parametrize("passes", [True, False])
async def test_a_connection_lost_at_a_commit_is_unknown_and_says_how_far_it_was(
    database: str, tmp_path: Path, passes: bool
) -> None:
    host, _, rest = database.rpartition("@127.0.0.1:")
    port, _, name = rest.partition("/")
    async with Proxy("127.0.0.1", int(port)) as proxy:
        changing = cut = False

        def on_request(chunk: bytes) -> bool:
            nonlocal changing, cut
            changing = changing or b"begin\0" in chunk  # reading transactions begin otherwise
            if not cut and changing and b"commit" in chunk:
                changing = False
                if room.firing.runs()[0].done == 20:
                    cut = True
                    proxy.delay_s = 0.5  # the answer comes too late
                    asyncio.get_running_loop().call_later(0.1 if passes else 0, proxy.cut)
                    return passes
            return True

        async with firing_room(f"{host}@127.0.0.1:{proxy.port}/{name}", tmp_path, REPROCESS) as room:
            await errors(room, 60)
            asked = await room.ask("reprocess")
            proxy.on_request = on_request
            await room.firing.fire(asked.run, Confirmation(typed=asked.preview.target))
            status = await asyncio.wait_for(room.firing.finished(asked.run), 15)
            proxy.on_request, proxy.delay_s = None, 0
            assert status.state is RunState.UNKNOWN
            assert status.reason is not None
            assert (status.reason.id, status.reason.values["done"]) == ("actions.batch_unknown", 20)
            assert await left(room) in (30, 40)
            with pytest.raises(ActionDenied) as refused:
                await room.firing.settle(asked.run, Settlement.DID_NOT, KIM)
            assert refused.value.message.id == "actions.done_in_part", "it did in part"


@pytest.mark.parametrize("attempt", [one for one in ATTEMPTS if "\0" not in one])
async def test_an_injection_through_an_input_ends_as_data(
    database: str, tmp_path: Path, attempt: str
) -> None:
    async with firing_room(database, tmp_path, REPROCESS) as room:
        await errors(room, 5)
        await errors(room, 2, attempt)
        status = await room.fire("reprocess", {"code": attempt})
        assert (status.state, status.done) == (RunState.DONE, 2)
        assert await left(room) == 5
