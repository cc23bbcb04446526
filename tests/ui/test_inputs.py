"""What an action asks for: every type, the message at the field, and what the selected row gives."""

from __future__ import annotations

from datetime import date

import pytest
from textual.widgets import Input, Static

from situationroom.actions.choices import Choice
from situationroom.layout.models import ActionSpec, InputSpec, Layout
from situationroom.ui.app import RoomApp
from situationroom.ui.inputs import Field
from situationroom.values import Level
from tests.helpers import wait_until

from .fakeroom import FakeRoom
from .reading import text_of, until_seen
from .samples import KIM, small_panels, trusted_layout

WALL = (120, 50)
PREVIEW = "참조 1행을 바꿉니다"


def room_of(layout: Layout) -> FakeRoom:
    room = FakeRoom(layout)
    room.read("agencies", [{"agency": name, "errors": 1} for name in ("SGI", "KAIT", "MOBINS")])
    return room


@pytest.fixture
def refunds() -> FakeRoom:
    """A room whose ``f`` asks for five things."""
    return room_of(trusted_layout())


def typed(app: RoomApp) -> dict[str, str]:
    return {field.input_name: field.query_one(Input).value for field in app.screen.query(Field)}


async def fill(app: RoomApp, **values: str) -> None:
    for field in app.screen.query(Field):
        if field.input_name in values:
            field.query_one(Input).value = values[field.input_name]


async def test_every_type_is_asked_for_and_given_as_what_it_is(refunds: FakeRoom) -> None:
    app = RoomApp(refunds, small_panels(refunds.layout), person=KIM)
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("f")
        await until_seen(app, "인증번호")
        assert "2024-09-20 또는 오늘" in text_of(app)
        assert "1 – 50000" in text_of(app)
        await fill(app, agency="KAIT", amount="3,000", day="2024-09-20", why="중복 결제", code="7781")
        assert "7781" not in text_of(app), "a secret is masked"
        await pilot.click("#continue")
        await until_seen(app, PREVIEW)
        given = {
            "agency": "KAIT",
            "amount": 3000,
            "day": date(2024, 9, 20),
            "why": "중복 결제",
            "code": "7781",
        }
        assert refunds.asked == [("refund", given)]


