"""``situationroom user`` as a program: PINs given, changed, never shown, and a lock-out across processes."""

import asyncio
import stat
from pathlib import Path

import pytest
import yaml

from situationroom.engine.clock import SystemClock
from situationroom.errors import SignInDenied
from situationroom.journal import Entry, Journal
from situationroom.layout.load import load_people
from situationroom.people.lockout import TRIES
from situationroom.people.pins import Pins
from situationroom.people.sign_in import SignIn
from situationroom.people.users import UsersFile, users_path
from situationroom.people.who import os_login
from tests.live.program import SITUATIONROOM
from tests.terminal import Terminal

PIN = "2580-비밀"
LAYOUT = """
room: 시험 상황실
journal: room.journal
people:
  kim: {name: 김운영, roles: [operator], login: [ops1, ops2]}
  lee: {name: 이승인, roles: [lead, operator]}
sources:
  kos: {type: postgres, dsn: "${NOT_SET_HERE}"}
"""

# A process of its own that shows wrong PINs at the desk of a layout, and says what it was told.
TRIES_IN_ANOTHER_PROCESS = """
import asyncio, sys
from pathlib import Path
from situationroom.engine.clock import SystemClock
from situationroom.errors import SignInDenied
from situationroom.journal import Journal
from situationroom.layout.load import load_people
from situationroom.people.sign_in import SignIn
from situationroom.people.users import UsersFile, users_path

async def main(path, pins):
    layout = load_people(path, {})
    journal = Journal(path.parent / "room.journal")
    clock = SystemClock(layout.timezone)
    desk = SignIn(layout, UsersFile(users_path(layout)), journal, clock.now, "there@host")
    for pin in pins:
        try:
            print("in", (await desk.sign_in("kim", pin)).id)
        except SignInDenied as denied:
            print(denied.message.id)
    await journal.close()

asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
"""


