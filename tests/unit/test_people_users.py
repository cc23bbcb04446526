"""The users file and what is in it."""

import os
import stat
import threading
from pathlib import Path

import pytest

from situationroom.errors import UsersError
from situationroom.layout.models import Layout
from situationroom.paths import bundled
from situationroom.people.pins import LONGEST, Pins, why_not
from situationroom.people.users import UsersFile, users_path

PIN = "2580-은하수"


@pytest.fixture
def users(tmp_path: Path) -> UsersFile:
    return UsersFile(tmp_path / "room.users.local.yaml")


def test_a_hash_fits_its_pin_alone_and_says_nothing_of_it() -> None:
    pins = Pins()
    made = pins.hash(PIN)
    assert made.startswith("$argon2id$")
    assert PIN not in made
    assert pins.fits(PIN, made)
    assert not pins.fits(PIN + " ", made)
    assert not pins.fits("", made)
    assert pins.hash(PIN) != made, "the same PIN must not be seen to be the same"


def test_a_keyboard_that_composes_hangul_otherwise_gives_the_same_pin() -> None:
    pins = Pins()
    assert pins.fits("\u1112\u1161\u11ab글", pins.hash("한글"))


def test_nobodys_pin_and_a_damaged_hash_fit_nothing() -> None:
    assert not Pins().fits(PIN, None)
    assert not Pins().fits(PIN, "$argon2id$v=19$m=65536")
    assert not Pins().fits(PIN, PIN), "a PIN written into the file in the clear is none"


@pytest.mark.parametrize(
    "cost", ["m=4294967295,t=1,p=1", "m=65536,t=4294967295,p=1", "m=65536,t=3,p=16777215"]
)
def test_a_hash_that_would_take_for_ever_fits_nothing_and_costs_no_more_than_ours(
    monkeypatch: pytest.MonkeyPatch, cost: str
) -> None:
    looked: list[str] = []
    pins = Pins()
    monkeypatch.setattr(pins, "_hasher", _Watched(pins, looked))
    made = Pins().hash(PIN).split("$")
    assert not pins.fits(PIN, "$".join([*made[:3], cost, *made[4:]]))
    assert [one.split("$")[3] for one in looked] == [made[3]]


