"""Who sits at a terminal, and how far that is proven."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from situationroom.actions.guards import Guards
from situationroom.errors import UsageError
from situationroom.i18n import say
from situationroom.layout.models import ActionSpec, Layout, PersonSpec
from situationroom.people.roles import names_with
from situationroom.people.who import here, os_login, who
from situationroom.values import GUEST, FeedState, Proof

LAYOUT = Layout(
    path=Path("room.yaml"),
    room="방",
    people={
        "kim": PersonSpec(name="김운영", roles=("operator", "lead"), login=("ops", "kim-laptop")),
        "lee": PersonSpec(name="이조회"),
        "han": PersonSpec(name="한공용", login=("desk",)),
        "noh": PersonSpec(name="노공용", login=("desk",)),
    },
)


def test_the_os_user_is_the_person_with_that_login() -> None:
    person = who(LAYOUT, None, "ops")
    assert (person.id, person.name, person.roles) == ("kim", "김운영", frozenset({"operator", "lead"}))
    assert person.proof is Proof.LOGIN


def test_two_logins_of_one_person_are_the_same_person() -> None:
    assert who(LAYOUT, None, "ops") == who(LAYOUT, None, "kim-laptop")


def test_an_unknown_os_user_is_a_guest_also_where_people_have_no_login() -> None:
    assert who(LAYOUT, None, "nobody") is GUEST
    assert who(LAYOUT, None, "") is GUEST


def test_to_be_somebody_by_name_is_only_a_claim_even_for_the_os_user() -> None:
    assert who(LAYOUT, "lee", "ops").proof is Proof.CLAIMED
    assert who(LAYOUT, "kim", "ops").proof is Proof.CLAIMED


def test_a_login_of_several_people_proves_none_of_them() -> None:
    assert who(LAYOUT, None, "desk").proof is Proof.CLAIMED


def test_on_a_shared_wall_a_login_proves_nothing() -> None:
    shared = LAYOUT.model_copy(update={"wall": "shared"})
    assert who(shared, None, "ops").proof is Proof.CLAIMED


def test_a_wanted_person_must_exist_and_the_nearest_is_named() -> None:
    assert who(LAYOUT, "lee", "ops").id == "lee"
    with pytest.raises(UsageError) as caught:
        who(LAYOUT, "kin", "ops")
    assert caught.value.message.values["near"] == "kim"


def test_the_login_is_the_systems_word_and_not_a_variable_anybody_may_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = os_login()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "ops")
    assert os_login() == before != "ops"


def test_an_os_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_123)
    assert os_login() == "4000123"


def test_a_place_names_the_user() -> None:
    assert here("ops").startswith("ops@")


def test_whom_to_call_is_named_without_oneself_and_not_at_endless_length() -> None:
    assert names_with(LAYOUT, ["lead"]) == "김운영"
    assert names_with(LAYOUT, ["lead"], but="kim") == "–"
    assert names_with(LAYOUT, [], but="kim") == "이조회, 한공용, 노공용"
    many = {str(number): PersonSpec(name=f"사람{number}", roles=("ops",)) for number in range(6)}
    assert names_with(LAYOUT.model_copy(update={"people": many}), ["ops"]) == "사람0, 사람1, 사람2, 사람3 …"


def test_who_may_not_fire_is_told_which_role_it_takes_and_whom_to_call() -> None:
    def no_feed(name: str) -> FeedState:
        raise KeyError(name)

    guards = Guards(LAYOUT, no_feed, lambda: datetime.now(UTC))
    why = guards.role(ActionSpec(kind="toggle", roles=("lead",)), who(LAYOUT, "lee", ""))
    assert why is not None
    assert "lead" in say(why, "ko")
    assert "김운영" in say(why, "ko")
    assert guards.role(ActionSpec(kind="toggle", roles=("lead",)), who(LAYOUT, "kim", "")) is None
