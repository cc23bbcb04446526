"""The running room: supervises the feeds, judges the rules, tells the screens."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from random import Random
from types import MappingProxyType, TracebackType
from typing import Any, Self

from situationroom.actions.asked import Approval, Asked, Confirmation, Hold
from situationroom.actions.base import State
from situationroom.actions.choices import Choice
from situationroom.actions.fire import Firing
from situationroom.engine.clock import Clock
from situationroom.engine.history import History
from situationroom.engine.opening import closed, opened
from situationroom.engine.parts import Supervisor
from situationroom.engine.poller import Feed, Poller
from situationroom.engine.rates import counters
from situationroom.engine.rules import Rule
from situationroom.engine.watching import Watchers
from situationroom.layout.about import About
from situationroom.layout.expressions import compile_expression
from situationroom.layout.models import Layout, PanelSpec
from situationroom.layout.references import references
from situationroom.paint.words import RoomWords
from situationroom.panel import View
from situationroom.sources.base import Source
from situationroom.values import (
    ActionState,
    Alert,
    Failure,
    FeedState,
    Key,
    Level,
    Message,
    Person,
    RunStatus,
    Settlement,
    SourceHealth,
    Status,
    Value,
)

TICK_S = 1.0
"""How often feeds are looked at for having grown stale."""

OPEN_AGAIN_S = 5.0
"""How soon a source that could not be got ready is tried again."""

ALERTS = "alerts"
ACTIONS = "actions"
RUNS = "runs"

FiringMaker = Callable[[Callable[[str], FeedState], Callable[[], None], Callable[[], Message | None]], Firing]
"""Makes the room's one door to its actions, given how to see a feed, tell of a change, learn of trouble."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a room is made of, built for one layout."""

    layout: Layout
    sources: Mapping[str, Source[Any, Any]]
    firing: FiringMaker


