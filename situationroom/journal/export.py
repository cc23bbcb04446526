"""The journal written out: a table for people, JSON and CSV for programs and auditors."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from situationroom.formats import printable
from situationroom.i18n import say
from situationroom.journal.entry import Entry, Json, canonical

_SHOWN = ("at", "kind", "action", "person", "where", "run", "body")


def table(entries: list[Entry], lang: str, zone: ZoneInfo) -> Table:
    """A table of entries, times in ``zone``."""
    made = Table(*(say(f"journal.{name}", lang) for name in _SHOWN), show_edge=False, pad_edge=False)
    for entry in entries:
        kind = say(f"journal.kind_{entry.kind}", lang)
        cells = (
            entry.moment.astimezone(zone).strftime("%m-%d %H:%M:%S"),
            entry.kind if kind.startswith("journal.") else kind,
            entry.action,
            entry.person,
            entry.where,
            entry.run[:8],
            " ".join(_particulars(entry.facts)),
        )
        made.add_row(*(Text(printable(cell)) for cell in cells))
    return made


def json_line(entry: Entry) -> str:
    """One entry as one line of JSON, its hashes included."""
    whole: dict[str, Json] = {name: getattr(entry, name) for name in Entry.__slots__}
    return canonical({**whole, "body": entry.facts})


def csv_header() -> str:
    """The first line of a CSV export, without its line end."""
    return ",".join(Entry.__slots__)


def csv_line(entry: Entry) -> str:
    """One entry as a CSV record, without its line end."""
    made = io.StringIO()
    csv.writer(made, lineterminator="").writerow([getattr(entry, name) for name in Entry.__slots__])
    return made.getvalue()


def _particulars(facts: dict[str, Json]) -> Iterator[str]:
    """For a reader: the sentences, then ``name=value``. Statements are long and left to the other forms."""
    sentences = {name: text for name, value in facts.items() if (text := _sentence(value))}
    yield from sentences.values()
    for name, value in facts.items():
        if name not in sentences and name != "statement" and value not in (None, {}, [], ""):
            yield f"{name}={value if isinstance(value, str) else canonical(value)}"


def _sentence(value: Json) -> str:
    """The words of a sentence that was recorded with its id; "" for anything else."""
    text = value.get("text") if isinstance(value, dict) else None
    return text if isinstance(text, str) else ""
