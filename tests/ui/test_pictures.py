"""What the whole screen looks like on a wall, in a small window and on a phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from situationroom.catalog import catalog
from situationroom.layout.load import load
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.page import build_panels
from situationroom.panel import Point
from situationroom.share.svg import svg
from situationroom.ui.app import RoomApp
from situationroom.values import ActionState, Level, Message, Person, RunState, RunStatus, SourceHealth

from .fakeroom import OPENING, FakeRoom
from .reading import rows_of, until_seen
from .samples import KIM


class Picture(SingleFileSnapshotExtension):
    """One SVG file for each picture."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def shown() -> RoomApp:
    """A launch day an hour in, one agency in trouble."""
    types = catalog()
    layout = load(Path(__file__).with_name("picture.yaml"), types, {})
    room = FakeRoom(layout)
    room.read("today", [{"total": 128_402, "per_min": 3_211}])
    began = OPENING.timestamp() - 1_800
    wave = [Point(began + 20 * step, 2_000 + 40 * step - 300 * (step % 7 == 0)) for step in range(90)]
    room.set_series("today", "per_min", wave)
    agencies = [("SGI", 1_204, 0.004, 210), ("KAIT", 980, 0.112, 4_820), ("MOBINS", 648, 0.003, 296)]
    room.read(
        "agencies",
        [{"agency": a, "requests": r, "error_rate": e, "p95": p} for a, r, e, p in agencies],
    )
    codes = [("KAIT-E102", 8_402, 310), ("PRD-E221", 1_267, 12), ("SGI-E201", 95, 3)]
    room.read("queue", [{"code": c, "count": n, "incoming": i, "outgoing": 20} for c, n, i in codes])
    lines = [("critical", "KAIT", "보험 조회 응답 지연"), ("info", "KOS", "최근 5초 개통 103건")]
    room.read(
        "events",
        [
            {"at": OPENING - timedelta(seconds=9 * n), "level": level, "system": system, "text": text}
            for n, (level, system, text) in enumerate(lines * 4)
        ],
    )
    room.raise_alert("agencies", ("KAIT",), Level.CRITICAL)
    room.set_source(SourceHealth("gateway", Level.WARNING, 38.0, Message("38초 동안 답이 없음")))
    room.set_action(
        ActionState("skip", "KAIT 보험 사전체크 SKIP", "k", "toggle", "꺼짐", active=False, state_age_s=1)
    )
    reprocess = ActionState("reprocess", "Error Queue 재처리", "e", "sql", "9,764건", state_age_s=1)
    room.set_action(replace(reprocess, allowed=False, why=Message("운영자만 실행")))
    room.move(2)
    return RoomApp(room, build_panels(layout, types.panels), person=KIM, glyphs=Glyphs.NARROW)


@pytest.mark.parametrize("size", [(200, 50), (80, 24), (46, 90)], ids=["wall", "window", "phone"])
async def test_the_room_looks_as_it_did(
    shown: RoomApp, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    async with shown.run_test(size=size):
        await until_seen(shown, "Error Queue")
        picture = svg(rows_of(shown), shown.painter.theme, shown.room.layout.room)
        assert picture == snapshot(extension_class=Picture)


@pytest.mark.parametrize("size", [(120, 36), (46, 50)], ids=["wall", "phone"])
async def test_a_confirmation_looks_as_it_did(
    shown: RoomApp, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    async with shown.run_test(size=size) as pilot:
        await pilot.press("k")
        await until_seen(shown, "'KAIT'")
        await pilot.pause()
        picture = svg(rows_of(shown), shown.painter.theme, shown.room.layout.room)
        assert picture == snapshot(extension_class=Picture)


@pytest.fixture
def busy(shown: RoomApp) -> RoomApp:
    """The same room in the middle of it: held, a batch running, one run unknown, one to be approved."""
    room = shown.room
    assert isinstance(room, FakeRoom)
    park = Person("park", "박팀장")
    batch = RunStatus(
        "r1", "reprocess", RunState.RUNNING, KIM, room.now(), done=5_230, total=12_430, failed=14,
        rate_per_s=980, left_s=7.3, limit_per_s=1_000, errors={"KAIT-E102": 11, "TIMEOUT": 3},
        where="kim@seat1",
    )  # fmt: skip
    room.run(replace(batch, id="r0", state=RunState.UNKNOWN, reason=Message("실행 중 DB 연결이 끊어짐")))
    room.run(
        RunStatus(
            "r2", "skip", RunState.DONE, KIM, room.now() - timedelta(seconds=70), result=Message("켜짐 변경"),
            verify_left_s=34, undo_left_s=1_740, reverts_left_s=7_130, approver=park, where="kim@seat1",
            before=Message("꺼짐"), after=Message("켜짐"),
        )
    )  # fmt: skip
    room.run(batch)
    room.await_second(RunStatus("r3", "skip", RunState.PREVIEWED, KIM, room.now()))
    return shown


@pytest.mark.parametrize("size", [(200, 50), (80, 24), (46, 90)], ids=["wall", "window", "phone"])
async def test_a_held_room_with_runs_looks_as_it_did(
    busy: RoomApp, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    async with busy.run_test(size=size) as pilot:
        await busy.room.hold(Person("park", "박팀장"), "DB 점검")
        await pilot.press("3")
        await until_seen(busy, "전체 보류 중")
        await until_seen(busy, "5,230 / 12,430건")
        busy.hush()
        await pilot.pause()
        picture = svg(rows_of(busy), busy.painter.theme, busy.room.layout.room)
        assert picture == snapshot(extension_class=Picture)


@pytest.mark.parametrize("run", ["r0", "r1", "r2"], ids=["unknown", "running", "done"])
@pytest.mark.parametrize("size", [(120, 36), (46, 50)], ids=["wall", "phone"])
async def test_a_run_card_looks_as_it_did(
    busy: RoomApp, size: tuple[int, int], run: str, snapshot: SnapshotAssertion
) -> None:
    async with busy.run_test(size=size) as pilot:
        busy.wish(busy._runs.card(run))
        await until_seen(busy, "kim@seat1")
        if run == "r0":
            await until_seen(busy, "지금 대상의 상태")
        await pilot.pause()
        picture = svg(rows_of(busy), busy.painter.theme, busy.room.layout.room)
        assert picture == snapshot(extension_class=Picture)


@pytest.mark.parametrize("size", [(120, 36), (46, 50)], ids=["wall", "phone"])
async def test_a_waiting_approval_looks_as_it_did(
    busy: RoomApp, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    async with busy.run_test(size=size) as pilot:
        await pilot.press("y")
        await until_seen(busy, "승인 가능")
        busy.hush()
        await pilot.pause()
        picture = svg(rows_of(busy), busy.painter.theme, busy.room.layout.room)
        assert picture == snapshot(extension_class=Picture)
