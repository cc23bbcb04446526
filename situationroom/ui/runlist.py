"""Runs as a list to choose from, for a screen whose page has no panel of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from situationroom.i18n import say
from situationroom.paint.runs import run_due, run_mark, run_state
from situationroom.ui.dialog import Dialog, button
from situationroom.ui.preview import Wording
from situationroom.values import RunStatus

MOST = 100


class RunsScreen(Dialog[str | None]):
    """Answers with the id of the chosen run; those that nobody knows the end of stand on top."""

    AUTO_FOCUS: ClassVar[str | None] = "OptionList, #close"

    def __init__(
        self, runs: Sequence[RunStatus], title_of: Callable[[str, str], str], wording: Wording
    ) -> None:
        super().__init__(wording)
        self._runs = sorted(runs, key=lambda run: not run.unsettled)[:MOST]
        self._title_of = title_of

    def compose(self) -> ComposeResult:
        """Two lines a run, so that a finger meets the right one."""
        lang = self.lang
        options = [Option(self._lines(run), id=run.id) for run in self._runs]
        body = (
            OptionList(*options, markup=False, compact=True) if options else Static(say("ui.no_runs", lang))
        )
        yield self.box(say("ui.runs_title", lang), body, buttons=(button(say("ui.close", lang), "close"),))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    @on(Button.Pressed)
    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)

    def _lines(self, run: RunStatus) -> Text:
        mark, style = run_mark(run)
        due = [part for words, tone in run_due(run, self.lang) for part in (("  ", ""), (words, tone))]
        first = self.wording.line((f"{mark} ", style), (self._title_of(run.action, run.subject), "strong"))
        who = f"{self.wording.clock(run.started)} {run.person.name}  "
        second = self.wording.line(("  ", ""), (who, "muted"), run_state(run, self.lang), *due)
        return Text("\n").join([first, second])
