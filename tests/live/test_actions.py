"""What each kind of action does to a real database: toggle, sql, batch."""

import asyncio
import sqlite3
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from situationroom.actions import runs as runs_module
from situationroom.actions.fire import Confirmation
from situationroom.engine.clock import VirtualClock
from situationroom.errors import ActionDenied, SourceError, UsageError
from situationroom.i18n import say
from situationroom.values import Message, RunState, RunStatus
from tests.helpers import wait_until
from tests.live.firing_room import KIM, LEE, FiringRoom, firing_room

YES = Confirmation()
NINE = datetime(2024, 9, 20, 9, 0, tzinfo=ZoneInfo("Asia/Seoul"))

RELEASE = """
release:
  title: 대기 해제
  kind: sql
  source: kos
  max_rows: 3
  inputs: {agency: {}}
  preview:
    sql: "select no from waiting where agency = $1 and released_by is null order by no"
    args: [agency]
  run:
    sql: "update waiting set released_by = $2 where agency = $1 and released_by is null"
    args: [agency, actor]
"""

REPROCESS = """
reprocess:
  title: 재처리
  kind: batch
  source: kos
  roles: operator
  inputs: {code: {optional: true}}
  count:
    sql: "select count(*) from error_queue where state = 'ERROR' and ($1::text is null or code = $1)"
    args: [code]
  step:
    sql: |
      with picked as (
        select id from error_queue
        where state = 'ERROR' and ($1::text is null or code = $1) and tried_in is distinct from $3
        order by id limit $2 for update skip locked)
      update error_queue q set state = case q.code when 'BAD' then 'ERROR' else 'DONE' end, tried_in = $3
      from picked where q.id = picked.id
      returning q.state = 'ERROR' as failed
    args: [code, batch, run]
  batch: 10
"""

SLOW = REPROCESS + "  rate: 20/s\n"
BRAKED = REPROCESS + '  rate: 50/s\n  stop_when: {feed: agencies, when: "error_rate > 0.1"}\n'


async def errors(room: FiringRoom, count: int, code: str = "E01") -> None:
    """Put so many errors into the queue."""
    await room.sql("insert into error_queue (code) select $1 from generate_series(1, $2)", code, count)


async def left(room: FiringRoom) -> int:
    """Errors in the queue."""
    return int((await room.sql("select count(*) from error_queue where state = 'ERROR'"))[0][0])


def why(status: RunStatus) -> Message:
    assert status.reason is not None
    return status.reason


def state_of(room: FiringRoom, action: str) -> str:
    return next(one.state for one in room.firing.states(KIM) if one.id == action)


# toggle


async def test_a_toggle_says_what_it_will_do_and_does_it_both_ways(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path) as room:
        asked = await room.ask("skip")
        assert say(asked.preview.what, "ko") == "사전체크 SKIP: 꺼짐 → 켜짐"
        assert "$1 value = true" in asked.preview.statement
        assert asked.preview.rows == ()  # the one value it looked at is said in words
        assert (await room.fire("skip")).state is RunState.DONE
        assert [
            tuple(row)
            for row in await room.sql("select enabled, changed_by from reference where code='SKIP'")
        ] == [(True, "kim")]
        status = await room.fire("skip")
        assert status.result
        assert say(status.result, "ko") == "사전체크 SKIP: 켜짐 → 꺼짐 변경 완료"


async def test_a_toggle_may_have_its_own_words_for_on_and_off(database: str, tmp_path: Path) -> None:
    actions = """
    flag:
      kind: toggle
      source: kos
      on_value: Y
      off_value: N
      state: {sql: select yn from flag}
      set: {sql: update flag set yn = $1, args: [value]}
    """
    async with firing_room(database, tmp_path, actions) as room:
        await room.sql("create table flag as select 'N'::text as yn")
        await room.fire("flag")
        assert (await room.sql("select yn from flag"))[0][0] == "Y"
        await room.sql("update flag set yn = 'X'")
        with pytest.raises(ActionDenied) as caught:
            await room.ask("flag")
        assert caught.value.message.id == "actions.toggle_odd"
        await room.sql("delete from flag")
        with pytest.raises(SourceError):
            await room.ask("flag")


