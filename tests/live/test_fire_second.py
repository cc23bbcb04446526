"""Two persons: who may be the second, what they see, and that nobody is their own."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from situationroom.actions.asked import Approval, Confirmation
from situationroom.errors import ActionDenied
from situationroom.i18n import LANGUAGES, say
from situationroom.journal import Draft
from situationroom.people.pins import Pins
from situationroom.people.users import UsersFile
from situationroom.values import Message, Proof, RunState
from tests.helpers import wait_until
from tests.live.firing_room import KIM, FiringRoom, ShiftedClock, firing_room
from tests.unit.journals import tamper

YES = Confirmation()
ROOT = Path(__file__).parents[2]

TWO = """
both:
  title: 사전체크 SKIP
  kind: toggle
  source: kos
  roles: operator
  confirm: two-person
  approve_within: 5m
  state: {sql: "select enabled from reference where code = 'SKIP'"}
  set: {sql: "update reference set enabled = $1, changed_by = $2 where code = 'SKIP'", args: [value, actor]}
"""


@asynccontextmanager
async def rooms(
    dsn: str, folder: Path, clock: ShiftedClock | None = None, second: str = "park"
) -> AsyncIterator[tuple[FiringRoom, FiringRoom]]:
    """Kim's room and another one, each with a lease and a look at the journal of its own."""
    clock = clock or ShiftedClock()
    async with (
        firing_room(dsn, folder, TWO, clock=clock, login="kim") as kims,
        firing_room(dsn, folder, TWO, clock=clock, login=second, schema=False) as other,
    ):
        yield kims, other


async def is_on(room: FiringRoom) -> bool:
    return bool((await room.sql("select enabled from reference where code = 'SKIP'"))[0][0])


async def asked(room: FiringRoom) -> str:
    """Kim asks and confirms; the run waits."""
    preview = await room.ask("both", person=room.me)
    assert preview.confirmation == "two-person"
    status = await room.firing.fire(preview.run, YES)
    assert status.state is RunState.AWAITING
    assert status.approve_left_s is None or status.approve_left_s > 0
    return preview.run


async def seen(room: FiringRoom) -> Approval:
    return (await wait_until(room.firing.approvals))[0]


async def written(room: FiringRoom, kind: str) -> str:
    """The room's time at which the one entry of a kind was written."""
    (entry,) = [one for one in await room.entries() if one.kind == kind]
    return f"{entry.moment.astimezone(room.clock.now().tzinfo):%H:%M:%S}"


async def is_last(room: FiringRoom, kind: str) -> bool:
    return (await room.kinds())[-1] == kind


@contextmanager
def no_writing(journal: Path) -> Iterator[None]:
    """Another program holds the write lock meanwhile."""
    connection = sqlite3.connect(journal, isolation_level=None)
    connection.execute("begin immediate")
    try:
        yield
    finally:
        connection.execute("rollback")
        connection.close()


def why(caught: pytest.ExceptionInfo[ActionDenied]) -> Message:
    for lang in LANGUAGES:
        assert not say(caught.value.message, lang).startswith(("actions.", "people."))
    return caught.value.message


async def test_the_second_person_sees_the_preview_and_the_askers_process_fires(
    database: str, tmp_path: Path
) -> None:
    async with rooms(database, tmp_path) as (kims, parks):
        run = await asked(kims)
        waiting = await seen(parks)
        assert (waiting.run, waiting.asker.id, waiting.where) == (run, "kim", "test@here")
        assert "꺼짐" in say(waiting.what, "ko")
        assert waiting.before is not None
        assert "update reference" in waiting.statement
        assert not await is_on(kims)
        await parks.firing.approve(run, parks.me)
        status = await asyncio.wait_for(kims.firing.finished(run), 5)
        assert status.state is RunState.DONE
        assert status.approver is not None
        assert status.approver.id == "park"
        assert await is_on(kims)
        kinds = await kims.kinds()
        assert kinds == [
            "asked", "previewed", "approval_asked", "approved", "confirmed", "claimed", "done",
        ]  # fmt: skip
        assert (await parks.firing.finished(run)).state is RunState.DONE
        assert (await kims.sql("select changed_by from reference where code = 'SKIP'"))[0][0] == "kim"


async def test_a_pin_at_the_same_wall_is_a_second_person_too(database: str, tmp_path: Path) -> None:
    UsersFile(tmp_path / "users.yaml").set("park", Pins().hash("482915"))
    async with firing_room(database, tmp_path, TWO, login="kim") as room:
        run = await asked(room)
        await seen(room)
        park = await room.firing.sign_in("park", "482915")
        await room.firing.approve(run, park)
        assert (await room.firing.finished(run)).state is RunState.DONE


