"""Charts, axes, digits and columns: what stands around the lines."""

from __future__ import annotations

import math
import re
from datetime import timedelta

import pytest
from rich.cells import cell_len
from rich.text import Text

from situationroom.paint.barvalues import with_values
from situationroom.paint.charts import Curve, Threshold, chart
from situationroom.paint.columns import tabulated
from situationroom.paint.digits import big_digits, digits_width
from situationroom.paint.plotting import Group, plotted
from situationroom.paint.renderables import markdown
from situationroom.paint.scales import compact, scale, writer
from situationroom.paint.series import Gain, change, growth, newest_growth, summed, usual_gap
from situationroom.paint.texts import clipped, joined, spread, wrapped
from situationroom.paint.timescale import time_ticks
from tests.unit.panel_views import NOW

KO = writer(None, "ko")
WAVE = [(float(at), 1_000 + 500 * math.sin(at / 20)) for at in range(200)]


def plain(*curves: Curve, width: int = 60, height: int = 10, **more: object) -> list[str]:
    return [text.plain for text in chart(curves, (0, 199), width, height, write=KO, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [1, 5, 13, 21, 46, 130])
@pytest.mark.parametrize("height", [1, 2, 3, 4, 9, 25])
def test_a_chart_has_its_height_and_keeps_its_width(width: int, height: int) -> None:
    lines = plain(
        Curve("번호이동", WAVE, shown="1,234"),
        width=width,
        height=height,
        ticks=[(0, "09:00"), (199, "09:30")],
    )
    assert len(lines) == height
    assert all(cell_len(text) <= width for text in lines)


def test_a_legend_names_the_lines_and_says_how_many_more_there_are() -> None:
    curves = [Curve(name, WAVE, shown="1") for name in ("신규", "번호이동", "기기변경", "해지")]
    assert all(curve.title in plain(*curves, width=100)[0] for curve in curves)
    narrow = plain(*curves, width=30)[0]
    assert "신규" in narrow
    assert narrow.rstrip().endswith(("+3", "+2"))


def test_a_threshold_has_its_words_in_the_legend_and_room_on_the_ruler() -> None:
    lines = plain(Curve("a", WAVE), thresholds=[Threshold(5_000, "목표 5,000")])
    assert "┄┄ 목표 5,000" in lines[0]
    assert any(text.startswith((" 5,000 ┤", " 6,000 ┤")) for text in lines)


def test_a_ruler_begins_at_zero_unless_told_otherwise() -> None:
    assert any(text.strip().startswith("0 ┤") for text in plain(Curve("a", WAVE)))
    assert not any(text.strip().startswith("0 ┤") for text in plain(Curve("a", WAVE), from_zero=False))


def test_a_second_ruler_measures_the_curves_that_ask_for_it() -> None:
    lines = plain(
        Curve("a", WAVE),
        Curve("b", [(at, y / 1e4) for at, y in WAVE], axis="right"),
        write_right=writer("percent", "ko"),
    )
    assert any("├" in text and text.rstrip().endswith("%") for text in lines)
    assert len({cell_len(text.split("├")[0]) for text in lines if "├" in text}) == 1


def test_the_place_of_the_plot_does_not_move_when_figures_grow() -> None:
    small = plain(Curve("a", [(0, 1), (199, 9)]))
    large = plain(Curve("a", [(0, 1), (199, 90_000)]))
    assert cell_len(small[1].split("┤")[0]) == cell_len(large[1].split("┤")[0])


@pytest.mark.parametrize(
    ("figure", "ko", "en"),
    [(0, "0", "0"), (950, "950", "950"), (3_000, "3,000", "3,000"), (15_000, "1.5만", "15K"),
     (2_000_000, "200만", "2M"), (3e8, "3억", "300M"), (-20_000, "-2만", "-20K"), (0.25, "0.25", "0.25"),
     (math.inf, "–", "–")],
)  # fmt: skip
def test_figures_beside_an_axis_are_short(figure: float, ko: str, en: str) -> None:
    assert (compact(figure, "ko"), compact(figure, "en")) == (ko, en)


@pytest.mark.parametrize(
    "figures", [[], [0], [5], [-5], [3, 9_999], [1e16, 1e16 + 2], [1e-9], [-1e299, 1e299]]
)
def test_a_scale_holds_its_figures_between_round_ends(figures: list[float]) -> None:
    for count in (2, 4, 6):
        made = scale(figures, count, KO)
        assert made.low < made.high
        assert all(made.low <= figure <= made.high * (1 + 1e-9) for figure in figures)
        assert 2 <= len(made.ticks) <= 3 * count


def test_times_below_a_chart_are_round_and_in_the_rooms_zone() -> None:
    ticks = time_ticks(NOW - timedelta(hours=1), NOW, 5)
    assert [words for _, words in ticks] == ["08:45", "09:00", "09:15", "09:30"]
    assert ticks[1][0] == NOW.replace(minute=0, second=0).timestamp()
    assert [words for _, words in time_ticks(NOW - timedelta(days=3), NOW, 4)] == ["09-18", "09-19", "09-20"]
    assert [words for _, words in time_ticks(NOW - timedelta(seconds=30), NOW, 3)] == ["09:40:45", "09:41:00"]


def test_a_counter_grows_and_a_reset_starts_it_anew() -> None:
    counter = [(at * 5.0, at * 10.0) for at in range(100)]
    assert growth(counter, 60)[-1] == (495.0, 120.0)
    reset = [*counter, *((500 + at * 5.0, at * 10.0) for at in range(20))]
    assert min(figure for _, figure in growth(reset, 60)) >= 0


def test_a_young_counter_is_not_judged_by_its_first_seconds() -> None:
    assert growth([(0.0, 0.0), (5.0, 10.0)], 60) == []
    assert growth([(0.0, 0.0), (5.0, 10.0), (10.0, 20.0)], 60) == [(10.0, 120.0)]
    assert change([(0.0, 5.0)], 60) is None
    assert change([(0.0, 0.0), (30.0, 50.0)], 60) == Gain(100.0, measured=False)
    assert newest_growth([(0.0, 0.0), (5.0, 10.0)], 60) is None


@pytest.mark.parametrize(
    ("step", "count", "amount", "measured"),
    [(5.0, 13, 120.0, True), (5.2, 200, 120.0, True), (7.0, 40, 120.0, True), (20.0, 4, 120.0, True),
     (60.0, 2, 120.0, True), (61.0, 9, 120.0, True), (5.0, 7, 120.0, False), (40.0, 2, 120.0, False),
     (300.0, 5, 120.0, False), (5.0, 2, None, False)],
)  # fmt: skip
def test_a_gain_says_whether_it_was_measured_over_its_time(
    step: float, count: int, amount: float | None, measured: bool
) -> None:
    points = [(place * step, place * step * 2) for place in range(count)]
    gain = change(points, 60)
    assert (gain.amount if gain else None) == pytest.approx(amount)
    assert gain is None or gain.measured is measured
    assert newest_growth(points, 60) == gain


def test_a_gain_is_that_of_the_last_minute_and_no_other() -> None:
    quiet_then_busy = [(at * 5.0, max(0.0, at - 30.0) * 7) for at in range(43)]
    assert change(quiet_then_busy, 60) == Gain(84.0, measured=True)
    busy_then_quiet = [(at * 5.0, min(at, 30.0) * 7) for at in range(43)]
    assert change(busy_then_quiet, 60) == Gain(0.0, measured=True)


def test_series_are_added_up_moment_by_moment() -> None:
    assert list(summed([[(0, 1.0), (1, 2.0)], [(1, 5.0), (2, 7.0)]])) == [(0, 1.0), (1, 7.0), (2, 7.0)]
    assert usual_gap([(at * 5.0, 0.0) for at in range(9)]) == 17.5
    assert usual_gap([(1.0, 1.0)]) == math.inf


@pytest.mark.parametrize("rows", [3, 5])
@pytest.mark.parametrize("shown", ["12만 8,402", "09:41:07", "-3.5 %", "", "₩1.2M"])
def test_large_digits_are_as_wide_as_they_say(shown: str, rows: int) -> None:
    lines = big_digits(shown, 5 if rows == 5 else 3)
    assert len(lines) == rows
    assert {cell_len(text) for text in lines} == {digits_width(shown, 5 if rows == 5 else 3)}


def test_every_digit_looks_different() -> None:
    for rows in (3, 5):
        assert len({"\n".join(big_digits(str(digit), 5 if rows == 5 else 3)) for digit in range(10)}) == 10


def test_columns_keep_their_figures_and_cut_their_text() -> None:
    rows = [[("아주 긴 기관 이름 하나", ""), ("1,204", ""), ("0.4 %", "")]]
    head, row = [
        text.plain for text in tabulated(["기관", "요청", "오류율"], rows, ["left", "right", "right"], 28)
    ]
    assert "1,204" in row
    assert "0.4 %" in row
    assert "…" in row
    assert cell_len(head) == cell_len(row) <= 28


def test_columns_do_not_move_when_a_figure_gains_a_digit() -> None:
    def table(figure: str) -> str:
        return tabulated(["기관", "요청"], [[("SGI", ""), (figure, "")]], ["left", "right"], 46)[0].plain

    assert table("999") == table("1,204") == table("12,040")


def test_text_is_cut_and_broken_by_cells() -> None:
    assert clipped(joined(("가나다라", "strong")), 5).plain == "가나…"
    assert wrapped("하나 둘 셋 넷", 6, 9) == ["하나", "둘 셋", "넷"]
    assert wrapped("가" * 40, 10, 2)[-1].endswith("…")
    assert wrapped("", 5, 3) == []
    assert spread([("왼쪽", "")], [("오른쪽", "")], 14).plain == "왼쪽    오른쪽"
    assert spread([("왼쪽", "")], [("오른쪽", "")], 9).plain == "왼쪽"


@pytest.mark.parametrize("kind", ["bars", "histogram", "box", "scatter"])
@pytest.mark.parametrize(("width", "height"), [(16, 5), (46, 9), (61, 14), (120, 30)])
def test_a_plot_with_korean_labels_fills_every_line_exactly(kind: str, width: int, height: int) -> None:
    groups = [
        Group(name, [3.0, 70_000.0, 12.0], [1.0, 2.0, 3.0], ["신규", "번호이동 (타사)", "[red]\x1b[31m"])
        for name in ("가나", "나")
    ]
    lines = plotted(kind, groups, width, height, write=KO)  # type: ignore[arg-type]
    assert len(lines) == height
    assert {cell_len(text.plain) for text in lines} == {width}
    assert all(text.plain.isprintable() for text in lines)


def bars(*groups: list[float], width: int = 60, height: int = 12, lying: bool = False) -> list[str]:
    labels = ["온라인", "대리점", "직영점", "알뜰폰"][: len(groups[0])]
    named = [Group(str(place), ys, (), labels) for place, ys in enumerate(groups)]
    return [each.plain for each in plotted("bars", named, width, height, write=KO, horizontal=lying)]


@pytest.mark.parametrize(
    "ys",
    [[412.0, 95.0, 1_203.0, 8.0], [3.0, 2.0], [70_000.0, 9_000.0], [5.0], [120.0, 120.0, 120.0]],
)
def test_every_bar_carries_its_value(ys: list[float]) -> None:
    lines = bars(ys)
    plots = [re.split("[│┤]", line)[1] for line in lines if line.endswith("│")]
    assert sorted(" ".join(plots).replace("█", " ").split()) == sorted(KO(y) for y in ys)


def test_a_value_stands_above_its_own_bar_and_over_no_other() -> None:
    lines = bars([412.0, 95.0, 1_203.0, 8.0], [300.0, 195.0, 0.0, 18.0], [120.0, 95.0, 703.0, 108.0])
    at = {w: (y, lines[y].index(w)) for w in ("1,203", "703") for y in range(12) if w in lines[y]}
    for word, (y, x) in at.items():
        assert "█" in lines[y + 1][x : x + len(word)]
        assert "█" not in lines[y][x - 1 : x + len(word) + 1]
    assert len(at) == 2


@pytest.mark.parametrize("width", [24, 33, 46, 60, 90])
@pytest.mark.parametrize("ys", [[5.0, 0.0, 0.001, 8.0], [0.0, 7.0, 0.0, 3.0], [6.0, 5.0, 4.0, 0.0]])
def test_no_value_stands_at_another_bar(ys: list[float], width: int) -> None:
    lines = bars(ys, width=width)
    body = [re.split("[│┤]", line)[1] for line in lines if line.endswith("│")]
    found = [(match[0], match.start()) for line in body for match in re.finditer(r"[\d,.]+", line)]
    for word, at in found:
        place = round((at + len(word) / 2) / len(body[0]) * 3.8 - 0.4)
        assert word == KO(ys[place]), f"{word} at {at} of {len(body[0])}"
    assert len(found) >= 2


def test_bars_that_run_into_each_other_carry_no_value_rather_than_that_of_a_neighbour() -> None:
    inked = [Text("│            │"), Text("│████████    │"), Text("│████████ ███│")]
    for text, spans in zip(inked, ([], [(1, 9)], [(1, 9), (10, 13)]), strict=True):
        for start, end in spans:
            text.stylize("series1", start, end)
    apart = [each.plain for each in with_values(inked, [[8.0, 8.0, 0.0]], [KO], lying=False, margin=0.4)]
    assert not any(char.isdigit() for line in apart for char in line)


def test_a_lying_bar_has_its_value_behind_it_or_none_where_bars_run_into_each_other() -> None:
    lines = bars([412.0, 95.0], [330.0, 195.0], height=16, lying=True)
    rows = {word: next(line for line in lines if f" {word} " in line) for word in ("412", "95", "330", "195")}
    assert rows["412"].count("█") > rows["330"].count("█") > rows["195"].count("█") > rows["95"].count("█")
    squeezed = bars([412.0, 95.0, 1_203.0, 8.0], [300.0, 195.0, 7.0, 18.0], height=9, lying=True)
    assert not any("412" in line or "300" in line for line in squeezed)


def test_a_plot_leaves_nothing_behind_for_the_next() -> None:
    first = plotted("bars", [Group("", [1, 2], (), ["가", "나"])], 40, 8, write=KO)
    plotted("scatter", [Group("", [5e6], [7])], 60, 20, write=KO)
    assert plotted("bars", [Group("", [1, 2], (), ["가", "나"])], 40, 8, write=KO) == first


def test_a_plot_of_nothing_is_nothing() -> None:
    assert plotted("bars", [Group("", [math.nan])], 40, 8, write=KO) == []
    assert plotted("bars", [Group("", [1.0], (), ["a"])], 8, 3, write=KO) == []


def test_markdown_is_set_without_boxes_links_or_controls() -> None:
    lines = markdown("# 절차\n\n[여기](http://x) \x1b[31m\n\n\n\n- [red]하나", 40)
    texts = [text.plain for text in lines]
    assert texts[0] == "절차"
    assert any("[red]하나" in text for text in texts)
    assert all(text.isprintable() for text in texts)
    assert not any(getattr(span.style, "link", None) for text in lines for span in text.spans)
