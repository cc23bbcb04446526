"""What vanished is not healthy: rows that are not there, too few of them, keys that are expected and gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from situationroom.layout.models import Missing
from situationroom.values import Alert, FeedState, Key, Level, Message, Reading

MOST_SEEN = 10_000
"""Keys that are remembered as seen; a feed with more of them has no fixed set to miss."""

ROWS: Key = ()
"""The key of the alert about too few rows: it is about the feed as a whole."""


class Absence:
    """One rule's watch for what is missing."""

    def __init__(self, spec: Missing) -> None:
        self._spec = spec
        self._level = Level.CRITICAL if spec.level == "critical" else Level.WARNING
        self._expected = {(each,) if isinstance(each, str) else tuple(each) for each in spec.expect}
        self._seen: dict[Key, datetime] = {}
        self._since: dict[Key, datetime] = {}

    def judge(self, state: FeedState, reading: Reading, now: datetime) -> None:
        """Take in a fresh reading."""
        present = {state.key(row) for row in reading.rows}
        missing = dict.fromkeys(self._gone(present, now))
        if self._spec.fewer_than is not None and len(reading.rows) < self._spec.fewer_than:
            missing[ROWS] = None
        self._since = {key: self._since.get(key, now) for key in missing}
        self._rows = len(reading.rows)

    def alerts(self, rule: str, title: str, feed: str, now: datetime) -> Iterator[Alert]:
        """What has been missing for its time."""
        for key, since in self._since.items():
            if (now - since).total_seconds() >= (self._spec.for_ or 0.0):
                yield Alert(rule, title, feed, key, self._level, since, why=self._why(key))

    def _why(self, key: Key) -> Message:
        if key != ROWS:
            return Message("engine.missing_key")
        if self._rows == 0:
            return Message("engine.missing_rows")
        return Message("engine.missing_some", {"rows": self._rows, "least": self._spec.fewer_than})

    def _gone(self, present: set[Key], now: datetime) -> Iterator[Key]:
        yield from sorted(self._expected - present)
        seen_s = self._spec.seen
        if seen_s is None:
            return
        self._seen |= dict.fromkeys(present, now)
        for key, last in list(self._seen.items()):
            if (now - last).total_seconds() > seen_s or len(self._seen) > MOST_SEEN:
                del self._seen[key]
            elif key not in present and key not in self._expected:
                yield key
