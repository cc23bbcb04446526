"""Where a dialog stands on a wide screen: beside the figures that its question is decided by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from textual.geometry import Region

from situationroom.layout.models import Layout
from situationroom.layout.references import references

Side = Literal["left", "center", "right"]


def side_of(screen: int, box: int, keep: Iterable[Region]) -> Side:
    """Where a box covers least of the regions to be kept in sight; in the middle where that is as good.

    ``screen`` and ``box`` are widths in cells.
    """
    places: dict[Side, int] = {"center": (screen - box) // 2, "left": 0, "right": screen - box}
    regions = list(keep)

    def covered(side: Side) -> int:
        left, right = places[side], places[side] + box
        return sum(max(0, min(right, r.right) - max(left, r.x)) * r.height for r in regions)

    return min(places, key=covered)


def feeds_behind(layout: Layout, action: str) -> frozenset[str]:
    """The feeds that an action names (needed, chosen from, watched) and those of rules that name it."""
    spec = layout.actions.get(action)
    if spec is None:
        return frozenset()
    named = {each.name for each in references(spec, None) if each.what == "feed"}
    helped = (
        rule.feed for rule in layout.rules.values() if any(one.action == action for one in rule.actions)
    )
    return frozenset({*named, *helped})
