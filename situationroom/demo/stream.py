"""The world's websocket side: what systems say, and USIM updates over the air."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from situationroom.demo.telecom import LATE_S
from situationroom.demo.writes import Event, Update
from situationroom.i18n import say

_REMEMBERED = 60
_CLOSE_S = 1.0

Message = Mapping[str, object]


class Stream:
    """JSON messages to everybody who listens; a newcomer gets the last ones first.

    ``/events`` has ``{at, level, system, text}``, ``/ota`` has ``{at, model, took_s, late}``.
    """

    def __init__(self) -> None:
        self._past: dict[str, deque[str]] = {
            "/events": deque(maxlen=_REMEMBERED),
            "/ota": deque(maxlen=_REMEMBERED),
        }
        self._listeners: dict[str, set[ServerConnection]] = {path: set() for path in self._past}
        self._server: Server | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        self._server = await serve(self._serve, "127.0.0.1", 0, close_timeout=_CLOSE_S)
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        """Say goodbye to everybody, for a second at most."""
        if self._server is not None:
            self._server.close()
            try:
                await asyncio.wait_for(self._server.wait_closed(), 2 * _CLOSE_S)
            except TimeoutError:
                return  # a listener that does not answer goes with our process

    def tell(
        self, events: Sequence[Event], updated: Sequence[Update], when: Callable[[float], datetime]
    ) -> None:
        """Send what happened to everybody who listens."""
        self._send("/events", [_event(event, when) for event in events])
        self._send("/ota", [message for update in updated if (message := _update(update, when))])

    def _send(self, path: str, messages: Sequence[Message]) -> None:
        for message in messages:
            text = json.dumps(message, ensure_ascii=False)
            self._past[path].append(text)
            broadcast(self._listeners[path], text)

    async def _serve(self, connection: ServerConnection) -> None:
        path = connection.request.path if connection.request else ""
        if path not in self._listeners:
            await connection.close(1008, "/events or /ota")
            return
        try:
            for text in tuple(self._past[path]):
                await connection.send(text)
            self._listeners[path].add(connection)
            await connection.wait_closed()
        except ConnectionClosed:
            return  # a listener that goes, or a world that ends, while the past is being told
        finally:
            self._listeners[path].discard(connection)


def _event(event: Event, when: Callable[[float], datetime]) -> Message:
    text = say(event.text, "ko", **event.values)
    return {"at": when(event.at).isoformat(), "level": event.level, "system": event.system, "text": text}


def _update(update: Update, when: Callable[[float], datetime]) -> Message | None:
    if update.done_at is None:
        return None
    took_s = round(update.done_at - update.sold_at, 1)
    at = when(update.done_at).isoformat()
    return {"at": at, "model": update.model, "took_s": took_s, "late": took_s > LATE_S}
