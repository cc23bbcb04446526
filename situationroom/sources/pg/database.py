"""A bounded pool on one database, and its transactions with limits that the server keeps too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, tzinfo
from random import Random
from typing import TypeAlias, cast

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from situationroom.errors import SourceError
from situationroom.sources.pg.arguments import arguments
from situationroom.sources.pg.codecs import Codecs
from situationroom.sources.pg.connector import ROLE, Connector, Server
from situationroom.sources.pg.errors import TROUBLE, is_lost, is_stale
from situationroom.sources.pg.link import Link
from situationroom.sources.pg.unbroken import Unbroken
from situationroom.sources.pg.zones import Zones
from situationroom.values import Value

Own: TypeAlias = Link
Pooled: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
Connected: TypeAlias = "Own | Pooled"
Prepared: TypeAlias = "asyncpg.prepared_stmt.PreparedStatement[asyncpg.Record]"

CLOSE_S = 1.0
"""How long a connection may take to be given back or closed before it is cut."""

NOTIFY_S = 2.0

_SOONER = 0.9
"""Limits of the pool and the server are this part of ours, so that they speak first: they say more."""

_LIMITS = f"""
select set_config('statement_timeout', $1, true),
       set_config('idle_in_transaction_session_timeout', $2, true),
       clock_timestamp() as at, pg_backend_pid() as pid, {ROLE}
"""


class UnfitError(ConnectionError):
    """A pooled connection that must be made anew: another server is wanted, or a pooler was found."""


class Database:
    """A pool of at most ``size`` connections, made as they are needed.

    Attributes:
        server: where it is.
        room_zone: the time zone that times within text are written in.
        zones: those of its sessions.

    """

    def __init__(self, server: Server, size: int, random: Random, room_zone: tzinfo = UTC) -> None:
        self.server = server
        self.room_zone = room_zone
        self.zones = Zones()
        self.unbroken = Unbroken()
        self._size = size
        self._connector = Connector(server, random)
        self._as_text: dict[int, str] = {}  # types learned to be asked for as text, by id
        self._pool = asyncpg.create_pool(min_size=0, max_size=size, connect=self._pooled, reset=_is_reset)

    @property
    def keeps(self) -> bool:
        """Whether what is prepared or set on a connection still holds for its next transaction."""
        return self._connector.keeps

    async def connect(self) -> Own:
        """A connection of its own, outside the pool; whoever has it bounds what they ask of it."""
        link = await self.unbroken.call(self._connector.connect(), con_terminate)
        link.ask_as_text(self._as_text.items())
        return link

    async def _pooled(self, *_: object, **__: object) -> Own:
        """A connection for the pool, which tells things that the connector knows better."""
        return await self._connector.connect()

    async def learn(self, types: Iterable[tuple[int, str]]) -> bool:
        """Ask for values of these types as text from now on; whether any of them is news."""
        news = {oid: name for oid, name in types if oid not in self._as_text}
        self._as_text |= news
        return bool(news)

    @property
    def encoding(self) -> str | None:
        """What the server is told to send text in before a statement runs; None for UTF-8.

        The statement itself is told in UTF-8 always: the driver knows no other way.
        """
        return self._connector.encoding

    async def speak_natively(self, con: Connected) -> bool:
        """Let the server send text in its own encoding, unconverted; whether that is news."""
        encoding = str(con.get_settings().server_encoding)
        if self._connector.encoding is not None or self._connector.raw or encoding == "UTF8":
            return False
        self._connector.encoding = encoding
        await self._pool.expire_connections()
        return True

    async def keep_nothing(self) -> bool:
        """A pooler stands between: keep nothing on a connection; whether that is news."""
        if not self._connector.keeps:
            return False
        self._connector.keeps = False
        await self._pool.expire_connections()
        return True

    async def notify(self, channel: str) -> None:
        """Send an empty NOTIFY to a channel named by a plain word. Raises SourceError."""
        deadline = asyncio.get_running_loop().time() + NOTIFY_S
        try:
            async with (
                asyncio.timeout_at(deadline),
                self.transaction("begin", deadline, end="commit") as (con, _),
            ):
                await con.execute(f"notify {channel}")
        except TROUBLE as error:
            message = self.server.explain(error, NOTIFY_S)
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
            unfit = not self.server.fits(standby=row["standby"], closed=row["closed"])
            if unfit or await self._is_pooled(con, row["pid"]):
                con_terminate(con)
                raise UnfitError
            cast("Link", con).ask_as_text(self._as_text.items())
            codecs_of(con).zone = await self.zones.of(con)
            return con, row["at"]
        except BaseException as error:
            if isinstance(error, (asyncio.CancelledError, OSError)):
                con_terminate(con)
                if _left_s(deadline) <= 0:  # no answer to so little: the others will give none either
                    await self._pool.expire_connections()
            await self._give_back(con)
            raise

    async def _is_pooled(self, con: Pooled, pid: int) -> bool:
        """Whether a pooler was found just now: the process that answers is not the one that let us in."""
        if self.server.statement_cache is not None or pid == con.get_server_pid():
            return False
        return await self.keep_nothing()

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

    async def prepared(self, con: Connected, sql: str) -> Prepared:
        """The statement, once the server has understood it; without a name where nothing is kept."""
        statement = await con.prepare(sql, name=None if self.keeps else "")
        if self.encoding is not None:
            await con.execute(f"set local client_encoding to '{self.encoding}'")
        return statement


async def _is_reset(con: asyncpg.Connection[asyncpg.Record]) -> None:
    """What the pool does with a connection given back: nothing, it was reset as its transaction ended."""
    del con


def _left_s(deadline: float) -> float:
    return max(0.0, deadline - asyncio.get_running_loop().time())


def con_terminate(con: Connected) -> None:
    """Cut a connection; one that is gone already is no error."""
    with suppress(asyncpg.InterfaceError):
        con.terminate()


def codecs_of(con: Connected) -> Codecs:
    """The codecs of a connection; the pool's stand-in passes on what it does not know itself."""
    return cast("Link", con).codecs


def bound(con: Connected, statement: Prepared, args: Sequence[Value]) -> list[object]:
    """A statement's arguments, typed as the server says it wants them.

    Raises:
        BadArgumentError: a value does not fit, or there are too many or too few.

    """
    types = [parameter.name for parameter in statement.get_parameters()]
    return arguments(args, types, codecs_of(con).zone)
