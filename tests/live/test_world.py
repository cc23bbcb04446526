"""The whole world: a real database, real HTTP partners, a real websocket, one story."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect

from situationroom.demo.agency import CallStats
from situationroom.demo.history import write_history
from situationroom.demo.scenarios import SCENARIOS
from situationroom.demo.simulation import Simulation
from situationroom.demo.telecom import CHECK, JOIN, LOOKUP, RELAY
from situationroom.demo.world import World
from situationroom.errors import UsageError
from tests.helpers import wait_until

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    async with World(scenario="calm", seed=3) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def kos(world: World) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(world.env["KOS_DSN"], timeout=5)
    yield connection
    await connection.close(timeout=5)


async def services(world: World, url: str) -> dict[str, CallStats]:
    async with httpx.AsyncClient(timeout=5) as client:
        answer = (await client.get(f"{world.env[url]}/stats")).json()
    return {service["name"]: service for service in answer["services"]}


async def test_it_tells_where_everything_is(world: World) -> None:
    partners = {"SGI_URL", "KAIT_URL", "MOBINS_URL", "GATEWAY_URL", "OTA_URL", "SITUATION_CHAT_URL"}
    assert set(world.env) == {"KOS_DSN", "OPENS", "USERS", "JOURNAL", *partners}


async def test_the_agencies_count_the_very_rows_of_the_database(world: World, kos: Connection) -> None:
    """Rows are committed every half second, so both are asked until they speak of the same moment."""

    async def agree() -> bool:
        row = await kos.fetchrow(
            "select count(*) as joins, count(mobins_at) as mobins, count(kait_at) as kait, "
            "(select count(*) from port) as ports, "
            "(select count(*) from port where direction = 'in') as came from insurance_join"
        )
        assert row is not None
        seen = await services(world, "GATEWAY_URL")
        return bool(
            seen[JOIN]["total"] == row["joins"]
            and seen[JOIN]["total"] - seen[JOIN]["failed"] == row["mobins"]
            and seen[CHECK]["total"] - seen[CHECK]["failed"] == row["kait"]
            and seen[LOOKUP]["total"] == row["came"]
            and seen[RELAY]["total"] == row["ports"]
        )

    await wait_until(agree, what="the agencies agree with the database")


async def test_an_agency_tells_its_own_services_only(world: World) -> None:
    assert set(await services(world, "KAIT_URL")) == {CHECK, LOOKUP}
    assert set(await services(world, "MOBINS_URL")) == {JOIN}


async def test_the_figures_of_the_day_hang_together(kos: Connection) -> None:
    sums = await kos.fetchrow(
        "select (select count(*) from activation where kind = '번호이동') as ported, "
        "(select count(*) from port where direction = 'in') as came, "
        "(select count(*) from insurance_join where stage = '오류') as failed, "
        "(select count(*) from error_queue where join_id is not null and state <> 'DONE') as queued, "
        "(select count(*) from insurance_join where (stage = '완료') <> (done_at is not null)) as odd, "
        "(select count(*) from insurance_join where kait_at < mobins_at) as before, "
        "(select count(*) from activation) as activated"
    )
    assert sums is not None
    assert sums["ported"] == sums["came"]
    assert sums["failed"] == sums["queued"]
    assert sums["odd"] == sums["before"] == 0
    assert sums["activated"] > 50_000


async def test_the_morning_is_there_at_once(kos: Connection) -> None:
    minutes = await kos.fetch(
        "select date_trunc('minute', at) as minute, count(*) from activation "
        "where at >= (select opens from launch) group by 1"
    )
    assert len(minutes) >= 41
    assert await kos.fetchval("select count(*) from error_queue where state = 'ERROR'") > 1_000
    previous = await kos.fetchval(
        "select total from prev_launch, launch where minute = floor(extract(epoch from now() - opens) / 60)"
    )
    assert previous > 10_000


async def test_a_row_is_told_by_notify(world: World, kos: Connection) -> None:
    heard: list[object] = []
    await kos.add_listener("activation", lambda *arguments: heard.append(arguments[2]))
    await wait_until(lambda: heard, what="NOTIFY activation")
    await kos.remove_listener("activation", lambda *arguments: None)


async def test_an_error_processed_again_leaves_the_queue_and_its_join_is_complete(kos: Connection) -> None:
    rows = await kos.fetch(
        "update error_queue set state = 'RETRY' where state = 'ERROR' and code = 'KAIT-E102' "
        "returning id, join_id"
    )
    assert len(rows) > 20
    ids = [row["id"] for row in rows]

    async def settled() -> bool:
        waiting = "select count(*) from error_queue where state = 'RETRY' and id = any($1)"
        return bool(await kos.fetchval(waiting, ids) == 0)

    await wait_until(settled, what="every row was processed again")
    states = await kos.fetch(
        "select e.state, e.retries, j.stage from error_queue e join insurance_join j on j.id = e.join_id "
        "where e.id = any($1)",
        ids,
    )
    assert sum(row["state"] == "DONE" for row in states) > 0.8 * len(ids)
    assert all((row["state"] == "DONE") == (row["stage"] == "완료") for row in states)
    assert all(row["retries"] >= 1 for row in states)


async def test_released_numbers_drain(kos: Connection) -> None:
    released = await kos.fetch(
        "update waiting_number set state = 'RELEASED' where state = 'WAITING' "
        "and at < now() - interval '10 min' returning id"
    )
    assert released

    async def gone() -> bool:
        return not await kos.fetchval("select count(*) from waiting_number where state = 'RELEASED'")

    await wait_until(gone, timeout=10, what="released numbers are gone")


async def test_the_stream_tells_events_and_usim_updates(world: World, kos: Connection) -> None:
    async with connect(f"{world.env['OTA_URL']}/ota", max_queue=None) as socket:
        update = json.loads(await socket.recv())
    assert set(update) == {"at", "model", "took_s", "late"}
    async with connect(f"{world.env['OTA_URL']}/events", max_queue=None) as socket:
        await kos.execute("update reference set enabled = not enabled where code = 'NP_NIGHT_ACTIVATION'")
        while "NP_NIGHT_ACTIVATION" not in (event := json.loads(await socket.recv()))["text"]:
            continue
    assert set(event) == {"at", "level", "system", "text"}


async def test_the_chat_room_remembers_what_it_was_sent(world: World) -> None:
    url = world.env["SITUATION_CHAT_URL"].replace("json://", "http://")
    async with httpx.AsyncClient(timeout=5) as client:
        await client.post(url, json={"title": "상황", "message": "KAIT 오류율 12 %", "attachments": []})
        kept = (await client.get(url)).json()["messages"]
    assert kept[-1] == {"title": "상황", "message": "KAIT 오류율 12 %", "attachments": 0}


async def test_the_same_seed_is_the_same_morning(database: str) -> None:
    connection = await asyncpg.connect(database, timeout=5)
    schema = files("situationroom.demo").joinpath("schema.sql").read_text("utf-8")
    started = datetime(2024, 9, 20, 0, 41, tzinfo=UTC)

    async def morning(seed: int) -> list[tuple[object, ...]]:
        await connection.execute("drop schema public cascade; create schema public;" + schema)
        await write_history(connection, Simulation(seed, SCENARIOS["calm"]), seed, started)
        activations = await connection.fetch("select * from activation order by id")
        errors = await connection.fetch("select * from error_queue order by id")
        waiting = await connection.fetch("select * from waiting_number order by id")
        return [tuple(row) for row in (*activations, *errors, *waiting)]

    try:
        first = await morning(5)
        assert first == await morning(5)
        assert first != await morning(6)
    finally:
        await connection.close(timeout=5)


async def test_a_world_or_scenario_nobody_knows_is_named() -> None:
    with pytest.raises(UsageError, match="launch-day"):
        World("moon-landing")
    with pytest.raises(UsageError, match="kait-lag"):
        World(scenario="flood")


async def test_the_shipped_room_finds_every_column_it_uses_in_it(world: World) -> None:
    check = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "situationroom", "check", "launch-day",
        env={**os.environ, **world.env}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(check.communicate(), 30)
    assert check.returncode == 0, said.decode()
