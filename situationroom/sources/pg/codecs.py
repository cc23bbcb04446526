"""How the values of one connection are read and written: each arrives as a cell, none is beyond reading.

The driver's own codecs stop at years, times of day and bytes that Python's types do not hold, and the whole
answer fails with them. Ours give such a value as the server writes it. Figures stay the driver's.
"""

from __future__ import annotations

import socket
import struct
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from decimal import Decimal
from functools import partial
from operator import itemgetter, methodcaller

from asyncpg.protocol import protocol

from situationroom.sources.pg import containers, oids, times
from situationroom.sources.pg.containers import Reader

_FIGURES: Mapping[int, tuple[str, struct.Struct]] = {
    oids.BOOL: ("bool", struct.Struct("!?")),
    oids.INT2: ("int2", struct.Struct("!h")),
    oids.INT4: ("int4", struct.Struct("!i")),
    oids.INT8: ("int8", struct.Struct("!q")),
    oids.OID: ("oid", struct.Struct("!I")),
    oids.XID: ("xid", struct.Struct("!I")),
    oids.CID: ("cid", struct.Struct("!I")),
    oids.XID8: ("xid8", struct.Struct("!Q")),
    oids.FLOAT4: ("float4", struct.Struct("!f")),
    oids.FLOAT8: ("float8", struct.Struct("!d")),
}
"""Figures that the driver reads itself; within rows without a type, we do."""

_TEXTS = {
    oids.TEXT: "text", oids.VARCHAR: "varchar", oids.BPCHAR: "bpchar", oids.NAME: "name", oids.JSON: "json",
    oids.XML: "xml",
}  # fmt: skip

_IPV4 = 2
_SPECIAL_NUMERIC = {0xC000: Decimal("NaN"), 0xD000: Decimal("Infinity"), 0xF000: Decimal("-Infinity")}


class Codecs:
    r"""The codecs of one connection.

    ``zone`` is the session's time zone, which its zoneless times are in; whoever begins a transaction keeps
    it true. ``encoding`` is Python's name of how the server's text is encoded; bytes that are none are shown
    as ``\xb1``.
    """

    def __init__(self, settings: protocol.ConnectionSettings, encoding: str, *, raw: bool) -> None:
        self.zone: tzinfo = UTC
        self.encoding = encoding
        self._settings = settings
        self._raw = raw
        self._readers: dict[int, Reader] = {}
        self._install()

    def heard(self, text: str) -> str:
        """A name as the driver took it down, put right; names are ours where we sent them, in UTF-8."""
        if not self._raw:
            return text
        data = text.encode("latin-1")
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data.decode(self.encoding, "backslashreplace")

    def add_as_text(self, oid: int, name: str, schema: str = "pg_catalog") -> None:
        """From now on, ask for values of a type as text, as the server writes them."""
        if self._raw:
            self._add(oid, name, self._as_bytes, self._from_bytes, "text", schema)
        else:
            self._add(oid, name, str, str, "text", schema)

    def _as_bytes(self, text: str) -> str:
        """Text that the driver will encode byte for byte."""
        return text.encode(self.encoding).decode("latin-1")

    def _from_bytes(self, text: str) -> str:
        """Text that the driver has decoded byte for byte."""
        return text.encode("latin-1").decode(self.encoding, "backslashreplace")

    def _install(self) -> None:
        decode = methodcaller("decode", self.encoding, "backslashreplace")
        encode = methodcaller("encode", self.encoding)
        for oid, name in _TEXTS.items():
            self._binary(oid, name, encode, decode)
        self._binary(oids.JSONB, "jsonb", lambda text: b"\x01" + encode(text), lambda data: decode(data[1:]))
        self._binary(oids.CHAR, "char", lambda text: encode(text)[:1] or b"\x00", _char)
        for oid, (name, read) in _BYTES.items():
            self._binary(oid, name, bytes, read)
        self._add_times()
        for oid, name in oids.AS_TEXT.items():
            self.add_as_text(oid, name)
        readers = self._readers
        readers |= {oid: _unpacked(how) for oid, (_, how) in _FIGURES.items()}
        readers |= {oids.NUMERIC: _numeric, oids.UNKNOWN: decode}
        self._binary(oids.RECORD, "record", _none_of, partial(containers.record, readers=readers))
        self._binary(oids.TEXT_ARRAY, "text[]", _none_of, partial(containers.array, readers=readers))
        readers |= dict.fromkeys(oids.ARRAYS, partial(containers.array, readers=readers))

    def _add_times(self) -> None:
        def one(oid: int, name: str, how: str, read: Callable[[tuple[int, ...]], object]) -> None:
            unpack = struct.Struct(how).unpack
            self._add(oid, name, tuple, read, "tuple")
            self._readers[oid] = lambda data: read(unpack(data))

        one(oids.DATE, "date", "!i", times.day)
        one(oids.TIME, "time", "!q", times.clock)
        one(oids.TIMETZ, "timetz", "!qi", times.clock)
        one(oids.TIMESTAMPTZ, "timestamptz", "!q", lambda parts: times.moment(parts[0], self.zone))
        one(oids.TIMESTAMP, "timestamp", "!q", lambda parts: times.local_moment(parts[0], self.zone))
        self._add(oids.INTERVAL, "interval", tuple, times.span, "tuple")
        bare = struct.Struct("!qii").unpack  # the driver turns the parts about, bytes have them so
        self._readers[oids.INTERVAL] = lambda data: times.span(bare(data)[::-1])

    def _binary(
        self, oid: int, name: str, encode: Callable[..., bytes], decode: Callable[[bytes], object]
    ) -> None:
        self._add(oid, name, encode, decode, "binary")
        self._readers[oid] = decode

    def _add(
        self,
        oid: int,
        name: str,
        encode: Callable[..., object],
        decode: Callable[..., object],
        form: str,
        schema: str = "pg_catalog",
    ) -> None:
        self._settings.add_python_codec(oid, name, schema, [], "scalar", encode, decode, form)


