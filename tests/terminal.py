"""A program in a real terminal: a pty of a given size, a screen to be read, keys to be pressed."""

from __future__ import annotations

import asyncio
import codecs
import fcntl
import os
import pty
import re
import signal
import struct
import sys
import termios
import unicodedata
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import pyte
from wcwidth import wcwidth

ALTERNATE_SCREEN = 1049
CURSOR = 25
MOUSE = frozenset({1000, 1002, 1003, 1006, 1015})
"""Private modes of a terminal that a full-screen program switches and must switch back."""

_KEYS = {
    "enter": "\r", "esc": "\x1b", "tab": "\t", "shift+tab": "\x1b[Z", "space": " ", "backspace": "\x7f",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "delete": "\x1b[3~",
    "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~",
    **{f"ctrl+{letter}": chr(ord(letter) & 0x1F) for letter in "abcdefghijklmnopqrstuvwxyz"},
}  # fmt: skip

# Makes the pty the controlling terminal, so that closing it hangs up the program as a real one does.
_TAKE_TERMINAL = (
    "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGHUP, signal.SIG_DFL); "  # whoever started the tests may ignore it
    "os.execvp(sys.argv[1], sys.argv[1:])"
)

_QUERY = re.compile(rb"\x1b\[(?:6n|0?c|>\d*q)")
# Sequences that terminals know and pyte would print or misread: private CSI with < = >, DCS, SOS, PM and APC
# strings, OSC other than titles.
_FOREIGN = re.compile(
    r"\x1b\[[<=>][\d;:]*[ -/]*[@-~]|\x1b[PX^_].*?\x1b\\|\x1b\](?![012];)[^\x07\x1b]*(?:\x07|\x1b\\)",
    re.DOTALL,
)
_UNFINISHED = re.compile(r"\x1b(?:\[[\d;:<=>?]*[ -/]*|[PX^_][^\x1b]*\x1b?|\][^\x07\x1b]*\x1b?)?\Z")
_VERSION = re.compile(r"\x1b\[>\d*q")


