"""The room on a screen: one Textual app for wall, phone and browser, put together from its parts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.events import Event
from textual.geometry import Region
from textual.message_pump import MessagePump
from textual.worker import Worker, WorkerState

from situationroom.engine.interface import Room
from situationroom.i18n import say
from situationroom.paint.cache import PaintCache
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.incident import worst_alert
from situationroom.paint.theme import theme as painted_theme
from situationroom.panel import Panel
from situationroom.ui.bar import Foot
from situationroom.ui.chrome import ChromeRows
from situationroom.ui.colours import textual_theme
from situationroom.ui.crash import crash_words
from situationroom.ui.desk import Desk, anybody
from situationroom.ui.header import Header
from situationroom.ui.held_keys import HeldKeys, Opening, Stands, Typed, settled
from situationroom.ui.host import PanelHost
from situationroom.ui.keys import FUNCTIONS, hints, key_uses, sheet_hints
from situationroom.ui.message import Said, Tone
from situationroom.ui.outcome import Outcomes
from situationroom.ui.painter import Painter
from situationroom.ui.placing import feeds_behind
from situationroom.ui.preview import Wording
from situationroom.ui.run_wishes import RunWishes
from situationroom.ui.tabs import Tabs
from situationroom.ui.wall import Wall
from situationroom.ui.wishes import Share, Wishes
from situationroom.values import Alert, Level, Message, Person, Row

PAINT_GAP_S = 0.06
"""Least time between two repaints while changes keep coming; the first after a pause is painted at once."""

DIALOG_CELLS = 76
"""Widest a dialog's text gets."""


