"""Sequences: several steps as one run, and the way back from as many as were done."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from aiohttp import web

from situationroom.actions.asked import Asked, Confirmation
from situationroom.errors import ActionDenied, LayoutError, SourceError, UsageError
from situationroom.i18n import say
from situationroom.values import RunState, RunStatus
from tests.helpers import wait_until
from tests.live.firing_room import KIM, FiringRoom, firing_room
from tests.live.kinds import confirmed, undo
from tests.live.test_kind_http import Service, saying, service, source

OUTAGE = """
outage:
  title: 오픈뱅킹 장애등록
  kind: sequence
  roles: operator
  undo: {within: 30m}
  inputs: {reason: {type: reason, default: 응답 지연}}
  steps:
    register:
      title: 기관 장애등록
      kind: http
      source: admin
      path: /v1/agencies/openbanking/outage
      json: {reason: $reason}
      state: {path: /v1/agencies/openbanking, value: "outage && '장애' || '정상'"}
      undo:
        title: 장애해제
        kind: http
        source: admin
        method: DELETE
        path: /v1/agencies/openbanking/outage
    skip: {use: skip, goal: {value: true}}
    route:
      title: 송금 경로
      kind: switch
      source: kos
      choices: [{value: OPEN, title: 오픈뱅킹}, {value: FIRM, title: 펌뱅킹}]
      state: {sql: select path from route}
      set: {sql: "update route set path = $1, changed_by = $2, run = $3", args: [value, actor, run]}
      values: {to: FIRM}
