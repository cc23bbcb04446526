"""Lives of the program, forked from a parent that has everything imported, and ended where they should be."""

from __future__ import annotations

import ctypes
import json
import os
import selectors
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.live.crash.points import Point

LONGEST_S = 30.0
"""No life takes so long: one that does hangs, which is a failure of its own."""

_PR_SET_CHILD_SUBREAPER = 36
_PIECE = 65_536

Said = Mapping[str, object]
Say = Callable[[Said], None]


@dataclass(slots=True)
class Life:
    """One life of the program in a lane: what it was to do, what it said, and how it ended."""

    lane: int
    point: Point
    pid: int = 0
    said: list[Said] = field(default_factory=list)
    killed: bool = False
    hung: bool = False
    exit_code: int | None = None


class Nursery:
    """Begins lives and sees them end. What a dead one's programs leave running comes to us."""

    def __init__(self) -> None:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._selector = selectors.DefaultSelector()
        self._under_way: dict[int, _UnderWay] = {}

    def begin(self, life: Life, live: Callable[[Say], None]) -> None:
        """Fork, and have the child ``live``. It says things through what it is given."""
        ours, theirs = os.pipe()
        life.pid = os.fork()
        if life.pid == 0:
            _be(live, theirs)
        os.close(theirs)
        latest = time.monotonic() + LONGEST_S
        self._under_way[ours] = _UnderWay(life, latest, latest)
        self._selector.register(ours, selectors.EVENT_READ)

    def ended(self) -> Iterator[Life]:
        """Wait for something to happen, and give the lives that have ended; none left: nothing."""
        if not self._under_way:
            return
        due = min(each.due for each in self._under_way.values())
        for key, _ in self._selector.select(max(0.0, due - time.monotonic())):
            each = self._under_way[key.fd]
            if piece := os.read(key.fd, _PIECE):
                each.hear(piece)
            else:
                yield self._buried(key.fd)
        now = time.monotonic()
        for each in self._under_way.values():
            if now >= each.due:
                os.kill(each.life.pid, signal.SIGKILL)
                each.life.hung = now >= each.latest
                each.due = now + LONGEST_S

    def orphans_gone(self, word: str) -> bool:
        """Whether no program is left that a dead life had started with ``word`` among its arguments."""
        ours = {each.life.pid for each in self._under_way.values()}
        gone = True
        for pid in _children() - ours:
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if not command:  # dead, and waiting to be buried
                _bury(pid)
            elif word.encode() in command:
                gone = False
        return gone

    def _buried(self, pipe: int) -> Life:
        """Its pipe is closed, so it is dead: find out how."""
        self._selector.unregister(pipe)
        os.close(pipe)
        each = self._under_way.pop(pipe)
        life = each.life
        _, status = os.waitpid(life.pid, 0)
        life.exit_code = os.waitstatus_to_exitcode(status)
        life.killed = life.exit_code == -signal.SIGKILL
        lines = each.heard.split(b"\n")
        life.said = [json.loads(line) for line in lines[:-1]]  # a word broken off by death says nothing
        return life


@dataclass(slots=True)
class _UnderWay:
    life: Life
    due: float
    latest: float
    heard: bytes = b""

    def hear(self, piece: bytes) -> None:
        """Its first word is that it is armed: its time runs from there."""
        if not self.heard and self.life.point.place == "moment":
            self.due = time.monotonic() + self.life.point.after_s
        self.heard += piece


def _be(live: Callable[[Say], None], pipe: int) -> None:
    """The child: live, and end without anything of the parent's being tidied up."""
    code = 1
    try:
        live(lambda said: _write(pipe, said))
        code = 0
    except BaseException as error:  # noqa: BLE001 - the parent must hear of it; it is a child's last word
        _write(pipe, {"broke": f"{type(error).__name__}: {error}"})
    finally:
        os._exit(code)


def _write(pipe: int, said: Said) -> None:
    os.write(pipe, json.dumps(said, ensure_ascii=False).encode() + b"\n")


def _children() -> set[int]:
    pid = os.getpid()
    return {int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def _bury(pid: int) -> None:
    """Let a dead one go, unless somebody else waits for it."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
