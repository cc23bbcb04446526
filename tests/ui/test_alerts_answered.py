"""From an alert to what helps: the rule's action, its inputs from the alert's row, in the fewest keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from situationroom.actions.asked import Confirmation
from situationroom.catalog import catalog
from situationroom.layout.models import ActionSpec, FeedSpec, InputSpec, Layout, PageSpec, PanelSpec, RuleSpec
from situationroom.paint.page import build_panels
from situationroom.ui.app import RoomApp
from situationroom.values import ActionState, Alert, Level, Message
from tests.helpers import wait_until

from .fakeroom import FakeRoom
from .reading import place_of, text_of, until_gone, until_seen
from .samples import KIM, small_layout, small_panels

RULE: Mapping[str, Any] = {
    "feed": "agencies",
    "title": "오류율",
    "critical": {"when": "errors > 30"},
    "actions": [{"action": "skip", "when": "agency == 'KAIT'"}, "outage"],
    "guide": "먼저 상황 공유",
}


def alert_layout(**rule: Any) -> Layout:
    of = {"from": {"feed": "activations", "column": "agency"}}
    return small_layout(
        actions={
            "skip": ActionSpec(kind="toggle", key="k", title="KAIT SKIP", confirm="press"),
            "outage": ActionSpec(
                kind="sql", key="o", title="장애등록", confirm="press",
                inputs={"agency": InputSpec.model_validate({"title": "기관", **of})},
            ),
        },
        panels={"alerts": PanelSpec(type="alerts", title="알림")},
        pages={"상황": PageSpec(grid=(("alerts",),))},
        rules={"errors": RuleSpec.model_validate({**RULE, **rule})},
    )  # fmt: skip


def alerting(agency: str = "KAIT", **rule: Any) -> RoomApp:
    layout = alert_layout(**rule)
    room = FakeRoom(layout)
    room.read("agencies", [{"agency": agency, "errors": 42}, {"agency": "KTOA", "errors": 1}])
    since = room.now()
    facts = {"errors": 42}
    room._alerts = (Alert("errors", "오류율", "agencies", (agency,), Level.CRITICAL, since, facts=facts),)
    room.move(360)
    return RoomApp(room, build_panels(layout, catalog().panels), person=KIM)


def fake(app: RoomApp) -> FakeRoom:
    assert isinstance(app.room, FakeRoom)
    return app.room


async def test_enter_and_y_are_enough() -> None:
    app = alerting()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("enter", "y")
        await wait_until(lambda: fake(app).fired == [("run-1", Confirmation(""))], what="a run")
        assert fake(app).asked == [("skip", {})]


async def test_the_alerts_own_row_does_the_same_by_enter_and_by_a_tap() -> None:
    app = alerting()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("tab", "down", "enter")
        await until_seen(app, "참조 1행을 바꿉니다")
        await pilot.press("escape")
        await until_gone(app, "참조 1행을 바꿉니다")
        x, y = place_of(app, "KAIT  오류" if "KAIT  오류" in text_of(app) else "오류율  KAIT")
        await pilot.click(offset=(x, y))
        await until_seen(app, "참조 1행을 바꿉니다")
        assert [action for action, _ in fake(app).asked] == ["skip", "skip"]


async def test_the_rows_values_are_filled_in_and_nothing_is_asked_that_is_known() -> None:
    app = alerting("SGI")
    fake(app).read("activations", [{"model": "아이폰16", "agency": "SGI"}])
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("enter")
        await until_seen(app, "참조 1행을 바꿉니다")
        assert fake(app).asked == [("outage", {"agency": "SGI"})]
        assert "먼저 상황 공유" in text_of(app)


async def test_an_action_that_is_on_already_is_not_switched_off_blindly() -> None:
    app = alerting(actions=["skip"])
    fake(app).set_action(ActionState("skip", "KAIT SKIP", "k", "toggle", "켜짐", active=True, state_age_s=1))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("enter")
        await until_seen(app, "먼저 상황 공유")
        assert "켜짐" in text_of(app)
        assert fake(app).asked == []
        await pilot.press("enter")
        await until_seen(app, "참조 1행을 바꿉니다")


async def test_where_nothing_may_be_fired_the_card_says_why_and_what_to_do() -> None:
    app = alerting(actions=["skip"])
    state = fake(app).actions(KIM)[0]
    fake(app).set_action(replace(state, allowed=False, why=Message("운영자만 실행")))
    async with app.run_test(size=(46, 45)) as pilot:
        await pilot.press("enter")
        await until_seen(app, "운영자만 실행")
        assert "먼저 상황 공유" in text_of(app)


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (200, "■ KAIT 오류율 42 6분 · k KAIT SKIP"),
        (120, "■ KAIT 오류율 42 6분 · k KAIT SKIP"),
        (60, "■ KAIT 오류율 42 6분 · k KAIT SKIP"),
        (46, "■ KAIT 오류율 42 6분 · k KAIT SKIP"),
        (36, "■ KAIT 오류율 42 6분 · k"),
        (24, "■ KAIT 42 6분 · k"),
    ],
)
async def test_the_headers_second_line_is_the_incident(width: int, said: str) -> None:
    app = alerting()
    async with app.run_test(size=(width, 36)):
        assert said in text_of(app).splitlines()[1]


async def test_without_anything_critical_the_lamps_are_there_and_enter_asks_nothing() -> None:
    app = alerting()
    fake(app)._alerts = (replace(fake(app)._alerts[0], level=Level.WARNING),)
    async with app.run_test(size=(120, 36)) as pilot:
        assert "● kos" in text_of(app).splitlines()[1]
        await pilot.press("enter")
        assert fake(app).asked == []


def registered(*agencies: str, critical: bool = False) -> RoomApp:
    """A room in which these agencies are registered as out; with ``critical``, KTOA is ill besides."""
    board = catalog().panels["board"]
    layout = small_layout(
        panels={
            "board": PanelSpec(
                type="board", title="대외기관", feed="agencies", options=board.Options(also=("out",))
            )
        },
        pages={"상황": PageSpec(grid=(("board",),))},
        feeds={name: FeedSpec(source="kos", key=("agency",)) for name in ("agencies", "routes")},
        rules={
            "errors": RuleSpec.model_validate({**RULE, "actions": []}),
            "out": RuleSpec.model_validate(
                {"feed": "routes", "title": "장애등록", "warning": {"when": "out"}, "banner": True,
                 "actions": ["reprocess"]}
            ),
        },
    )  # fmt: skip
    room = FakeRoom(layout)
    since = room.now()
    alerts = [
        Alert("out", "장애등록", "routes", (agency,), Level.WARNING, since, facts={"경로": "예비망"})
        for agency in agencies
    ]
    if critical:
        facts = {"errors": 42}
        alerts.insert(0, Alert("errors", "오류율", "agencies", ("KTOA",), Level.CRITICAL, since, facts=facts))
    room._alerts = tuple(alerts)
    room.move(720)
    room.read("agencies", [{"agency": name, "requests": 900} for name in ("SGI", "KAIT", "KTOA")])
    return RoomApp(room, build_panels(layout, catalog().panels), person=KIM)


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (200, "▲ KAIT 장애등록 경로 예비망 12분 · e 재처리"),
        (46, "▲ KAIT 장애등록 경로 예비망 12분 · e 재처리"),
        (36, "▲ KAIT 경로 예비망 12분 · e"),
    ],
)
async def test_a_registered_outage_stands_in_the_header_and_on_the_agencys_row(width: int, said: str) -> None:
    app = registered("KAIT")
    async with app.run_test(size=(width, 36)) as pilot:
        assert said in text_of(app).splitlines()[1]
        row = "▲ KAIT 장애등록 " if width > 40 else "▲ KAIT "
        assert row in text_of(app).split("대외기관", 1)[1]
        assert "SGI 장애등록" not in text_of(app)
        await pilot.press("enter")
        await until_seen(app, "참조 1행을 바꿉니다")
        assert fake(app).asked == [("reprocess", {})]


async def test_two_outages_are_both_said_while_there_is_room() -> None:
    app = registered("KAIT", "SGI")
    async with app.run_test(size=(120, 36)):
        assert "▲ SGI 장애등록" in text_of(app).splitlines()[1]
        assert "▲ KAIT 장애등록" in text_of(app).splitlines()[1]


async def test_what_is_critical_comes_before_a_registered_outage() -> None:
    app = registered("KAIT", critical=True)
    async with app.run_test(size=(120, 36)):
        banner = text_of(app).splitlines()[1]
        assert banner.index("■ KTOA 오류율 42 12분") < banner.index("▲ KAIT 장애등록")
        assert "외 " not in banner


async def test_where_there_is_no_room_the_critical_alert_alone_is_said() -> None:
    app = registered("KAIT", critical=True)
    async with app.run_test(size=(24, 36)):
        banner = text_of(app).splitlines()[1]
        assert "■ KTOA" in banner
        assert "42" in banner


async def test_without_an_outage_the_row_has_its_name_alone() -> None:
    app = registered()
    async with app.run_test(size=(120, 36)):
        assert "장애등록" not in text_of(app)
        assert "● KAIT" in text_of(app)


CHECKLIST = [("계약", "요금제"), ("계약", "부가서비스"), ("단말", "펌웨어")]


def preparing() -> RoomApp:
    """A checklist of which the first item is signed, with an alert for each of the others."""
    layout = small_layout(
        panels={"list": PanelSpec(type="rows", title="준비 점검표", feed="checklist")},
        pages={"준비": PageSpec(grid=(("list",),))},
        feeds={"checklist": FeedSpec(source="kos", key=("part", "item"))},
        actions={
            "sign": ActionSpec(
                kind="sql", key="c", title="점검 확인", confirm="press",
                inputs={
                    name: InputSpec.model_validate({"from": {"feed": "checklist", "column": name}})
                    for name in ("part", "item")
                },
            )
        },
        rules={
            "open": RuleSpec.model_validate(
                {"feed": "checklist", "title": "점검 미확인", "warning": {"when": "signed is None"},
                 "actions": ["sign"]}
            )
        },
    )  # fmt: skip
    room = FakeRoom(layout)
    rows = [{"part": part, "item": item, "signed": "" if place else "kim"}
            for place, (part, item) in enumerate(CHECKLIST)]  # fmt: skip
    room.read("checklist", rows)
    since = room.now()
    room._alerts = tuple(
        Alert("open", "점검 미확인", "checklist", key, Level.WARNING, since) for key in CHECKLIST[1:]
    )
    return RoomApp(room, small_panels(layout), person=KIM)


@pytest.mark.parametrize("key", ["enter", "c"])
@pytest.mark.parametrize("down", [2, 3])
async def test_an_open_item_is_signed_off_from_its_row(down: int, key: str) -> None:
    app = preparing()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("tab", *["down"] * down, key)
        if key == "c":  # the hotkey shows what it was given, to be changed
            await until_seen(app, "점검 확인")
            await pilot.press("enter", "enter")
        await until_seen(app, "참조 1행을 바꿉니다")
        part, item = CHECKLIST[down - 1]
        assert fake(app).asked == [("sign", {"part": part, "item": item})]


async def test_enter_on_an_item_that_is_signed_enlarges_the_list() -> None:
    app = preparing()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("tab", "down", "enter")
        await wait_until(lambda: app.wall.enlarged == "list", what="the list enlarged")
        assert fake(app).asked == []
