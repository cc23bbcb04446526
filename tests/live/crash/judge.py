"""What is left after all lives, held against what the program promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from situationroom.journal.entry import Entry, first_broken
from tests.live.crash.lives import Life, Said


class Effect(NamedTuple):
    """Something a run did to the outside: one statement, one item of a batch, one request, one command.

    ``changed`` is False where all was so already: such an effect leaves nothing to be seen.
    """

    run: str
    what: str
    changed: bool = True


@dataclass(frozen=True, slots=True)
class Remains:
    """What a lane left.

    Attributes:
        lives: in the order they were lived.
        entries: its journal, oldest first.
        effects: what really happened outside, every time it happened.

    """

    lives: Sequence[Life]
    entries: Sequence[Entry]
    effects: Sequence[Effect]


_ENDS = ("done", "failed", "stopped", "denied", "expired", "unknown")
_NEVER_BEGAN = (None, "denied", "expired", "withdrawn")


@dataclass(slots=True)
class _Run:
    """A run as its journal entries tell it, folded here by nothing but their kinds."""

    kinds: list[str] = field(default_factory=list)

    @property
    def claimed(self) -> bool:
        return "claimed" in self.kinds

    @property
    def end(self) -> str | None:
        ends = [kind for kind in self.kinds if kind in _ENDS]
        return ends[-1] if ends else None

    @property
    def settled(self) -> bool:
        return "settled" in self.kinds


def interrupted(entries: Iterable[Entry]) -> frozenset[str]:
    """Runs with an intent and no known end, which nobody settled."""
    return frozenset(
        run
        for run, facts in _folded(entries).items()
        if facts.claimed and facts.end in (None, "unknown") and not facts.settled
    )


def broken_promises(remains: Remains) -> Iterator[str]:
    """A sentence for everything that is not as promised; nothing when all is well."""
    yield from _lives(remains.lives)
    yield from _journal(remains.entries)
    runs = _folded(remains.entries)
    happened = {effect.run for effect in remains.effects}
    yield from _effects(runs, remains.effects)
    for run, facts in runs.items():
        if facts.end == "done" and run not in happened:
            yield f"{run} is done, and nothing happened"
        if facts.end in ("failed", "denied", "expired") and run in happened:
            yield f"{run} is {facts.end}, and something happened"
    yield from _restarts(remains)
    yield from _verdicts(remains.lives, {effect.run for effect in remains.effects if effect.changed})


def _lives(lives: Iterable[Life]) -> Iterator[str]:
    for life in lives:
        if life.hung:
            yield f"life {life.point} hung"
        elif not life.killed and life.exit_code != 0:
            yield f"life {life.point} broke: {life.said[-1:]}"


def _journal(entries: Sequence[Entry]) -> Iterator[str]:
    if (bad := first_broken(entries)) is not None:
        yield f"the journal's chain is broken at entry {bad.id}"


def _effects(runs: Mapping[str, _Run], effects: Iterable[Effect]) -> Iterator[str]:
    """No effect without a journalled intent, and none twice."""
    for effect, times in Counter(effects).items():
        if not runs.get(effect.run, _Run()).claimed:
            yield f"{effect} without an intent in the journal"
        if times > 1:
            yield f"{effect} happened {times} times"


def _restarts(remains: Remains) -> Iterator[str]:
    """Every interrupted run is shown as unknown by the life that comes after."""
    for life in remains.lives:
        for said in life.said:
            if "shown" in said:
                yield from _shown(life, said, _folded(remains.entries, until=_number(said["entries"])))


def _shown(life: Life, said: Said, runs: Mapping[str, _Run]) -> Iterator[str]:
    shown = said["shown"]
    assert isinstance(shown, dict)
    for run, facts in runs.items():
        state = shown.get(run)
        if facts.claimed and facts.end in (None, "unknown") and not facts.settled:
            if state != "unknown":
                yield f"{life.point}: {run} was interrupted and is shown as {state}"
        elif facts.end is None and not facts.claimed and state not in _NEVER_BEGAN:
            yield f"{life.point}: {run} never began and is shown as {state}"
        elif facts.end is not None and not facts.settled and state not in (None, facts.end):
            yield f"{life.point}: {run} ended as {facts.end} and is shown as {state}"


def _verdicts(lives: Iterable[Life], changed: set[str]) -> Iterator[str]:
    """What people settled by looking is what happened."""
    for life in lives:
        for said in life.said:
            if "settled" in said and (said["verdict"] == "happened") != (said["settled"] in changed):
                yield f"{life.point}: {said} is not the truth"


def _folded(entries: Iterable[Entry], until: int | None = None) -> dict[str, _Run]:
    runs: dict[str, _Run] = {}
    for entry in entries:
        if entry.run and (until is None or entry.id <= until):
            runs.setdefault(entry.run, _Run()).kinds.append(entry.kind)
    return runs


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
