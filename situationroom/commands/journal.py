"""``situationroom journal``: all that was asked and fired in a room, written out."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.text import Text

from situationroom.commands._open import find_layout, journal_path
from situationroom.formats import printable
from situationroom.i18n import say
from situationroom.journal import Entry, Journal
from situationroom.journal.export import csv_header, csv_line, json_line, table
from situationroom.layout.load import load_head
from situationroom.layout.models import Layout

WIDEST = 400
"""Cells of the table where it is not written to a terminal."""


@click.command("journal")
@click.argument("layout")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True
)
def command(layout: str, form: str) -> None:
    """Print the journal of LAYOUT, oldest first.

    The room need not run, and its sources need not be configured.
    """
    asyncio.run(_print(load_head(find_layout(layout), os.environ, name=layout), form))


async def _print(layout: Layout, form: str) -> None:
    path = journal_path(layout)
    journal = Journal(path)
    try:
        entries = journal.entries() if path.exists() else _none()
        if form == "json":
            await _print_json(entries)
        elif form == "csv":
            click.echo(csv_header())
            async for entry in entries:
                click.echo(csv_line(entry))
        else:
            _print_table([entry async for entry in entries], layout)
    finally:
        await journal.close()


async def _print_json(entries: AsyncIterator[Entry]) -> None:
    """One JSON array, an entry a line."""
    before = "["
    async for entry in entries:
        click.echo(before)
        click.echo(json_line(entry), nl=False)
        before = ","
    click.echo("[]" if before == "[" else "\n]")


def _print_table(entries: list[Entry], layout: Layout) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDEST)
    if entries:
        console.print(table(entries, layout.lang, ZoneInfo(layout.timezone)))
    else:
        shown = printable(str(journal_path(layout)))
        console.print(Text(say("journal.empty", layout.lang, path=shown)), soft_wrap=True)


async def _none() -> AsyncIterator[Entry]:
    nothing: Iterable[Entry] = ()
    for entry in nothing:
        yield entry
