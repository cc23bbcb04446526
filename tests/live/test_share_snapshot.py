"""``situationroom snapshot`` as a person calls it, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import io
import json
import os
import stat
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import asyncpg
import pytest

from situationroom.cli import main

LAYOUT = """
room: 시험 상황실
sources:
  kos: {type: postgres, dsn: "${KOS_DSN}"}
feeds:
  agencies:
    source: kos
    every: 1s
    sql: select agency, errors from agency order by agency
    key: agency
panels:
  agencies: {type: table, feed: agencies, title: 대외기관}
  alerts: {type: alerts, title: 경보}
pages:
  상황: agencies alerts
  경보: alerts
rules:
  errors: {title: 오류 많음, feed: agencies, critical: {when: "errors > 10"}}
"""

DEAD_FEED = """
  dead: {source: kos, every: 1s, sql: select * from no_such_table}
panels:"""


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


@pytest.fixture
async def layout(database: str, tmp_path: Path) -> Path:
    connection = await asyncpg.connect(database, timeout=10)
    await connection.execute(
        "create table agency (agency text, errors int); insert into agency values ('KAIT', 98), ('SGI', 3)"
    )
    await connection.close(timeout=5)
    file = tmp_path / "room.yaml"
    file.write_text(LAYOUT.replace("${KOS_DSN}", database))
    return file


async def program(*words: str | Path) -> Ended:
    """The whole program, as a process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "situationroom", "snapshot", *map(str, words),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(40):
        out, err = await process.communicate()
    return Ended(process.returncode or 0, out.decode(), err.decode())


async def snapshot(*words: str | Path) -> Ended:
    """The same command without the cost of a process, in a thread: it runs a loop of its own."""

    def call() -> Ended:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main(["snapshot", *map(str, words)])
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, out.getvalue(), err.getvalue())

    async with asyncio.timeout(40):
        return await asyncio.to_thread(call)


async def test_a_minus_prints_the_page_as_text(layout: Path) -> None:
    ended = await program(layout, "-o", "-", "--size", "120x20")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert len(lines) == 20
    assert "시험 상황실" in lines[0]
    assert "■ 1" in lines[0]
    assert "╭ 대외기관 ── " in ended.out
    assert "KAIT" in ended.out


async def test_every_suffix_gives_its_form(layout: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"room{suffix}" for suffix in (".txt", ".md", ".svg", ".json")]
    for file in files:
        ended = await snapshot(layout, "-o", file)
        assert (ended.code, ended.out, ended.err) == (0, "", "")
    text, markdown, picture, document = (file.read_text("utf-8") for file in files)
    assert "KAIT" in text
    assert markdown.startswith("# 시험 상황실")
    assert ET.fromstring(picture).tag.endswith("svg")
    made = json.loads(document)
    assert made["feeds"]["agencies"]["state"] == "live"
    assert {"agency": "KAIT", "errors": 98} in made["feeds"]["agencies"]["rows"]
    assert made["alerts"][0]["level"] == "critical"
    assert [panel["id"] for panel in made["panels"]] == ["agencies", "alerts"]


async def test_a_narrow_size_is_a_phone(layout: Path) -> None:
    ended = await snapshot(layout, "-o", "-", "--size", "46x20")
    text = ended.out
    assert text.index("╭ 대외기관") < text.index("╭ 경보")
    assert all(line.startswith(("╭", "│", "╰")) for line in text.splitlines()[2:])


async def test_a_failed_feed_is_exit_code_1_and_the_picture_is_still_written(
    layout: Path, tmp_path: Path
) -> None:
    layout.write_text(layout.read_text().replace("panels:", DEAD_FEED.lstrip("\n"), 1))
    file = tmp_path / "room.json"
    ended = await snapshot(layout, "-o", file)
    assert ended.code == 1, ended.err
    dead = json.loads(file.read_text())["feeds"]["dead"]
    assert dead["state"] == "failed"
    assert "no_such_table" in dead["reason"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "room.png"], ".txt, .md, .svg, .json"),
        (["-o", "-", "--size", "big"], "200x50"),
        (["-o", "-", "--after", "20"], "20s"),
        (["-o", "-", "--page", "없음"], "상황, 경보"),
        ([], "-o"),
    ],
)
async def test_wrong_use_is_one_line_and_exit_code_2(tmp_path: Path, words: list[str], said: str) -> None:
    file = tmp_path / "room.yaml"
    file.write_text(LAYOUT.replace("${KOS_DSN}", "postgresql://nobody@127.0.0.1:1/none"))
    ended = await snapshot(file, *words)
    assert ended.code == 2
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert ended.out == ""


async def test_a_file_is_replaced_whole_and_readable_as_usual(layout: Path, tmp_path: Path) -> None:
    file = tmp_path / "room.txt"
    file.write_text("old")
    assert (await snapshot(layout, "-o", file, "--after", "500ms")).code == 0
    assert "시험 상황실" in file.read_text()
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~mask
    assert sorted(path.name for path in tmp_path.iterdir()) == ["room.txt", "room.yaml"]


async def test_a_place_that_cannot_be_written_is_said(layout: Path, tmp_path: Path) -> None:
    ended = await snapshot(layout, "-o", tmp_path / "nowhere" / "room.txt")
    assert ended.code == 1
    assert "nowhere" in ended.err
    assert "Traceback" not in ended.err
