"""The incident itself, at sixty times its speed: it comes, somebody switches the reference, it goes."""

from __future__ import annotations

import asyncpg
import httpx

from situationroom.demo.world import World
from tests.helpers import wait_until


async def kait(world: World) -> tuple[float, int]:
    """KAIT's error rate and p95 of the last minute, as KAIT says."""
    async with httpx.AsyncClient(timeout=5) as client:
        agency = (await client.get(f"{world.env['KAIT_URL']}/stats")).json()["agencies"][0]
    return agency["err"] / max(1, agency["req"]), agency["p95_ms"]


async def test_kait_lags_until_somebody_switches_the_reference() -> None:
    async with World(scenario="kait-lag", speed=60) as world:
        connection = await asyncpg.connect(world.env["KOS_DSN"], timeout=5)
        errors = "select count(*) from error_queue where code = 'KAIT-E504'"
        waiting = "select count(*) from insurance_join where stage = 'MOBINS'"

        async def ill() -> bool:
            rate, p95_ms = await kait(world)
            return rate > 0.10 and p95_ms > 2_000

        async def many_wait() -> bool:
            return bool(await connection.fetchval(waiting) > 100)

        async def well() -> bool:
            rate, p95_ms = await kait(world)
            return rate < 0.03 and p95_ms < 1_000 and not await connection.fetchval(waiting)

        assert (await kait(world))[0] < 0.03
        assert await connection.fetchval(errors) == 0
        await wait_until(ill, timeout=15, what="KAIT's error rate passes 10 %")
        await wait_until(many_wait, timeout=10, what="insurance joins wait")
        assert await connection.fetchval(errors) > 0
        await connection.execute(
            "update reference set enabled = true, changed_by = 'kim' where code = 'KAIT_INS_PRECHECK_SKIP'"
        )
        await wait_until(well, timeout=20, what="the trouble is over")
        skipped = "select count(*) from insurance_join where stage = '완료' and kait_at is null"
        assert await connection.fetchval(skipped) > 100
        await connection.close()
