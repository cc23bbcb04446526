"""PostgreSQL's values as a row's cells, and a person's text as the argument types a statement wants."""

from __future__ import annotations

import ipaddress
import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

import asyncpg

from situationroom.values import Message, Value


class BadArgumentError(ValueError):
    """A value for a statement is not what the statement takes; ``message`` says which."""

    def __init__(self, identifier: str, /, **values: object) -> None:
        super().__init__(identifier)
        self.message = Message(identifier, values)


PLAIN = frozenset(
    {"bool", "int2", "int4", "int8", "oid", "float4", "float8", "text", "varchar", "bpchar", "name"}
)
"""Types whose values are cells as they come."""


def cell(value: object, zone: tzinfo) -> Value:
    """One value of a row. Intervals become seconds; what has no plain form becomes text.

    A timestamp without time zone is taken to be in the session's ``zone``, as the server itself does.
    """
    match value:
        case None | str() | bool() | int() | float():
            return value
        case Decimal():
            return value if value.is_finite() else float(value)
        case datetime():
            return _at_the_end_of_time(value) or (value if value.tzinfo else value.replace(tzinfo=zone))
        case date():
            return _at_the_end_of_time(value) or value
        case timedelta():
            return value.total_seconds()
        case _:
            return _text(value)


def _at_the_end_of_time(value: date) -> str | None:
    """Text for ``infinity`` and for sentinels such as 9999-12-31, which no time zone can be applied to."""
    return None if MINYEAR < value.year < MAXYEAR else str(value)


def _text(value: object) -> str:
    match value:
        case bytes():
            return "\\x" + value.hex()
        case time():
            return value.isoformat()
        case asyncpg.BitString():
            return value.as_string()
        case asyncpg.Range():
            return _range(value)
        case list() | tuple() | Mapping():
            return json.dumps(_nested(value), ensure_ascii=False, separators=(",", ":"), default=str)
        case _:
            return str(value)


def _nested(value: object) -> object:
    """Arrays and composite values as lists, so that JSON can write them."""
    if isinstance(value, (list, tuple, asyncpg.Record)):
        return [_nested(item) for item in value]
    if isinstance(value, (bytes, asyncpg.Range, asyncpg.BitString, time)):
        return _text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _range(value: asyncpg.Range[Any]) -> str:
    if value.isempty:
        return "empty"
    low = "" if value.lower is None else str(value.lower)
    high = "" if value.upper is None else str(value.upper)
    return f"{'[' if value.lower_inc else '('}{low},{high}{']' if value.upper_inc else ')'}"


def arguments(args: Sequence[Value], types: Sequence[str], zone: tzinfo) -> list[object]:
    """``args`` as the statement's parameter ``types`` (names of PostgreSQL types) demand; None stays NULL.

    Raises:
        BadArgumentError: a value cannot be read as its type, or there are too many or too few.

    """
    if len(args) != len(types):
        raise BadArgumentError("sources.pg_argument_count", given=len(args), wanted=len(types))
    typed: list[object] = []
    for position, (value, type_name) in enumerate(zip(args, types, strict=True), start=1):
        read = _READERS.get(type_name)
        try:
            typed.append(value if value is None or read is None else read(value, zone))
        except (ValueError, TypeError, InvalidOperation, OverflowError):
            raise BadArgumentError("sources.pg_argument", position=position, type=type_name) from None
    return typed


def _whole(value: Value, zone: tzinfo) -> int:
    del zone
    figure = Decimal(value.strip()) if isinstance(value, str) else value
    if not isinstance(figure, (int, float, Decimal)) or figure != int(figure):
        raise ValueError(value)
    return int(figure)


def _float(value: Value, zone: tzinfo) -> float:
    del zone
    if isinstance(value, (datetime, date)) or value is None:
        raise TypeError(value)
    return float(value)


def _decimal(value: Value, zone: tzinfo) -> Decimal:
    del zone
    return value if isinstance(value, Decimal) else Decimal(str(value).strip())


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


def _date(value: Value, zone: tzinfo) -> date:
    if isinstance(value, datetime):
        return value.astimezone(zone).date()
    return value if isinstance(value, date) else date.fromisoformat(str(value).strip())


def _moment(value: Value, zone: tzinfo) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _local_moment(value: Value, zone: tzinfo) -> datetime:
    return _moment(value, zone).astimezone(zone).replace(tzinfo=None)


def _interval(value: Value, zone: tzinfo) -> timedelta:
    return timedelta(seconds=_float(value, zone))


def _address(value: Value, zone: tzinfo) -> object:
    del zone
    return ipaddress.ip_interface(str(value).strip())


_READERS: Mapping[str, Callable[[Value, tzinfo], object]] = {
    "int2": _whole, "int4": _whole, "int8": _whole, "oid": _whole,
    "float4": _float, "float8": _float, "numeric": _decimal, "bool": _bool,
    "text": _word, "varchar": _word, "bpchar": _word, "name": _word, "citext": _word,
    "date": _date, "timestamptz": _moment, "timestamp": _local_moment, "interval": _interval,
    "inet": _address, "uuid": _word, "json": _word, "jsonb": _word,
}  # fmt: skip
