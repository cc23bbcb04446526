"""Which proxy a source goes through: what the layout says, and what the environment means."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from situationroom.sources.http import HttpOptions
from situationroom.sources.net.proxies import proxy_for
from situationroom.sources.websocket import WebsocketOptions


def chosen(url: str, **env: str) -> str | None:
    proxy = proxy_for("environment", url, env, "asyncio")
    return proxy.url if proxy else None


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("http://h/", "http://p"),
        ("ws://h/", "http://p"),
        ("https://h/", "http://s"),
        ("wss://h/", "http://s"),
    ],
)
def test_the_variable_is_that_of_the_scheme_alike_for_http_and_websockets(url: str, wanted: str) -> None:
    assert chosen(url, http_proxy="http://p", https_proxy="http://s", all_proxy="http://a") == wanted


def test_small_letters_go_first_the_scheme_before_all_and_an_empty_variable_is_none() -> None:
    assert chosen("http://h/", HTTP_PROXY="http://P", http_proxy="http://p") == "http://p"
    assert chosen("http://h/", HTTP_PROXY="http://P", http_proxy="") == "http://P"
    assert chosen("https://h/", HTTP_PROXY="http://P", ALL_PROXY="http://A") == "http://A"
    assert chosen("http://h/", http_proxy=" ", ALL_PROXY="") is None
    assert chosen("http://h/") is None


def test_a_proxy_without_a_scheme_is_an_http_proxy() -> None:
    assert chosen("http://h/", http_proxy="proxy.internal:3128") == "http://proxy.internal:3128"


@pytest.mark.parametrize(
    ("url", "no_proxy", "is_direct"),
    [
        ("http://sgi.internal/", "sgi.internal", True),
        ("http://sgi.internal/", "internal", True),
        ("http://sgi.internal/", ".internal", True),
        ("http://sgi.internal/", "*.internal", True),
        ("http://SGI.Internal./", "sgi.INTERNAL", True),
        ("http://sgi.internal/", "gi.internal", False),
        ("http://sgi.internal/", "internal.example", False),
        ("http://sgi.internal/", "a, sgi.internal,b", True),
        ("http://sgi.internal/", "a sgi.internal", True),
        ("http://sgi.internal/", "*", True),
        ("http://sgi.internal/", "sgi.internal:80", True),
        ("http://sgi.internal:8080/", "sgi.internal:80", False),
        ("https://sgi.internal/", "sgi.internal:443", True),
        ("http://127.0.0.1:8080/", "127.0.0.0/8", True),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080", True),
        ("http://10.1.2.3/", "127.0.0.0/8", False),
        ("http://10.1.2.3/", "2.3", False),
        ("http://[fe80::1]/", "fe80::/10,127.0.0.1", True),
        ("http://[::1]:80/", "localhost,[::1]", True),
        ("http://[::1]:80/", "[::1]:80", True),
        ("http://[::1]/", "127.0.0.1", False),
        ("http://localhost/", "127.0.0.1", False),
        ("http://sgi.internal/", ",, ,[[[,:,.,/8", False),
        ("http://sgi.internal/", "", False),
    ],
)
def test_what_no_proxy_names_is_reached_without(url: str, no_proxy: str, is_direct: bool) -> None:
    assert (chosen(url, all_proxy="http://p", NO_PROXY=no_proxy) is None) is is_direct


@pytest.mark.parametrize("setting", ["http://p", "http://u:p@p:3128", "https://p/", "socks5h://[::1]:1080"])
def test_a_layout_may_name_a_proxy_of_its_own_whatever_the_environment_holds(setting: str) -> None:
    proxy = proxy_for(setting, "http://h/", {"all_proxy": "socks://x", "NO_PROXY": "*"}, "asyncio")
    assert proxy is not None
    assert proxy.url == setting


def test_none_is_no_proxy_whatever_the_environment_holds() -> None:
    env = {"all_proxy": "http://p", "http_proxy": "socks://x"}
    assert proxy_for("none", "http://h/", env, "asyncio") is None


@pytest.mark.parametrize(
    "wrong",
    ["", "None", "system", "env", "proxy:3128", "socks://p", "socks4://p", "ftp://p", "http://", "http://p:x",
     "http://p:0", "http://p/path", "http://p?x=1", "http://[::1"],
)  # fmt: skip
@pytest.mark.parametrize(("model", "url"), [(HttpOptions, "http://h"), (WebsocketOptions, "ws://h")])
def test_what_is_no_proxy_is_refused_when_the_layout_is_read(
    model: type[HttpOptions | WebsocketOptions], url: str, wrong: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate({"url": url, "proxy": wrong})
    assert "sources.bad_proxy" in str(caught.value)
