"""A person's values as the arguments a statement wants, in the form the codecs write."""

from __future__ import annotations

import re
import socket
import struct
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import partial

from situationroom.sources.base import Arguments
from situationroom.sources.pg import times
from situationroom.values import Message, Value

_IPV4, _IPV6 = 2, 3

_PLAIN = re.compile(
    r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]{1,6})?|nan|[+-]?inf(?:inity)?", re.IGNORECASE
)

_FIGURES = frozenset(
    {"int2", "int4", "int8", "oid", "xid", "xid8", "float4", "float8", "numeric", "interval"}
)


class BadArgumentError(ValueError):
    """A value for a statement is not what the statement takes; ``message`` says which."""

    def __init__(self, identifier: str, /, **values: object) -> None:
        super().__init__(identifier)
        self.message = Message(identifier, values)


def arguments(args: Sequence[Value], types: Sequence[str], zone: tzinfo) -> list[object]:
    """``args`` as the statement's parameter ``types`` (names of PostgreSQL types) demand; None stays NULL.

    A time without an offset is of the session's ``zone``.

    Raises:
        BadArgumentError: a value cannot be read as its type, or there are too many or too few.

    """
    if len(args) != len(types):
        raise BadArgumentError("sources.pg_argument_count", given=len(args), wanted=len(types))
    typed: list[object] = []
    for position, (value, type_name) in enumerate(zip(args, types, strict=True), start=1):
        read = _READERS.get(type_name, _as_it_is)
        try:
            typed.append(None if value is None else read(value, zone))
        except (ValueError, TypeError, ArithmeticError, OSError, struct.error):
            raise _bad_argument(args, position, type_name) from None
    return typed


def _bad_argument(args: Sequence[Value], position: int, type_name: str) -> BadArgumentError:
    """Which of them it is, what the statement wants, and what to do about it."""
    named = f"({args.names[position - 1]})" if isinstance(args, Arguments) else ""
    kind = "number" if type_name in _FIGURES else "date" if type_name == "date" else ""
    cure = Message("sources.pg_argument_input", {"type": kind}) if kind else ""
    return BadArgumentError("sources.pg_argument", position=position, named=named, type=type_name, cure=cure)


def _as_it_is(value: Value, zone: tzinfo) -> object:
    """For types that are written as text: dates and figures of a layout in plain form."""
    return _word(value, zone)


def _whole(bits: int, *, signed: bool = True) -> Callable[[Value, tzinfo], int]:
    least, most = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)

    def read(value: Value, zone: tzinfo) -> int:
        del zone
        figure = _figure(value) if isinstance(value, str) else value
        if not isinstance(figure, (int, float, Decimal)) or figure != int(figure):
            raise ValueError(value)
        if not least <= figure <= most:
            raise OverflowError(value)
        return int(figure)

    return read


def _float(value: Value, zone: tzinfo) -> float:
    del zone
    if isinstance(value, (datetime, date)) or value is None:
        raise TypeError(value)
    return float(_figure(value)) if isinstance(value, str) else float(value)


def _decimal(value: Value, zone: tzinfo) -> Decimal:
    del zone
    return value if isinstance(value, Decimal) else _figure(str(value))


def _figure(text: str) -> Decimal:
    """A figure as SQL writes it; Python would also take ``1_000`` and digits of any script."""
    if not _PLAIN.fullmatch(text.strip()):
        raise ValueError(text)
    return Decimal(text.strip())


def _bool(value: Value, zone: tzinfo) -> bool:
    del zone
    word = str(value).strip().casefold()
    if word in ("true", "t", "yes", "y", "on", "1"):
        return True
    if word in ("false", "f", "no", "n", "off", "0"):
        return False
    raise ValueError(value)


def _word(value: Value, zone: tzinfo) -> str:
    del zone
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _date(value: Value, zone: tzinfo) -> tuple[int]:
    return (times.days_of(_time_or_text(value), zone),)


def _moment(value: Value, zone: tzinfo) -> tuple[int]:
    return (times.us_of(_time_or_text(value), zone),)


def _local_moment(value: Value, zone: tzinfo) -> tuple[int]:
    return (times.local_us_of(_time_or_text(value), zone),)


def _time_or_text(value: Value) -> date | str:
    return value if isinstance(value, date) else str(value)


def _clock(value: Value, zone: tzinfo) -> tuple[int]:
    del zone
    return (times.clock_of(str(value))[0],)


def _clock_with_offset(value: Value, zone: tzinfo) -> tuple[int, int]:
    us, west_s = times.clock_of(str(value))
    if west_s is None:
        offset = datetime.now(zone).utcoffset()
        west_s = -round(offset.total_seconds()) if offset else 0
    return us, west_s


def _interval(value: Value, zone: tzinfo) -> tuple[int, int, int]:
    """Seconds, as months, days and microseconds; whole days stay days."""
    if isinstance(value, str) and value.strip() in (times.INFINITY, times.NEVER):
        return times.endless_span(value.strip())
    days, us = divmod(round(_float(value, zone) * 1_000_000), times.DAY_US)
    return 0, days, us


def _from_text(convert: Callable[[str], bytes]) -> Callable[[Value, tzinfo], bytes]:
    return lambda value, zone: convert(_word(value, zone).strip())


def _bytes_of(text: str) -> bytes:
    if not text.startswith("\\x"):
        raise ValueError("bytes are written \\x…")
    return bytes.fromhex(text[2:])


def _lsn_of(text: str) -> bytes:
    high, _, low = text.partition("/")
    return struct.pack("!II", int(high, 16), int(low, 16))


def _tid_of(text: str) -> bytes:
    block, _, offset = text.strip("()").partition(",")
    return struct.pack("!IH", int(block), int(offset))


def _address_of(is_network: int, text: str) -> bytes:
    shown, slash, bits = text.strip().partition("/")
    six = ":" in shown
    packed = socket.inet_pton(socket.AF_INET6 if six else socket.AF_INET, shown)
    size = int(bits) if slash else 8 * len(packed)
    return bytes((_IPV6 if six else _IPV4, size, is_network, len(packed))) + packed


def _bits_of(text: str) -> bytes:
    padded = text.ljust(-(-len(text) // 8) * 8, "0")
    return struct.pack("!i", len(text)) + bytes(int(padded[i : i + 8], 2) for i in range(0, len(padded), 8))


_READERS: Mapping[str, Callable[[Value, tzinfo], object]] = {
    "int2": _whole(16), "int4": _whole(32), "int8": _whole(64), "oid": _whole(32, signed=False),
    "xid": _whole(32, signed=False), "xid8": _whole(64, signed=False),
    "float4": _float, "float8": _float, "numeric": _decimal, "bool": _bool,
    "date": _date, "timestamptz": _moment, "timestamp": _local_moment, "interval": _interval,
    "time": _clock, "timetz": _clock_with_offset,
    "uuid": _from_text(lambda text: uuid.UUID(text).bytes), "pg_lsn": _from_text(_lsn_of),
    "tid": _from_text(_tid_of), "inet": _from_text(partial(_address_of, 0)),
    "cidr": _from_text(partial(_address_of, 1)),
    "bit": _from_text(_bits_of), "varbit": _from_text(_bits_of), "bytea": _from_text(_bytes_of),
}  # fmt: skip
"""By type; every other type is written as text."""
