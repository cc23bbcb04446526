"""One of several programs that fire the same action at the same moment: ``python -m tests.live.many_fires``.

Takes a layout, an action and how many times; asks so many times, says ``ready``, waits for a line, fires
all at once, and prints what came of each: ``{"state": …}`` or ``{"refused": id, "said": sentence}``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TypedDict

from situationroom.actions.asked import Confirmation
from situationroom.commands._open import open_layout, open_room, person_of
from situationroom.engine.interface import Room
from situationroom.errors import RoomError
from situationroom.i18n import say


class Came(TypedDict, total=False):
    """What came of one wish."""

    state: str
    refused: str
    said: str


async def main(path: str, action: str, times: int) -> None:
    """Do what the module says."""
    layout, types = open_layout(path)
    person = person_of(layout, "kim")
    async with open_room(layout, types) as room:
        asked = [await room.ask(action, {}, person) for _ in range(times)]
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        came = await asyncio.gather(*(_fired(room, each.run, each.preview.target) for each in asked))
        print(json.dumps(came, ensure_ascii=False), flush=True)


async def _fired(room: Room, run: str, typed: str) -> Came:
    try:
        await room.fire(run, Confirmation(typed))
        return Came(state=str((await room.finished(run)).state))
    except RoomError as error:
        message = error.message
        return Came(refused=message.id, said=say(message, room.layout.lang))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
