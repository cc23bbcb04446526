"""Any rich renderable as plain lines of a width, the same on every machine."""

from __future__ import annotations

from io import StringIO

from rich.console import Console, RenderableType
from rich.text import Text

from situationroom.formats import printable
from situationroom.paint.texts import joined


def rendered(renderable: RenderableType, width: int, limit: int = 500) -> list[Text]:
    """The renderable in at most ``limit`` lines of at most ``width`` cells, without links or controls.

    The console is given everything a terminal or the environment would otherwise decide.
    """
    console = Console(
        file=StringIO(),
        width=max(1, width),
        height=limit,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        emoji=False,
        _environ={},
    )
    lines: list[Text] = []
    for segments in console.render_lines(renderable, pad=False)[:limit]:
        line = joined()
        for segment in segments:
            if not segment.control:
                style = segment.style.clear_meta_and_links() if segment.style else None
                line.append(printable(segment.text), style)
        lines.append(line)
    return lines
