"""Fixtures of screens: a room without an outside, and an app that shows it."""

from __future__ import annotations

import pytest

from situationroom.ui.app import RoomApp

from .fakeroom import FakeRoom
from .samples import KIM, small_layout, small_panels


@pytest.fixture
def room() -> FakeRoom:
    """Two feeds with rows."""
    room = FakeRoom(small_layout())
    room.read("activations", [{"model": "아이폰16", "total": 12843}, {"model": "아이폰16 Pro", "total": 7}])
    room.read("agencies", [{"agency": f"기관{number:02}", "errors": number} for number in range(40)])
    return room


@pytest.fixture
def app(room: FakeRoom) -> RoomApp:
    """The room on a screen, for an operator."""
    return RoomApp(room, small_panels(room.layout), person=KIM)
