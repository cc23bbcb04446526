"""How fast a run may go, and how fast it went."""

from __future__ import annotations

from collections import deque

_WINDOW_S = 10.0


class Pace:
    """A limit of items a second: the next items may begin when the last ones have had their time.

    Time lost by a slow step is not caught up, so the limit holds over any stretch of a run.
    """

    def __init__(self, rate_per_s: float | None) -> None:
        self._rate = rate_per_s
        self._next_s = 0.0

    def take(self, items: int, elapsed_s: float) -> float:
        """Seconds to wait before the next ``items`` may begin, ``elapsed_s`` into the run."""
        if self._rate is None:
            return 0.0
        begin_s = max(self._next_s, elapsed_s)
        self._next_s = begin_s + items / self._rate
        return begin_s - elapsed_s


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
