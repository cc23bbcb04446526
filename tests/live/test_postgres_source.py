"""The PostgreSQL source against a real server, and against everything that can happen to one."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import asyncpg
import pytest

from situationroom.demo.postgres import PostgresServer
from situationroom.errors import ActionFailed, OutcomeUnknown, RoomError, SourceError, TooManyRows
from situationroom.sources.base import Arguments
from situationroom.sources.net.backoff import Backoff
from situationroom.sources.pg.listen import Listener
from situationroom.sources.postgres import PostgresOptions, PostgresQuestion, PostgresSource
from situationroom.values import Value
from tests.helpers import wait_until
from tests.live.faults import Proxy

LIMIT_S = 2.0

MINE = """
    select query, state from pg_stat_activity
    where application_name = 'situationroom' and datname = current_database()
"""
ACTIVE = f"{MINE} and state = 'active' and pid <> pg_backend_pid()"


@asynccontextmanager
async def opened(dsn: str, **options: object) -> AsyncIterator[PostgresSource]:
    source = PostgresSource("kos", PostgresOptions.model_validate({"dsn": dsn, **options}), random=Random(1))
    await source.open()
    try:
        yield source
    finally:
        async with asyncio.timeout(4):
            await source.close()


@pytest.fixture
async def kos(database: str) -> AsyncIterator[PostgresSource]:
    async with opened(database) as source:
        yield source


@pytest.fixture(scope="module")
def mortal() -> Iterator[PostgresServer]:
    """A server of this file's own, to be killed and stopped."""
    with PostgresServer.start() as server:
        yield server


def through(proxy: Proxy, dsn: str) -> str:
    """The DSN with the proxy in the server's place."""
    head, _, tail = dsn.rpartition("@127.0.0.1:")
    return f"{head}@127.0.0.1:{proxy.port}/{tail.partition('/')[2]}"


def target(dsn: str) -> int:
    return int(dsn.rpartition("@127.0.0.1:")[2].partition("/")[0])


async def ask(
    source: PostgresSource, sql: str, limit_s: float = LIMIT_S, **more: object
) -> list[dict[str, Value]]:
    answer = await source.ask(PostgresQuestion.model_validate({"sql": sql, **more}), limit_s)
    return [dict(row) for row in answer.rows]


async def change(source: PostgresSource, sql: str, *args: Value, max_rows: int | None = None) -> int:
    return (await source.change(sql, args, max_rows=max_rows, timeout_s=LIMIT_S)).count


async def failure(source: PostgresSource, sql: str, limit_s: float = LIMIT_S) -> RoomError:
    with pytest.raises(SourceError) as caught:
        await ask(source, sql, limit_s)
    return caught.value


# What an answer is


async def test_every_type_becomes_a_plain_cell(kos: PostgresSource) -> None:
    rows = await ask(kos, """
        select 1 as whole, 1.50::numeric as exact, 'nan'::numeric as no_number, 'inf'::float8 as endless,
               true as yes, null::int as nothing, '한글 [red]'::text as word, interval '90 s' as span,
               timestamptz '2024-09-20 09:00+09' as moment, date '2024-09-20' as day,
               array[1,2] as list, '{"a": [1]}'::jsonb as tree, '10.0.0.1'::inet as address,
               '\\x00ff'::bytea as raw, int4range(1,5) as span4, row(1,'x') as pair, b'101' as bits,
               'infinity'::timestamptz as never, repeat('x', 1000000) as huge
    """)  # fmt: skip
    row = rows[0]
    assert len(str(row.pop("huge"))) == 1_000_000
    assert row == {
        "no_number": "NaN", "never": "infinity",
        "whole": 1, "exact": Decimal("1.50"), "endless": "Infinity", "yes": True, "nothing": None,
        "word": "한글 [red]", "span": 90.0, "moment": datetime(2024, 9, 20, tzinfo=UTC),
        "day": date(2024, 9, 20), "list": "[1,2]", "tree": '{"a": [1]}', "address": "10.0.0.1",
        "raw": "\\x00ff", "span4": "[1,5)", "pair": "(1,x)", "bits": "101",
    }  # fmt: skip


