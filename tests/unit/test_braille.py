"""Lines in braille dots: nothing lost, nothing invented, gaps stay gaps."""

from __future__ import annotations

import math

from situationroom.paint.braille import Braille
from situationroom.paint.sparkline import sparkline


def drawn(canvas: Braille) -> list[str]:
    return [line.plain for line in canvas.lines(["", "series1", "series2", "threshold"])]


def dots(canvas: Braille) -> int:
    """How many dots are set."""
    return sum((ord(char) - 0x2800).bit_count() for text in drawn(canvas) for char in text if char != " ")


def test_a_line_from_corner_to_corner_sets_one_dot_a_column() -> None:
    canvas = Braille(4, 2, (0, 7))
    canvas.line([(0, 0), (7, 7)], (0, 7), 1)
    assert drawn(canvas) == ["  ⡠⠊", "⡠⠊  "]


def test_a_level_line_lies_at_its_height() -> None:
    canvas = Braille(3, 1, (0, 5))
    canvas.line([(0, 3), (5, 3)], (0, 3), 1)
    assert drawn(canvas) == ["⠉⠉⠉"]
    canvas = Braille(3, 1, (0, 5))
    canvas.line([(0, 0), (5, 0)], (0, 3), 1)
    assert drawn(canvas) == ["⣀⣀⣀"]


def test_a_spike_among_many_points_of_a_column_is_not_lost() -> None:
    calm = [(place / 100, 1.0) for place in range(1_000)]
    spiked = [*calm[:555], (5.555, 9.0), *calm[556:]]
    canvas = Braille(5, 3, (0, 10))
    canvas.line(spiked, (0, 9), 1)
    top = drawn(canvas)[0]
    assert top.strip() != ""
    assert top[2] != " ", "the spike stands in its own place"


def test_a_gap_in_the_points_is_a_gap_in_the_line() -> None:
    points = [(0.0, 1.0), (1.0, 1.0), (2.0, 1.0), (14.0, 1.0), (15.0, 1.0)]
    whole, broken = Braille(8, 1, (0, 15)), Braille(8, 1, (0, 15))
    whole.line(points, (0, 1), 1)
    broken.line(points, (0, 1), 1, gap=5)
    assert " " not in drawn(whole)[0]
    assert drawn(broken)[0][2:6] == "    "


def test_what_is_no_figure_or_out_of_range_is_not_drawn() -> None:
    canvas = Braille(4, 2, (0, 7))
    canvas.line([(math.nan, 1), (3, math.nan), (4, math.inf), (-5, 1), (99, 1)], (0, 7), 1)
    assert dots(canvas) == 0


def test_a_figure_beyond_the_ruler_runs_along_the_edge() -> None:
    canvas = Braille(4, 1, (0, 7))
    canvas.line([(0, 99), (7, 99)], (0, 3), 1)
    assert drawn(canvas) == ["⠉⠉⠉⠉"]


def test_one_point_is_one_dot() -> None:
    canvas = Braille(4, 2, (0, 7))
    canvas.line([(3, 3)], (0, 7), 1)
    assert dots(canvas) == 1


def test_a_range_without_width_or_height_is_drawn_all_the_same() -> None:
    canvas = Braille(4, 2, (5, 5))
    canvas.line([(5, 1), (5, 1)], (1, 1), 1)
    assert dots(canvas) == 1


def test_the_runs_of_a_row_name_the_styles_of_its_inks() -> None:
    canvas = Braille(4, 1, (0, 7))
    canvas.line([(0, 0), (3, 0)], (0, 3), 1)
    canvas.line([(4, 3), (7, 3)], (0, 3), 2)
    assert canvas.runs(0, ["", "series1", "series2"]) == [("⣀⣀", "series1"), ("⠉⠉", "series2")]


def test_a_rule_is_dotted_and_gives_way_to_lines() -> None:
    canvas = Braille(6, 1, (0, 11))
    canvas.rule(3, (0, 3), 3)
    canvas.line([(0, 3), (2, 3)], (0, 3), 1)
    styles = [style for _, style in canvas.runs(0, ["", "series1", "series2", "threshold"])]
    assert styles[0] == "series1"
    assert "threshold" in styles
    assert 0 < dots(canvas) < 12


def test_a_rule_outside_the_ruler_is_not_drawn() -> None:
    canvas = Braille(6, 1, (0, 11))
    canvas.rule(9, (0, 3), 3)
    assert dots(canvas) == 0


def test_a_sparkline_rises_with_its_figures_from_zero() -> None:
    points = [(float(at), float(at)) for at in range(8)]
    assert sparkline(points, 8, (0, 7.99)) == "▁▂▃▄▅▆▇█"
    assert sparkline([(at, 100.0 + at) for at in range(8)], 8, (0, 7.99)).count("█") > 4


def test_a_sparkline_is_exactly_as_wide_as_asked_and_blank_where_nothing_was() -> None:
    assert sparkline([], 5, (0, 10)) == "     "
    assert sparkline([(8.0, 1.0)], 5, (0, 10)) == "    █"
    assert sparkline([(1.0, math.nan)], 3, (0, 3)) == "   "
    assert sparkline([(1.0, 1.0)], 0, (0, 3)) == ""


def test_a_sparkline_carries_a_figure_to_the_next_but_not_over_a_gap() -> None:
    every_two = [(float(at), 1.0) for at in range(0, 20, 2)]
    assert " " not in sparkline(every_two, 20, (0, 19))[:18]
    broken = [point for point in every_two if not 4 < point[0] < 16]
    assert "       " in sparkline(broken, 20, (0, 19))


def test_sparklines_on_one_scale_can_be_compared() -> None:
    low, high = [(0.0, 1.0), (1.0, 1.0)], [(0.0, 10.0), (1.0, 10.0)]
    assert sparkline(low, 2, (0, 1), top=10.0) == "▂▂"
    assert sparkline(high, 2, (0, 1), top=10.0) == "██"
