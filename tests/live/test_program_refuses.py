"""Where no screen can be drawn, or the page asked for is not there, a sentence says so."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.live.program import SITUATIONROOM, program, room

LAYOUT = """
room: 작은 방
panels:
  here: {type: note, text: 여기 있다}
pages:
  main: here
"""


@pytest.mark.parametrize("words", [["run", "room.yaml"], ["demo"]], ids=["run", "demo"])
async def test_without_a_terminal_nothing_is_drawn_and_a_sentence_says_why(
    words: list[str], tmp_path: Path
) -> None:
    room(tmp_path, LAYOUT)
    process = await asyncio.create_subprocess_exec(
        *SITUATIONROOM, *words,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        cwd=tmp_path, env={**os.environ, "TERM": "xterm-256color"},
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 2
    assert out == b""
    assert "터미널" in err.decode()
    assert "\x1b" not in err.decode()
    assert len(err.decode().splitlines()) == 1


async def test_a_terminal_that_only_takes_lines_is_refused(tmp_path: Path) -> None:
    async with program("run", room(tmp_path, LAYOUT), env={"TERM": "dumb"}) as terminal:
        await terminal.wait_for("TERM=dumb")
        assert await terminal.ended(10) == 2


async def test_a_page_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    async with program("run", room(tmp_path, LAYOUT), "--page", "nope") as terminal:
        await terminal.wait_for("main")
        assert await terminal.ended(10) == 2
        assert "nope" in terminal.text
        assert "Traceback" not in terminal.text
