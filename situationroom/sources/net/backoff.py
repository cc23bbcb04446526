"""How long to wait before trying again: quickly at first, then ever slower, never in step with others."""

from __future__ import annotations

from random import Random

FIRST_S = 0.1
CAP_S = 15.0


class Backoff:
    """Waits that double from ``first_s`` to ``cap_s`` seconds, each shortened by up to half at random.

    The randomness keeps a hundred rooms from knocking at the same instant at a server that comes back.
    """

    def __init__(self, random: Random, first_s: float = FIRST_S, cap_s: float = CAP_S) -> None:
        self._random = random
        self._first_s = first_s
        self._cap_s = cap_s
        self._next_s = first_s

    def reset(self) -> None:
        """It worked: the next wait is a short one again."""
        self._next_s = self._first_s

    def next_s(self) -> float:
        """Seconds to wait now; the one after it will be longer."""
        wait_s = self._next_s
        self._next_s = min(self._cap_s, wait_s * 2)
        return wait_s * self._random.uniform(0.5, 1.0)
