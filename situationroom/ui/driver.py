"""The terminal's driver, made to outlive its terminal: a closed window ends the room in good order."""

from __future__ import annotations

from io import TextIOBase

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver


def surviving(driver: type[Driver]) -> type[Driver]:
    """Ours in place of Textual's own for a POSIX terminal; any other as it is."""
    return TerminalDriver if driver is LinuxDriver else driver


class TerminalDriver(LinuxDriver):
    """Textual's driver, but neither of its threads dies of a terminal that has gone.

    Its writer would end by an OSError, and the event loop then wait for it for ever; its reader would
    print a traceback.
    """

    def start_application_mode(self) -> None:
        """As Textual does, writing to a terminal that may go away."""
        if isinstance(self._file, TextIOBase):
            self._file = _Terminal(self._file)  # type: ignore[assignment]  # all that the writer wants of a file
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's

    def run_input_thread(self) -> None:
        """As Textual does, until the terminal has gone; then leave as if told to."""
        try:
            super().run_input_thread()
        except OSError:
            self._loop.call_soon_threadsafe(self._app.exit)


class _Terminal:
    """What Textual's writer needs of a file. Nobody reads a closed terminal, so nothing is lost with it."""

    def __init__(self, file: TextIOBase) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> None:
        if not self._gone:
            try:
                self._file.write(text)
            except OSError:
                self._gone = True

    def flush(self) -> None:
        if not self._gone:
            try:
                self._file.flush()
            except OSError:
                self._gone = True

    def fileno(self) -> int:
        return self._file.fileno()
