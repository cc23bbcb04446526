"""The page: pages, focus, enlarging, filtering, scrolling, and what a change repaints."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.events import MouseScrollDown
from textual.geometry import Region, Size
from textual.strip import Strip

from situationroom.ui.app import RoomApp
from situationroom.ui.host import PanelHost
from situationroom.values import Level, Row
from tests.helpers import wait_until

from .fakeroom import FakeRoom
from .reading import place_of, text_of, until_gone, until_seen

WALL = (120, 36)


def host_of(app: RoomApp, name: str) -> PanelHost:
    host = app.wall.host(name)
    assert host is not None
    return host


async def test_a_number_key_shows_the_page_of_that_number(app: RoomApp) -> None:
    async with app.run_test(size=WALL) as pilot:
        assert "아이폰16 12843" in text_of(app)
        await pilot.press("2")
        await until_gone(app, "아이폰16 12843")
        assert "기관29" in text_of(app)
        await pilot.press("1")
        await until_seen(app, "아이폰16 12843")


async def test_a_number_without_a_page_changes_nothing(app: RoomApp) -> None:
    async with app.run_test(size=WALL) as pilot:
        before = text_of(app)
        await pilot.press("7")
        await pilot.pause()
        assert text_of(app) == before


async def test_a_page_shown_again_shows_what_came_meanwhile(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("2")
        await until_gone(app, "12843")
        room.read("activations", [{"model": "아이폰16", "total": 555}])
        await pilot.press("1")
        await pilot.pause()
        assert "아이폰16 555" in text_of(app), "at once, not with the next second"


async def test_tapping_a_tab_shows_its_page(app: RoomApp) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.click(offset=place_of(app, "2 기관"))
        assert app.wall.page == "기관"


async def test_enter_enlarges_the_focused_panel_and_escape_brings_the_page_back(app: RoomApp) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("tab", "enter")
        await until_gone(app, "대외기관")
        assert host_of(app, "models").size == app.wall.size
        await pilot.press("escape")
        await until_seen(app, "대외기관")


async def test_enter_without_a_focus_says_what_to_do(app: RoomApp) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("enter")
        await until_seen(app, "Tab")


async def test_a_tap_focuses_a_panel_and_a_second_tap_enlarges_it(app: RoomApp) -> None:
    async with app.run_test(size=WALL) as pilot:
        clock = host_of(app, "clock")
        await pilot.click(clock)
        assert app.focused is clock
        assert app.wall.enlarged is None
        await pilot.click(clock)
        assert app.wall.enlarged == "clock"


async def test_arrows_select_rows_and_bring_them_into_sight(app: RoomApp) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("tab", "tab")
        assert "기관39" not in text_of(app)
        await pilot.press("down")
        assert host_of(app, "agencies").selected == ("기관00",)
        await pilot.press("end")
        assert host_of(app, "agencies").selected == ("기관39",)
        assert "기관39" in text_of(app)
        await pilot.press("pageup", "home")
        assert "기관00" in text_of(app)


async def test_the_wheel_scrolls_the_panel_under_it(app: RoomApp) -> None:
    async with app.run_test(size=WALL) as pilot:
        assert "기관00" in text_of(app)
        await pilot._post_mouse_events([MouseScrollDown], host_of(app, "agencies"), (5, 5), button=0)
        await until_gone(app, "기관00")


async def test_a_filter_keeps_matching_rows_while_it_is_typed_and_after(app: RoomApp) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("tab", "slash", *"pro")
        await until_gone(app, "12843")
        assert "아이폰16 Pro 7" in text_of(app)
        await pilot.press("enter")
        assert "12843" not in text_of(app)
        assert "개통 /pro" in text_of(app), "a filtered panel says so"
        await pilot.press("escape")
        await until_seen(app, "12843")


async def test_a_reading_reaches_the_screen(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL):
        room.read("activations", [{"model": "아이폰16", "total": 99991}])
        await until_seen(app, "99991")


async def test_a_failed_feed_says_why_in_its_panel(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL):
        room.fail("agencies", "3초 안에 답이 없음")
        await until_seen(app, "3초 안에 답이 없음")


async def test_an_alert_is_counted_in_the_header_at_once(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL):
        assert "경보 없음" in text_of(app)
        room.raise_alert("agencies", ("기관01",), Level.CRITICAL)
        await until_seen(app, "■ 1   ")


async def test_a_change_repaints_only_the_cells_that_changed(
    app: RoomApp, room: FakeRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshed: list[tuple[str, tuple[Region, ...]]] = []
    painted: list[str] = []
    refresh, paint = PanelHost.refresh, PanelHost.paint

    def noting(self: PanelHost, *regions: Region, **how: bool) -> PanelHost:
        refreshed.append((self.panel_name, regions))
        return refresh(self, *regions, **how)

    def counting(self: PanelHost, size: Size) -> Sequence[Strip]:
        painted.append(self.panel_name)
        return paint(self, size)

    async with app.run_test(size=WALL):
        monkeypatch.setattr(PanelHost, "refresh", noting)
        monkeypatch.setattr(PanelHost, "paint", counting)
        monkeypatch.setattr(RoomApp, "tick", lambda _: None)
        pro: Row = {"model": "아이폰16 Pro", "total": 7}
        room.read("activations", [{"model": "아이폰16", "total": 12849}, pro])
        await until_seen(app, "12849")
        assert refreshed
        assert {name for name, _ in refreshed} == {"models"}
        assert set(painted) == {"models"}
        rows = {region.y for _, regions in refreshed for region in regions}
        assert rows == {1}, "only the row whose figure moved"


async def test_a_second_moves_clocks_and_ages_only(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL):
        room.move(2)
        app.tick()
        await until_seen(app, "09:41:09")
        await until_seen(app, "second 09")
        await until_seen(app, "개통 ── 2s")


async def test_pages_turn_by_themselves_when_nobody_is_busy(room: FakeRoom) -> None:
    from .samples import KIM, small_layout, small_panels

    layout = small_layout(rotate="100ms")
    turning = RoomApp(FakeRoom(layout), small_panels(layout), person=KIM)
    async with turning.run_test(size=WALL) as pilot:
        await wait_until(lambda: turning.wall.page == "기관", what="the second page")
        await pilot.press("1", "tab")
        assert turning.focused is not None
