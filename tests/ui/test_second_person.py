"""Two persons: the asker waits, somebody else says yes or no, at this wall or at their own screen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from situationroom.ui.app import RoomApp
from situationroom.ui.approval import ApprovalScreen
from situationroom.values import Person, Proof, RunState, RunStatus
from tests.helpers import wait_until

from .fakeroom import FakeRoom
from .reading import place_of, text_of, until_gone, until_seen
from .samples import KIM, small_panels, trusted_layout

WALL = (120, 40)
PREVIEW = "참조 1행을 바꿉니다"
PROVEN = replace(KIM, proof=Proof.LOGIN)
PARK = Person("park", "박팀장", frozenset({"lead"}), Proof.LOGIN)


def screen_of(room: FakeRoom, person: Person) -> RoomApp:
    return RoomApp(room, small_panels(room.layout), person=person)


@pytest.fixture
def two() -> FakeRoom:
    """A room whose ``k`` needs a second person."""
    return FakeRoom(trusted_layout())


async def asked(app: RoomApp, pilot: Pilot[None]) -> None:
    """Ask for the run, and see its waiting dialog."""
    await pilot.press("k")
    await until_seen(app, "승인 요청 (y)")
    await pilot.press("y")
    await until_seen(app, "승인 대기 중 — 남은 시간 5분")


async def test_the_asker_sees_the_countdown_and_who_may_approve(two: FakeRoom) -> None:
    app = screen_of(two, PROVEN)
    async with app.run_test(size=WALL) as pilot:
        await asked(app, pilot)
        shown = text_of(app)
        assert PREVIEW in shown
        assert "승인 가능: 박팀장" in shown
        assert app.focused is not None
        assert app.focused.id == "pin"
        two.move(42)
        await until_seen(app, "남은 시간 4분 18초")


async def test_the_second_person_approves_at_the_same_wall_by_name_and_pin(two: FakeRoom) -> None:
    app = screen_of(two, PROVEN)
    async with app.run_test(size=WALL) as pilot:
        await asked(app, pilot)
        assert "박팀장 님의 PIN" in text_of(app)
        await pilot.press("tab", "tab", "tab", "tab")
        app.screen.query_one("#pin", Input).focus()
        await pilot.press(*"9064", "enter")
        await wait_until(lambda: ("approve", "run-1", "park") in two.done, what="the approval")
        await until_seen(app, "사전체크 SKIP: 1행 바뀜")


async def test_a_pin_is_never_shown(two: FakeRoom) -> None:
    app = screen_of(two, PROVEN)
    async with app.run_test(size=WALL) as pilot:
        await asked(app, pilot)
        app.screen.query_one("#pin", Input).focus()
        await pilot.press(*"9064")
        assert "9064" not in text_of(app)


async def test_a_wrong_pin_is_said_at_its_field_and_approves_nothing(two: FakeRoom) -> None:
    app = screen_of(two, PROVEN)
    async with app.run_test(size=WALL) as pilot:
        await asked(app, pilot)
        app.screen.query_one("#pin", Input).focus()
        await pilot.press(*"1111", "enter")
        await until_seen(app, "이름 또는 PIN이 맞지 않음 — 4번 더 틀리면 잠김")
        assert two.done == []
        assert app.screen.query_one("#pin", Input).value == ""
        await pilot.press(*"9064", "enter")
        await wait_until(lambda: two.done, what="the approval")


async def test_the_asker_is_not_among_those_who_may_approve(two: FakeRoom) -> None:
    layout = trusted_layout()
    skip = layout.actions["skip"].model_copy(update={"approvers": ("operator",)})
    room = FakeRoom(layout.model_copy(update={"actions": {**layout.actions, "skip": skip}}))
    app = screen_of(room, PROVEN)
    async with app.run_test(size=WALL) as pilot:
        await asked(app, pilot)
        assert "승인 가능: 이당직" in text_of(app)
        assert "이당직 님의 PIN" in text_of(app)
        assert "김운영 님의 PIN" not in text_of(app)


async def test_the_asker_can_withdraw(two: FakeRoom) -> None:
    app = screen_of(two, PROVEN)
    async with app.run_test(size=WALL) as pilot:
        await asked(app, pilot)
        await pilot.click("#withdraw")
        await wait_until(lambda: two.withdrawn == ["run-1"], what="the run withdrawn")
        await until_gone(app, "승인 대기 중")


async def test_closing_leaves_it_waiting_and_the_key_opens_it_again(two: FakeRoom) -> None:
    app = screen_of(two, PROVEN)
    async with app.run_test(size=WALL) as pilot:
        await asked(app, pilot)
        await pilot.press("escape")
        await until_gone(app, "승인 가능")
        assert two.withdrawn == []
        await until_seen(app, "승인 요청 1건 (y)")
        await pilot.press("y")
        await until_seen(app, "승인 가능: 박팀장")


async def test_another_screen_hears_of_the_request_and_approves_by_a_press(two: FakeRoom) -> None:
    app = screen_of(two, PARK)
    async with app.run_test(size=WALL) as pilot:
        two.await_second(RunStatus("r7", "skip", RunState.PREVIEWED, KIM, two.now()))
        await until_seen(app, "김운영 님이 승인을 요청했습니다: 사전체크 SKIP")
        await until_seen(app, "승인 요청 1건 (y)")
        await pilot.press("y")
        await until_seen(app, PREVIEW)
        assert "요청: 김운영" in text_of(app)
        assert "PIN" not in text_of(app)
        await pilot.press("escape")
        await until_gone(app, PREVIEW)
        await pilot.press("y", "y")  # the key that opened it is no yes
        await until_seen(app, PREVIEW)
        assert two.done == []
        await pilot.press("enter")
        await wait_until(lambda: two.done == [("approve", "r7", "park")], what="the approval")


async def test_tapping_the_request_in_the_header_opens_it(two: FakeRoom) -> None:
    app = screen_of(two, PARK)
    async with app.run_test(size=WALL) as pilot:
        two.await_second(RunStatus("r7", "skip", RunState.PREVIEWED, KIM, two.now()))
        await until_seen(app, "승인 요청 1건 (y)")
        await pilot.click(offset=place_of(app, "승인 요청 1건"))
        await until_seen(app, PREVIEW)


async def test_a_claimed_person_has_to_show_their_pin(two: FakeRoom) -> None:
    app = screen_of(two, replace(PARK, proof=Proof.CLAIMED))
    async with app.run_test(size=WALL) as pilot:
        two.await_second(RunStatus("r7", "skip", RunState.PREVIEWED, KIM, two.now()))
        await until_seen(app, "승인 요청 1건 (y)")
        await pilot.press("y")
        await until_seen(app, "박팀장 님의 PIN")
        await pilot.click("#approve")
        await until_seen(app, "PIN을 입력하세요")
        assert two.done == []
        assert two.tries == []


async def test_refusing_wants_a_reason(two: FakeRoom) -> None:
    app = screen_of(two, PARK)
    async with app.run_test(size=WALL) as pilot:
        two.await_second(RunStatus("r7", "skip", RunState.PREVIEWED, KIM, two.now()))
        await until_seen(app, "승인 요청 1건 (y)")
        await pilot.press("y")
        await until_seen(app, PREVIEW)
        await pilot.click("#refuse")
        await until_seen(app, "거절 사유를 입력하세요")
        assert two.done == []
        await pilot.press(*"late", "enter")
        await wait_until(lambda: two.done == [("refuse", "r7", "park", "late")], what="the refusal")


async def test_a_request_decided_elsewhere_closes_its_dialog_and_says_by_whom(two: FakeRoom) -> None:
    app = screen_of(two, PARK)
    async with app.run_test(size=WALL) as pilot:
        two.await_second(RunStatus("r7", "skip", RunState.PREVIEWED, KIM, two.now()))
        await until_seen(app, "승인 요청 1건 (y)")
        await pilot.press("y")
        await until_seen(app, PREVIEW)
        await two.withdraw("r7")
        await wait_until(lambda: not isinstance(app.screen, ApprovalScreen), what="the dialog closed")
        await until_seen(app, "사전체크 SKIP: 요청자 김운영 님이 09:41:07에 철회함")
        await until_gone(app, "승인 요청 1건")


async def test_an_asker_who_is_not_proven_gives_their_pin_first(two: FakeRoom) -> None:
    app = screen_of(two, KIM)
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("k")
        await until_seen(app, "김운영 님의 PIN")
        assert app.focused is not None
        assert app.focused.id == "pin"
        await pilot.press(*"4821", "enter")
        await until_seen(app, "승인 대기 중 — 남은 시간")
        (_, confirmation), *_ = two.fired
        assert confirmation.by == PROVEN.__class__("kim", "김운영", KIM.roles, Proof.PIN)


async def test_nothing_to_approve_is_said(two: FakeRoom) -> None:
    app = screen_of(two, PARK)
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("y")
        await until_seen(app, "승인 대기 중인 요청이 없습니다")


async def test_where_nobody_may_approve_there_is_no_button_for_it() -> None:
    layout = trusted_layout()
    skip = layout.actions["skip"].model_copy(update={"approvers": ("nobody",)})
    room = FakeRoom(layout.model_copy(update={"actions": {**layout.actions, "skip": skip}}))
    app = screen_of(room, PROVEN)
    async with app.run_test(size=WALL) as pilot:
        await asked(app, pilot)
        assert {button.id for button in app.screen.query(Button)} == {"close", "withdraw", "unfold"}


async def test_every_dialog_about_it_speaks_english_in_an_english_room() -> None:
    room = FakeRoom(trusted_layout(lang="en"))
    app = screen_of(room, PARK)
    async with app.run_test(size=WALL) as pilot:
        room.await_second(RunStatus("r7", "skip", RunState.PREVIEWED, KIM, room.now()))
        await until_seen(app, "1 to approve (y)")
        await pilot.press("y")
        await until_seen(app, "waiting for approval — 5m left · may approve: 박팀장")
        assert "asked by 김운영 · 09:41:07 · kim@seat1" in text_of(app)
        await pilot.click("#refuse")
        await until_seen(app, "say why not")
        await pilot.press("escape")
        room.run(RunStatus("r8", "reprocess", RunState.UNKNOWN, KIM, room.now()))
        await until_seen(app, "1 unknown")
        await pilot.press("R")
        await until_seen(app, "Runs")
        await pilot.press("enter")
        await until_seen(app, "true now")
        for words in ("outcome unknown", "It happened", "It did not", "Fire again", "asked by"):
            assert words in text_of(app)
