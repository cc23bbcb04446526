from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from random import Random

import asyncpg
import pytest
from click.testing import CliRunner, Result

from situationroom.commands.check import command
from situationroom.commands.new import command as new
from situationroom.demo.world import World
from situationroom.engine import check as checking
from situationroom.engine.check import Asked, check
from situationroom.engine.clock import SystemClock
from situationroom.errors import LayoutError, SourceError, UsageError
from situationroom.i18n import say
from situationroom.layout.models import FeedSpec, Layout, NoOptions, SourceSpec
from situationroom.sources.base import Rows
from situationroom.values import Message, Status
from tests.partners import Partners
from tests.unit.fakes import ScriptedSource, rows

LAYOUT = """\
room: 점검
sources:
  db: {type: postgres, dsn: "${DSN}"}
  sgi: {type: http, url: "${URL}"}
  gone: {type: http, url: "${GONE}", timeout: 1s}
feeds:
  queue: {source: db, sql: "select 'E1' as code, 3 as total", key: code}
  none: {source: db, sql: "select 1 as a where false"}
  bad: {source: db, sql: select nope from nowhere}
  agencies:
    source: sgi
    path: /stats/x
    rows: agencies
    derive: {rate: erors / req, twice: rate * 2}
  dead: {source: gone}
panels:
  good: {type: table, feed: queue, columns: [code, total]}
  wrong: {type: table, feed: queue, columns: [code, totl]}
  unknown: {type: table, feed: dead, columns: [whatever]}
rules:
  r: {feed: queue, warning: {when: "total > 3 and ages > 1"}}
"""


async def call(path: Path, env: Mapping[str, str]) -> Result:
    """``situationroom check`` in a thread, where it may have an event loop of its own."""
    return await asyncio.to_thread(CliRunner(env=dict(env)).invoke, command, [str(path)])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_check_asks_every_feed_and_names_missing_columns(tmp_path: Path, database: str) -> None:
    file = tmp_path / "room.yaml"
    file.write_text(LAYOUT, "utf-8")
    async with Partners() as partners:
        partners.rows["x"] = [{"name": "SGI", "errors": 1, "req": 10}]
        env = {"DSN": database, "URL": partners.url, "GONE": f"http://127.0.0.1:{free_port()}"}
        result = await call(file, env)
    assert result.exit_code == 1
    table = {line.split("│")[1].strip(): line for line in result.stdout.splitlines() if line.startswith("│")}
    assert "● 정상" in table["queue"]
    assert "code, total" in table["queue"]
    assert "비어 있음" in table["none"]
    assert "■ 실패" in table["bad"]
    assert "nowhere" in table["bad"]
    assert "■ 실패" in table["dead"]
    assert result.stderr.startswith(f"{file}:14:20: feeds.agencies.derive.rate: ")
    assert f"{file}:18:53: panels.wrong.columns[1].column: " in result.stderr
    missing = [line.split(": ", 1)[1] for line in result.stderr.splitlines()]
    assert len(missing) == 3  # nobody knows the columns of a feed that failed
    assert missing[0].startswith("feeds.agencies.derive.rate: 'erors' 열을 agencies 피드가 주지 않음")
    assert "'errors'를 뜻하셨나요?" in missing[0]
    assert missing[1].startswith("panels.wrong.columns[1].column: 'totl'")
    assert missing[2].startswith("rules.r.warning.when: 'ages' 열을 queue 피드가 주지 않음")
    assert database not in result.output


@pytest.mark.parametrize(
    "panel",
    [
        "{type: chart, feed: q, series: [{column: w}]}",
        "{type: figures, feed: q, value: w}",
        "{type: queue, feed: q, count: w}",
        "{type: board, feed: q, columns: [a], trend: w}",
    ],
)
async def test_a_column_of_words_that_is_drawn_or_added_up_is_named(
    tmp_path: Path, database: str, panel: str
) -> None:
    file = tmp_path / "room.yaml"
    file.write_text(
        "room: x\nsources: {db: {type: postgres, dsn: '${DSN}'}}\n"
        "feeds: {q: {source: db, sql: \"select 2 as a, '1,204' as w\"}}\n"
        f"panels: {{p: {panel}}}\n",
        "utf-8",
    )
    result = await call(file, {"DSN": database})
    assert result.exit_code == 1
    assert "'w' 열은 글자라" in result.stderr


