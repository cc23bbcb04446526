"""The marks and lines the room is drawn with, and their plain ASCII stand-ins.

Marks, box lines and blocks are of East-Asian *ambiguous* width: some Korean terminals draw them two cells
wide, which shifts every column after them. On such a terminal everything is drawn in ASCII instead.
"""

from __future__ import annotations

import unicodedata
from enum import Enum

from situationroom.values import Level, Status

GOOD = "●"
WARNING = "▲"
CRITICAL = "■"
STALE = "◌"
NO_DATA = "–"
OFF = "○"
ABOUT = "≈"
"""Stands before a figure that is estimated, not measured."""

LEVEL_MARKS = {Level.GOOD: GOOD, Level.WARNING: WARNING, Level.CRITICAL: CRITICAL}
STATUS_MARKS = {
    Status.NOT_CONFIGURED: NO_DATA,
    Status.WAITING: NO_DATA,
    Status.LIVE: GOOD,
    Status.REFRESHING: GOOD,
    Status.EMPTY: GOOD,
    Status.STALE: STALE,
    Status.FAILED: CRITICAL,
}

_BRAILLE = range(0x2800, 0x2900)
_UPPER_DOTS = 0b0001_1011  # dots 1, 2, 4, 5 of the pattern
_LOWER_DOTS = 0b1110_0100  # dots 3, 6, 7, 8
_SHAPES = {
    "*": "●⏺◆★",
    "!": "▲",
    "X": "■",
    "?": "◌",
    "o": "○◇",
    "-": "–—─━┄┈╌▬",
    "|": "│▌▐┆┊▏▕",
    "+": "╭╮╰╯┌┐└┘├┤┬┴┼▅",
    "#": "┃█▓",
    "=": "▄═",
    "_": "▁",
    ".": "▂·░",
    "~": "▃…±∼≈",
    "x": "▆×",
    "%": "▇",
    ":": "▒",
    '"': "▀“”",
    "'": "‘’°",
    "^": "↑△",
    "v": "↓▼▽✓",
    ">": "→≥▶▸▷",
    "<": "←≤◀◂◁",
}


class Glyphs(Enum):
    """How a terminal is drawn on."""

    NARROW = "narrow"
    ASCII = "ascii"

    def translate(self, text: str) -> str:
        """The text as this terminal can show it, in the same number of characters."""
        return text if self is Glyphs.NARROW or text.isascii() else text.translate(_ASCII)


class _Ascii(dict[int, str]):
    """The stand-in for one code point; letters that are surely one or two cells stay."""

    def __missing__(self, code: int) -> str:
        if code in _BRAILLE:
            upper, lower = code & _UPPER_DOTS, code & _LOWER_DOTS
            return ":" if upper and lower else "'" if upper else "." if lower else " "
        char = chr(code)
        if unicodedata.east_asian_width(char) != "A" or unicodedata.combining(char):
            return char
        plain = unicodedata.normalize("NFKD", char)
        return plain if len(plain) == 1 and plain.isascii() else "?"


_ASCII = _Ascii({ord(shape): plain for plain, shapes in _SHAPES.items() for shape in shapes})
