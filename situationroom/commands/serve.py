"""``situationroom serve``: the room in browsers of this machine."""

from __future__ import annotations

import asyncio
import signal
import sys

import click

from situationroom.commands._lang import lang_option
from situationroom.commands._open import open_layout, person_of
from situationroom.commands._world import demo_person, world_env
from situationroom.errors import UsageError
from situationroom.formats import printable
from situationroom.i18n import say


@click.command("serve")
@click.argument("layout")
@click.option("--host", default="127.0.0.1", show_default=True, help="Only this machine, for now.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65_535), help="0 takes a free one."
)
@click.option("--demo", is_flag=True, help="Start the demo world for it.")
@lang_option
def command(layout: str, host: str, port: int, demo: bool, lang: str | None) -> int:
    """Put the room in a browser. Each browser gets a screen of its own."""
    from situationroom.web.terminal import is_loopback  # aiohttp is slow to import: not for --help

    if not is_loopback(host):
        raise UsageError("web.loopback_only", host=host)
    asyncio.run(_serve(layout, host, port, demo, lang))
    return 0


async def _serve(name: str, host: str, port: int, demo: bool, lang: str | None) -> None:
    from situationroom.web.terminal import TerminalServer

    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, over.set)
    async with world_env(name, demo) as env:
        layout, _ = open_layout(name, env, lang)
        mine = person_of(layout, None)
        # Whoever opens a browser is not the OS user that serves it: theirs is a claim until they show a PIN.
        person = demo_person(layout, demo) or (mine.id if mine.id in layout.people else None)
        options = [*(["--as", person] if person else []), *(["--lang", lang] if lang else [])]
        program = [sys.executable, "-m", "situationroom", "run", name, *options]
        server = TerminalServer(program, layout.room, host, port, env)
        await server.run(
            over,
            lambda url: click.echo(printable(say("web.serving", layout.lang, room=layout.room, url=url))),
        )
