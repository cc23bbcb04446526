"""One connection that listens for every feed of a source, kept alive for ever.

That a LISTEN was accepted says little: a pooler that hands its connections round by the transaction accepts
it and never delivers. So each connection is put to the proof by a NOTIFY of our own, sent on another one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TypeAlias
from uuid import uuid4

import asyncpg

from situationroom.errors import SourceError
from situationroom.sources.net.backoff import Backoff
from situationroom.sources.pg.errors import TROUBLE, explain
from situationroom.values import Message

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

KEEPALIVE_S = 5.0
"""A connection silent for this long is asked whether it still lives."""

PATIENCE_S = 2.0
"""How long the answer to that, a LISTEN, or a NOTIFY of our own, may take."""

_AGAIN = 6
"""A connection that was not proven is put to the proof again after so many keepalives."""


class Listener:
    """Turns NOTIFY into ticks: one tick stands for any number of notifications since the last.

    A (re)connect ticks too, for whatever was said meanwhile. ``trouble`` tells why nothing can be heard
    now, or is None. ``notify`` sends a NOTIFY to a channel, on another connection than the listening one.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[Connection]],
        backoff: Backoff,
        sleep: Callable[[float], Awaitable[None]],
        notify: Callable[[str], Awaitable[None]],
        explain: Callable[[BaseException, float], Message] = explain,
        keepalive_s: float = KEEPALIVE_S,
    ) -> None:
        self.trouble: Message | None = None
        self._connect = connect
        self._backoff = backoff
        self._sleep = sleep
        self._notify = notify
        self._proof = f"situationroom_{uuid4().hex}"  # a channel nobody else has
        self._proven = asyncio.Event()  # something was heard on the present connection
        self._decided = asyncio.Event()  # it is known whether anything can be heard
        self._explain = explain
        self._keepalive_s = keepalive_s
        self._wanted: dict[asyncio.Event, frozenset[str]] = {}
        self._changed = asyncio.Event()  # another channel is wanted, or the connection ended
        self._task: asyncio.Task[None] | None = None

    async def heard(self, channels: Iterable[str]) -> AsyncIterator[None]:
        """A tick for every batch of notifications on ``channels``. Never ends by itself."""
        tick = asyncio.Event()
        self._wanted[tick] = frozenset(channels)
        self._changed.set()
        if self._task is None:
            self._task = asyncio.create_task(self._keep(), name="listen")
            self._task.add_done_callback(self._ended)
        try:
            while True:
                await tick.wait()
                tick.clear()
                if self._task.done():
                    self._task.result()  # a bug in the keeper surfaces at whoever listens
                    return
                yield None
        finally:
            del self._wanted[tick]

    async def verdict(self, timeout_s: float) -> Message | None:
        """``trouble``, once it is known whether anything can be heard, or when the time is up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._decided.wait()
        return self.trouble

    async def close(self) -> None:
        """Stop listening and cut the connection."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _keep(self) -> None:
        while True:
            try:
                connection = await self._connect()
                try:
                    await self._serve(connection)
                finally:
                    connection.terminate()
                self._silent(Message("sources.pg_not_listening", {"reason": Message("sources.lost")}))
            except (SourceError, *TROUBLE) as error:
                reason = error.message if isinstance(error, SourceError) else self._explain(error, PATIENCE_S)
                self._silent(Message("sources.pg_not_listening", {"reason": reason}))
            await self._sleep(self._backoff.next_s())

    async def _serve(self, connection: Connection) -> None:
        """Listen on what is wanted until the connection ends."""
        connection.add_termination_listener(self._terminated)
        self._proven.clear()
        listening: frozenset[str] = frozenset()
        waits = 0
        while not connection.is_closed():
            self._changed.clear()
            fresh = frozenset((self._proof,)).union(*self._wanted.values()) - listening
            for channel in sorted(fresh):
                async with asyncio.timeout(PATIENCE_S):
                    await connection.add_listener(channel, self._notified)
            if fresh:
                listening |= fresh
                self._listening(fresh)
            if not self._proven.is_set() and waits % _AGAIN == 0 and len(listening) > 1:
                await self._prove(connection)
            waits += 1
            try:
                async with asyncio.timeout(self._keepalive_s):
                    await self._changed.wait()
            except TimeoutError:
                async with asyncio.timeout(PATIENCE_S):  # a cut cable says nothing by itself
                    await connection.execute("select 1")

    async def _prove(self, connection: Connection) -> None:
        """Send ourselves a NOTIFY; that none could be sent says nothing about hearing."""
        try:
            await self._notify(self._proof)
            async with asyncio.timeout(PATIENCE_S):
                await self._proven.wait()
        except SourceError:
            pass
        except TimeoutError:
            if not connection.is_closed():
                self._silent(Message("sources.pg_deaf"))
                self._tick(frozenset().union(*self._wanted.values()))  # it is said with the next answer
        self._decided.set()

    def _listening(self, channels: frozenset[str]) -> None:
        if self._proven.is_set() or not self._is_deaf():
            self.trouble = None
        self._backoff.reset()
        self._tick(channels)

    def _silent(self, why: Message) -> None:
        self.trouble = why
        self._decided.set()

    def _is_deaf(self) -> bool:
        return self.trouble is not None and self.trouble.id == "sources.pg_deaf"

    def _notified(self, connection: object, pid: int, channel: str, payload: object) -> None:
        del connection, pid, payload
        self._proven.set()
        if self._is_deaf():
            self.trouble = None
        self._tick(frozenset((channel,)))

    def _tick(self, channels: frozenset[str]) -> None:
        for tick, wanted in self._wanted.items():
            if wanted & channels:
                tick.set()

    def _terminated(self, connection: object) -> None:
        del connection
        self._changed.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        del task
        for tick in self._wanted:
            tick.set()
