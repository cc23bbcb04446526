"""Fixtures for all tests: one real PostgreSQL for the session, an empty database for each test."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from situationroom.demo.postgres import PostgresServer


@pytest.fixture(scope="session", autouse=True)
def _private_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Journals of tests stay out of the user's state folder; sentences are Korean whatever the machine's.

    The programs that tests start keep their compiled modules, as installed ones do: a start is then four
    times as fast.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        patch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path_factory.mktemp("compiled")))
        patch.setenv("SITUATIONROOM_STATE", str(tmp_path_factory.mktemp("state")))
        patch.setenv("LC_ALL", "ko_KR.UTF-8")
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for the whole test session. A test that kills it starts its own instead."""
    with PostgresServer.start(settings={"max_connections": "200"}) as server:
        yield server


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[str]:
    """The DSN of a fresh, empty database."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres.dsn, timeout=10)
    try:
        await admin.execute(f"create database {name}")
        yield postgres.dsn_of(name)
        await admin.execute(f"drop database {name} with (force)")
    finally:
        await admin.close(timeout=5)
