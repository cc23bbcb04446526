"""The worst thing wrong now, in one line: whom it is about, its figure, its age, and the key that helps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from situationroom.formats import duration, key_text
from situationroom.i18n import say
from situationroom.layout.conditions import compile_condition
from situationroom.layout.models import Layout
from situationroom.paint.words import RoomWords
from situationroom.values import ActionState, Alert, FeedState, Level, Row


@dataclass(frozen=True, slots=True)
class Incident:
    """What the banner says.

    Attributes:
        what: the key and the title of the alert, ``KAIT 기관 오류율``.
        figure: the figure that counts, as panels write it, or "".
        since: since when it is so bad.
        key: the key that asks for the rule's action, as people read it, or "".
        action: that action's title, or "".
        others: how many more alerts are critical.
        level: how bad it is: critical, or a warning of a rule with ``banner``.
        besides: what else such rules say, ``KAIT 장애등록``.

    """

    what: str
    figure: str
    since: datetime
    key: str = ""
    action: str = ""
    others: int = 0
    level: Level = Level.CRITICAL
    besides: tuple[str, ...] = ()

    def age(self, now: datetime, lang: str) -> str:
        """How long it has been so, in whole minutes from the first on."""
        gone_s = max(0.0, (now - self.since).total_seconds())
        return duration(gone_s if gone_s < 60 else gone_s // 60 * 60, lang)


def incident_of(
    layout: Layout,
    alerts: Sequence[Alert],
    actions: Sequence[ActionState],
    latest: Callable[[str], FeedState],
    words: RoomWords,
) -> Incident | None:
    """What the banner says of :func:`worst_alert`; None while there is none."""
    worst = worst_alert(layout, alerts, actions, latest)
    if worst is None:
        return None
    helps = first_help(helping(layout, worst, actions, latest(worst.feed)))
    figures = figures_of(worst, words)
    return Incident(
        what=_named(worst),
        figure=figures[0] if figures else "",
        since=worst.since,
        key=helps.key if helps is not None else "",
        action=helps.title if helps is not None else "",
        others=sum(alert.level is Level.CRITICAL and alert != worst for alert in alerts),
        level=worst.level,
        besides=tuple(_named(each) for each in bannered(layout, alerts) if each != worst),
    )


def bannered(layout: Layout, alerts: Sequence[Alert]) -> list[Alert]:
    """The alerts of rules that the header tells about even while they are no more than warnings."""
    return [each for each in alerts if each.rule in layout.rules and layout.rules[each.rule].banner]


def _named(alert: Alert) -> str:
    return " ".join(part for part in (key_text(alert.key), alert.title or alert.rule) if part)


def worst_alert(
    layout: Layout,
    alerts: Sequence[Alert],
    actions: Sequence[ActionState],
    latest: Callable[[str], FeedState],
) -> Alert | None:
    """Of the critical alerts, the oldest first, the one that something helps against; else the oldest.

    While nothing is critical, it is looked for among what :func:`bannered` gives.
    """
    critical = [alert for alert in alerts if alert.level is Level.CRITICAL] or bannered(layout, alerts)
    helped = (alert for alert in critical if first_help(helping(layout, alert, actions, latest(alert.feed))))
    return next(helped, next(iter(critical), None))


def helping(
    layout: Layout, alert: Alert, actions: Sequence[ActionState], state: FeedState
) -> list[ActionState]:
    """The actions that the alert's rule names for its row, in the rule's order."""
    rule = layout.rules.get(alert.rule)
    if rule is None:
        return []
    by_id, row = {action.id: action for action in actions}, row_of(alert, state)
    fitting = (
        each.action for each in rule.actions if each.when is None or compile_condition(each.when).of(row)
    )
    return [by_id[name] for name in fitting if name in by_id]


def first_help(actions: Sequence[ActionState]) -> ActionState | None:
    """The first that may be fired and is not on already: switching it off would not help."""
    return next((action for action in actions if action.allowed and action.active is not True), None)


def row_of(alert: Alert, state: FeedState) -> Row:
    """The row an alert is about as it stands now; its key alone where it is gone."""
    rows = state.reading.rows if state.reading is not None else ()
    gone: Row = dict(zip(state.key_columns, alert.key, strict=False))
    return next((row for row in rows if state.key(row) == alert.key), gone)


def figures_of(alert: Alert, words: RoomWords) -> list[str]:
    """The figures that met the condition, in the order it names them, the one that counts first."""
    said = [say(alert.why, words.lang)] if alert.why is not None else []
    for name, value in alert.facts.items():
        heading = words.heading(name, (alert.feed,))
        once = heading.title in alert.title  # `기관 오류율 42.7 %`
        named = "" if once else f"{heading.title} "
        said.append(named + words.value(value, heading))
    return said
