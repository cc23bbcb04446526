"""Figures and queues: what is added up, compared and derived."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from rich.cells import cell_len

from situationroom.panel import Point, View
from situationroom.values import Level
from tests.unit import panel_views as views


def seen(**more: object) -> View:
    return views.view(*views.launch_feeds().values(), **more)


def figure(width: int = 46, height: int = 1, **options: object) -> str:
    return "\n".join(views.painted("figures", seen(), width, height, **options))


def test_rows_are_added_up_unless_told_otherwise() -> None:
    assert figure(value="total", figure="number", delta=False) == "128,402"
    assert figure(value="total", figure="number", total="max", delta=False) == "48,210"
    assert figure(value="total", figure="number", total="last", delta=False) == "29,000"
    assert figure(value="total", figure="number", total="avg", delta=False) == "32,100"


def test_only_the_rows_asked_for_are_counted() -> None:
    assert figure(value="total", where={"kind": "신규"}, delta=False) == "7만 7,210"


def test_the_gain_a_minute_comes_from_the_series_or_from_a_column() -> None:
    assert "+3,120/분" in figure(value="total")
    assert "+128,402/분" in figure(value="previous", per_minute="total")


def course(seconds: int, every: int = 5, a_minute: float = 300.0) -> Callable[..., list[Point]]:
    """The history of something that grows for so long, up to now."""
    now = views.NOW.timestamp()
    return lambda *_: [Point(now - ago, -ago / 60 * a_minute) for ago in range(seconds, -1, -every)]


@pytest.mark.parametrize(
    ("seconds", "every", "mark"),
    [
        (20, 5, "≈ "),
        (45, 5, "≈ "),
        (40, 20, "≈ "),
        (60, 5, ""),
        (60, 20, ""),
        (1_200, 60, ""),
        (1_200, 300, "≈ "),
    ],
)
def test_a_gain_estimated_from_other_than_a_minute_is_marked_wherever_it_is_shown(
    seconds: int, every: int, mark: str
) -> None:
    feed = views.feed("f", [{"code": "a", "count": 600}], ("code",))
    rising, falling = course(seconds, every), course(seconds, every, -300.0)
    seen = views.view(feed, history=rising)
    assert views.painted("figures", seen, 46, 1, value="count") == [f"600  {mark}+300/분"]
    percent = views.painted("figures", seen, 46, 1, value="count", figure="percent")
    assert percent[0].endswith(f"  {mark}+30000.0 %p/분")
    legend = views.painted("chart", seen, 60, 8, column="count", rate="60s")[0].split("count")[1]
    assert legend.strip() == f"{mark}300"
    waiting = "\n".join(views.painted("queue", views.view(feed, history=falling), 100, 5, window="60s"))
    assert f"증감 {mark}-300/분   소진 예상 {mark}2분" in waiting


@pytest.mark.parametrize(("window", "known", "mark"), [("2m", 60, "≈ "), ("2m", 120, ""), ("30s", 120, "≈ ")])
def test_a_backlogs_change_is_measured_over_its_window(window: str, known: int, mark: str) -> None:
    feed = views.feed("f", [{"code": "a", "count": 600}], ("code",))

    def history(*asked: Any) -> list[Point]:
        return [point for point in course(known)() if point.at >= views.NOW.timestamp() - asked[3]]

    shown = "\n".join(views.painted("queue", views.view(feed, history=history), 100, 5, window=window))
    assert f"증감 {mark}+300/분" in shown


def test_a_gain_that_the_source_gives_is_not_estimated() -> None:
    feed = views.feed("f", [{"count": 600, "gain": 12}])
    seen = views.view(feed, history=course(20))
    assert views.painted("figures", seen, 46, 1, value="count", per_minute="gain") == ["600  +12/분"]


def test_a_figure_is_held_against_its_predecessor() -> None:
    compare = {"column": "previous", "label": "전작 대비"}
    assert "전작 대비 +18 %" in figure(height=6, value="total", compare=compare)
    assert "-50 %" in figure(height=6, value="total", compare={"value": 256_804})
    assert "전작 대비 –" in figure(height=6, value="total", compare={"value": 0, "label": "전작 대비"})


def test_a_large_figure_is_not_repeated_small_unless_it_was_shortened() -> None:
    assert "12만 8,402" not in figure(width=60, height=6, value="total")
    assert "12만 8,402" in figure(width=30, height=6, value="total", unit="건")


def test_a_figure_without_a_value_is_a_dash_and_not_a_zero() -> None:
    feed = views.feed("f", [{"k": "a", "n": None}, {"k": "b", "n": math.nan}], ("k",))
    assert views.painted("figures", views.view(feed), 20, 1, value="n", delta=False) == ["–"]


def test_the_level_of_a_row_is_a_mark_as_well_as_a_colour() -> None:
    bad = {("activations", ("아이폰16", "신규")): Level.CRITICAL}
    lines = views.panel("figures", value="total").paint(seen(levels=bad), 46, 1)
    assert lines[0].text.plain.startswith("■ ")
    assert "critical" in views.styles(lines[0])


def test_the_level_of_another_row_does_not_colour_a_figure() -> None:
    bad = {("activations", ("아이폰16", "신규")): Level.CRITICAL}
    lines = views.panel("figures", value="total", where={"kind": "번호이동"}).paint(seen(levels=bad), 46, 1)
    assert "critical" not in views.styles(lines[0])


def test_figures_side_by_side_do_not_move_each_other() -> None:
    def second(first: int) -> int:
        feed = views.feed("f", [{"a": first, "b": 5}])
        texts = views.painted(
            "figures", views.view(feed), 60, 2, items=[{"value": "a"}, {"value": "b", "label": "둘"}]
        )
        return cell_len(texts[0][: texts[0].index("둘")])

    assert second(1) == second(99_999) == second(123_456_789)


def low(width: int, height: int) -> list[str]:
    feed = views.feed("f", [{"pending": 128, "late": 7, "average": 75.0}])
    items = [
        {"value": "pending", "label": "진행 중", "unit": "건"},
        {"value": "late", "label": "2분 초과", "unit": "건"},
        {"value": "average", "label": "평균", "figure": "duration"},
    ]
    return views.painted("figures", views.view(feed), width, height, items=items, delta=False)


def courses(width: int, height: int, **changes: object) -> list[str]:
    feed = views.feed("activations", [{"a": 128, "b": 7, "c": 75}])
    items: list[dict[str, object]] = [
        {"value": "a", "label": "가입", "unit": "건"},
        {"value": "b", "label": "대기", "unit": "건"},
        {"value": "c", "label": "오류", "unit": "건", **changes},
    ]
    return views.painted("figures", views.view(feed), width, height, items=items, delta=False, trend="value")


def test_figures_of_one_unit_share_a_chart_that_names_their_courses() -> None:
    shown = courses(90, 12)
    assert len(shown) <= 12
    (legend,) = [each for each in shown if "━━" in each]
    assert [name for name in ("가입", "대기", "오류") if name in legend] == ["가입", "대기", "오류"]
    assert sum("┤" in each and each.count("┤") == 1 for each in shown) >= 2, "one ruler"


def test_figures_of_other_units_keep_their_own_charts() -> None:
    assert not any("━━" in each for each in courses(90, 12, unit="초"))
    assert not any("━━" in each for each in courses(90, 12, figure="percent"))
    assert not any("━━" in each for each in courses(90, 5))


def test_figures_in_a_low_box_show_their_values_before_anything_else() -> None:
    assert low(24, 3) == ["진행 중 128 건", "2분 초과 7 건", "평균 1분 15초"]
    shown = "\n".join(low(48, 1))
    assert all(value in shown for value in ("128", "7", "1분 15초"))
    assert low(24, 4)[:2] == low(24, 3)[:2]
    assert low(24, 6)[:2] == ["진행 중", "128 건"]


def test_names_give_way_to_values_where_there_are_fewer_lines_than_figures() -> None:
    for width in (20, 28, 38):
        for height in (1, 2):
            shown = low(width, height)
            assert len(shown) <= height
            assert all(cell_len(each) <= width for each in shown)
    assert all(value in "\n".join(low(20, 2)) for value in ("128", "7", "1분 15초"))


def queue(height: int = 5, **options: object) -> str:
    launch = views.launch_feeds()["error_queue"]
    return "\n".join(
        views.painted("queue", views.view(launch, levels=views.LEVELS), 100, height, by="code", **options)
    )


def test_a_queue_says_how_many_wait_since_when_and_until_when() -> None:
    shown = queue(oldest="oldest", incoming="in", outgoing="out")
    assert "적체 1만 2,020건" in queue(height=3)
    assert "적체" not in shown, "a large figure says it"
    assert "최장 대기 14분 20초" in shown
    assert "유입 140/분" in shown
    assert "처리 1,000/분" in shown
    assert "증감 -860/분" in shown
    assert "소진 예상 13분 59초" in shown


def test_the_longest_wait_stands_still_while_the_feed_is_dead() -> None:
    launch = views.launch_feeds()["error_queue"]
    later = replace(views.view(launch), now=views.NOW + timedelta(minutes=5))
    shown = "\n".join(views.painted("queue", later, 100, 5, by="code", oldest="oldest"))
    assert "최장 대기 14분 20초" in shown


def test_a_queue_that_grows_says_so_instead_of_when_it_will_be_empty() -> None:
    shown = queue(incoming="out", outgoing="in")
    assert "늘어나는 중" in shown
    assert "소진 예상" not in shown


def test_a_queue_derives_its_change_from_the_backlog_itself() -> None:
    feed = views.feed("f", [{"code": "a", "count": 600}], ("code",))
    falling = [Point(views.NOW.timestamp() - 120 + at, 1_200.0 - at * 5) for at in range(0, 121, 5)]
    shown = views.painted("queue", views.view(feed, history=lambda *_: falling), 100, 5)
    assert "증감 -300/분   소진 예상 2분" in "\n".join(shown)


def test_the_bars_of_a_queue_stand_longest_first_with_their_keys() -> None:
    launch = views.launch_feeds()["error_queue"]
    lines = views.panel("queue").paint(views.view(launch, levels=views.LEVELS), 60, 6)
    assert [line.key for line in lines if line.key] == [("E104",), ("KAIT-TIMEOUT",)]
    first = next(line for line in lines if line.key == ("E104",))
    assert first.text.plain.startswith("▲ E104")
    assert "8,120건" in first.text.plain


def test_an_empty_queue_is_good_news() -> None:
    feed = views.feed("f", (), ("code",), columns=("code", "count"))
    assert views.painted("queue", views.view(feed), 60, 4)[0] == "● 적체 없음"


def waiting(**options: object) -> list[str]:
    """A queue of six codes: one in alarm with nothing waiting, two empty, one of which nobody knows."""
    counts: list[tuple[str, int | None]] = [("A", 9), ("B", 5), ("C", 0), ("D", 0), ("E", None), ("F", 0)]
    feed = views.feed("q", [{"code": code, "count": count} for code, count in counts], ("code",))
    view = views.view(feed, levels={("q", ("F",)): Level.WARNING})
    return views.painted("queue", view, 60, 20, by="code", **options)


def test_a_queue_hides_what_nothing_waits_in_and_says_so() -> None:
    shown = waiting()
    assert [each.split()[0] for each in shown[-5:-1]] == ["A", "B", "E", "▲"]
    assert "E" in shown[-3]
    assert "–" in shown[-3], "what nobody knows is no zero"
    assert shown[-1].strip() == "0건 2개 숨김"


def test_a_queue_shows_the_longest_and_says_how_many_more_there_are() -> None:
    assert waiting(limit=1)[-1].strip() == "외 3개 · 0건 2개 숨김"
    assert waiting(limit=1, zeros=True)[-1].strip() == "외 5개"
    assert "숨김" not in "".join(waiting(zeros=True))


def test_bars_whose_names_are_cut_can_still_be_told_apart() -> None:
    names = [f"KAIT_INS_PRECHECK_{what}" for what in ("SKIP", "LOG", "RETRY")]
    feed = views.feed("q", [{"code": name, "count": 5} for name in names], ("code",))
    shown = views.painted("queue", views.view(feed), 34, 2)[-3:]
    assert len({each.split()[0] for each in shown}) == 3


def test_a_large_figure_stays_while_bars_give_way() -> None:
    feed = views.feed("q", [{"code": str(n), "count": n + 1} for n in range(30)], ("code",))
    shown = views.painted("queue", views.view(feed), 60, 9, by="code")
    assert any("█▀" in each or "▀█" in each for each in shown[:3])
