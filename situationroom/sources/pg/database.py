"""A bounded pool on one database, and its transactions with limits that the server keeps too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, tzinfo
from random import Random
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from situationroom.errors import SourceError
from situationroom.sources.base import Rows, Understood
from situationroom.sources.pg.connector import ROLE, Connector, Link, Server
from situationroom.sources.pg.errors import TROUBLE, is_lost, is_stale
from situationroom.sources.pg.unbroken import Unbroken
from situationroom.sources.pg.values import arguments, cell
from situationroom.values import Message, Value

Own: TypeAlias = Link
Pooled: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
Connected: TypeAlias = "Own | Pooled"
Prepared: TypeAlias = "asyncpg.prepared_stmt.PreparedStatement[asyncpg.Record]"

CLOSE_S = 1.0
"""How long a connection may take to be given back or closed before it is cut."""

_SOONER = 0.9
"""Limits of the pool and the server are this part of ours, so that they speak first: they say more."""

_LIMITS = f"""
select set_config('statement_timeout', $1, true),
       set_config('idle_in_transaction_session_timeout', $2, true),
       clock_timestamp() as at, {ROLE}
"""


class UnfitError(ConnectionError):
    """A pooled connection whose server is no longer what ``target_session_attrs`` wants."""


class Database:
    """A pool of at most ``size`` connections, made as they are needed."""

    def __init__(self, server: Server, size: int, random: Random) -> None:
        self.server = server
        self._size = size
        self._connector = Connector(server, random)
        self.unbroken = Unbroken()
        self._pool = asyncpg.create_pool(min_size=0, max_size=size, connect=self._pooled, reset=_is_reset)

    async def connect(self) -> Own:
        """A connection of its own, outside the pool; whoever has it bounds what they ask of it."""
        return await self.unbroken.call(self._connector.connect(), con_terminate)

    async def _pooled(self, *_: object, **__: object) -> Own:
        """A connection for the pool, which tells things that the connector knows better."""
        return await self._connector.connect()

    async def select(self, sql: str, args: Sequence[Value], timeout_s: float, max_rows: int) -> Rows:
        """Rows of a query in a READ ONLY transaction, the first ``max_rows`` with a note if there are more.

        A statement that was prepared before its tables changed is prepared anew.

        Raises:
            SourceError: no answer within ``timeout_s``, or a refusal.

        """
        deadline = asyncio.get_running_loop().time() + timeout_s
        try:
            async with asyncio.timeout_at(deadline):
                try:
                    return await self._selected(sql, args, deadline, max_rows)
                except TROUBLE as error:
                    if not is_stale(error):
                        raise
                return await self._selected(sql, args, deadline, max_rows)
        except TROUBLE as error:
            message = self.server.explain(error, timeout_s)
            raise SourceError(message.id, **message.values) from error

    async def _selected(self, sql: str, args: Sequence[Value], deadline: float, max_rows: int) -> Rows:
        async with self.transaction("begin read only", deadline, end="commit") as (con, at):
            if args:
                statement = await prepared(con, sql)
                cursor = await statement.cursor(*bound(con, statement, args))
            else:
                cursor = await con.cursor(sql)
            records = await cursor.fetch(max_rows + 1)
            columns = list(records[0].keys()) if records else await _columns(con, sql)
            zone = session_zone(con)
        return _rows(columns, records, at, zone, max_rows)

    async def prepare(self, sql: str, timeout_s: float) -> Understood:
        """What the server says of a statement that it has understood and not run.

        Raises:
            SourceError: it does not understand it, or does not answer within ``timeout_s``.

        """
        deadline = asyncio.get_running_loop().time() + timeout_s
        try:
            async with (
                asyncio.timeout_at(deadline),
                self.transaction("begin read only", deadline) as (con, _),
            ):
                statement = await prepared(con, sql)
                columns = tuple(column.name for column in statement.get_attributes())
                return Understood(columns, len(statement.get_parameters()))
        except TROUBLE as error:
            message = self.server.explain(error, timeout_s)
            raise SourceError(message.id, **message.values) from error

    @asynccontextmanager
    async def transaction(
        self, begin: str, deadline: float, *, end: str = "rollback"
    ) -> AsyncIterator[tuple[Pooled, datetime]]:
        """A connection in a transaction that the server itself ends in time, and the server's clock.

        What is still open afterwards is ended by ``end``. To be used within ``asyncio.timeout_at(deadline)``.
        """
        con, at = await self._begin(begin, deadline)
        try:
            yield con, at
        except (asyncio.CancelledError, OSError):
            con_terminate(con)  # a question may still be in flight on it: the server's limits end that
            raise
        except TROUBLE as error:
            if is_stale(error):
                await con.reload_schema_state()  # on every connection of the pool
            raise
        finally:
            await self._give_back(con, end)

    async def close(self) -> None:
        """Close every connection, politely for a moment."""
        await self.unbroken.close(CLOSE_S)
        with suppress(*TROUBLE):  # late or broken, the pool has then cut its connections itself
            async with asyncio.timeout(CLOSE_S):
                await self._pool.close()

    async def _begin(self, begin: str, deadline: float) -> tuple[Pooled, datetime]:
        """A connection with a transaction begun; a pooled one found dead or unfit is replaced, once."""
        try:
            return await self._begin_on(await self._acquire(deadline), begin, deadline)
        except TROUBLE as error:
            if isinstance(error, (TimeoutError, ConnectionRefusedError)) or not is_lost(error):
                raise
        await self._pool.expire_connections()  # what happened to one may have happened to all
        return await self._begin_on(await self._acquire(deadline), begin, deadline)

    async def _acquire(self, deadline: float) -> Pooled:
        wait_s = _left_s(deadline) * _SOONER
        await self._pool  # the first time: makes it ready; nothing is connected yet
        try:
            return await self.unbroken.call(self._acquired(wait_s), con_terminate)
        except TimeoutError:
            if self._pool.get_size() - self._pool.get_idle_size() >= self._size:
                raise SourceError("sources.pg_pool_busy", size=self._size, after_s=round(wait_s, 1)) from None
            raise

    async def _acquired(self, wait_s: float) -> Pooled:
        return await self._pool.acquire(timeout=wait_s)

    async def _begin_on(self, con: Pooled, begin: str, deadline: float) -> tuple[Pooled, datetime]:
        try:
            await con.execute(begin)
            limit_ms = max(1, int(_left_s(deadline) * _SOONER * 1_000))
            row = await con.fetchrow(_LIMITS, str(limit_ms), str(limit_ms + 5_000))
            assert row is not None
            if not self.server.fits(standby=row["standby"], closed=row["closed"]):
                con_terminate(con)
                raise UnfitError
            return con, row["at"]
        except BaseException as error:
            if isinstance(error, (asyncio.CancelledError, OSError)):
                con_terminate(con)
                if _left_s(deadline) <= 0:  # no answer to so little: the others will give none either
                    await self._pool.expire_connections()
            await self._give_back(con)
            raise

    async def _give_back(self, con: Pooled, end: str = "rollback") -> None:
        """End what is open and return the connection; one that does not answer is cut."""
        await self.unbroken.call(self._given_back(con, end))

    async def _given_back(self, con: Pooled, end: str) -> None:
        try:
            ending = f"{end};" if con.is_in_transaction() else ""
            await con.execute(f"{ending}{con.get_reset_query()}", timeout=CLOSE_S)  # one round trip for both
            await self._pool.release(con, timeout=CLOSE_S)
        except TROUBLE:
            con_terminate(con)


async def _is_reset(con: asyncpg.Connection[asyncpg.Record]) -> None:
    """What the pool does with a connection given back: nothing, it was reset as its transaction ended."""
    del con


def _left_s(deadline: float) -> float:
    return max(0.0, deadline - asyncio.get_running_loop().time())


def con_terminate(con: Connected) -> None:
    """Cut a connection; one that is gone already is no error."""
    with suppress(asyncpg.InterfaceError):
        con.terminate()


async def prepared(con: Connected, sql: str) -> Prepared:
    """The statement, once the server has understood it."""
    return await con.prepare(sql)


def bound(con: Connected, statement: Prepared, args: Sequence[Value]) -> list[object]:
    """A statement's arguments, typed as the server says it wants them.

    Raises:
        BadArgumentError: a value does not fit, or there are too many or too few.

    """
    types = [parameter.name for parameter in statement.get_parameters()]
    return arguments(args, types, session_zone(con))


def session_zone(con: Connected) -> tzinfo:
    """The time zone the server takes zoneless timestamps to be in."""
    try:
        return ZoneInfo(str(con.get_settings().TimeZone))
    except (ZoneInfoNotFoundError, ValueError, AttributeError):
        return UTC


async def _columns(con: Pooled, sql: str) -> list[str]:
    """Column names of a query that gave no rows."""
    return [attribute.name for attribute in (await con.prepare(sql)).get_attributes()]


def _rows(
    columns: list[str], records: list[asyncpg.Record], at: datetime, zone: tzinfo, max_rows: int
) -> Rows:
    for index, name in enumerate(columns):
        if name in columns[:index]:
            raise SourceError("sources.pg_same_name", column=name)
    rows = tuple({name: cell(value, zone) for name, value in record.items()} for record in records[:max_rows])
    notes = (Message("sources.cut", {"rows": max_rows}),) if len(records) > max_rows else ()
    return Rows(tuple(columns), rows, at, notes)
