"""A journal that everybody on the machine may write proves nothing, and is not used."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from situationroom.errors import JournalError
from situationroom.journal import Draft
from situationroom.journal.database import JournalFile
from situationroom.journal.reader import reading

DRAFT = Draft(at=datetime(2026, 11, 27, tzinfo=UTC), kind="note", person="kim", where="here")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    path = folder / "room.journal"
    with closing(JournalFile(path, 1)) as journal:
        journal.append(DRAFT)
    (folder / "room.journal.leases").mkdir(mode=0o700)
    return path


@pytest.mark.parametrize("which", ["room.journal", ".", "room.journal-wal", "room.journal.leases"])
def test_what_anybody_may_write_is_refused_with_its_path(path: Path, which: str) -> None:
    opened = path.parent / which
    opened.touch()
    opened.chmod(opened.stat().st_mode | 0o002)
    with closing(JournalFile(path, 1)) as journal, pytest.raises(JournalError) as failed:
        journal.append(DRAFT)
    assert failed.value.message.id == "journal.anybodys"
    assert failed.value.message.values["path"] == str(opened)


@pytest.mark.parametrize("which", ["room.journal", ".", "room.journal-wal", "room.journal.leases"])
def test_what_anybody_may_write_is_not_read_either(path: Path, which: str) -> None:
    opened = path.parent / which
    opened.touch()
    opened.chmod(opened.stat().st_mode | 0o002)
    with pytest.raises(JournalError) as failed, reading(path):
        pass
    assert failed.value.message.id == "journal.anybodys"
    assert failed.value.message.values["path"] == str(opened)
    opened.chmod(opened.stat().st_mode & ~0o002)
    with reading(path) as found:
        assert len(list(found.entries())) == 1


def test_a_journal_opened_to_all_while_it_is_in_use_is_refused_until_it_is_closed_again(path: Path) -> None:
    with closing(JournalFile(path, 1)) as journal:
        journal.append(DRAFT)
        path.chmod(0o666)
        with pytest.raises(JournalError):
            journal.append(DRAFT)
        path.chmod(0o600)
        assert journal.append(DRAFT).id == 3


def test_a_group_and_a_folder_where_each_keeps_their_own_are_no_reason(path: Path) -> None:
    path.chmod(0o660)
    path.parent.chmod(0o1777)
    with closing(JournalFile(path, 1)) as journal:
        assert journal.append(DRAFT).id == 2