async def test_a_good_layout_passes(tmp_path: Path, database: str) -> None:
    file = tmp_path / "room.yaml"
    file.write_text(
        "room: x\nsources: {db: {type: postgres, dsn: '${DSN}'}}\n"
        "feeds: {q: {source: db, sql: 'select 2 as a', derive: {b: a * 2, c: b + 1}}}\n"
        "panels: {t: {type: table, feed: q, columns: [a, b, c]}}\n",
        "utf-8",
    )
    result = await call(file, {"DSN": database})
    assert (result.exit_code, result.stderr) == (0, "")
    assert "이상 없음" in result.stdout


async def test_check_of_a_broken_layout_raises_its_problems_before_anything_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "room.yaml"
    file.write_text("room: x\nfeeds: {q: {source: nope}}\n", "utf-8")
    result = await call(file, {})
    assert isinstance(result.exception, LayoutError)
    missing = await call(tmp_path / "nowhere.yaml", {})
    assert isinstance(missing.exception, UsageError)


ACTIONS = """\
room: 점검
sources:
  db: {type: postgres, dsn: "${DSN}"}
  sgi: {type: http, url: "${URL}"}
people: {kim: {name: 김운영, roles: [op]}}
actions:
  toggle:
    kind: toggle
    source: db
    roles: op
    state: {sql: select enablde from reference}
    set: {sql: "updat reference set enabled = $1", args: [value]}
  switch:
    kind: switch
    source: db
    roles: op
    inputs: {who: {type: choice, query: {source: db, sql: "select x where x = $1"}}}
    state: {sql: select name from reference}
    set: {sql: "update reference set name = $1", args: [value]}
    choices: {sql: select nmae from reference}
  steps:
    kind: sequence
    roles: op
    steps:
      one: {kind: sql, source: db, preview: {sql: select 1}, run: {sql: delete from nowhere}, max_rows: 1}
  rerun: {kind: command, roles: op, argv: [no-such-program, $who], inputs: {who: {}}}
  open: {kind: http, source: sgi, roles: op, path: /gone, state: {path: /missing}}
  named: {kind: http, source: sgi, roles: op, path: /x, state: {path: /x/$who}, inputs: {who: {}}}
  good:
    kind: batch
    source: db
    roles: op
    count: {sql: select count(*) from reference}
    step: {sql: "update reference set enabled = false where id <= $1", args: [batch]}
"""


async def test_check_tries_actions_and_changes_nothing(tmp_path: Path, database: str) -> None:
    file = tmp_path / "room.yaml"
    file.write_text(ACTIONS, "utf-8")
    con = await asyncpg.connect(database)
    await con.execute("create table reference (id int, name text, enabled bool)")
    await con.execute("insert into reference values (1, 'a', true)")
    async with Partners() as partners:
        result = await call(file, {"DSN": database, "URL": partners.url})
    rows = await con.fetch("select * from reference")
    await con.close()
    assert [tuple(row) for row in rows] == [(1, "a", True)]
    assert result.exit_code == 1
    found = [line.removeprefix(f"{file}:") for line in result.stderr.splitlines()]
    assert [line.split(": ")[1] for line in found] == [
        "actions.toggle.state.sql",
        "actions.toggle.set.sql",
        "actions.switch.inputs.who.query.sql",
        "actions.switch.choices.sql",
        "actions.steps.steps.one.run.sql",
        "actions.rerun.argv",
        "actions.open.state",
    ]
    assert found[0].startswith("11:18: ")
    assert "enablde" in found[0]
    assert "updat" in found[1]
    assert "nowhere" in found[4]
    assert "no-such-program" in found[5]
    assert "404" in found[6]
    table = {line.split("│")[1].strip(): line for line in result.stdout.splitlines() if line.startswith("│")}
    assert "● 정상" in table["good"]
    assert "count.sql, step.sql" in table["good"]
    assert "■ 실패" in table["toggle"]
    assert "– 확인 안 됨" in table["named"]
    assert "아무것도 실행하지 않음" in result.stdout
    assert "이상 없음" not in result.stdout


