"""How fast a run may go, and how fast it went."""

from __future__ import annotations

import math
from collections import deque

_WINDOW_S = 10.0


class Pace:
    """A limit of items a second: the next items may begin when the last ones have had their time.

    Time lost by a slow step is not caught up, so the limit holds over any stretch of a run. The limit may
    change at any moment, and then holds for what was begun last, too.
    """

    def __init__(self) -> None:
        self._begun_s = 0.0
        self._items = 0

    def size(self, most: int, rate_per_s: float | None) -> int:
        """How many items to take at once: of a limited run no more than a second's."""
        return most if rate_per_s is None else min(most, max(1, math.ceil(rate_per_s)))

    def begin(self, items: int, elapsed_s: float) -> None:
        """So many items begin now, ``elapsed_s`` into the run."""
        self._begun_s, self._items = elapsed_s, items

    def wait_s(self, elapsed_s: float, rate_per_s: float | None) -> float:
        """Seconds until the next items may begin."""
        if rate_per_s is None:
            return 0.0
        return max(0.0, self._begun_s + self._items / rate_per_s - elapsed_s)


class Speed:
    """Items a second over the last seconds."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque([(0.0, 0)])

    def mark(self, elapsed_s: float, done: int) -> None:
        """So many were done by then."""
        self._marks.append((elapsed_s, done))
        while len(self._marks) > 2 and self._marks[1][0] < elapsed_s - _WINDOW_S:
            self._marks.popleft()

    def per_s(self) -> float:
        """Items a second; 0 before there is anything to tell."""
        (first_s, first), (last_s, last) = self._marks[0], self._marks[-1]
        return (last - first) / (last_s - first_s) if last_s > first_s else 0.0
