"""Two persons, each in a program of their own: asking, approving, and every way to do both alone."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from argon2 import PasswordHasher

from situationroom.journal import Draft, Entry, Journal, Kind
from situationroom.people.users import UsersFile
from situationroom.people.who import os_login
from tests.helpers import wait_until
from tests.live.program import SITUATIONROOM
from tests.terminal import Terminal

PINS = {"kim": "2580-kim", "lee": "2580-lee", "han": "2580-han"}
CHEAP = PasswordHasher(1, 8, 1)  # what is kept says how it is looked at

LAYOUT = """
room: 시험 상황실
journal: room.journal
wall: {wall}
sources:
  kos: {{type: postgres, dsn: "${{DSN}}"}}
people:
  kim: {{name: 김운영, roles: [operator], login: [{kim}]}}
  lee: {{name: 이승인, roles: [lead], login: [{lee}]}}
  han: {{name: 한조회, roles: [viewer]}}
actions:
  skip:
    title: 사전체크 SKIP
    kind: toggle
    source: kos
    roles: [operator]
    approvers: [lead, operator]
    confirm: {confirm}
    state: {{sql: "select enabled from reference where code = 'SKIP'"}}
    set:
      sql: "update reference set enabled = $1, changed_by = $2 where code = 'SKIP'"
      args: [value, actor]
