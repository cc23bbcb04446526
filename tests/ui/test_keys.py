"""The keys: one table, remapped by the layout, told in help and foot as they are really bound."""

from __future__ import annotations

import string

import pytest
from textual.keys import Keys, _character_to_key

from situationroom.layout.keys import DEFAULT_KEYS, NAMED, is_key
from situationroom.ui.app import RoomApp
from situationroom.ui.keys import FUNCTIONS, key_uses
from tests.helpers import wait_until

from .fakeroom import FakeRoom
from .reading import place_of, text_of, until_gone, until_seen
from .samples import KIM, small_layout, small_panels

SIZE = (120, 50)


def test_every_key_of_the_program_has_a_function() -> None:
    assert {name for name in DEFAULT_KEYS if not name.startswith("page_")} == set(FUNCTIONS)


def test_every_function_exists_in_the_app() -> None:
    assert all(hasattr(RoomApp, f"action_{action}") for action in FUNCTIONS.values())


def test_a_layout_may_name_every_key_that_the_screen_can_be_told_of() -> None:
    aliases = {"return", "ctrl-at", "ctrl+@"}  # other names of enter and of ctrl+at
    told = {key.value for key in Keys if not key.value.startswith("<")} - aliases
    assert {key for key in told if not is_key(key)} == set()
    signs = {_character_to_key(sign) for sign in string.punctuation}
    assert signs <= NAMED
    plain = {key.rpartition("+")[2] for key in told} | signs
    assert {name for name in NAMED if name not in plain} == set()


async def test_a_layout_moves_a_key(room: FakeRoom) -> None:
    layout = small_layout(keys={"help": "F1", "page_2": "w"})
    app = RoomApp(FakeRoom(layout), small_panels(layout), person=KIM)
    async with app.run_test(size=SIZE) as pilot:
        assert "F1 도움말" in text_of(app) or "f1 도움말" in text_of(app)
        await pilot.press("question_mark")
        assert len(app.screen_stack) == 1
        await pilot.press("f1")
        await until_seen(app, "다음 패널")
        await pilot.press("escape", "w")
        assert app.wall.page == "기관"


async def test_help_tells_every_key_that_is_bound(app: RoomApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        bound = {binding.action for _, binding in app._bindings}
        assert {use.action for use in key_uses(app.room.layout)} <= bound
        await pilot.press("question_mark")
        await until_seen(app, "다음 패널")
        for use in key_uses(app.room.layout):
            assert use.title in text_of(app)
        assert "Shift+Tab" in text_of(app)
        await pilot.press("escape")
        await until_gone(app, "다음 패널")


async def test_the_search_box_reaches_a_page_by_its_name(app: RoomApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+p")
        await until_seen(app, "패널: 개통")
        assert "연락처: 이당직  010-1234-5678" in text_of(app)
        await pilot.press(*"기관")
        await until_gone(app, "패널: 개통")
        await until_seen(app, "화면: 기관")
        await pilot.click(offset=place_of(app, "화면: 기관"))
        await wait_until(lambda: app.wall.page == "기관", what="the page")


async def test_the_search_box_reaches_an_action(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+p")
        await until_seen(app, "조치: 재처리")
        await pilot.click(offset=place_of(app, "조치: 재처리"))
        await until_seen(app, "참조 1행을 바꿉니다")


async def test_the_search_box_says_in_the_rooms_language_that_nothing_was_found(app: RoomApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+p")
        await until_seen(app, "패널: 개통")
        await pilot.press(*"zqzq")
        await until_seen(app, "'zqzq' 검색 결과 없음")
        await pilot.press("enter")
        await wait_until(lambda: len(app.screen_stack) == 1, what="the box closed")


async def test_the_search_box_shows_whom_to_call(app: RoomApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+p")
        await until_seen(app, "연락처")
        await pilot.press(*"이당직")
        await until_gone(app, "패널: 개통")
        await until_seen(app, "연락처: 이당직")
        await pilot.press("down", "enter")
        await wait_until(lambda: len(app.screen_stack) == 1, what="the box closed")
        await until_seen(app, "이당직  010-1234-5678")


async def test_english_rooms_speak_english() -> None:
    layout = small_layout(lang="en")
    app = RoomApp(FakeRoom(layout), small_panels(layout), person=KIM)
    async with app.run_test(size=SIZE) as pilot:
        assert "help" in text_of(app)
        await pilot.press("question_mark")
        await until_seen(app, "next panel")


@pytest.mark.parametrize("key", ["tab", "shift+tab"])
async def test_tab_goes_round_the_panels(app: RoomApp, key: str) -> None:
    async with app.run_test(size=SIZE) as pilot:
        seen = []
        for _ in range(5):
            await pilot.press(key)
            assert app.focused is not None
            seen.append(app.focused)
        assert seen[0] is seen[4]
        assert len(set(seen)) == 4
