"""Rows: exact widths, nothing from outside gets through as anything but text."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from situationroom.paint.glyphs import Glyphs
from situationroom.paint.rows import Row, paint_pieces, paint_text, plain, restyle
from situationroom.paint.theme import theme

DARK = theme("dark")


def cells(row: Row) -> int:
    return sum(cell_len(segment.text) for segment in row)


def paint(text: Text | str, width: int, glyphs: Glyphs = Glyphs.NARROW) -> Row:
    return paint_text(Text(text) if isinstance(text, str) else text, width, DARK, None, glyphs)


@pytest.mark.parametrize("width", range(1, 12))
def test_a_row_is_exactly_as_wide_as_asked(width: int) -> None:
    for text in ("", "abc", "가나다라마바사", "a가b나c다", "e\u0301e\u0301e\u0301", "[red]x[/]", "\x1b[31m"):
        assert cells(paint(text, width)) == width


def test_a_wide_character_across_the_edge_is_left_out_and_its_cell_is_blank() -> None:
    assert plain(paint("가나다", 5)) == "가나 "
    assert plain(paint("a가나", 2)) == "a "


def test_a_wide_character_is_not_split_between_two_styles() -> None:
    text = Text("가나")
    text.stylize("critical", 1, 2)
    row = paint(text, 3)
    assert plain(row) == "가 "
    assert cells(row) == 3


def test_escape_codes_and_control_characters_are_shown_as_text() -> None:
    shown = plain(paint("a\x1b]0;x\x9bb\x00c\nd\u202ee", 60))
    assert shown.rstrip() == "a\\x1b]0;x\\x9bb\\x00c\\nd\\u202ee"


def test_markup_is_text() -> None:
    row = paint("[red]위험[/red]", 20)
    assert plain(row).rstrip() == "[red]위험[/red]"
    assert all(segment.style == Style.null() for segment in row)


def test_a_cell_of_a_megabyte_costs_no_more_than_a_line() -> None:
    assert cells(paint("가" * 1_000_000, 40)) == 40
    assert len(plain(paint("a" + "\u0301" * 1_000_000, 40))) < 5_000


def test_no_character_is_left_about_whose_width_terminals_disagree() -> None:
    from wcwidth import wcwidth

    shown = plain(paint("❤\ufe0f 1\ufe0f\u20e3 👍🏽 🇰🇷 👩\u200d👧 e\u0301", 60))
    assert shown.startswith("❤ 1\u20e3 👍 KR 👩\\u200d👧 é")
    assert sum(max(0, wcwidth(char)) for char in shown) == 60


def test_spans_are_laid_over_each_other_in_their_order() -> None:
    text = Text("abcdef", style="muted")
    text.stylize("critical", 1, 5)
    text.stylize("good", 2, 3)
    styles = {char: segment.style for segment in paint(text, 6) for char in segment.text}
    assert styles["a"] == DARK.style("muted")
    assert styles["b"] == DARK.style("muted") + DARK.style("critical")
    assert styles["c"] == styles["b"] + DARK.style("good")
    assert styles["f"] == DARK.style("muted")


def test_a_style_nobody_knows_is_plain() -> None:
    assert DARK.style("no such style at all") == Style.null()
    assert DARK.style("bold critical").bold


def test_a_style_cannot_carry_a_link_or_an_action() -> None:
    text = Text("x", style=Style(link="http://evil", meta={"@click": "app.quit"}))
    style = paint(text, 1)[0].style
    assert style is not None
    assert style.link is None
    assert not style.meta
    linked = DARK.style("link http://evil")
    assert linked.link is None


def test_every_name_a_panel_may_use_is_in_every_theme() -> None:
    names = set(theme("dark").styles)
    for name in ("light", "mono"):
        assert set(theme(name).styles) == names


def test_the_ascii_set_leaves_no_character_of_doubtful_width() -> None:
    from unicodedata import east_asian_width

    marks = "●▲■◌–○╭─╮│╰╯▁▂▃▄▅▆▇█▀…·×±①α⣿⠉⣀ ┃↑↓→≥"
    shown = plain(paint(marks, len(marks), Glyphs.ASCII))
    assert not [char for char in shown if east_asian_width(char) == "A"]
    assert shown.startswith("*!X?-o+-+|++")
    assert plain(paint("가①", 4, Glyphs.ASCII)) == "가1 "


def test_marks_of_different_states_stay_different_in_ascii() -> None:
    marks = "●▲■◌–○"
    assert len(set(Glyphs.ASCII.translate(marks))) == len(marks)


def test_restyling_keeps_the_text() -> None:
    row = paint_pieces([("가", "critical"), ("b", "")], 5, DARK, None, Glyphs.NARROW)
    assert plain(restyle(row, Style(dim=True))) == plain(row)
    assert all(segment.style and segment.style.dim for segment in restyle(row, Style(dim=True)))
