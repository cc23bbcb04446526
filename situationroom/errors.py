"""Errors meant for people. Whatever a person can cause or must know about is one of these.

::

    RoomError                 everything below; carries a Message, said in the reader's language
    ├── LayoutError           the layout file cannot be used: every problem at once
    ├── ExpressionError       an expression of a layout does not parse, or uses what it may not
    ├── VouchedError          a value of a layout does not do, said without showing any of it
    ├── PluginError           a panel, source or action file cannot be loaded
    ├── UsageError            a command was called wrongly (exit code 2)
    ├── SourceError           a question got no answer: timeout, refused, garbage
    ├── ActionDenied          a run was refused before anything happened
    │   └── InputProblem      because of one value that a person gave
    │   └── SignInDenied      somebody could not prove who they are
    ├── ActionFailed          a run did nothing, and says why
    │   └── TooManyRows       the change would have touched more rows than allowed; it was rolled back
    ├── OutcomeUnknown        a run may or may not have had its effect
    ├── UsersError            the file with people's PINs cannot be used
    ├── JournalError          the journal cannot be read or written
    ├── OutputError           what a command prints cannot be written
    ├── ShareError            a snapshot could not be made or sent
    └── WorldError            the demo world cannot start
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from situationroom.i18n import say
from situationroom.values import Message


class RoomError(Exception):
    """An error with a sentence for a person. ``str(error)`` is in the default language."""

    def __init__(self, identifier: str, /, **values: object) -> None:
        self.message = Message(identifier, values)
        super().__init__(identifier)

    def __str__(self) -> str:
        return say(self.message)


def bug(error: BaseException) -> Message:
    """What a person reads of an error that nobody foresaw; of a group of one, that one."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return Message("engine.bug", {"detail": f"{type(error).__name__}: {error}"})


def must_end(error: BaseException) -> bool:
    """Whether an error is no fault of what ran, but the wish that it end.

    Ctrl-C, a generator that is closed, and the cancellation of the task that asks; a ``CancelledError`` that
    something else lets out, or a plug-in that calls ``sys.exit``, is a fault like any other.
    """
    if isinstance(error, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is None or task.cancelling() > 0
    return isinstance(error, (KeyboardInterrupt, GeneratorExit))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a layout.

    Attributes:
        file: the file, as the user named it.
        line, column: 1-based; 0 where there is no place to point at.
        path: where in the YAML, ``rules.agency-errors.warning.when``.
        what: what is wrong and what to do.

    """

    file: str
    line: int
    column: int
    path: str
    what: Message

    def text(self, lang: str | None = None) -> str:
        """``file:line:col: path: what``, in one line: long names cut, control characters escaped."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        from situationroom.formats import printable  # brings rich: only a problem that is said needs it

        what = Message(self.what.id, {name: _brief(value) for name, value in self.what.values.items()})
        parts = [place, ".".join(map(brief, self.path.split("."))), say(what, lang)]
        return printable(": ".join(part for part in parts if part), None)


LONGEST_NAME = 60
"""Characters of a name that a problem shows; more are cut."""

LONGEST_DETAIL = 600
"""Characters of anything longer that a problem shows: a list of names, another program's words."""


def brief(name: str, most: int = LONGEST_NAME) -> str:
    """A name at a length a person reads."""
    return name if len(name) <= most else name[: most - 1] + "…"


def _brief(value: object) -> object:
    """A problem's value cut: a single word sooner than a list, a path or a sentence."""
    if not isinstance(value, str):
        return value
    return brief(value, LONGEST_DETAIL if any(sign in value for sign in (", ", ": ", "/")) else LONGEST_NAME)


class LayoutError(RoomError):
    """The layout cannot be used. ``problems`` has the first in file order, ``more`` counts the rest."""

    def __init__(self, problems: Sequence[Problem], more: int = 0) -> None:
        super().__init__("layout.broken", count=len(problems) + more)
        self.problems = tuple(problems)
        self.more = more

    def __str__(self) -> str:
        lines = [problem.text() for problem in self.problems]
        if self.more:
            lines.append(say("layout.more_problems", count=self.more))
        return "\n".join(lines)


class ExpressionError(RoomError):
    """An expression of a layout does not parse, or uses something that is not allowed."""


class VouchedError(RoomError, ValueError):
    """What a validator says of a value without showing any of it: may be shown where that is a secret."""


class PluginError(RoomError):
    """A plug-in file cannot be loaded, or two files give the same type."""


class UsageError(RoomError):
    """A command was called wrongly."""


class SourceError(RoomError):
    """A question got no answer. The message says why in words an operator understands."""


class ActionDenied(RoomError):
    """A run was refused before anything happened."""


class SignInDenied(ActionDenied):
    """Somebody could not prove who they are: a wrong PIN, too many of them, or none set."""


class UsersError(RoomError):
    """The file with the hashes of people's PINs cannot be read or written, or others may read it."""


class InputProblem(ActionDenied):
    """A value does not do. ``field`` names the input, so that a screen can say so beside it."""

    @property
    def field(self) -> str:
        """The input's name in the layout."""
        return str(self.message.values.get("field", ""))


class ActionFailed(RoomError):
    """A run had no effect, or not all of it; what it did of several steps is in ``after``.

    ``after`` holds facts as ``Outcome.after`` does: what an undo of the part that was done stands on.
    """

    after: Mapping[str, object] = MappingProxyType({})


class TooManyRows(ActionFailed):
    """The change would have touched more rows than ``max_rows``; the transaction was rolled back."""


class OutcomeUnknown(RoomError):
    """The effect may or may not have happened: the connection died while it was being made.

    ``after`` holds what is known to have been done before, as in :class:`ActionFailed`.
    """

    after: Mapping[str, object] = MappingProxyType({})


class JournalError(RoomError):
    """The journal cannot be read or written. Nothing is fired while this holds."""


class OutputError(RoomError):
    """What a command prints cannot be written."""


class ShareError(RoomError):
    """A snapshot could not be made or sent."""


class WorldError(RoomError):
    """The demo world cannot start, with what to do about it."""
