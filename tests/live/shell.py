"""The program ``situationroom`` as a shell runs it, on a layout with a real database."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import asyncpg

from situationroom.journal import Entry
from situationroom.journal.reader import reading
from tests.live.firing_room import SCHEMA, write_layout
from tests.live.program import SITUATIONROOM, journal_of

PATIENCE_S = 30


class Shell:
    """Runs the program on one layout and database. Use :meth:`made`."""

    def __init__(self, dsn: str, folder: Path, actions: str) -> None:
        self.dsn = dsn
        self.layout = write_layout(folder, actions)
        self.journal = journal_of(self.layout, folder / "state")
        self.env = {**os.environ, "DSN": dsn, "SITUATIONROOM_STATE": str(folder / "state")}

    @classmethod
    async def made(cls, dsn: str, folder: Path, actions: str) -> Shell:
        """With its tables in the database."""
        connection = await asyncpg.connect(dsn, timeout=10)
        await connection.execute(SCHEMA, timeout=10)
        await connection.close(timeout=5)
        return cls(dsn, folder, actions)

    def words(self, *words: str) -> list[str]:
        """The command line of ``situationroom COMMAND LAYOUT …``."""
        return [*SITUATIONROOM, words[0], str(self.layout), *words[1:]]

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self.words(*words), stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=self.env,
        )  # fmt: skip

    async def __call__(self, *words: str, stdin: str = "") -> tuple[int | None, str, str]:
        """Exit code, output and errors."""
        process = await self.start(*words)
        out, err = await asyncio.wait_for(process.communicate(stdin.encode()), PATIENCE_S)
        return process.returncode, out.decode(), err.decode()

    async def sql(self, statement: str) -> list[asyncpg.Record]:
        """Ask the database beside the program."""
        connection = await asyncpg.connect(self.dsn, timeout=10)
        try:
            return await connection.fetch(statement, timeout=10)
        finally:
            await connection.close(timeout=5)

    async def is_on(self) -> bool:
        """Whether the toggle ``skip`` is on."""
        return bool((await self.sql("select enabled from reference where code = 'SKIP'"))[0][0])

    async def left(self) -> int:
        """Errors in the queue."""
        return int((await self.sql("select count(*) from error_queue where state = 'ERROR'"))[0][0])

    def entries(self) -> list[Entry]:
        """The journal."""
        if not self.journal.exists():
            return []
        with reading(self.journal) as journal:
            return list(journal.entries())

    def kinds(self, action: str = "") -> list[str]:
        """The kinds of entries, of one action or of all."""
        return [entry.kind for entry in self.entries() if not action or entry.action == action]