async def test_a_zoneless_timestamp_is_of_the_servers_time_zone(database: str) -> None:
    name = database.rpartition("/")[2]
    async with opened(database) as source:
        await change(source, f"alter database {name} set timezone to 'Asia/Seoul'")
    async with opened(database) as source:
        rows = await ask(source, "select timestamp '2024-09-20 09:00' as at")
        assert rows == [{"at": datetime(2024, 9, 20, tzinfo=UTC)}]
        back = await source.select(
            "select $1::timestamptz as t, $2::timestamp as u", ["2024-09-20 09:00"] * 2, LIMIT_S
        )
        assert dict(back.rows[0]) == {"t": rows[0]["at"], "u": rows[0]["at"]}


async def test_the_answer_carries_the_servers_clock_and_its_columns_even_without_rows(
    kos: PostgresSource,
) -> None:
    before = datetime.now(UTC)
    answer = await kos.ask(PostgresQuestion(sql="select 1 as a, 2 as b where false"), LIMIT_S)
    assert answer.columns == ("a", "b")
    assert answer.rows == ()
    assert answer.at is not None
    assert before - timedelta(seconds=0.1) <= answer.at <= datetime.now(UTC) + timedelta(seconds=0.1)


async def test_more_rows_than_asked_for_are_cut_and_said(kos: PostgresSource) -> None:
    question = PostgresQuestion(sql="select n from generate_series(1, 10000000) n", max_rows=3)
    answer = await kos.ask(question, LIMIT_S)
    assert [row["n"] for row in answer.rows] == [1, 2, 3]
    assert [note.id for note in answer.notes] == ["sources.cut"]


async def test_two_columns_of_one_name_are_refused_with_or_without_rows(kos: PostgresSource) -> None:
    for sql in ("select 1 as a, 2 as a", "select 1 as a, 2 as a where false"):
        error = await failure(kos, sql)
        assert error.message.id == "sources.pg_same_name"
        assert "'a'" in str(error)


async def test_a_text_argument_is_read_as_the_type_the_statement_wants(kos: PostgresSource) -> None:
    sql = (
        "select $1::int as i, $2::numeric as d, $3::bool as b, $4::date as day, $5::text as t, $6::text as n"
    )
    answer = await kos.select(sql, ["7", "1.5", "on", "2024-09-20", 12, None], LIMIT_S)
    assert list(answer.rows[0].values()) == [7, Decimal("1.5"), True, date(2024, 9, 20), "12", None]


@pytest.mark.parametrize(
    ("sql", "given", "said"),
    [
        ("select * from t where id = $1", "seven", ["$1(code)", "int4", "type: number", "$1::text"]),
        ("select * from t where id = $1", "1_000", ["$1(code)", "int4"]),
        ("select * from t where id = $1", "７", ["$1(code)", "int4"]),
        ("select * from t where day = $1", "someday", ["$1(code)", "date", "type: date", "$1::text"]),
        ("select * from t where who = $1", "kim", ["$1(code)", "uuid", "$1::text"]),
        ("select * from t where ids = $1", "1", ["$1", "::"]),
        ("select * from t where id = $1::text", "7", ["integer = text", "::int"]),
        ("select pg_typeof($1)", "7", ["$1::text"]),
    ],
)
async def test_an_argument_of_the_wrong_type_is_named_with_the_cure(
    kos: PostgresSource, sql: str, given: str, said: list[str]
) -> None:
    await change(kos, "create table t (id int, day date, who uuid, ids int[])")
    with pytest.raises(SourceError) as caught:
        await kos.select(sql, Arguments([given], ["code"]), LIMIT_S)
    for words in said:
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("sql", "args", "reason"),
    [
        ("select $1::int", ["seven"], "sources.pg_argument"),
        ("select $1::int", ["1.5"], "sources.pg_argument"),
        ("select $1::int", [2**40], "sources.pg_argument"),
        ("select $1::bool", ["perhaps"], "sources.pg_argument"),
        ("select $1::int", [1, 2], "sources.pg_argument_count"),
        ("select $1::int", [], "sources.pg_error"),
        ("select nothing_like_it", [], "sources.pg_error"),
        ("select 1; select 2", [], "sources.pg_error"),
    ],
)
async def test_a_statement_that_cannot_be_asked_says_why(
    kos: PostgresSource, sql: str, args: list[Value], reason: str
) -> None:
    with pytest.raises(SourceError) as caught:
        await kos.select(sql, args, LIMIT_S)
    assert caught.value.message.id == reason
    assert await ask(kos, "select 1 as one") == [{"one": 1}]


