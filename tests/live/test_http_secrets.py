"""What services echo of a request: never a secret in a reason, a note, a preview or the journal."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from aiohttp import web
from websockets.asyncio.server import ServerConnection, serve

from situationroom.catalog import catalog
from situationroom.errors import SourceError
from situationroom.i18n import LANGUAGES, say
from situationroom.layout.load import load
from situationroom.sources.http import HttpSource
from situationroom.sources.websocket import WebsocketSource
from situationroom.values import Message, RunState
from tests.helpers import wait_until
from tests.live.firing_room import firing_room
from tests.live.test_http_source import LIMIT_S, served

SECRETS = {
    "HEADER_TOKEN": "header-t0ken",
    "QUERY_TOKEN": "query+t0ken",
    "PATH_TOKEN": "path-t0ken",
    "BODY_TOKEN": 'body "t0ken"',
    "PARAM_TOKEN": "param/t0ken",
    "PASSWORD": "passw0rd-t0ken",
}

SOURCE = """{type: http, url: "http://127.0.0.1:%s/hook/${PATH_TOKEN}?key=query%%2Bt0ken",
    headers: {Authorization: "Bearer ${HEADER_TOKEN}", X-Key: written-t0ken, X-Sig: "v1:${QUERY_TOKEN}"},
    auth: {user: watcher, password: "${PASSWORD}"}}"""

ROOM = """
room: t
sources:
  w: SOURCE
  s:
    type: websocket
    url: "ws://127.0.0.1:PORT/live?key=${QUERY_TOKEN}"
    headers: {X-Key: "${HEADER_TOKEN}"}
feeds:
  asked:
    source: w
    method: POST
    path: "a/${PARAM_TOKEN}"
    params: {w: 60, k: "${PARAM_TOKEN}"}
    json: {b: ["${BODY_TOKEN}"]}
  streamed: {source: s, subscribe: {token: "${BODY_TOKEN}"}}
panels:
  a: {type: table, feed: asked}
pages:
  p: |
    a
"""


def assert_silent(said: str) -> None:
    """Nothing in ``said`` gives a secret away, in any form."""
    assert "t0ken" not in said
    assert "watcher" not in said


async def echo(request: web.BaseRequest) -> web.Response:
    """Everything of the request, in an error."""
    body = (await request.read()).decode()
    head = "\n".join(f"{name}: {value}" for name, value in request.headers.items() if name != "User-Agent")
    decoded = f"{request.path} {dict(request.query)} {body}"
    status = 200 if request.path.endswith("odd") else 400
    return web.Response(
        status=status, text=f"<p>no: {request.raw_path}\n{decoded}\n{head}", content_type="text/plain"
    )


def room_with(folder: Path, port: int) -> tuple[HttpSource, WebsocketSource, dict[str, object]]:
    path = folder / "room.yaml"
    text = ROOM.replace("SOURCE", SOURCE % port).replace("PORT", str(port))
    path.write_text(text, "utf-8")
    layout = load(path, catalog(), SECRETS)
    http = HttpSource("w", layout.sources["w"].options)  # type: ignore[arg-type]
    stream = WebsocketSource("s", layout.sources["s"].options)  # type: ignore[arg-type]
    return http, stream, {name: feed.question for name, feed in layout.feeds.items()}


def said_in_both(message: Message) -> str:
    return " ".join(say(message, lang) for lang in LANGUAGES)


@pytest.mark.parametrize("path", ["", "/odd"])
async def test_a_failed_question_names_method_and_address_and_no_secret(tmp_path: Path, path: str) -> None:
    async with served(echo) as url:
        source, _, questions = room_with(tmp_path, int(url.rpartition(":")[2]))
        question = questions["asked"].model_copy(update={"path": f"a/{SECRETS['PARAM_TOKEN']}{path}"})  # type: ignore[attr-defined]
        with pytest.raises(SourceError) as caught:
            await source.ask(question, LIMIT_S)
        await source.close()
    said = said_in_both(caught.value.message)
    assert_silent(said)
    assert f"POST {url}/hook/•••/a/•••{path}?w=60&k=•••" in said
    assert "no: /hook/•••" in said


@pytest.mark.parametrize(
    "location", ["http://u:header-t0ken@elsewhere.example/?t=header-t0ken", "/x?header-t0ken"]
)
async def test_a_redirect_shows_no_secret_of_where_it_leads(tmp_path: Path, location: str) -> None:
    async def away(request: web.BaseRequest) -> web.Response:
        return web.Response(status=307, headers={"Location": location})

    async with served(away) as url:
        source, _, questions = room_with(tmp_path, int(url.rpartition(":")[2]))
        with pytest.raises(SourceError) as caught:
            await source.ask(questions["asked"], LIMIT_S)  # type: ignore[arg-type]
        await source.close()
    assert_silent(said_in_both(caught.value.message))


async def test_a_secret_that_the_cut_of_an_answer_goes_through_leaves_no_piece(tmp_path: Path) -> None:
    for before in range(60, 130, 7):

        async def long(request: web.BaseRequest, before: int = before) -> web.Response:
            return web.Response(status=500, text="x" * before + request.headers["X-Key"] * 9)

        async with served(long) as url:
            source, _, questions = room_with(tmp_path, int(url.rpartition(":")[2]))
            with pytest.raises(SourceError) as caught:
                await source.ask(questions["asked"], LIMIT_S)  # type: ignore[arg-type]
            await source.close()
        assert "writ" not in said_in_both(caught.value.message)


async def test_a_stream_names_its_address_and_shows_no_secret_it_is_told_back(tmp_path: Path) -> None:
    async def refuse(connection: ServerConnection) -> None:
        told = await connection.recv()
        assert connection.request is not None
        await connection.send(f"no: {told!s} {connection.request.headers['X-Key']}")
        await connection.close(1008, f"bad key {connection.request.headers['X-Key']}")

    async with serve(refuse, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        _, stream, questions = room_with(tmp_path, port)

        async def told() -> str:
            try:
                answer = await stream.ask(questions["streamed"], LIMIT_S)  # type: ignore[arg-type]
                said = " ".join(map(said_in_both, answer.notes))
            except SourceError as error:
                said = said_in_both(error.message)
            assert_silent(said)
            return said if "1008" in said else ""

        said = await wait_until(told, what="the closure")
        assert f"ws://127.0.0.1:{port}/live" in said
        await stream.close()


ACTION = """
tell:
  title: 알림
  kind: http
  source: admin
  path: /fire/$pin/${PARAM_TOKEN}
  params: {k: "${PARAM_TOKEN}"}
  json: {body: "${BODY_TOKEN}", pin: $pin, note: ok}
  headers: {X-Own: "${HEADER_TOKEN}"}
  no_effect: [STATUS]
  state: {path: "/state/${PARAM_TOKEN}", value: echo}
  inputs: {pin: {secret: true, default: pin-t0ken}}
