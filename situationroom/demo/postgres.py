"""A real PostgreSQL of our own, for the demo world and for tests: up in half a second, gone when we are."""

from __future__ import annotations

import errno
import os
import pwd
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from situationroom.demo import launch
from situationroom.demo.binaries import copy_install, postgres_bin, readable_by_others
from situationroom.demo.lair import Lair, places, sweep
from situationroom.disk import is_full, no_space, why_unwritten
from situationroom.errors import WorldError

_USER = "situationroom"
_START_S = 15.0
_PORT_TRIES = 5
_NO_SPACE = os.strerror(errno.ENOSPC)
_TAKEN = "could not create any TCP/IP sockets"

# A demo's data are worth nothing after it: no write need reach the disk. A killed server
# loses none all the same: the kernel has them.
_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "fsync": "off",
        "full_page_writes": "off",
        "max_wal_size": "64MB",
        "min_wal_size": "32MB",
        "shared_buffers": "64MB",
        "max_connections": "80",
        "autovacuum_naptime": "20s",
        "max_parallel_workers_per_gather": "0",
        "dynamic_shared_memory_type": "mmap",  # in its folder, not beside it
        "unix_socket_directories": "",
    }
)


class PostgresServer:
    """One server on a free port of 127.0.0.1, in a temporary folder, with a random password.

    It runs as ``nobody`` where we are root. The kernel ends it when the thread that started it ends, and so
    with this program, however that dies.
    """

    def __init__(self, lair: Lair, binaries: Path, settings: Mapping[str, str]) -> None:
        self._lair = lair
        self._binaries = binaries
        self._settings = {**_SETTINGS, **settings}
        self._password = secrets.token_hex(12)
        self._data = lair.folder / "data"
        self._log = lair.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @classmethod
    def start(
        cls, *, settings: Mapping[str, str] | None = None, folder: Path | None = None
    ) -> PostgresServer:
        """A server that answers. Blocks for about half a second.

        Args:
            settings: of ``postgresql.conf``, above our own.
            folder: where its temporary folder is made; by default in memory, else the system's place.

        Raises:
            WorldError: no PostgreSQL on this machine, or it does not start, with its last words.

        """
        parents = places() if folder is None else (folder,)
        sweep(parents)
        binaries = postgres_bin()
        lent = os.geteuid() == 0 and not readable_by_others(binaries)
        place = parents[-1] if lent else parents[0]  # memory may be mounted without the right to execute
        try:
            return cls._started(place, binaries, settings or {}, lent=lent)
        except OSError as error:
            detail = why_unwritten(error, place / "data")
            raise WorldError("demo.postgres_failed", detail=detail) from error

    @classmethod
    def _started(
        cls, place: Path, binaries: Path, settings: Mapping[str, str], *, lent: bool
    ) -> PostgresServer:
        lair = Lair(place)
        try:
            if os.geteuid() == 0:
                lair.folder.chmod(0o711)  # its user must pass; ours alone may look
            if lent:
                binaries = copy_install(binaries, lair.folder / "install")
            server = cls(lair, binaries, settings)
            server._initialise()
            server._serve_on_free_port()
        except BaseException:
            lair.remove()
            raise
        return server

    @property
    def dsn(self) -> str:
        """The connection string of its ``postgres`` database."""
        return self.dsn_of("postgres")

    def dsn_of(self, database: str) -> str:
        """The connection string of a database in it."""
        return f"postgresql://{_USER}:{self._password}@127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """The postmaster's process id; 0 while it is down."""
        return self._process.pid if self._process else 0

    @property
    def folder(self) -> Path:
        """Its temporary folder, gone after ``stop``."""
        return self._lair.folder

    def kill(self) -> None:
        """End it at once, as a crash would: every connection breaks. ``restart`` brings it back."""
        self._end((signal.SIGQUIT, 5.0))

    def restart(self) -> None:
        """Start it again after ``kill``, on the same port with the same data.

        Raises:
            WorldError: it does not start.

        """
        if self._process is None and not self._serve():
            raise self._failed()

    def stop(self) -> None:
        """End it, asking with more force each time, and remove its folder. May be called twice."""
        self._end((signal.SIGINT, 3.0), (signal.SIGQUIT, 3.0))
        self._lair.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _initialise(self) -> None:
        password = self._lair.folder / "password"
        password.touch(0o600)
        password.write_text(self._password)
        self._data.mkdir(0o700)
        self._log.touch(0o600)
        if os.geteuid() == 0:
            for place in (password, self._data):
                os.chown(place, *_nobody())
        process = self._launch(
            "initdb", "-D", str(self._data), "-U", _USER, "--auth=scram-sha-256", f"--pwfile={password}",
            "--locale=C", "--encoding=UTF8", "--no-sync", "--no-instructions",
        )  # fmt: skip
        try:
            code = process.wait(_START_S * 2)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        password.unlink()
        if code != 0:
            raise self._failed()

    def _failed(self) -> WorldError:
        """That it does not start: for a full disk, or with its last words."""
        words = self._last_words()
        full = no_space(self._data) if _NO_SPACE in words else is_full(self._data)
        return WorldError("demo.postgres_failed", detail=full or words)

    def _serve_on_free_port(self) -> None:
        """Another program may take the free port before the server does: then with another one."""
        for _ in range(_PORT_TRIES):
            self.port = _free_port()
            if self._serve():
                return
            if _TAKEN not in self._log.read_text(errors="replace"):
                break
        raise self._failed()

    def _serve(self) -> bool:
        """Start the postmaster and wait until it takes connections; False when it ended instead."""
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        process = self._launch(
            "postgres", "-D", str(self._data), "-h", "127.0.0.1", "-p", str(self.port), *settings
        )
        self._process = process
        self._lair.note(process.pid)
        deadline = time.monotonic() + _START_S
        while process.poll() is None and time.monotonic() < deadline:
            if self._ready(process.pid):
                return True
            time.sleep(0.005)
        self._end((signal.SIGQUIT, 3.0))
        return False

    def _ready(self, pid: int) -> bool:
        """Whether ``postmaster.pid`` says so: line 1 is its process, line 8 its state, as pg_ctl reads it."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _launch(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        uid, gid = _nobody() if os.geteuid() == 0 else (-1, -1)
        launcher = [sys.executable, "-I", "-S", launch.__file__, str(uid), str(gid), str(os.getpid())]
        with self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own launcher and the server we found
                [*launcher, str(self._binaries / program), *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._lair.folder,
                start_new_session=True,  # Ctrl+C in the terminal is not for it
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            )  # fmt: skip

    def _end(self, *ways: tuple[signal.Signals, float]) -> None:
        """Send each signal and wait its seconds, the last resort being SIGKILL to the whole group."""
        process, self._process = self._process, None
        if process is None:
            return
        for way, patience_s in ways:
            process.send_signal(way)
            try:
                process.wait(patience_s)
                return
            except subprocess.TimeoutExpired:
                continue
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        return " / ".join(line.strip() for line in lines[-4:]) or "–"


def _nobody() -> tuple[int, int]:
    """The user PostgreSQL runs as where we are root: it refuses to be root itself."""
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
