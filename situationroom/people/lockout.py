"""When somebody may try a PIN: what the journal says of earlier tries, of every process and restart.

A try is written *before* its PIN is looked at and counts until a right one follows. Tries at the same time,
and a program killed between a wrong PIN and its record, so win nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from situationroom.journal import Entry, Kind

TRIES = 5
"""So many wrong ones within :data:`WINDOW` lock a person out."""

WINDOW = timedelta(minutes=10)
LOCKED_FOR = timedelta(minutes=10)

REMEMBERED = WINDOW + LOCKED_FOR
"""Entries older than this say nothing about the present."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands.

    Attributes:
        left: how many PINs they may try now.
        locked_until: when their lock-out ends, or None.

    """

    left: int = TRIES
    locked_until: datetime | None = None


def standing(entries: Iterable[Entry], now: datetime) -> Standing:
    """Where the person stands whose entries these are, oldest first, of the time :data:`REMEMBERED`."""
    tries: list[datetime] = []
    until: datetime | None = None
    for entry in entries:
        match entry.kind:
            case Kind.SIGN_IN_ASKED:
                tries = [*_within(tries, entry.moment), entry.moment]
                if len(tries) >= TRIES:
                    until = entry.moment + LOCKED_FOR
            case Kind.LOCKED_OUT:
                tries = []
            case Kind.SIGNED_IN | Kind.UNLOCKED:
                tries, until = [], None
    if until is not None and until > now:
        return Standing(0, until)
    return Standing(TRIES - len(_within(tries, now)))


def _within(tries: Iterable[datetime], now: datetime) -> list[datetime]:
    return [moment for moment in tries if moment > now - WINDOW]
