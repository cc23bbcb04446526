"""Whose a journal is: one that anybody on the machine may write proves nothing, and is not used."""

from __future__ import annotations

import stat
from pathlib import Path

from situationroom.errors import JournalError


def refuse_anybodys(journal: Path) -> None:
    """Take no word of a journal that anybody on the machine may change, or put another one in place of.

    Raises:
        JournalError: the file, what SQLite keeps beside it, or their folder may be written by everybody.

    """
    beside = (journal.with_name(journal.name + end) for end in ("-wal", "-shm", ".leases"))
    for path in (journal, journal.parent, *beside):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            continue
        is_kept = stat.S_ISDIR(mode) and mode & stat.S_ISVTX  # in it each may remove only what is theirs
        if mode & stat.S_IWOTH and not is_kept:
            raise JournalError("journal.anybodys", path=str(path))
