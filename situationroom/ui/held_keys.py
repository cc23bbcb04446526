"""Keys typed while a dialog is on its way: kept until it is there, then given to it in their order."""

from __future__ import annotations

import asyncio

from textual.events import Key, Paste
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

MOST = 200
"""So many keys are kept; nobody types more before they look."""

QUIET_TURNS, LONGEST_TURNS = 4, 400
"""Turns of the event loop without a message after which a key is done with, and the most waited for that."""

ALWAYS = frozenset({"ctrl+c", "ctrl+q"})
"""Keys that leave the program, whatever is on its way."""


Typed = Key | Paste
"""What a terminal tells of typing; a text that is pasted comes as one piece."""


class Stands(Message):
    """A screen above the wall has its focus now."""


class Opening:
    """Added to a screen above the wall: keys that come before it stands and has its focus are kept for it."""

    stands = False

    def on_screen_resume(self) -> None:
        """Tell the app, once the focus is where it belongs."""
        assert isinstance(self, Screen)
        self.call_after_refresh(self._tell)

    def _tell(self) -> None:
        assert isinstance(self, Screen)
        self.stands = True
        self.post_message(Stands())


class HeldKeys:
    """The keys of one screen that wait for a dialog."""

    def __init__(self) -> None:
        self._waiting = False
        self._wish: object = None
        self._busy = False
        self._kept: list[Typed] = []

    def wait(self, wish: object = None) -> None:
        """A dialog follows, of this wish or of the one before: what is typed from now on is meant for it."""
        self._waiting = True
        if wish is not None:
            self._wish = wish

    def stands(self) -> None:
        """The dialog is there."""
        self._waiting = False

    def drop(self, wish: object = None) -> None:
        """No more dialog comes of this wish, so nothing that was meant for one may do anything else.

        A wish whose run went on for long leaves alone what waits for the dialog of a later one.
        """
        if wish is None or self._wish in (None, wish):
            self._waiting, self._wish = False, None
            self._kept.clear()

    def begin(self) -> None:
        """A dialog was given a key; the next one waits until all that comes of it is done."""
        self._busy = True

    def done(self) -> None:
        """All that came of the last key is done."""
        self._busy = False

    def wanted(self, key: Typed, top: object) -> bool:
        """Whether a key has to wait, and is kept; ``top`` is the screen it would go to."""
        leaves = isinstance(key, Key) and key.key in ALWAYS
        if leaves or not self._blocked(top, came_back=key.is_forwarded):
            return False
        if len(self._kept) < MOST:
            self._kept.append(key)
        return True

    def next(self, top: object) -> Typed | None:
        """The key that was typed first of those kept, if it may go on: one may come back out of its turn."""
        if not self._kept or self._blocked(top, came_back=False):
            return None
        key = min(self._kept, key=lambda each: each.time)
        self._kept.remove(key)
        return key.copy() if isinstance(key, Key) else Paste(key.text)

    def _blocked(self, top: object, *, came_back: bool) -> bool:
        """``came_back``: a widget had the key already and made nothing of it, so that it may be a hotkey."""
        if not isinstance(top, Opening):
            return self._waiting
        return not top.stands or (self._busy and not came_back)


async def settled(*pumps: MessagePump) -> None:
    """Wait until whatever a key set going in these has come to rest, within bounds."""
    quiet = 0
    for _ in range(LONGEST_TURNS):
        await asyncio.sleep(0)
        quiet = 0 if any(pump.message_queue_size for pump in pumps) else quiet + 1
        if quiet >= QUIET_TURNS:
            return
