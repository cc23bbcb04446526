"""Series made ready for drawing: growth of a counter, sums of several, the gap that breaks a line.

A series is points ``(at, value)``, seconds since the epoch and a figure, oldest first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

Points = Sequence[tuple[float, float]]


def growth(points: Points, per_s: float) -> list[tuple[float, float]]:
    """How much a growing counter grew in the ``per_s`` seconds before each of its points.

    While the series is younger than that, the growth so far is scaled up, from a sixth of it on. A counter
    that fell (reset at midnight) starts anew: the points before the fall are not looked at again.
    """
    grown: list[tuple[float, float]] = []
    start = 0
    before: float | None = None
    for place, (at, value) in enumerate(points):
        if before is not None and value < before:
            start = place
        before = value
        while start < place and points[start + 1][0] <= at - per_s:
            start += 1
        passed = at - points[start][0]
        if passed >= per_s / 6 and passed > 0:
            grown.append((at, (value - points[start][1]) * per_s / passed))
    return grown


def change(points: Points, over_s: float) -> float | None:
    """What a figure gained in the last ``over_s`` seconds, scaled to them; None when too young to say."""
    if len(points) < 2:
        return None
    end, last = points[-1]
    first = next(point for point in points if point[0] >= end - over_s * 1.01)
    passed = end - first[0]
    if passed < over_s / 6 or passed <= 0:
        return None
    gained = (last - first[1]) * over_s / passed
    return gained if math.isfinite(gained) else None


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
