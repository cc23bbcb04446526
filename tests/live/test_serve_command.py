"""``situationroom serve``: the real program, its page, its websocket, its end."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.helpers import wait_until
from tests.live.serving import serving

LAYOUT = """
room: 시험 상황실
panels:
  hello: {type: note, title: 안내, text: 여기는 상황실}
pages:
  상황: hello
"""


DEMO_LAYOUT = """
room: 시험 상황실
sources:
  kos: {type: postgres, dsn: "${KOS_DSN}"}
feeds:
  world: {source: kos, every: 1s, sql: "select 4000 + 242 as answer from error_queue limit 1"}
panels:
  world: {type: table, feed: world, title: 데모}
pages:
  상황: world
"""


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    file = tmp_path / "room.yaml"
    file.write_text(LAYOUT, "utf-8")
    return file


async def test_a_browser_sees_the_room(layout: Path) -> None:
    async with serving(layout) as page, httpx.AsyncClient() as client:
        answer = await client.get(page.url)
        assert "<title>시험 상황실</title>" in answer.text
        async with connect(page.socket) as socket:
            await _shown(socket, "시험 상황실")
        async with connect(page.socket) as socket:
            await _shown(socket, "여기는 상황실")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_cleanly_and_leaves_no_program_behind(layout: Path, number: signal.Signals) -> None:
    async with serving(layout) as page, connect(page.socket) as socket:
        async with asyncio.timeout(30):
            await socket.recv()
        family = await wait_until(page.family, 10, "a program for the browser")
        page.process.send_signal(number)
        async with asyncio.timeout(15):
            assert await page.process.wait() == 0
        assert page.process.stderr is not None
        assert await page.process.stderr.read() == b""
        assert not _alive(family)


async def test_its_programs_end_when_it_is_killed(layout: Path) -> None:
    async with serving(layout) as page, connect(page.socket) as socket:
        async with asyncio.timeout(30):
            await socket.recv()
        family = await wait_until(page.family, 10, "a program for the browser")
        page.process.kill()
        await wait_until(lambda: not _alive(family), 15, "they have ended")


async def test_every_browser_of_a_demo_looks_at_the_same_world(layout: Path) -> None:
    layout.write_text(DEMO_LAYOUT, "utf-8")
    async with serving(layout, "--demo") as page:
        async with connect(page.socket) as first, connect(page.socket) as second:
            await asyncio.gather(_shown(first, "4,242"), _shown(second, "4,242"))
            family = page.family()
            assert sum("world" in child.cmdline() for child in family) == 1
        page.process.terminate()
        async with asyncio.timeout(20):
            assert await page.process.wait() == 0
        assert not _alive(family)


def _alive(family: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those still running; who has ended but was not waited for yet is gone too."""
    alive = []
    for child in family:
        with suppress(psutil.NoSuchProcess):
            if child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
                alive.append(child)
    return alive


async def _shown(socket: ClientConnection, words: str) -> None:
    """Wait until the terminal was sent these words."""
    got = ""
    async with asyncio.timeout(30):
        while words not in got:
            part = await socket.recv()
            got += part.decode() if isinstance(part, bytes) else ""


async def test_another_host_is_a_wrong_use(layout: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "situationroom", "serve", str(layout), "--host", "0.0.0.0",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(20):
        out, err = await process.communicate()
    assert process.returncode == 2
    assert out == b""
    assert err.decode().count("\n") == 1
    assert "127.0.0.1" in err.decode()
