"""What one feed keeps of a message stream: a bounded backlog, its newest rows, and what was lost."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from situationroom.errors import SourceError
from situationroom.sources.base import Rows
from situationroom.sources.parse.charsets import decoded
from situationroom.sources.parse.documents import documents, rows_in
from situationroom.sources.parse.jmes import table
from situationroom.values import Message, Row

BACKLOG_CHARS = 16_000_000
"""Characters, or bytes of binary messages, waiting to be read at most, whatever the number of messages."""

THREAD_CHARS = 100_000
"""A backlog larger than this is read in a thread."""

SAID_S = 60.0
"""A loss is told for this long after the last of its kind."""


@dataclass(slots=True)
class Tally:
    """How many of something happened lately; starts anew once it was quiet for :data:`SAID_S`."""

    count: int = 0
    last_s: float = float("-inf")

    def add(self, count: int, now_s: float) -> None:
        """``count`` more of them."""
        self.count = count + (self.count if now_s - self.last_s <= SAID_S else 0)
        self.last_s = now_s

    def recent(self, now_s: float) -> int:
        """How many, or 0 when the last one is long past."""
        return self.count if now_s - self.last_s <= SAID_S else 0


class Bell:
    """Wakes everybody who waits, each time it rings."""

    def __init__(self) -> None:
        self.rings = 0
        self._next = asyncio.Event()

    def ring(self) -> None:
        """Have every waiter look again."""
        self.rings += 1
        self._next.set()
        self._next = asyncio.Event()

    async def after(self, rings: int) -> int:
        """Wait until it has rung other than ``rings`` times; how often by then."""
        await self.until(lambda: self.rings != rings)
        return self.rings

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until ``condition`` holds, looking again at every ring."""
        while not condition():
            await self._next.wait()


class Inbox:
    """Messages for one feed. ``put`` never waits: what is too much is dropped, oldest first, and counted.

    Args:
        path: JMESPath to the rows of each message; a message where it finds nothing has none.
        keep: newest rows that are kept.
        replace: each message is the whole answer, instead of adding to it.
        backlog: messages waiting to be read at most.
        now_s: a monotonic clock.
        encoding: of binary messages; UTF-8 where it is None.

    Attributes:
        bell: rings for each message, and whenever its owner rings it.
        news: something came that no :meth:`rows` has told yet.
        read_any: a readable message ever came.
        asked: somebody waited for the first message already.

    """

    def __init__(
        self,
        path: str,
        *,
        keep: int,
        replace: bool,
        backlog: int,
        now_s: Callable[[], float],
        encoding: str | None = None,
    ) -> None:
        self.path = path
        self._encoding = encoding
        self.bell = Bell()
        self.read_any = False
        self.asked = False
        self.news = False
        self._replace = replace
        self._backlog = backlog
        self._now_s = now_s
        self._waiting: deque[str | bytes] = deque()
        self._waiting_chars = 0
        self._rows: deque[Row] = deque(maxlen=keep)
        self._put_s = self._came_s = now_s()
        self._dropped = Tally()
        self._garbage = Tally()
        self._garbage_detail = Message("sources.empty_body")
        self._reading = asyncio.Lock()

    def put(self, message: str | bytes) -> None:
        """Take a message, text or binary."""
        self._waiting.append(message)
        self._put_s = self._now_s()
        self._waiting_chars += len(message)
        self.news = True
        dropped = 0
        while len(self._waiting) > self._backlog or self._waiting_chars > BACKLOG_CHARS:
            self._waiting_chars -= len(self._waiting.popleft())
            dropped += 1
        if dropped:
            self._dropped.add(dropped, self._now_s())
        self.bell.ring()

    async def rows(self) -> Rows:
        """Everything kept, newest last, with notes on what was lost lately."""
        async with self._reading:  # two readers at once would mix up the order
            messages, chars, came_s = list(self._waiting), self._waiting_chars, self._put_s
            self._waiting.clear()
            self._waiting_chars = 0
            self.news = False
            if chars > THREAD_CHARS:
                read = await asyncio.to_thread(self._read, messages)
            else:
                read = self._read(messages)
            for rows in read:
                if isinstance(rows, Message):
                    self._count_garbage(rows)
                    continue
                if self._replace and rows:
                    self._rows.clear()
                self._rows.extend(rows)
                self.read_any = True
                self._came_s = came_s
        kept = table(self._rows, self._notes(), max_rows=len(self._rows) or 1)
        # a state is as old as the message that told it; of a log, silence is no news
        return replace(kept, age_s=self._now_s() - self._came_s) if self._replace else kept

    def _read(self, messages: list[str | bytes]) -> list[tuple[Row, ...] | Message]:
        """Each message's rows, or how the unreadable one begins."""
        return [self._rows_of(message) for message in messages]

    def _rows_of(self, message: str | bytes) -> tuple[Row, ...] | Message:
        if isinstance(message, bytes):
            message, misread = decoded(message, self._encoding)
            if misread:
                return misread[0]
        try:
            return rows_in(documents(message), self.path) or ()
        except SourceError as error:
            return error.message

    def _count_garbage(self, detail: Message) -> None:
        self._garbage.add(1, self._now_s())
        self._garbage_detail = detail

    def _notes(self) -> tuple[Message, ...]:
        now_s = self._now_s()
        notes = []
        if dropped := self._dropped.recent(now_s):
            notes.append(Message("sources.ws_dropped", {"count": dropped}))
        if garbage := self._garbage.recent(now_s):
            notes.append(Message("sources.ws_garbage", {"count": garbage, "detail": self._garbage_detail}))
        return tuple(notes)
