"""Behind a pooler: statements that nobody kept, notifications that never come, and what is said of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import asyncpg
import pytest
from click.testing import CliRunner, Result

from situationroom.commands.check import command
from situationroom.sources.postgres import PostgresOptions, PostgresQuestion, PostgresSource
from tests.helpers import wait_until
from tests.live.faults import Proxy
from tests.live.pgbouncer import PROGRAM, pgbouncer

LIMIT_S = 5.0
QUESTION = PostgresQuestion(sql="select count(*) as n from t", listen=("activation",))

needs_pgbouncer = pytest.mark.skipif(PROGRAM is None, reason="there is no pgbouncer on this machine")


@asynccontextmanager
async def opened(dsn: str, **options: object) -> AsyncIterator[PostgresSource]:
    source = PostgresSource("kos", PostgresOptions.model_validate({"dsn": dsn, **options}), random=Random(1))
    try:
        yield source
    finally:
        await source.close()


@pytest.fixture
async def table(database: str) -> str:
    admin = await asyncpg.connect(database)
    await admin.execute("create type mood as enum ('good'); create table t (a int, m mood)")
    await admin.close()
    return database


@needs_pgbouncer
async def test_many_programs_share_a_pooler_of_transactions(table: str, tmp_path: Path) -> None:
    with pgbouncer(table, tmp_path, default_pool_size=2) as pooled:
        async with opened(pooled) as one, opened(pooled) as two, opened(pooled, pool=1) as three:

            async def busy(source: PostgresSource, number: int) -> None:
                async with source.session() as session:
                    for step in range(12):
                        await source.ask(PostgresQuestion(sql=f"select {step % 4} as n, m from t"), LIMIT_S)
                        await source.select("select $1::int as n, $2::mood as m", [step, "good"], LIMIT_S)
                        for changes in (session, source):
                            done = await changes.change(
                                "insert into t values ($1, 'good') returning a, m",
                                [100 * number + step], max_rows=1, timeout_s=LIMIT_S,
                            )  # fmt: skip
                            assert done.rows == ({"a": 100 * number + step, "m": "good"},)

            await asyncio.gather(*(busy(source, number) for number, source in enumerate((one, two, three))))
            for source in (one, two, three):
                assert source._database is not None
                assert not source._database.keeps
                answer = await source.ask(PostgresQuestion(sql="select count(*) as n from t"), LIMIT_S)
                assert answer.rows[0]["n"] == 3 * 12 * 2


async def test_statements_are_kept_where_nothing_stands_between(table: str) -> None:
    async with opened(table) as source:
        await source.ask(PostgresQuestion(sql="select 1 as one"), LIMIT_S)
        assert source._database is not None
        assert source._database.keeps


@needs_pgbouncer
async def test_a_listen_behind_a_pooler_of_transactions_says_that_it_cannot_work(
    table: str, tmp_path: Path
) -> None:
    with pgbouncer(table, tmp_path) as pooled:
        async with opened(pooled) as source:
            ticks = source.pushes(QUESTION)
            assert ticks is not None
            await asyncio.wait_for(anext(ticks), LIMIT_S)  # listening, as it seems
            await source.ask(QUESTION, LIMIT_S)
            await asyncio.wait_for(anext(ticks), LIMIT_S)  # told to ask again, for what is known now
            answer = await source.ask(QUESTION, LIMIT_S)
            assert [note.id for note in answer.notes] == ["sources.pg_deaf"]
            assert await source.deaf(QUESTION, LIMIT_S) == answer.notes[0]


@needs_pgbouncer
async def test_a_listen_behind_a_pooler_of_sessions_works(table: str, tmp_path: Path) -> None:
    with pgbouncer(table, tmp_path, mode="session") as pooled:
        async with opened(pooled) as source:
            ticks = source.pushes(QUESTION)
            assert ticks is not None
            await asyncio.wait_for(anext(ticks), LIMIT_S)
            waiting = asyncio.ensure_future(anext(ticks))
            assert await source.deaf(QUESTION, LIMIT_S) is None
            assert not waiting.done()
            await source.change("select pg_notify('activation', '')", (), max_rows=None, timeout_s=LIMIT_S)
            await asyncio.wait_for(waiting, LIMIT_S)
            assert (await source.ask(QUESTION, LIMIT_S)).notes == ()


async def test_whatever_swallows_notifications_is_found_out_and_forgiven(table: str) -> None:
    login, _, place = table.rpartition("@")
    port, _, name = place.partition(":")[2].partition("/")
    async with Proxy("127.0.0.1", int(port)) as proxy:
        proxy.on_answer = lambda chunk: not chunk.startswith(b"A")  # NotificationResponse
        async with opened(f"{login}@127.0.0.1:{proxy.port}/{name}") as source:
            ticks = source.pushes(QUESTION)
            assert ticks is not None
            await asyncio.wait_for(anext(ticks), LIMIT_S)
            deaf = await source.deaf(QUESTION, LIMIT_S)
            assert deaf is not None
            assert deaf.id == "sources.pg_deaf"
            await asyncio.wait_for(anext(ticks), LIMIT_S)
            proxy.on_answer = None
            await source.change("select pg_notify('activation', '')", (), max_rows=None, timeout_s=LIMIT_S)
            await asyncio.wait_for(anext(ticks), LIMIT_S)
            assert (await source.ask(QUESTION, LIMIT_S)).notes == ()


async def test_a_proof_that_could_not_be_sent_says_nothing(table: str) -> None:
    async with opened(table, pool=1) as source:
        await source.ask(PostgresQuestion(sql="select 1 as one"), LIMIT_S)
        slow = asyncio.create_task(source.ask(PostgresQuestion(sql="select pg_sleep(3)::text as n"), LIMIT_S))
        await wait_until(lambda: source._database and source._database._pool.get_idle_size() == 0)
        ticks = source.pushes(QUESTION)
        assert ticks is not None
        await asyncio.wait_for(anext(ticks), LIMIT_S)
        assert await source.deaf(QUESTION, LIMIT_S) is None
        await slow


async def test_check_names_the_feed_that_nothing_can_be_pushed_to(table: str, tmp_path: Path) -> None:
    login, _, place = table.rpartition("@")
    port, _, name = place.partition(":")[2].partition("/")
    layout = tmp_path / "room.yaml"
    layout.write_text(
        "room: x\nsources: {kos: {type: postgres, dsn: '${DSN}'}}\nfeeds:\n"
        "  polled: {source: kos, sql: select 1 as a}\n"
        "  pushed: {source: kos, sql: select 1 as a, listen: activation}\n"
    )
    async with Proxy("127.0.0.1", int(port)) as proxy:
        through = f"{login}@127.0.0.1:{proxy.port}/{name}"
        assert (await check(layout, {"DSN": through})).exit_code == 0
        proxy.on_answer = lambda chunk: not chunk.startswith(b"A")
        result = await check(layout, {"DSN": through})
    assert result.exit_code == 1
    assert "room.yaml:5:11: feeds.pushed: 즉시 알림(LISTEN)" in result.stderr
    assert "feeds.polled" not in result.stderr


async def check(layout: Path, env: Mapping[str, str]) -> Result:
    """``situationroom check`` in a thread, where it may have an event loop of its own."""
    return await asyncio.to_thread(CliRunner(env=dict(env)).invoke, command, [str(layout)])
