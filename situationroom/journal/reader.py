"""The journal as an auditor reads it: never written to, one moment of it from the first entry to the last.

A room may write meanwhile. A read-only file, or a copy in a folder nobody may write to, is read as well.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import fields
from datetime import datetime
from pathlib import Path

from situationroom.errors import JournalError
from situationroom.journal.database import explained
from situationroom.journal.entry import Entry, utc
from situationroom.journal.permissions import refuse_anybodys

BUSY_S = 5.0
"""How long to wait while another process has the whole file."""

_COLUMNS = ", ".join(f'"{field.name}"' for field in fields(Entry))
_MATCHING = f"""
    select {_COLUMNS} from entries
    where (:run = '' or substr(run, 1, length(:run)) = :run)
      and (:action = '' or action = :action) and (:person = '' or person = :person)
      and (:since = '' or at >= :since) and (:until = '' or at < :until)
    order by id
"""


@contextmanager
def reading(path: Path) -> Iterator[JournalReader]:
    """The journal at ``path`` as it is now.

    Raises:
        JournalError: it is not there, cannot be read, is none, or anybody may write it.

    """
    if not path.is_file():
        raise JournalError("journal.missing", path=str(path))
    refuse_anybodys(path)
    try:
        with closing(_connect(path)) as connection:
            connection.execute("begin")  # every question sees the same moment
            yield JournalReader(connection, path)
    except sqlite3.Error as error:
        raise explained(error, path) from error


class JournalReader:
    """What can be asked of a journal opened by :func:`reading`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def entries(
        self,
        *,
        run: str = "",
        action: str = "",
        person: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Entry]:
        """The entries that match, oldest first.

        ``run`` may be its first letters, as tables show it. ``since`` is inclusive, ``until`` exclusive;
        both aware.

        Raises:
            JournalError: it cannot be read.

        """
        wanted = {
            "run": run,
            "action": action,
            "person": person,
            "since": utc(since) if since else "",
            "until": utc(until) if until else "",
        }
        try:
            if not self._connection.execute("pragma table_info(entries)").fetchall():
                return  # made and not begun
            for row in self._connection.execute(_MATCHING, wanted):
                yield Entry(*row)
        except sqlite3.Error as error:
            raise explained(error, self._path) from error


def _connect(path: Path) -> sqlite3.Connection:
    """The file, read-only; where SQLite may not even lay its index beside it, the file as it lies.

    A write-ahead log that has entries is never passed over: it must be readable too.
    """
    uri = path.absolute().as_uri()
    try:
        return _opened(f"{uri}?mode=ro")
    except sqlite3.OperationalError:
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size > 0:
            raise
        return _opened(f"{uri}?immutable=1")


def _opened(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)
    # Bytes that are no UTF-8 were written by nobody of ours: they must not hide the row they stand in.
    connection.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")
    try:
        connection.execute("select count(*) from sqlite_schema").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection
