"""The room's time, passed in so that tests and rehearsals can hold it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the engine takes its time from.

    Attributes:
        now: the present as an aware datetime in the room's time zone.
        sleep: waits so many seconds.
    """

    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]


def system_clock(timezone: str) -> Clock:
    """This machine's clock, read in a time zone such as ``Asia/Seoul``."""
    zone = ZoneInfo(timezone)
    return Clock(now=lambda: datetime.now(zone), sleep=asyncio.sleep)
