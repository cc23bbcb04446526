"""Whatever stands in a cell of a real database, it is shown, and the rest of the row and the feed live."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from situationroom.demo.postgres import PostgresServer
from situationroom.errors import SourceError
from situationroom.sources.postgres import PostgresOptions, PostgresQuestion, PostgresSource
from situationroom.values import Duration, Value
from tests.helpers import wait_until

LIMIT_S = 5.0
SEOUL = ZoneInfo("Asia/Seoul")

AS_WRITTEN = {
    "time": ["24:00:00", "18:00:00.5", "00:00:00"],
    "timetz": ["24:00:00+09", "09:30:00-03:30"],
    "date": ["20240-03-15", "0044-03-15 BC", "infinity", "-infinity", "5874897-12-31", "0001-01-01"],
    "timestamp": ["20240-03-15 09:00:00", "0001-12-31 23:59:59.25 BC", "infinity", "9999-12-31 23:59:59"],
    "timestamptz": ["20240-03-15 09:00:00+09", "0044-03-15 00:00:00+08:27:52 BC", "-infinity"],
    "interval": ["infinity", "-infinity"],
    "numeric": ["NaN", "Infinity", "-Infinity"],
    "float8": ["NaN", "Infinity", "-Infinity"],
    "pg_lsn": ["16/B374D848", "0/0", "FFFFFFFF/FFFFFFFF"],
    '"char"': ["x", "", r"\377"],
    "int8multirange": ["{[1,3),[7,9)}"],
    "numrange": ["(,)", "[1.50,2]", "empty"],
    "money": ["$1,234.50", "-$0.01"],
    "inet": ["10.0.0.1/24", "::1", "::ffff:1.2.3.4"],
    "cidr": ["10.0.0.0/8"],
    "macaddr": ["08:00:2b:01:02:03"],
    "bit(5)": ["10101"],
    "varbit": ["", "101010101"],
    "bytea": [r"\x00ff", r"\x"],
    "uuid": ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
    "point": ["(1,2.5)"],
    "circle": ["<(1,2),3>"],
    "tsvector": ["'cat':3 'fat':2"],
    "jsonb": ['{"a": [1, 2.50, null]}'],
    "jsonpath": ['$."a"[*]'],
    "regclass": ["pg_class"],
    "tid": ["(0,1)"],
    "text": ["2024-09-20 00:00:00+00", "", "  1_000  "],
    "vector": ["[1,2,3]"],
    "worded": ['(1,"[1,2]")'],
    "priced": ["[$1.00,$2.00]"],
    "prices": ["{[$1.00,$2.00]}"],
    "amount": ["$7.00"],
    "nothing": ["()"],
}

SCHEMA = """
    create extension vector;
    create type worded as (a int, v vector);
    create type priced as range (subtype = money, multirange_type_name = prices);
    create domain amount as money;
    create type nothing as ();
    create type mood as enum ('맑음', '흐림');
    create domain level as int;
    create type visit as (place text, since timestamptz, day date, how mood, many level);
