"""The world as a process of its own, for a room that must not share its loop with it."""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from situationroom.errors import WorldError

READY = "# ready"
_START_S = 20.0
_STOP_S = 10.0
_LAST_LINES = 5


class WorldProcess:
    """``situationroom world`` as a child, running while the context is entered.

    The child has a session of its own, so that Ctrl+C reaches the room alone, writes nothing on the terminal,
    and ends when its standard input closes: by our wish, or with us, however we end.

    Attributes:
        env: what a room needs to find it, by the names layouts use.

    """

    def __init__(
        self,
        name: str = "launch-day",
        *,
        scenario: str | None = None,
        seed: int | None = None,
        speed: float = 1.0,
    ) -> None:
        self._command = [
            sys.executable,
            "-m",
            "situationroom",
            "world",
            name,
            "--with-parent",
            "--speed",
            str(speed),
        ]
        self._command += [] if scenario is None else ["--scenario", scenario]
        self._command += [] if seed is None else ["--seed", str(seed)]
        self.env: Mapping[str, str] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._words: deque[str] = deque(maxlen=_LAST_LINES)
        self._listening: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """The child's process id; 0 while there is none."""
        return self._process.pid if self._process else 0

    async def __aenter__(self) -> Self:
        """Start it and wait until it is ready.

        Raises:
            WorldError: it does not get ready, with its last words.

        """
        await self.spawn()
        await self.ready()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def spawn(self) -> None:
        """Start it; whoever has something else to do may do that before :meth:`ready`."""
        self._process = process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert process.stderr is not None, "asked for above"
        self._listening = asyncio.create_task(self._listen(process.stderr))

    async def ready(self) -> None:
        """Wait until it is ready; where it does not get so, it is stopped.

        Raises:
            WorldError: with its last words.

        """
        try:
            async with asyncio.timeout(_START_S):
                self.env = await self._exports()
        except TimeoutError:
            await self.stop()
            raise WorldError("demo.not_ready", after_s=_START_S, detail=self._said()) from None
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End it, within some seconds. May be called twice."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _STOP_S)
        except TimeoutError:
            process.kill()  # its PostgreSQL goes with it
            await process.wait()
        if self._listening is not None:
            await self._listening

    async def _exports(self) -> Mapping[str, str]:
        assert self._process is not None, "spawned before"
        assert self._process.stdout is not None, "asked for when it was spawned"
        env: dict[str, str] = {}
        async for line in self._process.stdout:
            text = line.decode().strip()
            if text == READY:
                return env
            if text.startswith("export "):
                name, _, value = text.removeprefix("export ").partition("=")
                env[name] = "".join(shlex.split(value))
        if self._listening is not None:
            await self._listening
        raise WorldError("demo.ended", detail=self._said())

    async def _listen(self, stderr: asyncio.StreamReader) -> None:
        """Keep its last words, and keep it from blocking on a full pipe."""
        async for line in stderr:
            self._words.append(line.decode(errors="replace").strip())

    def _said(self) -> str:
        return " / ".join(self._words) or "–"
