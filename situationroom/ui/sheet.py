"""All actions and functions as a list to tap: what a phone opens instead of the foot's row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Button, OptionList
from textual.widgets.option_list import Option

from situationroom.i18n import say
from situationroom.paint.actionbar import Hint, action_state_words
from situationroom.ui.dialog import Dialog, button
from situationroom.ui.preview import Wording
from situationroom.values import ActionState


class Sheet(Dialog[str | None]):
    """Answers with what was tapped, in the words of the foot's taps: ``action:ID``, ``share``."""

    AUTO_FOCUS: ClassVar[str | None] = "OptionList"

    def __init__(self, actions: Sequence[ActionState], hints: Sequence[Hint], wording: Wording) -> None:
        super().__init__(wording)
        self._actions = actions
        self._hints = hints

    def compose(self) -> ComposeResult:
        """Two lines for each, so that a finger meets the right one."""
        lang = self.wording.lang
        options = [Option(self._of_action(action), id=f"action:{action.id}") for action in self._actions]
        options += [Option(self._of_hint(hint), id=hint.id) for hint in self._hints]
        body = OptionList(*options, markup=False, compact=True)
        yield self.box(say("ui.actions_sheet", lang), body, buttons=(button(say("ui.close", lang), "close"),))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    @on(Button.Pressed)
    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)

    def _of_action(self, action: ActionState) -> Text:
        """Title and key; below them the state, or why it may not be fired."""
        lang = self.wording.lang
        if not action.allowed:
            why = say(action.why, lang) if action.why is not None else say("ui.not_allowed", lang)
            return self._two_lines((action.title, "muted"), (why, "muted"))
        words, style = action_state_words(action, lang)
        return self._two_lines((action.title, "strong"), (words or action.key, style))

    def _of_hint(self, hint: Hint) -> Text:
        return self._two_lines((hint.title, ""), (hint.key, "key"))

    def _two_lines(self, first: tuple[str, str], second: tuple[str, str]) -> Text:
        return Text("\n").join([self.wording.line(first), self.wording.line(("  ", ""), second)])
