"""How a run's steps become entries of the journal, and what happens when the journal takes none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from situationroom.actions.base import Preview
from situationroom.actions.ledger import Ledger
from situationroom.actions.runs import Run
from situationroom.actions.tail import Tail
from situationroom.actions.waiting import Clock, sleep_unless
from situationroom.codec import encode
from situationroom.errors import JournalError
from situationroom.i18n import say
from situationroom.journal import Draft, Entry, Journal
from situationroom.values import Message, Person

AGAIN_S = 1.0
"""Pause between tries to write what the journal would not take."""

TYPED = frozenset({"about", "after", "before", "chosen", "facts", "rows", "values"})
"""Particulars that hold values of any type, and keep it; ``record.py`` reads them back."""

Body = Mapping[str, object]

_NOTHING: Body = MappingProxyType({})


class Records:
    """Writes runs into the journal.

    The way to an effect waits for :meth:`write` and :meth:`claim`. What happened already is written by
    :meth:`write_sooner_or_later`, which tries again until the journal takes it or the room closes.
    """

    def __init__(self, journal: Journal, tail: Tail, lang: str, where: str, clock: Clock) -> None:
        self._journal = journal
        self._tail = tail
        self._lang = lang
        self._where = where
        self._clock = clock
        self._closing = asyncio.Event()
        self._late: set[asyncio.Task[None]] = set()

    async def write(self, run: Run, kind: str, body: Body = _NOTHING, person: Person | None = None) -> None:
        """On the disk when this returns.

        Raises:
            JournalError: it could not be written.

        """
        await self._append(self._draft(run, kind, person, body))

    async def claim(self, run: Run, kind: str, body: Body, check: Callable[[Ledger], None]) -> None:
        """On the disk when this returns, unless ``check`` refuses, given all that any process wrote before.

        Raises:
            JournalError: it could not be written.
            RoomError: what ``check`` raised.

        """
        await self.claim_draft(self._draft(run, kind, None, body), check)

    async def claim_draft(self, draft: Draft, check: Callable[[Ledger], None]) -> None:
        """:meth:`claim` for an entry about a run of any process, or about none."""
        try:
            await self._tail.claim(draft, check)
        except JournalError as error:
            self._tail.in_trouble(error.message)
            raise
        self._tail.in_trouble(None)

    async def write_sooner_or_later(
        self, run: Run, kind: str, body: Body = _NOTHING, person: Person | None = None
    ) -> None:
        """Try now; where that fails the run's status says so, and it is tried again in the background."""
        draft = self._draft(run, kind, person, body)
        try:
            await self._append(draft)
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

    def draft(
        self, kind: str, person: Person, run: str = "", action: str = "", body: Body = _NOTHING
    ) -> Draft:
        """An entry that is about no run of this process."""
        return Draft(self._clock.now(), kind, run, person.id, self._where, action, body)

    def preview(self, run: Run, preview: Preview) -> dict[str, object]:
        """What the journal keeps of a preview: words, figures and the statement, not the rows."""
        return {
            "subject": str(run.call.subject) or None,
            "what": self.said(run, preview.what),
            "now": self.said(run, preview.before.text),
            "then": self.said(run, preview.after),
            "before": preview.before.facts,
            "count": preview.count,
            "statement": preview.statement,
            "brake": self.said(run, preview.brake),
            "steps": [
                {"step": one.name, "title": one.title, "passed": one.preview is None} for one in preview.steps
            ]
            or None,
        }

    def shown(self, run: Run, preview: Preview) -> dict[str, object]:
        """All that a second person has to see of a preview, its rows included."""
        return {
            **self.preview(run, preview),
            "columns": preview.columns,
            "rows": preview.rows,
            "warnings": [self.said(run, one) for one in preview.warnings],
        }

    def said(self, run: Run, message: Message | None) -> object:
        """A sentence of a run as the journal keeps it, without its secrets."""
        return self.sentence(run.mask.message(message)) if message else None

    def temporary_until(self, run: Run) -> datetime | None:
        """When what a run set goes back by itself, as the journal knows it; None where it stays."""
        record = self._tail.ledger.runs.get(run.id)
        return self._tail.ledger.reverts_at(record) if record is not None else None

    def sentence(self, message: Message) -> object:
        """A sentence as the journal keeps it: its id, and its words in the room's language."""
        return {"id": message.id, "text": say(message, self._lang)}

    async def _append(self, draft: Draft, run: Run | None = None) -> Entry:
        try:
            entry = await self._journal.append(draft)
        except JournalError as error:
            self._tail.in_trouble(error.message)
            raise
        self._tail.in_trouble(None)
        if run is not None:
            run.unrecorded = None
        await self._tail.catch_up()  # so that nobody is told of a run's end before the guards know of it
        return entry

    def _draft(self, run: Run, kind: str, person: Person | None, body: Body) -> Draft:
        hidden = {
            name: encode(run.mask.hide(value)) if name in TYPED else run.mask.hide(value)
            for name, value in body.items()
            if value is not None
        }
        who = person or run.call.person
        return Draft(self._clock.now(), kind, run.id, who.id, self._where, run.call.action, hidden)

    async def _insist(self, run: Run, draft: Draft) -> None:
        while True:
            await sleep_unless(self._closing, self._clock.sleep, AGAIN_S)
            last_try = self._closing.is_set()
            try:
                await self._append(draft, run)
            except JournalError as error:
                run.unrecorded = Message("actions.unrecorded", {"why": error.message})
                if last_try:
                    return  # its claim stands without an end: the journal says that nobody recorded it
            else:
                return
