"""A look at what a statement returned, before it is committed: whether it did what it was to do."""

from __future__ import annotations

from collections.abc import Mapping

from situationroom.errors import ActionFailed
from situationroom.layout.conditions import Given, compile_condition
from situationroom.paint.words import RoomWords
from situationroom.sources.base import Change
from situationroom.values import Row, Value

_MOST_COLUMNS = 4


class Checked:
    """Raises ActionFailed unless a condition is true of every row that a statement returned.

    Args:
        check: the condition, over the columns of a returned row; it also knows ``names``.
        names: the inputs, and what the kind gives.
        words: how the room writes a row.

    """

    def __init__(self, check: str, names: Mapping[str, Value], words: RoomWords) -> None:
        self._condition = compile_condition(check)
        self._given = Given(names)
        self._words = words

    def __call__(self, change: Change) -> None:
        """Whatever is not known to be true is against it."""
        if change.count == 0:
            return  # nothing was done at all: that is said in words of its own
        said: dict[str, object] = {"check": self._condition.text, "count": len(change.rows)}
        if not change.rows:
            raise ActionFailed("actions.check_no_rows", **said)
        against = [row for row in change.rows if self._condition.of(row, self._given) is not True]
        if not against:
            return
        said |= {"row": self._told(against[0]), "against": len(against)}
        if not change.selected:
            raise ActionFailed("actions.check_rolled_back", **said)
        if len(against) == len(change.rows):
            raise ActionFailed("actions.check_failed", **said)
        raise ActionFailed("actions.check_partly", **said)

    def _told(self, row: Row) -> str:
        shown = []
        for name in [*row][:_MOST_COLUMNS]:
            heading = self._words.heading(name)
            shown.append(f"{heading.title} {self._words.value(row[name], heading)}")
        return ", ".join(shown) + (" …" if len(row) > _MOST_COLUMNS else "")
