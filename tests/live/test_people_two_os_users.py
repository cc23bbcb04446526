"""Two persons who work as two OS users: one journal of their group, each proven by their own login."""

import asyncio
import os
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from situationroom.journal import Draft, Journal, Kind
from tests.live.program import temporary_place

NOBODY = 65_534

LAYOUT = """
room: 시험 상황실
journal: shared/room.journal
sources:
  kos: {type: postgres, dsn: "postgresql://127.0.0.1:1/x"}
people:
  kim: {name: 김운영, roles: [operator], login: root}
  lee: {name: 이승인, roles: [operator], login: nobody}
actions:
  skip:
    kind: toggle
    source: kos
    roles: [operator]
    confirm: two-person
    state: {sql: "select true"}
    set: {sql: "update reference set enabled = $1", args: [value]}
"""

# The interpreter may be where another OS user may not look: all is imported before the user changes.
AS_NOBODY = """
import os, sys
import situationroom.commands.approve, situationroom.engine.clock, situationroom.people.users
from situationroom.catalog import catalog
from situationroom.cli import main
from situationroom.commands._open import open_layout
import asyncpg, httpx, concurrent.futures.thread, encodings.idna, zoneinfo
open_layout(sys.argv[2])
os.setgroups([])
os.setgid(int(sys.argv[1]))
os.setuid(int(sys.argv[1]))
main(["approve", *sys.argv[2:]])
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("of_journal", "of_folder", "of_lease"), [(0o600, 0o700, 0o600), (0o660, 0o2770, 0o660)]
)
async def test_who_may_write_the_journal_may_see_its_leases(
    tmp_path: Path, of_journal: int, of_folder: int, of_lease: int
) -> None:
    path = tmp_path / "room.journal"
    path.touch()
    path.chmod(of_journal)
    journal = Journal(path)
    lease = await journal.lease()
    folder = tmp_path / "room.journal.leases"
    assert mode(folder) == of_folder
    assert mode(folder / lease) == of_lease
    await journal.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can work as another OS user")
@pytest.mark.parametrize(("asker", "code"), [("kim", 0), ("lee", 1)])
async def test_the_other_os_user_approves_by_login_and_nobody_their_own(asker: str, code: int) -> None:
    with temporary_place() as place:
        await approved_by_nobody(place, asker, code)


async def approved_by_nobody(place: Path, asker: str, code: int) -> None:
    """Something that ``asker`` asked for, and the OS user ``nobody``, who is lee, approves."""
    layout = place / "room.yaml"
    layout.write_text(LAYOUT, "utf-8")
    layout.chmod(0o644)
    path = place / "shared" / "room.journal"
    path.parent.mkdir()
    os.chown(path.parent, 0, NOBODY)
    path.parent.chmod(0o2770)
    path.touch()
    path.chmod(0o660)
    journal = Journal(path)
    now = datetime.now(UTC)
    lease = await journal.lease()
    waits = {"lease": lease, "proof": "login", "expires": now + timedelta(minutes=5), "what": "끄기"}
    for kind, body in ((Kind.ASKED, {}), (Kind.PREVIEWED, {"what": "끄기"}), (Kind.APPROVAL_ASKED, waits)):
        await journal.append(Draft(now, kind, "run1", asker, "root@here", "skip", body))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", AS_NOBODY, str(NOBODY), str(layout), "run1", "--yes",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "SITUATIONROOM_STATE": str(place), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == code, out.decode()
    approved = [entry async for entry in journal.entries() if entry.kind == Kind.APPROVED]
    assert [(entry.person, entry.facts["proof"]) for entry in approved] == [("lee", "login")] * (code == 0)
    assert code == 0 or "본인" in out.decode()
    assert (path.parent / "room.journal.leases" / lease).exists(), "the asker is still there"
    await journal.close()
