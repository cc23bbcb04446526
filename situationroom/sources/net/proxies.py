"""Which proxy a source is reached through: what its layout says, and nothing else.

``none`` (the default) reaches it as written, whatever the environment holds. ``environment`` goes by
``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``, small letters first, alike for HTTP and
websockets. A URL is that proxy.
"""

from __future__ import annotations

import importlib.util
import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from situationroom.errors import SourceError
from situationroom.formats import printable

NONE, ENVIRONMENT = "none", "environment"

_SCHEMES = ("http", "https", "socks5", "socks5h")
_SECURE = {"http": "http", "ws": "http", "https": "https", "wss": "https"}
_PORTS = {"http": 80, "https": 443}


def _setting(text: str) -> str:
    if text not in (NONE, ENVIRONMENT) and not _usable(text):
        raise ValueError("sources.bad_proxy")
    return text


ProxySetting = Annotated[str, AfterValidator(_setting)]
"""``none``, ``environment`` or the proxy's URL, which may hold user and password: not for ``repr``."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy to go through: ``http``, ``https`` or ``socks5``."""

    url: str = field(repr=False)

    @property
    def shown(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS, which takes a package of its own."""
        return self.url.startswith("socks")


def proxy_for(setting: str, url: str, env: Mapping[str, str], socks_package: str) -> Proxy | None:
    """The proxy that ``url`` is reached through, or None.

    ``socks_package`` is the module that has to be there for SOCKS.

    Raises:
        SourceError: the environment names one that is none, or a package is missing.

    """
    proxy = _by_environment(url, env) if setting == ENVIRONMENT else Proxy(setting)
    if setting == NONE or proxy is None:
        return None
    if proxy.is_socks and importlib.util.find_spec(socks_package) is None:
        raise SourceError("sources.proxy_needs", proxy=proxy.shown)
    return proxy


def _by_environment(url: str, env: Mapping[str, str]) -> Proxy | None:
    parts = urlsplit(url)
    scheme = _SECURE[parts.scheme]
    _, bypass = _variable(env, "no_proxy")
    if _is_bypassed(parts.hostname or "", parts.port or _PORTS[scheme], bypass):
        return None
    name, value = next(
        (found for one in (f"{scheme}_proxy", "all_proxy") if (found := _variable(env, one))[1]), ("", "")
    )
    if not value:
        return None
    written = value if "://" in value else f"http://{value}"
    if not _usable(written):
        scheme = printable(written.partition("://")[0], 20)
        raise SourceError("sources.proxy_variable", variable=name, scheme=scheme)
    return Proxy(written)


def _variable(env: Mapping[str, str], name: str) -> tuple[str, str]:
    """A variable in small letters, else in capitals: its name and what it holds."""
    found = next((one for one in (name, name.upper()) if env.get(one, "").strip()), name)
    return found, env.get(found, "").strip()


def _usable(text: str) -> bool:
    """Whether it is a proxy's URL: no more than scheme, user, host and port."""
    try:
        parts = urlsplit(text)
        beyond = parts.path not in ("", "/") or parts.query or parts.fragment
        return parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0 and not beyond
    except ValueError:
        return False


def _is_bypassed(host: str, port: int, no_proxy: str) -> bool:
    """Whether ``NO_PROXY`` names a host: by name, domain, address, network or ``*``."""
    return any(_names(entry, host.lower().rstrip("."), port) for entry in _entries(no_proxy))


def _entries(no_proxy: str) -> Iterator[str]:
    for entry in no_proxy.replace(",", " ").split():
        yield entry.lower()


def _names(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    address, network = _ip(host), _network(entry)
    if network is not None:
        return address is not None and address in network
    name, colon, wanted = entry.rpartition(":")
    if colon and wanted.isdigit():
        return int(wanted) == port and _names(name, host, port)
    domain = entry.removeprefix("*").lstrip(".")
    return bool(domain) and address is None and (host == domain or host.endswith(f".{domain}"))


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """An address (``[::1]`` too) or a network; None for what is a name."""
    plain = entry[1:-1] if entry.startswith("[") and entry.endswith("]") else entry
    try:
        return ipaddress.ip_network(plain, strict=False)
    except ValueError:
        return None
