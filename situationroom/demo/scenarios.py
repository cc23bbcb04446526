"""What goes wrong in the world, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from situationroom.errors import UsageError


@dataclass(frozen=True, slots=True)
class Link:
    """How the line from MOBINS to KAIT stands.

    Attributes:
        per_s: insurance joins it carries a second.
        failing: share of its calls KAIT answers with an error.
        median_ms: median response time.

    """

    per_s: float
    failing: float
    median_ms: float


Scenario = Callable[[float], Link]
"""Seconds of the world's time since its start → the state of the line."""

WELL = Link(per_s=40.0, failing=0.004, median_ms=230.0)
_ILL = Link(per_s=3.0, failing=0.35, median_ms=2_900.0)
_LAG_BEGINS_S = 60.0
_LAG_GROWS_S = 25.0


def calm(t: float) -> Link:
    """Nothing goes wrong."""
    del t
    return WELL


def kait_lag(t: float) -> Link:
    """One minute in, the line slows down more and more, and stays slow."""
    ill = min(1.0, max(0.0, (t - _LAG_BEGINS_S) / _LAG_GROWS_S))
    return Link(
        per_s=WELL.per_s * (_ILL.per_s / WELL.per_s) ** ill,
        failing=WELL.failing + (_ILL.failing - WELL.failing) * ill,
        median_ms=WELL.median_ms * (_ILL.median_ms / WELL.median_ms) ** ill,
    )


def scenario_called(name: str) -> Scenario:
    """The scenario of that name.

    Raises:
        UsageError: there is none.

    """
    if name not in SCENARIOS:
        raise UsageError("demo.no_scenario", name=name, known=", ".join(SCENARIOS))
    return SCENARIOS[name]


SCENARIOS: Mapping[str, Scenario] = MappingProxyType({"kait-lag": kait_lag, "calm": calm})
"""By the name ``--scenario`` knows them."""