async def test_a_toggle_that_would_touch_more_rows_than_allowed_touches_none(
    database: str, tmp_path: Path
) -> None:
    actions = """
    wide:
      kind: toggle
      source: kos
      state: {sql: "select enabled from reference where code = 'SKIP'"}
      set: {sql: update reference set enabled = $1, args: [value]}
    """
    async with firing_room(database, tmp_path, actions) as room:
        status = await room.fire("wide")
        assert status.state is RunState.FAILED
        assert why(status).id == "sources.too_many_rows"
        values = await room.sql("select code, enabled from reference order by code")
        assert [tuple(row) for row in values] == [("SKIP", False), ("SPONSOR", True)]


async def test_a_toggle_that_touches_nothing_has_failed(database: str, tmp_path: Path) -> None:
    actions = """
    lost:
      kind: toggle
      source: kos
      state: {sql: "select enabled from reference where code = 'SKIP'"}
      set: {sql: "update reference set enabled = $1 where code = 'TYPO'", args: [value]}
    """
    async with firing_room(database, tmp_path, actions) as room:
        assert why(await room.fire("lost")).id == "actions.touched_nothing"


# sql


async def test_a_change_shows_the_rows_it_will_touch_and_touches_those(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, RELEASE) as room:
        await room.sql("insert into waiting values (1,'KAIT'),(2,'KAIT'),(3,'SGI')")
        asked = await room.ask("release", {"agency": "KAIT"})
        assert [row["no"] for row in asked.preview.rows] == [1, 2]
        assert asked.preview.count == 2
        await room.firing.fire(asked.run, YES)
        status = await room.firing.finished(asked.run)
        assert (status.state, status.done) == (RunState.DONE, 2)
        rows = await room.sql("select no, released_by from waiting order by no")
        assert [tuple(row) for row in rows] == [(1, "kim"), (2, "kim"), (3, None)]
        with pytest.raises(ActionDenied) as caught:
            await room.ask("release", {"agency": "KAIT"})
        assert caught.value.message.id == "actions.nothing_to_do"


async def test_a_change_of_more_rows_than_allowed_is_warned_of_and_rolled_back(
    database: str, tmp_path: Path
) -> None:
    async with firing_room(database, tmp_path, RELEASE) as room:
        await room.sql("insert into waiting select n, 'KAIT' from generate_series(1, 4) n")
        asked = await room.ask("release", {"agency": "KAIT"})
        assert [warning.id for warning in asked.preview.warnings] == ["actions.too_many"]
        await room.firing.fire(asked.run, YES)
        assert (await room.firing.finished(asked.run)).state is RunState.FAILED
        assert (await room.sql("select count(*) from waiting where released_by is not null"))[0][0] == 0


async def test_a_change_is_refused_when_other_rows_would_be_touched_than_shown(
    database: str, tmp_path: Path
) -> None:
    async with firing_room(database, tmp_path, RELEASE) as room:
        await room.sql("insert into waiting values (1,'KAIT'),(2,'SGI')")
        asked = await room.ask("release", {"agency": "KAIT"})
        await room.sql(
            "update waiting set agency = case no when 1 then 'SGI' else 'KAIT' end"
        )  # still one row
        with pytest.raises(ActionDenied) as caught:
            await room.firing.fire(asked.run, YES)
        assert caught.value.message.id == "actions.changed_since"


@pytest.mark.parametrize(
    "attempt",
    [
        "KAIT' or '1'='1",
        "'; drop table waiting; --",
        "$1",
        "\\'; delete from waiting --",
        "%",
        "[red]\x1b[2J",
    ],
)
async def test_an_injection_through_an_input_ends_as_data(
    database: str, tmp_path: Path, attempt: str
) -> None:
    async with firing_room(database, tmp_path, RELEASE) as room:
        await room.sql("insert into waiting values (1,'KAIT')")
        with pytest.raises(ActionDenied) as caught:
            await room.ask("release", {"agency": attempt})
        assert caught.value.message.id == "actions.nothing_to_do"
        await room.sql("insert into waiting values (2, $1)", attempt)
        assert (await room.fire("release", {"agency": attempt})).done == 1
        rows = await room.sql("select no, released_by from waiting order by no")
        assert [tuple(row) for row in rows] == [(1, None), (2, "kim")]


