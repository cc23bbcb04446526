"""Following the journal: what is known of runs whose processes end."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import pytest

from situationroom.actions.tail import Tail
from situationroom.engine.clock import SystemClock
from situationroom.journal import Draft, Journal
from situationroom.values import RunState


def draft(kind: str, **body: object) -> Draft:
    return Draft(datetime.now(UTC), kind, "run1", "kim", "here", "skip", body)


class EndsMeanwhile(Journal):
    """A process writes its run's end, and ends, after the entries were read and before its lease is tried."""

    last: str = "done"

    async def dead(self, leases: Collection[str]) -> frozenset[str]:
        await self.append(draft(self.last))
        return frozenset(leases)


@pytest.mark.parametrize(
    ("written", "last", "state"),
    [
        (("confirmed", "claimed"), "done", RunState.DONE),
        (("confirmed", "claimed"), "failed", RunState.FAILED),
        (("confirmed",), "denied", RunState.DENIED),
        (("approval_asked",), "withdrawn", RunState.WITHDRAWN),
    ],
)
async def test_what_a_process_wrote_right_before_it_ended_counts(
    tmp_path: Path, written: Collection[str], last: str, state: RunState
) -> None:
    journal = EndsMeanwhile(tmp_path / "room.journal")
    journal.last = last
    for kind in written:
        await journal.append(draft(kind, lease="theirs"))
    tail = Tail(journal, SystemClock("UTC"), lambda _: None, lambda: None)
    ledger = await tail.ready()
    await journal.close()
    assert ledger.state(ledger.runs["run1"]) is state
