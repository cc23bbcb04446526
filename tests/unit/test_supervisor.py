"""When the supervisor begins a part again, when it believes it, and of which part it speaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from situationroom.engine.clock import VirtualClock
from situationroom.engine.parts import Supervisor
from situationroom.i18n import say
from situationroom.values import Message

NINE = datetime(2024, 9, 20, 9, 0, tzinfo=ZoneInfo("Asia/Seoul"))


class Kept:
    """Parts kept going by one supervisor on a virtual clock."""

    def __init__(self) -> None:
        self.clock = VirtualClock(NINE)
        self.told = 0
        self.supervisor = Supervisor(self.clock, self._tell)
        self.tasks: list[asyncio.Task[None]] = []

    def _tell(self) -> None:
        self.told += 1

    def keep(self, name: str, work: Callable[[], Awaitable[object]]) -> asyncio.Task[None]:
        part = Message("engine.part_source", {"name": name})
        self.tasks.append(asyncio.create_task(self.supervisor.keep(name, part, work)))
        return self.tasks[-1]

    def said(self) -> str:
        trouble = self.supervisor.trouble()
        return "" if trouble is None else say(trouble, "en")


@asynccontextmanager
async def kept() -> AsyncIterator[Kept]:
    made = Kept()
    try:
        yield made
    finally:
        for task in made.tasks:
            task.cancel()
        await asyncio.gather(*made.tasks, return_exceptions=True)


class Lasting:
    """Work that goes on for so many seconds each time, one figure after the other, and then fails."""

    def __init__(self, clock: VirtualClock, *seconds: float) -> None:
        self._clock, self._seconds = clock, iter(seconds)
        self.begun: list[float] = []

    async def __call__(self) -> None:
        self.begun.append((self._clock.now() - NINE).total_seconds())
        lasts = next(self._seconds, None)
        if lasts is None:
            await asyncio.Event().wait()
        elif lasts:
            await self._clock.sleep(lasts)
        raise ValueError(f"end {len(self.begun)}")


@pytest.mark.parametrize(
    ("lasts", "begun"),
    [
        ([0.0] * 8, [0, 1, 3, 7, 15, 31, 61, 91, 121]),
        ([4.0] * 4, [0, 5, 11, 19, 31]),
        ([5.0] * 4, [0, 6, 12, 18, 24]),
        ([0.0, 0.0, 60.0, 0.0], [0, 1, 3, 64, 66]),
    ],
    ids=["at once", "before it is believed", "just believed", "after a long while"],
)
async def test_the_waits_double_up_to_a_bound_and_begin_anew_once_a_part_was_believed(
    lasts: list[float], begun: list[float]
) -> None:
    async with kept() as it:
        work = Lasting(it.clock, *lasts)
        it.keep("kos", work)
        await it.clock.advance(300)
        assert work.begun == begun
        assert it.supervisor.trouble() is None


async def test_it_is_believed_after_five_seconds_and_not_before() -> None:
    async with kept() as it:
        it.keep("kos", Lasting(it.clock, 0.0))
        await it.clock.advance(5.9)
        assert it.said()
        told = it.told
        await it.clock.advance(0.2)
        assert it.said() == ""
        assert it.supervisor.since() is None
        assert it.told == told + 1


async def test_one_that_ends_again_and_again_is_never_believed_between() -> None:
    async with kept() as it:
        it.keep("kos", Lasting(it.clock, *[3.0] * 20))
        await it.clock.advance(3)
        for _ in range(200):
            assert "kos" in it.said()
            await it.clock.advance(0.5)


async def test_it_has_stood_still_since_the_first_end_and_for_the_last_reason() -> None:
    async with kept() as it:
        it.keep("kos", Lasting(it.clock, *[0.0] * 9))
        await it.clock.advance(80)
        assert it.supervisor.since() == NINE
        assert "since 09:00" in it.said()
        assert it.said().endswith("end 7")


async def test_the_first_of_several_speaks_and_then_the_next() -> None:
    async with kept() as it:
        it.keep("later", Lasting(it.clock, 60.0, *[0.0] * 6))
        it.keep("first", Lasting(it.clock, 30.0, *[0.0] * 5))
        await it.clock.advance(65)
        assert "first" in it.said()
        assert it.supervisor.since() == NINE + timedelta(seconds=30)
        await it.clock.advance(35)
        assert "later" in it.said()
        assert it.supervisor.since() == NINE + timedelta(seconds=60)
        await it.clock.advance(100)
        assert it.said() == ""


async def test_a_cancelled_one_ends_at_once_and_is_no_trouble() -> None:
    async with kept() as it:
        others = asyncio.all_tasks()
        task = it.keep("kos", Lasting(it.clock))
        await it.clock.advance(10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await it.clock.advance(1)
        assert asyncio.all_tasks() == others
        assert (it.said(), it.told) == ("", 0)


async def test_who_is_told_of_a_stop_already_finds_it_said() -> None:
    async with kept() as it:
        found: list[str] = []
        it.supervisor = Supervisor(it.clock, lambda: found.append(it.said()))
        it.keep("kos", Lasting(it.clock, 0.0))
        await it.clock.advance(30)
        assert [bool(one) for one in found] == [True, False]
