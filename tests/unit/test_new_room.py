"""``new``: a room of one's own to begin with, in the machine's language and time zone."""

from __future__ import annotations

from pathlib import Path

import pytest
import tzlocal
from click.testing import CliRunner

from situationroom.catalog import catalog
from situationroom.commands.new import command
from situationroom.layout.load import load
from situationroom.layout.models import Layout

ADDRESSES = {"KOS_DSN": "postgresql://127.0.0.1/kos", "SGI_URL": "http://127.0.0.1:1"}


def _new(folder: Path, env: dict[str, str]) -> Layout:
    with pytest.MonkeyPatch.context() as machine:
        if "TZ" in env:
            machine.setenv("TZ", env["TZ"])
        tzlocal.reload_localzone()  # asked once a process
        return _written(folder, env)


def _written(folder: Path, env: dict[str, str]) -> Layout:
    made = CliRunner().invoke(command, [str(folder)], env={"LC_ALL": None, "LC_MESSAGES": None, **env})
    assert made.exit_code == 0, made.output
    return load(folder / "room.yaml", catalog(folder), ADDRESSES)


@pytest.mark.parametrize(
    ("env", "lang", "zone", "room"),
    [
        ({"LANG": "ko_KR.UTF-8", "TZ": "Asia/Seoul"}, "ko", "Asia/Seoul", "우리 상황실"),
        ({"LANG": "en_US.UTF-8", "TZ": "America/New_York"}, "en", "America/New_York", "Our situation room"),
        ({"LANG": "C.UTF-8", "TZ": "Asia/Tokyo"}, "ko", "Asia/Tokyo", "우리 상황실"),
        ({"LANG": "de_DE.UTF-8", "TZ": ":Europe/Berlin"}, "en", "Europe/Berlin", "Our situation room"),
    ],
)
def test_a_new_room_follows_the_machines_locale_and_zone(
    tmp_path: Path, env: dict[str, str], lang: str, zone: str, room: str
) -> None:
    layout = _new(tmp_path / "mine", env)
    assert (layout.lang, layout.timezone, layout.room) == (lang, zone, room)


def test_a_zone_that_nobody_else_knows_is_not_written_into_the_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("situationroom.commands.new.get_localzone_name", lambda: "KST-9")
    assert _new(tmp_path / "mine", {"LANG": "ko_KR.UTF-8"}).timezone == "Asia/Seoul"


def test_a_new_room_has_no_word_in_the_other_language(tmp_path: Path) -> None:
    english = _new(tmp_path / "mine", {"LANG": "en_US.UTF-8", "TZ": "UTC"})
    shown = [
        english.room, *(panel.title for panel in english.panels.values()),
        *(rule.title for rule in english.rules.values()), *(act.title for act in english.actions.values()),
        *(english.page_title(page) for page in english.pages), *(one.name for one in english.people.values()),
    ]  # fmt: skip
    assert all(word.isascii() for word in shown), shown


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    _new(tmp_path, {"LANG": "ko_KR.UTF-8"})
    again = CliRunner().invoke(command, [str(tmp_path)], standalone_mode=False)
    assert "ranking.py" in str(again.exception)
