"""``situationroom journal`` as a program: verified, found, exported, matched, on runs of a real database."""

import asyncio
import csv
import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from situationroom.formats import width
from situationroom.journal.entry import Entry, canonical, first_broken
from tests.helpers import wait_until
from tests.live.program import journal_of
from tests.live.shell import Shell
from tests.live.test_actions import SLOW
from tests.unit.journals import journal_file, numbered, tamper

SECRET = "hunter2-비밀"

WITH_SECRET = """
unlock:
  kind: sql
  source: kos
  max_rows: 10
  inputs: {token: {secret: true}, agency: {}}
  preview: {sql: "select no, agency from waiting where agency = $1 and $2::text <> ''", args: [agency, token]}
  run:
    sql: "update waiting set released_by = $1::text::int::text where agency = $2"
    args: [token, agency]
"""


@pytest.fixture
async def shell(database: str, tmp_path: Path) -> Shell:
    return await Shell.made(database, tmp_path, SLOW + WITH_SECRET)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A journal of 60 entries at the place where the room ``firing`` has it."""
    path = journal_of(tmp_path / "firing.yaml", tmp_path / "state")
    path.parent.mkdir()
    journal_file(path, numbered(60))
    return path


@pytest.fixture
def reader(tmp_path: Path, kept: Path) -> Shell:
    """The program on that journal; no database is needed to read one."""
    shell = Shell("", tmp_path, "")
    del shell.env["DSN"]
    assert shell.journal == kept
    return shell


async def test_what_was_fired_is_told_in_every_form(shell: Shell) -> None:
    code, _, err = await shell("fire", "skip", "--as", "kim", "--yes")
    assert code == 0, err
    code, out, _ = await shell("journal", "--format", "json")
    entries = json.loads(out)
    assert code == 0
    assert [entry["kind"] for entry in entries] == ["asked", "previewed", "confirmed", "claimed", "done"]
    assert "@" in entries[0]["where"]
    chain = [Entry(**{**entry, "body": canonical(entry["body"])}) for entry in entries]
    assert first_broken(chain) is None
    _, out, _ = await shell("journal", "--format", "jsonl")
    assert [json.loads(line) for line in out.splitlines()] == entries
    _, out, _ = await shell("journal", "--format", "csv")
    assert [record["kind"] for record in csv.DictReader(out.splitlines())] == [
        entry["kind"] for entry in entries
    ]
    _, out, _ = await shell("journal")
    assert "완료" in out
    assert "kim" in out


async def test_a_table_fits_a_terminal_of_eighty_columns(reader: Shell) -> None:
    reader.env["COLUMNS"] = "80"
    reader.env["FORCE_COLOR"] = "1"
    _, out, _ = await reader("journal")
    assert max(map(width, out.splitlines())) <= 80
    assert "\x1b" not in out


async def test_a_sound_journal_says_how_many_when_and_its_head(reader: Shell) -> None:
    code, out, err = await reader("journal", "--verify")
    assert (code, err) == (0, "")
    assert "60건" in out
    assert "2026-11-20 09:00:00 ~ 2026-11-20 09:59:00" in out
    head = reader.entries()[-1].hash
    assert f"head {head}" in out
    code, out, _ = await reader("journal", "--verify", "--format", "json")
    verdict = json.loads(out)
    assert (code, verdict["sound"], verdict["count"], verdict["head"]) == (0, True, 60, head)


@pytest.mark.parametrize(
    ("statement", "named", "check"),
    [
        ("update entries set person = 'lee' where id = 7", "7번", "[hash]"),
        ("delete from entries where id between 7 and 9", "7번부터 9번까지", "[number]"),
        ("delete from entries where id = 1", "1번", "[number]"),
        ("update entries set id = case id when 7 then -8 else -7 end where id in (7, 8)", "-8번", "[number]"),
    ],
)
async def test_the_first_altered_entry_is_named_in_one_line(
    reader: Shell, statement: str, named: str, check: str
) -> None:
    tamper(reader.journal, statement)
    code, out, err = await reader("journal", "--verify")
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert named in err
    assert check in err
    assert "2026-11-20 09:0" in err


async def test_a_cut_end_is_found_by_a_head_noted_before(reader: Shell) -> None:
    _, out, _ = await reader("journal", "--verify")
    assert "--expect" in out, "what cannot be shown is said"
    noted = reader.entries()[39].hash
    code, out, _ = await reader("journal", "--verify", "--expect", noted)
    assert code == 0
    assert "40번" in out
    assert "20건" in out
    tamper(reader.journal, "delete from entries where id >= 40")
    assert (await reader("journal", "--verify"))[0] == 0
    code, out, err = await reader("journal", "--verify", "--expect", noted)
    assert (code, out) == (1, "")
    assert noted in err


async def test_a_journal_that_is_gone_does_not_pass_for_a_sound_one(reader: Shell) -> None:
    for file in reader.journal.parent.iterdir():
        file.unlink()
    code, _, err = await reader("journal", "--verify")
    assert code == 1
    assert reader.journal.name in err
    code, out, _ = await reader("journal")
    assert code == 0
    assert "기록이 없음" in out
    assert json.loads((await reader("journal", "--format", "json"))[1]) == []
    assert (await reader("journal", "--file", str(reader.journal)))[0] == 1


async def test_entries_are_found_by_time_run_person_and_action(reader: Shell) -> None:
    async def ids(*words: str) -> list[int]:
        code, out, err = await reader("journal", "--format", "jsonl", *words)
        assert code == 0, err
        return [json.loads(line)["id"] for line in out.splitlines()]

    assert await ids("--since", "2026-11-20 09:30", "--until", "2026-11-20 09:32") == [31, 32]
    assert len(await ids("--until", "2026-11-20")) == 60
    assert await ids("--until", "2026-11-19") == []
    assert await ids("--run", "run5", "--person", "kim", "--action", "skip") == [6, *range(51, 61)]
    assert await ids("--person", "lee") == []
    assert "조건에 맞는 기록이 없음" in (await reader("journal", "--person", "lee"))[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--since", "gestern"], "gestern"),
        (["--evidence", "2026-13"], "2026-13"),
        (["--evidence", "2026-11", "--verify"], "--verify"),
        (["--verify", "--person", "kim"], "--person"),
        (["--verify", "--format", "csv"], "--format csv"),
        (["--expect", "0" * 64], "--verify"),
        (["--verify", "--expect", "abc"], "16"),
        (["--format", "xml"], "xml"),
    ],
)
async def test_wrong_use_is_said_in_a_line(reader: Shell, words: list[str], said: str) -> None:
    code, out, err = await reader("journal", *words)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert said in err


async def test_a_copy_elsewhere_is_read_instead(reader: Shell, tmp_path: Path) -> None:
    copy = tmp_path / "auditor" / "copy.db"
    copy.parent.mkdir()
    copy.write_bytes(reader.journal.read_bytes())
    copy.chmod(0o400)
    reader.journal.unlink()
    code, out, _ = await reader("journal", "--verify", "--file", str(copy))
    assert code == 0
    assert "60건" in out


async def test_a_journal_is_verified_while_a_room_writes_it(shell: Shell) -> None:
    await shell.sql("insert into error_queue (code) select 'E01' from generate_series(1, 500)")
    process = await shell.start("fire", "reprocess", "--as", "kim", "--yes")
    await wait_until(lambda: "checkpoint" in shell.kinds(), 15)
    for _ in range(2):
        code, out, err = await shell("journal", "--verify")
        assert code == 0, err
        assert "저널 이상 없음" in out
    process.terminate()
    await asyncio.wait_for(process.communicate(), 15)
    assert shell.kinds()[-1] == "stopped"


async def test_secrets_are_in_no_export_and_not_in_the_file(shell: Shell) -> None:
    await shell.sql("insert into waiting values (1, 'KAIT')")
    words = ("unlock", f"token={SECRET}", "agency=KAIT", "--as", "kim", "--yes")
    code, out, err = await shell("fire", *words)
    assert code == 1, "the database says that the secret is no integer"
    assert "•••" in err, "the database repeats it"
    forms = [out, err]
    for form in ("table", "json", "jsonl", "csv"):
        forms.append((await shell("journal", "--format", form))[1])
        forms.append((await shell("journal", "--format", form, "--evidence", this_month()))[1])
    assert all("unlock" in text for text in forms[2:])
    assert not [text for text in forms if "hunter2" in text]
    for file in shell.journal.parent.rglob("*"):
        if file.is_file():
            assert b"hunter2" not in file.read_bytes(), file


def this_month() -> str:
    return f"{datetime.now(ZoneInfo('Asia/Seoul')):%Y-%m}"


async def test_a_months_evidence_matches_what_was_really_done(shell: Shell) -> None:
    await shell.sql("insert into error_queue (code) select 'E01' from generate_series(1, 500)")
    assert (await shell("fire", "skip", "--as", "kim", "--yes"))[0] == 0
    assert (await shell("fire", "skip", "--as", "kim", "--dry-run"))[0] == 0
    assert (await shell("fire", "skip", "--as", "lee", "--yes"))[0] == 1
    cut = await shell.start("fire", "reprocess", "--as", "kim", "--yes")
    await wait_until(lambda: "claimed" in shell.kinds("reprocess"), 15)
    cut.kill()
    await cut.communicate()
    code, out, err = await shell("journal", "--evidence", this_month(), "--format", "json")
    assert code == 0, err
    found = json.loads(out)
    told = [(run["action"], run["asked_by"], run["outcome"], run["findings"]) for run in found["runs"]]
    assert told == [
        ("reprocess", "kim", "claimed", ["no_outcome"]),
        ("skip", "kim", "done", []),
        ("skip", "kim", "withdrawn", []),
        ("skip", "lee", "denied", []),
    ]
    done = found["runs"][1]
    assert "꺼짐 → 켜짐" in done["what"]
    assert "update reference" in done["statement"]
    assert done["executed_at"] < done["ended_at"]
    assert (found["totals"]["executed"], found["totals"]["denied"], found["totals"]["unmatched"]) == (2, 1, 1)
    assert found["sound"] is True
    _, out, _ = await shell("journal", "--evidence", this_month())
    assert out.index("확인 필요 1건") < out.index("결과 기록이 없음") < out.index("일치 3건")
    assert found["head"] in out
    _, out, _ = await shell("journal", "--evidence", this_month(), "--format", "csv")
    assert [record["outcome"] for record in csv.DictReader(out.splitlines())] == [one[2] for one in told]


async def test_evidence_from_an_altered_journal_says_so_and_exits_with_one(reader: Shell) -> None:
    code, out, err = await reader("journal", "--evidence", "2026-11")
    assert (code, err) == (0, "")
    tamper(reader.journal, "update entries set person = 'lee' where id = 7")
    code, out, err = await reader("journal", "--evidence", "2026-11")
    assert code == 1
    assert "7번" in err
    assert "이상 없음" not in out
    assert (await reader("journal", "--evidence", "2026-10"))[0] == 1, "the month before it is no better"


async def test_a_file_that_is_no_journal_is_said_in_a_line(reader: Shell, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("create table entries (x)")
    connection.close()
    for file in (other, tmp_path / "firing.yaml"):
        for words in ((), ("--verify",), ("--evidence", "2026-11")):
            code, _, err = await reader("journal", "--file", str(file), *words)
            assert code == 1
            assert len(err.splitlines()) == 1, err


async def test_a_journal_that_anybody_may_write_is_no_evidence(reader: Shell) -> None:
    reader.journal.chmod(0o666)
    for words in ([], ["--verify"], ["--evidence", "2026-11"], ["--format", "csv"]):
        code, out, err = await reader("journal", *words)
        assert (code, out) == (1, "")
        assert "누구나 쓸 수 있는 저널" in err
