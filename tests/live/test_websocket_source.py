"""The websocket source against a real server that talks well, badly, too fast, or goes away."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from random import Random

import pytest
from websockets.asyncio.server import ServerConnection, serve

from situationroom.errors import SourceError
from situationroom.i18n import say
from situationroom.sources.base import Rows
from situationroom.sources.websocket import WebsocketOptions, WebsocketQuestion, WebsocketSource
from situationroom.values import Message, Row
from tests.helpers import reason_in, wait_until
from tests.live.faults import Proxy

LIMIT_S = 2.0


class Ota:
    """A websocket server that says what it is told to everybody connected."""

    def __init__(self) -> None:
        self.port = 0
        self.clients: set[ServerConnection] = set()
        self.heard: list[str | bytes] = []
        self.connects = 0

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/events"

    async def say(self, *messages: object) -> None:
        for message in messages:
            raw = message if isinstance(message, (str, bytes)) else json.dumps(message)
            for client in self.clients:
                await client.send(raw)

    async def serve(self, client: ServerConnection) -> None:
        self.clients.add(client)
        self.connects += 1
        try:
            async for message in client:
                self.heard.append(message)
        finally:
            self.clients.discard(client)


@asynccontextmanager
async def running(port: int = 0) -> AsyncIterator[Ota]:
    ota = Ota()
    async with serve(ota.serve, "127.0.0.1", port, close_timeout=0.2) as server:
        ota.port = next(iter(server.sockets)).getsockname()[1]
        yield ota


@pytest.fixture
async def ota() -> AsyncIterator[Ota]:
    async with running() as server:
        yield server


@asynccontextmanager
async def opened(url: str, **options: object) -> AsyncIterator[WebsocketSource]:
    source = WebsocketSource(
        "ota", WebsocketOptions.model_validate({"url": url, **options}), random=Random(1)
    )
    await source.open()
    try:
        yield source
    finally:
        async with asyncio.timeout(3):
            await source.close()


async def failure(
    source: WebsocketSource, question: WebsocketQuestion, limit_s: float = LIMIT_S
) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await source.ask(question, limit_s)
    return caught.value


async def until(
    source: WebsocketSource, question: WebsocketQuestion, good: Callable[[list[Row]], bool]
) -> Rows:
    """The answer once its rows are ``good``."""

    async def asked() -> Rows | None:
        answer = await source.ask(question, LIMIT_S)
        return answer if good(list(answer.rows)) else None

    found = await wait_until(asked, what="the rows")
    assert found is not None
    return found


async def until_rows(source: WebsocketSource, question: WebsocketQuestion, count: int) -> Rows:
    """The answer once it has ``count`` rows."""
    return await until(source, question, lambda rows: len(rows) == count)


async def pushed(pushes: AsyncIterator[Rows | None]) -> Rows:
    """The next rows of the pushes."""
    async with asyncio.timeout(LIMIT_S):
        async for rows in pushes:
            if rows is not None:
                return rows
    raise AssertionError("pushes ended")


async def test_messages_become_rows_as_they_come_newest_last(ota: Ota) -> None:
    question = WebsocketQuestion(rows="events[*].{at: t, level: l}", keep=3)
    async with opened(ota.url) as source:
        assert (await source.ask(question, LIMIT_S)).rows == ()
        pushes = source.pushes(question)
        await ota.say({"events": [{"t": 1, "l": "info"}]}, {"other": "kind"})
        assert [row["at"] for row in (await pushed(pushes)).rows] == [1]
        await ota.say({"events": [{"t": n} for n in (2, 3)]}, {"events": [{"t": 4, "l": "warn"}]})
        await until(source, question, lambda rows: rows[-1:] == [{"at": 4, "level": "warn"}])
        rows = (await source.ask(question, LIMIT_S)).rows
        assert [dict(row) for row in rows] == [
            {"at": 2, "level": None}, {"at": 3, "level": None}, {"at": 4, "level": "warn"},
        ]  # fmt: skip


async def test_an_address_is_sent_as_it_is_written_with_what_cannot_be_encoded(ota: Ota) -> None:
    async with opened(f"ws://127.0.0.1:{ota.port}/GB%2FT/기관 1?q=a%2Bb&이름=가") as source:
        await source.ask(WebsocketQuestion(), LIMIT_S)
        (client,) = ota.clients
        assert client.request is not None
        path = "/GB%2FT/%EA%B8%B0%EA%B4%80%201?q=a%2Bb&%EC%9D%B4%EB%A6%84=%EA%B0%80"
        assert client.request.path == path


async def test_binary_messages_are_read_like_text_and_several_values_are_a_row_each(ota: Ota) -> None:
    plain, korean = WebsocketQuestion(), WebsocketQuestion(encoding="euc-kr")
    async with opened(ota.url) as source:
        for question in (plain, korean):
            await source.ask(question, LIMIT_S)
        await ota.say(
            b'{"k": "x"}', '{"k": 1}\n{"k": 2}\n', b'\xef\xbb\xbf{"k": 3}{"k": 4}', b"\x1e5\n\x1e[6, 7]\n"
        )
        wanted = [
            {"k": "x"},
            {"k": 1},
            {"k": 2},
            {"k": 3},
            {"k": 4},
            {"value": 5},
            {"value": 6},
            {"value": 7},
        ]
        answer = await until_rows(source, plain, len(wanted))
        told = [{name: value for name, value in row.items() if value is not None} for row in answer.rows]
        assert (told, answer.notes) == (wanted, ())
        await ota.say('{"k": "똠방"}'.encode("cp949"))
        await until(source, korean, lambda rows: rows[-1]["k"] == "똠방")
        answer = await source.ask(plain, LIMIT_S)
        assert len(answer.rows) == len(wanted)
        assert [note.values["count"] for note in answer.notes] == [1]


async def test_a_message_of_lines_one_of_which_is_broken_gives_none_of_them(ota: Ota) -> None:
    question = WebsocketQuestion(mode="replace")
    async with opened(ota.url) as source:
        asking = asyncio.create_task(source.ask(question, LIMIT_S))
        await wait_until(lambda: ota.clients)
        await ota.say('{"k": 1}\n{"k": 2}')
        assert len((await asking).rows) == 2
        await ota.say('{"k": 3}\n{"k": ')

        async def told() -> Rows | None:
            answer = await source.ask(question, LIMIT_S)
            return answer if answer.notes else None

        answer = await wait_until(told, what="the note")
        assert answer is not None
        assert [row["k"] for row in answer.rows] == [1, 2]


async def test_a_replacing_feed_has_the_newest_message_alone_and_none_is_a_failure(ota: Ota) -> None:
    question = WebsocketQuestion(mode="replace")
    async with opened(ota.url) as source:
        assert reason_in((await failure(source, question, 0.2)).message).id == "sources.ws_no_message"
        await ota.say([{"a": 1}, {"a": 2}], {"a": 3})
        await until(source, question, lambda rows: rows == [{"a": 3}])


async def test_all_feeds_share_one_connection_and_each_says_its_subscription(ota: Ota) -> None:
    feeds = [
        WebsocketQuestion(subscribe="hello"),
        WebsocketQuestion(subscribe={"topic": "가"}),
        WebsocketQuestion(),
    ]
    async with opened(ota.url) as source:
        await asyncio.gather(*(source.ask(feed, LIMIT_S) for feed in feeds))
        await wait_until(lambda: len(ota.heard) == 2)
        assert sorted(map(str, ota.heard)) == ["hello", '{"topic": "가"}']
        await ota.say({"n": 1})
        for feed in feeds:
            assert (await until_rows(source, feed, 1)).rows == ({"n": 1},)
        assert ota.connects == 1


async def test_garbage_is_counted_and_said_and_good_messages_go_on(ota: Ota) -> None:
    question = WebsocketQuestion()
    async with opened(ota.url) as source:
        await source.ask(question, LIMIT_S)
        await ota.say("<html>\x1b[31m", b"\x00\x01", "[" * 5_000, {"a": "[red]\x1b]0;x\x07\x00"})
        answer = await until_rows(source, question, 1)
        assert answer.rows == ({"a": "[red]\x1b]0;x\x07\x00"},)
        assert [(note.id, note.values["count"]) for note in answer.notes] == [("sources.ws_garbage", 3)]


async def test_a_flood_is_dropped_oldest_first_and_says_how_many(ota: Ota) -> None:
    question = WebsocketQuestion(keep=5)
    async with opened(ota.url, buffer=10) as source:
        await source.ask(question, LIMIT_S)
        inbox = source._inboxes[id(question)][1]
        await ota.say(*({"n": n} for n in range(100)))
        await wait_until(lambda: inbox.bell.rings >= 101)
        answer = await source.ask(question, LIMIT_S)
        assert [row["n"] for row in answer.rows] == [95, 96, 97, 98, 99]
        assert [(note.id, note.values["count"]) for note in answer.notes] == [("sources.ws_dropped", 90)]


async def test_a_cut_is_said_at_once_and_it_comes_back_by_itself(ota: Ota) -> None:
    question = WebsocketQuestion(subscribe="me")
    async with Proxy("127.0.0.1", ota.port) as proxy, opened(f"ws://127.0.0.1:{proxy.port}/") as source:
        pushes = source.pushes(question)
        assert await asyncio.wait_for(anext(pushes), LIMIT_S) is None  # connected
        await ota.say({"n": 1})
        assert (await pushed(pushes)).rows == ({"n": 1},)
        proxy.refuse = True
        proxy.cut()
        assert await asyncio.wait_for(anext(pushes), LIMIT_S) is None  # ask again, and be told
        error = await failure(source, question)
        assert reason_in(error.message).id in ("sources.lost", "sources.not_websocket")
        proxy.refuse = False
        assert await asyncio.wait_for(anext(pushes), 10) is None
        await ota.say({"n": 2})
        assert (await until_rows(source, question, 2)).rows == ({"n": 1}, {"n": 2})
        assert ota.heard == ["me", "me"]


async def test_a_server_that_stops_and_starts_again_is_found_again() -> None:
    question = WebsocketQuestion()
    async with running() as ota:
        port = ota.port
        source = WebsocketSource("ota", WebsocketOptions(url=ota.url), random=Random(1))
        await source.ask(question, LIMIT_S)

    async def failed() -> SourceError | None:
        try:
            await source.ask(question, LIMIT_S)
        except SourceError as error:
            return error
        return None

    assert await wait_until(lambda: source._stream and source._stream.trouble) is not None
    error = await failed()
    assert error is not None
    assert reason_in(error.message).id in ("sources.ws_closed", "sources.refused")
    async with running(port) as again:
        await wait_until(lambda: again.connects == 1, 10)
        await again.say({"n": 1})
        assert (await until_rows(source, question, 1)).rows == ({"n": 1},)
        await source.close()


async def test_a_silently_dead_connection_is_noticed_by_its_pings(ota: Ota) -> None:
    question = WebsocketQuestion()
    async with (
        Proxy("127.0.0.1", ota.port) as proxy,
        opened(f"ws://127.0.0.1:{proxy.port}/", ping="100ms", timeout="200ms") as source,
    ):
        await source.ask(question, LIMIT_S)
        proxy.black_hole = True
        await wait_until(lambda: source._stream and not source._stream.connected)
        assert reason_in((await failure(source, question)).message).id in (
            "sources.ws_silent",
            "sources.timeout",
        )
        proxy.black_hole = False
        await wait_until(lambda: source._stream and source._stream.connected, 10)
        assert (await source.ask(question, LIMIT_S)).rows == ()


async def test_a_message_too_long_ends_the_connection_and_says_so(ota: Ota) -> None:
    question = WebsocketQuestion()
    async with opened(ota.url, max_bytes=10_000) as source:
        pushes = source.pushes(question)
        assert await asyncio.wait_for(anext(pushes), LIMIT_S) is None
        await ota.say("x" * 20_000)
        await wait_until(lambda: source._stream and source._stream.trouble)
        assert reason_in((await failure(source, question)).message).id == "sources.ws_too_long"


async def test_an_address_without_a_websocket_says_what_is_there() -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: ws://elsewhere.example/\r\nContent-Length: 0\r\n\r\n")
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    question = WebsocketQuestion()
    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    async with server, opened(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/") as source:
        error = await failure(source, question)
        assert reason_in(error.message) == Message("sources.ws_refused", {"status": 302})
    async with opened("ws://127.0.0.1:1/") as source:
        begun = time.monotonic()
        assert reason_in((await failure(source, question)).message).id == "sources.refused"
        assert time.monotonic() - begun < 0.5


@pytest.mark.parametrize(("reason", "said"), [("", "(1001)"), ("점검", "(1001 점검)")])
async def test_who_closes_without_a_reason_leaves_no_gap_in_the_sentence(reason: str, said: str) -> None:
    async def leave(connection: ServerConnection) -> None:
        await connection.close(1001, reason)

    question = WebsocketQuestion()
    async with serve(leave, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with opened(f"ws://127.0.0.1:{port}/") as source:

            async def closed() -> SourceError | None:
                try:
                    await source.ask(question, LIMIT_S)
                except SourceError as error:
                    return error if reason_in(error.message).id == "sources.ws_closed" else None
                return None  # asked between its coming and its going

            error = await wait_until(closed, what="the closure")
            assert error is not None
            assert say(reason_in(error.message), "ko").endswith(said)
