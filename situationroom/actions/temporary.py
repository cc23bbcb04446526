"""Temporary settings go back by themselves when their time is over: once, whichever process sees to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from situationroom.actions.base import Action, Call, Preview
from situationroom.actions.choices import labelled
from situationroom.actions.guards import Guards
from situationroom.actions.ledger import Ledger
from situationroom.actions.masking import Mask
from situationroom.actions.recall import call_of
from situationroom.actions.record import Record
from situationroom.actions.records import Records
from situationroom.actions.runs import Run
from situationroom.actions.status import Statuses
from situationroom.actions.subject import subject_of
from situationroom.actions.tail import Tail
from situationroom.actions.target import target_of
from situationroom.actions.waiting import Clock
from situationroom.codec import same
from situationroom.errors import ActionDenied, JournalError, RoomError, SourceError, must_end
from situationroom.journal import Kind
from situationroom.values import ROOM, FeedState, Message, RunState

LOOK_S = 0.5
AGAIN_S = 15.0
"""Pause before a revert that could not be made is tried again."""

PATIENCE_S = 20.0

Carry = Callable[[Run, Callable[[Ledger], None]], Awaitable[None]]
"""Claims and performs a run; raises as :meth:`Performer.claim` while nothing has left the process."""


class Reverter:
    """Sees to temporary settings that are due.

    Args:
        actions: the room's actions.
        tail: what is temporary, and until when.
        guards: whether there is a place for the run now.
        records: the journal.
        statuses: shows why one that is due did not go back yet.
        carry: claims and performs a run.
        feed_state: the newest state of a feed.
        clock: the room's time.
        new_id: makes the id of a run.

    """

    def __init__(
        self,
        actions: Mapping[str, Action[Any]],
        tail: Tail,
        guards: Guards,
        records: Records,
        statuses: Statuses,
        carry: Carry,
        feed_state: Callable[[str], FeedState],
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._actions = actions
        self._tail = tail
        self._guards = guards
        self._records = records
        self._late = statuses.late
        self._carry = carry
        self._feed_state = feed_state
        self._clock = clock
        self._new_id = new_id
        self._not_before: dict[str, datetime] = {}

    async def run(self) -> None:
        """See to them, for ever."""
        while True:
            await self._clock.sleep(LOOK_S)
            ledger, now = self._tail.ledger, self._clock.now()
            for record in list(ledger.runs.values()):
                if record.for_s is not None and record.superseded and not record.reverted:
                    await self._given_up(record, Message("actions.revert_superseded"))
                due = ledger.reverts_at(record)
                if due is None or due > now or self._not_before.get(record.id, now) > now:
                    continue
                await self._try(record)

    async def _try(self, record: Record) -> None:
        self._not_before[record.id] = self._clock.now() + timedelta(seconds=AGAIN_S)
        try:
            why = await self._revert(record)
        except RoomError as error:
            why = error.message
        except BaseException as error:  # a kind of action that breaks must not end the room
            if must_end(error):
                raise
            why = Message("actions.broke_before", {"detail": f"{type(error).__name__}: {error}"})
        if why is None:
            self._late.pop(record.id, None)
        else:
            self._late[record.id] = Message("actions.revert_late", {"why": why})

    async def _revert(self, record: Record) -> Message | None:
        """Go back; why that has to wait, or None when it is done or given up."""
        action = self._actions.get(record.action)
        if action is None:
            return Message("actions.no_such_action", {"action": record.action})
        now = self._clock.now()
        call = action.undo_call(
            call_of(record, action, ROOM, self._feed_state, now), record.goes_back_to, record.after_facts
        )
        if call is None:
            return Message("actions.no_undo")
        subject = subject_of(action.spec, call.values, labelled(action.spec, self._feed_state, now))
        call = Call(call.action, ROOM, call.values, call.goal, record.id, subject=subject)
        try:
            async with asyncio.timeout(PATIENCE_S):
                preview = await action.preview(call, now)
        except ActionDenied as error:  # it is so already, or no longer anything this action sets
            await self._given_up(record, error.message)
            return None
        except TimeoutError as error:
            raise SourceError("actions.no_answer", after_s=PATIENCE_S) from error
        if not _as_left(record, preview):
            await self._given_up(record, Message("actions.changed_by_hand", {"now": preview.before.text}))
            return None
        return await self._fire(record, action, call, preview)

    async def _fire(
        self, record: Record, action: Action[Any], call: Call, preview: Preview
    ) -> Message | None:
        mask = Mask(action.spec.inputs, call.values)
        target = target_of(action.spec, call.values)
        run = Run(self._new_id(), action, call, mask, self._clock.now(), preview=preview, fired=True)
        run.target, run.reverts = target, True
        run.move(RunState.PREVIEWED)
        run.move(RunState.CONFIRMED)

        def due_still(ledger: Ledger) -> None:
            found = ledger.runs.get(record.id)
            if found is None or ledger.reverts_at(found) is None:
                raise ActionDenied("actions.already_fired")
            if (
                why := self._guards.taken(action.name, action.spec, ledger, target, cooling=False)
            ) is not None:
                raise ActionDenied(why.id, **why.values)

        try:
            await self._carry(run, due_still)
        except ActionDenied as error:
            return error.message if error.message.id != "actions.already_fired" else None
        if run.state is RunState.DONE:
            asker = self._guards.person(record.person)
            said = Message("actions.reverted_for", {"person": asker.name})
            await self._note(record, {"by": run.id, "for": record.person, "reason": said})
        return run.reason if run.state is not RunState.DONE else None

    async def _given_up(self, record: Record, why: Message) -> None:
        """It is not forced: the journal says why, and the setting stays as it was found."""
        await self._note(record, {"forced": False, "reason": why})

    async def _note(self, record: Record, body: dict[str, object]) -> None:
        if isinstance(reason := body.get("reason"), Message):
            body = {**body, "reason": self._records.sentence(reason)}
        draft = self._records.draft(Kind.REVERTED, ROOM, record.id, record.action, body)

        def not_yet(ledger: Ledger) -> None:
            if (found := ledger.runs.get(record.id)) is not None and found.reverted:
                raise ActionDenied("actions.already_fired")

        try:
            await self._records.claim_draft(draft, not_yet)
        except ActionDenied:
            return  # another process said so
        except JournalError:
            return  # the run that reverted is in the journal by itself; this is said when it takes entries


def _as_left(record: Record, preview: Preview) -> bool:
    """Whether what is true now is what the run left, as far as it said what it left."""
    facts = preview.before.facts
    return all(same(facts[name], value) for name, value in record.after_facts.items() if name in facts)
