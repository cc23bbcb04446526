"""Who sits at a terminal."""

from pathlib import Path

import pytest

from situationroom.errors import UsageError
from situationroom.layout.models import Layout, PersonSpec
from situationroom.people.who import here, who
from situationroom.values import GUEST

LAYOUT = Layout(
    path=Path("room.yaml"),
    room="방",
    people={
        "kim": PersonSpec(name="김운영", roles=("operator", "lead"), login="ops"),
        "lee": PersonSpec(name="이조회"),
    },
)


def test_the_os_user_is_the_person_with_that_login() -> None:
    person = who(LAYOUT, None, "ops")
    assert (person.id, person.name, person.roles) == ("kim", "김운영", frozenset({"operator", "lead"}))


def test_an_unknown_os_user_is_a_guest_also_where_people_have_no_login() -> None:
    assert who(LAYOUT, None, "nobody") is GUEST
    assert who(LAYOUT, None, "") is GUEST


def test_a_wanted_person_must_exist_and_the_nearest_is_named() -> None:
    assert who(LAYOUT, "lee", "ops").id == "lee"
    with pytest.raises(UsageError) as caught:
        who(LAYOUT, "kin", "ops")
    assert caught.value.message.values["near"] == "kim"


def test_a_place_names_the_user() -> None:
    assert here("ops").startswith("ops@")
