"""What keeps a run from being fired, on every screen and in every process of the room."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from situationroom.actions.asked import Confirmation
from situationroom.errors import ActionDenied, JournalError, RoomError
from situationroom.i18n import LANGUAGES, say
from situationroom.journal import Draft
from situationroom.values import Message, RunState
from tests.helpers import wait_until
from tests.live.firing_room import KIM, LEE, FiringRoom, ShiftedClock, firing_room
from tests.live.test_fire import harmless, locked, slow_toggle

YES = Confirmation()


@asynccontextmanager
async def rooms(
    dsn: str, folder: Path, actions: str = "", clock: ShiftedClock | None = None
) -> AsyncIterator[tuple[FiringRoom, FiringRoom]]:
    """Two rooms on one journal, each with a lease and a look at the journal of its own."""
    clock = clock or ShiftedClock()
    async with (
        firing_room(dsn, folder, actions, clock=clock) as one,
        firing_room(dsn, folder, actions, clock=clock, schema=False) as other,
    ):
        yield one, other


async def refused(room: FiringRoom, action: str, values: dict[str, object] | None = None) -> Message:
    """Why asking is denied; in words, in both languages."""
    with pytest.raises(ActionDenied) as caught:
        await room.ask(action, values)  # type: ignore[arg-type]  # plain values
    for lang in LANGUAGES:
        assert not say(caught.value.message, lang).startswith("actions.")
    return caught.value.message


# the hold


async def test_a_hold_is_seen_everywhere_and_nothing_new_is_fired(database: str, tmp_path: Path) -> None:
    async with rooms(database, tmp_path) as (one, other):
        asked = await other.ask("skip")
        await one.firing.hold(KIM, "카드사 점검")
        await wait_until(other.firing.held)
        hold = other.firing.held()
        assert hold is not None
        assert (hold.person.name, hold.reason) == ("김운영", "카드사 점검")
        why = other.state("skip").why
        assert why is not None
        assert "김운영" in say(why, "ko")
        assert "카드사 점검" in say(why, "ko")
        with pytest.raises(ActionDenied) as caught:  # previewed before, confirmed after
            await other.firing.fire(asked.run, YES)
        assert caught.value.message.id == "actions.held_why"
        assert (await refused(other, "skip")).id == "actions.held_why"
        await other.firing.release(KIM)
        assert (await one.fire("skip")).state is RunState.DONE
        assert [kind for kind in await one.kinds() if kind in ("held", "released")] == ["held", "released"]


async def test_what_runs_goes_on_under_a_hold(database: str, tmp_path: Path) -> None:
    async with rooms(database, tmp_path, slow_toggle(0.5)) as (one, other):
        asked = await one.ask("slow")
        await one.firing.fire(asked.run, YES)
        await other.firing.hold(KIM)
        assert (await one.firing.finished(asked.run)).state is RunState.DONE


async def test_a_hold_outlives_the_program_and_is_taken_once(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path) as room:
        outcomes = await asyncio.gather(*(room.firing.hold(KIM) for _ in range(4)), return_exceptions=True)
        assert sum(outcome is None for outcome in outcomes) == 1
    async with firing_room(database, tmp_path, schema=False) as room:
        assert (await refused(room, "skip")).id == "actions.held"
        await room.firing.release(KIM)
        with pytest.raises(ActionDenied) as caught:
            await room.firing.release(KIM)
        assert caught.value.message.id == "actions.not_held"


async def test_only_who_may_fire_may_hold(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path) as room:
        assert room.firing.may_hold(KIM) is None
        why = room.firing.may_hold(LEE)
        assert why is not None
        assert "operator" in say(why, "ko")
        for attempt in (room.firing.hold(LEE), room.firing.release(LEE)):
            with pytest.raises(ActionDenied):
                await attempt
        assert room.firing.held() is None


async def test_a_hold_that_cannot_be_written_holds_nothing(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path) as room:
        await room.ask("skip")
        with locked(room.journal.path), pytest.raises(JournalError):
            await room.firing.hold(KIM)
        assert room.firing.held() is None
        await room.firing.hold(KIM)
        assert room.firing.held() is not None


# cooldown, precondition


async def test_an_action_rests_after_its_run_and_says_for_how_long(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with rooms(database, tmp_path, harmless("rests", "cooldown: 60s"), clock) as (one, other):
        assert (await one.fire("rests")).state is RunState.DONE
        clock.ahead = timedelta(seconds=20)
        why = await refused(other, "rests")
        assert why.id == "actions.cooling"
        assert say(why, "ko").count("40초") == 1
        clock.ahead = timedelta(seconds=61)
        assert (await other.fire("rests")).state is RunState.DONE


async def test_an_action_is_fired_only_while_its_condition_holds(database: str, tmp_path: Path) -> None:
    more = "when: {feed: agencies, when: \"agency == 'KAIT' and error_rate > 0.05\"}"
    async with firing_room(database, tmp_path, harmless("needed", more)) as room:
        assert (await refused(room, "needed")).id == "actions.feed_not_fresh"
        room.feed("agencies", {"agency": "KAIT", "error_rate": 0.01}, {"agency": "SGI", "error_rate": 0.9})
        assert (await refused(room, "needed")).id == "actions.not_when"
        room.feed("agencies", {"agency": "KAIT", "error_rate": 0.2})
        asked = await room.ask("needed")
        room.feed("agencies", {"agency": "KAIT", "error_rate": 0.01})
        with pytest.raises(ActionDenied) as caught:  # it went well while the person was reading
            await room.firing.fire(asked.run, YES)
        assert caught.value.message.id == "actions.not_when"


# one at a time

TARGETS = """
register:
  kind: sql
  source: kos
  target: agency
  inputs: {agency: {}}
  preview: {sql: "select 1 where $1 <> ''", args: [agency]}
  run: {sql: "insert into error_queue (code) select $1::text from pg_sleep(0.6)", args: [agency]}
  max_rows: 1
