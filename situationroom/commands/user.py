"""``situationroom user``: the PINs of a room's people."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from difflib import get_close_matches

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from situationroom.commands._open import find_layout, journal_path, sign_in_desk
from situationroom.commands._pin import new_pin
from situationroom.commands._wrong_use import Commands
from situationroom.engine.clock import Clock, SystemClock
from situationroom.errors import UsageError
from situationroom.formats import printable
from situationroom.i18n import say
from situationroom.journal import Draft, Journal, Kind
from situationroom.layout.load import load_people
from situationroom.layout.models import Layout
from situationroom.people.lockout import Standing
from situationroom.people.pins import Pins
from situationroom.people.users import UsersFile, users_path
from situationroom.people.who import here, os_login

WIDEST = 200
"""Cells of a table that is not written to a terminal."""


@dataclass(frozen=True, slots=True)
class _Office:
    """A layout's people and where their PINs are."""

    name: str
    layout: Layout
    users: UsersFile
    clock: Clock

    def draft(self, kind: Kind, person: str) -> Draft:
        """An entry about a person; ``by`` is the OS user who did it."""
        login = os_login()
        return Draft(at=self.clock.now(), kind=kind, person=person, where=here(login), body={"by": login})

    def say(self, identifier: str, person: str, **values: object) -> str:
        spec = self.layout.people[person]
        return printable(say(identifier, self.layout.lang, person=spec.name, id=person, **values))


@click.group("user", cls=Commands)
@click.argument("layout")
@click.pass_context
def command(ctx: click.Context, layout: str) -> None:
    """The PINs of the people of LAYOUT, with which they sign in, fire at a shared wall and approve.

    Who the people are is in the layout; their PINs never are.
    """
    ctx.obj = layout


@command.command("add")
@click.argument("person", required=False)
@click.option("--stdin", "from_stdin", is_flag=True, help="Take the PIN from standard input.")
@click.pass_obj
def _add(layout: str, person: str | None, from_stdin: bool) -> None:
    """Give PERSON a PIN; typed twice, shown never."""
    office = _open(layout)
    person = _known(office, person)
    if person in office.users.hashes():
        raise UsageError(
            "people.pin_exists", person=office.layout.people[person].name, id=person, layout=layout
        )
    _set(office, person, from_stdin)


@command.command("passwd")
@click.argument("person", required=False)
@click.option("--stdin", "from_stdin", is_flag=True, help="Take the PIN from standard input.")
@click.pass_obj
def _passwd(layout: str, person: str | None, from_stdin: bool) -> None:
    """Change the PIN of PERSON."""
    office = _open(layout)
    person = _known(office, person)
    if person not in office.users.hashes():
        raise UsageError(
            "people.pin_missing", person=office.layout.people[person].name, id=person, layout=layout
        )
    _set(office, person, from_stdin)


@command.command("unlock")
@click.argument("person", required=False)
@click.pass_obj
def _unlock(layout: str, person: str | None) -> None:
    """Let PERSON try again who was locked out."""
    office = _open(layout)
    person = _known(office, person)
    was_locked = asyncio.run(_unlocked(office, person))
    click.echo(office.say("people.unlocked" if was_locked else "people.not_locked", person))


@command.command("list")
@click.pass_obj
def _list(layout: str) -> None:
    """The people, their roles, and whether they have a PIN and are locked out."""
    office = _open(layout)
    hashes = office.users.hashes()
    standings = asyncio.run(_standings(office))
    lang = office.layout.lang
    columns = ("id", "name", "roles", "login", "pin", "locked")
    table = Table(*(say(f"people.list_{name}", lang) for name in columns), show_edge=False, pad_edge=False)
    for name, spec in office.layout.people.items():
        has_pin = say("people.pin_yes" if name in hashes else "people.pin_no", lang)
        cells = (
            name,
            spec.name,
            ", ".join(spec.roles),
            ", ".join(spec.login),
            has_pin,
            _locked(office, standings[name]),
        )
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console = Console()
    (console if console.is_terminal else Console(width=WIDEST)).print(table)


def _open(name: str) -> _Office:
    layout = load_people(find_layout(name), os.environ, name=name)
    return _Office(name, layout, UsersFile(users_path(layout)), SystemClock(layout.timezone))


def _known(office: _Office, person: str | None) -> str:
    people = office.layout.people
    known = ", ".join(people) or "–"
    if person is None:
        raise UsageError("people.no_person", known=known)
    if person not in people:
        near = get_close_matches(person, people, 1)
        raise UsageError("people.unknown", person=person, near=near[0] if near else known)
    return person


def _set(office: _Office, person: str, from_stdin: bool) -> None:
    """Take a new PIN; recorded before it counts."""
    layout = office.layout
    pin = new_pin(person, printable(layout.people[person].name), layout.lang, from_stdin=from_stdin)
    made = Pins().hash(pin)
    asyncio.run(_record(office, Kind.PIN_SET, person))
    office.users.set(person, made)
    click.echo(office.say("people.pin_is_set", person, path=printable(str(office.users.path))))


async def _record(office: _Office, kind: Kind, person: str) -> None:
    async with _journal(office) as journal:
        await journal.append(office.draft(kind, person))


async def _unlocked(office: _Office, person: str) -> bool:
    """Unlock; whether there was anything to forgive."""
    async with _journal(office) as journal:
        if await sign_in_desk(office.layout, journal, office.clock).standing(person) == Standing():
            return False
        await journal.append(office.draft(Kind.UNLOCKED, person))
        return True


async def _standings(office: _Office) -> dict[str, Standing]:
    if not journal_path(office.layout).exists():
        return dict.fromkeys(office.layout.people, Standing())
    async with _journal(office) as journal:
        desk = sign_in_desk(office.layout, journal, office.clock)
        return {name: await desk.standing(name) for name in office.layout.people}


@asynccontextmanager
async def _journal(office: _Office) -> AsyncIterator[Journal]:
    journal = Journal(journal_path(office.layout))
    try:
        yield journal
    finally:
        await journal.close()


def _locked(office: _Office, found: Standing) -> str:
    if found.locked_until is None:
        return ""
    until = found.locked_until.astimezone(office.clock.now().tzinfo)
    return say("people.locked_until", office.layout.lang, until=f"{until:%H:%M}")
