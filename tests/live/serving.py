"""The real ``serve`` command, for tests of what a browser gets."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass
class Serving:
    """A running ``serve`` and its address."""

    process: asyncio.subprocess.Process
    url: str

    @property
    def socket(self) -> str:
        """Where its page opens a websocket."""
        return self.url.replace("http", "ws") + "/ws?width=100&height=30"

    def family(self) -> list[psutil.Process]:
        """Every process below it."""
        return psutil.Process(self.process.pid).children(recursive=True)


@asynccontextmanager
async def serving(layout: Path | str, *options: str) -> AsyncIterator[Serving]:
    """``situationroom serve`` on a free port; killed at the end where it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "situationroom", "serve", str(layout), "--port", "0", *options,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(20):
            said = (await process.stdout.readline()).decode()
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert address is not None, said
        yield Serving(process, address[0])
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
