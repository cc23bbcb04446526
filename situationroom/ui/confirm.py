"""The question before a run: what will happen, and a yes that fits its risk."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar, Literal

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.events import Key as KeyPress
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from situationroom.actions.asked import Asked, Confirmation
from situationroom.actions.subject import same_word
from situationroom.formats import printable
from situationroom.i18n import say
from situationroom.ui.dialog import SHORT, Dialog, button
from situationroom.ui.preview import Wording
from situationroom.ui.who import WhoField

Answer = Confirmation | Literal["again"] | None
"""A yes, the wish for a fresh preview, or a no."""


class ConfirmScreen(Dialog[Answer]):
    """Shows a preview and takes a confirmation: by a press, or by typing the target's name.

    With ``who`` the PIN of whoever asks has to be given as well. Focus starts where something has to be
    typed, else on Cancel. When the preview is too old it can only be made again.
    """

    AUTO_FOCUS: ClassVar[str | None] = "#target, #pin, #cancel"

    def __init__(
        self,
        asked: Asked,
        title: str,
        now: Callable[[], datetime],
        wording: Wording,
        *,
        who: WhoField | None = None,
        guide: str = "",
    ) -> None:
        super().__init__(wording)
        self._asked = asked
        self.about = asked.call.action
        self._title = title
        self._now = now
        self._who = who
        self._guide = guide
        self._wordy = self._typed or who is not None
        self.bind_letters({"r": "again"} if self._wordy else {"y": "confirm", "r": "again"})

    def compose(self) -> ComposeResult:
        """Title, preview, the field to type in, the time left, the buttons."""
        target = self._asked.preview.target
        below: list[Widget] = []
        if self._typed:
            short = printable(target) if self.app.size.height < SHORT else ""  # the hint is not shown there
            below.append(Static(self._hint("ui.type_target", "accent", target), id="hint"))
            below.append(Input(placeholder=short, compact=True, select_on_focus=False, id="target"))
        if self._who is not None:
            below.append(self._who)
        below.append(Static(self.wording.expiry(self._asked, self._now()), id="expiry"))
        if self._asked.confirmation == "two-person":
            yes = "ui.ask_approval_typed" if self._wordy else "ui.ask_approval"
        else:
            yes = "ui.fire_typed" if self._wordy else "ui.fire"
        yield self.box(
            self._title,
            Static(self.wording.preview(self._asked.preview, self._title), id="preview"),
            *self._guided(),
            *self.folded(self._asked.preview.statement),
            below=below,
            buttons=(
                button(say("ui.cancel", self.lang), "cancel"),
                button(say(yes, self.lang), "fire", loud=True, disabled=self._typed),
                button(say("ui.again", self.lang), "again"),
            ),
        )

    def _guided(self) -> list[Widget]:
        if not self._guide:
            return []
        return [Static(Text("\n").join([Text(), *self.wording.lines(self._guide, "muted")]), id="guide")]

    def on_mount(self) -> None:
        """Count down to the end of the preview."""
        super().on_mount()
        self.set_interval(1.0, self._tick)
        self._tick()

    def on_key(self, event: KeyPress) -> None:
        """Typing goes into the field wherever the focus is."""
        fields = self.query(Input)
        if fields and event.is_printable and event.character and event.character != " ":
            field = fields.first()
            if not isinstance(self.focused, Input) and not self.expired:
                field.focus()
                field.insert_text_at_cursor(event.character)
                event.stop()
                event.prevent_default()

    @property
    def expired(self) -> bool:
        """Whether the preview is too old to be confirmed."""
        return self._now() >= self._asked.expires

    @on(Input.Changed)
    def _look_at_typed(self) -> None:
        self._tick()

    @on(Input.Submitted)
    @on(Button.Pressed, "#fire")
    def action_confirm(self) -> None:
        """Say yes, if it is the right yes."""
        if self.expired:
            self._tick()
        elif self._matches and self._who is not None:
            if not self._who.pin:
                self._who.query_one("#pin").focus()
            else:
                self.run_worker(self._prove(self._who))
        elif self._matches:
            self.dismiss(Confirmation(self._field if self._typed else ""))
        else:
            hint = self._hint("ui.not_target", "critical", self._asked.preview.target)
            self.query_one("#hint", Static).update(hint)
            self.query_one("#hint").add_class("-wrong")

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Ask for a fresh preview."""
        self.dismiss("again")

    @on(Button.Pressed, "#cancel")
    def action_close(self) -> None:
        """Say no."""
        self.dismiss(None)

    async def _prove(self, who: WhoField) -> None:
        """Say yes once the PIN is right."""
        by = await who.prove()
        if by is not None:
            self.dismiss(Confirmation(self._field if self._typed else "", by))

    @property
    def _typed(self) -> bool:
        return self._asked.confirmation == "type"

    @property
    def _field(self) -> str:
        return unicodedata.normalize("NFC", self.query_one("#target", Input).value.strip())

    @property
    def _matches(self) -> bool:
        return not self._typed or same_word(self._field, self._asked.preview.target)

    def _tick(self) -> None:
        self.query_one("#expiry", Static).update(self.wording.expiry(self._asked, self._now()))
        self.query_one("#fire", Button).disabled = self.expired or not self._matches
        self.query_one("#again", Button).display = self.expired
        self.query_one("#expiry").set_class(self.expired, "-over")

    def _hint(self, identifier: str, style: str, target: str) -> Text:
        return self.wording.line((say(identifier, self.lang, target=target), style))
