"""PostgreSQL's own calendar: days and microseconds since 2000, from 4713 BC to 294276, and their text.

Python's dates end at the years 1 and 9999. What lies beyond, and ``infinity``, is text as the server writes
it in its ISO style.

Source: the binary formats in PostgreSQL's ``src/backend/utils/adt/timestamp.c`` and ``date.c``; days and
civil dates by https://howardhinnant.github.io/date_algorithms.html.
"""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from situationroom.values import Duration

INFINITY, NEVER = "infinity", "-infinity"

DAY_US = 86_400_000_000
_SECOND_US = 1_000_000

_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - the server counts zoneless times from here
_EPOCH_UTC = _EPOCH.replace(tzinfo=UTC)
_EPOCH_DAY = date(2000, 1, 1).toordinal()
_FIRST_DAY = date(MINYEAR + 1, 1, 1).toordinal() - _EPOCH_DAY
_LAST_DAY = date(MAXYEAR, 1, 1).toordinal() - _EPOCH_DAY - 1
_FIRST_US, _LAST_US = _FIRST_DAY * DAY_US, (_LAST_DAY + 1) * DAY_US - 1

_DATE_INFINITY, _DATE_NEVER = 2**31 - 1, -(2**31)
_INFINITY, _NEVER = 2**63 - 1, -(2**63)

_MONTH_S = 30 * 86_400
_YEAR_S = 365.25 * 86_400

_WRITTEN = re.compile(
    r"(?P<year>\d{4,7})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[ T](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<part>\d{1,6}))?)?)?"
    r"(?P<offset>Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?(?P<era> BC)?"
)
_CLOCK = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?")


def day(parts: tuple[int, ...]) -> date | str:
    """A ``date`` of the server; text for the first and last year, which no time zone can be applied to."""
    days = parts[0]
    if _FIRST_DAY <= days <= _LAST_DAY:
        return date.fromordinal(_EPOCH_DAY + days)
    if days in (_DATE_INFINITY, _DATE_NEVER):
        return INFINITY if days > 0 else NEVER
    written, era = _written_day(days)
    return written + era


def moment(us: int, zone: tzinfo) -> datetime | str:
    """A ``timestamptz``: an aware time, or text with the offset of the session's ``zone``."""
    if _FIRST_US <= us <= _LAST_US:
        return _EPOCH_UTC + timedelta(0, 0, us)
    if us in (_INFINITY, _NEVER):
        return INFINITY if us > 0 else NEVER
    offset = _offset_at_the_edge(us, zone)
    return _written(us + offset * _SECOND_US, _written_offset(offset))


