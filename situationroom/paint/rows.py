"""Rich text painted into rows of an exact number of cells.

Everything that reaches a terminal or a picture goes through here, so this is where control characters
become visible text and where wide characters meet the edge.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from rich.text import Span, Text

from situationroom.formats import LONGEST_TEXT, printable
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.theme import Theme

Row = tuple[Segment, ...]
"""One painted line. The cell widths of its segments add up to the width it was painted for."""

Piece = tuple[str, str | Style]
"""A run of text and its style."""


def paint_text(text: Text, width: int, theme: Theme, base: Style | None, glyphs: Glyphs) -> Row:
    """The text in exactly ``width`` cells: cut, or padded with ``base``.

    A wide character that would stand across the right edge is left out and its cell is blank. Control
    and direction characters are shown escaped; a line break inside the text is one of them.
    """
    return fill(_runs(text, theme), width, base or Style.null(), glyphs)


def paint_pieces(
    pieces: Iterable[Piece], width: int, theme: Theme, base: Style | None, glyphs: Glyphs
) -> Row:
    """Runs of text, one after another, in exactly ``width`` cells."""
    runs = [(text, theme.style(style)) for text, style in pieces]
    return fill(runs, width, base or Style.null(), glyphs)


def blank(width: int, style: Style | None = None) -> Row:
    """A row of spaces."""
    return (Segment(" " * width, style or Style.null()),) if width > 0 else ()


def restyle(row: Row, over: Style) -> Row:
    """The row with a style laid over every one of its own."""
    return tuple(Segment(segment.text, (segment.style or Style.null()) + over) for segment in row)


def plain(row: Row) -> str:
    """The characters of a row."""
    return "".join(segment.text for segment in row)


def fill(runs: Sequence[tuple[str, Style]], width: int, base: Style, glyphs: Glyphs) -> Row:
    """Runs with final styles in exactly ``width`` cells, ``base`` below them and after them."""
    row: list[Segment] = []
    left = width
    for raw, style in runs:
        if left <= 0:
            break
        shown = glyphs.translate(printable(raw))
        cells = cell_len(shown)
        if cells > left:
            shown, cells = set_cell_size(shown, left), left
        if shown:
            row.append(Segment(shown, base + style))
            left -= cells
    if left > 0:
        row.append(Segment(" " * left, base))
    return tuple(row)


def _runs(text: Text, theme: Theme) -> list[tuple[str, Style]]:
    """The text as runs of one style each; later spans lie over earlier ones."""
    raw = text.plain[: LONGEST_TEXT + 1]
    own = theme.style(text.style)
    if not text.spans:
        return [(raw, own)]
    end = len(raw)
    if (simple := _side_by_side(text.spans, raw, own, theme)) is not None:
        return simple
    spans = [(max(0, s.start), min(end, s.end), theme.style(s.style)) for s in text.spans]
    begins: defaultdict[int, list[int]] = defaultdict(list)
    stops: defaultdict[int, list[int]] = defaultdict(list)
    for index, (start, stop, _) in enumerate(spans):
        if start < stop:
            begins[start].append(index)
            stops[stop].append(index)
    edges = sorted({0, end, *begins, *stops})
    active: list[int] = []  # spans that hold between two edges, in their order
    runs: list[tuple[str, Style]] = []
    for start, stop in pairwise(edges):
        for index in stops[start]:
            active.remove(index)
        for index in begins[start]:
            insort(active, index)
        runs.append((raw[start:stop], sum((spans[index][2] for index in active), own)))
    return runs


def _side_by_side(
    spans: Sequence[Span], raw: str, own: Style, theme: Theme
) -> list[tuple[str, Style]] | None:
    """The runs of spans in order that do not overlap, as nearly all texts have them; None for any other."""
    runs: list[tuple[str, Style]] = []
    place, end = 0, len(raw)
    for start, stop, style in spans:
        if not place <= start <= stop <= end:
            return None
        if place < start:
            runs.append((raw[place:start], own))
        if start < stop:
            runs.append((raw[start:stop], own + theme.style(style)))
        place = stop
    if place < end:
        runs.append((raw[place:], own))
    return runs
