"""Series made ready for drawing: growth of a counter, sums of several, the gap that breaks a line.

A series is points ``(at, value)``, seconds since the epoch and a figure, oldest first.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

Points = Sequence[tuple[float, float]]


_NEAR = 0.1
"""A gain is measured over a time if its first point is at most this share of it off its beginning."""

_LEAST = 1 / 6
"""The share of a time that must have passed for a gain over all of it to be estimated."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What a figure gained in a time; not ``measured`` where scaled from one clearly shorter or longer."""

    amount: float
    measured: bool


def growth(points: Points, per_s: float) -> list[tuple[float, float]]:
    """How much a growing counter grew in the ``per_s`` seconds before each of its points.

    While the series is younger than that, the growth so far is scaled up, from a sixth of it on. A counter
    that fell (reset at midnight) starts anew: the points before the fall are not looked at again.
    """
    return [(at, gain.amount) for at, gain in _grown(points, per_s)]


def newest_growth(points: Points, per_s: float) -> Gain | None:
    """The last of a counter's :func:`growth`, and whether it was measured over that time."""
    grown = deque(_grown(points, per_s), maxlen=1)
    return grown[0][1] if grown and grown[0][0] == points[-1][0] else None


def _grown(points: Points, per_s: float) -> Iterator[tuple[float, Gain]]:
    start = 0
    before: float | None = None
    for place, (at, value) in enumerate(points):
        if before is not None and value < before:
            start = place
        before = value
        while start < place and points[start + 1][0] <= at - per_s:
            start += 1
        passed = at - points[start][0]
        if passed >= per_s * _LEAST and passed > 0:
            yield at, _gain(value - points[start][1], passed, per_s)


def change(points: Points, over_s: float) -> Gain | None:
    """What a figure gained in the last ``over_s`` seconds; None when too young to say.

    It is counted from the point nearest to their beginning, and scaled to them.
    """
    if len(points) < 2:
        return None
    end, last = points[-1]
    beginning = end - over_s
    first = min(points[:-1], key=lambda point: abs(point[0] - beginning))
    passed = end - first[0]
    if passed < over_s * _LEAST or passed <= 0:
        return None
    gain = _gain(last - first[1], passed, over_s)
    return gain if math.isfinite(gain.amount) else None


def _gain(gained: float, passed_s: float, over_s: float) -> Gain:
    return Gain(gained * over_s / passed_s, abs(passed_s - over_s) <= over_s * _NEAR)


def summed(many: Sequence[Points]) -> Points:
    """The sum of several series, moment by moment."""
    if len(many) == 1:
        return many[0]
    total: dict[float, float] = {}
    for points in many:
        for at, value in points:
            total[at] = total.get(at, 0.0) + value
    return sorted(total.items())


def usual_gap(points: Points, times: float = 3.5) -> float:
    """Seconds without a point after which a line is broken: some times the usual distance of the newest."""
    recent = [point[0] for point in points[-40:]]
    steps = [later - earlier for earlier, later in pairwise(recent) if later > earlier]
    return median(steps) * times if steps else math.inf
