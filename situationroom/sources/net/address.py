"""Where a request goes: the one way to put a source's URL, a path and a query together.

What an author writes may hold escapes (``%2F``), which stay as they are; a value has none: whatever is in it
is encoded, once, as one segment of the path or one value of the query (RFC 3986).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote_plus, urlsplit

from situationroom.redaction import HIDDEN

_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_OF_A_PATH = "/:@!$&'()*+,;=~%"  # besides letters, digits and -._
_OF_A_QUERY = _OF_A_PATH + "?[]|"

Param = str | int | float | bool


def literal(path: str) -> str:
    """A path as an author writes it: its escapes stay, what cannot stand in a URL is encoded."""
    return quote(_LONE_PERCENT.sub("%25", path), safe=_OF_A_PATH)


def segment(value: str) -> str:
    """A value as one segment of a path."""
    return quote(value, safe="")


def below(segments: Iterable[str]) -> str:
    """Encoded segments as a path."""
    return "".join(f"/{one}" for one in segments)


def leads_astray(path: str) -> bool:
    """Whether a path of an author goes up or stays, which servers and proxies read differently."""
    return any(part in (".", "..") for part in path.split("/"))


def address(url: str, path: str = "", params: Mapping[str, Param] | None = None) -> str:
    """The whole address: ``url`` with an encoded ``path`` behind its own and ``params`` behind its query.

    A parameter goes before one of the same name in the URL.
    """
    parts = urlsplit(url)
    whole = f"{parts.scheme}://{_host(parts.netloc)}{_joined(literal(parts.path), path)}"
    given = params or {}
    query = "&".join([*_others(parts.query, given), *_pairs(given)])
    return f"{whole}?{query}" if query else whole


def shown(url: str, path: str = "", params: Mapping[str, Param] | None = None) -> str:
    """The address for people: without the query that the source's own URL may have, which can be a key."""
    whole = address(urlsplit(url)._replace(query="", fragment="").geturl(), path, params)
    return whole.replace(quote(HIDDEN), HIDDEN)


def _host(netloc: str) -> str:
    """Host and port, a name of other letters than Latin ones as DNS has it."""
    if netloc.isascii():
        return netloc
    host, colon, port = netloc.partition(":")
    return f"{host.encode('idna').decode()}{colon}{port}"


def _joined(base: str, path: str) -> str:
    return f"{base.rstrip('/')}/{path.removeprefix('/')}" if path else base or "/"


def _pairs(params: Mapping[str, Param]) -> Iterable[str]:
    for name, value in params.items():
        written = str(value).lower() if isinstance(value, bool) else str(value)
        yield f"{quote(name, safe='')}={quote(written, safe='')}"


def _others(query: str, params: Mapping[str, Param]) -> Iterable[str]:
    """The URL's own pairs, as they are written, without those that are given anew."""
    for pair in query.split("&"):
        if pair and unquote_plus(pair.partition("=")[0]) not in params:
            yield quote(_LONE_PERCENT.sub("%25", pair), safe=_OF_A_QUERY)
