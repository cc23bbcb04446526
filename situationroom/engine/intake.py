"""Where answers enter: what a source gives is looked at once, so that nothing odd gets further in.

An answer that is none fails its feed with the reason. A cell that is no :data:`~situationroom.values.Value`
becomes text and stays in its cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from situationroom.errors import SourceError, must_end
from situationroom.sources.base import Rows
from situationroom.values import Row, Value

_PLAIN = frozenset({str, int, float, bool, Decimal, datetime, date, type(None)})

_LONGEST_NAMED = 80

LONGEST_FIGURE = 400
"""Characters of a text that may be read as a figure."""

LONGEST_TEXT = 10_000
"""Characters that are kept of a cell that had to be made text."""


def taken(answer: object) -> Rows:
    """A source's answer with every row whole: each column, plain values.

    Raises:
        SourceError: it is no answer; the message says what came instead.

    """
    if not isinstance(answer, Rows):
        raise SourceError("engine.no_rows", got=type(answer).__name__)
    columns = _columns(answer.columns)
    if isinstance(answer.rows, (str, Mapping)) or not isinstance(answer.rows, Iterable):
        raise SourceError("engine.no_rows", got=type(answer.rows).__name__)
    checked = tuple(_row(row, columns, place) for place, row in enumerate(answer.rows, 1))
    at = answer.at if isinstance(answer.at, datetime) and answer.at.tzinfo else None
    return Rows(columns, checked, at, tuple(answer.notes), max(0.0, answer.age_s))


def _columns(given: object) -> tuple[str, ...]:
    if isinstance(given, (str, Mapping)) or not isinstance(given, Iterable):
        raise SourceError("engine.no_column", got=repr(given)[:_LONGEST_NAMED])
    names = []
    for name in given:
        if not isinstance(name, str):
            raise SourceError("engine.no_column", got=repr(name)[:_LONGEST_NAMED])
        names.append(name)
    return tuple(names)


def _row(row: object, columns: tuple[str, ...], place: int) -> Row:
    if not isinstance(row, Mapping):
        raise SourceError("engine.no_row", row=place, got=type(row).__name__)
    if all(name in row and type(row[name]) in _PLAIN for name in columns):
        return row
    return {**row, **{name: _value(row.get(name)) for name in columns}}


def _value(value: object) -> Value:
    """The value where it is one (a subclass too), else its text."""
    if value is None or isinstance(value, (str, int, float, Decimal, date)):
        return value
    try:
        return str(value)[:LONGEST_TEXT]
    except BaseException as error:  # a stranger's object: that it cannot be shown is shown in its cell
        if must_end(error):
            raise
        return f"{type(value).__name__}: {type(error).__name__}"


def figures_read(rows: Rows, numbers: Mapping[str, str]) -> Rows:
    """The rows with text of these columns read as figures; text that is none stays as it is.

    ``numbers`` gives the thousands separator of each column, "" for none.
    """
    if not numbers:
        return rows
    read = [
        {**row, **{name: _figure(row[name], mark) for name, mark in numbers.items() if name in row}}
        for row in rows.rows
    ]
    return replace(rows, rows=tuple(read))


def _figure(value: Value, separator: str) -> Value:
    if not isinstance(value, str) or len(value) > LONGEST_FIGURE:
        return value
    text = value.strip()
    point = "," if separator == "." else "."
    groups = rf"\d{{1,3}}(?:{re.escape(separator)}\d{{3}})+|" if separator else ""
    pattern = rf"([+-]?)({groups}\d+)(?:{re.escape(point)}(\d+))?(?:[eE]([+-]?\d{{1,3}}))?"
    found = re.fullmatch(pattern, text, re.ASCII)
    if found is None:
        return value
    sign, whole, parts, power = found.groups()
    if separator:
        whole = whole.replace(separator, "")
    figure = Decimal(f"{sign}{whole}{f'.{parts}' if parts else ''}e{power or 0}")
    return figure if parts or power else int(figure)
