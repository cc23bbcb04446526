"""Rows out of JSON by a JMESPath expression, for every source that answers in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from situationroom.errors import SourceError
from situationroom.sources.base import Rows
from situationroom.values import Message, Row, Value

MAX_ROWS = 5_000
"""Rows of one answer that are kept; the rest is cut, with a note."""

SCALAR_COLUMN = "value"
"""The column of rows that are no objects."""


def _compiled(path: str) -> str:
    import jmespath

    try:
        parsed = jmespath.compile(path).parsed
    except jmespath.exceptions.ParseError as error:
        at = min((error.lex_position or 0) + 1, len(path))
        raise PydanticCustomError("sources.bad_path", "bad JMESPath at {at}", {"at": at}) from None
    except jmespath.exceptions.JMESPathError:  # it is empty
        raise PydanticCustomError("sources.bad_path", "bad JMESPath at {at}", {"at": 1}) from None
    _check_functions(parsed)
    return path


def _check_functions(node: Mapping[str, Any]) -> None:
    """Refuse, in a parsed expression, functions that do not exist or take another number of arguments."""
    from jmespath.functions import Functions

    if node["type"] == "function_expression":
        name, given = node["value"], len(node["children"])
        known = Functions.FUNCTION_TABLE
        if name not in known:
            names = ", ".join(sorted(known))
            raise PydanticCustomError("sources.path_function", "no {name}", {"name": name, "names": names})
        wanted = known[name]["signature"]
        several = bool(wanted) and wanted[-1].get("variadic", False)
        if given < len(wanted) or (given > len(wanted) and not several):
            said = {"name": name, "given": given, "wanted": len(wanted)}
            raise PydanticCustomError("sources.path_arguments", "wrong number for {name}", said)
    for child in node["children"]:
        _check_functions(child)


JmesPath = Annotated[str, AfterValidator(_compiled)]
"""Where the rows are in a JSON document, checked when the layout is read."""


def found(document: object, path: str) -> object:
    """What ``path`` finds in a JSON document; None where it finds nothing.

    Raises:
        SourceError: the expression does not fit the document.

    """
    import jmespath

    try:
        return jmespath.search(path, document)
    except jmespath.exceptions.JMESPathError as error:
        raise SourceError("sources.path_failed", path=path, detail=str(error).partition("\n")[0]) from None


def rows_of(data: object) -> tuple[dict[str, Value], ...]:
    """A list as a row per item, an object as one row; what is no object becomes a column ``value``."""
    return tuple(_row(item) for item in (data if isinstance(data, list) else [data]))


def table(rows: Iterable[Row], notes: tuple[Message, ...] = (), max_rows: int = MAX_ROWS) -> Rows:
    """Rows that may differ in their columns as one answer: every row gets every column."""
    kept = list(rows)
    if len(kept) > max_rows:
        notes = (*notes, Message("sources.cut", {"rows": max_rows}))
        del kept[max_rows:]
    columns = tuple(dict.fromkeys(name for row in kept for name in row))
    whole = tuple(
        row if len(row) == len(columns) else {name: row.get(name) for name in columns} for row in kept
    )
    return Rows(columns, whole, notes=notes)


def clean(text: str) -> str:
    """Text that can be written as UTF-8: half characters, which JSON may hold, are shown escaped."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _row(item: object) -> dict[str, Value]:
    if isinstance(item, Mapping):
        return {clean(str(name)): _cell(value) for name, value in item.items()}
    return {SCALAR_COLUMN: _cell(item)}


def _cell(value: object) -> Value:
    match value:
        case str():
            return clean(value)
        case None | bool() | int() | float():
            return value
        case _:
            return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