async def ask(source: ScriptedSource, **spec: object) -> Asked:
    room = Layout(
        path=Path("x"),
        room="x",
        sources={"s": SourceSpec(type="scripted")},
        feeds={"f": FeedSpec.model_validate({"source": "s", **spec})},
    )
    findings = await check(room, {"s": source}, SystemClock("Asia/Seoul"), Random(1))
    return findings.asked[0]


async def test_a_feed_that_is_pushed_to_may_take_a_moment() -> None:
    source = ScriptedSource([Rows((), ())], pushes=True)
    assert source.pushed is not None
    asyncio.get_running_loop().call_later(0.2, source.pushed.put_nowait, rows({"a": 1}))
    asked = await ask(source)
    assert (asked.status, asked.columns) == (Status.LIVE, ("a",))


async def test_a_silent_push_feed_is_empty_and_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "FIRST_PUSH_S", 0.2)
    assert (await ask(ScriptedSource([Rows((), ())], pushes=True))).status is Status.EMPTY


async def test_a_push_feed_that_connects_late_is_asked_again() -> None:
    source = ScriptedSource([SourceError("engine.stale"), rows({"a": 1})], pushes=True)
    assert (await ask(source, every="1s")).status is Status.LIVE


class Breaking(ScriptedSource):
    """Raises in one of its methods, whichever it is told."""

    def __init__(self, where: str) -> None:
        super().__init__([rows({"a": 1})], pushes=True)
        self.where = where
        assert self.pushed is not None
        self.pushed.put_nowait(rows({"a": 1}))

    def _may(self, where: str) -> None:
        if where == self.where:
            raise RuntimeError(f"broken in {where}")

    async def open(self) -> None:
        self._may("open")

    async def close(self) -> None:
        self._may("close")

    def pushes(self, question: NoOptions) -> AsyncIterator[Rows | None] | None:
        self._may("pushes")
        return super().pushes(question)

    async def deaf(self, question: NoOptions, timeout_s: float) -> Message | None:
        self._may("deaf")
        return None


@pytest.mark.parametrize("where", ["open", "pushes", "deaf"])
async def test_what_a_source_raises_is_said_of_its_feed(where: str) -> None:
    asked = await ask(Breaking(where))
    assert f"broken in {where}" in " ".join(say(one, "en") for one in asked.remarks)


async def test_a_source_that_breaks_as_it_is_closed_costs_no_finding() -> None:
    assert (await ask(Breaking("close"))).status is Status.LIVE


async def test_a_feed_that_hangs_fails_within_its_time() -> None:
    source = ScriptedSource([Rows((), ())])
    source.hold = asyncio.Event()
    asked = await ask(source, timeout="200ms")
    assert asked.status is Status.FAILED
    assert asked.remarks[0].id == "engine.timeout"
    assert source.in_flight == 0


async def test_a_new_room_passes_check_in_the_practice_world(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    begun = CliRunner().invoke(new, [str(folder)])
    assert begun.exit_code == 0
    async with World("launch-day") as world:
        result = await call(folder / "room.yaml", world.env)
    assert result.exit_code == 0, result.output
    assert "이상 없음" in result.stdout


def test_new_overwrites_nothing(tmp_path: Path) -> None:
    own = tmp_path / "room.yaml"
    own.write_text("room: 내 것\n", "utf-8")
    result = CliRunner().invoke(new, [str(tmp_path)])
    assert isinstance(result.exception, UsageError)
    assert own.read_text("utf-8") == "room: 내 것\n"
    assert [file.name for file in tmp_path.iterdir()] == ["room.yaml"]
