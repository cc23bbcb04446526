"""How a run's steps become entries of the journal, and what happens when the journal takes none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from situationroom.actions.base import Preview
from situationroom.actions.runs import Run
from situationroom.actions.waiting import Sleep, sleep_unless
from situationroom.errors import JournalError
from situationroom.i18n import say
from situationroom.journal import Draft, Journal
from situationroom.values import Message, Person

AGAIN_S = 1.0
"""Pause between tries to write what the journal would not take."""


class Records:
    """Writes runs into the journal.

    The way to an effect waits for :meth:`write`. What happened already is written by
    :meth:`write_sooner_or_later`, which tries again until the journal takes it or the room closes.
    """

    def __init__(
        self, journal: Journal, lang: str, where: str, now: Callable[[], datetime], sleep: Sleep
    ) -> None:
        self._journal = journal
        self._lang = lang
        self._where = where
        self._now = now
        self._sleep = sleep
        self._closing = asyncio.Event()
        self._late: set[asyncio.Task[None]] = set()

    async def write(
        self, run: Run, kind: str, body: Mapping[str, object] = {}, person: Person | None = None
    ) -> None:
        """On the disk when this returns.

        Raises:
            JournalError: it could not be written.

        """
        await self._journal.append(self._draft(run, kind, person, body))

    async def write_sooner_or_later(
        self, run: Run, kind: str, body: Mapping[str, object] = {}, person: Person | None = None
    ) -> None:
        """Try now; where that fails the run's status says so, and it is tried again in the background."""
        draft = self._draft(run, kind, person, body)
        try:
            await self._journal.append(draft)
        except JournalError as error:
            run.unrecorded = Message("actions.unrecorded", {"why": error.message})
            task = asyncio.create_task(self._insist(run, draft), name="late journal entry")
            self._late.add(task)
            task.add_done_callback(self._late.discard)

    async def close(self) -> None:
        """Try what is left once more, then let it be."""
        self._closing.set()
        if self._late:
            await asyncio.gather(*self._late)

    def preview(self, run: Run, preview: Preview) -> dict[str, object]:
        """What the journal keeps of a preview: words, figures and the statement, not the rows."""
        return {
            "what": self.said(run, preview.what),
            "before": preview.before.facts,
            "count": preview.count,
            "statement": preview.statement,
        }

    def said(self, run: Run, message: Message | None) -> object:
        """A sentence as the journal keeps it: its id, and its words in the room's language."""
        if message is None:
            return None
        return {"id": message.id, "text": say(run.mask.message(message), self._lang)}

    def _draft(self, run: Run, kind: str, person: Person | None, body: Mapping[str, object]) -> Draft:
        hidden = {name: run.mask.hide(value) for name, value in body.items() if value is not None}
        who = person or run.call.person
        return Draft(self._now(), kind, run.id, who.id, self._where, run.call.action, hidden)

    async def _insist(self, run: Run, draft: Draft) -> None:
        while True:
            await sleep_unless(self._closing, self._sleep, AGAIN_S)
            last_try = self._closing.is_set()
            try:
                await self._journal.append(draft)
            except JournalError as error:
                run.unrecorded = Message("actions.unrecorded", {"why": error.message})
                if last_try:
                    return  # its claim stands without an end: the journal says that nobody recorded it
            else:
                run.unrecorded = None
                return
