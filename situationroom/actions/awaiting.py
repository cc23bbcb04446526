"""The asker's side of a second person's yes: waits for it in the journal, and looks at it again."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from situationroom.actions.decided import decided
from situationroom.actions.guards import Guards
from situationroom.actions.ledger import Ledger
from situationroom.actions.perform import Performer
from situationroom.actions.record import Record
from situationroom.actions.records import Records
from situationroom.actions.runs import Run
from situationroom.actions.tail import Tail
from situationroom.actions.waiting import Clock
from situationroom.codec import same_facts
from situationroom.errors import ActionDenied, JournalError, RoomError, SourceError
from situationroom.journal import Kind
from situationroom.layout.models import Layout
from situationroom.people.approving import judge_second
from situationroom.values import Message, Proof, RunState

LOOK_S = 0.5
"""How long a look at the clock may be put off while nothing happens in the journal."""

PATIENCE_S = 20.0


class Awaiting:
    """Runs of this process that wait for a second person.

    Args:
        layout: whose people.
        tail: where approvals arrive.
        guards: who is who.
        records: the journal.
        performer: records refusals.
        clock: the room's time.
        preview_lives_s: a preview older than this is made again before it counts.

    """

    def __init__(
        self,
        layout: Layout,
        tail: Tail,
        guards: Guards,
        records: Records,
        performer: Performer,
        clock: Clock,
        preview_lives_s: float,
    ) -> None:
        self._layout = layout
        self._tail = tail
        self._guards = guards
        self._records = records
        self._performer = performer
        self._clock = clock
        self._preview_lives_s = preview_lives_s

    async def begin(self, run: Run, lease: str, proof: Proof) -> None:
        """Ask for the second person; on the disk when this returns.

        Raises:
            JournalError: it could not be written, so nobody is asked.

        """
        expires = self._clock.now() + timedelta(seconds=run.action.spec.approve_within)
        body = {
            **self._records.shown(run, run.previewed),
            "expires": expires,
            "lease": lease,
            "proof": proof,
            "values": run.mask.whole(),
        }
        await self._records.write(run, Kind.APPROVAL_ASKED, body)

    async def approved(self, run: Run) -> bool:
        """Wait for the second person; whether they approved, and the world is still as they saw it.

        Where they did not, the run is denied or withdrawn when this returns.
        """
        while run.state is RunState.AWAITING:
            ledger = self._tail.ledger
            record = ledger.runs.get(run.id)
            if record is not None and record.refused:
                run.reason = record.reason
                run.move(RunState.DENIED)
                run.ended.set()
            elif record is not None and record.approver:
                return await self._stands(run, record)
            elif record is not None and _lapsed(ledger, record, self._clock.now()):
                await self._lapse(run)
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S):
                        await self._tail.moved.wait()
        return False

    async def withdraw(self, run: Run) -> None:
        """Take the request back, unless somebody decided before: the journal says who came first.

        Raises:
            ActionDenied: it was decided already, and by whom.

        """

        def undecided(ledger: Ledger) -> None:
            record = ledger.runs.get(run.id)
            if record is not None and (why := decided(ledger, record, self._guards, self._clock.now())):
                raise ActionDenied(why.id, **why.values)

        if run.state is not RunState.AWAITING:
            undecided(self._tail.ledger)
            raise ActionDenied("actions.already_fired")
        written = True
        try:
            await self._records.claim(run, Kind.WITHDRAWN, {}, undecided)
        except JournalError:
            written = False  # nobody can approve it there either
        if run.state is RunState.AWAITING:
            run.move(RunState.WITHDRAWN)
            if not written:
                await self._records.write_sooner_or_later(run, Kind.WITHDRAWN)
            run.ended.set()

    async def _stands(self, run: Run, record: Record) -> bool:
        """Whether an approval counts: who gave it, and that nothing changed since the preview."""
        asker = replace(run.call.person, proof=record.proof)
        approver = replace(self._guards.person(record.approver), proof=record.approver_proof)
        try:
            judge_second(self._layout, run.action.spec, asker, approver)
            await self._as_previewed(run)
        except RoomError as error:
            await self._deny(run, error)
        except Exception as error:  # noqa: BLE001 - a kind of action may break in any way: it is said
            detail = f"{type(error).__name__}: {error}"
            await self._deny(run, ActionDenied("actions.broke_before", detail=detail))
        return run.state is RunState.AWAITING

    async def _as_previewed(self, run: Run) -> None:
        """Make an old preview again; what was approved still holds only if it begins from the same facts."""
        preview = run.previewed
        now = self._clock.now()
        if (now - preview.at).total_seconds() <= self._preview_lives_s:
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                present = await run.action.preview(run.call, now)
        except TimeoutError as error:
            raise SourceError("actions.no_answer", after_s=PATIENCE_S) from error
        if not same_facts(present.before.facts, preview.before.facts):
            raise ActionDenied("actions.changed_since", before=preview.before.text, now=present.before.text)

    async def _deny(self, run: Run, error: RoomError) -> None:
        if run.state is RunState.AWAITING:  # else it was withdrawn meanwhile
            await self._performer.denied(run, error)

    async def _lapse(self, run: Run) -> None:
        """Its time is over, unless somebody approved at the last moment: the journal decides which."""
        why = Message("actions.approval_expired")

        def nobody_did(ledger: Ledger) -> None:
            record = ledger.runs.get(run.id)
            if record is not None and (record.approver or ledger.state(record) is not RunState.AWAITING):
                raise ActionDenied("actions.already_fired")

        try:
            await self._records.claim(run, Kind.EXPIRED, {"reason": self._records.said(run, why)}, nobody_did)
        except ActionDenied:
            return
        except JournalError:
            await asyncio.sleep(LOOK_S)  # approvals cannot be written either
            return
        if run.state is RunState.AWAITING:
            run.reason = why
            run.move(RunState.EXPIRED)
            run.ended.set()


def _lapsed(ledger: Ledger, record: Record, now: datetime) -> bool:
    return record.expires is not None and ledger.by_now(record, record.expires) <= now
