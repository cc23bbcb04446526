"""What of a source must not be seen where a service or a proxy echoes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, unquote_plus, urlsplit

from situationroom.layout.fields import KeepsSecrets

_HARMLESS = re.compile(r"(?:accept|content|cache|if|sec|upgrade)\b.*|user-agent|host|origin|referer")
"""Headers that say nothing that is not known anyway."""


def source_secrets(
    options: KeepsSecrets, url: str, headers: Mapping[str, str], proxy: str
) -> tuple[str, ...]:
    """What headers, the query of the URL, a proxy's URL and the environment hold of a source's options."""
    return (
        *_query_values(urlsplit(url).query),
        *header_secrets(headers),
        *_user_and_password(proxy),
        *options.from_environment("headers", "auth"),
        *address_secrets(options, url),
    )


def address_secrets(options: KeepsSecrets, url: str) -> tuple[str, ...]:
    """What the environment put into a URL and is hidden where the address is named: not host and port."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    given = options.from_environment("url")
    return tuple(one for one in given if one not in origin and "://" not in one)


def header_secrets(headers: Mapping[str, str]) -> Iterator[str]:
    """Whole values, tokens behind the name of their scheme, cookies."""
    for name, value in headers.items():
        if _HARMLESS.fullmatch(name.lower()):
            continue
        yield value
        yield value.partition(" ")[2]
        if name.lower() == "cookie":
            yield from (pair.partition("=")[2].strip() for pair in value.split(";"))


def _query_values(query: str) -> Iterator[str]:
    for pair in query.split("&"):
        yield unquote_plus(pair.partition("=")[2])


def _user_and_password(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    yield unquote(parts.username or "")
    yield unquote(parts.password or "")
