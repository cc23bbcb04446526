"""Large figures drawn in blocks, readable across a room.

A glyph is 3 × 5 dots. In three rows of cells a cell holds two dots, one above the other; in five rows each
dot is two cells wide. Characters without a glyph (``만``, ``원``) stand as they are on the lowest row.
"""

from __future__ import annotations

from typing import Literal

from situationroom.formats import width as cells

Rows = Literal[3, 5]

_GLYPHS = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    "-": ("   ", "   ", "###", "   ", "   "),
    "+": ("   ", " # ", "###", " # ", "   "),
    ":": (" ", "#", " ", "#", " "),
    ".": (" ", " ", " ", " ", "#"),
    ",": ("  ", "  ", "  ", " #", "# "),
    " ": (" ", " ", " ", " ", " "),
}
_HALVES = {("#", "#"): "█", ("#", " "): "▀", (" ", "#"): "▄", (" ", " "): " "}


def big_digits(shown: str, rows: Rows = 3) -> list[str]:
    """The text in ``rows`` lines of equal width; :func:`digits_width` tells how wide."""
    drawn = [_glyph(character, rows) for character in shown]
    gap = " " if rows == 3 else "  "
    return [gap.join(glyph[row] for glyph in drawn) for row in range(rows)]


def digits_width(shown: str, rows: Rows = 3) -> int:
    """Cells :func:`big_digits` takes."""
    scale = 1 if rows == 3 else 2
    taken = sum(
        len(_GLYPHS[character][0]) * scale if character in _GLYPHS else cells(character)
        for character in shown
    )
    return taken + max(0, len(shown) - 1) * scale


def _glyph(character: str, rows: Rows) -> list[str]:
    dots = _GLYPHS.get(character)
    if dots is None:
        return [" " * cells(character)] * (rows - 1) + [character]
    if rows == 5:
        return ["".join("██" if dot == "#" else "  " for dot in line) for line in dots]
    blank = " " * len(dots[0])
    padded = (
        (blank, *dots) if character == "," else (*dots, blank)
    )  # a comma goes below the line: 3,750 is not 3.750
    return [
        "".join(_HALVES[pair] for pair in zip(padded[row], padded[row + 1], strict=True)) for row in (0, 2, 4)
    ]
