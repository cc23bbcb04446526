"""What tests read of the documentation: its marked blocks and its tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

_BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[^\n]*?) -->\n)?^```(?P<lang>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: the comment right above it, its language, its text, and where it stands."""

    mark: str
    lang: str
    text: str
    place: str


def blocks(page: Path) -> list[Block]:
    """Every fenced block of a page."""
    whole = page.read_text("utf-8")
    return [
        Block(
            found["mark"] or "",
            found["lang"],
            found["text"],
            f"{page.name}:{_line(whole, found.start('text'))}",
        )
        for found in _BLOCK.finditer(whole)
    ]


def table(page: Path, mark: str) -> list[list[str]]:
    """The rows of the table marked ``<!-- mark -->``, heading left out; none where there is no table."""
    _, found, after = page.read_text("utf-8").partition(f"<!-- {mark} -->\n")
    assert found, f"{page.name} has no <!-- {mark} -->"
    return rows(after)


def rows(text: str) -> list[list[str]]:
    """The cells of the table that ``text`` begins with, heading left out."""
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("|"):
            break
        lines.append(line)
    return [[_cell(cell) for cell in _BAR.split(line)[1:-1]] for line in lines[2:]]


def sections(page: Path) -> dict[str, str]:
    """The text under each ``##`` heading."""
    _, *found = re.split(r"^## (.+)\n", page.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(found[::2], found[1::2], strict=True))


def _cell(text: str) -> str:
    return text.strip().replace("\\|", "|")


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
