"""``situationroom check``: whether a layout is right and every feed of it answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from situationroom.actions.assembly import assembled
from situationroom.actions.trials import TriedAction
from situationroom.commands._open import open_layout, sources_of
from situationroom.engine.check import Asked, Findings, check
from situationroom.engine.clock import SystemClock
from situationroom.formats import printable
from situationroom.i18n import say
from situationroom.layout.yaml_nodes import written
from situationroom.values import Status

NARROWEST = 120
"""Cells of the table where it is not written to a terminal."""

_STYLES = {Status.LIVE: "green", Status.EMPTY: "yellow", Status.FAILED: "bold red"}
_MARKS = {Status.LIVE: "●", Status.EMPTY: "–", Status.FAILED: "■"}


@click.command()
@click.argument("layout")
@click.pass_context
def command(ctx: click.Context, layout: str) -> None:
    """Validate LAYOUT, then open every source, ask every feed once and try what actions are made of.

    Nothing is fired. Exits 1 when a feed failed, a column is used that its feed does not give, or a part of
    an action would not do.
    """
    room, types = open_layout(layout)
    sources = sources_of(room, types)
    actions = assembled(room, types.actions, sources).values()
    clock = SystemClock(room.timezone)
    findings = asyncio.run(check(room, sources, clock, Random(), actions))  # noqa: S311 - jitter, not secrets
    _show(findings)
    for problem in findings.problems:
        click.echo(printable(replace(problem, file=layout).text()), err=True)
    if not findings.good:
        ctx.exit(1)


def _show(findings: Findings) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(console.width, NARROWEST))
    console.print(_feeds(findings) if findings.asked else Text(say("check.no_feeds")))
    if findings.actions:
        console.print(_actions(findings.actions))
        console.print(Text(say("check.not_fired")))
    if findings.good:
        console.print(Text(say("check.fine", feeds=len(findings.asked), actions=len(findings.actions))))


def _feeds(findings: Findings) -> Table:
    table = Table()
    for heading in ("feed", "source", "state", "rows", "columns", "took", "remark"):
        right = heading in ("rows", "took")
        table.add_column(say(f"check.{heading}"), justify="right" if right else "left", overflow="fold")
    for asked in findings.asked:
        table.add_row(*_cells(asked))
    return table


def _actions(tries: tuple[TriedAction, ...]) -> Table:
    """A row for each action: what of it was tried, and what would not do or could not be tried."""
    table = Table()
    for heading in ("action", "kind", "source", "state", "tried", "remark"):
        table.add_column(say(f"check.{heading}"), overflow="fold")
    for one in tries:
        parts = [written(part.path) for part in one.parts if part.tried]
        state, style, mark = ("failed", "bold red", "■") if one.faults else ("live", "green", "●")
        if not parts:
            state, style, mark = "untried", "yellow", "–"
        remarks = [f"{written(part.path)}: {say(part.trouble)}" for part in one.parts if part.trouble]
        table.add_row(
            Text(printable(one.action)),
            Text(printable(one.kind)),
            Text(printable(one.source)),
            Text(f"{mark} {say(f'check.{state}')}", style=style),
            Text(printable(", ".join(parts))),
            Text(printable(" · ".join(remarks))),
        )
    return table


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
