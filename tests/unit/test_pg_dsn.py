"""Connection strings as libpq reads them: what works, and what is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from situationroom.catalog import catalog
from situationroom.errors import LayoutError, VouchedError
from situationroom.layout.load import load
from situationroom.sources.pg.dsn import Dsn, Host, read

NOTHING: Mapping[str, str] = {}


def places(text: str) -> list[str]:
    return [str(host) for host in read(text, NOTHING).hosts]


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("postgresql://db/kos", ["db:5432"]),
        ("postgres://u@db:6000", ["db:6000"]),
        ("postgresql://u:p@db1:5432,db2:5433/kos", ["db1:5432", "db2:5433"]),
        ("postgresql://db1,db2:6432,[::1]:5434/kos", ["db1:5432", "db2:6432", "[::1]:5434"]),
        ("postgresql:///kos?host=db1,db2&port=6000", ["db1:6000", "db2:6000"]),
        ("postgresql:///kos?host=db1,db2&port=6000,6001", ["db1:6000", "db2:6001"]),
        ("postgresql://%2Frun%2Fpostgresql/kos", ["/run/postgresql"]),
        ("postgresql:///kos", []),
        ("host=db1,db2 port=1,2 dbname=kos", ["db1:1", "db2:2"]),
        ("host = db dbname = 'my db'", ["db:5432"]),
        ("hostaddr=10.0.0.1,10.0.0.2 host=a,b dbname=kos", ["10.0.0.1:5432", "10.0.0.2:5432"]),
    ],
)
def test_hosts_and_ports_are_found_in_every_spelling(text: str, hosts: list[str]) -> None:
    assert places(text) == hosts


@pytest.mark.parametrize(
    ("text", "user", "password", "database"),
    [
        ("postgresql://kim:p%40ss%2Fw%25rd@db/%ED%95%9C%EA%B8%80", "kim", "p@ss/w%rd", "한글"),
        ("postgresql://kim:p@ss@db/kos", "kim", "p@ss", "kos"),
        ("postgresql://db/kos?user=kim&password=a+b%26c", "kim", "a+b&c", "kos"),
        (r"host=db user=kim password='it\'s a \\ secret' dbname=kos", "kim", "it's a \\ secret", "kos"),
        (r"user=kim password=two\ words dbname=kos", "kim", "two words", "kos"),
    ],
)
def test_who_and_where_are_decoded_as_libpq_does(text: str, user: str, password: str, database: str) -> None:
    dsn = read(text, NOTHING)
    assert (dsn.user, dsn.password, dsn.database) == (user, password, database)


def test_words_of_libpq_do_what_they_say() -> None:
    dsn = read(
        "postgresql://db/kos?target_session_attrs=read-write&connect_timeout=7&keepalives_idle=30&sslmode=require"
        "&channel_binding=prefer&gssencmode=disable&application_name=wall&load_balance_hosts=random"
        "&options=-c%20search_path%3Dcard&client_encoding=UHC&timezone=Asia/Seoul",
        NOTHING,
    )
    assert (dsn.role, dsn.shuffled) == ("read-write", True)
    assert dsn.connect_timeout_s == 7
    assert dsn.socket == {"keepalives_idle": 30}
    assert dsn.passed_on == {"sslmode": "require"}
    assert dsn.application_name == "wall"
    assert dsn.encoding == "UHC"
    assert dsn.settings == {"options": "-c search_path=card", "timezone": "Asia/Seoul"}
    assert read("dbname=kos connect_timeout=0", NOTHING).connect_timeout_s is None


@pytest.mark.parametrize(
    ("text", "reason", "said"),
    [
        ("mysql://db/kos", "pg_bad_dsn", "postgresql://"),
        ("postgresql+asyncpg://db/kos", "pg_bad_dsn", "postgresql://"),
        ("kos", "pg_bad_dsn", "dbname="),
        ("dbname='kos", "pg_bad_dsn", "dbname="),
        ("", "pg_bad_dsn", "dbname="),
        ("postgresql://kim:pa/ss@db/kos", "pg_dsn_encode", "%2F"),
        ("postgresql://db/kos?connect_timeot=3", "pg_dsn_near", "connect_timeout"),
        ("postgresql://db/kos?colour=red", "pg_dsn_unknown", "colour"),
        ("host=db password=two words=3", "pg_dsn_some_unknown", "libpq"),
        ("postgresql://db/kos?channel_binding=require", "pg_dsn_only", "prefer"),
        ("postgresql://db/kos?gssencmode=require", "pg_dsn_only", "disable"),
        ("postgresql://db/kos?requirepeer=postgres", "pg_dsn_beyond", "requirepeer"),
        ("dbname=kos require_auth=scram-sha-256", "pg_dsn_beyond", "require_auth"),
        ("postgresql://db/kos?sslmode=always", "pg_dsn_choice", "verify-full"),
        ("postgresql://db/kos?target_session_attrs=master", "pg_dsn_choice", "read-write"),
        ("postgresql://db/kos?connect_timeout=soon", "pg_dsn_whole", "connect_timeout"),
        ("postgresql://db:70000/kos", "pg_dsn_port", "65535"),
        ("postgresql://db:x/kos", "pg_dsn_port", "65535"),
        ("host=a,b,c port=1,2 dbname=kos", "pg_dsn_lists", "port"),
        ("hostaddr=10.0.0.1 host=db sslmode=verify-full", "pg_dsn_hostaddr", "hostaddr"),
        ("service=nowhere servicefile=/nowhere/at/all", "pg_dsn_service", "/nowhere/at/all"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name_with_what_to_do(text: str, reason: str, said: str) -> None:
    with pytest.raises(VouchedError) as caught:
        read(text, NOTHING)
    assert caught.value.message.id == f"sources.{reason}"
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://kim:hunter2?x=1@db/kos",
        "postgresql://kim:hunter2/x@db/kos",
        "postgresql://kim@db/kos?password=hunter2&hunter2=@",
        "host=db password=a hunter2=b",
        "hunter2",
        "postgresql://kim:hunter2@db:port/kos",
    ],
)
def test_a_refusal_never_shows_a_secret(text: str) -> None:
    with pytest.raises(VouchedError) as caught:
        read(text, NOTHING)
    assert "hunter2" not in str(caught.value)


def test_a_layout_whose_string_comes_from_the_environment_is_told_the_word(tmp_path: Path) -> None:
    path = tmp_path / "room.yaml"
    path.write_text("room: x\nsources:\n  kos: {type: postgres, dsn: '${KOS}'}\npanels: {p: {type: note}}\n")
    with pytest.raises(LayoutError) as caught:
        load(path, catalog(), {"KOS": "postgresql://kim:hunter2@db/kos?conect_timeout=3"})
    assert "room.yaml:3:" in str(caught.value)
    assert "'connect_timeout'" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_service_file_and_the_environment_give_the_rest(tmp_path: Path) -> None:
    services = tmp_path / "services"
    services.write_text("[kos]\nhost=db1,db2\nport=6000\nuser=watcher\ntarget_session_attrs=primary\n")
    env = {"PGSERVICEFILE": str(services), "PGUSER": "somebody", "PGDATABASE": "kos"}
    dsn = read("service=kos port=7000", env)
    assert dsn.hosts == (Host("db1", 7000), Host("db2", 7000))
    assert (dsn.user, dsn.database, dsn.role) == ("watcher", "kos", "primary")
    assert read("host=db", env | {"PGSERVICE": "kos"}).user == "watcher"


@pytest.mark.parametrize("written", ["p%40ss%2fword", "p%40ss%2Fword"])
def test_secrets_are_known_in_every_spelling(written: str) -> None:
    dsn: Dsn = read(f"postgresql://kim:{written}@db/kos", NOTHING)
    assert {"p@ss/word", "p%40ss%2Fword", written} <= set(dsn.secrets())
    assert "p@ss/word" not in repr(dsn)
    assert written not in repr(dsn)
