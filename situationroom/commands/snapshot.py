"""``situationroom snapshot``: a picture of a room in a file, without a terminal."""

from __future__ import annotations

import asyncio
import math
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

import click

from situationroom.commands._lang import lang_option
from situationroom.commands._open import open_layout, open_room, page_of, person_of
from situationroom.commands._world import demo_person, world_env
from situationroom.disk import why_unwritten
from situationroom.engine.interface import Room
from situationroom.errors import ShareError, UsageError
from situationroom.layout.fields import seconds
from situationroom.paint.page import build_panels
from situationroom.share.snapshot import SUFFIXES, snapshot
from situationroom.values import Person, Status

FIRST_ANSWERS_S = 10.0
"""How long a snapshot waits for every feed's first answer, where it is not told how long."""

ACTION_STATES_S = 2.0
"""How much longer it waits for the states of actions."""

_SIZE = re.compile(r"(\d{1,4})x(\d{1,4})")


@click.command("snapshot")
@click.argument("layout")
@click.option("-o", "--output", required=True, metavar="FILE", help=".txt, .md, .svg, .json, or - for text.")
@click.option("--demo", is_flag=True, help="Start the demo world for it.")
@click.option("--after", metavar="TIME", help="Wait this long first, such as 20s. [default: first answers]")
@click.option(
    "--size",
    default="200x50",
    show_default=True,
    help="Columns x rows; where panels stand in columns, as many rows as they need.",
)
@click.option("--page", help="The page to show. [default: the first]")
@click.option("--as", "person", metavar="PERSON", help="Show the actions as this person may fire them.")
@lang_option
def command(
    layout: str,
    output: str,
    demo: bool,
    after: str | None,
    size: str,
    page: str | None,
    person: str | None,
    lang: str | None,
) -> int:
    """Write a picture of the room to a file; exit code 1 when one of its feeds failed."""
    suffix = ".txt" if output == "-" else Path(output).suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError("share.suffix", file=output)
    width, height = _size(size)
    wait_s = None if after is None else _wait(after)
    picture, well = asyncio.run(_picture(layout, lang, demo, wait_s, page, suffix, width, height, person))
    if output == "-":
        click.echo(picture, nl=False)
    else:
        _write(Path(output), picture)
    return 0 if well else 1


async def _picture(
    name: str,
    lang: str | None,
    demo: bool,
    wait_s: float | None,
    page: str | None,
    suffix: str,
    width: int,
    height: int,
    wanted: str | None,
) -> tuple[str, bool]:
    """The picture, and whether every feed was well when it was taken."""
    async with world_env(name, demo) as env:
        layout, types = open_layout(name, env, lang)
        page = page_of(layout, page)
        person = person_of(layout, wanted or demo_person(layout, demo))
        panels = build_panels(layout, types.panels)
        async with open_room(layout, types) as room:
            if wait_s is None:
                await _first_answers(room, person)
            else:
                await asyncio.sleep(wait_s)
            picture = snapshot(room, panels, page, suffix, width, height, person)
            states = [room.latest(feed).status(room.now()) for feed in layout.feeds]
    return picture, not {Status.FAILED, Status.STALE} & set(states)


async def _first_answers(room: Room, person: Person) -> None:
    """Wait until every feed has answered or failed, then a little for the actions' states."""
    changes = room.watch()
    with suppress(TimeoutError):
        async with asyncio.timeout(FIRST_ANSWERS_S):
            while not all(_answered(room, feed) for feed in room.layout.feeds):
                await anext(changes)
        async with asyncio.timeout(ACTION_STATES_S):
            while any(math.isinf(action.state_age_s) for action in room.actions(person)):
                await anext(changes)


def _answered(room: Room, feed: str) -> bool:
    state = room.latest(feed)
    return state.reading is not None or state.failure is not None


def _size(value: str) -> tuple[int, int]:
    """``200x50`` → columns and rows."""
    match = _SIZE.fullmatch(value.strip().lower())
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (20 <= width <= 1_000 and 5 <= height <= 1_000):
        raise UsageError("share.size", value=value)
    return width, height


def _wait(value: str) -> float:
    try:
        wait_s = seconds(value)
    except ValueError:
        wait_s = None
    if not isinstance(wait_s, float) or wait_s < 0:
        raise UsageError("share.after", value=value)
    return wait_s


def _write(file: Path, picture: str) -> None:
    """The whole file or nothing: written beside it, then moved into its place.

    Raises:
        ShareError: it cannot be written there.

    """
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        beside = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(picture)
            beside.chmod(0o666 & ~_umask())
            beside.replace(file)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ShareError("share.unwritable", file=str(file), detail=why_unwritten(error, file)) from None


def _umask() -> int:
    """The process's umask; there is no way to read it without setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
