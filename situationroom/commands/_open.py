"""From a layout's name to a running room: the one place where the parts are put together."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from difflib import get_close_matches
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from situationroom.actions.assembly import assembled
from situationroom.actions.fire import Firing
from situationroom.catalog import Catalog, catalog
from situationroom.engine.clock import Clock, SystemClock
from situationroom.engine.room import LiveRoom, Parts
from situationroom.errors import UsageError
from situationroom.journal import Journal
from situationroom.layout.load import load
from situationroom.layout.models import Layout
from situationroom.paths import bundled, default_journal, heads_dir
from situationroom.people.proofs import Proofs
from situationroom.people.sign_in import SignIn
from situationroom.people.users import UsersFile, users_path
from situationroom.people.who import here, os_login, who
from situationroom.sources.base import Source
from situationroom.values import Message, Person

_MOST_NAMED = 8
"""Files of a folder that are named where the folder was given for a file."""


def open_layout(
    name: str, env: Mapping[str, str] | None = None, lang: str | None = None
) -> tuple[Layout, Catalog]:
    """Load a layout by path, or by the name of a shipped one, with the plug-ins beside it.

    ``env`` is added to the environment, for ``${…}`` in the layout; ``lang`` is the language of its words
    where it is not the layout's own.

    Raises:
        UsageError: there is no such file or shipped name.
        LayoutError: it has problems; all of them.
        PluginError: a plug-in beside it cannot be loaded.
    """
    path = find_layout(name)
    types = catalog(path.parent)
    return load(path, types, {**os.environ, **(env or {})}, name=name, lang=lang), types


def find_layout(name: str) -> Path:
    """The file of a layout: a path as it is, else ``layouts/<name>.yaml`` of the shipped ones."""
    path = Path(name)
    try:
        if path.is_file():
            return path
    except PermissionError:
        return path  # that it may not be read is said by who reads it
    shipped = {file.stem: file for file in bundled("layouts").glob("*.yaml")}
    if name in shipped:
        return shipped[name]
    if path.is_dir():
        inside = ", ".join(str(file) for file in sorted(path.glob("*.yaml"))[:_MOST_NAMED])
        hint: Message | str = Message("cli.layouts_inside", {"files": inside}) if inside else ""
        raise UsageError("cli.layout_is_folder", name=name, hint=hint)
    if path.exists():
        raise UsageError("cli.layout_no_file", name=name)
    near = get_close_matches(name, shipped, n=1)
    if near:
        raise UsageError("cli.no_layout_near", name=name, near=near[0])
    raise UsageError("cli.no_layout", name=name, shipped=", ".join(sorted(shipped)))


def page_of(layout: Layout, wanted: str | None) -> str | None:
    """The page somebody asks for by name or title; None for none in particular.

    Raises:
        UsageError: there is no such page.

    """
    page = None if wanted is None else layout.page_called(wanted)
    if wanted is not None and page is None:
        pages = ", ".join(layout.page_title(name) for name in layout.pages)
        raise UsageError("share.page", page=wanted, pages=pages)
    return page


def person_of(layout: Layout, wanted: str | None) -> Person:
    """Who sits at this terminal: ``--as``, else whoever's ``login`` is the OS user, else a guest."""
    return who(layout, wanted, os_login())


def journal_path(layout: Layout) -> Path:
    """Where a layout's journal is: its own word, relative to its file, else the user's state folder."""
    if layout.journal is not None:
        return layout.path.parent / layout.journal
    return default_journal(layout.path)


def sign_in_desk(layout: Layout, journal: Journal, clock: Clock) -> SignIn:
    """Where the people of a layout show their PINs to this process."""
    users = UsersFile(users_path(layout))
    return SignIn(layout, users, journal, clock.now, here(os_login()))


def proofs_of(layout: Layout, journal: Journal, clock: Clock) -> Proofs:
    """What this process's door believes of people."""
    return Proofs(layout, sign_in_desk(layout, journal, clock), os_login())


def sources_of(layout: Layout, types: Catalog) -> dict[str, Source[Any, Any]]:
    """Every source of a layout by name, not yet opened; each knows the room's time zone."""
    sources = {name: types.sources[spec.type](name, spec.options) for name, spec in layout.sources.items()}
    zone = ZoneInfo(layout.timezone)
    for source in sources.values():
        source.zone = zone
    return sources


@asynccontextmanager
async def open_room(
    layout: Layout, types: Catalog, *, clock: Clock | None = None, begin: bool = True
) -> AsyncIterator[LiveRoom]:
    """A room running in this process; with ``begin=False`` it waits for :meth:`LiveRoom.begin`."""
    clock = clock or SystemClock(layout.timezone)
    sources = sources_of(layout, types)
    actions = assembled(layout, types.actions, sources)
    async with AsyncExitStack() as stack:
        journal = Journal(journal_path(layout), heads_dir())
        stack.push_async_callback(journal.close)
        parts = Parts(
            layout,
            sources,
            lambda feed_state, changed, trouble: Firing(
                layout,
                actions,
                journal,
                clock,
                feed_state,
                changed,
                new_id=lambda: uuid.uuid4().hex,
                where=here(os_login()),
                trust=proofs_of(layout, journal, clock),
                trouble=trouble,
            ),
        )
        room = await stack.enter_async_context(LiveRoom(parts, clock, Random()))  # noqa: S311 - jitter, not secrets
        if begin:
            room.begin()
        yield room
