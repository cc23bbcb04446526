"""One paint of a panel serves every screen that sees the same, and none that does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from situationroom.paint.cache import PaintCache
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.theme import theme
from situationroom.ui.painter import Looking, Painter
from situationroom.values import ActionState, Person

from .fakeroom import FakeRoom
from .samples import KIM, small_layout, small_panels

GUEST = Person("guest", "손님", frozenset())


class RoomOfRoles(FakeRoom):
    """A room that tells everyone what they themselves may fire."""

    def actions(self, person: Person) -> tuple[ActionState, ...]:
        return tuple(
            replace(state, state="가능" if "operator" in person.roles else "권한 없음")
            for state in super().actions(person)
        )


def said(painter: Painter, name: str) -> str:
    painted = painter.panel(name, 40, 8, Looking())
    return "\n".join(strip.text for strip in painted.strips)


@pytest.fixture
def shared() -> tuple[Painter, Painter]:
    """An operator's and a guest's screen of one room, with one cache."""
    room = RoomOfRoles(small_layout())
    room.read("activations", [{"model": "아이폰16", "total": 12_843}])
    cache = PaintCache()
    panels = small_panels(room.layout)
    first, second = (
        Painter(room, panels, person, theme("dark"), Glyphs.NARROW, cache) for person in (KIM, GUEST)
    )
    return first, second


def test_what_one_person_may_fire_is_not_painted_for_another(shared: tuple[Painter, Painter]) -> None:
    operator, guest = shared
    assert "가능" in said(operator, "deeds")
    assert "권한 없음" in said(guest, "deeds")
    assert "권한 없음" not in said(operator, "deeds")


def test_figures_are_painted_once_for_everybody(shared: tuple[Painter, Painter]) -> None:
    operator, guest = shared
    mine, theirs = (painter.panel("models", 40, 8, Looking()) for painter in (operator, guest))
    assert mine.body is theirs.body


def test_what_somebody_selects_filters_or_scrolls_to_is_theirs_alone(
    shared: tuple[Painter, Painter],
) -> None:
    operator, guest = shared
    plain = said(guest, "models")
    for looking in (Looking(filter="none of these"), Looking(offset=1), Looking(focused=True)):
        operator.panel("models", 40, 8, looking)
        assert said(guest, "models") == plain
