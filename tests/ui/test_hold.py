"""Holding all actions: asked for with a reason, seen on every screen, let go after a question."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from situationroom.actions.asked import Hold
from situationroom.errors import JournalError
from situationroom.ui.app import RoomApp
from situationroom.values import ActionState, Message, Person, RunState, RunStatus
from tests.helpers import wait_until

from .fakeroom import FakeRoom
from .reading import place_of, text_of, until_gone, until_seen
from .samples import KIM, small_layout, small_panels

WALL = (120, 36)


async def test_the_hold_key_asks_for_a_reason_and_holds(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("H")
        await until_seen(app, "전체 조치 보류")
        await pilot.press(*"DB down", "enter")
        await until_seen(app, "전체 보류 중 — 김운영 · 09:41부터")
        assert room.done == [("hold", "", "kim", "DB down")]
        assert "DB down" in text_of(app).splitlines()[0]


async def test_escape_holds_nothing(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("H")
        await until_seen(app, "전체 조치 보류")
        await pilot.press("escape")
        await until_gone(app, "전체 조치 보류")
        assert room.done == []


async def test_the_hold_key_works_with_a_keyboard_left_in_hangul(app: RoomApp) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("ㅗ")
        await until_seen(app, "전체 조치 보류")


async def test_the_banner_says_that_running_runs_go_on(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.run(RunStatus("r", "reprocess", RunState.RUNNING, KIM, room.now()))
        await pilot.press("H")
        await until_seen(app, "실행 중인 1건은 계속됩니다")
        await pilot.press("enter")
        await until_seen(app, "실행 중 1건은 계속됩니다")
        assert "H 해제" in text_of(app).splitlines()[0]


async def test_a_hold_of_another_screen_is_seen_here_and_the_panels_make_room(
    app: RoomApp, room: FakeRoom
) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.pause()
        assert app.header.size.height == 2
        assert "아이폰16 출시 상황실" in text_of(app).splitlines()[0]
        await room.hold(Person("park", "박팀장"), "")
        await until_seen(app, "전체 보류 중 — 박팀장")
        assert "아이폰16 출시 상황실" in text_of(app).splitlines()[1]
        await wait_until(lambda: app.header.size.height == 3, what="a third row")
        assert app.wall.region.y == 3


@pytest.mark.parametrize("size", [(46, 40), (80, 24), (80, 12)])
async def test_the_banner_is_seen_on_small_screens_too(
    app: RoomApp, room: FakeRoom, size: tuple[int, int]
) -> None:
    async with app.run_test(size=size):
        await room.hold(Person("park", "박팀장"), "")
        await until_seen(app, "전체 보류 중 — 박팀장")


async def test_actions_are_grey_with_the_reason_while_held(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=(160, 36)) as pilot:
        why = Message("박팀장 님이 전체 보류 중")
        room.set_action(ActionState("code", "코드 재처리", "c", "batch", allowed=False, why=why))
        await until_seen(app, "코드 재처리 (박팀장 님이 전체 보류 중)")
        await pilot.press("c")
        await until_seen(app, "코드 재처리 거부: 박팀장 님이 전체 보류 중")
        assert room.asked == []


async def test_the_key_again_releases_after_a_question(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await room.hold(Person("park", "박팀장"), "점검")
        held = room.held()
        assert held is not None
        room._hold = replace(held, since=held.since.astimezone(UTC))  # as a journal has it
        await pilot.press("H")
        await until_seen(app, "전체 보류를 해제할까요?")
        assert "박팀장 님이 09:41:07부터 보류 중" in text_of(app)
        assert app.focused is not None
        assert app.focused.id == "cancel"
        await pilot.press("enter")
        await until_gone(app, "해제할까요")
        assert isinstance(room.held(), Hold)
        await pilot.press("H")
        await until_seen(app, "전체 보류를 해제할까요?")
        await pilot.press("y")
        await until_gone(app, "전체 보류 중")
        assert room.held() is None


async def test_who_may_not_hold_is_told_why(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.no_hold = Message("팀장만 보류할 수 있음")
        await pilot.press("H")
        await until_seen(app, "전체 조치 보류 거부: 팀장만 보류할 수 있음")
        assert len(app.screen_stack) == 1


async def test_a_hold_that_cannot_be_recorded_says_so(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("H")
        await until_seen(app, "전체 조치 보류")
        room.refusal = JournalError("기록할 수 없음")
        await pilot.press("enter")
        await until_seen(app, "기록할 수 없음")
        assert room.held() is None


async def test_the_banner_can_be_tapped_to_release() -> None:
    room = FakeRoom(small_layout())
    app = RoomApp(room, small_panels(room.layout), person=KIM)
    async with app.run_test(size=(46, 40)) as pilot:
        await room.hold(KIM, "")
        await until_seen(app, "전체 보류 중")
        await pilot.click(offset=place_of(app, "전체 보류 중"))
        await until_seen(app, "전체 보류를 해제할까요?")


async def test_the_banner_speaks_english_too() -> None:
    room = FakeRoom(small_layout(lang="en"))
    app = RoomApp(room, small_panels(room.layout), person=KIM)
    async with app.run_test(size=WALL):
        room.run(RunStatus("r", "reprocess", RunState.RUNNING, KIM, room.now()))
        await room.hold(KIM, "database down")
        await until_seen(app, "ALL ACTIONS HELD — 김운영 · since 09:41")
        assert "database down · 1 running goes on" in text_of(app)
