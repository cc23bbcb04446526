"""A disk that is full, really: whatever is written says so, says what to do, and leaves nothing half done."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from situationroom.demo.postgres import PostgresServer
from situationroom.disk import is_full, why_unwritten
from situationroom.errors import JournalError, UsersError, WorldError
from situationroom.i18n import LANGUAGES, say
from situationroom.journal import Draft, Journal
from situationroom.journal.reader import reading
from situationroom.people.users import UsersFile
from situationroom.values import Message
from tests.live.program import SITUATIONROOM
from tests.live.test_command_line import KOREAN, PICTURE

LAYOUT = PICTURE + "journal: room.journal\npeople:\n  kim: {name: 김운영, roles: [operator]}\n"
BLOCK = 4096


class Disk:
    """A file system of its own, in memory, of a few blocks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filler = path / "filler"

    def fill(self) -> None:
        """Leave not one byte."""
        with self._filler.open("wb", buffering=0) as stream, suppress(OSError):
            while True:
                stream.write(bytes(BLOCK))
        assert os.statvfs(self.path).f_bavail == 0

    def free(self) -> None:
        """Take away what filled it."""
        self._filler.unlink()

    def names(self) -> set[str]:
        """All that is on it, but for what fills it."""
        found = (path.relative_to(self.path).as_posix() for path in self.path.rglob("*"))
        return {name for name in found if name != "filler"}


def mounted(path: Path, options: str) -> None:
    mount = shutil.which("mount")
    if sys.platform != "linux" or mount is None:
        pytest.skip("a disk of a few blocks is mounted on Linux alone")
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", options, "none", str(path)], capture_output=True, timeout=10, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"no file system may be mounted here: {done.stderr.decode().strip()}")


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> Iterator[Disk]:
    """An empty disk of 384 KB, or with the options that a test asks for, where any OS user may pass."""
    path = Path(tempfile.mkdtemp(prefix="situationroom-disk-"))
    try:
        path.chmod(0o755)
        mounted(path, getattr(request, "param", "size=384k"))
        try:
            yield Disk(path)
        finally:
            subprocess.run(["umount", "-l", str(path)], timeout=10, check=True)
    finally:
        path.rmdir()


def draft(**body: object) -> Draft:
    return Draft(datetime.now(UTC), "asked", "r1", "kim", "kim@desk", "skip", body)


def is_said(message: Message, disk: Path) -> None:
    """That the disk is full, which, and what to do, in both languages."""
    assert "디스크가 가득 참" in say(message, "ko")
    assert "the disk is full" in say(message, "en")
    for lang in LANGUAGES:
        assert f"df -h {disk}" in say(message, lang)


def called(*words: str, out: int = subprocess.PIPE) -> tuple[int, str]:
    done = subprocess.run(
        [*SITUATIONROOM, *words],
        stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, timeout=40, check=False,
        env={**os.environ, **KOREAN},
    )  # fmt: skip
    lines = done.stderr.decode().splitlines()
    assert len(lines) <= 1, lines
    return done.returncode, "".join(lines)


def room_on(folder: Path) -> Path:
    path = folder / "room.yaml"
    path.write_text(LAYOUT, "utf-8")
    return path


async def test_a_journal_says_that_the_disk_is_full_and_heals(disk: Disk) -> None:
    journal = Journal(disk.path / "room.journal")
    try:
        await journal.append(draft())
        await journal.writable()
        disk.fill()
        with pytest.raises(JournalError) as caught:
            await journal.append(draft(large="x" * 100 * BLOCK))  # more than is allocated already
        assert caught.value.message.id == "journal.full"
        is_said(caught.value.message, disk.path)
        with pytest.raises(JournalError) as tried:
            await journal.writable()
        is_said(tried.value.message, disk.path)
        disk.free()
        await journal.append(draft())
    finally:
        await journal.close()


async def test_a_journal_that_cannot_be_begun_says_that_the_disk_is_full(disk: Disk) -> None:
    disk.fill()
    journal = Journal(disk.path / "state" / "room.journal")
    try:
        with pytest.raises(JournalError) as caught:
            await journal.append(draft())
        assert caught.value.message.id == "journal.full"
        is_said(caught.value.message, disk.path)
    finally:
        await journal.close()


async def test_a_journal_that_cannot_be_read_for_a_full_disk_says_so(disk: Disk, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "room.journal")
    await journal.append(draft())
    for end in ("", "-wal"):  # a copy of a journal that a room is writing, without SQLite's index of its log
        shutil.copy(tmp_path / f"room.journal{end}", disk.path / f"room.journal{end}")
    await journal.close()
    disk.fill()
    with pytest.raises(JournalError) as caught, reading(disk.path / "room.journal") as found:
        list(found.entries())
    is_said(caught.value.message, disk.path)
    disk.free()
    with reading(disk.path / "room.journal") as found:
        assert len(list(found.entries())) == 1