# What the database is spared


async def test_a_feed_cannot_write(kos: PostgresSource) -> None:
    await change(kos, "create table t (a int)")
    error = await failure(kos, "insert into t values (1)")
    assert error.message.id == "sources.pg_read_only"
    assert await ask(kos, "select count(*) as n from t") == [{"n": 0}]


async def test_a_runaway_query_ends_on_the_server_too(kos: PostgresSource, database: str) -> None:
    await ask(kos, "select 1")
    error = await failure(kos, "select pg_sleep(60)", 0.5)
    assert error.message.id == "sources.pg_statement_timeout"
    admin = await asyncpg.connect(database)
    running = f"select count(*) from ({ACTIVE}) a where query like 'select pg_sleep(60)%'"
    assert await admin.fetchval(running) == 0
    await admin.close()


async def test_a_cancelled_question_ends_on_the_server_and_frees_its_connection(database: str) -> None:
    admin = await asyncpg.connect(database)
    running = f"select count(*) from ({ACTIVE}) a where query like 'select pg_sleep(33)%'"
    async with opened(database, pool=1) as source:
        question = asyncio.create_task(ask(source, "select pg_sleep(33)", 1.0))

        def count() -> Awaitable[int]:
            return admin.fetchval(running)

        def ended() -> Awaitable[bool]:
            return admin.fetchval(f"select ({running}) = 0")

        await wait_until(count)
        question.cancel()
        await asyncio.wait([question])
        assert question.cancelled()
        assert await ask(source, "select 1 as one") == [{"one": 1}]
        await wait_until(ended)
    await admin.close()


async def test_no_more_connections_than_the_pool_and_waiting_for_one_is_bounded(database: str) -> None:
    async with opened(database, pool=2) as source:
        slow = [asyncio.create_task(ask(source, "select pg_sleep(1)")) for _ in range(2)]
        await wait_until(lambda: source._database and source._database._pool.get_size() == 2)
        begun = time.monotonic()
        error = await failure(source, "select 1", 0.4)
        assert error.message.id == "sources.pg_pool_busy"
        assert time.monotonic() - begun < 0.9
        await asyncio.gather(*slow)
        assert len(await asyncio.gather(*(ask(source, "select pg_sleep(0.01)") for _ in range(12)))) == 12
        assert await ask(source, f"select count(*) as n from ({MINE}) m") == [{"n": 2}]


async def test_without_a_statement_cache_everything_still_works(database: str) -> None:
    async with opened(database, statement_cache=False) as source:
        for _ in range(3):
            assert await ask(source, "select 1 as one") == [{"one": 1}]
            assert (await source.select("select $1::int as n", ["5"], LIMIT_S)).rows == ({"n": 5},)


# What an action does


async def test_a_change_counts_its_rows_and_hands_back_what_it_returns(kos: PostgresSource) -> None:
    await change(kos, "create table t (a int primary key, b text)")
    assert await change(kos, "insert into t select n, 'x' from generate_series(1, 600) n") == 600
    done = await kos.change("update t set b = $1 returning a", ["y"], max_rows=600, timeout_s=LIMIT_S)
    assert (done.count, len(done.rows)) == (600, 500)
    assert await change(kos, "with gone as (delete from t where a < 4 returning a) select a from gone") == 3
    assert await change(kos, "delete from t where a = $1", "4") == 1


