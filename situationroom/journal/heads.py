"""The newest entry that was seen of a journal, noted elsewhere, so that who begins anew knows of a cut.

A running process remembers what it read. One that begins finds a chain, and what was cut off its end leaves
a chain too. So every process of an OS user notes the newest entry it saw in that user's own state folder.
A note is a help and no part of the record: where it cannot be written, rooms fire all the same, and
``journal --verify`` says why there is none.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Head:
    """An entry by its number and its hash."""

    id: int
    hash: str


class Heads:
    """What this OS user's processes saw of one journal. Used by one thread at a time.

    Args:
        folder: where notes are kept, each named by its journal's place; made when first needed.
        journal: the journal's path.

    """

    def __init__(self, folder: Path, journal: Path) -> None:
        place = hashlib.sha256(os.fsencode(journal.resolve())).hexdigest()[:_DIGITS]
        self._path = folder / f"{place}.json"
        self._noted: Head | None = None

    def seen(self) -> Head | None:
        """The newest entry that was noted; None where none was, or the note is none of ours.

        Raises:
            OSError: the note cannot be read.

        """
        try:
            noted = json.loads(self._path.read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        match noted:
            case {"entry": int(entry), "hash": str(digest)} if entry > 0:
                return Head(entry, digest)
        return None

    def note(self, head: Head) -> None:
        """Keep the newest entry that was seen, in place of an earlier one.

        Raises:
            OSError: it cannot be written; the earlier note stands.

        """
        if head == self._noted:
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            draft.write_text(json.dumps({"entry": head.id, "hash": head.hash}), "ascii")
            draft.replace(self._path)
        except OSError:
            with suppress(OSError):  # what could not be written is told already
                draft.unlink()
            raise
        self._noted = head

    def forget(self) -> None:
        """Nothing was seen: the journal begins anew by intent."""
        self._path.unlink(missing_ok=True)
