"""A loopback TCP proxy that does what bad networks do: cut, delay, swallow, refuse.

The kernel here has no netem, so a test puts this between a client and a real server::

    async with Proxy("127.0.0.1", server.port) as proxy:
        ...                     # talk to 127.0.0.1:proxy.port
        proxy.black_hole = True   # both ways silent, connections stay open
        proxy.cut()               # every connection is reset
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

_CHUNK = 65_536
_RESET = struct.pack("ii", 1, 0)  # linger on, for no time: close by RST


class Proxy:
    """Forwards ``127.0.0.1:port`` to a server, with faults that can be changed at any time.

    Attributes:
        black_hole: bytes vanish in both directions; connections stay open and new ones are accepted.
        refuse: new connections are closed at once.
        delay_s: each chunk is held back this long.
        on_request: called with every chunk a client sends, before it is passed on: a place to watch for
            ``COMMIT`` and then :meth:`cut`. A chunk it returns False for is not passed on.
        on_answer: the same for every chunk the server sends.
        connections: how many connections were accepted so far.

    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._healthy = asyncio.Event()
        self._healthy.set()
        self.refuse = False
        self.delay_s = 0.0
        self.on_request: Callable[[bytes], bool | None] | None = None
        self.on_answer: Callable[[bytes], bool | None] | None = None
        self.connections = 0

    @property
    def port(self) -> int:
        """The port clients connect to."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def open_connections(self) -> int:
        """Connections of clients that stand now."""
        return len(self._tasks)

    @property
    def black_hole(self) -> bool:
        """Whether bytes vanish."""
        return not self._healthy.is_set()

    @black_hole.setter
    def black_hole(self, on: bool) -> None:
        if on:
            self._healthy.clear()
        elif self.black_hole:
            self.cut()  # what vanished is lost: the old connections cannot go on
            self._healthy.set()

    def cut(self) -> None:
        """Reset every connection, as a firewall that forgot them does."""
        for writer in list(self._writers):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target: asyncio.StreamWriter | None = None
        try:
            if self.refuse:
                return
            await self._healthy.wait()
            answers, target = await asyncio.open_connection(*self._target)
            self._writers.add(target)
            pumps = [
                asyncio.create_task(self._pump(reader, target, self._request)),
                asyncio.create_task(self._pump(answers, writer, self._answer)),
            ]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.wait(pumps)
        except OSError:
            pass  # the server is down: the client is told so by the end of its connection
        finally:
            for end in (writer, target):
                if end is not None:
                    self._writers.discard(end)
                    end.close()
                    with suppress(OSError):
                        await end.wait_closed()

    def _request(self, chunk: bytes) -> bool:
        return self.on_request is None or self.on_request(chunk) is not False

    def _answer(self, chunk: bytes) -> bool:
        return self.on_answer is None or self.on_answer(chunk) is not False

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passes: Callable[[bytes], bool]
    ) -> None:
        with suppress(OSError):  # a cut connection ends the pump, and with it the other one
            while chunk := await reader.read(_CHUNK):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                if not self.black_hole and passes(chunk):
                    writer.write(chunk)
                    await writer.drain()
