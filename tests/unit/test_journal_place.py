"""Where the journal of a room is: no two rooms share one, and a demo has its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from situationroom.commands._open import find_layout, journal_path
from situationroom.commands._world import demo_journal
from situationroom.demo.diary import diary
from situationroom.layout.load import load_head

ROOM = "room: 방\n"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's state folder."""
    folder = tmp_path / "state"
    monkeypatch.setenv("SITUATIONROOM_STATE", str(folder))
    return folder


def journal_of(layout: Path, env: Mapping[str, str] | None = None) -> Path:
    return journal_path(load_head(layout, env or {}))


def room_in(folder: Path, text: str = ROOM) -> Path:
    folder.mkdir()
    path = folder / "room.yaml"
    path.write_text(text, "utf-8")
    return path


def test_two_rooms_of_one_file_name_have_a_journal_each(tmp_path: Path, state: Path) -> None:
    one, other = room_in(tmp_path / "one"), room_in(tmp_path / "other")
    assert journal_of(one) != journal_of(other)
    assert {journal_of(each).parent for each in (one, other)} == {state}


def test_a_room_has_one_journal_however_its_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = room_in(tmp_path / "one")
    link = tmp_path / "link"
    link.symlink_to(path.parent)
    monkeypatch.chdir(path.parent)
    assert journal_of(Path("room.yaml")) == journal_of(path) == journal_of(link / "room.yaml")


def test_a_shipped_room_keeps_its_plain_name_and_a_word_of_ones_own_counts(
    tmp_path: Path, state: Path
) -> None:
    assert journal_of(find_layout("launch-day")) == state / "launch-day.journal"
    own = room_in(tmp_path / "own", f"{ROOM}journal: here.journal\n")
    assert journal_of(own) == own.parent / "here.journal"
    unset = room_in(tmp_path / "unset", f'{ROOM}journal: "${{JOURNAL:-}}"\n')
    assert journal_of(unset).parent == state


def test_the_demos_journal_is_not_the_real_days(state: Path) -> None:
    with diary("launch-day") as path:
        assert journal_of(find_layout("launch-day"), {"JOURNAL": path}) == Path(path)
    assert Path(path) == state / "launch-day.demo.journal"
    assert demo_journal("launch-day") == Path(path)


def wrote(path: str, text: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("create table if not exists said (text)")
        database.execute("insert into said values (?)", (text,))


def said(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return [row[0] for row in database.execute("select text from said")]


def test_each_world_begins_with_an_empty_journal_and_keeps_the_last(state: Path) -> None:
    for text in ("first", "second"):
        with diary("launch-day") as path:
            assert not Path(path).exists()
            wrote(path, text)
    assert said(demo_journal("launch-day")) == ["second"]
    assert said(state / "launch-day.demo.journal.previous") == ["first"]


def test_worlds_that_live_at_once_do_not_take_each_others_journal() -> None:
    with diary("launch-day") as first:
        wrote(first, "first")
        with diary("launch-day") as second:
            assert second != first
            wrote(second, "second")
            assert demo_journal("launch-day") == Path(second)
        assert said(Path(first)) == ["first"]


def test_a_folder_that_cannot_be_written_is_no_end_of_a_world(state: Path) -> None:
    state.write_text("in the way")
    with diary("launch-day") as path:
        assert path == str(state / "launch-day.demo.journal")
