"""The time, large; how long until the event or since; the date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from situationroom.formats import clock
from situationroom.panel import (
    Label,
    Line,
    Panel,
    PanelOptions,
    Run,
    View,
    big_digits,
    clipped,
    digits_width,
    joined,
    printable,
    run_cells,
)

_DAY_S = 86_400


class ClockOptions(PanelOptions):
    """What the clock shows."""

    show: Literal["time", "event"] = Field("time", description="large: the time, or the time to the event")
    seconds: bool = Field(True, description="show seconds")
    date: bool = Field(True, description="show the date")
    event: Label = Field("", description="what the room opens for, such as 개통")


class Clock(Panel[ClockOptions]):
    """A clock with a countdown, then the time since."""

    TYPE = "clock"
    Options = ClockOptions
    UPDATES = "seconds"
    SCROLLS = False
    LINES = 5

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        """One of both large where there is room, the other in a line, the date below, all centred."""
        time = clock(view.now, self.options.seconds)
        words, span = self._event(view)
        event_large = self.options.show == "event" and bool(span)
        large = span if event_large else time
        small: list[list[Run]] = []
        if event_large:
            small.append([(time, "")])
        elif span:
            small.append([(words + " ", "muted"), (span, "accent")])
        if self.options.date:
            small.append([(_date(view), "muted")])
        texts = [[(part, "strong")] for part in self._large(large, width, height - len(small))]
        runs = [
            *([[(words, "muted")]] if event_large and len(texts) + len(small) < height else []),
            *texts,
            *small,
        ]
        return [Line(clipped(joined((_centre(each, width), ""), *each), width)) for each in runs[:height]]

    def _large(self, shown: str, width: int, height: int) -> list[str]:
        for rows in (5, 3):
            size: Literal[3, 5] = 5 if rows == 5 else 3
            if height >= rows and digits_width(shown, size) <= width:
                return big_digits(shown, size)
        return [shown]

    def _event(self, view: View) -> tuple[str, str]:
        """``개통까지`` and ``00:18:53``; nothing for a room without an opening."""
        if view.opens is None:
            return "", ""
        seconds = int((view.now - view.opens).total_seconds())
        event = printable(self.options.event) or view.say("panels.opening")
        words = view.say("panels.before_opens" if seconds < 0 else "panels.after_opens", event=event)
        return words, ("-" if seconds < 0 else "+") + _span(view, abs(seconds))


def _span(view: View, seconds: int) -> str:
    days, rest = divmod(seconds, _DAY_S)
    minutes, second = divmod(rest, 60)
    hour, minute = divmod(minutes, 60)
    day = view.say("panels.days", days=days) + " " if days else ""
    return f"{day}{hour:02}:{minute:02}:{second:02}"


def _date(view: View) -> str:
    weekday = view.say("panels.weekdays").split()[view.now.weekday()]
    month = view.say("panels.months").split()[view.now.month - 1]
    return view.say("panels.date", date=view.now, weekday=weekday, month=month)


def _centre(runs: Sequence[Run], width: int) -> str:
    return " " * max(0, (width - run_cells(runs)) // 2)
