"""Times in whatever form a source gives them: as moments, and as places along an axis.

A moment is a datetime, ISO text (``2024-09-20T09:41:07+09:00``), the same run together as many databases
keep it (``20240920094107``), or a count since the epoch in seconds, milli-, micro- or nanoseconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, tzinfo
from itertools import pairwise

from situationroom.formats import figure_of
from situationroom.values import Value

_COUNTS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (0.0, 1.0))
"""From which size on a count since the epoch is of which parts of a second: 1e11 s were the year 5138."""

_LIKELY = (1e9, 4.1e9)
"""Seconds since the epoch from 2001 to 2099: where a whole column lies here, it counts since the epoch."""

_RUN_TOGETHER = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?)?")
_DAY_OF = re.compile(r"(\d{4})[-./](\d\d?)[-./](\d\d?)(?=\D|$)\.?")
_COUNT = re.compile(r"\d{10}(?:\d{3}|\d{6}|\d{9})?(?:\.\d+)?")
_OF_DAY = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d(?:\.\d{1,9})?))?")

_DAY_S = 86_400
_LONGEST = 40
"""Characters of a text that are looked at for a moment."""


@dataclass(frozen=True, slots=True)
class Places:
    """Values along an axis of time.

    Attributes:
        at: seconds since the epoch; for times of day since midnight of an unnamed day. None for no time.
        zone: the time zone that the axis is written in.
        dated: whether they have a date.

    """

    at: tuple[float | None, ...]
    zone: tzinfo
    dated: bool = True


def moment_of(value: Value, zone: tzinfo | None) -> datetime | None:
    """A moment in the room's time zone from a datetime, a text that is one, or a count since the epoch.

    None for anything else; a database's infinity, the first or last moment there is, is no moment either.
    """
    try:
        if isinstance(value, datetime):
            moment = value
        elif isinstance(value, str):
            moment = datetime.fromisoformat(_iso(value.strip()[:_LONGEST]))
        elif (seconds := _seconds(value)) is not None:
            moment = datetime.fromtimestamp(seconds, UTC)
        else:
            return None
        if not MINYEAR + 1 < moment.year < MAXYEAR - 1:
            return None
        return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
    except (ValueError, OverflowError, OSError):
        return None


def times_of(values: Sequence[Value], zone: tzinfo | None, *, told: bool = False) -> Places | None:
    """Where a column's values stand in time; None where they are no times.

    A column of figures is one of times where all lie in one likely range of seconds (milliseconds …) since
    the epoch, or where somebody ``told`` so; a column of texts where most are moments, or times of day.
    """
    given = [value for value in values if value is not None and value != ""]
    if not given:
        return None
    zone = zone or UTC
    if told or any(isinstance(value, date) for value in given) or _counts_since_the_epoch(given):
        return Places(_placed(values, lambda value: _timestamp(value, zone)), zone)
    texts = [value for value in given if isinstance(value, str)]
    if 2 * len(texts) <= len(given):
        return None
    if _mostly(_of_day, texts):
        return Places(_round_the_clock(_placed(values, _of_day)), UTC, dated=False)
    if _mostly(lambda value: _written_moment(value, zone), texts):
        return Places(_placed(values, lambda value: _written_moment(value, zone)), zone)
    return None


def _placed(values: Iterable[Value], place: Callable[[Value], float | None]) -> tuple[float | None, ...]:
    return tuple(map(place, values))


def _mostly(place: Callable[[Value], float | None], texts: Sequence[str]) -> bool:
    return 2 * sum(place(text) is not None for text in texts) > len(texts)


def _timestamp(value: Value, zone: tzinfo) -> float | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()
    if isinstance(value, str):
        return _written_moment(value, zone)
    moment = moment_of(value, zone)
    return moment.timestamp() if moment else None


def _written_moment(value: Value, zone: tzinfo) -> float | None:
    """The moment that a text is; a text of digits too, where it counts since the epoch."""
    if not isinstance(value, str):
        return None
    word = value.strip()[:_LONGEST]
    moment = moment_of(float(word) if _COUNT.fullmatch(word) else word, zone)
    return moment.timestamp() if moment else None


def _iso(word: str) -> str:
    """A date and time run together, or with other marks between its parts, as ISO 8601 writes them."""
    if (found := _RUN_TOGETHER.fullmatch(word)) is not None:
        year, month, day, hour, minute, second = found.groups(default="00")
        return f"{year}-{month}-{day}T{hour}:{minute}:{second}"
    return _DAY_OF.sub(lambda day: f"{day[1]}-{day[2]:0>2}-{day[3]:0>2}", word, count=1)


def _seconds(value: Value) -> float | None:
    """A count since the epoch in seconds; its size tells of which parts of a second it is."""
    if (count := figure_of(value)) is None:
        return None
    return count / next((parts for size, parts in _COUNTS if abs(count) >= size), 1.0)


def _counts_since_the_epoch(values: Sequence[Value]) -> bool:
    """Whether all are figures that count one and the same part of a second, from 2001 to 2099."""
    low, high = _LIKELY
    counts = [figure_of(value) or 0.0 for value in values]
    return any(all(low * parts <= count < high * parts for count in counts) for _, parts in _COUNTS)


def _of_day(value: Value) -> float | None:
    """Seconds since midnight of a time of day, ``9:41``, ``09:41:07.5``, ``24:00``."""
    found = _OF_DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    seconds = int(found[1]) * 3_600 + int(found[2]) * 60 + float(found[3] or 0)
    return seconds if seconds <= _DAY_S else None


def _round_the_clock(times: tuple[float | None, ...]) -> tuple[float | None, ...]:
    """Times of day as they follow each other: those after midnight on the next day, where the rows say so.

    A night's rows (22:00 … 01:00) leave their widest gap by day. They are taken for a night if that makes
    their order turn less often than a day from midnight on.
    """
    known = [at for at in times if at is not None]
    clock = sorted(set(known))
    if len(clock) < 2:
        return times
    gap, before = max((later - earlier, earlier) for earlier, later in pairwise(clock))
    if gap <= clock[0] + _DAY_S - clock[-1]:
        return times
    night = [at + _DAY_S if at <= before else at for at in known]
    if _turns(night) >= _turns(known):
        return times
    return tuple(at + _DAY_S if at is not None and at <= before else at for at in times)


def _turns(times: Sequence[float]) -> int:
    """How often rows go against the direction that most of them have."""
    later = sum(after > before for before, after in pairwise(times))
    earlier = sum(after < before for before, after in pairwise(times))
    return min(later, earlier)
