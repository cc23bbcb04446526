"""The world's websocket side, whose listeners come and go as they like."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from websockets.asyncio.client import connect

from situationroom.demo.stream import Stream
from situationroom.demo.writes import Event
from tests.helpers import wait_until

LONG = "x" * 300_000


@pytest.mark.parametrize("leaver", ["listener", "world"])
async def test_who_leaves_while_the_past_is_told_makes_no_noise(
    leaver: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = len(asyncio.all_tasks())
    stream = Stream()
    await stream.start()
    try:
        event = Event(at=0.0, level="info", system="x", text="demo.event_on", values={"code": LONG})
        stream.tell([event] * 40, [], lambda t: datetime(2026, 1, 1, tzinfo=UTC))
        address = f"ws://127.0.0.1:{stream.port}/events"
        listeners = [await connect(address, max_queue=1, compression=None) for _ in range(3)]
        if leaver == "world":
            await stream.stop()
        for listener in listeners:
            listener.transport.abort()
            await listener.wait_closed()
    finally:
        await stream.stop()
    await wait_until(lambda: len(asyncio.all_tasks()) <= before, 5, "every listener's end")
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
