"""Sources behind proxies, and sources that no proxy variable may touch."""

from __future__ import annotations

import base64

import pytest
from aiohttp import web

from situationroom.errors import ActionFailed, SourceError
from situationroom.i18n import say
from situationroom.sources.base import Request
from situationroom.sources.http import HttpOptions
from situationroom.sources.websocket import WebsocketOptions, WebsocketQuestion
from tests.helpers import reason_in
from tests.live import test_websocket_source as streams
from tests.live.http_proxy import http_proxy
from tests.live.test_http_source import LIMIT_S, ask, failure, opened, saying, served

NOBODY = "http://127.0.0.1:9"

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    "env",
    [
        {"ALL_PROXY": "socks://127.0.0.1:7890/"},
        {"all_proxy": "socks5://127.0.0.1:7890"},
        {"HTTP_PROXY": NOBODY, "NO_PROXY": "localhost,[::1]"},
        {"HTTP_PROXY": NOBODY, "NO_PROXY": "fe80::/10,127.0.0.1"},
        {"http_proxy": NOBODY, "https_proxy": NOBODY},
        {"http_proxy": "not a proxy", "NO_PROXY": "[[["},
    ],
)
async def test_a_source_is_reached_as_written_whatever_the_shell_says_of_proxies(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    async with served(saying("[1]")) as url, opened(url) as source:
        assert (await ask(source)).rows == ({"value": 1},)
        assert (await source.send(Request("POST"), LIMIT_S)).status == 200
    async with streams.running() as ota, streams.opened(ota.url) as stream:
        assert (await stream.ask(WebsocketQuestion(), LIMIT_S)).rows == ()


@pytest.mark.parametrize("by_environment", [True, False])
async def test_feeds_actions_and_streams_go_through_the_proxy_of_the_layout(
    by_environment: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with http_proxy() as proxy, served(saying("[1]")) as url, streams.running() as ota:
        given = proxy.url.replace("//", "//watch:p%40ss@")
        monkeypatch.setenv("http_proxy", given)
        setting = "environment" if by_environment else given
        async with opened(url, proxy=setting) as source:
            assert (await ask(source, path="stats")).rows == ({"value": 1},)
            assert (await source.send(Request("POST", ("fire",)), LIMIT_S)).status == 200
        async with streams.opened(ota.url, proxy=setting) as stream:
            assert (await stream.ask(WebsocketQuestion(), LIMIT_S)).rows == ()
        assert proxy.heard == [
            f"GET {url}/stats HTTP/1.1",
            f"POST {url}/fire HTTP/1.1",
            f"CONNECT 127.0.0.1:{ota.port} HTTP/1.1",
        ]
        basic = "Basic " + base64.b64encode(b"watch:p@ss").decode()
        assert [one["proxy-authorization"] for one in proxy.headers] == [basic] * 3


async def test_a_host_that_the_environment_excepts_is_reached_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", NOBODY)
    monkeypatch.setenv("NO_PROXY", "example.com, 127.0.0.0/8")
    async with served(saying("[1]")) as url, opened(url, proxy="environment") as source:
        assert (await ask(source)).rows == ({"value": 1},)


async def test_a_proxy_that_is_down_is_named_without_its_secrets() -> None:
    proxy = "http://watch:hunter22@127.0.0.1:9"
    async with served(saying("[1]")) as url, opened(url, proxy=proxy) as source:
        error = await failure(source, path="stats")
        assert reason_in(error.message).id == "sources.refused"
        for lang in ("ko", "en"):
            said = say(error.message, lang)
            assert "http://127.0.0.1:9" in said
            assert f"GET {url}/stats" in said
            assert "hunter22" not in said
            assert "watch" not in said
        with pytest.raises(ActionFailed) as caught:
            await source.send(Request("POST"), LIMIT_S)
        assert "http://127.0.0.1:9" in str(caught.value)
        assert "hunter22" not in str(caught.value)
    async with streams.running() as ota, streams.opened(ota.url, proxy=proxy) as stream:
        error = await streams.failure(stream, WebsocketQuestion())
        assert reason_in(error.message).id == "sources.refused"
        assert "http://127.0.0.1:9" in str(error)
        assert "hunter22" not in str(error)


async def test_a_proxy_that_does_not_connect_is_named_with_what_it_says() -> None:
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    async with http_proxy(refusal) as proxy:
        async with opened("https://gateway.example/v1", proxy=proxy.url) as source:
            error = await failure(source)
            assert "407" in str(error)
            assert proxy.url in str(error)
            with pytest.raises(ActionFailed):  # nobody but the proxy heard of it
                await source.send(Request("POST"), LIMIT_S)
        async with opened("http://gateway.example/v1", proxy=proxy.url) as source:
            error = await failure(source)
            assert "407" in str(error)
            assert proxy.url in str(error)
        async with streams.opened("ws://gateway.example/", proxy=proxy.url) as stream:
            error = await streams.failure(stream, WebsocketQuestion())
            assert "407" in str(error)
            assert proxy.url in str(error)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALL_PROXY", "socks://127.0.0.1:7890/"),
        ("http_proxy", "ftp://x:hunter22@proxy/"),
        ("HTTP_PROXY", "http://proxy:port"),
        ("all_proxy", "http://proxy/path"),
    ],
)
async def test_what_is_no_proxy_in_the_environment_is_a_reason_that_names_the_variable(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    async with opened("http://sgi.internal/", proxy="environment") as source:
        error = await failure(source)
        assert (reason_in(error.message).id, reason_in(error.message).values["variable"]) == (
            "sources.proxy_variable",
            variable,
        )
        assert "hunter22" not in str(error)
        with pytest.raises(ActionFailed) as caught:
            await source.send(Request("POST"), LIMIT_S)
        assert variable in str(caught.value)
    async with streams.opened("ws://sgi.internal/", proxy="environment") as stream:
        assert variable in str(await streams.failure(stream, WebsocketQuestion()))


async def test_a_socks_proxy_without_its_packages_says_which_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    async with opened("http://sgi.internal/", proxy="socks5://127.0.0.1:9") as source:
        error = await failure(source)
        assert "situationroom[socks]" in str(error)
    async with streams.opened("ws://sgi.internal/", proxy="socks5h://127.0.0.1:9") as stream:
        assert "situationroom[socks]" in str(await streams.failure(stream, WebsocketQuestion()))


@pytest.mark.parametrize("package", ["socksio", "python_socks"])
async def test_a_socks_proxy_that_is_down_is_named(package: str) -> None:
    pytest.importorskip(package)
    if package == "socksio":
        async with opened("http://sgi.internal/", proxy="socks5://127.0.0.1:9") as source:
            assert "socks5://127.0.0.1:9" in str(await failure(source))
    else:
        async with streams.opened("ws://sgi.internal/", proxy="socks5://127.0.0.1:9") as stream:
            assert "socks5://127.0.0.1:9" in str(await streams.failure(stream, WebsocketQuestion()))


def test_a_proxy_in_a_layout_is_in_no_repr() -> None:
    proxy = "http://watch:hunter22@proxy.internal:3128"
    assert "hunter22" not in repr(
        [HttpOptions(url="http://h", proxy=proxy), WebsocketOptions(url="ws://h", proxy=proxy)]
    )


async def test_a_refusal_of_the_service_through_a_proxy_is_told_with_both() -> None:
    async def busy(request: web.BaseRequest) -> web.Response:
        return web.Response(status=503, text="점검 중")

    async with http_proxy() as proxy, served(busy) as url, opened(url, proxy=proxy.url) as source:
        with pytest.raises(SourceError) as caught:
            await ask(source)
        said = str(caught.value)
        assert "503: 점검 중" in said
        assert proxy.url in said
        assert url in said
