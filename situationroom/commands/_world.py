"""The demo world around a command that was called with ``--demo``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from situationroom.layout.models import Layout


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

    async with WorldProcess(_name(layout)) as world:
        yield world.env


def demo_person(layout: Layout, demo: bool) -> str | None:
    """Who looks at a demo where nobody is named: the world's own operator, if the layout knows them."""
    if not demo:
        return None
    from situationroom.demo.worlds import setting

    operator = setting(_name(layout.path.stem)).operator
    return operator if operator in layout.people else None


def demo_journal(layout: str) -> Path:
    """The journal of the last world of a layout, which may still be running."""
    from situationroom.demo.diary import last_diary

    return last_diary(_name(layout))


def _name(layout: str) -> str:
    """The world for a layout."""
    from situationroom.demo.worlds import WORLDS

    name = Path(layout).stem
    return name if name in WORLDS else next(iter(WORLDS))
