"""Feeds and actions send one path the same way; an input's value is one segment or one value of the query."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from situationroom.values import RunState
from tests.live.firing_room import firing_room
from tests.live.test_http_source import ask, opened, served


@asynccontextmanager
async def remembering(host: str = "127.0.0.1") -> AsyncIterator[tuple[str, list[str]]]:
    """A server that remembers the target of every request as it was sent."""
    seen: list[str] = []

    async def handler(request: web.BaseRequest) -> web.Response:
        seen.append(request.raw_path)
        return web.json_response({"ok": True})

    async with served(handler, host) as url:
        yield url, seen


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/GB%2FT/7714", "/api/GB%2FT/7714"),
        ("GB%2ft", "/api/GB%2ft"),
        ("/기관/통계", "/api/%EA%B8%B0%EA%B4%80/%ED%86%B5%EA%B3%84"),
        ("/a b+c;d=1", "/api/a%20b+c;d=1"),
        ("/100%/", "/api/100%25/"),
        ("/a//b", "/api/a//b"),
        ("/", "/api/"),
        ("", "/api"),
    ],
)
async def test_a_path_of_the_layout_is_sent_alike_by_a_feed_and_by_an_action(
    database: str, tmp_path: Path, path: str, sent: str
) -> None:
    actions = f"go:\n  title: t\n  kind: http\n  source: api\n  path: {json.dumps(path)}\n"
    async with remembering() as (url, seen):
        async with opened(f"{url}/api") as source:
            await ask(source, path=path)
        source_entry = f'api: {{type: http, url: "{url}/api"}}'
        async with firing_room(database, tmp_path, actions, sources=source_entry, schema=False) as room:
            asked = await room.ask("go")
            assert asked.preview.statement == f"POST {url}{sent}"
            assert (await room.fire("go")).state is RunState.DONE
    assert seen == [sent, sent]


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        ("GB/T", "GB%2FT"),
        ("%2F", "%252F"),
        ("카드 1", "%EC%B9%B4%EB%93%9C%201"),
        ("a+b?c#d&e", "a%2Bb%3Fc%23d%26e"),
        ("...", "..."),
    ],
)
async def test_an_inputs_value_is_encoded_once_wherever_it_stands(
    database: str, tmp_path: Path, value: str, segment: str
) -> None:
    actions = """
    go:
      title: t
      kind: http
      source: api
      path: /v1/$name/x
      params: {q: $name, fixed: "a b"}
      inputs: {name: {}}
    """
    async with remembering() as (url, seen):
        source_entry = f'api: {{type: http, url: "{url}?own=a%2Bb"}}'
        async with firing_room(database, tmp_path, actions, sources=source_entry, schema=False) as room:
            assert (await room.fire("go", {"name": value})).state is RunState.DONE
        async with opened(f"{url}?own=a%2Bb") as source:
            await ask(source, path="/v1/x", params={"q": value, "fixed": "a b"})
    assert seen == [
        f"/v1/{segment}/x?own=a%2Bb&q={segment}&fixed=a%20b",
        f"/v1/x?own=a%2Bb&q={segment}&fixed=a%20b",
    ]


def _speaks_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not _speaks_ipv6(), reason="no IPv6 here")
async def test_a_service_of_an_ipv6_address_is_reached() -> None:
    async with remembering("::1") as (url, seen), opened(f"{url}/v1") as source:
        assert url.startswith("http://[::1]:")
        await ask(source, path="stats")
    assert seen == ["/v1/stats"]
