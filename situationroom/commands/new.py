"""``situationroom new``: a small working room to begin with."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import click
from tzlocal import get_localzone_name

from situationroom.disk import why_unwritten
from situationroom.errors import UsageError
from situationroom.i18n import default_language, say

SCAFFOLD = Path(__file__).parent.parent / "scaffold"
_SEOUL = "Asia/Seoul"


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Write a small working room with comments into DIR, in this machine's language and time zone.

    Nothing is ever overwritten.
    """
    for file in write_scaffold(folder, default_language(), local_zone()):
        click.echo(file)
    click.echo(say("new.next", layout=folder / "room.yaml"))


def local_zone() -> str:
    """This machine's time zone by its IANA name; Seoul where it has none, or one that only it knows."""
    try:
        name = get_localzone_name()
        return ZoneInfo(name).key
    except (OSError, ValueError, KeyError, TypeError):
        return _SEOUL


def write_scaffold(folder: Path, lang: str, timezone: str) -> list[Path]:
    """Copy the scaffold's files into ``folder``, made where it is not there, in this language and zone.

    Raises:
        UsageError: one of them is there already, or the folder cannot be written. Then nothing was.

    """
    wanted = {
        folder / file.relative_to(SCAFFOLD): file
        for file in sorted(SCAFFOLD.rglob("*"))
        if file.suffix in (".yaml", ".py")
    }
    for target in wanted:
        if target.exists():
            raise UsageError("new.exists", file=str(target))
    made: list[Path] = []
    try:
        for target, file in wanted.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            made.append(target)
            with target.open("x", encoding="utf-8") as stream:
                stream.write(_settled(file.read_text("utf-8"), lang, timezone))
    except OSError as error:
        for target in made:
            target.unlink(missing_ok=True)  # half a room would be in the way of the next try
        detail = why_unwritten(error, folder / "room.yaml")
        raise UsageError("new.unwritable", folder=str(folder), detail=detail) from error
    return list(wanted)


def _settled(text: str, lang: str, timezone: str) -> str:
    """A file of the scaffold with the two settings that follow the machine."""
    own = {"lang: ko ": f"lang: {lang} ", f"timezone: {_SEOUL}": f"timezone: {timezone}"}
    for shipped, here in own.items():
        text = text.replace(shipped, here, 1)
    return text
