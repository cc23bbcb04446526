"""A lane: a database, a journal and a layout in which one life follows the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from situationroom.catalog import Catalog
from situationroom.commands._open import open_layout
from situationroom.demo.gateway import Applied
from situationroom.journal import Journal
from situationroom.journal.entry import Entry
from situationroom.layout.models import Layout
from situationroom.values import Value
from tests.live.crash.judge import Effect

HERE = Path(__file__).parent
ACTIONS = ("toggle", "switch", "sql", "http", "command", "batch", "sequence")

_SCRIPT = '#!/bin/sh\nprintf "%s\\n" "$1" >> "$2"\n'
_NEXT_QUEUE = "select min(queue) from item where queue like $1 and state = 'ERROR'"
_OTHERS = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane. ``name`` is its agency at the partner and its folder's."""

    name: str
    folder: Path
    dsn: str
    partner: str
    layout: Layout
    types: Catalog

    @classmethod
    async def made(cls, name: str, folder: Path, dsn: str, partner: str) -> Lane:
        """A lane in an empty database and folder."""
        folder.mkdir()
        script = folder / "note.sh"
        script.write_text(_SCRIPT, "utf-8")
        script.chmod(0o755)
        (folder / "notes").touch()
        path = folder / "lane.yaml"
        path.write_text((HERE / "lane.yaml").read_text("utf-8"), "utf-8")
        env = {
            "DSN": dsn,
            "PARTNER": partner,
            "AGENCY": name,
            "SECOND": f"{name}-second",
            "FOLDER": str(folder),
        }
        layout, types = open_layout(str(path), env)
        connection = await asyncpg.connect(dsn, timeout=5)
        await connection.execute((HERE / "lane.sql").read_text("utf-8"))
        await connection.close(timeout=5)
        return cls(name, folder, dsn, partner, layout, types)

    @property
    def second(self) -> str:
        """The agency of the lane's sequence."""
        return f"{self.name}-second"

    async def quiet(self) -> bool:
        """Whether nothing that a dead life began is still going on in the database or at the partner."""
        connection = await asyncpg.connect(self.dsn, timeout=5)
        try:
            others = await connection.fetchval(_OTHERS)
        finally:
            await connection.close(timeout=5)
        async with httpx.AsyncClient(base_url=self.partner, timeout=5, verify=False) as client:
            # Asked twice: by the second answer it has read whatever was sent to it before the first question.
            busy = [(await client.get("/busy")).json()["busy"] for _ in range(2)]
        return not others and not any(busy)

    async def wish(self, kind: str) -> tuple[str, dict[str, Value]]:
        """The action of a kind, and its values, that change something now."""
        if kind == "http":
            async with httpx.AsyncClient(base_url=self.partner, timeout=5, verify=False) as client:
                out = (await client.get(f"/outages/{self.name}")).json()["out"]
            return ("http-back" if out else "http"), {}
        connection = await asyncpg.connect(self.dsn, timeout=5)
        try:
            if kind == "switch":
                present = await connection.fetchval("select value from setting where name = 'switch'")
                return kind, {"to": "B" if present == "A" else "A"}
            if kind == "sequence":
                out = await connection.fetchval("select value from setting where name = 'outage'") != "none"
                return ("sequence-back" if out else "sequence"), {}
            if kind in ("sql", "batch"):
                return kind, {"queue": await connection.fetchval(_NEXT_QUEUE, f"{kind}%")}
        finally:
            await connection.close(timeout=5)
        return kind, {}

    async def entries(self) -> list[Entry]:
        """All of its journal."""
        assert self.layout.journal is not None
        journal = Journal(self.folder / self.layout.journal)
        try:
            return [entry async for entry in journal.entries()]
        finally:
            await journal.close()

    async def effects(self) -> Sequence[Effect]:
        """Everything that happened outside, every time it happened."""
        connection = await asyncpg.connect(self.dsn, timeout=5)
        try:
            rows = await connection.fetch("select run, what from effect")
        finally:
            await connection.close(timeout=5)
        async with httpx.AsyncClient(base_url=self.partner, timeout=5, verify=False) as client:
            applied = (await client.get("/applied")).json()["applied"]
        noted = Counter((self.folder / "notes").read_text("utf-8").split())
        return [
            *(Effect(_run(row["run"]), row["what"]) for row in rows),
            *_requests([wish for wish in applied if wish["agency"] == self.name]),
            *_requests([wish for wish in applied if wish["agency"] == self.second]),
            *(Effect(run, "command") for run in noted.elements()),
        ]


def _run(said: str) -> str:
    """The run of what was said by it, or by a step of it (``run-2``)."""
    return said.partition("-")[0]


def _requests(applied: Sequence[Applied]) -> Iterator[Effect]:
    """The wishes of one agency, in their order, each as often as it was sent."""
    out = False
    for wish in applied:
        for _ in range(wish["sent"]):
            yield Effect(_run(wish["by"]), "http", changed=wish["out"] != out)
        out = wish["out"]
