"""A real standby of a real primary, for tests of what happens when they change places."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from situationroom.demo.binaries import postgres_bin
from situationroom.demo.lair import Lair, places
from situationroom.demo.postgres import PostgresServer


class Standby(PostgresServer):
    """A copy of a primary that follows it until it is promoted."""

    def copy(self, primary: PostgresServer) -> None:
        """Take a base backup of ``primary`` and begin to follow it."""
        subprocess.run(
            [
                self._binaries / "pg_basebackup",
                *("-D", self._data, "-d", primary.dsn, "--write-recovery-conf"),
                *("--checkpoint=fast", "--wal-method=stream"),
            ],
            check=True,
            timeout=60,
            capture_output=True,
        )
        self._password = primary._password
        self._log.touch(0o600)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            for place in (self._data, *self._data.rglob("*")):
                os.chown(place, nobody.pw_uid, nobody.pw_gid)
        self._serve_on_free_port()


@contextmanager
def standby_of(primary: PostgresServer) -> Iterator[Standby]:
    """A standby that follows ``primary``, gone afterwards."""
    lair = Lair(places()[0])
    try:
        if os.geteuid() == 0:
            lair.folder.chmod(0o711)
        binaries = primary.folder / "install"
        standby = Standby(lair, binaries if binaries.exists() else postgres_bin(), {})
        standby.copy(primary)
        with standby:
            yield standby
    finally:
        shutil.rmtree(lair.folder, ignore_errors=True)
