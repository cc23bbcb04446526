"""PostgreSQL: feeds ask in read-only transactions, actions change in one transaction, NOTIFY pushes.

The driver is imported when the source is opened, so that reading a layout costs nothing of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field

from situationroom.layout.fields import Seconds, Spec, Words
from situationroom.sources.base import Change, Changes, Check, Rows, SqlSource, Understood
from situationroom.sources.net.backoff import Backoff
from situationroom.sources.pg.dsn import read as read_dsn
from situationroom.values import Message, Value

if TYPE_CHECKING:
    from situationroom.sources.pg.database import Database
    from situationroom.sources.pg.listen import Listener

MAX_ROWS = 5_000

CONNECT_S = 3.0
"""How long connecting to one host may take, where neither the layout nor the connection string says."""

APPLICATION_NAME = "situationroom"


def _dsn(text: str) -> str:
    """A connection string. Whatever is wrong with it, the message never repeats a secret of it."""
    read_dsn(text)
    return text


class PostgresOptions(Spec):
    """One PostgreSQL database.

    ``dsn`` is a URL or ``key=value``, as libpq has them. ``timeout`` is the longest any feed's question may
    take; a feed's own ``timeout`` can only be shorter.
    ``statement_cache`` says whether prepared statements are kept on a connection; by default unless a pooler
    stands between.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    dsn: Annotated[str, AfterValidator(_dsn)] = Field(repr=False)
    pool: int = Field(default=4, ge=1, le=64)
    timeout: Seconds | None = None
    connect_timeout: Seconds | None = None
    application_name: str | None = Field(default=None, max_length=63)
    statement_cache: bool | None = None


class PostgresQuestion(Spec):
    """A query. ``listen`` names the channels whose NOTIFY means "ask again at once"."""

    sql: str = Field(min_length=1)
    listen: Words = ()
    max_rows: int = Field(default=MAX_ROWS, ge=1, le=100_000)


class PostgresSource(SqlSource[PostgresOptions, PostgresQuestion]):
    """One PostgreSQL database, behind a small pool and one listening connection for all feeds."""

    TYPE: ClassVar[str] = "postgres"
    Options = PostgresOptions
    Question = PostgresQuestion

    def __init__(self, name: str, options: PostgresOptions, *, random: Random | None = None) -> None:
        super().__init__(name, options)
        self._random = random or Random()  # noqa: S311 - spreads reconnects, guards nothing
        self._database: Database | None = None
        self._listener: Listener | None = None

    async def open(self) -> None:
        """Make the pool; nothing is connected before the first question."""
        if self._database is None:
            from situationroom.sources.pg.connector import Server
            from situationroom.sources.pg.database import Database

            options, dsn = self.options, read_dsn(self.options.dsn)
            server = Server(
                dsn=dsn,
                connect_timeout_s=options.connect_timeout or dsn.connect_timeout_s or CONNECT_S,
                application_name=options.application_name or dsn.application_name or APPLICATION_NAME,
                statement_cache=options.statement_cache,
            )
            self._database = Database(server, options.pool, self._random, self.zone)

    async def ask(self, question: PostgresQuestion, timeout_s: float) -> Rows:
        """The query's rows, at most ``max_rows``; ``at`` is the server's clock as the query began."""
        from situationroom.sources.pg.asking import select

        limit_s = min(timeout_s, self.options.timeout or timeout_s)
        rows = await select(await self._opened(), question.sql, (), limit_s, question.max_rows)
        trouble = self._listener.trouble if self._listener and question.listen else None
        if trouble is None:
            return rows
        return Rows(rows.columns, rows.rows, rows.at, (*rows.notes, trouble))

    def pushes(self, question: PostgresQuestion) -> AsyncIterator[None] | None:
        """None ("ask again") after every NOTIFY on the question's channels, and after every reconnect."""
        return self._heard(question.listen) if question.listen else None

    async def deaf(self, question: PostgresQuestion, timeout_s: float) -> Message | None:
        """Why NOTIFY does not come through to ``listen``, where it does not."""
        listener = self._listener if question.listen else None
        return await listener.verdict(timeout_s) if listener else None

    async def prepare(self, sql: str, timeout_s: float) -> Understood:
        """What PREPARE says of it: names of tables and columns are looked up, permissions are not."""
        from situationroom.sources.pg.asking import prepare

        return await prepare(await self._opened(), sql, timeout_s)

    async def select(self, sql: str, args: Sequence[Value], timeout_s: float) -> Rows:
        """Rows of a query with ``$n`` arguments; text is read as the type the statement wants."""
        from situationroom.sources.pg.asking import select

        return await select(await self._opened(), sql, args, timeout_s, MAX_ROWS)

    async def change(
        self,
        sql: str,
        args: Sequence[Value],
        *,
        max_rows: int | None,
        timeout_s: float,
        check: Check | None = None,
    ) -> Change:
        """One changing statement, committed. The rows it returns count where its tag counts none."""
        from situationroom.sources.pg.change import change

        database = await self._opened()
        return await change(database, sql, args, max_rows=max_rows, timeout_s=timeout_s, check=check)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Changes]:
        """A connection of its own for one run's changes, made with the first of them."""
        from situationroom.sources.pg.session import Session

        async with Session(await self._opened()) as session:
            yield session

    async def close(self) -> None:
        """Close politely for a moment, then cut."""
        listener, database = self._listener, self._database
        self._listener = self._database = None
        if listener is not None:
            await listener.close()
        if database is not None:
            await database.close()

    async def _opened(self) -> Database:
        await self.open()
        assert self._database is not None
        return self._database

    async def _heard(self, channels: Sequence[str]) -> AsyncIterator[None]:
        database = await self._opened()
        if self._listener is None:
            from situationroom.sources.pg.listen import Listener

            self._listener = Listener(
                database.connect,
                Backoff(self._random),
                asyncio.sleep,
                database.notify,
                database.server.explain,
            )
        async for _ in self._listener.heard(channels):
            yield None
