"""What an action is: the seam every kind of it stands behind.

An action previews, runs and probes; it never decides whether it may. Permission, confirmation, the
journal and the order of things belong to ``fire.py``, the only caller of ``run``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel

from situationroom.actions.choices import Choice
from situationroom.actions.subject import Subject, called
from situationroom.layout.models import ActionSpec, FeedCondition
from situationroom.paint.words import Heading, RoomWords
from situationroom.sources.base import Source
from situationroom.values import Message, Person, Row, Value

Sources = Mapping[str, Source[BaseModel, BaseModel]]

O = TypeVar("O", bound=BaseModel)  # noqa: E741 - the options of an action, as in the layout


Facts = Mapping[str, object]
"""Figures as the journal keeps them: plain JSON, decimals and times as text."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Where a run that ended early stood: what its last journalled checkpoint says.

    Attributes:
        run: the id of that run.
        done, failed: items it did, and how many of them did not succeed.
        total: how many it was to do, where that was known.
        facts: what the kind gave to :meth:`Progress.checkpoint` besides.

    """

    run: str
    done: int
    failed: int = 0
    total: int | None = None
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One wish to fire: what, with which values, by whom.

    Attributes:
        action, person: what, and by whom.
        values: the inputs a person gave, checked, with None for an optional one left out.
        goal: facts that the run shall bring back, for an undo or a revert; empty for an ordinary run. A kind
            that gives an :meth:`Action.undo_call` keeps to it: it goes there, or denies that there is
            anything to do.
        undoes: the run that this one undoes or reverts, or "".
        resume: the run that this one continues, or None.
        subject: what it is about, as the door found it among the choices.

    """

    action: str
    person: Person
    values: Mapping[str, Value] = field(default_factory=dict)
    goal: Facts = field(default_factory=dict)
    undoes: str = ""
    resume: Resume | None = None
    subject: Subject = field(default_factory=Subject)


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
        target: what a person types to confirm by ``type``: the object, else the title; the door's to say.
        warnings: what to mind (``more than max_rows``).
        steps: of an action made of several, each with a preview of its own.
        sets: the facts that the run will leave, where the kind knows them beforehand.
        headings: how the columns are headed and written; the door fills in what the kind leaves open.
        brake: what its brake measures now and where it halts; the door's to say.

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
    steps: tuple[StepPreview, ...] = ()
    sets: Facts = field(default_factory=dict)
    headings: tuple[Heading, ...] = ()
    brake: Message | None = None


@dataclass(frozen=True, slots=True)
class StepPreview:
    """What one step of several will do, or why there is nothing for it to do.

    Attributes:
        title: the step's title.
        preview: what it will do, or None where it is passed over.
        passed: why it is.
        name: the step's name in the layout.

    """

    title: str
    preview: Preview | None = None
    passed: Message | None = None
    name: str = ""


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
    after: Facts = field(default_factory=dict)
    stopped: bool = False


class Brake(FeedCondition):
    """What halts a run by itself: a condition that some row of a feed meets, or that feed growing stale."""


class Progress(Protocol):
    """A run's line to whoever watches it."""

    @property
    def run(self) -> str:
        """The run's id."""

    @property
    def limit_per_s(self) -> float | None:
        """The rate limit a person set while it runs, else the one given to :meth:`limited`."""

    def limited(self, per_s: float | None) -> None:
        """The rate limit that the layout gives, said once at the start; None for none."""

    def report(
        self, done: int, total: int | None, failed: int = 0, errors: Mapping[str, int] | None = None
    ) -> None:
        """Items done so far, of how many, how many of those did not succeed, and these by reason."""

    async def checkpoint(self, done: int, failed: int, facts: Facts | None = None) -> None:
        """A committed step, with what a continued run would need besides the figures.

        The journal gets at most one of them a second, so that it stays small.
        """

    async def note(self, kind: str, facts: Facts) -> None:
        """A step of its own in the journal, on the disk when this returns: no effect of it is older.

        Raises:
            JournalError: it could not be written, so the step must not begin.

        """

    def stop_reason(self) -> Message | None:
        """Why the run should end after the present step (a person, the brake), or None."""

    def elapsed_s(self) -> float:
        """Seconds since the run began."""

    async def wait(self, seconds: float) -> None:
        """Let time pass, less of it where the run is asked to stop, longer while a person pauses it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What trying one part of an action, without firing it, has shown.

    Attributes:
        path: the part, in the keys the author wrote below the action's.
        trouble: why it would not do, or None.
        tried: False where it can only be known by firing; ``trouble`` then says why.

    """

    path: tuple[str | int, ...]
    trouble: Message | None = None
    tried: bool = True


class Action(ABC, Generic[O]):
    """A kind of action, bound to one entry of the layout's ``actions``.

    ``ARGUMENTS`` are the names the kind itself gives to its statements, besides the action's inputs.
    ``GOES_BACK`` says that it can undo its runs by itself (:meth:`undo_call`): such a kind may have an
    ``undo`` without another action. ``REVERTS`` says that it may be temporary (``for``) as well.
    ``CONTINUES`` says that a run that ended early can be continued (``Call.resume``). ``FLIPS`` says that a
    run goes to whatever it is not now: as a step of several it needs a goal. ``VERIFIES_BY`` are the keys of
    ``verify`` by which its effect may differ (``on``, ``off``, ``to``): it then tells :meth:`setting`.
    """

    TYPE: ClassVar[str]
    Options: type[O]
    ARGUMENTS: ClassVar[frozenset[str]] = frozenset()
    GOES_BACK: ClassVar[bool] = False
    REVERTS: ClassVar[bool] = False
    CONTINUES: ClassVar[bool] = False
    FLIPS: ClassVar[bool] = False
    VERIFIES_BY: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, name: str, spec: ActionSpec, options: O, sources: Sources) -> None:
        self.name = name
        self.spec = spec
        self.options = options
        self.sources = sources
        self.words = RoomWords()

    def called(self, call: Call) -> str:
        """The action with its object, as every sentence about a run names it."""
        return called(self.spec.title or self.name, call.subject)

    @staticmethod
    def who(call: Call) -> dict[str, Value]:
        """Who fires, as statements and requests may name them."""
        return {"actor": call.person.id, "actor_name": call.person.name}

    @property
    def brake(self) -> Brake | None:
        """What halts a run of it, where it has such a thing."""
        return None

    async def choices(self, name: str) -> tuple[Choice, ...] | None:
        """What may be chosen now for an input that the kind itself brings; None for an author's own inputs.

        Raises:
            SourceError: it cannot be learned.

        """
        del name
        return None

    def meet(self, actions: Mapping[str, Action[Any]], kinds: Mapping[str, type[Action[Any]]]) -> None:
        """Get to know the room's other actions and every kind; called once, before anything is asked.

        Raises:
            UsageError: another action it builds on does not do.

        """
        del actions, kinds

    async def trials(self) -> Sequence[Trial]:
        """What can be known of its parts without firing it and without anybody's values."""
        return ()

    def undo_call(self, call: Call, before: Facts, after: Facts) -> Call | None:
        """The call that goes back from a run to what was before it; None where there is no way.

        ``before`` are the facts of the run's preview and ``after`` those of its outcome, both as the journal
        has them, for the run may be another process's. Sees to ``values`` and ``goal``; who fires it and
        which run it undoes are filled in.
        """
        del call, before, after
        return None

    def setting(self, facts: Facts) -> str:
        """What a run sets that leaves these facts, as ``verify`` calls it; "" for nothing."""
        del facts
        return ""

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
