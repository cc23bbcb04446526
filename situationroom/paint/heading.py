"""What a frame says of a panel's feeds: their worst state, the age, the reason.

It changes every second and costs one row, so it is kept apart from what the panel painted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from situationroom.formats import age
from situationroom.i18n import say
from situationroom.paint.glyphs import CRITICAL, STALE
from situationroom.panel import Panel, View
from situationroom.values import FeedState, Status

_URGENCY = (Status.FAILED, Status.STALE, Status.NOT_CONFIGURED, Status.WAITING)


@dataclass(frozen=True, slots=True)
class Heading:
    """What the frame says of a panel's feeds at one moment.

    Attributes:
        title: the panel's title.
        status: the worst status of its feeds; None for a panel without feeds.
        age: the age of its oldest reading, as text.
        reason: why the last question failed, or "".
        note: what to mind about fresh figures (a clock that is off), or "".
        lang: the language of the words.

    """

    title: str
    status: Status | None
    age: str = ""
    reason: str = ""
    note: str = ""
    lang: str = "ko"

    @property
    def dimmed(self) -> bool:
        """Whether the figures inside may not be taken for the present."""
        return self.status in (Status.STALE, Status.FAILED)


def heading_of(panel: Panel[Any], view: View) -> Heading:
    """The title, state and age of a panel's feeds at ``view.now``: the worst of them speaks for all."""
    title = panel.spec.title
    if not view.feeds:
        if view.trouble is None:
            return Heading(title, None, lang=view.lang)
        return Heading(title, Status.FAILED, reason=say(view.trouble, view.lang), lang=view.lang)
    states = list(view.feeds.values())
    worst = min(states, key=lambda state: _rank(state.status(view.now)))
    status = worst.status(view.now)
    return Heading(
        title=title,
        status=Status.LIVE if status is Status.REFRESHING else status,  # a question in flight shows nothing
        age=age(worst.age_s(view.now) if _rank(status) < 2 else max(s.age_s(view.now) for s in states)),
        reason=_reason(worst, several=len(states) > 1, lang=view.lang),
        note=_note(view, states),
        lang=view.lang,
    )


def state_words(heading: Heading) -> tuple[str, str]:
    """The words of the border for a status, and their style. Live panels show only their age."""
    match heading.status:
        case None:
            return "", ""
        case Status.FAILED:
            return f"{CRITICAL} {say('paint.failed', heading.lang, age=heading.age)}", "critical"
        case Status.STALE:
            return f"{STALE} {say('paint.stale', heading.lang, age=heading.age)}", "stale"
        case Status.NOT_CONFIGURED:
            return say("paint.not_configured", heading.lang), "muted"
        case Status.WAITING:
            return say("paint.waiting", heading.lang), "muted"
        case Status.EMPTY:
            return f"{heading.age} {say('paint.empty', heading.lang)}", "muted"
        case Status.LIVE | Status.REFRESHING:
            return heading.age, "muted"


def _rank(status: Status) -> int:
    """0 for the most urgent status."""
    return _URGENCY.index(status) if status in _URGENCY else len(_URGENCY)


def _reason(state: FeedState, *, several: bool, lang: str) -> str:
    """Why the feed failed; by the feed's name where the panel has several."""
    if state.failure is None:
        return ""
    reason = say(state.failure.reason, lang)
    return f"{state.name}: {reason}" if several else reason


def _note(view: View, states: Sequence[FeedState]) -> str:
    """What to mind about the figures: rules that cannot be judged on them, what their source says of them."""
    names = {state.name for state in states}
    notes = [
        f"{alert.title or alert.rule}: {say(alert.why, view.lang)}"
        for alert in view.alerts
        if alert.unjudged and alert.feed in names and alert.why is not None
    ]
    notes += [say(note, view.lang) for state in states if state.reading for note in state.reading.notes]
    return " · ".join(dict.fromkeys(notes))
