"""What nobody knows: found out by a look, and settled by a person, once among all processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from situationroom.actions.base import Action, Call, State
from situationroom.actions.guards import Guards
from situationroom.actions.ledger import Ledger
from situationroom.actions.recall import call_of, undo_of
from situationroom.actions.record import Record
from situationroom.actions.records import Records
from situationroom.actions.tail import Tail
from situationroom.actions.waiting import Clock
from situationroom.errors import ActionDenied, SourceError
from situationroom.journal import Kind
from situationroom.values import FeedState, Person, RunState, Settlement

PATIENCE_S = 10.0
"""How long a look may take, the action's own limits apart."""


class Recovery:
    """Looks into runs of the journal, and settles those whose outcome nobody knows."""

    def __init__(
        self,
        actions: Mapping[str, Action[Any]],
        tail: Tail,
        guards: Guards,
        records: Records,
        feed_state: Callable[[str], FeedState],
        clock: Clock,
    ) -> None:
        self._actions = actions
        self._tail = tail
        self._guards = guards
        self._records = records
        self._feed_state = feed_state
        self._clock = clock

    def found(self, run: str) -> tuple[Record, Action[Any]]:
        """A run of the journal and its action.

        Raises:
            ActionDenied: there is no such run, or the layout no longer has its action.

        """
        record = self._tail.ledger.runs.get(run)
        if record is None:
            raise ActionDenied("actions.no_such_run")
        if record.action not in self._actions:
            raise ActionDenied("actions.no_such_action", action=record.action)
        return record, self._actions[record.action]

    def call(self, run: str, person: Person) -> Call:
        """The call of a run of the journal, anew and by ``person``.

        Raises:
            ActionDenied: no such run or action, or it had secret inputs that nobody keeps.

        """
        record, action = self.found(run)
        return call_of(record, action, person, self._feed_state, self._clock.now())

    async def probe(self, run: str) -> State:
        """What is true now of what a run was to change.

        Raises:
            SourceError: it cannot be learned.
            ActionDenied: as :meth:`call`.

        """
        record, action = self.found(run)
        call = self.call(run, self._guards.person(record.person))
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await action.probe(call)
        except TimeoutError as error:
            raise SourceError("actions.no_answer", after_s=PATIENCE_S) from error

    def _again(self, record: Record, person: Person) -> Call | None:
        """The call to ask the same anew: of an undo, the undo of that run, wherever that leads now."""
        undone = self._tail.ledger.runs.get(record.undoes)
        if undone is None:
            return self.call(record.id, person)
        return undo_of(undone, self._actions, self.call(undone.id, person))

    async def settle(self, run: str, verdict: Settlement, person: Person) -> Call | None:
        """Write down what came of it; after ``AGAIN`` the call to ask anew.

        Raises:
            ActionDenied: it is not unknown, is settled already, or ``person`` has no say in it.
            JournalError: it could not be written, so it is not settled.

        """
        await self._tail.ready()
        record, action = self.found(run)
        if (why := self._guards.role(action.spec, person)) is not None:
            raise ActionDenied(why.id, **why.values)
        again = self._again(record, person) if verdict is Settlement.AGAIN else None
        body = {"verdict": verdict.value, "asked_by": record.person}
        draft = self._records.draft(Kind.SETTLED, person, run, record.action, body)

        def open_still(ledger: Ledger) -> None:
            present = ledger.runs.get(run)
            if present is None:
                raise ActionDenied("actions.no_such_run")
            if present.settled is not None:
                by = self._guards.name(present.settled_by)
                raise ActionDenied("actions.settled_already", person=by)
            if ledger.state(present) is not RunState.UNKNOWN:
                raise ActionDenied("actions.not_unknown")
            if verdict is Settlement.DID_NOT and present.done:
                raise ActionDenied("actions.done_in_part", done=present.done)

        await self._records.claim_draft(draft, open_still)
        return again
