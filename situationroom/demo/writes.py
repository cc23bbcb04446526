"""What the simulation wants written to the database after a step, and what it wants to know before one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

Seconds = float
"""The world's own time: seconds since it started, negative before."""


class Activation(NamedTuple):
    """A line put into service."""

    at: Seconds
    model: str
    kind: str
    channel: str


class Port(NamedTuple):
    """A number that changes carriers; ``message_at`` is None where no activation message was generated."""

    at: Seconds
    direction: str
    carrier: str
    message_at: Seconds | None


class Join(NamedTuple):
    """A new handset insurance, as it stands at the end of the step."""

    id: int
    at: Seconds
    model: str
    stage: str
    mobins_at: Seconds | None
    kait_at: Seconds | None
    done_at: Seconds | None


class Moved(NamedTuple):
    """An insurance join known before, that went on."""

    id: int
    stage: str
    kait_at: Seconds | None
    done_at: Seconds | None


class Fallen(NamedTuple):
    """A new row of the Error Queue."""

    id: int
    at: Seconds
    code: str
    system: str
    text: str
    join: int | None


class Settled(NamedTuple):
    """A row of the Error Queue that was processed again: done, or back with an error."""

    id: int
    state: str


class Update(NamedTuple):
    """A USIM update over the air, ``done_at`` None while it is under way."""

    id: int
    sold_at: Seconds
    model: str
    done_at: Seconds | None


class Flow(NamedTuple):
    """Calls of one product service in the step."""

    at: Seconds
    flow: str
    requested: int
    failed: int


class Waiting(NamedTuple):
    """A customer's number that waits."""

    id: int
    at: Seconds
    number: str
    reason: str


class Complaint(NamedTuple):
    """A call of an angry customer."""

    at: Seconds
    subject: str


class Event(NamedTuple):
    """Something a system says: a level (``info``, ``warning``, ``critical``) and a sentence by id."""

    at: Seconds
    level: str
    system: str
    text: str
    values: Mapping[str, object]


class Retry(NamedTuple):
    """A row of the Error Queue that somebody wants processed again."""

    id: int
    code: str
    join: int | None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What people changed in the database since the last step.

    Attributes:
        switched_on: codes of the references that are on.
        retries: rows of the Error Queue to process again.
        released: waiting numbers to let go.
        diverted: agencies whose work goes over the fallback.
        closed: agencies to which the gateway lets no call through.

    """

    switched_on: frozenset[str] = frozenset()
    retries: tuple[Retry, ...] = ()
    released: tuple[int, ...] = ()
    diverted: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()


@dataclass(slots=True)
class Writes:
    """Everything that one step of the simulation did."""

    activations: list[Activation] = field(default_factory=list)
    ports: list[Port] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    fallen: list[Fallen] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    updated: list[Update] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    freed: list[int] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
