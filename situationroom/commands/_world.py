"""The demo world around a command that was called with ``--demo``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def world_env(layout: str, demo: bool) -> AsyncIterator[Mapping[str, str]]:
    """What the layout's ``${…}`` take from the demo world, running meanwhile; nothing without ``demo``.

    The world is the one of the layout's name.

    Raises:
        WorldError: it cannot start.

    """
    if not demo:
        yield {}
        return
    from situationroom.demo.child import WorldProcess  # an extra: only a demo needs it

    async with WorldProcess(Path(layout).stem) as world:
        yield world.env
