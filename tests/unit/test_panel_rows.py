"""Tables, boards, charts of rows: order, marks, filters, honesty."""

from __future__ import annotations

import dataclasses
from datetime import UTC, timedelta
from decimal import Decimal

import pytest
from rich.cells import cell_len

from situationroom.panel import Line, View
from situationroom.values import Alert, Level, Row
from tests.unit import panel_views as views


def agencies(**more: object) -> View:
    return views.view(views.launch_feeds()["agencies"], levels=views.LEVELS, **more)


def keys(lines: list[Line]) -> list[str]:
    return [line.key[0] for line in lines if line.key]


def paint(name: str, seen: View, **options: object) -> list[Line]:
    return list(views.panel(name, **options).paint(seen, 80, 10))


def test_a_table_is_sorted_by_its_column_either_way() -> None:
    assert keys(paint("table", agencies(), sort="-error_rate")) == ["KAIT", "MOBINS", "SGI"]
    assert keys(paint("table", agencies(), sort="error_rate")) == ["SGI", "MOBINS", "KAIT"]
    assert keys(paint("table", agencies(), sort="agency")) == ["KAIT", "MOBINS", "SGI"]
    assert keys(paint("table", agencies())) == ["SGI", "KAIT", "MOBINS"]


def test_rows_without_a_value_stand_last_in_either_order() -> None:
    feed = views.feed("f", [{"k": "a", "n": None}, {"k": "b", "n": 2}, {"k": "c", "n": 1}], ("k",))
    assert keys(paint("table", views.view(feed), sort="n")) == ["c", "b", "a"]
    assert keys(paint("table", views.view(feed), sort="-n")) == ["b", "c", "a"]


def test_a_table_says_how_many_rows_it_left_out() -> None:
    feed = views.feed("f", [{"k": str(place)} for place in range(30)], ("k",))
    lines = paint("table", views.view(feed), limit=10)
    assert len(keys(lines)) == 10
    assert lines[-1].text.plain == "외 20행"


def test_a_row_in_alarm_has_a_mark_and_a_colour_and_others_have_none() -> None:
    lines = {line.key: line for line in paint("table", agencies()) if line.key}
    assert lines["KAIT",].text.plain.startswith("■ KAIT")
    assert "critical" in views.styles(lines["KAIT",])
    assert lines["MOBINS",].text.plain.startswith("▲ MOBINS")
    assert not views.styles(lines["SGI",])


def test_a_filter_leaves_the_rows_that_match_and_says_when_none_do() -> None:
    assert keys(paint("table", agencies(filter="kai"))) == ["KAIT"]
    assert keys(paint("board", agencies(filter="kai"))) == ["KAIT"]
    assert "없는이름" in paint("table", agencies(filter="없는이름"))[-1].text.plain


def test_columns_stay_where_they_are_when_an_alarm_comes() -> None:
    calm = views.view(views.launch_feeds()["agencies"])
    for name in ("table", "board"):
        before, after = paint(name, calm), paint(name, agencies())
        assert before[0].text.plain == after[0].text.plain
        assert [line.text.plain[1:] for line in before] == [line.text.plain[1:] for line in after]


def test_a_board_shows_a_lamp_for_every_agency() -> None:
    marks = {line.key: line.text.plain[0] for line in paint("board", agencies()) if line.key}
    assert marks == {("SGI",): "●", ("KAIT",): "■", ("MOBINS",): "▲"}


def test_a_board_of_old_figures_shows_no_green_lamp() -> None:
    feed = views.launch_feeds()["agencies"]
    later = dataclasses.replace(agencies(), now=views.NOW + timedelta(seconds=60))
    assert not feed.status(later.now).fresh
    lamps = [line.text.plain[0] for line in paint("board", later) if line.key]
    assert "●" not in lamps
    assert lamps[0] == "◌"


def test_an_agency_without_any_figure_is_no_data_and_not_good() -> None:
    feed = views.feed("f", [{"agency": "SGI", "requests": None, "p95": None}], ("agency",))
    assert paint("board", views.view(feed))[1].text.plain.startswith("– SGI")


def test_a_board_puts_the_worst_on_top_when_asked() -> None:
    assert keys(paint("board", agencies(), worst_first=True)) == ["KAIT", "MOBINS", "SGI"]
    assert keys(paint("board", agencies(), order="name")) == ["KAIT", "MOBINS", "SGI"]


def test_well_known_columns_are_headed_and_written_as_in_the_trade() -> None:
    lines = paint("board", agencies(), columns=["agency", "requests", "error_rate", "p95"])
    assert lines[0].text.plain.split() == ["기관", "요청", "오류율", "p95"]
    assert "11.2 %" in lines[2].text.plain
    assert "4,820ms" in lines[2].text.plain
    english = views.painted("board", agencies(lang="en"), 80, 8, columns=["agency", "error_rate"])
    assert english[0].split() == ["agency", "error", "rate"]


def test_an_author_may_head_and_write_a_column_otherwise() -> None:
    column = {"column": "p95", "title": "응답", "unit": "", "figure": "big", "align": "left"}
    lines = views.painted("table", agencies(), 80, 8, columns=["agency", column])
    assert lines[0].split() == ["기관", "응답"]
    assert lines[2].rstrip().endswith("4,820")


