"""Which columns a rule is about: of ``error_rate > 0.1 and requests >= 100`` the error rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from situationroom.layout.expressions import Expression, compile_expression
from situationroom.layout.models import Condition, RuleSpec
from situationroom.values import Level, Row


class About:
    """The columns of one rule that tell how bad a row is.

    What a condition joins by ``and`` is often a guard: enough requests, one agency. The rule itself tells
    which: its columns are those it clears by, else those in which its two levels differ, else the first one
    named. ``about:`` of the rule overrules it all.
    """

    def __init__(self, spec: RuleSpec) -> None:
        levels = {Level.CRITICAL: spec.critical, Level.WARNING: spec.warning}
        given = {level: each for level, each in levels.items() if each is not None}
        self._named = tuple(spec.about)
        self._telling = {} if self._named else {level: _telling(level, given) for level in given}

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them, the one that counts first."""
        return self._named or _names([part for parts in self._telling.values() for part in parts])

    def of(self, row: Row, level: Level) -> tuple[str, ...]:
        """Those by which a row is at this level: of either one or the other, the one that holds."""
        parts = self._telling.get(level, ())
        return self._named or _names([part for part in parts if part.holds(row)] or parts)


def _telling(level: Level, conditions: Mapping[Level, Condition]) -> Sequence[Expression]:
    """The parts of a level's condition that are no guards."""
    condition = conditions[level]
    when = compile_expression(condition.when)
    parts: Sequence[Expression] = [part for part in when.parts() if part.names]
    parts = [part for part in parts if not part.chooses] or parts
    others = [compile_expression(other.when) for each, other in conditions.items() if each is not level]
    shared = {part.text for other in others for part in other.parts()}
    different = [part for part in parts if part.text not in shared]
    cleared = compile_expression(condition.clear).names if condition.clear else frozenset()
    if clearing := [part for part in parts if part.names & cleared]:
        return clearing
    if others and different:
        return different
    return parts[:1] if when.all_of else parts


def _names(parts: Iterable[Expression]) -> tuple[str, ...]:
    """The columns the parts read, each once, as they are named."""
    named = (name for part in parts for name in sorted(part.names, key=part.text.find))
    return tuple(dict.fromkeys(named))
