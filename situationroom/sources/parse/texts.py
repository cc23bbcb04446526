"""Rows out of CSV and out of plain text by named groups of a regular expression.

The ``regex`` package is used for the latter because a match of it can be given a time limit and does not
hold up the rest of the program: an expression that explodes on unlucky data fails, and nothing freezes.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from situationroom.errors import SourceError
from situationroom.formats import printable
from situationroom.sources.base import Rows
from situationroom.sources.parse.jmes import MAX_ROWS, table
from situationroom.values import Row, Value

MATCH_S = 1.0
"""Seconds all matches of one answer may take together."""

_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})(\.\d{1,18})?([eE][+-]?\d{1,3})?")


def _with_groups(pattern: str) -> str:
    import regex

    try:
        compiled = regex.compile(pattern)
    except regex.error as error:
        at = (getattr(error, "pos", None) or 0) + 1  # the package's type hints do not tell of it
        raise PydanticCustomError(
            "sources.bad_pattern", "bad regular expression at {at}", {"at": at}
        ) from None
    if not compiled.groupindex:
        raise ValueError("sources.no_groups")
    return pattern


Pattern = Annotated[str, AfterValidator(_with_groups)]
"""A regular expression with a named group per column; ``^`` and ``$`` are the ends of each line."""


def matched_rows(text: str, pattern: str) -> Rows:
    """A row per match of ``pattern``, a column per named group.

    Raises:
        SourceError: nothing matches, or matching takes too long.

    """
    import regex

    compiled = regex.compile(pattern, regex.MULTILINE)
    rows: list[Row] = []
    try:
        for match in compiled.finditer(text, timeout=MATCH_S, concurrent=True):
            rows.append({name: number_or_text(value) for name, value in match.groupdict().items()})
            if len(rows) > MAX_ROWS:
                break
    except TimeoutError:
        raise SourceError("sources.pattern_slow", after_s=MATCH_S) from None
    if not rows:
        raise SourceError("sources.no_match", start=printable(text[:80]))
    return table(rows)


def csv_rows(text: str, delimiter: str) -> Rows:
    """A row per line after the header line.

    Raises:
        SourceError: it is no CSV with a header: empty, a web page, a column named twice.

    """
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # a cell may be as long as its answer
    reader = csv.reader(text.removeprefix("\ufeff").splitlines(keepends=True), delimiter=delimiter)
    rows: list[Row] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        if not any(header) or header[0].startswith("<"):
            raise SourceError("sources.not_csv", start=printable(text[:80]))
        twice = next((name for index, name in enumerate(header) if name in header[:index]), None)
        if twice is not None:
            raise SourceError("sources.csv_same_name", column=twice)
        for cells in reader:
            if cells:
                rows.append(_csv_row(header, cells, reader.line_num))
            if len(rows) > MAX_ROWS:
                break
    except csv.Error as error:
        raise SourceError("sources.csv_broken", line=reader.line_num, detail=str(error)) from None
    answer = table(rows)
    return Rows(tuple(header), answer.rows, notes=answer.notes)


def _csv_row(header: list[str], cells: list[str], line: int) -> Mapping[str, Value]:
    if len(cells) != len(header):
        raise SourceError("sources.csv_cells", line=line, cells=len(cells), wanted=len(header))
    return {name: number_or_text(value) for name, value in zip(header, cells, strict=True)}


def number_or_text(text: str | None) -> Value:
    """A number where the text is one as JSON would write it (``010`` is not), None where it is empty."""
    if not text:
        return None
    stripped = text.strip()
    number = _NUMBER.fullmatch(stripped)
    if number is None:
        return text
    return float(stripped) if number[1] or number[2] else int(stripped)


def decoded(body: bytes, encoding: str) -> str:
    """A body's text; what does not fit its charset is shown as such."""
    try:
        return body.decode(encoding, "replace")
    except LookupError:  # a charset nobody knows
        return body.decode("utf-8", "replace")
