"""Any rich renderable as plain lines of a width, the same on every machine."""

from __future__ import annotations

from io import StringIO

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from situationroom.formats import LONGEST_TEXT, printable
from situationroom.paint.texts import clipped, joined

_MOST_LINES = 1_000


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


def markdown(source: str, width: int) -> list[Text]:
    """Markdown in lines of at most ``width`` cells: headings without a box, no links, no two empty lines.

    A line of the source is cut at a length nobody reads; rich's Markdown is imported by the first note.
    """
    from rich.markdown import Heading, Markdown

    class Title(Heading):
        """A heading at the left, told by its weight."""

        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            del console, options
            yield Text(self.text.plain, style="bold underline" if self.tag == "h1" else "bold")

    class Plain(Markdown):
        elements = {**Markdown.elements, "heading_open": Title}  # noqa: RUF012 - as rich declares it

    safe = "\n".join(printable(line[:LONGEST_TEXT]) for line in source.splitlines()[:_MOST_LINES])
    texts: list[Text] = []
    for text in rendered(Plain(safe, hyperlinks=False, code_theme="ansi_dark"), width):
        empty = not text.plain.strip()
        if not empty or (texts and texts[-1].plain.strip()):
            texts.append(clipped(text, width))
    while texts and not texts[-1].plain.strip():
        texts.pop()
    return texts
