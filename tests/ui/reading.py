"""Reading a screen in tests: what stands on it, as text and as rows of cells."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from textual._context import visible_screen_stack
from textual.app import App
from textual.strip import Strip

from tests.helpers import wait_until


def strips_of(app: App[Any]) -> list[Strip]:
    """Every row of the screen, dialogs and what is seen behind them included."""
    with app._context():
        visible_screen_stack.set(app._background_screens)
        return app.screen._compositor.render_strips()


def rows_of(app: App[Any]) -> list[tuple[Segment, ...]]:
    """The same as painted rows."""
    return [tuple(strip) for strip in strips_of(app)]


def text_of(app: App[Any]) -> str:
    """The screen as lines of text."""
    return "\n".join(strip.text for strip in strips_of(app))


async def until_seen(app: App[Any], words: str) -> None:
    """Wait until the words stand on the screen."""
    await wait_until(lambda: words in text_of(app), what=f"{words!r} on the screen")


async def until_gone(app: App[Any], words: str) -> None:
    """Wait until the words stand nowhere on the screen."""
    await wait_until(lambda: words not in text_of(app), what=f"{words!r} off the screen")


def place_of(app: App[Any], words: str) -> tuple[int, int]:
    """The cell (x, y) where the words begin."""
    for y, line in enumerate(text_of(app).splitlines()):
        if words in line:
            return cell_len(line[: line.index(words)]), y
    raise AssertionError(f"{words!r} is not on the screen:\n{text_of(app)}")