def test_values_are_called_by_the_words_of_the_author() -> None:
    rows: list[Row] = [{"code": "A", "on": True}, {"code": "B", "on": False}, {"code": "C", "on": None}]
    columns = ["code", {"column": "on", "values": {"true": "켜짐", "false": "꺼짐"}}]
    shown = views.painted("table", views.view(views.feed("f", rows, ("code",))), 60, 5, columns=columns)
    assert [text.split()[-1] for text in shown[1:]] == ["켜짐", "꺼짐", "–"]


def test_times_are_shown_in_the_rooms_zone() -> None:
    feed = views.feed("f", [{"k": "a", "when": views.NOW.astimezone(UTC)}], ("k",))
    assert "09:41:07" in views.painted("table", views.view(feed), 60, 4)[1]


def test_a_chart_draws_one_line_for_every_value_of_a_column() -> None:
    seen = views.view(views.launch_feeds()["activations"])
    legend = views.painted("chart", seen, 100, 10, column="total", by="kind", rate="60s")[0]
    assert all(kind in legend for kind in ("신규", "번호이동", "기기변경"))
    assert "6,240" in legend, "two models of one kind are added up"


def test_a_chart_over_a_column_keeps_the_order_of_words() -> None:
    feed = views.feed("f", [{"code": code, "n": 5} for code in ("나", "가", "다")], ("code",))
    last = views.painted("chart", views.view(feed), 60, 8, column="n", x="code")[-1]
    assert last.split() == ["나", "가", "다"]


def test_a_plot_shows_its_figures_beside_lying_bars() -> None:
    seen = views.view(views.launch_feeds()["error_queue"])
    shown = "\n".join(views.painted("plot", seen, 60, 10, value="count", x="code", horizontal=True))
    assert "E104 8,120" in shown
    assert "KAIT-TIMEOUT 3,900" in shown


def test_the_level_of_the_whole_feed_is_on_its_figure() -> None:
    seen = views.view(views.launch_feeds()["agencies"], levels={("agencies", ()): Level.WARNING})
    assert views.painted("figures", seen, 40, 1, value="requests")[0].startswith("▲")


@pytest.mark.parametrize("name", ["table", "board"])
@pytest.mark.parametrize("width", [12, 17, 24, 30])
def test_columns_that_a_narrow_screen_leaves_out_are_marked(name: str, width: int) -> None:
    wide, narrow = (
        [line.text.plain for line in views.panel(name).paint(agencies(), cells, 10)] for cells in (80, width)
    )
    assert "…" not in wide[0]
    assert narrow[0].endswith("…")
    assert max(map(cell_len, narrow)) <= width


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (9_007_199_254_740_993, "9,007,199,254,740,993"),
        (Decimal(1_234_567_890_123_456_789), "1,234,567,890,123,456,789"),
        (5_000_000_000_000_000_001, "5,000,000,000,000,000,001"),
        (10**22 + 7, "10,000,000,000,000,000,000,007"),
    ],
)
def test_bars_and_sums_keep_every_digit(value: int | Decimal, shown: str) -> None:
    seen = views.view(views.feed("q", [{"k": "a", "n": value}, {"k": "b", "n": 0}], ("k",)))
    assert shown in "".join(views.painted("queue", seen, 90, 12, count="n"))
    assert shown in "".join(views.painted("figures", seen, 40, 1, value="n", figure="number"))


@pytest.mark.parametrize("width", [24, 30, 38, 46, 90])
def test_a_narrow_alert_keeps_whom_it_is_about_and_parts_no_figure_from_its_name(width: int) -> None:
    alert = Alert(
        "slow",
        "기관 응답 지연",
        "agencies",
        ("KAIT",),
        Level.CRITICAL,
        views.NOW - timedelta(seconds=24),
        facts={"p95": 5_000, "requests": 1_190},
    )
    shown = views.painted("alerts", views.view(alerts=(alert,)), width, 6)
    assert "KAIT" in shown[0]
    assert any("p95 5,000" in each for each in shown)
    assert any("요청 1,190" in each for each in shown)
    assert any("기관 응답 지연" in each for each in shown)
    assert len(shown) == (1 if width == 90 else len(shown))


@pytest.mark.parametrize("panel", ["table", "board"])
def test_a_time_of_another_year_has_its_year(panel: str) -> None:
    rows: list[Row] = [
        {"k": "now", "at": views.NOW},
        {"k": "old", "at": views.NOW.replace(year=2023)},
        {"k": "bare", "at": views.NOW.replace(year=1999, tzinfo=None)},
        {"k": "far", "at": views.NOW.replace(year=44)},
    ]
    text = "\n".join(line.text.plain for line in paint(panel, views.view(views.feed("f", rows, ("k",)))))
    assert "2023-09-20 09:41:07" in text
    assert "1999-09-20 09:41:07" in text
    assert "0044-09-20 09:41:07" in text
    assert "2024-09-20" not in text


def test_the_year_is_that_of_the_rooms_time_zone() -> None:
    eve = views.NOW.replace(year=2023, month=12, day=31, hour=16, tzinfo=UTC)  # 2024 has come in Seoul
    feed = views.feed("f", [{"k": "a", "at": eve}], ("k",))
    assert "01-01 01:41:07" in paint("table", views.view(feed))[1].text.plain
    assert "2024" not in paint("table", views.view(feed))[1].text.plain
