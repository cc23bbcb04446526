"""What a person types, selects or is called stays data: in SQL, HTTP, argv, on screens, in the journal."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import asyncpg
import pytest
from aiohttp import web

from situationroom.actions.asked import Asked, Confirmation
from situationroom.commands._open import open_layout, open_room, person_of
from situationroom.demo.servers import HttpServer
from situationroom.engine.room import LiveRoom
from situationroom.errors import RoomError
from situationroom.values import RunState, RunStatus
from tests.helpers import wait_until
from tests.live.program import SITUATIONROOM, program

EVIL = (
    "'; drop table thing; --",
    "x' or 'a'='a",
    "$1",
    "${HOME}",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned #",
    "| touch pwned",
    "../../admin",
    "..",
    "a/b?c=d#e",
    "%2e%2e%2fadmin",
    "x HTTP/1.1\r\nX-Evil: 1\r\n\r\nDELETE /",
    '", "out": true, "x": "',
    "[bold]red[/bold]",
    "[/]",
    "\x1b]0;pwned\x07\x1b[2J",
    "‮거꾸로",
    "--help",
    "줄\n바꿈",
)
NAME = "[red]김[/]\x1b]0;pwned\x07\x1b[31m'; drop table thing; --"

SCHEMA = """
create table thing (name text primary key, touched_by text, times int not null default 0);
create table said (run text, words text, person text);
"""

LAYOUT = """
room: "시험 [bold]상황실[/bold]"
journal: room.journal
sources:
  kos: {{type: postgres, dsn: {dsn}}}
  partner: {{type: http, url: {url}}}
feeds:
  things: {{source: kos, every: 1s, sql: select name from thing order by name, key: name}}
panels:
  things: {{type: table, feed: things, title: 목록}}
pages:
  상황: |
    things
people:
  kim: {{name: {name}, roles: [operator]}}
actions:
  touch:
    key: t
    kind: sql
    source: kos
    roles: [operator]
    inputs: {{words: {{title: 이름, from: {{feed: things, column: name}}}}}}
    preview: {{sql: "select name, times from thing where name = $1", args: [words]}}
    run:
      sql: update thing set times = times + 1, touched_by = $2 where name = $1
      args: [words, actor]
    max_rows: 1
  say:
    kind: batch
    source: kos
    roles: [operator]
    inputs: {{words: {{title: 말}}}}
    count: {{sql: "select count($1::text)", args: [words]}}
    step: {{sql: "insert into said values ($1, $2, $3)", args: [run, words, actor]}}
  send:
    kind: http
    source: partner
    roles: [operator]
    inputs: {{words: {{title: 말}}}}
    path: /things/$words/state
    params: {{q: $words}}
    json: {{words: $words, by: $actor, nested: [$words]}}
  run:
    kind: command
    roles: [operator]
    argv: [{python}, -c, "import json, sys; print(json.dumps(sys.argv[1:]))", --, $words, $actor]
    inputs: {{words: {{title: 말}}}}
    cwd: {folder}
"""


class Seen(NamedTuple):
    """One request as it came over the wire."""

    method: str
    raw_path: str
    query: str
    headers: set[str]
    body: object


class Partner:
    """Remembers every request."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        application = web.Application()
        application.router.add_route("*", r"/{path:[\s\S]*}", self._take)
        self.server = HttpServer(application)

    async def _take(self, request: web.Request) -> web.Response:
        self.seen.append(
            Seen(
                request.method,
                request.raw_path,
                request.query["q"],
                set(request.headers),
                await request.json(),
            )
        )
        return web.json_response({})


@asynccontextmanager
async def room(database: str, folder: Path) -> AsyncIterator[tuple[LiveRoom, Partner]]:
    partner = Partner()
    await partner.server.start()
    connection = await asyncpg.connect(database, timeout=5)
    await connection.execute(SCHEMA)
    await connection.executemany("insert into thing (name) values ($1)", [(words,) for words in EVIL])
    await connection.close(timeout=5)
    path = written(folder, database, f"http://127.0.0.1:{partner.server.port}/base")
    layout, types = open_layout(str(path))
    try:
        async with open_room(layout, types) as opened:
            await wait_until(lambda: opened.latest("things").reading is not None)
            yield opened, partner
    finally:
        await partner.server.stop()


