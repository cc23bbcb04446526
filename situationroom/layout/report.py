"""Collects everything wrong with one layout, each problem with the place it is at."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from situationroom.errors import Problem
from situationroom.i18n import LANGUAGES, say
from situationroom.layout.environment import Secrets
from situationroom.layout.yaml_nodes import DataPath, Document, written
from situationroom.values import Message

MOST_NAMES = 24
"""Names that are listed where none is near: all keys of a layout, not all feeds of a large one."""


def nearest(name: str, known: Iterable[str]) -> Message:
    """`` — did you mean 'x'?``, or what there is where nothing is near."""
    names = sorted(set(known))
    folded = {candidate.casefold(): candidate for candidate in reversed(names)}
    if close := difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6):
        return Message("layout.nearest", {"name": folded[close[0]]})
    if not names:
        return Message("layout.none_there")
    few = ", ".join(names[:MOST_NAMES]) + (" …" if len(names) > MOST_NAMES else "")
    return Message("layout.known", {"names": few})


@dataclass(slots=True)
class Report:
    """The problems found so far in one file.

    ``unset`` are values the environment did not give: nothing more is said about those. ``lang`` is the
    language of the room's words.
    """

    file: str
    document: Document
    lang: str = LANGUAGES[0]
    secrets: Secrets = field(default_factory=Secrets)
    unset: frozenset[DataPath] = frozenset()
    _problems: list[Problem] = field(default_factory=list)

    def add(self, path: DataPath, what: Message, *, key: bool = False, vouched: bool = False) -> None:
        """Note a problem with the value at ``path`` (or its key, or the nearest thing above that exists).

        What is ``vouched`` for holds nothing of the value, and is shown also where that is a secret.
        """
        self._note(*self.document.position(path, key=key), path, what, vouched=vouched)

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
        above = written(path)
        return any(
            one.path == above or one.path.startswith((f"{above}.", f"{above}[")) for one in self._problems
        )

    def sorted(self) -> list[Problem]:
        """Everything found, in the order of the file."""
        return sorted(self._problems, key=lambda problem: (problem.line, problem.column))

    def __bool__(self) -> bool:
        return bool(self._problems)

    def _note(self, line: int, column: int, path: DataPath, what: Message, *, vouched: bool = False) -> None:
        if any(path[: len(own)] == own for own in self.unset):
            return
        shown = " ".join(say(what, lang) for lang in LANGUAGES)
        if not vouched and self.secrets.told_by(shown, path):
            what = Message("layout.hidden")
        problem = Problem(self.file, line, column, written(path), what)
        if problem not in self._problems:
            self._problems.append(problem)
