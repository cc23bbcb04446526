"""One connection to an HTTP service. The only file that knows httpx.

A client of httpx with a single connection each, instead of its pool: a question that is cancelled in the
middle of anything takes its own connection with it and no slot of others, and it is known which one was used
before.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any

import httpx
from pydantic import JsonValue

from situationroom.formats import printable
from situationroom.sources.net.network import network_reason
from situationroom.sources.net.proxies import Proxy
from situationroom.values import Message

KEEP_S = 20.0
"""How long a connection may lie idle: longer than most periods, shorter than firewalls forget one."""

CLOSE_S = 1.0
"""How long a connection may take to close."""

_CHUNK = 65_536
_HUNG_UP = ("Server disconnected", "peer closed connection")
_SHORT = re.compile(r"received (\d+) bytes, expected (\d+)")
_SHOWN = 120  # characters of what a proxy says
_TROUBLE = (httpx.HTTPError, httpx.InvalidURL, OSError)


class Lost(Exception):
    """An exchange that came to no end.

    Attributes:
        reason: why.
        stale: the connection had been kept from an earlier exchange and was gone before any answer came.

    """

    def __init__(self, reason: Message, *, stale: bool = False) -> None:
        super().__init__(reason.id)
        self.reason = reason
        self.stale = stale


@dataclass(frozen=True, slots=True)
class Asking:
    """One request, complete.

    Attributes:
        headers: besides those of the connection.
        connect_s: how long a new connection, and then its TLS, may take.

    """

    method: str
    url: str
    body: JsonValue = None
    headers: Mapping[str, str] = field(default_factory=dict)
    connect_s: float = 1.0


class Response:
    """An answer whose body is still to be read."""

    def __init__(self, response: httpx.Response, connect_s: float) -> None:
        self._response = response
        self._connect_s = connect_s
        self.status = response.status_code
        self.charset = response.charset_encoding

    def header(self, name: str) -> str:
        """One of its headers, several of a name with commas between; "" where there is none."""
        value: str = self._response.headers.get(name, "")
        return value

    def redirect(self, asking: Asking) -> Asking | None:
        """What is to be asked instead of what was, or None where it is no redirect."""
        following = self._response.next_request
        if following is None:
            return None
        body = asking.body if following.method == asking.method else None
        return replace(asking, method=following.method, url=str(following.url), body=body)

    async def raw(self) -> AsyncIterator[bytes]:
        """The body's pieces as they are sent.

        Raises:
            Lost: it ends before its end.

        """
        try:
            async for piece in self._response.aiter_raw(_CHUNK):
                yield piece
        except _TROUBLE as error:
            raise Lost(_explained(error, self._connect_s)) from error


class HttpConnection:
    """Asks one request after another.

    Args:
        headers: sent with each.
        auth: user and password, for basic authentication.
        tls: how certificates are checked.
        proxy: what it goes through, and how the certificate of that is checked.

    Attributes:
        idle_since_s: when it was last kept, by a monotonic clock; None while it never was.
        sent: some of the last request, at least, went out.

    """

    def __init__(
        self,
        headers: Mapping[str, str],
        auth: tuple[str, str] | None,
        tls: ssl.SSLContext,
        proxy: tuple[Proxy, ssl.SSLContext | None] | None,
    ) -> None:
        self.idle_since_s: float | None = None
        self.sent = False
        self._streams: list[Any] = []
        self._client = httpx.AsyncClient(
            headers=headers,
            auth=auth,
            verify=tls,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEP_S),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # each question stands for itself
            proxy=httpx.Proxy(proxy[0].url, ssl_context=proxy[1]) if proxy else None,
            trust_env=False,
        )

    @asynccontextmanager
    async def send(self, asking: Asking) -> AsyncIterator[Response]:
        """Send a request; its answer must be read within the context.

        Raises:
            Lost: there is none, or no whole one.

        """
        connecting = False
        self.sent = False

        async def trace(event: str, info: Mapping[str, Any]) -> None:
            nonlocal connecting
            step = event.partition(".")[2]
            if step == "connect_tcp.started":
                connecting = True
                self._streams.clear()  # the client let go of the one before
            if step == "connect_tcp.complete":
                self._streams.append(info["return_value"])
            if step == "send_request_headers.started" and info["request"].method != b"CONNECT":
                self.sent = True

        try:
            request = self._client.build_request(
                asking.method,
                asking.url,
                json=asking.body,
                headers=asking.headers,
                timeout=httpx.Timeout(None, connect=asking.connect_s),
                extensions={"trace": trace},
            )
            response = await self._client.send(request, stream=True)
            try:
                yield Response(response, asking.connect_s)
            finally:
                await response.aclose()
        except _TROUBLE as error:
            stale = not connecting and _hung_up(error)
            raise Lost(_explained(error, asking.connect_s), stale=stale) from error

    async def close(self) -> None:
        """Close it, politely for a moment, wherever it was interrupted."""
        with suppress(OSError):  # late or broken: nothing holds it any more
            async with asyncio.timeout(CLOSE_S):
                await self._client.aclose()
                for stream in self._streams:  # the client forgets one whose TLS handshake was cancelled
                    await stream.aclose()


def tls_context(verify: bool | Path) -> ssl.SSLContext:
    """How certificates are checked: by the usual ones (or ``SSL_CERT_FILE``), by a file, or not at all."""
    if isinstance(verify, Path):
        return ssl.create_default_context(cafile=verify)
    return httpx.create_ssl_context(verify)


def _hung_up(error: Exception) -> bool:
    broken = isinstance(error, httpx.NetworkError) and not isinstance(error, httpx.ConnectError)
    return broken or (isinstance(error, httpx.RemoteProtocolError) and str(error).startswith(_HUNG_UP))


def _explained(error: Exception, connect_s: float) -> Message:
    """The sentence for a failed exchange."""
    if isinstance(error, httpx.TimeoutException):
        return Message("sources.timeout", {"after_s": connect_s})
    if isinstance(error, httpx.ProxyError):
        return Message("sources.proxy_failed", {"detail": printable(str(error), _SHOWN)})
    if (reason := network_reason(error)) is not None:
        return reason
    if short := _SHORT.search(str(error)):
        return Message("sources.http_short", {"received": int(short[1]), "expected": int(short[2])})
    if isinstance(error, httpx.RemoteProtocolError) and "chunked" in str(error):
        return Message("sources.http_cut")
    if isinstance(error, httpx.RemoteProtocolError) and not _hung_up(error):
        return Message("sources.not_http")
    if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
        return Message("sources.lost")
    return Message("sources.unreachable", {"detail": type(error).__name__})
