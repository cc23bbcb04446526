"""A real pgbouncer before a real server, for tests of what a pooler does to us."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.helpers import wait_until_sync

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def pgbouncer(dsn: str, folder: Path, mode: str = "transaction", **settings: object) -> Iterator[str]:
    """The DSN of the same database through a pooler that pools by ``mode``."""
    assert PROGRAM is not None
    server = urlsplit(dsn)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    users = folder / "users.txt"
    users.write_text(f'"{server.username}" "{server.password}"\n')
    words = {
        "listen_addr": "127.0.0.1", "listen_port": port, "pool_mode": mode, "auth_type": "plain",
        "auth_file": users, "unix_socket_dir": "", "logfile": folder / "log", "pidfile": folder / "pid",
        "default_pool_size": 4, **settings,
    }  # fmt: skip
    database = server.path.lstrip("/")
    (folder / "ini").write_text(
        f"[databases]\n{database} = host=127.0.0.1 port={server.port} dbname={database}\n[pgbouncer]\n"
        + "".join(f"{name} = {value}\n" for name, value in words.items())
    )
    root = os.geteuid() == 0
    if root:  # it refuses to be root
        nobody = pwd.getpwnam("nobody")
        for place in (folder, *folder.iterdir()):
            os.chown(place, nobody.pw_uid, nobody.pw_gid)
        for above in folder.parents:
            if above.owner() == "root" and not above.stat().st_mode & 0o001:
                above.chmod(above.stat().st_mode | 0o011)
    process = subprocess.Popen(
        [PROGRAM, "-q", *(("-u", "nobody") if root else ()), folder / "ini"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_sync(lambda: _answers(port), what="pgbouncer")
        yield f"postgresql://{server.username}:{server.password}@127.0.0.1:{port}/{database}"
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
