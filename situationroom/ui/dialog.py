"""What all dialogs share: a small box over the moving wall, closed by Esc, its buttons in sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Static

from situationroom.hangul import JAMO
from situationroom.i18n import say
from situationroom.ui.dialog_box import Body, Box
from situationroom.ui.held_keys import Opening, Stands
from situationroom.ui.placing import side_of
from situationroom.ui.preview import Wording

if TYPE_CHECKING:
    from situationroom.ui.app import RoomApp

R = TypeVar("R")

SHORT = 16
"""Screens with fewer rows than this get dialogs without anything to spare."""

BOX_CELLS = 76
"""Widest a dialog gets, as in theme.tcss."""

TOOL_CELLS = 18
"""A button among several that change something; as many stand side by side as there is room for."""


class Dialog(Opening, ModalScreen[R]):
    """A modal screen whose background is translucent, so that figures are seen to move behind it.

    Textual repaints the screen below a modal one as it changes; nothing of ours is paused by a dialog.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        Binding("pageup", "turn(-1)", show=False),
        Binding("pagedown", "turn(1)", show=False),
        Binding("f2", "unfold", show=False),
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]
    about = ""
    """The action that is asked about."""

    # Textual declares these two as instance variables, which rules ClassVar out.
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (34, "-phone"), (60, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (SHORT, "-tall")]  # noqa: RUF012

    def __init__(self, wording: Wording) -> None:
        super().__init__()
        self.wording = wording
        self._more = ""
        self._begun = False
        self.lang = wording.lang

    def bind_letters(self, actions: Mapping[str, str]) -> None:
        """Bind letters of this dialog to its actions, under a Korean input method too."""
        for letter, action in actions.items():
            self._bindings.bind(f"{letter},{JAMO[letter]}", action, show=False)

    def box(
        self, title: str, *body: Widget, below: Sequence[Widget] = (), buttons: tuple[Button, ...]
    ) -> Widget:
        """The dialog's box: title, a body that scrolls, what stands below it, the buttons."""
        return Box(
            Static(Content(self.wording.plain(title)), classes="title"),
            Body(*body, classes="body", can_focus=False),
            Static("", id="more", markup=False),
            Vertical(*below, Horizontal(*buttons, classes="buttons"), classes="foot"),
            classes="box",
        )

    def folded(self, statement: str) -> tuple[Widget, ...]:
        """SQL or a request, unfolded by a key or a tap: what it is must be there, and not in the way."""
        if not statement:
            return ()
        lines = [self.wording.line((part, "muted")) for part in statement.splitlines()]
        unfold = button(self.wording.plain(say("ui.unfold", self.lang, count=len(lines))), "unfold")
        text = Static(Text("\n").join(lines), id="statement")
        text.display = False
        return unfold, text

    @on(Button.Pressed, "#unfold")
    def action_unfold(self) -> None:
        """Show the statement, or fold it again."""
        for text in self.query("#statement"):
            text.display = not text.display

    def action_step(self, lines: int) -> None:
        """Scroll a body that is only read, as far as it goes; else go from field to field."""
        for body in self.query(".body").results(VerticalScroll):
            goes_on = body.scroll_y > 0 if lines < 0 else body.scroll_y < body.max_scroll_y
            if goes_on and not body.query("Input, OptionList"):
                body.scroll_relative(y=lines, animate=False)
                return
        if lines < 0:
            self.focus_previous()
        else:
            self.focus_next()

    def action_turn(self, pages: int) -> None:
        """Turn the body's pages, wherever the focus is."""
        for body in self.query(".body").results(VerticalScroll):
            body.scroll_relative(y=pages * max(1, body.size.height - 1), animate=False)

    def on_mount(self) -> None:
        """Stand where the figures of the question stay in sight; say how much of the body does not."""
        if self.about:
            app = cast("RoomApp", self.app)
            self.styles.align_horizontal = side_of(
                self.app.size.width, min(self.app.size.width, BOX_CELLS), app.figures_of(self.about)
            )
        self.screen_layout_refresh_signal.subscribe(self, self._tell_more, immediate=True)
        for part in self._scrolling:
            self.watch(part, "scroll_y", self._tell_more, init=False)

    @on(Stands)
    def _begin_on_top(self) -> None:
        """Show the beginning with the focus in sight: it was given before the body had its height."""
        if self._begun:
            return
        self._begun = True
        for body in self.query(".body").results(VerticalScroll):
            body.scroll_home(animate=False, immediate=True)
            if self.focused is not None and body in self.focused.ancestors:
                body.scroll_to_widget(self.focused, animate=False, immediate=True)

    @property
    def _scrolling(self) -> list[Widget]:
        """The body, and a list that alone stands in it."""
        return [*self.query(".body, .body > OptionList")]

    def _tell_more(self, _: object = None) -> None:
        """Say that the body goes on, where a scroll bar alone would be overlooked."""
        parts = self._scrolling
        above = round(sum(part.scroll_y for part in parts))
        below = round(sum(part.max_scroll_y for part in parts)) - above
        sides = (("ui.more_above", above), ("ui.more_below", below))
        said = [say(side, self.lang, count=lines) for side, lines in sides if lines > 0]
        words = self.wording.plain("  ".join(said))
        if words != self._more:
            self._more = words
            self.query_one("#more", Static).update(words, layout=False)

    def action_close(self) -> None:
        """Close without an answer."""
        self.dismiss(None)


class Complaint(Static):
    """What is wrong with what was given; takes no line while nothing is."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual calls it so
        super().__init__("", classes="wrong", id=id, markup=False)
        self.display = False

    def say(self, words: str) -> None:
        """Show it; "" takes it away."""
        self.update(Content(words))
        self.display = bool(words)


def button(label: str, name: str, *, loud: bool = False, disabled: bool = False) -> Button:
    """A button whose label is text, never markup."""
    made = Button(Content(label), id=name, disabled=disabled, compact=True)
    made.set_class(loud, "-loud")
    return made
