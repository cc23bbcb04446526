"""What became of a wait for a second person, for whoever comes a moment too late."""

from __future__ import annotations

from datetime import datetime

from situationroom.actions.guards import Guards
from situationroom.actions.ledger import Ledger
from situationroom.actions.record import Record
from situationroom.formats import clock
from situationroom.values import Message, RunState


def decided(ledger: Ledger, record: Record, guards: Guards, now: datetime) -> Message | None:
    """Why a run waits for no second person, by whom and since when; None while it does."""

    def at(moment: datetime | None) -> str:
        return clock((moment or record.moved).astimezone(now.tzinfo))

    state = ledger.state(record)
    expires = ledger.by_now(record, record.expires) if record.expires is not None else None
    if state is RunState.WITHDRAWN:
        person = guards.name(record.person)
        return Message("actions.withdrawn_by", {"person": person, "at": at(record.ended)})
    if state is RunState.DENIED and record.reason is not None:
        return Message("actions.decided_so", {"reason": record.reason, "at": at(record.ended)})
    if record.approver:
        person = guards.name(record.approver)
        return Message("actions.approved_by", {"person": person, "at": at(record.approved)})
    if expires is not None and (state is RunState.EXPIRED or expires <= now):
        if record.state is RunState.EXPIRED or expires <= now:
            return Message("actions.approved_by_nobody", {"at": at(expires)})
        return Message("actions.lapsed")
    return None if state is RunState.AWAITING else Message("actions.waits_no_more")
