"""The line a panel's rows are filtered by, typed at the foot while the rows change above it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from situationroom.ui.held_keys import Opening


class FilterScreen(Opening, ModalScreen[None]):
    """Filters as one types; Enter keeps the filter, Esc takes it away."""

    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "clear", show=False)]

    def __init__(self, title: str, words: str, apply: Callable[[str], None]) -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._apply = apply

    def compose(self) -> ComposeResult:
        """One field at the foot."""
        yield Input(self._words, placeholder=self._title, compact=True, select_on_focus=False)

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        self._apply(event.value)

    @on(Input.Submitted)
    def _keep(self) -> None:
        self.dismiss(None)

    def action_clear(self) -> None:
        """Show all rows again."""
        self._apply("")
        self.dismiss(None)