"""

UNDO = OUTAGE[OUTAGE.index("      undo:\n") : OUTAGE.index("    skip: {use")]

SECRET = OUTAGE.replace("{reason: $reason}", "{reason: $reason, pin: $pin}").replace(
    "default: 응답 지연}}", "default: 응답 지연}, pin: {secret: true, default: s3cret-pin}}"
)


def room_of(
    database: str, folder: Path, port: int, actions: str = OUTAGE
) -> AbstractAsyncContextManager[FiringRoom]:
    return firing_room(database, folder, actions, sources=source(port))


async def routes(room: FiringRoom) -> None:
    await room.sql("create table route as select 'OPEN'::text as path, ''::text as changed_by, '' as run")


def marks(run: RunStatus) -> list[str]:
    """How each step stands."""
    return [f"{one.title} {one.state}" for one in run.steps]


async def truth(room: FiringRoom, partner: Service) -> tuple[bool, bool, str]:
    """Outage registered, SKIP on, the path."""
    (enabled,) = await room.sql("select enabled from reference where code = 'SKIP'")
    (path,) = await room.sql("select path from route")
    return "openbanking" in partner.outages, enabled[0], path[0]


async def test_every_step_is_shown_before_and_done_in_order(database: str, tmp_path: Path) -> None:
    async with service() as partner, room_of(database, tmp_path, partner.port, SECRET) as room:
        await routes(room)
        asked = await room.ask("outage")
        assert say(asked.preview.what, "ko").splitlines() == [
            "오픈뱅킹 장애등록: 3단계를 차례로 실행",
            "1. 기관 장애등록: POST 요청 1건 전송",
            "2. 사전체크 SKIP: 꺼짐 → 켜짐",
            "3. 송금 경로: 지금 오픈뱅킹 → 펌뱅킹",
        ]
        assert asked.preview.count == 3
        assert [step.title for step in asked.preview.steps] == ["기관 장애등록", "사전체크 SKIP", "송금 경로"]
        assert "update route" in asked.preview.statement
        assert "s3cret-pin" not in repr(asked.preview)
        status = await confirmed(room, asked)
        assert (status.state, status.done, status.total) == (RunState.DONE, 3, 3)
        assert await truth(room, partner) == (True, True, "FIRM")
        assert (partner.requests[0][2]) == {"reason": "응답 지연", "pin": "s3cret-pin"}
        steps = [entry.facts["step"] for entry in await room.entries() if entry.kind == "step"]
        assert steps == ["register", "skip", "route"]
        assert marks(status) == ["기관 장애등록 done", "사전체크 SKIP done", "송금 경로 done"]
        assert "s3cret-pin" not in repr(await room.entries())


async def test_each_step_has_an_id_of_its_own_for_services_and_marks(database: str, tmp_path: Path) -> None:
    async with service() as partner, room_of(database, tmp_path, partner.port) as room:
        await routes(room)
        status = await room.fire("outage")
        assert partner.headers[0]["idempotency-key"] == f"{status.id}-1"
        assert (await room.sql("select run from route"))[0][0] == f"{status.id}-3"


async def test_a_step_with_nothing_to_do_is_passed_over(database: str, tmp_path: Path) -> None:
    async with service() as partner, room_of(database, tmp_path, partner.port) as room:
        await routes(room)
        await room.sql("update reference set enabled = true where code = 'SKIP'")
        asked = await room.ask("outage")
        assert "2. 사전체크 SKIP — 건너뜀" in say(asked.preview.what, "ko")
        status = await confirmed(room, asked)
        assert (status.state, status.done) == (RunState.DONE, 2)
        assert marks(status) == ["기관 장애등록 done", "사전체크 SKIP passed", "송금 경로 done"]
        assert await truth(room, partner) == (True, True, "FIRM")


async def test_one_that_is_stopped_ends_after_its_present_step_and_can_be_undone(
    database: str, tmp_path: Path
) -> None:
    asked_of, go_on = asyncio.Event(), asyncio.Event()

    async def held(request: web.BaseRequest) -> web.StreamResponse:
        asked_of.set()
        await go_on.wait()
        return await saying(200)(request)

    async with service() as partner, room_of(database, tmp_path, partner.port) as room:
        await routes(room)
        partner.answer = held
        asked = await room.ask("outage")
        await room.firing.fire(asked.run, Confirmation(typed=asked.preview.target))
        await asked_of.wait()
        await room.firing.stop(asked.run, KIM)
        go_on.set()
        status = await room.firing.finished(asked.run)
        assert (status.state, status.done) == (RunState.STOPPED, 1)
        assert status.reason is not None
        assert say(status.reason, "ko") == "김운영 님이 중지"
        assert status.result is not None
        assert say(status.result, "ko") == "중지: 김운영 님이 중지 — 완료된 단계: 기관 장애등록"
        assert marks(status) == ["기관 장애등록 done", "사전체크 SKIP skipped", "송금 경로 skipped"]
        assert await truth(room, partner) == (False, False, "OPEN")
        assert (await undo(room, asked.run)).preview.count == 1


async def test_it_stops_at_the_first_failure_and_says_what_was_done(database: str, tmp_path: Path) -> None:
    async with service() as partner, room_of(database, tmp_path, partner.port) as room:
        await routes(room)
        await room.sql("create rule no_route as on update to route do instead nothing")
        status = await room.fire("outage")
        assert status.state is RunState.FAILED
        assert status.reason is not None
        said = say(status.reason, "ko")
        assert said.startswith("'송금 경로' 단계 실패")
        assert said.endswith("완료된 단계: 기관 장애등록, 사전체크 SKIP")
        assert marks(status) == ["기관 장애등록 done", "사전체크 SKIP done", "송금 경로 failed"]
        assert await truth(room, partner) == (True, True, "OPEN")


async def test_what_was_done_before_a_failure_can_be_undone_in_reverse(database: str, tmp_path: Path) -> None:
    async with service() as partner, room_of(database, tmp_path, partner.port) as room:
        await routes(room)
        await room.sql("create rule no_route as on update to route do instead nothing")
        failed = await room.fire("outage")
        asked = await undo(room, failed.id)
        assert say(asked.preview.what, "ko").splitlines() == [
            "오픈뱅킹 장애등록 되돌리기: 2단계를 역순으로 실행",
            "1. 사전체크 SKIP: 켜짐 → 꺼짐",
            "2. 장애해제: DELETE 요청 1건 전송",
        ]
        assert await lifted(partner, room, asked) is RunState.DONE
        assert await truth(room, partner) == (False, False, "OPEN")


async def lifted(partner: Service, room: FiringRoom, asked: Asked) -> RunState:
    """Confirm an undo; the partner then lifts its outage."""
    status = await confirmed(room, asked)
    if partner.requests[-1][0] == "DELETE":
        partner.outages.discard("openbanking")
    return status.state


async def test_a_done_one_is_undone_in_reverse(database: str, tmp_path: Path) -> None:
    async with service() as partner, room_of(database, tmp_path, partner.port) as room:
        await routes(room)
        done = await room.fire("outage")
        asked = await undo(room, done.id)
        assert asked.preview.count == 3
        assert await lifted(partner, room, asked) is RunState.DONE
        assert await truth(room, partner) == (False, False, "OPEN")
        assert [method for method, _, _ in partner.requests] == ["POST", "DELETE"]
        assert marks(room.run(asked.run)) == ["송금 경로 done", "사전체크 SKIP done", "장애해제 done"]


async def test_an_unknown_step_ends_it_as_unknown_with_what_was_done(database: str, tmp_path: Path) -> None:
    late = OUTAGE.replace(
        "    register:", "    first: {use: skip, goal: {value: true}}\n    register:"
    ).replace("    skip: {use: skip, goal: {value: true}}\n", "")
    async with service() as partner, room_of(database, tmp_path, partner.port, late) as room:
        await routes(room)
        partner.answer = saying(502)
        status = await room.fire("outage")
        assert status.state is RunState.UNKNOWN
        assert status.reason is not None
        assert "완료된 단계: 사전체크 SKIP" in say(status.reason, "ko")
        assert await truth(room, partner) == (False, True, "OPEN")
        assert marks(status) == ["사전체크 SKIP done", "기관 장애등록 unknown", "송금 경로 skipped"]


async def test_a_state_that_changed_under_way_stops_it(database: str, tmp_path: Path) -> None:
    async with service() as partner, room_of(database, tmp_path, partner.port) as room:
        await routes(room)

        async def meddle(request: web.BaseRequest) -> web.StreamResponse:
            await room.sql("update route set path = 'FIRM'")
            return await saying(200)(request)

        partner.answer = meddle
        status = await asyncio.wait_for(room.fire("outage"), 10)
        assert status.state is RunState.FAILED
        assert status.reason is not None
        assert "펌뱅킹" in say(status.reason, "ko")
        assert marks(status) == ["기관 장애등록 done", "사전체크 SKIP done", "송금 경로 failed"]


async def test_a_step_that_cannot_go_back_stays_and_is_named(database: str, tmp_path: Path) -> None:
    layout = OUTAGE.replace(UNDO, "")
    async with service() as partner, room_of(database, tmp_path, partner.port, layout) as room:
        await routes(room)
        done = await room.fire("outage")
        asked = await undo(room, done.id)
        assert [say(one, "ko") for one in asked.preview.warnings] == [
            "'기관 장애등록' 단계는 되돌리지 않고 그대로 둠"
        ]
        assert (await confirmed(room, asked)).state is RunState.DONE
        assert await truth(room, partner) == (True, False, "OPEN")


async def test_with_nothing_to_do_at_all_it_is_refused(database: str, tmp_path: Path) -> None:
    layout = """
    both:
      kind: sequence
      roles: operator
      steps: {a: {use: skip, goal: {value: false}}}
    """
    async with firing_room(database, tmp_path, layout) as room:
        with pytest.raises(ActionDenied) as caught:
            await room.ask("both")
        assert caught.value.message.id == "actions.nothing_to_do"


async def test_a_step_whose_state_cannot_be_seen_is_named(database: str, tmp_path: Path) -> None:
    async with room_of(database, tmp_path, 1) as room:
        await routes(room)
        with pytest.raises(SourceError) as caught:
            await room.ask("outage")
        assert "'기관 장애등록' 단계" in say(caught.value.message, "ko")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("use: skip,", "use: skpi,"),
        ("kind: switch", "kind: swich"),
        ("values: {to: FIRM}", "roles: operator"),
        ("      title: 송금 경로", "      use: skip"),
        ("json: {reason: $reason}", "json: {reason: $raeson}"),
        ("      kind: switch\n", ""),
        ("choices: [{value: OPEN", "choies: [{value: OPEN"),
    ],
)
async def test_what_is_wrong_with_a_step_is_a_load_error_at_its_place(
    database: str, tmp_path: Path, old: str, new: str
) -> None:
    assert old in OUTAGE
    with pytest.raises(LayoutError) as caught:
        async with room_of(database, tmp_path, 1, OUTAGE.replace(old, new, 1)):
            pass
    assert all(problem.path.startswith("actions.outage.steps") for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("goal: {value: true}", "title: 켜기", "actions.step_goal"),
        ("values: {to: FIRM}", "values: {too: FIRM}", "actions.step_value"),
        ("      values: {to: FIRM}\n", "", "actions.step_value_missing"),
        ("values: {to: FIRM}", "values: {to: $nobody}", "actions.step_value"),
        ("values: {to: FIRM}", "values: {to: $pin}", "actions.step_secret"),
        ("use: skip, goal: {value: true}", "use: outage", "actions.step_of_steps"),
    ],
)
async def test_a_step_that_does_not_do_is_refused_before_anything_is_asked(
    database: str, tmp_path: Path, old: str, new: str, why: str
) -> None:
    assert old in SECRET
    layout = SECRET.replace(old, new, 1)
    with pytest.raises(UsageError) as caught:
        async with room_of(database, tmp_path, 1, layout):
            pass
    assert caught.value.message.id == why
    assert "'outage'" in say(caught.value.message, "ko")


async def test_a_steps_own_rate_is_the_rate_of_the_run(database: str, tmp_path: Path) -> None:
    actions = """
slowly:
  title: 천천히
  kind: sequence
  roles: operator
  steps:
    first:
      title: 재처리
      kind: batch
      source: kos
      count: {sql: "select count(*) from error_queue where state = 'ERROR'"}
      step:
        sql: >-
          update error_queue set state = 'DONE' where id in
          (select id from error_queue where state = 'ERROR' limit $1)
        args: [batch]
      batch: 1
      rate: 7/s
"""
    async with firing_room(database, tmp_path, actions) as room:
        await room.sql("insert into error_queue (code) select 'E01' from generate_series(1, 40)")
        asked = await room.ask("slowly")
        await room.firing.fire(asked.run, Confirmation(typed=asked.preview.target))
        await wait_until(lambda: room.run(asked.run).limit_per_s == 7)
        await room.firing.stop(asked.run, KIM)
        await asyncio.wait_for(room.firing.finished(asked.run), 10)


async def test_a_step_that_may_not_be_done_refuses_the_whole_and_is_named(
    database: str, tmp_path: Path
) -> None:
    actions = """
odd:
  title: 둘
  kind: sequence
  roles: operator
  steps:
    first: {use: skip, goal: {value: true}}
    second:
      title: 기관 장애등록
      kind: http
      source: admin
      path: /v1/agencies/$agency/outage
  inputs: {agency: {optional: true}}
"""
    async with room_of(database, tmp_path, 9, actions) as room:
        with pytest.raises(ActionDenied) as caught:
            await room.ask("odd")
        assert "기관 장애등록" in say(caught.value.message, "ko")
