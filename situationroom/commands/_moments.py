"""Times as people write them on a command line: a date, a time of today, both, or how long ago."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from situationroom.errors import UsageError
from situationroom.layout.fields import seconds

_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")


def moment(text: str, now: datetime, *, ends: bool = False) -> datetime:
    """The moment that ``text`` means: ``2026-11-22``, ``2026-11-22 09:00``, ``09:00``, ``1h``, ``1d12h``.

    Without an offset of its own it is in the time zone of ``now``. A date alone is its first moment, or with
    ``ends`` the first one after it, so that a period up to a day has the day in it.

    Raises:
        UsageError: it is none of these.

    """
    written = text.strip()
    try:
        if _TIME.fullmatch(written):
            return datetime.combine(
                now, time.fromisoformat(written.zfill(8 if written.count(":") > 1 else 5)), now.tzinfo
            )
        if not written[:1].isdigit():
            raise ValueError(written)
        if len(written) == len("2026-11-22"):
            day = date.fromisoformat(written) + timedelta(days=1 if ends else 0)
            return datetime.combine(day, time(), now.tzinfo)
        if "-" in written:
            found = datetime.fromisoformat(written)
            return found if found.tzinfo else found.replace(tzinfo=now.tzinfo)
        ago = seconds(written)
        return now - timedelta(seconds=ago if isinstance(ago, float) else 0)
    except (ValueError, OverflowError):
        raise UsageError("journal.not_a_time", given=text) from None


def month(text: str, now: datetime) -> tuple[datetime, datetime]:
    """The first moment of a month ``2026-11`` and of the one after it.

    Raises:
        UsageError: it is no month.

    """
    try:
        if not re.fullmatch(r"\d{4}-\d{2}", text):
            raise ValueError(text)
        first = date(int(text[:4]), int(text[5:]), 1)
        after = (first + timedelta(days=31)).replace(day=1)
    except (ValueError, OverflowError):
        raise UsageError("journal.not_a_month", given=text) from None
    return datetime.combine(first, time(), now.tzinfo), datetime.combine(after, time(), now.tzinfo)
