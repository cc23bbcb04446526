"""Connections to an HTTP service: kept, found gone, cancelled in the middle, and never a cookie."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web

from situationroom.errors import OutcomeUnknown, SourceError
from situationroom.sources.base import Request
from situationroom.sources.http import HttpQuestion
from situationroom.sources.net.exchange import CONNECTIONS
from tests.helpers import reason_in, wait_until
from tests.live.faults import Proxy
from tests.live.test_http_source import LIMIT_S, ask, failure, opened, saying, served

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n[1]"

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Service:
    """A server that keeps a connection for one answer and does ``then`` when it is asked again on it.

    Attributes:
        asked: the first line of every request, with the number of its connection.
        open: connections that stand.

    """

    def __init__(
        self, then: Callable[[asyncio.StreamWriter], None], good: int = 1_000, *, keeps: bool = True
    ) -> None:
        self.asked: list[tuple[int, str]] = []
        self._then = then
        self._good = good
        self._keeps = keeps
        self._connections = 0
        self.open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        number = self._connections
        self.open += 1
        with suppress(OSError, asyncio.IncompleteReadError):
            for turn in range(2 if self._keeps else 1):
                head = await reader.readuntil(b"\r\n\r\n")
                self.asked.append((number, head.split(b" HTTP")[0].decode()))
                if turn or number > self._good:
                    self._then(writer)
                    break
                writer.write(ANSWER)
                await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        self.open -= 1


def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


def begin(writer: asyncio.StreamWriter) -> None:
    writer.write(ANSWER[:-2])


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[str]:
    """A server of raw bytes; gives its URL."""
    serving: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(serve(reader, writer))
        serving.add(task)
        task.add_done_callback(serving.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        if serving:
            await asyncio.wait(serving)


@pytest.mark.parametrize("then", [hang_up, reset])
async def test_a_kept_connection_that_closes_as_it_is_asked_again_costs_no_answer(
    then: Callable[[asyncio.StreamWriter], None],
) -> None:
    service = Service(then)
    async with listening(service.serve) as url, opened(url) as source:
        for _ in range(3):
            assert (await ask(source, path="a")).rows == ({"value": 1},)
    numbers = [number for number, _ in service.asked]
    assert numbers == [1, 1, 2, 2, 3]  # on the kept one, then on a fresh one


@pytest.mark.parametrize("then", [hang_up, reset])
async def test_it_is_tried_once_more_and_no_more(then: Callable[[asyncio.StreamWriter], None]) -> None:
    service = Service(then, good=1)
    async with listening(service.serve) as url, opened(url) as source:
        await ask(source)
        assert reason_in((await failure(source)).message).id == "sources.lost"
        assert [number for number, _ in service.asked] == [1, 1, 2]
        assert reason_in((await failure(source)).message).id == "sources.lost"
        assert [number for number, _ in service.asked] == [1, 1, 2, 3]  # a fresh one is not tried again


async def test_a_connection_made_for_the_very_question_is_not_tried_again() -> None:
    service = Service(hang_up, good=1, keeps=False)
    async with listening(service.serve) as url, opened(url) as source:
        await ask(source)
        await wait_until(lambda: service.open == 0)  # the kept one is gone before it is asked again
        assert reason_in((await failure(source)).message).id == "sources.lost"
        assert [number for number, _ in service.asked] == [1, 2]


async def test_a_service_that_closes_after_every_answer_leaves_nothing_that_grows() -> None:
    service = Service(hang_up, keeps=False)
    async with listening(service.serve) as url, opened(url) as source:
        for _ in range(5):
            await ask(source)
            await wait_until(lambda: service.open == 0)
        assert source._exchanger is not None
        (kept,) = source._exchanger._idle
        assert len(kept._streams) == 1


async def test_an_answer_that_has_begun_is_not_asked_for_again() -> None:
    service = Service(begin)
    async with listening(service.serve) as url, opened(url) as source:
        await ask(source)
        assert reason_in((await failure(source)).message).id == "sources.http_short"
        assert [number for number, _ in service.asked] == [1, 1]


async def test_what_is_posted_is_never_sent_twice() -> None:
    service = Service(hang_up)
    async with listening(service.serve) as url, opened(url) as source:
        await ask(source)
        error = await failure(source, method="POST", json={"a": 1})
        assert reason_in(error.message).id == "sources.lost"
        assert [line for _, line in service.asked] == ["GET /", "POST /"]


async def test_an_action_uses_no_connection_that_feeds_kept_and_is_sent_once() -> None:
    service = Service(hang_up, good=1)
    async with listening(service.serve) as url, opened(url) as source:
        await ask(source)
        with pytest.raises(OutcomeUnknown):
            await source.send(Request("POST", ("fire",)), LIMIT_S)
        assert service.asked == [(1, "GET /"), (2, "POST /fire")]


async def test_a_good_connection_is_kept_for_the_next_question() -> None:
    async with served(saying("[1]")) as url, Proxy("127.0.0.1", int(url.rpartition(":")[2])) as proxy:
        async with opened(f"http://127.0.0.1:{proxy.port}") as source:
            for _ in range(5):
                await ask(source)
            assert proxy.connections == 1
        await wait_until(lambda: proxy.open_connections == 0)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_questions_cancelled_anywhere_leave_neither_a_slot_nor_a_socket_behind(scheme: str) -> None:
    """Cancelled while they wait for a slot, connect, shake hands, ask, or wait for the answer."""
    connected, silent = 0, True

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connected
        connected += 1
        with suppress(OSError):
            while await reader.read(1_000):
                if not silent:
                    writer.write(ANSWER)
        connected -= 1
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async with listening(serve) as url, opened(url.replace("http", scheme)) as source:
        question = HttpQuestion()
        for turn in range(12):
            asking = [asyncio.create_task(source.ask(question, 60)) for _ in range(CONNECTIONS + 4)]
            for _ in range(turn * 3):
                await asyncio.sleep(0)
            if turn % 2:
                await wait_until(lambda: connected > 0)
            for task in asking:
                task.cancel()
            done, _ = await asyncio.wait(asking)
            assert all(task.cancelled() for task in done)
        await wait_until(lambda: connected == 0, what="every socket to be closed")
        silent = False
        asking = [asyncio.create_task(source.ask(question, LIMIT_S)) for _ in range(CONNECTIONS)]
        answers = await asyncio.gather(*asking, return_exceptions=True)
        failed = [one for one in answers if isinstance(one, BaseException)]
        assert len(failed) == (0 if scheme == "http" else CONNECTIONS)  # what answers there speaks no TLS
        assert all(isinstance(one, SourceError) and "busy" not in repr(one.message) for one in failed)


async def test_questions_beyond_the_connections_wait_their_turn_and_then_say_so() -> None:
    gate = asyncio.Event()

    async def slow(request: web.BaseRequest) -> web.Response:
        await gate.wait()
        return web.json_response([1])

    async with served(slow) as url, opened(url) as source:
        question = HttpQuestion()
        asking = [asyncio.create_task(source.ask(question, 30)) for _ in range(CONNECTIONS)]
        await asyncio.sleep(0)
        assert reason_in((await failure(source, 0.2)).message).id == "sources.http_busy"
        last = asyncio.create_task(source.ask(question, 30))
        gate.set()
        assert len(await asyncio.gather(*asking, last)) == CONNECTIONS + 1


# Cookies


async def test_no_cookie_is_kept_and_the_layouts_own_goes_with_every_question() -> None:
    seen: list[str | None] = []

    async def login(request: web.BaseRequest) -> web.Response:
        seen.append(request.headers.get("Cookie"))
        answer = web.json_response([1])
        for name in ("state", f"auth_{len(seen)}"):
            answer.set_cookie(name, "x" * 200)
        if request.path == "/old":
            answer.set_status(302)
            answer.headers["Location"] = "/new"
        return answer

    async with served(login) as url:
        async with opened(url) as source:
            for _ in range(50):
                await ask(source)
            await source.send(Request("POST"), LIMIT_S)
        assert seen == [None] * 51
        seen.clear()
        async with opened(url, headers={"Cookie": "room=launch"}, redirects=True) as source:
            await ask(source)
            await ask(source, path="old")
        assert seen == ["room=launch"] * 3
