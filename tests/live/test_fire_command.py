"""``situationroom fire`` and ``journal``, as programs on a real database."""

import asyncio
import csv
import json
import os
import signal
from pathlib import Path

import asyncpg
import pytest

from situationroom.journal.entry import Entry, canonical, first_broken
from tests.helpers import wait_until
from tests.live.firing_room import SCHEMA, write_layout
from tests.live.program import SITUATIONROOM
from tests.live.test_actions import SLOW
from tests.terminal import Terminal

RISKY = """
risky:
  kind: toggle
  source: kos
  risk: high
  state: {sql: "select enabled from reference where code = 'SKIP'"}
  set: {sql: "update reference set enabled = $1 where code = 'SKIP'", args: [value]}
"""


class Shell:
    """Runs the program on one layout and database."""

    def __init__(self, dsn: str, folder: Path, actions: str) -> None:
        self.dsn = dsn
        self.layout = write_layout(folder, actions)
        self.env = {**os.environ, "DSN": dsn, "SITUATIONROOM_STATE": str(folder / "state")}

    def words(self, *words: str) -> list[str]:
        """The command line of ``situationroom COMMAND LAYOUT …``."""
        return [*SITUATIONROOM, words[0], str(self.layout), *words[1:]]

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self.words(*words), stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=self.env,
        )  # fmt: skip

    async def __call__(self, *words: str) -> tuple[int | None, str, str]:
        """Exit code, output and errors."""
        process = await self.start(*words)
        out, err = await asyncio.wait_for(process.communicate(), 30)
        return process.returncode, out.decode(), err.decode()

    async def sql(self, statement: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.dsn, timeout=10)
        try:
            return await connection.fetch(statement, timeout=10)
        finally:
            await connection.close(timeout=5)

    async def is_on(self) -> bool:
        return bool((await self.sql("select enabled from reference where code = 'SKIP'"))[0][0])


@pytest.fixture
async def shell(database: str, tmp_path: Path) -> Shell:
    made = Shell(database, tmp_path, RISKY + SLOW)
    connection = await asyncpg.connect(database, timeout=10)
    await connection.execute(SCHEMA, timeout=10)
    await connection.close(timeout=5)
    return made


async def test_yes_fires_and_the_journal_tells_it(shell: Shell) -> None:
    code, out, err = await shell("fire", "skip", "--as", "kim", "--yes")
    assert (code, err) == (0, "")
    assert "꺼짐 → 켜짐" in out
    assert "update reference" in out
    assert await shell.is_on()
    code, out, _ = await shell("journal", "--format", "json")
    entries = json.loads(out)
    assert [entry["kind"] for entry in entries] == ["asked", "previewed", "confirmed", "claimed", "done"]
    assert "@" in entries[0]["where"]
    chain = [Entry(**{**entry, "body": canonical(entry["body"])}) for entry in entries]
    assert first_broken(chain) is None
    _, out, _ = await shell("journal", "--format", "csv")
    assert [record["kind"] for record in csv.DictReader(out.splitlines())][-1] == "done"
    _, out, _ = await shell("journal")
    assert "완료" in out
    assert "kim" in out


async def test_a_dry_run_only_shows(shell: Shell) -> None:
    code, out, _ = await shell("fire", "skip", "--as", "kim", "--dry-run")
    assert code == 0
    assert "꺼짐 → 켜짐" in out
    assert not await shell.is_on()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["skip", "--as", "lee", "--yes"], 1, "operator"),
        (["skip", "--as", "kin", "--yes"], 2, "kim"),
        (["skp", "--as", "kim", "--yes"], 2, "skip"),
        (["skip", "nonsense", "--as", "kim", "--yes"], 2, "nonsense"),
        (["skip", "--as", "kim"], 2, "--yes"),
    ],
)
async def test_what_is_wrong_is_said_in_a_line_and_the_exit_code(
    shell: Shell, words: list[str], code: int, said: str
) -> None:
    found, _, err = await shell("fire", *words)
    assert found == code
    assert said in err.splitlines()[-1]
    assert not await shell.is_on()


async def test_a_journal_of_a_room_without_its_environment_can_be_read(shell: Shell) -> None:
    del shell.env["DSN"]
    code, out, _ = await shell("journal", "--format", "json")
    assert (code, json.loads(out)) == (0, [])
    code, out, _ = await shell("journal")
    assert code == 0
    assert "기록이 없음" in out


@pytest.mark.parametrize(
    ("action", "typed", "fires"),
    [
        ("skip", "y", True),
        ("skip", "n", False),
        ("risky", "risky", True),
        ("risky", "y", False),
    ],
)
async def test_a_person_at_a_terminal_is_asked(shell: Shell, action: str, typed: str, fires: bool) -> None:
    async with Terminal(shell.words("fire", action, "--as", "kim"), (120, 40), shell.env) as terminal:
        await terminal.wait_for("y/N" if action == "skip" else "입력하세요", 15)
        terminal.press(typed)
        terminal.press("enter")
        assert await terminal.ended(15) == (0 if fires else 1)
    assert await shell.is_on() is fires


async def test_an_interrupt_stops_a_batch_after_its_step(shell: Shell) -> None:
    await shell.sql("insert into error_queue (code) select 'E01' from generate_series(1, 500)")
    process = await shell.start("fire", "reprocess", "--as", "kim", "--yes")

    async def left() -> int:
        return int((await shell.sql("select count(*) from error_queue where state = 'ERROR'"))[0][0])

    async def begun() -> bool:
        return await left() < 500

    await wait_until(begun, 15)
    process.send_signal(signal.SIGINT)
    _, err = await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 1
    assert "중지" in err.decode()
    assert await left() > 0
    _, out, _ = await shell("journal", "--format", "json")
    assert [entry["kind"] for entry in json.loads(out)][-2:] == ["stop_asked", "stopped"]
