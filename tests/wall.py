"""Reading a wall off the screen: its panels by title, and whether what they show is live."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

Cells = Sequence[Sequence[str]]

_LAMPS = re.compile("[●▲■◌]")
_NOT_LIVE = ("■", "◌", "받는 중", "설정 안 됨")
_SIDES = ("│", "┃")


@dataclass(frozen=True, slots=True)
class Box:
    """One panel as it stands on the screen.

    Attributes:
        title: the words on its upper border.
        state: the age and state after the title; "" for a panel without feeds.
        lines: what is inside, borders left away, spaces at the end too.
        aligned: whether every row has both its borders where they belong.

    """

    title: str
    state: str
    lines: tuple[str, ...]
    aligned: bool

    @property
    def text(self) -> str:
        """Everything inside."""
        return "\n".join(self.lines)

    @property
    def live(self) -> bool:
        """Whether its figures are of now."""
        return not any(word in self.state for word in _NOT_LIVE)


def boxes(cells: Cells) -> list[Box]:
    """The panels that are seen whole, from top to bottom."""
    return [
        _box(cells, x, y)
        for y, row in enumerate(cells)
        for x, cell in enumerate(row)
        if cell == "╭" and "╮" in row[x:] and _bottom(cells, x, y)
    ]


def box(cells: Cells, title: str) -> Box:
    """The panel of this title.

    Raises:
        KeyError: it is not on the screen.

    """
    found = {panel.title: panel for panel in boxes(cells)}
    return found[title]


def lamps(cells: Cells) -> list[str]:
    """The mark of each source in the header's second row."""
    return _LAMPS.findall("".join(cells[1]))


def all_live(cells: Cells) -> bool:
    """Whether every source has a good lamp and every panel figures of now."""
    marks, panels = lamps(cells), boxes(cells)
    return (
        bool(marks and panels)
        and set(marks) == {"●"}
        and all(panel.live and "받는 중" not in panel.text for panel in panels)
    )


def _box(cells: Cells, left: int, top: int) -> Box:
    right = cells[top].index("╮", left)
    bottom = _bottom(cells, left, top)
    border = "".join(cells[top][left + 1 : right])
    title, _, state = border.strip("─").partition("──")
    inside = cells[top + 1 : bottom]
    return Box(
        title=title.strip(" ─"),
        state=state.strip(" ─"),
        lines=tuple("".join(row[left + 1 : right]).rstrip() for row in inside),
        aligned=cells[bottom][right] == "╯"
        and all(row[left] in _SIDES and row[right] in _SIDES for row in inside),
    )


def _bottom(cells: Cells, left: int, top: int) -> int:
    """The row of the lower left corner; 0 where the panel is cut off."""
    for y in range(top + 1, len(cells)):
        if cells[y][left] == "╰":
            return y
        if cells[y][left] not in _SIDES:
            return 0
    return 0