async def test_a_change_of_too_many_rows_is_rolled_back(kos: PostgresSource) -> None:
    await change(kos, "create table t as select 1 as a from generate_series(1, 5)")
    for sql in ("update t set a = 2", "with w as (update t set a = 2 returning 1) select * from w"):
        with pytest.raises(TooManyRows):
            await change(kos, sql, max_rows=4)
    assert await ask(kos, "select distinct a from t") == [{"a": 1}]
    assert await change(kos, "update t set a = 3", max_rows=5) == 5


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("insert into t values (1)", "sources.pg_error"),
        ("insert into t values ('x')", "sources.pg_error"),
        ("update t set a = 2; update t set a = 3", "sources.pg_error"),
        ("select pg_sleep(9)", "sources.pg_statement_timeout"),
        ("insert into child values (99)", "sources.pg_error"),
    ],
)
async def test_a_refused_change_has_no_effect_and_says_why(
    kos: PostgresSource, sql: str, reason: str
) -> None:
    await change(kos, "create table t (a int primary key)")
    await change(kos, "create table child (a int references t deferrable initially deferred)")
    await change(kos, "insert into t values (1)")
    with pytest.raises(ActionFailed) as caught:
        await kos.change(sql, (), max_rows=None, timeout_s=0.5)
    assert caught.value.message.id == reason
    assert await ask(kos, "select (select count(*) from t) as t, (select count(*) from child) as child") == [
        {"t": 1, "child": 0}
    ]


async def test_a_statement_that_ends_the_transaction_itself_is_an_unknown_outcome(
    kos: PostgresSource,
) -> None:
    with pytest.raises(OutcomeUnknown):
        await change(kos, "commit")
    assert await ask(kos, "select 1 as one") == [{"one": 1}]


async def test_a_cut_before_the_commit_is_no_effect_and_one_at_the_commit_is_unknown(
    kos: PostgresSource, database: str
) -> None:
    await change(kos, "create table t (a int)")
    async with Proxy("127.0.0.1", target(database)) as proxy, opened(through(proxy, database)) as source:

        def cut_at(word: bytes, pass_on: bool) -> None:
            def watch(chunk: bytes) -> bool:
                if word not in chunk:
                    return True
                if pass_on:
                    asyncio.get_running_loop().call_later(0.05, proxy.cut)
                else:
                    proxy.cut()
                return pass_on

            proxy.on_request = watch

        cut_at(b"insert into", pass_on=False)
        with pytest.raises(ActionFailed):
            await change(source, "insert into t values (1)")
        cut_at(b"commit", pass_on=False)
        with pytest.raises(OutcomeUnknown) as caught:
            await change(source, "insert into t values (2)")
        assert "커밋" in str(caught.value)
        assert await ask(kos, "select a from t") == []


async def test_a_commit_that_is_never_answered_is_an_unknown_outcome_within_its_time(
    kos: PostgresSource, database: str
) -> None:
    await change(kos, "create table t (a int)")
    async with Proxy("127.0.0.1", target(database)) as proxy, opened(through(proxy, database)) as source:

        def silence(chunk: bytes) -> bool:
            if b"commit" in chunk:
                asyncio.get_running_loop().call_soon(setattr, proxy, "black_hole", True)
            return True

        proxy.on_request = silence
        begun = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            await change(source, "insert into t values (1)")
        assert time.monotonic() - begun < LIMIT_S + 3


# What is said when the server cannot be had


async def test_a_login_that_fails_shows_no_password(postgres: PostgresServer) -> None:
    user, _, place = postgres.dsn.rpartition("@")
    secret = "hunter2hunter2"
    async with opened(f"{user.rpartition(':')[0]}:{secret}@{place}") as source:
        error = await failure(source, "select 1")
        assert error.message.id == "sources.pg_login"
        for shown in (
            str(error),
            repr(error),
            repr(source.options),
            repr(source._database),
            repr(error.message),
        ):
            assert secret not in shown


@pytest.mark.parametrize(
    ("dsn", "reason"),
    [
        ("postgresql://127.0.0.1:1/x", "sources.refused"),
        ("postgresql://no-such-host.invalid/x", "sources.unknown_host"),
    ],
)
async def test_an_address_where_nothing_is_says_so(dsn: str, reason: str) -> None:
    async with opened(dsn) as source:
        assert (await failure(source, "select 1")).message.id == reason
        with pytest.raises(ActionFailed):
            await change(source, "select 1")


async def test_a_database_that_does_not_exist_is_named(postgres: PostgresServer) -> None:
    async with opened(postgres.dsn_of("no_such_db")) as source:
        error = await failure(source, "select 1")
        assert error.message.id == "sources.pg_no_database"
        assert "no_such_db" in str(error)


