"""Holding all actions, and letting go: what it means, the reason, the yes."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Button, Input, Static

from situationroom.actions.asked import Hold
from situationroom.i18n import say
from situationroom.ui.dialog import Dialog, button
from situationroom.ui.preview import Wording
from situationroom.values import Message


class HoldScreen(Dialog[str | None]):
    """Answers with the reason why all actions shall be held, which may be empty; None for no."""

    AUTO_FOCUS: ClassVar[str | None] = "#reason"

    def __init__(self, running: int, wording: Wording) -> None:
        super().__init__(wording)
        self._going_on = running

    def compose(self) -> ComposeResult:
        """What it means, the reason, the buttons."""
        lines = [self.wording.line((say("ui.hold_what", self.lang), "warning"))]
        if self._going_on:
            lines.append(self.wording.line((say("ui.hold_running", self.lang, count=self._going_on), "")))
        reason = Input(placeholder=say("ui.hold_why", self.lang), compact=True, id="reason")
        yield self.box(
            say("ui.hold_title", self.lang),
            Vertical(Static(Text("\n").join(lines), classes="field"), reason),
            buttons=(
                button(say("ui.cancel", self.lang), "cancel"),
                button(say("ui.hold", self.lang), "hold", loud=True),
            ),
        )

    @on(Input.Submitted)
    @on(Button.Pressed, "#hold")
    def action_hold(self) -> None:
        """Hold."""
        self.dismiss(self.query_one("#reason", Input).value.strip())

    @on(Button.Pressed, "#cancel")
    def action_close(self) -> None:
        """Do not."""
        self.dismiss(None)


class ReleaseScreen(Dialog[bool | None]):
    """Answers with True to let actions be fired again. Focus starts on Cancel."""

    AUTO_FOCUS: ClassVar[str | None] = "#cancel"

    def __init__(self, hold: Hold, wording: Wording) -> None:
        super().__init__(wording)
        self._hold = hold
        self.bind_letters({"y": "release"})

    def compose(self) -> ComposeResult:
        """Who holds, since when and why; the buttons."""
        hold = self._hold
        words = say("ui.held_by", self.lang, person=hold.person.name, since=self.wording.clock(hold.since))
        lines = [self.wording.line((words, "warning"))]
        if hold.reason:
            lines.append(self.wording.line((hold.reason, "")))
        yield self.box(
            say("ui.release_title", self.lang),
            Static(Text("\n").join(lines)),
            buttons=(
                button(say("ui.cancel", self.lang), "cancel"),
                button(say("ui.release", self.lang), "release", loud=True),
            ),
        )

    @on(Button.Pressed, "#release")
    def action_release(self) -> None:
        """Let go."""
        self.dismiss(True)

    @on(Button.Pressed, "#cancel")
    def action_close(self) -> None:
        """Go on holding."""
        self.dismiss(None)


class AlarmScreen(Dialog[bool | None]):
    """Answers with True where a person notes that the journal lost what it held. Focus starts on Cancel."""

    AUTO_FOCUS: ClassVar[str | None] = "#cancel"

    def __init__(self, alarm: Message, wording: Wording) -> None:
        super().__init__(wording)
        self._alarm = alarm
        self.bind_letters({"y": "acknowledge"})

    def compose(self) -> ComposeResult:
        """What happened, what it means, the buttons."""
        lines = [
            self.wording.line((say(self._alarm, self.lang), "critical")),
            self.wording.line((say("ui.alarm_what", self.lang), "")),
        ]
        yield self.box(
            say("ui.alarm_title", self.lang),
            Static(Text("\n").join(lines)),
            buttons=(
                button(say("ui.cancel", self.lang), "cancel"),
                button(say("ui.acknowledge", self.lang), "acknowledge", loud=True),
            ),
        )

    @on(Button.Pressed, "#acknowledge")
    def action_acknowledge(self) -> None:
        """Take note."""
        self.dismiss(True)

    @on(Button.Pressed, "#cancel")
    def action_close(self) -> None:
        """Not yet."""
        self.dismiss(None)
