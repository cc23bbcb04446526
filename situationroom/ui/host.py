"""The widget that hosts any panel: its place, focus, selection, scrolling, filter and taps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from situationroom.paint.runs import RUN_KEY
from situationroom.ui.painted import Painted
from situationroom.ui.painter import Looking, PaintedPanel, Painter
from situationroom.values import Alert, Key, Row

WHEEL_LINES = 3

RECENT_S = 0.85
"""A panel painted this short a time ago can wait for the next second: no age is then two seconds behind."""


class PanelHost(Painted, can_focus=True):
    """Shows one panel. It knows how it is looked at; what is shown comes from the painter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move_pages(-1)", show=False),
        Binding("pagedown", "move_pages(1)", show=False),
        Binding("home", "move_to_end(-1)", show=False),
        Binding("end", "move_to_end(1)", show=False),
    ]

    class RowChosen(Message):
        """A row that stands for an action or a run was tapped."""

        def __init__(self, host: PanelHost, key: Key) -> None:
            super().__init__()
            self.host = host
            self.key = key

    class Tapped(Message):
        """A panel that had the focus was tapped again."""

        def __init__(self, host: PanelHost) -> None:
            super().__init__()
            self.host = host

    def __init__(self, panel: str, painter: Painter) -> None:
        super().__init__()
        self.panel_name = panel
        self.panel = painter.panels[panel]
        self._painter = painter
        self._needs = frozenset((*painter.needs(panel), "alerts"))  # levels come with alerts
        self._looking = Looking()
        self._shown: PaintedPanel | None = None
        self._newly_focused = False
        self._painted_at = painter.room.now()

    def paint(self, size: Size) -> Sequence[Strip]:
        """The panel in its frame."""
        self._painted_at = self._painter.room.now()
        looking = replace(self._looking, focused=self.has_focus)
        self._shown = self._painter.panel(self.panel_name, size.width, size.height, looking)
        return self._shown.strips

    def tick(self) -> None:
        """A second has passed: show the age, unless a feed's answer has just done so."""
        shown_s = (self._painter.room.now() - self._painted_at).total_seconds()
        if self.panel.UPDATES == "seconds" or not 0 <= shown_s < RECENT_S:
            self.repaint()

    def concerns(self, changed: frozenset[str]) -> bool:
        """Whether a change of these feeds, of ``alerts`` or of ``actions`` may change what is shown."""
        return not self._needs.isdisjoint(changed)

    @property
    def selected(self) -> Key | None:
        """The key of the selected row."""
        return self._looking.selected

    @property
    def chosen_run(self) -> str | None:
        """The id of the run that the selected row stands for."""
        return _run_of(self.selected)

    @property
    def chosen_action(self) -> str | None:
        """The id of the action that the selected row stands for."""
        key, needs = self.selected, self.panel.NEEDS
        if key is None or _run_of(key) is not None or not self.panel.SELECTS:
            return None
        return key[0] if "actions" in needs and "runs" not in needs else None

    @property
    def chosen_alert(self) -> Alert | None:
        """The alert that the selected row stands for."""
        if self.selected is None or "alerts" not in self.panel.NEEDS:
            return None
        alerts = self._painter.room.alerts()
        return next((each for each in alerts if (each.rule, *each.key) == self.selected), None)

    @property
    def row_alert(self) -> Alert | None:
        """The worst alert that stands for the selected row of any panel and whose rule names what helps."""
        if (chosen := self.selected_row) is None:
            return None
        room = self._painter.room
        feed, key = chosen[0], room.latest(chosen[0]).key(chosen[1])
        about = (each for each in room.alerts() if (each.feed, each.key) == (feed, key))
        rules = room.layout.rules
        return next((each for each in about if each.rule in rules and rules[each.rule].actions), None)

    @property
    def selected_row(self) -> tuple[str, Row] | None:
        """The feed and the row that the selection stands for."""
        if self.selected is None:
            return None
        return self._painter.row(self.panel_name, self.selected)

    @property
    def filter(self) -> str:
        """What the rows are filtered by."""
        return self._looking.filter

    def show_row(self, key: Key) -> None:
        """Select the row of this key, whatever was filtered, and bring it into sight once it is painted."""
        if self._looking.filter:
            self.filter_by("")
        if self.panel.SELECTS:
            self.call_after_refresh(self._select, key)

    def filter_by(self, words: str) -> None:
        """Show only rows with these words; all of them for ""."""
        self._look(replace(self._looking, filter=words, offset=0))

    def action_move(self, lines: int) -> None:
        """Select the next row, or scroll where there is nothing to select."""
        keys = self._keys
        if not keys:
            self._scroll(lines)
            return
        selected = self._looking.selected
        if selected not in keys:
            self._select(keys[0 if lines > 0 else -1])
            return
        wanted = keys.index(selected) + lines
        if len(keys) == 1 or not 0 <= wanted < len(keys):
            if abs(lines) == 1:
                raise SkipAction
            wanted = max(0, min(wanted, len(keys) - 1))
        self._select(keys[wanted])

    def action_move_pages(self, pages: int) -> None:
        """Move by as many lines as are seen."""
        inner = self._shown.inner if self._shown else 1
        self.action_move(pages * max(2, inner - 1))

    def action_move_to_end(self, direction: int) -> None:
        """Go to the first or the last row."""
        lines = len(self._shown.body) if self._shown else 0
        self.action_move(direction * max(2, lines))

    def on_focus(self) -> None:
        """Say so on the frame."""
        self._newly_focused = True
        self.repaint()

    def on_blur(self) -> None:
        """Say so on the frame; the selection is let go."""
        self._look(replace(self._looking, selected=None))

    def on_click(self, event: events.Click) -> None:
        """The first tap focuses, and selects the row; the second enlarges. An action's row asks at once.

        So do the row of a run, whose card opens, and that of an alert, whose action is asked for.
        """
        event.stop()
        first, self._newly_focused = self._newly_focused, False
        keys = self._shown.keys if self._shown else ()
        key = keys[event.y] if 0 <= event.y < len(keys) else None
        if key is not None and self.panel.SELECTS:
            again = key == self._looking.selected
            self._select(key)
            if self.chosen_action or self.chosen_run or self.chosen_alert:
                self.post_message(self.RowChosen(self, key))
                return
            if not again:
                return
        if not first:
            self.post_message(self.Tapped(self))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll the panel's lines, where it has more than are seen."""
        self._wheel(event, WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll the panel's lines back."""
        self._wheel(event, -WHEEL_LINES)

    @property
    def _keys(self) -> list[Key]:
        """The keys that can be selected, in their order."""
        if self._shown is None or not self.panel.SELECTS:
            return []
        return list(dict.fromkeys(key for key in self._shown.body.keys if key is not None))

    def _wheel(self, event: events.MouseEvent, lines: int) -> None:
        if self._overflow and (self.has_focus or not self.parent_scrolls):
            event.stop()
            event.prevent_default()
            self._look(replace(self._looking, offset=self._within(self._looking.offset + lines)))

    @property
    def parent_scrolls(self) -> bool:
        """Whether the page itself is a column that scrolls."""
        return self.parent is not None and getattr(self.parent, "max_scroll_y", 0) > 0

    @property
    def _overflow(self) -> int:
        """Lines that are not seen."""
        return max(0, len(self._shown.body) - self._shown.inner) if self._shown else 0

    def _within(self, offset: int) -> int:
        return max(0, min(offset, self._overflow))

    def _scroll(self, lines: int) -> None:
        offset = self._within(self._looking.offset + lines)
        if offset == self._looking.offset:
            raise SkipAction  # nothing to scroll here: the page may
        self._look(replace(self._looking, offset=offset))

    def _select(self, key: Key) -> None:
        """Select a row and bring it into sight."""
        offset = self._looking.offset
        if self._shown and key in self._shown.body.keys:
            line, inner = self._shown.body.keys.index(key), self._shown.inner
            offset = self._within(min(line, max(offset, line - inner + 1)))
        self._look(replace(self._looking, selected=key, offset=offset))

    def _look(self, looking: Looking) -> None:
        self._looking = looking
        self.repaint()


def _run_of(key: Key | None) -> str | None:
    return key[1] if key is not None and len(key) == 2 and key[0] == RUN_KEY else None
