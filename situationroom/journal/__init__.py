"""The append-only record of all that was asked, fired and decided, chained by hashes."""

from situationroom.journal.entry import Draft, Entry, Kind, first_broken
from situationroom.journal.heads import Head
from situationroom.journal.store import Journal

__all__ = ["Draft", "Entry", "Head", "Journal", "Kind", "first_broken"]
