"""Text from outside is data: on panels, in dialogs, in messages and in the search box."""

from __future__ import annotations

from dataclasses import replace

import pytest

from situationroom.actions.base import State
from situationroom.errors import ActionDenied
from situationroom.layout.models import ActionSpec
from situationroom.ui.app import RoomApp
from situationroom.values import Message

from .fakeroom import FakeRoom
from .reading import strips_of, text_of, until_seen
from .samples import KIM, small_layout, small_panels

NASTY = "[red]x[/red] [@click=app.exit]y[/] \x1b]0;title\x07 nul\x00 tab\t 한글 e\u0301 👩‍👩‍👧 \u202egnp.exe"
MARKS = ("[red]x[/red]", "\\x1b]0;title\\x07", "\\x00")
SIZE = (120, 36)


def whole(app: RoomApp) -> None:
    """Every row is as wide as the screen and holds no control character."""
    for strip in strips_of(app):
        assert strip.cell_length == app.size.width
        assert not any(char < " " or char == "\x7f" for char in strip.text)


@pytest.mark.parametrize("size", [SIZE, (46, 40), (20, 5)])
async def test_nasty_cells_are_shown_as_text(app: RoomApp, room: FakeRoom, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        room.read("activations", [{"model": NASTY, "total": 1}, {"model": "\x1b[2J" * 50_000, "total": 2}])
        await until_seen(app, "[red]x")
        await pilot.pause()
        whole(app)


async def test_nasty_text_in_a_dialog_is_shown_as_text(app: RoomApp, room: FakeRoom) -> None:
    room.preview = replace(
        room.preview,
        what=Message(NASTY),
        before=State({}, Message(NASTY)),
        columns=("[b]col[/b]", "n"),
        rows=({"[b]col[/b]": NASTY, "n": 1},),
        statement=f"select 1\n{NASTY}",
        target=NASTY,
        warnings=(Message(NASTY),),
    )
    async with app.run_test(size=SIZE) as pilot:
        for key in ("e", "k"):
            await pilot.press(key)
            await until_seen(app, "실행")
            for mark in MARKS:
                assert mark in text_of(app)
            whole(app)
            await pilot.press("escape")


async def test_nasty_text_in_a_message_is_shown_as_text(app: RoomApp, room: FakeRoom) -> None:
    async with app.run_test(size=SIZE) as pilot:
        room.refusal = ActionDenied(NASTY)
        await pilot.press("e")
        await until_seen(app, "[red]x[/red]")
        whole(app)


@pytest.mark.parametrize("key", ["question_mark", "ctrl+p"])
async def test_nasty_titles_are_shown_as_text(key: str) -> None:
    layout = small_layout(actions={"a": ActionSpec(kind="toggle", key="e", title=NASTY)})
    app = RoomApp(FakeRoom(layout), small_panels(layout), person=KIM)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(key)
        await until_seen(app, "[red]x[/red]")
        whole(app)
        assert app.is_running
