"""``situationroom approve``: the second person's yes or no, from a terminal of their own."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import click
from rich.console import Console
from rich.text import Text

from situationroom.actions.asked import Approval
from situationroom.commands._carry import Terminal, signed_in, warn_of_loss
from situationroom.commands._open import open_layout, open_room, person_of
from situationroom.commands._pin import taken_pin
from situationroom.commands._preview import show_approval
from situationroom.commands._terminal import agreed, interrupts
from situationroom.errors import ActionDenied, UsageError
from situationroom.formats import printable
from situationroom.i18n import say
from situationroom.values import GUEST, Message, Proof, RunState, RunStatus

CARRIED_S = 10.0
"""How long whoever approved is kept to hear whether the asker's program fires."""

_LOOK_S = 0.2
_NOT_YET = frozenset({RunState.AWAITING, RunState.CONFIRMED})
_NEVER = frozenset({RunState.DENIED, RunState.EXPIRED, RunState.WITHDRAWN})
_SHORT = 8


@click.command("approve")
@click.argument("layout")
@click.argument("run", required=False)
@click.option("--as", "person", metavar="PERSON", help="Who approves; they are asked for their PIN.")
@click.option("--refuse", "reason", metavar="REASON", help="Refuse it instead, with the reason.")
@click.option("--yes", is_flag=True, help="Approve without being asked; a PIN is asked for all the same.")
@click.option("--pin-stdin", is_flag=True, help="Take the PIN from standard input.")
def command(
    layout: str, run: str | None, person: str | None, reason: str | None, yes: bool, pin_stdin: bool
) -> int:
    """Approve the RUN that somebody else asked for in LAYOUT; without RUN, list what waits.

    The first letters of the run's id are enough. Exits 0 when it is approved or refused as asked; 1 when it
    may not be, the answer was no, or it was not fired after all.
    """
    if run is None and (reason is not None or yes or pin_stdin):
        raise UsageError("people.which_run", layout=layout)
    if reason is not None and not reason.strip():
        raise UsageError("people.why_refused")
    pin = taken_pin("", from_stdin=True, option="--pin-stdin") if pin_stdin else None
    return asyncio.run(_approve(layout, run, person, reason, pin, yes=yes))


async def _approve(
    name: str, run: str | None, wanted: str | None, reason: str | None, pin: str | None, *, yes: bool
) -> int:
    layout, types = open_layout(name)
    person = person_of(layout, wanted)
    with interrupts() as interrupted:
        async with open_room(layout, types, begin=False) as room:
            at = Terminal(room, person, name, yes=yes, pin=pin, interrupted=interrupted, console=Console())
            await warn_of_loss(at)
            if run is None:
                _list(at)
                return 0
            approval = _the_one(at, run)
            at.console.print(Text(_who_asks(at, approval)), soft_wrap=True)
            show_approval(at.console, approval, layout.lang)
            return await _decide(at, approval, reason)


async def _decide(at: Terminal, approval: Approval, reason: str | None) -> int:
    """Have it approved or refused by whoever is at the terminal; the exit code."""
    person = at.person
    if not person.proof.enough_to_approve:
        if person.id == GUEST.id:
            raise UsageError("people.who_approves", known=", ".join(at.room.layout.people) or "–")
        shown = await signed_in(at)
        if shown is None:
            return 1
        person = shown
    lang = at.room.layout.lang
    if reason is not None:
        await at.room.refuse(approval.run, person, reason)
        click.echo(say("people.refused", lang))
        return 0
    agrees = at.yes or (
        person.proof is Proof.PIN and at.pin is None
    )  # a PIN typed under the preview is a yes
    if not agrees and not await agreed(say("people.agree", lang), at.interrupted):
        click.echo(say("people.not_approved", lang))
        return 1
    await at.room.approve(approval.run, person)
    return await _carried(at, approval)


async def _carried(at: Terminal, approval: Approval) -> int:
    """Tell whether the asker's program fires what was approved; the exit code, 1 where it does not."""
    lang, asker = at.room.layout.lang, printable(approval.asker.name)
    status: RunStatus | None = None
    with suppress(TimeoutError):
        async with asyncio.timeout(CARRIED_S):
            while status is None or status.state in _NOT_YET:
                await asyncio.sleep(_LOOK_S)
                await at.room.caught_up()
                status = next((one for one in at.room.runs() if one.id == approval.run), None)
    if status is None or status.state in _NOT_YET:
        click.echo(say("people.approved_not_yet", lang, asker=asker, after_s=CARRIED_S), err=True)
        return 0
    if status.state in _NEVER:
        why = status.reason or say("people.waits_not", lang, run=approval.run[:_SHORT])
        click.echo(printable(say("people.approved_in_vain", lang, why=why)), err=True)
        return 1
    click.echo(say("people.approved", lang, asker=asker))
    return 0


def _the_one(at: Terminal, run: str) -> Approval:
    """The waiting run whose id begins so.

    Raises:
        ActionDenied: none does, and what became of the one that did.
        UsageError: several do.

    """
    found = [approval for approval in at.room.approvals() if approval.run.startswith(run)]
    if len(found) > 1:
        raise UsageError("people.waits_several", run=run)
    if not found:
        over = [status.id for status in at.room.runs() if status.id.startswith(run)]
        why = at.room.decided(over[0]) if len(over) == 1 else None
        why = why or Message("people.waits_not", {"run": run})
        raise ActionDenied(why.id, **why.values)
    return found[0]


def _list(at: Terminal) -> None:
    lang = at.room.layout.lang
    waiting = at.room.approvals()
    if not waiting:
        at.console.print(Text(say("people.waits_none", lang)))
    for approval in waiting:
        at.console.print(Text(f"{approval.run[:_SHORT]}  {_who_asks(at, approval)}"), soft_wrap=True)
        for line in say(approval.what, lang).splitlines():
            at.console.print(Text("  " + printable(line)), soft_wrap=True)


def _who_asks(at: Terminal, approval: Approval) -> str:
    layout = at.room.layout
    title = layout.action_title(approval.action, approval.subject)
    left = at.left(round((approval.expires - at.room.now()).total_seconds()))
    asker, where = approval.asker.name, approval.where
    return printable(say("people.waits", layout.lang, title=title, asker=asker, where=where, left=left))
