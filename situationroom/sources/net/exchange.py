"""HTTP exchanges in bounded time and memory.

Whatever the other side does: one deadline stands over the whole exchange, the size cap counts after
decompression, redirects are refused or kept to the same place.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from situationroom.errors import ActionFailed, OutcomeUnknown, SourceError
from situationroom.formats import printable
from situationroom.sources.base import Answer, Request
from situationroom.sources.net.address import address, below
from situationroom.sources.net.http_connection import (
    KEEP_S,
    Asking,
    HttpConnection,
    Lost,
    Response,
    tls_context,
)
from situationroom.sources.net.network import network_reason
from situationroom.sources.net.proxies import Proxy, proxy_for
from situationroom.sources.net.unpacking import Unpacking
from situationroom.sources.parse.charsets import decoded
from situationroom.values import Message

if TYPE_CHECKING:
    from situationroom.sources.http import HttpOptions, HttpQuestion

CONNECTIONS = 16
"""Connections of one source at most; a feed has at most one question in flight."""

CONNECTING = 0.5
"""The part of the time limit that a connection, and then its TLS, may take."""

_OWN_HEADERS = {"user-agent": "situationroom", "accept-encoding": "gzip"}  # where the layout has no others
_SHOWN = 120  # characters of a refusal's body that are said
_REFUSAL_BYTES = 16_384  # of it that are read for that
_TURN_BYTES = 1_000_000
_REDIRECTS = 5
_PARTIAL = 206
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Page:
    """A whole answer.

    Attributes:
        body: unpacked.
        media_type: in small letters; "" where there is none.
        charset: as the server names it.
        at: the server's ``Date``.

    """

    body: bytes
    media_type: str
    charset: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class _Means:
    """What every connection of a source is made with."""

    tls: ssl.SSLContext
    proxy: Proxy | None
    proxy_tls: ssl.SSLContext | None


class Exchanger:
    """The connections to one service: as many as there are questions at a time, up to :data:`CONNECTIONS`.

    One that carried an answer to its end is kept for the next question; any other is let go of.
    """

    def __init__(self, options: HttpOptions, env: Mapping[str, str] = os.environ) -> None:
        self._options = options
        self._env = env
        self._slots = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[HttpConnection] = []
        self._closing: set[asyncio.Task[None]] = set()
        self._closed = False
        self._means: _Means | None = None

    async def exchange(self, question: HttpQuestion, limit_s: float) -> Page:
        """Ask and read the whole answer within ``limit_s``.

        Raises:
            SourceError: there is none; the message says why.

        """
        asking = Asking(
            question.method,
            address(self._options.url, question.encoded_path, question.params),
            question.body,
            connect_s=limit_s * CONNECTING,
        )
        has_slot = False
        try:
            async with asyncio.timeout(limit_s), self._slots:
                has_slot = True
                return await self._asked(asking)
        except (Lost, TimeoutError, SourceError) as error:
            if not has_slot:
                raise SourceError("sources.http_busy", connections=CONNECTIONS) from None
            reason = self._reason(error, limit_s)
            raise SourceError(reason.id, **reason.values) from error

    async def send(self, request: Request, limit_s: float) -> Answer:
        """Send once, on a connection that no earlier question has used: an old one may be dead unnoticed.

        Raises:
            ActionFailed: nothing was sent.
            OutcomeUnknown: it was sent, in part at least, and no answer came.

        """
        asking = Asking(
            request.method,
            address(self._options.url, below(request.path), request.params),
            request.body,
            {**request.headers, "Connection": "close"},
            limit_s * CONNECTING,
        )
        connection: HttpConnection | None = None
        try:
            async with asyncio.timeout(limit_s):
                connection = await self._fresh()
                async with connection.send(asking) as response:
                    return await self._answer(response)
        except (Lost, TimeoutError, SourceError) as error:
            reason = self._reason(error, limit_s)
            if connection is not None and connection.sent:
                raise OutcomeUnknown("sources.http_sent_unknown", reason=reason) from error
            raise ActionFailed("sources.http_not_sent", reason=reason) from error
        finally:
            if connection is not None:
                self._let_go(connection)

    async def close(self) -> None:
        """Close every connection, politely for a moment."""
        self._closed = True
        for connection in self._idle:
            self._let_go(connection)
        self._idle.clear()
        if self._closing:
            await asyncio.wait(self._closing)

    async def _asked(self, asking: Asking) -> Page:
        """Ask on a connection that was kept, and once more on a fresh one where that proves to be gone."""
        connection = self._kept()
        if connection is not None:
            try:
                return await self._on(connection, asking)
            except Lost as lost:
                if not lost.stale or asking.method != "GET":
                    raise
        return await self._on(await self._fresh(), asking)

    async def _on(self, connection: HttpConnection, asking: Asking) -> Page:
        """Ask on this connection, which is kept if that went well and closed otherwise."""
        try:
            page = await self._page(connection, asking)
        except BaseException:
            self._let_go(connection)
            raise
        if self._closed:
            self._let_go(connection)
        else:
            connection.idle_since_s = time.monotonic()
            self._idle.append(connection)
        return page

    async def _page(self, connection: HttpConnection, asking: Asking) -> Page:
        """Send, follow what may be followed, read a good answer whole."""
        place = _place(asking.url)
        for _ in range(_REDIRECTS + 1):
            async with connection.send(asking) as response:
                following = response.redirect(asking)
                if following is None:
                    return await self._read(response)
                if not (self._options.redirects and _place(following.url) == place):
                    raise SourceError("sources.http_redirect", host=_origin(following.url))
            asking = following
        raise SourceError("sources.http_redirects", count=_REDIRECTS)

    async def _read(self, response: Response) -> Page:
        if response.status == _PARTIAL:
            raise SourceError("sources.http_partial", status=response.status)
        if not 200 <= response.status < 300:
            start = await _start(response)
            identifier = "sources.http_status" if start else "sources.http_status_alone"
            raise SourceError(identifier, status=response.status, start=start)
        body = b"".join([part async for part in _parts(response, self._options.max_bytes)])
        media_type = response.header("content-type").partition(";")[0].strip().lower()
        return Page(body, media_type, response.charset, _date(response.header("date")))

    async def _answer(self, response: Response) -> Answer:
        """The status, and the body where it can be had: the status alone says most of what there is."""
        try:
            body = b"".join([part async for part in _parts(response, self._options.max_bytes)])
        except SourceError as error:
            return Answer(response.status, None, error.message)
        except Lost as lost:
            return Answer(response.status, None, lost.reason)
        return Answer(response.status, decoded(body, response.charset)[0])

    def _kept(self) -> HttpConnection | None:
        """The connection used last; those that were idle for too long are let go of."""
        now_s = time.monotonic()
        for connection in list(self._idle):
            if connection.idle_since_s is not None and now_s - connection.idle_since_s > KEEP_S:
                self._idle.remove(connection)
                self._let_go(connection)
        return self._idle.pop() if self._idle else None

    async def _fresh(self) -> HttpConnection:
        if self._means is None:  # in a thread, since reading certificates takes a while
            self._means = await asyncio.to_thread(_means, self._options, self._env)
        options, means = self._options, self._means
        return HttpConnection(
            {**_OWN_HEADERS, **{name.lower(): value for name, value in options.headers.items()}},
            (options.auth.user, options.auth.password) if options.auth else None,
            means.tls,
            (means.proxy, means.proxy_tls) if means.proxy else None,
        )

    def _let_go(self, connection: HttpConnection) -> None:
        closing = asyncio.create_task(connection.close(), name="close connection")
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    def _reason(self, error: Lost | TimeoutError | SourceError, limit_s: float) -> Message:
        """Why there is no answer, and through which proxy there is none."""
        match error:
            case Lost():
                reason = error.reason
            case SourceError():
                reason = error.message
            case _:
                reason = Message("sources.timeout", {"after_s": limit_s})
        proxy = self._means.proxy if self._means else None
        return Message("sources.by_proxy", {"reason": reason, "proxy": proxy.shown}) if proxy else reason


def _means(options: HttpOptions, env: Mapping[str, str]) -> _Means:
    """What connections are made with.

    Raises:
        SourceError: the environment's proxy is none, or a file of certificates cannot be read.

    """
    proxy = proxy_for(options.proxy, options.url, env, "socksio")
    try:  # a plain URL stays plain, redirects included: no need to read certificates
        tls = tls_context(options.verify and not options.url.startswith("http:") and options.verify)
        proxy_tls = tls_context(True) if proxy and proxy.url.startswith("https:") else None
    except OSError as error:
        reason = network_reason(error) or Message("sources.unreachable", {"detail": type(error).__name__})
        raise SourceError(reason.id, **reason.values) from error
    return _Means(tls, proxy, proxy_tls)


async def _parts(response: Response, max_bytes: int) -> AsyncGenerator[bytes, None]:
    """The body, decompressed piece by piece so that a bomb never unfolds.

    Raises:
        SourceError: it is longer than ``max_bytes``, or its compression is broken or not known.

    """
    declared = response.header("content-length")
    if declared.isdigit() and int(declared) > max_bytes:
        raise SourceError("sources.http_too_long", max_bytes=max_bytes)
    unpacking = Unpacking(response.header("content-encoding"), max_bytes)
    unfolded = 0
    async for piece in response.raw():
        for part in unpacking.read(piece):
            yield part
            unfolded += len(part)
            if unfolded > _TURN_BYTES:  # what unfolds for long leaves others, and the deadline, their turn
                unfolded = 0
                await asyncio.sleep(0)
    unpacking.end()


async def _start(response: Response) -> str:
    """The first words of a refusal's body, safe to show; none where it cannot be read."""
    start = bytearray()
    try:
        async with aclosing(_parts(response, sys.maxsize)) as parts:
            async for part in parts:
                start += part
                if len(start) >= _REFUSAL_BYTES:
                    break
    except (SourceError, Lost):
        pass  # the status is what counts; what came before is shown
    text, _ = decoded(bytes(start), response.charset)
    return printable(" ".join(text.split())[:_SHOWN])


def _place(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return printable(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")


def _date(header: str) -> datetime | None:
    """The ``Date`` header as a time, or None where there is no good one."""
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, IndexError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
