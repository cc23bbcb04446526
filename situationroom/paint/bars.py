"""One-row bars of words, some of which can be tapped: what header, tabs and action bar are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from situationroom.formats import fit, printable
from situationroom.formats import width as cells
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.rows import Piece, Row, paint_pieces
from situationroom.paint.theme import Theme


class Tap(NamedTuple):
    """Cells ``x0`` to ``x1`` (not included) of a row that stand for something: ``action:kait-skip``."""

    row: int
    x0: int
    x1: int
    id: str


@dataclass(frozen=True, slots=True)
class Chrome:
    """Painted rows around the panels, and what can be tapped in them."""

    rows: tuple[Row, ...]
    taps: tuple[Tap, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """Words that belong together on a bar; ``id`` is what a tap on them means, or ""."""

    pieces: tuple[Piece, ...]
    id: str = ""

    @property
    def width(self) -> int:
        """Cells it takes."""
        return sum(cells(printable(text)) for text, _ in self.pieces)


GAP = 3
"""Blank cells between two items."""


def bar(
    left: Sequence[Item],
    right: Sequence[Item],
    width: int,
    theme: Theme,
    glyphs: Glyphs,
    *,
    style: str = "bar",
    row: int = 0,
) -> tuple[Row, tuple[Tap, ...]]:
    """One row: items from the left, items at the right edge. The right ones stay; the left ones are cut."""
    tail = _width(right)
    room = width - 1 - (tail + GAP if right else 0)
    pieces: list[Piece] = [(" ", "")]
    taps: list[Tap] = []
    x = 1
    for index, item in enumerate(left):
        gap = GAP if index else 0
        if x + gap >= room:
            break
        pieces.append((" " * gap, ""))
        x += gap
        shown = item if x + item.width <= room else _cut(item, room - x)
        pieces += shown.pieces
        if item.id:
            taps.append(Tap(row, x, x + shown.width, item.id))
        x += shown.width
    start = max(x, width - 1 - tail)
    pieces.append((" " * (start - x), ""))
    x = start
    for index, item in enumerate(right):
        gap = GAP if index else 0
        pieces.append((" " * gap, ""))
        x += gap
        pieces += item.pieces
        if item.id and x < width:
            taps.append(Tap(row, x, min(width, x + item.width), item.id))
        x += item.width
    return paint_pieces(pieces, width, theme, theme.style(style), glyphs), tuple(taps)


def fitting(items: Sequence[Item], width: int) -> int:
    """How many of the items, from the first on, stand whole in a bar of ``width`` cells."""
    taken, count = 1, 0
    for item in items:
        taken += (GAP if count else 0) + item.width
        if taken > width - 1:
            break
        count += 1
    return count


def _width(items: Sequence[Item]) -> int:
    return sum(item.width for item in items) + GAP * max(0, len(items) - 1)


def _cut(item: Item, width: int) -> Item:
    """The item in at most ``width`` cells, its end cut."""
    pieces: list[Piece] = []
    for text, style in item.pieces:
        shown = printable(text)
        if cells(shown) > width:
            shown = fit(shown, width).rstrip()
        pieces.append((shown, style))
        width -= cells(shown)
    return Item(tuple(pieces), item.id)
