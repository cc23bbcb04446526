"""The question before leaving while a run is under way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button, Static

from situationroom.i18n import say
from situationroom.ui.dialog import Dialog, button
from situationroom.ui.preview import Wording


class LeaveScreen(Dialog[bool | None]):
    """Answers with True to leave. Focus starts on Cancel."""

    AUTO_FOCUS: ClassVar[str | None] = "#cancel"

    def __init__(self, titles: Sequence[str], wording: Wording) -> None:
        super().__init__(wording)
        self._titles = titles

    def compose(self) -> ComposeResult:
        """What is running, and the two ways."""
        lang = self.wording.lang
        words = say("ui.quit_running", lang, titles=", ".join(self._titles))
        yield self.box(
            say("ui.quit_title", lang),
            Static(self.wording.line((words, "warning"))),
            buttons=(
                button(say("ui.cancel", lang), "cancel"),
                button(say("ui.quit", lang), "leave", loud=True),
            ),
        )

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "leave")
