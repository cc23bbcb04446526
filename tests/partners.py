"""Partner agencies for tests and measurements: real HTTP and websocket servers that can go wrong.

:class:`Partners` runs in the test's own loop; :func:`partners_process` runs the same in another process,
which can be stopped with a signal and whose work is not counted. ``python -m tests.partners`` prints its
port.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import NamedTuple, Self

from aiohttp import web

AGENCIES = ("SGI", "KAIT", "MOBINS", "KTOA", "NICE", "KCB")
HUGE_BYTES = 200_000_000


class Partners:
    """``/stats/{name}`` answers figures of six agencies, ``/events`` pushes one event each ``every_s``.

    ``spoilt`` says what a name answers instead: ``garbage``, ``html``, ``huge`` (200 MB), ``500``.
    :meth:`cut` breaks every websocket without a goodbye and lets no new one in.
    """

    def __init__(self, every_s: float = 1.0, text: str = "USIM 업데이트") -> None:
        self._every_s = every_s
        self._text = text
        self._runner = web.AppRunner(self._app(), shutdown_timeout=0.1)
        self._connections: set[asyncio.Transport] = set()
        self.spoilt: dict[str, str] = {}
        self.rows: dict[str, list[dict[str, object]]] = {}
        self.asked: Counter[str] = Counter()
        self.is_cut = False
        self.port = 0

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Where the HTTP answers are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def events_url(self) -> str:
        """Where the websocket is."""
        return f"ws://127.0.0.1:{self.port}/events"

    def cut(self) -> None:
        """Break every websocket, and let none in until :meth:`mend`."""
        self.is_cut = True
        for connection in list(self._connections):
            connection.abort()

    def mend(self) -> None:
        """Let websockets in again."""
        self.is_cut = False

    def _app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.get("/stats/{name}", self._stats), web.get("/events", self._events)])
        return app

    async def _stats(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self.asked[name] += 1
        match self.spoilt.get(name):
            case "garbage":
                return web.Response(body=b"\x00\xff\xfe{]", content_type="application/json")
            case "html":
                return web.Response(text="<html>점검 중</html>", content_type="text/html")
            case "500":
                return web.Response(status=500, text="boom")
            case "huge":
                return await _huge(request)
            case _:
                return web.json_response({"name": name, "agencies": self.rows.get(name) or _agencies()})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if self.is_cut:
            return web.Response(status=503, text="cut")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = request.transport
        assert connection is not None
        self._connections.add(connection)
        sending = asyncio.create_task(self._send(socket))
        try:
            async for _ in socket:  # reading is what answers pings
                pass
        finally:
            self._connections.discard(connection)
            sending.cancel()
            await asyncio.wait([sending])
        return socket

    async def _send(self, socket: web.WebSocketResponse) -> None:
        count = 0
        while not self.is_cut:
            count += 1
            at = datetime.now(UTC).isoformat()
            event = {"id": count, "at": at, "level": "info", "text": f"{self._text} {count:,}건"}
            try:
                await socket.send_json(event)
            except ConnectionError:
                return  # who listened has gone
            await asyncio.sleep(self._every_s)


class Elsewhere(NamedTuple):
    """Partners in another process."""

    process: subprocess.Popen[str]
    port: int

    @property
    def url(self) -> str:
        """Where the HTTP answers are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def events_url(self) -> str:
        """Where the websocket is."""
        return f"ws://127.0.0.1:{self.port}/events"


@contextmanager
def partners_process() -> Iterator[Elsewhere]:
    """Partners in a process of their own, gone with the context."""
    with subprocess.Popen(
        [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield Elsewhere(process, int(process.stdout.readline()))
        finally:
            process.kill()  # it may be stopped


async def _huge(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    piece = b'"' + b"x" * 999_998 + b","
    try:
        for _ in range(HUGE_BYTES // len(piece)):
            await answer.write(piece)
    except ConnectionError:
        pass  # whoever asked had enough
    return answer


def _agencies() -> list[dict[str, object]]:
    return [
        {
            "agency": agency,
            "requests": random.randint(900, 1_400),
            "errors": random.randint(0, 40),
            "p95": random.randint(90, 900),
        }
        for agency in AGENCIES
    ]


async def _main() -> None:
    async with Partners() as partners:
        print(partners.port, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main())
