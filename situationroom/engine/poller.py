"""One task per feed: ask on its period or when pushed, one question in flight, for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from random import Random
from typing import Any

from situationroom.engine.clock import Clock
from situationroom.engine.intake import figures_read, taken
from situationroom.engine.rates import Rates
from situationroom.errors import SourceError, bug, must_end
from situationroom.layout.expressions import Expression
from situationroom.layout.models import FeedSpec
from situationroom.panel import moment_of
from situationroom.sources.base import Rows, Source
from situationroom.values import Failure, FeedState, Message, Reading, Row, Value

CLOCK_OFF_S = 2.0
"""A source whose clock is further off than this says so in its readings."""

LONGEST_S, SHORTEST_S = 10.0, 0.5
"""Bounds of the time an answer may take where the feed does not say."""

_JITTER = 0.02
_GRACE_S = 0.5


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed of the layout, bound to its source."""

    name: str
    spec: FeedSpec
    source: Source[Any, Any]
    derive: Mapping[str, Expression]
    counters: tuple[str, ...] = ()

    @property
    def timeout_s(self) -> float:
        """How long an answer may take: the feed's own word, else a little less than its period.

        A source that hangs is thereby on the screen within two periods.
        """
        return self.spec.timeout or min(LONGEST_S, max(SHORTEST_S, 0.9 * self.spec.every))


class Poller:
    """Keeps the state of one feed true and tells ``publish`` of each reading and failure."""

    def __init__(
        self, feed: Feed, clock: Clock, random: Random, publish: Callable[[FeedState], None]
    ) -> None:
        self.feed = feed
        self.state = FeedState(
            name=feed.name,
            every_s=feed.spec.every,
            stale_after_s=feed.spec.stale_after_s,
            source=feed.spec.source,
            key_columns=feed.spec.key,
        )
        self._clock = clock
        self._random = random
        self._publish = publish
        self._rates = Rates(feed.counters)
        self._nudge = asyncio.Event()
        self._seq = 0

    async def run(self) -> None:
        """Ask for ever. Ends only by cancellation."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen(), name=f"push {self.feed.name}")
            tasks.create_task(self._poll(), name=f"poll {self.feed.name}")

    async def _poll(self) -> None:
        """Ask on a beat, with jitter around it.

        Feeds of one period so stay near each other, and one repaint shows them all: a wall of twelve costs
        much less than by twelve repaints.
        """
        due = self._clock.now()
        while True:
            self._nudge.clear()
            asked = self._clock.now()
            await self._ask(asked)
            due = self._next(due, asked)
            every_s = self.feed.spec.every
            left_s = min(every_s, (due - self._clock.now()).total_seconds())  # a clock may be set back
            await self._wait(left_s + every_s * self._random.uniform(-_JITTER, _JITTER))
            await self._clock.sleep(max(0.0, self.feed.spec.min_every_s - self._since(asked)))

    def _next(self, due: datetime, asked: datetime) -> datetime:
        """When to ask again: on the beat, or a period after a question that was far off it."""
        every = timedelta(seconds=self.feed.spec.every)
        return (due if abs(asked - due) < every / 2 else asked) + every

    async def _wait(self, delay_s: float) -> None:
        """Until the period is over, or the source says that something changed."""
        timer = asyncio.ensure_future(self._clock.sleep(max(0.0, delay_s)))
        nudged = asyncio.ensure_future(self._nudge.wait())
        try:
            await asyncio.wait((timer, nudged), return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
            nudged.cancel()

    async def _ask(self, asked: datetime) -> None:
        timeout_s = self.feed.timeout_s
        self.state = replace(self.state, asking=True)
        try:
            async with asyncio.timeout(timeout_s + _GRACE_S):
                rows = taken(await self.feed.source.ask(self.feed.spec.question, timeout_s))
            self._answered(rows, self._since(asked))
        except SourceError as error:
            self._failed(error.message, self._since(asked))
        except TimeoutError:
            self._failed(Message("engine.timeout", {"after_s": timeout_s}), self._since(asked))
        except BaseException as error:  # the supervisor: a source's bug is this feed's failure, shown
            if must_end(error):
                raise
            self._failed(bug(error), self._since(asked))

    async def _listen(self) -> None:
        """Take what the source says unasked; after a failure here, the clock alone asks for a while."""
        while True:
            try:
                pushes = self.feed.source.pushes(self.feed.spec.question)
                if pushes is None:
                    return
                async for rows in pushes:
                    if rows is None:
                        self._nudge.set()
                    else:
                        self._answered(taken(rows), 0.0)
            except SourceError as error:
                self._failed(error.message, 0.0)
            except BaseException as error:  # the supervisor, as above
                if must_end(error):
                    raise
                self._failed(bug(error), 0.0)
            await self._clock.sleep(self.feed.spec.every)

    def _answered(self, rows: Rows, took_s: float) -> None:
        received = self._clock.now()
        came = received - timedelta(seconds=rows.age_s)
        read = self._rates.added(figures_read(rows, self.feed.spec.numbers), rows.at or came, self.state.key)
        columns, derived = _derive(read, self.feed.derive)
        self._seq += 1
        own = _source_time(derived, self.feed.spec.at, received.tzinfo)
        reading = Reading(
            feed=self.feed.name,
            seq=self._seq,
            at=own or rows.at or received,
            received=received,
            took_s=took_s,
            columns=columns,
            rows=derived,
            notes=rows.notes + _clock_note(rows.at, received, took_s),
            as_of=came if own is None else min(came, own),
        )
        self.state = replace(self.state, reading=reading, failure=None, asking=False)
        self._publish(self.state)

    def unopened(self, reason: Message) -> None:
        """Say that the feed's source could not be got ready."""
        self._failed(reason, 0.0)

    def _failed(self, reason: Message, took_s: float) -> None:
        failure = Failure(self.feed.name, self._clock.now(), reason, took_s)
        self.state = replace(self.state, failure=failure, asking=False)
        with suppress(Exception):  # it is told; what comes after a failure must not end the feed
            self._publish(self.state)

    def _since(self, moment: datetime) -> float:
        return max(0.0, (self._clock.now() - moment).total_seconds())


def _derive(rows: Rows, derive: Mapping[str, Expression]) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """The rows with their derived columns; one may use those before it."""
    if not derive:
        return rows.columns, rows.rows
    derived = []
    for row in rows.rows:
        whole: dict[str, Value] = dict(row)
        for column, expression in derive.items():
            whole[column] = expression.evaluate(whole)
        derived.append(whole)
    added = tuple(column for column in derive if column not in rows.columns)
    return rows.columns + added, tuple(derived)


def _source_time(rows: tuple[Row, ...], column: str | None, zone: tzinfo | None) -> datetime | None:
    """The newest time in the feed's ``at`` column, written in any form; None where it has none."""
    if column is None:
        return None
    return max(filter(None, (moment_of(row.get(column), zone) for row in rows)), default=None)


def _clock_note(source: datetime | None, received: datetime, took_s: float) -> tuple[Message, ...]:
    """A note where the source's clock is off, beyond what the answer's way can explain."""
    if source is None:
        return ()
    off_s = (source - received).total_seconds() + took_s / 2
    if abs(off_s) <= CLOCK_OFF_S + took_s / 2:
        return ()
    return (Message("engine.clock_off", {"off_s": off_s}),)
