"""The room's time as actions take it, and a sleep that something may end early."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

Sleep = Callable[[float], Awaitable[None]]


class Clock(Protocol):
    """The room's time: what is now, and waiting."""

    def now(self) -> datetime:
        """The present, aware."""

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""


async def sleep_unless(event: asyncio.Event, sleep: Sleep, seconds: float) -> None:
    """Wait ``seconds``, or until ``event`` is set."""

    async def sleeping() -> None:
        await sleep(seconds)

    waits = {asyncio.create_task(sleeping()), asyncio.create_task(event.wait())}
    try:
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    for wait in done:
        wait.result()
