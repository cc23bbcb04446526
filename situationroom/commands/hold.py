"""``situationroom hold``: hold all actions of a room, or let them go again, from the command line."""

from __future__ import annotations

import asyncio

import click
from rich.console import Console
from rich.text import Text

from situationroom.commands._carry import Terminal, signed_in
from situationroom.commands._open import open_layout, open_room, person_of
from situationroom.commands._pin import taken_pin
from situationroom.commands._terminal import interrupts
from situationroom.errors import UsageError


@click.command("hold")
@click.argument("layout")
@click.argument("reason", required=False)
@click.option("--as", "person", metavar="PERSON", help="Hold as this person of the layout.")
@click.option(
    "--pin-stdin", is_flag=True, help="Take the person's PIN from standard input where one is asked for."
)
@click.option("--release", is_flag=True, help="Let actions be fired again.")
@click.option("--take-note", is_flag=True, help="Take note that the journal was cut or replaced.")
def command(
    layout: str, reason: str | None, person: str | None, pin_stdin: bool, release: bool, take_note: bool
) -> int:
    """Hold all actions of LAYOUT on every screen: nothing new is fired, what runs goes on.

    Where the journal is no longer what it was, nothing is fired either until somebody takes note of it.
    """
    if sum((release, take_note, reason is not None)) > 1:
        raise UsageError("fire.hold_once")
    pin = taken_pin("", from_stdin=True, option="--pin-stdin") if pin_stdin else None
    return asyncio.run(_hold(layout, reason or "", person, pin, release=release, take_note=take_note))


async def _hold(
    name: str, reason: str, wanted: str | None, pin: str | None, *, release: bool, take_note: bool
) -> int:
    layout, types = open_layout(name)
    person = person_of(layout, wanted)
    with interrupts() as interrupted:
        async with open_room(layout, types, begin=False) as room:
            at = Terminal(room, person, name, yes=True, pin=pin, interrupted=interrupted, console=Console())
            by = await signed_in(at) if layout.wall == "shared" else person
            if by is None:
                return 1
            if take_note:
                await room.caught_up()
                await room.acknowledge(by)
                said = at.say("took_note")
            elif release:
                await room.release(by)
                said = at.say("released")
            else:
                await room.hold(by, reason)
                said = at.say("held")
            at.console.print(Text(said))
            return 0
