"""A room without an outside: feeds, alerts and actions are what the test sets, time stands until moved."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from situationroom.actions.asked import Approval, Asked, Confirmation, Hold
from situationroom.actions.base import Call, Preview, State
from situationroom.actions.choices import Choice, fixed
from situationroom.engine.watching import Watchers
from situationroom.errors import ActionDenied, RoomError, SignInDenied, SourceError
from situationroom.layout.models import Layout, PanelSpec
from situationroom.paint.words import RoomWords
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
    Proof,
    Reading,
    Row,
    RunState,
    RunStatus,
    Settlement,
    SourceHealth,
    Value,
)

OPENING = datetime(2024, 9, 20, 9, 41, 7, tzinfo=ZoneInfo("Asia/Seoul"))


class FakeRoom:
    """Implements the ``Room`` protocol; the methods below the line set what it shows."""

    def __init__(self, layout: Layout, at: datetime = OPENING) -> None:
        self._layout = layout
        self._words = RoomWords(layout)
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
        self.verify_s: float | None = None
        self.offered: Mapping[str, tuple[Choice, ...]] = {}
        self.pins = {"kim": "4821", "lee": "7350", "park": "9064"}
        self.tries: list[str] = []
        self.done: list[tuple[str, ...]] = []
        self.truth: State | SourceError = State({}, Message("켜짐"), active=True)
        self.learning = asyncio.Event()
        self.learning.set()
        self.no_hold: Message | None = None
        self.ill: Message | None = None
        self.alarming: Message | None = None
        self._hold: Hold | None = None
        self._approvals: dict[str, Approval] = {}
        self._decided: dict[str, Message] = {}
        self._spoken: dict[str, asyncio.Event] = {}
        self.preview = Preview(
            at=at, what=Message("참조 1행을 바꿉니다"), before=State({}, Message("꺼짐"), active=False),
            after=Message("켜짐"), count=1, statement="update reference set enabled = $1", target="KAIT",
        )  # fmt: skip

    @property
    def layout(self) -> Layout:
        return self._layout

    @property
    def words(self) -> RoomWords:
        return self._words

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
            runs=self.runs(),
            opens=self._layout.opens,
            lang=self._layout.lang,
            history=self._history,
            trouble=self.ill,
            words=self._words,
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
        status = self._runs[run]
        if self._layout.actions[status.action].confirmation == "two-person":
            return self.await_second(status)
        self._begin(status)
        return self._runs[run]

    async def withdraw(self, run: str) -> None:
        self.withdrawn.append(run)
        if (waited := self._approvals.pop(run, None)) is not None:
            said = {"person": waited.asker.name, "at": f"{self._now:%H:%M:%S}"}
            self._decided[run] = Message("actions.withdrawn_by", said)
            self.run(replace(self._runs[run], state=RunState.WITHDRAWN, approve_left_s=None))

    async def finished(self, run: str) -> RunStatus:
        await self._ended.setdefault(run, asyncio.Event()).wait()
        return self._runs[run]

    async def stop(self, run: str, person: Person) -> None:
        if run not in self._runs:
            raise ActionDenied("ui.no_run")
        self.stopped.append(run)

    def runs(self) -> tuple[RunStatus, ...]:
        newest = [run for run in reversed(self._runs.values()) if run.state is not RunState.PREVIEWED]
        return tuple(sorted(newest, key=lambda run: not run.unsettled))

    async def caught_up(self) -> None:
        return

    async def verified(self, run: str) -> RunStatus:
        await self._spoken.setdefault(run, asyncio.Event()).wait()
        return self._runs[run]

    async def choices(self, action: str) -> Mapping[str, tuple[Choice, ...]]:
        found = dict(self.offered)
        for name, spec in self._layout.actions[action].inputs.items():
            if spec.from_ is not None and (reading := self._feeds[spec.from_.feed].reading) is not None:
                found[name] = tuple(Choice(str(row[spec.from_.column])) for row in reading.rows)
            elif spec.choices and name not in found:
                found[name] = fixed(spec)
        return found

    async def pause(self, run: str, person: Person) -> None:
        self._did("pause", run, person)
        self.run(replace(self._runs[run], paused=True))

    async def resume(self, run: str, person: Person) -> None:
        self._did("resume", run, person)
        self.run(replace(self._runs[run], paused=False))

    async def set_rate(self, run: str, per_s: float | None, person: Person) -> None:
        self._did("rate", run, person, f"{per_s:g}")
        self.run(replace(self._runs[run], limit_per_s=per_s))

    async def continue_batch(self, run: str, person: Person) -> Asked:
        self._did("continue", run, person)
        return await self.ask(self._runs[run].action, {}, person)

    async def undo(self, run: str, person: Person) -> Asked:
        self._did("undo", run, person)
        return await self.ask(self._runs[run].action, {}, person)

    def approvals(self) -> tuple[Approval, ...]:
        return tuple(self._approvals.values())

    def decided(self, run: str) -> Message | None:
        return None if run in self._approvals else self._decided.get(run)

    async def approve(self, run: str, person: Person) -> None:
        self._did("approve", run, person)
        del self._approvals[run]
        self._begin(replace(self._runs[run], approver=person, approve_left_s=None))

    async def refuse(self, run: str, person: Person, reason: str) -> None:
        self._did("refuse", run, person, reason)
        del self._approvals[run]
        denied = replace(self._runs[run], state=RunState.DENIED, reason=Message(reason), approve_left_s=None)
        self.run(denied)

    def trouble(self) -> Message | None:
        return self.ill

    def alarm(self) -> Message | None:
        return self.alarming

    async def acknowledge(self, person: Person) -> None:
        self._did("acknowledge", "", person)
        self.alarming = None
        self._tell("actions", "runs")

    def held(self) -> Hold | None:
        return self._hold

    def may_hold(self, person: Person) -> Message | None:
        return self.no_hold

    async def hold(self, person: Person, reason: str = "") -> None:
        self._did("hold", "", person, reason)
        self._hold = Hold(person, self._now, reason)
        self._tell("actions", "runs")

    async def release(self, person: Person) -> None:
        self._did("release", "", person)
        self._hold = None
        self._tell("actions", "runs")

    async def probe(self, run: str) -> State:
        await self.learning.wait()
        if isinstance(self.truth, SourceError):
            raise self.truth
        return self.truth

    async def settle(self, run: str, verdict: Settlement, person: Person) -> Asked | None:
        self._did("settle", run, person, verdict.value)
        self.run(replace(self._runs[run], settled=verdict))
        return await self.ask(self._runs[run].action, {}, person) if verdict is Settlement.AGAIN else None

    async def sign_in(self, person: str, pin: str) -> Person:
        self.tries.append(person)
        if self.refusal is not None:
            raise self.refusal
        if self.pins.get(person) != pin:
            raise SignInDenied("people.sign_in_wrong", left=5 - len(self.tries))
        spec = self._layout.people[person]
        return Person(person, spec.name, frozenset(spec.roles), Proof.PIN)

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
        self._tell("actions", "runs")

    def await_second(self, status: RunStatus, within_s: float = 300.0) -> RunStatus:
        """A run waits for its second person."""
        waiting = replace(status, state=RunState.AWAITING, approve_left_s=within_s)
        preview, expires = self.preview, self._now + timedelta(seconds=within_s)
        self._approvals[status.id] = Approval(
            status.id, status.action, status.person, "kim@seat1", self._now, expires, preview.what,
            preview.before.text, preview.after, preview.count, statement=preview.statement,
        )  # fmt: skip
        self.run(waiting)
        return waiting

    def set_approval(self, approval: Approval) -> None:
        """What waits for a second person looks different."""
        self._approvals[approval.run] = approval
        self._tell("actions", "runs")

    def speak(self, run: str, verified: bool) -> None:
        """The live figures have spoken."""
        self.run(replace(self._runs[run], verified=verified, verify_left_s=None))
        self._spoken.setdefault(run, asyncio.Event()).set()

    def move(self, seconds: float) -> None:
        """Time passes."""
        self._now += timedelta(seconds=seconds)

    def _begin(self, status: RunStatus) -> None:
        state = RunState.RUNNING if self.stays_running else RunState.DONE
        result = None if self.stays_running else Message("1행 바뀜")
        left_s = None if self.stays_running else self.verify_s
        self.run(replace(status, state=state, result=result, verify_left_s=left_s))

    def _did(self, what: str, run: str, person: Person, *more: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.done.append((what, run, person.id, *more))

    def _tell(self, *names: str) -> None:
        self._versions.update(names)
        self._watchers.tell(names)

    def _history(
        self, feed: str, column: str, key: Key | None, window_s: float, now: datetime
    ) -> Sequence[Point]:
        return self._series.get((feed, column), ())
