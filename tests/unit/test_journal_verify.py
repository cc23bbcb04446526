"""Verifying a journal: what was changed, removed or reordered is named; a sound one is read anywhere."""

import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from situationroom.errors import JournalError
from situationroom.journal import Draft, Entry
from situationroom.journal.database import JournalFile
from situationroom.journal.entry import START, write
from situationroom.journal.reader import reading
from situationroom.journal.verify import Check, Verdict, verify
from tests.live.program import temporary_place
from tests.unit.journals import chained, journal_file, numbered, tamper


def verified(path: Path, expect: str = "") -> Verdict:
    with reading(path) as journal:
        return verify(journal.entries(), expect)


def broken(entries: list[Entry]) -> tuple[str, int, int] | None:
    fault = verify(entries).fault
    return (fault.check.value, fault.id, fault.shown_by) if fault else None


def rehashed(entry: Entry, before: Entry, **changes: str) -> Entry:
    """The entry changed by somebody who knows how hashes are made."""
    altered = replace(entry, **changes)  # type: ignore[arg-type]  # texts alone
    draft = Draft(
        altered.moment,
        altered.kind,
        altered.run,
        altered.person,
        altered.where,
        altered.action,
        altered.facts,
    )
    return write(draft, (before.id, before.hash))


def test_a_sound_journal_is_told_by_its_count_times_and_head() -> None:
    entries = chained(numbered(5))
    verdict = verify(entries)
    assert verdict.sound
    assert (verdict.count, verdict.first, verdict.last) == (5, entries[0].at, entries[-1].at)
    assert verdict.head == entries[-1].hash
    empty = verify([])
    assert (empty.sound, empty.count, empty.head) == (True, 0, START)


@pytest.mark.parametrize(
    "field", ["at", "run", "kind", "person", "where", "action", "body", "previous", "hash"]
)
def test_a_changed_field_of_an_entry_names_it(field: str) -> None:
    entries = chained(numbered(5))
    entries[2] = replace(entries[2], **{field: getattr(entries[2], field)[:-1] + "~"})
    assert broken(entries) == (Check.HASH, 3, 3)


def test_removed_entries_are_counted_wherever_they_were() -> None:
    entries = chained(numbered(6))
    assert broken(entries[1:]) == (Check.NUMBER, 1, 2)
    assert broken(entries[:2] + entries[4:]) == (Check.NUMBER, 3, 5)


def test_reordered_entries_are_found_even_with_their_numbers_exchanged() -> None:
    entries = chained(numbered(5))
    assert broken([entries[0], entries[2], entries[1], *entries[3:]]) == (Check.NUMBER, 2, 3)
    exchanged = [entries[0], replace(entries[2], id=2), replace(entries[1], id=3), *entries[3:]]
    assert broken(exchanged) == (Check.HASH, 2, 2)
    renumbered = [*entries[:2], *(replace(entry, id=entry.id - 1) for entry in entries[3:])]
    assert broken(renumbered) == (Check.HASH, 3, 3)


def test_an_entry_replaced_together_with_its_hash_is_shown_by_the_next_one() -> None:
    entries = chained(numbered(5))
    entries[2] = rehashed(entries[2], entries[1], person="lee")
    assert broken(entries) == (Check.PREVIOUS, 3, 4)


def test_a_cut_end_or_a_journal_written_anew_is_found_by_a_head_noted_before() -> None:
    entries = chained(numbered(6))
    noted = entries[3].hash
    grown = verify(entries, noted)
    assert (grown.sound, grown.found) == (True, 4)
    assert verify(entries, noted[:16].upper()).sound
    assert verify(entries[:3]).sound, "a chain alone cannot show it"
    cut = verify(entries[:3], noted)
    assert (cut.sound, cut.fault, cut.found) == (False, None, None)
    anew = chained([*numbered(2), *(replace(draft, person="lee") for draft in numbered(6)[2:])])
    assert verify(anew).sound
    assert not verify(anew, noted).sound


def test_a_head_after_the_first_fault_proves_nothing() -> None:
    entries = chained(numbered(5))
    entries[1] = replace(entries[1], person="lee")
    verdict = verify(entries, entries[4].hash)
    assert verdict.found is None
    assert not verdict.sound


@pytest.mark.parametrize(
    ("statement", "check", "number"),
    [
        ("update entries set person = 'lee' where id = 3", Check.HASH, 3),
        ("delete from entries where id = 3", Check.NUMBER, 3),
        ("update entries set id = -id where id in (3, 4)", Check.NUMBER, -4),
        ("update entries set person = cast(x'ff' as text) where id = 2", Check.HASH, 2),
        ("update entries set body = 'no json' where id = 4", Check.HASH, 4),
    ],
)
def test_what_is_done_to_the_file_is_found_in_it(
    tmp_path: Path, statement: str, check: Check, number: int
) -> None:
    path = tmp_path / "room.journal"
    journal_file(path, numbered(6))
    assert verified(path).sound
    tamper(path, statement)
    fault = verified(path).fault
    assert fault is not None
    assert (fault.check, fault.id) == (check, number)


