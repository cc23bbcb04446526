"""From an asked run to its end at a terminal: preview, yes, a second person, progress, verification."""

from __future__ import annotations

import asyncio
import shlex
import sys
from contextlib import suppress
from dataclasses import dataclass

import click
from rich.console import Console
from rich.text import Text

from situationroom.actions.fire import Asked, Confirmation
from situationroom.commands._preview import Countdown, RunBar, show_preview
from situationroom.commands._terminal import agreed, typed
from situationroom.engine.interface import Room
from situationroom.errors import ActionDenied, UsageError
from situationroom.formats import duration, printable
from situationroom.i18n import say
from situationroom.paint.runs import run_steps
from situationroom.people.roles import names_with
from situationroom.values import Message, Person, RunState, RunStatus

_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Terminal:
    """Who fires, and how they are asked.

    Attributes:
        room: the room.
        person: who fires.
        layout: the layout as it was named, for the commands that are told.
        yes: confirm without asking.
        pin: their PIN, where it came by standard input.
        interrupted: set by Ctrl+C.

    """

    room: Room
    person: Person
    layout: str
    yes: bool
    pin: str | None
    interrupted: asyncio.Event
    console: Console

    def say(self, identifier: str, **values: object) -> str:
        """One of our sentences, safe to show."""
        return printable(say(f"fire.{identifier}", self.room.layout.lang, **values))

    def told(self, message: Message | None) -> str:
        """A sentence of the room, safe to show."""
        return printable(say(message, self.room.layout.lang)) if message else ""

    def command(self) -> str:
        """The layout as a word of a command line."""
        return shlex.quote(self.layout)

    def left(self, seconds: float) -> str:
        """A time to go."""
        return duration(max(seconds, 0), self.room.layout.lang)


async def warn_of_loss(at: Terminal) -> None:
    """Where the journal is no longer what it was, whatever is asked is refused: say how to go on."""
    await at.room.caught_up()
    if at.room.alarm() is not None:
        click.echo(at.say("how_to_take_note", layout=at.command()), err=True)


async def carry_out(at: Terminal, asked: Asked, *, dry_run: bool = False) -> int:
    """Show the preview, have it confirmed and see the run through; the exit code.

    Raises:
        UsageError: there is no terminal to confirm at.
        RoomError: it was refused; nothing happened.

    """
    lang = at.room.layout.lang
    try:
        show_preview(at.console, asked.preview, lang)
        if dry_run:
            await at.room.withdraw(asked.run)
            at.console.print(Text(say("actions.dry_run", lang)))
            return 0
        confirmation = await _confirmed(at, asked)
    except BaseException:  # whatever it was, the journal shows an end of what was asked
        await _withdraw(at, asked.run)
        raise
    if confirmation is None:
        await _withdraw(at, asked.run)
        at.console.print(Text(say("actions.withdrawn", lang)))
        return 1
    status = await at.room.fire(asked.run, confirmation)
    if status.state is RunState.AWAITING:
        status = await _approved(at, asked)
    if not status.state.ended:
        status = await _run(at, asked.run)
    if status.state is RunState.DONE and at.room.layout.actions[status.action].verify is not None:
        return await _verified(at, status)
    return ended(at, status)


async def _confirmed(at: Terminal, asked: Asked) -> Confirmation | None:
    """The person's yes at this terminal, or None; their PIN where a yes alone does not prove enough."""
    lang, target = at.room.layout.lang, asked.preview.target
    if not at.yes and asked.confirmation == "type":
        if not sys.stdin.isatty():
            raise UsageError("actions.no_terminal")
        question = say("actions.confirm_type", lang, target=printable(target))
        target = (await typed(question, at.interrupted) or "").strip()
        if not target:
            return None
    elif not at.yes:
        two = asked.confirmation == "two-person"
        if not await agreed(
            say("fire.confirm_two_person" if two else "actions.confirm_press", lang), at.interrupted
        ):
            return None
    unproven = asked.confirmation == "two-person" and not at.person.proof.enough_to_approve
    if at.room.layout.wall == "own" and not unproven:
        return Confirmation(target)
    by = await signed_in(at)
    return Confirmation(target, by) if by else None


async def signed_in(at: Terminal) -> Person | None:
    """The person, proven by their PIN; None when they were interrupted.

    Raises:
        UsageError: there is no terminal to ask at.
        ActionDenied: the PIN is wrong.

    """
    pin = at.pin
    if pin is None:
        if not sys.stdin.isatty():
            raise UsageError("people.no_terminal", option="--pin-stdin")
        pin = await typed(at.say("pin", person=at.person.name), at.interrupted, seen=False)
    if pin is None:
        return None
    return await at.room.sign_in(at.person.id, pin)


