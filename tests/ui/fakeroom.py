"""A room without an outside: feeds, alerts and actions are what the test sets, time stands until moved."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from situationroom.actions.asked import Asked, Confirmation
from situationroom.actions.base import Call, Preview, State
from situationroom.engine.watching import Watchers
from situationroom.errors import ActionDenied, RoomError
from situationroom.layout.models import Layout, PanelSpec
from situationroom.panel import Point, View
from situationroom.values import (
    ActionState,
    Alert,
    Failure,
    FeedState,
    Key,
    Level,
    Message,
    Person,
    Reading,
    Row,
    RunState,
    RunStatus,
    SourceHealth,
    Value,
)

OPENING = datetime(2024, 9, 20, 9, 41, 7, tzinfo=ZoneInfo("Asia/Seoul"))


class FakeRoom:
    """Implements the ``Room`` protocol; the methods below the line set what it shows."""

    def __init__(self, layout: Layout, at: datetime = OPENING) -> None:
        self._layout = layout
        self._now = at
        self._watchers = Watchers()
        self._feeds = {
            name: FeedState(
                name, spec.every, spec.stale_after_s, source=spec.source, key_columns=tuple(spec.key)
            )
            for name, spec in layout.feeds.items()
        }
        self._alerts: tuple[Alert, ...] = ()
        self._actions = {
            name: ActionState(name, spec.title, spec.key, spec.kind) for name, spec in layout.actions.items()
        }
        self._series: dict[tuple[str, str], Sequence[Point]] = {}
        self._health: dict[str, SourceHealth] = {}
        self._versions: Counter[str] = Counter()
        self._runs: dict[str, RunStatus] = {}
        self._ended: dict[str, asyncio.Event] = {}
        self.refusal: RoomError | None = None
        self.answering = asyncio.Event()
        self.answering.set()
        self.asked: list[tuple[str, Mapping[str, Value]]] = []
        self.fired: list[tuple[str, Confirmation]] = []
        self.withdrawn: list[str] = []
        self.stopped: list[str] = []
        self.stays_running = False
        self.preview = Preview(
            at=at, what=Message("참조 1행을 바꿉니다"), before=State({}, Message("꺼짐"), active=False),
            after=Message("켜짐"), count=1, statement="update reference set enabled = $1", target="KAIT",
        )  # fmt: skip

    @property
    def layout(self) -> Layout:
        return self._layout

    def now(self) -> datetime:
        return self._now

    def latest(self, feed: str) -> FeedState:
        return self._feeds[feed]

    def sources(self) -> tuple[SourceHealth, ...]:
        good = {name: SourceHealth(name, Level.GOOD, 1.0) for name in self._layout.sources}
        return tuple({**good, **self._health}.values())

    def alerts(self) -> tuple[Alert, ...]:
        return self._alerts

    def levels(self) -> Mapping[tuple[str, Key], Level]:
        return {(alert.feed, alert.key): alert.level for alert in self._alerts}

    def view(self, panel: PanelSpec, feeds: Collection[str], person: Person) -> View:
        return View(
            feeds={name: self._feeds[name] for name in feeds if name in self._feeds},
            now=self._now,
            levels=self.levels(),
            alerts=self._alerts,
            actions=self.actions(person),
            opens=self._layout.opens,
            lang=self._layout.lang,
            history=self._history,
        )

    def version(self, feeds: Collection[str]) -> tuple[object, ...]:
        return tuple(self._versions[name] for name in feeds)

    def watch(self) -> AsyncIterator[frozenset[str]]:
        return self._watchers.watch()

    def actions(self, person: Person) -> tuple[ActionState, ...]:
        return tuple(self._actions.values())

    async def ask(self, action: str, values: Mapping[str, Value], person: Person) -> Asked:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append((action, values))
        await self.answering.wait()
        run = f"run-{len(self.asked)}"
        spec = self._layout.actions[action]
        preview = replace(self.preview, at=self._now)
        self._runs[run] = RunStatus(run, action, RunState.PREVIEWED, person, self._now)
        expires = self._now + timedelta(seconds=30)
        return Asked(run, Call(action, person, values), preview, spec.confirmation, expires)

    async def fire(self, run: str, confirmation: Confirmation) -> RunStatus:
        self.fired.append((run, confirmation))
        if self.refusal is not None:
            raise self.refusal
        state = RunState.RUNNING if self.stays_running else RunState.DONE
        result = None if self.stays_running else Message("1행 바뀜")
        self.run(replace(self._runs[run], state=state, result=result))
        return self._runs[run]

    async def withdraw(self, run: str) -> None:
        self.withdrawn.append(run)

    async def finished(self, run: str) -> RunStatus:
        await self._ended.setdefault(run, asyncio.Event()).wait()
        return self._runs[run]

    async def stop(self, run: str, person: Person) -> None:
        if run not in self._runs:
            raise ActionDenied("ui.no_run")
        self.stopped.append(run)

    def runs(self) -> tuple[RunStatus, ...]:
        return tuple(reversed(self._runs.values()))

    # what a test sets

    def read(self, feed: str, rows: Sequence[Row]) -> None:
        """A new reading arrives."""
        state = self._feeds[feed]
        seq = state.reading.seq + 1 if state.reading else 1
        columns = tuple(rows[0]) if rows else ()
        reading = Reading(feed, seq, self._now, self._now, 0.01, columns, tuple(rows))
        self._feeds[feed] = replace(state, reading=reading, failure=None)
        self._tell(feed)

    def fail(self, feed: str, reason: str) -> None:
        """The newest answer is a failure."""
        self._feeds[feed] = replace(self._feeds[feed], failure=Failure(feed, self._now, Message(reason)))
        self._tell(feed)

    def raise_alert(self, feed: str, key: Key, level: Level) -> None:
        """A rule holds."""
        self._alerts = (*self._alerts, Alert("rule", "오류율 높음", feed, key, level, self._now))
        self._tell("alerts")

    def set_action(self, state: ActionState) -> None:
        """An action's state is learned."""
        self._actions[state.id] = state
        self._tell("actions")

    def set_source(self, health: SourceHealth) -> None:
        """A source's lamp changes."""
        self._health[health.name] = health
        self._tell("sources")

    def set_series(self, feed: str, column: str, points: Sequence[Point]) -> None:
        """A column's history."""
        self._series[feed, column] = points

    def run(self, status: RunStatus) -> None:
        """A run moves on."""
        self._runs[status.id] = status
        if status.state.ended:
            self._ended.setdefault(status.id, asyncio.Event()).set()
        self._actions[status.action] = replace(self._actions[status.action], run=status)
        self._tell("actions")

    def move(self, seconds: float) -> None:
        """Time passes."""
        self._now += timedelta(seconds=seconds)

    def _tell(self, *names: str) -> None:
        self._versions.update(names)
        self._watchers.tell(names)

    def _history(
        self, feed: str, column: str, key: Key | None, window_s: float, now: datetime
    ) -> Sequence[Point]:
        return self._series.get((feed, column), ())