class RoomApp(App[None]):
    """Shows a room to one person, and takes their wishes to it.

    The app holds no truth of its own: what changed is told by :meth:`Room.watch`, and painted from
    :meth:`Room.view`. Its return code is 1 when it ended by an error.
    """

    CSS_PATH = Path(__file__).with_name("theme.tcss")
    # Textual declares these two as instance variables, which rules ClassVar out.
    HORIZONTAL_BREAKPOINTS = [(0, "-phone"), (60, "-wall")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-tall")]  # noqa: RUF012
    ENABLE_COMMAND_PALETTE = False  # ours is opened by a key that layouts may remap
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c,ctrl+q", "leave", show=False)]

    def __init__(
        self,
        room: Room,
        panels: Mapping[str, Panel[Any]],
        *,
        person: Person,
        share: Share | None = None,
        glyphs: Glyphs = Glyphs.NARROW,
        theme: str = "dark",
        page: str | None = None,
        cache: PaintCache | None = None,
        ready: Callable[[], None] | None = None,
        debug: bool = False,
    ) -> None:
        """Put the screen together; nothing is asked of the room before it runs.

        ``panels`` are all of the layout's, by id; ``page`` is the first page shown, by default the
        layout's first; ``cache`` may be shared by the screens of one room; ``ready`` is called when the
        first picture is on the screen; with ``debug`` a crash prints its traceback, without the values
        of variables.
        """
        super().__init__(watch_css=False)
        self.room = room
        self.panels = panels
        self.person = person
        self._ready_to_see = ready
        self._debugging = debug
        layout = room.layout
        shown_to = anybody(layout) if layout.wall == "shared" else person
        self.painter = Painter(room, panels, shown_to, painted_theme(theme), glyphs, cache)
        self.wall = Wall(self.painter, page or next(iter(layout.pages)))
        self.header = Header(self.painter, lambda: self.wall.page)
        self.tabs = Tabs(self.painter, lambda: self.wall.page)
        self.foot = Foot(self.painter, hints(layout))
        desk = Desk(self)
        self._outcomes = outcomes = Outcomes(desk)
        self._wishes = Wishes(desk, outcomes, share)
        self._keys = HeldKeys()
        self._settling: asyncio.Task[None] | None = None
        self._runs = RunWishes(desk, outcomes)
        self._taps: Mapping[str, Callable[[str], object]] = {
            "action": self.ask,
            "page": self.go_to_page,
            "source": self._tell_source,
            "more": lambda _: self.wish_asking(self._open_sheet()),
            "alarm": lambda _: self._acknowledge(),
            "incident": lambda _: self._answer_worst(),
            "person": lambda _: self.action_sign_in(),
            **{name: partial(self._run_function, action) for name, action in FUNCTIONS.items()},
        }
        for use in key_uses(layout):
            self.bind(use.keys, use.action, description=use.title, show=False)
        self.register_theme(textual_theme(self.painter.theme))
        self.theme = self.painter.theme.name
        self.set_class(glyphs is Glyphs.ASCII, "-ascii")

    def get_driver_class(self) -> type[Driver]:
        """Textual's choice; in a POSIX terminal one that outlives it."""
        chosen = super().get_driver_class()
        if os.name != "posix":
            return chosen
        from situationroom.ui.driver import surviving

        return surviving(chosen)

    def compose(self) -> ComposeResult:
        """Header, tabs, page, foot: four widgets and a host for each panel."""
        yield self.header
        yield self.tabs
        yield self.wall
        yield self.foot

    def on_mount(self) -> None:
        """Begin to follow the room."""
        self.title = self.room.layout.room
        self.run_worker(self._follow(), name="follow")
        self.run_worker(self._tick(), name="tick")
        if self.room.layout.rotate is not None and len(self.room.layout.pages) > 1:
            self.set_interval(self.room.layout.rotate, self._turn_page)

    def on_ready(self) -> None:
        """Say that the first picture is on the screen."""
        if self._ready_to_see is not None:
            self._ready_to_see()

    # what the parts of the screen say to each other

    def tell(self, what: Message | str, tone: Tone = "muted", **values: object) -> None:
        """Say something to the person at this screen, in the room's language."""
        self.foot.tell(Said(say(what, self.room.layout.lang, **values), tone))

    def hush(self) -> None:
        """Take the message away."""
        self.foot.clear()

    def wording(self) -> Wording:
        """How dialogs of this screen say things."""
        width = min(DIALOG_CELLS, self.size.width) - 4
        zone = self.room.now().tzinfo
        return Wording(self.painter.lang, self.painter.theme, self.painter.glyphs, width, zone)

    def wish(self, work: Awaitable[None]) -> None:
        """Do something that may take long, beside everything else; its failure is shown."""
        self.run_worker(work, name="wish", exit_on_error=False)

    def wish_asking(self, work: Awaitable[None]) -> None:
        """Do something that opens a dialog: keys from now on are meant for that."""
        self._keys.wait(work)
        self.wish(self._asking(work))

    def expect_dialog(self) -> None:
        """A dialog follows: what is typed before it stands is kept for it."""
        self._keys.wait()

    def expect_none(self) -> None:
        """None follows after all: what was typed for it does nothing."""
        self._keys.drop()

    def ask(self, action: str) -> None:
        """Begin to fire an action: its inputs, preview and confirmation come first."""
        self.wish_asking(self._wishes.fire(action))

    def answer(self, alert: Alert) -> None:
        """Begin to do what helps against an alert."""
        self.wish_asking(self._wishes.answer(alert))

    def _acknowledge(self) -> None:
        """Ask whether a person knows what the journal lost."""
        self.wish_asking(self._wishes.acknowledge())

    def _answer_worst(self) -> None:
        """Do so about the worst alert, if there is a critical one."""
        room = self.room
        if room.alarm() is not None:
            self._acknowledge()
            return
        actions = room.actions(self.painter.person)
        alert = worst_alert(room.layout, room.alerts(), actions, room.latest)
        if alert is None:
            self.tell("ui.choose_panel")
        else:
            self.answer(alert)

    def become(self, person: Person) -> None:
        """Somebody else sits at this screen from now on."""
        self.person = self.painter.person = person
        self.header.repaint()
        self.foot.repaint()
        self.wall.tick()

    def looked_at(self) -> tuple[str, Row] | None:
        """The feed and the row that are selected in the focused panel."""
        host = self.focused
        return host.selected_row if isinstance(host, PanelHost) else None

    def figures_of(self, action: str) -> list[Region]:
        """Where the figures stand that an action is decided by."""
        feeds = feeds_behind(self.room.layout, action)
        return [host.region for host in self.wall.shown if host.concerns(feeds)]

    def go_to_page(self, page: str) -> None:
        """Show a page by its name."""
        if page != self.wall.page or self.wall.enlarged is not None:
            self.wall.show_page(page)
            self.header.repaint()
            self.tabs.repaint()

    def go_to_panel(self, name: str) -> None:
        """Show a panel's page and give it the focus."""
        before = self.wall.page
        self.wall.show_panel(name)
        if before != self.wall.page:
            self.header.repaint()
            self.tabs.repaint()

    # keys

    async def on_event(self, event: Event) -> None:
        """Keep keys back while the dialog they are meant for is on its way."""
        if isinstance(event, Typed):
            if not self.screen_stack:
                return  # the program is being left
            top = self.screen
            if self._keys.wanted(event, top):
                return
            if isinstance(top, Opening) and not event.is_forwarded:
                self._keys.begin()
                way = (self.focused or top).ancestors_with_self  # a key goes up from widget to widget
                self._settling = asyncio.create_task(self._settle(*way))
        await super().on_event(event)

    async def _settle(self, *pumps: MessagePump) -> None:
        """Let the next key go on once this one is done with."""
        try:
            await settled(*pumps)
        finally:
            self._keys.done()
            self.post_message(Stands())

    @on(Stands)
    async def _hand_out(self) -> None:
        if not self.screen_stack:
            return  # the program is being left
        if isinstance(self.screen, Opening) and self.screen.stands:
            self._keys.stands()
        if (key := self._keys.next(self.screen)) is not None:
            await self.on_event(key)
            self.post_message(Stands())  # on the wall nothing else says that the next may go on

    async def _asking(self, work: Awaitable[None]) -> None:
        try:
            await work
        finally:
            self._keys.drop(work)

    def action_page(self, number: int) -> None:
        """Show the page of this number."""
        pages = list(self.room.layout.pages)
        if number <= len(pages):
            self.go_to_page(pages[number - 1])

    def action_fire(self, action: str) -> None:
        """Begin to fire an action."""
        self.ask(action)

    def action_enter_panel(self) -> None:
        """Enlarge the focused panel, or do what its selected row stands for: a run, an action, an alert.

        Without a focused panel it is about what the banner says: the worst alert.
        """
        host = self.focused
        if not isinstance(host, PanelHost):
            self._answer_worst()
        elif self._choose(host):
            return
        elif (alert := host.row_alert) is not None:
            self.answer(alert)
        else:
            self.wall.enlarge(None if self.wall.enlarged else host.panel_name)

    def action_step_back(self) -> None:
        """One step back: from an enlarged panel, a filter, the focus."""
        host = self.focused
        if self.wall.enlarged is not None:
            self.wall.enlarge(None)
        elif isinstance(host, PanelHost) and host.filter:
            host.filter_by("")
        else:
            self.set_focus(None)
            self.hush()

    def action_share(self) -> None:
        """Send a snapshot of this page."""
        self.wish(self._wishes.share(self.wall.page))

    def action_stop_run(self) -> None:
        """Stop the run under way."""
        self.wish_asking(self._runs.stop())

    def action_pause_run(self) -> None:
        """Pause the run under way, or let it go on."""
        self.wish_asking(self._runs.pause())

    def action_undo_run(self) -> None:
        """Undo the last run that can be undone."""
        self.wish_asking(self._runs.undo())

    def action_runs(self) -> None:
        """Choose a run and open its card."""
        self.wish_asking(self._runs.choose())

    def action_approve(self) -> None:
        """Open what waits for a second person."""
        self.wish_asking(self._runs.approve())

    def action_hold(self) -> None:
        """Hold all actions, or release them."""
        self.wish_asking(self._wishes.hold())

    def action_sign_in(self) -> None:
        """Have somebody else sit at this screen."""
        self.wish_asking(self._wishes.sign_in())

    def action_worst_first(self) -> None:
        """Where panels stand in columns: the worst first, or in the page's order again."""
        self.wall.put_worst_first(not self.wall.worst_first)
        self.tell("ui.worst_first" if self.wall.worst_first else "ui.page_order")

    def action_leave(self) -> None:
        """Leave, after a question where a run is under way."""
        self.wish_asking(self._leave())

    def action_help(self) -> None:
        """Show what every key does."""
        from situationroom.ui.help import HelpScreen

        self.push_screen(HelpScreen(list(key_uses(self.room.layout)), self.wording()))

    def action_find(self) -> None:
        """Open the search box."""
        from situationroom.ui.palette import Palette, RoomCommands

        search = self.wording().plain(say("ui.search", self.painter.lang))
        self.push_screen(Palette([RoomCommands], placeholder=search))

    def action_filter(self) -> None:
        """Type what the focused panel's rows are filtered by; without one, search the whole room."""
        from situationroom.ui.filtering import FilterScreen

        host = self.focused
        if isinstance(host, PanelHost):
            title = self.wording().plain(f"{say('ui.filter', self.painter.lang)}: {host.panel.spec.title}")
            self.push_screen(FilterScreen(title, host.filter, host.filter_by))
        else:
            self.wish_asking(self._search())

    # taps

    @on(ChromeRows.Tapped)
    def _tapped(self, event: ChromeRows.Tapped) -> None:
        kind, _, name = event.meaning.partition(":")
        if (do := self._taps.get(kind)) is not None:
            do(name)

    @on(PanelHost.RowChosen)
    def _row_chosen(self, event: PanelHost.RowChosen) -> None:
        self._choose(event.host)

    @on(PanelHost.Tapped)
    def _panel_tapped(self, event: PanelHost.Tapped) -> None:
        self.wall.enlarge(None if self.wall.enlarged else event.host.panel_name)

    def _choose(self, host: PanelHost) -> bool:
        """Do what the selected row stands for: ask for an action, open a run. Whether it stood for any."""
        if (run := host.chosen_run) is not None:
            self.wish_asking(self._runs.card(run))
        elif (alert := host.chosen_alert) is not None:
            self.answer(alert)
        elif (action := host.chosen_action) is not None:
            self.ask(action)
        else:
            return False
        return True

    # following the room

    async def _follow(self) -> None:
        """Repaint what changed; changes that come within the gap are painted together."""
        async for changed in self.room.watch():
            self.wall.changed(changed)
            self.header.changed(changed)
            if "actions" in changed:
                self.foot.repaint()
            if "runs" in changed:
                self._outcomes.announce()
            await asyncio.sleep(PAINT_GAP_S)

    async def _tick(self) -> None:
        """Repaint clocks and ages as each second of the room's clock begins."""
        while True:
            await asyncio.sleep(1.0 - self.room.now().microsecond / 1e6)
            self.tick()

    def tick(self) -> None:
        """A second has passed."""
        self.header.repaint()
        self.foot.repaint()
        self.wall.tick()

    def _turn_page(self) -> None:
        """Show the next page, unless somebody is busy at this screen."""
        if not self.wall.is_attached:
            return  # the screen is being taken down
        if self.focused is None and len(self.screen_stack) == 1 and self.wall.enlarged is None:
            pages = list(self.room.layout.pages)
            self.go_to_page(pages[(pages.index(self.wall.page) + 1) % len(pages)])

    async def _leave(self) -> None:
        from situationroom.ui.leave import LeaveScreen, unfinished

        waits = unfinished(self.room.runs(), self.person, self._runs.title)
        if waits and not await self.push_screen_wait(LeaveScreen(waits, self.wording())):
            return
        self.exit()

    async def _search(self) -> None:
        from situationroom.ui.roomsearch import RoomSearch

        found = await self.push_screen_wait(RoomSearch(self.painter, self.wording()))
        if found is not None:
            self.go_to_panel(found.panel)
            if (host := self.wall.host(found.panel)) is not None and found.key is not None:
                host.show_row(found.key)

    async def _open_sheet(self) -> None:
        from situationroom.ui.sheet import Sheet

        actions = self.room.actions(self.painter.person)
        chosen = await self.push_screen_wait(Sheet(actions, sheet_hints(self.room.layout), self.wording()))
        if chosen:
            self.post_message(ChromeRows.Tapped(chosen))

    def _run_function(self, action: str, _: str) -> None:
        self.call_later(self.run_action, action)

    def _tell_source(self, name: str) -> None:
        lamp = next(lamp for lamp in self.room.sources() if lamp.name == name)
        if lamp.reason is None:
            self.tell("ui.source_waiting" if lamp.level is None else "ui.source_good", name=name)
        else:
            tone: Tone = "critical" if lamp.level is Level.CRITICAL else "warning"
            self.tell("ui.source_bad", tone, name=name, reason=lamp.reason)

    # failures

    @on(Worker.StateChanged)
    def _worker_failed(self, event: Worker.StateChanged) -> None:
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            self.tell("ui.problem", "critical", kind=type(error).__name__)

    def _fatal_error(self) -> None:
        """Say which error ended the screen, without the values of variables: they may hold secrets."""
        if self._exception is not None and not self._exit_renderables:
            lang = self.room.layout.lang
            self._exit_renderables.append(crash_words(self._exception, lang, places=self._debugging))
        self._close_messages_no_wait()
