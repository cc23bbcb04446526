"""``situationroom new``: a small working room to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from situationroom.errors import UsageError
from situationroom.i18n import say

SCAFFOLD = Path(__file__).parent.parent / "scaffold"


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Write a small working room with comments into DIR. Nothing is ever overwritten."""
    for file in write_scaffold(folder):
        click.echo(file)
    click.echo(say("new.next", layout=folder / "room.yaml"))


def write_scaffold(folder: Path) -> list[Path]:
    """Copy the scaffold's files into ``folder``, made where it is not there.

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
    try:
        for target, file in wanted.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8") as stream:
                stream.write(file.read_text("utf-8"))
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise UsageError("new.unwritable", folder=str(folder), detail=detail) from error
    return list(wanted)
