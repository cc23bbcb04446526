"""A note in Markdown: what to do, whom to call."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Heading, Markdown
from rich.text import Text

from situationroom.panel import Line, Panel, PanelOptions, View, clipped, line, printable, rendered

_LONGEST = 20_000


class NoteOptions(PanelOptions):
    """The note itself."""

    text: str = Field(description="the note, in Markdown")


class Note(Panel[NoteOptions]):
    """A fixed text, set in Markdown."""

    TYPE = "note"
    Options = NoteOptions

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        """The note at this width."""
        del view, height
        source = "\n".join(printable(each) for each in self.options.text[:_LONGEST].splitlines())
        texts = [clipped(text, width) for text in rendered(_Plain(source, hyperlinks=False), width)]
        while texts and not texts[0].plain.strip():
            texts.pop(0)
        while texts and not texts[-1].plain.strip():
            texts.pop()
        return [Line(text) for text in texts] or [line()]

    def lines_wanted(self, view: View) -> int:
        """About as many as it has."""
        del view
        return max(2, min(16, self.options.text.count("\n") + 2))


class _Title(Heading):
    """A heading without rich's box: bold, at the left."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The heading in one paragraph."""
        del console, options
        yield Text(self.text.plain, style="bold underline" if self.tag == "h1" else "bold")


class _Plain(Markdown):
    """Markdown with our headings."""

    elements = {**Markdown.elements, "heading_open": _Title}  # noqa: RUF012 - as rich declares it
