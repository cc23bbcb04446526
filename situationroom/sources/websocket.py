"""Websocket: JSON messages as rows, pushed as they come, over one connection for all feeds of a source."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, JsonValue

from situationroom.errors import SourceError
from situationroom.formats import printable
from situationroom.layout.fields import KeepsSecrets, Seconds
from situationroom.redaction import Redaction
from situationroom.sources.base import LONGEST_ADDRESS, Rows, Source
from situationroom.sources.net.address import address, shown
from situationroom.sources.net.backoff import Backoff
from situationroom.sources.net.headers import Headers
from situationroom.sources.net.inbox import Inbox
from situationroom.sources.net.proxies import NONE, ProxySetting, proxy_for
from situationroom.sources.net.secrets import address_secrets, source_secrets
from situationroom.sources.parse.charsets import Encoding
from situationroom.sources.parse.jmes import MAX_ROWS, JmesPath

if TYPE_CHECKING:
    from situationroom.sources.net.socket_stream import SocketStream

PACE_S = 0.1
"""Messages that come faster than this are pushed together."""

FIRST_MESSAGE_S = 1.0
"""How long the first question of a stream waits for a first message before it answers "none yet"."""


def _url(text: str) -> str:
    """A websocket URL without a password."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("ws", "wss") and bool(parts.hostname) and parts.port != 0
        address(text)
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("sources.bad_ws_url")
    if "@" in parts.netloc:
        raise ValueError("sources.ws_url_with_password")
    return text


class WebsocketOptions(KeepsSecrets):
    """One websocket.

    ``timeout`` is for opening it; ``ping`` how often it is asked whether it lives, and how long the
    answer may take; ``buffer`` how many unread messages a feed keeps before it drops the oldest;
    ``max_bytes`` the longest message; ``proxy`` is ``none``, ``environment`` or the URL of a proxy.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(_url)]
    timeout: Seconds = 5.0
    headers: Headers = Field(default_factory=dict, repr=False)
    ping: Seconds = 5.0
    buffer: int = Field(default=1_000, ge=1, le=100_000)
    max_bytes: int = Field(default=1_000_000, ge=1_000, le=50_000_000)
    proxy: ProxySetting = Field(default=NONE, repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be seen where the other side echoes it."""
        return source_secrets(self, self.url, self.headers, self.proxy)


class WebsocketQuestion(KeepsSecrets):
    """What a feed takes from the messages.

    ``rows`` finds the rows in each message; one where it finds nothing adds none. ``mode: append`` keeps
    the newest ``keep`` rows, ``replace`` those of the newest message. ``subscribe`` is sent after every
    connect: text as it is, anything else as JSON. ``encoding`` is that of binary messages, by default UTF-8.
    """

    rows: JmesPath = "@"
    keep: int = Field(default=200, ge=1, le=MAX_ROWS)
    mode: Literal["append", "replace"] = "append"
    subscribe: JsonValue = None
    encoding: Encoding | None = None


