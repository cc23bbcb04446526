"""One websocket connection, kept for ever, that hands every message to every feed. Knows websockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NoReturn

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidProxyStatus,
    InvalidStatus,
    ProxyError,
    WebSocketException,
)

from situationroom.errors import SourceError
from situationroom.formats import printable
from situationroom.sources.net.backoff import Backoff
from situationroom.sources.net.network import network_reason
from situationroom.sources.net.proxies import Proxy
from situationroom.values import Message

CLOSE_S = 1.0

_TROUBLE = (OSError, EOFError, WebSocketException)
_TOO_LONG = 1009  # close codes of RFC 6455
_INTERNAL = 1011


class _ConnectOnce(connect):
    """A connection that follows no redirect: its headers are for this host alone."""

    def process_redirect(self, exc: Exception) -> Exception:
        """Not followed."""
        return exc


class SocketStream:
    """Keeps one connection up and calls ``receive`` with each message.

    Attributes:
        trouble: why it is not connected, once that was tried; None while it is.

    ``changed`` is called whenever the connection comes or goes.
    """

    def __init__(
        self,
        url: str,
        *,
        proxy: Callable[[], Proxy | None],
        headers: Mapping[str, str],
        timeout_s: float,
        ping_s: float,
        max_bytes: int,
        backoff: Backoff,
        receive: Callable[[str | bytes], None],
        changed: Callable[[], None],
    ) -> None:
        self.trouble: Message | None = None
        self._greetings: list[str] = []
        self._url = url
        self._proxy = proxy
        self._through: Proxy | None = None
        self._headers = dict(headers)
        self._timeout_s = timeout_s
        self._ping_s = ping_s
        self._max_bytes = max_bytes
        self._backoff = backoff
        self._receive = receive
        self._changed = changed
        self._connection: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Whether the connection stands."""
        return self._connection is not None

    def start(self) -> None:
        """Connect, and go on for ever; a bug that ended it is raised here."""
        if self._task is None:
            self._task = asyncio.create_task(self._keep(), name="websocket")
        elif self._task.done():
            self._task.result()

    async def greet(self, text: str) -> None:
        """Send ``text`` now, where connected, and after every reconnect."""
        if text in self._greetings:
            return
        self._greetings.append(text)
        if self._connection is not None:
            with suppress(*_TROUBLE):  # a connection lost just now: the next one begins with it
                await self._send(self._connection, text)

    async def close(self) -> None:
        """Close the connection, politely for a moment."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    async def _keep(self) -> None:
        while True:
            try:
                async with self._connect() as connection:
                    await self._serve(connection)
            except SourceError as error:  # there is no such proxy
                self.trouble = error.message
            except _TROUBLE as error:
                self.trouble = self._told(error)
            finally:
                self._connection = None
                self._changed()
            await asyncio.sleep(self._backoff.next_s())

    def _connect(self) -> connect:
        self._through = self._proxy()
        return _ConnectOnce(
            self._url,
            additional_headers=self._headers,
            open_timeout=self._timeout_s,
            close_timeout=CLOSE_S,
            ping_interval=self._ping_s,
            ping_timeout=self._ping_s,
            max_size=self._max_bytes,
            proxy=self._through.url if self._through else None,
        )

    async def _serve(self, connection: ClientConnection) -> NoReturn:
        for text in self._greetings:
            await self._send(connection, text)
        self._connection = connection
        self.trouble = None
        self._changed()
        while True:
            message = await connection.recv()
            self._backoff.reset()  # only now: a server that takes us and drops us must not be hammered
            self._receive(message)

    async def _send(self, connection: ClientConnection, text: str) -> None:
        async with asyncio.timeout(self._timeout_s):
            await connection.send(text)

    def _told(self, error: Exception) -> Message:
        reason = self._explained(error)
        if self._through is None:
            return reason
        return Message("sources.by_proxy", {"reason": reason, "proxy": self._through.shown})

    def _explained(self, error: Exception) -> Message:
        match error:
            case InvalidProxyStatus():
                return Message("sources.proxy_failed", {"detail": f"HTTP {error.response.status_code}"})
            case ProxyError() if network_reason(error) is None:
                return Message("sources.proxy_failed", {"detail": printable(str(error), 120)})
            case ConnectionClosed():
                return self._closure(error)
            case InvalidStatus():
                return Message("sources.ws_refused", {"status": error.response.status_code})
            case TimeoutError():
                return Message("sources.timeout", {"after_s": self._timeout_s})
            case _:
                if (reason := network_reason(error)) is not None:
                    return reason
                is_other = isinstance(error, (InvalidHandshake, EOFError))
                return Message("sources.not_websocket" if is_other else "sources.lost")

    def _closure(self, error: ConnectionClosed) -> Message:
        """Who closed, and why: we for a message too long or pings unanswered, else the other side."""
        ours = error.sent if error.sent and not error.rcvd_then_sent else None
        if ours is not None and ours.code == _TOO_LONG:
            return Message("sources.ws_too_long", {"max_bytes": self._max_bytes})
        if ours is not None and ours.code == _INTERNAL:
            return Message("sources.ws_silent")
        if error.rcvd is None:
            return Message("sources.lost")
        why = f"{error.rcvd.code} {printable(error.rcvd.reason)}".strip()
        return Message("sources.ws_closed", {"why": why})
