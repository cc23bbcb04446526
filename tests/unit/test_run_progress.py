"""What a run says of itself on the way, and what the journal keeps of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from situationroom.actions.base import Call
from situationroom.actions.masking import Mask
from situationroom.actions.runs import CHECKPOINT_S, Run, RunProgress
from situationroom.values import Person, RunState

NINE = datetime(2024, 9, 20, 9, tzinfo=UTC)


class Kept:
    """A run under way, its time, and how often its standing was written down."""

    def __init__(self) -> None:
        self.now = NINE
        self.written = 0
        call = Call("skip", Person("kim", "김운영"))
        self.run = Run("r1", cast("Any", None), call, Mask({}, {}), NINE, state=RunState.RUNNING)
        self.progress = RunProgress(
            self.run, lambda: self.now, self.sleep, lambda: None, self.record, self.note, lambda: None
        )

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    async def record(self) -> None:
        self.written += 1

    async def note(self, kind: str, facts: object) -> None:
        raise AssertionError(kind)

    async def paused_wait(self) -> None:
        """A wait while somebody paused the run, who lets it go on after a moment."""
        self.run.paused = True
        waiting = asyncio.ensure_future(self.progress.wait(0))
        for _ in range(5):
            await asyncio.sleep(0)
        self.run.paused = False
        self.run.go_on.set()
        await waiting
        self.run.go_on.clear()


@pytest.fixture
def kept() -> Kept:
    return Kept()


async def test_a_paused_run_writes_down_where_it_stands_once(kept: Kept) -> None:
    await kept.paused_wait()
    assert kept.written == 0, "it did nothing yet"
    kept.progress.report(5, 10)
    await kept.paused_wait()
    assert kept.written == 1
    await kept.paused_wait()
    assert kept.written == 1, "it stands where it stood"


async def test_what_a_checkpoint_says_of_itself_stays_until_another_says_more(kept: Kept) -> None:
    await kept.progress.checkpoint(1, 0, {"after": 17})
    kept.now += timedelta(seconds=CHECKPOINT_S)
    await kept.progress.checkpoint(2, 0)
    assert kept.run.stands == {"after": 17}
    assert kept.written == 1


async def test_the_time_left_is_what_is_left_at_the_present_rate(kept: Kept) -> None:
    for second in range(1, 11):
        kept.now = NINE + timedelta(seconds=second)
        kept.progress.report(10 * second, 500)
    status = kept.run.status()
    assert status.rate_per_s == pytest.approx(10)
    assert status.left_s == pytest.approx(40)