def written(folder: Path, dsn: str, url: str) -> Path:
    values = {"dsn": dsn, "url": url, "name": NAME, "python": sys.executable, "folder": str(folder)}
    path = folder / "room.yaml"
    path.write_text(LAYOUT.format(**{name: json.dumps(value) for name, value in values.items()}), "utf-8")
    return path


async def asked(room: LiveRoom, action: str, words: str) -> Asked:
    return await room.ask(action, {"words": words}, person_of(room.layout, "kim"))


async def fired(room: LiveRoom, action: str, words: str) -> RunStatus:
    wish = await asked(room, action, words)
    await room.fire(wish.run, Confirmation(wish.preview.target))
    return await room.finished(wish.run)


async def rows(database: str, sql: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(database, timeout=5)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close(timeout=5)


async def test_in_sql_it_touches_the_one_row_of_that_very_name(database: str, tmp_path: Path) -> None:
    async with room(database, tmp_path) as (opened, _):
        for words in EVIL:  # each is the name of a row, so it is taken from a feed as a selected one would be
            run = await fired(opened, "touch", words)
            assert run.state is RunState.DONE, (words, run.reason)
        for words in EVIL:
            assert (await fired(opened, "say", words)).state is RunState.DONE, words
    assert set(await rows(database, "select name, times, touched_by from thing")) == {
        (words, 1, "kim") for words in EVIL
    }
    assert sorted(await rows(database, "select words, person from said")) == sorted(
        (words, "kim") for words in EVIL
    )


async def test_in_http_it_is_one_segment_one_value_and_never_a_header(database: str, tmp_path: Path) -> None:
    async with room(database, tmp_path) as (opened, partner):
        await fired(opened, "send", "plain")
        plain = partner.seen.pop()
        for words in EVIL:
            if words == "..":
                with pytest.raises(RoomError):
                    await fired(opened, "send", words)
                continue
            run = await fired(opened, "send", words)
            assert run.state is RunState.DONE, (words, run.reason)
            seen = partner.seen.pop()
            assert not partner.seen, "one request alone"
            path = seen.raw_path.partition("?")[0]
            segment = path.removeprefix("/base/things/").removesuffix("/state")
            assert "/" not in segment
            assert unquote(segment) == words
            assert seen.query == words
            assert seen.body == {"words": words, "by": "kim", "nested": [words]}
            assert (seen.method, seen.headers) == ("POST", plain.headers)


async def test_in_argv_it_is_one_argument_and_no_shell_sees_it(database: str, tmp_path: Path) -> None:
    async with room(database, tmp_path) as (opened, _):
        for words in EVIL:
            wish = await asked(opened, "run", words)
            await opened.fire(wish.run, Confirmation(wish.preview.target))
            run = await opened.finished(wish.run)
            assert run.state is RunState.DONE, (words, run.reason)
            assert run.result is not None
            assert json.loads(str(run.result.values["last"])) == ["--", words, "kim"]
    assert not list(tmp_path.glob("**/pwned"))


async def test_names_and_words_reach_no_screen_and_no_journal_as_escapes_or_markup(
    database: str, tmp_path: Path
) -> None:
    async with room(database, tmp_path) as (opened, _):
        for words in EVIL:
            await fired(opened, "say", words)
    for form in ("table", "csv", "jsonl", "json"):
        answer = await printed("journal", tmp_path / "room.yaml", "--format", form)
        assert "pwned" in answer, "it is there all the same"
        assert not {"\x1b", "\x07", "\r"} & set(answer)
        if form == "table":
            assert "\u202e" not in answer


async def test_a_wall_shows_evil_names_as_they_are_and_obeys_none(database: str, tmp_path: Path) -> None:
    async with room(database, tmp_path):
        path = tmp_path / "room.yaml"
        async with program("run", path, "--as", "kim", size=(120, 40)) as terminal:
            raw = bytearray()
            terminal.tap = raw.extend
            await terminal.wait_for("[bold]red[/bold]", 15)
            await terminal.wait_for("시험 [bold]상황실[/bold]", 5)
            await terminal.wait_for("[red]김[/]", 5)
            assert terminal.title != "pwned"
            assert b"]0;pwned" not in raw.replace(b"\\x1b]0;pwned", b"")
            terminal.press("q")


async def printed(*words: str | Path) -> str:
    """What the program prints."""
    process = await asyncio.create_subprocess_exec(
        *SITUATIONROOM, *map(str, words), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(30):
        said, _ = await process.communicate()
    return said.decode()
