"""What a person may do to a run under way, in whatever process: stop it, pause it, change its rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from situationroom.actions.guards import Guards
from situationroom.actions.ledger import Ledger
from situationroom.actions.records import Records
from situationroom.actions.runs import Run
from situationroom.actions.tail import Tail
from situationroom.errors import ActionDenied
from situationroom.journal import Entry, Kind
from situationroom.layout.models import ActionSpec
from situationroom.values import Message, Person, RunState

Steer = Callable[[Run, str, Mapping[str, object]], None]
"""What an order does to a run: the run, who gave it, and its particulars."""


def _stop(run: Run, who: str, facts: Mapping[str, object]) -> None:
    del facts
    run.halt(Message("actions.stopped_by", {"person": who}))


def _pause(run: Run, who: str, facts: Mapping[str, object]) -> None:
    del who, facts
    run.paused = True
    run.go_on.clear()


def _resume(run: Run, who: str, facts: Mapping[str, object]) -> None:
    del who, facts
    run.paused = False
    run.go_on.set()


def _rate(run: Run, who: str, facts: Mapping[str, object]) -> None:
    del who
    per_s = facts.get("per_s")
    run.limit_per_s = float(per_s) if isinstance(per_s, (int, float)) else None


def _always(ledger: Ledger) -> None:
    """An order is written whatever happened meanwhile: a run that is over does not mind."""
    del ledger


_ORDERS: Mapping[str, Steer] = MappingProxyType(
    {Kind.STOP_ASKED: _stop, Kind.PAUSED: _pause, Kind.RESUMED: _resume, Kind.RATE: _rate}
)


class Steering:
    """Gives orders to runs. A run of another process gets them through the journal.

    Args:
        runs: the runs of this process.
        tail: what the others do.
        guards: who has a say.
        records: the journal.
        changed: tells the screens.

    """

    def __init__(
        self,
        runs: Mapping[str, Run],
        tail: Tail,
        guards: Guards,
        records: Records,
        changed: Callable[[], None],
    ) -> None:
        self._runs = runs
        self._tail = tail
        self._guards = guards
        self._records = records
        self._changed = changed

    async def order(
        self, run: str, kind: Kind, person: Person, facts: Mapping[str, object] | None = None
    ) -> None:
        """Have a run stopped, paused, resumed, or its rate changed.

        Raises:
            ActionDenied: it is not under way, or ``person`` has no say in it.
            JournalError: it is another process's, and cannot be told.

        """
        facts = facts or {}
        own = self._runs.get(run)
        if own is not None:
            self._check(own.action.spec if own.under_way else None, person)
            _ORDERS[kind](own, person.name, facts)
            self._changed()
            await self._records.write_sooner_or_later(own, kind, facts, person)
            return
        record = self._tail.ledger.runs.get(run)
        under_way = record is not None and self._tail.ledger.state(record) is RunState.CLAIMED
        action = record.action if record else ""
        self._check(self._guards.spec(action) if under_way else None, person)
        draft = self._records.draft(kind, person, run, action, facts)
        await self._records.claim_draft(draft, _always)

    def heard(self, entry: Entry) -> None:
        """An entry was written: an order of another process for a run of ours is followed."""
        own = self._runs.get(entry.run)
        steer = _ORDERS.get(entry.kind)
        if own is None or steer is None or not own.under_way:
            return
        person = self._guards.person(entry.person)
        if self._guards.role(own.action.spec, person) is None:
            steer(own, person.name, entry.facts)

    def _check(self, spec: ActionSpec | None, person: Person) -> None:
        if spec is None:
            raise ActionDenied("actions.not_under_way")
        if (why := self._guards.role(spec, person)) is not None:
            raise ActionDenied(why.id, **why.values)
