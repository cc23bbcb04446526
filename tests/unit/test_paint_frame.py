"""A panel's frame: a dead feed never looks alive, one broken panel harms nobody, rows are exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len
from rich.text import Text

from situationroom.layout.models import PanelSpec
from situationroom.paint.cache import PaintCache
from situationroom.paint.frame import Framed, paint_panel
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.heading import heading_of
from situationroom.paint.rows import plain
from situationroom.paint.theme import theme
from situationroom.panel import Line, Panel, PanelOptions, View
from situationroom.values import Failure, FeedState, Message, Reading

NOW = datetime(2024, 9, 20, 9, 41, 7, tzinfo=ZoneInfo("Asia/Seoul"))
DARK = theme("dark")


class Names(Panel[PanelOptions]):
    """One line per row."""

    TYPE = "names"
    Options = PanelOptions

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        return [Line(Text(str(row["name"])), view.key(row)) for row in view.rows()]


class Broken(Names):
    TYPE = "broken"

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        raise ValueError("열 [x]가 없음\x1b[31m")


def feed(rows: int = 3, age_s: float = 2.0, failure: str | None = None) -> FeedState:
    at = NOW - timedelta(seconds=age_s)
    made = tuple({"name": f"기관{i}"} for i in range(rows))
    return FeedState(
        "agencies", 5.0, 15.0, Reading("agencies", 1, at, at, 0.1, ("name",), made),
        Failure("agencies", NOW, Message(failure)) if failure else None, key_columns=("name",),
    )  # fmt: skip


def view(state: FeedState | None = None, now: datetime = NOW) -> View:
    state = state or feed()
    return View(feeds={state.name: state}, now=now)


def panel(kind: type[Names] = Names) -> Names:
    return kind(PanelSpec(type=kind.TYPE, title="대외기관", feed="agencies"), PanelOptions())


def frame(
    seen: View, width: int = 30, height: int = 6, *, kind: type[Names] = Names, offset: int = 0
) -> Framed:
    return paint_panel(panel(kind), seen, width, height, DARK, Glyphs.NARROW, offset=offset)


def text(framed: Framed) -> list[str]:
    return [plain(row) for row in framed.rows]


def test_the_border_has_the_title_and_the_age() -> None:
    assert text(frame(view())) == [
        "╭ 대외기관 ── 2s ────────────╮",
        "│기관0                       │",
        "│기관1                       │",
        "│기관2                       │",
        "│                            │",
        "╰────────────────────────────╯",
    ]


def test_rows_stand_for_their_keys() -> None:
    assert frame(view()).keys == (None, ("기관0",), ("기관1",), ("기관2",), None, None)


def test_a_stale_feed_says_how_late_it_is_and_its_figures_are_dimmed() -> None:
    framed = frame(view(feed(age_s=38)))
    assert "◌ 38s 지연" in text(framed)[0]
    figures = [segment for segment in framed.rows[1] if "기관0" in segment.text]
    assert figures[0].style is not None
    assert figures[0].style.dim


def test_a_failed_feed_says_why_and_keeps_its_last_figures_dimmed() -> None:
    framed = frame(view(feed(age_s=38, failure="시간 초과")))
    assert "■ 실패 38s" in text(framed)[0]
    assert "■ 시간 초과" in text(framed)[-2]
    assert any("기관0" in line for line in text(framed))
    assert all(s.style and s.style.dim for s in framed.rows[1] if "기관" in s.text)


def test_a_live_feed_is_not_dimmed() -> None:
    assert not any(s.style and s.style.dim for s in frame(view()).rows[1])


def test_before_the_first_reading_the_panel_is_not_asked() -> None:
    waiting = View(feeds={"agencies": FeedState("agencies", 5, 15)}, now=NOW)
    framed = frame(waiting, kind=Broken)
    assert "받는 중…" in text(framed)[1]


def test_a_feed_that_never_answered_shows_only_its_reason() -> None:
    failed = FeedState("agencies", 5, 15, failure=Failure("agencies", NOW, Message("연결 거부됨")))
    lines = text(frame(View(feeds={"agencies": failed}, now=NOW)))
    assert "■ 실패 –" in lines[0]
    assert "연결 거부됨" in "".join(lines)
    assert "받는 중" not in "".join(lines)


@pytest.mark.parametrize("rows", [0, 2, 30])
def test_a_long_reason_takes_the_rows_that_figures_leave_it(rows: int) -> None:
    words = "접속 거부됨 — 10.0.0.7:5432 에서 pg_hba.conf 에 항목이 없음, 사용자 monitor, 데이터베이스 kos"
    failed = replace(feed(failure=words), reading=None) if not rows else feed(failure=words, rows=rows)
    framed = frame(View(feeds={"agencies": failed}, now=NOW), width=40, height=10)
    lines = text(framed)
    assert len(lines) == 10
    said = "".join(line.strip("│┃ ") for line in lines if "기관" not in line)
    whole = words.replace(" ", "") in said.replace(" ", "")
    assert whole == (rows < 30), "with many rows the figures keep their place"
    assert "접속 거부됨" in said
    assert len([line for line in lines[1:] if "기관" in line]) == min(rows, 7)


def test_the_worst_of_several_feeds_speaks_by_its_name() -> None:
    good = feed()
    bad = replace(feed(failure="시간 초과", age_s=20), name="queue")
    lines = text(frame(View(feeds={"agencies": good, "queue": bad}, now=NOW)))
    assert "■ 실패 20s" in lines[0]
    assert "queue: 시간 초과" in lines[-2]


def test_a_note_of_a_reading_stands_on_the_lower_border() -> None:
    state = feed()
    assert state.reading is not None
    noted = replace(state, reading=replace(state.reading, notes=(Message("시계 3초 빠름"),)))
    assert "▲ 시계 3초 빠름" in text(frame(view(noted)))[-1]


def test_a_panel_that_raises_shows_its_error_in_its_own_frame() -> None:
    framed = frame(view(), width=60, kind=Broken)
    whole = "".join(text(framed))
    assert "ValueError: 열 [x]가 없음\\x1b[31m" in whole
    assert "Traceback" not in whole
    assert text(framed)[0].startswith("╭ 대외기관")


def test_the_selected_line_is_highlighted_over_its_whole_width() -> None:
    framed = frame(replace(view(), selected=("기관1",)))
    wanted = DARK.style("selected").bgcolor
    inner = framed.rows[2][1:-1]
    assert all(segment.style and segment.style.bgcolor == wanted for segment in inner)
    assert not any(s.style and s.style.bgcolor == wanted for s in framed.rows[1])


def test_scrolling_shows_the_rest_and_where_one_is() -> None:
    framed = frame(view(feed(rows=40)), height=6, offset=10)
    assert framed.keys[1] == ("기관10",)
    assert framed.lines == 40
    assert "14/40" in text(framed)[-1]
    assert any(line.endswith("┃") for line in text(framed))


def test_one_cannot_scroll_past_the_end() -> None:
    framed = frame(view(feed(rows=40)), height=6, offset=10_000)
    assert framed.keys[4] == ("기관39",)


@pytest.mark.parametrize("width", [0, 1, 3, 4, 5, 9, 17, 31, 80])
@pytest.mark.parametrize("height", [0, 1, 2, 3, 4, 9])
def test_a_frame_is_exactly_as_large_as_asked(width: int, height: int) -> None:
    for seen in (view(), view(feed(age_s=99)), view(feed(failure="가나다라마바사")), view(feed(rows=50))):
        framed = frame(seen, width, height)
        assert len(framed.rows) == len(framed.keys) == height
        for row in framed.rows:
            assert sum(cell_len(segment.text) for segment in row) == width


def test_only_the_top_row_changes_with_the_age() -> None:
    first, later = frame(view()), frame(view(now=NOW + timedelta(seconds=1)))
    assert "3s" in text(later)[0]
    assert first.rows[0] != later.rows[0]
    assert first.rows[1:] == later.rows[1:]


def test_a_question_in_flight_changes_nothing_that_is_seen() -> None:
    asking = view(replace(feed(), asking=True))
    assert heading_of(panel(), asking) == heading_of(panel(), view())


def test_the_cache_is_bounded_and_forgets_what_was_used_longest_ago() -> None:
    cache = PaintCache(limit=2)
    first = cache.get("a", object)
    for key in ("b", "a", "c"):
        cache.get(key, object)
    assert len(cache) == 2
    assert cache.get("a", object) is first
