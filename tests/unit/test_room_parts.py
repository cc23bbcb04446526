"""A part of the room that ends: everything says so in red, nothing is fired, and it is begun again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from situationroom.actions.asked import Confirmation
from situationroom.engine.parts import MOST_S, STEADY_S
from situationroom.engine.room import LiveRoom
from situationroom.errors import ActionDenied
from situationroom.i18n import say
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.header import phone_header, wall_header
from situationroom.paint.heading import heading_of
from situationroom.paint.page import header_facts
from situationroom.paint.theme import theme
from situationroom.values import Level, Person, Status
from tests.unit.fakes import ScriptedSource, row, rows
from tests.unit.test_live_room import Running, running

KIM = Person("kim", "김운영", frozenset({"operator"}))


class Odd(BaseException):
    """What a plug-in may raise that is no Exception."""


def sound() -> ScriptedSource:
    return ScriptedSource([rows(row(k="a", n=1))])


class Ends:
    """Stands for a part's work: ends as it was told to until it is mended, then does the true work."""

    def __init__(self, work: Callable[[], Awaitable[None]], how: BaseException | None) -> None:
        self.work, self.how, self.ill, self.begun = work, how, True, 0
        self.breaks = asyncio.Event()

    async def __call__(self) -> None:
        self.begun += 1
        if not self.ill:
            working = asyncio.ensure_future(self.work())
            breaking = asyncio.ensure_future(self.breaks.wait())
            try:
                await asyncio.wait((working, breaking), return_when=asyncio.FIRST_COMPLETED)
            finally:
                working.cancel()
                breaking.cancel()
        elif self.how is not None:
            raise self.how

    async def break_off(self) -> None:
        """End in the middle of the true work."""
        self.breaks.set()
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture
def ending(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[Ends]:
    """One part of every room that is made ends in a certain way."""
    part, how = request.param
    made: list[Ends] = []
    works = LiveRoom._works

    def ill(self: Any, given: Callable[[Any], Any] = works) -> Any:
        found = dict(given(self))
        made.append(Ends(found[part], how))
        return {**found, part: made[-1]}

    monkeypatch.setattr(LiveRoom, "_works", ill)
    return made


WAYS = {
    "journal raises": ("journal", RuntimeError("odd entry")),
    "verify in a group": ("verify", ExceptionGroup("tasks", [ValueError("odd figure")])),
    "temporary ends by itself": ("temporary", None),
    "looks let a stray cancellation out": ("looks", asyncio.CancelledError()),
    "staleness leaves the program": ("staleness", SystemExit(3)),
    "countdowns raise what is no Exception": ("countdowns", Odd("vendor")),
}
SAID = {
    "journal raises": "following the journal has stood still since 09:00 — being begun again: "
    "internal error: RuntimeError: odd entry",
    "verify in a group": "ValueError: odd figure",
    "temporary ends by itself": "it ended without a reason",
    "looks let a stray cancellation out": "CancelledError",
    "staleness leaves the program": "SystemExit: 3",
    "countdowns raise what is no Exception": "Odd: vendor",
}


def header(it: Running, width: int) -> str:
    facts = header_facts(it.room, "p", KIM)
    paint = phone_header if width < 60 else wall_header
    top = paint(facts, width, theme("dark"), Glyphs.NARROW).rows[0]
    return "".join(piece[0] for piece in top)


@pytest.mark.parametrize(
    ("ending", "way"), [(how, way) for way, how in WAYS.items()], indirect=["ending"], ids=list(WAYS)
)
async def test_lamps_header_and_every_panel_are_red_and_say_why(
    tmp_path: Path, ending: list[Ends], way: str
) -> None:
    async with running(tmp_path, sound(), sound()) as it:
        assert {each.level for each in it.room.sources()} == {Level.CRITICAL}
        for feed in it.room.layout.feeds:
            assert it.status(feed) is Status.FAILED
            assert SAID[way] in it.reason(feed)
        for panel in it.room.layout.panels.values():
            view = it.room.view(panel, (panel.feed,) if panel.feed else ("alerts",), KIM)
            shown = heading_of(_Titled(panel), view)  # type: ignore[arg-type]  # only its spec is looked at
            assert shown.status is Status.FAILED
            assert shown.reason
        for width in (46, 120):
            assert header(it, width).startswith(" ■ 상황실 이상 · 값 믿지 말 것 · 조치 막힘")


class _Titled:
    def __init__(self, spec: Any) -> None:
        self.spec = spec


@pytest.mark.parametrize("ending", WAYS.values(), indirect=True, ids=list(WAYS))
async def test_it_is_begun_again_less_and_less_often_and_believed_once_it_goes_on(
    tmp_path: Path, ending: list[Ends]
) -> None:
    async with running(tmp_path, sound(), sound()) as it:
        (part,) = ending
        await it.clock.advance(60)
        assert 5 <= part.begun <= 8
        assert it.room.trouble() is not None
        part.ill = False
        await it.clock.advance(MOST_S + STEADY_S / 2)
        assert part.begun <= 9
        await it.clock.advance(STEADY_S + 5)
        assert it.room.trouble() is None
        assert {each.level for each in it.room.sources()} == {Level.GOOD}
        assert all(it.status(feed) in (Status.LIVE, Status.REFRESHING) for feed in it.room.layout.feeds)


@pytest.mark.parametrize("ending", [WAYS["staleness leaves the program"]], indirect=True)
async def test_nothing_is_fired_until_all_of_it_is_back(tmp_path: Path, ending: list[Ends]) -> None:
    async with running(tmp_path, sound(), sound()) as it:
        (action,) = it.room.actions(KIM)
        assert not action.allowed
        assert action.why is not None
        assert "the watch for silent feeds has stood still since 09:00" in say(action.why, "en")
        with pytest.raises(ActionDenied, match="상황실 이상"):
            await it.room.ask("ping", {}, KIM)
        ending[0].ill = False
        await it.clock.advance(1 + STEADY_S + 1)
        assert (await it.room.ask("ping", {}, KIM)).preview.count is None


@pytest.mark.parametrize("ending", [WAYS["staleness leaves the program"]], indirect=True)
async def test_what_was_previewed_before_is_not_fired_either(tmp_path: Path, ending: list[Ends]) -> None:
    async with running(tmp_path, sound(), sound()) as it:
        ending[0].ill = False
        await it.clock.advance(1 + STEADY_S + 1)
        asked = await it.room.ask("ping", {}, KIM)
        await ending[0].break_off()
        with pytest.raises(ActionDenied, match="상황실 이상"):
            await it.room.fire(asked.run, Confirmation())


@pytest.mark.parametrize("ending", [WAYS["journal raises"]], indirect=True)
async def test_the_other_parts_go_on_meanwhile(tmp_path: Path, ending: list[Ends]) -> None:
    good = sound()
    async with running(tmp_path, sound(), good) as it:
        before = good.asked
        await it.clock.advance(30)
        assert good.asked >= before + 5


@pytest.mark.parametrize("ending", [WAYS["journal raises"]], indirect=True)
async def test_screens_are_told_when_it_begins_and_when_it_is_over(
    tmp_path: Path, ending: list[Ends]
) -> None:
    async with running(tmp_path, sound(), sound()) as it:
        everything = {"odd", "sound", "alerts", "actions", "runs"}
        changes = it.room.watch()
        told = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0)
        ending[0].ill = False
        before = it.room.version(sorted(everything))
        await it.clock.advance(1 + STEADY_S + 1)
        assert everything <= await told | await anext(changes)
        assert all(now != then for now, then in zip(it.room.version(sorted(everything)), before, strict=True))
        assert it.room.trouble() is None


async def test_a_stray_cancellation_of_a_source_is_its_feeds_failure(tmp_path: Path) -> None:
    class Stray(ScriptedSource):
        async def ask(self, question: Any, timeout_s: float) -> Any:
            self.asked += 1
            raise (asyncio.CancelledError, SystemExit, Odd)[self.asked % 3]

    stray = Stray([rows(row(k="a", n=1))])
    async with running(tmp_path, stray, sound()) as it:
        for _ in range(6):
            await it.clock.advance(5)
            assert it.status("odd") is Status.FAILED
            assert it.status("sound") in (Status.LIVE, Status.REFRESHING)
        assert stray.asked >= 6
        assert it.room.trouble() is None
    assert say(it.room.latest("odd").failure.reason, "en").startswith("internal error")  # type: ignore[union-attr]