@pytest.mark.parametrize(
    ("field", "wrong", "said"),
    [
        ("amount", "많이", "숫자"),
        ("amount", "70000", "50000"),
        ("day", "9월 20일", "날짜"),
        ("why", "", "사유"),
        ("agency", "NICE", "SGI, KAIT, MOBINS"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(
    refunds: FakeRoom, field: str, wrong: str, said: str
) -> None:
    app = RoomApp(refunds, small_panels(refunds.layout), person=KIM)
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("f")
        await until_seen(app, "인증번호")
        good = {"agency": "KAIT", "amount": "3000", "day": "오늘", "why": "중복"}
        await fill(app, **{**good, field: wrong})
        await pilot.click("#continue")
        await pilot.pause()
        complaints = {
            each.input_name: str(each.query_one(".wrong", Static).visual) for each in app.screen.query(Field)
        }
        assert said in complaints[field]
        assert not any(words for name, words in complaints.items() if name != field)
        assert isinstance(app.focused, Input)
        assert refunds.asked == []


async def test_the_selected_row_of_the_focused_panel_is_taken(refunds: FakeRoom) -> None:
    app = RoomApp(refunds, small_panels(refunds.layout), person=KIM)
    async with app.run_test(size=WALL) as pilot:
        app.go_to_panel("agencies")
        await pilot.pause()
        await pilot.press("down", "down")
        await pilot.press("f")
        await until_seen(app, "인증번호")
        assert typed(app)["agency"] == "KAIT"


async def test_the_row_that_a_selected_alert_is_about_is_taken() -> None:
    from situationroom.catalog import catalog
    from situationroom.layout.models import Condition, PageSpec, PanelSpec, RuleSpec

    layout = trusted_layout(
        panels={"alerts": PanelSpec(type="alerts", title="알림")},
        pages={"상황": PageSpec(grid=(("alerts",),))},
        rules={"rule": RuleSpec(feed="agencies", critical=Condition(when="errors > 0"))},
    )
    room = room_of(layout)
    types = catalog().panels
    panels = {
        name: types[spec.type](spec, types[spec.type].Options()) for name, spec in layout.panels.items()
    }
    app = RoomApp(room, panels, person=KIM)
    async with app.run_test(size=WALL) as pilot:
        room.raise_alert("agencies", ("MOBINS",), Level.CRITICAL)
        await until_seen(app, "오류율 높음")
        app.go_to_panel("alerts")
        await pilot.pause()
        await pilot.press("down", "f")
        await until_seen(app, "인증번호")
        assert typed(app)["agency"] == "MOBINS"


async def test_a_row_of_another_feed_fills_nothing(refunds: FakeRoom) -> None:
    app = RoomApp(refunds, small_panels(refunds.layout), person=KIM)
    async with app.run_test(size=WALL) as pilot:
        refunds.read("activations", [{"model": "아이폰16", "agency": "NICE"}])
        app.go_to_panel("models")
        await pilot.pause()
        await pilot.press("down", "f")
        await until_seen(app, "인증번호")
        assert typed(app)["agency"] == ""


async def test_choices_have_titles_and_the_present_one_cannot_be_chosen() -> None:
    spec = ActionSpec(
        kind="switch", key="w", title="회선 전환", confirm="press",
        inputs={"line": InputSpec(title="회선", type="choice", choices=("a", "b", "c"))},
    )  # fmt: skip
    room = FakeRoom(trusted_layout(actions={"line": spec}))
    room.offered = {
        "line": (Choice("a", "주회선", present=True), Choice("b", "예비 1"), Choice("c", "예비 2"))
    }
    app = RoomApp(room, small_panels(room.layout), person=KIM)
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("w")
        await until_seen(app, "주회선  (a)  (지금 값)")
        assert "예비 2  (c)" in text_of(app)
        await pilot.press("down", "enter")
        await until_seen(app, PREVIEW)
        assert room.asked == [("line", {"line": "b"})]


@pytest.mark.parametrize("typed", ["예비 2", "ㅇㅂ 2", "2"])
async def test_choices_narrow_as_one_types_by_first_consonants_too(typed: str) -> None:
    spec = ActionSpec(
        kind="switch", key="w", title="회선 전환", confirm="press",
        inputs={"line": InputSpec(title="회선", type="choice", choices=("a", "b", "c"))},
    )  # fmt: skip
    room = FakeRoom(trusted_layout(actions={"line": spec}))
    room.offered = {"line": (Choice("a", "주회선"), Choice("b", "예비 1"), Choice("c", "예비 2"))}
    app = RoomApp(room, small_panels(room.layout), person=KIM)
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("w")
        await until_seen(app, "주회선  (a)")
        await pilot.press(*["space" if char == " " else char for char in typed])
        await wait_until(lambda: "주회선  (a)" not in text_of(app), what="the others gone")
        assert "예비 2  (c)" in text_of(app)
        await pilot.press("enter")
        await until_seen(app, PREVIEW)
        assert room.asked == [("line", {"line": "c"})]


async def test_what_helps_to_choose_stands_behind_a_choice_and_is_not_searched() -> None:
    spec = ActionSpec(kind="http", key="w", title="재처리", inputs={"code": InputSpec(title="코드")})
    room = FakeRoom(trusted_layout(actions={"again": spec}))
    room.offered = {
        "code": (Choice("E1", "시간 초과", beside="적체 1,204건"), Choice("E2", beside="적체 7건"))
    }
    app = RoomApp(room, small_panels(room.layout), person=KIM)
    async with app.run_test(size=WALL) as pilot:
        await pilot.press("w")
        await until_seen(app, "시간 초과  (E1)  적체 1,204건")
        assert "E2  적체 7건" in text_of(app)
        await pilot.press("초")
        await wait_until(lambda: "적체 7건" not in text_of(app), what="the other gone")
        await pilot.press("backspace", "7")
        await wait_until(lambda: "적체 7건" in text_of(app), what="both: neither is called 7")
        assert "적체 1,204건" in text_of(app)
