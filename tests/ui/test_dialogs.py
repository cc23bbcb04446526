"""Every dialog at every size: what a person must press, type or know in time is in sight."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import Button

import situationroom.ui
from situationroom.actions.base import Preview, State
from situationroom.layout.models import RuleSpec
from situationroom.ui.app import RoomApp
from situationroom.ui.dialog import Dialog
from situationroom.ui.held_keys import Opening
from situationroom.ui.placing import feeds_behind, side_of
from situationroom.values import Message
from tests.helpers import wait_until

from .dialogs import DIALOGS, crowded
from .reading import strips_of, text_of, until_seen
from .samples import trusted_layout

SIZES = [(40, 15), (46, 45), (80, 24), (120, 40), (200, 50)]


async def opened(app: RoomApp, name: str) -> ModalScreen[Any]:
    screen = DIALOGS[name](app)
    app.push_screen(screen)
    await wait_until(lambda: isinstance(screen, Opening) and screen.stands, what="the dialog")
    return screen


def whole(screen: Region, part: Region) -> bool:
    return part.area > 0 and screen.contains_region(part)


def look(app: RoomApp, screen: ModalScreen[Any]) -> str:
    """The screen as text, after seeing that nothing that must be in sight is out of it."""
    in_body = set(screen.query(".body *").results())
    for button in screen.query(Button):
        if button not in in_body and button.display and button.parent and button.parent.display:
            assert whole(screen.region, button.region), (button.id, button.region)
    assert app.focused is not None
    assert whole(screen.region, app.focused.region), (app.focused, app.focused.region)
    for place in ("#pin", "#target", "#expiry", "#left", "#reason"):
        for part in screen.query(place):
            if part.display:
                assert whole(screen.region, part.region), (place, part.region)
    for body in screen.query(".body").results(VerticalScroll):
        assert whole(screen.region, body.region)
    return picture_of(app, screen)


def picture_of(app: RoomApp, screen: ModalScreen[Any]) -> str:
    """Where the dialog stands and what it shows; not the wall around it, which has pictures of its own."""
    box = next(iter(screen.query(".box, #--input, FilterScreen > Input")))
    x, y, width, height = box.region
    shown = [strip.crop(x, x + width).text.rstrip() for strip in strips_of(app)[y : y + height]]
    return "\n".join([f"{width}x{height} at {x},{y}", *shown])


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", DIALOGS)
async def test_what_must_be_pressed_or_typed_is_in_sight_and_it_looks_as_it_did(
    name: str, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    app = crowded()
    async with app.run_test(size=size) as pilot:
        screen = await opened(app, name)
        for _ in range(3):  # the foot is measured by the first layout, and the body fitted by the next
            await pilot.pause()
        assert look(app, screen) == snapshot


@pytest.mark.parametrize("name", ["confirm-typed", "approval-pin", "inputs", "card-running"])
async def test_it_looks_as_it_did_in_english(name: str, snapshot: SnapshotAssertion) -> None:
    app = crowded("en")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, name)
        for _ in range(3):  # the foot is measured by the first layout, and the body fitted by the next
            await pilot.pause()
        assert look(app, screen) == snapshot


def test_no_dialog_is_without_a_picture_and_none_takes_keys_before_it_stands() -> None:
    for module in pkgutil.iter_modules(situationroom.ui.__path__):
        importlib.import_module(f"situationroom.ui.{module.name}")
    app = crowded()
    with app._context():
        pictured = {type(made(app)) for made in DIALOGS.values()}
    dialogs = {kind for kind in _below(ModalScreen) if kind.__module__.startswith("situationroom.")} - {
        Dialog
    }
    assert dialogs == pictured
    assert {kind for kind in dialogs if not issubclass(kind, Opening)} == set()


def _below(kind: type[object]) -> set[type[object]]:
    """All classes that are made from one."""
    made = set(kind.__subclasses__())
    return made.union(*map(_below, made))


EDGES = [(40, 15), (40, 16), (59, 15), (60, 16), (77, 17), (100, 28), (240, 60), (40, 15)]
"""Sizes on both sides of every form, from the smallest on, to the largest wall, and back."""


@pytest.mark.parametrize("name", DIALOGS)
async def test_whatever_size_the_terminal_is_given_later_nothing_goes_out_of_sight(name: str) -> None:
    app = crowded()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, name)
        for size in EDGES:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert screen.size == size
            look(app, screen)


@pytest.mark.parametrize("size", [(40, 15), (80, 24)], ids=str)
@pytest.mark.parametrize("name", ["confirm", "confirm-typed-pin", "approval-pin", "help"])
async def test_pages_of_the_body_are_turned_wherever_the_focus_is(name: str, size: tuple[int, int]) -> None:
    app = crowded()
    async with app.run_test(size=size) as pilot:
        screen = await opened(app, name)
        body = screen.query_one(".body", VerticalScroll)
        assert body.max_scroll_y > 0
        await until_seen(app, "▼ 아래")
        for _ in range(30):
            await pilot.press("pagedown")
        await wait_until(lambda: body.scroll_y == body.max_scroll_y, what="the end")
        assert "▼ 아래" not in text_of(app)
        await until_seen(app, f"▲ 위 {body.max_scroll_y}줄 더")
        await pilot.press("pageup")
        await until_seen(app, "▼ 아래")


@pytest.mark.parametrize(("name", "focused"), [("confirm-typed", "target"), ("approval-pin", "pin")])
async def test_arrows_scroll_what_is_only_read_while_one_types_and_then_go_on_to_the_buttons(
    name: str, focused: str
) -> None:
    app = crowded()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, name)
        body = screen.query_one(".body", VerticalScroll)
        for line in range(1, int(body.max_scroll_y) + 1):
            await pilot.press("down")
            await wait_until(lambda line=line: body.scroll_y == line, what=f"line {line}")  # type: ignore[misc]
            assert app.focused is not None
            assert app.focused.id == focused
        await pilot.press("down")
        await wait_until(lambda: app.focused is not None and app.focused.id != focused, what="a button")


async def test_arrows_go_from_field_to_field_where_there_is_something_to_fill_in() -> None:
    app = crowded()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, "inputs")
        _, amount, *_, last = screen.query("Input")  # the first has a list of choices, where arrows choose
        amount.focus()
        await pilot.press(*["down"] * 3)
        await wait_until(lambda: last.has_focus, what="the last field")
        body = screen.query_one(".body", VerticalScroll)
        await wait_until(lambda: body.region.contains_region(last.region), what="it in sight")


@pytest.mark.parametrize("name", ["confirm", "confirm-typed", "approval-pin"])
async def test_a_statement_is_folded_until_it_is_asked_for(name: str) -> None:
    app = crowded()
    async with app.run_test(size=(120, 60)) as pilot:
        await opened(app, name)
        assert "update error_queue" not in text_of(app)
        await pilot.press("f2")
        await until_seen(app, "update error_queue")
        await pilot.press("f2")
        await wait_until(lambda: "update error_queue" not in text_of(app), what="the statement folded")


@pytest.mark.parametrize(
    ("name", "focused"),
    [
        ("confirm", "cancel"), ("confirm-typed", "target"), ("confirm-two-pin", "pin"),
        ("approval-pin", "pin"), ("approval-asker", "pin"), ("approval-second", "approve"),
        ("inputs", None), ("sign-in", "people"),
    ],
)  # fmt: skip
async def test_the_focus_is_where_the_person_must_act_next(name: str, focused: str | None) -> None:
    app = crowded()
    async with app.run_test(size=(80, 24)):
        await opened(app, name)
        assert app.focused is not None
        assert app.focused.id == focused


OFF, ON = Message("꺼짐"), Message("켜짐")
SETTING = {"title": "사전체크 SKIP", "before": OFF, "after": ON}
COUNT = Message("actions.count", {"count": 32})


@pytest.mark.parametrize(
    ("what", "before", "after", "count", "lines"),
    [
        (Message("actions.toggle_what", SETTING), OFF, ON, 1, ["꺼짐 → 켜짐", "대상 1건"]),
        (Message("actions.switch_what", SETTING), OFF, ON, 1, ["지금 꺼짐 → 켜짐", "대상 1건"]),
        (Message("actions.sql_what", {"title": "해제", "count": 32}), COUNT, None, 32, ["32건 변경"]),
        (Message("actions.sql_what", {"title": "해제", "count": 9}), OFF, None, 9, ["9건 변경", "지금 꺼짐"]),
        (
            Message("actions.batch_what", {"title": "해제", "count": 32, "batch": 8}), COUNT, None, 32,
            ["32건을 8건씩 처리"],
        ),
        (Message("actions.toggle_what", SETTING), ON, OFF, None, ["꺼짐 → 켜짐", "지금 켜짐 → 꺼짐"]),
    ],
)  # fmt: skip
async def test_a_preview_says_each_thing_once_and_leaves_out_nothing_else(
    what: Message, before: Message, after: Message | None, count: int | None, lines: list[str]
) -> None:
    app = crowded()
    async with app.run_test(size=(80, 24)):
        preview = Preview(
            at=app.room.now(), what=what, before=State({}, before, active=None), after=after, count=count
        )
        shown = app.wording().preview(preview, str(what.values["title"]))
        assert shown.plain.splitlines() == lines


@pytest.mark.parametrize(
    ("width", "keep", "side"),
    [
        (200, [], "center"),
        (200, [Region(0, 3, 60, 20)], "center"),
        (200, [Region(50, 3, 100, 20)], "left"),
        (200, [Region(0, 3, 100, 20)], "right"),
        (200, [Region(100, 3, 100, 20)], "left"),
        (200, [Region(0, 3, 200, 20)], "center"),
        (80, [Region(0, 3, 40, 9)], "right"),
        (46, [Region(0, 3, 46, 9)], "center"),
    ],
)
def test_a_dialog_stands_where_it_covers_least_of_what_is_decided_by(
    width: int, keep: list[Region], side: str
) -> None:
    assert side_of(width, min(width, 76), keep) == side


async def test_the_panel_that_an_input_is_chosen_from_stays_in_sight() -> None:
    app = crowded()
    async with app.run_test(size=(200, 50)):
        screen = await opened(app, "inputs")
        agencies = app.wall.host("agencies")
        assert agencies is not None
        assert not screen.query_one(".box").region.overlaps(agencies.region)


def test_the_figures_of_an_action_are_of_the_feeds_it_names_and_of_rules_that_it_helps_against() -> None:
    rule = {"feed": "activations", "warning": {"when": "total > 1"}, "actions": ["refund"]}
    room = trusted_layout(rules={"many": RuleSpec.model_validate(rule)})
    assert feeds_behind(room, "refund") == {"agencies", "activations"}
    assert feeds_behind(room, "skip") == set()
    assert feeds_behind(room, "gone") == set()
