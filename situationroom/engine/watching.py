"""Who is told that something changed: newest state only, never a queue that grows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable


class Watchers:
    """Any number of viewers of one room's changes."""

    def __init__(self) -> None:
        self._waiting: set[_Watcher] = set()

    def tell(self, names: Iterable[str]) -> None:
        """Something called by these names changed. Names told twice before a viewer looks count once."""
        told = frozenset(names)
        if told:
            for watcher in self._waiting:
                watcher.changed |= told
                watcher.wake.set()

    async def watch(self) -> AsyncIterator[frozenset[str]]:
        """The names that changed since the last step, as soon as there are any."""
        watcher = _Watcher()
        self._waiting.add(watcher)
        try:
            while True:
                await watcher.wake.wait()
                watcher.wake.clear()
                changed, watcher.changed = watcher.changed, frozenset()
                yield changed
        finally:
            self._waiting.discard(watcher)


class _Watcher:
    __slots__ = ("changed", "wake")

    def __init__(self) -> None:
        self.changed: frozenset[str] = frozenset()
        self.wake = asyncio.Event()
