"""How long ``situationroom --version`` takes, beside a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

from tests.bench.report import Figure

RUNS = 15


async def measure() -> list[Figure]:
    """Wall time of both, in turns; medians."""
    ours: list[float] = []
    nothing: list[float] = []
    for _ in range(RUNS + 1):
        ours.append(_took_ms("-m", "situationroom", "--version"))
        nothing.append(_took_ms("-c", "pass"))
    return [
        Figure(
            "`situationroom --version`",
            median(ours[1:]),
            "ms",
            "`python -c pass`",
            median(nothing[1:]),
            goal=150,
        )
    ]


def _took_ms(*arguments: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - begun) * 1000
