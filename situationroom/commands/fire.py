"""``situationroom fire``: one action from the command line, by the same door as from a screen."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches

import click
from rich.console import Console
from rich.text import Text

from situationroom.actions.fire import Asked
from situationroom.commands._carry import Terminal, carry_out, warn_of_loss
from situationroom.commands._open import open_layout, open_room, person_of
from situationroom.commands._pin import taken_pin
from situationroom.commands._runs import run_named
from situationroom.commands._terminal import agreed, interrupts
from situationroom.commands._world import world_env
from situationroom.engine.interface import Room
from situationroom.errors import ActionDenied, SourceError, UsageError
from situationroom.formats import printable
from situationroom.i18n import say
from situationroom.layout.models import Layout
from situationroom.layout.references import references
from situationroom.values import Settlement, Status

FEEDS_S = 10.0
"""How long to wait for the first answers of the feeds that the action looks at."""

_VERDICTS = {"happened": Settlement.HAPPENED, "did-not": Settlement.DID_NOT, "again": Settlement.AGAIN}


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be fired: an action with values, or something about an earlier run."""

    action: str = ""
    values: tuple[tuple[str, str], ...] = ()
    undo: str = ""
    goes_on: str = ""
    settle: str = ""
    verdict: Settlement = Settlement.HAPPENED

    @property
    def run(self) -> str:
        """The earlier run, as it was given."""
        return self.undo or self.goes_on or self.settle


@click.command("fire")
@click.argument("layout")
@click.argument("action", required=False)
@click.argument("values", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--as", "person", metavar="PERSON", help="Fire as this person of the layout.")
@click.option(
    "--pin-stdin", is_flag=True, help="Take the person's PIN from standard input where one is asked for."
)
@click.option("--dry-run", is_flag=True, help="Stop after the preview.")
@click.option("--yes", is_flag=True, help="Confirm without being asked.")
@click.option("--undo", metavar="RUN", default="", help="Go back from a done run.")
@click.option(
    "--continue", "goes_on", metavar="RUN", default="", help="Go on where a run stood that ended early."
)
@click.option(
    "--settle",
    metavar="RUN VERDICT",
    type=(str, click.Choice(list(_VERDICTS))),
    help="Decide about a run whose outcome is unknown: happened, did-not, or again.",
)
@click.option("--demo", is_flag=True, help="Start the demo world for it.")
def command(
    layout: str,
    action: str | None,
    values: tuple[str, ...],
    person: str | None,
    pin_stdin: bool,
    dry_run: bool,
    yes: bool,
    undo: str,
    goes_on: str,
    settle: tuple[str, str] | None,
    demo: bool,
) -> int:
    """Fire ACTION of LAYOUT: preview, confirm, wait for a second person where one is needed, run, verify.

    Exits 0 when it is done and, where that is declared, verified; else 1. Ctrl+C withdraws what still
    waits, and has a run end after its present step.
    """
    run, verdict = settle or ("", "happened")
    wish = _Wish(action or "", _given(values), undo, goes_on, run, _VERDICTS[verdict])
    _check_wish(wish, dry_run=dry_run)
    pin = taken_pin("", from_stdin=True, option="--pin-stdin") if pin_stdin else None
    return asyncio.run(_fire(layout, wish, person, pin, dry_run=dry_run, yes=yes, demo=demo))


async def _fire(
    name: str, wish: _Wish, wanted: str | None, pin: str | None, *, dry_run: bool, yes: bool, demo: bool
) -> int:
    async with world_env(name, demo) as env:
        layout, types = open_layout(name, env)
        if wish.action:
            _check_action(layout, wish.action)
        run, action = run_named(layout, name, wish.run) if wish.run else ("", wish.action)
        person = person_of(layout, wanted)
        with interrupts() as interrupted:
            async with open_room(layout, types) as room:
                at = Terminal(room, person, name, yes, pin, interrupted, Console())
                await _feeds_answered(room, action)
                await warn_of_loss(at)
                if wish.settle:
                    return await _settle(at, run, action, wish.verdict)
                return await carry_out(at, await _asked(at, wish, run), dry_run=dry_run)


def _given(values: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """``name=value`` words as pairs.

    Raises:
        UsageError: a word has no ``=``, or a name stands twice.

    """
    given: dict[str, str] = {}
    for word in values:
        name, equals, value = word.partition("=")
        if not (name and equals):
            raise UsageError("actions.not_a_value", given=word)
        if name in given:
            one, other = printable(given[name]), printable(value)
            raise UsageError("fire.given_twice", name=printable(name), one=one, other=other)
        given[name] = value
    return tuple(given.items())


def _check_wish(wish: _Wish, *, dry_run: bool) -> None:
    """Whether exactly one thing is wished for.

    Raises:
        UsageError: it is not.

    """
    if sum(map(bool, (wish.action, wish.undo, wish.goes_on, wish.settle))) != 1:
        raise UsageError("fire.what")
    if wish.settle and dry_run:
        raise UsageError("fire.dry_settle")


def _check_action(layout: Layout, action: str) -> None:
    if action not in layout.actions:
        near = get_close_matches(action, layout.actions, 1)
        known = near[0] if near else ", ".join(layout.actions) or "–"
        raise UsageError("actions.no_action", action=action, near=known)


async def _feeds_answered(room: Room, action: str) -> None:
    """Wait for the first answer of every feed that the action or its undo names.

    Of silent ones the guards judge.
    """
    specs = room.layout.actions
    undo = specs[action].undo if action in specs else None
    looked_at = [specs[name] for name in (action, undo.action if undo else None) if name and name in specs]
    feeds = {one.name for spec in looked_at for one in references(spec, None) if one.what == "feed"}
    changes = room.watch()
    with suppress(TimeoutError):
        async with asyncio.timeout(FEEDS_S):
            while any(room.latest(feed).status(room.now()) is Status.WAITING for feed in feeds):
                await anext(changes)


async def _asked(at: Terminal, wish: _Wish, run: str) -> Asked:
    if wish.undo:
        return await at.room.undo(run, at.person)
    if wish.goes_on:
        return await at.room.continue_batch(run, at.person)
    return await at.room.ask(wish.action, dict(wish.values), at.person)


async def _settle(at: Terminal, run: str, action: str, verdict: Settlement) -> int:
    """Show what is true now, have the verdict confirmed, and settle; ``again`` is then fired anew."""
    await at.room.caught_up()
    try:
        state = await at.room.probe(run)
        now = at.say("now", run=run[:8], action=action, state=state.text)
    except (SourceError, ActionDenied) as error:
        now = at.say("cannot_probe", why=error.message)
    at.console.print(Text(now))
    said = say(f"journal.verdict_{verdict}", at.room.layout.lang)
    if not at.yes and not await agreed(at.say("confirm_settle", verdict=said), at.interrupted):
        click.echo(at.say("not_settled"), err=True)
        return 1
    asked = await at.room.settle(run, verdict, at.person)
    at.console.print(Text(at.say("settled", verdict=said)))
    return 0 if asked is None else await carry_out(at, asked)
