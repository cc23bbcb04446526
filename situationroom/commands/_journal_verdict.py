"""What a check of the journal found, said to whoever asked for it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from situationroom.formats import printable
from situationroom.i18n import say
from situationroom.journal.export import json_text
from situationroom.journal.verify import Check, Fault, Verdict


def print_verdict(verdict: Verdict, lang: str, zone: ZoneInfo, path: Path, form: str) -> int:
    """Say it; the exit code."""
    if form == "json":
        click.echo(json_text(verdict.facts()))
    elif verdict.sound:
        click.echo(sound_said(verdict, lang, zone))
        click.echo(say("journal.head", lang, hash=verdict.head))
        if verdict.found is not None:
            newer = verdict.count - verdict.found
            click.echo(say("journal.expected_found", lang, id=verdict.found, newer=newer))
        else:
            click.echo(say("journal.note_head", lang))
    if not verdict.sound:
        where = printable(str(path))
        click.echo(f"{where}: {fault_said(verdict, lang, zone)}", err=True)
    return 0 if verdict.sound else 1


def sound_said(verdict: Verdict, lang: str, zone: ZoneInfo) -> str:
    """``저널 이상 없음: 1,234건 …``."""
    if not verdict.count:
        return say("journal.sound_empty", lang)
    first, last = _time(verdict.first, zone), _time(verdict.last, zone)
    return say("journal.sound", lang, count=verdict.count, first=first, last=last)


def fault_said(verdict: Verdict, lang: str, zone: ZoneInfo) -> str:
    """The first place where the chain breaks, in one line; or that it lacks what was expected."""
    if verdict.fault is None:
        return say("journal.expected_missing", lang, hash=verdict.expected, count=verdict.count)
    return say(
        f"journal.fault_{verdict.fault.check}",
        lang,
        **_values(verdict.fault, zone),
        check=verdict.fault.check,
    )


def _values(fault: Fault, zone: ZoneInfo) -> dict[str, object]:
    """The figures of its sentence; of a gap also the last number that is missing."""
    last = max(fault.shown_by - 1, fault.id) if fault.check is Check.NUMBER else fault.id
    return {
        "id": fault.id, "at": _time(fault.at, zone), "shown_by": fault.shown_by, "last": last,
        "detail": printable(fault.detail),
    }  # fmt: skip


def _time(at: str, zone: ZoneInfo) -> str:
    """A stored time for a reader; as it stands where somebody made it none."""
    try:
        return datetime.fromisoformat(at).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError):
        return printable(at) or "–"
