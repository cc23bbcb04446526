"""The journal: durable, chained, append-only, safe for two processes, and healed without a restart."""

import asyncio
import csv
import json
import resource
import shutil
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from situationroom.errors import JournalError
from situationroom.journal import Draft, Entry, Journal, Kind, first_broken, store
from situationroom.journal.export import csv_header, csv_line, json_line, lines

NINE = datetime(2024, 9, 20, 9, 0, tzinfo=ZoneInfo("Asia/Seoul"))


def draft(kind: str = Kind.ASKED, **body: object) -> Draft:
    return Draft(NINE, kind, "run1", "kim", "kim@wall", "skip", body)


@asynccontextmanager
async def opened(path: Path, *, busy_s: float = 2, timeout_s: float = 5) -> AsyncIterator[Journal]:
    journal = Journal(path, busy_s=busy_s, timeout_s=timeout_s)
    try:
        yield journal
    finally:
        await journal.close()


async def read(journal: Journal) -> list[Entry]:
    return [entry async for entry in journal.entries()]


async def test_an_entry_reads_back_as_it_was_written(tmp_path: Path) -> None:
    async with opened(tmp_path / "a" / "room.journal") as journal:
        written = await journal.append(
            draft(
                note='한글 "따옴표"\n\0',
                amount=Decimal("1.50"),
                bad=float("nan"),
                half="\udc80",
                list=(1, None),
            )
        )
        assert await read(journal) == [written]
    assert written.moment == NINE
    assert written.at == "2024-09-20T00:00:00.000000+00:00"
    assert written.facts == {
        "note": '한글 "따옴표"\n\0', "amount": "1.50", "bad": "nan", "half": "\\udc80", "list": [1, None],
    }  # fmt: skip


async def test_an_appended_entry_is_in_the_file_before_append_returns(tmp_path: Path) -> None:
    path = tmp_path / "room.journal"
    async with opened(path) as journal:
        await journal.append(draft())
        with sqlite3.connect(path) as other:
            assert other.execute("select count(*) from entries").fetchone() == (1,)
            assert other.execute("pragma journal_mode").fetchone() == ("wal",)
        other.close()


async def test_the_file_and_its_folder_are_for_their_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "room.journal"
    async with opened(path) as journal:
        await journal.append(draft())
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_the_chain_verifies_from_the_first_entry_and_across_a_reopening(tmp_path: Path) -> None:
    path = tmp_path / "room.journal"
    for _ in range(2):
        async with opened(path) as journal:
            for number in range(5):
                await journal.append(draft(number=number))
            entries = await read(journal)
    assert len(entries) == 10
    assert first_broken(entries) is None


async def test_a_changed_removed_or_moved_entry_is_found(tmp_path: Path) -> None:
    async with opened(tmp_path / "room.journal") as journal:
        entries = [await journal.append(draft(number=number)) for number in range(5)]
    changed = [*entries[:2], replace(entries[2], person="lee"), *entries[3:]]
    removed = [*entries[:2], *entries[3:]]
    moved = [entries[0], entries[2], entries[1], *entries[3:]]
    headless = entries[1:]
    broken = [first_broken(case) for case in (changed, removed, moved, headless)]
    assert [entry.id if entry else None for entry in broken] == [3, 4, 3, 2]


@pytest.mark.parametrize("statement", ["update entries set person = 'lee'", "delete from entries"])
async def test_the_file_itself_refuses_changes(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "room.journal"
    async with opened(path) as journal:
        await journal.append(draft())
        with sqlite3.connect(path) as other, pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(statement)
        other.close()


async def test_entries_are_found_by_run_action_person_and_time(tmp_path: Path) -> None:
    async with opened(tmp_path / "room.journal") as journal:
        for hour, run, person in ((0, "a", "kim"), (1, "b", "lee"), (2, "a", "lee")):
            await journal.append(Draft(NINE + timedelta(hours=hour), "asked", run, person, "", f"act-{run}"))

        async def ids(**wanted: object) -> list[int]:
            return [entry.id async for entry in journal.entries(**wanted)]  # type: ignore[arg-type]  # as given

        assert await ids(run="a") == [1, 3]
        assert await ids(person="lee") == [2, 3]
        assert await ids(action="act-b") == [2]
        assert await ids(since=NINE + timedelta(hours=1)) == [2, 3]
        assert await ids(until=NINE + timedelta(hours=1)) == [1]
        assert await ids(run="a", person="lee") == [3]


async def test_more_entries_than_a_page_are_all_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "PAGE", 10)
    async with opened(tmp_path / "room.journal") as journal:
        await asyncio.gather(*(journal.append(draft(number=number)) for number in range(35)))
        entries = await read(journal)
    assert [entry.id for entry in entries] == list(range(1, 36))
    assert first_broken(entries) is None