def local_moment(us: int, zone: tzinfo) -> datetime | str:
    """A ``timestamp`` without time zone, taken to be in the session's ``zone`` as the server itself does."""
    if _FIRST_US <= us <= _LAST_US:
        offset = _offset_us(us // DAY_US, zone)
        if offset is not None:
            return _EPOCH_UTC + timedelta(0, 0, us - offset)
        return _in_zone(_EPOCH + timedelta(microseconds=us), zone)
    if us in (_INFINITY, _NEVER):
        return INFINITY if us > 0 else NEVER
    return _written(us, "")


def clock(parts: tuple[int, ...]) -> str:
    """A ``time`` or, with an offset west of UTC, a ``timetz``: ``24:00:00``, ``09:30:00.5+09``."""
    return _written_clock(parts[0]) + ("" if len(parts) == 1 else _written_offset(-parts[1]))


def span(parts: tuple[int, ...]) -> Duration | str:
    """An ``interval`` (months, days, microseconds) in seconds, as ``extract(epoch …)`` has it.

    Text for an endless one.
    """
    months, days, us = parts
    if not months:
        return Duration(days * 86_400 + us / _SECOND_US)
    if months == days == _DATE_INFINITY and us == _INFINITY:
        return INFINITY
    if months == days == _DATE_NEVER and us == _NEVER:
        return NEVER
    years, left = divmod(abs(months), 12)
    in_months = (years * _YEAR_S + left * _MONTH_S) * (-1 if months < 0 else 1)
    return Duration(in_months + days * 86_400 + us / _SECOND_US)


def endless_span(word: str) -> tuple[int, int, int]:
    """The server's ``interval`` for ``infinity`` and ``-infinity``: months, days, microseconds."""
    if word == INFINITY:
        return _DATE_INFINITY, _DATE_INFINITY, _INFINITY
    return _DATE_NEVER, _DATE_NEVER, _NEVER


def days_of(value: date | str, zone: tzinfo) -> int:
    """The server's ``date`` for a day, a time (its day in ``zone``), or text. Raises ValueError."""
    if isinstance(value, datetime):
        return value.astimezone(zone).date().toordinal() - _EPOCH_DAY
    if isinstance(value, date):
        return value.toordinal() - _EPOCH_DAY
    word = value.strip()
    if word in (INFINITY, NEVER):
        return _DATE_INFINITY if word == INFINITY else _DATE_NEVER
    if (written := _WRITTEN.fullmatch(word)) and not written["hour"]:
        return _day_number(written)
    return date.fromisoformat(word).toordinal() - _EPOCH_DAY


def us_of(value: date | str, zone: tzinfo) -> int:
    """The server's ``timestamptz`` for a time or text; without an offset it is of ``zone``."""
    exact = _exact(value)
    if isinstance(exact, datetime):
        aware = exact if exact.tzinfo else _in_zone(exact, zone)
        return (aware - _EPOCH_UTC) // timedelta(microseconds=1)
    us, offset = exact
    if abs(us) >= _INFINITY or offset is not None:
        return us - (offset or 0) * _SECOND_US
    return us - _offset_at_the_edge(us, zone) * _SECOND_US


def local_us_of(value: date | str, zone: tzinfo) -> int:
    """The server's ``timestamp`` without time zone, as the clocks of ``zone`` show it."""
    exact = _exact(value)
    if isinstance(exact, datetime):
        naive = exact.astimezone(zone).replace(tzinfo=None) if exact.tzinfo else exact
        return (naive - _EPOCH) // timedelta(microseconds=1)
    us, offset = exact
    return us if offset is None else us + (_offset_at_the_edge(us, zone) - offset) * _SECOND_US


def clock_of(text: str) -> tuple[int, int | None]:
    """Microseconds of a day and the offset west of UTC in seconds, from ``09:30`` or ``24:00:00+09``."""
    clock = _CLOCK.fullmatch(text.strip())
    if clock is None:
        raise ValueError(text)
    us = _clock_us(clock[1], clock[2], clock[3], clock[4])
    if us > DAY_US:
        raise ValueError(text)
    return us, None if clock[5] is None else -_offset_s(clock[5])


def _in_zone(naive: datetime, zone: tzinfo) -> datetime:
    """The moment of a zoneless time; one that came twice is the second, as the server takes it."""
    first = naive.replace(tzinfo=zone)
    second = first.replace(fold=1)
    came_twice = (second.utcoffset() or timedelta(0)) < (first.utcoffset() or timedelta(0))
    return (second if came_twice else first).astimezone(UTC)


@lru_cache(maxsize=2_048)
def _offset_us(days: int, zone: tzinfo) -> int | None:
    """The zone's offset on a whole day since 2000; None where it changes around then."""
    around = _EPOCH + timedelta(days=days - 1), _EPOCH + timedelta(days=days + 2)
    offsets = {moment.replace(tzinfo=zone, fold=fold).utcoffset() for moment in around for fold in (0, 1)}
    first = offsets.pop() or timedelta(0)
    return None if offsets else first // timedelta(microseconds=1)


def _exact(value: date | str) -> datetime | tuple[int, int | None]:
    """A time as Python has it, or microseconds (as the clock shows) and an offset where it has none."""
    if isinstance(value, datetime):
        if MINYEAR < value.year < MAXYEAR:
            return value
        value = value.isoformat(" ")
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - whoever called knows the zone
    word = value.strip()
    if word in (INFINITY, NEVER):
        return (_INFINITY if word == INFINITY else _NEVER), None
    written = _WRITTEN.fullmatch(word)
    if written and (written["era"] or not MINYEAR < int(written["year"]) < MAXYEAR):
        us = _day_number(written) * DAY_US
        if written["hour"]:
            us += _clock_us(written["hour"], written["minute"], written["second"], written["part"])
        return us, None if written["offset"] is None else _offset_s(written["offset"])
    return datetime.fromisoformat(word)


def _day_number(written: re.Match[str]) -> int:
    """Days since 2000 of a civil date of any year."""
    year, month, day = int(written["year"]), int(written["month"]), int(written["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31 and year > 0):
        raise ValueError(written[0])
    if written["era"]:
        year = 1 - year
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    number = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468 - 10_957
    if _civil(number)[1:] != (month, day):
        raise ValueError(written[0])
    return number


def _civil(days: int) -> tuple[int, int, int]:
    """Year (0 is 1 BC), month and day of a number of days since 2000."""
    shifted = days + 10_957 + 719_468
    era, of_era = divmod(shifted, 146_097)
    of_400 = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * of_400 + of_400 // 4 - of_400 // 100)
    part = (5 * of_year + 2) // 153
    month = part + 3 if part < 10 else part - 9
    return of_400 + era * 400 + (month <= 2), month, of_year - (153 * part + 2) // 5 + 1


def _written_day(days: int) -> tuple[str, str]:
    year, month, number = _civil(days)
    era = "" if year > 0 else " BC"
    return f"{year if year > 0 else 1 - year:04d}-{month:02d}-{number:02d}", era


def _written(us: int, offset: str) -> str:
    days, of_day = divmod(us, DAY_US)
    written, era = _written_day(days)
    return f"{written} {_written_clock(of_day)}{offset}{era}"


def _written_clock(us: int) -> str:
    seconds, part = divmod(us, _SECOND_US)
    fraction = f".{part:06d}".rstrip("0") if part else ""
    return f"{seconds // 3_600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"


def _written_offset(seconds: int) -> str:
    size = abs(seconds)
    parts = [size // 3_600, size // 60 % 60, size % 60]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return ("-" if seconds < 0 else "+") + ":".join(f"{part:02d}" for part in parts)


def _offset_s(text: str) -> int:
    digits = re.findall(r"\d\d", text)
    size = sum(int(pair) * unit for pair, unit in zip(digits, (3_600, 60, 1), strict=False))
    return -size if text.startswith("-") else size


def _clock_us(hour: str, minute: str, second: str | None, part: str | None) -> int:
    if int(minute) > 59 or int(second or 0) > 59:
        raise ValueError(f"{hour}:{minute}:{second}")
    seconds = int(hour) * 3_600 + int(minute) * 60 + int(second or 0)
    return seconds * _SECOND_US + int((part or "").ljust(6, "0"))


def _offset_at_the_edge(us: int, zone: tzinfo) -> int:
    """The zone's offset in seconds before, or after, all years that Python knows."""
    edge = datetime(2 if us < 0 else MAXYEAR - 1, 1, 2, tzinfo=zone)
    offset = edge.utcoffset() or timedelta(0)
    return round(offset.total_seconds())
