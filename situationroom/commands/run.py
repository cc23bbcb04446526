"""``situationroom run``: the room in this terminal."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping

import click

from situationroom.catalog import Catalog
from situationroom.commands._lang import lang_option
from situationroom.commands._open import open_layout, open_room, page_of, person_of
from situationroom.commands._terminal import need_screen
from situationroom.engine.interface import Room
from situationroom.errors import ShareError
from situationroom.layout.models import Layout
from situationroom.paint.page import Panels, build_panels
from situationroom.ui.app import RoomApp
from situationroom.ui.terminal import settle_glyphs
from situationroom.values import Message, Person

ENDINGS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""Signals that end the screen as ``q`` does, so that nothing is left behind."""


@click.command("run")
@click.argument("layout")
@click.option("--as", "person", metavar="PERSON", help="Who sits here, by the layout's people.")
@click.option("--page", help="The page to begin with. [default: the first]")
@click.option("--theme", type=click.Choice(["dark", "light", "mono"]), default="dark", show_default=True)
@lang_option
@click.pass_obj
def command(
    debug: bool, layout: str, person: str | None, page: str | None, theme: str, lang: str | None
) -> int:
    """Show the room LAYOUT, a path or a shipped name, in this terminal."""
    return run_layout(layout, {}, person, page=page, theme=theme, lang=lang, debug=bool(debug))


def run_layout(
    name: str,
    env: Mapping[str, str],
    person: str | None,
    *,
    page: str | None = None,
    theme: str = "dark",
    lang: str | None = None,
    debug: bool = False,
) -> int:
    """Run a layout on this terminal until somebody leaves; 1 when it ended by an error.

    ``env`` is added to the environment for the layout's ``${…}``.

    Raises:
        UsageError: there is no terminal to draw on, or no such page.

    """
    need_screen()
    layout, types = open_layout(name, env, lang)
    page = page_of(layout, page)
    return asyncio.run(_run(layout, types, person_of(layout, person), page, theme, debug))


async def _run(
    layout: Layout, types: Catalog, person: Person, page: str | None, theme: str, debug: bool
) -> int:
    glyphs = settle_glyphs(layout.glyphs)
    panels = build_panels(layout, types.panels)
    async with open_room(layout, types, begin=False) as room:

        async def share(shown: str) -> Message:
            return await _share(room, panels, shown, person)

        app = RoomApp(
            room, panels, person=person, share=share, glyphs=glyphs, theme=theme, page=page,
            ready=room.begin, debug=debug,
        )  # fmt: skip
        loop = asyncio.get_running_loop()
        for number in ENDINGS:
            loop.add_signal_handler(number, app.exit)
        await app.run_async()
    return app.return_code or 0


async def _share(room: Room, panels: Panels, page: str, person: Person) -> Message:
    """Send a page to every channel of the layout; says which took it.

    Raises:
        ShareError: there is no channel, or one of them did not take it.
    """
    from situationroom.share.chat import send
    from situationroom.share.text import chat_text

    channels = room.layout.channels
    if not channels:
        raise ShareError("share.no_channels")
    title, text = chat_text(room, panels, page, person)
    sent = await asyncio.gather(
        *(send(name, channel, title, text) for name, channel in channels.items()), return_exceptions=True
    )
    for problem in sent:
        if isinstance(problem, BaseException):
            raise problem
    return Message("share.sent", {"channels": ", ".join(channels)})