# batch


async def test_a_batch_does_all_items_step_by_step_and_says_how_far_it_is(
    database: str, tmp_path: Path
) -> None:
    async with firing_room(database, tmp_path, REPROCESS) as room:
        await errors(room, 95)
        await errors(room, 7, "E02")
        status = await room.fire("reprocess", {"code": "E01"})
        assert (status.state, status.done, status.total, status.failed) == (RunState.DONE, 95, 95, 0)
        assert await left(room) == 7
        await wait_until(lambda: state_of(room, "reprocess") == "7건")


async def test_items_that_fail_again_are_counted_and_never_tried_twice(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, REPROCESS) as room:
        await errors(room, 15, "BAD")
        await errors(room, 20)
        status = await room.fire("reprocess")
        assert (status.state, status.done, status.failed) == (RunState.DONE, 35, 15)
        assert await left(room) == 15


async def test_a_batch_ends_even_where_its_step_never_runs_out(database: str, tmp_path: Path) -> None:
    endless = """
    endless:
      kind: batch
      source: kos
      batch: 10
      count: {sql: "select count(*) from error_queue"}
      step:
        sql: "update error_queue set state = 'ERROR' where id in (select id from error_queue limit $1)"
        args: [batch]
    """
    async with firing_room(database, tmp_path, endless) as room:
        await errors(room, 35)
        status = await room.fire("endless")
        assert (status.state, status.done) == (RunState.DONE, 35)


async def test_a_person_with_the_role_stops_a_batch_after_its_step(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, SLOW) as room:
        await errors(room, 500)
        asked = await room.ask("reprocess")
        await room.firing.fire(asked.run, YES)
        await wait_until(lambda: room.firing.runs()[0].done >= 10)
        with pytest.raises(ActionDenied):
            await room.firing.stop(asked.run, LEE)
        await room.firing.stop(asked.run, KIM)
        status = await asyncio.wait_for(room.firing.finished(asked.run), 5)
        assert status.state is RunState.STOPPED
        assert why(status).id == "actions.stopped_by"
        assert 10 <= status.done < 500
        assert await left(room) == 500 - status.done
        assert (await room.kinds())[-2:] == ["stop_asked", "stopped"]
        with pytest.raises(ActionDenied):
            await room.firing.stop(asked.run, KIM)


async def test_the_brake_halts_a_batch_and_says_why(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, BRAKED) as room:
        await errors(room, 500)
        room.feed("agencies", {"agency": "KAIT", "error_rate": 0.02})
        asked = await room.ask("reprocess")
        await room.firing.fire(asked.run, YES)
        await wait_until(lambda: room.firing.runs()[0].done >= 10)
        room.feed("agencies", {"agency": "SGI", "error_rate": 0.01}, {"agency": "KAIT", "error_rate": 0.15})
        status = await asyncio.wait_for(room.firing.finished(asked.run), 5)
        assert status.state is RunState.STOPPED
        assert "15.0 % (10 % 넘음)" in say(why(status), "ko")
        assert await left(room) == 500 - status.done > 0


async def test_a_blind_brake_halts_and_a_stale_one_lets_nothing_begin(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, BRAKED) as room:
        await errors(room, 500)
        with pytest.raises(ActionDenied) as caught:
            await room.ask("reprocess")
        assert caught.value.message.id == "actions.feed_not_fresh"
        room.feed("agencies", {"agency": "KAIT", "error_rate": 0.02})
        asked = await room.ask("reprocess")
        await room.firing.fire(asked.run, YES)
        room.feed("agencies", {"agency": "KAIT", "error_rate": 0.02}, age_s=60)
        status = await asyncio.wait_for(room.firing.finished(asked.run), 5)
        assert why(status).id == "actions.brake_blind"


