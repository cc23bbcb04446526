"""A whole picture of one page: header, panels, actions, for snapshots and shares.

A wall is a grid of exactly the size asked for. On a desk the panels stand in two columns, on a phone one
under another, each as long as it needs, and the picture is as high as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from situationroom.layout.keys import bindings, shown_key
from situationroom.layout.models import Layout, PageSpec, PanelSpec
from situationroom.layout.references import references
from situationroom.paint.actionbar import Hint, action_bar
from situationroom.paint.body import paint_body
from situationroom.paint.frame import paint_panel
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.grid import PHONE_UNDER, Rect, columns, rectangles, wall_fits
from situationroom.paint.header import HeaderFacts, Held, phone_header, wall_header
from situationroom.paint.incident import Incident, bannered, incident_of
from situationroom.paint.rows import Row, blank
from situationroom.paint.theme import Theme
from situationroom.paint.words import RoomWords
from situationroom.panel import Panel, View
from situationroom.values import (
    ActionState,
    Alert,
    FeedState,
    Level,
    Message,
    Person,
    RunState,
    RunStatus,
    SourceHealth,
)

LONGEST_PANEL = 60
"""Lines of one panel in a picture of a phone page."""

Panels = Mapping[str, Panel[Any]]


class Holding(Protocol):
    """Who holds all actions of a room; ``actions.asked.Hold`` is one."""

    @property
    def person(self) -> Person:
        """Who holds."""

    @property
    def since(self) -> datetime:
        """Since when."""

    @property
    def reason(self) -> str:
        """Why, or ""."""


class PaintedRoom(Protocol):
    """What a picture needs to know of a room."""

    @property
    def layout(self) -> Layout:
        """The layout it was made from."""

    @property
    def words(self) -> RoomWords:
        """What the room calls columns and their values."""

    def now(self) -> datetime:
        """The room's time, in the layout's time zone."""

    def sources(self) -> tuple[SourceHealth, ...]:
        """A lamp per source."""

    def alerts(self) -> tuple[Alert, ...]:
        """Standing alerts, worst first."""

    def actions(self, person: Person) -> tuple[ActionState, ...]:
        """Every action, as this person may fire it."""

    def runs(self) -> tuple[RunStatus, ...]:
        """Runs of every process."""

    def approvals(self) -> Sequence[object]:
        """Runs that wait for a second person."""

    def latest(self, feed: str) -> FeedState:
        """The newest state of a feed."""

    def trouble(self) -> Message | None:
        """Why nothing shown may be relied on, or None."""

    def alarm(self) -> Message | None:
        """What a person must acknowledge before anything is fired, or None."""

    def held(self) -> Holding | None:
        """Who holds all actions, or None."""

    def view(self, panel: PanelSpec, feeds: Collection[str], person: Person) -> View:
        """What a panel may see now."""


def build_panels(layout: Layout, types: Mapping[str, type[Panel[Any]]]) -> Panels:
    """Every panel of a layout, by its id. A panel without a title is called by its id.

    ``types`` are the catalogue's panel classes; the loader has checked that each type is among them.
    """
    built: dict[str, Panel[Any]] = {}
    for name, spec in layout.panels.items():
        titled = spec if spec.title else spec.model_copy(update={"title": name})
        built[name] = types[spec.type](titled, titled.options)
    return built


def paint_page(
    room: PaintedRoom,
    panels: Panels,
    page: str,
    width: int,
    height: int,
    person: Person,
    theme: Theme,
    glyphs: Glyphs = Glyphs.NARROW,
    *,
    hints: Sequence[Hint] = (),
) -> tuple[Row, ...]:
    """The page as rows of ``width`` cells: ``height`` of them on a wall, else as many as it takes.

    Raises:
        KeyError: the layout has no such page.

    """
    spec = room.layout.pages[page]
    if width < PHONE_UNDER:
        return _phone(room, panels, page, spec, width, person, theme, glyphs)
    facts = header_facts(room, page, person)
    header = wall_header(facts, width, theme, glyphs)
    foot = action_bar(room.actions(person), hints, width, theme, glyphs, lang=room.layout.lang)
    inside = max(0, height - len(header.rows) - len(foot.rows))
    if wall_fits(spec, width, inside):
        areas = rectangles(spec, width, inside)
    else:
        areas = _columns(room, panels, spec, width, person, theme, glyphs)
        inside = max(area.y + area.height for area in areas.values())
    body = _painted(room, panels, areas, width, inside, person, theme, glyphs)
    return (*header.rows, *body, *foot.rows)


def _columns(
    room: PaintedRoom,
    panels: Panels,
    spec: PageSpec,
    width: int,
    person: Person,
    theme: Theme,
    glyphs: Glyphs,
) -> Mapping[str, Rect]:
    """The panels in columns, each at its full length."""

    def wanted(name: str, cells: int) -> int:
        panel = panels[name]
        return full_height(panel, view_of(room, panel, person), cells, theme, glyphs)

    return columns(spec, width, wanted)


def _painted(
    room: PaintedRoom,
    panels: Panels,
    areas: Mapping[str, Rect],
    width: int,
    height: int,
    person: Person,
    theme: Theme,
    glyphs: Glyphs,
) -> tuple[Row, ...]:
    """The panels in their places, put together."""
    painted: dict[Rect, tuple[Row, ...]] = {}
    for name, area in areas.items():
        panel = panels[name]
        view = view_of(room, panel, person)
        painted[area] = paint_panel(panel, view, area.width, area.height, theme, glyphs).rows
    return compose(painted, width, height)


def view_of(room: PaintedRoom, panel: Panel[Any], person: Person) -> View:
    """What a panel may see now: its feeds, and alerts and actions where it says that it needs them."""
    return room.view(panel.spec, (*panel_feeds(panel.spec), *sorted(panel.NEEDS)), person)


def panel_feeds(spec: PanelSpec) -> tuple[str, ...]:
    """The feeds a panel looks at: ``feed``, ``feeds``, then those its options name, each once."""
    named = [name.name for name in references(spec, spec.feed) if name.what == "feed"]
    main = [spec.feed] if spec.feed else []
    return tuple(dict.fromkeys([*main, *spec.feeds, *named]))


def header_facts(room: PaintedRoom, page: str, person: Person) -> HeaderFacts:
    """What the header of a page shows now."""
    layout = room.layout
    keys = {name: shown_key(key) for name, key in bindings(layout.keys).items()}
    hold, runs = room.held(), room.runs()
    held: Held | None = None
    if hold is not None:
        running = sum(run.state in (RunState.CLAIMED, RunState.RUNNING) for run in runs)
        held = Held(hold.person.name, hold.since, hold.reason, running, keys["hold"])
    return HeaderFacts(
        room=layout.room,
        now=room.now(),
        opens=layout.opens,
        sources=room.sources(),
        alerts=room.alerts(),
        incident=_incident(room, person),
        person=person,
        pages=tuple(layout.pages),
        titles={name: layout.page_title(name) for name in layout.pages},
        page=page,
        trouble=room.trouble(),
        alarm=room.alarm(),
        held=held,
        approvals=len(room.approvals()),
        approve_key=keys["approve"],
        unknown=sum(run.unsettled for run in runs),
        lang=layout.lang,
    )


def _incident(room: PaintedRoom, person: Person) -> Incident | None:
    """The worst alert; what the actions are is looked up only while there is one."""
    alerts = room.alerts()
    if not bannered(room.layout, alerts) and not any(alert.level is Level.CRITICAL for alert in alerts):
        return None
    return incident_of(room.layout, alerts, room.actions(person), room.latest, room.words)


def compose(painted: Mapping[Rect, Sequence[Row]], width: int, height: int) -> tuple[Row, ...]:
    """Painted rectangles put together into ``height`` rows of ``width`` cells; what they leave is blank."""
    parts: list[list[tuple[Rect, Row]]] = [[] for _ in range(height)]
    for area, rows in painted.items():
        for y, row in enumerate(rows, area.y):
            parts[y].append((area, row))
    composed: list[Row] = []
    for line in parts:
        whole: Row = ()
        x = 0
        for area, piece in sorted(line, key=lambda part: part[0].x):
            whole += blank(area.x - x) + piece
            x = area.x + area.width
        composed.append(whole + blank(width - x))
    return tuple(composed)


def full_height(panel: Panel[Any], view: View, width: int, theme: Theme, glyphs: Glyphs) -> int:
    """Rows of the panel's frame with everything in it: what it wants, or all its lines where it has more."""
    wanted = max(1, panel.lines_wanted(view))
    lines = len(paint_body(panel, view, width - 2, wanted, theme, glyphs)) if panel.SCROLLS else 0
    reason = any(state.failure for state in view.feeds.values())
    return min(LONGEST_PANEL, max(wanted, lines)) + 2 + reason


def _phone(
    room: PaintedRoom,
    panels: Panels,
    page: str,
    spec: PageSpec,
    width: int,
    person: Person,
    theme: Theme,
    glyphs: Glyphs,
) -> tuple[Row, ...]:
    """Header, every panel at its full length, and a row for each action."""
    rows = list(phone_header(header_facts(room, page, person), width, theme, glyphs).rows)
    areas = _columns(room, panels, spec, width, person, theme, glyphs)
    height = max(area.y + area.height for area in areas.values())
    rows += _painted(room, panels, areas, width, height, person, theme, glyphs)
    for action in room.actions(person):
        rows += action_bar([action], [], width, theme, glyphs, lang=room.layout.lang).rows
    return tuple(rows)
