"""Axes of figures: round steps, and figures short enough to stand beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from situationroom.formats import cell

Write = Callable[[float], str]
"""How an axis writes a figure."""

Tick = tuple[float, str]
"""A place on an axis and what stands there."""

_KO = ((1e12, "조"), (1e8, "억"), (1e4, "만"))
_EN = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e4, "K"))

_TOLD_APART = 1e-9
"""Figures closer than this share of their size are one figure."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The range of an axis, ending on round figures, and its ticks from low to high."""

    low: float
    high: float
    ticks: tuple[Tick, ...]

    @property
    def span(self) -> tuple[float, float]:
        """The range."""
        return self.low, self.high


def compact(figure: float, lang: str = "ko") -> str:
    """A figure for an axis: ``15000`` → ``1.5만`` / ``15K``, ``3000`` → ``3,000``."""
    if not math.isfinite(figure):
        return "–"
    units = _KO if lang == "ko" else _EN
    for size, unit in units:
        if abs(figure) >= size:
            scale = 1e3 if unit == "K" else size
            return f"{figure / scale:,.2f}".rstrip("0").rstrip(".") + unit
    if abs(figure) >= 1 or figure == 0:
        return f"{figure:,.2f}".rstrip("0").rstrip(".")
    return f"{figure:.3g}"


def writer(figure: str | None, lang: str) -> Write:
    """How an axis of a column writes its figures, by the column's ``figure``."""

    def write(value: float) -> str:
        if not math.isfinite(value):
            return "–"
        match figure:
            case "percent":
                return f"{value * 100:.6g} %"
            case "duration" | "ms" | "bytes" | "per_second" | "number":
                return cell(value, figure, lang)
            case _:
                return compact(value, lang)

    return write


def scale(
    figures: Iterable[float], count: int, write: Write, *, from_zero: bool = True, whole: bool = False
) -> Scale:
    """A scale that holds all ``figures``, with about ``count`` ticks at least two, in steps of 1, 2 or 5.

    ``whole`` keeps the steps whole numbers: half a person never waits.
    """
    known = [figure for figure in figures if abs(figure) < 1e300]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low <= abs(high) * _TOLD_APART:
        high = low + (abs(low) * 0.1 or 1.0)
    step = _step((high - low) / max(1, count - 1))
    if whole:
        step = max(1.0, step)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple((place * step, write(place * step)) for place in range(first, last + 1))
    return Scale(first * step, last * step, ticks)


def _step(rough: float) -> float:
    """The least of 1, 2, 5 × 10ⁿ that is not far below ``rough``."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * size for size in (1, 2, 5, 10, 20) if power * size >= rough * 0.75)
