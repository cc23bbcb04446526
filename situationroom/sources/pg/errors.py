"""What PostgreSQL and its driver say went wrong, in sentences for operators."""

from __future__ import annotations

import re
from collections.abc import Sequence

import asyncpg

from situationroom.sources.net.network import network_reason
from situationroom.sources.pg.arguments import BadArgumentError
from situationroom.values import Message

TROUBLE = (
    OSError,  # TimeoutError among them
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ValueError,  # a value the driver cannot read or write
    OverflowError,
)
"""Whatever asyncpg raises for reasons outside this program."""

LONGEST_DETAIL = 300

HIDDEN = "•••"
_SHORT = 4

_MISCOUNTED = "the server expects"  # so begins the driver's word for a wrong number of arguments

_PLACE = re.compile(r"invalid input for query argument \$(\d+)")

_BY_STATE = {
    "28P01": "sources.pg_login",
    "28000": "sources.pg_not_admitted",
    "3D000": "sources.pg_no_database",
    "25006": "sources.pg_read_only",
    "42501": "sources.pg_not_permitted",
    "53300": "sources.pg_too_many_connections",
    "55P03": "sources.pg_locked",
    "40P01": "sources.pg_deadlock",
    "57P01": "sources.pg_shut_down",
    "57P02": "sources.pg_shut_down",
    "57P03": "sources.pg_not_ready",
}

_CURES = {
    "42P18": "sources.pg_cure_untyped",
    "42883": "sources.pg_cure_types",
    "42804": "sources.pg_cure_types",
}
"""What to do about statements whose types the server cannot bring together."""


def explain(error: BaseException, timeout_s: float) -> Message:
    """The sentence for an error of :data:`TROUBLE`; never shows the connection URL or a password."""
    if isinstance(error, asyncpg.DataError) and (place := _PLACE.match(str(error))):  # the driver's own word
        return Message("sources.pg_argument_refused", {"position": int(place[1])})
    server_said = _from_server(error)
    if server_said is not None:
        return _refusal(server_said, timeout_s)
    match error:
        case BadArgumentError():
            return error.message
        case TimeoutError():
            return Message("sources.timeout", {"after_s": timeout_s})
        case asyncpg.ClientConfigurationError():
            return Message("sources.pg_bad_dsn")
        case asyncpg.OutdatedSchemaCacheError():
            return Message("sources.pg_schema_changed")
        case asyncpg.InternalClientError():
            return Message("sources.pg_not_postgres")
        case asyncpg.InterfaceError() if str(error).startswith(_MISCOUNTED):
            return Message("sources.pg_error", {"detail": short(str(error).partition("\n")[0])})
        case asyncpg.InterfaceError() | asyncpg.PostgresConnectionError():
            return Message("sources.lost")
        case OSError():
            return network_reason(error) or Message("sources.lost")
        case _:
            return Message("sources.pg_unreadable_value", {"detail": short(str(error))})


def hidden(message: Message, secrets: Sequence[str]) -> Message:
    """The sentence with every secret in it, however it is written, replaced."""
    if not secrets:
        return message
    pattern = re.compile("|".join(_spelled(secret) for secret in secrets), re.IGNORECASE)

    def shown(value: object) -> object:
        if isinstance(value, Message):
            return Message(value.id, {name: shown(inner) for name, inner in value.values.items()})
        return pattern.sub(HIDDEN, value) if isinstance(value, str) else value

    return Message(message.id, {name: shown(value) for name, value in message.values.items()})


def _spelled(secret: str) -> str:
    """A pattern for a secret; a short one only counts as a word of its own, or every sentence had some."""
    pattern = re.escape(secret)
    return pattern if len(secret) > _SHORT else rf"(?<!\w){pattern}(?!\w)"


def is_stale(error: BaseException) -> bool:
    """Whether the server runs on and only what we remember of its tables and types is out of date."""
    if isinstance(error, (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)):
        return True
    return _state(error) == "XX000" and "cache lookup failed" in str(error)


def is_lost(error: BaseException) -> bool:
    """Whether the connection is gone, rather than a statement refused on a healthy one."""
    return isinstance(error, (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError)) or _state(
        error
    ).startswith(("08", "57P"))


def short(detail: str) -> str:
    """A detail from outside, in one line of bounded length."""
    line = " ".join(detail.split())
    return line if len(line) <= LONGEST_DETAIL else line[:LONGEST_DETAIL] + "…"


def _from_server(error: BaseException) -> asyncpg.PostgresError | None:
    """The server's own words: the error, or what it said before it closed the connection."""
    for said in (error, error.__cause__):
        if isinstance(said, asyncpg.PostgresError):
            local = isinstance(said, asyncpg.PostgresConnectionError) and not said.severity
            if not local:  # the driver's own word for a connection that just ended
                return said
    return None


def _refusal(error: asyncpg.PostgresError, timeout_s: float) -> Message:
    state, detail = _state(error), short(str(error.message or error))
    if state == "57014":
        timed_out = "statement timeout" in detail
        return Message("sources.pg_statement_timeout" if timed_out else "sources.pg_cancelled",
                       {"after_s": timeout_s})  # fmt: skip
    cure = _CURES.get(state) if "operator does not exist" in detail or state != "42883" else None
    if cure is not None:
        return Message("sources.pg_error_cure", {"detail": detail, "cure": Message(cure)})
    return Message(_BY_STATE.get(state, "sources.pg_error"), {"detail": detail})


def _state(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or "")
