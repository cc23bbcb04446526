"""The parts of a room, which must never end: one that does is said to stand still, and is begun again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from situationroom.engine.clock import Clock
from situationroom.errors import bug, must_end
from situationroom.formats import clock as clock_text
from situationroom.values import Message

FIRST_S, MOST_S = 1.0, 30.0
"""How soon a part that ended is begun again: at first, and at most."""

STEADY_S = 5.0
"""How long a part has to go on, once begun again, before it is believed."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A part that stands still.

    Attributes:
        part: what it is called.
        since: since when nothing can be relied on.
        why: what ended it last.

    """

    part: Message
    since: datetime
    why: Message


class Supervisor:
    """Keeps the parts of one room going; ``told`` is called when one stops and when one is back."""

    def __init__(self, clock: Clock, told: Callable[[], None]) -> None:
        self._clock = clock
        self._told = told
        self._stopped: dict[str, Stopped] = {}

    def trouble(self) -> Message | None:
        """Which part stands still, since when and why; None while all go on. The first to stop speaks."""
        stopped = min(self._stopped.values(), key=lambda each: each.since, default=None)
        if stopped is None:
            return None
        since = clock_text(stopped.since, seconds=False)
        return Message("engine.part_stopped", {"part": stopped.part, "since": since, "why": stopped.why})

    def since(self) -> datetime | None:
        """Since when a part stands still, or None."""
        return min((each.since for each in self._stopped.values()), default=None)

    async def keep(self, name: str, part: Message, work: Callable[[], Awaitable[object]]) -> NoReturn:
        """Do a part's work for ever: whatever ends it is said, and it is begun again a little later.

        Ends only by cancellation.
        """
        wait_s = FIRST_S
        while True:
            begun = self._clock.now()
            believed = asyncio.create_task(self._believe(name), name=f"watch {name}")
            try:
                await work()
                why = Message("engine.part_ended")
            except BaseException as error:
                if must_end(error):
                    raise
                why = bug(error)
            finally:
                believed.cancel()
            if (self._clock.now() - begun).total_seconds() >= STEADY_S:
                wait_s = FIRST_S
            self._stop(name, part, why)
            await self._clock.sleep(wait_s)
            wait_s = min(2 * wait_s, MOST_S)

    def _stop(self, name: str, part: Message, why: Message) -> None:
        before = self._stopped.get(name)
        self._stopped[name] = Stopped(part, before.since if before else self._clock.now(), why)
        self._told()

    async def _believe(self, name: str) -> None:
        await self._clock.sleep(STEADY_S)
        if self._stopped.pop(name, None) is not None:
            self._told()
