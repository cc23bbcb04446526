"""Bodies that came compressed: unpacked whole, in bounded memory, or not at all.

The encodings are those of RFC 9110 (``gzip``, ``deflate``), RFC 7932 (``br``) and RFC 8878 (``zstd``), also
one around another. What ends before its end, or goes on behind it, fails: what is there may be half of the
truth.
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from situationroom.errors import SourceError
from situationroom.formats import printable

CHUNK = 65_536
"""Bytes that are unpacked at a time, about."""

_DEEPEST = 4  # encodings around one another
_GZIP, _ZLIB, _RAW = 31, 15, -15  # wbits: the largest window, with which header
_ZSTD_WINDOW = 8 << 20  # bytes, as RFC 9659 bounds them
_ZSTD_SLICE = 64  # packed bytes that unfold to 2 MB at most


class BrokenError(Exception):
    """What is no such compression, or no longer."""


class _Stream(Protocol):
    """One layer of compression; raises :class:`BrokenError`."""

    def unpack(self, packed: bytes) -> Iterator[bytes]:
        """What the next bytes hold, at most a few :data:`CHUNK` at a time."""

    def is_whole(self) -> bool:
        """Whether it may end here."""


class Unpacking:
    """A body of at most ``max_bytes`` out of its pieces.

    Args:
        encodings: the answer's ``Content-Encoding``, as it is.
        max_bytes: counted unpacked, in every layer.

    Raises:
        SourceError: an encoding is not known, or lacks a package.

    """

    def __init__(self, encodings: str, max_bytes: int) -> None:
        names = [name for part in encodings.lower().split(",") if (name := part.strip()) not in _PLAIN]
        if len(names) > _DEEPEST:
            raise SourceError("sources.http_encoding", encoding=printable(encodings, 60))
        self._layers = [(name, _stream(name)) for name in reversed(names)]
        self._max_bytes = max_bytes
        self._sizes = [0] * (len(names) + 1)

    def read(self, piece: bytes) -> Iterator[bytes]:
        """What the next piece holds.

        Raises:
            SourceError: it is broken, or longer than it may be.

        """
        parts: Iterable[bytes] = (piece,)
        for depth, (name, stream) in enumerate(self._layers):
            parts = _unpacked(name, stream, self._counted(depth, parts))
        yield from self._counted(len(self._layers), parts)

    def end(self) -> None:
        """There is no more.

        Raises:
            SourceError: there should be.

        """
        for name, stream in self._layers:
            if not stream.is_whole():
                raise SourceError("sources.http_packing_cut", encoding=name)

    def _counted(self, depth: int, parts: Iterable[bytes]) -> Iterator[bytes]:
        for part in parts:
            self._sizes[depth] += len(part)
            if self._sizes[depth] > self._max_bytes:
                raise SourceError("sources.http_too_long", max_bytes=self._max_bytes)
            yield part


def _unpacked(name: str, stream: _Stream, parts: Iterable[bytes]) -> Iterator[bytes]:
    for part in parts:
        try:
            yield from stream.unpack(part)
        except BrokenError:
            raise SourceError("sources.http_broken_packing", encoding=name) from None


class _Gzip:
    """Gzip members one after another (RFC 1952), zeros behind the last one as tape blocks have them."""

    def __init__(self) -> None:
        self._member: zlib._Decompress | None = None
        self._members = 0

    def unpack(self, packed: bytes) -> Iterator[bytes]:
        while packed:
            if self._member is None:
                if self._members and not (packed := packed.lstrip(b"\0")):
                    return
                self._member = zlib.decompressobj(_GZIP)
                self._members += 1
            yield from _inflated(self._member, packed)
            packed = self._member.unused_data
            if self._member.eof:
                self._member = None

    def is_whole(self) -> bool:
        return self._member is None


class _Deflate:
    """One zlib stream (RFC 1950), or the bare deflate data (RFC 1951) that some servers send instead."""

    def __init__(self) -> None:
        self._stream: zlib._Decompress | None = None
        self._begin = b""

    def unpack(self, packed: bytes) -> Iterator[bytes]:
        if self._stream is None:
            self._begin += packed
            if len(self._begin) < 2:
                return
            packed, first = self._begin, int.from_bytes(self._begin[:2])
            is_zlib = first >> 8 & 0x0F == zlib.DEFLATED and first % 31 == 0
            self._stream = zlib.decompressobj(_ZLIB if is_zlib else _RAW)
        yield from _inflated(self._stream, packed)
        if self._stream.unused_data:
            raise BrokenError

    def is_whole(self) -> bool:
        return self._stream.eof if self._stream else not self._begin


def _inflated(stream: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    """What a stream makes of the next bytes; what it leaves of them is behind its end."""
    more = True
    while more:
        try:
            part = stream.decompress(packed, CHUNK)
        except zlib.error as error:
            raise BrokenError from error
        yield part
        packed = stream.unconsumed_tail
        more = not stream.eof and (bool(packed) or len(part) == CHUNK)


class _Brotli:
    """One brotli stream."""

    def __init__(self, brotli: Any) -> None:
        self._error = brotli.error
        self._stream = brotli.Decompressor()
        if not hasattr(self._stream, "can_accept_more_data"):
            raise ImportError  # an older one puts no bound on what comes out
        self._begun = False

    def unpack(self, packed: bytes) -> Iterator[bytes]:
        self._begun = True
        part = packed
        while part:  # first what came, then with nothing more until nothing comes
            try:
                part = self._stream.process(packed, output_buffer_limit=CHUNK)
            except self._error as error:
                raise BrokenError from error
            yield part
            packed = b""

    def is_whole(self) -> bool:
        return not self._begun or bool(self._stream.is_finished())


class _Zstd:
    """Zstandard frames one after another."""

    def __init__(self, zstandard: Any) -> None:
        self._error = zstandard.ZstdError
        self._new = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj
        self._frame: Any = None

    def unpack(self, packed: bytes) -> Iterator[bytes]:
        for at in range(0, len(packed), _ZSTD_SLICE):  # it takes no limit for what comes out
            left = packed[at : at + _ZSTD_SLICE]
            while left:
                self._frame = self._frame or self._new()
                try:
                    yield self._frame.decompress(left)
                except self._error as error:
                    raise BrokenError from error
                left = self._frame.unused_data
                if self._frame.eof:
                    self._frame = None

    def is_whole(self) -> bool:
        return self._frame is None


_PLAIN = frozenset({"", "identity", "none"})

_PACKAGES: Mapping[str, tuple[str, Callable[[Any], _Stream]]] = {
    "br": ("brotli>=1.2", _Brotli),
    "zstd": ("zstandard", _Zstd),
}
"""Encodings whose package need not be there."""


def _stream(name: str) -> _Stream:
    match name:
        case "gzip" | "x-gzip":
            return _Gzip()
        case "deflate":
            return _Deflate()
        case "br" | "zstd":
            package, make = _PACKAGES[name]
            try:
                return make(importlib.import_module(package.partition(">")[0]))
            except ImportError:
                raise SourceError("sources.http_packing_needs", encoding=name, package=package) from None
        case _:
            raise SourceError("sources.http_encoding", encoding=printable(name, 60))
