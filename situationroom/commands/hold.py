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
def command(layout: str, reason: str | None, person: str | None, pin_stdin: bool, release: bool) -> int:
    """Hold all actions of LAYOUT on every screen: nothing new is fired, what runs goes on."""
    if release and reason:
        raise UsageError("fire.hold_once")
    pin = taken_pin("", from_stdin=True, option="--pin-stdin") if pin_stdin else None
    return asyncio.run(_hold(layout, reason or "", person, pin, release=release))


async def _hold(name: str, reason: str, wanted: str | None, pin: str | None, *, release: bool) -> int:
    layout, types = open_layout(name)
    person = person_of(layout, wanted)
    with interrupts() as interrupted:
        async with open_room(layout, types, begin=False) as room:
            at = Terminal(room, person, name, yes=True, pin=pin, interrupted=interrupted, console=Console())
            by = await signed_in(at) if layout.wall == "shared" else person
            if by is None:
                return 1
            if release:
                await room.release(by)
            else:
                await room.hold(by, reason)
            at.console.print(Text(at.say("released" if release else "held")))
            return 0
