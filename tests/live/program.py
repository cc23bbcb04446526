"""The whole program in a real terminal, for tests."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

from tests.terminal import Terminal

SITUATIONROOM = [sys.executable, "-m", "situationroom"]
WALL = (160, 45)


def program(
    *words: str | Path, size: tuple[int, int] = WALL, env: Mapping[str, str] | None = None
) -> Terminal:
    """``situationroom WORDS…`` in a terminal; use it as an async context manager."""
    return Terminal([*SITUATIONROOM, *map(str, words)], size, env)


def room(folder: Path, layout: str) -> Path:
    """A layout file with this text."""
    path = folder / "room.yaml"
    path.write_text(layout, "utf-8")
    return path


def journal_of(layout: Path, state: Path) -> Path:
    """Where the journal of a user's layout is."""
    told = hashlib.sha256(str(layout.resolve()).encode()).hexdigest()[:8]
    return state / f"{layout.stem}-{told}.journal"


@contextlib.contextmanager
def temporary_place() -> Iterator[Path]:
    """A folder for ``TMPDIR`` that a server running as another user may pass through."""
    place = Path(tempfile.mkdtemp(prefix="whole-"))
    place.chmod(0o711)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def ports_of(family: list[psutil.Process]) -> set[int]:
    """The TCP ports these processes listen on."""
    return {
        connection.laddr.port
        for process in family
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }


def is_listening(port: int) -> bool:
    """Whether somebody takes connections on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