async def test_a_locked_journal_is_an_error_and_heals_when_the_lock_goes(tmp_path: Path) -> None:
    path = tmp_path / "room.journal"
    async with opened(path, busy_s=0.1) as journal:
        await journal.append(draft())
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("begin immediate")
        with pytest.raises(JournalError) as caught:
            await journal.append(draft())
        assert caught.value.message.id == "journal.locked"
        other.execute("rollback")
        other.close()
        assert (await journal.append(draft())).id == 2


async def test_a_place_that_cannot_be_written_is_an_error_and_heals(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.write_text("a file where the folder should be")
    async with opened(folder / "room.journal") as journal:
        with pytest.raises(JournalError):
            await journal.append(draft())
        folder.unlink()
        assert (await journal.append(draft())).id == 1


async def test_a_full_disk_is_an_error_and_heals(tmp_path: Path) -> None:
    async with opened(tmp_path / "room.journal") as journal:
        await journal.append(draft())
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (256 * 1024, hard))
        try:
            with pytest.raises(JournalError):
                await journal.append(draft(large="x" * 500_000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert (await journal.append(draft())).id == 2
        assert first_broken(await read(journal)) is None


async def test_a_journal_taken_away_is_begun_anew_and_not_written_into_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "state" / "room.journal"
    async with opened(path) as journal:
        await journal.append(draft())
        shutil.rmtree(path.parent)
        await journal.append(draft())
        assert path.exists()
        assert len(await read(journal)) == 1


async def test_a_journal_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "room.journal"
    with sqlite3.connect(path) as other:
        other.execute("pragma user_version = 99")
    other.close()
    async with opened(path) as journal:
        with pytest.raises(JournalError) as caught:
            await journal.append(draft())
    assert caught.value.message.id == "journal.other_version"


async def test_a_disk_that_does_not_answer_keeps_nobody_waiting(tmp_path: Path) -> None:
    path = tmp_path / "room.journal"
    async with opened(path) as patient:
        await patient.append(draft())
    async with opened(path, busy_s=1.0, timeout_s=0.1) as journal:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("begin immediate")
        with pytest.raises(JournalError) as caught:
            await journal.append(draft())
        other.execute("rollback")
        other.close()
    assert caught.value.message.id == "journal.no_answer"


_APPENDER = """
import asyncio, sys
from datetime import datetime, UTC
from pathlib import Path
from situationroom.journal import Draft, Journal

async def main():
    journal = Journal(Path(sys.argv[1]))
    sys.stdin.readline()
    for number in range(60):
        await journal.append(Draft(datetime.now(UTC), "asked", sys.argv[2], body={"number": number}))
    await journal.close()

asyncio.run(main())
"""


async def test_two_processes_append_to_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "room.journal"
    workers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", _APPENDER, str(path), name, stdin=asyncio.subprocess.PIPE
        )
        for name in ("one", "two")
    ]
    await asyncio.gather(*(worker.communicate(b"go\n") for worker in workers))
    assert [worker.returncode for worker in workers] == [0, 0]
    async with opened(path) as journal:
        entries = await read(journal)
    assert len(entries) == 120
    assert first_broken(entries) is None
    for name in ("one", "two"):
        assert [entry.facts["number"] for entry in entries if entry.run == name] == list(range(60))


async def test_exports_hold_every_entry_and_show_outside_text_as_text(tmp_path: Path) -> None:
    async with opened(tmp_path / "room.journal") as journal:
        entries = [
            await journal.append(draft(reason={"id": "x", "text": "거부 [red]\x1b]0;x\x07"})),
            await journal.append(draft("strange", note='a,b\n"c"')),
        ]
    assert [json.loads(json_line(entry))["hash"] for entry in entries] == [entry.hash for entry in entries]
    records = list(
        csv.DictReader([csv_header(), *"\n".join(map(csv_line, entries)).splitlines(keepends=True)])
    )
    assert [record["hash"] for record in records] == [entry.hash for entry in entries]
    shown = "\n".join(lines(entries, "ko", ZoneInfo("Asia/Seoul"), 200))
    assert "[red]\\x1b]0;x\\x07" in shown
    assert "요청" in shown
    assert "strange" in shown
    assert "09:00:00" in shown


def test_times_sort_as_text_whatever_their_zone(tmp_path: Path) -> None:
    from situationroom.journal.entry import utc

    later = datetime(2024, 9, 20, 1, 0, tzinfo=UTC)
    assert utc(NINE) < utc(later)
