"""One entry of the journal, the chain of hashes through all of them, and how values become JSON.

The hash of an entry is the SHA-256 of the canonical JSON of ``[previous, id, at, run, kind, person, where,
action, body]``, everything as it is stored. The first entry's ``previous`` is :data:`START`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

from situationroom.codec import Json as Json

START = "0" * 64
"""The ``previous`` of the first entry."""


class Kind(StrEnum):
    """What an entry records. Kinds of actions and other parts of a room may add kinds of their own."""

    ASKED = "asked"
    DENIED = "denied"
    EXPIRED = "expired"  # nobody confirmed or approved it in time
    PREVIEWED = "previewed"
    WITHDRAWN = "withdrawn"
    CONFIRMED = "confirmed"
    CLAIMED = "claimed"  # the intent; no effect is ever older than this entry
    CHECKPOINT = "checkpoint"  # where a batch stands
    STOP_ASKED = "stop_asked"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    UNKNOWN = "unknown"
    APPROVAL_ASKED = "approval_asked"
    APPROVED = "approved"
    REFUSED = "refused"  # by the second person
    PAUSED = "paused"
    RESUMED = "resumed"
    RATE = "rate"  # the limit that a person set while it ran
    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"
    SETTLED = "settled"  # what a person decided about an unknown outcome
    TEMPORARY = "temporary"  # a setting that goes back by itself, and when
    REVERTED = "reverted"
    HELD = "held"
    RELEASED = "released"
    HEAD_LOST = "head_lost"  # somebody saw that the journal was cut or replaced, or the leases gone
    SIGN_IN_ASKED = "sign_in_asked"  # a PIN is about to be looked at; counts as a wrong one until signed_in
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    LOCKED_OUT = "locked_out"
    UNLOCKED = "unlocked"
    PIN_SET = "pin_set"


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is not written yet.

    Attributes:
        at: when it happened, aware.
        kind: what it records; for a run one of :class:`Kind`.
        run: the run's id, or "".
        person: the id of who did it.
        where: from where, ``user@host``.
        action: the action's id in the layout, or "".
        body: the particulars; any values, made JSON by :func:`plain`.

    """

    at: datetime
    kind: str
    run: str = ""
    person: str = ""
    where: str = ""
    action: str = ""
    body: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is stored. ``at`` is UTC text to the microsecond, ``body`` canonical JSON text."""

    id: int
    at: str
    run: str
    kind: str
    person: str
    where: str
    action: str
    body: str
    previous: str
    hash: str

    @property
    def moment(self) -> datetime:
        """``at`` as an aware datetime in UTC."""
        return datetime.fromisoformat(self.at)

    @property
    def facts(self) -> dict[str, Json]:
        """The particulars."""
        found = json.loads(self.body)
        return found if isinstance(found, dict) else {}

    @property
    def is_unchanged(self) -> bool:
        """Whether its hash is that of its content."""
        return self.hash == _hash_of(self)

    def follows(self, before: Entry | None) -> bool:
        """Whether it is unchanged and comes right after ``before`` (None: it is the first of all)."""
        place, previous = (before.id + 1, before.hash) if before else (1, START)
        return self.id == place and self.previous == previous and self.is_unchanged


def write(draft: Draft, last: tuple[int, str] | None) -> Entry:
    """The entry for a draft; ``last`` is the id and hash of the newest entry, None in an empty journal."""
    number, previous = (last[0] + 1, last[1]) if last else (1, START)
    unhashed = Entry(
        id=number,
        at=utc(draft.at),
        run=storable(draft.run),
        kind=str(draft.kind),
        person=storable(draft.person),
        where=storable(draft.where),
        action=storable(draft.action),
        body=canonical({name: plain(value) for name, value in draft.body.items()}),
        previous=previous,
        hash="",
    )
    return replace(unhashed, hash=_hash_of(unhashed))


def first_broken(entries: Iterable[Entry]) -> Entry | None:
    """The first entry that was changed or that does not follow the one before; None for a sound chain.

    ``entries`` are all of a journal, oldest first.
    """
    before: Entry | None = None
    for entry in entries:
        if not entry.follows(before):
            return entry
        before = entry
    return None


def canonical(value: Json) -> str:
    """JSON text that is the same for equal values: keys sorted, no spaces, Korean unescaped."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def plain(value: object) -> Json:
    """Any value as JSON: decimals, times and whatever else has no JSON form as text."""
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if value - value == 0 else str(value)  # NaN and infinity have no JSON form
        case str():
            return storable(value)
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case Mapping():
            return {storable(str(name)): plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
        case _:
            return storable(str(value))


def utc(moment: datetime) -> str:
    """An aware moment as text that sorts by time: ``2024-09-20T00:41:07.000000+00:00``."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def storable(text: str) -> str:
    """Text that UTF-8 can hold: half characters (from a command line, say) are written out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _hash_of(entry: Entry) -> str:
    parts: list[Json] = [
        entry.previous, entry.id, entry.at, entry.run, entry.kind,
        entry.person, entry.where, entry.action, entry.body,
    ]  # fmt: skip
    return hashlib.sha256(canonical(parts).encode("utf-8")).hexdigest()
