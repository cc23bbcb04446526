"""Axes of time: round steps from a second to centuries, dates where the day changes, and years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time, timedelta
from typing import Literal

from situationroom.paint.scales import Tick

_DAY_S = 86_400
_LONGER = 0.75
"""The room of a time with seconds, against that of one without."""
_UNIT_S = {"second": 1.0, "day": 86_400.0, "week": 604_800.0, "month": 2_629_746.0, "year": 31_556_952.0}


@dataclass(frozen=True, slots=True)
class _Step:
    """The way from one tick to the next: so many seconds of a day, days, weeks, months or years."""

    amount: int
    unit: Literal["second", "day", "week", "month", "year"]

    @property
    def length_s(self) -> float:
        return self.amount * _UNIT_S[self.unit]

    @property
    def room(self) -> float:
        """How many of its ticks have the room of one with hours and minutes: fewer where words are longer."""
        return _LONGER if self.unit == "second" and self.amount < 60 else 1.0

    def walls(self, start: datetime) -> Iterator[datetime]:
        """Round times of the wall clock from about ``start`` on, without end but the calendar's."""
        wall = start.replace(tzinfo=None)
        midnight = datetime.combine(wall.date(), time.min)
        if self.unit == "second":
            first = (wall - midnight).total_seconds() // self.amount
            yield from _counted(midnight + timedelta(seconds=first * self.amount), self.amount)
        elif self.unit in ("day", "week"):
            days = self.amount * (7 if self.unit == "week" else 1)
            since_a_monday = midnight.toordinal() - 1
            yield from _counted(midnight - timedelta(days=since_a_monday % days), days * _DAY_S)
        else:
            months = self.amount * (12 if self.unit == "year" else 1)
            place = (wall.year * 12 + wall.month - 1) // months * months
            while place < (MAXYEAR + 1) * 12:
                if place >= 12:
                    yield datetime(place // 12, place % 12 + 1, 1)  # noqa: DTZ001 - a wall clock's
                place += months


_STEPS = (
    *(_Step(seconds, "second") for seconds in (1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800)),
    *(_Step(hours * 3_600, "second") for hours in (1, 2, 3, 6, 12)),
    _Step(1, "day"), _Step(2, "day"), _Step(1, "week"), _Step(2, "week"),
    _Step(1, "month"), _Step(3, "month"), _Step(6, "month"),
    *(_Step(years, "year") for years in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)),
)  # fmt: skip


def time_ticks(
    start: datetime, end: datetime, count: int, *, today: date | None = None, dated: bool = True
) -> list[Tick]:
    """About ``count`` round times between two moments, in their time zone.

    Where the day changes stands its date, with the year where that changes or is not that of ``today`` (by
    default the last moment's day). Of a stretch within another day the first tick says which. Without
    ``dated`` the day is nobody's and stays unsaid.
    """
    length = end.timestamp() - start.timestamp()  # a difference of wall clocks would miss their changes
    if count < 1 or length < 0:
        return []
    today = today or end.date()
    if length == 0:
        return [(start.timestamp(), _alone(start, today, dated))]
    fitting = next(
        (place for place, step in enumerate(_STEPS) if length / step.length_s <= count * step.room), -1
    )
    found = _moments(_STEPS[fitting], start, end)
    if not found and fitting > 0:
        found = _moments(_STEPS[fitting - 1], start, end)
        found = found[:: -(-len(found) // count) or 1]
    return _written(found, _STEPS[fitting], today, dated)


def _counted(first: datetime, step_s: int) -> Iterator[datetime]:
    try:
        while True:
            yield first
            first += timedelta(seconds=step_s)
    except OverflowError:
        return


def _moments(step: _Step, start: datetime, end: datetime) -> list[datetime]:
    """The ticks' moments; a time of day that a change of the clocks leaves out is none."""
    found = []
    first, last, over = start.timestamp(), end.timestamp(), end.replace(tzinfo=None) + timedelta(days=1)
    for wall in step.walls(start):
        if wall > over:
            break
        moment = wall.replace(tzinfo=start.tzinfo)
        if first <= moment.timestamp() <= last and _is(moment):
            found.append(moment)
    return found


def _is(moment: datetime) -> bool:
    """Whether the clocks show this time on its day."""
    return datetime.fromtimestamp(moment.timestamp(), moment.tzinfo).replace(tzinfo=None) == moment.replace(
        tzinfo=None
    )


def _written(moments: list[datetime], step: _Step, today: date, dated: bool) -> list[Tick]:
    if not moments:
        return []
    if step.unit in ("month", "year"):
        shape = "{0.year:04}" if step.unit == "year" else "{0.year:04}-{0.month:02}"
        return [(moment.timestamp(), shape.format(moment)) for moment in moments]
    clock = "%H:%M" if step.length_s % 60 == 0 else "%H:%M:%S"
    years = {moment.year for moment in moments}
    year = today.year if years == {today.year} else None
    ticks: list[Tick] = []
    elsewhere = dated and not any(map(_is_midnight, moments)) and moments[-1].date() != today
    for moment in moments:
        words = moment.strftime(clock)
        if dated and (_is_midnight(moment) or step.unit != "second"):
            words, year = _day(moment, year), moment.year
        elif elsewhere:
            words, elsewhere = f"{_day(moment, year)} {words}", False
        ticks.append((moment.timestamp(), words))
    return ticks


def _day(moment: datetime, year: int | None) -> str:
    """A date, with its year where that is another than the one known."""
    return moment.strftime("%m-%d") if moment.year == year else f"{moment.date()}"


def _is_midnight(moment: datetime) -> bool:
    return moment.time() == time.min


def _alone(moment: datetime, today: date, dated: bool) -> str:
    """The one moment of an axis that has no length."""
    day = _day(moment, today.year) if dated and moment.date() != today else ""
    if day and _is_midnight(moment):
        return day
    return f"{day} {moment.strftime('%H:%M:%S' if moment.second else '%H:%M')}".strip()