@pytest.mark.parametrize("how", ["same screen", "other login", "proof claimed", "made-up person"])
async def test_nobody_approves_what_they_asked_on_any_path(database: str, tmp_path: Path, how: str) -> None:
    async with rooms(database, tmp_path, second="kim.ops") as (kims, again):
        run = await asked(kims)
        await seen(again)
        room, person = {
            "same screen": (kims, kims.me),
            "other login": (again, again.me),
            "proof claimed": (again, replace(KIM, id="park", name="박승인", proof=Proof.CLAIMED)),
            "made-up person": (again, replace(KIM, id="park", name="박승인", proof=Proof.PIN)),
        }[how]
        with pytest.raises(ActionDenied) as caught:
            await room.firing.approve(run, person)
        assert why(caught).id in ("people.self_approval", "people.approver_unproven")
        assert kims.run(run).state is RunState.AWAITING
        assert not await is_on(kims)


async def test_an_approval_somebody_wrote_into_the_journal_does_not_count(
    database: str, tmp_path: Path
) -> None:
    async with rooms(database, tmp_path) as (kims, parks):
        run = await asked(kims)
        forged = Draft(kims.clock.now(), "approved", run, "kim", "x", "both", {"proof": "pin"})
        await parks.journal.append(forged)
        status = await asyncio.wait_for(kims.firing.finished(run), 5)
        assert status.state is RunState.DENIED
        assert status.reason is not None
        assert status.reason.id == "people.self_approval"
        assert not await is_on(kims)


async def test_an_asker_who_is_not_proven_cannot_ask_for_two(database: str, tmp_path: Path) -> None:
    async with rooms(database, tmp_path) as (kims, _):
        preview = await kims.ask("both", person=KIM)  # a claim alone: somebody may ask in another's name
        with pytest.raises(ActionDenied) as caught:
            await kims.firing.fire(preview.run, YES)
        assert why(caught).id == "people.asker_unproven"


async def test_a_viewer_is_no_second_person(database: str, tmp_path: Path) -> None:
    async with rooms(database, tmp_path, second="lee") as (kims, lees):
        run = await asked(kims)
        await seen(lees)
        with pytest.raises(ActionDenied) as caught:
            await lees.firing.approve(run, lees.me)
        assert why(caught).id == "people.not_an_approver"


async def test_a_refusal_has_its_reason_on_the_askers_screen(database: str, tmp_path: Path) -> None:
    async with rooms(database, tmp_path) as (kims, parks):
        run = await asked(kims)
        await seen(parks)
        await parks.firing.refuse(run, parks.me, "점검 시간이 아님")
        status = await asyncio.wait_for(kims.firing.finished(run), 5)
        assert status.state is RunState.DENIED
        assert status.reason is not None
        assert "점검 시간이 아님" in say(status.reason, "ko")
        assert not kims.firing.approvals()
        with pytest.raises(ActionDenied) as caught:
            await parks.firing.approve(run, parks.me)
        at = await written(kims, "refused")
        assert say(why(caught), "ko") == f"박승인 님이 거절: 점검 시간이 아님 ({at})"


async def test_the_asker_can_withdraw_while_it_waits(database: str, tmp_path: Path) -> None:
    async with rooms(database, tmp_path) as (kims, parks):
        run = await asked(kims)
        await seen(parks)
        await kims.firing.withdraw(run)
        for late in (parks.firing.approve(run, parks.me), parks.firing.refuse(run, parks.me, "늦음")):
            with pytest.raises(ActionDenied) as caught:
                await late
            assert say(why(caught), "ko") == f"요청자 김운영 님이 {await written(kims, 'withdrawn')}에 철회함"
        await wait_until(lambda: not parks.firing.approvals())
        assert parks.firing.decided(run) == why(caught)
        assert (await kims.firing.finished(run)).state is RunState.WITHDRAWN
        assert not await is_on(kims)


async def test_who_was_told_that_they_approved_is_not_undone_by_a_withdrawal_in_that_moment(
    database: str, tmp_path: Path
) -> None:
    async with rooms(database, tmp_path) as (kims, parks):
        run = await asked(kims)
        await seen(parks)
        await parks.firing.approve(run, parks.me)  # kim's program has not heard of it yet
        with pytest.raises(ActionDenied) as caught:
            await kims.firing.withdraw(run)
        assert say(why(caught), "ko") == f"박승인 님이 {await written(kims, 'approved')}에 이미 승인함"
        assert (await asyncio.wait_for(kims.firing.finished(run), 5)).state is RunState.DONE
        assert "withdrawn" not in await kims.kinds()


