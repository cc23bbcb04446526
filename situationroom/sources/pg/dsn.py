"""Where a database is and how to knock: a connection string as libpq reads it, URL or ``key=value``.

Every word of libpq is known. What the driver, or this program for it, can do is done; the rest is refused
when the layout is read, by name and with what to do instead. Words that are not libpq's are refused too,
save settings of the server that drivers commonly take there.

Source: https://www.postgresql.org/docs/current/libpq-connect.html
"""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote, quote_plus, unquote

from situationroom.errors import VouchedError

DEFAULT_PORT = 5432

ROLES = ("any", "read-write", "read-only", "primary", "standby", "prefer-standby")
"""What ``target_session_attrs`` may want of a server."""

_PASSED_ON = frozenset(
    {
        "sslmode", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl", "sslnegotiation",
        "ssl_min_protocol_version", "ssl_max_protocol_version", "krbsrvname", "gsslib",
    }
)  # fmt: skip
"""Words the driver itself understands."""

SOCKET_WORDS = (
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
)
"""Words for the socket, all of them whole numbers."""

_OWN = frozenset(
    {
        "host", "hostaddr", "port", "dbname", "user", "password", "passfile", "service", "servicefile",
        "connect_timeout", "client_encoding", "options", "application_name", "fallback_application_name",
        "target_session_attrs", "load_balance_hosts", *SOCKET_WORDS,
    }
)  # fmt: skip

_FIXED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "channel_binding": ("prefer", "disable"),
        "gssencmode": ("disable", "prefer"),
        "sslcompression": ("0", "1"),
        "sslcertmode": ("allow",),
        "sslsni": ("1",),
        "gssdelegation": ("0",),
        "replication": ("false", "off", "no", "0"),
        "min_protocol_version": ("3.0",),
        "max_protocol_version": ("3.0", "3.2", "latest"),
    }
)
"""Words that ask for nothing with these values; any other value is beyond the driver."""

_BEYOND = (
    "requirepeer", "requiressl", "sslcrldir", "require_auth", "sslkeylogfile", "scram_client_key",
    "scram_server_key", "oauth_issuer", "oauth_client_id", "oauth_client_secret", "oauth_scope",
)  # fmt: skip
"""Words that nothing here can do."""

_CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
        "sslnegotiation": ("postgres", "direct"),
        "ssl_min_protocol_version": ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
        "ssl_max_protocol_version": ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
        "target_session_attrs": ROLES,
        "load_balance_hosts": ("disable", "random"),
        "gsslib": ("gssapi", "sspi"),
    }
)

_SETTINGS = frozenset(
    {
        "search_path", "timezone", "datestyle", "intervalstyle", "statement_timeout", "lock_timeout", "role",
        "idle_in_transaction_session_timeout", "idle_session_timeout", "transaction_timeout", "jit",
        "work_mem", "default_transaction_read_only", "default_transaction_isolation", "extra_float_digits",
        "geqo", "bytea_output", "lc_messages", "lc_monetary", "lc_numeric", "lc_time", "plan_cache_mode",
        "row_security", "synchronous_commit", "temp_buffers", "xmloption", "random_page_cost",
        "effective_cache_size",
    }
)  # fmt: skip
"""Settings of the server that may stand in a connection string as they do for other drivers."""

FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
"""Words that name a file."""

_ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {
        "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "dbname": "PGDATABASE",
        "user": "PGUSER",        "password": "PGPASSWORD", "passfile": "PGPASSFILE", "service": "PGSERVICE",
        "target_session_attrs": "PGTARGETSESSIONATTRS", "connect_timeout": "PGCONNECT_TIMEOUT",
        "sslmode": "PGSSLMODE", "client_encoding": "PGCLIENTENCODING", "options": "PGOPTIONS",
        "load_balance_hosts": "PGLOADBALANCEHOSTS",
    }
)  # fmt: skip
"""Variables that stand in for words not given, as in every program of libpq."""

_URL = re.compile(r"postgres(?:ql)?://(?P<authority>[^/?]*)(?P<path>/[^?]*)?(?:\?(?P<query>.*))?", re.DOTALL)
_PAIR = re.compile(r"\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(?!')((?:[^\s\\]|\\.)*))", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][\w.]{0,62}")

KNOWN = frozenset({*_PASSED_ON, *_OWN, *_FIXED, *_BEYOND})
"""Every word of libpq."""


@dataclass(frozen=True, slots=True)
class Host:
    """One place where the database may be; a name that begins with ``/`` is a folder of sockets."""

    name: str
    port: int

    def __str__(self) -> str:
        shown = f"[{self.name}]" if ":" in self.name else self.name
        return shown if self.name.startswith("/") else f"{shown}:{self.port}"


