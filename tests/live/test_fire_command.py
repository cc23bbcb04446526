"""``situationroom fire`` as a program on a real database."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.helpers import wait_until
from tests.live.shell import PATIENCE_S, Shell
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


@pytest.fixture
async def shell(database: str, tmp_path: Path) -> Shell:
    return await Shell.made(database, tmp_path, RISKY + SLOW)


async def test_yes_fires(shell: Shell) -> None:
    code, out, err = await shell("fire", "skip", "--as", "kim", "--yes")
    assert (code, err) == (0, "")
    assert "꺼짐 → 켜짐" in out
    assert "update reference" in out
    assert await shell.is_on()
    assert shell.kinds() == ["asked", "previewed", "confirmed", "claimed", "done"]


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
        (["skip", "code=A", "code=B", "--as", "kim", "--yes"], 2, "A, B"),
        (["skip", "nonsense", "--as", "kim", "--yes"], 2, "nonsense"),
        (["skip", "--as", "kim"], 2, "--yes"),
        (["--as", "kim"], 2, "--settle"),
        (["skip", "--undo", "abcd", "--as", "kim"], 2, "--undo"),
        (["--undo", "abcd", "--continue", "abcd", "--as", "kim"], 2, "--continue"),
        (["--undo", "abcd", "--as", "kim"], 2, "abcd"),
        (["--settle", "abcd", "happened", "--dry-run"], 2, "--dry-run"),
        (["--settle", "abcd", "perhaps"], 2, "perhaps"),
        (["--settle", "abcd", "happened"], 2, "abcd"),
    ],
)
async def test_what_is_wrong_is_said_in_a_line_and_the_exit_code(
    shell: Shell, words: list[str], code: int, said: str
) -> None:
    found, out, err = await shell("fire", *words)
    assert found == code
    assert len(err.splitlines()) == 1
    assert said in err
    assert code == 1 or "skip" in words or not out
    assert not await shell.is_on()


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


@pytest.mark.parametrize("action", ["skip", "risky"])
async def test_an_interrupt_at_the_question_withdraws_what_was_asked(shell: Shell, action: str) -> None:
    async with Terminal(shell.words("fire", action, "--as", "kim"), (120, 40), shell.env) as terminal:
        await terminal.wait_for("y/N" if action == "skip" else "입력하세요", 15)
        terminal.press("ctrl+c")
        assert await terminal.ended(15) == 1
    assert shell.kinds(action)[-1] == "withdrawn"
    assert not await shell.is_on()


async def test_a_preview_that_cannot_be_shown_withdraws_what_was_asked(shell: Shell) -> None:
    with Path("/dev/full").open("wb") as full:
        fired = await asyncio.create_subprocess_exec(
            *shell.words("fire", "skip", "--as", "kim", "--yes"), env=shell.env,
            stdout=full, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, err = await asyncio.wait_for(fired.communicate(), PATIENCE_S)
    assert fired.returncode == 1
    assert len(err.decode().splitlines()) == 1
    assert shell.kinds("skip")[-1] == "withdrawn"
    assert not await shell.is_on()


async def test_an_interrupt_stops_a_batch_and_it_is_continued_when_told_to(shell: Shell) -> None:
    await shell.sql("insert into error_queue (code) select 'E01' from generate_series(1, 100)")
    process = await shell.start("fire", "reprocess", "--as", "kim", "--yes")

    async def begun() -> bool:
        return await shell.left() < 100

    await wait_until(begun, 15)
    process.send_signal(signal.SIGINT)
    _, said = await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 1
    assert len(said.decode().splitlines()) == 1
    assert "중지" in said.decode()
    assert shell.kinds()[-2:] == ["stop_asked", "stopped"]
    left = await shell.left()
    assert 0 < left < 100
    run = shell.entries()[0].run
    assert f"--continue {run[:8]}" in said.decode()
    code, out, err = await shell("fire", "--continue", run[:8], "--as", "kim", "--yes")
    assert (code, err) == (0, "")
    assert f"{left}건" in out
    assert await shell.left() == 0
    code, _, err = await shell("fire", "--continue", run[:8], "--as", "kim", "--yes")
    assert code == 1
    assert len(err.splitlines()) == 1
