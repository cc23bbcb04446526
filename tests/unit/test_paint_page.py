"""Grid, header, action bar and the whole page put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.text import Text

from situationroom.layout.fields import FeedName
from situationroom.layout.models import ActionSpec, FeedSpec, Layout, PageSpec, PanelSpec, SourceSpec
from situationroom.paint.actionbar import Hint, action_bar
from situationroom.paint.bars import Chrome
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.grid import columns, phone_order, rectangles, wall_fits
from situationroom.paint.header import HeaderFacts, page_tabs, phone_header, wall_header
from situationroom.paint.page import build_panels, paint_page, panel_feeds
from situationroom.paint.rows import Row, plain
from situationroom.paint.theme import theme
from situationroom.panel import Line, Panel, PanelOptions, View
from situationroom.values import (
    GUEST,
    ActionState,
    Alert,
    Level,
    Message,
    Person,
    RunState,
    RunStatus,
    SourceHealth,
)
from tests.ui.fakeroom import OPENING, FakeRoom

DARK = theme("dark")
BAD = {"source:kait", "source:sgi", "source:netcool"}
GRID = PageSpec(grid=(("a", "a", "b"), ("c", "d", "b"), ("e", "e", ".")))


class Rows(Panel[PanelOptions]):
    TYPE = "rows"
    Options = PanelOptions
    LINES = 3

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        return [Line(Text(f"{row['name']}: {width}x{height}")) for row in view.rows()]


class TwoFeeds(PanelOptions):
    against: FeedName


def whole(rows: Sequence[Row]) -> str:
    return "\n".join(plain(row) for row in rows)


def tapped(chrome: Chrome, what: str) -> str:
    """The characters under a tap, to be sure that it is where its words are."""
    tap = next(tap for tap in chrome.taps if tap.id == what)
    x, found = 0, ""
    for char in plain(chrome.rows[tap.row]):
        if tap.x0 <= x < tap.x1:
            found += char
        x += cell_len(char)
    return found


@pytest.mark.parametrize("size", [(200, 50), (80, 24), (61, 7), (7, 5), (3, 3), (400, 100)])
@pytest.mark.parametrize("weights", [((), ()), ((2.0, 1.0, 1.0), (1.0, 3.0, 1.0)), ((0.3,), (5.0,))])
def test_a_grid_covers_every_cell_exactly_once(
    size: tuple[int, int], weights: tuple[tuple[float, ...], tuple[float, ...]]
) -> None:
    width, height = size
    page = GRID.model_copy(update={"columns": weights[0], "rows": weights[1]})
    covered = [[0] * width for _ in range(height)]
    for area in rectangles(page, width, height).values():
        for y in range(area.y, area.y + area.height):
            for x in range(area.x, area.x + area.width):
                covered[y][x] += 1
    assert max(max(line) for line in covered) <= 1
    full = GRID.model_copy(update={"grid": (("a", "b"), ("c", "b"))})
    assert sum(r.width * r.height for r in rectangles(full, width, height).values()) == width * height


def test_weights_make_tracks_wider() -> None:
    page = PageSpec(grid=(("a", "b"),), columns=(3.0, 1.0))
    assert [area.width for area in rectangles(page, 80, 10).values()] == [60, 20]


def test_a_phone_has_the_panels_one_under_another_in_the_order_of_its_page() -> None:
    assert phone_order(GRID) == ("a", "b", "c", "d", "e")
    assert phone_order(GRID.model_copy(update={"phone": ("c", "a")})) == ("c", "a")
    heights = {"a": 4, "c": 6}
    areas = columns(GRID.model_copy(update={"phone": ("c", "a")}), 46, lambda name, _: heights[name])
    assert [(a.y, a.height, a.width) for a in areas.values()] == [(0, 6, 46), (6, 4, 46)]


DESK = PageSpec(grid=(("a", "b", "c", "d"), ("a", "e", "e", "e")), phone=("b", "a", "c", "e", "d"))


def test_a_desk_has_them_in_two_columns_and_the_widest_across_both() -> None:
    heights = {"a": 9, "b": 4, "c": 3, "d": 5, "e": 6}
    asked: list[tuple[str, int]] = []

    def wanted(name: str, width: int) -> int:
        asked.append((name, width))
        return heights[name]

    areas = columns(DESK, 96, wanted)
    assert list(areas) == ["b", "a", "c", "e", "d"], "the order of the phone"
    assert areas["b"] == (0, 0, 48, 4)
    assert areas["a"] == (48, 0, 48, 9)
    assert areas["c"] == (0, 4, 48, 5), "below the first, and as long as its neighbour"
    assert areas["e"] == (0, 9, 96, 6)
    assert areas["d"] == (0, 15, 48, 5)
    assert dict(asked)["e"] == 96
    assert dict(asked)["c"] == 48


@pytest.mark.parametrize("width", [20, 46, 60, 74, 75, 80, 96, 119, 160, 400])
def test_columns_hold_every_panel_once_and_none_lies_over_another(width: int) -> None:
    areas = columns(DESK, width, lambda name, cells: 3 + ord(name) % 5 + (cells < 50))
    assert set(areas) == set("abcde")
    taken = [
        (x, y) for a in areas.values() for y in range(a.y, a.y + a.height) for x in range(a.x, a.x + a.width)
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < width


def test_a_wall_is_kept_where_its_panels_are_wide_enough_and_not_where_they_are_not() -> None:
    assert wall_fits(DESK, 200, 50)
    assert wall_fits(DESK, 120, 40)
    assert not wall_fits(DESK, 119, 40), "four beside each other are too narrow for a desk"
    assert not wall_fits(DESK, 200, 6), "nobody reads a panel of three rows"
    beside = PageSpec(grid=(("a", "b"),))
    assert wall_fits(beside, 80, 24)
    assert not wall_fits(beside, 70, 24)
    assert not wall_fits(PageSpec(grid=(("a",),)), 46, 45), "a phone"


def facts() -> HeaderFacts:
    return HeaderFacts(
        room="아이폰16 출시 상황실",
        now=OPENING,
        opens=OPENING - timedelta(minutes=41),
        sources=(
            SourceHealth("kos", Level.GOOD, 1),
            SourceHealth("kait", Level.CRITICAL, 38, Message("시간 초과")),
        ),
        alerts=(
            Alert("r", "오류율", "f", ("KAIT",), Level.CRITICAL, OPENING),
            Alert("r", "오류율", "f", ("SGI",), Level.WARNING, OPENING),
        ),
        person=Person("kim", "김운영"),
        pages=("상황", "상세"),
        page="상황",
    )


def test_the_header_tells_room_time_sources_alerts_and_person() -> None:
    header = wall_header(facts(), 120, DARK, Glyphs.NARROW)
    shown = whole(header.rows)
    for words in (
        "아이폰16 출시 상황실", "09:41:07", "오픈 +41분", "● kos 1s", "■ kait 38s 시간 초과",
        "■ 1 ▲ 1", "김운영", "1 상황",
    ):  # fmt: skip
        assert words in shown
    assert [sum(cell_len(s.text) for s in row) for row in header.rows] == [120, 120]
    assert tapped(header, "source:kait") == "■ kait 38s 시간 초과"
    assert tapped(header, "page:상세") == "2 상세"
    assert tapped(header, "person") == "김운영"


def test_a_source_that_has_not_answered_has_no_lamp_of_any_colour() -> None:
    waiting = replace(facts(), sources=(SourceHealth("kos", None, float("inf")),))
    for paint in (wall_header, phone_header):
        header = paint(waiting, 60, DARK, Glyphs.NARROW)
        assert tapped(header, "source:kos") in ("– kos", "–")
        assert "●" not in whole(header.rows)


def test_before_the_event_the_header_counts_down() -> None:
    before = replace(facts(), opens=OPENING + timedelta(minutes=12))
    assert "오픈까지 12분" in whole(wall_header(before, 120, DARK, Glyphs.NARROW).rows)


def test_the_time_since_the_event_does_not_tick_with_every_second() -> None:
    later = replace(facts(), now=OPENING + timedelta(seconds=45))
    assert "오픈 +41분  " in whole(wall_header(later, 120, DARK, Glyphs.NARROW).rows)


def test_the_last_minutes_before_the_event_are_counted_by_the_second() -> None:
    before = replace(facts(), opens=OPENING + timedelta(seconds=125))
    assert "오픈까지 2분 5초" in whole(wall_header(before, 120, DARK, Glyphs.NARROW).rows)


def test_who_is_nobody_in_particular_may_only_look() -> None:
    header = wall_header(replace(facts(), person=GUEST), 120, DARK, Glyphs.NARROW)
    assert tapped(header, "person") == "조회 전용"


def test_a_calm_room_says_that_there_are_no_alerts() -> None:
    assert "경보 없음" in whole(wall_header(replace(facts(), alerts=()), 120, DARK, Glyphs.NARROW).rows)


def test_on_a_narrow_wall_the_lamps_give_up_their_reasons_before_their_ages() -> None:
    header = wall_header(facts(), 50, DARK, Glyphs.NARROW)
    assert "kait 38s" in whole(header.rows)
    assert "시간 초과" not in whole(header.rows)


@pytest.mark.parametrize("width", [1, 8, 20, 46, 59])
def test_a_phone_header_is_two_rows_and_names_the_bad_source_first(width: int) -> None:
    header = phone_header(facts(), width, DARK, Glyphs.NARROW)
    assert [sum(cell_len(s.text) for s in row) for row in header.rows] == [width, width]
    if width >= 46:
        assert whole(header.rows).index("kait 38s") < whole(header.rows).index("●")


def many_sources() -> HeaderFacts:
    """More lamps than 80 columns hold, the dead ones last."""
    good = [SourceHealth(name, Level.GOOD, 2) for name in ("kos", "ota", "mobins", "stock", "cert")]
    refused = Message("연결 거부")
    bad = [SourceHealth(name, Level.CRITICAL, 38, refused) for name in ("kait", "sgi", "netcool")]
    pages = ("상황", "채널", "큐", "대외기관")
    return replace(facts(), sources=(*good, *bad), pages=pages, page="큐")


def test_where_lamps_do_not_all_fit_the_dead_ones_stand_first_by_name() -> None:
    header = wall_header(many_sources(), 80, DARK, Glyphs.NARROW)
    shown = plain(header.rows[1])
    for name in ("kait", "sgi", "netcool"):
        assert tapped(header, f"source:{name}") == f"■ {name} 38s"
    assert shown.index("netcool") < shown.index("●")
    assert "3 큐" in shown
    assert tapped(header, "page:상황").startswith("1")
    assert cell_len(shown) == 80


@pytest.mark.parametrize("paint", [wall_header, phone_header])
@pytest.mark.parametrize("width", range(32, 140, 3))
def test_no_lamp_is_left_out_without_being_counted(paint: Callable[..., Chrome], width: int) -> None:
    header = paint(many_sources(), width, DARK, Glyphs.NARROW)
    lamps = {tap.id for tap in header.taps if tap.id.startswith("source:")}
    left = 8 - len(lamps)
    worst = "" if lamps >= BAD else "■ "
    assert left == 0 or f"{worst}+{left} " in plain(header.rows[-1])


def test_tabs_name_the_pages_with_their_keys() -> None:
    tabs = page_tabs(facts(), 46, DARK, Glyphs.NARROW)
    assert tapped(tabs, "page:상황") == "1 상황"


def action(name: str = "kait-skip", **changes: object) -> ActionState:
    base = ActionState(name, "KAIT 사전체크 SKIP", "k", "toggle", "꺼짐", active=False, state_age_s=1)
    return replace(base, **changes)  # type: ignore[arg-type]  # a test's shorthand


def test_the_action_bar_shows_key_title_and_state() -> None:
    chrome = action_bar([action()], [Hint("s", "상황공유", "key:share")], 80, DARK, Glyphs.NARROW)
    assert "k KAIT 사전체크 SKIP ○ 꺼짐   s 상황공유" in whole(chrome.rows)
    assert tapped(chrome, "action:kait-skip") == "k KAIT 사전체크 SKIP ○ 꺼짐"
    assert tapped(chrome, "key:share") == "s 상황공유"


def test_actions_without_a_key_come_last_and_go_first() -> None:
    actions = [action("keyless", title="점검 확인", key=""), action("keyed", title="SKIP", key="k")]
    share = [Hint("s", "상황공유", "key:share")]
    wide = whole(action_bar(actions, share, 120, DARK, Glyphs.NARROW).rows)
    assert wide.index("SKIP") < wide.index("상황공유") < wide.index("점검 확인")
    narrow = action_bar(actions, share, 40, DARK, Glyphs.NARROW)
    assert "SKIP" in whole(narrow.rows)
    assert "점검 확인" not in whole(narrow.rows)
    assert any(tap.id == "more" for tap in narrow.taps)


def test_a_lamp_is_called_by_the_title_of_its_source() -> None:
    sources = (SourceHealth("kos", Level.GOOD, 2, title="영업전산"), SourceHealth("ota", None, 0))
    for paint in (wall_header, phone_header):
        header = paint(replace(facts(), sources=sources), 100, DARK, Glyphs.NARROW)
        assert "kos" not in whole(header.rows)
        assert any(tap.id == "source:kos" for tap in header.taps)
    assert "영업전산" in whole(wall_header(replace(facts(), sources=sources), 100, DARK, Glyphs.NARROW).rows)


def test_an_action_that_is_not_allowed_is_grey_and_says_why() -> None:
    denied = action(allowed=False, why=Message("권한 없음"))
    chrome = action_bar([denied], [], 80, DARK, Glyphs.NARROW)
    assert "(권한 없음)" in whole(chrome.rows)
    muted = DARK.style("muted").color
    assert all(s.style and s.style.color == muted for s in chrome.rows[0] if "KAIT" in s.text)
    assert "(권한 없음)" not in whole(action_bar([denied], [], 36, DARK, Glyphs.NARROW).rows)


def test_a_running_batch_shows_how_far_it_is() -> None:
    run = RunStatus("1", "e", RunState.RUNNING, GUEST, OPENING, done=370, total=1000)
    chrome = action_bar([action(active=None, run=run)], [], 80, DARK, Glyphs.NARROW)
    assert "실행 중 37 %" in whole(chrome.rows)


@pytest.mark.parametrize("rows", [1, 2])
def test_actions_that_do_not_fit_are_counted(rows: int) -> None:
    many = [action(f"a{i}") for i in range(9)]
    chrome = action_bar(many, [], 70, DARK, Glyphs.NARROW, rows=rows)
    shown = len([tap for tap in chrome.taps if tap.id.startswith("action:")])
    assert len(chrome.rows) == rows
    assert tapped(chrome, "more") == f"+{9 - shown}개 더"


def room() -> FakeRoom:
    layout = Layout(
        path=Path("launch.yaml"),
        room="출시 상황실",
        sources={"kos": SourceSpec(type="postgres")},
        feeds={"f": FeedSpec(source="kos"), "g": FeedSpec(source="kos")},
        panels={
            "a": PanelSpec(type="rows", feed="f", title="개통"),
            "b": PanelSpec(type="rows", feed="g", options=TwoFeeds(against="f")),
        },
        pages={"상황": PageSpec(grid=(("a", "b"),))},
        actions={"kait-skip": ActionSpec(kind="toggle", title="KAIT SKIP", key="k")},
    )
    made = FakeRoom(layout)
    made.read("f", [{"name": f"행{i}"} for i in range(30)])
    return made


def test_a_panel_looks_at_the_feeds_its_options_name_too() -> None:
    assert panel_feeds(room().layout.panels["b"]) == ("g", "f")


def test_a_wall_picture_is_exactly_the_size_asked_for() -> None:
    shown = room()
    panels = build_panels(shown.layout, {"rows": Rows})
    rows = paint_page(shown, panels, "상황", 101, 20, GUEST, DARK)
    assert len(rows) == 20
    assert {sum(cell_len(s.text) for s in row) for row in rows} == {101}
    assert "행0: 48x15" in whole(rows)
    assert "k KAIT SKIP" in plain(rows[-1])


def test_a_panel_without_a_title_is_called_by_its_id() -> None:
    shown = room()
    assert build_panels(shown.layout, {"rows": Rows})["b"].spec.title == "b"


def test_a_phone_picture_shows_every_line_of_every_panel() -> None:
    shown = room()
    panels = build_panels(shown.layout, {"rows": Rows})
    rows = paint_page(shown, panels, "상황", 46, 24, GUEST, DARK)
    text = whole(rows)
    assert "행29" in text
    assert text.index("개통") < text.index("╭ b")
    assert {sum(cell_len(s.text) for s in row) for row in rows} == {46}
