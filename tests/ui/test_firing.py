"""From a key to a run: inputs, preview, the yes that fits the risk, and every way it can be refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Button, Input

from situationroom.actions.asked import Confirmation
from situationroom.errors import ActionDenied, JournalError, SourceError
from situationroom.ui.app import RoomApp
from situationroom.ui.confirm import ConfirmScreen
from situationroom.values import ActionState, Message, Person, RunState, RunStatus
from tests.helpers import wait_until

from .fakeroom import FakeRoom
from .reading import place_of, text_of, until_gone, until_seen
from .samples import KIM, small_layout, small_panels

WALL = (120, 36)
PREVIEW = "참조 1행을 바꿉니다"


async def test_a_press_action_fires_by_its_key_and_y(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("e")
        await until_seen(app, PREVIEW)
        assert "지금 꺼짐 → 켜짐" in text_of(app)
        await pilot.press("y")
        await until_seen(app, "재처리: 1행 바뀜")
        assert room.fired == [("run-1", Confirmation(""))]


async def test_the_same_keys_work_with_a_keyboard_left_in_hangul(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("ㄷ")
        await until_seen(app, PREVIEW)
        await pilot.press("ㅛ")
        await wait_until(lambda: room.fired, what="a run")


async def test_enter_in_a_fresh_dialog_cancels(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("e")
        await until_seen(app, PREVIEW)
        assert app.focused is not None
        assert app.focused.id == "cancel"
        await pilot.press("enter")
        await until_seen(app, "취소했습니다")
        assert room.withdrawn == ["run-1"]
        assert room.fired == []


async def test_escape_cancels(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("k")
        await until_seen(app, PREVIEW)
        await pilot.press("escape")
        await wait_until(lambda: room.withdrawn == ["run-1"], what="the run withdrawn")


async def test_a_typed_action_fires_only_by_its_target(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("k")
        await until_seen(app, "'KAIT'")
        await pilot.press(*"KAI", "enter")
        await until_seen(app, "'KAIT'와 다릅니다")
        assert app.screen.query_one("#fire", Button).disabled
        assert room.fired == []
        await pilot.press("T", "enter")
        await wait_until(lambda: room.fired == [("run-1", Confirmation("KAIT"))], what="the run")


async def test_typing_needs_no_step_to_the_field(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("k")
        await until_seen(app, "'KAIT'")
        assert app.focused is not None
        assert app.focused.id == "target"
        await pilot.press("K")
        assert app.screen.query_one(Input).value == "K"


async def test_an_old_preview_confirms_nothing_and_is_made_again(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("e")
        await until_seen(app, "미리보기 유효 30초")
        room.move(31)
        await pilot.press("y")
        await until_seen(app, "미리보기가 오래되었습니다")
        assert room.fired == []
        await pilot.press("r")
        await until_seen(app, "미리보기 유효 30초")
        assert room.withdrawn == ["run-1"]
        await pilot.press("y")
        await wait_until(lambda: [run for run, _ in room.fired] == ["run-2"], what="the second run")


async def test_a_second_press_while_a_dialog_is_open_does_nothing(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("e", "e")
        await until_seen(app, PREVIEW)
        await pilot.press("e", "e", "q")
        assert len(room.asked) == 1
        assert isinstance(app.screen, ConfirmScreen)
        assert len(app.screen_stack) == 2


async def test_an_impatient_second_press_asks_only_once(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.answering.clear()
        await pilot.press("e", "e", "k")
        await until_seen(app, "재처리: 미리보기 조회 중")
        room.answering.set()
        await until_seen(app, PREVIEW)
        assert [action for action, _ in room.asked] == ["reprocess"]


async def test_steps_stand_below_one_another_and_no_value_passes_for_a_line(
    app: RoomApp, room: FakeRoom
) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.preview = replace(room.preview, what=Message("2단계\n1. 장애등록\n지금 정상"))
        await pilot.press("e")
        await until_seen(app, "  1. 장애등록")
        assert "   지금 정상" in text_of(app)


async def test_figures_move_behind_a_dialog(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("e")
        await until_seen(app, PREVIEW)
        room.read("activations", [{"model": "아이폰16", "total": 77777}])
        await until_seen(app, "77777")
        assert PREVIEW in text_of(app)


@pytest.mark.parametrize(
    "refusal",
    [ActionDenied("권한이 없습니다"), SourceError("3초 안에 답이 없음"), JournalError("기록할 수 없음")],
)
async def test_a_refusal_is_said_with_its_reason(
    app: RoomApp, room: FakeRoom, refusal: ActionDenied | SourceError | JournalError
) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.refusal = refusal
        await pilot.press("e")
        await until_seen(app, refusal.message.id)
        assert "재처리" in text_of(app)
        assert len(app.screen_stack) == 1


async def test_a_run_that_is_denied_at_the_last_moment_says_so(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("e")
        await until_seen(app, PREVIEW)
        room.refusal = JournalError("기록할 수 없음")
        await pilot.press("y")
        await until_seen(app, "기록할 수 없음")


async def test_an_unexpected_error_of_a_wish_is_shown_and_the_screen_goes_on(
    app: RoomApp, room: FakeRoom
) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.refusal = ZeroDivisionError("secret")  # type: ignore[assignment]  # what no room should raise
        await pilot.press("e")
        await until_seen(app, "화면 오류: ZeroDivisionError")
        assert "secret" not in text_of(app)
        room.refusal = None
        await pilot.press("e")
        await until_seen(app, PREVIEW)


async def test_an_action_not_allowed_says_why_and_asks_nothing(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        why = Message("운영자만 실행")
        room.set_action(ActionState("code", "코드 재처리", "c", "batch", allowed=False, why=why))
        await pilot.press("c")
        await until_seen(app, "코드 재처리 거부: 운영자만 실행")
        assert room.asked == []


async def test_inputs_are_asked_for_and_checked_before_the_preview(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("c")
        await until_seen(app, "건수")
        await pilot.press(*"12x", "enter")
        await until_seen(app, "숫자")
        assert room.asked == []
        await pilot.press("backspace", "enter")
        await until_seen(app, PREVIEW)
        assert room.asked == [("code", {"limit": 12})]


async def test_choices_come_from_the_feed_as_it_is_now(room: FakeRoom) -> None:
    spec = {"kind": "batch", "key": "c", "title": "코드 재처리", "confirm": "press"}
    source = {"title": "코드", "from": {"feed": "agencies", "column": "agency"}, "optional": True}
    layout = small_layout(actions={"code": {**spec, "inputs": {"code": source}}})
    room = FakeRoom(layout)
    room.read("agencies", [{"agency": "SGI"}, {"agency": "KAIT"}])
    app = RoomApp(room, small_panels(layout), person=KIM)
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("c")
        await until_seen(app, "전체 (2개)")
        await pilot.press("enter")  # nothing is lit, so an Enter too many chooses nothing
        assert room.asked == []
        await pilot.press("down", "down", "down", "enter")
        await until_seen(app, PREVIEW)
        assert room.asked == [("code", {"code": "KAIT"})]


async def test_enter_on_the_selected_row_of_an_actions_panel_asks(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        app.go_to_panel("deeds")
        await pilot.pause()
        await pilot.press("down", "down", "enter")
        await until_seen(app, PREVIEW)
        assert room.asked == [("reprocess", {})]


async def test_tapping_an_action_asks(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        x, y = place_of(app, "e 재처리   c")
        await pilot.click(offset=(x, y))
        await until_seen(app, PREVIEW)
        assert room.asked == [("reprocess", {})]


async def test_the_stop_key_stops_the_run_under_way(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("x")
        await until_seen(app, "실행 중인 조치가 없습니다")
        room.stays_running = True
        await pilot.press("e")
        await until_seen(app, PREVIEW)
        await pilot.press("y")
        await until_seen(app, "시작했습니다")
        await pilot.press("x")
        await until_seen(app, "멈춥니다")
        assert room.stopped == ["run-1"]
        room.run(_ended(room, RunState.STOPPED))
        await until_seen(app, "재처리 중지됨: 3건 처리")


async def test_progress_of_a_run_is_seen_in_the_foot(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL):
        room.run(RunStatus("r", "reprocess", RunState.RUNNING, KIM, room.now(), done=370, total=1000))
        await until_seen(app, "실행 중 37 %")


async def test_leaving_asks_while_a_run_is_under_way(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.run(RunStatus("r", "reprocess", RunState.RUNNING, KIM, room.now()))
        await pilot.press("q")
        await until_seen(app, "상황실을 닫을까요?")
        await pilot.press("enter")
        await until_gone(app, "상황실을 닫을까요?")
        assert app.is_running
        await pilot.press("q")
        await until_seen(app, "상황실을 닫을까요?")
        await pilot.press("right", "enter")
        await wait_until(lambda: not app.is_running, what="the app ended")


LEE = Person("lee", "이관제", frozenset({"viewer"}))


@pytest.mark.parametrize(
    ("state", "more", "said"),
    [
        (RunState.AWAITING, {"approve_left_s": 200.0}, "승인 대기 중 — 닫으면 요청이 만료됩니다"),
        (RunState.DONE, {"verify_left_s": 40.0}, "검증 중"),
        (RunState.UNKNOWN, {}, "결과 불명"),
        (RunState.RUNNING, {"here": False}, "다른 화면에서 진행 중"),
        (RunState.AWAITING, {"here": False}, "다른 화면에서 진행 중"),
    ],
)
async def test_leaving_asks_while_something_is_to_come_of_ones_own_run(
    app: RoomApp, room: FakeRoom, state: RunState, more: dict[str, object], said: str
) -> None:
    run = replace(RunStatus("r", "reprocess", state, KIM, room.now()), **more)  # type: ignore[arg-type]
    async with app.run_test(size=WALL) as pilot:
        room.run(run)
        await pilot.press("q")
        await until_seen(app, "상황실을 닫을까요?")
        await until_seen(app, said)
        assert app.is_running


@pytest.mark.parametrize(
    ("state", "more"),
    [
        (RunState.UNKNOWN, {}),
        (RunState.RUNNING, {}),
        (RunState.AWAITING, {}),
        (RunState.DONE, {"verify_left_s": 40.0}),
    ],
)
async def test_what_others_do_elsewhere_keeps_nobody(
    app: RoomApp, room: FakeRoom, state: RunState, more: dict[str, object]
) -> None:
    run = RunStatus("r", "reprocess", state, LEE, room.now(), here=False)
    async with app.run_test(size=WALL) as pilot:
        room.run(replace(run, **more))  # type: ignore[arg-type]
        await pilot.press("q")
        await wait_until(lambda: not app.is_running, what="the app ended")


async def test_q_leaves_at_once_when_nothing_runs(app: RoomApp) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("q")
        await wait_until(lambda: not app.is_running, what="the app ended")
        assert app.return_code == 0


def _ended(room: FakeRoom, state: RunState) -> RunStatus:
    return replace(room.runs()[0], state=state, reason=Message("3건 처리"))
