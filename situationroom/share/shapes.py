"""Marks, box lines, blocks and braille as paths: in fonts they are missing, or two cells wide."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

_LEFT, _RIGHT, _UP, _DOWN = 1, 2, 4, 8
_LINES = {
    "─": _LEFT | _RIGHT, "│": _UP | _DOWN, "┄": _LEFT | _RIGHT, "┈": _LEFT | _RIGHT, "╌": _LEFT | _RIGHT,
    "┌": _RIGHT | _DOWN, "┐": _LEFT | _DOWN, "└": _RIGHT | _UP, "┘": _LEFT | _UP,
    "├": _RIGHT | _UP | _DOWN, "┤": _LEFT | _UP | _DOWN, "┬": _LEFT | _RIGHT | _DOWN,
    "┴": _LEFT | _RIGHT | _UP, "┼": _LEFT | _RIGHT | _UP | _DOWN,
}  # fmt: skip
_DASHED = "┄┈╌"
_ROUND = {"╭": (1, 1), "╮": (-1, 1), "╰": (1, -1), "╯": (-1, -1)}  # which way the arms go, across and down
_HEAVY = {"━": _LEFT | _RIGHT, "┃": _UP | _DOWN}
_EIGHTHS_UP = "▁▂▃▄▅▆▇█"  # lower blocks, one eighth to eight
_EIGHTHS_RIGHT = "▏▎▍▌▋▊▉"  # left blocks, one eighth to seven
_QUADRANTS = {"▖": 4, "▗": 8, "▘": 1, "▝": 2, "▙": 13, "▚": 9, "▛": 7, "▜": 11, "▞": 6, "▟": 14}
_DOT_PLACES = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))  # dots 1 … 8: column, row
_THIN, _THICK = 1.0, 2.4


@lru_cache(maxsize=1_024)
def filled(char: str, width: float, height: float) -> str:
    """The path of a character in a cell of ``width`` × ``height`` with its corner at 0,0; "" for others.

    The path is relative, beginning with ``m`` from the cell's corner and ending there.
    """
    if "\u2800" < char <= "\u28ff":
        return _braille(ord(char) - 0x2800, width, height)
    if (eighths := _EIGHTHS_UP.find(char) + 1) > 0:
        return _rects([(0, height * (8 - eighths) / 8, width, height * eighths / 8)])
    if (eighths := _EIGHTHS_RIGHT.find(char) + 1) > 0:
        return _rects([(0, 0, width * eighths / 8, height)])
    if char == "▀":
        return _rects([(0, 0, width, height / 2)])
    if char == "▐":
        return _rects([(width / 2, 0, width / 2, height)])
    if char in _QUADRANTS:
        half, tall = width / 2, height / 2
        corners = ((0.0, 0.0), (half, 0.0), (0.0, tall), (half, tall))
        return _rects(
            [(x, y, half, tall) for bit, (x, y) in enumerate(corners) if _QUADRANTS[char] >> bit & 1]
        )
    if char in _LINES or char in _HEAVY:
        return _arms(char, width, height)
    if char in _ROUND:
        return _corner(*_ROUND[char], width, height)
    return _mark(char, width, height)


def _rects(rects: Sequence[tuple[float, float, float, float]]) -> str:
    """Rectangles (x, y, width, height) as one relative path that returns to where it began."""
    return "".join(
        f"m{_n(x)} {_n(y)}h{_n(w)}v{_n(h)}h{_n(-w)}zm{_n(-x)} {_n(-y)}" for x, y, w, h in rects if w and h
    )


def _braille(pattern: int, width: float, height: float) -> str:
    """Square dots in two columns of four."""
    size = width * 0.34
    return _rects(
        [
            (width * (0.25 + 0.5 * column) - size / 2, height * (0.125 + 0.25 * row) - size / 2, size, size)
            for bit, (column, row) in enumerate(_DOT_PLACES)
            if pattern >> bit & 1
        ]
    )


def _mark(char: str, width: float, height: float) -> str:
    """Marks of states in the middle of the cell and nearly as wide; signs that fonts draw too wide."""
    x, y, r = width / 2, height / 2, width * 0.44
    match char:
        case "●" | "⏺":
            return _disc(x, y, r)
        case "○":
            return _disc(x, y, r) + _disc(x, y, r - 1.2, turn=0)
        case "◌":
            ring = [math.tau * step / 8 for step in range(8)]
            return "".join(
                _disc(x + (r - 0.5) * math.cos(at), y + (r - 0.5) * math.sin(at), 0.7) for at in ring
            )
        case "…":
            return "".join(_disc(x + width * 0.3 * step, height * 0.72, 0.9) for step in (-1, 0, 1))
        case "·":
            return _disc(x, y, 1.1)
        case "–":
            return _rects([(width * 0.1, y - 0.5, width * 0.8, 1)])
        case "■":
            return _rects([(x - r, y - r, 2 * r, 2 * r)])
        case "▲":
            return f"m{_n(x)} {_n(y - r)}l{_n(r)} {_n(2 * r)}h{_n(-2 * r)}zm{_n(-x)} {_n(r - y)}"
    return ""


def _disc(x: float, y: float, r: float, turn: int = 1) -> str:
    """A full circle; with ``turn`` 0 the other way round, which cuts a hole into one around it."""
    half = f"{_n(r)} {_n(r)} 0 0 {turn}"
    return f"m{_n(x - r)} {_n(y)}a{half} {_n(2 * r)} 0a{half} {_n(-2 * r)} 0zm{_n(r - x)} {_n(-y)}"


def _arms(char: str, width: float, height: float) -> str:
    """Lines from the middle of the cell to its edges."""
    arms = _LINES.get(char, 0) or _HEAVY[char]
    stroke = _THICK if char in _HEAVY else _THIN
    x, y = (width - stroke) / 2, (height - stroke) / 2
    if char in _DASHED:
        return _rects([(width * 0.2, y, width * 0.6, stroke)])
    rects = []
    if arms & (_LEFT | _RIGHT):
        start = 0.0 if arms & _LEFT else x
        end = width if arms & _RIGHT else x + stroke
        rects.append((start, y, end - start, stroke))
    if arms & (_UP | _DOWN):
        start = 0.0 if arms & _UP else y
        end = height if arms & _DOWN else y + stroke
        rects.append((x, start, stroke, end - start))
    return _rects(rects)


def _corner(across: int, down: int, width: float, height: float) -> str:
    """A rounded corner: a quarter turn between two arms, as a band of the line's thickness."""
    half, radius = _THIN / 2, width / 2
    middle_x, middle_y = width / 2, height / 2
    arm = height / 2 - radius
    start_x, start_y = middle_x - across * half, middle_y + down * (height / 2)
    outer, inner = radius + half, radius - half
    turn = "1" if across == down else "0"
    back = "0" if turn == "1" else "1"
    return (
        f"m{_n(start_x)} {_n(start_y)}v{_n(-down * arm)}"
        f"a{_n(outer)} {_n(outer)} 0 0 {turn} {_n(across * outer)} {_n(-down * outer)}v{_n(down * _THIN)}"
        f"a{_n(inner)} {_n(inner)} 0 0 {back} {_n(-across * inner)} {_n(down * inner)}v{_n(down * arm)}z"
        f"m{_n(-start_x)} {_n(-start_y)}"
    )


def _n(figure: float) -> str:
    """A coordinate with two decimals at most."""
    shown = f"{figure:.2f}".rstrip("0").rstrip(".")
    return "0" if shown in ("-0", "") else shown
