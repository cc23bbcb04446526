"""The journal's SQLite file, used by one thread at a time; ``store.py`` gives it that thread.

WAL with ``synchronous=FULL``: a commit that returned is on the disk. Triggers refuse changes and removals,
so that only somebody who means harm can do either; the chain of hashes then shows it. Two processes on
one file are safe: each reads the newest hash and writes its own entry under the same write lock.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from situationroom.disk import full, is_full, no_space
from situationroom.errors import JournalError
from situationroom.journal.entry import Draft, Entry, write
from situationroom.journal.permissions import refuse_anybodys
from situationroom.values import Message

_VERSION = 1
_COLUMNS = 'id, at, run, kind, person, "where", action, body, previous, hash'
MOST_UNDOABLE = 2_000
"""So many things that were changed are remembered with their last change, which may be undone."""


def _fact(name: str) -> str:
    """A fact of an entry; null in one that was tampered with."""
    return f"case when json_valid(body) then json_extract(body, '$.{name}') end"


_MATTERING = f"""
    with open_runs as (
      select run from entries where kind = 'claimed' and run not in (
        select run from entries where kind in ('done', 'failed', 'stopped', 'denied', 'settled')
      )
      union
      select run from entries where kind = 'confirmed' and run not in (
        select run from entries where kind in
          ('claimed', 'refused', 'withdrawn', 'expired', 'denied', 'done', 'failed', 'stopped', 'settled')
      )
      union
      select run from entries
      where (kind = 'temporary' or (kind = 'claimed' and {_fact("for_s")} is not null)) and run not in (
        select run from entries where kind in ('reverted', 'failed', 'denied')
      )
    ), undoable as (
      select run from entries where id in (
        select max(ended.id) from entries as ended
        join (select run, {_fact("about")} as about from entries where kind = 'claimed') as claim
          on claim.run = ended.run
        where ended.kind in ('done', 'settled') group by ended.action, claim.about
      )
      order by id desc limit {MOST_UNDOABLE}
    ), undos as (
      select run from entries where kind = 'claimed' and {_fact("undoes")} in (select run from undoable)
    ), last_runs as (
      select run from entries where id in (
        select max(id) from entries where kind in ('done', 'failed', 'stopped', 'unknown') group by action
      )
    )
    select {_COLUMNS} from entries
    where id > (select coalesce(max(id), 0) from entries) - ?
      or run in open_runs
      or run in undoable
      or run in undos
      or run in last_runs
      or id = (select max(id) from entries where kind in ('held', 'released'))
    order by id
