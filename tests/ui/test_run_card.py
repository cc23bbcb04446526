"""The card of a run: what it says, and the buttons that fit where the run stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from textual.widgets import Button

from situationroom.errors import ActionDenied, SourceError
from situationroom.layout.models import PageSpec, PanelSpec
from situationroom.ui.app import RoomApp
from situationroom.ui.run_wishes import next_rate
from situationroom.ui.runcard import RunScreen
from situationroom.values import Message, Person, RunState, RunStatus, Settlement
from tests.helpers import wait_until

from .fakeroom import FakeRoom
from .reading import text_of, until_gone, until_seen
from .samples import KIM, small_layout, small_panels

WALL = (120, 40)


def a_run(room: FakeRoom, state: RunState, **more: Any) -> RunStatus:
    run = RunStatus("r1", "reprocess", state, KIM, room.now(), where="kim@seat1", **more)
    room.run(run)
    return run


def buttons(app: RoomApp) -> set[str]:
    return {button.id or "" for button in app.screen.query(Button) if button.display}


async def opened(app: RoomApp, pilot: Any) -> None:
    await pilot.press("R")
    await until_seen(app, "실행 이력")
    await pilot.press("enter")
    await wait_until(lambda: isinstance(app.screen, RunScreen), what="the card")
    await pilot.pause()


async def test_the_card_of_a_finished_run_says_what_who_when_and_what_came_of_it(
    app: RoomApp, room: FakeRoom
) -> None:
    async with app.run_test(size=WALL) as pilot:
        run = a_run(
            room, RunState.DONE, result=Message("E104 120건 처리"), before=Message("120건"),
            after=Message("0건"), done=120, total=120, verified=True, approver=Person("park", "박팀장"),
            errors={"TIMEOUT": 3},
        )  # fmt: skip
        room.move(8)
        room.run(replace(run, ended=room.now()))
        await opened(app, pilot)
        shown = text_of(app)
        for words in (
            "재처리", "완료", "검증됨", "E104 120건 처리", "변경 120건 → 0건", "120 / 120건",
            "김운영 · kim@seat1", "승인  박팀장", "09:41:07 – 09:41:15 (8초)", "TIMEOUT 3",
        ):  # fmt: skip
            assert words in shown
        assert app.focused is not None
        assert app.focused.id == "close"
        assert buttons(app) == {"close"}


CASES: Mapping[str, tuple[RunState, dict[str, Any], set[str]]] = {
    "running batch": (RunState.RUNNING, {"total": 100}, {"stop", "pause", "slower", "faster"}),
    "running otherwise": (RunState.RUNNING, {}, {"stop", "pause"}),
    "paused": (RunState.RUNNING, {"total": 9, "paused": True}, {"stop", "resume", "slower", "faster"}),
    "to be undone": (RunState.DONE, {"undo_left_s": 60.0}, {"undo"}),
    "undo over": (RunState.DONE, {}, set()),
    "stopped batch": (RunState.STOPPED, {"can_continue": True}, {"continue"}),
    "waiting": (RunState.AWAITING, {}, {"approval"}),
    "unknown": (RunState.UNKNOWN, {}, {"happened", "did-not", "again"}),
    "settled": (RunState.UNKNOWN, {"settled": Settlement.HAPPENED}, set()),
}


@pytest.mark.parametrize("case", CASES)
async def test_only_what_can_be_done_now_is_offered(app: RoomApp, room: FakeRoom, case: str) -> None:
    state, more, expected = CASES[case]
    async with app.run_test(size=WALL) as pilot:
        a_run(room, state, **more)
        await opened(app, pilot)
        assert buttons(app) == {"close", *expected}
        assert app.focused is not None
        assert app.focused.id == "close"


async def test_a_batch_is_paused_slowed_and_stopped_from_its_card(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        a_run(room, RunState.RUNNING, total=1000, limit_per_s=100.0)
        await opened(app, pilot)
        await pilot.click("#pause")
        await until_seen(app, "재개")
        await pilot.click("#slower")
        await until_seen(app, "제한 50건/초")
        await pilot.click("#stop")
        await wait_until(lambda: room.stopped == ["r1"], what="the stop")
        assert room.done == [("pause", "r1", "kim"), ("rate", "r1", "kim", "50")]


async def test_a_refusal_is_said_in_the_card(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        a_run(room, RunState.RUNNING)
        await opened(app, pilot)
        room.refusal = ActionDenied("이 실행에 권한이 없음")
        await pilot.click("#pause")
        await until_seen(app, "이 실행에 권한이 없음")


async def test_the_card_follows_its_run(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        run = a_run(room, RunState.RUNNING, total=100, done=1)
        await opened(app, pilot)
        room.run(replace(run, done=77))
        await until_seen(app, "77 / 100건")
        room.run(replace(run, state=RunState.STOPPED, done=77, can_continue=True))
        await wait_until(lambda: "continue" in buttons(app), what="the way on")
        assert "stop" not in buttons(app)


async def test_nobody_settles_before_knowing_what_is_true_now(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.learning.clear()
        a_run(room, RunState.UNKNOWN, reason=Message("연결이 끊어짐"))
        await opened(app, pilot)
        assert "지금 상태 조회 중" in text_of(app)
        assert app.screen.query_one("#happened", Button).disabled
        await pilot.click("#happened")
        assert room.done == []
        room.learning.set()
        await until_seen(app, "지금 대상의 상태 켜짐")
        await pilot.click("#happened")
        await until_seen(app, "실행된 것으로 확정")
        assert room.done == [("settle", "r1", "kim", "happened")]


async def test_a_person_settles_by_hand_where_the_present_state_cannot_be_learned(
    app: RoomApp, room: FakeRoom
) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.truth = SourceError("3초 안에 답이 없음")
        a_run(room, RunState.UNKNOWN)
        await opened(app, pilot)
        await until_seen(app, "지금 상태를 조회할 수 없음: 3초 안에 답이 없음")
        await pilot.click("#did-not")
        await wait_until(lambda: room.done == [("settle", "r1", "kim", "did_not")], what="settled")


async def test_firing_again_after_an_unknown_end_is_previewed_and_confirmed(
    app: RoomApp, room: FakeRoom
) -> None:
    async with app.run_test(size=WALL) as pilot:
        a_run(room, RunState.UNKNOWN)
        await opened(app, pilot)
        await until_seen(app, "지금 대상의 상태")
        await pilot.click("#again")
        await until_seen(app, "참조 1행을 바꿉니다")
        assert room.fired == []
        await pilot.press("y")
        await wait_until(lambda: len(room.fired) == 1, what="the new run")
        assert room.done == [("settle", "r1", "kim", "again")]


async def test_an_old_preview_of_firing_again_settles_only_once(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        a_run(room, RunState.UNKNOWN)
        await opened(app, pilot)
        await until_seen(app, "지금 대상의 상태")
        await pilot.click("#again")
        await until_seen(app, "미리보기 유효")
        room.move(31)
        await until_seen(app, "미리보기가 오래되었습니다")
        await pilot.press("r")
        await until_seen(app, "미리보기 유효")
        await pilot.press("y")
        await wait_until(lambda: len(room.fired) == 1, what="the new run")
        assert room.done == [("settle", "r1", "kim", "again")]
        assert len(room.asked) == 2, "the preview that came with the settlement was the first one shown"


@pytest.mark.parametrize(
    ("button", "more"), [("undo", {"undo_left_s": 60.0}), ("continue", {"can_continue": True})]
)
async def test_undo_and_continue_are_runs_of_their_own(
    app: RoomApp, room: FakeRoom, button: str, more: dict[str, Any]
) -> None:
    async with app.run_test(size=WALL) as pilot:
        a_run(room, RunState.STOPPED if button == "continue" else RunState.DONE, **more)
        await opened(app, pilot)
        await pilot.click(f"#{button}")
        await until_seen(app, "참조 1행을 바꿉니다")
        await pilot.press("enter")
        await until_seen(app, "재처리: 취소했습니다")
        assert room.fired == []
        assert room.done == [(button, "r1", "kim")]


async def test_the_undo_key_undoes_the_newest_run_that_can_be(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("u")
        await until_seen(app, "되돌릴 수 있는 실행이 없습니다")
        a_run(room, RunState.DONE, undo_left_s=60.0)
        await pilot.press("u")
        await until_seen(app, "참조 1행을 바꿉니다")
        await pilot.press("y")
        await wait_until(lambda: len(room.fired) == 1, what="the undo")


async def test_the_pause_key_pauses_and_goes_on(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("p")
        await until_seen(app, "실행 중인 조치가 없습니다")
        a_run(room, RunState.RUNNING, total=100, done=1)
        await pilot.press("p")
        await until_seen(app, "일시정지합니다")
        await pilot.press("p")
        await until_seen(app, "재개했습니다")
        assert [what for what, *_ in room.done] == ["pause", "resume"]


async def test_enter_on_a_row_of_the_runs_panel_opens_the_card() -> None:
    from situationroom.catalog import catalog

    layout = small_layout(
        panels={
            "log": PanelSpec(type="runs", title="이력"),
            "alerts": PanelSpec(type="alerts", title="알림"),
        },
        pages={"상황": PageSpec(grid=(("log",), ("alerts",)))},
    )
    types = catalog().panels
    panels = {
        name: types[spec.type](spec, types[spec.type].Options()) for name, spec in layout.panels.items()
    }
    room = FakeRoom(layout)
    app = RoomApp(room, panels, person=KIM)
    async with app.run_test(size=WALL) as pilot:
        a_run(room, RunState.UNKNOWN, reason=Message("연결이 끊어짐"))
        for panel in ("log", "alerts"):
            app.go_to_panel(panel)
            await pilot.pause()
            await pilot.press("down", "enter")
            await until_seen(app, "지금 대상의 상태 켜짐")
            await pilot.press("escape")
            await until_gone(app, "지금 대상의 상태")
        assert "결과 불명 1" in text_of(app).splitlines()[0]


async def test_there_is_a_calm_word_where_nothing_was_fired(app: RoomApp) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("R")
        await until_seen(app, "실행 이력 없음")
        await pilot.press("enter")
        await until_gone(app, "실행 이력 없음")


def test_rates_go_by_one_two_five() -> None:
    def after(limit: float | None, rate: float, faster: bool) -> float:
        run = RunStatus(
            "r",
            "a",
            RunState.RUNNING,
            KIM,
            FakeRoom(small_layout()).now(),
            rate_per_s=rate,
            limit_per_s=limit,
        )
        return next_rate(run, faster=faster)

    assert after(100, 0, True) == 200
    assert after(200, 0, True) == 500
    assert after(1_000, 0, False) == 500
    assert after(1, 0, False) == 1
    assert after(None, 830, False) == 500
    assert after(None, 830, True) == 1_000


async def test_a_run_that_is_forgotten_meanwhile_is_said(room: FakeRoom) -> None:
    app = RoomApp(room, small_panels(room.layout), person=KIM)
    async with app.run_test(size=WALL):
        app.wish(app._runs.card("gone"))
        await until_seen(app, "이력에 남아 있지 않은 실행입니다")
