"""An action's preview and the progress of its run, written to a terminal line by line."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from situationroom.actions.base import Preview
from situationroom.formats import cell, printable
from situationroom.i18n import say
from situationroom.values import RunStatus


def show_preview(console: Console, preview: Preview, lang: str) -> None:
    """What will happen: in a sentence, the state before and after, the rows, the statement, what to mind."""
    console.print(Text(printable(say(preview.what, lang)), "bold"))
    if preview.after is not None:
        change = say("actions.state_change", lang, before=preview.before.text, after=preview.after)
    else:
        change = say("actions.state_now", lang, before=preview.before.text)
    console.print(Text(printable(change)))
    if preview.rows:
        table = Table()
        for column in preview.columns:
            table.add_column(Text(printable(column)))
        for row in preview.rows:
            table.add_row(*(Text(cell(row.get(column), lang=lang)) for column in preview.columns))
        console.print(table)
    for line in preview.statement.splitlines():
        console.print(Text(printable(line), "dim"))
    for warning in preview.warnings:
        console.print(Text("▲ " + printable(say(warning, lang)), "yellow"))


class RunBar:
    """The progress of a run that counts items, on a terminal; nothing for one that does not."""

    def __init__(self, console: Console, lang: str) -> None:
        self._lang = lang
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(say("actions.going", lang), total=None, rate="", visible=False)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, run: RunStatus) -> None:
        """Where the run stands."""
        if run.total is not None:
            rate = say("actions.rate", self._lang, rate=run.rate_per_s) if run.rate_per_s else ""
            self._bar.update(self._task, completed=run.done, total=run.total, rate=rate, visible=True)
