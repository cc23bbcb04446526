"""Rows out of plain text by named groups of a regular expression.

The ``regex`` package is used because a match of it can be given a time limit and does not
hold up the rest of the program: an expression that explodes on unlucky data fails, and nothing freezes.
"""

from __future__ import annotations

import re
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


def number_or_text(text: str | None) -> Value:
    """A number where the text is one as JSON would write it (``010`` is not), None where it is empty."""
    if not text:
        return None
    stripped = text.strip()
    number = _NUMBER.fullmatch(stripped)
    if number is None:
        return text
    return float(stripped) if number[1] or number[2] else int(stripped)
