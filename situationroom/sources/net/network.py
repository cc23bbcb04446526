"""Why a connection could not be made or was lost, whichever library it was made with."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from situationroom.formats import printable
from situationroom.values import Message


def network_reason(error: BaseException) -> Message | None:
    """The sentence for what lies at the bottom of ``error``; None where that is no network trouble."""
    causes = [*_causes(error)]
    for cause in causes:
        match cause:
            case ConnectionRefusedError():
                return Message("sources.refused")
            case socket.gaierror():
                return Message("sources.unknown_host")
            case ssl.SSLError():
                detail = getattr(cause, "verify_message", "") or cause.reason or type(cause).__name__
                return Message("sources.tls", {"detail": printable(str(detail))})
    for cause in causes:
        match cause:
            case TimeoutError():
                continue
            case ConnectionError():
                return Message("sources.lost")
            case OSError(errno=None) if "refused" in str(cause):  # several addresses, each refused
                return Message("sources.refused")
            case OSError(strerror=str(word)):
                return Message("sources.unreachable", {"detail": printable(word)})
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it, outermost first."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for member in error.exceptions:
                yield from _causes(member)
        error = error.__cause__ or error.__context__
