"""Rich texts put together from runs, without markup and without the cost of appending."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Span, Text

Run = tuple[str, str]
"""Characters and the name of their style."""


def joined(*runs: Run) -> Text:
    """One line from runs; characters are taken as they are, so text from outside must be safe already."""
    spans: list[Span] = []
    place = 0
    for characters, style in runs:
        end = place + len(characters)
        if style and characters:
            spans.append(Span(place, end, style))
        place = end
    return Text("".join(run[0] for run in runs), spans=spans, no_wrap=True, end="")


def clipped(text: Text, width: int) -> Text:
    """The text in at most ``width`` cells, cut with ``…`` where it is longer."""
    if cell_len(text.plain) <= width:
        return text
    if width <= 0:
        return joined()
    kept = set_cell_size(text.plain, width - 1).rstrip(" ")
    while kept and not text.plain.startswith(kept):
        kept = kept[:-1]  # half of a wide character was blanked
    cut = text[: len(kept)]
    cut.append("…")
    cut.end, cut.no_wrap = "", True
    return cut


def run_cells(runs: Iterable[Run]) -> int:
    """Cells the runs take together."""
    return sum(cell_len(characters) for characters, _ in runs)


def flowed(runs: Iterable[Run], width: int) -> list[list[Run]]:
    """Runs in as many lines as they take in ``width`` cells, broken between two of them, never inside one."""
    lines: list[list[Run]] = [[]]
    for characters, style in runs:
        if lines[-1] and run_cells([*lines[-1], (characters, style)]) > width:
            lines.append([])
            characters = characters.lstrip(" ")
        lines[-1].append((characters, style))
    return lines


def grouped(parts: Iterable[Sequence[Run]], width: int, gap: int = 3) -> list[list[Run]]:
    """Parts with ``gap`` cells between them, in as many lines as they take; none is broken."""
    lines: list[list[Run]] = []
    for part in parts:
        if lines and run_cells([*lines[-1], *part]) + gap <= width:
            lines[-1] += [(" " * gap, ""), *part]
        else:
            lines.append(list(part))
    return lines


def beside(left: Iterable[Run], right: Iterable[Run], width: int) -> bool:
    """Whether both fit in one line, a cell between them."""
    return run_cells([*left, *right]) < width


def spread(left: Iterable[Run], right: Iterable[Run], width: int) -> Text:
    """``left`` at the left edge and ``right`` at the right one; without ``right`` where both do not fit."""
    left, right = tuple(left), tuple(right)
    room = width - run_cells(left) - run_cells(right)
    if not right or not beside(left, right, width):
        return clipped(joined(*left), width)
    return joined(*left, (" " * room, ""), *right)


def wrapped(shown: str, width: int, limit: int) -> list[str]:
    """Safe text in lines of at most ``width`` cells, at most ``limit`` of them, the last cut with ``…``.

    Breaks at spaces where there is one in the later half of a line, else inside words, as Korean allows.
    """
    lines: list[str] = []
    left = shown.strip()
    while left and width > 0:
        if len(lines) == limit - 1 or cell_len(left) <= width:
            lines.append(clipped(joined((left, "")), width).plain)
            break
        piece = _fitting(left, width)
        space = piece.rfind(" ")
        if left[len(piece) : len(piece) + 1] != " " and space > len(piece) // 2:
            piece = piece[:space]
        lines.append(piece.rstrip())
        left = left[len(piece) :].lstrip()
    return lines


def _fitting(shown: str, width: int) -> str:
    """The longest beginning of at most ``width`` cells; one character at least."""
    piece = set_cell_size(shown, width)
    while piece and not shown.startswith(piece):
        piece = piece[:-1]
    return piece or shown[:1]
