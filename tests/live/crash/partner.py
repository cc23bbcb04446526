"""The HTTP partner of the lives that are ended: the demo's gateway in a process of its own, a little slow."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random

from aiohttp import web

from situationroom.demo.gateway import Gateway
from situationroom.demo.servers import HttpServer

_SLOW_S = 0.004


@contextmanager
def partner_process(agencies: Sequence[str], seed: int) -> Iterator[str]:
    """The URL of a partner that knows these agencies, gone with the context."""
    command = [sys.executable, "-m", __name__, str(seed), *agencies]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


class _Slow:
    """Takes its time before and after it carries a wish out; ``GET /busy`` tells how many it is at."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._busy = 0

    @web.middleware
    async def watch(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.method != "POST":
            return await handler(request)
        self._busy += 1
        try:
            await request.read()
            await asyncio.sleep(self._random.uniform(0.0, _SLOW_S))
            answer = await handler(request)
            await asyncio.sleep(self._random.uniform(0.0, _SLOW_S))
        except ConnectionError:
            return web.Response(status=400)  # whoever asked died over it
        finally:
            self._busy -= 1
        return answer

    async def busy(self, request: web.Request) -> web.Response:
        del request
        return web.json_response({"busy": self._busy})


async def _main(seed: int, agencies: Sequence[str]) -> None:
    slow = _Slow(seed)
    application = web.Application(middlewares=[slow.watch])
    application.router.add_get("/busy", slow.busy)
    Gateway(agencies).add_routes(application)
    server = HttpServer(application)
    await server.start()
    print(server.port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.stop()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), sys.argv[2:]))
