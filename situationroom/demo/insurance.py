"""Handset insurance: each join goes ours → MOBINS → KAIT, and some fall into the Error Queue."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from heapq import heappop, heappush

from situationroom.demo.chance import Chance
from situationroom.demo.lines import Line
from situationroom.demo.scenarios import WELL, Link
from situationroom.demo.telecom import (
    CHECK,
    FAULTS,
    INSURED,
    JOIN,
    KAIT_REFUSED,
    KAIT_TIMEOUT,
    LOOKUP,
    MOBINS_FAILED,
    PORT_IN,
    Fault,
)
from situationroom.demo.writes import (
    Activation,
    Complaint,
    Event,
    Fallen,
    Join,
    Moved,
    Retry,
    Settled,
    Writes,
)

AT_MOBINS, DONE, FAILED = "MOBINS", "완료", "오류"
"""Where a join stands. MOBINS has it; it is complete; it lies in the Error Queue."""

_PATIENCE_S = 25.0  # so long a join waits at MOBINS for the line to KAIT
_TIMEOUT_MS = 5_000.0
_SKIPPING_PER_S = 60.0  # joins complete so fast where KAIT need not be asked
_RETRIED_PER_S = 400.0
_COME_BACK = 0.04  # of all rows processed again
_HEALS = 0.7  # of all other faults: the system itself tries again, and succeeds
_NEWS_S = 5.0


class Insurance:
    """Joins under way, the agencies they pass, and the Error Queue they may fall into.

    Attributes:
        waiting: joins at MOBINS that did not reach KAIT yet.

    """

    def __init__(self, seed: int, mobins: Line, kait: Line) -> None:
        self._chance = Chance(seed, "insurance")
        self._mobins, self._kait = mobins, kait
        self.waiting: deque[Join] = deque()
        self._fresh: dict[int, Join] = {}  # joins of this step, written with the stage they end it in
        self._fallen: set[int] = set()
        self._retries: deque[Retry] = deque()
        self._retrying: set[int] = set()
        self._healing: list[tuple[float, int]] = []
        self._next_join = self._next_error = 1
        self._carry = 0.0
        self._timeouts = 0
        self._news_due = 0.0

    def resume(self, t: float, next_join: int, next_error: int) -> None:
        """Go on after a prepared history: the ids in use."""
        self._next_join, self._next_error = next_join, next_error
        self._news_due = t

    @property
    def unseen(self) -> int:
        """Customers who cannot see the insurance they bought."""
        return len(self.waiting) + len(self._fallen)

    def step(
        self,
        t: float,
        dt: float,
        link: Link,
        activations: Iterable[Activation],
        writes: Writes,
        *,
        skip: bool,
    ) -> None:
        """The ``dt`` seconds until ``t``. ``skip``: the pre-check with KAIT is left out."""
        if self._kait.diverted:
            link = WELL  # the fallback does not need the line that is ill
        for activation in activations:
            if activation.kind == PORT_IN:  # its handset is looked up at KAIT's registry, by another line
                self._kait.call(t, LOOKUP, self._chance.millis(140), good=not self._chance.happens(0.003))
            if self._chance.happens(INSURED):
                self._receive(t, activation, writes)
        self._pass_on(t, dt, link, writes, skip=skip)
        self._give_up(t, writes, skip=skip)
        self._process_again(t, dt, link, writes, skip=skip)
        self._other_faults(t, dt, writes)
        self._complain(t, dt, writes)
        self._tell(t, writes, skip=skip)
        writes.joins += self._fresh.values()
        self._fresh.clear()

    def retry(self, rows: tuple[Retry, ...]) -> None:
        """Process rows of the Error Queue again."""
        for row in rows:
            if row.id not in self._retrying:
                self._retrying.add(row.id)
                self._retries.append(row)

    def _receive(self, t: float, activation: Activation, writes: Writes) -> None:
        good = not self._chance.happens(0.002)
        good = self._mobins.call(t, JOIN, self._chance.millis(170), good=good)
        stage, reached = (AT_MOBINS, t) if good else (FAILED, None)
        join = Join(self._next_join, activation.at, activation.model, stage, reached, None, None)
        self._next_join += 1
        self._fresh[join.id] = join
        if good:
            self.waiting.append(join)
        else:
            self._fall(t, MOBINS_FAILED, join.id, writes)

    def _pass_on(self, t: float, dt: float, link: Link, writes: Writes, *, skip: bool) -> None:
        per_s = _SKIPPING_PER_S if skip else link.per_s
        self._carry = min(self._carry + per_s * dt, per_s + 1.0)
        while self.waiting and self._carry >= 1.0:
            self._carry -= 1.0
            join = self.waiting.popleft()
            if skip:
                self._move(join.id, DONE, None, t, writes)
            elif fault := self._check(t, link):
                self._fall(t, fault, join.id, writes)
                self._move(join.id, FAILED, None, None, writes)
            else:
                self._move(join.id, DONE, t, t, writes)

    def _check(self, t: float, link: Link) -> Fault | None:
        """One pre-check at KAIT: what went wrong, or None."""
        ms = self._chance.millis(link.median_ms)
        if ms >= _TIMEOUT_MS:
            self._kait.call(t, CHECK, _TIMEOUT_MS, good=False)
            self._timeouts += 1
            return KAIT_TIMEOUT
        good = not self._chance.happens(link.failing)
        return None if self._kait.call(t, CHECK, ms, good=good) else KAIT_REFUSED

    def _give_up(self, t: float, writes: Writes, *, skip: bool) -> None:
        straight = not (skip or self._kait.diverted)
        while straight and self.waiting and (self.waiting[0].mobins_at or t) < t - _PATIENCE_S:
            join = self.waiting.popleft()
            self._kait.call(t, CHECK, _TIMEOUT_MS, good=False)
            self._timeouts += 1
            self._fall(t, KAIT_TIMEOUT, join.id, writes)
            self._move(join.id, FAILED, None, None, writes)

    def _process_again(self, t: float, dt: float, link: Link, writes: Writes, *, skip: bool) -> None:
        for _ in range(min(len(self._retries), max(1, round(_RETRIED_PER_S * dt)))):
            row = self._retries.popleft()
            self._retrying.discard(row.id)
            if self._chance.happens(_COME_BACK):
                writes.settled.append(Settled(row.id, "ERROR"))
                continue
            asks_kait = row.join is not None and not skip
            if asks_kait and self._check(t, link) is not None:
                writes.settled.append(Settled(row.id, "ERROR"))
                continue
            writes.settled.append(Settled(row.id, "DONE"))
            if row.join is not None:
                self._fallen.discard(row.join)
                self._move(row.join, DONE, t if asks_kait else None, t, writes)

    def _other_faults(self, t: float, dt: float, writes: Writes) -> None:
        for fault in FAULTS:
            for _ in range(self._chance.count(fault.per_min / 60.0 * dt)):
                if self._chance.happens(_HEALS):
                    heappush(self._healing, (t + self._chance.between(20, 150), self._next_error))
                self._fall(t, fault, None, writes)
        while self._healing and self._healing[0][0] <= t:
            writes.settled.append(Settled(heappop(self._healing)[1], "DONE"))

    def _complain(self, t: float, dt: float, writes: Writes) -> None:
        """Some of those who cannot see their insurance call, besides a few others."""
        about_insurance = min(1.5, max(0, self.unseen - 30) * 0.0012)
        for _ in range(self._chance.count(about_insurance * dt)):
            writes.complaints.append(Complaint(t, "보험 가입내역 조회 불가"))
        for _ in range(self._chance.count(0.03 * dt)):
            subject = self._chance.pick({"개통 지연 문의": 0.5, "배송 문의": 0.3, "요금제 문의": 0.2})
            writes.complaints.append(Complaint(t, subject))

    def _tell(self, t: float, writes: Writes, *, skip: bool) -> None:
        if t < self._news_due:
            return
        self._news_due = t + _NEWS_S
        if self._timeouts:
            level = "critical" if self._timeouts > 10 else "warning"
            values: dict[str, object] = {"count": self._timeouts}
            writes.events.append(Event(t, level, "KAIT", "demo.event_timeouts", values))
        if len(self.waiting) > 60:
            sentence = "demo.event_draining" if skip else "demo.event_waiting"
            level = "info" if skip else "warning"
            writes.events.append(Event(t, level, "MOBINS", sentence, {"count": len(self.waiting)}))
        self._timeouts = 0

    def _fall(self, t: float, fault: Fault, join: int | None, writes: Writes) -> None:
        writes.fallen.append(Fallen(self._next_error, t, fault.code, fault.system, fault.text, join))
        self._next_error += 1
        if join is not None:
            self._fallen.add(join)

    def _move(
        self, join: int, stage: str, kait_at: float | None, done_at: float | None, writes: Writes
    ) -> None:
        if fresh := self._fresh.get(join):
            self._fresh[join] = fresh._replace(stage=stage, kait_at=kait_at, done_at=done_at)
        else:
            writes.moved.append(Moved(join, stage, kait_at, done_at))
