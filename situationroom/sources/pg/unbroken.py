"""Calls of the driver that go on to their end though whoever made them was cancelled.

A connect or a give-back that is broken off leaves futures inside the driver that nobody hears, and Python
then prints them into the terminal. So each runs in a task of its own, bounded by its own time limits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Unbroken:
    """The calls of one database that are under way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()  # each call's answer is its caller's alone

    async def call(self, call: Coroutine[Any, Any, T], unwanted: Callable[[T], object] | None = None) -> T:
        """What ``call`` gives. Where the caller is cancelled before, ``unwanted`` gets it instead."""
        task = asyncio.create_task(call)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(lambda done: _dispose(done, unwanted))
            raise

    async def close(self, within_s: float) -> None:
        """Let them end; those that are late are broken off after all."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within_s)
        for late in list(self._tasks):
            late.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within_s)


def _dispose(done: asyncio.Task[T], unwanted: Callable[[T], object] | None) -> None:
    """Take what nobody waits for any more, its error included."""
    if not done.cancelled() and done.exception() is None and unwanted is not None:
        unwanted(done.result())
