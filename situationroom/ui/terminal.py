"""What the terminal can draw: asked of the terminal itself, before the app takes it over."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from select import select
from time import monotonic
from typing import Literal, TextIO

from situationroom.paint.glyphs import Glyphs

MARKS = "●▲■◌–─│█⠿"
"""Marks of East-Asian ambiguous width that the room is drawn with, one cell each on most terminals."""

ANSWER_S = 0.25
"""How long a terminal may take to say where its cursor stands."""

_REPORT = re.compile(rb"\x1b\[(\d+);(\d+)R")


def settle_glyphs(
    wanted: Literal["auto", "narrow", "ascii"],
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Glyphs:
    """The set of marks to draw with.

    ``auto`` prints the marks, reads the cursor report and takes ASCII where they are wider than one cell
    each, where the terminal cannot show them, or where the output is not UTF-8.
    """
    if wanted != "auto":
        return Glyphs(wanted)
    stdin, stdout = stdin or sys.__stdin__, stdout or sys.__stdout__
    if environ.get("TERM", "") in ("linux", "dumb"):
        return Glyphs.ASCII
    if stdin is None or stdout is None or not (stdin.isatty() and stdout.isatty()):
        return Glyphs.NARROW
    if "utf" not in (stdout.encoding or "").lower():
        return Glyphs.ASCII
    taken = cells_taken(MARKS, stdin.fileno(), stdout.fileno())
    return Glyphs.NARROW if taken is None or taken == len(MARKS) else Glyphs.ASCII


def cells_taken(text: str, stdin: int, stdout: int, timeout_s: float = ANSWER_S) -> int | None:
    """Cells the terminal moves on for a text, or None when it does not say within ``timeout_s``.

    The line is blank afterwards and the terminal's settings are as they were.
    """
    try:
        import termios
        import tty
    except ImportError:  # no such thing on Windows
        return None
    try:
        before = termios.tcgetattr(stdin)
        tty.setcbreak(stdin, termios.TCSANOW)
    except termios.error:
        return None
    try:
        os.write(stdout, b"\r" + text.encode() + b"\x1b[6n")
        column = _reported_column(stdin, timeout_s)
        os.write(stdout, b"\r\x1b[K")
    finally:
        termios.tcsetattr(stdin, termios.TCSANOW, before)
    return None if column is None else column - 1


def _reported_column(stdin: int, timeout_s: float) -> int | None:
    """The 1-based column of the next cursor report."""
    answer, deadline = b"", monotonic() + timeout_s
    while (left := deadline - monotonic()) > 0:
        if not select([stdin], [], [], left)[0]:
            return None
        piece = os.read(stdin, 64)
        if not piece:
            return None
        answer += piece
        if found := _REPORT.search(answer):
            return int(found[2])
    return None
