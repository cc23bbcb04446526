"""The terminal's driver: a terminal that stands still holds nothing up, one that has gone ends the room."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import TextIOBase
from threading import Thread

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

MOST_WAITING = 20
"""Writes that may wait for a terminal; Textual's queue takes 30, and then the whole program waits with it."""

LEAVE_S = 1.0
"""How long a terminal may take to read what is left for it at the end."""


def surviving(driver: type[Driver]) -> type[Driver]:
    """Ours in place of Textual's own for a POSIX terminal; any other as it is."""
    return TerminalDriver if driver is LinuxDriver else driver


class TerminalDriver(LinuxDriver):
    """Textual's driver, but the event loop never waits for a terminal.

    While the terminal does not read (a frozen connection, Ctrl+S), pictures are dropped, and the screen is
    painted whole once it reads again. Neither thread dies of a terminal that has gone: the writer would end
    by an OSError, and the loop then wait for it for ever; the reader would print a traceback.
    """

    _terminal: _Terminal | None = None
    _sent = 0
    _dropping = False
    _farewell: list[str] | None = None

    def start_application_mode(self) -> None:
        """As Textual does, writing to a terminal that may stand still or go away."""
        if self._terminal is None and isinstance(self._file, TextIOBase):
            self._terminal = _Terminal(self._file)
            self._file = self._terminal  # type: ignore[assignment]  # all that the writer wants of a file
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's

    def write(self, data: str) -> None:
        """Hand on, never waiting: dropped where the terminal is too far behind."""
        if self._farewell is not None:
            self._farewell.append(data)
        elif self._terminal is not None and self._sent - self._terminal.taken >= MOST_WAITING:
            if not self._dropping:
                self._dropping = True
                self._terminal.when_read = self._reads_again
                if self._terminal.taken == self._sent:  # it caught up meanwhile: nothing is left to be read
                    self._paint_whole()
        elif not self._dropping:
            self._sent += 1
            super().write(data)

    def stop_application_mode(self) -> None:
        """As Textual does, in one write, for which there is always a place."""
        self._farewell = []
        super().stop_application_mode()
        last, self._farewell, self._dropping = "".join(self._farewell), None, False
        if self._terminal is not None:
            self._terminal.when_read = None
        self._sent += 1
        super().write(last)

    def close(self) -> None:
        """Wait for the writer, but not for ever."""
        waiting = Thread(target=super().close, daemon=True)
        waiting.start()
        waiting.join(LEAVE_S)

    def run_input_thread(self) -> None:
        """As Textual does, until the terminal has gone; then leave as if told to."""
        try:
            super().run_input_thread()
        except OSError:
            self._loop.call_soon_threadsafe(self._app.exit)

    def _reads_again(self) -> None:
        """In the writer's thread: have everything painted anew."""
        self._loop.call_soon_threadsafe(self._paint_whole)

    def _paint_whole(self) -> None:
        self._dropping = False
        self._app.refresh()


class _Terminal:
    """What Textual's writer needs of a file. Nobody reads a closed terminal, so nothing is lost with it.

    Writes past Python's own buffer: its lock, held by a write that never ends, would keep the program from
    ending.
    """

    def __init__(self, file: TextIOBase) -> None:
        self._file = file
        self._pieces: list[str] = []
        self._gone = False
        self.taken = 0
        self.when_read: Callable[[], None] | None = None  # called once, as all it was given has been read

    def write(self, text: str) -> None:
        self._pieces.append(text)
        self.taken += 1

    def flush(self) -> None:
        data = "".join(self._pieces).encode(self._file.encoding or "utf-8", "backslashreplace")
        self._pieces.clear()
        while data and not self._gone:
            try:
                data = data[os.write(self.fileno(), data) :]
            except OSError:
                self._gone = True
        call, self.when_read = self.when_read, None
        if call is not None:
            call()

    def fileno(self) -> int:
        return self._file.fileno()
