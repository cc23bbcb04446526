"""The newest entry that was seen, noted for those who begin later."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from situationroom.journal import Draft, Head, Journal
from situationroom.journal.heads import Heads


def draft() -> Draft:
    return Draft(datetime(2024, 9, 20, 9, tzinfo=UTC), "asked", "r", "kim", "here", "skip", {})


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    """Of three entries, the newest of them noted."""
    kept = Journal(tmp_path / "room.journal", tmp_path / "heads")
    for _ in range(3):
        entry = await kept.append(draft())
    await kept.saw(Head(entry.id, entry.hash))
    yield kept
    await kept.close()


def cut(path: Path, after: int) -> None:
    connection = sqlite3.connect(path, timeout=10)
    with connection:
        connection.execute("drop trigger entries_remain")
        connection.execute("delete from entries where id > ?", (after,))
    connection.close()


async def test_nothing_is_missing_of_a_whole_journal_nor_of_one_that_grew(journal: Journal) -> None:
    assert await journal.missing() is None
    await journal.append(draft())
    assert await journal.missing() is None


async def test_an_entry_that_was_seen_is_missed_when_the_end_was_cut_off(journal: Journal) -> None:
    cut(journal.path, 2)
    missing = await journal.missing()
    assert missing is not None
    assert missing.id == 3


async def test_it_is_missed_as_well_where_others_took_its_place(journal: Journal) -> None:
    cut(journal.path, 1)
    for _ in range(4):
        await journal.append(Draft(datetime.now(UTC), "asked", "x", "kim", "here", "skip", {}))
    missing = await journal.missing()
    assert missing is not None
    assert missing.id == 3


async def test_a_journal_that_is_gone_is_missed_and_looking_makes_no_new_one(
    journal: Journal, tmp_path: Path
) -> None:
    for file in tmp_path.glob("room.journal*"):
        file.unlink()
    other = Journal(journal.path, tmp_path / "heads")
    missing = await other.missing()
    await other.close()
    assert missing is not None
    assert not journal.path.exists()


async def test_each_journal_has_a_note_of_its_own(journal: Journal, tmp_path: Path) -> None:
    other = Journal(tmp_path / "other.journal", tmp_path / "heads")
    assert await other.missing() is None
    await other.close()
    assert await journal.missing() is None


@pytest.mark.parametrize(
    "note", [b"", b"{", b"[1]", b'{"entry": "3", "hash": "a"}', b"\xff\xfe", b'{"entry": 0}']
)
async def test_a_note_that_is_none_of_ours_is_no_alarm(journal: Journal, tmp_path: Path, note: bytes) -> None:
    (file,) = (tmp_path / "heads").iterdir()
    file.write_bytes(note)
    assert await journal.missing() is None


async def test_where_no_note_can_be_written_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "heads").write_text("in the way")
    kept = Journal(tmp_path / "room.journal", tmp_path / "heads")
    entry = await kept.append(draft())
    await kept.saw(Head(entry.id, entry.hash))
    assert await kept.missing() is None
    await kept.close()


def test_a_note_is_for_its_user_alone_and_leaves_no_draft(tmp_path: Path) -> None:
    heads = Heads(tmp_path / "heads", tmp_path / "room.journal")
    heads.note(Head(1, "a"))
    heads.note(Head(2, "b"))
    assert heads.seen() == Head(2, "b")
    assert (tmp_path / "heads").stat().st_mode & 0o777 == 0o700
    assert len(list((tmp_path / "heads").iterdir())) == 1
