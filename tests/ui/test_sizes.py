"""From a watch to a wall: every size shows something sensible, and resizing breaks nothing."""

from __future__ import annotations

import random

import pytest

from situationroom.ui.app import RoomApp
from tests.helpers import wait_until

from .fakeroom import FakeRoom
from .reading import place_of, strips_of, text_of, until_gone, until_seen

SIZES = [
    (20, 5), (30, 10), (46, 90), (46, 20), (59, 30), (60, 30), (80, 24), (120, 12), (200, 50), (400, 100),
]  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
async def test_every_row_is_as_wide_as_the_screen(app: RoomApp, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        strips = strips_of(app)
        assert len(strips) == size[1]
        assert {strip.cell_length for strip in strips} == {size[0]}
        assert "아이폰16" in text_of(app)


@pytest.mark.parametrize("size", SIZES)
async def test_a_confirmation_can_be_read_and_answered_at_every_size(
    app: RoomApp, room: FakeRoom, size: tuple[int, int]
) -> None:
    async with app.run_test(size=size) as pilot:
        await pilot.press("e")
        await until_seen(app, "취소")
        assert "실행" in text_of(app)
        await pilot.press("y")
        await wait_until(lambda: room.fired, what="the run")


async def test_a_phone_shows_one_column_that_scrolls(app: RoomApp) -> None:
    async with app.run_test(size=(46, 40)) as pilot:
        assert app.screen.has_class("-phone")
        hosts = app.wall.shown
        assert len({host.region.x for host in hosts}) == 1
        assert all(host.size.width >= 45 for host in hosts)
        assert app.wall.max_scroll_y > 0
        await pilot.press("pagedown", "end")
        assert app.wall.scroll_y == 0, "nothing has the focus: keys go nowhere"
        app.wall.scroll_end(animate=False)
        await until_gone(app, "아이폰16 12843")


async def test_a_phone_has_tabs_and_a_sheet_to_tap(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=(46, 40)) as pilot:
        await pilot.click(offset=place_of(app, "2 기관"))
        assert app.wall.page == "기관"
        await pilot.click(offset=place_of(app, "조치 3"))
        await until_seen(app, "코드 재처리")
        await pilot.click(offset=place_of(app, "재처리"))
        await until_seen(app, "참조 1행을 바꿉니다")
        assert room.asked == [("reprocess", {})]


async def test_a_wall_becomes_a_phone_and_a_wall_again(app: RoomApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        before = text_of(app)
        await pilot.resize_terminal(46, 60)
        await wait_until(lambda: app.screen.has_class("-phone"), what="the phone class")
        await until_seen(app, "조치 3")
        await pilot.resize_terminal(120, 36)
        await wait_until(lambda: text_of(app) == before, what="the wall as it was")


async def test_a_storm_of_sizes_ends_in_a_whole_picture(app: RoomApp, room: FakeRoom) -> None:
    chance = random.Random(7)
    async with app.run_test(size=(120, 36)) as pilot:
        for turn in range(40):
            await pilot.resize_terminal(chance.randint(20, 400), chance.randint(5, 100))
            if turn % 5 == 0:
                room.read("activations", [{"model": "아이폰16", "total": turn}])
            if turn == 20:
                await pilot.press("2")
            if turn == 30:
                await pilot.press("1", "tab", "enter")
        await pilot.press("escape")
        await pilot.resize_terminal(120, 36)
        await until_seen(app, "아이폰16 35")
        assert {strip.cell_length for strip in strips_of(app)} == {120}


async def test_a_page_too_cramped_for_its_grid_scrolls_instead(app: RoomApp) -> None:
    async with app.run_test(size=(120, 8)):
        assert all(host.size.height >= 4 for host in app.wall.shown if host.size)
        assert app.wall.max_scroll_y > 0
