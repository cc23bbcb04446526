"""The world's answer to a partner outage: the gateway takes a wish once, and work goes over the fallback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
import httpx
import pytest
import pytest_asyncio

from situationroom.demo.agency import CallStats
from situationroom.demo.world import World
from tests.helpers import wait_until

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROUTE = "update agency_route set route = $2, changed_by = 'kim', changed_at = now() where agency = $1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    async with World(scenario="calm", seed=5, speed=4) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def gateway(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=world.env["GATEWAY_URL"], timeout=5) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def kos(world: World) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(world.env["KOS_DSN"], timeout=5)
    yield connection
    await connection.close(timeout=5)


async def tell(
    client: httpx.AsyncClient, key: str | None, agency: str, *, out: bool, by: str = "kim"
) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await client.post("/outages", json={"agency": agency, "out": out, "by": by}, headers=headers)


async def agencies(client: httpx.AsyncClient) -> dict[str, CallStats]:
    return {agency["name"]: agency for agency in (await client.get("/stats")).json()["agencies"]}


async def out(client: httpx.AsyncClient) -> list[str]:
    outages = (await client.get("/outages")).json()["outages"]
    return [outage["agency"] for outage in outages if outage["out"]]


async def test_a_wish_sent_twice_with_one_key_is_carried_out_once(gateway: httpx.AsyncClient) -> None:
    first = await tell(gateway, "one", "KTOA", out=True)
    await tell(gateway, "two", "KTOA", out=False)
    again = await tell(gateway, "one", "KTOA", out=True)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json() == {"agency": "KTOA", "out": True}
    assert await out(gateway) == []
    applied = {wish["key"]: wish["sent"] for wish in (await gateway.get("/applied")).json()["applied"]}
    assert applied["one"] == 2
    assert applied["two"] == 1


async def test_a_key_cannot_be_used_for_another_wish(gateway: httpx.AsyncClient) -> None:
    await tell(gateway, "mine", "SGI", out=False)
    assert (await tell(gateway, "mine", "KAIT", out=True)).status_code == 422
    assert (await gateway.get("/outages/KAIT")).json() == {"agency": "KAIT", "out": False}


async def test_a_wish_that_cannot_be_understood_changes_nothing(gateway: httpx.AsyncClient) -> None:
    assert (await tell(gateway, None, "SGI", out=True)).status_code == 400
    assert (await tell(gateway, "k", "NOBODY", out=True)).status_code == 404
    headers = {"Idempotency-Key": "k"}
    assert (await gateway.post("/outages", content=b"{", headers=headers)).status_code == 400
    assert (
        await gateway.post("/outages", json={"agency": "SGI", "out": "yes"}, headers=headers)
    ).status_code == 400
    assert (await gateway.get("/outages/NOBODY")).status_code == 404
    assert await out(gateway) == []


async def test_an_agency_that_is_out_gets_no_calls_until_the_outage_is_lifted(
    gateway: httpx.AsyncClient, kos: Connection
) -> None:
    async def idle() -> bool:
        """Two looks with calls at the fallback between them, and none at SGI."""
        before, busy = await agencies(gateway), (await agencies(gateway))["예비망"]["total"]

        async def gone_on() -> dict[str, CallStats] | None:
            now = await agencies(gateway)
            return now if now["예비망"]["total"] > busy else None

        now = await wait_until(gone_on, what="calls at the fallback")
        assert now is not None
        return now["SGI"]["total"] == before["SGI"]["total"]

    await kos.execute(ROUTE, "SGI", "예비망")
    await tell(gateway, "register", "SGI", out=True)
    await wait_until(idle, timeout=10, what="SGI gets no calls")
    total = (await agencies(gateway))["SGI"]["total"]
    await tell(gateway, "lift", "SGI", out=False)
    await kos.execute(ROUTE, "SGI", "직연동")

    async def called() -> bool:
        return (await agencies(gateway))["SGI"]["total"] > total

    await wait_until(called, timeout=10, what="SGI gets calls again")


async def test_an_agency_has_one_open_outage_at_a_time(kos: Connection) -> None:
    register = "insert into agency_outage (agency, reason, registered_by) values ('MOBINS', '시험', 'kim')"
    await kos.execute(register)
    with pytest.raises(asyncpg.UniqueViolationError):
        await kos.execute(register)
    await kos.execute("update agency_outage set lifted_by = 'kim', lifted_at = now() where agency = 'MOBINS'")
    await kos.execute(register)