def test_a_users_file_says_that_the_disk_is_full_and_keeps_what_it_had(disk: Disk) -> None:
    users = UsersFile(disk.path / "users.yaml")
    users.set("kim", "first")
    disk.fill()
    before = disk.names()
    with pytest.raises(UsersError) as caught:
        users.set("kim", "second" * BLOCK)
    is_said(caught.value.message, disk.path)
    assert (users.hashes(), disk.names()) == ({"kim": "first"}, before)


@pytest.mark.parametrize("disk", ["size=384k,nr_inodes=3"], indirect=True)
def test_a_disk_that_takes_no_more_files_is_told_from_a_full_one(disk: Disk) -> None:
    for name in ("one", "two"):
        (disk.path / name).touch()
    with pytest.raises(UsersError) as caught:
        UsersFile(disk.path / "users.yaml").set("kim", "first")
    assert f"df -i {disk.path}" in say(caught.value.message, "ko")


def test_a_picture_says_that_the_disk_is_full_and_leaves_the_one_before(disk: Disk, tmp_path: Path) -> None:
    layout, file = room_on(tmp_path), disk.path / "room.svg"
    file.write_text("before", "utf-8")
    disk.fill()
    code, said = called("snapshot", str(layout), "-o", str(file))
    assert code == 1
    assert f"디스크가 가득 참: {disk.path} — 공간을 비운 뒤" in said
    assert (file.read_text("utf-8"), disk.names()) == ("before", {"room.svg"})


@pytest.mark.parametrize("words", [["--format", "csv"], ["--evidence", "2026-11"], ["--verify"]])
def test_what_is_written_out_to_a_full_disk_says_so(disk: Disk, tmp_path: Path, words: list[str]) -> None:
    layout = room_on(tmp_path)
    (tmp_path / "room.journal").touch()
    disk.fill()
    with (disk.path / "out.csv").open("wb") as out:
        code, said = called("journal", str(layout), *words, out=out.fileno())
    assert code == 1
    assert f"디스크가 가득 참: {disk.path} — 공간을 비운 뒤" in said


def test_a_pin_is_not_set_where_the_disk_is_full(disk: Disk) -> None:
    layout = room_on(disk.path)
    disk.fill()
    done = subprocess.run(
        [*SITUATIONROOM, "user", str(layout), "add", "kim", "--stdin"],
        input="2580-비밀\n".encode(), capture_output=True, timeout=40, check=False,
        env={**os.environ, **KOREAN},
    )  # fmt: skip
    assert done.returncode == 1
    assert "디스크가 가득 참" in done.stderr.decode()
    assert not (disk.path / "room.users.local.yaml").exists()


def test_a_new_room_that_finds_no_space_leaves_no_half_of_it(disk: Disk) -> None:
    disk.fill()
    code, said = called("new", str(disk.path / "mine"))
    assert code == 2
    assert "디스크가 가득 참" in said
    assert not [name for name in disk.names() if "." in name]
    disk.free()
    assert called("new", str(disk.path / "mine"))[0] == 0


@pytest.mark.parametrize(
    "disk", ["mode=755,size=8k", "mode=755,size=384k", "mode=755,size=12m"], indirect=True
)
def test_a_demo_that_finds_no_space_for_its_database_says_so(disk: Disk) -> None:
    with pytest.raises(WorldError) as caught:
        PostgresServer.start(folder=disk.path)
    assert "디스크가 가득 참" in say(caught.value.message, "ko")
    assert disk.names() == set()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EDQUOT, "disk.quota"),
        (errno.EFBIG, "disk.limit"),
        (errno.ENOSPC, "disk.full"),  # as good as full: it was, a moment ago
    ],
)
def test_a_limit_is_called_by_its_name(tmp_path: Path, number: int, said: str) -> None:
    why = why_unwritten(OSError(number, os.strerror(number)), tmp_path / "not there" / "file")
    assert isinstance(why, Message)
    assert (why.id, why.values["folder"]) == (said, str(tmp_path))


def test_any_other_error_is_told_as_the_system_says_it(tmp_path: Path) -> None:
    assert why_unwritten(OSError(errno.EACCES, "Permission denied"), tmp_path / "file") == "Permission denied"
    assert why_unwritten(OSError(), tmp_path / "file") == "OSError"


def test_a_disk_with_space_is_not_full(disk: Disk) -> None:
    assert is_full(disk.path / "file") is None
    disk.fill()
    assert is_full(disk.path / "deep" / "file") is not None
