"""A schema that changes under a running room costs no reading and no run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import asyncpg
import pytest

from situationroom.errors import ActionFailed
from situationroom.sources.postgres import PostgresOptions, PostgresQuestion, PostgresSource

LIMIT_S = 5.0

BEFORE = """
    create type mood as (level int, word text);
    create type pair as (level int, word text);
    create type colour as enum ('red');
    create table plan (model text, total int, m mood, c colour);
    insert into plan values ('a', 1, (1, 'x'), 'red');
"""

QUESTIONS = {
    "star": "select * from plan",
    "columns": "select model, total from plan",
    "composite": "select p as row, p.model from plan p",
    "array": "select array_agg(p) as rows from plan p",
    "member": "select m from plan",
    "enum": "select c from plan",
    "value": "select row(1, 'x')::pair as p, array[row(2, 'y')::pair] as more",
}

CHANGES = {
    "a wider column and a new one": "alter table plan alter total type bigint, add bad int default 0",
    "a column dropped": "alter table plan drop total, add total numeric default 2",
    "another type": "alter table plan alter total type text",
    "a composite type grows": "alter type mood add attribute more int",
    "a composite type anew": "drop type pair; create type pair as (level numeric, word text)",
    "an enum of the same name anew": """
        alter type colour rename to old; create type colour as enum ('blue', 'red');
        alter table plan alter c type colour using c::text::colour; drop type old
    """,
    "the table made anew": """
        drop table plan;
        create table plan (total numeric, model text, m mood, c colour);
        insert into plan values (7, 'b', (1, 'x'), 'red')
    """,
}


@asynccontextmanager
async def opened(dsn: str, **options: object) -> AsyncIterator[PostgresSource]:
    source = PostgresSource("kos", PostgresOptions.model_validate({"dsn": dsn, **options}), random=Random(1))
    try:
        yield source
    finally:
        await source.close()


@pytest.mark.parametrize("pool", [1, 3])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_every_feed_answers_at_the_next_question(database: str, change: str, pool: int) -> None:
    admin = await asyncpg.connect(database)
    await admin.execute(BEFORE)
    async with opened(database, pool=pool) as source:

        async def ask() -> None:
            # as many at once as there are connections, so that each has every statement
            for sql in QUESTIONS.values():
                question = PostgresQuestion(sql=sql)
                answers = await asyncio.gather(*(source.ask(question, LIMIT_S) for _ in range(pool)))
                assert all(len(answer.rows) == 1 for answer in answers), sql

        await ask()
        await ask()
        await admin.execute(change)
        await ask()
    await admin.close()


async def test_what_comes_is_what_the_table_is_now(database: str) -> None:
    admin = await asyncpg.connect(database)
    await admin.execute(BEFORE)
    async with opened(database, pool=1) as source:
        question = PostgresQuestion(sql="select * from plan")
        assert (await source.ask(question, LIMIT_S)).columns == ("model", "total", "m", "c")
        await admin.execute("alter table plan drop m, add bad bigint default 5000000000000000001")
        answer = await source.ask(question, LIMIT_S)
        assert answer.columns == ("model", "total", "c", "bad")
        assert answer.rows[0]["bad"] == 5_000_000_000_000_000_001
    await admin.close()


@pytest.mark.parametrize("cache", [True, False])
async def test_a_run_of_many_changes_goes_on(database: str, cache: bool) -> None:
    admin = await asyncpg.connect(database)
    await admin.execute(BEFORE)
    async with opened(database, statement_cache=cache) as source, source.session() as session:
        for step in ("select 1", *(sql for sql in CHANGES.values() if "type mood" not in sql)):
            await admin.execute(step)
            done = await session.change(
                "update plan set model = 'z' returning *", (), max_rows=1, timeout_s=LIMIT_S
            )
            assert (done.count, done.rows[0]["model"]) == (1, "z")
            alone = await source.change(
                "update plan set model = 'y' returning model, total", (), max_rows=1, timeout_s=LIMIT_S
            )
            assert alone.rows[0]["model"] == "y"
    await admin.close()


async def test_a_change_that_returns_a_type_just_changed_does_nothing_once_and_then_works(
    database: str,
) -> None:
    admin = await asyncpg.connect(database)
    await admin.execute(BEFORE)
    sql = "update plan set total = total + 1 returning m"
    async with opened(database) as source, source.session() as session:
        for changes in (source, session):
            await changes.change(sql, (), max_rows=1, timeout_s=LIMIT_S)
            before = await admin.fetchval("select total from plan")
            await admin.execute(f"alter type mood add attribute more_{before} int")
            with pytest.raises(ActionFailed):
                await changes.change(sql, (), max_rows=1, timeout_s=LIMIT_S)
            assert await admin.fetchval("select total from plan") == before
            await changes.change(sql, (), max_rows=1, timeout_s=LIMIT_S)
            assert await admin.fetchval("select total from plan") == before + 1
    await admin.close()
