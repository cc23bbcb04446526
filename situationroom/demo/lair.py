"""The temporary folder of one server, told apart from those that dead programs left."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

_PREFIX = "situationroom-pg-"
_OWNER = "owner"
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
_ENOUGH = 1 << 30


def places() -> tuple[Path, ...]:
    """Where such folders may be, the best first: in memory a database, hundreds of files, starts 3× faster.

    A ``TMPDIR`` of the user's is obeyed; memory is used only where a gigabyte of it is free.
    """
    disk = Path(tempfile.gettempdir())
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ENOUGH:
        return (disk,)
    return (_MEMORY, disk)


class Lair:
    """A temporary folder with an ``owner`` file, locked as long as its program lives.

    The lock ends with the program, however it ends, so that a later one knows what may be swept.
    """

    def __init__(self, parent: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        unlocked = self.folder / f"{_OWNER}.new"
        self._owner: IO[str] = unlocked.open("w")
        fcntl.flock(self._owner, fcntl.LOCK_EX)
        unlocked.rename(self.folder / _OWNER)  # seen by a sweep only once it is locked

    def note(self, pid: int) -> None:
        """Remember the server's process, for whoever must sweep up after us."""
        self._owner.seek(0)
        self._owner.truncate()
        self._owner.write(str(pid))
        self._owner.flush()

    def remove(self) -> None:
        """Remove the folder and all in it. A server that is still ending may be writing: tried twice."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self._owner.close()


def sweep(parents: Iterable[Path]) -> None:
    """Remove folders of our own that no living program holds, and end a server still running in one."""
    for folder in (folder for parent in parents for folder in parent.glob(f"{_PREFIX}*")):
        try:
            if folder.lstat().st_uid == os.getuid() and not folder.is_symlink():
                _sweep(folder)
        except FileNotFoundError:
            continue  # its owner, or another sweep, was faster


def _sweep(folder: Path) -> None:
    with (folder / _OWNER).open() as owner:
        try:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # alive
        pid = owner.read().strip()
        if pid.isdigit() and str(folder) in _command_of(int(pid)):
            os.kill(int(pid), signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)


def _command_of(pid: int) -> str:
    """The command line of a process, "" when there is none: a number may have gone to somebody else."""
    answer = subprocess.run(  # noqa: S603
        ["ps", "-o", "args=", "-p", str(pid)],  # noqa: S607 - on every POSIX system
        capture_output=True, text=True, timeout=10, check=False,
    )  # fmt: skip
    return answer.stdout
