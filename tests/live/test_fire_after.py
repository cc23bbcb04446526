"""After the fire: verified on the live figure, undone while that is offered."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from situationroom.actions.asked import Confirmation
from situationroom.errors import ActionDenied
from situationroom.i18n import LANGUAGES, say
from situationroom.values import RunState, RunStatus
from tests.helpers import wait_until
from tests.live.firing_room import KIM, LEE, FiringRoom, ShiftedClock, firing_room
from tests.live.test_fire import skip

YES = Confirmation()

SKIP = """
watched:
  title: 사전체크 SKIP
  kind: toggle
  source: kos
  roles: operator
  state: {sql: "select enabled from reference where code = 'SKIP'"}
  set: {sql: "update reference set enabled = $1, changed_by = $2 where code = 'SKIP'", args: [value, actor]}
  verify: {feed: agencies, when: "agency == 'KAIT' and error_rate < 0.03", within: 60s}
  undo: {within: 30m}
"""

PAIR = """
register:
  title: 장애등록
  kind: sql
  source: kos
  inputs: {agency: {title: 기관}}
  preview: {sql: "select $1::text", args: [agency]}
  run: {sql: "insert into waiting values (1, $1, '')", args: [agency]}
  max_rows: 1
  undo: {action: lift, values: {agency: $agency}, within: 10m}
lift:
  title: 장애해제
  kind: sql
  source: kos
  roles: operator
  inputs: {agency: {title: 기관}}
  preview: {sql: "select * from waiting where agency = $1", args: [agency]}
  run: {sql: "delete from waiting where agency = $1", args: [agency]}
  max_rows: 1
"""


def kait(room: FiringRoom, error_rate: float) -> None:
    """The agency's figure, asked for just now."""
    room.feed("agencies", {"agency": "KAIT", "error_rate": error_rate}, age_s=-0.1)


# verify


async def test_an_effect_that_shows_is_verified(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, SKIP) as room:
        kait(room, 0.2)
        done = await room.fire("watched")
        assert done.state is RunState.DONE
        assert done.verified is None
        assert done.verify_left_s is not None
        assert 50 < done.verify_left_s <= 60
        kait(room, 0.01)
        status = await asyncio.wait_for(room.firing.verified(done.id), 5)
        assert status.verified is True
        assert status.verify_left_s is None
        assert (await room.kinds())[-1] == "verified"


async def test_an_effect_that_does_not_show_in_time_is_not_verified(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with firing_room(database, tmp_path, SKIP, clock=clock) as room:
        done = await room.fire("watched")
        clock.ahead = timedelta(seconds=61)
        kait(room, 0.2)
        status = await asyncio.wait_for(room.firing.verified(done.id), 5)
        assert (status.state, status.verified) == (RunState.DONE, False)
        entry = (await room.entries())[-1]
        assert entry.kind == "not_verified"
        assert "error_rate" in str(entry.facts["reason"])


async def test_a_figure_from_before_the_run_verifies_nothing(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    soon = SKIP.replace("within: 60s", "within: 4s")
    async with firing_room(database, tmp_path, soon, clock=clock) as room:
        room.feed("agencies", {"agency": "KAIT", "error_rate": 0.01})
        done = await room.fire("watched")
        clock.ahead = timedelta(seconds=5)
        assert room.feeds["agencies"].status(clock.now()).fresh
        status = await asyncio.wait_for(room.firing.verified(done.id), 5)
        assert status.verified is False
        assert "verify_blind" in (await room.entries())[-1].body


# undo


async def test_an_undo_is_a_run_of_its_own_that_goes_back(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, SKIP) as room:
        done = await room.fire("watched")
        assert room.run(done.id).undo_left_s is not None
        asked = await room.firing.undo(done.id, KIM)
        assert await skip(room)  # only previewed
        assert "켜짐" in say(asked.preview.before.text, "ko")
        await room.firing.fire(asked.run, YES)
        undoing = await room.firing.finished(asked.run)
        assert (undoing.state, undoing.undoes) == (RunState.DONE, done.id)
        assert not await skip(room)
        assert room.run(done.id).undo_left_s is None
        assert room.run(asked.run).undo_left_s is None
        with pytest.raises(ActionDenied) as caught:
            await room.firing.undo(done.id, KIM)
        assert caught.value.message.id == "actions.undo_over"


async def test_an_undo_is_offered_for_its_time_and_by_other_processes_too(
    database: str, tmp_path: Path
) -> None:
    clock = ShiftedClock()
    async with firing_room(database, tmp_path, SKIP, clock=clock) as room:
        done = await room.fire("watched")
    async with firing_room(database, tmp_path, SKIP, clock=clock, schema=False) as room:
        await room.firing.caught_up()
        assert room.run(done.id).undo_left_s is not None
        asked = await room.firing.undo(done.id, KIM)
        await room.firing.withdraw(asked.run)
        clock.ahead = timedelta(minutes=31)
        assert room.run(done.id).undo_left_s is None
        with pytest.raises(ActionDenied):
            await room.firing.undo(done.id, KIM)


async def test_an_undo_passes_all_guards(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, SKIP) as room:
        done = await room.fire("watched")
        with pytest.raises(ActionDenied) as caught:
            await room.firing.undo(done.id, LEE)
        assert caught.value.message.id == "actions.role_needed"
        await room.firing.hold(KIM)
        with pytest.raises(ActionDenied) as caught:
            await room.firing.undo(done.id, KIM)
        assert caught.value.message.id == "actions.held"


async def test_what_somebody_put_back_by_hand_is_not_toggled_again(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, SKIP) as room:
        done = await room.fire("watched")
        await room.sql("update reference set enabled = false where code = 'SKIP'")
        with pytest.raises(ActionDenied) as caught:
            await room.firing.undo(done.id, KIM)
        assert caught.value.message.id == "actions.already_so"
        assert not await skip(room)


async def test_a_run_that_was_changed_again_is_not_undone(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, SKIP) as room:
        first = await room.fire("watched")
        second = await room.fire("watched")
        assert room.run(first.id).undo_left_s is None
        assert room.run(second.id).undo_left_s is not None


async def test_another_action_undoes_with_the_values_of_the_run(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, PAIR) as room:
        done = await room.fire("register", {"agency": "KAIT'; drop table waiting; --"})
        asked = await room.firing.undo(done.id, KIM)
        assert (asked.call.action, asked.call.undoes) == ("lift", done.id)
        await room.firing.fire(asked.run, YES)
        assert (await room.firing.finished(asked.run)).state is RunState.DONE
        assert (await room.sql("select count(*) from waiting"))[0][0] == 0
        assert room.run(done.id).undo_left_s is None


async def test_of_two_undos_asked_at_once_one_is_fired(database: str, tmp_path: Path) -> None:
    async with (
        firing_room(database, tmp_path, PAIR) as one,
        firing_room(database, tmp_path, PAIR, schema=False) as other,
    ):
        done = await one.fire("register", {"agency": "KAIT"})
        asked = [(room, await room.firing.undo(done.id, KIM)) for room in (one, other)]
        outcomes = await asyncio.gather(
            *(room.firing.fire(undo.run, YES) for room, undo in asked), return_exceptions=True
        )
        fired = [outcome for outcome in outcomes if isinstance(outcome, RunStatus)]
        assert len(fired) == 1
        refusals = [outcome for outcome in outcomes if isinstance(outcome, ActionDenied)]
        assert [len(say(error.message, lang)) > 5 for error in refusals for lang in LANGUAGES] == [True] * 2
        await wait_until(lambda: all(run.state.ended for run in one.firing.runs()))
        assert (await one.kinds()).count("claimed") == 2
