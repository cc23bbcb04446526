"""Rows out of CSV (RFC 4180) with any delimiter: all of them, or a failure that names the line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from situationroom.errors import SourceError
from situationroom.formats import printable
from situationroom.layout.fields import Spec
from situationroom.sources.base import Rows
from situationroom.sources.parse.jmes import MAX_ROWS, table
from situationroom.sources.parse.texts import number_or_text
from situationroom.values import Row, Value

_SHOWN = 80  # characters of an answer that is no CSV


def _between_cells(delimiter: str) -> str:
    if delimiter in '"\r\n\0':
        raise ValueError("sources.bad_delimiter")
    return delimiter


class Csv(Spec):
    """How a CSV is written.

    ``quotes: false`` is for one whose cells are never quoted: ``"`` is then a letter like any other.
    """

    delimiter: Annotated[str, Field(min_length=1, max_length=1), AfterValidator(_between_cells)] = ","
    quotes: bool = True


def csv_rows(text: str, form: Csv) -> Rows:
    """A row per line after the header line, at most :data:`MAX_ROWS` and a note on the rest.

    Raises:
        SourceError: it is no CSV with a header, or it is broken: a quote that is never closed, a row with
            more or fewer cells than the header, a NUL, a column named twice or not at all.

    """
    if "\0" in text:
        raise SourceError("sources.csv_nul", line=text.count("\n", 0, text.index("\0")) + 1)
    lines = _records(text, form)
    first, header = next(lines, (1, []))
    header = [name.strip() for name in header]
    if not any(header) or header[0].startswith("<"):
        raise SourceError("sources.not_csv", start=printable(text[:_SHOWN]))
    names = _named(header, first)
    rows: list[Row] = []
    for line, cells in lines:
        rows.append(_row(names, len(header), cells, line))
        if len(rows) > MAX_ROWS:
            break
    answer = table(rows)
    return Rows(tuple(names), answer.rows, notes=answer.notes)


def _records(text: str, form: Csv) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not blank, its cells, and the line of the text it begins at, from 1."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # a cell may be as long as its answer
    reader = csv.reader(
        io.StringIO(text.removeprefix("\ufeff"), newline=""),  # lines end as CSV means it: no U+2028, no \f
        delimiter=form.delimiter,
        quoting=csv.QUOTE_MINIMAL if form.quotes else csv.QUOTE_NONE,
        strict=True,  # else what follows an open quote is taken for one cell
    )
    while True:
        begun = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if "end of data" in str(error):
                raise SourceError("sources.csv_open_quote", line=begun) from None
            raise SourceError("sources.csv_after_quote", line=reader.line_num) from None
        if cells is None:
            return
        if cells:
            yield begun, cells


def _named(header: list[str], line: int) -> list[str]:
    """The columns' names; nameless ones at the end are what a trailing delimiter leaves."""
    names = list(header)
    while names and not names[-1]:
        names.pop()
    for position, name in enumerate(names):
        if not name:
            raise SourceError("sources.csv_no_name", line=line, position=position + 1)
        if name in names[:position]:
            raise SourceError("sources.csv_same_name", column=printable(name))
    return names


def _row(names: list[str], wanted: int, cells: list[str], line: int) -> dict[str, Value]:
    """A row by the columns' names; cells without a name must be empty, those at the end may be missing."""
    if not len(names) <= len(cells) <= wanted or any(cells[len(names) :]):
        raise SourceError("sources.csv_cells", line=line, cells=len(cells), wanted=wanted)
    return {name: number_or_text(value) for name, value in zip(names, cells, strict=False)}
