"""The morning before the world starts, put into an empty database in one go, and how it goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TypeAlias

import asyncpg

from situationroom.demo.chance import Chance
from situationroom.demo.simulation import WARM_UP_S, Simulation
from situationroom.demo.telecom import (
    AGENCIES,
    BEGAN_S,
    CHANNELS,
    CHECK,
    CHECKLIST,
    FAULTS,
    FLOWS,
    GUARANTEE,
    GUARANTEED,
    JOIN,
    KINDS,
    LOOKUP,
    MODELS,
    OPENED_S,
    REFERENCES,
    RELAY,
    WAITING_REASONS,
    arrivals_per_s,
    predecessor_per_s,
)
from situationroom.demo.writes import Update

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_MINUTE_S = 60.0
_DAY_MINUTES = 24 * 60
_UNSETTLED_PER_FAULT = 245  # rows of the Error Queue for each error a minute
_STUCK_NUMBERS = 46
_EARLIER_COMPLAINTS = 34
_UNSIGNED = "OTT 제휴 상품 점검"

_ACTIVATIONS = """
insert into activation (at, model, kind, channel)
select start + width * ((g - 0.5) / n), model, kind, channel
from unnest($1::timestamptz[], $2::interval[], $3::text[], $4::text[], $5::text[], $6::integer[])
         as cell (start, width, model, kind, channel, n), generate_series(1, n) as g
order by start, g::float / n, model, kind, channel
"""
_FLOWS = "insert into product_flow select * from unnest($1::timestamptz[], $2::text[], $3::int[], $4::int[])"
_ERRORS = """
insert into error_queue (id, created_at, code, system, text, retries)
select (select coalesce(max(id), 0) from error_queue) + row_number() over (order by code, g),
       $5::timestamptz - make_interval(secs => $6::float * g / n), code, system, text, g % 3
from unnest($1::text[], $2::text[], $3::text[], $4::int[]) as fault (code, system, text, n),
     generate_series(1, n) as g
"""
_WAITING = "insert into waiting_number (id, at, number, reason) values ($1, $2, $3, $4)"
_REFERENCES = "insert into reference values ($1, $2, $3, $4, $5, '배포', $6)"
_ROUTES = "insert into agency_route (agency, changed_by, changed_at) values ($1, '배포', $2)"
_CHECKS = "insert into checklist values ($1, $2, $3, $4)"


class _Cell(NamedTuple):
    """Activations of one model, kind and channel in one stretch of time."""

    start: datetime
    width: timedelta
    model: str
    kind: str
    channel: str
    activated: int


async def write_history(connection: Connection, simulation: Simulation, seed: int, started: datetime) -> None:
    """Fill an empty database with the morning until ``WARM_UP_S`` before ``started``; ``simulation`` goes on.

    The agencies' totals of the day are taken over too, so that they keep agreeing with the tables.
    """
    chance = Chance(seed, "history")
    opens = started - timedelta(seconds=OPENED_S)
    until = started - timedelta(seconds=WARM_UP_S)
    await connection.execute(
        "insert into launch values ($1, $2, $3)", "아이폰16", started - timedelta(seconds=BEGAN_S), opens
    )
    cells = _cells(chance, started)
    await connection.execute(_ACTIVATIONS, *zip(*cells, strict=True))
    await connection.execute((Path(__file__).parent / "history.sql").read_text("utf-8"))
    await _flows(connection, chance, cells)
    faults = [(f.code, f.system, f.text, chance.count(f.per_min * _UNSETTLED_PER_FAULT)) for f in FAULTS]
    await connection.execute(_ERRORS, *zip(*faults, strict=True), until, OPENED_S)
    await _people(connection, chance, started, until)
    await _predecessor(connection)
    await _hand_over(connection, simulation, started)


def _cells(chance: Chance, started: datetime) -> list[_Cell]:
    """The morning's activations, minute by minute."""
    cells = []
    t = -BEGAN_S
    while t < -WARM_UP_S:
        width = min(_MINUTE_S, -WARM_UP_S - t)
        total = arrivals_per_s(t + width / 2 + OPENED_S) * width
        start, length = started + timedelta(seconds=t), timedelta(seconds=width)
        for model, of_models in MODELS.items():
            for kind, of_kinds in KINDS.items():
                for channel, of_channels in CHANNELS.items():
                    count = chance.count(total * of_models * of_kinds * of_channels)
                    if count:
                        cells.append(_Cell(start, length, model, kind, channel, count))
        t += width
    return cells