class Shell:
    """The program on one layout."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "room.yaml"
        self.path.write_text(LAYOUT, "utf-8")
        self.layout = load_people(self.path, {})
        self.users = UsersFile(users_path(self.layout))
        self.said = ""

    async def __call__(self, *words: str, typed: str = "") -> tuple[int | None, str, str]:
        """Exit code, output and errors of ``situationroom user LAYOUT …``."""
        return await self.run(*SITUATIONROOM, "user", str(self.path), *words, typed=typed)

    async def run(self, *argv: str, typed: str = "") -> tuple[int | None, str, str]:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*argv, stdin=pipe, stdout=pipe, stderr=pipe)
        out, err = await asyncio.wait_for(process.communicate(typed.encode()), 30)
        self.said += out.decode() + err.decode()
        return process.returncode, out.decode(), err.decode()

    async def entries(self) -> list[Entry]:
        journal = Journal(self.path.parent / "room.journal")
        try:
            return [entry async for entry in journal.entries()]
        finally:
            await journal.close()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


async def test_a_pin_is_given_once_changed_and_listed_and_is_nowhere_to_be_read(shell: Shell) -> None:
    code, out, err = await shell("add", "kim", "--stdin", typed=PIN + "\n")
    assert (code, err) == (0, "")
    assert "김운영" in out
    assert stat.S_IMODE(shell.users.path.stat().st_mode) == 0o600
    assert Pins().fits(PIN, shell.users.hashes()["kim"])
    assert (await shell("add", "kim", "--stdin", typed="4826\n"))[0] == 2
    assert (await shell("passwd", "lee", "--stdin", typed="4826\n"))[0] == 2
    assert (await shell("passwd", "kim", "--stdin", typed="4826\n"))[0] == 0
    assert Pins().fits("4826", shell.users.hashes()["kim"])
    code, out, _ = await shell("list")
    assert code == 0
    kim, lee = (next(line for line in out.splitlines() if line.startswith(name)) for name in ("kim", "lee"))
    assert "operator" in kim
    assert "ops1, ops2" in kim
    assert "있음" in kim
    assert "없음" in lee
    entries = await shell.entries()
    assert [(entry.kind, entry.person, entry.facts) for entry in entries] == [
        ("pin_set", "kim", {"by": os_login()})
    ] * 2
    kept = "".join(file.read_text("utf-8", "replace") for file in shell.path.parent.iterdir()) + shell.said
    assert PIN not in kept
    assert "4826" not in kept
    assert yaml.safe_load(shell.path.read_text()) == yaml.safe_load(LAYOUT), "the layout is not touched"


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (["add", "kin", "--stdin"], PIN, "kim"),
        (["add"], PIN, "kim, lee"),
        (["add", "kim"], PIN, "--stdin"),
        (["add", "kim", "--stdin"], "123", "4"),
        (["add", "kim", "--stdin"], "", "4"),
        (["add", "kim", "--stdin"], "7777", "추측"),
        (["unlock", "nobody"], "", "kim, lee"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_kept(
    shell: Shell, words: list[str], typed: str, said: str
) -> None:
    code, _, err = await shell(*words, typed=typed)
    assert code == 2
    assert said in err
    assert not typed or typed not in err
    assert shell.users.hashes() == {}


async def test_a_pin_is_typed_twice_without_an_echo(shell: Shell) -> None:
    for again, code in (("2580-other", 2), (PIN, 0)):
        async with Terminal([*SITUATIONROOM, "user", shell.path, "add", "kim"]) as terminal:
            await terminal.wait_for("새 PIN")
            terminal.press(PIN, "enter")
            await terminal.wait_for("한 번 더")
            terminal.press(again, "enter")
            assert await terminal.ended() == code
            shown = terminal.text
            assert PIN not in shown
            assert again not in shown
    assert Pins().fits(PIN, shell.users.hashes()["kim"])


async def test_wrong_pins_in_two_processes_add_up_and_unlock_ends_it(shell: Shell) -> None:
    await shell("add", "kim", "--stdin", typed=PIN + "\n")
    python = SITUATIONROOM[0]
    wrong = [f"wrong-{number}" for number in range(TRIES - 2)]
    _, out, _ = await shell.run(python, "-c", TRIES_IN_ANOTHER_PROCESS, str(shell.path), *wrong)
    assert out.split() == ["people.sign_in_wrong"] * (TRIES - 2)
    journal = Journal(shell.path.parent / "room.journal")
    desk = SignIn(shell.layout, shell.users, journal, SystemClock("Asia/Seoul").now, "here@host")
    for _ in range(2):
        with pytest.raises(SignInDenied):
            await desk.sign_in("kim", "wrong-here")
    await journal.close()
    _, out, _ = await shell.run(python, "-c", TRIES_IN_ANOTHER_PROCESS, str(shell.path), PIN)
    assert out.split() == ["people.locked_out"]
    _, out, _ = await shell("list")
    assert "까지" in next(line for line in out.splitlines() if line.startswith("kim"))
    code, out, _ = await shell("unlock", "kim")
    assert (code, "해제" in out) == (0, True)
    _, out, _ = await shell.run(python, "-c", TRIES_IN_ANOTHER_PROCESS, str(shell.path), PIN)
    assert out.split() == ["in", "kim"]
    assert "않음" in (await shell("unlock", "kim"))[1]
    assert (await shell.entries())[-3].kind == "unlocked"
    everything = "".join(map(str, await shell.entries())) + shell.said
    assert "wrong-" not in everything
    assert PIN not in everything


async def test_a_users_file_others_may_read_is_refused_with_what_to_do(shell: Shell) -> None:
    await shell("add", "kim", "--stdin", typed=PIN + "\n")
    shell.users.path.chmod(0o644)
    for words in (["list"], ["passwd", "kim", "--stdin"]):
        code, _, err = await shell(*words, typed="4826\n")
        assert code == 1
        assert "chmod 600" in err


async def test_a_pin_that_cannot_be_recorded_is_not_set(shell: Shell) -> None:
    (shell.path.parent / "room.journal").mkdir()
    code, _, err = await shell("add", "kim", "--stdin", typed=PIN + "\n")
    assert code == 1
    assert "저널" in err
    assert shell.users.hashes() == {}
