"""Getting a source ready and letting it go, within bounds and whatever it raises."""

from __future__ import annotations

import asyncio
from typing import Any

from situationroom.errors import RoomError, bug, must_end
from situationroom.sources.base import Source
from situationroom.values import Message

OPEN_S = 10.0
"""How long a source may take to get ready."""

CLOSE_S = 5.0
"""How long a source may take to let go at the end."""


async def opened(source: Source[Any, Any]) -> Message | None:
    """Why a source could not be got ready, or None."""
    try:
        async with asyncio.timeout(OPEN_S):
            await source.open()
    except RoomError as error:
        return error.message
    except TimeoutError:
        return Message("engine.timeout", {"after_s": OPEN_S})
    except BaseException as error:  # the supervisor: a source's bug is its feeds' failure, shown
        if must_end(error):
            raise
        return bug(error)
    return None


async def closed(source: Source[Any, Any]) -> None:
    """Close a source; one that hangs or breaks must not keep the program from ending."""
    try:
        async with asyncio.timeout(CLOSE_S):
            await source.close()
    except BaseException as error:  # the room is over; there is nobody left to tell
        if must_end(error):
            raise
