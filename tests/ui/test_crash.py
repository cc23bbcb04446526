"""When a screen itself breaks: it ends with one line, code 1, and no secret."""

from __future__ import annotations

import pytest
from textual.worker import WorkerFailed

from situationroom.ui.app import RoomApp
from situationroom.ui.header import Header
from situationroom.ui.wall import Wall
from tests.helpers import wait_until

from .fakeroom import FakeRoom
from .samples import KIM, small_panels

SECRET = "hunter2"


def _breaks(*_: object) -> None:
    password = SECRET
    raise RuntimeError(f"cannot use {password}")


async def test_a_crash_prints_no_values(
    app: RoomApp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Header, "chrome", _breaks)
    with pytest.raises(RuntimeError):
        async with app.run_test():
            pass
    assert app.return_code == 1
    said = capsys.readouterr().err
    assert "화면이 오류로 종료됨: RuntimeError (test_crash.py:" in said
    assert SECRET not in said


async def test_debugging_adds_the_places_but_no_values(
    room: FakeRoom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = RoomApp(room, small_panels(room.layout), person=KIM, debug=True)
    monkeypatch.setattr(Header, "chrome", _breaks)
    with pytest.raises(RuntimeError):
        async with app.run_test():
            pass
    said = capsys.readouterr().err
    assert "in _breaks" in said
    assert SECRET not in said


async def test_a_wall_that_can_no_longer_follow_its_room_ends_instead_of_standing_still(
    app: RoomApp, room: FakeRoom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Wall, "changed", _breaks)

    async def run() -> None:
        async with app.run_test():
            room.read("activations", [{"model": "아이폰16", "total": 1}])
            await wait_until(lambda: not app.is_running, what="the app ended")

    with pytest.raises(WorkerFailed):
        await run()
    assert app.return_code == 1
    said = capsys.readouterr().err
    assert "RuntimeError (test_crash.py:" in said
    assert SECRET not in said