@dataclass(frozen=True, slots=True)
class Dsn:
    """A connection string, understood.

    Attributes:
        hosts: in the order they are tried; none means the sockets of this machine.
        role: what the server must be, one of :data:`ROLES`.
        shuffled: whether the hosts are tried in any order.
        user, password, database, passfile: None where the driver's own defaults hold.
        written: the connection string itself.
        passed_on: words for the driver, ``sslmode`` and the like.
        socket: whole numbers by word of :data:`SOCKET_WORDS`.
        settings: of the server, for the session.
        encoding: the client encoding somebody asked for.
        connect_timeout_s: None where the string says none, or "for ever".
        application_name: None where the string says none.

    """

    hosts: tuple[Host, ...]
    role: str = "any"
    shuffled: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    written: str = field(default="", repr=False)
    database: str | None = None
    passfile: str | None = None
    passed_on: Mapping[str, str] = field(default_factory=dict, repr=False)
    socket: Mapping[str, int] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    connect_timeout_s: float | None = None
    application_name: str | None = None

    def secrets(self) -> tuple[str, ...]:
        """What must never be shown, in every way it may be written; the longest first."""
        plain = [word for word in (self.password, self.passed_on.get("sslpassword")) if word]
        forms = {
            form for word in plain for form in (word, quote(word), quote(word, safe=""), quote_plus(word))
        }
        if (url := _URL.fullmatch(self.written)) and self.password:
            forms.add(url["authority"].rpartition("@")[0].partition(":")[2])  # as its author encoded it
        return tuple(sorted({self.written, *forms} - {""}, key=len, reverse=True))


def read(text: str, env: Mapping[str, str] | None = None) -> Dsn:
    """The connection string understood, with what a service file and the environment say of the rest.

    Raises:
        VouchedError: it cannot be used; the message holds nothing of it but words of libpq.

    """
    env = os.environ if env is None else env
    words = _words(text)
    for name, variable in _ENVIRONMENT.items():
        if name == "service" and env.get(variable):
            words.setdefault(name, env[variable])
    if words.get("service"):
        for name, value in _service(words, env).items():
            words.setdefault(name, value)
    for name, variable in _ENVIRONMENT.items():
        if env.get(variable):
            words.setdefault(name, env[variable])
    return _understood(text, {name: value for name, value in words.items() if value})


def _words(text: str) -> dict[str, str]:
    """The string's words as they stand, unknown ones refused."""
    if "://" in text:
        return _url_words(text)
    words: dict[str, str] = {}
    at = 0
    while text[at:].strip():
        pair = _PAIR.match(text, at)
        if pair is None:
            raise _bad()
        name, value = pair[1], pair[2] if pair[2] is not None else pair[3]
        _known(name, named=False)
        words[name] = re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
        at = pair.end()
    if not words:
        raise _bad()
    return words


def _url_words(text: str) -> dict[str, str]:
    url = _URL.fullmatch(text)
    if url is None:
        raise _bad()
    words: dict[str, str] = {}
    if (database := unquote(url["path"] or "")[1:]) != "":
        words["dbname"] = database
    credentials, at, places = url["authority"].rpartition("@")
    if not at and "@" in (url["path"] or ""):
        raise VouchedError("sources.pg_dsn_encode")
    user, _, password = credentials.partition(":")
    words |= {name: unquote(value) for name, value in (("user", user), ("password", password)) if value}
    if places:
        hosts = [_host_and_port(place) for place in places.split(",")]
        words["host"] = ",".join(host for host, _ in hosts)
        if any(port for _, port in hosts):
            words["port"] = ",".join(port for _, port in hosts)
    pairs = [pair for pair in (url["query"] or "").split("&") if pair]
    for index, pair in enumerate(pairs):
        name, _, value = pair.partition("=")
        name = {"database": "dbname", "ssl": "sslmode"}.get(name, name)
        # an "@" further on means that we stand in a password somebody did not encode
        _known(unquote(name), named="@" not in "&".join(pairs[index:]))
        words[unquote(name)] = {"sslmode": {"true": "require"}}.get(name, {}).get(value, unquote(value))
    return words


