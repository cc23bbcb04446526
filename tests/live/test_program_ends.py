"""However the program ends, it leaves no process, port or folder, and the terminal as it was."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil
import pytest

from tests.helpers import wait_until
from tests.live.program import is_listening, ports_of, program, room, temporary_place
from tests.terminal import ALTERNATE_SCREEN, CURSOR, MOUSE, Terminal
from tests.wall import all_live, boxes

WAYS = ("q", "ctrl+c", "SIGTERM", "SIGINT", "closed terminal")

LAYOUT = """
room: 끝나는 상황실
panels:
  note: {type: note, title: 메모, text: 여기 있다}
pages:
  상황: note
"""


def end(terminal: Terminal, way: str) -> None:
    if way == "closed terminal":
        terminal.hang_up()
    elif way.startswith("SIG"):
        terminal.signal(signal.Signals[way])
    else:
        terminal.press(way)


def expected(way: str) -> set[int]:
    """Exit codes that say how it ended: a signal's own, or 128 and its number."""
    number = {"SIGTERM": signal.SIGTERM, "SIGINT": signal.SIGINT, "closed terminal": signal.SIGHUP}.get(way)
    return {0} if number is None else {0, -number, 128 + number}


@pytest.mark.parametrize("way", WAYS)
async def test_run_ends_and_gives_the_terminal_back(way: str, tmp_path: Path) -> None:
    with temporary_place() as place:
        async with program("run", room(tmp_path, LAYOUT), env={"TMPDIR": str(place)}) as terminal:
            await terminal.wait_for("여기 있다")
            assert ALTERNATE_SCREEN in terminal.modes
            end(terminal, way)
            assert await terminal.ended(5) in expected(way)
            if way != "closed terminal":
                await terminal.wait_until(lambda: ALTERNATE_SCREEN not in terminal.modes, 2, "the old screen")
                assert CURSOR in terminal.modes
                assert not MOUSE & terminal.modes
                assert "Traceback" not in terminal.text
        assert list(place.iterdir()) == []


@pytest.mark.parametrize("way", ["q", "SIGTERM", "SIGINT", "closed terminal"])
async def test_demo_leaves_no_process_port_or_folder(way: str) -> None:
    with temporary_place() as place:
        async with program("demo", env={"TMPDIR": str(place)}) as terminal:
            await terminal.wait_until(lambda: all_live(terminal.cells()), 30, "a wall of live figures")
            family = terminal.descendants()
            ports = ports_of([psutil.Process(terminal.pid), *family])
            assert family, "a PostgreSQL of its own"
            assert len(ports) >= 4, "PostgreSQL, agencies and the event stream"
            assert list(place.iterdir())
            end(terminal, way)
            assert await terminal.ended(15) in expected(way)
        await wait_until(lambda: not any(process.is_running() for process in family), 5, "no process")
        assert not [port for port in ports if is_listening(port)]
        assert list(place.iterdir()) == []


async def test_demo_killed_outright_leaves_no_process() -> None:
    with temporary_place() as place:
        async with program("demo", env={"TMPDIR": str(place)}) as terminal:
            await terminal.wait_until(lambda: bool(boxes(terminal.cells())), 30, "the wall")
            family = terminal.descendants()
            terminal.signal(signal.SIGKILL)
            await terminal.ended(5)
        await wait_until(lambda: not any(process.is_running() for process in family), 10, "no process")
