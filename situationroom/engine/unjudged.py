"""Why a condition could be judged for no row at all: a rule that nobody can judge is not one at rest."""

from __future__ import annotations

from collections.abc import Sequence

from situationroom.layout.expressions import Expression
from situationroom.values import Message, Row

_MOST_NAMED = 12


def why_unjudged(when: Expression, rows: Sequence[Row]) -> Message | None:
    """Why nobody can say of any row whether it meets a condition; None where of one it can be said.

    One row that holds words where a figure is compared is enough: no answer will ever judge it. Of no rows at
    all nothing has to be said: that is what rules on absence are for.
    """
    unknown = [row for row in rows if when.evaluate(row) is None]
    for row in unknown:
        if (found := when.mismatch(row)) is not None:
            column, comparison = found
            return Message("engine.unjudged_words", {"column": column, "comparison": comparison})
    if not rows or len(unknown) < len(rows):
        return None
    for name in sorted(when.names, key=lambda name: (when.text.find(name), name)):
        if not any(name in row for row in rows):
            columns = ", ".join(list(rows[0])[:_MOST_NAMED])
            return Message("engine.unjudged_column", {"column": name, "columns": columns})
        if all(row.get(name) is None for row in rows):
            return Message("engine.unjudged_empty", {"column": name, "rows": len(rows)})
    return Message("engine.unjudged_unknown", {"when": when.text})