class Terminal:
    """One program in one terminal. Use it as an async context manager; leaving it ends the program.

    ``size`` is columns, rows. What the program prints is kept and drawn when somebody looks, so that a
    screen nobody reads costs nothing. ``tap`` is called with each piece of output as it arrives.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        size: tuple[int, int] = (120, 40),
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self._argv = [str(word) for word in argv]
        self._size = size
        ours = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self._env = {**ours, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        self._cwd = cwd
        self._master = -1
        self._process: Process | None = None
        self._screen = _Screen(size, self._answer)
        self._stream = pyte.Stream(self._screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._undrawn: list[bytes] = []
        self._tail = ""
        self._news = asyncio.Event()
        self._silent = False
        self.tap: Callable[[bytes], None] | None = None
        self.received = 0

    async def __aenter__(self) -> Self:
        self._master, slave = pty.openpty()
        try:
            os.set_blocking(self._master, False)
            self._set_size(*self._size)
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", "-c", _TAKE_TERMINAL, *self._argv,
                stdin=slave, stdout=slave, stderr=slave, env=self._env, cwd=self._cwd, start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(slave)
        asyncio.get_running_loop().add_reader(self._master, self._read)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.running:
            self.signal(signal.SIGTERM)
            try:
                await self.ended(5)
            except AssertionError:
                self.signal(signal.SIGKILL)
                await self.ended(5)
        self.hang_up()

    @property
    def pid(self) -> int:
        """The program's process id."""
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the program has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def title(self) -> str:
        """The window title the program set; "" where it set none."""
        self._draw()
        return self._screen.title

    @property
    def modes(self) -> frozenset[int]:
        """The private modes that are on now (``ALTERNATE_SCREEN``, ``CURSOR``, ``MOUSE`` …)."""
        self._draw()
        return frozenset(mode >> 5 for mode in self._screen.mode if mode >= 1 << 5)

    def cells(self) -> list[list[str]]:
        """What each cell shows, by row; "" for the second cell of a wide character."""
        self._draw()
        return [_row(self._screen, y) for y in range(self._screen.lines)]

    def screen(self) -> list[str]:
        """The rows as text, spaces at their end left away."""
        return ["".join(row).rstrip() for row in self.cells()]

    @property
    def text(self) -> str:
        """The whole screen as one text."""
        return "\n".join(self.screen())

    async def wait_for(self, wanted: str | re.Pattern[str], timeout: float = 10.0) -> str:
        """The first text on the screen that is ``wanted`` or matches it.

        Raises:
            AssertionError: it did not come in time, or the program ended without it; with the screen.

        """
        pattern = re.compile(re.escape(wanted)) if isinstance(wanted, str) else wanted
        found: list[str] = []

        def there() -> bool:
            if match := pattern.search(self.text):
                found.append(match[0])
            return bool(found)

        await self.wait_until(there, timeout, f"{pattern.pattern!r} on the screen")
        return found[0]

    async def wait_until(self, true: Callable[[], bool], timeout: float = 10.0, what: str = "it") -> None:
        """Until ``true``, asked again after each output.

        Raises:
            AssertionError: not in time, or the program ended before; with the screen.

        """
        try:
            async with asyncio.timeout(timeout):
                while True:
                    self._news.clear()
                    if true():
                        return
                    if self._silent:
                        raise AssertionError(f"the program ended before {what}\n{self.text}")
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{what}: not within {timeout:g} s\n{self.text}") from None

    def press(self, *keys: str) -> None:
        """Press keys by name (``enter``, ``esc``, ``ctrl+p``, ``f2`` …); any other text is typed as it is."""
        for key in keys:
            self._write(_KEYS.get(key.lower(), key).encode())

    def click(self, column: int, row: int) -> None:
        """Press and release the left button on a cell, both 0-based."""
        place = f"{column + 1};{row + 1}"
        self._write(f"\x1b[<0;{place}M\x1b[<0;{place}m".encode())

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the kernel tells the program."""
        self._draw()
        self._screen.resize(rows, columns)
        self._set_size(columns, rows)

    def freeze(self) -> None:
        """Read nothing any more, as a terminal behind a connection that stands still."""
        asyncio.get_running_loop().remove_reader(self._master)

    def thaw(self) -> None:
        """Read on."""
        asyncio.get_running_loop().add_reader(self._master, self._read)

    def signal(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def hang_up(self) -> None:
        """Close the terminal, as closing its window does. May be called twice."""
        if self._master >= 0:
            asyncio.get_running_loop().remove_reader(self._master)
            os.close(self._master)
            self._master = -1
            self._end_of_output()

    async def ended(self, timeout: float = 10.0) -> int:
        """The exit code, negative for a signal.

        Raises:
            AssertionError: the program did not end in time; with the screen.

        """
        assert self._process is not None
        try:
            async with asyncio.timeout(timeout):
                return await self._process.wait()
        except TimeoutError:
            raise AssertionError(f"the program runs on after {timeout:g} s\n{self.text}") from None

    def descendants(self) -> list[psutil.Process]:
        """Every process the program started that is alive now, and theirs."""
        return psutil.Process(self.pid).children(recursive=True)

    def _read(self) -> None:
        try:
            piece = os.read(self._master, 1 << 16)
        except BlockingIOError:
            return
        except OSError:  # EIO: nobody has the other end open any more
            piece = b""
        if not piece:
            asyncio.get_running_loop().remove_reader(self._master)
            self._end_of_output()
            return
        self.received += len(piece)
        self._undrawn.append(piece)
        if self.tap is not None:
            self.tap(piece)
        if _QUERY.search(piece):
            self._draw()
        self._news.set()

    def _end_of_output(self) -> None:
        self._silent = True
        self._news.set()

    def _draw(self) -> None:
        if not self._undrawn:
            return
        text = self._tail + self._decoder.decode(b"".join(self._undrawn))
        self._undrawn.clear()
        unfinished = _UNFINISHED.search(text)
        self._tail = unfinished[0] if unfinished else ""
        text = text[: len(text) - len(self._tail)]
        for _ in _VERSION.findall(text):
            self._answer("\x1bP>|pyte\x1b\\")
        self._stream.feed(_FOREIGN.sub("", text))

    def _answer(self, data: str) -> None:
        self._write(data.encode())

    def _write(self, data: bytes) -> None:
        if self._master >= 0:
            os.write(self._master, data)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


class _Screen(pyte.Screen):
    """pyte's screen, whose answers go back to the program."""

    def __init__(self, size: tuple[int, int], answer: Callable[[str], None]) -> None:
        self._answers = answer
        super().__init__(*size)

    def write_process_input(self, data: str) -> None:
        self._answers(data)

    def draw(self, data: str) -> None:
        """As pyte draws, but without stopping at characters that no terminal gives a cell."""
        super().draw("".join(char for char in data if wcwidth(char) > 0 or unicodedata.combining(char)))


def _row(screen: _Screen, y: int) -> list[str]:
    """One row; half a wide character, whose other half was overwritten, is blank as on a real terminal."""
    line = screen.buffer[y]
    cells: list[str] = []
    for x in range(screen.columns):
        char: str = line[x].data
        if not char:  # the second cell of a wide character, where there still is one
            cells.append("" if cells and cells[-1] and wcwidth(cells[-1][0]) == 2 else " ")
        elif wcwidth(char[0]) == 2 and (x + 1 == screen.columns or line[x + 1].data):
            cells.append(" ")
        else:
            cells.append(char)
    return cells
