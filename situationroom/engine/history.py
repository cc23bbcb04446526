"""Readings of the last hours as series of numbers, in memory, for charts and rates."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from situationroom.panel import Point, figure_of
from situationroom.values import FeedState, Key, Reading

MOST_KEYS = 500
"""Rows of a reading that get a series of their own; the total is kept for any number."""


class History:
    """Numeric columns over time, by (feed, column, key). Key ``()`` is the sum over a reading's rows.

    Only columns somebody named are kept: those given at first, and any asked for since.
    """

    def __init__(self, keep_s: float, columns: Mapping[str, Iterable[str]]) -> None:
        self._keep_s = keep_s
        self._columns = {feed: set(names) for feed, names in columns.items()}
        self._series: dict[tuple[str, str, Key], _Series] = {}

    def add(self, state: FeedState, reading: Reading) -> None:
        """Take in a reading; what is older than the keeping time goes."""
        at = reading.received.timestamp()
        for column in self._columns.get(reading.feed, ()):
            if column in reading.columns:
                self._add_column(state, reading, column, at)

    def series(
        self, feed: str, column: str, key: Key | None, window_s: float, now: datetime
    ) -> Sequence[Point]:
        """Points of the last ``window_s`` seconds up to ``now``, oldest first; ``key`` None is the sum."""
        self._columns.setdefault(feed, set()).add(column)
        series = self._series.get((feed, column, key or ()))
        end = now.timestamp()
        return series.between(end - window_s, end) if series else ()

    def _add_column(self, state: FeedState, reading: Reading, column: str, at: float) -> None:
        total: float | None = None
        keyed = bool(state.key_columns) and len(reading.rows) <= MOST_KEYS
        by_key: dict[Key, float] = {}
        for row in reading.rows:
            value = figure_of(row.get(column))
            if value is None:
                continue
            total = value if total is None else total + value
            if keyed:
                key = state.key(row)
                by_key[key] = by_key.get(key, 0.0) + value
        if total is not None:
            by_key[()] = total
        for key, value in by_key.items():
            series = self._series.setdefault((reading.feed, column, key), _Series())
            series.append(at, value, forget_before=at - self._keep_s)


class _Series:
    """Times and values side by side, oldest first; the forgotten front is cut off now and then."""

    __slots__ = ("_first", "_times", "_values")

    def __init__(self) -> None:
        self._times = array("d")
        self._values = array("d")
        self._first = 0

    def append(self, at: float, value: float, forget_before: float) -> None:
        if self._times and at < self._times[-1]:
            at = self._times[-1]  # this machine's clock was set back: order is kept
        self._times.append(at)
        self._values.append(value)
        self._first = bisect_left(self._times, forget_before, lo=self._first)
        if self._first > 64 and self._first > len(self._times) // 2:
            del self._times[: self._first]
            del self._values[: self._first]
            self._first = 0

    def between(self, start: float, end: float) -> Sequence[Point]:
        low = bisect_left(self._times, start, lo=self._first)
        high = bisect_right(self._times, end, lo=low)
        return list(map(Point, self._times[low:high], self._values[low:high]))
