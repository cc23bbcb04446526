"""Knocks at the hosts of a connection string, one after the other, until one lets us in that fits."""

from __future__ import annotations

import asyncio
import codecs
import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType
from urllib.parse import urlencode

import asyncpg

from situationroom.errors import SourceError
from situationroom.sources.pg.dsn import FILES, Dsn, Host
from situationroom.sources.pg.errors import TROUBLE, explain, hidden
from situationroom.sources.pg.link import Link
from situationroom.values import Message

AVOIDED_S = 15.0
"""A host that failed is tried after the others for so long."""

NOTICEABLE_S = 0.2
"""Whoever was cancelled after so long of waiting for a host found it not answering."""

STATEMENTS = 100
"""Prepared statements kept on a connection, where they are kept."""

_TRY_THE_NEXT = ("57P", "53300", "08")
"""States in which a server lets nobody in: another host may. A wrong password is wrong everywhere."""

ROLE = "pg_is_in_recovery() as standby, current_setting('default_transaction_read_only') = 'on' as closed"
"""What of a server decides whether it fits."""

_ANY_BYTES, _EVERY_BYTE = "SQL_ASCII", "LATIN1"
"""A database that holds any bytes sends them as they are to a client whose encoding takes every byte."""

_SOCKET_OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "keepalives_idle": "TCP_KEEPIDLE",
        "keepalives_interval": "TCP_KEEPINTVL",
        "keepalives_count": "TCP_KEEPCNT",
        "tcp_user_timeout": "TCP_USER_TIMEOUT",
    }
)


@dataclass(frozen=True, slots=True)
class Server:
    """Where the database is and how to knock.

    Attributes:
        dsn: its hosts, and who we are.
        connect_timeout_s: for each host.
        application_name: what the database lists us as.
        statement_cache: whether prepared statements are kept on a connection; None: unless a pooler is found.

    """

    dsn: Dsn = field(repr=False)
    connect_timeout_s: float
    application_name: str
    statement_cache: bool | None

    def fits(self, *, standby: bool, closed: bool) -> bool:
        """Whether a server is what ``target_session_attrs`` wants; ``closed`` is one that takes no writes."""
        match self.dsn.role:
            case "primary":
                return not standby
            case "standby":
                return standby
            case "read-write":
                return not (standby or closed)
            case "read-only":
                return standby or closed
            case _:
                return True

    def explain(self, error: BaseException, timeout_s: float) -> Message:
        """The sentence for an error of :data:`TROUBLE`, without any secret of the connection string."""
        return hidden(explain(error, timeout_s), self.dsn.secrets())


