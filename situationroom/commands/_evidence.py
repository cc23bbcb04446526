"""A month's audit evidence, written out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from situationroom.commands._journal_verdict import fault_said
from situationroom.formats import printable
from situationroom.i18n import say
from situationroom.journal import Entry
from situationroom.journal.evidence import Evidence, evidence
from situationroom.journal.evidence_export import case_facts, csv_lines, facts, lines
from situationroom.journal.export import json_text
from situationroom.layout.models import Layout


def print_evidence(
    read: Callable[[], Iterable[Entry]],
    since: datetime,
    until: datetime,
    layout: Layout,
    form: str,
    cells: int,
) -> int:
    """Print it; 1 where the journal was altered up to the end of the month."""
    found = evidence(read, since, until)
    zone = ZoneInfo(layout.timezone)
    names = {name: person.name for name, person in layout.people.items()}
    match form:
        case "json":
            click.echo(json_text(facts(found, names)))
        case "jsonl":
            for case in found.cases:
                click.echo(json_text(case_facts(case, names)))
        case "csv":
            for line in csv_lines(found, names):
                click.echo(line)
        case _:
            click.echo(
                say(
                    "journal.evidence_title", layout.lang, room=printable(layout.room), month=f"{since:%Y-%m}"
                )
            )
            if found.sound:
                click.echo(_sound(found, layout.lang))
            for line in lines(found, layout.lang, zone, cells, names):
                click.echo(line)
    if found.chain.fault is not None:  # also one after the month: whoever keeps evidence has to hear of it
        click.echo(fault_said(found.chain, layout.lang, zone), err=True)
    return 0 if found.sound else 1


def _sound(found: Evidence, lang: str) -> str:
    if not found.head:
        return say("journal.evidence_empty", lang)
    return say("journal.evidence_sound", lang, hash=found.head)
