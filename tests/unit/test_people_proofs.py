"""What the door believes of a person, and every way to approve one's own wish."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from situationroom.errors import ActionDenied
from situationroom.journal import Journal
from situationroom.layout.models import ActionSpec, Layout, PersonSpec
from situationroom.people.proofs import Proofs
from situationroom.people.sign_in import SignIn
from situationroom.people.users import UsersFile
from situationroom.people.who import who
from situationroom.values import GUEST, Person, Proof

PINS = {"kim": "2580-kim", "lee": "2580-lee", "han": "2580-han"}
CHEAP = PasswordHasher(1, 8, 1)  # what is kept says how it is looked at
HASHES = {name: CHEAP.hash(pin) for name, pin in PINS.items()}
OWN = Layout(
    path=Path("room.yaml"),
    room="방",
    people={
        "kim": PersonSpec(name="김운영", roles=("operator",), login=("kim", "kim2")),
        "lee": PersonSpec(name="이승인", roles=("operator", "lead"), login=("lee",)),
        "han": PersonSpec(name="한조회", roles=("viewer",), login=("han",)),
    },
)
SHARED = OWN.model_copy(update={"wall": "shared"})
PRESS = ActionSpec(kind="toggle", roles=("operator",))
TWO = ActionSpec(kind="toggle", roles=("operator",), confirm="two-person")
LEADS = TWO.model_copy(update={"approvers": ("lead",)})
ASKED = datetime(2024, 9, 20, 3, 0, tzinfo=UTC)


class House:
    """One journal and users file, with a desk for each process that a test needs."""

    def __init__(self, folder: Path) -> None:
        self.moment = ASKED
        self.users = UsersFile(folder / "room.users.local.yaml")
        self.journal = Journal(folder / "room.journal")

    def proofs(self, layout: Layout = OWN, login: str = "kim") -> Proofs:
        return Proofs(layout, SignIn(layout, self.users, self.journal, lambda: self.moment, "x@y"), login)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path)
    for name, kept in HASHES.items():
        made.users.set(name, kept)
    yield made
    await made.journal.close()


def proven(layout: Layout, name: str, proof: Proof) -> Person:
    """A person as the journal has them, or as a screen could make one up."""
    return dataclasses.replace(who(layout, name, ""), proof=proof)


def refused(why: pytest.ExceptionInfo[ActionDenied]) -> str:
    return why.value.message.id.removeprefix("people.")


def no_fire(proofs: Proofs, spec: ActionSpec, asker: Person, by: Person | None = None) -> str:
    with pytest.raises(ActionDenied) as caught:
        proofs.to_fire(spec, asker, by, ASKED)
    return refused(caught)


def no_approval(proofs: Proofs, asker: Person, approver: Person, spec: ActionSpec = TWO) -> str:
    with pytest.raises(ActionDenied) as caught:
        proofs.to_approve(spec, asker, approver, ASKED)
    return refused(caught)


async def test_a_proof_that_a_screen_brings_along_is_not_believed(house: House) -> None:
    proofs = house.proofs()
    signed_in = await proofs.sign_in("lee", PINS["lee"])
    assert proofs.of(signed_in) is Proof.PIN
    assert proofs.of(dataclasses.replace(signed_in)) is Proof.CLAIMED, "equal, but made by somebody else"
    assert proofs.of(proven(OWN, "lee", Proof.PIN)) is Proof.CLAIMED
    assert proofs.of(proven(OWN, "lee", Proof.LOGIN)) is Proof.CLAIMED, "kim's process, lee's login"
    assert proofs.of(who(OWN, "lee", "kim")) is Proof.CLAIMED
    assert proofs.of(who(OWN, None, "kim")) is Proof.LOGIN
    assert proofs.of(GUEST) is Proof.CLAIMED
    assert house.proofs().of(signed_in) is Proof.CLAIMED, "signed in elsewhere"


async def test_more_roles_than_one_has_do_not_pass_with_a_login(house: House) -> None:
    better = dataclasses.replace(who(OWN, None, "han"), roles=frozenset({"operator"}))
    assert house.proofs(login="han").of(better) is Proof.CLAIMED


async def test_an_ordinary_firing_on_ones_own_wall_needs_no_proof(house: House) -> None:
    proofs = house.proofs()
    assert proofs.to_fire(PRESS, who(OWN, "lee", "kim"), None, ASKED) is Proof.CLAIMED
    assert proofs.to_fire(PRESS, who(OWN, None, "kim"), None, ASKED) is Proof.LOGIN


async def test_for_two_persons_the_asker_must_be_proven(house: House) -> None:
    proofs = house.proofs()
    claimed = who(OWN, "lee", "kim")
    assert no_fire(proofs, TWO, claimed) == "asker_unproven"
    assert proofs.to_fire(TWO, who(OWN, None, "kim"), None, ASKED) is Proof.LOGIN
    by = await proofs.sign_in("lee", PINS["lee"])
    assert proofs.to_fire(TWO, claimed, by, ASKED) is Proof.PIN
    assert no_fire(proofs, TWO, claimed, proven(OWN, "lee", Proof.PIN)) == "asker_unproven"


@pytest.mark.parametrize("wall", [OWN, SHARED])
async def test_nobody_confirms_what_another_asked(house: House, wall: Layout) -> None:
    proofs = house.proofs(wall)
    by = await proofs.sign_in("lee", PINS["lee"])
    assert no_fire(proofs, PRESS, who(wall, "kim", ""), by) == "another"


async def test_a_shared_wall_fires_nothing_without_a_pin(house: House) -> None:
    proofs = house.proofs(SHARED)
    for asker in (who(SHARED, "kim", ""), who(SHARED, None, "kim"), proven(SHARED, "kim", Proof.LOGIN)):
        assert no_fire(proofs, PRESS, asker) == "pin_needed"
        assert no_fire(proofs, PRESS, asker, asker) == "pin_needed"
    forged = proven(SHARED, "kim", Proof.PIN)
    assert no_fire(proofs, PRESS, forged, forged) == "pin_needed"


async def test_a_pin_at_a_shared_wall_is_good_for_one_firing(house: House) -> None:
    proofs = house.proofs(SHARED)
    by = await proofs.sign_in("kim", PINS["kim"])
    assert proofs.to_fire(PRESS, who(SHARED, "kim", ""), by, ASKED) is Proof.PIN
    assert no_fire(proofs, PRESS, who(SHARED, "kim", ""), by) == "pin_needed"


async def test_a_pin_shown_before_the_preview_confirms_nothing_at_a_shared_wall(house: House) -> None:
    proofs = house.proofs(SHARED)
    by = await proofs.sign_in("kim", PINS["kim"])
    with pytest.raises(ActionDenied) as caught:
        proofs.to_fire(PRESS, who(SHARED, "kim", ""), by, ASKED + timedelta(seconds=1))
    assert refused(caught) == "pin_needed"


async def test_a_second_person_approves_by_login_or_by_pin(house: House) -> None:
    asker = proven(OWN, "kim", Proof.LOGIN)
    assert house.proofs(login="lee").to_approve(LEADS, asker, who(OWN, None, "lee"), ASKED) is Proof.LOGIN
    here = house.proofs(login="kim")
    by_pin = await here.sign_in("lee", PINS["lee"])
    assert here.to_approve(LEADS, asker, by_pin, ASKED) is Proof.PIN


@pytest.mark.parametrize("login", ["kim", "kim2"])
async def test_nobody_approves_their_own_wish_from_any_of_their_logins(house: House, login: str) -> None:
    asker = proven(OWN, "kim", Proof.LOGIN)
    assert no_approval(house.proofs(login=login), asker, who(OWN, None, login)) == "self_approval"


async def test_nobody_approves_their_own_wish_by_their_pin(house: House) -> None:
    asker = proven(OWN, "kim", Proof.LOGIN)
    for layout in (OWN, SHARED):
        proofs = house.proofs(layout, login="lee")
        assert no_approval(proofs, asker, await proofs.sign_in("kim", PINS["kim"])) == "self_approval"


async def test_nobody_approves_their_own_wish_in_anothers_name(house: House) -> None:
    proofs = house.proofs(login="kim")
    asker = proven(OWN, "kim", Proof.LOGIN)
    assert no_approval(proofs, asker, who(OWN, "lee", "kim")) == "approver_unproven"
    assert no_approval(proofs, asker, proven(OWN, "lee", Proof.PIN)) == "approver_unproven"
    assert no_approval(proofs, asker, proven(OWN, "lee", Proof.LOGIN)) == "approver_unproven"


async def test_nobody_approves_what_they_asked_in_anothers_name(house: House) -> None:
    """The door refuses such a wish at its confirmation; one that came past it is refused here once more."""
    asker = proven(OWN, "lee", Proof.CLAIMED)
    assert no_approval(house.proofs(login="kim"), asker, who(OWN, None, "kim")) == "asker_unproven"


async def test_a_guest_or_somebody_without_the_role_approves_nothing(house: House) -> None:
    asker = proven(OWN, "kim", Proof.LOGIN)
    assert no_approval(house.proofs(login="x"), asker, GUEST) == "approver_unproven"
    proofs = house.proofs(login="han")
    assert no_approval(proofs, asker, who(OWN, None, "han")) == "not_an_approver"
    with pytest.raises(ActionDenied) as caught:
        proofs.to_approve(LEADS, asker, who(OWN, None, "han"), ASKED)
    assert caught.value.message.values == {"roles": "lead", "others": "이승인"}, "whom to call"


async def test_roles_that_a_screen_brings_along_approve_nothing(house: House) -> None:
    proofs = house.proofs(login="x")
    han = await proofs.sign_in("han", PINS["han"])
    better = dataclasses.replace(han, roles=frozenset({"operator"}))
    assert no_approval(proofs, proven(OWN, "kim", Proof.LOGIN), better) == "approver_unproven"


async def test_at_a_shared_wall_one_pin_approves_one_run_and_not_a_run_asked_later(house: House) -> None:
    proofs = house.proofs(SHARED, login="lee")
    asker = proven(SHARED, "kim", Proof.PIN)
    assert no_approval(proofs, asker, who(SHARED, None, "lee")) == "approver_unproven", "a shared login"
    lee = await proofs.sign_in("lee", PINS["lee"])
    assert proofs.to_approve(TWO, asker, lee, ASKED) is Proof.PIN
    assert no_approval(proofs, asker, lee) == "approver_unproven"
    early = await proofs.sign_in("lee", PINS["lee"])
    with pytest.raises(ActionDenied) as caught:
        proofs.to_approve(TWO, asker, early, ASKED + timedelta(seconds=1))
    assert refused(caught) == "pin_needed"


async def test_the_askers_own_pin_at_a_shared_wall_confirms_but_never_approves(house: House) -> None:
    proofs = house.proofs(SHARED)
    kim = await proofs.sign_in("kim", PINS["kim"])
    proof = proofs.to_fire(TWO, who(SHARED, "kim", ""), kim, ASKED)
    again = await proofs.sign_in("kim", PINS["kim"])
    asker = proven(SHARED, "kim", proof)
    assert no_approval(proofs, asker, kim) == "approver_unproven"
    assert no_approval(proofs, asker, again) == "self_approval"
