"""A room's actions on a real database, without its feeds: what the tests of firing stand on."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType
from zoneinfo import ZoneInfo

import asyncpg

from situationroom.actions.assembly import assembled
from situationroom.actions.fire import Asked, Confirmation, Firing
from situationroom.actions.waiting import Clock
from situationroom.catalog import catalog
from situationroom.journal import Entry, Journal
from situationroom.layout.load import load
from situationroom.layout.models import Layout
from situationroom.people.proofs import Proofs
from situationroom.people.sign_in import SignIn
from situationroom.people.users import UsersFile
from situationroom.people.who import who
from situationroom.values import ActionState, FeedState, Person, Reading, Row, RunStatus, Value

KIM = Person("kim", "김운영", frozenset({"operator"}))
LEE = Person("lee", "이조회", frozenset({"viewer"}))

SCHEMA = """
create table reference (code text primary key, enabled boolean not null, changed_by text);
insert into reference values ('SKIP', false, ''), ('SPONSOR', true, '');
create table error_queue (
  id serial primary key, code text not null, state text not null default 'ERROR', tried_in text
);
create table waiting (no int primary key, agency text not null, released_by text);
"""

LAYOUT = """
room: 시험 상황실
sources:
  kos: {type: postgres, dsn: "${DSN}", pool: 8}
  web: {type: http, url: "http://127.0.0.1:9/"}
feeds:
  agencies: {source: kos, every: 5s, sql: "select 1 as error_rate, 'KAIT' as agency", key: agency}
  errors: {source: kos, every: 5s, sql: "select 'E01' as code"}
people:
  kim: {name: 김운영, roles: [operator], login: [kim, kim.ops]}
  park: {name: 박승인, roles: [operator], login: park}
  lee: {name: 이조회, roles: [viewer], login: lee}
actions:
  skip:
    title: 사전체크 SKIP
    key: k
    kind: toggle
    source: kos
    roles: operator
    state: {sql: "select enabled from reference where code = 'SKIP'"}
    set:
      sql: "update reference set enabled = $1, changed_by = $2 where code = 'SKIP'"
      args: [value, actor]
"""


class ShiftedClock:
    """Real time, moved on by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(ZoneInfo("Asia/Seoul")) + self.ahead

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class FiringRoom:
    """The parts a test touches."""

    firing: Firing
    journal: Journal
    clock: Clock
    dsn: str
    layout: Layout
    path: Path
    me: Person = KIM
    feeds: dict[str, FeedState] = field(default_factory=dict)

    async def ask(
        self, action: str, values: Mapping[str, Value] | None = None, person: Person = KIM
    ) -> Asked:
        return await self.firing.ask(action, values or {}, person)

    async def fire(
        self, action: str, values: Mapping[str, Value] | None = None, person: Person = KIM
    ) -> RunStatus:
        """Ask, confirm as it must be, and wait for the end."""
        asked = await self.ask(action, values, person)
        await self.firing.fire(asked.run, Confirmation(typed=asked.preview.target))
        return await self.firing.finished(asked.run)

    async def entries(self) -> list[Entry]:
        return [entry async for entry in self.journal.entries()]

    async def kinds(self) -> list[str]:
        return [entry.kind for entry in await self.entries()]

    async def sql(self, statement: str, *args: object) -> list[asyncpg.Record]:
        """Ask the database beside the room."""
        connection = await asyncpg.connect(self.dsn, timeout=10)
        try:
            return await connection.fetch(statement, *args, timeout=10)
        finally:
            await connection.close(timeout=5)

    def run(self, run: str) -> RunStatus:
        """A run as this room's screens see it; fails where they do not."""
        return next(one for one in self.firing.runs() if one.id == run)

    def state(self, action: str, person: Person = KIM) -> ActionState:
        """An action as this room's screens see it."""
        return next(one for one in self.firing.states(person) if one.id == action)

    def feed(self, name: str, *rows: Row, age_s: float = 0.0) -> None:
        """Give a feed a reading of so many seconds ago."""
        then = self.clock.now() - timedelta(seconds=age_s)
        columns = tuple(rows[0]) if rows else ()
        self.feeds[name] = FeedState(name, 5.0, 15.0, Reading(name, 1, then, then, 0.01, columns, rows))


def write_layout(folder: Path, actions: str = "", sources: str = "") -> Path:
    """The layout above with more actions and one more source, as a file."""
    path = folder / "firing.yaml"
    more = "\n".join("  " + line for line in dedent(actions).strip().splitlines())
    text = LAYOUT.replace("feeds:\n", f"  {sources}\nfeeds:\n", 1) if sources else LAYOUT
    path.write_text(text + more + "\n", "utf-8")
    return path


@asynccontextmanager
async def firing_room(
    dsn: str,
    folder: Path,
    actions: str = "",
    *,
    schema: bool = True,
    clock: Clock | None = None,
    login: str = "",
    changed: Callable[[], None] = lambda: None,
    sources: str = "",
    env: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[FiringRoom]:
    """Actions of a layout on the database of ``dsn``. Kinds of ``folder/actions`` may be used."""
    path = write_layout(folder, actions, sources)
    types = catalog(folder)
    layout = load(path, types, {"DSN": dsn, **env})
    opened = {name: types.sources[spec.type](name, spec.options) for name, spec in layout.sources.items()}
    made = assembled(layout, types.actions, opened)
    clock = clock or ShiftedClock()
    kept = Journal(folder / "state" / "firing.journal", busy_s=0.2, timeout_s=5)
    feeds = {name: FeedState(name, 5.0, 15.0) for name in layout.feeds}
    desk = SignIn(layout, UsersFile(folder / "users.yaml"), kept, clock.now, "test@here")
    firing = Firing(
        layout,
        made,
        kept,
        clock,
        feeds.__getitem__,
        changed,
        lambda: uuid.uuid4().hex,
        "test@here",
        Proofs(layout, desk, login),
    )
    me = who(layout, None, login) if login else KIM
    room = FiringRoom(firing, kept, clock, dsn, layout, path, me, feeds)
    if schema:
        await _script(dsn, SCHEMA)
    looking = asyncio.create_task(going_on(firing))
    try:
        yield room
    finally:
        await firing.close()
        looking.cancel()
        await asyncio.wait([looking])
        await kept.close()
        for source in opened.values():
            await source.close()


async def going_on(firing: Firing) -> None:
    """All that goes on beside the feeds, for ever; a room keeps each part going by itself."""
    async with asyncio.TaskGroup() as tasks:
        for name, follow in firing.parts().items():
            tasks.create_task(follow(), name=name)


async def _script(dsn: str, script: str) -> None:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        await connection.execute(script, timeout=10)
    finally:
        await connection.close(timeout=5)
