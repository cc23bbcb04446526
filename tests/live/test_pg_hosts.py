"""Several hosts in a connection string: the one that fits is found, also when they change places."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from random import Random

import asyncpg
import pytest

from situationroom.demo.postgres import PostgresServer
from situationroom.errors import ActionFailed, SourceError
from situationroom.sources.postgres import PostgresOptions, PostgresQuestion, PostgresSource
from tests.helpers import wait_until
from tests.live.faults import Proxy
from tests.live.standby import Standby, standby_of

LIMIT_S = 5.0


@pytest.fixture
def primary() -> Iterator[PostgresServer]:
    with PostgresServer.start(settings={"wal_level": "replica", "max_wal_senders": "4"}) as server:
        yield server


@pytest.fixture
def standby(primary: PostgresServer) -> Iterator[Standby]:
    with standby_of(primary) as server:
        yield server


def dsn_of(*servers: PostgresServer | Proxy, login: PostgresServer, role: str) -> str:
    credentials = login.dsn.partition("://")[2].rpartition("@")[0]
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    return f"postgresql://{credentials}@{hosts}/postgres?target_session_attrs={role}"


@asynccontextmanager
async def opened(dsn: str, **options: object) -> AsyncIterator[PostgresSource]:
    source = PostgresSource("kos", PostgresOptions.model_validate({"dsn": dsn, **options}), random=Random(1))
    try:
        yield source
    finally:
        await source.close()


async def port_of(source: PostgresSource) -> object:
    answer = await source.ask(PostgresQuestion(sql="select inet_server_port() as port"), LIMIT_S)
    return answer.rows[0]["port"]


async def change(source: PostgresSource, sql: str) -> int:
    return (await source.change(sql, (), max_rows=None, timeout_s=LIMIT_S)).count


async def test_each_role_finds_the_server_it_wants(primary: PostgresServer, standby: Standby) -> None:
    fits = {
        "any": standby, "read-write": primary, "primary": primary, "read-only": standby, "standby": standby,
        "prefer-standby": standby,
    }  # fmt: skip
    for role, server in fits.items():
        async with opened(dsn_of(standby, primary, login=primary, role=role)) as source:
            assert await port_of(source) == server.port, role
    async with opened(dsn_of(primary, login=primary, role="prefer-standby")) as source:
        assert await port_of(source) == primary.port


async def test_a_failover_is_followed(primary: PostgresServer, standby: Standby) -> None:
    async with opened(dsn_of(primary, standby, login=primary, role="read-write")) as source:
        await change(source, "create table t (a int)")
        assert await port_of(source) == primary.port
        admin = await asyncpg.connect(standby.dsn)
        # replication does not wait for the standby: what it has not got yet dies with the primary
        await wait_until(lambda: admin.fetchval("select to_regclass('t') is not null"))
        primary.kill()
        await admin.execute("select pg_promote()")
        await wait_until(lambda: admin.fetchval("select not pg_is_in_recovery()"))
        await admin.close()
        assert await port_of(source) == standby.port
        assert await change(source, "insert into t values (1)") == 1


@pytest.mark.parametrize("pool", [1, 3])
async def test_a_server_that_takes_no_writes_any_more_is_left_though_its_connections_live(
    primary: PostgresServer, pool: int
) -> None:
    with PostgresServer.start() as other:
        for server in (primary, other):
            admin = await asyncpg.connect(server.dsn)
            await admin.execute("create role watcher superuser login password 'one'")
            await admin.execute("create table t (a int)")
            await admin.close()
        dsn = f"postgresql://watcher:one@127.0.0.1:{primary.port},127.0.0.1:{other.port}/postgres"
        async with opened(f"{dsn}?target_session_attrs=read-write", pool=pool) as source:
            assert await port_of(source) == primary.port
            async with source.session() as session:
                done = await session.change("insert into t values (1)", (), max_rows=1, timeout_s=LIMIT_S)
                assert done.count == 1
                admin = await asyncpg.connect(primary.dsn)
                await admin.execute("alter system set default_transaction_read_only = on")
                await admin.execute("select pg_reload_conf()")
                await wait_until(
                    lambda: admin.fetchval("select current_setting('default_transaction_read_only') = 'on'")
                )
                done = await session.change("insert into t values (2)", (), max_rows=1, timeout_s=LIMIT_S)
                assert done.count == 1
            for _ in range(pool):
                assert await port_of(source) == other.port
            assert await change(source, "insert into t values (3)") == 1
            answer = await source.ask(PostgresQuestion(sql="select a from t order by a"), LIMIT_S)
            assert [row["a"] for row in answer.rows] == [2, 3]
            await admin.close()


async def test_a_host_that_swallows_everything_costs_one_answer_at_most(database: str) -> None:
    login, _, place = database.rpartition("@")
    port, _, name = place.partition(":")[2].partition("/")
    async with Proxy("127.0.0.1", int(port)) as silent:
        silent.black_hole = True
        dsn = f"{login}@127.0.0.1:{silent.port},127.0.0.1:{port}/{name}"
        question = PostgresQuestion(sql="select inet_server_port() as port")
        async with opened(dsn, connect_timeout="10s") as source:
            with pytest.raises(SourceError):
                await source.ask(question, 0.6)
            assert (await source.ask(question, 0.6)).rows[0]["port"] == int(port)
        async with opened(dsn, connect_timeout="0.3s") as source:
            assert (await source.ask(question, LIMIT_S)).rows[0]["port"] == int(port)


async def test_when_no_host_will_do_each_is_named_with_its_reason(primary: PostgresServer) -> None:
    wanted = dsn_of(primary, login=primary, role="standby").replace("/postgres?", ",127.0.0.1:1/postgres?")
    async with opened(wanted) as source:
        with pytest.raises(SourceError) as caught:
            await port_of(source)
        assert f"127.0.0.1:{primary.port}: target_session_attrs=standby" in str(caught.value)
        assert "127.0.0.1:1: 접속 거부" in str(caught.value)
        with pytest.raises(ActionFailed):
            await change(source, "select 1")
        async with source.session() as session:
            with pytest.raises(ActionFailed):
                await session.change("select 1", (), max_rows=None, timeout_s=LIMIT_S)


@pytest.mark.parametrize(
    "words",
    [
        "connect_timeout=5", "channel_binding=prefer", "gssencmode=disable", "sslmode=prefer",
        "keepalives=1&keepalives_idle=30&keepalives_interval=5&keepalives_count=3&tcp_user_timeout=9000",
        "sslmode=disable", "application_name=wall", "replication=false",
        "options=-c%20search_path%3Dcard%20-c%20work_mem%3D8MB",
        "target_session_attrs=any&sslnegotiation=postgres", "search_path=card",
        "load_balance_hosts=random",
    ],
)  # fmt: skip
async def test_words_of_libpq_are_taken(database: str, words: str) -> None:
    async with opened(f"{database}?{words}") as source:
        answer = await source.ask(
            PostgresQuestion(sql="select application_name as name, current_setting('search_path') as path "
                                 "from pg_stat_activity where pid = pg_backend_pid()"), LIMIT_S
        )  # fmt: skip
        assert answer.rows[0]["name"] == ("wall" if "wall" in words else "situationroom")
        assert (answer.rows[0]["path"] == "card") == ("search_path" in words)


async def test_a_string_of_key_and_value_connects(database: str) -> None:
    user, _, rest = database.partition("://")[2].partition(":")
    password, _, place = rest.partition("@")
    port, _, name = place.partition(":")[2].partition("/")
    dsn = f"host=127.0.0.1 port={port} user={user} password='{password}' dbname={name} connect_timeout=5"
    async with opened(dsn) as source:
        answer = await source.ask(PostgresQuestion(sql="select current_database() as name"), LIMIT_S)
        assert answer.rows[0]["name"] == name


async def test_a_missing_certificate_is_named_with_its_word(database: str) -> None:
    async with opened(f"{database}?sslmode=verify-ca&sslrootcert=/nowhere/ca.pem") as source:
        with pytest.raises(SourceError) as caught:
            await port_of(source)
        assert "sslrootcert" in str(caught.value)
        assert "/nowhere/ca.pem" in str(caught.value)


@pytest.mark.parametrize("spelled", ["hunter/2%@", "hunter%2F2%25%40", "hunter%2f2%25%40"])
async def test_a_password_that_the_server_repeats_is_masked(
    postgres: PostgresServer, database: str, spelled: str
) -> None:
    admin = await asyncpg.connect(postgres.dsn)
    await admin.execute("drop role if exists leaky")
    await admin.execute("create role leaky superuser login password 'hunter/2%@'")
    await admin.close()
    place = database.rpartition("@")[2]
    async with opened(f"postgresql://leaky:hunter%2f2%25%40@{place}") as source:
        with pytest.raises(SourceError) as caught:
            await source.ask(PostgresQuestion(sql=f"select '{spelled}'::int as n"), LIMIT_S)
        assert "hunter" not in str(caught.value)
        assert "•••" in str(caught.value)
