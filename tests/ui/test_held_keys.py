"""Keys typed before a dialog stands: they are meant for it, none is lost, and none does anything else."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from textual.events import Key, Paste
from textual.widgets import Input

from situationroom.actions.asked import Confirmation
from situationroom.errors import ActionDenied
from situationroom.layout.models import Layout
from situationroom.ui.app import RoomApp
from situationroom.ui.approval import ApprovalScreen
from situationroom.ui.filtering import FilterScreen
from situationroom.ui.palette import Palette
from situationroom.values import Message, Proof, RunState, RunStatus
from tests.helpers import wait_until

from .fakeroom import FakeRoom
from .reading import until_gone, until_seen
from .samples import KIM, small_panels, trusted_layout

WALL = (120, 36)


def burst(app: RoomApp, *keys: str) -> None:
    """Keys all at once, as a terminal sends what was typed while the program was busy."""
    for key in keys:
        app.post_message(Key(key, key if len(key) == 1 else None))


async def test_the_yes_may_be_typed_right_behind_the_hotkey(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL):
        burst(app, "e", "y")
        await until_seen(app, "재처리: 1행 바뀜")
        assert room.fired == [("run-1", Confirmation(""))]


@pytest.mark.parametrize("focus", [(), ("tab",), ("tab", "tab")])
async def test_a_name_to_be_typed_may_be_typed_right_behind_the_hotkey(
    app: RoomApp, room: FakeRoom, focus: tuple[str, ...]
) -> None:
    async with app.run_test(size=WALL):
        burst(app, *focus, "k", *"KAIT", "enter")
        await wait_until(lambda: room.fired == [("run-1", Confirmation("KAIT"))], what="a run")


async def test_what_is_typed_while_a_preview_is_made_waits_for_it_and_does_nothing_else(
    app: RoomApp, room: FakeRoom
) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.answering.clear()
        await pilot.press("k")
        await wait_until(lambda: room.asked, what="a question")
        await pilot.press("2", "e", "s", *"KAIT")  # pages, other actions, sharing: none of it
        assert app.wall.page == "상황"
        assert [action for action, _ in room.asked] == ["skip"]
        room.answering.set()
        await until_seen(app, "2esKAIT")
        assert isinstance(app.screen.query_one("#target"), Input)


async def test_a_name_pasted_right_behind_the_hotkey_stands_in_its_field(
    app: RoomApp, room: FakeRoom
) -> None:
    async with app.run_test(size=WALL):
        burst(app, "k")
        app.post_message(Paste("KA"))
        burst(app, "I", "T", "enter")
        await wait_until(lambda: room.fired == [("run-1", Confirmation("KAIT"))], what="a run")


async def test_escape_may_be_typed_before_the_dialog_stands(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL):
        burst(app, "e", "escape")
        await wait_until(lambda: room.withdrawn == ["run-1"], what="the run withdrawn")
        assert room.fired == []


async def test_after_a_refusal_what_was_meant_for_the_dialog_does_nothing_and_the_next_key_all(
    app: RoomApp, room: FakeRoom
) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.refusal = ActionDenied("지금은 안 됨")
        burst(app, "e", "2", "y")
        await until_seen(app, "지금은 안 됨")
        assert app.wall.page == "상황"
        await pilot.press("2")
        assert app.wall.page == "기관"


async def test_from_the_inputs_to_the_preview_keys_go_on_in_their_order(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL):
        burst(app, "c", *"50", "enter", "y")
        await wait_until(lambda: room.fired == [("run-1", Confirmation(""))], what="a run")
        [(action, values)] = room.asked
        assert (action, values["limit"]) == ("code", 50)


async def test_letters_after_the_filter_key_reach_the_filter_and_no_action(
    app: RoomApp, room: FakeRoom
) -> None:
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("tab")
        burst(app, "slash", *"ke1")
        await wait_until(lambda: isinstance(app.screen, FilterScreen), what="the filter")
        await until_seen(app, "ke1")
        assert room.asked == []
        await pilot.press("escape")


async def test_letters_after_the_search_key_reach_the_search_box_and_no_action(
    app: RoomApp, room: FakeRoom
) -> None:
    async with app.run_test(size=WALL) as pilot:
        burst(app, "ctrl+p", *"ske")
        await wait_until(lambda: isinstance(app.screen, Palette), what="the search box")
        await wait_until(lambda: [one.value for one in app.screen.query(Input)] == ["ske"], what="the word")
        assert room.asked == []
        await pilot.press("escape")
        await until_gone(app, "ske")


async def test_keys_that_leave_work_while_a_preview_is_made(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=WALL) as pilot:
        room.answering.clear()
        await pilot.press("e")
        await wait_until(lambda: room.asked, what="a question")
        await pilot.press("ctrl+q")
        await wait_until(lambda: app.return_code is not None or not app.is_running, what="the end")


async def test_a_run_that_ends_meanwhile_takes_no_keys_from_the_dialog_of_the_next(
    app: RoomApp, room: FakeRoom
) -> None:
    room.stays_running = True
    async with app.run_test(size=WALL) as pilot:
        burst(app, "e", "y")
        await wait_until(lambda: len(room.fired) == 1, what="a run under way")
        room.answering.clear()
        await pilot.press("k")
        await wait_until(lambda: len(room.asked) == 2, what="a question")
        await pilot.press("K", "A")
        run = next(run for run in room.runs() if run.action == "reprocess")
        room.run(replace(run, state=RunState.DONE, result=Message("재처리: 1행 바뀜")))
        await until_seen(app, "1행 바뀜")
        await pilot.press("2", "T")
        assert app.wall.page == "상황"
        room.answering.set()
        await until_seen(app, "KA2T")


class SlowToFire(FakeRoom):
    """A room whose journal takes its time."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.firing = asyncio.Event()

    async def fire(self, run: str, confirmation: Confirmation) -> RunStatus:
        status = await super().fire(run, confirmation)
        await self.firing.wait()
        return status


async def test_keys_typed_while_a_second_person_is_asked_for_wait_for_the_dialog_that_takes_their_pin() -> (
    None
):
    room = SlowToFire(trusted_layout())
    app = RoomApp(room, small_panels(room.layout), person=replace(KIM, proof=Proof.LOGIN))
    async with app.run_test(size=WALL) as pilot:
        burst(app, "k", "y")
        await wait_until(lambda: room.fired, what="the request")
        await pilot.press("2", "9")
        assert app.wall.page == "상황"
        room.firing.set()
        await wait_until(lambda: app.screen.query("#pin"), what="the dialog")
        pin = app.screen.query_one("#pin", Input)
        await wait_until(lambda: pin.value == "29", what="the first of a PIN")
        assert isinstance(app.screen, ApprovalScreen)


@pytest.mark.parametrize("keys", ["x", "xyz", "?"])
async def test_keys_typed_as_the_program_is_left_break_nothing(app: RoomApp, keys: str) -> None:
    async with app.run_test(size=WALL):
        app.exit()
        app._screen_stack.clear()
        burst(app, *keys)
    assert app.return_code == 0
