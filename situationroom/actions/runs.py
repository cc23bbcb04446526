"""One run while it is alive: where it stands, and its line to whoever watches it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from situationroom.actions.base import Action, Call, Facts, Preview
from situationroom.actions.machine import UNDER_WAY, step
from situationroom.actions.masking import Mask
from situationroom.actions.pace import Speed
from situationroom.actions.waiting import Sleep, sleep_unless
from situationroom.layout.conditions import NOTHING, Given
from situationroom.layout.models import OwnInputs
from situationroom.values import Message, RunState, RunStatus

CHECKPOINT_S = 1.0
"""A batch leaves at most one checkpoint in the journal per so many seconds; its end says the rest."""

PAUSED_LOOK_S = 0.5
"""How often a paused run looks whether it shall end."""


@dataclass(slots=True)
class Run:
    """One run. Its state changes by :meth:`move` alone; ``ended`` is set once its end was recorded."""

    id: str
    action: Action[Any]
    call: Call
    mask: Mask
    asked: datetime
    claimed: datetime | None = None
    state: RunState = RunState.ASKED
    preview: Preview | None = None
    fired: bool = False
    target: str = ""  # what no other run may touch meanwhile
    reverts: bool = False  # a temporary setting that goes back by itself
    given: Given = NOTHING  # what its conditions know
    for_s: float | None = None  # for how long what it sets shall hold
    done: int = 0
    total: int | None = None
    failed: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)
    limit_per_s: float | None = None
    paused: bool = False
    go_on: asyncio.Event = field(default_factory=asyncio.Event)  # set while it is paused no longer
    speed: Speed = field(default_factory=Speed)
    stands: Facts = field(default_factory=dict)  # what the last checkpoint said besides its figures
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
    def about(self) -> Facts:
        """Which thing it changes: its inputs, but for those that say how, as the kind's own do."""
        options = self.action.options
        how = options.own_inputs() if isinstance(options, OwnInputs) else {}
        return {name: value for name, value in self.mask.whole().items() if name not in how}

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
        rate = self.speed.per_s() if self.under_way and not self.paused else 0.0
        left = self.total - self.done if self.total is not None else None
        return RunStatus(
            id=self.id,
            action=self.call.action,
            state=self.state,
            person=self.call.person,
            started=self.claimed or self.asked,
            done=self.done,
            total=self.total,
            failed=self.failed,
            rate_per_s=rate,
            left_s=left / rate if left is not None and rate > 0 and not self.paused else None,
            reason=self.reason or self.unrecorded,
            result=self.result,
            errors=self.errors,
            paused=self.paused,
            limit_per_s=self.limit_per_s,
            subject=str(self.call.subject),
        )


class RunProgress:
    """What a run says of itself on the way; implements :class:`~situationroom.actions.base.Progress`.

    Args:
        run: the run.
        now, sleep: the room's time.
        brake: why it must halt now, or None.
        record: writes a checkpoint; a run whose journal fails halts.
        note: writes an entry of the kind's own.
        changed: tells the screens.

    """

    def __init__(
        self,
        run: Run,
        now: Callable[[], datetime],
        sleep: Sleep,
        brake: Callable[[], Message | None],
        record: Callable[[], Awaitable[None]],
        note: Callable[[str, Facts], Awaitable[None]],
        changed: Callable[[], None],
    ) -> None:
        self._run = run
        self._now = now
        self._sleep = sleep
        self._brake = brake
        self._record = record
        self._note = note
        self._changed = changed
        self._began = now()
        self._recorded_s = 0.0
        self._recorded_done = 0

    @property
    def run(self) -> str:
        """The run's id."""
        return self._run.id

    @property
    def limit_per_s(self) -> float | None:
        """The rate limit that holds now."""
        return self._run.limit_per_s

    def limited(self, per_s: float | None) -> None:
        """The rate limit that the layout gives."""
        self._run.limit_per_s = per_s

    def report(
        self, done: int, total: int | None, failed: int = 0, errors: Mapping[str, int] | None = None
    ) -> None:
        """Items done so far, of how many, how many of those did not succeed, and these by reason."""
        run = self._run
        run.done, run.total, run.failed = done, total, failed
        run.errors = dict(errors) if errors is not None else run.errors
        run.speed.mark(self.elapsed_s(), done)
        self._changed()

    async def checkpoint(self, done: int, failed: int, facts: Facts | None = None) -> None:
        """A committed step; in the journal when the last one there is a second old."""
        run = self._run
        run.done, run.failed = done, failed
        run.stands = facts if facts is not None else run.stands
        if self.elapsed_s() - self._recorded_s >= CHECKPOINT_S:
            await self._stand()

    async def note(self, kind: str, facts: Facts) -> None:
        """A step of its own in the journal, on the disk when this returns."""
        await self._note(kind, facts)

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
        run = self._run
        if seconds <= 0:
            await asyncio.sleep(0)
        else:
            await sleep_unless(run.stop_asked, self._sleep, seconds)
        if run.paused and run.done != self._recorded_done:
            await self._stand()  # a paused run stands where the journal says it does
        while run.paused and not run.stop_asked.is_set():
            await sleep_unless(run.go_on, self._sleep, PAUSED_LOOK_S)
            self.stop_reason()  # the brake sees to a paused run as well

    async def _stand(self) -> None:
        """Write down where it stands now."""
        self._recorded_s, self._recorded_done = self.elapsed_s(), self._run.done
        await self._record()
