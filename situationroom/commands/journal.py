"""``situationroom journal``: what was asked, decided and fired in a room, written out or checked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from situationroom.commands._evidence import print_evidence
from situationroom.commands._journal_verdict import print_verdict
from situationroom.commands._moments import moment, month
from situationroom.commands._open import find_layout, journal_path
from situationroom.commands._world import demo_journal
from situationroom.errors import LayoutError, UsageError
from situationroom.formats import printable
from situationroom.i18n import say
from situationroom.journal import Entry
from situationroom.journal.export import csv_header, csv_line, json_line, lines
from situationroom.journal.heads import Heads
from situationroom.journal.reader import reading
from situationroom.journal.verify import SHORTEST_EXPECTED, verify
from situationroom.layout.load import load_head, load_people
from situationroom.layout.models import Layout
from situationroom.paths import heads_dir

WIDEST = 200
"""Cells of a table that is not written to a terminal."""

FORMATS = ("table", "json", "jsonl", "csv")


@click.command("journal")
@click.argument("layout")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option(
    "--since", metavar="TIME", help="From then on: 2026-11-22, '2026-11-22 09:00', 09:00, or 1h ago."
)
@click.option("--until", metavar="TIME", help="Before then; a date alone is that day too.")
@click.option("--person", metavar="ID", default="", help="What this person did.")
@click.option("--action", metavar="ID", default="", help="What concerns this action.")
@click.option("--run", metavar="ID", default="", help="One run; its first letters are enough.")
@click.option(
    "--verify", "check", is_flag=True, help="Name the first entry that was changed, removed or reordered."
)
@click.option(
    "--expect",
    metavar="HASH",
    default="",
    help="With --verify: a head noted earlier; it must still be there.",
)
@click.option(
    "--evidence", metavar="YYYY-MM", help="One month: requests matched with approvals and executions."
)
@click.option(
    "--file",
    "copy",
    type=click.Path(path_type=Path),
    help="Read this file or copy instead of the room's own.",
)
@click.option("--demo", is_flag=True, help="Read the journal of the last demo of this room.")
def command(
    layout: str,
    form: str,
    since: str | None,
    until: str | None,
    person: str,
    action: str,
    run: str,
    check: bool,
    expect: str,
    evidence: str | None,
    copy: Path | None,
    demo: bool,
) -> int:
    """Print the journal of LAYOUT, oldest first; verify it; or print a month's evidence.

    The room need not run, and its sources need not be configured. Nothing is written; a room may write
    meanwhile. Exits 1 where --verify or --evidence finds the journal altered.
    """
    _fits(
        check=check, expect=expect, evidence=evidence, filters=(since, until, person, action, run), form=form
    )
    if demo and copy is not None:
        raise UsageError("journal.not_together", one="--demo", other="--file")
    head = _head(layout)
    path = copy or (demo_journal(layout) if demo else journal_path(head))
    zone = ZoneInfo(head.timezone)
    now = datetime.now(zone)
    if check:
        with reading(path) as journal:
            expected = expect or ("" if copy else _noted(path, head.lang))
            return print_verdict(verify(journal.entries(), expected), head.lang, zone, path, form)
    if evidence is not None:
        first, after = month(evidence, now)
        with reading(path) as journal:
            return print_evidence(journal.entries, first, after, head, form, cells())
    start = moment(since, now) if since else None
    end = moment(until, now, ends=True) if until else None
    if copy is None and not path.exists():
        _print(iter(()), form, head, path, filtered=False)
        return 0
    with reading(path) as journal:
        found = journal.entries(run=run, action=action, person=person, since=start, until=end)
        _print(found, form, head, path, filtered=any((since, until, person, action, run)))
    return 0


def _noted(path: Path, lang: str) -> str:
    """The hash of the newest entry that this OS user's programs saw in a journal; "" where none is noted."""
    try:
        seen = Heads(heads_dir(), path).seen()
    except OSError as error:
        click.echo(say("journal.no_note", lang, why=error.strerror or type(error).__name__), err=True)
        return ""
    return seen.hash if seen is not None else ""


def _head(name: str) -> Layout:
    """The room as a whole and its people; without these where they are broken: ids are told all the same."""
    path = find_layout(name)
    try:
        return load_people(path, os.environ, name=name)
    except LayoutError:
        return load_head(path, os.environ, name=name)


def _fits(
    *, check: bool, expect: str, evidence: str | None, filters: tuple[str | None, ...], form: str
) -> None:
    """Whether the options go together.

    Raises:
        UsageError: they do not.

    """
    if check and evidence is not None:
        raise UsageError("journal.not_together", one="--verify", other="--evidence")
    if (check or evidence is not None) and any(filters):
        raise UsageError("journal.whole", option="--verify" if check else "--evidence")
    if check and form not in ("table", "json"):
        raise UsageError("journal.not_together", one="--verify", other=f"--format {form}")
    if expect and not check:
        raise UsageError("journal.expect_alone")
    if expect and not (len(expect) >= SHORTEST_EXPECTED and set(expect.lower()) <= set("0123456789abcdef")):
        raise UsageError("journal.not_a_hash", least=SHORTEST_EXPECTED)


def _print(entries: Iterator[Entry], form: str, layout: Layout, path: Path, *, filtered: bool) -> None:
    match form:
        case "json":
            _print_json(entries)
        case "jsonl":
            for entry in entries:
                click.echo(json_line(entry))
        case "csv":
            click.echo(csv_header())
            for entry in entries:
                click.echo(csv_line(entry))
        case _:
            _print_table(list(entries), layout, path, filtered=filtered)


def _print_json(entries: Iterator[Entry]) -> None:
    """One JSON array, an entry a line."""
    before = "["
    for entry in entries:
        click.echo(before)
        click.echo(json_line(entry), nl=False)
        before = ","
    click.echo("[]" if before == "[" else "\n]")


def _print_table(entries: list[Entry], layout: Layout, path: Path, *, filtered: bool) -> None:
    if not entries:
        what = "journal.none_match" if filtered else "journal.empty"
        click.echo(say(what, layout.lang, path=printable(str(path))))
        return
    names = {name: person.name for name, person in layout.people.items()}
    for line in lines(entries, layout.lang, ZoneInfo(layout.timezone), cells(), names):
        click.echo(line)


def cells() -> int:
    """Cells of the terminal that is written to; of a file, :data:`WIDEST`."""
    console = Console()
    return console.width if console.is_terminal else WIDEST
