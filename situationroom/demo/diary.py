"""The journal of a world's room: its own, so that what was tried there never stands among what was done.

Each world begins with an empty one, and the last is kept to be looked at: ``launch-day.demo.journal``, the
one before it as ``launch-day.demo.journal.previous``. Of worlds that live at once each has its own number.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO

from situationroom.journal.heads import Heads
from situationroom.paths import heads_dir, state_dir

_WITH_IT = ("-wal", "-shm", "")
"""What SQLite keeps beside a journal, and the journal itself, last."""


def last_diary(world: str) -> Path:
    """The journal of the world of that name that was written last; where there is none, where it would be."""
    first = _path(world, 1)
    found = [path for path in state_dir().glob(f"{world}.demo*.journal") if path.is_file()]
    return max(found, key=lambda path: path.stat().st_mtime_ns, default=first)


@contextmanager
def diary(world: str) -> Iterator[str]:
    """The path of an empty journal that is no other living world's. Touches the disk: call it in a thread.

    Where the folder cannot be written the path is given all the same: a room says why it records nothing.
    """
    try:
        path, lock = _taken(world)
    except OSError:
        yield str(_path(world, 1))
        return
    with lock:
        yield str(path)


def _path(world: str, number: int) -> Path:
    return state_dir() / f"{world}.demo{'' if number == 1 else f'-{number}'}.journal"


def _taken(world: str) -> tuple[Path, IO[bytes]]:
    """The first free journal, and the lock that the system lets go of however this process ends.

    Raises:
        OSError: the folder cannot be written.

    """
    state_dir().mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in count(1):
        path = _path(world, number)
        lock = path.with_name(f"{path.name}.world").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _put_aside(path)
        except BlockingIOError:
            lock.close()
            continue
        except BaseException:
            lock.close()
            raise
        return path, lock
    raise AssertionError("count() has no end")


def _put_aside(path: Path) -> None:
    """Name the journal of the world before ``.previous``, in place of the one before that."""
    previous = path.with_name(f"{path.name}.previous")
    for ending in _WITH_IT:
        with suppress(FileNotFoundError):
            Path(f"{previous}{ending}").unlink()
    for ending in _WITH_IT:
        with suppress(FileNotFoundError):
            Path(f"{path}{ending}").rename(f"{previous}{ending}")
    Heads(heads_dir(), path).forget()
