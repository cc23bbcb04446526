"""A dialog's box: as high as what stands in it, its foot in sight wherever that is higher than the screen."""

from __future__ import annotations

from textual.containers import Vertical, VerticalScroll
from textual.geometry import Size
from textual.layout import ArrangeResult, Layout
from textual.layouts.vertical import VerticalLayout
from textual.widget import Widget


class FootInSight(VerticalLayout):
    """From top to bottom; where there is not room for all, the part that scrolls gives way.

    Done in the layout itself: a box fitted after one shows its foot outside of the screen until the next.
    """

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """Placements whose last one ends within ``size``; of height 0 it asks how high all would be."""
        placements = super().arrange(parent, children, size, greedy)
        left = size.height - max((each.region.bottom for each in placements), default=0)
        if not size.height or left >= 0:
            return placements
        fitted, moved = [], 0
        for each in placements:
            region = each.region.translate((0, -moved))
            if isinstance(each.widget, Body):
                moved = region.height - max(1, region.height + left)
                region = region.shrink((0, 0, moved, 0))
            fitted.append(each._replace(region=region))
        return fitted


class Body(VerticalScroll, inherit_bindings=False):
    """What scrolls. It has no keys of its own: they would come before the dialog's, from each field in it."""


class Box(Vertical):
    """Title, a body that scrolls, foot."""

    @property
    def layout(self) -> Layout:
        """One that keeps the foot in sight."""
        return _FOOT_IN_SIGHT


_FOOT_IN_SIGHT = FootInSight()
