"""What tests share: waiting for a condition, never for a time."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

from situationroom.values import Message

T = TypeVar("T")

_STEP_S = 0.01


@overload
async def wait_until(predicate: Callable[[], Awaitable[T]], timeout: float = ..., what: str = ...) -> T: ...
@overload
async def wait_until(predicate: Callable[[], T], timeout: float = ..., what: str = ...) -> T: ...
async def wait_until(
    predicate: Callable[[], T | Awaitable[T]], timeout: float = 5.0, what: str = "the condition"
) -> T:
    """What ``predicate`` (plain or async) gives, once that is true; AssertionError after ``timeout`` s."""
    deadline = time.monotonic() + timeout
    while True:
        result = predicate()
        found: T = await result if inspect.isawaitable(result) else result
        if found:
            return found
        assert time.monotonic() < deadline, f"{what}: not within {timeout:g} s (last: {found!r})"
        await asyncio.sleep(_STEP_S)


def reason_in(message: Message) -> Message:
    """What went wrong, without the words around it that say where."""
    while message.id in ("sources.of_request", "sources.of_stream", "sources.by_proxy"):
        inner = message.values["reason"]
        assert isinstance(inner, Message)
        message = inner
    return message


def wait_until_sync(predicate: Callable[[], T], timeout: float = 5.0, what: str = "the condition") -> T:
    """:func:`wait_until` outside an event loop."""
    deadline = time.monotonic() + timeout
    while not (found := predicate()):
        assert time.monotonic() < deadline, f"{what}: not within {timeout:g} s (last: {found!r})"
        time.sleep(_STEP_S)
    return found
