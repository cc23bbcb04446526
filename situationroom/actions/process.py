"""A command run to its end within bounds of time and output, with all it starts."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from situationroom.errors import ActionFailed
from situationroom.formats import printable
from situationroom.sources.parse.charsets import UTF_8, Decoder
from situationroom.values import Message

GRACE_S = 2.0
"""What is told to end gets this long before it is killed."""

LOOK_S = 0.1
"""How often a running command is looked at for a person's wish to stop it."""

_GUARDIAN = Path(__file__).with_name("guardian.py")
_BEFORE = 1_000  # characters before what is kept, so that the cut goes through nothing that is to be hidden
_LAST_WORDS_S = 1.0  # a grandchild that lives on may keep the output open


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended.

    Attributes:
        code: its exit code, or -n where signal n ended it.
        output: the last of what it wrote, both streams together, safe to show.
        cut: why it was ended before it had done, or None.

    """

    code: int
    output: str
    cut: Message | None = None


async def execute(
    argv: Sequence[str],
    env: Mapping[str, str],
    cwd: Path,
    *,
    timeout_s: float,
    keep: int,
    encoding: str = UTF_8,
    hide: Callable[[str], str] = lambda text: text,
    stop: Callable[[], Message | None] = lambda: None,
) -> Ended:
    """Run ``argv``, no shell in between; whatever ends this, nothing of the command's group is left running.

    ``keep`` is how many bytes of its output are kept, the last ones; ``encoding`` is a label of a charset,
    ``hide`` takes out of it what nobody may see. ``stop`` tells why it should be ended.

    Raises:
        ActionFailed: it could not be started.

    """
    told, report = os.pipe()
    output, written = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(_GUARDIAN), str(report), str(GRACE_S)),
            *argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=written,
            stderr=written,
            env={"PATH": os.environ.get("PATH", os.defpath), **env},
            cwd=cwd,
            pass_fds=(report,),
            start_new_session=True,
        )
    except BaseException as error:
        os.close(told)
        os.close(output)
        if not isinstance(error, OSError):
            raise
        raise ActionFailed("actions.command_not_started", detail=error.strerror or str(error)) from error
    finally:
        os.close(report)
        os.close(written)
    tail = _Tail(keep, encoding, hide)
    said = os.fdopen(output, "rb")
    reading: asyncio.ReadTransport | None = None
    try:
        reading, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: tail, said)
        cut = await _watched(process, timeout_s, stop)
    finally:
        await _ended(process)
        if reading is None:  # cancelled between the start and here
            said.close()
        else:
            await asyncio.wait([tail.ended], timeout=_LAST_WORDS_S)
            reading.close()
        detail = os.read(told, 1_000).decode(errors="replace")
        os.close(told)
    if detail:
        raise ActionFailed("actions.command_not_started", detail=printable(detail))
    assert process.returncode is not None
    return Ended(process.returncode, tail.shown(), cut)


async def _watched(
    process: asyncio.subprocess.Process, timeout_s: float, stop: Callable[[], Message | None]
) -> Message | None:
    """Wait for its end; why it has to be ended, or None where it ended by itself."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    waiting = asyncio.create_task(process.wait())
    try:
        while not waiting.done():
            if (why := stop()) is not None:
                return why
            left_s = deadline - loop.time()
            if left_s <= 0:
                return Message("actions.command_timeout", {"after_s": timeout_s})
            await asyncio.wait([waiting], timeout=min(LOOK_S, left_s))
    finally:
        waiting.cancel()
    return None


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Let go of the lifeline: what still runs ends, or is ended."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(GRACE_S * 2):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


class _Tail(asyncio.Protocol):
    """The last of what a pipe says, as text."""

    def __init__(self, keep: int, encoding: str, hide: Callable[[str], str]) -> None:
        self._keep = keep
        self._hide = hide
        self._decoder = Decoder(encoding)
        self._text = ""
        self.ended = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        self._text = (self._text + self._decoder.read(data))[-self._keep - _BEFORE :]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(exc)

    def shown(self) -> str:
        """As text that is safe to show."""
        text = (self._text + self._decoder.read(b"", final=True)).removeprefix("\ufeff")
        kept = self._hide(text).encode("utf-8", "replace")[-self._keep :].decode("utf-8", "ignore")
        return "\n".join(printable(line, None) for line in kept.splitlines()).strip()
