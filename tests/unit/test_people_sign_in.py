"""Signing in: right and wrong PINs, the lock-out, and what the journal has of them."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from situationroom.errors import JournalError, SignInDenied, UsersError
from situationroom.journal import Draft, Journal, Kind
from situationroom.layout.models import Layout, PersonSpec
from situationroom.people.lockout import LOCKED_FOR, TRIES, WINDOW
from situationroom.people.sign_in import SignIn
from situationroom.people.users import UsersFile
from situationroom.values import Proof

PIN = "2580-xyz"
LAYOUT = Layout(
    path=Path("room.yaml"),
    room="방",
    people={"kim": PersonSpec(name="김운영", roles=("operator",)), "lee": PersonSpec(name="이무핀")},
)
HASH = PasswordHasher(1, 8, 1).hash(PIN)  # a cheap one: what is kept says how it is looked at


class Desk:
    """A desk of one layout, whose clock is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.moment = datetime(2024, 9, 20, 3, 0, tzinfo=UTC)
        self.users = UsersFile(folder / "room.users.local.yaml")
        self.journal = Journal(folder / "room.journal")
        self.sign_in = self.another(self.journal)

    def another(self, journal: Journal) -> SignIn:
        return SignIn(LAYOUT, self.users, journal, lambda: self.moment, "ops@wall")

    async def wrong(self, pin: str = "wrong") -> SignInDenied:
        with pytest.raises(SignInDenied) as caught:
            await self.sign_in.sign_in("kim", pin)
        return caught.value

    async def kinds(self) -> list[str]:
        return [entry.kind async for entry in self.journal.entries()]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(tmp_path)
    made.users.set("kim", HASH)
    yield made
    await made.journal.close()


async def test_a_right_pin_proves_the_person_and_is_journalled_without_it(desk: Desk) -> None:
    person = await desk.sign_in.sign_in("kim", PIN)
    assert (person.id, person.name, person.proof) == ("kim", "김운영", Proof.PIN)
    entries = [entry async for entry in desk.journal.entries()]
    assert [entry.kind for entry in entries] == ["sign_in_asked", "signed_in"]
    assert {(entry.person, entry.where) for entry in entries} == {("kim", "ops@wall")}
    assert not any(PIN in str(entry) or HASH in str(entry) for entry in entries)


async def test_a_wrong_pin_is_refused_and_counted_down(desk: Desk) -> None:
    denied = await desk.wrong()
    assert denied.message.id == "people.sign_in_wrong"
    assert denied.message.values == {"left": TRIES - 1}
    assert await desk.kinds() == ["sign_in_asked", "sign_in_failed"]


async def test_an_unknown_person_looks_like_a_wrong_pin_and_what_was_typed_is_not_kept(desk: Desk) -> None:
    with pytest.raises(SignInDenied) as caught:
        await desk.sign_in.sign_in(PIN, PIN)
    assert caught.value.message == (await desk.wrong()).message
    assert not [entry async for entry in desk.journal.entries() if PIN in str(entry)]


async def test_a_person_without_a_pin_is_told_so(desk: Desk) -> None:
    with pytest.raises(SignInDenied) as caught:
        await desk.sign_in.sign_in("lee", "")
    assert caught.value.message.id == "people.no_pin"


async def test_after_too_many_wrong_pins_the_right_one_is_refused_as_well(desk: Desk) -> None:
    denied = [await desk.wrong() for _ in range(TRIES)]
    assert [error.message.id for error in denied] == ["people.sign_in_wrong"] * 4 + ["people.locked_out"]
    assert denied[-1].message.values == {"until": "03:10"}
    assert (await desk.wrong(PIN)).message.id == "people.locked_out"
    kinds = await desk.kinds()
    assert kinds.count("sign_in_failed") == TRIES
    assert kinds[-1] == "locked_out", "a try while locked out looks at no PIN and leaves no entry"


async def test_a_lock_out_ends_with_its_time_and_all_tries_are_there_again(desk: Desk) -> None:
    for _ in range(TRIES):
        await desk.wrong()
    desk.moment += LOCKED_FOR - timedelta(seconds=1)
    assert (await desk.wrong(PIN)).message.id == "people.locked_out"
    desk.moment += timedelta(seconds=1)
    assert (await desk.wrong()).message.values == {"left": TRIES - 1}
    assert (await desk.sign_in.sign_in("kim", PIN)).id == "kim"


async def test_a_lock_out_survives_a_restart_and_holds_in_every_process(desk: Desk) -> None:
    other = Journal(desk.journal.path)
    try:
        desks = itertools.cycle([desk.sign_in, desk.another(other)])
        for _ in range(TRIES):
            with pytest.raises(SignInDenied):
                await next(desks).sign_in("kim", "wrong")
        for _ in range(2):
            with pytest.raises(SignInDenied) as caught:
                await next(desks).sign_in("kim", PIN)
            assert caught.value.message.id == "people.locked_out"
    finally:
        await other.close()


async def test_wrong_pins_far_apart_do_not_lock(desk: Desk) -> None:
    for _ in range(TRIES + 3):
        assert (await desk.wrong()).message.id == "people.sign_in_wrong"
        desk.moment += WINDOW / (TRIES - 1)


async def test_a_right_pin_forgives_the_wrong_ones_before_it(desk: Desk) -> None:
    for _ in range(TRIES - 1):
        await desk.wrong()
    await desk.sign_in.sign_in("kim", PIN)
    assert (await desk.wrong()).message.values == {"left": TRIES - 1}


async def test_the_last_try_may_be_right(desk: Desk) -> None:
    for _ in range(TRIES - 1):
        await desk.wrong()
    await desk.sign_in.sign_in("kim", PIN)
    assert "locked_out" not in await desk.kinds()


async def test_unlocking_ends_a_lock_out(desk: Desk) -> None:
    for _ in range(TRIES):
        await desk.wrong()
    await desk.journal.append(Draft(desk.moment, Kind.UNLOCKED, person="kim"))
    assert (await desk.sign_in.sign_in("kim", PIN)).id == "kim"


async def test_many_tries_at_once_win_nothing(desk: Desk) -> None:
    """Were they counted after they were looked at, all of them would be looked at."""
    pins = [f"wrong-{number}" for number in range(12)] + [PIN]
    tries = [desk.sign_in.sign_in("kim", pin) for pin in pins]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert all(isinstance(result, SignInDenied) for result in results)
    assert (await desk.kinds()).count("sign_in_failed") == TRIES


async def test_a_program_killed_before_it_could_record_a_wrong_pin_has_used_up_the_try(desk: Desk) -> None:
    for _ in range(TRIES):
        await desk.journal.append(Draft(desk.moment, Kind.SIGN_IN_ASKED, person="kim"))
    assert (await desk.wrong(PIN)).message.id == "people.locked_out"


async def test_another_persons_wrong_pins_lock_nobody_else(desk: Desk) -> None:
    desk.users.set("lee", HASH)
    for _ in range(TRIES):
        await desk.wrong()
    assert (await desk.sign_in.sign_in("lee", PIN)).id == "lee"


async def test_without_a_journal_nobody_signs_in(desk: Desk, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    journal = Journal(blocked / "room.journal")
    with pytest.raises(JournalError):
        await desk.another(journal).sign_in("kim", PIN)
    await journal.close()


async def test_a_users_file_that_others_may_read_signs_nobody_in(desk: Desk) -> None:
    desk.users.path.chmod(0o644)
    with pytest.raises(UsersError):
        await desk.sign_in.sign_in("kim", PIN)
