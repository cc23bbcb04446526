"""Who is at the screen: signing in by PIN, and a shared wall that asks at each firing."""

from __future__ import annotations

import pytest

from situationroom.errors import SignInDenied
from situationroom.ui.app import RoomApp
from situationroom.ui.who import SignInScreen
from situationroom.values import GUEST, Proof, RunState, RunStatus
from tests.helpers import wait_until

from .fakeroom import FakeRoom
from .reading import place_of, text_of, until_gone, until_seen
from .samples import KIM, small_layout, small_panels, trusted_layout

WALL = (120, 40)
PREVIEW = "참조 1행을 바꿉니다"


@pytest.fixture
def own() -> RoomApp:
    """A guest's own screen."""
    room = FakeRoom(trusted_layout())
    return RoomApp(room, small_panels(room.layout), person=GUEST)


@pytest.fixture
def shared_room() -> FakeRoom:
    """A room on a wall that anybody may stand before."""
    return FakeRoom(trusted_layout(wall="shared"))


@pytest.fixture
def shared(shared_room: FakeRoom) -> RoomApp:
    """Its screen."""
    return RoomApp(shared_room, small_panels(shared_room.layout), person=GUEST)


async def test_somebody_signs_in_by_name_and_pin_and_is_seen_in_the_header(own: RoomApp) -> None:
    async with own.run_test(size=WALL) as pilot:
        assert "조회 전용" in text_of(own)
        await pilot.press("L")
        await until_seen(own, "로그인 — 이름과 PIN")
        await pilot.press("down", "enter")
        await until_seen(own, "이당직 님의 PIN")
        await pilot.press(*"7350")
        assert "7350" not in text_of(own)
        await pilot.press("enter")
        await until_seen(own, "이당직 님으로 로그인했습니다")
        assert own.person.id == "lee"
        assert own.person.proof is Proof.PIN
        assert "이당직" in text_of(own).splitlines()[0]


async def test_tapping_the_person_in_the_header_signs_in(own: RoomApp) -> None:
    async with own.run_test(size=WALL) as pilot:
        await pilot.click(offset=place_of(own, "조회 전용"))
        await until_seen(own, "로그인 — 이름과 PIN")


async def test_a_wrong_pin_leaves_everything_as_it_was(own: RoomApp) -> None:
    async with own.run_test(size=WALL) as pilot:
        await pilot.press("L")
        await until_seen(own, "로그인 — 이름과 PIN")
        await pilot.press("enter", *"9999", "enter")
        await until_seen(own, "이름 또는 PIN이 맞지 않음 — 4번 더 틀리면 잠김")
        assert isinstance(own.screen, SignInScreen)
        assert own.person == GUEST
        await pilot.press("escape")
        await until_gone(own, "로그인 — 이름과 PIN")
        assert own.person == GUEST


async def test_a_lock_out_is_said_at_the_field(own: RoomApp) -> None:
    room = own.room
    assert isinstance(room, FakeRoom)
    async with own.run_test(size=WALL) as pilot:
        room.refusal = SignInDenied("people.locked_out", until="09:51")
        await pilot.press("L")
        await until_seen(own, "로그인 — 이름과 PIN")
        await pilot.press("enter", *"4821", "enter")
        await until_seen(own, "09:51 이후 다시 시도")


async def test_a_room_without_people_says_so() -> None:
    room = FakeRoom(small_layout(people={}))
    app = RoomApp(room, small_panels(room.layout), person=GUEST)
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("L")
        await until_seen(app, "로그인할 사람이 없습니다")


async def test_a_shared_wall_asks_who_and_wants_their_pin_with_the_yes(
    shared: RoomApp, shared_room: FakeRoom
) -> None:
    async with shared.run_test(size=WALL) as pilot:
        assert "공용 화면" in text_of(shared)
        await pilot.press("e")
        await until_seen(shared, "재처리 — 누가 실행합니까?")
        await pilot.press("down", "enter")
        await until_seen(shared, "이당직 님의 PIN")
        assert PREVIEW in text_of(shared)
        await pilot.press(*"7350", "enter")
        await wait_until(lambda: shared_room.fired, what="the run")
        (_, confirmation), *_ = shared_room.fired
        assert confirmation.by is not None
        assert confirmation.by.id == "lee"


async def test_a_wrong_pin_at_a_shared_wall_fires_nothing(shared: RoomApp, shared_room: FakeRoom) -> None:
    async with shared.run_test(size=WALL) as pilot:
        await pilot.press("e")
        await until_seen(shared, "누가 실행합니까?")
        await pilot.press("enter")
        await until_seen(shared, "김운영 님의 PIN")
        await pilot.press(*"7350", "enter")
        await until_seen(shared, "이름 또는 PIN이 맞지 않음")
        assert shared_room.fired == []
        await pilot.press(*"4821", "enter")
        await wait_until(lambda: shared_room.fired, what="the run")


async def test_a_shared_wall_asks_again_at_the_next_firing(shared: RoomApp, shared_room: FakeRoom) -> None:
    async with shared.run_test(size=WALL) as pilot:
        for place in range(2):
            await pilot.press("e")
            await until_seen(shared, "누가 실행합니까?")
            await pilot.press("enter")
            await until_seen(shared, "김운영 님의 PIN")
            await pilot.press(*"4821", "enter")
            await until_seen(shared, "1행 바뀜")
            assert len(shared_room.fired) == place + 1
            shared.hush()
        assert shared_room.tries == ["kim", "kim"]


async def test_only_those_who_may_fire_it_are_listed(shared: RoomApp) -> None:
    async with shared.run_test(size=WALL) as pilot:
        await pilot.press("k")
        await until_seen(shared, "사전체크 SKIP — 누가 실행합니까?")
        assert "이당직" in text_of(shared)
        assert "박팀장" not in text_of(shared)


async def test_holding_at_a_shared_wall_needs_a_pin(shared: RoomApp, shared_room: FakeRoom) -> None:
    async with shared.run_test(size=WALL) as pilot:
        await pilot.press("H")
        await until_seen(shared, "김운영 님의 PIN")
        await pilot.press("enter", *"4821", "enter")
        await until_seen(shared, "새 조치를 실행할 수 없습니다")
        await pilot.press("enter")
        await wait_until(lambda: shared_room.done == [("hold", "", "kim", "")], what="the hold")


async def test_stopping_at_a_shared_wall_needs_a_pin(shared: RoomApp, shared_room: FakeRoom) -> None:
    async with shared.run_test(size=WALL) as pilot:
        shared_room.run(RunStatus("r", "reprocess", RunState.RUNNING, KIM, shared_room.now()))
        await pilot.press("x")
        await until_seen(shared, "김운영 님의 PIN")
        await pilot.press("escape")
        await until_gone(shared, "김운영 님의 PIN")
        assert shared_room.stopped == []


async def test_nobody_stays_signed_in_at_a_shared_wall(shared: RoomApp) -> None:
    async with shared.run_test(size=WALL) as pilot:
        await pilot.press("L")
        await until_seen(shared, "공용 화면입니다")
        assert shared.person == GUEST
