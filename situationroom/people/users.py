"""The users file: the hash of each person's PIN, beside the layout and never in it.

::

    kim: $argon2id$v=19$m=65536,t=3,p=4$…
    lee: $argon2id$…

It belongs to the OS user the room runs as, and nobody else may read it.
"""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import yaml

from situationroom.disk import why_unwritten
from situationroom.errors import UsersError
from situationroom.layout.models import Layout
from situationroom.paths import is_shipped, state_dir

LARGEST_BYTES = 1_000_000

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def users_path(layout: Layout) -> Path:
    """Where a layout's users file is: its own word, relative to its file, else ``<stem>.users.local.yaml``.

    That is beside the layout, or in the user's state folder for a shipped one.
    """
    folder = layout.path.parent
    if layout.users is not None:
        return folder / layout.users
    if is_shipped(layout.path):
        folder = state_dir()
    return folder / f"{layout.path.stem}.users.local.yaml"


class UsersFile:
    """The file at a path. Every method touches the disk: call it in a thread."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def hashes(self) -> Mapping[str, str]:
        """The hash of each person's PIN, by person id; empty where there is no file.

        Raises:
            UsersError: it cannot be read, is no users file, or others may read or change it.

        """
        try:
            # A FIFO nobody writes to would keep every sign-in waiting: opened without waiting, then refused.
            number = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(number, "rb") as stream:
                self._check_owner(os.fstat(number))
                raw = stream.read(LARGEST_BYTES + 1)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._unusable(error) from error
        return self._parsed(raw)

    def set(self, person: str, pin_hash: str) -> None:
        """Keep the hash of a person's PIN; the file is replaced in one step.

        Raises:
            UsersError: it cannot be read or written.

        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _alone(self.path.parent):
                self._replace({**self.hashes(), person: pin_hash})
        except OSError as error:
            raise self._unusable(error) from error

    def _check_owner(self, found: os.stat_result) -> None:
        path = str(self.path)
        if not stat.S_ISREG(found.st_mode):
            raise UsersError("people.users_broken", path=path)
        if found.st_mode & _OTHERS:
            raise UsersError("people.users_open", path=path)
        if found.st_uid != os.geteuid():
            raise UsersError("people.users_foreign", path=path)

    def _parsed(self, raw: bytes) -> Mapping[str, str]:
        """What the file says; its text is kept out of every error."""
        broken = UsersError("people.users_broken", path=str(self.path))
        if len(raw) > LARGEST_BYTES:
            raise broken
        try:
            found = yaml.safe_load(raw)
        except (yaml.YAMLError, UnicodeError, RecursionError):
            raise broken from None
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise broken
        if not all(isinstance(name, str) and isinstance(kept, str) for name, kept in found.items()):
            raise broken
        return found

    def _replace(self, hashes: Mapping[str, str]) -> None:
        folder = self.path.parent
        number, name = tempfile.mkstemp(".local.yaml", f".{self.path.stem}-", folder)  # 0600 from its birth
        try:
            with os.fdopen(number, "w", encoding="utf-8") as stream:
                yaml.safe_dump(dict(sorted(hashes.items())), stream, allow_unicode=True, width=1_000)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(self.path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        with _opened(folder) as number:
            os.fsync(number)

    def _unusable(self, error: OSError) -> UsersError:
        return UsersError(
            "people.users_unusable", path=str(self.path), detail=why_unwritten(error, self.path)
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One writer at a time, over all processes; the folder itself is the lock, so that no file is left."""
    with _opened(folder) as number:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield number
    finally:
        os.close(number)
