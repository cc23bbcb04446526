"""The time zones that a server's sessions are in, whatever the server calls them.

A name that Python knows means the same to both. Any other (``<+09>-09``, ``KST-9``, ``GMT+9``, a zone in the
server's own files) is asked of the server itself, once: when its offset changes, and to what.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from situationroom.sources.pg.database import Connected

_CHANGES = """
with daily as (
  select t, extract(timezone from t)::int as offset_s,
         lag(extract(timezone from t)::int) over (order by t) as before_s
  from generate_series(timestamptz '1970-01-01 00:00+00', '2060-01-01 00:00+00', interval '24 hours') t
), minutely as (
  select m, extract(timezone from m)::int as offset_s,
         lag(extract(timezone from m)::int) over (partition by t order by m) as before_s
  from daily, generate_series(t - interval '24 hours', t, interval '1 minute') m
  where daily.offset_s <> daily.before_s
)
select extract(epoch from t)::bigint as at_s, offset_s from daily where before_s is null
union all
select extract(epoch from m)::bigint, offset_s from minutely where offset_s <> before_s
order by at_s
"""
"""Offsets east of UTC in seconds, the first one and each that follows, to the minute."""


class Zones:
    """The time zones of one database's sessions, by the server's names."""

    def __init__(self) -> None:
        self._known: dict[str, tzinfo] = {}

    async def of(self, con: Connected) -> tzinfo:
        """The zone that the session takes zoneless times to be in; within a transaction."""
        name = str(con.get_settings().TimeZone)
        zone = self._known.get(name)
        if zone is None:
            zone = _common(name) or _made(name, [tuple(row) for row in await con.fetch(_CHANGES)])
            self._known[name] = zone
        return zone


def _common(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return None


def _made(name: str, changes: Sequence[tuple[int, int]]) -> ZoneInfo:
    """A zone with these offsets from these moments on (Unix times), in the form of RFC 9636."""
    offsets = sorted({offset for _, offset in changes})
    later = changes[1:]
    kinds = [
        changes[0][1],
        *(offset for offset in offsets if offset != changes[0][1]),
    ]  # the first holds before
    head = struct.pack("!4sc15x6l", b"TZif", b"2", 0, 0, 0, len(later), len(kinds), 4)
    body = b"".join(
        (
            *(struct.pack("!q", at) for at, _ in later),
            *(struct.pack("!B", kinds.index(offset)) for _, offset in later),
            *(struct.pack("!lBB", offset, 0, 0) for offset in kinds),
            b"-00\x00",
        )
    )
    empty = struct.pack("!4sc15x6l", b"TZif", b"2", 0, 0, 0, 0, 1, 1) + struct.pack("!lBB", 0, 0, 0) + b"\x00"
    return ZoneInfo.from_file(io.BytesIO(empty + head + body + b"\n\n"), key=name)
