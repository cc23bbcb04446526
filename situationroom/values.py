"""The plain, frozen values everything else speaks in: readings, failures, levels, alerts.

Nothing here does input or output, keeps a clock or knows a screen. Times are aware datetimes,
durations are float seconds and say so in their name (``_s``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

Value = str | int | float | bool | Decimal | datetime | date | None
"""One cell of a row. Sources turn everything else into one of these."""


class Duration(float):
    """A length of time in seconds that its source knew to be one, as an ``interval`` of a database.

    It counts like any figure, and is shown as a duration where nobody said otherwise. Sums, differences and
    parts of it are durations too; how often one goes into another is not.
    """

    __slots__ = ()

    def __add__(self, other: float, /) -> Duration:
        """This much longer."""
        return _lasting(super().__add__(other))

    __radd__ = __add__

    def __sub__(self, other: float, /) -> Duration:
        """This much shorter."""
        return _lasting(super().__sub__(other))

    def __mul__(self, other: float, /) -> Duration:
        """So many of it."""
        return _lasting(super().__mul__(other))

    __rmul__ = __mul__

    def __truediv__(self, other: float, /) -> float:
        """A part of it, or how often another goes into it."""
        part = super().__truediv__(other)
        return part if isinstance(other, Duration) else _lasting(part)

    def __neg__(self) -> Duration:
        """The same, before instead of after."""
        return Duration(super().__neg__())

    def __abs__(self) -> Duration:
        """Its size."""
        return Duration(super().__abs__())


def _lasting(seconds: object) -> Duration:
    """A result as a duration; ``NotImplemented`` as it is."""
    return Duration(seconds) if isinstance(seconds, float) else NotImplemented


Row = Mapping[str, Value]
"""One row of a reading: column name → value."""

Key = tuple[str, ...]
"""What a row stands for: its key columns' values as text. ``()`` is the feed as a whole."""


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a person, not yet in a language: a catalogue id and its values.

    ``Message("sources.timeout", {"after_s": 3})`` becomes words by :func:`situationroom.i18n.say`.
    """

    id: str
    values: Mapping[str, object] = field(default_factory=dict)


class Level(IntEnum):
    """How bad something is. Ordered: the worst of several is their ``max``."""

    GOOD = 0
    WARNING = 1
    CRITICAL = 2


class Status(StrEnum):
    """The state of a feed, as every screen shows it."""

    NOT_CONFIGURED = "not_configured"
    WAITING = "waiting"  # asked for the first time, nothing came yet
    LIVE = "live"
    REFRESHING = "refreshing"  # live, and a question is in flight
    EMPTY = "empty"  # answered, with no rows
    STALE = "stale"  # the last reading is older than the feed's ``stale_after``
    FAILED = "failed"  # the last question got a failure instead of a reading

    @property
    def fresh(self) -> bool:
        """Whether what is shown may be taken for the present."""
        return self in (Status.LIVE, Status.REFRESHING, Status.EMPTY)


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer to a feed's question.

    Attributes:
        feed: the feed's name in the layout.
        seq: 1, 2, 3 … per feed; grows by one with each reading.
        at: the source's own time of the figures.
        received: this machine's time when the answer was complete.
        took_s: seconds from asking to the answer; 0 for a push.
        columns: column names in the source's order, derived ones last.
        rows: the rows, each with every column.
        notes: what a person must know about the figures (clock off, messages dropped).
        as_of: since when the figures are known to be so, where that is not when they were received: their own
            time (a feed's ``at``), or when the last message of a stream came.

    """

    feed: str
    seq: int
    at: datetime
    received: datetime
    took_s: float
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[Message, ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """What a feed got instead of a reading.

    Attributes:
        feed: the feed's name.
        at: when it failed, this machine's time.
        reason: the sentence a person sees.
        took_s: seconds until it failed.

    """

    feed: str
    at: datetime
    reason: Message
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class FeedState:
    """All a screen may know of one feed: its last reading, its last failure, and how old both are.

    ``failure`` is set only while the newest answer is a failure; ``reading`` is then the last good
    one, shown dimmed with its age.
    """

    name: str
    every_s: float
    stale_after_s: float
    reading: Reading | None = None
    failure: Failure | None = None
    asking: bool = False
    source: str = ""
    key_columns: tuple[str, ...] = ()

    def status(self, now: datetime) -> Status:
        """The feed's state at ``now``: a dead feed can never look live."""
        if self.failure is not None:
            return Status.FAILED
        if self.reading is None:
            return Status.WAITING
        if self.age_s(now) > self.stale_after_s:
            return Status.STALE
        if not self.reading.rows:
            return Status.EMPTY
        return Status.REFRESHING if self.asking else Status.LIVE

    def age_s(self, now: datetime) -> float:
        """Seconds since the figures of the last good reading were so; infinite when there is none."""
        if self.reading is None:
            return float("inf")
        received, as_of = self.reading.received, self.reading.as_of
        return max(0.0, (now - (received if as_of is None else min(received, as_of))).total_seconds())

    def key(self, row: Row) -> Key:
        """The key of one of this feed's rows; ``()`` for a feed without key columns."""
        if not self.key_columns:
            return ()
        return tuple("" if (value := row.get(name)) is None else str(value) for name in self.key_columns)


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule that holds for one key.

    Attributes:
        rule: the rule's name in the layout.
        title: the rule's title for people.
        feed: the feed it watches.
        key: the row it holds for; ``()`` for the feed as a whole.
        level: WARNING or CRITICAL.
        since: when this level began, this machine's time.
        held: the feed went stale or failed while the alert stood, so nobody knows whether it still holds.
        facts: the columns the condition read, with the values that met it.
        why: what there is to say where no figures met a condition: rows that are not there, or figures that
            cannot be judged.
        unjudged: whether nobody knows if the rule holds.
        about: the columns by which the row is bad, the one that counts first.

    """

    rule: str
    title: str
    feed: str
    key: Key
    level: Level
    since: datetime
    held: bool = False
    facts: Mapping[str, Value] = field(default_factory=dict)
    why: Message | None = None
    unjudged: bool = False
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """The lamp of one source in the header.

    Attributes:
        name: the source's name in the layout.
        title: what people call it.
        level: GOOD, WARNING (some feeds stale or failed), CRITICAL (all of them); None until an answer.
        age_s: seconds since any of its feeds last answered; infinite before the first answer.
        reason: why it is not good, or None.

    """

    name: str
    level: Level | None
    age_s: float
    reason: Message | None = None
    title: str = ""

    @property
    def called(self) -> str:
        """Its title, or its name where it has none."""
        return self.title or self.name


class Proof(StrEnum):
    """How it is known that somebody is who they say. An approval needs more than a claim."""

    CLAIMED = "claimed"  # they said so, by ``--as``
    LOGIN = "login"  # the OS user
    PIN = "pin"  # their own PIN or password

    @property
    def enough_to_approve(self) -> bool:
        """Whether it counts for a second person's yes."""
        return self is not Proof.CLAIMED


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a screen. ``roles`` decide what may be fired; a guest has none."""

    id: str
    name: str
    roles: frozenset[str] = frozenset()
    proof: Proof = Proof.CLAIMED


GUEST = Person("guest", "guest")

ROOM = Person("situationroom", "situationroom")
"""Who reverts temporary settings; nobody in a layout may be called so."""


class RunState(StrEnum):
    """Where a run of an action stands (DESIGN: asked → … → verified)."""

    ASKED = "asked"
    DENIED = "denied"
    EXPIRED = "expired"  # nobody confirmed or approved it in time, or whoever asked is gone
    WITHDRAWN = "withdrawn"  # whoever asked thought better of it
    PREVIEWED = "previewed"
    AWAITING = "awaiting"  # confirmed by the asker; a second person has yet to approve
    CONFIRMED = "confirmed"
    CLAIMED = "claimed"  # the intent is on disk; nothing has left the process yet
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"  # a person stopped it, or its brake did
    UNKNOWN = "unknown"  # the effect may or may not have happened

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to the run by itself."""
        return self in _ENDS


_ENDS = frozenset(
    {
        RunState.DENIED,
        RunState.EXPIRED,
        RunState.WITHDRAWN,
        RunState.DONE,
        RunState.FAILED,
        RunState.STOPPED,
        RunState.UNKNOWN,
    }
)


class Settlement(StrEnum):
    """What a person decides about a run whose outcome nobody knows."""

    HAPPENED = "happened"
    DID_NOT = "did_not"
    AGAIN = "again"  # it did not, and the same is asked anew, with its own preview and confirmation


class StepState(StrEnum):
    """How one step of a run of several stands."""

    WAITS = "waits"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"  # it had begun, and nobody knows what came of it
    PASSED = "passed"  # there was nothing for it to do
    SKIPPED = "skipped"  # the run ended before it


@dataclass(frozen=True, slots=True)
class StepStatus:
    """One step of a run of several.

    Attributes:
        name: its name in the layout.
        title: its title for people.
        state: how it stands.

    """

    name: str
    title: str
    state: StepState = StepState.WAITS


@dataclass(frozen=True, slots=True)
class RunStatus:
    """One run as screens see it.

    Attributes:
        id: the run's id in the journal.
        action: the action's id in the layout.
        subject: what it is about, as people call it: ``INS_JOIN (가입)``; "" where that is the action alone.
        state: where it stands.
        person: who asked.
        started: when it was fired, or as long as it was not, asked; this machine's time.
        done, total: items of a batch; total is None where there is nothing to count.
        failed: items that did not succeed.
        rate_per_s: items a second over the last seconds.
        left_s: seconds to go at that rate, or None.
        reason: why it was denied, failed, stopped or is unknown.
        result: what it did, in a sentence, once done.
        here: whether this process carries it; others' runs are known from the journal.
        where: from where it was asked, ``user@host``.
        ended: when its end was known, or None.
        before, after: what was true before and what is true after it, where that can be said.
        approver: who approved it.
        approve_left_s: seconds until its wait for a second person lapses.
        verified: what the live figure said once done; None while watched, or where nothing is verified.
        watches: what the live figures have to show after it, or None.
        unverified: what they showed instead, or why they could not be seen.
        verify_left_s: seconds that verification still watches; None when it does not.
        settled: what a person decided about an unknown outcome.
        undo_left_s: seconds for which its undo is still offered; None when it is not.
        undoes: the run that this one undoes, "" for an ordinary run.
        reverts_left_s: seconds until a temporary setting goes back by itself; 0 when it is overdue.
        paused: whether it waits because a person paused it.
        limit_per_s: the rate limit that holds, None for none.
        errors: items that did not succeed, by reason.
        steps: of a run made of several, how each of them stands.
        can_continue: whether it ended early and may be continued from its last committed step.

    """

    id: str
    action: str
    state: RunState
    person: Person
    started: datetime
    done: int = 0
    total: int | None = None
    failed: int = 0
    rate_per_s: float = 0.0
    left_s: float | None = None
    reason: Message | None = None
    result: Message | None = None
    here: bool = True
    where: str = ""
    ended: datetime | None = None
    before: Message | None = None
    after: Message | None = None
    approver: Person | None = None
    approve_left_s: float | None = None
    verified: bool | None = None
    watches: Message | None = None
    unverified: Message | None = None
    verify_left_s: float | None = None
    settled: Settlement | None = None
    undo_left_s: float | None = None
    undoes: str = ""
    reverts_left_s: float | None = None
    paused: bool = False
    limit_per_s: float | None = None
    errors: Mapping[str, int] = field(default_factory=dict)
    steps: tuple[StepStatus, ...] = ()
    can_continue: bool = False
    subject: str = ""

    @property
    def unsettled(self) -> bool:
        """Whether nobody knows what came of it, and nobody has settled it: red, and on top."""
        return self.state is RunState.UNKNOWN and self.settled is None


@dataclass(frozen=True, slots=True)
class ActionState:
    """An action as screens see it, for one person.

    Attributes:
        id: the action's id in the layout.
        title: its title for people.
        key: its hotkey, or "".
        kind: toggle, sql, batch …
        state: what is true now, in a few words (``켜짐``, ``12,430건``), "" when not known.
        active: for a toggle, whether it is on; None where that makes no sense or is not known.
        state_age_s: seconds since ``state`` was looked up; infinite when never.
        allowed: whether this person may fire it now.
        why: why not.
        run: the run under way, or the last one, of any process.
        reverts_left_s: seconds until a temporary setting of it goes back by itself.

    """

    id: str
    title: str
    key: str
    kind: str
    state: str = ""
    active: bool | None = None
    state_age_s: float = float("inf")
    allowed: bool = True
    why: Message | None = None
    run: RunStatus | None = None
    reverts_left_s: float | None = None
