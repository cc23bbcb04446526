"""How soon ``run`` shows its wall, beside a Textual app that says hello."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from statistics import median

from tests.bench.programs import LAYOUT, ROOM, ROOT, WALL, outside, reference
from tests.bench.report import Figure
from tests.terminal import Terminal

RUNS = 9


async def measure() -> list[Figure]:
    """Seconds from the start of the process to its text in the terminal, in turns; medians."""
    ours: list[float] = []
    hello: list[float] = []
    with outside() as env:
        for _ in range(RUNS + 1):
            hello.append(await _painted_ms(reference("hello"), "hello world", {}))
            ours.append(await _painted_ms([*ROOM, "run", str(LAYOUT)], "마지막 패널", env))
    return [
        Figure(
            "first paint of `run`, 12 panels, 200×50",
            median(ours[1:]),
            "ms",
            "Textual hello world",
            median(hello[1:]),
            goal_ratio=1.4,
        )
    ]


async def _painted_ms(argv: Sequence[str], text: str, env: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    async with Terminal(argv, WALL, env, cwd=ROOT) as terminal:
        seen = Seen(terminal, text)
        await terminal.wait_until(lambda: seen.at is not None, 20, f"{text!r} in the terminal")
        assert seen.at is not None
        terminal.press("ctrl+q", "q")
        return (seen.at - begun) * 1000


class Seen:
    """When a text came out of a terminal, by ``time.perf_counter``."""

    def __init__(self, terminal: Terminal, text: str) -> None:
        self._wanted = text.encode()
        self._tail = b""
        self.at: float | None = None
        terminal.tap = self._look

    def _look(self, piece: bytes) -> None:
        if self.at is None:
            if self._wanted in (whole := self._tail + piece):
                self.at = time.perf_counter()
            self._tail = whole[-len(self._wanted) :]
