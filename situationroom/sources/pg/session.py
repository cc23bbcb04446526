"""One run's many changes, on a connection of its own: three round trips each, and the same truth as one.

The pool is for feeds; a run that lasts for minutes must not take a connection away from them. Where a pooler
in between may hand every transaction to another server process, nothing is kept on the server from one
transaction to the next: the limits are then set, and the statement prepared, anew within each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import asyncpg

from situationroom.errors import ActionFailed, SourceError
from situationroom.sources.base import Change
from situationroom.sources.pg.change import COMMIT_S, commit, run
from situationroom.sources.pg.database import CLOSE_S, Database, Own, Prepared, con_terminate
from situationroom.sources.pg.errors import TROUBLE, is_lost, is_stale
from situationroom.values import Value

_IDLE_MS = 5_000  # a transaction left open by a program that hangs is ended by the server after so long
_SOONER = 0.9  # the server's limit ends first: it says more


class Session:
    """A connection that is made with the first change and closed at the end; one found dead is replaced."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._con: Own | None = None
        self._prepared: dict[str, Prepared] = {}
        self._limit_ms = 0  # what the connection's limits are set to

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        con = self._con
        if con is not None:
            self._forget()
            await self._database.unbroken.call(_close(con))

    async def change(
        self, sql: str, args: Sequence[Value], *, max_rows: int | None, timeout_s: float
    ) -> Change:
        """Run one changing statement in one transaction and commit it; see ``SqlSource.change``."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        try:
            async with asyncio.timeout_at(deadline) as limit:
                try:
                    done = await self._ran(sql, args, max_rows, timeout_s)
                except TROUBLE as error:
                    if not self._nothing_ran(error):
                        raise
                    await self._rolled_back(error)
                    done = await self._ran(sql, args, max_rows, timeout_s)
                limit.reschedule(None)  # from here on the commit's own limit holds
                assert self._con is not None
                await commit(self._con, max(COMMIT_S, deadline - loop.time()), self._database.server)
                return done
        except BaseException as error:
            await self._rolled_back(error)
            if isinstance(error, SourceError):
                raise ActionFailed(error.message.id, **error.message.values) from error
            if isinstance(error, TROUBLE):
                message = self._database.server.explain(error, timeout_s)
                raise ActionFailed(message.id, **message.values) from error
            raise

    async def _ran(self, sql: str, args: Sequence[Value], max_rows: int | None, timeout_s: float) -> Change:
        con = await self._begun(timeout_s)
        return await run(self._database, con, await self._statement(con, sql), args, max_rows)

    def _nothing_ran(self, error: BaseException) -> bool:
        """Whether the server refused before anything ran, and would not if asked on other terms."""
        if isinstance(error, asyncpg.InvalidCachedStatementError):  # its tables have changed
            return True
        if isinstance(error, asyncpg.ReadOnlySQLTransactionError) and self._database.server.dsn.role != "any":
            assert self._con is not None
            con_terminate(self._con)  # the server takes no writes any more: another one may
            self._forget()
            return True
        return False

    async def _begun(self, timeout_s: float) -> Own:
        """The connection, with a transaction begun; one that died since its last change is replaced, once."""
        limit_ms = max(1, int(timeout_s * _SOONER * 1_000))
        if self._con is not None:
            try:
                await self._begin(self._con, limit_ms)
            except TROUBLE as error:
                if isinstance(error, TimeoutError) or not is_lost(error):
                    raise
                con_terminate(self._con)
                self._forget()
            else:
                return self._con
        self._con = await self._database.connect()
        await self._begin(self._con, limit_ms)
        self._con.codecs.zone = await self._database.zones.of(self._con)
        return self._con

    async def _begin(self, con: Own, limit_ms: int) -> None:
        if self._database.keeps and limit_ms != self._limit_ms:
            await con.execute(_limits("set", limit_ms))
            self._limit_ms = limit_ms
        await con.execute("begin" if self._database.keeps else f"begin; {_limits('set local', limit_ms)}")

    async def _statement(self, con: Own, sql: str) -> Prepared:
        if (known := self._prepared.get(sql)) is not None:
            return known
        statement = await self._database.prepared(con, sql)
        if self._database.keeps:
            self._prepared[sql] = statement
        return statement

    async def _rolled_back(self, error: BaseException) -> None:
        """Leave nothing open: a connection that may still be busy, or does not answer, is cut."""
        con = self._con
        if con is None:
            return
        if is_stale(error):
            self._prepared.clear()
            await con.reload_schema_state()
        if isinstance(error, (asyncio.CancelledError, OSError)) or con.is_closed():
            con_terminate(con)
            self._forget()
        elif con.is_in_transaction():
            try:
                await con.execute("rollback", timeout=CLOSE_S)
            except TROUBLE:
                con_terminate(con)
                self._forget()

    def _forget(self) -> None:
        self._con = None
        self._limit_ms = 0
        self._prepared.clear()


def _limits(how: str, limit_ms: int) -> str:
    """The server's own limits, so that it ends what a program that died left behind."""
    idle_ms = limit_ms + _IDLE_MS
    return f"{how} statement_timeout = {limit_ms}; {how} idle_in_transaction_session_timeout = {idle_ms}"


async def _close(con: Own) -> None:
    try:
        await con.close(timeout=CLOSE_S)
    except TROUBLE:
        con_terminate(con)
