"""Journals written by hand, for the tests of what reads them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from situationroom.journal import Draft, Entry
from situationroom.journal.database import JournalFile
from situationroom.journal.entry import write

SEOUL = ZoneInfo("Asia/Seoul")
NINE = datetime(2026, 11, 20, 9, 0, tzinfo=SEOUL)


def chained(drafts: Iterable[Draft]) -> list[Entry]:
    """The entries of a sound journal."""
    entries: list[Entry] = []
    for draft in drafts:
        entries.append(write(draft, (entries[-1].id, entries[-1].hash) if entries else None))
    return entries


def numbered(count: int) -> list[Draft]:
    """Drafts that differ, a minute apart."""
    return [
        Draft(
            NINE + timedelta(minutes=place), "asked", f"run{place}", "kim", "kim@wall", "skip", {"no": place}
        )
        for place in range(count)
    ]


def run(
    name: str,
    kinds: Sequence[str | tuple[str, str]],
    *,
    at: datetime = NINE,
    body: dict[str, dict[str, object]] | None = None,
) -> list[Draft]:
    """The steps of a run, a second apart: kinds by kim, or (kind, person). ``body`` is by kind."""
    steps = [(kind, "kim") if isinstance(kind, str) else kind for kind in kinds]
    return [
        Draft(
            at + timedelta(seconds=place),
            kind,
            name,
            person,
            f"{person}@desk",
            "skip",
            (body or {}).get(kind, {}),
        )
        for place, (kind, person) in enumerate(steps)
    ]


def journal_file(path: Path, drafts: Iterable[Draft]) -> None:
    """A journal on disk, let go of."""
    file = JournalFile(path, 1.0)
    for draft in drafts:
        file.append(draft)
    file.close()


def tamper(path: Path, *statements: str) -> None:
    """Do to the file what its triggers refuse, as somebody who means harm does."""
    connection = sqlite3.connect(path, isolation_level=None)
    for (name,) in connection.execute("select name from sqlite_schema where type = 'trigger'").fetchall():
        connection.execute(f"drop trigger {name}")
    for statement in statements:
        connection.execute(statement)
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
