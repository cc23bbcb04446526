"""Whether a journal is what was written: the first entry that was changed, removed or reordered.

The hash of an entry covers all that is in it, its number, and the hash of the one before. So nothing in the
chain can be altered without breaking it at that place or the next. Two things a chain alone cannot show,
for what is left is a chain too: that its end was cut off, and that it was written anew from some entry on.
Both are found by a hash that somebody noted earlier, elsewhere: it must still be in the chain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from situationroom.errors import JournalError
from situationroom.journal.entry import START, Entry, Json

SHORTEST_EXPECTED = 16
"""Digits of an expected hash that are at least needed: fewer could be made to fit."""


class Check(StrEnum):
    """What failed."""

    NUMBER = "number"  # entries are missing before it, or it is out of order
    HASH = "hash"  # its content is not what was written
    PREVIOUS = "previous"  # it was written after another entry than the one before it
    READABLE = "readable"  # the file breaks off


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place where a journal is not what was written.

    Attributes:
        check: what failed.
        id: the first entry concerned: changed, or the first of those missing.
        at: its time as stored; of a missing one, the time of the entry that shows it.
        shown_by: the entry that shows it.
        detail: what the file says where it cannot be read.

    """

    check: Check
    id: int
    at: str
    shown_by: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found.

    Attributes:
        count: entries read.
        first, last: the times of the first and the last one; "" where there is none.
        head: the hash of the last sound entry.
        fault: where it first breaks, or None.
        expected: the hash that was to be found, or "".
        found: the number of the entry that has it, or None.

    """

    count: int
    first: str
    last: str
    head: str
    fault: Fault | None
    expected: str = ""
    found: int | None = None

    @property
    def sound(self) -> bool:
        """Whether the chain holds, and has in it what was to be found."""
        return self.fault is None and (not self.expected or self.found is not None)

    def facts(self) -> dict[str, Json]:
        """The verdict for programs."""
        fault: Json = None
        if self.fault is not None:
            fault = {"check": self.fault.check.value, "id": self.fault.id, "at": self.fault.at,
                     "shown_by": self.fault.shown_by, "detail": self.fault.detail}  # fmt: skip
        return {
            "sound": self.sound, "count": self.count, "first": self.first, "last": self.last,
            "head": self.head, "fault": fault, "expected": self.expected, "found": self.found,
        }  # fmt: skip


def verify(entries: Iterable[Entry], expect: str = "") -> Verdict:
    """Check all entries of a journal, oldest first, in one pass.

    ``expect`` is a hash noted earlier, or at least its first :data:`SHORTEST_EXPECTED` digits.
    """
    chain = Chain(expect)
    try:
        for entry in entries:
            chain.add(entry)
    except JournalError as error:
        chain.breaks_off(str(error.message.values.get("detail", error)))
    return chain.verdict()


class Chain:
    """A check that is fed entry by entry, for whoever reads them for something else as well."""

    def __init__(self, expect: str = "") -> None:
        self._expect = expect.lower()
        self._found: int | None = None
        self._count = 0
        self._first = ""
        self._last: Entry | None = None
        self._head = START
        self._fault: Fault | None = None

    def add(self, entry: Entry) -> None:
        """The next entry."""
        if self._fault is None:
            self._fault = _fault(entry, self._last)
        if self._fault is None:
            self._head = entry.hash
            if self._expect and self._found is None and entry.hash.startswith(self._expect):
                self._found = entry.id
        self._first = self._first or entry.at
        self._last = entry
        self._count += 1

    def breaks_off(self, detail: str) -> None:
        """The file could not be read any further."""
        after = self._last.id if self._last else 0
        at = self._last.at if self._last else ""
        self._fault = self._fault or Fault(Check.READABLE, after + 1, at, after, detail)

    def verdict(self) -> Verdict:
        """What was found so far."""
        last = self._last.at if self._last else ""
        return Verdict(self._count, self._first, last, self._head, self._fault, self._expect, self._found)


def _fault(entry: Entry, before: Entry | None) -> Fault | None:
    number, previous = (before.id + 1, before.hash) if before else (1, START)
    if entry.id != number:
        return Fault(Check.NUMBER, min(number, entry.id), entry.at, entry.id)
    if not entry.is_unchanged:
        return Fault(Check.HASH, entry.id, entry.at, entry.id)
    if entry.previous != previous:
        # Both are sound by themselves, so the one before was put in another's place, its hash made to fit.
        first = before or entry
        return Fault(Check.PREVIOUS, first.id, first.at, entry.id)
    return None
