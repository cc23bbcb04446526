"""One run of an action at a time, among tasks and among programs on one journal."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from situationroom.journal import Journal
from tests.helpers import wait_until
from tests.live.many_fires import Came

PROGRAMS = 5
TIMES = 10
PATIENCE_S = 40.0

SCHEMA = """
create table reference (code text primary key);
insert into reference values ('SKIP');
create table fired (run text not null);
"""

LOCK = "select pg_advisory_{word}(7)"

LAYOUT = """
room: 시험 상황실
journal: room.journal
sources:
  kos: {{type: postgres, dsn: "{dsn}", pool: 12}}
people:
  kim: {{name: 김운영, roles: [operator]}}
actions:
  skip:
    title: 사전체크 SKIP
    kind: sql
    source: kos
    roles: operator
    preview: {{sql: "select code from reference"}}
    run:                             # waits until the test lets it, and leaves everything as it was
      sql: >-
        with run as (insert into fired values ($1)) update reference
        set code = code from (select pg_advisory_xact_lock(7)) as later
      args: [run]
    max_rows: 1
    timeout: 60s
"""


@asynccontextmanager
async def programs(path: Path, action: str) -> AsyncIterator[list[Process]]:
    """Programs that have asked, and wait for the word to fire; gone with the context."""
    command = [sys.executable, "-m", "tests.live.many_fires", str(path), action, str(TIMES)]
    started: list[Process] = []
    try:
        for _ in range(PROGRAMS):
            process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
            )
            started.append(process)
        for process in started:
            assert process.stdout is not None
            async with asyncio.timeout(PATIENCE_S):
                assert await process.stdout.readline() == b"ready\n"
        yield started
    finally:
        for process in started:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def all_fired(started: list[Process]) -> list[Came]:
    """What came of every wish."""
    came: list[Came] = []
    for process in started:
        async with asyncio.timeout(PATIENCE_S):
            said, _ = await process.communicate()
        came += json.loads(said)
    return came


async def kinds(path: Path) -> Counter[str]:
    journal = Journal(path)
    try:
        return Counter([entry.kind async for entry in journal.entries()])
    finally:
        await journal.close()


async def test_of_fifty_fires_by_five_programs_exactly_one_runs_and_the_others_are_told_why(
    database: str, tmp_path: Path
) -> None:
    path, journal = tmp_path / "room.yaml", tmp_path / "room.journal"
    path.write_text(LAYOUT.format(dsn=database), "utf-8")
    connection = await asyncpg.connect(database, timeout=5)
    await connection.execute(SCHEMA)
    await connection.execute(LOCK.format(word="lock"))

    async def all_others_refused() -> bool:
        return (await kinds(journal))["denied"] == PROGRAMS * TIMES - 1

    async with programs(path, "skip") as started:
        for process in started:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        await wait_until(all_others_refused, PATIENCE_S, "all but one are refused")
        await connection.execute(LOCK.format(word="unlock"))
        came = await all_fired(started)
    states = Counter(each.get("state", "refused") for each in came)
    assert states == {"done": 1, "refused": PROGRAMS * TIMES - 1}, came
    refusals = {each["said"] for each in came if "refused" in each}
    assert all("김운영" in said for said in refusals), refusals
    assert await connection.fetchval("select count(*) from fired") == 1
    await connection.close(timeout=5)
    counted = await kinds(journal)
    assert counted["asked"] == PROGRAMS * TIMES
    assert counted["claimed"] == counted["done"] == 1
