"""``situationroom fire``: one action from the command line, by the same door as from a screen."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from difflib import get_close_matches

import click
from rich.console import Console
from rich.text import Text

from situationroom.actions.fire import Asked, Confirmation
from situationroom.commands._open import open_layout, open_room, person_of
from situationroom.commands._preview import RunBar, show_preview
from situationroom.commands._world import world_env
from situationroom.engine.interface import Room
from situationroom.errors import ActionDenied, UsageError
from situationroom.formats import printable
from situationroom.i18n import say
from situationroom.layout.models import Layout
from situationroom.layout.references import references
from situationroom.values import Message, Person, RunState, RunStatus, Status

FEEDS_S = 10.0
"""How long to wait for the first answers of the feeds that the action looks at."""

_LOOK_S = 0.1


@click.command("fire")
@click.argument("layout")
@click.argument("action")
@click.argument("values", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--as", "person", metavar="PERSON", help="Fire as this person of the layout.")
@click.option("--dry-run", is_flag=True, help="Stop after the preview.")
@click.option("--yes", is_flag=True, help="Confirm without being asked.")
@click.option("--demo", is_flag=True, help="Start the demo world for it.")
def command(
    layout: str,
    action: str,
    values: tuple[str, ...],
    person: str | None,
    dry_run: bool,
    yes: bool,
    demo: bool,
) -> int:
    """Fire ACTION of LAYOUT: preview, confirm, run.

    Exits 0 when it is done; 1 when it was denied, failed, was stopped or its outcome is unknown.
    """
    given = _given(values)
    return asyncio.run(_fire(layout, action, given, person, dry_run=dry_run, yes=yes, demo=demo))


async def _fire(
    name: str,
    action: str,
    values: dict[str, str],
    wanted: str | None,
    *,
    dry_run: bool,
    yes: bool,
    demo: bool,
) -> int:
    async with world_env(name, demo) as env:
        layout, types = open_layout(name, env)
        _check_action(layout, action)
        person = person_of(layout, wanted)
        async with open_room(layout, types) as room:
            await _feeds_answered(room, action)
            asked = await room.ask(action, values, person)
            console = Console()
            show_preview(console, asked.preview, layout.lang)
            if dry_run:
                await room.withdraw(asked.run)
                console.print(Text(say("actions.dry_run", layout.lang)))
                return 0
            confirmation = Confirmation(asked.preview.target) if yes else await _confirmed(room, asked)
            if confirmation is None:
                await room.withdraw(asked.run)
                console.print(Text(say("actions.withdrawn", layout.lang)))
                return 1
            return _ended(
                console, await _carried_out(console, room, asked, confirmation, person), layout.lang
            )


def _given(values: Sequence[str]) -> dict[str, str]:
    """``name=value`` words as a mapping.

    Raises:
        UsageError: a word has no ``=``.

    """
    given: dict[str, str] = {}
    for word in values:
        name, equals, value = word.partition("=")
        if not (name and equals):
            raise UsageError("actions.not_a_value", given=word)
        given[name] = value
    return given


def _check_action(layout: Layout, action: str) -> None:
    if action not in layout.actions:
        near = get_close_matches(action, layout.actions, 1)
        known = near[0] if near else ", ".join(layout.actions) or "–"
        raise UsageError("actions.no_action", action=action, near=known)


async def _feeds_answered(room: Room, action: str) -> None:
    """Wait for the first answer of every feed the action names; of silent ones the guards judge."""
    spec = room.layout.actions[action]
    feeds = {reference.name for reference in references(spec, None) if reference.what == "feed"}
    changes = room.watch()
    with suppress(TimeoutError):
        async with asyncio.timeout(FEEDS_S):
            while any(room.latest(feed).status(room.now()) is Status.WAITING for feed in feeds):
                await anext(changes)


async def _confirmed(room: Room, asked: Asked) -> Confirmation | None:
    """The person's yes at this terminal, or None.

    Raises:
        UsageError: there is no terminal to ask at.

    """
    if not sys.stdin.isatty():
        await room.withdraw(asked.run)
        raise UsageError("actions.no_terminal")
    how = f"actions.confirm_{asked.confirmation}"
    click.echo(say(how, room.layout.lang, target=asked.preview.target), nl=False)
    answer = await _line()
    if asked.confirmation == "type":
        return Confirmation(answer) if answer else None
    return Confirmation() if answer.casefold() in ("y", "yes", "예", "네") else None


async def _line() -> str:
    """A line typed at the terminal, waited for without blocking the room."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(sys.stdin, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(sys.stdin)
    return sys.stdin.readline().strip()


async def _carried_out(
    console: Console, room: Room, asked: Asked, confirmation: Confirmation, person: Person
) -> RunStatus:
    """Fire and show the progress until the end. Ctrl+C has the run end after its present step."""
    await room.fire(asked.run, confirmation)
    finished = asyncio.ensure_future(room.finished(asked.run))
    with _interrupts() as interrupted, RunBar(console, room.layout.lang) as bar:
        while not finished.done():
            bar.show(next(run for run in room.runs() if run.id == asked.run))
            await asyncio.wait({finished}, timeout=_LOOK_S)
            if interrupted.is_set():
                interrupted.clear()
                with suppress(ActionDenied):  # it ended by itself meanwhile
                    await room.stop(asked.run, person)
        bar.show(finished.result())
    return finished.result()


@contextmanager
def _interrupts() -> Iterator[asyncio.Event]:
    """Set by Ctrl+C and SIGTERM, which then no longer end the program."""
    loop = asyncio.get_running_loop()
    event = asyncio.Event()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, event.set)
    try:
        yield event
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _ended(console: Console, status: RunStatus, lang: str) -> int:
    """Say how it ended; the exit code."""
    if status.state is RunState.DONE:
        console.print(Text(printable(say(status.result or Message(""), lang)), "green"))
        if status.reason is not None:  # done, and not recorded
            click.echo(printable(say(status.reason, lang)), err=True)
        return 0
    if status.state is RunState.STOPPED and status.result is not None:
        click.echo(printable(say(status.result, lang)), err=True)
    elif status.reason is not None:
        word = "unknown" if status.state is RunState.UNKNOWN else "failed"
        click.echo(printable(say(f"actions.{word}", lang, why=status.reason)), err=True)
    return 1
