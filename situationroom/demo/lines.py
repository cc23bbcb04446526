"""The line to a partner agency: straight, or round it over the fallback while the agency is out."""

from __future__ import annotations

from situationroom.demo.agency import Agency

_SLOWER = 2.4  # the fallback takes so many times as long
_REFUSED_MS = 5.0


class Line:
    """How our systems reach one agency.

    Attributes:
        agency: the agency itself.
        diverted: our route leads over the fallback.
        closed: the gateway lets no call through to the agency.

    """

    def __init__(self, agency: Agency, fallback: Agency) -> None:
        self.agency = agency
        self._fallback = fallback
        self.diverted = False
        self.closed = False

    def call(self, t: float, service: str, ms: float, *, good: bool) -> bool:
        """One call at ``t``, which at the agency itself would take ``ms``; whether it succeeded.

        What is still sent straight to an agency whose line is closed is refused by the gateway, at once.
        """
        if self.diverted:
            self._fallback.call(t, service, ms * _SLOWER, good=good)
            return good
        if self.closed:
            self._fallback.call(t, service, _REFUSED_MS, good=False)
            return False
        self.agency.call(t, service, ms, good=good)
        return good