"""


@asynccontextmanager
async def opened(dsn: str, **options: object) -> AsyncIterator[PostgresSource]:
    source = PostgresSource("kos", PostgresOptions.model_validate({"dsn": dsn, **options}), random=Random(1))
    source.zone = SEOUL
    try:
        yield source
    finally:
        await source.close()


async def ask(source: PostgresSource, sql: str) -> list[dict[str, Value]]:
    answer = await source.ask(PostgresQuestion(sql=sql), LIMIT_S)
    return [dict(row) for row in answer.rows]


async def one(source: PostgresSource, expression: str) -> Value:
    return (await ask(source, f"select 7 as id, {expression} as value"))[0]["value"]


async def execute(dsn: str, *statements: str) -> None:
    admin = await asyncpg.connect(dsn)
    for statement in statements:
        await admin.execute(statement)
    await admin.close()


@pytest.fixture
async def kos(database: str) -> AsyncIterator[PostgresSource]:
    name = database.rpartition("/")[2]
    await execute(database, SCHEMA, f"alter database {name} set timezone to 'Asia/Seoul'")
    async with opened(database) as source:
        yield source


# What a value looks like


@pytest.mark.parametrize("kind", AS_WRITTEN)
async def test_what_python_has_no_form_for_is_shown_as_the_database_writes_it(
    kos: PostgresSource, kind: str
) -> None:
    for written in AS_WRITTEN[kind]:
        rows = await ask(
            kos,
            f"select 1 as id, $${written}$$::{kind} as value union all select 2, null::{kind}".replace(
                "null::tid", "'(0,2)'::tid"
            ),
        )
        assert rows[0] == {"id": 1, "value": written}
        assert rows[1]["id"] == 2


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("5000000000000000001::bigint", 5_000_000_000_000_000_001),
        ("18446744073709551615::text::xid8", 18_446_744_073_709_551_615),
        ("4294967295::oid", 4_294_967_295),
        ("1234567890123456789012345678901234567890.5::numeric",
         Decimal("1234567890123456789012345678901234567890.5")),
        ("interval '1 year 2 months 3 days 04:05:06.789'", Duration(37_015_506.789)),
        ("interval '-1 month'", Duration(-2_592_000)),
        ("interval '850 microseconds'", Duration(0.00085)),
        ("timestamptz '2024-09-20 00:00+00'", datetime(2024, 9, 20, tzinfo=UTC)),
        ("timestamp '2024-09-20 09:00'", datetime(2024, 9, 20, tzinfo=UTC)),
        ("'맑음'::mood", "맑음"),
        ("3::level", 3),
        ("true", True),
    ],
)  # fmt: skip
async def test_figures_and_times_keep_all_they_have(
    kos: PostgresSource, expression: str, value: Value
) -> None:
    shown = await one(kos, expression)
    assert shown == value
    assert type(shown) is type(value)


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("array[1, null, 3]", "[1,null,3]"),
        ("array[[1, 2], [3, null]]", "[[1,2],[3,null]]"),
        ("array['a', '한글', null]", '["a","한글",null]'),
        ("array['맑음'::mood]", '["맑음"]'),
        ("array['20240-01-01'::date, 'infinity']", '["20240-01-01","infinity"]'),
        ("array['24:00'::time]", '["24:00:00"]'),
        ("array['NaN'::numeric, 1.50]", '["NaN",1.50]'),
        ("array[9007199254740993]", "[9007199254740993]"),
        ("array[12.30::money]", '["$12.30"]'),
        ("array[timestamptz '2024-09-20 00:00+00']", '["2024-09-20 09:00:00"]'),
        ("tstzrange('2024-09-20 00:00+00', 'infinity')", "[2024-09-20 09:00:00,infinity)"),
        ("tsrange('2024-09-20 09:00', null)", "[2024-09-20 09:00:00,)"),
        ("tstzmultirange(tstzrange('2024-09-20 00:00+00', null))", "{[2024-09-20 09:00:00,)}"),
        ("daterange('0044-03-15 BC', '2024-01-01')", "[0044-03-15 BC,2024-01-01)"),
        ("row('강남', '2024-09-20 00:00+00', '20240-01-01', '흐림', 3)::visit",
         '{"place":"강남","since":"2024-09-20 09:00:00","day":"20240-01-01","how":"흐림","many":3}'),
        ("array[row('강남', 'infinity', null, null, null)::visit]",
         '[{"place":"강남","since":"infinity","day":null,"how":null,"many":null}]'),
        ("row(1, null, timestamptz '2024-09-20 00:00+00', 1.50, true)", "(1,,2024-09-20 09:00:00,1.50,t)"),
        ("row(1, 'a,b', row(2, array[3]))", '(1,"a,b",(2,[3]))'),
        ("row('pg_class'::regclass, 1)", "(pg_class,1)"),
        ("row('맑음'::mood, '{}'::int[])", "(맑음,{})"),
    ],
)  # fmt: skip
async def test_parts_are_read_as_a_person_reads_them_with_times_of_the_room(
    kos: PostgresSource, expression: str, shown: str
) -> None:
    assert await one(kos, expression) == shown


async def test_every_catalogue_and_statistic_view_of_the_server_can_be_a_feed(kos: PostgresSource) -> None:
    views = await ask(
        kos,
        """select format('%I.%I', nspname, relname) as name from pg_class c
           join pg_namespace n on n.oid = relnamespace
           where nspname = 'pg_catalog' and relkind in ('r', 'v') and relname not like '%numa' order by 1""",
    )
    assert len(views) > 100
    for view in views:
        await kos.ask(PostgresQuestion(sql=f"select v.*, v from {view['name']} v limit 50"), LIMIT_S)


async def test_a_type_of_the_server_that_the_driver_does_not_know_yet_is_text(kos: PostgresSource) -> None:
    kinds = await ask(
        kos,
        """select format_type(oid, null) as name from pg_type
           where typnamespace = 'pg_catalog'::regnamespace and typtype in ('b', 'r', 'm', 'd', 'c')""",
    )
    assert len(kinds) > 300
    for kind in kinds:
        assert await one(kos, f"null::{kind['name']}") is None


async def test_values_go_back_into_the_database_as_they_were_shown(
    kos: PostgresSource, database: str
) -> None:
    for kind in ("time", "timetz", "date", "timestamp", "timestamptz", "numeric", "float8", "pg_lsn",
                 "inet", "cidr", "varbit", "bytea", "uuid", "interval", "money", "point", "tid"):  # fmt: skip
        for written in AS_WRITTEN[kind]:
            answer = await kos.select(f"select ($1::{kind})::text as back", [written], LIMIT_S)
            wanted = await asyncpg.connect(database)
            assert answer.rows[0]["back"] == await wanted.fetchval(f"select ($${written}$$::{kind})::text")
            await wanted.close()


# Bytes that are no text


@pytest.fixture
async def foreign(postgres: PostgresServer) -> None:
    """Databases of other encodings, made once."""
    admin = await asyncpg.connect(postgres.dsn)
    for name, encoding in (("euckr_db", "EUC_KR"), ("any_db", "SQL_ASCII"), ("latin_db", "LATIN1")):
        if not await admin.fetchval("select count(*) from pg_database where datname = $1", name):
            await admin.execute(
                f"create database {name} encoding '{encoding}' template template0 lc_collate 'C' lc_ctype 'C'"
            )
    await admin.close()


async def test_a_query_of_another_databases_encoding_is_shown_with_its_odd_bytes(
    kos: PostgresSource, postgres: PostgresServer, foreign: None
) -> None:
    loud = await asyncpg.connect(postgres.dsn_of("euckr_db"))
    sleeping = asyncio.create_task(loud.fetch("select pg_sleep(30), '가나'"))
    sql = "select pid, datname, query from pg_stat_activity where query like 'select pg_sleep(30)%'"
    rows = await wait_until(lambda: ask(kos, sql))
    assert rows[0]["datname"] == "euckr_db"
    assert rows[0]["query"] == r"select pg_sleep(30), '\xb0\xa1\xb3\xaa'"
    loud.terminate()
    await asyncio.wait([sleeping])
    assert isinstance(sleeping.exception(), asyncpg.ConnectionDoesNotExistError)


@pytest.mark.parametrize(
    ("encoding", "shown"), [(None, r"\xb0\xa1\xb3\xaa"), ("EUC_KR", "가나"), ("UHC", "가나")]
)
async def test_a_database_of_any_bytes_is_read_and_written(
    postgres: PostgresServer, foreign: None, encoding: str | None, shown: str
) -> None:
    dsn = postgres.dsn_of("any_db")
    async with opened(f"{dsn}?client_encoding={encoding}" if encoding else dsn) as source:
        assert await one(source, r"e'\xb0\xa1\xb3\xaa'") == shown
        assert await one(source, r"array[e'\xb0\xa1\xb3\xaa']") == f'["{shown}"]'.replace("\\", "\\\\")
        assert await ask(source, "select 1 as 이름 where '합계' = '합계'") == [{"이름": 1}]
        answer = await source.select("select $1::text as a, $2::money as m", ["합계", "$2.00"], LIMIT_S)
        assert answer.rows[0] == {"a": "합계", "m": "$2.00"}
        await source.change("create table if not exists 표 (a text)", (), max_rows=None, timeout_s=LIMIT_S)
        done = await source.change(
            "insert into 표 values ($1) returning a as 값", ["하나"], max_rows=1, timeout_s=LIMIT_S
        )
        assert done.rows[0] == {"값": "하나"}
        async with source.session() as session:
            done = await session.change(
                "delete from 표 where a = $1 returning a as 값", ["하나"], max_rows=1, timeout_s=LIMIT_S
            )
        assert done.rows[0] == {"값": "하나"}
        with pytest.raises(SourceError, match="없는_표"):
            await ask(source, "select * from 없는_표")


async def test_text_that_our_encoding_cannot_hold_is_read_in_the_databases_own(
    postgres: PostgresServer, foreign: None
) -> None:
    dsn = postgres.dsn_of("euckr_db")
    await execute(dsn, "drop table if exists t", "create table t (a text)", "insert into t values ('기동')")
    admin = await asyncpg.connect(dsn, server_settings={"client_encoding": "SQL_ASCII"})
    await admin.execute(r"insert into t values (e'\xc9\xa1'), (e'\xfe\xfe')")  # of the user-defined rows
    await admin.close()
    async with opened(dsn, pool=1) as source:
        assert await one(source, "'기동'") == "기동"
        rows = await ask(source, "select a from t")
        assert [row["a"] for row in rows] == ["기동", r"\xc9\xa1", r"\xfe\xfe"]
        assert await ask(source, "select a as 이름 from t where a = '기동'") == [{"이름": "기동"}]
    async with opened(postgres.dsn_of("latin_db")) as source:
        assert await one(source, "chr(233)") == "é"


# Time zones


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("<+09>-09", datetime(2024, 9, 20, tzinfo=UTC)),
        ("KST-9", datetime(2024, 9, 20, tzinfo=UTC)),
        ("GMT+9", datetime(2024, 9, 20, 18, tzinfo=UTC)),
        ("Etc/GMT-9", datetime(2024, 9, 20, tzinfo=UTC)),
        ("asia/seoul", datetime(2024, 9, 20, tzinfo=UTC)),
        ("ROK", datetime(2024, 9, 20, tzinfo=UTC)),
        ("<+0530>-5:30", datetime(2024, 9, 20, 3, 30, tzinfo=UTC)),
        ("<+09:30>-09:30", datetime(2024, 9, 19, 23, 30, tzinfo=UTC)),
        ("EST5EDT,M3.2.0,M11.1.0", datetime(2024, 9, 20, 13, tzinfo=UTC)),
        ("NZST-12NZDT,M9.5.0,M4.1.0/3", datetime(2024, 9, 19, 21, tzinfo=UTC)),
        ("<-03:30>3:30<-02:30>,M3.2.0/0:01,M11.1.0/0:01", datetime(2024, 9, 20, 11, 30, tzinfo=UTC)),
    ],
)
async def test_zoneless_times_are_of_the_databases_zone_however_it_is_spelled(
    database: str, zone: str, moment: datetime
) -> None:
    await execute(database, f"alter database {database.rpartition('/')[2]} set timezone to '{zone}'")
    async with opened(database) as source:
        assert await one(source, "timestamp '2024-09-20 09:00'") == moment
        shown = moment.astimezone(SEOUL).replace(tzinfo=None).isoformat(" ")
        assert await one(source, "array[timestamp '2024-09-20 09:00']") == f'["{shown}"]'
        assert await one(source, "tsrange('2024-09-20 09:00', null)") == f"[{shown},)"
        row = (
            await source.select(
                "select $1::timestamp = timestamp '2024-09-20 09:00' as a, $2::timestamptz as b",
                [moment, "2024-09-20 09:00"],
                LIMIT_S,
            )
        ).rows[0]
        assert (row["a"], row["b"]) == (True, moment)
        async with source.session() as session:
            sql = "select $1::timestamp as value"
            done = await session.change(sql, ["2024-09-20 09:00"], max_rows=1, timeout_s=LIMIT_S)
        assert done.rows[0]["value"] == moment


@pytest.mark.parametrize(
    "zone", ["EST5EDT,M3.2.0,M11.1.0", "America/New_York", "NZST-12NZDT,M9.5.0,M4.1.0/3"]
)
async def test_hours_that_came_twice_and_never_are_the_servers(database: str, zone: str) -> None:
    await execute(database, f"alter database {database.rpartition('/')[2]} set timezone to '{zone}'")
    async with opened(database) as source:
        rows = await ask(
            source,
            """select t as zoneless, t::timestamptz as wanted from generate_series(
                 timestamp '1997-01-01', timestamp '2045-01-01', interval '23 hours 10 minutes') t
               union all select t, t::timestamptz from generate_series(
                 timestamp '2024-03-08', timestamp '2024-04-10', interval '10 minutes') t
               union all select t, t::timestamptz from generate_series(
                 timestamp '2024-09-27', timestamp '2024-10-02', interval '10 minutes') t
               limit 5000 offset 17000""",
        )
        assert len(rows) == 5000
        assert [row for row in rows if row["zoneless"] != row["wanted"]] == []


async def test_dates_are_days_whatever_the_zone(kos: PostgresSource) -> None:
    assert await one(kos, "date '2024-09-20'") == date(2024, 9, 20)
