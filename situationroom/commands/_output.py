"""What a command prints, on an output that may be a closed pipe, a full disk or an old encoding."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from situationroom.disk import why_unwritten
from situationroom.errors import OutputError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def settle_output() -> None:
    """Have the standard streams take every letter and every end of their reader.

    A letter that the terminal's encoding lacks becomes ``?``. Where the reader of a pipe has gone, or there
    was none, what is printed goes nowhere and the command goes on: its exit code still tells what it did.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until we end
            setattr(sys, name, nowhere)
    out, err = sys.stdout, sys.stderr
    if isinstance(err, io.TextIOWrapper):
        err.reconfigure(errors="replace")
    if isinstance(out, io.TextIOWrapper) and out is sys.__stdout__:
        raw = io.BufferedWriter(_Output(out.fileno(), "wb", closefd=False))
        sys.stdout = io.TextIOWrapper(
            raw, encoding=out.encoding, errors="replace", line_buffering=out.line_buffering
        )


def give_up_output() -> None:
    """Let what could not be written go nowhere, so that the end of the program does not try again."""
    _to_nowhere(1)


class _Output(io.FileIO):
    """The standard output. Raises OutputError where it takes nothing."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            _to_nowhere(self.fileno())
            return super().write(data)
        except OSError as error:
            raise OutputError("cli.cannot_print", detail=why_unwritten(error, self._file())) from error

    def _file(self) -> Path:
        """Where it goes, where the system tells."""
        with suppress(OSError):
            return Path(f"/proc/self/fd/{self.fileno()}").readlink()
        return Path.cwd() / "-"


def _to_nowhere(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
