"""A sign of life beside the journal: the lock on a file of one's own, which the system lets go of at death.

A process names its lease in what it claims. Whoever can lock the file of a lease knows that its process is
gone, however it ended, and that nobody there will finish what was begun. No clock is involved.

Who may write the journal may see its leases: this OS user alone, or its group where its file is the group's.
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

FRESH_S = 60.0
"""A lease younger than this may be one that is not locked yet."""

_ROOM_BYTES = 16_384
"""Written as a test that the disk takes more; a little over what an entry and its log need."""


class Leases:
    """The leases of one journal, this process's own among them. Used by one thread at a time.

    Args:
        journal: the journal's path; the leases stand in a folder beside it.

    """

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._folder = journal.with_name(f"{journal.name}.leases")
        self._own: tuple[str, int] | None = None

    def hold(self) -> str:
        """The name of this process's lease, made and locked when first wanted.

        Raises:
            OSError: it cannot be made.

        """
        if self._own is None or not (self._folder / self._own[0]).exists():
            self.let_go()
            is_groups = self._is_groups()
            self._make_folder(is_groups)
            name = uuid.uuid4().hex
            file = os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            if is_groups:
                os.fchmod(file, 0o660)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._own = (name, file)
            self._sweep()
        return self._own[0]

    def stands(self) -> bool:
        """Whether one's own lease, where there is one, is where it was put: else others take us for dead."""
        return self._own is None or (self._folder / self._own[0]).exists()

    def _sweep(self) -> None:
        """Take away what processes that are gone have left; not what somebody is only just making."""
        for file in list(self._folder.iterdir()):
            with suppress(OSError):  # another sweeps too, or it is not ours to take away
                if time.time() - file.stat().st_mtime > FRESH_S:
                    self._is_dead(file.name)

    def try_disk(self) -> None:
        """Find out whether the disk takes anything, at the cost of a few kilobytes.

        Raises:
            OSError: it does not.

        """
        self.hold()
        assert self._own is not None
        os.pwrite(self._own[1], bytes(_ROOM_BYTES), 0)
        os.fsync(self._own[1])
        os.ftruncate(self._own[1], 0)

    def dead(self, names: Iterable[str]) -> frozenset[str]:
        """Those whose process is gone; what they leave behind is removed.

        Raises:
            OSError: that cannot be found out.

        """
        return frozenset(name for name in names if self._is_dead(name))

    def let_go(self) -> None:
        """Give up one's own: what it claimed and did not end is nobody's any more."""
        if self._own is not None:
            (name, file), self._own = self._own, None
            with suppress(OSError):  # a lease that stays behind is unlocked, and so as good as gone
                (self._folder / name).unlink()
            os.close(file)

    def _is_groups(self) -> bool:
        """Whether the journal's group may write it as well."""
        try:
            return bool(self._journal.stat().st_mode & stat.S_IWGRP)
        except FileNotFoundError:
            return False

    def _make_folder(self, is_groups: bool) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True)
        except FileExistsError:
            return  # it keeps its permissions
        if is_groups:
            self._folder.chmod(0o2770)  # what is made in it is the group's too

    def _is_dead(self, name: str) -> bool:
        if self._own is not None and name == self._own[0]:
            return False
        if not name.isalnum():
            return True  # never one of ours, and no path to be led along
        path = self._folder / name
        try:
            file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            with suppress(OSError):
                path.unlink()
            return True
        finally:
            os.close(file)
