"""Rules: which rows are bad, since when, and what happens to an alert when its feed falls silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from situationroom.engine.absence import Absence
from situationroom.engine.unjudged import why_unjudged
from situationroom.layout.about import About
from situationroom.layout.expressions import Expression, compile_expression
from situationroom.layout.models import Condition, RuleSpec
from situationroom.values import Alert, FeedState, Key, Level, Message, Row, Status, Value


@dataclass(slots=True)
class _Standing:
    """What a rule remembers of one key: the alert that stands, and what is about to change."""

    alert: Alert | None = None
    met_since: dict[Level, datetime] = field(default_factory=dict)
    clear_since: datetime | None = None


class Rule:
    """One rule of the layout over the readings of its feed, one alert per key."""

    def __init__(self, name: str, spec: RuleSpec) -> None:
        self.name = name
        self.spec = spec
        self._conditions = {
            level: _Compiled(condition)
            for level, condition in ((Level.CRITICAL, spec.critical), (Level.WARNING, spec.warning))
            if condition is not None
        }
        self._about = About(spec)
        self._standing: dict[Key, _Standing] = {}
        self._silent: Alert | None = None
        self._absence = Absence(spec.missing) if spec.missing is not None else None
        self._absent: tuple[Alert, ...] = ()
        self._unjudged: Alert | None = None

    def alerts(self) -> tuple[Alert, ...]:
        """The alerts that stand, in no order."""
        standing = tuple(entry.alert for entry in self._standing.values() if entry.alert is not None)
        others = (each for each in (self._silent, self._unjudged) if each is not None)
        return (*standing, *self._absent, *others)

    def judge(self, state: FeedState, now: datetime) -> None:
        """Take in the feed's newest state: rows are judged when fresh; when not, nothing is cleared."""
        status = state.status(now)
        if status.fresh and state.reading is not None:
            self._silent = None
            self._judge_rows(state, state.reading.rows, now)
            self._look_for_unjudged(state.reading.rows, now)
            if self._absence is not None:
                self._absence.judge(state, state.reading, now)
                title = self.spec.title or self.name
                self._absent = tuple(self._absence.alerts(self.name, title, self.spec.feed, now))
        elif status in (Status.STALE, Status.FAILED):
            self._fell_silent(status, now)

    def _fell_silent(self, status: Status, now: datetime) -> None:
        for entry in self._standing.values():
            if entry.alert is not None and not entry.alert.held:
                entry.alert = replace(entry.alert, held=True)
        self._absent = tuple(replace(alert, held=True) for alert in self._absent)
        if self.spec.on_stale == "raise" and self._silent is None:
            level = max(self._conditions, default=Level.WARNING)
            self._silent = self._alert((), level, now, {"status": status.value})

    def _judge_rows(self, state: FeedState, rows: tuple[Row, ...], now: datetime) -> None:
        worst: dict[Key, tuple[Level, Row]] = {}
        met: dict[Key, set[Level]] = {}
        for row in rows:
            key = state.key(row)
            for level, condition in self._conditions.items():
                if condition.when.evaluate(row) is True:
                    met.setdefault(key, set()).add(level)
            present = max(met.get(key, ()), default=Level.GOOD)
            if key not in worst or present > worst[key][0]:
                worst[key] = (present, row)
        for key, (_, row) in worst.items():
            self._judge_key(key, row, met.get(key, set()), now)
        for key in self._standing.keys() - worst.keys():
            self._gone(key, now)

    def _gone(self, key: Key, now: datetime) -> None:
        """The row of a key has left a fresh answer: the rule says what that means for its alert."""
        entry = self._standing[key]
        entry.met_since.clear()
        if entry.alert is None or self.spec.on_gone == "clear":
            del self._standing[key]
            return
        if not entry.alert.held:
            entry.alert = replace(entry.alert, held=True, why=Message("engine.row_gone"))
        if self.spec.on_gone == "hold":
            return
        entry.clear_since = entry.clear_since or now
        clear_for_s = self._conditions[entry.alert.level].clear_for_s
        if (now - entry.clear_since).total_seconds() >= clear_for_s:
            del self._standing[key]

    def _look_for_unjudged(self, rows: tuple[Row, ...], now: datetime) -> None:
        """A condition that can be judged for no row makes the rule blind; that stands as long as it is so."""
        reasons = (why_unjudged(condition.when, rows) for condition in self._conditions.values())
        why = next((reason for reason in reasons if reason is not None), None)
        if why is None:
            self._unjudged = None
            return
        since = self._unjudged.since if self._unjudged is not None else now
        alert = self._alert((), Level.WARNING, since, {})
        self._unjudged = replace(alert, why=Message("engine.unjudged", {"why": why}), unjudged=True)

    def _judge_key(self, key: Key, row: Row, met: set[Level], now: datetime) -> None:
        entry = self._standing.get(key)
        if entry is None:
            if not met:
                return
            entry = self._standing[key] = _Standing()
        reached = self._reached(entry, met, now)
        stands = entry.alert.level if entry.alert else Level.GOOD
        if reached >= stands and reached is not Level.GOOD:
            entry.clear_since = None
            since = entry.alert.since if entry.alert and stands == reached else now
            entry.alert = self._met(key, reached, since, row)
        elif entry.alert is not None and self._cleared(entry, stands, row, met, now):
            self._lower(entry, key, row, reached, now)
        elif entry.alert is not None:
            entry.alert = self._met(key, stands, entry.alert.since, row)
        if entry.alert is None and not entry.met_since:
            del self._standing[key]

    def _reached(self, entry: _Standing, met: set[Level], now: datetime) -> Level:
        """The worst level whose condition has held for its ``for``."""
        entry.met_since = {level: entry.met_since.get(level, now) for level in met}
        return max(
            (
                level
                for level, since in entry.met_since.items()
                if (now - since).total_seconds() >= self._conditions[level].for_s
            ),
            default=Level.GOOD,
        )

    def _cleared(self, entry: _Standing, level: Level, row: Row, met: set[Level], now: datetime) -> bool:
        """Whether a level no longer holds, for long enough; unknown figures never clear it."""
        condition = self._conditions[level]
        good = level not in met and (
            condition.when.evaluate(row) is False
            if condition.clear is None
            else condition.clear.evaluate(row) is True
        )
        if not good:
            entry.clear_since = None
            return False
        entry.clear_since = entry.clear_since or now
        return (now - entry.clear_since).total_seconds() >= condition.clear_for_s

    def _lower(self, entry: _Standing, key: Key, row: Row, reached: Level, now: datetime) -> None:
        entry.clear_since = None
        if reached is Level.GOOD:
            entry.alert = None
        else:
            entry.alert = self._met(key, reached, now, row)

    def _met(self, key: Key, level: Level, since: datetime, row: Row) -> Alert:
        """The alert of a row, with what the condition read: first what the rule is about."""
        about = self._about.of(row, level)
        named = dict.fromkeys((*about, *self._conditions[level].named))
        facts = {name: row[name] for name in named if name in row}
        return replace(self._alert(key, level, since, facts), about=about)

    def _alert(self, key: Key, level: Level, since: datetime, facts: Mapping[str, Value]) -> Alert:
        return Alert(self.name, self.spec.title or self.name, self.spec.feed, key, level, since, facts=facts)


class _Compiled:
    """A condition ready to be evaluated."""

    __slots__ = ("clear", "clear_for_s", "for_s", "named", "when")

    def __init__(self, condition: Condition) -> None:
        self.when: Expression = compile_expression(condition.when)
        self.clear: Expression | None = compile_expression(condition.clear) if condition.clear else None
        places = {name: condition.when.find(name) for name in self.when.names}
        self.named = sorted(places, key=lambda name: (places[name], name))
        self.for_s = condition.for_ or 0.0
        self.clear_for_s = condition.clear_for or 0.0
