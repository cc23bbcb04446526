"""The world's HTTP side: partner agencies with their statistics, and a chat room that remembers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TypedDict

from aiohttp import web

from situationroom.demo.agency import Agency, CallStats

_KEPT_MESSAGES = 200
_LARGEST_MESSAGE = 20 * 1024 * 1024  # a picture may be attached
_GOODBYE_S = 0.2


class Stats(TypedDict):
    """What ``/stats`` answers: whole agencies, and each of their services."""

    agencies: list[CallStats]
    services: list[CallStats]


class ChatMessage(TypedDict):
    """One message as the chat room keeps it."""

    title: str
    message: str
    attachments: int


class HttpServer:
    """An aiohttp application on a free port of 127.0.0.1."""

    def __init__(self, application: web.Application) -> None:
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=_GOODBYE_S)
        self.port = 0

    async def start(self) -> None:
        """Listen."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close every connection."""
        await self._runner.cleanup()


def stats_application(agencies: Sequence[Agency], clock: Callable[[], float]) -> web.Application:
    """``GET /stats``: the agencies at the world's present second, as :class:`Stats`."""

    async def stats(request: web.Request) -> web.Response:
        del request
        now = clock()
        answer = Stats(
            agencies=[agency.stats(now) for agency in agencies],
            services=[service for agency in agencies for service in agency.services(now)],
        )
        return web.json_response(answer)

    application = web.Application()
    application.router.add_get("/stats", stats)
    return application


def chat_application() -> web.Application:
    """``POST /chat`` takes what Apprise's ``json://`` sends; ``GET /chat`` shows the last messages."""
    kept: deque[ChatMessage] = deque(maxlen=_KEPT_MESSAGES)

    async def post(request: web.Request) -> web.Response:
        body = await request.json()
        kept.append(
            ChatMessage(
                title=str(body.get("title", "")),
                message=str(body.get("message", "")),
                attachments=len(body.get("attachments", ())),
            )
        )
        return web.json_response({"kept": len(kept)})

    async def look(request: web.Request) -> web.Response:
        del request
        return web.json_response({"messages": list(kept)})

    application = web.Application(client_max_size=_LARGEST_MESSAGE)
    application.router.add_post("/chat", post)
    application.router.add_get("/chat", look)
    return application
