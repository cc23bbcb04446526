"""The room's time, passed in so that tests and rehearsals can hold it."""

from __future__ import annotations

import asyncio
import heapq
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Where the engine takes its time from."""

    def now(self) -> datetime:
        """The present, aware, in the room's time zone."""

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds; none for zero or less."""


class SystemClock:
    """This machine's clock, read in a time zone such as ``Asia/Seoul``."""

    def __init__(self, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)

    def now(self) -> datetime:
        """The present."""
        return datetime.now(self._zone)

    async def sleep(self, seconds: float) -> None:
        """Wait on the event loop."""
        await asyncio.sleep(seconds)


class VirtualClock:
    """A clock that moves only when told to: for tests and rehearsals.

    ``advance`` wakes every sleeper whose time has come, in order, letting each run before time goes on.
    """

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = 0

    def now(self) -> datetime:
        """The moment it stands at."""
        return self._now

    async def advance(self, seconds: float) -> None:
        """Let ``seconds`` go by."""
        await _settle()
        end = self._now + timedelta(seconds=seconds)
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, sleeper = heapq.heappop(self._sleepers)
            self._now = max(self._now, due)
            if not sleeper.done():
                sleeper.set_result(None)
            await _settle()
        self._now = end
        await _settle()

    async def sleep(self, seconds: float) -> None:
        """Wait until somebody has advanced the clock so far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        sleeper = asyncio.get_running_loop().create_future()
        self._order += 1
        heapq.heappush(self._sleepers, (self._now + timedelta(seconds=seconds), self._order, sleeper))
        await sleeper


async def _settle() -> None:
    """Let every task that can run do so: a chain of tasks waking each other is a few turns long."""
    for _ in range(20):
        await asyncio.sleep(0)
