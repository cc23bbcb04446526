"""One run while it is alive: where it stands, and its line to whoever watches it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from situationroom.actions.base import Action, Call, Preview
from situationroom.actions.machine import UNDER_WAY, step
from situationroom.actions.masking import Mask
from situationroom.actions.pace import Speed
from situationroom.actions.waiting import Sleep, sleep_unless
from situationroom.values import Message, RunState, RunStatus

CHECKPOINT_S = 1.0
"""A batch leaves at most one checkpoint in the journal per so many seconds; its end says the rest."""


@dataclass(slots=True)
class Run:
    """One run. Its state changes by :meth:`move` alone; ``ended`` is set once its end was recorded."""

    id: str
    action: Action[Any]
    call: Call
    mask: Mask
    asked: datetime
    state: RunState = RunState.ASKED
    preview: Preview | None = None
    fired: bool = False
    done: int = 0
    total: int | None = None
    failed: int = 0
    speed: Speed = field(default_factory=Speed)
    reason: Message | None = None
    result: Message | None = None
    unrecorded: Message | None = None  # why its end is not in the journal yet
    stop_why: Message | None = None
    stop_asked: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def under_way(self) -> bool:
        """Whether it keeps other runs of its action away."""
        return self.state in UNDER_WAY

    @property
    def previewed(self) -> Preview:
        """Its preview; no way leads past ``asked`` without one."""
        assert self.preview is not None
        return self.preview

    def move(self, then: RunState) -> None:
        """Go to the next state."""
        self.state = step(self.state, then)

    def halt(self, why: Message) -> None:
        """Have it end after its present step; the first reason stays."""
        self.stop_why = self.stop_why or why
        self.stop_asked.set()

    def status(self) -> RunStatus:
        """The run as screens see it."""
        rate = self.speed.per_s() if self.under_way else 0.0
        left = self.total - self.done if self.total is not None else None
        return RunStatus(
            id=self.id,
            action=self.call.action,
            state=self.state,
            person=self.call.person,
            started=self.asked,
            done=self.done,
            total=self.total,
            failed=self.failed,
            rate_per_s=rate,
            left_s=left / rate if left is not None and rate > 0 else None,
            reason=self.reason or self.unrecorded,
            result=self.result,
        )


class RunProgress:
    """What a run says of itself on the way; implements :class:`~situationroom.actions.base.Progress`.

    Args:
        run: the run.
        now, sleep: the room's time.
        brake: why it must halt now, or None.
        record: writes a checkpoint; a run whose journal fails halts.
        changed: tells the screens.

    """

    def __init__(
        self,
        run: Run,
        now: Callable[[], datetime],
        sleep: Sleep,
        brake: Callable[[], Message | None],
        record: Callable[[], Awaitable[None]],
        changed: Callable[[], None],
    ) -> None:
        self._run = run
        self._now = now
        self._sleep = sleep
        self._brake = brake
        self._record = record
        self._changed = changed
        self._began = now()
        self._recorded_s = 0.0

    @property
    def run(self) -> str:
        """The run's id."""
        return self._run.id

    def report(self, done: int, total: int | None, failed: int = 0) -> None:
        """Items done so far, of how many, and how many of those did not succeed."""
        run = self._run
        run.done, run.total, run.failed = done, total, failed
        run.speed.mark(self.elapsed_s(), done)
        self._changed()

    async def checkpoint(self, done: int, failed: int) -> None:
        """A committed step; in the journal when the last one there is a second old."""
        self._run.done, self._run.failed = done, failed
        if self.elapsed_s() - self._recorded_s >= CHECKPOINT_S:
            self._recorded_s = self.elapsed_s()
            await self._record()

    def stop_reason(self) -> Message | None:
        """Why it should end after the present step, or None."""
        if self._run.stop_why is None and (why := self._brake()) is not None:
            self._run.halt(why)
        return self._run.stop_why

    def elapsed_s(self) -> float:
        """Seconds since it began."""
        return (self._now() - self._began).total_seconds()

    async def wait(self, seconds: float) -> None:
        """Let time pass, less of it where it is asked to stop meanwhile; other tasks get their turn."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        await sleep_unless(self._run.stop_asked, self._sleep, seconds)
