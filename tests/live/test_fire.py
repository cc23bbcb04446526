"""The one door: what is refused, what is on disk before the effect, and what is never fired twice."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from situationroom.actions import door as door_module
from situationroom.actions.fire import Confirmation
from situationroom.errors import ActionDenied, JournalError, RoomError, SourceError
from situationroom.i18n import say
from situationroom.journal import Journal, first_broken
from situationroom.values import GUEST, Failure, FeedState, Message, RunState
from tests.helpers import wait_until
from tests.live.firing_room import KIM, LEE, FiringRoom, ShiftedClock, firing_room

YES = Confirmation()

ODD_KIND = '''
import asyncio
from situationroom.actions.base import Action, Outcome, Preview, State
from situationroom.errors import ActionFailed, OutcomeUnknown
from situationroom.layout.fields import Spec
from situationroom.values import Message

class OddOptions(Spec):
    how: str

class Odd(Action[OddOptions]):
    """Does whatever an action may do wrong."""
    TYPE = "odd"
    Options = OddOptions

    async def preview(self, call, now):
        if self.options.how == "break early":
            raise ZeroDivisionError("early")
        return Preview(now, Message("odd"), State({}, Message("odd")), target=self.name)

    async def probe(self, call):
        if self.options.how == "break at the last look":
            raise ZeroDivisionError("late")
        return State({}, Message("odd"))

    async def run(self, call, preview, progress):
        match self.options.how:
            case "lose":
                raise OutcomeUnknown("sources.lost")
            case "fail":
                raise ActionFailed("sources.refused")
            case "break":
                raise ZeroDivisionError("inside")
            case "hang":
                await asyncio.Event().wait()
        return Outcome(Message("odd"))
'''


def odd(folder: Path, how: str) -> str:
    """A user's own kind of action beside the layout, and its YAML."""
    (folder / "actions").mkdir()
    (folder / "actions" / "odd.py").write_text(ODD_KIND)
    return f"odd: {{kind: odd, how: {how}}}"


def harmless(name: str, more: str = "confirm: press") -> str:
    """An action without an effect."""
    statements = "preview: {sql: select 1}, run: {sql: select 1}"
    return f"{name}: {{kind: sql, source: kos, {statements}, max_rows: 1, {more}}}"


async def skip(room: FiringRoom) -> bool:
    """Whether the reference is on, in the database."""
    return bool((await room.sql("select enabled from reference where code = 'SKIP'"))[0][0])


async def refused(room: FiringRoom, action: str = "skip", **given: object) -> Message:
    """Why asking for it is denied."""
    with pytest.raises(ActionDenied) as caught:
        await room.ask(action, **given)  # type: ignore[arg-type]  # values or person
    return caught.value.message


@contextmanager
def locked(journal: Path) -> Iterator[None]:
    """Somebody else holds the journal's write lock."""
    other = sqlite3.connect(journal, isolation_level=None)
    other.execute("begin immediate")
    try:
        yield
    finally:
        other.execute("rollback")
        other.close()


async def test_a_confirmed_run_has_its_effect_and_every_step_in_the_journal(
    database: str, tmp_path: Path
) -> None:
    async with firing_room(database, tmp_path) as room:
        asked = await room.ask("skip")
        assert not await skip(room)
        status = await room.firing.fire(asked.run, YES)
        assert status.state is RunState.RUNNING
        assert (await room.firing.finished(asked.run)).state is RunState.DONE
        assert await skip(room)
        entries = await room.entries()
    assert [entry.kind for entry in entries] == ["asked", "previewed", "confirmed", "claimed", "done"]
    assert {(entry.person, entry.where, entry.action, entry.run) for entry in entries} == {
        ("kim", "test@here", "skip", asked.run)
    }
    assert entries[3].facts["before"] == {"value": False}
    assert entries[4].facts["after"] == {"value": True}
    assert first_broken(entries) is None


# refusals


