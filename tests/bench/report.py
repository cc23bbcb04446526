"""What a benchmark found, and the table it is shown in."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
_LIBRARIES = ("textual", "rich", "asyncpg", "httpx", "websockets")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside its reference.

    Attributes:
        name: what was measured.
        value: the figure; smaller is better.
        unit: its unit.
        reference: what it is compared with.
        reference_value: the reference's figure, in the same unit, from the same run.
        goal: the most the figure may be; None where only the ratio counts.
        goal_ratio: the most the ratio may be; None where only the figure counts.

    """

    name: str
    value: float
    unit: str
    reference: str = ""
    reference_value: float | None = None
    goal: float | None = None
    goal_ratio: float | None = None

    @property
    def ratio(self) -> float | None:
        """The figure over its reference."""
        return self.value / self.reference_value if self.reference_value else None

    @property
    def met(self) -> bool:
        """Whether every goal is met."""
        if self.goal is not None and self.value > self.goal:
            return False
        return self.goal_ratio is None or (self.ratio is not None and self.ratio <= self.goal_ratio)


def machine() -> str:
    """The machine and the versions, in one line."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}: {_processor()}, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.release().split('-')[0]}, Python {platform.python_version()}, {libraries}."
    )


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = ["| what | figure | reference | ratio | goal | |", "|---|---:|---|---:|---|---|"]
    for figure in figures:
        beside = f"{figure.reference}: {_amount(figure.reference_value, figure.unit)}"
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        cells = (
            figure.name,
            _amount(figure.value, figure.unit),
            beside if figure.reference else "",
            ratio,
            _goal(figure),
            "met" if figure.met else "**missed**",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write(page: Path, text: str) -> None:
    """Put ``text`` between the page's markers.

    Raises:
        ValueError: the page lacks them.

    """
    before, begin, rest = page.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page} has no {BEGIN} … {END}")
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


def _goal(figure: Figure) -> str:
    goals = []
    if figure.goal is not None:
        goals.append(f"≤ {_amount(figure.goal, figure.unit)}")
    if figure.goal_ratio is not None:
        goals.append(f"≤ {figure.goal_ratio:g}×")
    return ", ".join(goals)


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value:.3g} {unit}" if value < 1000 else f"{value:,.0f} {unit}"


def _processor() -> str:
    """The processor's name as Linux tells it, else as Python does."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
