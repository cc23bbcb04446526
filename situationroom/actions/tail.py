"""Follows the journal, so that what any process does is known in all of them within a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from situationroom.actions.ledger import JournalReplaced, Ledger
from situationroom.actions.waiting import Clock
from situationroom.errors import JournalError
from situationroom.formats import clock
from situationroom.journal import Draft, Entry, Head, Journal
from situationroom.values import Message

EVERY_S = 0.5
"""How often the journal is looked at; own entries are seen at once."""

TRY_S = 5.0
"""How often it is tried whether the journal can be written; every round while it cannot."""

BEGIN_WITH = 2_000
"""So many of the newest entries are read at the start, and older ones only where they still matter."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The newest entry that was known and is no longer in the journal, or stands there without its leases.

    Attributes:
        what: ``journal`` or ``leases``.
        id, hash: of that entry.
        at: when it was noticed.

    """

    what: str
    id: int
    hash: str
    at: datetime


class Tail:
    """Keeps a :class:`Ledger` up to date.

    ``moved`` is an event for the next change alone: set once the ledger is another, then replaced.

    Args:
        journal: the journal.
        clock: the room's time.
        heard: told of new entries, once the ledger has them.
        changed: called when the ledger or ``trouble`` is another.

    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        heard: Callable[[Sequence[Entry]], None],
        changed: Callable[[], None],
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._heard = heard
        self._changed = changed
        self._reading = asyncio.Lock()
        self.moved = asyncio.Event()
        self._tried: datetime | None = None
        self._loaded = False
        self._begun = False
        self.ledger = Ledger()
        self.trouble: Message | None = None
        self.lost: Lost | None = None

    async def run(self) -> None:
        """Follow, for ever."""
        while True:
            await self._round()
            await self._clock.sleep(EVERY_S)

    async def catch_up(self) -> None:
        """Look at once; where the journal cannot be read, that is its trouble."""
        try:
            await self.refresh()
        except JournalError as error:
            self.in_trouble(error.message)

    def in_trouble(self, why: Message | None) -> None:
        """An entry could not be written, or (None) one could."""
        if why != self.trouble:
            self.trouble = why
            self._changed()

    def alarm(self) -> Message | None:
        """That what was known is no longer in the journal, until a person has acknowledged it."""
        if self.lost is None:
            return None
        at = clock(self.lost.at, seconds=False)
        return Message(f"actions.lost_{self.lost.what}", {"at": at, "entry": self.lost.id})

    async def acknowledged(self) -> None:
        """A person knows, and what is in the journal now counts."""
        self.lost = None
        await self._journal.saw(Head(self.ledger.last, self.ledger.hash))
        self._changed()

    def _lose(self, what: str, head: Head | None = None) -> None:
        head = head or Head(self.ledger.last, self.ledger.hash)
        if self.lost is None and head.id:
            self.lost = Lost(what, head.id, head.hash, self._clock.now())
            self._changed()

    async def _begin(self) -> None:
        """Before the first look: what earlier processes saw has to be there still."""
        if not self._begun:
            missing = await self._journal.missing()
            self._begun = True
            if missing is not None:
                self._lose("journal", missing)

    async def ready(self) -> Ledger:
        """The ledger as it is now on the disk.

        Raises:
            JournalError: it cannot be read.

        """
        await self.refresh()
        return self.ledger

    async def claim(self, draft: Draft, check: Callable[[Ledger], None]) -> Entry:
        """Write an entry unless ``check`` refuses, given the ledger with nothing missing.

        Raises:
            JournalError: it could not be written.
            RoomError: what ``check`` raised; nothing was written.

        """
        base = await self.ready()

        def look(entries: Sequence[Entry]) -> None:
            try:
                present = base.after(entries)
            except JournalReplaced as error:
                raise JournalError("journal.replaced", path=str(self._journal.path)) from error
            check(present)

        entry = await self._journal.claim(draft, base.last, look)
        await self.refresh()
        return entry

    async def lease(self) -> str:
        """This process's sign of life.

        Raises:
            JournalError: none can be made.

        """
        return await self._journal.lease()

    async def refresh(self) -> None:
        """Fold what is new.

        Raises:
            JournalError: the journal cannot be read.

        """
        async with self._reading:
            before = self.ledger
            await self._begin()
            if not self._loaded:
                self.ledger = before.begun(await self._journal.mattering(BEGIN_WITH))
                self._loaded = True
            fresh = await self._follow()
            leases = self.ledger.leases()
            if leases and (dead := await self._journal.dead(leases)):
                fresh += await self._follow()  # what they wrote before they ended
                self.ledger = self.ledger.buried(dead)
            self.ledger = self.ledger.seen_at(self._clock.now())
        if self.ledger is not before:
            if self.lost is None:  # else somebody takes note first
                await self._journal.saw(Head(self.ledger.last, self.ledger.hash))
            self._heard(fresh)
            self.moved.set()
            self.moved = asyncio.Event()
            self._changed()

    async def _follow(self) -> list[Entry]:
        fresh: list[Entry] = []
        while True:
            page = await self._journal.tail(self.ledger.last)
            try:
                after = self.ledger.after(page)
            except JournalReplaced:
                self._lose("journal")
                self.ledger = Ledger().begun(await self._journal.mattering(BEGIN_WITH))
                return fresh
            if after is self.ledger:
                return fresh
            fresh += page[1:] if self.ledger.last else page
            self.ledger = after

    async def _round(self) -> None:
        try:
            await self._begin()
        except JournalError as error:
            self.in_trouble(error.message)
            return
        if not self._journal.path.exists():
            self._lose("journal")
            self.ledger = Ledger()
            return  # nobody asked for anything yet, and merely looking makes no journal
        try:
            await self.refresh()
            if not await self._journal.lease_stands():
                self._lose("leases")
            now = self._clock.now()
            if self.trouble or self._tried is None or (now - self._tried).total_seconds() >= TRY_S:
                self._tried = now
                await self._journal.writable()
                self.in_trouble(None)
        except JournalError as error:
            self.in_trouble(error.message)
