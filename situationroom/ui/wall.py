"""The page: each panel's host mounted once, placed by the page's grid, or one under another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from situationroom.paint.grid import Rect, columns, phone_order, rectangles, wall_fits
from situationroom.ui.host import PanelHost
from situationroom.ui.painter import Painter


class Wall(Widget):
    """Shows one page at a time, or one enlarged panel."""

    BLANK = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", show=False),
        Binding("down", "scroll_down", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
        Binding("home", "scroll_home", show=False),
        Binding("end", "scroll_end", show=False),
    ]

    def __init__(self, painter: Painter, page: str) -> None:
        super().__init__()
        self._painter = painter
        self._pages = painter.room.layout.pages
        self._hosts: dict[str, PanelHost] = {}
        self._heights: dict[tuple[str, int], int] = {}
        self.page = page
        self.enlarged: str | None = None
        self.worst_first = False
        self._order: tuple[str, ...] = ()
        self._page_layout = _PageLayout()
        self._hosts_of_page()

    @property
    def layout(self) -> Layout:
        """Hosts stand where :meth:`areas` says, not where a style sheet does."""
        return self._page_layout

    def compose(self) -> list[PanelHost]:
        """The hosts of the first page; those of other pages come when they are first shown."""
        return list(self._hosts.values())

    def areas(self, size: Size) -> Mapping[str, Rect]:
        """Where each panel stands in ``size`` cells; a column may be higher than that."""
        if self.enlarged is not None:
            return {self.enlarged: Rect(0, 0, size.width, size.height)}
        spec = self._pages[self.page]
        self._heights, self._order = {}, ()
        if wall_fits(spec, size.width, size.height):
            return rectangles(spec, size.width, size.height)
        self._order = self._column_order()
        return columns(spec, size.width, self._wanted, self._order)

    def host(self, name: str) -> PanelHost | None:
        """The host of a panel, once its page has been shown."""
        return self._hosts.get(name)

    @property
    def shown(self) -> list[PanelHost]:
        """The hosts on the screen now."""
        return [host for host in self._hosts.values() if host.display]

    def show_page(self, page: str) -> None:
        """Show another page of the layout."""
        self.page, self.enlarged = page, None
        missing = self._hosts_of_page()
        if missing:
            self.mount_all(missing)
        self._place()

    def show_panel(self, name: str) -> PanelHost:
        """Bring a panel's page up and give it the focus."""
        if name not in self._names(self.page):
            self.show_page(next(page for page in self._pages if name in self._names(page)))
        elif self.enlarged not in (None, name):
            self.enlarge(None)
        host = self._hosts[name]
        host.focus()
        return host

    def enlarge(self, name: str | None) -> None:
        """Show one panel alone, or the whole page again for None."""
        self.enlarged = name
        self._place()

    def changed(self, names: frozenset[str]) -> int:
        """Repaint what shows these feeds, alerts or actions. Returns how many hosts did."""
        concerned = [host for host in self.shown if host.concerns(names)]
        for host in concerned:
            host.repaint()
        reordered = bool(self._order) and self._order != self._column_order()
        if reordered or any(
            self._painter.wanted_height(*place) != height for place, height in self._heights.items()
        ):
            self._relayout()
        return len(concerned)

    def put_worst_first(self, worst_first: bool) -> None:
        """Where panels stand one under another: the worst first, or in the page's order."""
        self.worst_first = worst_first
        self.scroll_home(animate=False)
        self._relayout()

    def tick(self) -> None:
        """A second has passed: ages and clocks."""
        for host in self.shown:
            host.tick()

    def _wanted(self, name: str, width: int) -> int:
        """The rows a panel wants, remembered, so that a change is noticed."""
        height = self._heights[name, width] = self._painter.wanted_height(name, width)
        return height

    def _column_order(self) -> tuple[str, ...]:
        """The order of panels that stand one under another."""
        order = phone_order(self._pages[self.page])
        if not self.worst_first:
            return tuple(order)
        return tuple(
            sorted(order, key=lambda name: -self._painter.worst(name))
        )  # equal ones keep their order

    def _names(self, page: str) -> tuple[str, ...]:
        """The panels of a page, on a wall or on a phone, in reading order."""
        spec = self._pages[page]
        cells = (name for line in spec.grid for name in line if name != ".")
        return tuple(dict.fromkeys((*cells, *spec.phone)))

    def _hosts_of_page(self) -> list[PanelHost]:
        """Make the hosts of the page that do not exist yet."""
        missing = [name for name in self._names(self.page) if name not in self._hosts]
        new = {name: PanelHost(name, self._painter) for name in missing}
        self._hosts.update(new)
        return list(new.values())

    def _place(self) -> None:
        """Show the hosts that belong on the screen, hide the others."""
        wanted = (self.enlarged,) if self.enlarged is not None else self._names(self.page)
        focused = self.screen.focused
        for name, host in self._hosts.items():
            host.display = name in wanted
            host.forget()
        if isinstance(focused, PanelHost) and not focused.display:
            self.screen.set_focus(None)
        self.scroll_home(animate=False)
        self._relayout()

    def _relayout(self) -> None:
        for host in self.shown[:1]:
            host.refresh(layout=True)  # a child's wish clears what the parent remembers of its arrangement
        self.refresh()


class _PageLayout(Layout):
    """Places hosts where the wall says."""

    name = "page"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """A placement for each host that is shown."""
        del greedy
        if not isinstance(parent, Wall):
            return []
        areas = parent.areas(size)
        return [
            WidgetPlacement(Region(*areas[child.panel_name]), NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if isinstance(child, PanelHost) and child.panel_name in areas
        ]
