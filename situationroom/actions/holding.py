"""The global hold: nothing new is fired, by anybody, on any screen of the room."""

from __future__ import annotations

from situationroom.actions.asked import Hold
from situationroom.actions.guards import Guards
from situationroom.actions.ledger import Ledger
from situationroom.actions.records import Records
from situationroom.actions.tail import Tail
from situationroom.errors import ActionDenied
from situationroom.journal import Kind
from situationroom.values import Person

LONGEST_REASON = 500


class Holding:
    """Holds and releases all actions of a room. The journal keeps it, so that a restart releases nothing."""

    def __init__(self, tail: Tail, guards: Guards, records: Records) -> None:
        self._tail = tail
        self._guards = guards
        self._records = records

    def held(self) -> Hold | None:
        """Who holds all actions, or None."""
        hold = self._tail.ledger.hold
        return Hold(self._guards.person(hold.person), hold.since, hold.reason) if hold else None

    async def hold(self, person: Person, reason: str) -> None:
        """Hold all actions.

        Raises:
            ActionDenied: ``person`` may not, or they are held already.
            JournalError: it could not be written, so nothing is held.

        """
        self._check(person)

        def not_held(ledger: Ledger) -> None:
            if ledger.hold is not None:
                why = self._guards.held(ledger.hold)
                raise ActionDenied(why.id, **why.values)

        body = {"reason": reason.strip()[:LONGEST_REASON]}
        await self._records.claim_draft(self._records.draft(Kind.HELD, person, body=body), not_held)

    async def release(self, person: Person) -> None:
        """Let actions be fired again.

        Raises:
            ActionDenied: ``person`` may not, or nothing is held.
            JournalError: it could not be written, so they stay held.

        """
        self._check(person)

        def is_held(ledger: Ledger) -> None:
            if ledger.hold is None:
                raise ActionDenied("actions.not_held")

        await self._records.claim_draft(self._records.draft(Kind.RELEASED, person), is_held)

    async def acknowledge(self, person: Person) -> None:
        """Let actions be fired again after the journal was cut or replaced, or the leases went.

        What was lost is written down: the newest entry that was known, and who knows of it.

        Raises:
            ActionDenied: ``person`` may not, or there is nothing to acknowledge.
            JournalError: it could not be written, so nothing is acknowledged.

        """
        self._check(person)
        lost = self._tail.lost
        if lost is None:
            raise ActionDenied("actions.nothing_lost")
        body = {"what": lost.what, "entry": lost.id, "hash": lost.hash, "noticed": lost.at.isoformat()}
        draft = self._records.draft(Kind.HEAD_LOST, person, body=body)
        await self._records.claim_draft(draft, lambda _: None)
        await self._tail.acknowledged()

    def _check(self, person: Person) -> None:
        if (why := self._guards.may_hold(person)) is not None:
            raise ActionDenied(why.id, **why.values)
