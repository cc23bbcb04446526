"""What goes wrong outside is on its panel within two periods, harms no other panel, and passes by itself."""

from __future__ import annotations

import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psutil
import pytest

from situationroom.commands._open import open_layout, open_room
from situationroom.demo.postgres import PostgresServer
from situationroom.engine.room import LiveRoom
from situationroom.i18n import say
from situationroom.values import Status
from tests.helpers import wait_until
from tests.live.program import program, room
from tests.partners import Partners, partners_process
from tests.terminal import Terminal
from tests.wall import Box, all_live, box, boxes

PERIOD_S = 1.0
SLACK_S = 0.5
"""For a busy machine, and a period's jitter."""

LAYOUT = """
room: 장애 시험
sources:
  kos: {type: postgres, dsn: "${KOS}"}
  sgi: {type: http, url: "${PARTNERS}/stats/sgi"}
  kait: {type: http, url: "${KAIT}/stats/kait"}
  ota: {type: websocket, url: "${EVENTS}"}
feeds:
  total: {source: kos, every: 1s, sql: "select (extract(epoch from clock_timestamp()) * 40)::bigint as total"}
  sgi: {source: sgi, every: 1s, rows: "agencies[*]", key: agency}
  kait: {source: kait, every: 1s, rows: "agencies[*]", key: agency}
  ota: {source: ota, every: 1s}
panels:
  total: {type: table, feed: total, title: 개통}
  sgi: {type: table, feed: sgi, title: 보증}
  kait: {type: table, feed: kait, title: 협회}
  ota: {type: events, feed: ota, title: 이벤트}
pages:
  상황: |
    total sgi
    kait  ota
"""


class Outside:
    """All that a room of this file looks at."""

    def __init__(self, database: PostgresServer, partners: Partners, kait_port: int) -> None:
        self.database = database
        self.partners = partners
        self.env = {
            "KOS": database.dsn,
            "PARTNERS": partners.url,
            "EVENTS": partners.events_url,
            "KAIT": f"http://127.0.0.1:{kait_port}",
        }


@pytest.fixture(scope="module")
def own_database() -> Iterator[PostgresServer]:
    """A server that may be killed."""
    with PostgresServer.start() as server:
        yield server


@asynccontextmanager
async def headless(tmp_path: Path, outside: Outside) -> AsyncIterator[LiveRoom]:
    layout, types = open_layout(str(room(tmp_path, LAYOUT)), outside.env)
    async with open_room(layout, types) as live:
        await wait_until(lambda: set(statuses(live).values()) == {True}, 10, "every feed live")
        yield live


def statuses(live: LiveRoom) -> dict[str, bool]:
    """Which feeds are fresh now."""
    return {name: live.latest(name).status(live.now()).fresh for name in live.layout.feeds}


async def shown_within_two_periods(live: LiveRoom, feed: str) -> str:
    """The reason, once the feed is failed; the others stay fresh meanwhile."""
    begun = time.monotonic()

    def failed() -> bool:
        others = {name: fresh for name, fresh in statuses(live).items() if name != feed}
        assert all(others.values()), others
        return live.latest(feed).status(live.now()) in (Status.FAILED, Status.STALE)

    await wait_until(failed, 10, f"{feed} failed")
    assert time.monotonic() - begun <= 2 * PERIOD_S + SLACK_S
    state = live.latest(feed)
    assert state.failure is not None, "a reason"
    assert state.reading is not None, "the last good figures stay, with their age"
    return say(state.failure.reason, "ko")


async def back_by_itself(live: LiveRoom, feed: str) -> None:
    await wait_until(lambda: statuses(live)[feed], 10, f"{feed} live again")


@pytest.mark.parametrize(
    ("answer", "reason"), [("garbage", "JSON"), ("html", "JSON"), ("500", "500"), ("huge", "5,000,000")]
)
async def test_a_partner_that_answers_nonsense_is_failed_alone(
    answer: str, reason: str, own_database: PostgresServer, tmp_path: Path
) -> None:
    async with (
        Partners(every_s=0.3) as partners,
        headless(tmp_path, Outside(own_database, partners, partners.port)) as live,
    ):
        before = psutil.Process().memory_info().rss
        partners.spoilt["sgi"] = answer
        assert reason in await shown_within_two_periods(live, "sgi")
        assert psutil.Process().memory_info().rss - before < 60_000_000
        partners.spoilt.clear()
        await back_by_itself(live, "sgi")


async def test_a_cut_websocket_is_failed_alone(own_database: PostgresServer, tmp_path: Path) -> None:
    async with (
        Partners(every_s=0.3) as partners,
        headless(tmp_path, Outside(own_database, partners, partners.port)) as live,
    ):
        partners.cut()
        assert await shown_within_two_periods(live, "ota")
        partners.mend()
        await back_by_itself(live, "ota")


async def test_a_killed_database_and_a_stopped_partner_are_on_their_panels(
    own_database: PostgresServer, tmp_path: Path
) -> None:
    with partners_process() as elsewhere:
        async with Partners(every_s=0.3) as partners:
            outside = Outside(own_database, partners, elsewhere.port)
            async with program("run", room(tmp_path, LAYOUT), env=outside.env) as terminal:
                await terminal.wait_until(lambda: all_live(terminal.cells()), 15, "a live wall")
                with broken(own_database.kill, own_database.restart):
                    await bad_within_two_periods(terminal, "개통")
                await terminal.wait_until(lambda: all_live(terminal.cells()), 15, "a live wall again")
                stop, go = (lambda s=s: elsewhere.process.send_signal(s) for s in _STOP_AND_GO)
                with broken(stop, go):
                    panel = await bad_within_two_periods(terminal, "협회")
                    assert "시간" in panel.text or "답" in panel.text
                await terminal.wait_until(lambda: all_live(terminal.cells()), 15, "a live wall again")


_STOP_AND_GO = (signal.SIGSTOP, signal.SIGCONT)


@contextmanager
def broken(breaking: Callable[[], object], mending: Callable[[], object]) -> Iterator[None]:
    breaking()
    try:
        yield
    finally:
        mending()


async def bad_within_two_periods(terminal: Terminal, title: str) -> Box:
    """The panel, once its border says that its figures are old; the others move on meanwhile."""
    begun = time.monotonic()

    def bad() -> bool:
        panels = {panel.title: panel for panel in boxes(terminal.cells())}
        assert all(panel.live for name, panel in panels.items() if name != title), terminal.text
        return not panels[title].live and "■" in panels[title].text

    await terminal.wait_until(bad, 10, f"{title} is bad, and says why")
    assert time.monotonic() - begun <= 2 * PERIOD_S + SLACK_S, terminal.text
    return box(terminal.cells(), title)
