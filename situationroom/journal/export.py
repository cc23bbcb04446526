"""The journal written out: lines for people, JSON and CSV for programs and auditors.

Text from outside is data in each of them: on a terminal control characters are shown escaped; in JSON they
are escaped as JSON escapes; in CSV they are shown, and what a spreadsheet would take for a formula is quoted.
JSON alone is exact: the hashes can be checked from it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from situationroom.codec import readable
from situationroom.formats import escaped_json, fit, printable, width
from situationroom.i18n import say
from situationroom.journal.entry import Entry, Json, canonical

_SHOWN = ("at", "kind", "action", "person", "run", "where")
_WIDEST = {"action": 24, "person": 16, "run": 8, "where": 24}
_BESIDE = 60
"""Cells the particulars need to stand beside the columns; with fewer they go below, indented."""

_INDENT = 4
_GAP = 2

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def lines(
    entries: Sequence[Entry], lang: str, zone: ZoneInfo, cells: int, names: Mapping[str, str] | None = None
) -> Iterator[str]:
    """A table of entries on a terminal of so many cells, a heading first; times in ``zone``.

    ``names`` are those of people, by id.
    """
    rows = [_cells(replace(entry, person=named(entry.person, names or {})), lang, zone) for entry in entries]
    heads = [say(f"journal.{name}", lang) for name in _SHOWN]
    widths = [_width(name, [row[place] for row in (heads, *rows)]) for place, name in enumerate(_SHOWN)]
    taken = sum(widths) + _GAP * len(widths)
    beside = cells - taken >= _BESIDE
    yield _fitted(heads, widths, cells, say("journal.body", lang) if beside else "")
    for entry, row in zip(entries, rows, strict=True):
        indent, room = (taken, cells - taken) if beside else (_INDENT, cells - _INDENT)
        body = _body(entry)
        wrapped = folded(
            " ".join(_particulars(body, names or {})) if isinstance(body, dict) else entry.body, room
        )
        yield _fitted(row, widths, cells, wrapped.pop(0) if beside and wrapped else "")
        yield from (" " * indent + line for line in wrapped)


def named(person: str, names: Mapping[str, str]) -> str:
    """``김운영 (kim)``: whoever knows the people reads the name, whoever searches the journal the id."""
    name = names.get(person, "")
    return f"{name} ({person})" if name and name != person else person


def json_line(entry: Entry) -> str:
    """One entry as one line of JSON, its hashes included."""
    return json_text({**{name: getattr(entry, name) for name in Entry.__slots__}, "body": _body(entry)})


def json_text(value: Json) -> str:
    """JSON whose unseen characters are escaped, so that it may be looked at on a terminal."""
    return escaped_json(canonical(value))


def csv_header() -> str:
    """The first line of a CSV export, without its line end."""
    return csv_record(Entry.__slots__)


def csv_line(entry: Entry) -> str:
    """One entry as a CSV record, without its line end."""
    return csv_record([getattr(entry, name) for name in Entry.__slots__])


def csv_record(values: Sequence[str | float | None]) -> str:
    """Values as a CSV record, without its line end: one line, safe to open in a spreadsheet."""
    made = io.StringIO()
    csv.writer(made, lineterminator="").writerow([_csv_cell(value) for value in values])
    return made.getvalue()


def moment(at: str, entry: Entry, zone: ZoneInfo) -> str:
    """The time of an entry for a reader; as it stands where somebody made it no time."""
    try:
        return entry.moment.astimezone(zone).strftime(at)
    except (ValueError, OverflowError):
        return entry.at


def kind_said(kind: str, lang: str) -> str:
    """A kind of entry in words; its name where it has none."""
    said = say(f"journal.kind_{kind}", lang)
    return kind if said.startswith("journal.") else said


def folded(text: str, cells: int, indent: int = 0) -> list[str]:
    """Text from outside in lines of at most so many cells, those after the first one indented."""
    shown = printable(text)
    if width(shown) <= cells:
        return [shown] if shown else []
    wrapped = Text(shown).wrap(Console(width=cells), max(cells - indent, 8))
    return [" " * (indent if place else 0) + line.plain.rstrip() for place, line in enumerate(wrapped)]


def _cells(entry: Entry, lang: str, zone: ZoneInfo) -> list[str]:
    shown = (
        moment("%m-%d %H:%M:%S", entry, zone), kind_said(entry.kind, lang), entry.action, entry.person,
        entry.run[:8], entry.where,
    )  # fmt: skip
    return [printable(cell) for cell in shown]


def _width(name: str, cells: Sequence[str]) -> int:
    return min(max(map(width, cells)), _WIDEST.get(name, 20))


def _fitted(row: Sequence[str], widths: Sequence[int], cells: int, more: str) -> str:
    line = (" " * _GAP).join([*(fit(cell, width) for cell, width in zip(row, widths, strict=True)), more])
    line = line.rstrip()
    return line if width(line) <= cells else fit(line, cells).rstrip()


def _csv_cell(value: str | float | None) -> str | float | None:
    if not isinstance(value, str):
        return value
    return ("'" if value.startswith(_FORMULA) else "") + printable(value, longest=None)


def _body(entry: Entry) -> Json:
    """The particulars; the text itself where somebody made it no JSON."""
    try:
        return entry.facts
    except (ValueError, RecursionError):
        return entry.body


def _particulars(facts: dict[str, Json], names: Mapping[str, str]) -> Iterator[str]:
    """For a reader: the sentences, then ``name=value``. Statements are long and left to the other forms."""
    sentences = {name: text for name, value in facts.items() if (text := _sentence(value))}
    yield from sentences.values()
    for name, value in facts.items():
        told = name == "subject" and any(str(value) in text for text in sentences.values())
        if name not in sentences and name != "statement" and not told and value not in (None, {}, [], ""):
            plain = readable(value)
            if name == "asked_by" and isinstance(plain, str):
                plain = named(plain, names)
            yield f"{name}={plain if isinstance(plain, str) else canonical(plain)}"


def _sentence(value: Json) -> str:
    """The words of a sentence that was recorded with its id; "" for anything else."""
    text = value.get("text") if isinstance(value, dict) else None
    return text if isinstance(text, str) else ""