"""


@pytest.mark.parametrize("status", [400, 500, 200])
async def test_an_action_previews_fails_and_is_journalled_without_secrets(
    database: str, tmp_path: Path, status: int
) -> None:
    async def handler(request: web.BaseRequest) -> web.Response:
        if request.method == "GET":
            return web.json_response({"echo": f"{request.raw_path} {request.headers['X-Key']} on"})
        answer = await echo(request)
        answer.set_status(status)
        return answer

    actions = ACTION.replace("STATUS", str(status) if status > 200 else "4xx")
    actions = actions if status > 200 else actions + "  check: ok\n"
    async with served(handler) as url:
        source = " ".join((SOURCE % url.rpartition(":")[2]).split())
        async with firing_room(
            database, tmp_path, actions, sources=f"admin: {source}", env=SECRETS, schema=False
        ) as room:
            asked = await room.ask("tell")
            assert asked.preview.statement.startswith(f"POST {url}/hook/•••/fire/•••/•••?k=•••\n")
            assert '"note": "ok"' in asked.preview.statement
            assert_silent(repr(asked.preview))
            run = await room.fire("tell")
            assert run.state is (RunState.FAILED if status > 200 else RunState.UNKNOWN)
            assert run.reason is not None
            said = said_in_both(run.reason)
            assert f"POST {url}/hook/•••/fire/•••/•••" in said
            assert f"{status}" in said
            assert_silent(said)
            assert_silent(json.dumps([repr(entry) for entry in await room.entries()], ensure_ascii=False))
    for file in (tmp_path / "state").iterdir():
        if file.is_file():
            raw = file.read_bytes().decode("utf-8", "replace")
            assert_silent(raw)
            assert quote(SECRETS["PARAM_TOKEN"], safe="") not in raw


async def test_a_state_that_cannot_be_asked_for_names_its_request_without_secrets(
    database: str, tmp_path: Path
) -> None:
    async with served(echo) as url:
        source = " ".join((SOURCE % url.rpartition(":")[2]).split())
        async with firing_room(
            database,
            tmp_path,
            ACTION.replace("STATUS", "4xx"),
            sources=f"admin: {source}",
            env=SECRETS,
            schema=False,
        ) as room:
            with pytest.raises(SourceError) as caught:
                await room.ask("tell")
    said = said_in_both(caught.value.message)
    assert f"GET {url}/hook/•••/state/•••" in said
    assert_silent(said)