async def test_a_full_server_is_told_from_a_dead_one(mortal: PostgresServer) -> None:
    admin = await asyncpg.connect(mortal.dsn)
    await admin.execute("create role guest login password 'guest' connection limit 1")
    guest = mortal.dsn.replace(mortal.dsn.partition("//")[2].partition("@")[0], "guest:guest")
    async with opened(guest) as first, opened(guest) as second:
        await ask(first, "select 1")
        assert (await failure(second, "select 1")).message.id == "sources.pg_too_many_connections"
    await admin.execute("drop role guest")
    await admin.close()


async def test_what_is_not_postgresql_is_called_so() -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"N" if not writer.is_closing() else b"")
        await reader.read(1000)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 40)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    async with server, opened(f"postgresql://127.0.0.1:{server.sockets[0].getsockname()[1]}/x") as source:
        error = await failure(source, "select 1", 1.0)
        assert error.message.id in ("sources.pg_not_postgres", "sources.lost", "sources.timeout")


async def test_a_killed_server_fails_at_once_and_answers_again_when_it_is_back(
    mortal: PostgresServer,
) -> None:
    async with opened(mortal.dsn) as source:
        assert await ask(source, "select 1 as one") == [{"one": 1}]
        running = asyncio.create_task(failure(source, "select pg_sleep(9)", 10))
        await wait_until(lambda: source._database and source._database._pool.get_idle_size() == 0)
        await asyncio.to_thread(mortal.kill)
        assert (await running).message.id in ("sources.lost", "sources.pg_shut_down")
        begun = time.monotonic()
        assert (await failure(source, "select 1")).message.id == "sources.refused"
        assert time.monotonic() - begun < 0.5
        mortal.restart()  # here: the server lives as long as the thread that started it
        assert await ask(source, "select 1 as one") == [{"one": 1}]


async def test_a_stopped_server_times_out_and_closing_does_not_hang(mortal: PostgresServer) -> None:
    async with opened(mortal.dsn, pool=1) as source:
        backend = (await ask(source, "select pg_backend_pid() as pid"))[0]["pid"]
        assert isinstance(backend, int)
        for pid in (backend, mortal.pid):
            os.kill(pid, signal.SIGSTOP)
        try:
            for _ in range(2):  # the pooled connection, then a new one
                begun = time.monotonic()
                assert (await failure(source, "select 1", 0.4)).message.id == "sources.timeout"
                assert time.monotonic() - begun < 0.8
            begun = time.monotonic()
            await source.close()
            assert time.monotonic() - begun < 2.5
        finally:
            for pid in (mortal.pid, backend):
                os.kill(pid, signal.SIGCONT)
        assert await ask(source, "select 1 as one", 5) == [{"one": 1}]


async def test_a_black_hole_times_out_and_is_left_when_the_network_is_back(database: str) -> None:
    async with Proxy("127.0.0.1", target(database)) as proxy, opened(through(proxy, database)) as source:
        await ask(source, "select 1")
        proxy.black_hole = True
        assert (await failure(source, "select 1", 0.3)).message.id == "sources.timeout"
        proxy.black_hole = False
        assert await ask(source, "select 1 as one") == [{"one": 1}]


async def test_a_network_that_dies_under_a_query_costs_no_more_than_its_time(database: str) -> None:
    async with Proxy("127.0.0.1", target(database)) as proxy, opened(through(proxy, database)) as source:
        await ask(source, "select 1")

        def swallow(chunk: bytes) -> bool:
            proxy.black_hole = proxy.black_hole or b"pg_sleep" in chunk
            return True

        proxy.on_request = swallow
        begun = time.monotonic()
        assert (await failure(source, "select pg_sleep(0)", 0.4)).message.id == "sources.timeout"
        assert time.monotonic() - begun < 0.9


async def test_a_pooled_connection_cut_while_idle_costs_no_answer(database: str) -> None:
    async with Proxy("127.0.0.1", target(database)) as proxy, opened(through(proxy, database)) as source:
        await ask(source, "select 1")

        def forget(_: bytes) -> bool:
            proxy.on_request = None
            proxy.cut()
            return False

        proxy.on_request = forget  # as a firewall does that forgot the connection: reset at first use
        assert await ask(source, "select 1 as one") == [{"one": 1}]
        assert proxy.connections == 2


