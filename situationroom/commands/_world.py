"""The demo world around a command that was called with ``--demo``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def world_env(layout: str, demo: bool) -> AsyncIterator[Mapping[str, str]]:
    """What the layout's ``${…}`` take from a demo world, running meanwhile; nothing without ``demo``.

    The world of the layout's own name where there is one, else the first: for a room made from a shipped one.

    Raises:
        WorldError: it cannot start.

    """
    if not demo:
        yield {}
        return
    from situationroom.demo.child import WorldProcess  # an extra: only a demo needs it
    from situationroom.demo.worlds import WORLDS

    name = Path(layout).stem
    async with WorldProcess(name if name in WORLDS else next(iter(WORLDS))) as world:
        yield world.env
