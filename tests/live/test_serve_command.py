"""``situationroom serve``: the real program, its page, its websocket, its end."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.asyncio.client import connect

from tests.helpers import wait_until

LAYOUT = """
room: 시험 상황실
panels:
  hello: {type: note, title: 안내, text: 여기는 상황실}
pages:
  상황: hello
"""


@dataclass
class Serving:
    process: asyncio.subprocess.Process
    url: str

    @property
    def socket(self) -> str:
        return self.url.replace("http", "ws") + "/ws?width=100&height=30"

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@asynccontextmanager
async def serving(layout: Path) -> AsyncIterator[Serving]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "situationroom", "serve", str(layout), "--port", "0",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(20):
            said = (await process.stdout.readline()).decode()
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert address is not None, said
        assert "시험 상황실" in said
        yield Serving(process, address[0])
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    file = tmp_path / "room.yaml"
    file.write_text(LAYOUT, "utf-8")
    return file


async def test_a_browser_sees_the_room(layout: Path) -> None:
    async with serving(layout) as page, httpx.AsyncClient() as client:
        answer = await client.get(page.url)
        assert "<title>시험 상황실</title>" in answer.text
        got = ""
        async with connect(page.socket) as socket, asyncio.timeout(30):
            while not ("시험 상황실" in got and "여기는 상황실" in got):
                part = await socket.recv()
                got += part.decode() if isinstance(part, bytes) else ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
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
        assert not [child for child in family if child.is_running()]


async def test_its_programs_end_when_it_is_killed(layout: Path) -> None:
    async with serving(layout) as page, connect(page.socket) as socket:
        async with asyncio.timeout(30):
            await socket.recv()
        family = await wait_until(page.family, 10, "a program for the browser")
        page.process.kill()
        await wait_until(lambda: not [c for c in family if c.is_running()], 15, "they have ended")


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