# NOTIFY


async def test_a_notification_says_ask_again_and_many_are_one(kos: PostgresSource) -> None:
    ticks = kos.pushes(PostgresQuestion(sql="select 1", listen=("activation", "other")))
    assert ticks is not None
    await asyncio.wait_for(anext(ticks), 2)  # listening from here on
    await change(kos, "select pg_notify('activation', n::text) from generate_series(1, 20) n")
    await asyncio.wait_for(anext(ticks), 2)
    waiting = asyncio.ensure_future(anext(ticks))
    await change(kos, "select pg_notify('elsewhere', '')")
    assert not waiting.done()
    await change(kos, "select pg_notify('other', '')")
    await asyncio.wait_for(waiting, 2)
    assert kos.pushes(PostgresQuestion(sql="select 1")) is None


async def test_all_feeds_listen_on_one_connection(kos: PostgresSource) -> None:
    streams = [kos.pushes(PostgresQuestion(sql="select 1", listen=(name,))) for name in ("a", "b", "c")]
    for ticks in streams:
        assert ticks is not None
        await asyncio.wait_for(anext(ticks), 2)
    assert await ask(kos, f"select count(*) as n from ({MINE}) m where query like 'LISTEN%'") == [{"n": 1}]


async def test_listening_goes_on_after_the_server_was_killed(mortal: PostgresServer) -> None:
    async with opened(mortal.dsn) as source:
        question = PostgresQuestion(sql="select 1 as one", listen=("activation",))
        ticks = source.pushes(question)
        assert ticks is not None
        await asyncio.wait_for(anext(ticks), 2)
        await asyncio.to_thread(mortal.kill)
        await wait_until(lambda: source._listener and source._listener.trouble)
        mortal.restart()  # here: the server lives as long as the thread that started it
        await asyncio.wait_for(anext(ticks), 10)  # something may have been missed
        assert (await source.ask(question, LIMIT_S)).notes == ()
        await change(source, "select pg_notify('activation', '')")
        await asyncio.wait_for(anext(ticks), 2)


async def test_a_silently_dead_listening_connection_is_noticed_and_said(database: str) -> None:
    async def soon(_: float) -> None:
        await asyncio.sleep(0.01)

    async with (
        Proxy("127.0.0.1", target(database)) as proxy,
        opened(database) as source,
        opened(through(proxy, database)) as silent,
    ):
        assert silent._database is not None
        base = silent._database
        listener = Listener(base.connect, Backoff(Random(1)), soon, base.notify, keepalive_s=0.1)
        source._listener = listener
        question = PostgresQuestion(sql="select 1 as one", listen=("activation",))
        ticks = source.pushes(question)
        assert ticks is not None
        await asyncio.wait_for(anext(ticks), 2)
        proxy.black_hole = True
        await wait_until(lambda: listener.trouble, 5)
        answer = await source.ask(question, LIMIT_S)
        assert [note.id for note in answer.notes] == ["sources.pg_not_listening"]
        proxy.black_hole = False
        await asyncio.wait_for(anext(ticks), 5)
        assert (await source.ask(question, LIMIT_S)).notes == ()


async def test_a_source_closed_in_the_middle_of_anything_leaves_no_noise_behind(database: str) -> None:
    loop, heard = asyncio.get_running_loop(), list[str]()
    loop.set_exception_handler(lambda _, context: heard.append(repr(context)))
    question = PostgresQuestion(sql="select generate_series(1, 200)", listen=("activation",))

    async def listening(source: PostgresSource) -> None:
        ticks = source.pushes(question)
        assert ticks is not None
        async for _ in ticks:
            pass

    async def asking(source: PostgresSource) -> None:
        while True:
            with suppress(SourceError):
                await source.ask(question, LIMIT_S)

    for steps in range(60):
        async with opened(database) as source:
            busy = [asyncio.create_task(work(source)) for work in (listening, asking, asking)]
            for _ in range(steps):
                await asyncio.sleep(0)  # each round ends it at another place
            for task in busy:
                task.cancel()
            await asyncio.wait(busy)
    gc.collect()
    assert heard == []
