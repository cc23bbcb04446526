"""A program in a browser: real HTTP, a real websocket, a real Textual program behind it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from situationroom.errors import UsageError
from situationroom.web import terminal
from situationroom.web.terminal import TerminalServer, is_loopback
from tests.helpers import wait_until

PROGRAM = """
import os, signal, sys
from textual.app import App
from textual.widgets import Label

class Hello(App):
    def compose(self):
        yield Label(os.environ["ROOM_WORD"])
    def on_mount(self):
        print(os.getpid(), file=open(sys.argv[1], "a"), flush=True)
    def on_key(self, event):
        self.query_one(Label).update(f"pressed {event.key}")
        if event.key == "h":
            os.kill(os.getpid(), signal.SIGSTOP)

Hello().run()
"""


class Served:
    """A running server, and the ids of the programs it has started."""

    def __init__(self, address: str, pids: Path) -> None:
        self.address = address
        self._pids = pids

    @property
    def socket(self) -> str:
        return self.address.replace("http", "ws") + "/ws?width=80&height=24"

    def programs(self) -> list[int]:
        return [int(line) for line in self._pids.read_text().split()] if self._pids.exists() else []

    def alive(self) -> list[int]:
        return [pid for pid in self.programs() if psutil.pid_exists(pid)]


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Served]:
    file, pids = folder / "hello.py", folder / "pids"
    file.write_text(PROGRAM)
    over = asyncio.Event()
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    command = [sys.executable, str(file), str(pids)]
    server = TerminalServer(command, "출시 <상황실>", "127.0.0.1", 0, {"ROOM_WORD": "열한시"})
    running = asyncio.create_task(server.run(over, address.set_result))
    try:
        async with asyncio.timeout(10):
            yield Served(await address, pids)
    finally:
        over.set()
        async with asyncio.timeout(15):
            await running


async def shown(socket: ClientConnection, words: str) -> str:
    """What the terminal was sent until it had these words."""
    got = ""
    async with asyncio.timeout(20):
        while words not in got:
            part = await socket.recv()
            got += part.decode() if isinstance(part, bytes) else ""
    return got


async def test_the_page_has_the_rooms_title_and_asks_nothing_from_outside(tmp_path: Path) -> None:
    async with served(tmp_path) as page, httpx.AsyncClient() as client:
        answer = await client.get(page.address)
        assert answer.status_code == 200
        assert "<title>출시 &lt;상황실&gt;</title>" in answer.text
        assert page.socket.split("?")[0] in answer.text
        assert "https://" not in answer.text
        assert "D2Coding" in answer.text
        script = await client.get(f"{page.address}/static/js/textual.js")
        assert script.status_code == 200
        font = await client.get(f"{page.address}/static/fonts/RobotoMono-VariableFont_wght.ttf")
        assert font.status_code == 200


async def test_a_browser_gets_the_program_and_its_keys_reach_it(tmp_path: Path) -> None:
    async with served(tmp_path) as page, connect(page.socket) as socket:
        await shown(socket, "열한시")
        await socket.send(json.dumps(["stdin", "x"]))
        await shown(socket, "pressed x")


async def test_a_program_ends_with_its_browser(tmp_path: Path) -> None:
    async with served(tmp_path) as page:
        async with connect(page.socket) as socket:
            await shown(socket, "열한시")
            assert len(page.alive()) == 1
        await wait_until(lambda: not page.alive(), 10, "the program has ended")


async def test_no_program_outlives_the_server(tmp_path: Path) -> None:
    async with served(tmp_path) as page:
        first, second = await connect(page.socket), await connect(page.socket)
        await shown(first, "열한시")
        await shown(second, "열한시")
        assert len(page.alive()) == 2
    assert len(page.programs()) == 2
    assert not page.alive()
    await first.close()
    await second.close()


async def test_a_program_that_hangs_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "QUIT_S", 0.3)
    async with served(tmp_path) as page:
        async with connect(page.socket) as socket:
            await shown(socket, "열한시")
            await socket.send(json.dumps(["stdin", "h"]))
            (pid,) = page.programs()
            await wait_until(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED, 5, "it hangs")
        await wait_until(lambda: not page.alive(), 5, "the hanging program is gone")


async def test_a_page_of_another_site_reaches_nothing(tmp_path: Path) -> None:
    async with served(tmp_path) as page, httpx.AsyncClient() as client:
        with pytest.raises(InvalidStatus):
            await connect(page.socket, origin="http://evil.example")  # type: ignore[arg-type]  # a plain str does
        bent = await client.get(page.address, headers={"Host": "evil.example"})
        assert bent.status_code == 403
        async with connect(page.socket, origin=page.address) as socket:  # type: ignore[arg-type]  # as above
            await shown(socket, "열한시")
        assert len(page.programs()) == 1


async def test_a_port_that_is_taken_is_said() -> None:
    async with asyncio.timeout(10):
        taken = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
        async with taken:
            port = taken.sockets[0].getsockname()[1]
            server = TerminalServer(["true"], "t", "127.0.0.1", port, {})
            with pytest.raises(UsageError, match=str(port)):
                await server.run(asyncio.Event(), lambda url: None)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.7", "example.com", "::", ""])
def test_only_this_machine_is_served(host: str) -> None:
    with pytest.raises(UsageError, match=r"127\.0\.0\.1"):
        TerminalServer(["true"], "t", host, 0, {})
    assert not is_loopback(host)


def test_loopback_is_this_machine() -> None:
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "::1")))
    assert os.environ.get("ROOM_WORD") is None
