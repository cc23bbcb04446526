"""How fast a batch goes through a backlog, beside a bare asyncpg loop doing the same statements."""

from __future__ import annotations

import asyncio
import time
import uuid
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import asyncpg

from situationroom.actions.assembly import assembled
from situationroom.actions.fire import Confirmation, Firing
from situationroom.catalog import catalog
from situationroom.demo.postgres import PostgresServer
from situationroom.engine.clock import SystemClock
from situationroom.journal import Journal
from situationroom.layout.load import load
from situationroom.people.proofs import Proofs
from situationroom.people.sign_in import SignIn
from situationroom.people.users import UsersFile
from situationroom.values import FeedState, Person, RunState
from tests.bench.report import Figure
from tests.live.firing_room import going_on

ITEMS = 100_000
STEP = 200
ROUNDS = 7
KEY_MS = 100.0
"""Within this a key press must be answered while a batch runs."""

_LOOK_S = 0.01
_AS_OPERATED = {"fsync": "on", "synchronous_commit": "on"}

_SCHEMA = """
drop table if exists error_queue;
create table error_queue (id bigint primary key, code text not null, state text not null, tried_in text);
insert into error_queue select n, 'E' || n % 7, 'ERROR', null from generate_series(1, $items) n;
create index on error_queue (id) where state = 'ERROR';
vacuum analyze error_queue;
checkpoint;
"""

_STEP = """
with picked as (
  select id from error_queue where state = 'ERROR' and tried_in is distinct from $2
  order by id limit $1 for update skip locked
)
update error_queue q set state = case when q.id % 97 = 0 then 'ERROR' else 'DONE' end, tried_in = $2
from picked where q.id = picked.id
returning q.state = 'ERROR' as failed
"""

_LAYOUT = """
room: bench
sources: {{db: {{type: postgres, dsn: "{dsn}"}}}}
people: {{kim: {{name: Kim, roles: [operator]}}}}
actions:
  reprocess:
    kind: batch
    source: db
    roles: operator
    batch: {step}
    count: {{sql: "select count(*) from error_queue where state = 'ERROR'"}}
    step: {{sql: {sql!r}, args: [batch, run]}}
"""


async def measure() -> list[Figure]:
    """Seconds for the whole backlog, best of several in turns; how long the loop was held up meanwhile."""
    ours, bare, held = [], [], []
    with PostgresServer.start(settings=_AS_OPERATED) as server, TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            await _fill(server.dsn)
            bare.append(await _bare(server.dsn))
            await _fill(server.dsn)
            took_s, held_ms = await _ours(server.dsn, Path(folder))
            ours.append(took_s)
            held.append(held_ms)
    return [
        Figure(
            f"batch of {ITEMS:,} items in steps of {STEP}", min(ours), "s",
            "bare asyncpg loop", min(bare), goal_ratio=1 / 0.9,
        ),
        Figure("longest hold-up of the loop during the batch", median(held), "ms", goal=KEY_MS),
    ]  # fmt: skip


async def _fill(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    for statement in _SCHEMA.replace("$items", str(ITEMS)).split(";"):
        if statement.strip():
            await connection.execute(statement)
    await connection.close()


async def _bare(dsn: str) -> float:
    """The same statements in the same transactions, and nothing else."""
    run, done = uuid.uuid4().hex, 0
    began = time.perf_counter()
    connection = await asyncpg.connect(dsn)
    statement = await connection.prepare(_STEP)
    while done < ITEMS:
        async with connection.transaction():
            rows = await statement.fetch(STEP, run)
        done += len(rows)
    took_s = time.perf_counter() - began
    await connection.close()
    return took_s


async def _ours(dsn: str, folder: Path) -> tuple[float, float]:
    """Through the whole door; counted from the claim on, to the end in the journal."""
    path = folder / "bench.yaml"
    sql = " ".join(_STEP.split())
    path.write_text(_LAYOUT.format(dsn=dsn, step=STEP, sql=sql), "utf-8")
    types = catalog(folder)
    layout = load(path, types, {})
    sources = {name: types.sources[spec.type](name, spec.options) for name, spec in layout.sources.items()}
    clock = SystemClock("Asia/Seoul")
    journal = Journal(folder / f"{uuid.uuid4().hex}.journal")
    desk = SignIn(layout, UsersFile(folder / "users.yaml"), journal, clock.now, "bench")
    firing = Firing(
        layout, assembled(layout, types.actions, sources), journal, clock, _no_feed, lambda: None,
        lambda: uuid.uuid4().hex, "bench", Proofs(layout, desk, ""),
    )  # fmt: skip
    beside = asyncio.create_task(going_on(firing))
    asked = await firing.ask("reprocess", {}, Person("kim", "Kim", frozenset({"operator"})))
    looking = asyncio.create_task(_hold_ups())
    await firing.fire(asked.run, Confirmation(typed=asked.preview.target))
    began = time.perf_counter()
    status = await firing.finished(asked.run)
    took_s = time.perf_counter() - began
    looking.cancel()
    worst = await looking
    assert (status.state, status.done) == (RunState.DONE, ITEMS), status
    await firing.close()
    beside.cancel()
    await asyncio.wait([beside])
    await journal.close()
    for source in sources.values():
        await source.close()
    return took_s, worst * 1_000


async def _hold_ups() -> float:
    """The longest that a task that was due had to wait for its turn."""
    worst = 0.0
    try:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_LOOK_S)
            worst = max(worst, time.perf_counter() - began - _LOOK_S)
    except asyncio.CancelledError:
        return worst


def _no_feed(name: str) -> FeedState:
    raise KeyError(name)
