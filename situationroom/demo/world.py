"""The simulated outside of a launch day: a real database, real HTTP partners, a real websocket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

import asyncpg

from situationroom.demo.crew import users_file
from situationroom.demo.diary import diary
from situationroom.demo.gateway import Gateway, gateway_application
from situationroom.demo.history import Connection, write_history
from situationroom.demo.postgres import PostgresServer
from situationroom.demo.scenarios import scenario_called
from situationroom.demo.servers import HttpServer, chat_application, stats_application
from situationroom.demo.simulation import Simulation
from situationroom.demo.store import read_wishes, write
from situationroom.demo.stream import Stream
from situationroom.demo.telecom import AGENCIES, OPENED_S
from situationroom.demo.worlds import setting
from situationroom.demo.writes import Wishes, Writes
from situationroom.errors import WorldError

_ZONE = "Asia/Seoul"
_TICK_S = 0.5
_ANSWER_S = 10.0


class World:
    """One launch day that reacts to what people do to its database.

    ``speed`` is how many of the world's seconds pass in one of ours. Every row's time is the wall clock's.
    """

    def __init__(
        self, name: str = "launch-day", *, scenario: str | None = None, seed: int = 16, speed: float = 1.0
    ) -> None:
        self.simulation = Simulation(seed, scenario_called(scenario or setting(name).scenario))
        self._gateway = Gateway(AGENCIES)
        self._seed, self._speed = seed, speed
        self._stack = AsyncExitStack()
        self._env: dict[str, str] = {}
        self._name, self._pins = name, setting(name).pins
        self._ticking: asyncio.Task[None] | None = None
        self._started = datetime.now(ZoneInfo(_ZONE))
        self._zero = 0.0

    @property
    def env(self) -> Mapping[str, str]:
        """What a room needs to find it, by the names layouts use."""
        return dict(self._env)

    async def start(self) -> None:
        """Start everything, with the morning already in the database.

        Raises:
            WorldError: a part does not start.

        """
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise

    async def stop(self) -> None:
        """End everything; no process, port or folder is left."""
        await self._stack.aclose()

    async def wait(self) -> None:
        """Until the world ends by itself.

        Raises:
            WorldError: its database went away under it.

        """
        if self._ticking is not None:
            await asyncio.wait([self._ticking])
            if not self._ticking.cancelled():
                self._ticking.result()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _start(self) -> None:
        # The executor's threads live as long as the loop, and the server as long as the thread that made it.
        self._env["USERS"] = await asyncio.to_thread(self._stack.enter_context, users_file(self._pins))
        self._env["JOURNAL"] = await asyncio.to_thread(self._stack.enter_context, diary(self._name))
        settings = {"timezone": _ZONE, "log_timezone": _ZONE}
        server = await asyncio.to_thread(PostgresServer.start, settings=settings)
        self._stack.push_async_callback(asyncio.to_thread, server.stop)
        connection = await self._connect(server)
        await self._serve_partners()
        self._started = datetime.now(ZoneInfo(_ZONE))
        async with connection.transaction():
            await write_history(connection, self.simulation, self._seed, self._started)
        stream = Stream()
        await stream.start()
        self._stack.push_async_callback(stream.stop)
        self._env["OTA_URL"] = f"ws://127.0.0.1:{stream.port}"
        self._env["OPENS"] = (self._started - timedelta(seconds=OPENED_S)).isoformat(timespec="seconds")
        self._zero = time.monotonic()
        await self._commit(connection, stream, self.simulation.advance(0.0, Wishes()))
        self._ticking = asyncio.create_task(self._tick(connection, stream))
        self._stack.push_async_callback(self._end_ticking)

    async def _connect(self, server: PostgresServer) -> Connection:
        """A connection to the operator's database, with its tables."""
        self._env["KOS_DSN"] = server.dsn
        connection = await asyncpg.connect(
            self._env["KOS_DSN"],
            timeout=_ANSWER_S,
            command_timeout=_ANSWER_S,
            server_settings={"application_name": "world"},
        )
        self._stack.callback(connection.terminate)
        await connection.execute((Path(__file__).parent / "schema.sql").read_text("utf-8"))
        return connection

    async def _serve_partners(self) -> None:
        """The agencies, each with its own statistics; the gateway, which all calls pass; the chat room."""
        simulation = self.simulation
        applications = {
            "SGI_URL": stats_application([simulation.sgi], self._now),
            "KAIT_URL": stats_application([simulation.kait], self._now),
            "MOBINS_URL": stats_application([simulation.mobins], self._now),
            "GATEWAY_URL": gateway_application(self._gateway, simulation.agencies, self._now),
        }
        for name, application in applications.items():
            self._env[name] = f"http://127.0.0.1:{await self._listen(HttpServer(application))}"
        chat = await self._listen(HttpServer(chat_application()))
        self._env["SITUATION_CHAT_URL"] = f"json://127.0.0.1:{chat}/chat"

    async def _listen(self, server: HttpServer) -> int:
        await server.start()
        self._stack.push_async_callback(server.stop)
        return server.port

    async def _tick(self, connection: Connection, stream: Stream) -> None:
        """Let time pass, for ever."""
        try:
            while True:
                await asyncio.sleep(_TICK_S)
                wishes = replace(await read_wishes(connection), closed=self._gateway.closed)
                now = (time.monotonic() - self._zero) * self._speed
                await self._commit(connection, stream, self.simulation.advance(now, wishes))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            raise WorldError("demo.database_gone", detail=str(error) or type(error).__name__) from error

    async def _commit(self, connection: Connection, stream: Stream, writes: Writes) -> None:
        await write(connection, writes, self._when, self.simulation.t)
        stream.tell(writes.events, writes.updated, self._when)

    async def _end_ticking(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.wait([self._ticking], timeout=_ANSWER_S)

    def _now(self) -> float:
        """The world's second that is in the database."""
        return self.simulation.t

    def _when(self, t: float) -> datetime:
        """The wall clock's time of a second of the world; before its start both go at one speed."""
        return self._started + timedelta(seconds=t / self._speed if t > 0 else t)
