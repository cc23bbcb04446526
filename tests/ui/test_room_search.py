"""`/` without a focused panel: every row of every panel is searched, and no letter does anything else."""

from __future__ import annotations

import pytest
from textual.events import Key
from textual.widgets import Input

from situationroom.ui.app import RoomApp
from situationroom.ui.host import PanelHost
from situationroom.ui.roomsearch import RoomSearch
from tests.helpers import wait_until

from .fakeroom import FakeRoom
from .reading import place_of, until_gone, until_seen

SIZE = (120, 36)
NAMES = {"/": "slash", " ": "space", "?": "question_mark"}


def burst(app: RoomApp, *keys: str) -> None:
    """Keys all at once, as a terminal sends what was typed while the program was busy."""
    for key in keys:
        app.post_message(Key(NAMES.get(key, key), key if len(key) == 1 else None))


def selected(app: RoomApp) -> tuple[str, object] | None:
    host = app.focused
    return (host.panel_name, host.selected) if isinstance(host, PanelHost) else None


@pytest.fixture
def filled(room: FakeRoom) -> FakeRoom:
    room.read("activations", [{"model": f"pro {number}", "total": number} for number in range(60)])
    room.read("agencies", [{"agency": "SGI", "errors": 1}, {"agency": "KAIT", "errors": 42}])
    return room


@pytest.mark.parametrize(
    ("typed", "panel", "key"),
    [
        ("kait", "agencies", ("KAIT",)),
        ("대외 42", "agencies", ("KAIT",)),
        ("pro 57", "models", ("pro 57",)),
        ("재처리", "deeds", ("reprocess",)),
    ],
)
async def test_a_row_is_found_by_any_of_its_words_and_enter_goes_there(
    app: RoomApp, filled: FakeRoom, typed: str, panel: str, key: tuple[str, ...]
) -> None:
    async with app.run_test(size=SIZE):
        burst(app, "/", *typed, "enter")
        await wait_until(lambda: selected(app) == (panel, key), what="the row")
        await until_gone(app, "상황실에서 찾기")


@pytest.mark.parametrize("behind", ["k", "es2", "H", "q", "kkkk", "?", "1c"])
async def test_letters_right_behind_the_slash_fire_nothing_and_reach_the_field(
    app: RoomApp, filled: FakeRoom, behind: str
) -> None:
    async with app.run_test(size=SIZE):
        burst(app, "/", *behind)
        await until_seen(app, "상황실에서 찾기")
        await wait_until(
            lambda: [one.value for one in app.screen.query(Input)] == [behind],
            what="the letters in the field",
        )
        burst(app, "escape")
        await wait_until(lambda: len(app.screen_stack) == 1, what="the room again")
        assert filled.asked == []
        assert app.wall.page == "상황"
        assert app.focused is None


async def test_a_row_of_another_page_is_shown_there_in_sight(app: RoomApp, filled: FakeRoom) -> None:
    async with app.run_test(size=(120, 20)) as pilot:
        await pilot.press("2", "slash")
        await until_seen(app, "상황실에서 찾기")
        burst(app, *"57", "enter")
        await wait_until(lambda: selected(app) == ("models", ("pro 57",)), what="the row")
        assert app.wall.page == "상황"
        await until_seen(app, "pro 57 57")


async def test_a_tap_on_a_hit_goes_there_from_an_enlarged_panel_too(app: RoomApp, filled: FakeRoom) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("tab", "enter")
        assert app.wall.enlarged == "models"
        app.set_focus(None)
        await pilot.press("slash", *"sgi")
        await until_seen(app, "대외기관  SGI 1")
        await pilot.click(offset=place_of(app, "대외기관  SGI 1"))
        await wait_until(lambda: selected(app) == ("agencies", ("SGI",)), what="the row")


async def test_what_is_found_nowhere_is_said_and_enter_stays(app: RoomApp, filled: FakeRoom) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"zzz", "enter")
        await until_seen(app, "'zzz' 검색 결과 없음")
        assert isinstance(app.screen, RoomSearch)


async def test_the_arrows_go_from_hit_to_hit(app: RoomApp, filled: FakeRoom) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"pro", "down", "down", "up", "enter")
        await wait_until(lambda: selected(app) == ("models", ("pro 1",)), what="the second row")


async def test_a_page_further_there_are_other_hits(app: RoomApp, filled: FakeRoom) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"pro", *["pagedown"] * 9)
        await until_seen(app, "개통  pro 59")
        await pilot.press("enter")
        await wait_until(lambda: selected(app) == ("models", ("pro 59",)), what="the last row")


async def test_more_hits_than_anybody_reads_are_said_to_be_more(app: RoomApp, room: FakeRoom) -> None:
    room.read("activations", [{"model": f"pro {number}"} for number in range(300)])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"pro", "up")
        await until_seen(app, "더 입력해 좁히세요")
