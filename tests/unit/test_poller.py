"""How a feed is asked: on its period, once at a time, at once when pushed; never believed when old."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random

from situationroom.engine.clock import VirtualClock
from situationroom.engine.poller import Feed, Poller
from situationroom.errors import SourceError
from situationroom.layout.expressions import compile_expression
from situationroom.layout.models import FeedSpec
from situationroom.values import FeedState, Message, Status
from tests.unit.fakes import MORNING, ScriptedSource, row, rows


@asynccontextmanager
async def polling(
    source: ScriptedSource, *, derive: dict[str, str] | None = None, **spec: str
) -> AsyncIterator[tuple[Poller, VirtualClock, list[FeedState]]]:
    """A feed of the source, asked every 5 s on a virtual clock, and all it published."""
    clock = VirtualClock(MORNING)
    published: list[FeedState] = []
    derived = {column: compile_expression(text) for column, text in (derive or {}).items()}
    feed = Feed(
        "calls", FeedSpec.model_validate({"source": "scripted", "every": "5s", **spec}), source, derived
    )
    poller = Poller(feed, clock, Random(1), published.append)
    task = asyncio.create_task(poller.run())
    try:
        yield poller, clock, published
    finally:
        task.cancel()
        await asyncio.wait((task,))


async def test_the_first_question_is_asked_at_once_and_then_once_a_period() -> None:
    source = ScriptedSource([rows(row(n=1))])
    async with polling(source) as (_, clock, published):
        await clock.advance(0.1)
        assert len(published) == 1
        await clock.advance(50)
        assert 9 <= len(published) <= 12


async def test_a_slow_answer_is_waited_for_and_no_second_question_is_in_flight() -> None:
    source = ScriptedSource([rows(row(n=1))])
    source.hold = asyncio.Event()
    async with polling(source, timeout="60s") as (poller, clock, published):
        await clock.advance(30)
        assert source.asked == 1
        assert poller.state.asking
        source.hold.set()
        await clock.advance(30)
        assert source.most_in_flight == 1
        assert len(published) > 1


async def test_a_failure_keeps_the_last_reading_and_says_why() -> None:
    source = ScriptedSource([rows(row(n=1)), SourceError("sources.refused"), rows(row(n=2))])
    async with polling(source) as (poller, clock, published):
        await clock.advance(5.5)
        assert poller.state.status(clock.now()) is Status.FAILED
        assert poller.state.failure is not None
        assert poller.state.failure.reason.id == "sources.refused"
        assert poller.state.reading is not None
        assert poller.state.reading.rows == ({"n": 1},)
        await clock.advance(6)
        assert poller.state.status(clock.now()) is Status.LIVE
        assert [state.reading.seq for state in published if state.reading] == [1, 1, 2]


async def test_a_bug_in_a_source_is_its_feeds_failure_and_polling_goes_on() -> None:
    source = ScriptedSource([ZeroDivisionError("oops"), rows(row(n=2))])
    async with polling(source) as (poller, clock, _):
        await clock.advance(0.1)
        assert poller.state.failure is not None
        assert poller.state.failure.reason == Message("engine.bug", {"detail": "ZeroDivisionError: oops"})
        await clock.advance(6)
        assert poller.state.status(clock.now()) is Status.LIVE


async def test_a_push_that_something_changed_asks_again_at_once_but_never_faster_than_min_every() -> None:
    source = ScriptedSource([rows(row(n=1))], pushes=True)
    assert source.pushed is not None
    async with polling(source, every="60s", min_every="1s") as (_, clock, published):
        await clock.advance(2)
        source.pushed.put_nowait(None)
        await clock.advance(0.01)
        assert len(published) == 2
        for _ in range(100):
            source.pushed.put_nowait(None)
            await clock.advance(0.05)
        assert 6 <= len(published) <= 8


async def test_a_pushed_answer_is_published_as_it_comes() -> None:
    source = ScriptedSource([rows(row(n=1))], pushes=True)
    assert source.pushed is not None
    async with polling(source, every="60s") as (poller, clock, _):
        await clock.advance(1)
        source.pushed.put_nowait(rows(row(n=7)))
        await clock.advance(0.01)
        assert poller.state.reading is not None
        assert poller.state.reading.rows == ({"n": 7},)
        assert poller.state.reading.took_s == 0


async def test_a_feed_that_gets_no_answer_grows_stale_and_never_looks_live() -> None:
    source = ScriptedSource([rows(row(n=1)), rows(row(n=1))])
    async with polling(source, timeout="600s") as (poller, clock, _):
        await clock.advance(1)
        source.hold = asyncio.Event()
        await clock.advance(21)
        assert poller.state.status(clock.now()) is Status.STALE
        assert not Status.STALE.fresh


async def test_a_source_that_ignores_its_time_out_is_cut_off() -> None:
    source = ScriptedSource([rows(row(n=1))])
    source.hold = asyncio.Event()
    async with polling(source, timeout="50ms") as (poller, _, published):
        async with asyncio.timeout(5):
            while not published:
                await asyncio.sleep(0)
        assert poller.state.failure is not None
        assert poller.state.failure.reason.id == "engine.timeout"
        assert source.in_flight == 0


async def test_derived_columns_are_added_and_may_use_each_other() -> None:
    source = ScriptedSource([rows(row(errors=5, requests=100), row(errors=1, requests=0))])
    derive = {"error_rate": "errors / requests", "error_percent": "error_rate * 100"}
    async with polling(source, derive=derive) as (poller, clock, _):
        await clock.advance(1)
        reading = poller.state.reading
        assert reading is not None
        assert reading.columns == ("errors", "requests", "error_rate", "error_percent")
        assert reading.rows[0]["error_percent"] == 5
        assert reading.rows[1]["error_percent"] is None


async def test_a_source_whose_clock_is_off_says_so_by_how_much() -> None:
    source = ScriptedSource([rows(row(n=1), at=MORNING + timedelta(seconds=1)), rows(row(n=1), at=MORNING)])
    async with polling(source) as (poller, clock, published):
        await clock.advance(6)
        assert published[0].reading is not None
        assert published[0].reading.notes == ()
        assert poller.state.reading is not None
        (note,) = poller.state.reading.notes
        assert note.id == "engine.clock_off"
        off_s = note.values["off_s"]
        assert isinstance(off_s, float)
        assert -5.5 < off_s < -4.5


async def test_the_at_column_is_the_time_of_the_figures() -> None:
    early = MORNING - timedelta(minutes=3)
    source = ScriptedSource([rows(row(n=1, at=early))])
    async with polling(source, at="at") as (poller, clock, _):
        await clock.advance(1)
        assert poller.state.reading is not None
        assert poller.state.reading.at == early
