"""Signing in by PIN: tried, counted, locked out, journalled; and the Persons that came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from situationroom.errors import SignInDenied
from situationroom.journal import Draft, Entry, Journal, Kind
from situationroom.layout.models import Layout
from situationroom.people.lockout import REMEMBERED, TRIES, Standing, standing
from situationroom.people.pins import Pins
from situationroom.people.users import UsersFile
from situationroom.people.who import person
from situationroom.values import Person, Proof

T = TypeVar("T")

TIMEOUT_S = 10.0
"""How long the disk and the hash may take."""

_AT_ONCE = 2


class SignIn:
    """The desk where people of a layout show their PIN.

    Args:
        layout: whose people.
        users: the hashes of their PINs.
        journal: where every try is written before its PIN is looked at. Without it nobody signs in: tries
            that are not counted could go on for ever.
        now: the room's time.
        where: this place, for the journal.

    """

    def __init__(
        self, layout: Layout, users: UsersFile, journal: Journal, now: Callable[[], datetime], where: str
    ) -> None:
        self._layout = layout
        self._users = users
        self._journal = journal
        self.now = now
        self._where = where
        self._pins = Pins()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def sign_in(self, name: str, pin: str) -> Person:
        """The person with the id ``name``, proven by their PIN.

        Raises:
            SignInDenied: the PIN is wrong or there is no such person, which look alike; or none is set, or
                the person is locked out.
            UsersError: the users file cannot be used.
            JournalError: the try could not be recorded, so the PIN was not looked at.

        """
        if name not in self._layout.people:
            await self._fits(pin, None)  # takes as long; not journalled: a PIN may have been typed as a name
            raise SignInDenied("people.sign_in_wrong", left=TRIES - 1)
        kept = (await self._in_thread(self._users.hashes)).get(name)
        if kept is None:
            raise SignInDenied("people.no_pin", person=self._layout.people[name].name)
        await self._reserve(name)
        if not await self._fits(pin, kept):
            raise await self._failed(name)
        await self._journal.append(self._draft(Kind.SIGNED_IN, name))
        return person(self._layout, name, Proof.PIN)

    async def standing(self, name: str) -> Standing:
        """How many tries somebody has left, and until when they are locked out.

        Raises:
            JournalError: it cannot be read.

        """
        now = self.now()
        return standing([e async for e in self._journal.entries(person=name, since=now - REMEMBERED)], now)

    async def _reserve(self, name: str) -> None:
        """Write the try, if the person has one left."""
        now = self.now()

        def has_one_left(entries: Sequence[Entry]) -> bool:
            return standing(entries, now).left > 0

        draft = self._draft(Kind.SIGN_IN_ASKED, name)
        if await self._journal.append_if(draft, has_one_left, since=now - REMEMBERED) is None:
            raise self._denied(await self.standing(name))

    async def _failed(self, name: str) -> SignInDenied:
        """Record a wrong PIN, and the lock-out that follows the last one; what to tell the person."""
        await self._journal.append(self._draft(Kind.SIGN_IN_FAILED, name))
        found = await self.standing(name)
        if found.locked_until is not None:
            await self._journal.append(self._draft(Kind.LOCKED_OUT, name))
        return self._denied(found)

    def _denied(self, found: Standing) -> SignInDenied:
        if found.locked_until is None:
            return SignInDenied("people.sign_in_wrong", left=found.left)
        until = found.locked_until.astimezone(self.now().tzinfo)
        return SignInDenied("people.locked_out", until=f"{until:%H:%M}")

    def _draft(self, kind: Kind, name: str) -> Draft:
        return Draft(at=self.now(), kind=kind, person=name, where=self._where)

    async def _fits(self, pin: str, kept: str | None) -> bool:
        return await self._in_thread(lambda: self._pins.fits(pin, kept))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """Do what is slow outside the loop, a few at a time: a hash takes 64 MB while it is made."""
        try:
            async with asyncio.timeout(TIMEOUT_S), self._turns:
                return await asyncio.to_thread(work)
        except TimeoutError as error:
            raise SignInDenied("people.no_answer", after_s=TIMEOUT_S) from error
