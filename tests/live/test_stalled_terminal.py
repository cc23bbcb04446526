"""A terminal that stands still holds up neither the feeds nor the end of the program."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.helpers import wait_until
from tests.live.program import program, room
from tests.partners import Partners
from tests.terminal import Terminal
from tests.wall import box, boxes

SIZE = (200, 50)
LAYOUT = """
room: 멈춘 화면
sources:
  sgi: {{type: http, url: "{url}/stats/sgi"}}
feeds:
  sgi: {{source: sgi, every: 100ms, min_every: 100ms, rows: "agencies[*]", key: agency}}
panels:
{panels}
  note: {{type: note, title: 두 번째 쪽, text: 여기 있다}}
pages:
  상황: |
    a b c
    d e f
  상세: note
"""
PANELS = "\n".join(f"  {name}: {{type: table, feed: sgi, title: 표 {name}}}" for name in "abcdef")


def layout(folder: Path, partners: Partners) -> Path:
    return room(folder, LAYOUT.format(url=partners.url, panels=PANELS))


async def frozen(terminal: Terminal, partners: Partners) -> None:
    """Wait for the wall, stop reading, and see that the partner is asked long after every buffer is full."""
    await terminal.wait_until(lambda: len(boxes(terminal.cells())) == 6, 20, "the wall")
    terminal.freeze()
    asked = partners.asked["sgi"]
    await wait_until(lambda: partners.asked["sgi"] > asked + 60, 30, "the partner asked on")


async def test_feeds_go_on_and_the_screen_is_whole_once_the_terminal_reads_again(tmp_path: Path) -> None:
    async with Partners() as partners, program("run", layout(tmp_path, partners), size=SIZE) as terminal:
        await frozen(terminal, partners)
        terminal.press("2")
        asked = partners.asked["sgi"]
        await wait_until(lambda: partners.asked["sgi"] > asked + 10, 10, "the key pressed")
        terminal.thaw()
        await terminal.wait_until(
            lambda: [panel.title for panel in boxes(terminal.cells())] == ["두 번째 쪽"],
            10,
            "the second page",
        )
        assert "여기 있다" in box(terminal.cells(), "두 번째 쪽").text
        assert box(terminal.cells(), "두 번째 쪽").aligned


async def test_the_program_ends_though_its_terminal_stands_still(tmp_path: Path) -> None:
    async with Partners() as partners, program("run", layout(tmp_path, partners), size=SIZE) as terminal:
        await frozen(terminal, partners)
        terminal.signal(signal.SIGTERM)
        assert await terminal.ended(10) == 0