lift:
  kind: sql
  source: kos
  target: KAIT
  preview: {sql: select 1}
  run: {sql: "insert into error_queue (code) values ('LIFT')"}
  max_rows: 1
"""


async def test_one_run_at_a_time_touches_a_target_whatever_the_action_and_the_process(
    database: str, tmp_path: Path
) -> None:
    async with rooms(database, tmp_path, TARGETS) as (one, other):
        lift = await other.ask("lift")
        asked = await one.ask("register", {"agency": "KAIT"})
        await one.firing.fire(asked.run, YES)
        with pytest.raises(ActionDenied) as caught:
            await other.firing.fire(lift.run, YES)
        assert caught.value.message.id == "actions.target_taken"
        assert "KAIT" in say(caught.value.message, "ko")
        assert (await refused(other, "register", {"agency": "SGI"})).id == "actions.under_way"
        await one.firing.finished(asked.run)
        assert (await other.fire("lift")).state is RunState.DONE


async def test_another_process_sees_the_run_and_its_end(database: str, tmp_path: Path) -> None:
    async with rooms(database, tmp_path, slow_toggle(0.8)) as (one, other):
        asked = await one.ask("slow")
        await one.firing.fire(asked.run, YES)
        await wait_until(lambda: other.state("slow").run)
        status = other.run(asked.run)
        assert (status.state, status.here, status.person.name) == (RunState.RUNNING, False, "김운영")
        why = other.state("slow").why
        assert why is not None
        assert why.id == "actions.under_way"
        assert (await asyncio.wait_for(other.firing.finished(asked.run), 5)).state is RunState.DONE
        assert other.state("slow").allowed


async def test_two_rooms_firing_at_the_very_same_time_run_it_once(database: str, tmp_path: Path) -> None:
    actions = """
    add:
      kind: sql
      source: kos
      preview: {sql: select code from reference where code = 'SKIP'}
      run: {sql: "insert into error_queue (code) select 'RAN' from pg_sleep(0.3)"}
      max_rows: 1
    """
    async with rooms(database, tmp_path, actions) as both:
        for turn in range(3):
            asked = [(room, await room.ask("add")) for room in both]
            outcomes = await asyncio.gather(
                *(room.firing.fire(one.run, YES) for room, one in asked), return_exceptions=True
            )
            refusals = [outcome for outcome in outcomes if isinstance(outcome, RoomError)]
            assert [error.message.id for error in refusals] == ["actions.under_way"]
            for room, one in asked:
                await room.firing.finished(one.run)
            assert (await both[0].sql("select count(*) from error_queue"))[0][0] == turn + 1


async def test_a_run_of_another_process_can_be_stopped(database: str, tmp_path: Path) -> None:
    actions = """
    reprocess:
      kind: batch
      source: kos
      roles: operator
      count: {sql: "select count(*) from error_queue where state = 'ERROR'"}
      step:
        sql: >-
          update error_queue set state = 'DONE' where id in
          (select id from error_queue where state = 'ERROR' limit $1)
        args: [batch]
      batch: 1
      rate: 20/s
    """
    async with rooms(database, tmp_path, actions) as (one, other):
        await one.sql("insert into error_queue (code) select 'E01' from generate_series(1, 500)")
        asked = await one.ask("reprocess")
        await one.firing.fire(asked.run, YES)
        await wait_until(lambda: other.state("reprocess").run)
        with pytest.raises(ActionDenied):
            await other.firing.stop(asked.run, LEE)
        await other.firing.pause(asked.run, KIM)
        await wait_until(lambda: one.run(asked.run).paused)
        await other.firing.set_rate(asked.run, 400.0, KIM)
        await wait_until(lambda: one.run(asked.run).limit_per_s == 400.0)
        for per_s in (0.0, -1.0, float("inf"), float("nan")):
            with pytest.raises(ActionDenied) as caught:
                await other.firing.set_rate(asked.run, per_s, KIM)
            assert caught.value.message.id == "actions.odd_rate"
        await other.firing.resume(asked.run, KIM)
        await wait_until(lambda: not one.run(asked.run).paused)
        await other.firing.stop(asked.run, KIM)
        status = await asyncio.wait_for(one.firing.finished(asked.run), 5)
        assert status.state is RunState.STOPPED
        assert status.reason is not None
        assert "김운영" in say(status.reason, "ko")
        await other.firing.caught_up()
        assert other.run(asked.run).can_continue
        went_on = await other.firing.continue_batch(asked.run, KIM)
        await other.firing.fire(went_on.run, YES)
        assert not other.run(asked.run).can_continue
        with pytest.raises(ActionDenied) as caught:
            await one.firing.continue_batch(asked.run, KIM)
        assert caught.value.message.id == "actions.cannot_continue"
        await other.firing.stop(went_on.run, KIM)
        ended = await other.firing.finished(went_on.run)
        assert ended.state is RunState.STOPPED
        await one.firing.caught_up()
        with pytest.raises(ActionDenied) as caught:
            await one.firing.pause(went_on.run, KIM)
        assert caught.value.message.id == "actions.not_under_way"


async def test_an_order_that_comes_after_the_end_changes_nothing(database: str, tmp_path: Path) -> None:
    async with rooms(database, tmp_path, "") as (one, other):
        run = (await one.fire("skip")).id
        late = Draft(one.clock.now(), "paused", run, "kim", "x", "skip", {})
        await other.journal.append(late)
        await one.firing.caught_up()
        await other.firing.caught_up()
        assert not one.run(run).paused


async def test_what_was_denied_or_taken_back_cannot_be_fired(database: str, tmp_path: Path) -> None:
    async with rooms(database, tmp_path, "") as (one, _):
        with pytest.raises(ActionDenied):
            await one.ask("skip", person=LEE)
        denied = (await one.entries())[-1].run
        with pytest.raises(ActionDenied) as caught:
            await one.firing.fire(denied, YES)
        assert caught.value.message.id == "actions.already_fired"


# trouble with the journal


async def test_what_is_wrong_with_the_journal_is_shown_and_heals(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path) as room:
        await room.fire("skip")
        with locked(room.journal.path):
            with pytest.raises(JournalError):
                await room.ask("skip")
            why = room.state("skip").why
            assert why is not None
            assert why.id == "journal.locked"
        await wait_until(lambda: room.state("skip").allowed, 10)
        assert (await room.fire("skip")).state is RunState.DONE


async def test_a_journal_that_cannot_be_written_is_seen_before_anybody_fires(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("situationroom.actions.tail.TRY_S", 0.1)
    async with firing_room(database, tmp_path) as room:
        await room.fire("skip")
        with locked(room.journal.path):
            await wait_until(lambda: not room.state("skip").allowed, 10)
            why = room.state("skip").why
            assert why is not None
            assert why.id == "journal.locked"
        await wait_until(lambda: room.state("skip").allowed, 10)


async def test_a_journal_that_is_moved_away_is_begun_anew_once_a_person_took_note(
    database: str, tmp_path: Path
) -> None:
    async with firing_room(database, tmp_path) as room:
        await room.firing.hold(KIM)
        for file in room.journal.path.parent.glob("firing.journal*"):
            if file.is_file():
                file.rename(tmp_path / file.name)
        await wait_until(room.firing.alarm, what="the alarm")
        with pytest.raises(ActionDenied):
            await room.fire("skip")
        await room.firing.acknowledge(KIM)
        assert room.firing.held() is None
        assert (await room.fire("skip")).state is RunState.DONE
