"""The question before leaving while a run goes on, or something is still to come of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Button, Static

from situationroom.actions.machine import UNDER_WAY
from situationroom.i18n import say
from situationroom.ui.dialog import Dialog, button
from situationroom.ui.preview import Wording
from situationroom.values import Message, Person, RunState, RunStatus


def unfinished(
    runs: Iterable[RunStatus], person: Person, title: Callable[[str, str], str]
) -> tuple[Message, ...]:
    """What goes on or waits of ``person``'s runs and of this program's, and what leaving means for each."""
    mine = (run for run in runs if run.here or run.person.id == person.id)
    found = ((run, _why(run)) for run in mine)
    return tuple(Message(why, {"title": title(run.action, run.subject)}) for run, why in found if why)


def _why(run: RunStatus) -> str:
    if run.state in UNDER_WAY:
        return "ui.leave_running" if run.here else "ui.leave_elsewhere"
    if run.state is RunState.AWAITING:
        return "ui.leave_awaiting" if run.here else "ui.leave_elsewhere"
    if run.unsettled:
        return "ui.leave_unknown"
    return "ui.leave_verifying" if run.verify_left_s is not None else ""


class LeaveScreen(Dialog[bool | None]):
    """Answers with True to leave. Focus starts on Cancel."""

    AUTO_FOCUS: ClassVar[str | None] = "#cancel"

    def __init__(self, unfinished: Sequence[Message], wording: Wording) -> None:
        super().__init__(wording)
        self._unfinished = unfinished

    def compose(self) -> ComposeResult:
        """What goes on or waits, and the two ways."""
        lang = self.wording.lang
        lines = [self.wording.line((f"· {say(each, lang)}", "warning")) for each in self._unfinished]
        yield self.box(
            say("ui.quit_title", lang),
            Static(Text("\n").join(lines)),
            buttons=(
                button(say("ui.cancel", lang), "cancel"),
                button(say("ui.quit", lang), "leave", loud=True),
            ),
        )

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "leave")
