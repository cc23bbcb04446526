"""What is seen once a run was fired: its verification, what reverts by itself, keys answered meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import count

import pytest
from textual.events import Key
from textual.pilot import Pilot

from situationroom.actions.asked import Confirmation
from situationroom.layout.models import PageSpec
from situationroom.ui.app import RoomApp
from situationroom.values import ActionState, Level, Message, RunState, RunStatus
from tests.helpers import wait_until

from .fakeroom import FakeRoom
from .reading import text_of, until_seen
from .samples import KIM, small_layout, small_panels

WALL = (120, 36)
PHONE = (46, 60)
ANSWERED_WITHIN = 200
"""Turns of the event loop, in each of which the batch takes a step."""


async def fired(app: RoomApp, pilot: Pilot[None]) -> None:
    """Fire the action of ``e``."""
    await pilot.press("e")
    await until_seen(app, "참조 1행을 바꿉니다")
    await pilot.press("y")


async def test_two_keys_fire_a_pressed_action_and_enter_on_a_fresh_dialog_never_does(
    app: RoomApp, room: FakeRoom
) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("e")
        await until_seen(app, "참조 1행을 바꿉니다")
        await pilot.press("tab", "enter")
        await wait_until(lambda: room.fired == [("run-1", Confirmation(""))], what="the run")


async def test_a_result_that_names_its_action_names_it_once(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.stays_running = True
        await fired(app, pilot)
        said = Message("actions.batch_done", {"title": "재처리", "done": 148, "failed": 0})
        await wait_until(lambda: room.runs() != (), what="the run")
        room.run(replace(room.runs()[0], state=RunState.DONE, result=said))
        await until_seen(app, "재처리: 148건 처리 완료")
        assert "재처리: 재처리" not in text_of(app)


async def test_the_live_figures_are_watched_with_a_countdown_until_they_say_yes(
    app: RoomApp, room: FakeRoom
) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.verify_s = 90.0
        await fired(app, pilot)
        await until_seen(app, "재처리: 완료, 검증 중 1분 30초")
        await until_seen(app, "재처리 검증 중 1분 30초")
        room.run(replace(room.runs()[0], verify_left_s=61.0))
        await until_seen(app, "재처리: 완료, 검증 중 1분 1초")
        room.speak("run-1", verified=True)
        await until_seen(app, "재처리: 검증됨")


async def test_figures_that_deny_the_effect_are_said_in_red(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.verify_s = 5.0
        await fired(app, pilot)
        await until_seen(app, "검증 중 5초")
        room.speak("run-1", verified=False)
        await until_seen(app, "재처리: 검증 안 됨")
        assert app.foot.said is not None
        assert app.foot.said.tone == "critical"


async def test_the_countdown_talks_over_nothing_said_since(
    app: RoomApp, room: FakeRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.verify_s = 90.0
        await fired(app, pilot)
        await until_seen(app, "검증 중 1분 30초")
        app.tell("이당직: 확인 중")
        await until_seen(app, "이당직: 확인 중")
        room.run(replace(room.runs()[0], verify_left_s=80.0))
        await until_seen(app, "재처리 검증 중 1분 20초")
        seconds: list[None] = []
        monkeypatch.setattr(app.header, "repaint", lambda: seconds.append(None))
        await wait_until(lambda: len(seconds) > 1, what="a second or two")
        assert "이당직: 확인 중" in text_of(app)
        room.speak("run-1", verified=True)
        await until_seen(app, "재처리: 검증됨")


async def test_a_temporary_setting_counts_down_in_the_bar(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL):
        on = ActionState("skip", "사전체크 SKIP", "k", "toggle", "켜짐", active=True, reverts_left_s=7_140.0)
        room.set_action(on)
        await until_seen(app, "● 켜짐 1시간 59분 뒤 자동 원복")
        room.set_action(replace(on, reverts_left_s=0.0))
        await until_seen(app, "● 켜짐 자동 원복 지연")


async def test_the_reason_in_the_bar_moves_with_the_seconds(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=(160, 36)):
        cooling = ActionState(
            "skip", "사전체크 SKIP", "k", "toggle", allowed=False, why=Message("재사용 59초")
        )
        room.set_action(cooling)
        await until_seen(app, "(재사용 59초)")
        room._actions["skip"] = replace(
            cooling, why=Message("재사용 58초")
        )  # nothing is told: only time passed
        await until_seen(app, "(재사용 58초)")


async def test_an_unknown_outcome_is_red_in_the_header_and_the_bar(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL):
        room.run(RunStatus("r", "reprocess", RunState.UNKNOWN, KIM, room.now()))
        await until_seen(app, "결과 불명 1")
        await until_seen(app, "재처리 결과 불명")


async def test_help_is_in_the_bar_of_a_small_window_whatever_else_is(room: FakeRoom) -> None:
    app = RoomApp(room, small_panels(room.layout), person=KIM)
    async with app.run_test(size=(80, 24)):
        for number in range(6):
            name = ("skip", "reprocess", "code")[number % 3]
            room.set_action(ActionState(name, f"아주 긴 이름의 조치 {number} 번", "k", "toggle", "켜짐"))
        await until_seen(app, "개 더")
        assert text_of(app).splitlines()[-1].rstrip().endswith("? 도움말")


async def test_a_phone_shows_the_worst_first_when_asked() -> None:
    layout = small_layout(pages={"상황": PageSpec(grid=(("models", "agencies"), ("clock", "deeds")))})
    room = FakeRoom(layout)
    room.read("activations", [{"model": "아이폰16", "total": 1}])
    room.read("agencies", [{"agency": "SGI", "errors": 0}])
    app = RoomApp(room, small_panels(layout), person=KIM)

    def order() -> list[str]:
        shown = text_of(app)
        return sorted(("개통 ", "대외기관 ", "시계 "), key=lambda title: shown.index(f"╭ {title}"))

    async with app.run_test(size=PHONE) as pilot:
        await until_seen(app, "대외기관")
        assert order() == ["개통 ", "대외기관 ", "시계 "]
        room.raise_alert("agencies", ("SGI",), Level.CRITICAL)
        await pilot.pause()
        assert order() == ["개통 ", "대외기관 ", "시계 "], "nothing jumps unasked"
        await pilot.press("W")
        await wait_until(lambda: order() == ["대외기관 ", "개통 ", "시계 "], what="the worst on top")
        room.raise_alert("activations", ("아이폰16",), Level.CRITICAL)
        await wait_until(
            lambda: order() == ["개통 ", "대외기관 ", "시계 "], what="equals in the page's order"
        )
        await pilot.press("W")
        await until_seen(app, "화면 순서대로")


async def test_the_sheet_of_a_phone_reaches_what_has_no_place_in_its_foot(room: FakeRoom) -> None:
    app = RoomApp(room, small_panels(room.layout), person=KIM)
    async with app.run_test(size=(46, 90)) as pilot:
        await pilot.click("Foot", offset=(3, 1))
        for words in ("승인", "되돌리기", "일시정지", "전체 보류", "실행 이력", "심각한 순", "로그인"):
            await until_seen(app, words)


async def test_a_key_is_answered_while_a_batch_runs(app: RoomApp, room: FakeRoom) -> None:
    run = RunStatus("r", "reprocess", RunState.RUNNING, KIM, room.now(), total=100_000)

    async def batch() -> None:
        """Steps as fast as a database gives them."""
        for done in count(20, 20):
            room.run(replace(run, done=done % 100_000))
            await asyncio.sleep(0)

    async with app.run_test(size=(200, 50)):
        stepping = asyncio.create_task(batch())
        for key, words in (("2", "기관35"), ("1", "아이폰16 12843")) * 5:
            app.post_message(Key(key, key))
            for turn in count():
                if words in text_of(app):
                    break
                assert turn < ANSWERED_WITHIN
                await asyncio.sleep(0)
        stepping.cancel()
        assert "실행 중" in text_of(app)
