"""What all dialogs share: a small box over the moving wall, closed by Esc, its buttons in sight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Static

from situationroom.ui.hangul import JAMO
from situationroom.ui.held_keys import Opening
from situationroom.ui.preview import Wording

R = TypeVar("R")

SHORT = 16
"""Screens with fewer rows than this get dialogs without anything to spare."""


class Dialog(Opening, ModalScreen[R]):
    """A modal screen whose background is translucent, so that figures are seen to move behind it.

    Textual repaints the screen below a modal one as it changes; nothing of ours is paused by a dialog.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]
    # Textual declares these two as instance variables, which rules ClassVar out.
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (34, "-phone"), (60, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (SHORT, "-tall")]  # noqa: RUF012

    def __init__(self, wording: Wording) -> None:
        super().__init__()
        self.wording = wording
        self.lang = wording.lang

    def bind_letters(self, actions: Mapping[str, str]) -> None:
        """Bind letters of this dialog to its actions, under a Korean input method too."""
        for letter, action in actions.items():
            self._bindings.bind(f"{letter},{JAMO[letter]}", action, show=False)

    def box(self, title: str, body: Widget, *below: Widget, buttons: tuple[Button, ...]) -> Widget:
        """The dialog's box: title, a body that scrolls, what stands below it, the buttons."""
        return Vertical(
            Static(Content(self.wording.plain(title)), classes="title"),
            VerticalScroll(body, classes="body", can_focus=False),
            Vertical(*below, Horizontal(*buttons, classes="buttons"), classes="foot"),
            classes="box",
        )

    def action_close(self) -> None:
        """Close without an answer."""
        self.dismiss(None)


def button(label: str, name: str, *, loud: bool = False, disabled: bool = False) -> Button:
    """A button whose label is text, never markup."""
    made = Button(Content(label), id=name, disabled=disabled, compact=True)
    made.set_class(loud, "-loud")
    return made
