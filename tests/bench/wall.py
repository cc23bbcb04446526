"""What a wall of 12 panels fed once a second costs, beside 12 static texts of bare Textual."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

from tests.bench.programs import LARGE_WALL, LAYOUT, ROOM, ROOT, WALL, outside, reference
from tests.bench.report import Figure
from tests.terminal import Terminal
from tests.wall import boxes

SETTLE_S = 8.0
"""Left out of the measurement: imports, first connections, the first paint."""

STEADY_S = 30.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process used: percent of one core, resident and unshared memory."""

    cpu: float
    rss_mb: float
    uss_mb: float


async def measure() -> list[Figure]:
    """Processor time of the one process over 30 steady seconds, and its memory after them."""
    figures: list[Figure] = []
    with outside() as env:
        for (columns, rows), goal in ((WALL, 4.0), (LARGE_WALL, 6.0)):
            size = f"{columns}×{rows}"
            bare = await _cost(reference("statics"), (columns, rows), {}, re.compile(r"figure 11: \d"))
            room = await _cost([*ROOM, "run", str(LAYOUT)], (columns, rows), env, re.compile("마지막 패널"))
            bare_name = "12 static texts"
            figures += [
                Figure(f"12 panels at 1 Hz, {size}", room.cpu, "% of a core", bare_name, bare.cpu, goal=goal),
                Figure(f"its resident memory, {size}", room.rss_mb, "MB", bare_name, bare.rss_mb, goal=110),
                Figure(f"its unshared memory, {size}", room.uss_mb, "MB", bare_name, bare.uss_mb),
            ]
    return figures


async def _cost(
    argv: Sequence[str], size: tuple[int, int], env: Mapping[str, str], shows: re.Pattern[str]
) -> Cost:
    async with Terminal(argv, size, env, cwd=ROOT) as terminal:
        await terminal.wait_for(shows, 20)
        await asyncio.sleep(SETTLE_S)
        process = psutil.Process(terminal.pid)
        received, begun, used = terminal.received, time.perf_counter(), _used_s(process)
        await asyncio.sleep(STEADY_S)
        cpu = (_used_s(process) - used) / (time.perf_counter() - begun)
        memory = process.memory_full_info()
        assert terminal.received > received, f"nothing moved\n{terminal.text}"
        panels = boxes(terminal.cells())
        assert all(panel.live for panel in panels), terminal.text
        return Cost(cpu * 100, memory.rss / 1e6, memory.uss / 1e6)


def _used_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system
