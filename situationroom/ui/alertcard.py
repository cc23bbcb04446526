"""What may be done about an alert: its figures, the guide of its rule, its actions to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from situationroom.actions.inputs import prefill
from situationroom.formats import key_text, text_of
from situationroom.i18n import say
from situationroom.layout.models import InputSpec
from situationroom.paint.actionbar import action_state_words
from situationroom.paint.incident import figures_of, row_of
from situationroom.paint.words import RoomWords
from situationroom.ui.dialog import Dialog, button
from situationroom.ui.preview import Wording
from situationroom.values import ActionState, Alert, FeedState


class AlertScreen(Dialog[str | None]):
    """Answers with the id of the action to ask for."""

    AUTO_FOCUS: ClassVar[str | None] = "OptionList, #close"

    def __init__(
        self,
        alert: Alert,
        guide: str,
        actions: Sequence[ActionState],
        wording: Wording,
        words: RoomWords,
        age: str,
    ) -> None:
        super().__init__(wording)
        self._words = words
        self._alert = alert
        self._guide = guide
        self._actions = actions
        self._age = age

    def compose(self) -> ComposeResult:
        """The figures and since when, the guide, the actions, the way out."""
        alert = self._alert
        lines = [self.wording.line((" · ".join([*figures_of(alert, self._words), self._age]), "strong"))]
        if self._guide:
            lines += [Text(), *self.wording.lines(self._guide, "")]
        title = " ".join(part for part in (key_text(alert.key), alert.title or alert.rule) if part)
        options = [Option(self._of(action), id=action.id) for action in self._actions]
        choose = [OptionList(*options, markup=False, compact=True)] if options else []
        close = button(say("ui.close", self.lang), "close")
        yield self.box(title, Static(Text("\n").join(lines)), below=choose, buttons=(close,))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    @on(Button.Pressed, "#close")
    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)

    def _of(self, action: ActionState) -> Text:
        if not action.allowed:
            why = say(action.why, self.lang) if action.why is not None else say("ui.not_allowed", self.lang)
            return self.wording.line((f"{action.title}  ", "muted"), (why, "muted"))
        words, style = action_state_words(action, self.lang)
        return self.wording.line((f"{action.title}  ", "strong"), (words or action.key, style))


def filled(inputs: Mapping[str, InputSpec], alert: Alert, state: FeedState) -> dict[str, str]:
    """What an alert gives for an action's inputs: its row, and its key where another feed calls it so too."""
    row = row_of(alert, state)
    given = prefill(inputs, alert.feed, row)
    for name, spec in inputs.items():
        column = spec.from_.column if spec.from_ is not None else name
        if name not in given and column in state.key_columns and row.get(column) is not None:
            given[name] = text_of(row[column])
    return given
