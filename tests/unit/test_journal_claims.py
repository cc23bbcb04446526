"""Claims that exclude each other among processes, and the sign of life that they name."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from situationroom.errors import ActionDenied, JournalError
from situationroom.journal import Draft, Entry, Journal, first_broken

NOW = datetime(2024, 9, 20, 9, tzinfo=UTC)
ROOT = Path(__file__).parents[2]

_CLAIMS = """
import asyncio, sys
from pathlib import Path
from situationroom.journal import Journal
import tests.unit.test_journal_claims as these

async def main():
    journal = Journal(Path(sys.argv[1]), busy_s=10, timeout_s=30)
    sys.stdin.readline()
    won = [await these.claimed(journal, f"{sys.argv[2]}-{turn}", turn) for turn in range(20)]
    print(sum(won), flush=True)
    await journal.close()

asyncio.run(main())
"""

_LIVES = """
import asyncio, sys
from pathlib import Path
from situationroom.journal import Journal

async def main():
    print(await Journal(Path(sys.argv[1])).lease(), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def claimed(journal: Journal, run: str, turn: int) -> bool:
    """Claim one thing that only one may have; whether this one got it."""

    def free(entries: Sequence[Entry]) -> None:
        if any(entry.action == f"thing-{turn}" for entry in entries):
            raise ActionDenied("actions.already_fired")

    try:
        await journal.claim(Draft(NOW, "claimed", run, action=f"thing-{turn}"), 0, free)
    except ActionDenied:
        return False
    return True


async def test_of_processes_that_claim_the_same_exactly_one_succeeds(tmp_path: Path) -> None:
    path = tmp_path / "room.journal"
    async with asyncio.timeout(50):
        programs = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-c", _CLAIMS, str(path), str(number), cwd=ROOT,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )
            for number in range(4)
        ]  # fmt: skip
        outs = await asyncio.gather(*(program.communicate(b"go\n") for program in programs))
    assert sum(int(out) for out, _ in outs) == 20
    journal = Journal(path)
    entries = [entry async for entry in journal.entries()]
    await journal.close()
    assert sorted(entry.action for entry in entries) == sorted(f"thing-{turn}" for turn in range(20))
    assert first_broken(entries) is None


async def test_a_refused_claim_leaves_nothing_and_the_journal_usable(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "room.journal")

    def no(entries: Sequence[Entry]) -> None:
        raise ActionDenied("actions.already_fired")

    def broken(entries: Sequence[Entry]) -> None:
        raise ZeroDivisionError

    for check, error in ((no, ActionDenied), (broken, ZeroDivisionError)):
        with pytest.raises(error):
            await journal.claim(Draft(NOW, "claimed", "r"), 0, check)
    await journal.append(Draft(NOW, "asked", "r"))
    assert [entry.kind for entry in await journal.tail(0)] == ["asked"]
    await journal.close()


async def test_a_lease_is_dead_when_its_process_is_killed_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "room.journal"
    journal = Journal(path)
    own = await journal.lease()
    assert own == await journal.lease()
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _LIVES, str(path), cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout is not None
        lease = (await asyncio.wait_for(other.stdout.readline(), 20)).decode().strip()
        assert lease != own
        assert await journal.dead([own, lease]) == frozenset()
    finally:
        os.kill(other.pid, signal.SIGKILL)
        await other.wait()
    assert await journal.dead([own, lease, "../../etc/passwd"]) == {lease, "../../etc/passwd"}
    await journal.close()
    again = Journal(path)
    assert await again.dead([own, lease]) == {own, lease}
    await again.close()


async def test_where_a_reader_begins_nothing_that_matters_is_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "room.journal")
    for kind, run, action in [
        ("held", "", ""),
        ("asked", "open", "a"), ("claimed", "open", "a"),
        ("claimed", "lent", "b"), ("done", "lent", "b"), ("temporary", "lent", "b"),
        ("claimed", "old", "c"), ("done", "old", "c"),
        ("claimed", "over", "c"), ("done", "over", "c"),
        ("claimed", "lost", "d"), ("unknown", "lost", "d"),
        ("claimed", "settled", "e"), ("unknown", "settled", "e"), ("settled", "settled", "e"),
    ]:  # fmt: skip
        await journal.append(Draft(NOW, kind, run, action=action))
    for number in range(10):
        await journal.append(Draft(NOW, "asked", f"later-{number}"))
    found = [(entry.kind, entry.run) for entry in await journal.mattering(2)]
    await journal.close()
    assert found == [
        ("held", ""),
        ("asked", "open"), ("claimed", "open"),
        ("claimed", "lent"), ("done", "lent"), ("temporary", "lent"),
        ("claimed", "over"), ("done", "over"),
        ("claimed", "lost"), ("unknown", "lost"),
        ("claimed", "settled"), ("unknown", "settled"), ("settled", "settled"),
        ("asked", "later-8"), ("asked", "later-9"),
    ]  # fmt: skip


async def test_a_journal_in_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the way")
    journal = Journal(tmp_path / "state" / "room.journal")
    for attempt in (journal.writable(), journal.lease()):
        with pytest.raises(JournalError):
            await attempt
    (tmp_path / "state").unlink()
    await journal.writable()
    assert await journal.tail(0) == []
    await journal.close()
