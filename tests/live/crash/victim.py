"""One life of the program: open the room, see what the last life left, settle it, fire one action."""

from __future__ import annotations

import asyncio
import time
from random import Random

from situationroom.actions.asked import Asked, Confirmation
from situationroom.commands._open import open_room, person_of
from situationroom.engine.room import LiveRoom
from situationroom.i18n import say as say_it
from situationroom.values import Person, RunState, Settlement
from tests.helpers import wait_until
from tests.live.crash.judge import interrupted
from tests.live.crash.lane import Lane
from tests.live.crash.lives import Say
from tests.live.crash.points import Point, Trap, armed

_PATIENCE_S = 5.0


def live(lane: Lane, point: Point, random: Random, say: Say) -> None:
    """Live until the point, or to the end; what was seen and decided is said on the way."""
    asyncio.run(_live(lane, point, random, say))


async def _live(lane: Lane, point: Point, random: Random, say: Say) -> None:
    await wait_until(lane.quiet, _PATIENCE_S, "everything of the last life is over")
    entries = await lane.entries()
    expected = interrupted(entries)
    action, values = await lane.wish(point.action)
    trap = Trap(point)
    say({"armed": True})
    began = time.monotonic()
    with armed(trap):
        async with open_room(lane.layout, lane.types) as room:
            await _all_seen(room, expected)
            shown = {run.id: str(run.state) for run in room.runs()}
            say({"shown": shown, "entries": len(entries)})
            kim = person_of(lane.layout, "kim")
            again = await _settle(room, kim, random, say)
            asked = again or await room.ask(action, values, kim)
            await room.fire(asked.run, Confirmation(asked.preview.target))
            await room.finished(asked.run)
            say({"passed": dict(trap.passed), "took_s": time.monotonic() - began})


async def _all_seen(room: LiveRoom, expected: frozenset[str]) -> None:
    """Wait until the room shows what was interrupted; where it never does, the judge will say so."""

    def seen() -> bool:
        return expected <= {run.id for run in room.runs() if run.state is RunState.UNKNOWN}

    try:
        await wait_until(seen, _PATIENCE_S)
    except AssertionError:
        return


async def _settle(room: LiveRoom, kim: Person, random: Random, say: Say) -> Asked | None:
    """Settle what is unknown as a person would: by what is true now. May ask for one of them again."""
    asked: Asked | None = None
    for run in room.runs():
        if run.state is not RunState.UNKNOWN or run.settled is not None:
            continue
        assert run.before is not None, run
        before, now = say_it(run.before, "ko"), say_it((await room.probe(run.id)).text, "ko")
        happened = now != before
        verdict = Settlement.HAPPENED if happened else Settlement.DID_NOT
        if not happened and asked is None and random.random() < 0.5:
            verdict = Settlement.AGAIN
        # Said before it is written: should this life end in between, the next one settles it anew.
        seen = {"action": run.action, "before": before, "now": now}
        say({"settled": run.id, "verdict": "happened" if happened else "did_not", **seen})
        asked = await room.settle(run.id, verdict, kim) or asked
    return asked