async def test_a_batch_is_never_faster_than_its_rate(database: str, tmp_path: Path) -> None:
    clock = VirtualClock(NINE)
    told: list[tuple[float, int]] = []

    def changed() -> None:
        told.extend(((clock.now() - NINE).total_seconds(), run.done) for run in room.firing.runs())

    async with firing_room(database, tmp_path, SLOW, clock=clock, changed=changed) as room:
        await errors(room, 40)
        asked = await room.ask("reprocess")
        await room.firing.fire(asked.run, YES)
        for step in (1, 2, 3, 4):
            await wait_until(lambda step=step: room.firing.runs()[0].done == step * 10)  # type: ignore[misc]  # bound now
            await clock.advance(0.5)
        status = await asyncio.wait_for(room.firing.finished(asked.run), 5)
    assert (status.state, status.done) == (RunState.DONE, 40)
    assert all(done <= 10 + elapsed_s * 20 for elapsed_s, done in told), told


async def test_a_large_batch_leaves_a_small_journal(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with firing_room(database, tmp_path, REPROCESS) as room:
        await errors(room, 1_000)
        await room.fire("reprocess")
        assert len(await room.entries()) <= 10
        monkeypatch.setattr(runs_module, "CHECKPOINT_S", 0.0)
        await errors(room, 100)
        status = await room.fire("reprocess")
        points = [entry.facts["done"] for entry in await room.entries() if entry.kind == "checkpoint"]
        assert points[-10:] == list(range(10, 101, 10))
        assert (await room.entries())[-1].facts["done"] == status.done == 100


async def test_a_batch_whose_step_fails_says_how_far_it_came(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, SLOW) as room:
        await errors(room, 100)
        asked = await room.ask("reprocess")
        await room.firing.fire(asked.run, YES)
        await wait_until(lambda: room.firing.runs()[0].done >= 10)
        await room.sql("alter table error_queue rename to gone")
        status = await asyncio.wait_for(room.firing.finished(asked.run), 5)
        assert status.state is RunState.FAILED
        assert why(status).values["done"] == status.done
        assert (await room.sql("select count(*) from gone where state = 'ERROR'"))[0][0] == 100 - status.done


async def test_a_program_that_ends_stops_a_batch_after_its_step(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, SLOW) as room:
        await errors(room, 500)
        asked = await room.ask("reprocess")
        await room.firing.fire(asked.run, YES)
        await room.firing.close()
        status = await room.firing.finished(asked.run)
        assert (status.state, why(status).id) == (RunState.STOPPED, "actions.closing")
        assert await left(room) == 500 - status.done
        assert (await room.kinds())[-1] == "stopped"


async def test_a_batch_stops_when_its_journal_takes_no_checkpoint(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs_module, "CHECKPOINT_S", 0.0)
    async with firing_room(database, tmp_path, SLOW) as room:
        await errors(room, 500)
        asked = await room.ask("reprocess")
        await room.firing.fire(asked.run, YES)
        await wait_until(lambda: room.firing.runs()[0].done >= 10)
        other = sqlite3.connect(room.journal.path, isolation_level=None)
        other.execute("begin immediate")
        status = await asyncio.wait_for(room.firing.finished(asked.run), 5)
        other.execute("rollback")
        other.close()
        assert (status.state, why(status).id) == (RunState.STOPPED, "journal.locked")
        assert status.done < 500


# sources


@pytest.mark.parametrize("source", ["", "source: web,"])
async def test_an_action_on_a_source_that_takes_no_sql_is_a_clear_error(
    database: str, tmp_path: Path, source: str
) -> None:
    bad = f"bad: {{kind: toggle, {source} state: {{sql: select 1}}, set: {{sql: select 1}}}}"
    with pytest.raises(UsageError) as caught:
        async with firing_room(database, tmp_path, bad):
            pass
    assert "'bad'" in str(caught.value)
