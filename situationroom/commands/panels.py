"""``situationroom panels``: the panel types a layout may use, and their options."""

from __future__ import annotations

import inspect
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from situationroom.catalog import catalog
from situationroom.formats import printable
from situationroom.i18n import say
from situationroom.layout.options import Option, options_of

NARROWEST = 120
"""Cells of a table where it is not written to a terminal."""


@click.command()
@click.option(
    "--beside",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder whose own panels are taken in.",
)
def command(beside: Path | None) -> None:
    """List the panel types with their options."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(console.width, NARROWEST))
    panels = catalog(beside).panels
    for name, panel in sorted(panels.items()):
        about = (inspect.getdoc(panel) or "").partition("\n")[0]
        console.print(Text.assemble((printable(name), "bold"), "  ", printable(about)))
        options = list(options_of(panel.Options))
        if options:
            console.print(_table(options))
        else:
            console.print(Text(f"  {say('layout.no_options')}", style="dim"))
        console.print()
    for failure in panels.failures():
        click.echo(printable(say(failure), None), err=True)


def _table(options: list[Option]) -> Table:
    table = Table(expand=True)
    for heading, ratio in (("name", 3), ("type", 4), ("default", 2), ("doc", 7)):
        table.add_column(say(f"layout.option_{heading}"), ratio=ratio, overflow="fold")
    for option in options:
        default = say("layout.option_required") if option.required else option.default
        cells = (option.name, say(option.type), default, option.doc)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table
