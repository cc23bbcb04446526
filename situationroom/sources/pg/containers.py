"""Values of several parts that say themselves what they hold: rows without a type of their own, and arrays.

The driver reads the parts of such a row by codecs that may want text where bytes stand; so they are read
here. A part of a type that is not known here makes the whole unreadable: the server is then asked for its
text form.

Source: ``record_send`` and ``array_send`` in PostgreSQL's ``src/backend/utils/adt``.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import TypeAlias

Reader: TypeAlias = Callable[[bytes], object]

_HEAD = struct.Struct("!iiI")
_DIMENSION = struct.Struct("!ii")
_FIELD = struct.Struct("!Ii")
_LENGTH = struct.Struct("!i")


class UnreadableError(ValueError):
    """A part of a value is of a type that cannot be read from its bytes."""


def record(data: bytes, readers: Mapping[int, Reader]) -> tuple[object, ...]:
    """The parts of a row, each by the reader of its type."""
    (count,) = _LENGTH.unpack_from(data)
    at, parts = _LENGTH.size, list[object]()
    for _ in range(count):
        oid, length = _FIELD.unpack_from(data, at)
        at += _FIELD.size
        part, at = _part(data, at, length, oid, readers)
        parts.append(part)
    return tuple(parts)


def array(data: bytes, readers: Mapping[int, Reader]) -> list[object]:
    """An array as lists within lists."""
    dimensions, _, oid = _HEAD.unpack_from(data)
    at = _HEAD.size
    sizes = []
    for _ in range(dimensions):
        size, _ = _DIMENSION.unpack_from(data, at)
        at += _DIMENSION.size
        sizes.append(size)
    if not sizes:
        return []

    def level(depth: int) -> list[object]:
        nonlocal at
        if depth < len(sizes) - 1:
            return [level(depth + 1) for _ in range(sizes[depth])]
        items = []
        for _ in range(sizes[depth]):
            (length,) = _LENGTH.unpack_from(data, at)
            item, at = _part(data, at + _LENGTH.size, length, oid, readers)
            items.append(item)
        return items

    return level(0)


def _part(data: bytes, at: int, length: int, oid: int, readers: Mapping[int, Reader]) -> tuple[object, int]:
    if length < 0:
        return None, at
    read = readers.get(oid)
    if read is None:
        raise UnreadableError(f"type {oid}")
    return read(data[at : at + length]), at + length
