"""What a source is: the seam every connection to the outside stands behind.

A source answers questions with :class:`Rows`. It owns its connections, bounds every wait with a timeout,
reconnects for ever, and says what went wrong as :class:`~situationroom.errors.SourceError`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import ClassVar, Generic, Protocol, Self, TypeVar

from pydantic import BaseModel, JsonValue

from situationroom.formats import printable
from situationroom.values import Message, Row, Value

LONGEST_ADDRESS = 160
"""Characters of an address that are said in a failure."""

O = TypeVar("O", bound=BaseModel)  # noqa: E741 - the options of a source, as in the layout
Q = TypeVar("Q", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Rows:
    """One answer.

    Attributes:
        columns: names in the source's order; given even when there are no rows, where the source knows.
        rows: each row has every column.
        at: the source's own clock when it answered, or None where it tells none.
        notes: what a person must know (``dropped 12 messages``).
        age_s: seconds since the figures came, where they came before they were asked for.

    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    at: datetime | None = None
    notes: tuple[Message, ...] = ()
    age_s: float = 0.0


class Source(ABC, Generic[O, Q]):
    """A connection, named in the layout's ``sources``.

    ``Options`` is the model of its YAML entry, ``Question`` the model of what a feed of it adds. ``zone`` is
    the room's time zone, for times that a source must write into text; set before the source is opened.
    """

    TYPE: ClassVar[str]
    Options: type[O]
    Question: type[Q]
    zone: tzinfo = UTC

    def __init__(self, name: str, options: O) -> None:
        self.name = name
        self.options = options

    async def open(self) -> None:
        """Get ready. Must not fail because the other side is down: that is for ``ask`` to say."""
        return

    @abstractmethod
    async def ask(self, question: Q, timeout_s: float) -> Rows:
        """One answer to one question, within ``timeout_s`` seconds.

        Raises:
            SourceError: there is none; the message says why.

        """

    def pushes(self, question: Q) -> AsyncIterator[Rows | None] | None:
        """What the source says unasked, or None where this question has no such thing.

        ``Rows`` is a whole new answer; ``None`` means "something changed: ask again". The iterator never
        ends by itself; while its connection is down it raises nothing and reconnects with backoff, and
        says the failure by raising SourceError from the *next* ``ask``.
        """
        del question
        return None

    async def deaf(self, question: Q, timeout_s: float) -> Message | None:
        """Why what :meth:`pushes` waits for cannot come, as far as known within ``timeout_s`` seconds.

        Asked while the pushes of the question are being waited for.
        """
        del question, timeout_s
        return None

    async def close(self) -> None:
        """Let go of every connection, within a few seconds whatever the other side does."""
        return


@dataclass(frozen=True, slots=True)
class Change:
    """What a changing statement did.

    Attributes:
        count: rows it touched.
        rows: rows it returned (``returning …``), at most a few hundred.
        selected: it only selected: what the functions it called did, no rollback takes back.

    """

    count: int
    rows: tuple[Row, ...] = ()
    selected: bool = False


Check = Callable[[Change], None]
"""Looks at what a statement did, all its rows included, before it is committed; against it: ActionFailed."""


class Changes(Protocol):
    """Where changing statements go: a source, or one of its sessions."""

    async def change(
        self, sql: str, args: Sequence[Value], *, max_rows: int | None, timeout_s: float
    ) -> Change:
        """Run one changing statement in one transaction and commit it; raises as :meth:`SqlSource.change`."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a source knows of a statement that it has understood and not run.

    Attributes:
        columns: the names of what it would return.
        arguments: how many ``$n`` it takes.

    """

    columns: tuple[str, ...]
    arguments: int


class Arguments(tuple[Value, ...]):
    """The values of ``$1 … $n``, which also know what the layout's author calls each."""

    names: tuple[str, ...]

    def __new__(cls, values: Iterable[Value], names: Iterable[str]) -> Self:
        """As a tuple of the values."""
        made = super().__new__(cls, values)
        made.names = tuple(names)
        return made


class SqlSource(Source[O, Q]):
    """A source that actions may change by SQL. Values go in as ``$1 … $n`` arguments, never as text."""

    @abstractmethod
    async def prepare(self, sql: str, timeout_s: float) -> Understood:
        """Have a statement understood, and run nothing.

        Raises:
            SourceError: it is not understood, or there is no answer.

        """

    def session(self) -> AbstractAsyncContextManager[Changes]:
        """Where one run's many changes go: a connection of its own, where a source can give one."""
        return nullcontext(self)

    @abstractmethod
    async def select(self, sql: str, args: Sequence[Value], timeout_s: float) -> Rows:
        """Rows of a query, in a read-only transaction.

        Raises:
            SourceError: no answer.

        """

    @abstractmethod
    async def change(
        self,
        sql: str,
        args: Sequence[Value],
        *,
        max_rows: int | None,
        timeout_s: float,
        check: Check | None = None,
    ) -> Change:
        """Run one changing statement in one transaction and commit it, unless ``check`` is against it.

        Raises:
            TooManyRows: it touched more than ``max_rows``; rolled back.
            ActionFailed: it had no effect: refused, not reached, rolled back.
            OutcomeUnknown: the connection or the time ran out after the commit was sent.

        """


@dataclass(frozen=True, slots=True)
class Request:
    """One request that changes something, or looks at what it would change.

    Attributes:
        method: GET, POST …
        path: its segments below the source's URL, each percent-encoded as it is sent.
        params: the query, by name.
        body: sent as JSON; None for no body.
        headers: besides the source's own.

    """

    method: str
    path: tuple[str, ...] = ()
    params: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    body: JsonValue = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered.

    Attributes:
        status: the HTTP status.
        body: the answer's text, or None where it could not be had whole.
        trouble: why not.

    """

    status: int
    body: str | None
    trouble: Message | None = None


def of_request(reason: Message, method: str, address: str) -> Message:
    """Why a request came to nothing, and which one it was; ``address`` without secrets."""
    where = printable(address, LONGEST_ADDRESS)
    return Message("sources.of_request", {"reason": reason, "method": method, "address": where})


class HttpTarget(ABC):
    """A source that actions may send requests to. Redirects are never followed."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What of the source must not be seen where the service echoes it: tokens, passwords."""
        return ()

    @abstractmethod
    def shown(self, request: Request) -> str:
        """The request's URL for people, without secrets of the source."""

    @abstractmethod
    async def send(self, request: Request, timeout_s: float) -> Answer:
        """Send once and read the answer. An error status is an answer.

        Raises:
            ActionFailed: nothing was sent: refused, not reached.
            OutcomeUnknown: it was sent, in part at least, and no answer came.

        """
