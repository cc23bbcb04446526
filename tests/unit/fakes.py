"""A source whose answers a test scripts, and a virtual morning for it to answer in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from situationroom.layout.models import NoOptions
from situationroom.sources.base import Rows, Source
from situationroom.values import Row, Value

MORNING = datetime(2024, 9, 20, 9, 0, tzinfo=ZoneInfo("Asia/Seoul"))


def rows(*each: Mapping[str, Value], at: datetime | None = None) -> Rows:
    """An answer of these rows; the columns are the first row's."""
    return Rows(tuple(each[0]) if each else (), each, at=at)


class ScriptedSource(Source[NoOptions, NoOptions]):
    """Answers each question with the next of ``answers``, the last one for ever; exceptions are raised."""

    TYPE = "scripted"
    Options = NoOptions
    Question = NoOptions

    def __init__(self, answers: Sequence[Rows | Exception], *, pushes: bool = False) -> None:
        super().__init__("scripted", NoOptions())
        self.answers = list(answers)
        self.asked = 0
        self.in_flight = 0
        self.most_in_flight = 0
        self.hold: asyncio.Event | None = None
        self.pushed: asyncio.Queue[Rows | None] | None = asyncio.Queue() if pushes else None

    async def ask(self, question: NoOptions, timeout_s: float) -> Rows:
        """The next answer, once ``hold`` (if any) is set."""
        self.asked += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.hold is not None:
                await self.hold.wait()
        finally:
            self.in_flight -= 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def pushes(self, question: NoOptions) -> AsyncIterator[Rows | None] | None:
        """Whatever is put into ``pushed``."""
        return None if self.pushed is None else self._pushes(self.pushed)

    async def _pushes(self, queue: asyncio.Queue[Rows | None]) -> AsyncIterator[Rows | None]:
        while True:
            yield await queue.get()


def row(**values: Value) -> Row:
    """One row."""
    return values
