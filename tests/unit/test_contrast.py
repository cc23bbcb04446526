"""Whatever is written can be read: 4.5 to 1 at least between a text and each ground it stands on."""

from __future__ import annotations

import pytest
from rich.color import Color
from rich.style import Style

from situationroom.paint.theme import Theme, theme

LEAST = 4.5
LINES = frozenset({"frame", "frame.focus", "axis"})
"""Styles of lines, which are not read."""


def luminance(colour: Color) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = map(linear, colour.get_truecolor())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def grounds(shown: Theme) -> dict[str, Color]:
    named = {name: shown.styles[name].bgcolor for name in ("base", "bar", "selected")}
    return {name: ground for name, ground in named.items() if ground is not None}


@pytest.mark.parametrize("name", ["dark", "light"])
def test_every_text_can_be_read_on_the_page_on_bars_and_where_it_is_selected(name: str) -> None:
    shown = theme(name)
    found = {
        (style, ground): round(contrast(made.color, colour), 2)
        for style, made in shown.styles.items()
        if style not in LINES and made.color is not None and made.bgcolor is None
        for ground, colour in grounds(shown).items()
    }
    assert len(found) > 40
    assert {place: ratio for place, ratio in found.items() if ratio < LEAST} == {}


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize("style", ["base", "bar", "banner", "alarm"])
def test_every_band_of_its_own_ground_can_be_read(name: str, style: str) -> None:
    made = theme(name).styles[style]
    assert made.color is not None
    assert made.bgcolor is not None
    assert contrast(made.color, made.bgcolor) >= LEAST


def test_the_plain_theme_leaves_colours_to_the_terminal() -> None:
    assert {made.color for made in theme("mono").styles.values()} == {None}
    assert theme("mono").style("critical") == Style(bold=True, reverse=True)
