"""What an action is: the seam every kind of it stands behind.

An action previews, runs and probes; it never decides whether it may. Permission, confirmation, the
journal and the order of things belong to ``fire.py``, the only caller of ``run``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel

from situationroom.layout.fields import Expression, FeedName, Spec
from situationroom.layout.models import ActionSpec
from situationroom.sources.base import Source
from situationroom.values import Message, Person, Row, Value

Sources = Mapping[str, Source[BaseModel, BaseModel]]

O = TypeVar("O", bound=BaseModel)  # noqa: E741 - the options of an action, as in the layout


@dataclass(frozen=True, slots=True)
class Call:
    """One wish to fire: what, with which values, by whom.

    ``values`` has the inputs a person gave, checked, with None for an optional one left out.
    """

    action: str
    person: Person
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """What is true now, as ``probe`` found it.

    Attributes:
        facts: the figures the state stands on; equal facts mean an unchanged world.
        text: the state in a few words (``켜짐``, ``12,430건``).
        active: for something that is on or off.

    """

    facts: Mapping[str, Value]
    text: Message
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What will happen, said before it does.

    Attributes:
        at: when it was made; a preview grows old.
        what: the effect in one sentence.
        before: what is true now.
        after: what will be, in a few words, where that can be said.
        count: rows or items it will touch, None where unknown.
        columns, rows: the very rows, or the first of them.
        statement: the SQL, with its arguments listed, never secret ones.
        target: what a person types to confirm by ``type``: the action's target, short.
        warnings: what to mind (``more than max_rows``).

    """

    at: datetime
    what: Message
    before: State
    after: Message | None = None
    count: int | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    statement: str = ""
    target: str = ""
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did.

    Attributes:
        result: in one sentence.
        count: rows or items touched.
        after: the state afterwards, as far as the run itself knows it.
        stopped: it ended early, by a person or its brake; ``result`` says where it stands.

    """

    result: Message
    count: int = 0
    after: Mapping[str, Value] = field(default_factory=dict)
    stopped: bool = False


class Brake(Spec):
    """What halts a run by itself: a condition that some row of a feed meets, or that feed growing stale."""

    feed: FeedName
    when: Expression


class Progress(Protocol):
    """A run's line to whoever watches it."""

    @property
    def run(self) -> str:
        """The run's id."""

    def report(self, done: int, total: int | None, failed: int = 0) -> None:
        """Items done so far, of how many, and how many of those did not succeed."""

    async def checkpoint(self, done: int, failed: int) -> None:
        """A committed step. The journal gets at most one of them a second, so that it stays small."""

    def stop_reason(self) -> Message | None:
        """Why the run should end after the present step (a person, the brake), or None."""

    def elapsed_s(self) -> float:
        """Seconds since the run began."""

    async def wait(self, seconds: float) -> None:
        """Let time pass, less of it where the run is asked to stop meanwhile."""


class Action(ABC, Generic[O]):
    """A kind of action, bound to one entry of the layout's ``actions``.

    ``ARGUMENTS`` are the names the kind itself gives to its statements, besides the action's inputs.
    """

    TYPE: ClassVar[str]
    Options: type[O]
    ARGUMENTS: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, name: str, spec: ActionSpec, options: O, sources: Sources) -> None:
        self.name = name
        self.spec = spec
        self.options = options
        self.sources = sources

    @property
    def brake(self) -> Brake | None:
        """What halts a run of it, where it has such a thing."""
        return None

    @abstractmethod
    async def preview(self, call: Call, now: datetime) -> Preview:
        """What ``run`` would do now. Changes nothing.

        Raises:
            SourceError: the present state cannot be learned.
            ActionDenied: there is nothing to do, or the values do not fit.

        """

    @abstractmethod
    async def run(self, call: Call, preview: Preview, progress: Progress) -> Outcome:
        """Do it, once.

        Raises:
            ActionFailed: it had no effect.
            OutcomeUnknown: nobody knows.

        """

    @abstractmethod
    async def probe(self, call: Call) -> State:
        """What is true now.

        Raises:
            SourceError: it cannot be learned.

        """