class Connector:
    """Makes connections to one database, wherever it is now.

    Attributes:
        keeps: whether prepared statements are kept on a connection from one transaction to the next.
        encoding: what the server sends text in, where that is not UTF-8; asked for within each transaction.
        raw: whether the database holds any bytes, which come and go as they are.

    """

    def __init__(self, server: Server, random: Random) -> None:
        self.keeps = server.statement_cache is not False
        self.encoding: str | None = None
        self.raw = False
        self._server = server
        self._random = random
        self._failed: dict[Host | None, float] = {}

    async def connect(self) -> Link:
        """A connection to the first host that lets us in and fits; the whole list is tried once.

        Raises:
            SourceError: no host would do, with the reason of each; or a file of the string is not there.
            OSError, asyncpg.PostgresError and others of ``TROUBLE``: where there is only one host, its own.

        """
        self._look_for_files()
        reasons: list[Message] = []
        spare: Link | None = None
        hosts = list(self._in_order())
        for host in hosts:
            try:
                link, suits = await self._knock(host)
            except TROUBLE as error:
                if len(hosts) == 1 or not _another_may(error):
                    raise
                reason = self._server.explain(error, self._server.connect_timeout_s)
                reasons.append(Message("sources.pg_host", {"host": str(host), "reason": reason}))
                continue
            if suits:
                if spare is not None:
                    spare.terminate()
                return link
            reason = Message("sources.pg_misfit", {"role": self._server.dsn.role})
            reasons.append(Message("sources.pg_host", {"host": str(host), "reason": reason}))
            if self._server.dsn.role == "prefer-standby" and spare is None:
                spare = link
            else:
                link.terminate()
        if spare is not None:
            return spare
        raise SourceError("sources.pg_no_host", reasons=_listed(reasons))

    async def _knock(self, host: Host | None) -> tuple[Link, bool]:
        """A connection to one host, and whether it fits."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with asyncio.timeout(self._server.connect_timeout_s):
                link = await self._dial(host)
                if not self.raw and link.get_settings().server_encoding == _ANY_BYTES:
                    link.terminate()
                    self.raw = True
                    link = await self._dial(host)
                try:
                    suits = await self._suits(link)
                except BaseException:
                    link.terminate()
                    raise
        except BaseException as error:
            if not isinstance(error, asyncio.CancelledError) or loop.time() - begun > NOTICEABLE_S:
                self._failed[host] = loop.time()
            raise
        self._failed.pop(host, None)
        return link, suits

    async def _dial(self, host: Host | None) -> Link:
        server, dsn = self._server, self._server.dsn
        words = dict(dsn.passed_on)
        trusting_system = words.get("sslrootcert") == "system"
        if trusting_system:
            words.pop("sslrootcert")
        settings = {"application_name": server.application_name, **dsn.settings}
        if self.raw:
            settings["client_encoding"] = _EVERY_BYTE
        link: Link = await asyncpg.connect(
            f"postgresql://?{urlencode(words)}" if words else None,
            host=host.name if host else None,
            port=host.port if host else None,
            user=dsn.user,
            password=dsn.password,
            passfile=dsn.passfile,
            database=dsn.database,
            ssl=ssl.create_default_context() if trusting_system else None,
            timeout=server.connect_timeout_s,
            statement_cache_size=STATEMENTS if self.keeps else 0,
            server_settings=settings,
            connection_class=Link,
        )
        _set_socket(link, dsn.socket)
        encoding = dsn.encoding if self.raw else self.encoding
        link.equip(python_encoding(encoding or "UTF8"), raw=self.raw)
        return link

    async def _suits(self, link: Link) -> bool:
        if self._server.dsn.role == "any":
            return True
        row = await link.fetchrow(f"select {ROLE}")
        assert row is not None
        if self._server.dsn.role == "prefer-standby":
            return bool(row["standby"])
        return self._server.fits(standby=row["standby"], closed=row["closed"])

    def _in_order(self) -> Iterator[Host | None]:
        """The hosts as they are listed (or in any order), those that failed just now last."""
        hosts: list[Host | None] = [*self._server.dsn.hosts] or [None]
        if self._server.dsn.shuffled:
            self._random.shuffle(hosts)
        now = asyncio.get_running_loop().time()
        avoided = {host: at for host, at in self._failed.items() if now - at < AVOIDED_S}
        yield from (host for host in hosts if host not in avoided)
        yield from sorted((host for host in hosts if host in avoided), key=lambda host: avoided[host])

    def _look_for_files(self) -> None:
        for name in FILES:
            place = self._server.dsn.passed_on.get(name)
            if place and place != "system" and not os.access(place, os.R_OK):
                raise SourceError("sources.pg_dsn_file", name=name, file=place)


def python_encoding(name: str) -> str:
    """Python's name of an encoding of the server's; those of Korean are read as their superset."""
    plain = name.replace("-", "").replace("_", "").lower()
    if plain in ("euckr", "uhc", "win949"):
        return "cp949"
    for candidate in (plain.replace("win", "cp"), name.replace("_", "-"), plain):
        try:
            return codecs.lookup(candidate).name
        except LookupError:
            continue
    return "utf-8"


def _another_may(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return True
    return str(getattr(error, "sqlstate", None) or "08").startswith(_TRY_THE_NEXT)


def _listed(reasons: list[Message]) -> Message:
    """Several reasons as one sentence."""
    listed = reasons[-1]
    for reason in reversed(reasons[:-1]):
        listed = Message("sources.pg_hosts", {"first": reason, "more": listed})
    return listed


def _set_socket(link: Link, words: Mapping[str, int]) -> None:
    """Set what the string says of keeping alive; ``keepalives=0`` turns it off."""
    if not words:
        return
    transport = getattr(link, "_transport", None)  # the driver shows it in no other way
    plug: socket.socket | None = transport.get_extra_info("socket") if transport else None
    if plug is None or plug.family == socket.AF_UNIX:
        return
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, int(words.get("keepalives", 1) != 0))
    for word, option in _SOCKET_OPTIONS.items():
        if words.get(word, 0) > 0 and hasattr(socket, option):
            plug.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), words[word])
