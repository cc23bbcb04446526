"""The HTTP source against real servers that answer well, badly, too much, too slowly or not at all."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from situationroom.errors import SourceError
from situationroom.sources.base import Rows
from situationroom.sources.http import HttpOptions, HttpQuestion, HttpSource
from tests.helpers import reason_in
from tests.live.faults import Proxy

LIMIT_S = 2.0
GZIP = {"Content-Encoding": "gzip"}

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(handler: Handler, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """A real HTTP server on loopback that answers everything by ``handler``; gives its URL."""
    runner = web.ServerRunner(web.Server(handler), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, host, 0)
    await site.start()
    try:
        yield f"http://{f'[{host}]' if ':' in host else host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def babbling(answer: bytes) -> AsyncIterator[str]:
    """A server that reads a request and answers these bytes, HTTP or not."""

    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(OSError):  # who asked may be gone before it heard all
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for writer in writers:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


@asynccontextmanager
async def opened(url: str, **options: object) -> AsyncIterator[HttpSource]:
    source = HttpSource("sgi", HttpOptions.model_validate({"url": url, **options}))
    await source.open()
    try:
        yield source
    finally:
        await source.close()


async def ask(source: HttpSource, limit_s: float = LIMIT_S, /, **question: object) -> Rows:
    return await source.ask(HttpQuestion.model_validate(question), limit_s)


async def failure(source: HttpSource, limit_s: float = LIMIT_S, /, **question: object) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await ask(source, limit_s, **question)
    return caught.value


def saying(body: str | bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Handler:
    async def handler(request: web.BaseRequest) -> web.Response:
        content = body.encode() if isinstance(body, str) else body
        return web.Response(body=content, status=status, headers=headers)

    return handler


async def answer_to(body: str | bytes, **question: object) -> Rows:
    async with served(saying(body)) as url, opened(url) as source:
        return await ask(source, **question)


async def reason_for(body: str | bytes, **question: object) -> SourceError:
    async with served(saying(body)) as url, opened(url) as source:
        return await failure(source, **question)


AGENCIES = '{"agencies": [{"name": "SGI", "req": 12, "p95": 210.5}, {"name": "KAIT", "req": 9, "err": 1}]}'


# How an answer is read


async def test_json_becomes_rows_through_jmespath() -> None:
    answer = await answer_to(AGENCIES, rows="agencies[*].{agency: name, requests: req, p95: p95}")
    assert answer.columns == ("agency", "requests", "p95")
    assert [dict(row) for row in answer.rows] == [
        {"agency": "SGI", "requests": 12, "p95": 210.5},
        {"agency": "KAIT", "requests": 9, "p95": None},
    ]


async def test_rows_of_unlike_objects_all_have_every_column() -> None:
    answer = await answer_to(AGENCIES, rows="agencies")
    assert answer.columns == ("name", "req", "p95", "err")
    assert all(tuple(sorted(row)) == tuple(sorted(answer.columns)) for row in answer.rows)


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ('{"a": 1, "b": {"c": [1, "한"]}}', [{"a": 1, "b": '{"c":[1,"한"]}'}]),
        ("[1, null, [2]]", [{"value": 1}, {"value": None}, {"value": "[2]"}]),
        ("7.5", [{"value": 7.5}]),
        ("[]", []),
        ('\ufeff{"a": true}', [{"a": True}]),
        (
            '{"a": "\\ud800", "b": "[red]\\u0000\\u001b]0;x\\u0007"}',
            [{"a": "\\ud800", "b": "[red]\0\x1b]0;x\x07"}],
        ),
    ],
)
async def test_any_json_becomes_rows(body: str, rows: list[dict[str, object]]) -> None:
    assert [dict(row) for row in (await answer_to(body)).rows] == rows


async def test_a_number_that_is_none_stays_a_float() -> None:
    value = (await answer_to('{"a": NaN}')).rows[0]["a"]
    assert isinstance(value, float)
    assert value != value


async def test_a_large_answer_is_read_whole_and_its_rows_are_cut() -> None:
    body = "[" + ",".join(f'{{"n": {n}}}' for n in range(20_000)) + "]"
    answer = await answer_to(body)
    assert len(answer.rows) == 5_000
    assert [note.id for note in answer.notes] == ["sources.cut"]


async def test_csv_becomes_rows_with_numbers_but_codes_stay_text() -> None:
    answer = await answer_to('name;n;code;note\r\nSGI;1.5;010;\r\n"K;A";-2;9;x\r\n', csv={"delimiter": ";"})
    assert answer.columns == ("name", "n", "code", "note")
    assert [tuple(row.values()) for row in answer.rows] == [("SGI", 1.5, "010", None), ("K;A", -2, 9, "x")]
    assert (await answer_to("a,b\n", csv=True)).columns == ("a", "b")


async def test_korean_csv_of_an_old_system_is_read_in_its_encoding() -> None:
    answer = await answer_to("기관,건수\n카이트,3\n".encode("cp949"), csv=True, encoding="cp949")
    assert [dict(row) for row in answer.rows] == [{"기관": "카이트", "건수": 3}]


@pytest.mark.parametrize(
    ("kind", "encoding", "body", "notes"),
    [
        ("application/json; charset=euc-kr", None, "똠방 쀍뷁".encode("cp949"), []),
        ("application/json; charset=KS_C_5601-1987", None, "똠방 쀍뷁".encode("cp949"), []),
        ("application/json", "euc-kr", "똠방 쀍뷁".encode("cp949"), []),
        ("application/json; charset=utf-8", "windows-949", "똠방 쀍뷁".encode("cp949"), []),
        ("application/json; charset=undefined", None, "똠방 쀍뷁".encode(), ["sources.charset_unknown"]),
        ("application/json; charset=idna", None, "똠방 쀍뷁".encode(), ["sources.charset_unknown"]),
        ("application/json; charset=", None, "똠방 쀍뷁".encode(), []),
    ],
)
async def test_an_answer_is_read_in_the_charset_its_layout_or_its_server_names(
    kind: str, encoding: str | None, body: bytes, notes: list[str]
) -> None:
    quoted = b'{"a": "' + body + b'"}'
    async with served(saying(quoted, headers={"Content-Type": kind})) as url, opened(url) as source:
        answer = await ask(source, encoding=encoding)
    assert answer.rows == ({"a": "똠방 쀍뷁"},)
    assert [note.id for note in answer.notes] == notes


async def test_json_lines_are_a_row_each_and_none_at_all_are_no_rows() -> None:
    lines = '{"k": "x", "n": 1}\n{"k": "y"}\n'
    assert (await answer_to(lines)).rows == ({"k": "x", "n": 1}, {"k": "y", "n": None})
    assert (await answer_to(lines, rows="n")).rows == ({"value": 1},)
    assert reason_in((await reason_for(lines[:-3])).message).values["line"] == 2
    kind = {"Content-Type": "application/x-ndjson; charset=utf-8"}
    async with served(saying("", headers=kind)) as url, opened(url) as source:
        assert (await ask(source)).rows == ()


async def test_a_cell_of_a_megabyte_is_kept() -> None:
    answer = await answer_to("a,b\n" + "x" * 1_000_000 + ",1\n", csv=True)
    assert len(str(answer.rows[0]["a"])) == 1_000_000


async def test_text_becomes_rows_by_named_groups() -> None:
    body = "# queue\nerror 12430 oldest 00:41\nwait 7 oldest 00:02\n"
    answer = await answer_to(body, text=r"^(?P<name>\w+) (?P<n>\d+) oldest (?P<oldest>\S+)$")
    assert [dict(row) for row in answer.rows] == [
        {"name": "error", "n": 12430, "oldest": "00:41"},
        {"name": "wait", "n": 7, "oldest": "00:02"},
    ]


@pytest.mark.parametrize(
    ("body", "question", "reason"),
    [
        ("<html>\x1b[31mLogin</html>", {}, "sources.not_json"),
        ("", {}, "sources.empty_body"),
        ("[" * 100_000, {}, "sources.not_json"),
        (b"\xff\xfe\x00", {}, "sources.not_json"),
        ('{"error": "no"}', {"rows": "agencies[*].name"}, "sources.path_found_nothing"),
        ('{"a": "x"}', {"rows": "sum(a)"}, "sources.path_failed"),
        ("<html>", {"csv": True}, "sources.not_csv"),
        ("", {"csv": True}, "sources.not_csv"),
        ("a,b\n1,2\n3\n", {"csv": True}, "sources.csv_cells"),
        ("a,a\n", {"csv": True}, "sources.csv_same_name"),
        ("nothing of it", {"text": r"(?P<n>\d+)"}, "sources.no_match"),
    ],
)
async def test_an_answer_in_another_form_fails_and_shows_how_it_begins(
    body: str | bytes, question: dict[str, object], reason: str
) -> None:
    error = await reason_for(body, **question)
    assert reason_in(error.message).id == reason
    assert str(error).isprintable()


async def test_an_expression_that_explodes_fails_without_freezing_the_room() -> None:
    ticks = 0

    async def ticking() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    clock = asyncio.create_task(ticking())
    error = await reason_for("a" * 60 + "!", text=r"^(?P<x>(a|aa)+)$")
    clock.cancel()
    assert reason_in(error.message).id == "sources.pattern_slow"
    assert ticks > 20


# What is asked


async def test_the_request_is_what_the_layout_says() -> None:
    seen: list[tuple[str, str, str, object, str | None, str | None]] = []

    async def handler(request: web.BaseRequest) -> web.Response:
        body = await request.json() if request.can_read_body else None
        auth = request.headers.get("Authorization")
        seen.append(
            (
                request.method,
                request.path,
                request.rel_url.raw_query_string,
                body,
                request.headers.get("X-Key"),
                auth,
            )
        )
        return web.json_response({"a": 1})

    async with (
        served(handler) as url,
        opened(f"{url}/api/?v=1", headers={"X-Key": "k"}, auth={"user": "u", "password": "p"}) as source,
    ):
        await ask(source, path="stats", params={"q": "가&b=c"})
        await ask(source, method="POST", json={"n": [1]})
    assert seen == [
        ("GET", "/api/stats", "v=1&q=%EA%B0%80%26b%3Dc", None, "k", "Basic dTpw"),
        ("POST", "/api/", "v=1", {"n": [1]}, "k", "Basic dTpw"),
    ]


async def test_the_answer_carries_the_servers_date() -> None:
    async with (
        served(saying("1", headers={"Date": "Fri, 20 Sep 2024 00:00:05 GMT"})) as url,
        opened(url) as source,
    ):
        assert (await ask(source)).at == datetime(2024, 9, 20, 0, 0, 5, tzinfo=UTC)
    async with served(saying("1", headers={"Date": "yesterday"})) as url, opened(url) as source:
        assert (await ask(source)).at is None
    at = (await answer_to("1")).at
    assert at is not None
    assert abs(datetime.now(UTC) - at) < timedelta(seconds=3)


# What the room is spared


async def test_200_megabytes_are_not_read_whether_announced_or_not() -> None:
    sent = 0

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        if request.query_string:
            response.content_length = 200_000_000
        await response.prepare(request)
        for _ in range(200):
            await response.write(b"x" * 1_000_000)
            sent += 1_000_000
        return response

    async with served(handler) as url, opened(url) as source:
        for params in ({}, {"announced": 1}):
            error = await failure(source, 5, params=params)
            assert reason_in(error.message).id == "sources.http_too_long"
        assert sent < 50_000_000


async def test_a_decompression_bomb_is_counted_unpacked_and_good_gzip_is_read() -> None:
    bomb = gzip.compress(b" " * 200_000_000, 6)
    assert len(bomb) < 1_000_000
    async with served(saying(bomb, headers=GZIP)) as url, opened(url) as source:
        assert reason_in((await failure(source, 5)).message).id == "sources.http_too_long"
    body = ("[" + ",".join(["1"] * 200_000) + "]").encode()
    async with (
        served(saying(gzip.compress(body), headers=GZIP)) as url,
        opened(url) as source,
    ):
        assert len((await ask(source)).rows) == 5_000
    async with served(saying(b"junk", headers=GZIP)) as url, opened(url) as source:
        assert reason_in((await failure(source)).message).id == "sources.http_broken_packing"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (gzip.compress(b"a,b\nSGI,1\n") + gzip.compress(b"KAIT,999\n"), ""),
        (gzip.compress(b"a,b\nSGI,1\nKAIT,999\n")[:-8], "sources.http_packing_cut"),
        (gzip.compress(b"a,b\nSGI,1\n") + gzip.compress(b"KAIT,999\n")[:12], "sources.http_packing_cut"),
        (gzip.compress(b"a,b\nSGI,1\nKAIT,999\n") + b"junk", "sources.http_broken_packing"),
    ],
    ids=["two members", "cut", "second member cut", "junk behind"],  # gzip holds the time: no name for a test
)
async def test_a_compressed_answer_is_read_to_its_end_or_fails(body: bytes, reason: str) -> None:
    async with served(saying(body, headers=GZIP)) as url, opened(url) as source:
        if reason:
            assert reason_in((await failure(source, csv=True)).message).id == reason
        else:
            assert [tuple(row.values()) for row in (await ask(source, csv=True)).rows] == [
                ("SGI", 1),
                ("KAIT", 999),
            ]


async def test_a_refusal_that_cannot_be_unpacked_still_says_its_status() -> None:
    for headers, body in (
        (GZIP, b"junk"),
        ({"Content-Encoding": "odd"}, b"x"),
        (GZIP, gzip.compress(b"hot")[:-9]),
    ):
        async with served(saying(body, 503, headers)) as url, opened(url) as source:
            assert "HTTP 503" in str(await failure(source))


async def test_a_slow_drip_ends_at_the_deadline() -> None:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)

    async with served(handler) as url, opened(url) as source:
        begun = time.monotonic()
        assert reason_in((await failure(source, 0.3)).message).id == "sources.timeout"
        assert time.monotonic() - begun < 0.6


async def test_a_server_that_never_answers_times_out_and_holds_no_slot_for_ever() -> None:
    async with (
        served(saying("1")) as url,
        Proxy("127.0.0.1", int(url.rpartition(":")[2])) as proxy,
        opened(f"http://127.0.0.1:{proxy.port}", timeout="200ms") as source,
    ):
        await ask(source)
        proxy.black_hole = True
        for _ in range(3):
            lost = [asyncio.create_task(failure(source)) for _ in range(12)]
            assert {reason_in(error.message).id for error in await asyncio.gather(*lost)} == {
                "sources.timeout"
            }
        proxy.black_hole = False
        assert (await ask(source)).rows == ({"value": 1},)


async def test_a_redirect_is_refused_naming_where_to_and_followed_only_on_the_same_host() -> None:
    async def handler(request: web.BaseRequest) -> web.Response:
        if request.path == "/away":
            return web.Response(status=302, headers={"Location": "http://elsewhere.example/stats?token=1"})
        if request.path == "/loop":
            return web.Response(status=302, headers={"Location": "/loop"})
        if request.path == "/old":
            return web.Response(status=301, headers={"Location": "/new"})
        return web.json_response({"path": request.path})

    async with served(handler) as url:
        async with opened(url) as source:
            error = await failure(source, path="old")
            assert reason_in(error.message).id == "sources.http_redirect"
            assert "127.0.0.1" in str(error)
        async with opened(url, redirects=True) as source:
            assert (await ask(source, path="old")).rows == ({"path": "/new"},)
            error = await failure(source, path="away")
            assert "elsewhere.example" in str(error)
            assert "token" not in str(error)
            assert reason_in((await failure(source, path="loop")).message).id == "sources.http_redirects"


async def test_a_refusal_shows_its_status_and_first_words_made_printable() -> None:
    async with served(saying("점검 중\x1b]0;x\x07\n" + "y" * 1_000_000, 503)) as url, opened(url) as source:
        error = await failure(source)
        assert str(error).startswith("HTTP 503: 점검 중\\x1b]0;x\\x07")
        assert len(str(error)) < 200


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "sources.not_http"),
        (b"", "sources.lost"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", "sources.http_short"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2]\r\n", "sources.http_cut"),
        (b"HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\n\r\n[1]", "sources.http_partial"),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", "sources.http_status_alone"),
    ],
)
async def test_what_is_not_http_is_called_so(answer: bytes, reason: str) -> None:
    async with babbling(answer) as url, opened(url) as source:
        assert reason_in((await failure(source)).message).id == reason


async def test_an_address_where_nothing_is_says_so() -> None:
    async with opened("http://127.0.0.1:1/") as source:
        assert reason_in((await failure(source)).message).id == "sources.refused"
    async with opened("http://no-such-host.invalid/") as source:
        assert reason_in((await failure(source, 5)).message).id == "sources.unknown_host"
    async with babbling(b"plain") as url, opened(url.replace("http:", "https:")) as source:
        error = await failure(source)
        assert reason_in(error.message).id in ("sources.tls", "sources.timeout", "sources.lost")
