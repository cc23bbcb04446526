"""Send a text to a chat channel through Apprise, which knows how each service wants it."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from situationroom.errors import ShareError
from situationroom.layout.models import ChannelSpec

TIMEOUT_S = 15.0

_STATUS = re.compile(r"error=(\d{3})\b")


async def send(
    name: str, channel: ChannelSpec, title: str, text: str, *, timeout_s: float = TIMEOUT_S
) -> None:
    """Send ``text`` under ``title`` to the layout's channel ``name``; returns once the service took it.

    Raises:
        ShareError: Apprise is not installed, does not know the address, the service refused, was not
            reached, or did not answer within ``timeout_s``. The address, which holds secrets, is never said.

    """
    try:
        async with asyncio.timeout(timeout_s):
            failure = await asyncio.to_thread(_notify, name, channel.url, title, text)
    except TimeoutError:
        raise ShareError("share.timeout", channel=name, after_s=timeout_s) from None
    if failure is not None:
        raise failure


def _notify(name: str, url: str, title: str, text: str) -> ShareError | None:
    """What went wrong, or None. Blocking; Apprise bounds each of its requests by itself."""
    try:
        import apprise  # an extra, and slow to import: only whoever shares pays for it
    except ImportError:
        return ShareError("share.no_apprise")
    with _log_of_this_thread("apprise") as said:
        service = apprise.Apprise.instantiate(url)
        if service is None:
            return ShareError("share.bad_channel", channel=name)
        try:
            if service.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT):
                return None
        except Exception as error:  # noqa: BLE001 - a service's plug-in that breaks is a message not sent, no more
            return ShareError("share.broken", channel=name, error=type(error).__name__)
    for status in filter(None, map(_STATUS.search, said)):
        return ShareError("share.refused", channel=name, code=status[1])
    return ShareError("share.not_sent", channel=name)


@contextmanager
def _log_of_this_thread(logger: str) -> Iterator[list[str]]:
    """What a library logs meanwhile, kept off the screen: Apprise gives its reasons nowhere else."""
    kept: list[str] = []
    handler = _Keeper(kept, threading.get_ident())
    logging.getLogger(logger).addHandler(handler)
    try:
        yield kept
    finally:
        logging.getLogger(logger).removeHandler(handler)


class _Keeper(logging.Handler):
    """Puts the warnings of one thread into a list."""

    def __init__(self, kept: list[str], thread: int) -> None:
        super().__init__(logging.WARNING)
        self._kept = kept
        self._thread = thread

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self._kept.append(record.getMessage())
