"""The launch-day room in English: what is Korean there came from the watched systems."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from situationroom.commands._open import open_layout, open_room, person_of
from situationroom.demo.world import World
from situationroom.engine.room import LiveRoom
from situationroom.layout.models import PanelSpec
from situationroom.paint.page import build_panels, paint_page
from situationroom.paint.rows import plain
from situationroom.paint.theme import theme
from situationroom.panel import View
from situationroom.values import Alert, FeedState, Person, Row
from tests.helpers import wait_until

HANGUL = re.compile("[가-힣ㄱ-ㅎㅏ-ㅣ]")


class WithoutKoreanData:
    """A room as it is painted, every Korean letter of its data written as ``x``."""

    def __init__(self, room: LiveRoom) -> None:
        self._room = room

    def __getattr__(self, name: str) -> Any:
        return getattr(self._room, name)

    def alerts(self) -> tuple[Alert, ...]:
        return tuple(map(_alert, self._room.alerts()))

    def latest(self, feed: str) -> FeedState:
        return _state(self._room.latest(feed))

    def view(self, panel: PanelSpec, feeds: Collection[str], person: Person) -> View:
        view = self._room.view(panel, feeds, person)
        states = {name: _state(state) for name, state in view.feeds.items()}
        return replace(view, feeds=states, alerts=self.alerts())


def _state(state: FeedState) -> FeedState:
    if state.reading is None:
        return state
    return replace(state, reading=replace(state.reading, rows=tuple(map(_row, state.reading.rows))))


def _row(row: Row) -> Row:
    return {name: HANGUL.sub("x", value) if isinstance(value, str) else value for name, value in row.items()}


def _alert(alert: Alert) -> Alert:
    return replace(alert, key=tuple(HANGUL.sub("x", part) for part in alert.key), facts=_row(alert.facts))


@pytest.mark.parametrize("width", [46, 120, 220])
async def test_every_page_of_the_english_room_is_english_but_for_its_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("SITUATIONROOM_STATE", str(tmp_path))
    async with World(scenario="kait-lag", seed=3, speed=8) as world:
        layout, types = open_layout("launch-day", world.env, "en")
        async with open_room(layout, types) as room:
            answered: Callable[[], bool] = lambda: all(room.latest(feed).reading for feed in layout.feeds)  # noqa: E731
            await wait_until(answered, 15, "every feed answered")
            shown, panels = WithoutKoreanData(room), build_panels(layout, types.panels)
            for page in layout.pages:
                rows = paint_page(shown, panels, page, width, 60, person_of(layout, "kim"), theme("mono"))
                korean = [plain(row) for row in rows if HANGUL.search(plain(row))]
                assert korean == [], f"on {page}"
