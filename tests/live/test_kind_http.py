"""Requests to a service: what is sent, what is shown, and the truth about what came of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from situationroom.errors import ActionDenied, LayoutError, RoomError, SourceError
from situationroom.i18n import say
from situationroom.values import Person, RunState, Value
from tests.helpers import reason_in
from tests.live.faults import Proxy
from tests.live.firing_room import FiringRoom, firing_room
from tests.live.kinds import ATTEMPTS

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

REGISTER = """
register:
  title: 기관 장애등록
  kind: http
  source: admin
  method: PUT
  path: /v1/agencies/$agency/outage
  params: {by: $actor, until: $until}
  json: {agency: $agency, reason: $reason, percent: $percent, pin: $pin, on: true, cost: $$5}
  headers: {X-Room: launch}
  check: "result == 'OK'"
  timeout: 1s
  state: {path: /v1/agencies/$agency, value: "outage && '등록' || '정상'"}
  inputs:
    agency: {default: KAIT}
    reason: {type: reason, default: 지연}
    percent: {type: number, default: "12.5"}
    until: {type: date, optional: true}
    pin: {secret: true, default: s3cret-pin}
"""


@dataclass
class Service:
    """An HTTP service that remembers what it was asked, and answers as it is told."""

    port: int = 0
    requests: list[tuple[str, str, object]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    outages: set[str] = field(default_factory=set)
    answer: Handler | None = None
    state: str = ""

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        name = request.path.split("/")[3] if request.path.count("/") > 2 else ""
        if request.method == "GET" and self.state:
            return web.Response(text=self.state, content_type="application/json")
        if request.method == "GET":
            return web.json_response({"outage": name in self.outages})
        body = await request.json() if request.can_read_body else None
        self.requests.append((request.method, request.raw_path, body))
        self.headers.append({key.lower(): value for key, value in request.headers.items()})
        if self.answer is not None:
            return await self.answer(request)
        self.outages.add(name)
        return web.json_response({"result": "OK"})


@asynccontextmanager
async def service() -> AsyncIterator[Service]:
    made = Service()
    runner = web.ServerRunner(web.Server(made.handle), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await runner.cleanup()


def saying(status: int, text: str = '{"result": "OK"}') -> Handler:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        del request
        return web.Response(status=status, text=text, content_type="application/json")

    return handler


def source(port: int) -> str:
    auth = "auth: {user: room, password: hidden-password}"
    return f'admin: {{type: http, url: "http://127.0.0.1:{port}", {auth}, redirects: true}}'


def room_of(
    database: str, folder: Path, port: int, actions: str = REGISTER
) -> AbstractAsyncContextManager[FiringRoom]:
    return firing_room(database, folder, actions, sources=source(port))


async def test_a_request_is_shown_before_it_is_sent_and_sent_as_shown(database: str, tmp_path: Path) -> None:
    async with service() as partner, room_of(database, tmp_path, partner.port) as room:
        asked = await room.ask("register", {"until": "2024-09-21"})
        head, _, body = asked.preview.statement.partition("\n")
        path = "/v1/agencies/KAIT/outage?by=kim&until=2024-09-21"
        assert head == f"PUT http://127.0.0.1:{partner.port}{path}"
        assert json.loads(body)["percent"] == 12.5
        assert "s3cret" not in repr(asked.preview)
        assert say(asked.preview.before.text, "ko") == "정상"
        assert partner.requests == []
        status = await room.fire("register", {"until": "2024-09-21"})
        assert status.state is RunState.DONE
        assert partner.requests == [
            (
                "PUT",
                path,
                {
                    "agency": "KAIT",
                    "reason": "지연",
                    "percent": 12.5,
                    "pin": "s3cret-pin",
                    "on": True,
                    "cost": "$5",
                },
            )
        ]
        (headers,) = partner.headers
        assert headers["idempotency-key"] == status.id
        assert headers["x-room"] == "launch"
        assert headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("answer", "state", "why"),
    [
        (saying(201), RunState.DONE, ""),
        (saying(200, '{"result": "FAIL"}'), RunState.FAILED, "actions.http_check"),
        (saying(409, "locked"), RunState.FAILED, "actions.http_refused"),
        (saying(404), RunState.FAILED, "actions.http_refused"),
        (saying(200, "<html>"), RunState.UNKNOWN, "actions.http_unchecked"),
        (saying(200, ""), RunState.UNKNOWN, "actions.http_unchecked"),
        (saying(200, '{"result": "OK"}\n{"result": "OK"}'), RunState.UNKNOWN, "actions.http_unchecked"),
        (saying(200, f'{{"result": "OK", "id": {"9" * 5000}}}'), RunState.DONE, ""),
        (saying(500, "boom"), RunState.UNKNOWN, "actions.http_odd"),
        (saying(503), RunState.UNKNOWN, "actions.http_odd"),
    ],
)
async def test_every_answer_has_its_outcome(
    database: str, tmp_path: Path, answer: Handler, state: RunState, why: str
) -> None:
    async with service() as partner, room_of(database, tmp_path, partner.port) as room:
        partner.answer = answer
        status = await room.fire("register")
        assert status.state is state
        assert (reason_in(status.reason).id if status.reason else "") == why
        assert len(partner.requests) == 1


async def test_what_means_no_effect_is_the_authors_to_say(database: str, tmp_path: Path) -> None:
    layout = REGISTER + "  no_effect: [409, 503]\n  expect: [200, 404]\n"
    async with service() as partner, room_of(database, tmp_path, partner.port, layout) as room:
        for code, wanted in ((503, RunState.FAILED), (404, RunState.DONE), (400, RunState.UNKNOWN)):
            partner.answer = saying(code)
            assert (await room.fire("register")).state is wanted


async def test_a_redirect_is_never_followed(database: str, tmp_path: Path) -> None:
    async def elsewhere(request: web.BaseRequest) -> web.StreamResponse:
        raise web.HTTPTemporaryRedirect("/v1/agencies/OTHER/outage")

    async with service() as partner, room_of(database, tmp_path, partner.port) as room:
        partner.answer = elsewhere
        assert (await room.fire("register")).state is RunState.UNKNOWN
        assert len(partner.requests) == 1


async def test_a_service_that_does_not_answer_leaves_the_outcome_unknown(
    database: str, tmp_path: Path
) -> None:
    async def never(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    async with service() as partner, room_of(database, tmp_path, partner.port) as room:
        partner.answer = never
        status = await asyncio.wait_for(room.fire("register"), 10)
        assert status.state is RunState.UNKNOWN
        assert status.reason is not None
        assert reason_in(status.reason).id == "sources.http_sent_unknown"


async def test_a_connection_lost_after_the_request_leaves_the_outcome_unknown(
    database: str, tmp_path: Path
) -> None:
    async with service() as partner, Proxy("127.0.0.1", partner.port) as proxy:

        def on_request(chunk: bytes) -> bool:
            if chunk.startswith(b"PUT"):
                proxy.cut()
                return False
            return True

        proxy.on_request = on_request
        async with room_of(database, tmp_path, proxy.port) as room:
            status = await asyncio.wait_for(room.fire("register"), 10)
        assert status.state is RunState.UNKNOWN
        assert partner.requests == []


async def test_a_service_that_cannot_be_reached_was_sent_nothing(database: str, tmp_path: Path) -> None:
    layout = REGISTER.replace("  state: {path", "  # state: {path")
    async with service() as gone:
        port = gone.port
    async with room_of(database, tmp_path, port, layout) as room:
        status = await room.fire("register")
        assert status.state is RunState.FAILED
        assert status.reason is not None
        assert reason_in(status.reason).id == "sources.http_not_sent"


async def test_an_answer_too_long_to_read_is_judged_by_its_status(database: str, tmp_path: Path) -> None:
    async def long(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text="x" * 6_000_000)

    unchecked = REGISTER.replace("  check:", "  # check:")
    async with service() as partner, room_of(database, tmp_path, partner.port, unchecked) as room:
        partner.answer = long
        assert (await room.fire("register")).state is RunState.DONE


async def test_a_state_that_cannot_be_asked_for_stops_the_wish(database: str, tmp_path: Path) -> None:
    layout = REGISTER.replace("/v1/agencies/$agency, value", "/v1/$agency/x/y, value")
    async with room_of(database, tmp_path, 1, layout) as room:
        with pytest.raises(SourceError):
            await room.ask("register")


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_an_injection_ends_as_one_segment_and_one_value(
    database: str, tmp_path: Path, attempt: str
) -> None:
    async with service() as partner, room_of(database, tmp_path, partner.port) as room:
        values: dict[str, Value] = {"agency": attempt, "reason": attempt}
        odd = Person(attempt, attempt, frozenset({"operator"}))
        if attempt in ("..", "."):
            with pytest.raises(RoomError):
                await room.ask("register", values, odd)
            assert partner.requests == []
            return
        assert (await room.fire("register", values, odd)).state is RunState.DONE
        ((_, path, body),) = partner.requests
        assert path.partition("?")[0].count("/") == 4
        assert path.partition("?")[0].startswith("/v1/agencies/")
        assert isinstance(body, dict)
        assert body["agency"] == body["reason"] == attempt
        assert "admin" not in body
        assert "x-admin" not in partner.headers[0]
        assert partner.outages == {attempt} or "/" in attempt


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("agencies/$agency", "agencies/$agnecy"),
        ("path: /v1", "path: http://elsewhere/v1"),
        ("path: /v1", "path: /../v1"),
        ("percent: $percent", "percent: $per"),
        ("headers: {X-Room: launch}", 'headers: {X-Room: "a\\r\\nb"}'),
        ("timeout: 1s", "expect: [2000]"),
        ("by: $actor", "by: [$actor]"),
        ("by: $actor", "by: null"),
        ("{by: $actor, until: $until}", "by=$actor"),
    ],
)
async def test_what_is_wrong_with_a_request_is_a_load_error(
    database: str, tmp_path: Path, old: str, new: str
) -> None:
    assert old in REGISTER
    with pytest.raises(LayoutError):
        async with room_of(database, tmp_path, 1, REGISTER.replace(old, new, 1)):
            pass


async def test_an_optional_segment_left_out_is_refused(database: str, tmp_path: Path) -> None:
    layout = REGISTER.replace("agency: {default: KAIT}", "agency: {optional: true}").replace(
        "  state:", "  # state:"
    )
    async with room_of(database, tmp_path, 1, layout) as room:
        with pytest.raises(ActionDenied):
            await room.ask("register")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("null", "–"),
        ("12", "12"),
        ("0.5", "0.5"),
        ('["b", "a"]', '["b","a"]'),
        ('{"b": 1}', '{"b":1}'),
        ('"켬"', "켬"),
    ],
)
async def test_a_state_of_any_json_is_shown(database: str, tmp_path: Path, value: str, shown: str) -> None:
    async with service() as partner:
        layout = REGISTER.replace("outage && '등록' || '정상'", "now")
        async with room_of(database, tmp_path, partner.port, layout) as room:
            partner.state = f'{{"now": {value}}}'
            asked = await room.ask("register")
            assert say(asked.preview.before.text, "ko") == shown
