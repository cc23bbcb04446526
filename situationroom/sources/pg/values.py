"""What the codecs read, as a row's cells: values of several parts become text as a person reads it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

import asyncpg

from situationroom.values import Duration, Row, Value

_PLAIN = frozenset({type(None), bool, int, str, datetime, date, Duration})
"""Python's types that are cells as they come."""

_FIGURES = frozenset({float, Decimal, type(None)})


def cells(columns: Sequence[str], records: Sequence[asyncpg.Record], zone: tzinfo) -> tuple[Row, ...]:
    """The rows of an answer; times within text are in ``zone``, the room's."""
    rows: list[dict[str, Value]] = [dict(zip(columns, record, strict=True)) for record in records]
    for name, values in zip(columns, zip(*records, strict=True), strict=False):
        kinds = set(map(type, values))
        if kinds <= _PLAIN or (kinds <= _FIGURES and _all_finite(values)):
            continue
        for row in rows:
            row[name] = cell(row[name], zone)
    return tuple(rows)


def cell(value: object, zone: tzinfo) -> Value:
    """One value; figures that are none (``NaN``, ``Infinity``) are text as the server writes it."""
    match value:
        case None | str() | bool() | int() | date():
            return value
        case float() | Decimal():
            return value if _is_finite(value) else _no_figure(value)
        case _:
            return written(value, zone)


def written(value: object, zone: tzinfo) -> str:
    """A range, an array or a row as text: arrays as JSON has them, rows by the names of their columns.

    A row without a type of its own has no names: it is ``(1,x)``, as the server writes it.
    """
    match value:
        case asyncpg.Range():
            return _range(value, zone)
        case list() if value and all(isinstance(item, asyncpg.Range) for item in value):
            return "{" + ",".join(_range(item, zone) for item in value) + "}"
        case list():
            return "[" + ",".join(_part(item, zone) for item in value) + "]"
        case tuple():
            return "(" + ",".join("" if item is None else _bare(item, zone) for item in value) + ")"
        case Mapping() | asyncpg.Record():
            pairs = (
                f"{json.dumps(name, ensure_ascii=False)}:{_part(item, zone)}" for name, item in value.items()
            )
            return "{" + ",".join(pairs) + "}"
        case datetime():
            return value.astimezone(zone).replace(tzinfo=None).isoformat(" ")
        case _:
            return str(value)


def _part(value: object, zone: tzinfo) -> str:
    """One part of an array or a row, as JSON writes it; figures keep every digit."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() | Decimal():
            return str(value) if _is_finite(value) else f'"{_no_figure(value)}"'
        case list() | tuple() | Mapping() | asyncpg.Record():
            return written(value, zone)
        case _:
            return json.dumps(written(value, zone), ensure_ascii=False)


def _bare(item: object, zone: tzinfo) -> str:
    """One part of a row without names; true and false as the server writes them."""
    if isinstance(item, bool):
        return "t" if item else "f"
    shown = str(cell(item, zone)) if isinstance(item, (int, float, Decimal)) else written(item, zone)
    plain = shown and not any(letter in '",()\\' for letter in shown)
    return shown if plain or isinstance(item, (list, tuple)) else json.dumps(shown, ensure_ascii=False)


def _range(value: asyncpg.Range[Any], zone: tzinfo) -> str:
    if value.isempty:
        return "empty"
    low = "" if value.lower is None else written(value.lower, zone)
    high = "" if value.upper is None else written(value.upper, zone)
    return f"{'[' if value.lower_inc else '('}{low},{high}{']' if value.upper_inc else ')'}"


def _all_finite(values: Iterable[float | Decimal | None]) -> bool:
    return all(value is None or _is_finite(value) for value in values)


def _is_finite(value: float | Decimal) -> bool:
    return math.isfinite(value) if isinstance(value, float) else value.is_finite()


def _no_figure(value: float | Decimal) -> str:
    if value.is_nan() if isinstance(value, Decimal) else math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