"""


class Office:
    """One layout and database, and the programs of those who work on it."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self.dsn = dsn
        self.path = folder / "room.yaml"
        self.journal_path = folder / "room.journal"
        self.said = ""
        self.write()
        users = UsersFile(folder / "room.users.local.yaml")
        for name, pin in PINS.items():
            users.set(name, CHEAP.hash(pin))

    def write(
        self, *, wall: str = "own", confirm: str = "two-person", kim: str = "nobody1", lee: str = "nobody2"
    ) -> None:
        self.path.write_text(LAYOUT.format(wall=wall, confirm=confirm, kim=kim, lee=lee), "utf-8")

    def words(self, command: str, *words: str) -> list[str]:
        return [*SITUATIONROOM, command, str(self.path), *words]

    @property
    def env(self) -> dict[str, str]:
        return {**os.environ, "DSN": self.dsn}

    async def start(self, command: str, *words: str, typed: str = "") -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *self.words(command, *words), stdin=pipe, stdout=pipe, stderr=pipe, env=self.env
        )
        assert process.stdin is not None
        process.stdin.write((typed + "\n").encode())
        process.stdin.close()
        return process

    async def end(self, process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
        """Exit code, output and errors of a program."""
        assert process.stdout is not None
        assert process.stderr is not None
        out, err, _ = await asyncio.wait_for(
            asyncio.gather(process.stdout.read(), process.stderr.read(), process.wait()), 30
        )
        self.said += out.decode() + err.decode()
        return process.returncode, out.decode(), err.decode()

    async def approve(self, *words: str, typed: str = "") -> tuple[int | None, str, str]:
        return await self.end(await self.start("approve", *words, typed=typed))

    @asynccontextmanager
    async def asked(self, *, by_login: bool = False) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
        """A run of kim's that waits for its second person: its id, and the program that asked."""
        words = () if by_login else ("--as", "kim", "--pin-stdin")
        process = await self.start("fire", "skip", "--yes", *words, typed=PINS["kim"])
        try:
            yield await wait_until(self.waiting_run, 20), process
        finally:
            if process.returncode is None:
                process.kill()
                await self.end(process)

    async def waiting_run(self) -> str:
        asked = [entry.run for entry in await self.entries() if entry.kind == Kind.APPROVAL_ASKED]
        return asked[-1] if asked else ""

    async def entries(self) -> list[Entry]:
        journal = Journal(self.journal_path)
        try:
            return [entry async for entry in journal.entries()]
        finally:
            await journal.close()

    async def kinds(self, run: str) -> list[str]:
        return [entry.kind for entry in await self.entries() if entry.run == run]

    async def row(self) -> tuple[bool, str]:
        connection = await asyncpg.connect(self.dsn, timeout=10)
        try:
            row = await connection.fetchrow("select enabled, changed_by from reference", timeout=10)
            assert row is not None
            return bool(row["enabled"]), str(row["changed_by"])
        finally:
            await connection.close(timeout=5)

    async def nothing_happened(self, run: str) -> None:
        assert await self.row() == (False, "")
        assert "approved" not in await self.kinds(run)
        assert (await self.approve())[1].startswith(run[:8]), "it waits as before"


@pytest.fixture
async def office(database: str, tmp_path: Path) -> Office:
    connection = await asyncpg.connect(database, timeout=10)
    await connection.execute(
        "create table reference (code text primary key, enabled boolean not null, changed_by text);"
        "insert into reference values ('SKIP', false, '')",
        timeout=10,
    )
    await connection.close(timeout=5)
    return Office(database, tmp_path)


async def test_it_fires_once_another_approved_it_after_the_same_preview(office: Office) -> None:
    async with office.asked() as (run, asker):
        code, out, _ = await office.approve()
        assert code == 0
        assert out.startswith(run[:8])
        assert "김운영" in out
        code, out, err = await office.approve(
            run[:8], "--as", "lee", "--yes", "--pin-stdin", typed=PINS["lee"]
        )
        assert (code, err) == (0, "")
        assert "꺼짐 → 켜짐" in out
        assert "update reference" in out
        code, out, err = await office.end(asker)
        assert (code, err) == (0, "")
        assert "이승인" in out
    assert await office.row() == (True, "kim")
    kinds = await office.kinds(run)
    order = [
        kinds.index(kind) for kind in ("asked", "previewed", "approval_asked", "approved", "claimed", "done")
    ]
    assert order == sorted(order)
    facts = {entry.kind: entry for entry in await office.entries() if entry.run == run}
    assert facts["approved"].person == "lee"
    assert facts["approved"].facts["proof"] == facts["approval_asked"].facts["proof"] == "pin"
    kept = "".join(map(str, await office.entries())) + office.said
    assert not [pin for pin in PINS.values() if pin in kept]
    assert (await office.approve())[1].strip() == "승인을 기다리는 실행이 없음"


async def test_a_refusal_ends_it_with_its_reason(office: Office) -> None:
    async with office.asked() as (run, asker):
        words = (run, "--as", "lee", "--refuse", "점검 중", "--pin-stdin")
        assert (await office.approve(*words, typed=PINS["lee"]))[0] == 0
        code, out, err = await office.end(asker)
        assert code == 1
        assert "점검 중" in out + err
        assert "이승인" in out + err
    assert await office.row() == (False, "")
    assert "claimed" not in await office.kinds(run)
    code, _, err = await office.approve(run, "--as", "lee", "--yes", "--pin-stdin", typed=PINS["lee"])
    assert code == 1
    assert re.search(r"이승인 님이 거절: 점검 중 \(\d\d:\d\d:\d\d\)", err)


@pytest.mark.parametrize(
    ("person", "pin", "said"),
    [
        ("kim", PINS["kim"], "본인"),
        ("lee", PINS["kim"], "PIN이 맞지 않음"),
        ("lee", "", "PIN이 맞지 않음"),
        ("han", PINS["han"], "승인 권한 없음"),
    ],
)
async def test_nobody_else_approves_and_it_goes_on_waiting(
    office: Office, person: str, pin: str, said: str
) -> None:
    async with office.asked() as (run, _):
        for words in (["--yes"], ["--refuse", "아니오"]):
            code, _, err = await office.approve(run, "--as", person, *words, "--pin-stdin", typed=pin)
            assert code == 1
            assert said in err
        await office.nothing_happened(run)


async def test_another_approves_by_their_login(office: Office) -> None:
    office.write(lee=os_login())
    async with office.asked() as (run, asker):
        assert (await office.approve(run, "--yes"))[0] == 0
        assert (await office.end(asker))[0] == 0
    assert await office.row() == (True, "kim")


async def test_who_asked_by_pin_does_not_approve_by_login(office: Office) -> None:
    office.write(kim=os_login())
    async with office.asked() as (run, _):
        code, _, err = await office.approve(run, "--yes")
        assert (code, "본인" in err) == (1, True)
        await office.nothing_happened(run)


async def test_who_asked_by_login_does_not_approve_by_pin_nor_by_another_login(office: Office) -> None:
    office.write(kim=f"elsewhere, {os_login()}")
    async with office.asked(by_login=True) as (run, _):
        code, _, err = await office.approve(run, "--as", "kim", "--yes", "--pin-stdin", typed=PINS["kim"])
        assert (code, "본인" in err) == (1, True)
        office.write(kim=f"{os_login()}, another")
        code, _, err = await office.approve(run, "--yes")
        assert (code, "본인" in err) == (1, True)
        await office.nothing_happened(run)


async def test_nobody_approves_in_anothers_name_alone(office: Office) -> None:
    office.write(kim=os_login())
    async with office.asked() as (run, _):
        code, _, err = await office.approve(run, "--as", "lee", "--yes")
        assert code == 2
        assert "--pin-stdin" in err
        await office.nothing_happened(run)


async def test_nobody_asks_in_anothers_name_to_approve_in_their_own(office: Office) -> None:
    office.write(lee=os_login())
    code, _, _ = await office.end(await office.start("fire", "skip", "--yes", "--as", "kim"))
    assert code != 0
    wrong = await office.start("fire", "skip", "--yes", "--as", "kim", "--pin-stdin", typed=PINS["lee"])
    assert (await office.end(wrong))[0] == 1
    assert await office.waiting_run() == ""
    assert await office.row() == (False, "")


@pytest.mark.parametrize(("person", "proof"), [("kim", "pin"), ("han", "pin"), ("lee", "claimed")])
async def test_an_approval_that_did_not_come_through_the_door_does_not_count(
    office: Office, person: str, proof: str
) -> None:
    async with office.asked() as (run, asker):
        journal = Journal(office.journal_path)
        body = {"proof": proof}
        await journal.append(Draft(datetime.now(UTC), Kind.APPROVED, run, person, "x@y", "skip", body))
        await journal.close()
        assert (await office.end(asker))[0] == 1
    assert await office.row() == (False, "")
    assert "claimed" not in await office.kinds(run)


async def test_at_a_shared_wall_every_firing_takes_a_pin(office: Office) -> None:
    office.write(wall="shared", confirm="press", kim=os_login())
    for words in ([], ["--as", "kim"]):
        assert (await office.end(await office.start("fire", "skip", "--yes", *words)))[0] != 0
    wrong = await office.start("fire", "skip", "--yes", "--as", "kim", "--pin-stdin", typed=PINS["lee"])
    assert (await office.end(wrong))[0] == 1
    assert await office.row() == (False, "")
    right = await office.start("fire", "skip", "--yes", "--as", "kim", "--pin-stdin", typed=PINS["kim"])
    assert (await office.end(right))[0] == 0
    assert await office.row() == (True, "kim")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 0, ""),
        (["nonsense", "--as", "lee"], 1, "nonsense"),
        (["--yes"], 2, "지정"),
        (["x", "--refuse", " "], 2, "사유"),
        (["x", "--as", "le"], 2, "lee"),
    ],
)
async def test_what_is_wrong_is_said(office: Office, words: list[str], code: int, said: str) -> None:
    found, _, err = await office.approve(*words)
    assert found == code
    assert said in err


