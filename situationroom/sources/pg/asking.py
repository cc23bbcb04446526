"""One question to a database: its rows in a read-only transaction, whatever changed or is odd about them."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence

import asyncpg

from situationroom.errors import SourceError
from situationroom.sources.base import Rows, Understood
from situationroom.sources.pg import oids
from situationroom.sources.pg.arguments import BadArgumentError
from situationroom.sources.pg.containers import UnreadableError
from situationroom.sources.pg.database import Database, Pooled, bound, codecs_of
from situationroom.sources.pg.errors import TROUBLE, is_stale
from situationroom.sources.pg.values import cells
from situationroom.values import Message, Value

_UNCONVERTED = ("22P05", "22021")
"""States of a server that cannot say some text in our encoding."""

_LOST_STATEMENT = ("26000", "42P05")
"""States of a server that lacks our prepared statement, or has another one of its name: a pooler's."""

_UNREADABLE = (
    ValueError,
    ArithmeticError,
    LookupError,
    BufferError,
    struct.error,
    asyncpg.InternalClientError,
)
"""What the driver, or a codec of ours, raises for a value it cannot read."""

_NOT_READING = (BadArgumentError, asyncpg.InterfaceError, asyncpg.OutdatedSchemaCacheError)
"""Of those, what has nothing to do with reading."""


async def select(
    database: Database, sql: str, args: Sequence[Value], timeout_s: float, max_rows: int
) -> Rows:
    """Rows of a query, the first ``max_rows`` with a note if there are more.

    A question that failed for something that is mended by knowing it is asked once more: a statement prepared
    before its tables changed, a type that must be asked for as text, text that only its own encoding holds,
    a pooler that keeps no statements.

    Raises:
        SourceError: no answer within ``timeout_s``, or a refusal.

    """
    deadline = asyncio.get_running_loop().time() + timeout_s
    try:
        async with asyncio.timeout_at(deadline):
            stale = False
            while True:
                try:
                    return await _selected(database, sql, args, deadline, max_rows)
                except _MendedError:
                    continue
                except TROUBLE as error:
                    if stale or not is_stale(error):
                        raise
                    stale = True
    except TROUBLE as error:
        message = database.server.explain(error, timeout_s)
        raise SourceError(message.id, **message.values) from error


async def prepare(database: Database, sql: str, timeout_s: float) -> Understood:
    """What the server says of a statement that it has understood and not run.

    Raises:
        SourceError: it does not understand it, or does not answer within ``timeout_s``.

    """
    deadline = asyncio.get_running_loop().time() + timeout_s
    try:
        async with (
            asyncio.timeout_at(deadline),
            database.transaction("begin read only", deadline) as (con, _),
        ):
            statement = await database.prepared(con, sql)
            columns = tuple(codecs_of(con).heard(column.name) for column in statement.get_attributes())
            return Understood(columns, len(statement.get_parameters()))
    except TROUBLE as error:
        message = database.server.explain(error, timeout_s)
        raise SourceError(message.id, **message.values) from error


class _MendedError(Exception):
    """The question failed for something that is known now: asked again, it has a chance."""


async def _selected(
    database: Database, sql: str, args: Sequence[Value], deadline: float, max_rows: int
) -> Rows:
    async with database.transaction("begin read only", deadline, end="commit") as (con, at):
        try:
            records, columns = await _fetched(database, con, sql, args, max_rows)
        except asyncpg.PostgresError as error:
            if error.sqlstate in _UNCONVERTED and await database.speak_natively(con):
                raise _MendedError from error
            if error.sqlstate in _LOST_STATEMENT and await database.keep_nothing():
                raise _MendedError from error
            raise
        except _UNREADABLE as error:
            if isinstance(error, _NOT_READING):
                raise
            raise await _unreadable(database, con, sql) from error
    for index, name in enumerate(columns):
        if name in columns[:index]:
            raise SourceError("sources.pg_same_name", column=name)
    rows = cells(columns, records[:max_rows], database.room_zone)
    notes = (Message("sources.cut", {"rows": max_rows}),) if len(records) > max_rows else ()
    return Rows(tuple(columns), rows, at, notes)


async def _fetched(
    database: Database, con: Pooled, sql: str, args: Sequence[Value], max_rows: int
) -> tuple[list[asyncpg.Record], list[str]]:
    """At most one record more than wanted, and the names of their columns."""
    heard = codecs_of(con).heard
    if args or not database.keeps or database.encoding:
        statement = await database.prepared(con, sql)
        cursor = await statement.cursor(*bound(con, statement, args))
    else:
        cursor = await con.cursor(sql)
    records = await cursor.fetch(max_rows + 1)
    if records:
        return records, [heard(name) for name in records[0].keys()]  # noqa: SIM118 - a record is a sequence
    return records, [heard(column.name) for column in (await con.prepare(sql)).get_attributes()]


async def _unreadable(database: Database, con: Pooled, sql: str) -> Exception:
    """What to raise for an answer that cannot be read; types that may be to blame are text from now on."""
    statement = await con.prepare(sql)
    doubtful = [column for column in statement.get_attributes() if column.type.oid not in oids.SAFE]
    if await database.learn((column.type.oid, column.type.name) for column in doubtful):
        await con.reload_schema_state()
        return _MendedError()
    return UnreadableError(", ".join(codecs_of(con).heard(column.name) for column in doubtful))
