"""One HTTP exchange in bounded time and memory. The only file that knows httpx.

Whatever the other side does: one deadline stands over the whole exchange, the size cap counts after
decompression, redirects are refused or kept to the same place, and no message shows a URL or a header.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx

from situationroom.errors import ActionFailed, OutcomeUnknown, SourceError
from situationroom.formats import printable
from situationroom.sources.base import Answer, Request
from situationroom.sources.net.network import network_reason
from situationroom.sources.parse.charsets import decoded
from situationroom.values import Message

if TYPE_CHECKING:
    from situationroom.sources.http import HttpOptions, HttpQuestion

CONNECTIONS = 16
"""Connections of one source at most; a feed has at most one question in flight."""

POOL_S = 1.0
"""How long a question may wait for one of them."""

CONNECTING = 0.5
"""The part of the time limit that a connection, and then its TLS, may take."""

CLOSE_S = 1.0

_CHUNK = 65_536
_SHOWN = 120  # characters of a refusal's body that are said
_REDIRECTS = 5
_HUNG_UP = ("Server disconnected", "peer closed connection")
_GZIP = 31  # wbits: the largest window, with a gzip header


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


class Exchanger:
    """A client for one service, made anew when its connections are all held by questions long gone."""

    def __init__(self, options: HttpOptions) -> None:
        self._options = options
        self._client: httpx.AsyncClient | None = None
        self._url = lru_cache(partial(_url, options))  # the same few questions are asked again and again

    async def exchange(self, question: HttpQuestion, limit_s: float) -> Page:
        """Ask and read the whole answer within ``limit_s``.

        Raises:
            SourceError: there is none; the message says why.

        """
        try:
            async with asyncio.timeout(limit_s):
                client = await self._ready()
                url = self._url(question.path, tuple((k, _written(v)) for k, v in question.params.items()))
                request = _request(client, url, question, limit_s)
                return await _exchange(client, request, self._options)
        except httpx.PoolTimeout:
            await self.close()
            raise SourceError("sources.http_busy", connections=CONNECTIONS) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            reason = _explained(error, limit_s)
            raise SourceError(reason.id, **reason.values) from error

    async def send(self, request: Request, limit_s: float) -> Answer:
        """Send once, on a connection that no earlier question has used: an old one may be dead unnoticed.

        Raises:
            ActionFailed: nothing was sent.
            OutcomeUnknown: it was sent, in part at least, and no answer came.

        """
        sent = asyncio.Event()

        async def trace(event: str, info: object) -> None:
            del info
            if event.endswith("send_request_headers.started"):
                sent.set()

        try:
            async with asyncio.timeout(limit_s), await asyncio.to_thread(_client, self._options) as client:
                built = client.build_request(
                    request.method,
                    address(self._options.url, request),
                    json=request.body,
                    headers={**request.headers, "Connection": "close"},
                    timeout=httpx.Timeout(None, connect=limit_s * CONNECTING),
                    extensions={"trace": trace},
                )
                response = await client.send(built, stream=True)
                return await _answer(response, self._options.max_bytes, limit_s)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            reason = _explained(error, limit_s)
            if sent.is_set():
                raise OutcomeUnknown("sources.http_sent_unknown", reason=reason) from error
            raise ActionFailed("sources.http_not_sent", reason=reason) from error

    async def _ready(self) -> httpx.AsyncClient:
        """The client; made in a thread, since reading certificates takes a while."""
        if self._client is None:
            made = await asyncio.to_thread(_client, self._options)
            self._client = self._client or made  # type: ignore[redundant-expr]  # another question was faster
        return self._client

    async def close(self) -> None:
        """Close every connection, politely for a moment."""
        client, self._client = self._client, None
        if client is not None:
            try:
                async with asyncio.timeout(CLOSE_S):
                    await client.aclose()
            except OSError:
                return  # late or broken: nothing holds its connections any more


def _client(options: HttpOptions) -> httpx.AsyncClient:
    verify: bool | ssl.SSLContext
    if isinstance(options.verify, Path):
        verify = ssl.create_default_context(cafile=options.verify)
    else:  # a plain URL stays plain, redirects included: no need to read certificates
        verify = options.verify and not options.url.startswith("http:")
    return httpx.AsyncClient(
        headers={"User-Agent": "situationroom", **options.headers, "Accept-Encoding": "gzip"},
        auth=(options.auth.user, options.auth.password) if options.auth else None,
        verify=verify,
        limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
    )


def _url(options: HttpOptions, path: str, params: tuple[tuple[str, str], ...]) -> httpx.URL:
    url = httpx.URL(options.url)
    if path:
        url = url.copy_with(path=f"{url.path.rstrip('/')}/{path.lstrip('/')}")
    return url.copy_merge_params(dict(params))


def _written(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _request(
    client: httpx.AsyncClient, url: httpx.URL, question: HttpQuestion, limit_s: float
) -> httpx.Request:
    return client.build_request(
        question.method,
        url,
        json=question.body,
        # One deadline bounds everything; these end sooner, because the client leaks a socket whose TLS
        # handshake is cancelled and a slot it waits for.
        timeout=httpx.Timeout(None, connect=limit_s * CONNECTING, pool=POOL_S),
    )


async def _exchange(client: httpx.AsyncClient, request: httpx.Request, options: HttpOptions) -> Page:
    """Send, follow what may be followed, read a good answer whole."""
    asked = request.url
    for _ in range(_REDIRECTS + 1):
        response = await client.send(request, stream=True)
        try:
            if response.status_code >= 400:
                raise SourceError(
                    "sources.http_status", status=response.status_code, start=await _start(response)
                )
            following = response.next_request
            if following is None:
                body = b"".join([part async for part in _parts(response, options.max_bytes)])
                return Page(
                    body,
                    response.headers.get("content-type", "").partition(";")[0].strip().lower(),
                    response.charset_encoding,
                    _date(response.headers.get("date", "")),
                )
            same_place = (following.url.scheme, following.url.netloc) == (asked.scheme, asked.netloc)
            if not (options.redirects and same_place):
                raise SourceError("sources.http_redirect", host=printable(following.url.host))
            request = following
        finally:
            await response.aclose()
    raise SourceError("sources.http_redirects", count=_REDIRECTS)


async def _answer(response: httpx.Response, max_bytes: int, limit_s: float) -> Answer:
    """The status, and the body where it can be had: the status alone says most of what there is to know."""
    try:
        body = b"".join([part async for part in _parts(response, max_bytes)])
    except SourceError as error:
        return Answer(response.status_code, None, error.message)
    except (httpx.HTTPError, OSError) as error:
        return Answer(response.status_code, None, _explained(error, limit_s))
    finally:
        await response.aclose()
    return Answer(response.status_code, decoded(body, response.charset_encoding)[0])


def address(url: str, request: Request) -> httpx.URL:
    """Where a request goes: its segments encoded one by one below the source's URL, then its query.

    Raises:
        ActionFailed: a segment would lead elsewhere, or to nothing.

    """
    if any(segment in ("", ".", "..") for segment in request.path):
        raise ActionFailed("sources.bad_segment")
    base = httpx.URL(url)
    if request.path:
        path = base.raw_path.partition(b"?")[0].decode().rstrip("/")
        path = "/".join([path, *(quote(segment, safe="") for segment in request.path)])
        query = f"?{base.query.decode()}" if base.query else ""
        base = base.copy_with(raw_path=f"{path}{query}".encode())
    return base.copy_merge_params(dict(request.params)) if request.params else base


async def _parts(response: httpx.Response, max_bytes: int) -> AsyncIterator[bytes]:
    """The body, decompressed piece by piece so that a bomb never unfolds.

    Raises:
        SourceError: it is longer than ``max_bytes``, or compressed in a way we did not offer.

    """
    declared = response.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        raise SourceError("sources.http_too_long", max_bytes=max_bytes)
    unpack = _unpacker(response.headers.get("content-encoding", "identity").strip().lower())
    size = 0
    async for chunk in response.aiter_raw(_CHUNK):
        for part in unpack(chunk):
            size += len(part)
            if size > max_bytes:
                raise SourceError("sources.http_too_long", max_bytes=max_bytes)
            yield part


def _unpacker(encoding: str) -> Callable[[bytes], Iterator[bytes]]:
    match encoding:
        case "identity" | "":
            return lambda chunk: iter((chunk,))
        case "gzip" | "x-gzip":
            return partial(_gunzipped, zlib.decompressobj(wbits=_GZIP))
        case _:
            raise SourceError("sources.http_encoding", encoding=printable(encoding))


def _gunzipped(stream: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    """Unpacked at most ``_CHUNK`` bytes at a time."""
    try:
        part = stream.decompress(packed, _CHUNK)
        yield part
        while stream.unconsumed_tail or len(part) == _CHUNK:
            part = stream.decompress(stream.unconsumed_tail, _CHUNK)
            yield part
    except zlib.error:
        raise SourceError("sources.http_broken_gzip") from None


async def _start(response: httpx.Response) -> str:
    """The first words of a refusal's body, safe to show."""
    start = b""
    async for part in _parts(response, _CHUNK * 16):
        start += part
        if len(start) >= _SHOWN * 4:
            break
    text = " ".join(start.decode("utf-8", "replace").split())
    return printable(text[:_SHOWN])


def _date(header: str) -> datetime | None:
    """The ``Date`` header as a time, or None where there is no good one."""
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, IndexError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _explained(error: Exception, limit_s: float) -> Message:
    """The sentence for a failed exchange."""
    if isinstance(error, httpx.ConnectTimeout):
        return Message("sources.timeout", {"after_s": limit_s * CONNECTING})
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return Message("sources.timeout", {"after_s": limit_s})
    if (reason := network_reason(error)) is not None:
        return reason
    if isinstance(error, httpx.RemoteProtocolError) and not str(error).startswith(_HUNG_UP):
        return Message("sources.not_http")
    if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
        return Message("sources.lost")
    return Message("sources.unreachable", {"detail": type(error).__name__})
