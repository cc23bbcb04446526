"""The running room on a virtual clock: nothing a source gives takes more than its own feed down."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from situationroom.actions.assembly import assembled
from situationroom.actions.fire import Firing
from situationroom.catalog import catalog
from situationroom.commands._open import proofs_of
from situationroom.engine.clock import VirtualClock
from situationroom.engine.room import LiveRoom, Parts
from situationroom.errors import SourceError
from situationroom.i18n import say
from situationroom.journal import Journal
from situationroom.layout.load import load
from situationroom.sources.base import Rows, Source
from situationroom.values import ROOM, Level, Message, Status
from tests.unit.fakes import MORNING, ScriptedSource, row, rows

LAYOUT = """\
room: 방
sources:
  bad: {type: http, url: "http://127.0.0.1:9"}
  good: {type: http, url: "http://127.0.0.1:9"}
feeds:
  odd: {source: bad, every: 5s, key: k}
  sound: {source: good, every: 5s, key: k}
panels:
  odd: {type: figures, feed: odd, value: n}
  sound: {type: figures, feed: sound, value: n}
  alerts: {type: alerts}
pages:
  p: odd sound alerts
actions:
  ping: {kind: command, argv: [/bin/true], confirm: press}
rules:
  odd-high: {feed: odd, critical: {when: n > 100}}
  sound-high: {feed: sound, warning: {when: n > 10}, critical: {when: n > 100}}
