"""How the room and its references are started for a measurement."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from situationroom.demo.postgres import PostgresServer
from tests.partners import partners_process

ROOT = Path(__file__).parents[2]
LAYOUT = Path(__file__).parent / "wall.yaml"
ROOM = [sys.executable, "-m", "situationroom"]
WALL, LARGE_WALL = (200, 50), (400, 100)


def reference(name: str) -> list[str]:
    """The command line of a program in ``reference/``."""
    return [sys.executable, "-m", f"tests.bench.reference.{name}"]


@contextmanager
def as_installed() -> Iterator[None]:
    """Programs started within keep their compiled modules, as installed ones do.

    Each measurement runs every program once before it counts.
    """
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="bench-pyc-") as compiled:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


@contextmanager
def outside() -> Iterator[Mapping[str, str]]:
    """A PostgreSQL and the partners; gives the environment that ``wall.yaml`` wants."""
    with (
        PostgresServer.start() as server,
        partners_process() as partners,
        tempfile.TemporaryDirectory() as state,
    ):
        yield {
            "BENCH_DSN": server.dsn,
            "BENCH_HTTP": partners.url,
            "BENCH_WS": partners.events_url,
            "SITUATIONROOM_STATE": state,
        }
