"""Characters about whose width terminals disagree never decide how wide a row is."""

from __future__ import annotations

import random
import unicodedata

import pytest
from wcwidth import wcwidth

from situationroom.formats import fit, printable, width
from situationroom.values import Row
from tests.unit import panel_views as views

ODD = (
    "ㄱ", "ㅏ", "\u1100", "\u1161", "\u11a8", "\ud7b0", "\ua960", "각\u11a8", "\u1112\u119e\u11ab", "가",
    "\u3164", "\u115f", "\u1160", "\uffa0", "\uffa1", "\u034f", "\u17b4", "\u180b", "\u0301", "e\u0301",
    "\u0378", "\U0002fffe", "\U0001faff", "\ufdd0", "\U000e0001",
    "😀", "👨\u200d👩\u200d👧", "❤\ufe0f", "1\ufe0f\u20e3", "🇰🇷", "👍🏽",
    "\u200b", "\u202e", "\u2066", "\u2028", "\ufeff", "\t", "\n", "\r", "A", " ",
)  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\u1112\u119e\u11ab", "ㅎㆍㄴ"), ("ㄱㅏ", "ㄱㅏ"),
        ("\u1100\u1161", "가"), ("\u1100", "ㄱ"), ("x\u1161", "xㅏ"), ("\u11a8", "ㄱ"),
        ("\u3164", r"\u3164"), ("a\u115fb", r"a\u115fb"), ("\u1160", r"\u1160"), ("\uffa0", r"\uffa0"),
        ("\ud7b0", r"\ud7b0"), ("\ua960", r"\ua960"), ("\u034f", r"\u034f"), ("\u17b4", r"\u17b4"),
        ("\u0378", r"\u0378"), ("\U0002fffe", r"\U0002fffe"), ("\ufdd0", r"\ufdd0"),
        ("각\u11a8", "각ㄱ"),
    ],
)  # fmt: skip
def test_lone_jamo_stand_as_letters_and_what_nobody_sees_is_escaped(raw: str, shown: str) -> None:
    assert printable(raw) == shown


@pytest.mark.parametrize("seed", range(40))
def test_any_mixture_takes_exactly_its_cells_on_a_terminal(seed: int) -> None:
    chance = random.Random(seed)
    raw = "".join(chance.choices(ODD, k=chance.randint(1, 60)))
    safe = printable(raw)
    for cells in (1, 2, 3, 7, 20, 46, 81, 200):
        for align in ("left", "right", "center"):
            row = fit(safe, cells, align)
            assert sum(max(0, wcwidth(char)) for char in row) == width(row) == cells, (ascii(raw), cells)


@pytest.mark.parametrize(
    ("name", "place"), [(name, place) for name, each in views.OPTIONS.items() for place in range(len(each))]
)
def test_odd_text_keeps_every_panel_inside_its_width(name: str, place: int) -> None:
    for seed, (cells, height) in enumerate([(3, 3), (12, 4), (31, 8), (46, 12), (80, 20), (133, 30)]):
        chance = random.Random(seed)
        names = ("name", "count", "other", "at", "level", "text")
        rows: list[Row] = [{name: "".join(chance.choices(ODD, k=9)) for name in names} for _ in range(12)]
        rows = [{**row, "count": place} if place % 2 else row for place, row in enumerate(rows)]
        seen = views.view(views.feed("messy", rows, ("name",)))
        panel = views.panel(name, **views.OPTIONS[name][place])
        for line in panel.paint(seen, cells, height):
            taken = sum(max(0, wcwidth(char)) for char in line.text.plain)
            assert taken == width(line.text.plain) <= cells, ascii(line.text.plain)
            assert all(unicodedata.category(char) != "Cn" for char in line.text.plain)