"""


@dataclass
class Running:
    """A room, and the clock it goes by."""

    room: LiveRoom
    clock: VirtualClock

    def status(self, feed: str) -> Status:
        return self.room.latest(feed).status(self.clock.now())

    def reason(self, feed: str) -> str:
        failure = self.room.latest(feed).failure
        return say(failure.reason, "en") if failure else ""

    def lamps(self) -> Mapping[str, Level | None]:
        return {source.name: source.level for source in self.room.sources()}


@asynccontextmanager
async def running(folder: Path, bad: Source[Any, Any], good: Source[Any, Any]) -> AsyncIterator[Running]:
    """The real room of ``LAYOUT`` on these sources."""
    file = folder / "room.yaml"
    file.write_text(LAYOUT, "utf-8")
    types = catalog(folder)
    layout = load(file, types, {})
    actions = assembled(layout, types.actions, {})
    clock = VirtualClock(MORNING)
    journal = Journal(folder / "room.journal")

    def firing(latest: Any, changed: Any, trouble: Any) -> Firing:
        return Firing(
            layout, actions, journal, clock, latest, changed,
            new_id=lambda: uuid.uuid4().hex, where="test", trust=proofs_of(layout, journal, clock),
            trouble=trouble,
        )  # fmt: skip

    async with LiveRoom(Parts(layout, {"bad": bad, "good": good}, firing), clock, Random(1)) as room:
        room.begin()
        await clock.advance(0.1)
        yield Running(room, clock)
    await journal.close()


class Odd(ScriptedSource):
    """Gives as an answer whatever it was made with."""

    def __init__(self, answer: object) -> None:
        super().__init__([rows(row(k="a", n=1))])
        self.answer = answer

    async def ask(self, question: Any, timeout_s: float) -> Rows:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer  # type: ignore[return-value]  # what a stranger's source does


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "no Rows but NoneType"),
        ([{"k": "a", "n": 1}], "no Rows but list"),
        ({"n": 1}, "no Rows but dict"),
        (Rows(("n",), (1, 2)), "row 1 is no mapping"),  # type: ignore[arg-type]
        (Rows(("n",), None), "no Rows but NoneType"),  # type: ignore[arg-type]
        (Rows((1,), ({1: 2},)), "name is no text: 1"),  # type: ignore[arg-type, dict-item]
        (Rows("n", ({"n": 2},)), "name is no text: 'n'"),  # type: ignore[arg-type]
        (SourceError("engine.stale"), "no update"),
        (RuntimeError("broken"), "RuntimeError: broken"),
        (ExceptionGroup("two", [ValueError("a"), KeyError("b")]), "ExceptionGroup: two"),
    ],
)
async def test_whatever_a_source_gives_or_raises_fails_its_own_feed_alone(
    tmp_path: Path, answer: object, said: str
) -> None:
    good = ScriptedSource([rows(row(k="a", n=1))])
    async with running(tmp_path, Odd(answer), good) as it:
        assert it.status("odd") is Status.FAILED
        assert said in it.reason("odd")
        before = good.asked
        await it.clock.advance(30)
        assert good.asked >= before + 5
        assert it.status("sound") in (Status.LIVE, Status.REFRESHING)
        assert it.lamps() == {"bad": Level.CRITICAL, "good": Level.GOOD}


@pytest.mark.parametrize("cell", [10**310, float("nan"), float("inf"), {"a": 1}, [1], object(), b"\xff"])
async def test_a_bad_value_stays_in_its_cell(tmp_path: Path, cell: object) -> None:
    ill: dict[str, Any] = {"k": "a", "n": cell, "word": "ok"}
    answer = Rows(("k", "n", "word"), (ill, {"k": "b", "n": 7, "word": "ok"}))
    good = ScriptedSource([rows(row(k="a", n=1))])
    async with running(tmp_path, Odd(answer), good) as it:
        await it.clock.advance(30)
        assert it.status("odd") in (Status.LIVE, Status.REFRESHING), it.reason("odd")
        reading = it.room.latest("odd").reading
        assert reading is not None
        assert [each["word"] for each in reading.rows] == ["ok", "ok"]
        assert good.asked >= 5


async def test_a_feed_whose_source_mends_itself_comes_back(tmp_path: Path) -> None:
    odd = Odd(None)
    async with running(tmp_path, odd, ScriptedSource([rows(row(k="a", n=1))])) as it:
        assert it.status("odd") is Status.FAILED
        odd.answer = rows(row(k="a", n=500))
        await it.clock.advance(10)
        assert it.status("odd") in (Status.LIVE, Status.REFRESHING)
        assert [alert.rule for alert in it.room.alerts()] == ["odd-high"]


class Closed(ScriptedSource):
    """Cannot be got ready until its trouble is over."""

    trouble: Exception | None = OSError("no such device")

    async def open(self) -> None:
        if self.trouble is not None:
            raise self.trouble


async def test_a_source_that_cannot_be_got_ready_says_so_and_is_tried_again(tmp_path: Path) -> None:
    closed = Closed([rows(row(k="a", n=1))])
    good = ScriptedSource([rows(row(k="a", n=1))])
    async with running(tmp_path, closed, good) as it:
        assert it.status("odd") is Status.FAILED
        assert "no such device" in it.reason("odd")
        assert it.status("sound") in (Status.LIVE, Status.REFRESHING)
        closed.trouble = None
        await it.clock.advance(10)
        assert it.status("odd") in (Status.LIVE, Status.REFRESHING)


class Pushing(ScriptedSource):
    """Breaks as soon as it is asked for what it pushes."""

    def pushes(self, question: Any) -> AsyncIterator[Rows | None] | None:
        raise TypeError("pushes takes no question")


async def test_a_source_that_breaks_as_it_is_listened_to_is_still_asked(tmp_path: Path) -> None:
    pushing = Pushing([rows(row(k="a", n=1))])
    async with running(tmp_path, pushing, ScriptedSource([rows(row(k="a", n=1))])) as it:
        await it.clock.advance(20)
        assert pushing.asked >= 4
        assert it.status("sound") in (Status.LIVE, Status.REFRESHING)


async def test_a_feed_that_fell_silent_grows_stale_and_its_lamp_with_it(tmp_path: Path) -> None:
    silent = ScriptedSource([rows(row(k="a", n=1))])
    async with running(tmp_path, silent, ScriptedSource([rows(row(k="a", n=1))])) as it:
        assert it.lamps()["bad"] is Level.GOOD
        silent.hold = asyncio.Event()
        told: set[str] = set()

        async def listen() -> None:
            async for names in it.room.watch():
                told.update(names)

        listening = asyncio.create_task(listen())
        await it.clock.advance(60)
        listening.cancel()
        assert it.status("odd") is Status.STALE  # virtual: the question's own time-out is real time
        assert it.lamps()["bad"] is Level.CRITICAL
        assert "odd" in told


async def test_alerts_stand_worst_first(tmp_path: Path) -> None:
    good = ScriptedSource([rows(row(k="mild", n=50), row(k="grave", n=500))])
    async with running(tmp_path, ScriptedSource([rows(row(k="a", n=101))]), good) as it:
        assert [alert.level for alert in it.room.alerts()] == [Level.CRITICAL, Level.CRITICAL, Level.WARNING]
        assert it.room.levels()["sound", ("grave",)] is Level.CRITICAL


async def test_a_watcher_that_was_busy_learns_of_every_change(tmp_path: Path) -> None:
    async with running(
        tmp_path, ScriptedSource([rows(row(k="a", n=1))]), ScriptedSource([rows(row(k="a", n=1))])
    ) as it:
        changes = it.room.watch()
        first = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0)
        await it.clock.advance(12)  # both feeds answer, more than once
        assert {"odd", "sound"} <= await first | await anext(changes)


def test_a_failure_is_said_in_both_languages() -> None:
    assert say(Message("engine.no_rows", {"got": "list"}), "ko") == "소스가 행(Rows)이 아닌 것을 돌려줌: list"


async def test_a_reading_that_changes_no_alert_tells_of_its_feed_alone(tmp_path: Path) -> None:
    good = ScriptedSource([rows(row(k="a", n=1))])
    async with running(tmp_path, Odd(Rows(("k", "n"), ({"k": "a", "n": 200},))), good) as it:
        before = it.room.version(["sound"]), it.room.version(["alerts"])
        await it.clock.advance(5)
        assert it.room.version(["sound"]) != before[0]
        assert it.room.version(["alerts"]) == before[1]


async def test_the_view_tells_which_cells_are_bad_and_what_rules_are_about(tmp_path: Path) -> None:
    bad = Odd(Rows(("k", "n", "m"), ({"k": "a", "n": 200, "m": 1}, {"k": "b", "n": 1, "m": 1})))
    async with running(tmp_path, bad, ScriptedSource([rows(row(k="a", n=1))])) as it:
        seen = it.room.view(it.room.layout.panels["odd"], ["odd"], ROOM)
        first, second = seen.rows()
        assert (seen.cell_level(first, "n"), seen.cell_level(first, "m")) == (Level.CRITICAL, Level.GOOD)
        assert seen.cell_level(second, "n") is Level.GOOD
        assert dict(seen.about) == {"odd": ("n",), "sound": ("n",)}
        (alert,) = it.room.alerts()
        assert alert.about == ("n",)


async def test_who_watches_the_alerts_is_told_when_one_comes(tmp_path: Path) -> None:
    odd = Odd(Rows(("k", "n"), ({"k": "a", "n": 1},)))
    async with running(tmp_path, odd, ScriptedSource([rows(row(k="a", n=1))])) as it:
        before = it.room.version(["alerts"])
        odd.answer = Rows(("k", "n"), ({"k": "a", "n": 200},))
        await it.clock.advance(6)
        assert len(it.room.alerts()) == 1
        assert it.room.version(["alerts"]) != before


class Unsayable:
    """A stranger's object that cannot even be shown."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


async def test_what_cannot_be_shown_says_so_in_its_cell_alone(tmp_path: Path) -> None:
    ill: dict[str, Any] = {"k": "a", "n": Unsayable()}
    odd = Odd(Rows(("k", "n"), (ill, {"k": "b", "n": 7})))
    async with running(tmp_path, odd, ScriptedSource([rows(row(k="a", n=1))])) as it:
        reading = it.room.latest("odd").reading
        assert reading is not None, it.reason("odd")
        assert [each["n"] for each in reading.rows] == ["Unsayable: RuntimeError", 7]
