"""How soon ``demo`` is a wall of live figures: world started, every feed answered."""

from __future__ import annotations

import tempfile
import time
from statistics import median

from tests.bench.programs import ROOM, WALL
from tests.bench.report import Figure
from tests.terminal import Terminal
from tests.wall import all_live

RUNS = 5
GOAL_S = 5.0


async def measure() -> list[Figure]:
    """Seconds from the start of the process until every lamp is good and every panel has figures."""
    took = [await _took_s() for _ in range(RUNS + 1)][1:]
    return [
        Figure("`demo` until all feeds are live", median(took), "s", goal=GOAL_S),
        Figure(f"the slowest of {RUNS}", max(took), "s", goal=GOAL_S),
    ]


async def _took_s() -> float:
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as state:
        async with Terminal([*ROOM, "demo"], WALL, {"SITUATIONROOM_STATE": state}) as terminal:
            await terminal.wait_until(lambda: all_live(terminal.cells()), 30, "a wall of live figures")
            took = time.perf_counter() - begun
            terminal.press("q")
            await terminal.ended(15)
    return took
