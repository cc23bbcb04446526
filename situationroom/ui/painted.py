"""A widget that serves rows painted elsewhere: no render tree, and a repaint touches only what changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget


class Painted(Widget):
    """Base of everything on the wall. A subclass says what to show by :meth:`paint`.

    Rows are asked for when they are first needed at a size, and again by :meth:`repaint`, which compares
    them with the last ones and has the terminal updated only in the cells that differ.
    """

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._strips: tuple[Strip, ...] = ()
        self._painted_for: Size | None = None

    def paint(self, size: Size) -> Sequence[Strip]:
        """The rows of this widget: ``size.height`` strips of ``size.width`` cells."""
        raise NotImplementedError

    def repaint(self) -> int:
        """Paint anew and update what changed. Returns how many rows did."""
        size = self.outer_size
        if not size or not self.display:
            self._painted_for = None
            return 0
        before, known = self._strips, self._painted_for == size
        self._take(size)
        if not known:
            self.refresh()
            return len(self._strips)
        regions = [
            difference
            for y, (old, new) in enumerate(zip(before, self._strips, strict=True))
            if old is not new and (difference := _difference(old, new, y))
        ]
        if regions:
            self.refresh(*regions)
        return len(regions)

    def forget(self) -> None:
        """Rows are painted anew when they are next needed."""
        self._painted_for = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a region of the widget."""
        size = self.outer_size
        if self._painted_for != size:
            self._take(size)
        rows = list(self._strips[crop.y : crop.bottom])
        rows += [Strip.blank(size.width)] * (crop.height - len(rows))
        if crop.x or crop.width != size.width:
            return [row.crop(crop.x, crop.right) for row in rows]
        return rows

    def render_line(self, y: int) -> Strip:
        """One row."""
        return self.render_lines(Region(0, y, self.outer_size.width, 1))[0]

    def _take(self, size: Size) -> None:
        strips = tuple(self.paint(size))[: size.height]
        if len(strips) < size.height:
            strips += (Strip.blank(size.width),) * (size.height - len(strips))
        self._strips = strips
        self._painted_for = size


def _difference(old: Strip, new: Strip, y: int) -> Region | None:
    """The cells of row ``y`` in which two strips of one width differ."""
    start = end = 0
    before, after = list(old), list(new)
    shared = min(len(before), len(after))
    first = next((i for i in range(shared) if before[i] != after[i]), shared)
    if first == len(before) == len(after):
        return None
    last = next((i for i in range(shared - first) if before[-1 - i] != after[-1 - i]), shared - first)
    start = sum(segment.cell_length for segment in after[:first])
    end = sum(segment.cell_length for segment in chain(after[len(after) - last :]))
    return Region(start, y, new.cell_length - start - end, 1)
