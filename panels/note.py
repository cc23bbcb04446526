"""A note in Markdown: what to do, whom to call."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from situationroom.panel import Label, Line, Panel, PanelOptions, View, line, lines, markdown


class NoteOptions(PanelOptions):
    """The note itself."""

    text: Label = Field(description="the note, in Markdown")


class Note(Panel[NoteOptions]):
    """A fixed text, set in Markdown."""

    TYPE = "note"
    Options = NoteOptions

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        """The note at this width."""
        del view, height
        return lines(markdown(self.options.text, width)) or [line()]

    def lines_wanted(self, view: View) -> int:
        """About as many as it has."""
        del view
        return max(2, min(16, self.options.text.count("\n") + 2))