async def _withdraw(at: Terminal, run: str) -> None:
    with suppress(ActionDenied):  # it ended by itself meanwhile
        await at.room.withdraw(run)


def status_of(room: Room, run: str) -> RunStatus | None:
    """A run as the room sees it now."""
    return next((status for status in room.runs() if status.id == run), None)


async def _approved(at: Terminal, asked: Asked) -> RunStatus:
    """Wait for the second person; Ctrl+C withdraws. The status once somebody decided or it lapsed."""
    spec = at.room.layout.actions[asked.call.action]
    people = names_with(at.room.layout, spec.approving_roles, but=at.person.id)
    waits = at.say("waits", people=people, layout=at.command(), run=asked.run[:8])
    at.console.print(Text(waits), soft_wrap=True)  # a command in it is there to be copied
    withdrawn = False
    with Countdown(at.console) as countdown:
        while (status := status_of(at.room, asked.run)) is not None and status.state is RunState.AWAITING:
            if at.interrupted.is_set() and not withdrawn:
                withdrawn = True
                try:
                    await at.room.withdraw(asked.run)
                except ActionDenied as error:  # somebody decided meanwhile
                    click.echo(at.told(error.message), err=True)
                continue
            if status.approve_left_s is not None:
                countdown.show(at.say("waits_left", left=at.left(status.approve_left_s)))
            await asyncio.sleep(_LOOK_S)
    if withdrawn:
        at.interrupted.clear()
    status = status or await at.room.finished(asked.run)
    if status.approver is not None:
        at.console.print(Text(at.say("approved_by", person=status.approver.name)))
    return status


async def _run(at: Terminal, run: str) -> RunStatus:
    """Show the progress until the end. Ctrl+C has the run end after its present step."""
    finished = asyncio.ensure_future(at.room.finished(run))
    with RunBar(at.console, at.room.layout.lang) as bar:
        while not finished.done():
            if (status := status_of(at.room, run)) is not None:
                bar.show(status)
            await asyncio.wait({finished}, timeout=_LOOK_S)
            if at.interrupted.is_set():
                at.interrupted.clear()
                with suppress(ActionDenied):  # it ended by itself meanwhile
                    await at.room.stop(run, at.person)
        bar.show(finished.result())
    return finished.result()


async def _verified(at: Terminal, status: RunStatus) -> int:
    """Say how it ended, then watch the live figures until they have spoken; the exit code."""
    code = ended(at, status)
    speaks = asyncio.ensure_future(at.room.verified(status.id))
    with Countdown(at.console) as countdown:
        while not speaks.done() and not at.interrupted.is_set():
            now = status_of(at.room, status.id)
            if now is not None and now.watches is not None and now.verify_left_s is not None:
                countdown.show(
                    at.say("verifying", what=at.told(now.watches), left=at.left(now.verify_left_s))
                )
            await asyncio.wait({speaks}, timeout=_LOOK_S)
    if not speaks.done():
        speaks.cancel()
        click.echo(at.say("not_awaited"), err=True)
        return 1
    told = speaks.result()
    what = at.told(told.watches)
    if told.verified is None:
        return code  # nothing has to show after this one
    if told.verified:
        at.console.print(Text(at.say("verified", what=what), "green"))
        return code
    click.echo(at.say("not_verified", what=at.told(told.unverified) or what), err=True)
    return 1


def ended(at: Terminal, status: RunStatus) -> int:
    """Say how it ended and what may be done about it; the exit code."""
    run, layout = status.id[:8], at.command()
    result, reason = at.told(status.result), at.told(status.reason)
    for step in run_steps(status, at.room.layout.lang):
        at.console.print(Text("".join(printable(words) for words, _ in step)))
    match status.state:
        case RunState.DONE:
            at.console.print(Text(result, "green"))
            if status.undo_left_s:
                left = at.left(status.undo_left_s)
                offered = at.say("undo_offered", left=left, layout=layout, run=run)
                at.console.print(Text(offered), soft_wrap=True)
            if reason:  # done, and not recorded
                click.echo(reason, err=True)
            return 0
        case RunState.UNKNOWN:
            why = say("actions.unknown", at.room.layout.lang, why=reason)
            click.echo(at.say("how_to_settle", why=why, layout=layout, run=run), err=True)
        case RunState.STOPPED | RunState.FAILED:
            told = result if status.state is RunState.STOPPED and result else None
            why = told or say("actions.failed", at.room.layout.lang, why=reason)
            click.echo(
                at.say("how_to_continue", why=why, layout=layout, run=run)
                if status.can_continue
                else printable(why),
                err=True,
            )
        case RunState.WITHDRAWN:
            click.echo(say("actions.withdrawn", at.room.layout.lang), err=True)
        case _:
            click.echo(reason or at.say("lapsed"), err=True)
    return 1