async def _flows(connection: Connection, chance: Chance, cells: list[_Cell]) -> None:
    """Product calls of each minute, following its activations."""
    activated: dict[datetime, int] = {}
    for cell in cells:
        activated[cell.start] = activated.get(cell.start, 0) + cell.activated
    rows = [
        (start, flow, requested, chance.count(requested * 0.005))
        for start, count in activated.items()
        for flow, share in FLOWS.items()
        if (requested := count if share == 1.0 else round(count * share))
    ]
    await connection.execute(_FLOWS, *zip(*rows, strict=True))


async def _people(connection: Connection, chance: Chance, started: datetime, until: datetime) -> None:
    """What waits for somebody, who complained, what was prepared and signed."""
    waiting = [
        (
            number,
            until - timedelta(seconds=chance.between(60, 1_500)),
            f"010-****-{int(chance.between(0, 10_000)):04d}",
            chance.pick(WAITING_REASONS),
        )
        for number in range(1, _STUCK_NUMBERS + 1)
    ]
    await connection.executemany(_WAITING, waiting)
    complaints = [
        (until - timedelta(seconds=chance.between(0, OPENED_S)),) for _ in range(_EARLIER_COMPLAINTS)
    ]
    await connection.executemany("insert into complaint values ($1, '개통 지연 문의')", complaints)
    prepared = started - timedelta(hours=15)
    await connection.executemany(_REFERENCES, [(*reference, prepared) for reference in REFERENCES])
    await connection.executemany(_ROUTES, [(agency, prepared) for agency in AGENCIES])
    checks = [
        (part, item, None, None) if item == _UNSIGNED else (part, item, f"{part}파트장", prepared)
        for part, items in CHECKLIST.items()
        for item in items
    ]
    await connection.executemany(_CHECKS, checks)


async def _predecessor(connection: Connection) -> None:
    """The launch of a year before, minute by minute of a whole day."""
    total, rows = 0.0, []
    for minute in range(-round((BEGAN_S - OPENED_S) / _MINUTE_S), _DAY_MINUTES):
        rows.append((minute, round(total)))
        total += predecessor_per_s(minute * _MINUTE_S) * _MINUTE_S
    await connection.copy_records_to_table("prev_launch", records=rows)


async def _hand_over(connection: Connection, simulation: Simulation, started: datetime) -> None:
    """Let the simulation go on where the history ends."""
    open_updates = await connection.fetch(
        "select id, model, extract(epoch from sold_at - $1)::float as sold "
        "from ota_update where done_at is null order by id",
        started,
    )
    ids = await connection.fetchrow(
        "select (select max(id) from insurance_join) as join, (select max(id) from error_queue) as error, "
        "(select max(id) from ota_update) as update, (select max(id) from waiting_number) as waiting, "
        "(select count(mobins_at) from insurance_join) as at_mobins, "
        "(select count(*) from error_queue where code like 'MOB-%') as refused, "
        "(select count(kait_at) from insurance_join) as at_kait, "
        "(select count(*) from error_queue where code like 'KAIT-%') as failed, "
        "(select count(*) from activation) as activations, "
        "count(*) as ports, count(*) filter (where direction = 'in') as ports_in, "
        "count(*) filter (where message_at is null) as unsent from port"
    )
    assert ids is not None, "a query of aggregates has one row"
    simulation.resume(
        join=ids["join"] + 1,
        error=ids["error"] + 1,
        update=ids["update"] + 1,
        waiting=ids["waiting"] + 1,
        open_updates=[Update(row["id"], row["sold"], row["model"], None) for row in open_updates],
    )
    simulation.sgi.took_earlier(GUARANTEE, round(ids["activations"] * GUARANTEED), 0)
    simulation.mobins.took_earlier(JOIN, ids["at_mobins"] + ids["refused"], ids["refused"])
    simulation.kait.took_earlier(CHECK, ids["at_kait"] + ids["failed"], ids["failed"])
    simulation.kait.took_earlier(LOOKUP, ids["ports_in"], 0)
    simulation.ktoa.took_earlier(RELAY, ids["ports"], ids["unsent"])
