"""A journal that is cut while no program runs: the next one knows, and waits until somebody takes note."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.shell import Shell

LOST = "실행 기록이 잘리거나 바뀜"


@pytest.fixture
async def shell(database: str, tmp_path: Path) -> Shell:
    made = await Shell.made(database, tmp_path, "")
    assert (await made("fire", "skip", "--as", "kim", "--yes"))[0] == 0
    return made


def cut(journal: Path) -> None:
    connection = sqlite3.connect(journal, timeout=10)
    with connection:
        connection.execute("drop trigger entries_remain")
        connection.execute("delete from entries where id > 2")
    connection.close()


def removed(journal: Path) -> None:
    for file in journal.parent.glob(f"{journal.name}*"):
        shutil.rmtree(file) if file.is_dir() else file.unlink()


@pytest.mark.parametrize("happens", [cut, removed])
async def test_fire_refuses_until_somebody_takes_note_and_the_loss_is_an_entry(
    shell: Shell, happens: Callable[[Path], None]
) -> None:
    head = shell.entries()[-1]
    happens(shell.journal)
    for _ in range(2):
        code, _, err = await shell("fire", "skip", "--as", "kim", "--yes")
        assert code == 1
        assert LOST in err
        assert "--take-note" in err
        assert await shell.is_on()
    code, out, err = await shell("hold", "--take-note", "--as", "kim")
    assert (code, err) == (0, "")
    assert "확인" in out
    (noted,) = [entry for entry in shell.entries() if entry.kind == "head_lost"]
    assert (noted.person, noted.facts["entry"], noted.facts["hash"]) == ("kim", head.id, head.hash)
    code, _, err = await shell("fire", "skip", "--as", "kim", "--yes")
    assert (code, err) == (0, "")
    assert not await shell.is_on()


async def test_a_check_compares_with_what_was_seen_without_being_told(shell: Shell) -> None:
    code, out, _ = await shell("journal", "--verify")
    assert code == 0
    assert "적어 둔 head가" in out
    cut(shell.journal)
    code, _, err = await shell("journal", "--verify")
    assert code == 1
    assert "잘렸거나" in err


async def test_a_check_says_why_it_could_not_compare(shell: Shell) -> None:
    (note,) = (shell.journal.parent / "heads").glob("*.json")
    note.unlink()
    note.mkdir()
    code, _, err = await shell("journal", "--verify", "--format", "json")
    assert code == 0
    assert "대조하지 않음" in err


async def test_nothing_is_taken_note_of_where_nothing_was_lost(shell: Shell) -> None:
    code, _, err = await shell("hold", "--take-note", "--as", "kim")
    assert code == 1
    assert "확인할 일이 없음" in err
    code, out, _ = await shell("journal", "--verify", "--format", "json")
    assert json.loads(out)["sound"]
