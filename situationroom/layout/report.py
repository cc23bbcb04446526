"""Collects everything wrong with one layout, each problem with the place it is at."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from situationroom.errors import LONGEST_NAME, LayoutError, Problem, brief
from situationroom.i18n import LANGUAGES, say
from situationroom.layout.environment import Secrets
from situationroom.layout.yaml_nodes import DataPath, Document, written
from situationroom.values import Message

MOST_NAMES = 24
"""Names that are listed where none is near: all keys of a layout, not all feeds of a large one."""


MANY_NAMES = 500
"""Of more names than these, only those that begin or end alike are compared."""

MOST_PROBLEMS = 200
"""Problems of one file that are said; the rest is counted."""

Hint = Callable[[], Message]


def nearest(name: str, known: Iterable[str]) -> Hint:
    """`` — did you mean 'x'?``, or what there is where nothing is near; found out when it is said."""
    names = known if isinstance(known, Collection) else tuple(known)
    return partial(_nearest, name, names)


def _nearest(name: str, known: Collection[str]) -> Message:
    names = sorted(set(known))
    folded = {candidate.casefold(): candidate for candidate in reversed(names)}
    wanted = name.casefold()[:LONGEST_NAME]
    if len(folded) > MANY_NAMES:  # a comparison with each would take longer than all else
        folded = {
            fold: full for fold, full in folded.items() if {fold[:1], fold[-1:]} & {wanted[:1], wanted[-1:]}
        }
    if close := difflib.get_close_matches(wanted, folded, n=1, cutoff=0.6):
        return Message("layout.nearest", {"name": folded[close[0]]})
    if not names:
        return Message("layout.none_there")
    few = ", ".join(map(brief, names[:MOST_NAMES])) + (" …" if len(names) > MOST_NAMES else "")
    return Message("layout.known", {"names": few})


class _Note(NamedTuple):
    """A problem as it was found; what takes long is done only for those that are said."""

    line: int
    column: int
    path: DataPath
    what: Message
    vouched: bool

    def key(self) -> tuple[object, ...]:
        """What tells it from others, without working out its hint."""
        said = tuple((name, str(value)) for name, value in self.what.values.items() if not callable(value))
        return self.line, self.column, self.path, self.what.id, said


@dataclass(slots=True)
class Report:
    """The problems found so far in one file.

    ``unset`` are values that are not there to be judged (the environment did not give them, or YAML could
    not): nothing more is said about those. ``lang`` is the language of the room's words.
    """

    file: str
    document: Document
    lang: str = LANGUAGES[0]
    secrets: Secrets = field(default_factory=Secrets)
    unset: frozenset[DataPath] = frozenset()
    _notes: list[_Note] = field(default_factory=list)
    _touched: set[DataPath] = field(default_factory=set)

    def add(self, path: DataPath, what: Message, *, key: bool = False, vouched: bool = False) -> None:
        """Note a problem with the value at ``path`` (or its key, or the nearest thing above that exists).

        What is ``vouched`` for holds nothing of the value, and is shown also where that is a secret.
        """
        self._note(*self.document.position(path, key=key), path, what, vouched=vouched)

    def add_at(self, line: int, column: int, path: DataPath, what: Message) -> None:
        """Note a problem with something at ``path`` that stands elsewhere than its value: a second key."""
        self._note(line, column, path, what)

    def add_in_block(self, path: DataPath, row: int, word: str, what: Message) -> None:
        """Note a problem with ``word`` in line ``row`` (from 0) of a block text."""
        place = self.document.places.get(path)
        line = place.line + 1 + row if place and place.block else 0
        if not line or line > len(self.document.lines):
            return self.add(path, what)
        column = max(0, self.document.lines[line - 1].find(word)) + 1
        return self._note(line, column, path, what)

    def has_any(self, path: DataPath) -> bool:
        """Whether something is wrong at ``path`` or below it."""
        return path in self._touched

    def error(self) -> LayoutError:
        """Everything found: the first of it in the order of the file, the rest as a number."""
        notes = {note.key(): note for note in sorted(self._notes, key=lambda note: (note.line, note.column))}
        said = [self._problem(note) for note in itertools.islice(notes.values(), MOST_PROBLEMS)]
        return LayoutError(said, len(notes) - len(said))

    def __bool__(self) -> bool:
        return bool(self._notes)

    def _note(self, line: int, column: int, path: DataPath, what: Message, *, vouched: bool = False) -> None:
        if (before := self.document.bare.get(path)) is not None:
            what = Message("layout.comma", {"name": str(path[-1]), "key": before})
            line, column = self.document.position(path, key=True)
        above = [path[:length] for length in range(len(path) + 1)]
        if self.unset.isdisjoint(above):
            self._notes.append(_Note(line, column, path, what, vouched))
            self._touched.update(above)

    def _problem(self, note: _Note) -> Problem:
        what = note.what
        if not note.vouched:
            shown = " ".join(say(what, lang) for lang in LANGUAGES)
            if self.secrets.told_by(shown, note.path):
                what = Message("layout.hidden")
        return Problem(self.file, note.line, note.column, written(note.path), what)
