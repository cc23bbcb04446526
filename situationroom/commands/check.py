"""``situationroom check``: whether a layout is right and every feed of it answers."""

from __future__ import annotations

import asyncio
from random import Random

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from situationroom.commands._open import open_layout
from situationroom.engine.check import Asked, Findings, check
from situationroom.engine.clock import SystemClock
from situationroom.formats import printable
from situationroom.i18n import say
from situationroom.values import Status

NARROWEST = 120
"""Cells of the table where it is not written to a terminal."""

_STYLES = {Status.LIVE: "green", Status.EMPTY: "yellow", Status.FAILED: "bold red"}
_MARKS = {Status.LIVE: "●", Status.EMPTY: "–", Status.FAILED: "■"}


@click.command()
@click.argument("layout")
@click.pass_context
def command(ctx: click.Context, layout: str) -> None:
    """Validate LAYOUT, then open every source and ask every feed once.

    Exits 1 when a feed failed or a column is used that its feed does not give.
    """
    room, types = open_layout(layout)
    sources = {name: types.sources[spec.type](name, spec.options) for name, spec in room.sources.items()}
    clock = SystemClock(room.timezone)
    findings = asyncio.run(check(room, sources, clock, Random()))  # noqa: S311 - jitter, not secrets
    _show(findings)
    for missing in findings.missing:
        click.echo(printable(f"{layout}: {missing.path}: {say(missing.what)}"), err=True)
    if not findings.good:
        ctx.exit(1)


def _show(findings: Findings) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(console.width, NARROWEST))
    if not findings.asked:
        console.print(Text(say("check.no_feeds")))
        return
    table = Table()
    for heading in ("feed", "source", "state", "rows", "columns", "took", "remark"):
        right = heading in ("rows", "took")
        table.add_column(say(f"check.{heading}"), justify="right" if right else "left", overflow="fold")
    for asked in findings.asked:
        table.add_row(*_cells(asked))
    console.print(table)
    if findings.good:
        console.print(Text(say("check.fine", feeds=len(findings.asked))))


def _cells(asked: Asked) -> list[Text]:
    failed = asked.status is Status.FAILED
    return [
        Text(printable(asked.feed)),
        Text(printable(asked.source)),
        Text(f"{_MARKS[asked.status]} {say(f'check.{asked.status}')}", style=_STYLES[asked.status]),
        Text("" if failed else f"{asked.rows:,}"),
        Text(printable(", ".join(asked.columns))),
        Text(say("check.took_ms", ms=asked.took_s * 1_000)),
        Text(printable(" · ".join(say(remark) for remark in asked.remarks))),
    ]
