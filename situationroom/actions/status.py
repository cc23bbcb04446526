"""Runs as screens see them: what this process carries, joined with what the journal knows of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from situationroom.actions.base import Action
from situationroom.actions.guards import Guards
from situationroom.actions.knowing import given_of, verify_for
from situationroom.actions.ledger import Ledger
from situationroom.actions.record import Record
from situationroom.actions.runs import Run
from situationroom.actions.stepping import lost
from situationroom.formats import duration
from situationroom.layout.models import VerifySpec
from situationroom.values import Message, RunState, RunStatus

_ROWS_GO_ON = (RunState.STOPPED, RunState.FAILED, RunState.UNKNOWN)


class Statuses:
    """Tells how runs stand."""

    def __init__(
        self, actions: Mapping[str, Action[Any]], guards: Guards, now: Callable[[], datetime]
    ) -> None:
        self._actions = actions
        self._guards = guards
        self._now = now
        self._over: dict[str, tuple[Record, RunStatus]] = {}  # what nothing changes any more, told once
        self.late: dict[str, Message] = {}  # why a temporary setting that is due did not go back yet

    def of(self, ledger: Ledger, record: Record | None, run: Run | None) -> RunStatus:
        """One run, by what is known of it; one of the two must be."""
        if record is None:
            assert run is not None
            return run.status()
        kept = self._over.get(record.id)
        if kept is not None and kept[0] is record:
            return kept[1]
        told = run.status() if run is not None else self._told(ledger, record)
        status = self._known(ledger, record, told)
        if self._is_over(ledger, record, run, status):
            self._over[record.id] = (record, status)
        return status

    def all(self, ledger: Ledger, runs: Mapping[str, Run]) -> tuple[RunStatus, ...]:
        """Every run that was fired: the unsettled first, then the newest."""
        told = [
            self.of(ledger, record, runs.get(record.id)) for record in ledger.runs.values() if record.fired
        ]
        told += [
            run.status()
            for run in runs.values()
            if run.fired and (run.id not in ledger.runs or not ledger.runs[run.id].fired)
        ]
        for gone in self._over.keys() - ledger.runs.keys():
            del self._over[gone]
        return tuple(sorted(told, key=lambda one: (not one.unsettled, -one.started.timestamp())))

    def undo_until(self, ledger: Ledger, record: Record) -> datetime | None:
        """Until when a run's undo is offered, or None."""
        action = self._actions.get(record.action)
        undo = action.spec.undo if action else None
        if action is None or undo is None or record.ended is None:
            return None
        if not (record.happened or (action.GOES_BACK and _in_part(record))):
            return None
        if record.undoes or record.superseded or record.reverted or ledger.undone(record.id):
            return None
        until = ledger.by_now(record, record.ended) + timedelta(seconds=undo.within)
        return until if until > self._now() else None

    def verify(self, record: Record) -> VerifySpec | None:
        """What has to show after a done run; None where nothing has to."""
        action = self._actions.get(record.action)
        if action is None or record.state is not RunState.DONE:
            return None
        return verify_for(action, record.after_facts, undoes=bool(record.undoes))

    def verify_until(self, ledger: Ledger, record: Record) -> datetime | None:
        """Until when a run's effect is looked for on its feed, or None where it is not, or is decided."""
        if record.verified is not None or record.ended is None:
            return None
        verify = self.verify(record)
        if verify is None:
            return None
        return ledger.by_now(record, record.ended) + timedelta(seconds=verify.within)

    def can_continue(self, ledger: Ledger, record: Record) -> bool:
        """Whether a run ended early, and may be continued."""
        action = self._actions.get(record.action)
        if action is None or not action.CONTINUES or record.superseded:
            return False
        ended_early = ledger.state(record) in _ROWS_GO_ON
        unknown = ledger.state(record) is RunState.UNKNOWN and record.settled is None
        return (
            ended_early and not unknown and not any(one.resumes == record.id for one in ledger.runs.values())
        )

    def _is_over(self, ledger: Ledger, record: Record, run: Run | None, status: RunStatus) -> bool:
        """Whether a run looks the same for ever, as long as the journal says nothing new of it."""
        if not status.state.ended or status.unsettled or status.can_continue:
            return False
        if run is not None and not (run.ended.is_set() and run.unrecorded is None):
            return False
        counting = (status.undo_left_s, status.verify_left_s, status.reverts_left_s)
        action = self._actions.get(record.action)
        undo = action.spec.undo if action else None
        if any(left is not None for left in counting) or (record.for_s and not record.superseded):
            return False
        if undo is None or record.superseded or record.undoes or record.ended is None:
            return True
        return (self._now() - ledger.by_now(record, record.ended)).total_seconds() > undo.within

    def _known(self, ledger: Ledger, record: Record, status: RunStatus) -> RunStatus:
        """The status with all that came to be known by the journal."""
        until, undo = self.verify_until(ledger, record), self.undo_until(ledger, record)
        reverts = ledger.reverts_at(record)
        waits = status.state is RunState.AWAITING
        expires = ledger.by_now(record, record.expires) if waits and record.expires else None
        return replace(
            status,
            where=record.where,
            ended=record.ended,
            before=record.before,
            after=record.after,
            approver=self._guards.person(record.approver) if record.approver else None,
            approve_left_s=self._left_s(expires),
            verified=record.verified,
            verify_left_s=self._left_s(until),
            watches=self._watches(record),
            unverified=record.unverified,
            settled=record.settled,
            undo_left_s=self._left_s(undo),
            undoes=record.undoes,
            reverts_left_s=self._left_s(reverts),
            reason=self.late.get(record.id, status.reason) if reverts else status.reason,
            steps=lost(record.steps) if ledger.state(record) is RunState.UNKNOWN else record.steps,
            can_continue=self.can_continue(ledger, record),
        )

    def _watches(self, record: Record) -> Message | None:
        """What has to show, and how long it is waited for where it did already before the run."""
        verify = self.verify(record)
        if verify is None:
            return None
        what = self._guards.watched(verify, given_of(record))
        if verify.settle is not None:
            settle = duration(verify.settle, self._guards.words.lang)
            return Message("actions.watches_settled", {"what": what, "settle": settle})
        if record.held is not False and record.verified is None:
            return Message("actions.watches_all_along", {"what": what})
        return what

    def _told(self, ledger: Ledger, record: Record) -> RunStatus:
        """A run of another process, or of an earlier life of this one."""
        state = ledger.state(record)
        reason = record.reason
        if state is RunState.UNKNOWN and record.state is RunState.CLAIMED:
            reason = Message("actions.process_gone")
        elif state is RunState.EXPIRED and record.state is not RunState.EXPIRED:
            reason = Message("actions.lapsed")
        return RunStatus(
            id=record.id,
            action=record.action,
            state=RunState.RUNNING if state is RunState.CLAIMED else state,
            person=self._guards.person(record.person),
            started=(record.claimed or record.asked).astimezone(self._now().tzinfo),
            done=record.done,
            total=record.total,
            failed=record.failed,
            reason=reason,
            result=record.result,
            here=False,
            paused=record.paused,
            limit_per_s=record.limit_per_s,
            errors=record.errors,
            subject=record.subject,
        )

    def _left_s(self, until: datetime | None) -> float | None:
        return max(0.0, (until - self._now()).total_seconds()) if until is not None else None


def _in_part(record: Record) -> bool:
    """Whether a run that did not do all it was to do has done some of it, as far as anybody knows."""
    known = record.state in (RunState.FAILED, RunState.STOPPED) or record.settled is not None
    return known and bool(record.after_facts or record.facts)
