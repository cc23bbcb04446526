"""The gateway all partner calls pass: it shows their figures, and closes the line to an agency when told."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TypedDict

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from situationroom.demo.agency import Agency
from situationroom.demo.servers import stats_application

_KEPT = 10_000  # wishes remembered by their key
_KEY = "Idempotency-Key"


class _Wish(BaseModel):
    """What ``POST /outages`` takes."""

    model_config = ConfigDict(extra="forbid", strict=True)

    agency: str
    out: bool
    by: str = ""


class Applied(TypedDict):
    """One wish as it was carried out: exactly once for its key, however often it was sent."""

    key: str
    agency: str
    out: bool
    by: str
    sent: int


class Gateway:
    """Which agencies are registered as out, and by which wishes that came to be.

    ``POST /outages`` with ``{agency, out, by}`` and an ``Idempotency-Key`` registers an outage or lifts it; a
    key seen before changes nothing and gets the first answer again. ``GET /outages`` tells how all agencies
    stand, ``GET /outages/KAIT`` one of them, ``GET /applied`` what was carried out.
    """

    def __init__(self, agencies: Sequence[str]) -> None:
        self._out = dict.fromkeys(agencies, False)
        self._applied: OrderedDict[str, Applied] = OrderedDict()

    @property
    def closed(self) -> frozenset[str]:
        """The agencies that are registered as out."""
        return frozenset(agency for agency, out in self._out.items() if out)

    @property
    def applied(self) -> list[Applied]:
        """The wishes carried out, oldest first."""
        return list(self._applied.values())

    def add_routes(self, application: web.Application) -> None:
        """Serve it there."""
        application.router.add_post("/outages", self._post)
        application.router.add_get("/outages", self._all)
        application.router.add_get("/outages/{agency}", self._one)
        application.router.add_get("/applied", self._history)

    async def _post(self, request: web.Request) -> web.Response:
        key = request.headers.get(_KEY, "")
        if not key:
            return _refused(400, f"{_KEY} is missing")
        try:
            wish = _Wish.model_validate(await request.json())
        except (json.JSONDecodeError, ValidationError) as error:
            return _refused(400, str(error))
        if wish.agency not in self._out:
            return _refused(404, f"no agency {wish.agency!r}")
        if (known := self._applied.get(key)) is not None:
            return self._again(known, wish)
        self._out[wish.agency] = wish.out
        self._applied[key] = Applied(key=key, agency=wish.agency, out=wish.out, by=wish.by, sent=1)
        if len(self._applied) > _KEPT:
            self._applied.popitem(last=False)
        return web.json_response({"agency": wish.agency, "out": wish.out})

    def _again(self, known: Applied, wish: _Wish) -> web.Response:
        """A key that was seen: the same answer, and nothing is done."""
        if (known["agency"], known["out"], known["by"]) != (wish.agency, wish.out, wish.by):
            return _refused(422, f"this {_KEY} belongs to another wish")
        known["sent"] += 1
        return web.json_response({"agency": known["agency"], "out": known["out"]})

    async def _all(self, request: web.Request) -> web.Response:
        del request
        outages = [{"agency": name, "out": out} for name, out in self._out.items()]
        return web.json_response({"outages": outages})

    async def _one(self, request: web.Request) -> web.Response:
        agency = request.match_info["agency"]
        if agency not in self._out:
            return _refused(404, f"no agency {agency!r}")
        return web.json_response({"agency": agency, "out": self._out[agency]})

    async def _history(self, request: web.Request) -> web.Response:
        del request
        return web.json_response({"applied": self.applied})


def gateway_application(
    gateway: Gateway, agencies: Sequence[Agency], clock: Callable[[], float]
) -> web.Application:
    """The gateway with the figures of all ``agencies``."""
    application = stats_application(agencies, clock)
    gateway.add_routes(application)
    return application


def _refused(status: int, why: str) -> web.Response:
    return web.json_response({"error": why}, status=status)