async def test_of_a_withdrawal_and_an_approval_at_once_one_counts_and_the_other_is_told(
    database: str, tmp_path: Path
) -> None:
    async with rooms(database, tmp_path) as (kims, parks):
        run = await asked(kims)
        await seen(parks)
        outcomes = await asyncio.gather(
            kims.firing.withdraw(run), parks.firing.approve(run, parks.me), return_exceptions=True
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ActionDenied", "NoneType"]
        withdrawn = outcomes[0] is None
        end = (await asyncio.wait_for(kims.firing.finished(run), 5)).state
        assert end is (RunState.WITHDRAWN if withdrawn else RunState.DONE)
        assert await is_on(kims) is not withdrawn
        assert ("approved" in await kims.kinds()) is not withdrawn


async def test_a_request_is_withdrawn_also_while_the_journal_takes_nothing(
    database: str, tmp_path: Path
) -> None:
    async with rooms(database, tmp_path) as (kims, _):
        run = await asked(kims)
        with no_writing(kims.journal.path):
            await kims.firing.withdraw(run)
            assert (await kims.firing.finished(run)).state is RunState.WITHDRAWN
        await wait_until(lambda: is_last(kims, "withdrawn"))
        assert not await is_on(kims)


async def test_an_approval_that_comes_too_late_is_none(database: str, tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with rooms(database, tmp_path, clock) as (kims, parks):
        run = await asked(kims)
        expires = (await seen(parks)).expires
        clock.ahead = timedelta(minutes=5, seconds=1)
        with pytest.raises(ActionDenied) as caught:
            await parks.firing.approve(run, parks.me)
        assert why(caught) == Message("actions.approved_by_nobody", {"at": f"{expires:%H:%M:%S}"})
        status = await asyncio.wait_for(kims.firing.finished(run), 5)
        assert status.reason is not None
        assert status.reason.id == "actions.approval_expired"
        assert status.state is RunState.EXPIRED
        assert (await kims.kinds())[-1] == "expired"


@pytest.mark.parametrize("minutes", [0, 2])
async def test_what_changed_while_it_waited_is_not_touched(
    database: str, tmp_path: Path, minutes: int
) -> None:
    clock = ShiftedClock()
    async with rooms(database, tmp_path, clock) as (kims, parks):
        run = await asked(kims)
        await seen(parks)
        clock.ahead = timedelta(minutes=minutes)
        await kims.sql("update reference set enabled = true, changed_by = 'hand' where code = 'SKIP'")
        await parks.firing.approve(run, parks.me)
        status = await asyncio.wait_for(kims.firing.finished(run), 5)
        assert status.reason is not None
        assert status.reason.id == "actions.changed_since"
        assert (await kims.sql("select changed_by from reference where code = 'SKIP'"))[0][0] == "hand"


async def test_an_old_preview_is_made_again_and_what_is_unchanged_is_fired(
    database: str, tmp_path: Path
) -> None:
    clock = ShiftedClock()
    async with rooms(database, tmp_path, clock) as (kims, parks):
        run = await asked(kims)
        await seen(parks)
        clock.ahead = timedelta(minutes=4)
        await parks.firing.approve(run, parks.me)
        assert (await asyncio.wait_for(kims.firing.finished(run), 5)).state is RunState.DONE


async def test_of_two_approvals_one_counts(database: str, tmp_path: Path) -> None:
    async with rooms(database, tmp_path) as (kims, parks):
        run = await asked(kims)
        await seen(parks)
        outcomes = await asyncio.gather(
            *(parks.firing.approve(run, parks.me) for _ in range(5)), return_exceptions=True
        )
        assert sum(outcome is None for outcome in outcomes) == 1
        at = await written(kims, "approved")
        told = {say(late.message, "ko") for late in outcomes if isinstance(late, ActionDenied)}
        assert told == {f"박승인 님이 {at}에 이미 승인함"}
        await kims.firing.finished(run)
        assert (await kims.kinds()).count("approved") == 1
        assert (await kims.kinds()).count("claimed") == 1


async def test_nothing_is_approved_while_all_is_held(database: str, tmp_path: Path) -> None:
    async with rooms(database, tmp_path) as (kims, parks):
        run = await asked(kims)
        await seen(parks)
        await kims.firing.hold(KIM, "점검")
        await wait_until(parks.firing.held)
        with pytest.raises(ActionDenied) as caught:
            await parks.firing.approve(run, parks.me)
        assert why(caught).id == "actions.held_why"
        await kims.firing.release(KIM)
        await parks.firing.approve(run, parks.me)
        assert (await kims.firing.finished(run)).state is RunState.DONE


async def test_nothing_is_approved_on_a_journal_that_was_cut_since_it_was_seen(
    database: str, tmp_path: Path
) -> None:
    async with rooms(database, tmp_path) as (kims, parks):
        run = await asked(kims)
        await seen(parks)
        tamper(kims.journal.path, "delete from entries where id > 2")
        with pytest.raises(ActionDenied) as caught:
            await parks.firing.approve(run, parks.me)
        assert why(caught).id == "actions.in_trouble"
        assert "잘리거나 바뀜" in say(why(caught), "ko")
        assert not await is_on(kims)


async def test_a_program_that_ends_in_order_gives_up_what_waits(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, TWO, login="kim") as kims:
        run = await asked(kims)
        await kims.firing.close()
        status = await kims.firing.finished(run)
        assert (status.state, status.reason) == (RunState.DENIED, Message("actions.closing"))
        assert (await kims.kinds())[-1] == "denied"


async def test_secrets_and_markup_are_not_shown_to_the_second_person(database: str, tmp_path: Path) -> None:
    secret = TWO + "  inputs: {pin: {secret: true}, why: {type: reason}}\n"
    async with (
        firing_room(database, tmp_path, secret, login="kim") as kims,
        firing_room(database, tmp_path, secret, login="park", schema=False) as parks,
    ):
        preview = await kims.ask("both", {"pin": "482915", "why": "급함"}, kims.me)
        await kims.firing.fire(preview.run, YES)
        waiting = await seen(parks)
        assert waiting.values == {"pin": "•••", "why": "급함"}
        assert "482915" not in repr(waiting)
        assert "482915" not in "".join(entry.body for entry in await kims.entries())


_ASKS = """
import asyncio, sys
from pathlib import Path
from tests.live.firing_room import firing_room
import tests.live.test_fire_second as these

async def main():
    async with firing_room(sys.argv[1], Path(sys.argv[2]), these.TWO, login="kim", schema=False) as room:
        print(await these.asked(room), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_request_lapses_with_the_program_that_asked(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, TWO, login="park") as parks:
        kims = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _ASKS, database, str(tmp_path), cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert kims.stdout is not None
            run = (await asyncio.wait_for(kims.stdout.readline(), 20)).decode().strip()
            assert (await seen(parks)).run == run
        finally:
            os.kill(kims.pid, signal.SIGKILL)
            await kims.wait()
        await wait_until(lambda: parks.run(run).state is RunState.EXPIRED)
        assert parks.run(run).reason == Message("actions.lapsed")
        assert not parks.firing.approvals()
        with pytest.raises(ActionDenied) as caught:
            await parks.firing.approve(run, parks.me)
        assert why(caught) == Message("actions.lapsed")
        assert not await is_on(parks)


async def test_a_request_that_was_not_confirmed_yet_is_taken_back(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, TWO, login="kim") as room:
        preview = await room.ask("both", person=room.me)
        await room.firing.withdraw(preview.run)
        assert await room.kinds() == ["asked", "previewed", "withdrawn"]


async def test_who_takes_back_what_was_decided_hears_how(database: str, tmp_path: Path) -> None:
    async with rooms(database, tmp_path) as (kims, parks):
        run = await asked(kims)
        await seen(parks)
        await parks.firing.refuse(run, parks.me, "점검 중")
        await asyncio.wait_for(kims.firing.finished(run), 5)
        with pytest.raises(ActionDenied) as caught:
            await kims.firing.withdraw(run)
        assert why(caught).id == "actions.decided_so"


async def test_figures_of_the_rows_are_figures_for_the_second_person_too(
    database: str, tmp_path: Path
) -> None:
    actions = (
        TWO
        + """
counted:
  kind: sql
  source: kos
  roles: [operator]
  approvers: [operator]
  confirm: two-person
  max_rows: 9
  preview: {sql: "select 3 as n, 1.25::numeric as rate, true as yes, 'E1' as code"}
  run: {sql: "update reference set changed_by = 'x'"}
"""
    )
    async with (
        firing_room(database, tmp_path, actions, login="kim") as kims,
        firing_room(database, tmp_path, actions, login="park", schema=False) as parks,
    ):
        preview = await kims.ask("counted", person=kims.me)
        await kims.firing.fire(preview.run, YES)
        (row,) = (await seen(parks)).rows
        assert dict(row) == {"n": 3, "rate": Decimal("1.25"), "yes": True, "code": "E1"}
        await kims.firing.withdraw(preview.run)
