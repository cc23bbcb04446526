"""An action's preview and the progress of its run, written to a terminal line by line."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from situationroom.actions.asked import Approval
from situationroom.actions.base import Preview, State
from situationroom.formats import printable
from situationroom.i18n import say
from situationroom.paint.words import Heading
from situationroom.values import Message, RunStatus


def show_preview(console: Console, preview: Preview, lang: str) -> None:
    """What will happen: in a sentence, the state before and after, the rows, the statement, what to mind.

    Lines are broken for a terminal only, and those of the statement never: it is there to be copied.
    """
    whole = not console.is_terminal
    for line in say(preview.what, lang).splitlines():
        console.print(Text(printable(line), "bold"), soft_wrap=whole)
    if preview.after is not None:
        change = say("actions.state_change", lang, before=preview.before.text, after=preview.after)
    else:
        change = say("actions.state_now", lang, before=preview.before.text)
    console.print(Text(printable(change)), soft_wrap=whole)
    if preview.brake is not None:
        console.print(Text(printable(say(preview.brake, lang))), soft_wrap=whole)
    if preview.rows:
        table = Table()
        headings = preview.headings or tuple(Heading(name, name) for name in preview.columns)
        for heading in headings:
            table.add_column(Text(printable(heading.title)))
        for row in preview.rows:
            table.add_row(*(Text(one.shown(row.get(one.column), lang)) for one in headings))
        console.print(table)
    for line in preview.statement.splitlines():
        console.print(Text(printable(line), "dim"), soft_wrap=True)
    for warning in preview.warnings:
        console.print(Text("▲ " + printable(say(warning, lang)), "yellow"), soft_wrap=whole)


def show_approval(console: Console, waiting: Approval, lang: str) -> None:
    """What a second person is to approve: the asker's own preview, and the values they gave."""
    preview = Preview(
        at=waiting.asked,
        what=waiting.what,
        before=State({}, waiting.before or Message("–")),
        after=waiting.after,
        count=waiting.count,
        columns=waiting.columns,
        rows=waiting.rows,
        statement=waiting.statement,
        warnings=waiting.warnings,
        headings=waiting.headings,
        brake=waiting.brake,
    )
    show_preview(console, preview, lang)
    values = " ".join(f"{name}={value}" for name, value in waiting.values.items() if value is not None)
    if values:
        console.print(Text(printable(say("fire.values", lang, values=values))))


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


class Countdown:
    """A line that says what is waited for: on a terminal kept up to date, else written once."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("")
        self._shown = False

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._status.stop()

    def show(self, text: str) -> None:
        """What is waited for now."""
        if self._console.is_terminal:
            self._status.update(Text(text))
        elif not self._shown:
            self._console.print(Text(text), soft_wrap=True)
        self._shown = True