class LiveRoom:
    """A room fed by its own pollers, in this process. Implements ``engine.interface.Room``.

    Use it as an async context manager. Its feeds begin with :meth:`begin`, so that a screen can be
    painted before the first connection is opened.
    """

    def __init__(self, parts: Parts, clock: Clock, random: Random) -> None:
        self.layout = parts.layout
        self.words = RoomWords(parts.layout)
        self._sources = parts.sources
        self._clock = clock
        self._watchers = Watchers()
        self._versions: Counter[str] = Counter()
        self._history = History(parts.layout.history, _columns_in_panels(parts.layout))
        self._pollers = {
            name: Poller(_feed(parts, name), clock, random, self._changed) for name in parts.layout.feeds
        }
        self._rules = [Rule(name, spec) for name, spec in parts.layout.rules.items()]
        self._statuses: dict[str, Status] = {}
        self._alerts: tuple[Alert, ...] = ()
        self._levels: Mapping[tuple[str, Key], Level] = MappingProxyType({})
        self._judged: Mapping[tuple[str, Key, str], Level] = MappingProxyType({})
        self._about = _about(parts.layout)
        self._parts = Supervisor(clock, self._tell_all)
        self._firing = parts.firing(self.latest, lambda: self._tell({ACTIONS, RUNS}), self._parts.trouble)
        self._begun = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        work = self._parts.keep("room", Message("engine.part_room"), self._run)
        self._running = asyncio.create_task(work, name="room")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._firing.close()
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait((self._running,))
            if not self._running.cancelled():
                self._running.result()

    def begin(self) -> None:
        """Open the sources and start asking."""
        self._begun.set()

    def now(self) -> datetime:
        """The room's time, in the layout's time zone."""
        return self._clock.now()

    def trouble(self) -> Message | None:
        """Why nothing shown may be relied on, or None; see ``engine.interface``."""
        return self._parts.trouble()

    def latest(self, feed: str) -> FeedState:
        """The newest state of a feed; a failure while a part of the room stands still."""
        state = self._pollers[feed].state
        why, since = self._parts.trouble(), self._parts.since()
        if why is None or since is None:
            return state
        return replace(state, failure=Failure(feed, since, why, 0.0), asking=False)

    def sources(self) -> tuple[SourceHealth, ...]:
        """A lamp per source, in layout order."""
        now = self.now()
        return tuple(self._health(name, now) for name in self.layout.sources)

    def alerts(self) -> tuple[Alert, ...]:
        """Standing alerts, worst and oldest first."""
        return self._alerts

    def levels(self) -> Mapping[tuple[str, Key], Level]:
        """The worst level that holds, by (feed, key)."""
        return self._levels

    def view(self, panel: PanelSpec, feeds: Collection[str], person: Person) -> View:
        """What a panel may see now."""
        del panel
        return View(
            feeds={name: self.latest(name) for name in feeds if name in self._pollers},
            now=self.now(),
            levels=self._levels,
            judged=self._judged,
            about=self._about,
            alerts=self._alerts,
            actions=self.actions(person) if ACTIONS in feeds else (),
            runs=self.runs() if RUNS in feeds else (),
            opens=self.layout.opens,
            lang=self.layout.lang,
            history=self._history.series,
            trouble=self.trouble(),
            words=self.words,
        )

    def version(self, feeds: Collection[str]) -> tuple[object, ...]:
        """Changes whenever a view of these feeds (or of ``alerts``, ``actions``, ``runs``) would."""
        return tuple(self._versions[name] for name in feeds)

    def watch(self) -> AsyncIterator[frozenset[str]]:
        """What changed since the last step: feed names, ``alerts``, ``actions``, ``runs``."""
        return self._watchers.watch()

    def actions(self, person: Person) -> tuple[ActionState, ...]:
        """Every action of the layout, as this person may fire it."""
        return self._firing.states(person)

    async def choices(self, action: str) -> Mapping[str, tuple[Choice, ...]]:
        """What may be chosen now; see ``engine.interface``."""
        return await self._firing.choices(action)

    async def ask(self, action: str, values: Mapping[str, Value], person: Person) -> Asked:
        """Ask for a run; see ``engine.interface``."""
        return await self._firing.ask(action, values, person)

    async def fire(self, run: str, confirmation: Confirmation) -> RunStatus:
        """Fire an asked run; see ``engine.interface``."""
        return await self._firing.fire(run, confirmation)

    async def withdraw(self, run: str) -> None:
        """Forget an asked run that was not confirmed."""
        await self._firing.withdraw(run)

    async def caught_up(self) -> None:
        """Read what every process wrote until now, feeds or not."""
        await self._firing.caught_up()

    async def finished(self, run: str) -> RunStatus:
        """The status of a run once it has ended."""
        return await self._firing.finished(run)

    async def verified(self, run: str) -> RunStatus:
        """The status of a run once it has ended and the live figures have spoken."""
        return await self._firing.verified(run)

    async def stop(self, run: str, person: Person) -> None:
        """Have a run end after its present step."""
        await self._firing.stop(run, person)

    async def pause(self, run: str, person: Person) -> None:
        """Have a run wait before its next step."""
        await self._firing.pause(run, person)

    async def resume(self, run: str, person: Person) -> None:
        """Let a paused run go on."""
        await self._firing.resume(run, person)

    async def set_rate(self, run: str, per_s: float | None, person: Person) -> None:
        """Change the rate limit of a run while it runs."""
        await self._firing.set_rate(run, per_s, person)

    def runs(self) -> tuple[RunStatus, ...]:
        """Runs of every process, the unsettled first, then the newest."""
        return self._firing.runs()

    async def continue_batch(self, run: str, person: Person) -> Asked:
        """Ask for a run that goes on where an ended one stood."""
        return await self._firing.continue_batch(run, person)

    async def undo(self, run: str, person: Person) -> Asked:
        """Ask for the run that undoes a done one."""
        return await self._firing.undo(run, person)

    def approvals(self) -> tuple[Approval, ...]:
        """Runs that wait for a second person."""
        return self._firing.approvals()

    def decided(self, run: str) -> Message | None:
        """Why a run waits for no second person, or None."""
        return self._firing.decided(run)

    async def approve(self, run: str, person: Person) -> None:
        """A second person's yes."""
        await self._firing.approve(run, person)

    async def refuse(self, run: str, person: Person, reason: str) -> None:
        """A second person's no."""
        await self._firing.refuse(run, person, reason)

    def held(self) -> Hold | None:
        """Who holds all actions, or None."""
        return self._firing.held()

    def alarm(self) -> Message | None:
        """What a person must acknowledge before anything is fired; see ``engine.interface``."""
        return self._firing.alarm()

    async def acknowledge(self, person: Person) -> None:
        """Acknowledge it."""
        await self._firing.acknowledge(person)

    def may_hold(self, person: Person) -> Message | None:
        """Why ``person`` may neither hold nor release, or None."""
        return self._firing.may_hold(person)

    async def hold(self, person: Person, reason: str = "") -> None:
        """Hold all actions."""
        await self._firing.hold(person, reason)

    async def release(self, person: Person) -> None:
        """Let actions be fired again."""
        await self._firing.release(person)

    async def probe(self, run: str) -> State:
        """What is true now of what a run was to change."""
        return await self._firing.probe(run)

    async def settle(self, run: str, verdict: Settlement, person: Person) -> Asked | None:
        """Decide what came of a run whose outcome nobody knows."""
        return await self._firing.settle(run, verdict, person)

    async def sign_in(self, person: str, pin: str) -> Person:
        """The person of this id, proven by their PIN."""
        return await self._firing.sign_in(person, pin)

    async def _run(self) -> None:
        await self._begun.wait()
        async with AsyncExitStack() as closing:
            for source in self._sources.values():
                closing.push_async_callback(closed, source)
            async with asyncio.TaskGroup() as tasks:
                for part, work in self._works().items():
                    said = Message(f"engine.part_{part}")
                    tasks.create_task(self._parts.keep(part, said, work), name=part)
                for name in self._sources:
                    part, said = f"source {name}", Message("engine.part_source", {"name": name})
                    tasks.create_task(self._parts.keep(part, said, partial(self._feed_from, name)), name=part)

    def _works(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """What goes on beside the sources, by name."""
        return {**self._firing.parts(), "staleness": self._tick}

    async def _feed_from(self, name: str) -> None:
        """Get a source ready, then ask its feeds for ever; one that cannot be got ready is tried again."""
        pollers = [poller for poller in self._pollers.values() if poller.feed.spec.source == name]
        while (trouble := await opened(self._sources[name])) is not None:
            for poller in pollers:
                poller.unopened(trouble)
            await self._clock.sleep(OPEN_AGAIN_S)
        if not pollers:
            await asyncio.Event().wait()  # open for actions alone: nothing is asked, for ever
        async with asyncio.TaskGroup() as tasks:
            for poller in pollers:
                tasks.create_task(poller.run(), name=f"feed {poller.feed.name}")

    async def _tick(self) -> None:
        """Notice feeds that fell silent: nobody else tells of what did not happen."""
        while True:
            await self._clock.sleep(TICK_S)
            now = self.now()
            for poller in self._pollers.values():
                if poller.state.status(now) is Status.STALE is not self._statuses.get(poller.feed.name):
                    self._changed(poller.state)

    def _changed(self, state: FeedState) -> None:
        """Take in a feed's new state. What is wrong with a reading here fails the feed that gave it.

        Raises:
            Exception: whatever a rule or the history made of a reading; the poller shows it as its failure.

        """
        now = self.now()
        self._statuses[state.name] = state.status(now)
        told = {state.name}
        if state.failure is not None:
            self._tell(told)  # first of all: judging must not keep a failure from being seen
        elif state.reading is not None:
            self._history.add(state, state.reading)
        judging = [rule for rule in self._rules if rule.spec.feed == state.name]
        if judging:
            for rule in judging:
                rule.judge(state, now)
            if self._gather_alerts():
                told.add(ALERTS)
        self._tell(told)

    def _gather_alerts(self) -> bool:
        """Bring the standing alerts together; whether anything about them changed."""
        standing = [alert for rule in self._rules for alert in rule.alerts()]
        standing.sort(key=lambda alert: (-alert.level, alert.since, alert.rule, alert.key))
        alerts = tuple(standing)
        if alerts == self._alerts:
            return False
        levels: dict[tuple[str, Key], Level] = {}
        judged: dict[tuple[str, Key, str], Level] = {}
        for alert in reversed(alerts):  # the worst last: it is the one that stays
            levels[alert.feed, alert.key] = alert.level
            judged.update(((alert.feed, alert.key, column), alert.level) for column in alert.about)
        self._alerts, self._levels = alerts, MappingProxyType(levels)
        self._judged = MappingProxyType(judged)
        return True

    def _tell_all(self) -> None:
        """Everything looks different: a part of the room stopped, or is back."""
        self._tell({*self._pollers, ALERTS, ACTIONS, RUNS})

    def _tell(self, names: set[str]) -> None:
        self._versions.update(names)
        self._watchers.tell(names)

    def _health(self, name: str, now: datetime) -> SourceHealth:
        return replace(self._lamp(name, now), title=self.layout.source_title(name))

    def _lamp(self, name: str, now: datetime) -> SourceHealth:
        states = [self.latest(p.feed.name) for p in self._pollers.values() if p.feed.spec.source == name]
        bad = [s for s in states if s.status(now) in (Status.STALE, Status.FAILED)]
        age_s = min((s.age_s(now) for s in states), default=float("inf"))
        if (trouble := self.trouble()) is not None:
            return SourceHealth(name, Level.CRITICAL, age_s, trouble)
        if not bad:
            answered = any(s.reading is not None for s in states)
            return SourceHealth(name, Level.GOOD if answered else None, age_s)
        failure = next((s.failure.reason for s in bad if s.failure is not None), Message("engine.stale"))
        return SourceHealth(
            name, Level.CRITICAL if len(bad) == len(states) else Level.WARNING, age_s, failure
        )


def _feed(parts: Parts, name: str) -> Feed:
    spec = parts.layout.feeds[name]
    derive = {column: compile_expression(text) for column, text in spec.derive.items()}
    return Feed(name, spec, parts.sources[spec.source], derive, counters(parts.layout, name))


def _about(layout: Layout) -> Mapping[str, tuple[str, ...]]:
    """The columns that rules are about, by feed: what a narrow panel shows before anything else."""
    columns: dict[str, dict[str, None]] = {}
    for rule in layout.rules.values():
        columns.setdefault(rule.feed, {}).update(dict.fromkeys(About(rule).columns))
    return {feed: tuple(named) for feed, named in columns.items()}


def _columns_in_panels(layout: Layout) -> Mapping[str, set[str]]:
    """Columns that a panel names, by feed: those worth keeping over time."""
    columns: dict[str, set[str]] = {}
    for panel in layout.panels.values():
        for reference in references(panel, panel.feed):
            if reference.what == "column" and reference.feed is not None:
                columns.setdefault(reference.feed, set()).add(reference.name)
    return columns
