"""How soon a committed row with NOTIFY is on the screen, beside a bare listener hearing the same NOTIFY."""

from __future__ import annotations

import asyncio
import time
from random import Random
from statistics import quantiles

import asyncpg

from tests.bench.programs import LAYOUT, ROOM, ROOT, WALL, outside
from tests.bench.report import Figure
from tests.terminal import Terminal

SAMPLES = 100
GAP_S = (0.15, 0.45)
"""Between two rows: longer than the feed's ``min_every``, and in step with nothing."""

_TABLE = """
create table arrival (id int primary key, mark text not null);
insert into arrival values (0, 'mark-0000');
create function tell() returns trigger language plpgsql as
  $$ begin perform pg_notify('arrival', new.mark); return null; end $$;
create trigger tell after insert on arrival for each row execute function tell();
"""


async def measure() -> list[Figure]:
    """From before the insert is sent to the mark in the terminal's output: p50 and p95 of 100."""
    with outside() as env:
        writer = await asyncpg.connect(env["BENCH_DSN"])
        await writer.execute(_TABLE)
        layout = str(LAYOUT.with_name("arrival.yaml"))
        async with Terminal([*ROOM, "run", layout], WALL, env, cwd=ROOT) as terminal:
            await terminal.wait_for("mark-0000", 20)
            screen, heard = await _samples(terminal, writer, env["BENCH_DSN"])
        await writer.close()
    return [
        _figure("p50", screen, heard, 0.50, None),
        _figure("p95", screen, heard, 0.95, 60.0),
    ]


async def _samples(
    terminal: Terminal, writer: asyncpg.Connection[asyncpg.Record], dsn: str
) -> tuple[list[float], list[float]]:
    """Milliseconds until each mark was on the screen, and until the bare listener heard of it."""
    random = Random(7)
    shown, heard = _Moments(), _Moments()
    tail = b""

    def look(piece: bytes) -> None:
        nonlocal tail
        tail += piece
        shown.note_if(shown.wanted.encode() in tail)
        tail = tail[-len("mark-0000") :]

    def listen(*words: object) -> None:
        heard.note_if(words[-1] == heard.wanted)

    listener = await asyncpg.connect(dsn)
    await listener.add_listener("arrival", listen)
    terminal.tap = look
    for number in range(1, SAMPLES + 1):
        mark = f"mark-{number:04}"
        await asyncio.sleep(random.uniform(*GAP_S))
        shown.begin(mark)
        heard.begin(mark)
        await writer.execute("insert into arrival values ($1, $2)", number, mark)
        async with asyncio.timeout(5):
            await shown.noted.wait()
            await heard.noted.wait()
    await listener.close()
    return shown.took_ms, heard.took_ms


class _Moments:
    """When each wanted mark arrived, in milliseconds after it was begun."""

    def __init__(self) -> None:
        self.wanted = ""
        self.noted = asyncio.Event()
        self.took_ms: list[float] = []
        self._begun = 0.0

    def begin(self, mark: str) -> None:
        self.wanted = mark
        self.noted.clear()
        self._begun = time.perf_counter()

    def note_if(self, arrived: bool) -> None:
        if arrived and self.wanted and not self.noted.is_set():
            self.took_ms.append((time.perf_counter() - self._begun) * 1000)
            self.noted.set()


def _figure(name: str, ours: list[float], bare: list[float], part: float, goal: float | None) -> Figure:
    def at(values: list[float]) -> float:
        return quantiles(values, n=100, method="inclusive")[round(part * 100) - 1]

    return Figure(
        f"committed row with NOTIFY on the screen, {name}", at(ours), "ms",
        f"bare asyncpg listener, {name}", at(bare), goal=goal,
    )  # fmt: skip
