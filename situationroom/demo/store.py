"""The simulation's hand in the database: writes what happened, reads what people wish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from situationroom.demo.history import Connection
from situationroom.demo.telecom import FALLBACK
from situationroom.demo.writes import Retry, Wishes, Writes

When = Callable[[float], datetime]
"""The world's seconds → the wall clock's time."""

_TIMES = frozenset({"at", "sold_at", "message_at", "mobins_at", "kait_at", "done_at"})
_RETRIES_AT_ONCE = 2_000

_ACTIVATIONS = """
insert into activation (at, model, kind, channel)
select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[])
"""
_PORTS = """
insert into port (at, direction, carrier, message_at)
select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::timestamptz[])
"""
_JOINS = """
insert into insurance_join (id, at, model, stage, mobins_at, kait_at, done_at)
select * from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[],
                     $5::timestamptz[], $6::timestamptz[], $7::timestamptz[])
"""
_MOVED = """
update insurance_join as row set stage = new.stage, kait_at = new.kait_at, done_at = new.done_at
from unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::timestamptz[])
         as new (id, stage, kait_at, done_at)
where row.id = new.id
"""
_FALLEN = """
insert into error_queue (id, created_at, code, system, text, join_id)
select * from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::bigint[])
"""
_SETTLED = """
update error_queue as row
set state = new.state, retries = retries + 1, done_at = case when new.state = 'DONE' then $3::timestamptz end
from unnest($1::bigint[], $2::text[]) as new (id, state)
where row.id = new.id and row.state <> 'DONE'
"""
_UPDATES = """
insert into ota_update (id, sold_at, model, done_at)
select * from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::timestamptz[])
"""
_UPDATED = """
update ota_update as row set done_at = new.done_at
from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::timestamptz[])
         as new (id, sold_at, model, done_at)
where row.id = new.id
"""
_FLOWS = """
insert into product_flow (at, flow, requested, failed)
select * from unnest($1::timestamptz[], $2::text[], $3::integer[], $4::integer[])
"""
_WAITING = """
insert into waiting_number (id, at, number, reason)
select * from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[])
"""
_FREED = (
    "update waiting_number set state = 'DONE', done_at = $2 where id = any($1::bigint[]) and state <> 'DONE'"
)
_COMPLAINTS = "insert into complaint (at, subject) select * from unnest($1::timestamptz[], $2::text[])"


async def write(connection: Connection, writes: Writes, when: When, now: float) -> None:
    """Commit one step of the world, all of it or nothing, in a handful of statements."""

    async def put(sql: str, rows: Sequence[NamedTuple]) -> None:
        if rows:
            await connection.execute(sql, *_columns(rows, when))

    async with connection.transaction():
        await put(_ACTIVATIONS, writes.activations)
        await put(_PORTS, writes.ports)
        await put(_JOINS, writes.joins)
        await put(_MOVED, writes.moved)
        await put(_FALLEN, writes.fallen)
        if writes.settled:
            await connection.execute(_SETTLED, *_columns(writes.settled, when), when(now))
        await put(_UPDATES, writes.updates)
        await put(_UPDATED, writes.updated)
        await put(_FLOWS, writes.flows)
        await put(_WAITING, writes.waiting)
        if writes.freed:
            await connection.execute(_FREED, writes.freed, when(now))
        await put(_COMPLAINTS, writes.complaints)


async def read_wishes(connection: Connection) -> Wishes:
    """What people changed: references, errors to process again, numbers to let go, ways round agencies."""
    on = await connection.fetch("select code from reference where enabled")
    retries = await connection.fetch(
        "select id, code, join_id from error_queue where state = 'RETRY' order by id limit $1",
        _RETRIES_AT_ONCE,
    )
    released = await connection.fetch("select id from waiting_number where state = 'RELEASED' order by id")
    diverted = await connection.fetch("select agency from agency_route where route = $1", FALLBACK)
    return Wishes(
        switched_on=frozenset(row["code"] for row in on),
        retries=tuple(Retry(row["id"], row["code"], row["join_id"]) for row in retries),
        released=tuple(row["id"] for row in released),
        diverted=frozenset(row["agency"] for row in diverted),
    )


def _columns(rows: Sequence[NamedTuple], when: When) -> list[list[object]]:
    """The rows as one array for each field; the world's seconds become times."""
    columns: list[list[object]] = []
    for name, values in zip(rows[0]._fields, zip(*rows, strict=True), strict=True):
        if name in _TIMES:
            columns.append([None if value is None else when(value) for value in values])
        else:
            columns.append(list(values))
    return columns
