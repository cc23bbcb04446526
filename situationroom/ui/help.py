"""What every key does, made from the keys that are really bound."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button, Static

from situationroom.formats import width
from situationroom.i18n import say
from situationroom.ui.dialog import Dialog, button
from situationroom.ui.keys import KeyUse
from situationroom.ui.preview import Wording


class HelpScreen(Dialog[None]):
    """Keys, pages, actions and the marks."""

    AUTO_FOCUS: ClassVar[str | None] = "#close"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark,q", "close", show=False)]

    def __init__(self, uses: Sequence[KeyUse], wording: Wording) -> None:
        super().__init__(wording)
        self._uses = uses

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        lang = self.wording.lang
        body = Static(help_text(self._uses, self.wording), id="help")
        yield self.box(say("ui.help_title", lang), body, buttons=(button(say("ui.close", lang), "close"),))

    @on(Button.Pressed)
    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)


def help_text(uses: Sequence[KeyUse], wording: Wording) -> Text:
    """The keys by group, then how to move, and what the marks mean."""
    lang = wording.lang
    column = max((width(use.shown) for use in uses), default=0) + 2
    lines: list[Text] = []
    for group, members in groupby(uses, key=lambda use: use.group):
        lines.append(wording.line((say(f"ui.help_{group}", lang), "title")))
        for use in members:
            pad = " " * (column - width(use.shown))
            lines.append(wording.line(("  ", ""), (use.shown, "key"), (pad, ""), (use.title, "")))
        lines.append(Text())
    lines += [wording.line((say(f"ui.help_{name}", lang), "muted")) for name in ("move", "touch")]
    lines += [Text(), wording.line((say("ui.help_marks", lang), "title"))]
    lines.append(wording.line(("  ", ""), (say("ui.marks", lang), "")))
    return Text("\n").join(lines)
