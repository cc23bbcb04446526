"""How fast counters grow: per second, from one answer of a feed to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from situationroom.layout.expressions import compile_expression, rated
from situationroom.layout.models import Layout
from situationroom.panel import figure_of
from situationroom.sources.base import Rows
from situationroom.values import Key, Row, Value


def counters(layout: Layout, feed: str) -> tuple[str, ...]:
    """The columns of a feed whose rate its derived columns or its rules want."""
    texts = list(layout.feeds[feed].derive.values())
    for rule in layout.rules.values():
        if rule.feed == feed:
            levels = [level for level in (rule.warning, rule.critical) if level is not None]
            texts += [level.when for level in levels] + [level.clear for level in levels if level.clear]
    names = (name for text in texts for name in compile_expression(text).names)
    return tuple(sorted({column for name in names if (column := rated(name)) is not None}))


class Rates:
    """Remembers the last answer of one feed."""

    def __init__(self, columns: Iterable[str]) -> None:
        self._columns = tuple(columns)
        self._at: datetime | None = None
        self._before: Mapping[Key, Row] = {}

    def added(self, rows: Rows, at: datetime, key: Callable[[Row], Key]) -> Rows:
        """The rows with a column ``rate(x)`` for each counter; unknown where nothing was there before.

        A counter that fell was reset, and counts from zero. ``at`` is when the figures came: after failures
        the growth is spread over all the time it took.
        """
        if not self._columns:
            return rows
        took_s = (at - self._at).total_seconds() if self._at is not None else 0.0
        read = []
        for row in rows.rows:
            before = self._before.get(key(row), {})
            grown = {
                f"rate({name})": _rate(before.get(name), row.get(name), took_s) for name in self._columns
            }
            read.append({**row, **grown})
        if self._at is None or took_s > 0:
            self._at, self._before = at, {key(row): row for row in rows.rows}
        return replace(
            rows, columns=(*rows.columns, *(f"rate({name})" for name in self._columns)), rows=tuple(read)
        )


def _rate(before: Value, now: Value, took_s: float) -> float | None:
    earlier, later = figure_of(before), figure_of(now)
    if earlier is None or later is None or took_s <= 0:
        return None
    return (later - earlier if later >= earlier else later) / took_s
