"""Large figures set side by side in equal slots, so that one that grows moves no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from rich.text import Text

from situationroom.formats import width as cells
from situationroom.paint.charts import Curve, chart
from situationroom.paint.digits import big_digits, digits_width
from situationroom.paint.scales import Write
from situationroom.paint.series import Points, usual_gap
from situationroom.paint.sparkline import sparkline
from situationroom.paint.texts import Run, clipped, joined, run_cells
from situationroom.paint.timescale import time_ticks

_LEAST_SLOT = 14
_LEAST_NAME = 4
"""Cells below which a name cut short says nothing."""
_GAP = 2
_SPARK_CELLS = (8, 30)
_PICTURE_LINES, _PICTURE_CELLS = 3, 24
_SERIES = 8
_LEAST_SPAN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class BigFigure:
    """One figure ready to be set. All text is safe already.

    Attributes:
        value: the whole figure; ``short`` is what stands for it where it cannot stand large.
        write: how its trend's ruler writes figures.
        label: its name.
        unit: its unit.
        mark: the mark of its level, or "".
        style: the style of the figure.
        gain: what it gained lately, in words.
        comparison: what it is held against, as runs.
        trend: its course, for a sparkline, or a chart where there is room.
        kind: how it is written; figures of one kind and unit can share a chart.

    """

    value: str
    short: str
    write: Write
    label: str = ""
    unit: str = ""
    mark: str = ""
    style: str = "strong"
    gain: str = ""
    comparison: Sequence[Run] = ()
    trend: Points = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class _Setting:
    """How figures are set: rows of a digit, and whether the short form stands large."""

    rows: Literal[1, 3, 5]
    short: bool = False


def slots(
    figures: Sequence[BigFigure], width: int, height: int, now: datetime, window_s: float
) -> list[Text]:
    """The figures in at most ``height`` lines; their trends go back ``window_s`` seconds from ``now``."""
    if not figures or width < 1:
        return []
    across = max(1, min(len(figures), width // _LEAST_SLOT))
    slot_width = max(1, (width - _GAP * (across - 1)) // across)
    slot_height = max(1, height // -(-len(figures) // across))
    if slot_height == 1 and any(figure.label for figure in figures):
        return _low(figures, width, max(1, height))
    setting = _setting(figures, slot_width, slot_height)
    window = timedelta(seconds=window_s)
    if across == len(figures) and _alike(figures):
        bare = [
            _slot(replace(each, trend=()), slot_width, slot_height, setting, now, window) for each in figures
        ]
        top = max(map(len, bare))
        if height - top > _PICTURE_LINES:
            rows = [[slot[line] if line < len(slot) else joined() for slot in bare] for line in range(top)]
            return [
                *(_beside(row, slot_width) for row in rows),
                *_picture(figures, width, height - top, now, window),
            ]
    lines: list[Text] = []
    for start in range(0, len(figures), across):
        row = [
            _slot(figure, slot_width, slot_height, setting, now, window)
            for figure in figures[start : start + across]
        ]
        lines += [
            _beside([slot[place] if place < len(slot) else joined() for slot in row], slot_width)
            for place in range(max(map(len, row)))
        ]
    return lines[:height]


def _alike(figures: Sequence[BigFigure]) -> bool:
    """Whether one chart can show the courses of all: several, of one kind and unit, each with its name."""
    return (
        len(figures) > 1
        and all(each.label and len(each.trend) > 1 for each in figures)
        and len({(each.kind, each.unit) for each in figures}) == 1
    )


def _low(figures: Sequence[BigFigure], width: int, height: int) -> list[Text]:
    """A line each, ``진행 중 128 건``; several on one where there are fewer lines. Names give way first."""
    across = -(-len(figures) // height)
    slot = max(1, (width - _GAP * (across - 1)) // across)
    cells_of = [_named(figure, slot) for figure in figures]
    return [
        clipped(_beside(cells_of[start : start + across], slot), width)
        for start in range(0, len(figures), across)
    ]


def _named(figure: BigFigure, width: int) -> Text:
    """Mark, name, value and unit in one line, the name cut to what the value leaves of it."""
    mark: list[Run] = [(figure.mark + " ", figure.style)] if figure.mark else []
    value: list[Run] = [(figure.value, figure.style), (_spaced(figure.unit), "unit")]
    left = width - run_cells([*mark, *value]) - 1
    name: list[Run] = []
    if cells(figure.label) <= left or left >= _LEAST_NAME:
        name = [(clipped(joined((figure.label, "")), left).plain + " " if figure.label else "", "muted")]
    gain: list[Run] = [(" " * _GAP, ""), (figure.gain, "")] if figure.gain else []
    whole = [*mark, *name, *value, *gain]
    return clipped(joined(*(whole if run_cells(whole) <= width else [*mark, *name, *value])), width)


def _setting(figures: Sequence[BigFigure], width: int, height: int) -> _Setting:
    """How all figures are set: as large as the least roomy of them allows.

    A digit's room is kept to spare, so that none flips as it grows. Where the whole figure cannot stand
    large, its short form does, and the whole one stands below. What it gained, its course and what it is held
    against give way to it.
    """
    around = max(bool(each.label) + _below(each) for each in figures)
    label = max(bool(each.label) for each in figures)
    if height >= 5 + around and width >= max(_large_cells(each.value, each.unit, 5) for each in figures) + 8:
        return _Setting(5)
    if height >= 3 + label and width >= max(_large_cells(each.value, each.unit, 3) for each in figures) + 4:
        return _Setting(3)
    if height >= 4 + label and width >= max(_large_cells(each.short, "", 3) for each in figures) + 4:
        return _Setting(3, short=True)
    return _Setting(1)


def _below(figure: BigFigure) -> int:
    """Lines below the value."""
    return bool(figure.gain or figure.trend) + bool(figure.comparison)


def _slot(
    figure: BigFigure, width: int, height: int, setting: _Setting, now: datetime, window: timedelta
) -> list[Text]:
    """One figure in its slot, from its name down."""
    mark: list[Run] = [(figure.mark + " ", figure.style)] if figure.mark else []
    unmarked = [] if figure.label else mark
    gain: list[Run] = [*(_exact(figure) if setting.short else []), (figure.gain, "")]
    texts = [joined(*mark, (figure.label, "muted"))] if figure.label else []
    if setting.rows == 1:
        value: list[Run] = [*unmarked, (figure.value, figure.style), (_spaced(figure.unit), "unit")]
        if height - len(texts) == 1 and 0 < run_cells(gain) <= width - run_cells(value) - _GAP:
            value += [(" " * _GAP, ""), *gain]
        texts.append(joined(*value))
    else:
        texts += _large(figure, setting.rows, setting.short)
        gain = [*unmarked, *gain]
    spare = height - len(texts) - bool(run_cells(gain) or figure.trend) - bool(figure.comparison)
    tall = spare >= _PICTURE_LINES and width >= _PICTURE_CELLS and len(figure.trend) > 1
    if run_cells(gain) or (figure.trend and not tall):
        spark = [] if tall else _spark(figure, width - run_cells(gain), now, window)
        texts.append(joined(*gain, *spark))
    if figure.comparison:
        texts.append(joined(*figure.comparison))
    if tall:
        texts += _picture([figure], width, spare, now, window)
    return [clipped(text, width) for text in texts[:height]]


def _large(figure: BigFigure, rows: Literal[3, 5], short: bool) -> list[Text]:
    """The figure in block digits; the unit stands at its foot, or below it with the whole figure."""
    *above, foot = big_digits(figure.short if short else figure.value, rows)
    unit = "" if short else _spaced(figure.unit)
    return [*(joined((each, figure.style)) for each in above), joined((foot, figure.style), (unit, "unit"))]


def _exact(figure: BigFigure) -> list[Run]:
    """What the short form leaves out: the whole figure, or only its unit."""
    whole = figure.value if figure.value != figure.short else ""
    unit = _spaced(figure.unit) if whole else figure.unit
    return [(whole, "strong"), (unit + " " * _GAP if whole or unit else "", "unit")]


def _spark(figure: BigFigure, room: int, now: datetime, window: timedelta) -> list[Run]:
    gap = _GAP if figure.gain else 0
    least, most = _SPARK_CELLS
    if not figure.trend or room - gap < least:
        return []
    start = _start(figure.trend, now, window)
    drawn = sparkline(figure.trend, min(most, room - gap), (start.timestamp(), now.timestamp()))
    return [(" " * gap, ""), (drawn, "accent")]


def _picture(
    figures: Sequence[BigFigure], width: int, height: int, now: datetime, window: timedelta
) -> list[Text]:
    """One chart of all courses; of several by their names: how they move against each other explains them."""
    start = min(_start(each.trend, now, window) for each in figures)
    alone = len(figures) == 1
    curves = [
        Curve(
            "" if alone else each.label,
            each.trend,
            "accent" if alone else f"series{place % _SERIES + 1}",
            gap=usual_gap(each.trend),
        )
        for place, each in enumerate(figures)
    ]
    span, ticks = (start.timestamp(), now.timestamp()), time_ticks(start, now, width // 12)
    return chart(curves, span, width, height, write=figures[0].write, ticks=ticks)


def _start(points: Points, now: datetime, window: timedelta) -> datetime:
    """A young series fills the room it has; an old one shows the window."""
    begun = datetime.fromtimestamp(points[0][0], now.tzinfo)
    return max(now - window, min(begun, now - _LEAST_SPAN))


def _large_cells(value: str, unit: str, rows: Literal[3, 5]) -> int:
    return digits_width(value, rows) + cells(_spaced(unit))


def _spaced(unit: str) -> str:
    return f" {unit}" if unit else ""


def _beside(texts: Sequence[Text], width: int) -> Text:
    """Texts next to each other in slots of ``width`` cells."""
    whole = joined()
    for place, text in enumerate(texts):
        whole.append_text(text)
        if place < len(texts) - 1:
            whole.append(" " * (width - cells(text.plain) + _GAP))
    return whole