async def test_a_person_without_the_role_is_refused_and_sees_it_beforehand(
    database: str, tmp_path: Path
) -> None:
    async with firing_room(database, tmp_path) as room:
        assert (await refused(room, person=LEE)).id == "actions.role_needed"
        (state,) = room.firing.states(LEE)
        assert not state.allowed
        assert state.why
        assert "operator" in say(state.why, "ko")
        assert room.firing.states(KIM)[0].allowed
        assert await room.kinds() == ["asked", "denied"]


async def test_an_action_without_roles_is_for_the_people_of_the_layout(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, harmless("free")) as room:
        assert (await refused(room, "free", person=GUEST)).id == "actions.guest"
        assert (await room.fire("free", person=LEE)).state is RunState.DONE


@pytest.mark.parametrize("state", ["waiting", "stale", "failed"])
async def test_an_action_is_refused_while_a_feed_it_needs_is_not_fresh(
    database: str, tmp_path: Path, state: str
) -> None:
    actions = harmless("need", "needs: [agencies]")
    async with firing_room(database, tmp_path, actions) as room:
        if state == "stale":
            room.feed("agencies", {"agency": "KAIT"}, age_s=60)
        if state == "failed":
            failure = Failure("agencies", room.clock.now(), Message("sources.lost"))
            room.feeds["agencies"] = FeedState("agencies", 5, 15, failure=failure)
        assert (await refused(room, "need")).id == "actions.feed_not_fresh"
        room.feed("agencies", {"agency": "KAIT"})
        asked = await room.ask("need")
        room.feed("agencies", {"agency": "KAIT"}, age_s=60)
        with pytest.raises(ActionDenied):  # it went stale while the person was reading
            await room.firing.fire(asked.run, YES)


