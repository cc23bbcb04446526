"""Many lives in several lanes, each ended at its point, and what the judge says of them."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import asyncpg

from situationroom.demo.postgres import PostgresServer
from tests.helpers import wait_until_sync
from tests.live.crash.judge import Remains, broken_promises
from tests.live.crash.lane import ACTIONS, Lane
from tests.live.crash.lives import Life, Nursery
from tests.live.crash.partner import partner_process
from tests.live.crash.points import Point, Span, chosen
from tests.live.crash.victim import live

LANES = 6
_ORPHANS_S = 10.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a hunt.

    Attributes:
        killed: how many lives were ended at their point, by action and by place.
        lived: how many ended by themselves before it.
        settled: how many interrupted runs were settled.
        broken: promises that were broken, a sentence each.

    """

    killed: Mapping[str, int]
    lived: int
    settled: int
    broken: Sequence[str]


def hunt(points: int, seed: int, folder: Path) -> Verdict:
    """End so many lives. The same seed chooses the same points."""
    with _lanes(folder, seed) as lanes:
        nursery = Nursery()
        spans = _measured(nursery, lanes[0])
        lives = _ended(nursery, lanes, spans, points, seed)
        broken: list[str] = []
        settled = 0
        for number, lane in enumerate(lanes):
            remains = asyncio.run(_remains(lane, [life for life in lives if life.lane == number]))
            broken += [f"{lane.name}: {sentence}" for sentence in broken_promises(remains)]
            settled += sum(entry.kind == "settled" for entry in remains.entries)
    killed = [life for life in lives if life.killed]
    counted = Counter([life.point.action for life in killed] + [life.point.place for life in killed])
    return Verdict(dict(counted), len(lives) - len(killed), settled, broken)


@contextmanager
def _lanes(folder: Path, seed: int) -> Iterator[Sequence[Lane]]:
    """Empty lanes on one server and one partner."""
    names = [f"lane{number}" for number in range(LANES)]
    with ExitStack() as stack:
        server = stack.enter_context(PostgresServer.start(settings={"max_connections": "200"}))
        partner = stack.enter_context(partner_process([*names, *(f"{name}-second" for name in names)], seed))

        async def made() -> list[Lane]:
            admin = await asyncpg.connect(server.dsn, timeout=5)
            for name in names:
                await admin.execute(f"create database {name}")
            await admin.close(timeout=5)
            return [await Lane.made(name, folder / name, server.dsn_of(name), partner) for name in names]

        yield asyncio.run(made())


def _measured(nursery: Nursery, lane: Lane) -> Mapping[str, Span]:
    """How long a life of each action is, and what it passes; a first round imports what is imported late."""
    for action in ACTIONS:
        live(lane, Point(0, action, "moment"), Random(0), lambda said: None)
    gc.collect()
    gc.freeze()  # what is here is shared with the lives, and need not be copied for each of them
    spans = {}
    for action in ACTIONS:
        life = Life(0, Point(0, action, "before append"))
        nursery.begin(life, partial(live, lane, life.point, Random(0)))
        while life.exit_code is None:
            list(nursery.ended())
        passed, took_s = life.said[-1].get("passed"), life.said[-1].get("took_s")
        assert isinstance(passed, dict), life
        assert isinstance(took_s, float), life
        spans[action] = Span(passed, took_s)
    return spans


def _ended(
    nursery: Nursery, lanes: Sequence[Lane], spans: Mapping[str, Span], points: int, seed: int
) -> list[Life]:
    """Lives of all actions in all lanes at once, until so many were killed; then one in peace in each."""
    lives: list[Life] = []
    idle = deque(range(len(lanes)))
    killed = number = under_way = 0
    while killed < points or under_way:
        while idle and killed + under_way < points:
            lane = idle.popleft()
            wait_until_sync(lambda: nursery.orphans_gone(str(lanes[lane].folder)), _ORPHANS_S)  # noqa: B023
            action = ACTIONS[number % len(ACTIONS)]
            life = Life(lane, chosen(seed, number, action, spans[action]))
            lives.append(life)
            nursery.begin(life, partial(live, lanes[lane], life.point, Random(f"{seed}/{number}/mind")))
            number += 1
            under_way += 1
        for life in nursery.ended():
            under_way -= 1
            killed += life.killed and not life.hung
            idle.append(life.lane)
    for lane in range(len(lanes)):
        life = Life(lane, Point(-1, "toggle", "before append"))
        lives.append(life)
        nursery.begin(life, partial(live, lanes[lane], life.point, Random(0)))
        while life.exit_code is None:
            list(nursery.ended())
    return lives


async def _remains(lane: Lane, lives: Sequence[Life]) -> Remains:
    return Remains(lives, await lane.entries(), await lane.effects())