def _unpacked(how: struct.Struct) -> Reader:
    first = itemgetter(0)
    return lambda data: first(how.unpack(data))


def _none_of(value: object) -> bytes:
    raise TypeError(f"no value of a layout is an array or a row: {type(value).__name__}")


def _char(data: bytes) -> str:
    """``"char"`` is one byte, which the server writes in octal where it is no ASCII."""
    if data in (b"", b"\x00"):
        return ""
    return data.decode("ascii") if data[0] < 0x80 else f"\\{data[0]:03o}"


def _hex(data: bytes) -> str:
    return "\\x" + data.hex()


def _uuid(data: bytes) -> str:
    return str(uuid.UUID(bytes=data))


def _lsn(data: bytes) -> str:
    return f"{int.from_bytes(data[:4], 'big'):X}/{int.from_bytes(data[4:], 'big'):X}"


def _tid(data: bytes) -> str:
    block, offset = struct.unpack("!IH", data)
    return f"({block},{offset})"


def _address(data: bytes) -> str:
    family, bits, is_network = data[0], data[1], data[2]
    shown = socket.inet_ntop(socket.AF_INET if family == _IPV4 else socket.AF_INET6, data[4:])
    whole = 32 if family == _IPV4 else 128
    return shown if bits == whole and not is_network else f"{shown}/{bits}"


def _bits(data: bytes) -> str:
    (count,) = struct.unpack_from("!i", data)
    return "".join(f"{byte:08b}" for byte in data[4:])[:count]


def _numeric(data: bytes) -> Decimal:
    """Groups of four digits, of which the first counts ``10000 ** weight``."""
    count, weight, sign, scale = struct.unpack_from("!hhHh", data)
    if sign in _SPECIAL_NUMERIC:
        return _SPECIAL_NUMERIC[sign]
    whole = int("".join(f"{group:04d}" for group in struct.unpack_from(f"!{count}H", data, 8)) or "0")
    shift = 4 * (weight + 1 - count) + scale
    digits = whole * 10**shift if shift >= 0 else whole // 10**-shift
    return Decimal((1 if sign else 0, tuple(int(digit) for digit in str(digits)), -scale))


_BYTES: Mapping[int, tuple[str, Reader]] = {
    oids.BYTEA: ("bytea", _hex),
    oids.UUID: ("uuid", _uuid),
    oids.PG_LSN: ("pg_lsn", _lsn),
    oids.TID: ("tid", _tid),
    oids.INET: ("inet", _address),
    oids.CIDR: ("cidr", _address),
    oids.BIT: ("bit", _bits),
    oids.VARBIT: ("varbit", _bits),
}
"""Types of which :mod:`~situationroom.sources.pg.arguments` makes the bytes."""
