"""Lines drawn in braille dots: each cell holds 2 × 4 of them.

Many points share a dot column of a dense series: its lowest and highest are drawn, so that no spike is
lost. Cells are two flat byte arrays (dots, ink), which makes a row of text and its runs of one colour a
matter of a few C calls.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence

from rich.text import Text

from situationroom.paint.texts import Run, joined

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_MASKS = tuple(
    tuple(tuple(sum(column[top : bottom + 1]) for bottom in range(4)) for top in range(4)) for column in _DOTS
)
"""The dots of one column of a cell, by side (left, right), topmost and lowest dot."""

_CHARACTERS = {0: " ", **{dots: chr(0x2800 + dots) for dots in range(1, 256)}}
_INK_RUNS = re.compile(rb"(.)\1*", re.DOTALL)


class Braille:
    """A canvas of ``width`` × ``height`` cells over the ranges ``xs`` and ``ys`` (low, high)."""

    def __init__(self, width: int, height: int, xs: tuple[float, float]) -> None:
        self.width, self.height = width, height
        self._dots = bytearray(width * height)
        self._ink = bytearray(width * height)
        self._x0 = xs[0]
        self._columns = 2 * width
        self._per_x = (self._columns - 1) / (xs[1] - xs[0]) if xs[1] > xs[0] else 0.0

    def line(
        self, points: Sequence[tuple[float, float]], ys: tuple[float, float], ink: int, gap: float = math.inf
    ) -> None:
        """Draw a line through points in order of x; it is broken where two are more than ``gap`` apart.

        Points outside the range are passed over, figures outside ``ys`` run along its edge, and what is no
        finite figure is left out. ``ink`` is 1 to 255.
        """
        x0, per_x = self._x0, self._per_x
        x_end = x0 + (self._columns - 0.5) / per_x if per_x else x0
        least, most = -math.inf, math.inf
        seen = [point for point in points if x0 <= point[0] <= x_end and least < point[1] < most]
        if not seen:
            return
        at, figures = zip(*seen, strict=True)
        row_of = self._rows(ys)
        column = last = -1  # the column filled before, and the row of its newest figure
        place = 0
        while place < len(at):
            here = min(self._columns - 1, int((at[place] - x0) * per_x + 0.5))
            end = bisect_left(at, x0 + (here + 0.5) / per_x, place + 1) if per_x else len(at)
            if end - place == 1:
                high = low = first = newest = row_of(figures[place])
            else:
                shared = figures[place:end]
                high, low = row_of(max(shared)), row_of(min(shared))
                first, newest = row_of(shared[0]), row_of(shared[-1])
            if column >= 0 and at[place] - at[place - 1] <= gap:
                if here - column > 1:
                    last = self._lead(column, last, here, first, ink)
                if last < high:
                    high = last + 1
                elif last > low:
                    low = last - 1
            self._fill(here, high, low, ink)
            column, last, place = here, newest, end

    def rule(self, y: float, ys: tuple[float, float], ink: int) -> None:
        """Draw a level dotted line at ``y``; nothing where that lies outside ``ys``."""
        if not ys[0] <= y <= ys[1]:
            return
        row = self._rows(ys)(y)
        for column in range(0, self._columns, 3):
            self._fill(column, row, row, ink)

    def cell_row(self, y: float, ys: tuple[float, float]) -> int:
        """The row of cells in which ``y`` is drawn."""
        return self._rows(ys)(y) // 4

    def runs(self, row: int, styles: Sequence[str]) -> list[Run]:
        """One row of cells as runs of one style; ``styles[ink]`` is the style of an ink, 0 being none."""
        here = slice(row * self.width, (row + 1) * self.width)
        characters = self._dots[here].decode("latin-1").translate(_CHARACTERS)
        return [
            (characters[run.start() : run.end()], styles[run[0][0]])
            for run in _INK_RUNS.finditer(bytes(self._ink[here]))
        ]

    def lines(self, styles: Sequence[str]) -> list[Text]:
        """Every row as a text."""
        return [joined(*self.runs(row, styles)) for row in range(self.height)]

    def _rows(self, ys: tuple[float, float]) -> Callable[[float], int]:
        """The dot row of a figure, counted from the top."""
        low, top = ys
        deepest = self.height * 4 - 1
        scale = deepest / (top - low) if top > low else 0.0

        def row_of(figure: float) -> int:
            if figure >= top:
                return 0
            return int((top - figure) * scale + 0.5) if figure > low else deepest

        return row_of

    def _lead(self, column: int, last: int, at: int, row: int, ink: int) -> int:
        """Lead the line from ``last`` in ``column`` up to the column before ``at``; the row it ends in."""
        slope = (row - last) / (at - column)
        before = last
        for step in range(1, at - column):
            here = int(last + slope * step + 0.5)
            if here > before:
                self._fill(column + step, before + 1, here, ink)
            elif here < before:
                self._fill(column + step, here, before - 1, ink)
            else:
                self._fill(column + step, here, here, ink)
            before = here
        return before

    def _fill(self, column: int, high: int, low: int, ink: int) -> None:
        """Dots ``high`` (upper) to ``low`` of one dot column."""
        masks = _MASKS[column & 1]
        top, bottom = high >> 2, low >> 2
        place = top * self.width + (column >> 1)
        dots, inks = self._dots, self._ink
        if top == bottom:
            dots[place] |= masks[high & 3][low & 3]
            inks[place] = ink
            return
        dots[place] |= masks[high & 3][3]
        inks[place] = ink
        for _ in range(bottom - top - 1):
            place += self.width
            dots[place] |= masks[0][3]
            inks[place] = ink
        place += self.width
        dots[place] |= masks[0][low & 3]
        inks[place] = ink
