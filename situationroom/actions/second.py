"""The second person: sees what waits, approves it or refuses it, in this process or any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from situationroom.actions.asked import Approval
from situationroom.actions.decided import decided
from situationroom.actions.guards import Guards
from situationroom.actions.ledger import Ledger
from situationroom.actions.record import Record
from situationroom.actions.records import Records
from situationroom.actions.tail import Tail
from situationroom.actions.trust import Trust
from situationroom.errors import ActionDenied
from situationroom.journal import Kind
from situationroom.values import Message, Person, Proof, Value

LONGEST_REASON = 500


class SecondPerson:
    """Approvals and refusals. They are words in the journal; the asker's own process acts on them."""

    def __init__(
        self, tail: Tail, guards: Guards, records: Records, trust: Trust, now: Callable[[], datetime]
    ) -> None:
        self._tail = tail
        self._guards = guards
        self._records = records
        self._trust = trust
        self._now = now

    def approvals(self) -> tuple[Approval, ...]:
        """What waits for a second person, the oldest first."""
        ledger, now = self._tail.ledger, self._now()
        waiting = (one for one in ledger.awaiting() if not one.approver and one.expires)
        shown = (self._shown(one, ledger.by_now(one, one.expires or now)) for one in waiting)
        return tuple(one for one in shown if one.expires > now)

    def decided(self, run: str) -> Message | None:
        """Why a run waits for no second person; None while it does."""
        ledger = self._tail.ledger
        record = ledger.runs.get(run)
        if record is None:
            return Message("actions.no_such_run")
        return decided(ledger, record, self._guards, self._now())

    async def approve(self, run: str, person: Person) -> None:
        """A yes, written so that it counts once.

        Raises:
            ActionDenied: ``person`` is the asker, not proven, no approver, or it waits no more.
            JournalError: it could not be written, so it does not count.

        """
        await self._tail.ready()
        if (alarm := self._tail.alarm()) is not None:
            raise ActionDenied("actions.in_trouble", why=alarm)
        proof, record = await self._proven(run, person)
        hold = self._tail.ledger.hold
        if hold is not None:
            why = self._guards.held(hold)
            raise ActionDenied(why.id, **why.values)
        await self._write(Kind.APPROVED, record, person, {"proof": proof, "asked_by": record.person})

    async def refuse(self, run: str, person: Person, reason: str) -> None:
        """A no, with its reason; raises as :meth:`approve`."""
        proof, record = await self._proven(run, person)
        said = Message(
            "actions.refused_by", {"person": person.name, "reason": reason.strip()[:LONGEST_REASON]}
        )
        body = {"proof": proof, "asked_by": record.person, "reason": self._records.sentence(said)}
        await self._write(Kind.REFUSED, record, person, body)

    async def _proven(self, run: str, person: Person) -> tuple[Proof, Record]:
        record = self._waiting(await self._tail.ready(), run)
        spec = self._guards.spec(record.action)
        if spec is None:
            raise ActionDenied("actions.no_such_action", action=record.action)
        asker = replace(self._guards.person(record.person), proof=record.proof)
        proof = self._trust.to_approve(spec, asker, person, record.waits_since or record.asked)
        return proof, record

    async def _write(self, kind: Kind, record: Record, person: Person, body: Mapping[str, object]) -> None:
        draft = self._records.draft(kind, person, record.id, record.action, body)

        def still_waits(ledger: Ledger) -> None:
            self._waiting(ledger, record.id)

        await self._records.claim_draft(draft, still_waits)

    def _waiting(self, ledger: Ledger, run: str) -> Record:
        record = ledger.runs.get(run)
        if record is None:
            raise ActionDenied("actions.no_such_run")
        if (why := decided(ledger, record, self._guards, self._now())) is not None:
            raise ActionDenied(why.id, **why.values)
        return record

    def _shown(self, record: Record, expires: datetime) -> Approval:
        zone, words = self._now().tzinfo, self._guards.words
        spec = self._guards.spec(record.action)
        return Approval(
            run=record.id,
            action=record.action,
            asker=self._guards.person(record.person),
            where=record.where,
            asked=(record.waits_since or record.asked).astimezone(zone),
            expires=expires.astimezone(zone),
            what=record.what or Message("actions.quoted", {"text": record.action}),
            before=record.before,
            after=record.after,
            count=record.count,
            columns=record.columns,
            rows=tuple(words.row({name: _cell(value) for name, value in row.items()}) for row in record.rows),
            headings=words.headings(record.columns, spec) if spec else (),
            brake=record.brake,
            statement=record.statement,
            warnings=record.warnings,
            values={name: _cell(value) for name, value in record.values.items()},
            subject=record.subject,
        )


def _cell(value: object) -> Value:
    return value if value is None or isinstance(value, Value) else str(value)