async def test_a_guest_is_asked_who_they_are(office: Office) -> None:
    async with office.asked() as (run, _):
        code, _, err = await office.approve(run, "--yes")
        assert code == 2
        assert "--as" in err


async def test_a_pin_typed_under_the_preview_is_the_yes_and_is_not_seen(office: Office) -> None:
    async with office.asked() as (run, asker):
        async with Terminal(office.words("approve", run, "--as", "lee"), env=office.env) as terminal:
            await terminal.wait_for(re.compile("이승인.*PIN"))
            assert "꺼짐 → 켜짐" in terminal.text
            terminal.press(PINS["lee"], "enter")
            assert await terminal.ended() == 0
            assert PINS["lee"] not in terminal.text
        assert (await office.end(asker))[0] == 0
    assert await office.row() == (True, "kim")


async def test_the_evidence_shows_that_two_persons_were_one_account_which_set_the_pin_itself(
    office: Office,
) -> None:
    assert (await office.end(await office.start("user", "passwd", "lee", "--stdin", typed="9071-lee")))[
        0
    ] == 0
    async with office.asked() as (run, asker):
        words = (run, "--as", "lee", "--yes", "--pin-stdin")
        assert (await office.approve(*words, typed="9071-lee"))[0] == 0
        assert (await office.end(asker))[0] == 0
    month = f"{datetime.now(ZoneInfo('Asia/Seoul')):%Y-%m}"
    code, out, err = await office.end(await office.start("journal", "--evidence", month))
    assert (code, err) == (0, "")
    shown = " ".join(out.split())
    assert "참고할 것 1" in shown
    assert "요청자와 같은 OS 계정에서 승인됨" in shown
    assert "승인자의 PIN을 요청자의 OS 계정에서 설정함" in shown
    assert "PIN 설정 1건" in shown
    assert "이승인 (lee)" in shown
    _, out, _ = await office.end(await office.start("journal"))
    assert "김운영 (kim)" in out


async def test_the_journal_of_a_layout_whose_people_are_broken_is_told_by_ids(office: Office) -> None:
    async with office.asked():
        pass
    text = office.path.read_text("utf-8")
    office.path.write_text(text.replace("{name: 한조회,", "{nome: 한조회,"), "utf-8")
    code, out, _ = await office.end(await office.start("journal"))
    assert code == 0
    assert "  kim  " in out


async def test_who_approves_hears_that_it_was_not_fired_after_all(office: Office) -> None:
    async with office.asked() as (run, asking):
        asking.send_signal(signal.SIGSTOP)  # so that the yes comes first, and what it is for goes right after
        approving = await office.start(
            "approve", run, "--as", "lee", "--yes", "--pin-stdin", typed=PINS["lee"]
        )

        async def said_yes() -> bool:
            return "approved" in await office.kinds(run)

        await wait_until(said_yes, 20, what="the approval")
        asking.kill()
        asking.send_signal(signal.SIGCONT)
        code, out, err = await office.end(approving)
    assert code == 1
    assert "승인했지만 실행되지 않음" in err
    assert "쪽에서 실행됨" not in out
    assert await office.row() == (False, "")