def test_a_file_with_a_damaged_page_is_told_up_to_there(tmp_path: Path) -> None:
    path = tmp_path / "room.journal"
    journal_file(path, numbered(200))
    raw = bytearray(path.read_bytes())
    raw[-8192:] = b"\xff" * 8192
    path.write_bytes(raw)
    fault = verified(path).fault
    assert fault is not None


def test_a_file_that_is_no_journal_or_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(JournalError) as caught:
        verified(tmp_path / "nowhere.journal")
    assert caught.value.message.id == "journal.missing"
    other = tmp_path / "other.journal"
    other.write_text("not a database at all, but long enough to be looked at " * 20)
    with pytest.raises(JournalError):
        verified(other)


def test_a_room_that_writes_meanwhile_keeps_nobody_from_reading(tmp_path: Path) -> None:
    path = tmp_path / "room.journal"
    file = JournalFile(path, 1.0)
    for draft in numbered(5):
        file.append(draft)
    with reading(path) as journal:
        entries = journal.entries()
        first = next(entries)
        file.append(numbered(1)[0])
        rest = list(entries)
        assert len([first, *rest]) == 5, "one moment of the journal"
        assert verify(journal.entries()).count == 5
    assert verified(path).count == 6
    writing = sqlite3.connect(path, isolation_level=None)
    writing.execute("begin immediate")
    assert verified(path).count == 6
    writing.close()
    file.close()


@pytest.fixture
def as_nobody() -> Callable[[Callable[[], None]], None]:
    """Runs a function as a user who may write nothing here."""

    def run(work: Callable[[], None]) -> None:
        if os.geteuid() != 0:
            work()
            return
        os.seteuid(65534)
        try:
            work()
        finally:
            os.seteuid(0)

    return run


def test_a_read_only_copy_in_a_read_only_folder_is_verified(
    as_nobody: Callable[[Callable[[], None]], None],
) -> None:
    with temporary_place() as place:
        path = place / "copy.journal"
        journal_file(path, numbered(5))
        assert [file.name for file in place.iterdir()] == ["copy.journal"]
        path.chmod(0o444)
        place.chmod(0o555)

        def work() -> None:
            with pytest.raises(PermissionError):
                (place / "new").touch()
            assert verified(path).count == 5

        try:
            as_nobody(work)
        finally:
            place.chmod(0o755)
        assert [file.name for file in place.iterdir()] == ["copy.journal"]


def test_a_copy_whose_log_cannot_be_read_is_an_error_and_not_a_shorter_journal(
    as_nobody: Callable[[Callable[[], None]], None],
) -> None:
    with temporary_place() as place:
        path = place / "room.journal"
        file = JournalFile(path, 1.0)
        for draft in numbered(5):
            file.append(draft)
        (place / "copy").mkdir(mode=0o755)
        for name in ("room.journal", "room.journal-wal"):
            (place / "copy" / name).write_bytes((place / name).read_bytes())
            (place / "copy" / name).chmod(0o444)
        file.close()
        (place / "copy").chmod(0o555)

        def work() -> None:
            with pytest.raises(JournalError):
                verified(place / "copy" / "room.journal")

        try:
            as_nobody(work)
        finally:
            (place / "copy").chmod(0o755)


def test_entries_still_in_the_log_are_never_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "room.journal"
    file = JournalFile(path, 1.0)
    for draft in numbered(5):
        file.append(draft)
    assert path.with_name("room.journal-wal").stat().st_size > 0
    assert verified(path).count == 5
    file.close()


def test_a_hundred_thousand_entries_are_verified_within_three_seconds(tmp_path: Path) -> None:
    path = tmp_path / "room.journal"
    journal_file(path, [])
    file = JournalFile(path, 1.0)
    file.append(numbered(1)[0])
    file.close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("begin")
    entry: Entry | None = None
    for draft in numbered(100_000):
        entry = write(draft, (entry.id, entry.hash) if entry else None)
        if entry.id > 1:
            values = [getattr(entry, name) for name in Entry.__slots__]
            connection.execute("insert into entries values (?,?,?,?,?,?,?,?,?,?)", values)
    connection.execute("commit")
    connection.close()
    began = time.process_time()
    verdict = verified(path)
    assert time.process_time() - began < 3
    assert (verdict.sound, verdict.count) == (True, 100_000)
