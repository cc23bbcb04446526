"""Where a life of the program ends: a place in its code passed for the n-th time, or a moment."""

from __future__ import annotations

import math
import os
import signal
import sqlite3
import threading
from asyncio import selector_events
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Literal, get_args
from unittest.mock import patch

from situationroom.journal import database

Place = Literal["before append", "within append", "after append", "before send", "after send", "moment"]
"""A journal entry: before its transaction, written but not committed, on the disk. Bytes to a server: before
and after they are given to the kernel. Or any moment, from outside."""

PLACES: tuple[Place, ...] = get_args(Place)
_NEVER = 1 << 30


@dataclass(frozen=True, slots=True)
class Point:
    """The end of one life.

    Attributes:
        number: which of all.
        action: what this life fires.
        place: where it is killed.
        nth: the n-th time it comes there.
        after_s: for a moment: so many seconds after it was let go.

    """

    number: int
    action: str
    place: Place
    nth: int = _NEVER
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Span:
    """How long a life of one action is when nobody ends it."""

    passed: Mapping[str, int] = field(default_factory=dict)
    took_s: float = 0.0


def chosen(seed: int, number: int, action: str, span: Span) -> Point:
    """The point of this number: the same for the same seed, as far as lives pass the same places.

    Late points are likelier than early ones: it is at its end that a life has its effect.
    """
    random = Random(f"{seed}/{number}")
    place = random.choice(PLACES)
    part = random.triangular(0.0, 1.0, 1.0)
    if place == "moment":
        return Point(number, action, place, after_s=part * span.took_s)
    return Point(number, action, place, nth=max(1, math.ceil(part * span.passed[place])))


class Trap:
    """Counts the places a life passes, and ends it at its point."""

    def __init__(self, point: Point) -> None:
        self._point = point
        self._lock = threading.Lock()
        self.passed: Counter[str] = Counter()

    def passing(self, place: Place) -> None:
        """The life is at ``place``; it may be its last."""
        with self._lock:
            self.passed[place] += 1
            due = place == self._point.place and self.passed[place] == self._point.nth
        if due:
            os.kill(os.getpid(), signal.SIGKILL)
            threading.Event().wait()  # the signal is on its way; nothing more is done


@contextmanager
def armed(trap: Trap) -> Iterator[None]:
    """Have every journal entry and every byte sent pass the trap."""
    writing = database._writing
    transport = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]  # not in typeshed
    send = transport.write

    @contextmanager
    def watched_writing(connection: sqlite3.Connection) -> Iterator[None]:
        trap.passing("before append")
        with writing(connection):
            yield
            trap.passing("within append")
        trap.passing("after append")

    def watched_send(self: object, data: bytes) -> None:
        trap.passing("before send")
        send(self, data)
        trap.passing("after send")

    with patch.object(database, "_writing", watched_writing), patch.object(transport, "write", watched_send):
        yield
