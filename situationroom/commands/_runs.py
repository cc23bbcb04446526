"""The run that somebody means on a command line, by the first letters of its id."""

from __future__ import annotations

import shlex

from situationroom.commands._open import journal_path
from situationroom.errors import UsageError
from situationroom.journal.reader import reading
from situationroom.layout.models import Layout

FEWEST = 4
"""Letters that are at least needed."""

_SHOWN = 5


def run_named(layout: Layout, name: str, given: str) -> tuple[str, str]:
    """The id of the one run of the journal that begins with ``given``, and its action.

    Raises:
        UsageError: there is none, or more than one.
        JournalError: the journal cannot be read.

    """
    found: dict[str, str] = {}
    path = journal_path(layout)
    if len(given) >= FEWEST and path.exists():
        with reading(path) as journal:
            for entry in journal.entries(run=given):
                found.setdefault(entry.run, entry.action)
    if not found:
        raise UsageError("fire.no_run", run=given, layout=shlex.quote(name))
    if len(found) > 1:
        raise UsageError("fire.several_runs", run=given, runs=", ".join([run[:12] for run in found][:_SHOWN]))
    return next(iter(found.items()))