def _host_and_port(place: str) -> tuple[str, str]:
    if place.startswith("["):
        host, closed, rest = place[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise _bad()
        return unquote(host), unquote(rest[1:])
    host, _, port = place.partition(":")
    return unquote(host), unquote(port)


def _known(name: str, *, named: bool) -> None:
    """Refuse a word nobody knows; it is ``named`` where it cannot be part of a secret."""
    if name in KNOWN or name.lower() in _SETTINGS or re.fullmatch(r"[a-z_]\w*\.\w+", name):
        return
    near = get_close_matches(name, sorted(KNOWN | _SETTINGS), n=1, cutoff=0.75)
    if near:
        raise VouchedError("sources.pg_dsn_near", near=near[0])
    if named and _NAME.fullmatch(name):
        raise VouchedError("sources.pg_dsn_unknown", name=name)
    raise VouchedError("sources.pg_dsn_some_unknown")


def _service(words: Mapping[str, str], env: Mapping[str, str]) -> Mapping[str, str]:
    """The words of the service named, from the first service file that has it."""
    places = [words.get("servicefile") or env.get("PGSERVICEFILE") or str(Path.home() / ".pg_service.conf")]
    if env.get("PGSYSCONFDIR"):
        places.append(str(Path(env["PGSYSCONFDIR"]) / "pg_service.conf"))
    for place in places:
        parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), strict=False)
        try:
            parser.read(place, "utf-8")
        except (OSError, configparser.Error, UnicodeError):
            continue
        if parser.has_section(words["service"]):
            found = dict(parser[words["service"]])
            for name in found:
                _known(name, named=False)
            return found
    raise VouchedError("sources.pg_dsn_service", file=" · ".join(places))


def _understood(text: str, words: Mapping[str, str]) -> Dsn:
    for name, value in words.items():
        _possible(name, value)
    timeout_s = _whole(words, "connect_timeout")
    return Dsn(
        hosts=_hosts(words),
        role=words.get("target_session_attrs", "any"),
        shuffled=words.get("load_balance_hosts") == "random",
        user=words.get("user"),
        password=words.get("password"),
        written=text,
        database=words.get("dbname"),
        passfile=words.get("passfile"),
        passed_on={name: value for name, value in words.items() if name in _PASSED_ON},
        socket={name: number for name in SOCKET_WORDS if (number := _whole(words, name)) is not None},
        settings={
            name: value for name, value in words.items() if name not in KNOWN or name == "options"
        },
        encoding=words.get("client_encoding"),
        connect_timeout_s=float(timeout_s) if timeout_s and timeout_s > 0 else None,
        application_name=words.get("application_name") or words.get("fallback_application_name"),
    )  # fmt: skip


def _possible(name: str, value: str) -> None:
    """Refuse a word whose value is none, or beyond the driver."""
    if name in _BEYOND:
        raise VouchedError("sources.pg_dsn_beyond", name=name)
    if name in _FIXED and value not in _FIXED[name]:
        raise VouchedError("sources.pg_dsn_only", name=name, choices=", ".join(_FIXED[name]))
    if name in _CHOICES and value not in _CHOICES[name]:
        raise VouchedError("sources.pg_dsn_choice", name=name, choices=", ".join(_CHOICES[name]))


def _hosts(words: Mapping[str, str]) -> tuple[Host, ...]:
    names, addresses = words.get("host", "").split(","), words.get("hostaddr", "").split(",")
    if words.get("hostaddr"):
        if words.get("sslmode") == "verify-full":
            raise VouchedError("sources.pg_dsn_hostaddr")
        if words.get("host") and len(names) != len(addresses):
            raise VouchedError("sources.pg_dsn_lists", name="hostaddr")
        names = [address or name for address, name in zip_longest(addresses, names, fillvalue="")]
    ports = _ports(words.get("port", ""), len(names))
    if names == [""]:
        return ()
    return tuple(Host(name or "localhost", port) for name, port in zip(names, ports, strict=True))


def _ports(text: str, count: int) -> Iterable[int]:
    written = text.split(",")
    if len(written) not in (1, count):
        raise VouchedError("sources.pg_dsn_lists", name="port")
    ports = [
        int(port) if re.fullmatch(r"[0-9]{1,5}", port) else 0 if port else DEFAULT_PORT for port in written
    ]
    if any(not 0 < port < 65_536 for port in ports):
        raise VouchedError("sources.pg_dsn_port")
    return ports * count if len(ports) == 1 else ports


def _whole(words: Mapping[str, str], name: str) -> int | None:
    value = words.get(name)
    if value is None:
        return None
    if not re.fullmatch(r"\s*-?[0-9]{1,9}\s*", value):
        raise VouchedError("sources.pg_dsn_whole", name=name)
    return int(value)


def _bad() -> VouchedError:
    return VouchedError("sources.pg_bad_dsn")
