"""A running room sees that its journal was cut, replaced or emptied, and waits until somebody knows."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from situationroom.actions.asked import Confirmation
from situationroom.errors import ActionDenied
from situationroom.i18n import say
from situationroom.journal import Journal
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.header import wall_header
from situationroom.paint.page import header_facts
from situationroom.paint.theme import theme
from situationroom.values import Person
from tests.helpers import wait_until
from tests.unit.fakes import ScriptedSource, row, rows
from tests.unit.test_live_room import Running, running

KIM = Person("kim", "김운영", frozenset({"operator"}))


def source() -> ScriptedSource:
    return ScriptedSource([rows(row(k="a", n=1))])


def wipe(folder: Path) -> None:
    for file in folder.glob("room.journal*"):
        shutil.rmtree(file) if file.is_dir() else file.unlink()


def removed(folder: Path) -> None:
    wipe(folder)


def emptied(folder: Path) -> None:
    (folder / "room.journal").write_bytes(b"")
    for side in ("room.journal-wal", "room.journal-shm"):
        (folder / side).unlink(missing_ok=True)


def cut(folder: Path) -> None:
    connection = sqlite3.connect(folder / "room.journal", timeout=10)
    with connection:
        connection.execute("drop trigger entries_remain")
        connection.execute("delete from entries where id > 1")
    connection.close()


def rewritten(folder: Path) -> None:
    connection = sqlite3.connect(folder / "room.journal", timeout=10)
    with connection:
        connection.execute("drop trigger entries_stay")
        connection.execute("update entries set hash = 'x' || substr(hash, 2)")
    connection.close()


def leases(folder: Path) -> None:
    shutil.rmtree(folder / "room.journal.leases")


async def fired(it: Running) -> None:
    asked = await it.room.ask("ping", {}, KIM)
    await it.room.fire(asked.run, Confirmation())
    await it.room.finished(asked.run)


async def noticed(it: Running) -> str:
    async def alarm() -> str:
        await it.clock.advance(1)
        return say(it.room.alarm(), "en") if it.room.alarm() else ""  # type: ignore[arg-type]

    return await wait_until(alarm, what="the alarm")


@pytest.mark.parametrize("happens", [removed, cut, rewritten, leases])
async def test_it_says_so_in_red_and_refuses_until_a_person_takes_note(
    tmp_path: Path, happens: Callable[[Path], None]
) -> None:
    async with running(tmp_path, source(), source()) as it:
        await fired(it)
        assert it.room.alarm() is None
        known = Journal(tmp_path / "room.journal")
        head = [each async for each in known.entries()][-1]
        await known.close()
        happens(tmp_path)
        said = await noticed(it)
        assert f"entry {head.id} was known" in said or f"entry {head.id})" in said
        (action,) = it.room.actions(KIM)
        assert not action.allowed
        with pytest.raises(ActionDenied):
            await it.room.ask("ping", {}, KIM)
        facts = header_facts(it.room, "p", KIM)
        banner = "".join(piece[0] for piece in wall_header(facts, 160, theme("dark"), Glyphs.NARROW).rows[0])
        assert banner.startswith(" ■ ")
        assert "조치 막힘" in banner
        await it.room.acknowledge(KIM)
        assert it.room.alarm() is None
        await fired(it)
        kept = Journal(tmp_path / "room.journal")
        (entry,) = [each async for each in kept.entries() if each.kind == "head_lost"]
        assert (entry.person, entry.facts["entry"], entry.facts["hash"]) == ("kim", head.id, head.hash)
        await kept.close()


async def test_a_file_that_is_emptied_under_a_running_room_is_made_whole_from_its_log(tmp_path: Path) -> None:
    async with running(tmp_path, source(), source()) as it:
        await fired(it)
        known = Journal(tmp_path / "room.journal")
        before = [each.hash async for each in known.entries()]
        await known.close()
        emptied(tmp_path)
        await it.clock.advance(2)
        await fired(it)
        kept = Journal(tmp_path / "room.journal")
        after = [each.hash async for each in kept.entries()]
        await kept.close()
        lost = it.room.alarm() is not None
        assert lost or (after[: len(before)] == before and len(after) > len(before))


async def test_nothing_is_taken_note_of_where_nothing_was_lost(tmp_path: Path) -> None:
    async with running(tmp_path, source(), source()) as it:
        await fired(it)
        with pytest.raises(ActionDenied):
            await it.room.acknowledge(KIM)


async def test_a_room_whose_journal_was_never_there_is_calm(tmp_path: Path) -> None:
    async with running(tmp_path, source(), source()) as it:
        await it.clock.advance(20)
        assert it.room.alarm() is None
        await fired(it)
        await it.clock.advance(20)
        assert it.room.alarm() is None