async def test_an_old_preview_confirms_nothing(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with firing_room(database, tmp_path, clock=clock) as room:
        asked = await room.ask("skip")
        assert asked.expires - asked.preview.at == timedelta(seconds=30)
        clock.ahead = timedelta(seconds=31)
        with pytest.raises(ActionDenied) as caught:
            await room.firing.fire(asked.run, YES)
        assert caught.value.message.id == "actions.preview_old"
        assert not await skip(room)
        assert await room.kinds() == ["asked", "previewed", "expired"]
        assert (await room.firing.finished(asked.run)).state is RunState.EXPIRED


async def test_a_run_is_told_by_when_it_was_fired_and_not_by_when_it_was_asked(
    database: str, tmp_path: Path
) -> None:
    clock = ShiftedClock()
    async with firing_room(database, tmp_path, clock=clock) as room:
        asked = await room.ask("skip")
        wanted = clock.now()
        clock.ahead = timedelta(seconds=25)
        await room.firing.fire(asked.run, YES)
        done = await room.firing.finished(asked.run)
        assert done.started - wanted >= timedelta(seconds=24)
    async with firing_room(database, tmp_path, clock=clock, schema=False) as later:
        await later.firing.caught_up()
        assert abs(later.run(asked.run).started - done.started) < timedelta(seconds=1)


async def test_a_world_that_changed_since_the_preview_is_not_touched(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path) as room:
        asked = await room.ask("skip")
        await room.sql("update reference set enabled = true, changed_by = 'elsewhere' where code = 'SKIP'")
        with pytest.raises(ActionDenied) as caught:
            await room.firing.fire(asked.run, YES)
        assert caught.value.message.id == "actions.changed_since"
        assert await skip(room)
        assert "claimed" not in await room.kinds()
        assert (await room.firing.finished(asked.run)).state is RunState.DENIED


@pytest.mark.parametrize("typed", ["", "SKIP", "skip "])
async def test_a_risky_action_wants_its_target_typed_exactly(
    database: str, tmp_path: Path, typed: str
) -> None:
    async with firing_room(database, tmp_path, harmless("risky", "risk: high, confirm: press")) as room:
        asked = await room.ask("risky")
        assert (asked.confirmation, asked.preview.target) == ("type", "risky")
        with pytest.raises(ActionDenied) as caught:
            await room.firing.fire(asked.run, Confirmation(typed))
        assert caught.value.message.id == "actions.mistyped"
        assert (await room.fire("risky")).state is RunState.DONE


async def test_a_run_is_fired_once_or_withdrawn(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path) as room:
        asked = await room.ask("skip")
        await room.firing.withdraw(asked.run)
        with pytest.raises(ActionDenied):
            await room.firing.fire(asked.run, YES)
        again = await room.ask("skip")
        outcomes = await asyncio.gather(
            *(room.firing.fire(again.run, YES) for _ in range(5)), return_exceptions=True
        )
        assert Counter(type(outcome).__name__ for outcome in outcomes) == {"RunStatus": 1, "ActionDenied": 4}
        await room.firing.finished(again.run)
        with pytest.raises(ActionDenied):
            await room.firing.withdraw(again.run)
        assert (await room.kinds())[:3] == ["asked", "previewed", "withdrawn"]
        assert len(room.firing.runs()) == 1


async def test_of_many_people_firing_at_once_exactly_one_runs(database: str, tmp_path: Path) -> None:
    actions = """
    add:
      kind: sql
      source: kos
      preview: {sql: select code from reference where code = 'SKIP'}
      run: {sql: "insert into error_queue (code) select 'RAN' from pg_sleep(0.2)"}
      max_rows: 1
    """
    async with firing_room(database, tmp_path, actions) as room:
        asked = [await room.ask("add") for _ in range(20)]
        outcomes = await asyncio.gather(
            *(room.firing.fire(one.run, YES) for one in asked), return_exceptions=True
        )
        started = [
            one.run
            for one, outcome in zip(asked, outcomes, strict=True)
            if not isinstance(outcome, RoomError)
        ]
        assert len(started) == 1
        assert {error.message.id for error in outcomes if isinstance(error, ActionDenied)} == {
            "actions.under_way"
        }
        assert (await refused(room, "add")).id == "actions.under_way"
        await room.firing.finished(started[0])
        assert (await room.sql("select count(*) from error_queue"))[0][0] == 1


async def test_an_action_nobody_wrote_and_a_run_nobody_asked_are_refused(
    database: str, tmp_path: Path
) -> None:
    async with firing_room(database, tmp_path) as room:
        assert (await refused(room, "nope")).id == "actions.no_such_action"
        with pytest.raises(ActionDenied):
            await room.firing.fire("nope", YES)


# the journal first


async def test_nothing_is_asked_while_the_journal_cannot_be_written(database: str, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the journal's way")
    async with firing_room(database, tmp_path) as room:
        with pytest.raises(JournalError):
            await room.ask("skip")
        (tmp_path / "state").unlink()
        assert (await room.fire("skip")).state is RunState.DONE


async def test_nothing_is_fired_while_the_journal_is_locked_and_it_heals(
    database: str, tmp_path: Path
) -> None:
    async with firing_room(database, tmp_path) as room:
        asked = await room.ask("skip")
        with locked(room.journal.path):
            with pytest.raises(JournalError):
                await room.firing.fire(asked.run, YES)
            status = await room.firing.finished(asked.run)
            assert status.state is RunState.DENIED
            assert status.reason
            assert not await skip(room)
        assert (await room.fire("skip")).state is RunState.DONE
        await wait_until(lambda: _has(room, asked.run, "denied"), what="the refusal to be recorded after all")


async def test_an_end_that_cannot_be_recorded_is_said_and_recorded_later(
    database: str, tmp_path: Path
) -> None:
    async with firing_room(database, tmp_path, slow_toggle(1.0)) as room:
        asked = await room.ask("slow")
        await room.firing.fire(asked.run, YES)
        with locked(room.journal.path):
            status = await room.firing.finished(asked.run)
            assert status.state is RunState.DONE
            assert status.reason
            assert status.reason.id == "actions.unrecorded"
        await wait_until(lambda: _has(room, asked.run, "done"), what="the end to be recorded after all")
        assert (await room.firing.finished(asked.run)).reason is None
        assert first_broken(await room.entries()) is None


async def _has(room: FiringRoom, run: str, kind: str) -> bool:
    return any((entry.run, entry.kind) == (run, kind) for entry in await room.entries())


def slow_toggle(seconds: float) -> str:
    """A toggle whose effect takes its time."""
    return f"""
    slow:
      kind: toggle
      source: kos
      timeout: 60s
      state: {{sql: "select enabled from reference where code = 'SKIP'"}}
      set:
        sql: "update reference set enabled = $1 where code = 'SKIP' and pg_sleep({seconds})::text = ''"
        args: [value]
    """


_KILLED = """
import asyncio, sys
from pathlib import Path
from tests.live.firing_room import firing_room
import tests.live.test_fire as these

async def main():
    async with firing_room(sys.argv[1], Path(sys.argv[2]), these.slow_toggle(60), schema=False) as room:
        await room.fire("slow")

asyncio.run(main())
"""


async def test_a_program_killed_amid_the_effect_leaves_the_intent_on_disk(
    database: str, tmp_path: Path
) -> None:
    async with firing_room(database, tmp_path) as room:  # makes the tables
        killed = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _KILLED, database, str(tmp_path), cwd=Path(__file__).parents[2]
        )
        try:
            await wait_until(
                lambda: room.sql(
                    "select 1 from pg_stat_activity where state = 'active' and query like 'update%sleep(60%'"
                ),
                timeout=20,
                what="the effect to begin",
            )
        finally:
            os.kill(killed.pid, signal.SIGKILL)
            await killed.wait()
        entries = [entry for entry in await room.entries() if entry.action == "slow"]
        assert [entry.kind for entry in entries] == ["asked", "previewed", "confirmed", "claimed"]
        assert first_broken(await room.entries()) is None


async def test_no_effect_is_older_than_its_claim(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, bool]] = []
    append, claim = Journal.append, Journal.claim
    async with firing_room(database, tmp_path) as room:

        async def watching(journal: Journal, draft: object) -> object:
            entry = await append(journal, draft)  # type: ignore[arg-type]  # passed on as it came
            seen.append((entry.kind, await skip(room)))
            return entry

        async def claiming(journal: Journal, *given: object) -> object:
            entry = await claim(journal, *given)  # type: ignore[arg-type]  # passed on as it came
            seen.append((entry.kind, await skip(room)))
            return entry

        monkeypatch.setattr(Journal, "append", watching)
        monkeypatch.setattr(Journal, "claim", claiming)
        await room.fire("skip")
    assert dict(seen) == {
        "asked": False, "previewed": False, "confirmed": False, "claimed": False, "done": True,
    }  # fmt: skip