class WebsocketSource(Source[WebsocketOptions, WebsocketQuestion]):
    """One websocket, connected at the first question and kept for ever."""

    TYPE: ClassVar[str] = "websocket"
    Options = WebsocketOptions
    Question = WebsocketQuestion

    def __init__(self, name: str, options: WebsocketOptions, *, random: Random | None = None) -> None:
        super().__init__(name, options)
        self._random = random or Random()  # noqa: S311 - spreads reconnects, guards nothing
        self._stream: SocketStream | None = None
        self._inboxes: dict[int, tuple[WebsocketQuestion, Inbox]] = {}  # by identity, which keeps it alive

    async def ask(self, question: WebsocketQuestion, timeout_s: float) -> Rows:
        """The rows kept so far, newest last.

        Raises:
            SourceError: not connected, and why; or, for ``replace``, no message came yet.

        """
        try:
            return self._shown(await self._asked(question, timeout_s), question)
        except SourceError as error:
            reason = self._redaction(question).message(error.message)
            where = Redaction(address_secrets(self.options, self.options.url)).text(shown(self.options.url))
            where = printable(where, LONGEST_ADDRESS)
            raise SourceError("sources.of_stream", reason=reason, address=where) from error

    async def _asked(self, question: WebsocketQuestion, timeout_s: float) -> Rows:
        stream, inbox = await self._attached(question)
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await inbox.bell.until(lambda: stream.connected or stream.trouble)
        if not stream.connected:
            reason = stream.trouble
            raise SourceError(reason.id, **reason.values) if reason else SourceError("sources.ws_connecting")
        if not inbox.asked or question.mode == "replace":
            wait_s = timeout_s if question.mode == "replace" else min(FIRST_MESSAGE_S, timeout_s)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s * 0.9):
                    await inbox.bell.until(lambda: inbox.read_any or inbox.news or not stream.connected)
        inbox.asked = True
        rows = await inbox.rows()
        if question.mode == "replace" and not inbox.read_any:
            raise SourceError("sources.ws_no_message")
        return rows

    def pushes(self, question: WebsocketQuestion) -> AsyncIterator[Rows | None]:
        """The rows after new messages; None ("ask again") when the connection came or went."""
        return self._pushed(question)

    async def close(self) -> None:
        """Close the connection."""
        stream, self._stream = self._stream, None
        self._inboxes.clear()
        if stream is not None:
            await stream.close()

    async def _pushed(self, question: WebsocketQuestion) -> AsyncIterator[Rows | None]:
        stream, inbox = await self._attached(question)
        connected, seen = stream.connected, -1
        while True:
            seen = await inbox.bell.after(seen)
            if inbox.news:
                yield self._shown(await inbox.rows(), question)
            if stream.connected != connected:
                connected = stream.connected
                yield None
            await asyncio.sleep(PACE_S)

    async def _attached(self, question: WebsocketQuestion) -> tuple[SocketStream, Inbox]:
        """The stream, under way, and the question's inbox on it."""
        if self._stream is None:
            self._stream = self._made()
        stream = self._stream
        if id(question) not in self._inboxes:
            inbox = Inbox(
                question.rows,
                keep=question.keep,
                replace=question.mode == "replace",
                backlog=self.options.buffer,
                now_s=time.monotonic,
                encoding=question.encoding,
            )
            self._inboxes[id(question)] = (question, inbox)
            if question.subscribe is not None:
                await stream.greet(_greeting(question.subscribe))
        stream.start()
        return stream, self._inboxes[id(question)][1]

    def _made(self) -> SocketStream:
        from situationroom.sources.net.socket_stream import SocketStream

        return SocketStream(
            address(self.options.url),
            proxy=lambda: proxy_for(self.options.proxy, self.options.url, os.environ, "python_socks"),
            headers=self.options.headers,
            timeout_s=self.options.timeout,
            ping_s=self.options.ping,
            max_bytes=self.options.max_bytes,
            backoff=Backoff(self._random),
            receive=self._received,
            changed=self._changed,
        )

    def _shown(self, rows: Rows, question: WebsocketQuestion) -> Rows:
        """The rows, their notes without secrets."""
        if not rows.notes:
            return rows
        return replace(rows, notes=tuple(map(self._redaction(question).message, rows.notes)))

    def _redaction(self, question: WebsocketQuestion) -> Redaction:
        return Redaction((*self.options.secrets, *question.from_environment("subscribe")), pieces=True)

    def _received(self, message: str | bytes) -> None:
        for _, inbox in self._inboxes.values():
            inbox.put(message)

    def _changed(self) -> None:
        for _, inbox in self._inboxes.values():
            inbox.bell.ring()


def _greeting(subscribe: JsonValue) -> str:
    return subscribe if isinstance(subscribe, str) else json.dumps(subscribe, ensure_ascii=False)
