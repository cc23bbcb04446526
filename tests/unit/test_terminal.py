"""The terminal that tests run the program in tells the truth."""

from __future__ import annotations

import re
import signal
import sys

import pytest

from tests.helpers import wait_until
from tests.terminal import ALTERNATE_SCREEN, CURSOR, Terminal

CURSOR_REPORT = """
import os, sys, termios, tty
tty.setcbreak(0)
os.write(1, "가●\\x1b[6n".encode())
answer = b""
while not answer.endswith(b"R"):
    answer += os.read(0, 1)
print(repr(answer.decode()))
"""

SIZES = """
import os, signal, time
def show(*_): print("size", *os.get_terminal_size(), flush=True)
signal.signal(signal.SIGWINCH, show)
show()
while True: signal.pause()
"""

CHILD = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "input()"])
print("ready", flush=True)
input()
"""


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


async def test_what_is_typed_comes_back_korean_too() -> None:
    async with Terminal(["cat"], size=(20, 5)) as terminal:
        terminal.press("상황실", "enter")
        await terminal.wait_for(re.compile(r"상황실\n상황실"))
        assert terminal.cells()[0][:7] == ["상", "", "황", "", "실", "", " "]


async def test_half_a_wide_letter_is_blank() -> None:
    async with Terminal(
        python(r"print('\r가나\rx', '\x1b[2;1H다라\x1b[2;4Hy', sep=''); input()")
    ) as terminal:
        await terminal.wait_for("y")
        assert terminal.screen()[:2] == ["x 나", "다 y"]


async def test_letters_without_a_cell_do_not_swallow_what_follows() -> None:
    async with Terminal(python(r"print('a\u200bb\u200dc'); input()")) as terminal:
        await terminal.wait_for("abc")


async def test_it_says_where_its_cursor_is() -> None:
    async with Terminal(python(CURSOR_REPORT)) as terminal:
        await terminal.wait_for(r"'\x1b[1;4R'")


async def test_sequences_of_newer_terminals_are_not_printed() -> None:
    program = (
        r"print('\x1b[>1u\x1b[<u\x1b[?u\x1b[?2026$p\x1bP+q544e\x1b\\\x1b[=1c\x1b]22;default\x07ok'); input()"
    )
    async with Terminal(python(program)) as terminal:
        await terminal.wait_for("ok")
        assert terminal.screen()[0] == "ok"
        assert terminal.title == ""


async def test_a_new_size_reaches_the_program() -> None:
    async with Terminal(python(SIZES), size=(80, 24)) as terminal:
        await terminal.wait_for("size 80 24")
        terminal.resize(100, 30)
        await terminal.wait_for("size 100 30")
        assert len(terminal.screen()) == 30


async def test_modes_and_title_are_seen() -> None:
    program = r"print('\x1b[?1049h\x1b[?25l\x1b]0;mine\x07on', flush=True); input()"
    program += r"; print('\x1b[?1049l\x1b[?25hoff', flush=True); input()"
    async with Terminal(python(program)) as terminal:
        await terminal.wait_for("on")
        assert ALTERNATE_SCREEN in terminal.modes
        assert CURSOR not in terminal.modes
        assert terminal.title == "mine"
        terminal.press("enter")
        await terminal.wait_for("off")
        assert ALTERNATE_SCREEN not in terminal.modes
        assert CURSOR in terminal.modes


async def test_closing_it_hangs_up_the_program() -> None:
    waits = python("print('here', flush=True); import time; time.sleep(60)")
    async with Terminal(waits) as terminal:
        await terminal.wait_for("here")
        terminal.hang_up()
        assert await terminal.ended() == -signal.SIGHUP


async def test_exit_codes_come_through() -> None:
    async with Terminal(python("print('bye'); raise SystemExit(3)")) as terminal:
        assert await terminal.ended() == 3
        await terminal.wait_for("bye")


async def test_waiting_for_what_never_comes_shows_the_screen() -> None:
    async with Terminal(python("print('something else')")) as terminal:
        with pytest.raises(AssertionError, match="something else"):
            await terminal.wait_for("nothing like it")


async def test_processes_of_the_program_are_found() -> None:
    async with Terminal(python(CHILD)) as terminal:
        await terminal.wait_for("ready")
        [child] = terminal.descendants()
        assert child.is_running()
        terminal.signal(signal.SIGKILL)
        assert await terminal.ended() == -signal.SIGKILL
        terminal.hang_up()
        await wait_until(lambda: not child.is_running(), what="the child's end")
