"""A partner agency, known by the calls it took."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from typing import NamedTuple, TypedDict

WINDOW_S = 60.0


class _Call(NamedTuple):
    t: float
    service: str
    ms: float
    good: bool


class CallStats(TypedDict):
    """Calls of the last minute, and since the day began. ``p50_ms`` and ``p95_ms`` are 0 without calls."""

    name: str
    req: int
    err: int
    p50_ms: int
    p95_ms: int
    total: int
    failed: int


class Agency:
    """Calls of the last minute, and totals of the day, by service."""

    def __init__(self, name: str, *services: str) -> None:
        self.name = name
        self._total = Counter(dict.fromkeys(services, 0))
        self._failed: Counter[str] = Counter()
        self._calls: deque[_Call] = deque()

    def call(self, t: float, service: str, ms: float, *, good: bool) -> None:
        """Take one call at ``t`` (the world's seconds, never going back)."""
        self._calls.append(_Call(t, service, ms, good))
        self._total[service] += 1
        self._failed[service] += not good

    def took_earlier(self, service: str, total: int, failed: int) -> None:
        """Add the calls of a prepared history to the totals of the day."""
        self._total[service] += total
        self._failed[service] += failed

    def stats(self, t: float) -> CallStats:
        """What it would say of itself at ``t``."""
        self._forget(t)
        return _stats(self.name, self._calls, self._total.total(), self._failed.total())

    def services(self, t: float) -> list[CallStats]:
        """The same for each of its services."""
        self._forget(t)
        return [
            _stats(name, [call for call in self._calls if call.service == name], total, self._failed[name])
            for name, total in self._total.items()
        ]

    def _forget(self, t: float) -> None:
        while self._calls and self._calls[0].t <= t - WINDOW_S:
            self._calls.popleft()


def _stats(name: str, calls: Sequence[_Call], total: int, failed: int) -> CallStats:
    times = sorted(call.ms for call in calls)
    return CallStats(
        name=name,
        req=len(times),
        err=sum(not call.good for call in calls),
        p50_ms=round(times[len(times) // 2]) if times else 0,
        p95_ms=round(times[int(len(times) * 0.95)]) if times else 0,
        total=total,
        failed=failed,
    )