def test_a_users_file_that_is_no_plain_file_is_refused_at_once(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo.yaml"
    os.mkfifo(fifo, 0o600)
    link = tmp_path / "link.yaml"
    link.symlink_to(fifo)
    for path in (fifo, link, Path("/dev/zero")):
        with pytest.raises(UsersError) as failed:
            UsersFile(path).hashes()
        assert failed.value.message.id == "people.users_broken"
        assert failed.value.message.values["path"] == str(path)


def test_a_users_file_nested_without_end_is_refused(users: UsersFile) -> None:
    users.path.write_text("[" * 100_000, encoding="utf-8")
    users.path.chmod(0o600)
    with pytest.raises(UsersError) as failed:
        users.hashes()
    assert failed.value.message.id == "people.users_broken"


def test_who_does_not_exist_is_looked_at_as_long_as_who_does(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    pins = Pins()
    monkeypatch.setattr(pins, "_hasher", _Watched(pins, looked))
    assert not pins.fits("wrong", None)
    assert len(looked) == 1
    assert looked[0].split("$")[1:4] == Pins().hash(PIN).split("$")[1:4], "the same parameters"


class _Watched:
    """A hasher that notes what it was asked to verify."""

    def __init__(self, pins: Pins, looked: list[str]) -> None:
        self._hasher = pins._hasher
        self._looked = looked

    def __getattr__(self, name: str) -> object:
        return getattr(self._hasher, name)

    def verify(self, kept: str, pin: bytes) -> bool:
        self._looked.append(kept)
        return self._hasher.verify(kept, pin)


@pytest.mark.parametrize(
    ("pin", "word"),
    [
        ("123", "pin_short"),
        ("", "pin_short"),
        ("가" * (LONGEST + 1), "pin_long"),
        ("0000", "pin_guessable"),
        ("1234", "pin_guessable"),
        ("9876", "pin_guessable"),
        ("Kim-Ops", "pin_guessable"),
    ],
)
def test_a_pin_that_will_not_do_says_why(pin: str, word: str) -> None:
    why = why_not(pin, "kim-ops")
    assert why is not None
    assert why.id == f"people.{word}"
    assert pin not in why.values.values()


def test_four_figures_will_do() -> None:
    assert why_not("2580", "kim") is None


def test_the_file_is_for_its_owner_alone_whatever_the_umask(users: UsersFile) -> None:
    before = os.umask(0)
    try:
        users.set("kim", "$argon2id$x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(users.path.stat().st_mode) == 0o600
    assert users.hashes() == {"kim": "$argon2id$x"}
    assert list(users.path.parent.iterdir()) == [users.path], "nothing is left behind"


def test_what_is_set_replaces_and_leaves_the_others(users: UsersFile) -> None:
    users.set("kim", "one")
    users.set("이", "two")
    users.set("kim", "three")
    assert users.hashes() == {"kim": "three", "이": "two"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_may_touch_is_refused(users: UsersFile, mode: int) -> None:
    users.set("kim", "hash")
    users.path.chmod(mode)
    with pytest.raises(UsersError) as caught:
        users.hashes()
    assert caught.value.message.id == "people.users_open"
    assert "chmod 600" in str(caught.value)
    with pytest.raises(UsersError):
        users.set("kim", "another")


def test_a_file_of_another_os_user_is_refused(users: UsersFile, monkeypatch: pytest.MonkeyPatch) -> None:
    users.set("kim", "hash")
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(UsersError) as caught:
        users.hashes()
    assert caught.value.message.id == "people.users_foreign"


@pytest.mark.parametrize(
    "text",
    ["- kim", "kim: [a]", "kim: {pin: 2580}", "kim: 2580", "a: b: c", "\x00", "!!python/name:os.system"],
)
def test_what_is_no_users_file_is_refused_without_its_text(users: UsersFile, text: str) -> None:
    users.path.write_text(text)
    users.path.chmod(0o600)
    with pytest.raises(UsersError) as caught:
        users.hashes()
    assert caught.value.message.id == "people.users_broken"
    assert text not in str(caught.value)
    assert caught.value.__cause__ is None


def test_no_file_is_nobody_with_a_pin(users: UsersFile) -> None:
    assert users.hashes() == {}
    users.path.touch(0o600)
    assert users.hashes() == {}


def test_a_folder_in_its_place_is_said(users: UsersFile) -> None:
    users.path.mkdir()
    with pytest.raises(UsersError) as caught:
        users.hashes()
    assert caught.value.message.id == "people.users_unusable"


def test_two_writers_at_once_lose_nothing(users: UsersFile) -> None:
    names = [f"person-{number}" for number in range(40)]

    def write(mine: list[str]) -> None:
        for name in mine:
            UsersFile(users.path).set(name, "hash")

    writers = [threading.Thread(target=write, args=(half,)) for half in (names[:20], names[20:])]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(users.hashes()) == sorted(names)


def test_the_file_is_beside_the_layout_where_it_says_or_in_the_state_folder_for_a_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Layout(path=tmp_path / "card.yaml", room="방")
    assert users_path(own) == tmp_path / "card.users.local.yaml"
    assert users_path(own.model_copy(update={"users": Path("../pins.yaml")})) == tmp_path / "../pins.yaml"
    monkeypatch.setenv("SITUATIONROOM_STATE", str(tmp_path / "state"))
    shipped = Layout(path=bundled("layouts") / "launch-day.yaml", room="방")
    assert users_path(shipped) == tmp_path / "state" / "launch-day.users.local.yaml"