"""
_TESTS = {
    "run": "run = ?",
    "action": "action = ?",
    "person": "person = ?",
    "since": "at >= ?",
    "until": "at < ?",
}
_SCHEMA = (
    """
    create table entries (
      id integer primary key, at text not null, run text not null, kind text not null,
      person text not null, "where" text not null, action text not null, body text not null,
      previous text not null, hash text not null
    ) strict
    """,
    "create index entries_of_run on entries (run)",
    "create index entries_by_time on entries (at)",
    """
    create trigger entries_stay before update on entries
    begin select raise(abort, 'the journal is append-only'); end
    """,
    """
    create trigger entries_remain before delete on entries
    begin select raise(abort, 'the journal is append-only'); end
    """,
    f"pragma user_version = {_VERSION}",
)


class JournalFile:
    """The file, opened when first used and again after any trouble, so that it heals without a restart.

    Args:
        path: made with its folder when missing, both for this user alone.
        busy_s: how long to wait for another process's write.

    """

    def __init__(self, path: Path, busy_s: float) -> None:
        self._path = path
        self._busy_s = busy_s
        self._open: tuple[sqlite3.Connection, tuple[int, int]] | None = None
        self._size = 0
        self._log: tuple[int, int] | None = None

    def append(self, draft: Draft) -> Entry:
        """Write an entry; on the disk when this returns.

        Raises:
            JournalError: it could not be; nothing was written.

        """
        with self._using() as connection, _writing(connection):
            return _add(connection, draft)

    def append_if(
        self, draft: Draft, allowed: Callable[[Sequence[Entry]], bool], matching: Mapping[str, str]
    ) -> Entry | None:
        """Write an entry if the entries that match allow it, with no other process's write in between.

        ``matching`` is as for :meth:`page`. None when it was not allowed.

        Raises:
            JournalError: it could not be; nothing was written.

        """
        where, values = _where(matching)
        sql = f"select {_COLUMNS} from entries where true{where} order by id"
        with self._using() as connection, _writing(connection):
            if not allowed([Entry(*row) for row in connection.execute(sql, values)]):
                return None
            return _add(connection, draft)

    def claim(self, draft: Draft, after: int, check: Callable[[Sequence[Entry]], None]) -> Entry:
        """Write an entry if ``check`` bears with all entries from ``after`` on, none written in between.

        ``check`` refuses by raising; what it raises comes out of here.

        Raises:
            JournalError: it could not be written; nothing was.

        """
        sql = f"select {_COLUMNS} from entries where id >= ? order by id"
        with self._using() as connection, _writing(connection):
            check([Entry(*row) for row in connection.execute(sql, (after,))])
            return _add(connection, draft)

    def try_lock(self) -> None:
        """Find out whether entries can be written.

        Raises:
            JournalError: they cannot.

        """
        with self._using() as connection:
            connection.execute("begin immediate")
            connection.execute("rollback")

    def mattering(self, newest: int) -> list[Entry]:
        """Entries to begin with, oldest first: the newest so many, and older ones that still matter.

        These are all entries of runs that were claimed and never ended, that wait for a second person, of
        temporary settings that did not go back, of the last change of each thing, which may be undone, of the
        last run of each action, and the last word on holding.

        Raises:
            JournalError: it cannot be read.

        """
        with self._using() as connection:
            return [Entry(*row) for row in connection.execute(_MATTERING, (newest,))]

    def page(self, after: int, limit: int, matching: Mapping[str, str]) -> list[Entry]:
        """Up to ``limit`` entries with an id above ``after``, oldest first.

        ``matching`` may have ``run``, ``action``, ``person``, ``since`` (inclusive), ``until`` (exclusive).

        Raises:
            JournalError: it cannot be read.

        """
        where, values = _where(matching)
        sql = f"select {_COLUMNS} from entries where id > ?{where} order by id limit ?"
        with self._using() as connection:
            return [Entry(*row) for row in connection.execute(sql, (after, *values, limit))]

    def close(self) -> None:
        """Let go of the file. It is opened again by the next use."""
        if self._open is not None:
            connection, self._open = self._open[0], None
            with suppress(sqlite3.Error):  # what matters was committed; there is nobody to tell
                connection.close()

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        """The connection; given up on any error, which becomes a JournalError."""
        try:
            yield self._connection()
        except JournalError:
            self.close()
            raise
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise explained(error, self._path) from error

    def _connection(self) -> sqlite3.Connection:
        if self._open is not None and (self._open[1] != _identity(self._path) or self._is_cut()):
            self.close()  # the file was moved away, replaced or cut: what were written now would be lost
        if self._open is None:
            self._create()
        refuse_anybodys(self._path)
        if self._open is None:
            connection = sqlite3.connect(
                self._path, timeout=self._busy_s, isolation_level=None, check_same_thread=False
            )
            self._open = (connection, (0, 0))
            _prepare(connection, self._path)
            self._open = (connection, _identity(self._path) or (0, 0))
            self._size, self._log = 0, None
        return self._open[0]

    def _is_cut(self) -> bool:
        """Whether the file is shorter than it was, which it never is by itself, or its log another one."""
        size = self._path.stat().st_size
        log = _identity(self._path.with_name(f"{self._path.name}-wal"))
        if size < self._size or (self._log is not None and log != self._log):
            return True
        self._size, self._log = size, log
        return False

    def _create(self) -> None:
        """Make the folder (0700) and the empty file (0600); what is there already keeps its permissions."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of the file now at a path; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return (found.st_dev, found.st_ino)


def _add(connection: sqlite3.Connection, draft: Draft) -> Entry:
    last = connection.execute("select id, hash from entries order by id desc limit 1").fetchone()
    entry = write(draft, last)
    values = tuple(getattr(entry, name) for name in Entry.__slots__)
    connection.execute(f"insert into entries ({_COLUMNS}) values (?,?,?,?,?,?,?,?,?,?)", values)
    return entry


def _where(matching: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Conditions to put behind a ``where``, and their values."""
    return "".join(f" and {_TESTS[name]}" for name in matching), tuple(matching.values())


@contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    """A write transaction, locked from its start, and rolled back by whatever goes wrong within it."""
    connection.execute("begin immediate")
    try:
        yield
        connection.execute("commit")
    finally:
        if connection.in_transaction:
            with suppress(sqlite3.Error):  # the connection is given up for it, which rolls back as well
                connection.execute("rollback")


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    (version,) = connection.execute("pragma user_version").fetchone()
    if version == 0:
        with _writing(connection):
            (version,) = connection.execute("pragma user_version").fetchone()
            for statement in _SCHEMA if version == 0 else ():  # another process may have been faster
                connection.execute(statement)
    elif version != _VERSION:
        raise JournalError("journal.other_version", path=str(path), version=version)


def explained(error: sqlite3.Error | OSError, path: Path) -> JournalError:
    """The error in words: locked, full, not writable, or what the system says."""
    name = getattr(error, "sqlite_errorname", "") or errno.errorcode.get(getattr(error, "errno", 0) or 0, "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return JournalError("journal.locked", path=str(path))
    if (why := _full(error, name, path)) is not None:
        return JournalError("journal.full", path=str(path), why=why)
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")) or name in ("EROFS", "EACCES"):
        return JournalError("journal.not_writable", path=str(path))
    return JournalError("journal.broken", path=str(path), detail=str(error))


def _full(error: sqlite3.Error | OSError, name: str, path: Path) -> Message | None:
    """That the disk is full, or None. SQLite itself says so only of some of its writes."""
    if isinstance(error, OSError):
        return full(error, path)
    if name.startswith("SQLITE_FULL"):
        return no_space(path)
    return is_full(path) if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")) else None