async def test_secrets_are_nowhere_in_the_journal_nor_in_what_is_shown(database: str, tmp_path: Path) -> None:
    actions = """
    secret:
      kind: sql
      source: kos
      max_rows: 1
      inputs: {pin: {secret: true}}
      preview: {sql: "select 1 as n where $1::text is not null", args: [pin]}
      run: {sql: "update reference set changed_by = ($1::text)::int::text where code = 'SKIP'", args: [pin]}
    """
    async with firing_room(database, tmp_path, actions) as room:
        asked = await room.ask("secret", {"pin": "hunter2"})
        assert "hunter2" not in asked.preview.statement
        await room.firing.fire(asked.run, YES)
        status = await room.firing.finished(asked.run)  # the server says: invalid input syntax … "hunter2"
        assert status.state is RunState.FAILED
        assert status.reason
        assert "hunter2" not in say(status.reason, "ko")
        with pytest.raises(ActionDenied):
            await room.ask("secret", {"pn": "hunter2"})
        raw = b"".join(file.read_bytes() for file in room.journal.path.parent.iterdir() if file.is_file())
        assert b"secret" in raw
        assert b"hunter2" not in raw


# outcomes


@pytest.mark.parametrize(
    ("how", "state"), [("lose", RunState.UNKNOWN), ("fail", RunState.FAILED), ("break", RunState.UNKNOWN)]
)
async def test_what_became_of_a_run_is_told_apart(
    database: str, tmp_path: Path, how: str, state: RunState
) -> None:
    async with firing_room(database, tmp_path, odd(tmp_path, how)) as room:
        status = await room.fire("odd")
        assert status.state is state
        assert status.reason
        assert (await room.kinds())[-1] == state.value
        after = next(one for one in room.firing.states(KIM) if one.id == "odd")
        if state is RunState.UNKNOWN:  # the next has to wait until somebody settled this one
            assert after.why
            assert after.why.id == "actions.unsettled"
        else:
            assert after.allowed


@pytest.mark.parametrize("how", ["break early", "break at the last look"])
async def test_a_kind_of_action_that_breaks_before_its_effect_is_a_refusal(
    database: str, tmp_path: Path, how: str
) -> None:
    async with firing_room(database, tmp_path, odd(tmp_path, how)) as room:
        with pytest.raises(ActionDenied) as caught:
            await room.fire("odd")
        assert "ZeroDivisionError" in str(caught.value)
        assert (await room.kinds())[-1] == "denied"
        await wait_until(lambda: room.firing.states(KIM)[0].state)  # the other actions are still looked at
        await room.fire("skip")
        await wait_until(lambda: room.firing.states(KIM)[0].active)


async def test_a_screen_that_goes_away_stops_nothing(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, slow_toggle(0.3)) as room:
        asked = await room.ask("slow")
        screen = asyncio.create_task(room.firing.fire(asked.run, YES))
        await asyncio.sleep(0)
        screen.cancel()
        with pytest.raises(asyncio.CancelledError):
            await screen
        assert (await room.firing.finished(asked.run)).state is RunState.DONE
        assert await skip(room)


async def test_a_run_that_outlasts_the_program_is_recorded_as_unknown(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "CLOSE_S", 0.1)
    async with firing_room(database, tmp_path, odd(tmp_path, "hang")) as room:
        asked = await room.ask("odd")
        await room.firing.fire(asked.run, YES)
        await room.firing.close()
        assert (await room.firing.finished(asked.run)).state is RunState.UNKNOWN
        assert (await room.kinds())[-1] == "unknown"
        assert (await refused(room)).id == "actions.closing"


async def test_a_source_that_is_down_refuses_with_its_reason(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path) as room:
        await room.sql("drop table reference")
        with pytest.raises(SourceError):
            await room.ask("skip")
        assert (await room.kinds())[-1] == "denied"


# what is true now


async def test_states_are_looked_up_and_a_failed_look_leaves_them_unknown(
    database: str, tmp_path: Path
) -> None:
    async with firing_room(database, tmp_path) as room:

        def state() -> str:
            return room.firing.states(KIM)[0].state

        await wait_until(lambda: state() == "꺼짐")
        assert room.firing.states(KIM)[0].active is False
        await room.fire("skip")
        await wait_until(lambda: state() == "켜짐")
        assert room.firing.states(KIM)[0].active is True
        assert room.firing.states(KIM)[0].state_age_s < 5
        await room.sql("alter table reference rename to gone")
        with pytest.raises(RoomError):
            await room.fire("skip")
        room.firing._looks.again("skip")  # what the passing of a period does
        await wait_until(lambda: room.firing.states(KIM)[0].active is None)
        assert state() == ""


async def test_a_state_nobody_could_renew_is_not_shown_as_the_present(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with firing_room(database, tmp_path, clock=clock) as room:
        await wait_until(lambda: room.firing.states(KIM)[0].state)
        clock.ahead = timedelta(minutes=1)
        (state,) = room.firing.states(KIM)
        assert (state.state, state.active) == ("", None)
        assert state.state_age_s > 50
