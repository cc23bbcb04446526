"""Everything an operator of the launch-day room may do, done to a world that answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio
from argon2 import PasswordHasher

from situationroom.actions.asked import Confirmation
from situationroom.commands._open import open_layout, open_room, person_of
from situationroom.demo.world import World
from situationroom.engine.room import LiveRoom
from situationroom.errors import ActionDenied
from situationroom.i18n import say
from situationroom.people.users import UsersFile, users_path
from situationroom.values import RunState, RunStatus, Value
from tests.helpers import wait_until

pytestmark = pytest.mark.asyncio(loop_scope="module")

PINS = {"kim": "2580-kim", "park": "2580-park"}
SKIP = "KAIT_INS_PRECHECK_SKIP"


@dataclass(frozen=True, slots=True)
class Day:
    """A launch day with its room, and a look into the world behind it."""

    world: World
    room: LiveRoom

    async def value(self, sql: str, *args: object) -> object:
        connection = await asyncpg.connect(self.world.env["KOS_DSN"], timeout=5)
        try:
            return await connection.fetchval(sql, *args)
        finally:
            await connection.close(timeout=5)

    async def calls(self, agency: str) -> int:
        async with httpx.AsyncClient(base_url=self.world.env["GATEWAY_URL"], timeout=5) as client:
            agencies = (await client.get("/stats")).json()["agencies"]
        return next(int(each["total"]) for each in agencies if each["name"] == agency)

    async def fired(
        self, action: str, values: Mapping[str, Value] | None = None, person: str = "kim"
    ) -> RunStatus:
        """Ask, confirm as it must be, and wait for the end."""
        asked = await self.room.ask(action, values or {}, person_of(self.room.layout, person))
        await self.room.fire(asked.run, Confirmation(asked.preview.target))
        return await self.room.finished(asked.run)

    async def verified(self, run: RunStatus) -> RunStatus:
        async with asyncio.timeout(60):
            return await self.room.verified(run.id)

    async def undone(self, run: RunStatus) -> RunStatus:
        asked = await self.room.undo(run.id, person_of(self.room.layout, "kim"))
        await self.room.fire(asked.run, Confirmation(asked.preview.target))
        return await self.room.finished(asked.run)


@asynccontextmanager
async def day(scenario: str, speed: float, state: Path) -> AsyncIterator[Day]:
    """A day whose room has its journal and its PINs in ``state``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITUATIONROOM_STATE", str(state))
        async with World(scenario=scenario, seed=3, speed=speed) as world:
            layout, types = open_layout("launch-day", world.env)
            for name, pin in PINS.items():
                UsersFile(users_path(layout)).set(name, PasswordHasher(1, 8, 1).hash(pin))
            async with open_room(layout, types) as room:
                answered: Callable[[], bool] = lambda: all(room.latest(feed).reading for feed in layout.feeds)  # noqa: E731
                await wait_until(answered, 15, "every feed answered")
                yield Day(world, room)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def calm(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    async with day("calm", 4, tmp_path_factory.mktemp("calm")) as running:
        yield running


async def enabled(day: Day, code: str) -> object:
    return await day.value("select enabled from reference where code = $1", code)


async def test_the_skip_is_switched_on_by_a_press_watched_and_undone(calm: Day) -> None:
    asked = await calm.room.ask("kait-skip", {}, person_of(calm.room.layout, "kim"))
    assert asked.confirmation == "press"
    await calm.room.fire(asked.run, Confirmation())
    run = await calm.room.finished(asked.run)
    assert run.state is RunState.DONE
    assert await enabled(calm, SKIP) is True
    assert run.watches is not None
    assert "끝까지" in say(run.watches, "ko")  # KAIT was well before: that it still is says nothing yet
    assert (await calm.undone(run)).state is RunState.DONE
    assert await enabled(calm, SKIP) is False


async def test_any_reference_is_switched_by_its_code_and_back(calm: Day) -> None:
    run = await calm.fired("reference", {"code": "OTT_POSTPROC_DEFER"})
    assert await enabled(calm, "OTT_POSTPROC_DEFER") is True
    assert (await calm.verified(run)).verified is True
    await calm.undone(run)
    assert await enabled(calm, "OTT_POSTPROC_DEFER") is False
    with pytest.raises(ActionDenied):
        await calm.fired("reference", {"code": "SKIP' or true --"})


async def test_a_part_signs_off_its_checklist_and_takes_only_that_back(calm: Day) -> None:
    open_items = "select count(*) from checklist where signed_by is null"
    (part,) = [await calm.value("select part from checklist where signed_by is null")]
    of_part = "select count(*) from checklist where part = $1 and signed_by is not null"
    signed = await calm.value(of_part, part)
    before = await calm.value(open_items)
    run = await calm.fired("checklist-sign", {"part": str(part)})
    assert (run.state, run.done) == (RunState.DONE, before)
    by = "select signed_by from checklist where run = $1 and signed_at > now() - interval '1 min'"
    assert await calm.value(by, run.id) == "김운영"
    assert (await calm.verified(run)).verified is True
    shown = calm.room.latest("checklist").reading
    assert shown is not None
    assert all(row["signed_by"] for row in shown.rows)
    back = await calm.undone(run)
    assert (back.state, await calm.value(open_items)) == (RunState.DONE, before)
    assert await calm.value(of_part, part) == signed  # what others had signed before stays signed


async def test_one_error_code_is_processed_again_and_no_other(calm: Day) -> None:
    run = await calm.fired("reprocess", {"code": "NP-E410"})
    assert run.state is RunState.DONE
    assert run.done > 400
    marked = "select count(*) from error_queue where run = $1 and code = 'NP-E410'"
    assert await calm.value(marked, run.id) == run.done
    assert (
        await calm.value("select count(*) from error_queue where run = $1 and code <> 'NP-E410'", run.id) == 0
    )
    assert (await calm.verified(run)).verified is True


async def test_a_stopped_reprocess_goes_on_from_where_it_stood_when_told_to(calm: Day) -> None:
    kim = person_of(calm.room.layout, "kim")
    newest = await calm.value("select max(id) from error_queue")
    asked = await calm.room.ask("reprocess", {"code": "PRD-E221"}, kim)
    await calm.room.fire(asked.run, Confirmation())
    await calm.room.set_rate(asked.run, 200, kim)
    await wait_until(lambda: any(run.id == asked.run and run.done for run in calm.room.runs()))
    await calm.room.stop(asked.run, kim)
    stopped = await calm.room.finished(asked.run)
    assert stopped.state is RunState.STOPPED
    assert 0 < stopped.done < (asked.preview.count or 0)
    left = (
        "select count(*) from error_queue "
        "where code = 'PRD-E221' and state = 'ERROR' and run is null and id <= $1"
    )
    assert await calm.value(left, newest) != 0
    again = await calm.room.continue_batch(asked.run, kim)
    await calm.room.fire(again.run, Confirmation())
    run = await calm.room.finished(again.run)
    assert run.state is RunState.DONE
    assert await calm.value(left, newest) == 0


async def test_what_waits_too_long_is_released_exactly_as_previewed(calm: Day) -> None:
    into_the_minute_s = datetime.now(UTC).second
    if into_the_minute_s > 50:
        await wait_until(lambda: datetime.now(UTC).second < 50, 15, "the next minute")
    asked = await calm.room.ask("waiting-release", {}, person_of(calm.room.layout, "kim"))
    late = (
        "insert into waiting_number (id, at, number, reason) "
        "values (-1, now() - interval '10 min', '-', '-') returning 1"
    )
    await calm.value(late)
    await calm.room.fire(asked.run, Confirmation())
    run = await calm.room.finished(asked.run)
    assert run.state is RunState.DONE
    assert run.done == asked.preview.count
    assert await calm.value("select state from waiting_number where id = -1") == "WAITING"
    await calm.value("delete from waiting_number where id = -1 returning 1")
    assert (await calm.verified(run)).verified is True


async def idle(day: Day, agency: str) -> bool:
    """Whether an agency gets no calls while the fallback does."""
    before, busy = await day.calls(agency), await day.calls("예비망")

    async def gone_on() -> bool:
        return await day.calls("예비망") > busy

    await wait_until(gone_on, 10, "calls at the fallback")
    return await day.calls(agency) == before


def told_out(day: Day) -> list[tuple[str, ...]]:
    """The agencies that header and board say are out."""
    return [alert.key for alert in day.room.alerts() if alert.rule == "agency-out"]


async def registered(day: Day, agency: str) -> RunStatus:
    """An outage registered by kim and approved by park."""
    wish = {"agency": agency, "reason": "대기 응답 임계 초과"}
    asked = await day.room.ask("agency-outage", wish, await day.room.sign_in("kim", PINS["kim"]))
    await day.room.fire(asked.run, Confirmation(asked.preview.target))
    park = await day.room.sign_in("park", PINS["park"])
    assert [approval.run for approval in day.room.approvals()] == [asked.run]
    await day.room.approve(asked.run, park)
    return await day.room.finished(asked.run)


async def test_an_outage_takes_two_people_and_sends_the_agencys_work_over_the_fallback(calm: Day) -> None:
    run = await registered(calm, "SGI")
    assert run.state is RunState.DONE, run.reason
    assert run.done == 3
    async with asyncio.timeout(15):
        while not await idle(calm, "SGI"):
            continue
    assert (
        await calm.value("select reason from agency_outage where lifted_at is null") == "대기 응답 임계 초과"
    )
    assert (await calm.verified(run)).verified is True
    await wait_until(lambda: told_out(calm) == [("SGI",)], 15, "the alert that says so")
    total = await calm.calls("SGI")
    lifted = await calm.fired("agency-lift", {"agency": "SGI"})
    assert lifted.state is RunState.DONE, lifted.reason

    async def called() -> bool:
        return await calm.calls("SGI") > total

    await wait_until(called, 10, "SGI gets calls again")
    await wait_until(lambda: told_out(calm) == [], 15, "the alert gone")
    assert await calm.value("select count(*) from agency_outage where lifted_at is null") == 0
    assert (await calm.verified(lifted)).verified is True


async def test_a_registered_outage_is_undone_step_by_step_in_reverse(calm: Day) -> None:
    run = await registered(calm, "KTOA")
    asked = await calm.room.undo(run.id, await calm.room.sign_in("kim", PINS["kim"]))
    assert [step.title for step in asked.preview.steps] == [
        "게이트웨이 차단 해제", "예비망으로 전환", "장애등록 취소"
    ]  # fmt: skip
    await calm.room.fire(asked.run, Confirmation(asked.preview.target))
    await calm.room.approve(asked.run, await calm.room.sign_in("park", PINS["park"]))
    assert (await calm.room.finished(asked.run)).state is RunState.DONE
    assert await calm.value("select route from agency_route where agency = 'KTOA'") == "직연동"
    assert await calm.value("select count(*) from agency_outage where lifted_at is null") == 0


async def test_a_viewer_may_do_none_of_it_and_is_told_so_on_every_line(calm: Day) -> None:
    lee = person_of(calm.room.layout, "lee")
    assert all(not action.allowed and action.why is not None for action in calm.room.actions(lee))
    for action in calm.room.layout.actions:
        with pytest.raises(ActionDenied):
            await calm.room.ask(action, {}, lee)


async def test_the_skip_is_verified_by_what_it_cured_and_not_by_figures_of_before(tmp_path: Path) -> None:
    async with day("kait-lag", 30, tmp_path) as ill:

        def error_rate() -> float:
            reading = ill.room.latest("agencies").reading
            rows = reading.rows if reading else ()
            return next(float(str(row["error_rate"])) for row in rows if row["agency"] == "KAIT")

        await wait_until(lambda: error_rate() > 0.10, 40, "KAIT is ill")
        on = await ill.fired("kait-skip")
        assert (await ill.verified(on)).verified is True
        off = await ill.fired("kait-skip")
        assert error_rate() < 0.03  # the room has not seen yet what it means
        await wait_until(lambda: error_rate() > 0.10, 40, "KAIT is ill again")
        now = next(run for run in ill.room.runs() if run.id == off.id)
        assert (now.verified, now.verify_left_s is not None) == (None, True)


async def test_the_brake_stops_a_reprocess_while_kait_is_ill(tmp_path: Path) -> None:
    async with day("kait-lag", 20, tmp_path) as ill:
        rate = "error_rate"

        def is_ill() -> bool:
            reading = ill.room.latest("agencies").reading
            assert reading is not None
            kait = next(row for row in reading.rows if row["agency"] == "KAIT")
            return float(kait[rate] or 0) > 0.10  # type: ignore[arg-type]  # a figure

        await wait_until(is_ill, 20, "KAIT in trouble")
        run = await ill.fired("reprocess")
        assert run.state is RunState.STOPPED
        assert run.done < 400
        assert run.reason is not None
