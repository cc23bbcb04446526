"""Seeded randomness: each part of the world draws from its own stream, so that none shifts another's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random


class Chance:
    """The dice of one part of the world. The same seed and part give the same throws."""

    def __init__(self, seed: int, part: str) -> None:
        self._random = Random(f"{seed}/{part}")  # noqa: S311 - a simulation, no secrets

    def count(self, mean: float) -> int:
        """How many of something happen where ``mean`` do on average (Poisson; normal for large means)."""
        if mean > 30:
            return max(0, round(self._random.gauss(mean, math.sqrt(mean))))
        limit, product, count = math.exp(-mean), self._random.random(), 0
        while product > limit:
            product *= self._random.random()
            count += 1
        return count

    def happens(self, probability: float) -> bool:
        """Whether something of this probability happens now."""
        return self._random.random() < probability

    def pick(self, weights: Mapping[str, float]) -> str:
        """One of the names, by weight."""
        return self._random.choices(list(weights), list(weights.values()))[0]

    def millis(self, median: float, spread: float = 0.35) -> float:
        """A response time around ``median`` milliseconds, with a long tail (log-normal)."""
        return median * math.exp(self._random.gauss(0.0, spread))

    def between(self, low: float, high: float) -> float:
        """Any value of a range, all equally likely."""
        return self._random.uniform(low, high)
