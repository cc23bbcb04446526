"""One changing statement in one transaction, and the truth about what became of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

import asyncpg

from situationroom.errors import ActionFailed, OutcomeUnknown, SourceError, TooManyRows
from situationroom.sources.base import Change, Check
from situationroom.sources.pg.connector import Server
from situationroom.sources.pg.database import Connected, Database, Prepared, bound, codecs_of, con_terminate
from situationroom.sources.pg.errors import TROUBLE, is_lost
from situationroom.sources.pg.values import cells
from situationroom.values import Value

COMMIT_S = 2.0
"""A commit gets at least this long: an outcome nobody knows costs people more than a short wait."""

RETURNED_ROWS = 500
"""Rows of ``returning`` that are kept."""

_TAG_COUNT = re.compile(r"(?:INSERT \d+|UPDATE|DELETE|MERGE) (\d+)")


async def change(
    database: Database,
    sql: str,
    args: Sequence[Value],
    *,
    max_rows: int | None,
    timeout_s: float,
    check: Check | None = None,
) -> Change:
    """Run, count, have it checked, and commit or roll back.

    Raises:
        TooManyRows: it touched more than ``max_rows``; rolled back.
        ActionFailed: it had no effect.
        OutcomeUnknown: connection or time ran out after the commit was sent.

    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    try:
        async with (
            asyncio.timeout_at(deadline) as limit,
            database.transaction("begin", deadline) as (con, _),
        ):
            done = await run(database, con, await database.prepared(con, sql), args, max_rows, check)
            limit.reschedule(None)  # from here on the commit's own limit holds
            await commit(con, max(COMMIT_S, deadline - loop.time()), database.server)
    except SourceError as error:
        raise ActionFailed(error.message.id, **error.message.values) from error
    except TROUBLE as error:
        message = database.server.explain(error, timeout_s)
        raise ActionFailed(message.id, **message.values) from error
    return done


async def run(
    database: Database,
    con: Connected,
    statement: Prepared,
    args: Sequence[Value],
    max_rows: int | None,
    check: Check | None = None,
) -> Change:
    """Run and count, within an open transaction; a ``check`` sees every row that was returned.

    Raises:
        TooManyRows: it touched more than ``max_rows``.
        ActionFailed: ``check`` is against it.
        OutcomeUnknown: the statement ended the transaction itself.

    """
    records = await statement.fetch(*bound(con, statement, args))
    if not con.is_in_transaction():
        raise OutcomeUnknown("sources.pg_ended_transaction")
    counted = _TAG_COUNT.fullmatch(statement.get_statusmsg() or "")
    count = int(counted[1]) if counted else len(records)
    if max_rows is not None and count > max_rows:
        raise TooManyRows("sources.too_many_rows", count=count, max_rows=max_rows)
    columns = [codecs_of(con).heard(column.name) for column in statement.get_attributes()]
    rows = cells(columns, records if check else records[:RETURNED_ROWS], database.room_zone)
    if check is not None:
        check(Change(count, rows, selected=counted is None))
    return Change(count, rows[:RETURNED_ROWS], selected=counted is None)


async def commit(con: Connected, timeout_s: float, server: Server) -> None:
    """Commit. A refusal by a server that is still there is no effect; any other trouble is unknown."""
    try:
        async with asyncio.timeout(timeout_s):
            tag = await con.execute("commit")
    except TROUBLE as error:
        if isinstance(error, asyncpg.PostgresError) and not is_lost(error):
            raise
        con_terminate(con)
        raise OutcomeUnknown("sources.pg_commit_unknown", reason=server.explain(error, timeout_s)) from error
    if tag != "COMMIT":
        raise ActionFailed("sources.pg_rolled_back")
