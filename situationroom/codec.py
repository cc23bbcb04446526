"""Every :data:`~situationroom.values.Value` as JSON and back, its type kept.

What JSON has a form for stays as it is, so that text, whole numbers, true and false read as they always did.
Everything else becomes a mapping of one key that begins with ``$``: ``{"$decimal": "0.30"}``,
``{"$datetime": "2024-09-20T09:00:00+09:00"}``, ``{"$date": …}``, ``{"$float": "nan"}``; text that UTF-8
cannot hold and integers longer than Python's own limit for digits have a form as well. A mapping of somebody
else's with such a key is written as ``{"$map": [[key, value], …]}``. Times keep their instant and offset, not
the name of their zone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from situationroom.values import Duration, Value

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

_LONGEST_INT = 10_000
"""Bits of an integer that is written as digits; Python refuses to read more than 4,300 of those."""


def encode(value: object) -> Json:
    """A value, or mappings and lists of them, as JSON. What is no value at all is kept as its text."""
    match value:
        case None | bool():
            return value
        case int():
            return int(value) if value.bit_length() <= _LONGEST_INT else {"$int": hex(value)}
        case Duration() if math.isfinite(value):
            return {"$duration": float.__repr__(value)}
        case float():
            return float(value) if math.isfinite(value) else {"$float": str(value)}
        case str():
            return _text(str(value))
        case Decimal():
            return {"$decimal": str(value)}
        case datetime():
            return {"$datetime": value.isoformat()}
        case date():
            return {"$date": value.isoformat()}
        case Mapping():
            return _mapping(value)
        case list() | tuple():
            return [encode(inner) for inner in value]
        case _:
            return _text(str(value))


def decode(data: Json) -> object:
    """What :func:`encode` was given; lists for tuples. Never raises: what is not ours stays as it stands."""
    if isinstance(data, list):
        return [decode(inner) for inner in data]
    if not isinstance(data, dict):
        return data
    if len(data) == 1:
        ((tag, inner),) = data.items()
        read = _READERS.get(tag)
        if read is not None:
            try:
                return read(inner)
            except (ValueError, TypeError, ArithmeticError):
                return data
    return {name: decode(inner) for name, inner in data.items()}


def readable(data: Json) -> Json:
    """JSON that :func:`encode` made, with plain text in place of its tags: for people and their programs."""
    return _plain(decode(data))


def same(one: object, other: object) -> bool:
    """Whether two values mean the same: ``0.30`` and ``0.3``, one moment in two zones, NaN and itself.

    A text is the same as a value that it is the text of: so are settings found that a layout writes as text,
    and those of journals from before types were kept.
    """
    if isinstance(one, str) is not isinstance(other, str):
        text, value = (one, other) if isinstance(one, str) else (other, one)
        return _is_text_of(str(text), value)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float, Decimal)) and isinstance(other, (int, float, Decimal)):
        return _figure(one) == _figure(other)
    if isinstance(one, datetime) and isinstance(other, datetime):
        return _moment(one) == _moment(other)
    return encode(one) == encode(other)


def same_facts(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether two mappings have the same names with the same values."""
    return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())


def _text(value: str) -> Json:
    if any("\ud800" <= char <= "\udfff" for char in value):
        return {"$text": json.dumps(value)}
    return value


def _mapping(value: Mapping[object, object]) -> Json:
    pairs = [(encode(str(name)), encode(inner)) for name, inner in value.items()]
    if all(isinstance(name, str) and not name.startswith("$") for name, _ in pairs):
        return {str(name): inner for name, inner in pairs}
    return {"$map": [[name, inner] for name, inner in pairs]}


def _tagged(read: Callable[[str], Value]) -> Callable[[Json], object]:
    """A reader of a tag's text; anything but text is not ours."""

    def reader(inner: Json) -> object:
        if not isinstance(inner, str):
            raise TypeError
        return read(inner)

    return reader


def _hex(text: str) -> int:
    return int(text, 16)


def _half(text: str) -> str:
    value = json.loads(text)
    if not isinstance(value, str):
        raise TypeError
    return value


def _pairs(inner: Json) -> object:
    if not isinstance(inner, list):
        raise TypeError
    found: dict[str, object] = {}
    for pair in inner:
        if not isinstance(pair, list):
            raise TypeError
        name, value = pair
        found[str(decode(name))] = decode(value)
    return found


_READERS: Mapping[str, Callable[[Json], object]] = MappingProxyType(
    {
        "$int": _tagged(_hex),
        "$float": _tagged(float),
        "$duration": _tagged(Duration),
        "$decimal": _tagged(Decimal),
        "$datetime": _tagged(datetime.fromisoformat),
        "$date": _tagged(date.fromisoformat),
        "$text": _tagged(_half),
        "$map": _pairs,
    }
)


def _plain(value: object) -> Json:
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def _is_text_of(text: str, value: object) -> bool:
    try:
        match value:
            case bool():
                return text == ("true" if value else "false")
            case int() | float() | Decimal():
                return same(Decimal(text), value)
            case datetime():
                return _moment(datetime.fromisoformat(text)) == _moment(value)
            case date():
                return date.fromisoformat(text) == value
    except (ValueError, InvalidOperation):
        return False
    return False


def _figure(value: float | Decimal) -> int | Decimal | str:
    """A float as the decimal that is written for it: 0.1 is what people and databases mean by it."""
    if isinstance(value, int):
        return value
    figure = Decimal(repr(value)) if isinstance(value, float) else value
    return "nan" if figure.is_nan() else figure


def _moment(value: datetime) -> tuple[bool, timedelta]:
    """A time that compares by its instant alone, also within an hour that a zone has twice."""
    since = timedelta(
        value.toordinal(), value.second, value.microsecond, minutes=value.minute, hours=value.hour
    )
    offset = value.utcoffset()
    return (False, since) if offset is None else (True, since - offset)
