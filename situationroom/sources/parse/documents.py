"""JSON as services send it: one value, or several one after another.

Several are JSON lines (https://jsonlines.org, https://github.com/ndjson/ndjson-spec), JSON text sequences
(RFC 7464), or objects and arrays without anything between them. A value that is not whole fails them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from situationroom.errors import SourceError
from situationroom.formats import printable
from situationroom.sources.parse.jmes import found, rows_of
from situationroom.values import Row

LINES = frozenset(
    {
        "application/jsonl",
        "application/jsonlines",
        "application/json-lines",
        "application/json-seq",
        "application/ndjson",
        "application/x-json-stream",
        "application/x-jsonl",
        "application/x-jsonlines",
        "application/x-ndjson",
        "application/stream+json",
        "text/x-ndjson",
    }
)
"""Media types of bodies that hold any number of values: none, too."""

_SHOWN = 80  # characters of an answer that is not what was asked for
_GAP = re.compile("[ \t\r\n\x1e]*")
_RECORD = "\x1e"  # begins each text of a sequence


def documents(text: str, *, many: bool = False) -> list[object]:
    """Every JSON value in ``text``; where there may be ``many`` there may be none.

    Raises:
        SourceError: there is none, or something that is none.

    """
    text = text.removeprefix("\ufeff")
    try:
        return [json.loads(text)]
    except (ValueError, RecursionError):
        values = list(_values(text))
    if not values and not many:
        raise SourceError("sources.empty_body")
    return values


def rows_in(values: list[object], path: str) -> tuple[Row, ...] | None:
    """The rows that ``path`` finds in each of the values, or None where it finds nothing in any.

    Raises:
        SourceError: the expression does not fit one of them.

    """
    parts = [rows_of(data) for value in values if (data := found(value, path)) is not None]
    return tuple(row for part in parts for row in part) if parts or not values else None


def _values(text: str) -> Iterator[object]:
    decoder = json.JSONDecoder(parse_int=_whole)
    at = _gap(text, 0)
    while at < len(text):
        begun = at
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            raise _broken(text, at) from None
        at = _gap(text, end)
        if not _ends(text, begun, end, at):
            raise _broken(text, begun if at == len(text) else end)
        yield value


def _ends(text: str, begun: int, end: int, following: int) -> bool:
    """Whether a value ends where it was read to: ``01`` is not two values, and ``12`` may be cut."""
    if text[begun] in '{["':
        glued = text[end - 1] in "}]" and text[following : following + 1] in ("{", "[")
        return glued or following == len(text) or _breaks(text, end, following)
    if following == len(text):  # a figure or a word without the line break that RFC 7464 wants is not whole
        return following > end or _RECORD not in text[:begun]
    return _breaks(text, end, following)


def _breaks(text: str, end: int, following: int) -> bool:
    return any(mark in text[end:following] for mark in ("\n", "\r", _RECORD))


def _gap(text: str, at: int) -> int:
    match = _GAP.match(text, at)
    return match.end() if match else at


def _broken(text: str, at: int) -> SourceError:
    start = printable(text[at : at + _SHOWN])
    line = text.count("\n", 0, at) + 1
    if not text[:at].strip():
        return SourceError("sources.not_json", start=start)
    return SourceError("sources.not_json_line", line=line, start=start)


def _whole(digits: str) -> int | str:
    """An integer; one longer than Python reads as a figure stays text."""
    try:
        return int(digits)
    except ValueError:
        return digits
