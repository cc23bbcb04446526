"""A room in a browser: one page, and for each browser a program of its own behind a websocket.

Only browsers of this machine: the server listens on loopback, and a page of another site that the
operator has open can neither read it nor press keys in it.
"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import WSCloseCode, web
from textual_serve.app_service import AppService
from textual_serve.server import Server, to_int

from situationroom.errors import UsageError

QUIT_S = 5.0
"""How long a program may take to end by itself before it is killed."""

_CLOSE_S = 2.0
_TEMPLATES = Path(__file__).parent / "templates"

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class TerminalServer(Server):
    """Serves one command, a Textual program, to any number of browsers of this machine.

    Attributes:
        address: the page's URL, once the server runs.

    """

    def __init__(
        self, command: Sequence[str], title: str, host: str, port: int, env: Mapping[str, str]
    ) -> None:
        """``env`` is added to the environment of each program; ``port`` 0 takes a free one.

        Raises:
            UsageError: ``host`` is not this machine alone.

        """
        if not is_loopback(host):
            raise UsageError("web.loopback_only", host=host)
        super().__init__(
            f"exec {shlex.join(command)}", host=host, port=port, title=title, templates_path=_TEMPLATES
        )
        self.address = ""
        self._env = env
        self._sockets: set[web.WebSocketResponse] = set()

    async def run(self, until: asyncio.Event, ready: Callable[[str], None]) -> None:
        """Serve until the event is set; then every browser is told and every program has ended.

        ``ready`` is called with the page's URL once it can be opened.

        Raises:
            UsageError: the port is taken, or may not be used.

        """
        app = await self._make_app()
        app.middlewares.append(_of_this_machine)
        runner = web.AppRunner(app, shutdown_timeout=QUIT_S + _CLOSE_S, access_log=None)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, self.host, self.port).start()
            except OSError as error:
                raise UsageError("web.port", port=self.port, detail=error.strerror or str(error)) from None
            host = f"[{self.host}]" if ":" in self.host else self.host
            self.address = self.public_url = f"http://{host}:{runner.addresses[0][1]}"
            ready(self.address)
            await until.wait()
        finally:
            await runner.cleanup()

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: the command says where the page is."""

    async def on_shutdown(self, app: web.Application) -> None:
        """Close every browser's connection; each then ends its program."""
        del app
        await asyncio.gather(*(ws.close(code=WSCloseCode.GOING_AWAY) for ws in list(self._sockets)))

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """One browser: start a program, carry keys in and pictures out, end it when the browser goes."""
        socket = web.WebSocketResponse(heartbeat=15, timeout=_CLOSE_S)
        await socket.prepare(request)
        program = _Program(self, socket, self._env)
        self._sockets.add(socket)
        try:
            await program.start(
                to_int(request.query.get("width", "80"), 80), to_int(request.query.get("height", "24"), 24)
            )
            await self._process_messages(socket, program)
        finally:
            self._sockets.discard(socket)
            await program.stop()
        return socket


class _Program(AppService):
    """The program behind one browser. It never outlives the browser's connection."""

    def __init__(self, server: Server, socket: web.WebSocketResponse, env: Mapping[str, str]) -> None:
        super().__init__(
            server.command,
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=lambda: _close(socket),
            download_manager=server.download_manager,
        )
        self._env = env

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        return {**super()._build_environment(width, height), **self._env}

    async def stop(self) -> None:
        """Ask it to quit; kill it where it does not within :data:`QUIT_S`."""
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(QUIT_S):
                    await super().stop()
        finally:
            process = self._process
            if process is not None and process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


def is_loopback(host: str | None) -> bool:
    """Whether a host name is this machine's own and nobody else's."""
    if host == "localhost":
        return True
    try:
        return host is not None and ip_address(host).is_loopback
    except ValueError:
        return False


@web.middleware
async def _of_this_machine(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Refuse what a page of another site sends: a foreign origin, or a name that was bent to loopback."""
    names = [f"http://{request.host}", *filter(None, [request.headers.get("Origin")])]
    if not all(_names_loopback(name) for name in names):
        raise web.HTTPForbidden
    return await handler(request)


def _names_loopback(url: str) -> bool:
    try:
        return is_loopback(urlsplit(url).hostname)
    except ValueError:
        return False


async def _close(socket: web.WebSocketResponse) -> None:
    await socket.close()
