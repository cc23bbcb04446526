"""The present state of a room's actions, folded from its journal: the same in every process.

Pure: entries in, a new :class:`Ledger` out. Which processes are gone is no entry, and is given beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from situationroom.actions.record import Record, applied
from situationroom.codec import same, same_facts
from situationroom.journal import Entry, Kind
from situationroom.journal.database import MOST_UNDOABLE
from situationroom.journal.entry import START
from situationroom.values import RunState, Settlement

REMEMBERED = 300
"""Runs that are over and done with, kept to be shown."""

JITTER = timedelta(seconds=5)
"""So much earlier than the entry before it an entry may be, where processes write at once."""

_ENDS = frozenset({Kind.DONE, Kind.FAILED, Kind.STOPPED, Kind.UNKNOWN})


class JournalReplaced(Exception):
    """The journal is no longer the one that was read: moved away, or put back from a copy."""


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds all actions."""

    person: str
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the journal says, up to its entry ``last``.

    Attributes:
        last, hash: the newest entry that was folded.
        runs: runs by id, in the order they were asked.
        hold: who holds all actions, or None.
        ended: when the last run of each action that was fired ended, in steady time.
        fired: the id of the newest run of each action that was confirmed.
        gone: leases of processes that are known to be dead.
        at: the time of its newest entry, or an earlier one that the clock was seen to show since.
        set_back: by how much the clock was set back in all, as far as entries tell. With this added, times
            are *steady*: they never go back.
        live: runs that something may still come of.

    """

    last: int = 0
    hash: str = START
    runs: Mapping[str, Record] = field(default_factory=dict)
    hold: Held | None = None
    ended: Mapping[str, datetime] = field(default_factory=dict)
    fired: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    at: datetime | None = None
    set_back: timedelta = timedelta()
    live: tuple[Record, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        """Pick out, once for all who ask, the few runs that something may still come of."""
        object.__setattr__(self, "live", tuple(one for one in self.runs.values() if one.matters))

    def begun(self, entries: Sequence[Entry]) -> Ledger:
        """The first fold: entries may leave out what no longer matters."""
        return self._folded(entries)

    def after(self, entries: Sequence[Entry]) -> Ledger:
        """The ledger once these entries are folded: all of the journal from ``last`` on, that one included.

        Raises:
            JournalReplaced: they do not continue what was folded before.

        """
        if self.last:
            if not entries or (entries[0].id, entries[0].hash) != (self.last, self.hash):
                raise JournalReplaced
            entries = entries[1:]
        return self._folded(entries) if entries else self

    def buried(self, leases: Collection[str]) -> Ledger:
        """The ledger when the processes of these leases are known to be gone as well."""
        return replace(self, gone=self.gone.union(leases)) if not self.gone.issuperset(leases) else self

    def seen_at(self, now: datetime) -> Ledger:
        """The ledger when it is ``now``: where entries are of later, the clock was set back since."""
        if self.at is None or now >= self.at - JITTER:
            return self
        return replace(self, at=now, set_back=self.set_back + (self.at - now))

    def by_now(self, record: Record, moment: datetime) -> datetime:
        """A moment of a run by the clock as it is set now, so that what counts from it takes no longer."""
        return moment - (self.set_back - record.set_back)

    def state(self, record: Record) -> RunState:
        """Where a run stands, told from its entries and from whether its process still lives."""
        if not record.lease or record.lease in self.gone:
            if record.state is RunState.CLAIMED:
                return RunState.UNKNOWN
            if record.state in (RunState.AWAITING, RunState.CONFIRMED):
                return RunState.EXPIRED
        return record.state

    def open(self) -> Iterator[Record]:
        """Runs that keep others away: claimed, by a process that lives, and not ended."""
        return (one for one in self.live if self.state(one) is RunState.CLAIMED)

    def unsettled(self) -> Iterator[Record]:
        """Runs of which nobody knows what came, and which nobody settled."""
        return (one for one in self.live if one.settled is None and self.state(one) is RunState.UNKNOWN)

    def awaiting(self) -> Iterator[Record]:
        """Runs that wait for a second person, as far as the journal and the living know."""
        return (one for one in self.live if self.state(one) is RunState.AWAITING)

    def temporary(self) -> Iterator[Record]:
        """Settings that have yet to go back by themselves."""
        return (one for one in self.live if self.reverts_at(one) is not None)

    def reverts_at(self, record: Record) -> datetime | None:
        """When a temporary setting goes back by itself; None where it does not, or did already."""
        if record.for_s is None or record.reverted or record.superseded or not record.happened:
            return None
        if any(self._counts(one) for one in self.reverts_of(record.id)):
            return None
        return self.by_now(record, record.ended or record.moved) + timedelta(seconds=record.for_s)

    def reverts_of(self, run: str) -> Iterator[Record]:
        """Runs that were to revert this one."""
        return (one for one in self.runs.values() if one.reverts and one.undoes == run)

    def undone(self, run: str) -> bool:
        """Whether a run was undone, or is about to be."""
        return any(one.undoes == run and self._counts(one) for one in self.runs.values())

    def leases(self) -> frozenset[str]:
        """Leases that something still hangs on."""
        waits = (RunState.AWAITING, RunState.CONFIRMED, RunState.CLAIMED)
        return frozenset(
            one.lease
            for one in self.runs.values()
            if one.lease and (one.state in waits or (one.state is RunState.DONE and one.verified is None))
        ).difference(self.gone)

    def _counts(self, record: Record) -> bool:
        """Whether a run had its effect, is having it, or may have had it."""
        if record.settled is not None:
            return record.settled is Settlement.HAPPENED
        return self.state(record) in (RunState.CLAIMED, RunState.DONE, RunState.UNKNOWN)

    def _folded(self, entries: Iterable[Entry]) -> Ledger:
        page = _Page(dict(self.runs), dict(self.ended), dict(self.fired), self.hold, self.at, self.set_back)
        last = None
        for entry in entries:
            last = entry
            with suppress(ValueError):  # an entry that was tampered with says nothing; ``verify`` names it
                page.turn(entry)
        if last is None:
            return self
        return Ledger(
            last.id, last.hash, self._kept(page.runs), page.hold, page.ended, page.fired, self.gone,
            page.at, page.set_back,
        )  # fmt: skip

    def _kept(self, runs: dict[str, Record]) -> dict[str, Record]:
        """Without the oldest runs that nothing hangs on any more."""
        over = len(runs) - REMEMBERED
        if over <= 0:
            return runs
        spare = [one.id for one in runs.values() if not (one.matters or one.last_change)][:over]
        changes = sum(one.last_change and not one.matters for one in runs.values())
        if changes > MOST_UNDOABLE:
            changed = (one.id for one in runs.values() if one.last_change and not one.matters)
            spare += list(changed)[: changes - MOST_UNDOABLE]
        for old in spare:
            del runs[old]
        return runs


@dataclass(slots=True)
class _Page:
    """A ledger that is being written."""

    runs: dict[str, Record]
    ended: dict[str, datetime]
    fired: dict[str, str]
    hold: Held | None
    at: datetime | None
    set_back: timedelta

    def turn(self, entry: Entry) -> None:
        """Fold one entry.

        Raises:
            ValueError: it is no entry of ours.

        """
        self._clock(entry.moment)
        if entry.kind in _HOLDS:
            self.hold = _HOLDS[entry.kind](entry)
        if not entry.run:
            return
        before = self.runs.get(entry.run)
        record = applied(before, entry)
        if before is None or (before.ended, before.expires) != (record.ended, record.expires):
            record = replace(record, set_back=self.set_back)
        self.runs[entry.run] = record
        if record.fired:
            self.fired[record.action] = record.id
        if entry.kind in _ENDS:
            self.ended[record.action] = entry.moment + self.set_back
        if entry.kind in (Kind.DONE, Kind.SETTLED) and record.happened:
            _supersede(self.runs, record)

    def _clock(self, moment: datetime) -> None:
        """What the time of the next entry says of the clock."""
        if self.at is not None and moment < self.at - JITTER:
            self.set_back += self.at - moment
            self.at = moment
        else:
            self.at = max(moment, self.at or moment)


def _supersede(runs: dict[str, Record], then: Record) -> None:
    """A run that had its effect takes the place of an earlier one of the same thing.

    A temporary setting whose place is taken hands on what it was to go back to, unless the later run brought
    just that back.
    """
    for earlier in list(runs.values()):
        if earlier.superseded or earlier.action != then.action or earlier.id == then.id:
            continue
        if not earlier.happened or not same_facts(earlier.about, then.about):
            continue
        runs[earlier.id] = replace(earlier, superseded=True)
        if earlier.for_s is None or earlier.reverted or then.undoes:
            continue
        if _holds(earlier.goes_back_to, then.after_facts):
            runs[then.id] = replace(runs[then.id], for_s=None)
        else:
            runs[then.id] = replace(runs[then.id], goes_back_to=earlier.goes_back_to)


def _holds(goal: Mapping[str, object], facts: Mapping[str, object]) -> bool:
    """Whether the facts that were found are those of the goal, as far as they were found."""
    return bool(facts) and all(same(goal.get(name), value) for name, value in facts.items())


def _held(entry: Entry) -> Held:
    reason = entry.facts.get("reason")
    return Held(entry.person, entry.moment, reason if isinstance(reason, str) else "")


_HOLDS: Mapping[str, Callable[[Entry], Held | None]] = {
    Kind.HELD: _held,
    Kind.RELEASED: lambda _: None,
}
