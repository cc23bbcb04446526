"""Painted rows as an SVG picture in which every character stands in its own cell.

A terminal's grid is rebuilt from coordinates: each run of text is placed at its cell and given the length
of its cells, so Korean lines up whatever font the viewer has. Lines, blocks and braille are paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from rich.cells import cell_len
from rich.color import Color, blend_rgb
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style

from situationroom.paint.rows import Row
from situationroom.paint.theme import Theme
from situationroom.share.shapes import filled

CELL_WIDTH = 8
CELL_HEIGHT = 18
FONT_SIZE = 2 * CELL_WIDTH
"""A Hangul syllable is one em wide in every font: so it fills its two cells even where a viewer stretches
nothing."""

MARGIN = 8
FONTS = (
    "'D2Coding', 'Noto Sans Mono CJK KR', 'NanumGothicCoding', 'Sarasa Mono K', 'DejaVu Sans Mono', monospace"
)

_BASELINE = 14
_DIMMER = 0.45
"""How far a dim colour goes towards its background."""


@dataclass(frozen=True, slots=True)
class _Look:
    """The colours and weight a style comes to."""

    ink: str
    paper: str | None
    bold: bool
    italic: bool
    underline: bool
    strike: bool


def svg(rows: Sequence[Row], theme: Theme, title: str = "") -> str:
    """The picture as one SVG document, well-formed for any text."""
    columns = max((sum(cell_len(segment.text) for segment in row) for row in rows), default=0)
    width, height = columns * CELL_WIDTH + 2 * MARGIN, len(rows) * CELL_HEIGHT + 2 * MARGIN
    body = "\n".join(line for y, row in enumerate(rows) if (line := "".join(_row(row, y, theme))))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" font-family={quoteattr(FONTS)} font-size="{FONT_SIZE}">\n'
        f"<title>{_text(title)}</title>\n"
        f'<rect width="100%" height="100%" fill="{theme.background}"/>\n'
        f'<g transform="translate({MARGIN:g} {MARGIN:g})" xml:space="preserve">\n{body}\n</g>\n</svg>\n'
    )


def _row(row: Row, y: int, theme: Theme) -> Iterator[str]:
    """The elements of one row: papers first, so that no paper covers a neighbour's ink."""
    placed: list[tuple[float, Segment, _Look]] = []
    x = 0
    for segment in row:
        placed.append((x * CELL_WIDTH, segment, _look(segment.style or Style.null(), theme)))
        x += cell_len(segment.text)
    for paper, group in groupby(placed, lambda part: part[2].paper):
        if paper is not None:
            parts = list(group)
            cells = sum(cell_len(segment.text) for _, segment, _ in parts)
            yield (
                f'<rect x="{parts[0][0]:.6g}" y="{y * CELL_HEIGHT:g}" fill="{paper}" '
                f'width="{cells * CELL_WIDTH:.6g}" height="{CELL_HEIGHT:g}"/>'
            )
    for left, segment, look in placed:
        yield from _segment(left, y * CELL_HEIGHT, segment.text, look)


def _segment(left: float, top: float, text: str, look: _Look) -> Iterator[str]:
    """A run of one style, split where the kind of its characters changes."""
    x = 0
    for kind, group in groupby(_clusters(text), _kind):
        clusters = list(group)
        run = "".join(clusters)
        cells = cell_len(run)
        start = left + x * CELL_WIDTH
        if kind == "shape":
            path = "".join(
                f"M{start + i * CELL_WIDTH:.6g} {top:.6g}{filled(char, CELL_WIDTH, CELL_HEIGHT)}"
                for i, char in enumerate(clusters)
            )
            yield f'<path d="{path}" fill="{look.ink}"/>'
        elif kind != "blank" or look.underline or look.strike:
            yield _words(start, top, run, cells, look, stretch=kind == "narrow")
        x += cells


def _words(left: float, top: float, run: str, cells: int, look: _Look, *, stretch: bool) -> str:
    lines = [name for name, on in (("underline", look.underline), ("line-through", look.strike)) if on]
    attributes = [
        f'x="{left:.6g}" y="{top + _BASELINE:.6g}" fill="{look.ink}"',
        f'textLength="{cells * CELL_WIDTH:.6g}"',
        'lengthAdjust="spacingAndGlyphs"' if stretch else "",
        'font-weight="bold"' if look.bold else "",
        'font-style="italic"' if look.italic else "",
        f'text-decoration="{" ".join(lines)}"' if lines else "",
    ]
    return f"<text {' '.join(filter(None, attributes))}>{_text(run)}</text>"


def _clusters(text: str) -> Iterable[str]:
    """Characters, each with the zero-width ones that follow it."""
    cluster = ""
    for char in text:
        if cluster and cell_len(char):
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def _kind(cluster: str) -> str:
    """What a cluster is drawn as; a run holds one kind, so that stretching it keeps every cell in place."""
    if cluster == " ":
        return "blank"
    if filled(cluster, CELL_WIDTH, CELL_HEIGHT):
        return "shape"
    if cell_len(cluster) > 1:
        return "wide"
    return "narrow" if cluster.isascii() else "mark"


def _look(style: Style, theme: Theme) -> _Look:
    paper = _rgb(style.bgcolor)
    ink = _rgb(style.color) or theme.foreground
    if style.reverse:
        ink, paper = paper or theme.background, ink
    if style.dim:
        ink = blend_rgb(_triplet(ink), _triplet(paper or theme.background), _DIMMER).hex
    return _Look(ink, paper, bool(style.bold), bool(style.italic), bool(style.underline), bool(style.strike))


def _rgb(color: Color | None) -> str | None:
    """``#rrggbb``, or None for the theme's own colour."""
    return None if color is None or color.is_default else color.get_truecolor().hex


def _triplet(colour: str) -> ColorTriplet:
    return ColorTriplet(*(int(colour[i : i + 2], 16) for i in (1, 3, 5)))


def _text(raw: str) -> str:
    """Text for XML: escaped, and without the characters XML 1.0 has no way to hold."""
    return escape("".join(char if _in_xml(ord(char)) else "\ufffd" for char in raw))


def _in_xml(code: int) -> bool:
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
