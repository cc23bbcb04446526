"""The journal as the room uses it: every touch of the disk in one thread of its own, every wait bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from situationroom.errors import JournalError
from situationroom.journal.database import JournalFile, explained
from situationroom.journal.entry import Draft, Entry, utc
from situationroom.journal.heads import Head, Heads
from situationroom.journal.lease import Leases

T = TypeVar("T")

BUSY_S = 2.0
"""How long an append waits for another process's write."""

TIMEOUT_S = 5.0
"""How long anybody waits for the disk."""

BEGIN_TIMEOUT_S = 30.0
"""How long the one look through all of a journal may take: some seconds for millions of entries."""

PAGE = 500
"""Entries read at a time."""


class Journal:
    """The append-only record of one room.

    Making one touches nothing; the file is made and opened by the first use, and opened again after any
    trouble. A room whose journal cannot be written still shows its figures; it fires nothing.

    Args:
        path: of its file.
        heads: the folder where the newest entry that was seen is noted; None notes nothing.
        busy_s, timeout_s: how long another process's write, and the disk, are waited for.

    """

    def __init__(
        self, path: Path, heads: Path | None = None, *, busy_s: float = BUSY_S, timeout_s: float = TIMEOUT_S
    ) -> None:
        self.path = path
        self._timeout_s = timeout_s
        self._file = JournalFile(path, busy_s)
        self._leases = Leases(path)
        self._heads = Heads(heads, path) if heads is not None else None
        self._thread = ThreadPoolExecutor(1, "journal")

    async def append(self, draft: Draft) -> Entry:
        """Write an entry. It is on the disk when this returns.

        Raises:
            JournalError: it is not: locked, full, not writable, or no answer in time. After no answer in time
                it may yet be written; nothing must be done that relies on it.

        """
        return await self._do(partial(self._file.append, draft))

    async def append_if(
        self, draft: Draft, allowed: Callable[[Sequence[Entry]], bool], *, since: datetime
    ) -> Entry | None:
        """Write an entry if the same person's entries since then allow it, and no process writes in between.

        None when it was not allowed. ``allowed`` is called in the journal's thread, and must be quick.

        Raises:
            JournalError: as :meth:`append`.

        """
        matching = {"person": draft.person, "since": utc(since)}
        return await self._do(partial(self._file.append_if, draft, allowed, matching))

    async def claim(self, draft: Draft, after: int, check: Callable[[Sequence[Entry]], None]) -> Entry:
        """Write an entry unless ``check`` refuses, given all entries from the id ``after`` on.

        No other process writes in between, so that of several that claim the same exactly one succeeds.
        ``check`` is called in the journal's thread, refuses by raising a RoomError, and must be quick.

        Raises:
            JournalError: as :meth:`append`.
            RoomError: what ``check`` raised; nothing was written.

        """
        return await self._do(partial(self._file.claim, draft, after, check))

    async def mattering(self, newest: int) -> list[Entry]:
        """The newest so many entries and the older ones that still matter: where a reader begins.

        Raises:
            JournalError: it cannot be read.

        """
        return await self._do(partial(self._file.mattering, newest), BEGIN_TIMEOUT_S)

    async def missing(self) -> Head | None:
        """The newest entry that this OS user's processes saw, if it is no longer in the journal; else None.

        Makes no journal where there is none.

        Raises:
            JournalError: the journal cannot be read.

        """
        return await self._do(self._missing)

    async def saw(self, head: Head) -> None:
        """Note the newest entry, for those who begin later."""
        if self._heads is not None:
            await self._do(partial(self._note, self._heads, head))

    async def tail(self, since: int) -> list[Entry]:
        """Up to :data:`PAGE` entries from the id ``since`` on, oldest first.

        Raises:
            JournalError: it cannot be read.

        """
        return await self._do(partial(self._file.page, since - 1, PAGE, {}))

    async def lease(self) -> str:
        """The name of this process's sign of life, for what it claims.

        Raises:
            JournalError: none can be made.

        """
        return await self._do(partial(self._on_disk, self._leases.hold))

    async def lease_stands(self) -> bool:
        """Whether this process's sign of life, where it has one, is still there.

        Raises:
            JournalError: that cannot be found out.

        """
        return await self._do(partial(self._on_disk, self._leases.stands))

    async def dead(self, leases: Collection[str]) -> frozenset[str]:
        """Those of the leases whose process is gone.

        Raises:
            JournalError: that cannot be found out.

        """
        return await self._do(partial(self._on_disk, partial(self._leases.dead, tuple(leases))))

    async def writable(self) -> None:
        """Find out whether the journal would take an entry; writes none.

        Raises:
            JournalError: it would not, and why.

        """
        await self._do(self._try)

    def _missing(self) -> Head | None:
        head = None
        with suppress(OSError):  # no note can be read: ``journal --verify`` says why
            head = self._heads.seen() if self._heads is not None else None
        if head is None or not self.path.exists():
            return head
        found = self._file.page(head.id - 1, 1, {})
        return None if found and (found[0].id, found[0].hash) == (head.id, head.hash) else head

    @staticmethod
    def _note(heads: Heads, head: Head) -> None:
        with suppress(OSError):  # as above
            heads.note(head)

    def _try(self) -> None:
        self._file.try_lock()
        self._on_disk(self._leases.try_disk)

    def _on_disk(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except OSError as error:
            raise explained(error, self.path) from error

    async def entries(
        self,
        *,
        run: str | None = None,
        action: str | None = None,
        person: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> AsyncIterator[Entry]:
        """The entries that match, oldest first, read a page at a time.

        ``since`` is inclusive, ``until`` exclusive; both aware.

        Raises:
            JournalError: it cannot be read.

        """
        wanted = {
            "run": run,
            "action": action,
            "person": person,
            "since": utc(since) if since else None,
            "until": utc(until) if until else None,
        }
        matching = {name: value for name, value in wanted.items() if value is not None}
        after = 0
        while page := await self._do(partial(self._file.page, after, PAGE, matching)):
            for entry in page:
                yield entry
            after = page[-1].id

    async def close(self) -> None:
        """Let go of the file, within the time an append may take.

        Raises:
            JournalError: the disk gives no answer.

        """
        try:
            await self._do(self._close)
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    def _close(self) -> None:
        self._leases.let_go()
        self._file.close()

    async def _do(self, work: Callable[[], T], within_s: float | None = None) -> T:
        within_s = within_s or self._timeout_s
        try:
            async with asyncio.timeout(within_s):
                return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except TimeoutError as error:
            raise JournalError("journal.no_answer", path=str(self.path), after_s=within_s) from error
