"""What is still open is found however many entries came since, in a room that runs and one that begins."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from situationroom.actions.ledger import REMEMBERED, Ledger
from situationroom.actions.tail import BEGIN_WITH
from situationroom.journal import Draft, Journal
from situationroom.values import RunState

START = datetime(2024, 9, 20, 9, tzinfo=UTC)
SINCE = 2 * BEGIN_WITH + 100


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    opened = Journal(tmp_path / "room.journal")
    yield opened
    await opened.close()


class Writes:
    """Entries of runs, a second apart."""

    def __init__(self, journal: Journal) -> None:
        self.journal, self.count = journal, 0

    async def __call__(self, kind: str, run: str, action: str = "skip", **facts: object) -> None:
        at = START + timedelta(seconds=self.count)
        self.count += 1
        await self.journal.append(Draft(at, kind, run, "kim", "here", action, facts))

    async def fired(self, run: str, action: str = "skip", **claim: object) -> None:
        await self("asked", run, action)
        await self("previewed", run, action)
        await self("confirmed", run, action)
        await self("claimed", run, action, **claim)

    async def much(self) -> None:
        """Other things happen, for days."""
        drafts = [
            Draft(START + timedelta(days=1, seconds=n), kind, f"other{n // 2}", "lee", "there", "batch", {})
            for n in range(SINCE)
            for kind in (("claimed", "done")[n % 2],)
        ]
        for draft in drafts:
            await self.journal.append(draft)


Happening = Callable[[Writes], Coroutine[Any, Any, None]]


async def waits(write: Writes) -> None:
    await write("asked", "it")
    await write("previewed", "it")
    await write("confirmed", "it")


async def unknown(write: Writes) -> None:
    await write.fired("it")


async def temporary_settled(write: Writes) -> None:
    await write.fired("it", about={"code": "A"}, for_s=60)
    await write("settled", "it", verdict="happened")


async def temporary(write: Writes) -> None:
    await write.fired("it", about={"code": "A"}, for_s=60)
    await write("done", "it")
    await write("temporary", "it", for_s=60)


async def undoable(write: Writes) -> None:
    await write.fired("it", about={"code": "A"})
    await write("done", "it")
    await write.fired("same-action", about={"code": "B"})
    await write("done", "same-action")


@pytest.mark.parametrize("happened", [waits, unknown, temporary, temporary_settled, undoable])
async def test_it_is_there_at_a_start_and_while_a_room_runs(journal: Journal, happened: Happening) -> None:
    write = Writes(journal)
    await happened(write)
    await write.much()
    begun = Ledger().begun(await journal.mattering(BEGIN_WITH))
    running = Ledger()
    while (after := running.after(await journal.tail(running.last))) is not running:
        running = after
    for ledger in (begun, running):
        assert len(ledger.runs) <= BEGIN_WITH + 10
        record = ledger.runs["it"]
        if happened is waits:
            assert record.state in (RunState.CONFIRMED, RunState.AWAITING)
        elif happened is unknown:
            assert record in list(ledger.unsettled())
        elif happened is undoable:
            assert record.last_change
        else:
            assert ledger.reverts_at(record) is not None
    assert len(running.runs) <= REMEMBERED + 10


async def test_what_was_changed_again_is_no_longer_remembered_for_its_undo(journal: Journal) -> None:
    write = Writes(journal)
    for run in ("first", "second"):
        await write.fired(run, about={"code": "A"})
        await write("done", run)
    await write.much()
    found = {entry.run for entry in await journal.mattering(BEGIN_WITH)}
    assert "second" in found
    assert "first" not in found
