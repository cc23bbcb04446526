"""The public seam for panels: a :class:`View` comes in, painted :class:`Line` s go out.

A panel is a pure function: the same view and size give the same lines. It owns no timers, tasks or
state; border, title, age, staleness, selection, scrolling and filtering belong to whoever hosts it.
A complete panel::

    from rich.text import Text
    from situationroom.panel import Line, Panel, PanelOptions, View

    class Hello(Panel[PanelOptions]):
        TYPE = "hello"
        Options = PanelOptions

        def paint(self, view: View, width: int, height: int) -> list[Line]:
            return [Line(Text(f"{len(view.rows())} rows"))]
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from math import isnan
from typing import ClassVar, Generic, Literal, NamedTuple, TypeVar

from rich.text import Text

from situationroom.formats import (
    LONGEST_TEXT,
    cell,
    exact_figure,
    figure_of,
    figured,
    printable,
    text_of,
)
from situationroom.i18n import say
from situationroom.layout.fields import (
    Column,
    Expression,
    FeedName,
    Figure,
    KeyColumns,
    Label,
    RuleName,
    Seconds,
    Spec,
    Words,
)
from situationroom.layout.models import PanelSpec
from situationroom.paint.charts import Curve, Threshold, chart
from situationroom.paint.columns import (
    DECIDES,
    NAMES,
    TELLING,
    WELL_KNOWN,
    Align,
    ColumnSpec,
    ColumnSpecs,
    Known,
    tabulated,
)
from situationroom.paint.digits import big_digits, digits_width
from situationroom.paint.glyphs import ABOUT, LEVEL_MARKS, NO_DATA, OFF, STALE
from situationroom.paint.moments import Places, moment_of, times_of
from situationroom.paint.plotting import Group, plotted
from situationroom.paint.renderables import markdown, rendered
from situationroom.paint.runs import (
    reverts_words,
    run_due,
    run_errors,
    run_key,
    run_mark,
    run_progress,
    run_said,
    run_state,
)
from situationroom.paint.scales import writer
from situationroom.paint.series import Gain, change, growth, newest_growth, summed, usual_gap
from situationroom.paint.shortening import shortened
from situationroom.paint.slots import BigFigure, slots
from situationroom.paint.sparkline import sparkline
from situationroom.paint.texts import (
    Run,
    beside,
    clipped,
    flowed,
    grouped,
    joined,
    run_cells,
    spread,
    wrapped,
)
from situationroom.paint.timescale import time_ticks
from situationroom.paint.words import Heading, RoomWords
from situationroom.values import (
    ActionState,
    Alert,
    Duration,
    FeedState,
    Key,
    Level,
    Message,
    Reading,
    Row,
    RunStatus,
    Status,
    Value,
)

__all__ = [
    "ABOUT",
    "LEVEL_MARKS",
    "NO_DATA",
    "OFF",
    "STALE",
    "WELL_KNOWN",
    "ActionState",
    "Alert",
    "Align",
    "BigFigure",
    "Column",
    "ColumnSpec",
    "ColumnSpecs",
    "Curve",
    "Expression",
    "FeedName",
    "Figure",
    "Gain",
    "Group",
    "Head",
    "Key",
    "KeyColumns",
    "Known",
    "Label",
    "Level",
    "Line",
    "Message",
    "Panel",
    "PanelOptions",
    "Places",
    "Point",
    "Row",
    "RuleName",
    "Run",
    "RunStatus",
    "Seconds",
    "Spec",
    "Status",
    "Threshold",
    "Value",
    "View",
    "Words",
    "beside",
    "big_digits",
    "cell",
    "change",
    "chart",
    "clipped",
    "digits_width",
    "exact_figure",
    "figure_for",
    "figure_of",
    "first_figures",
    "flowed",
    "grouped",
    "growth",
    "heads",
    "joined",
    "level_style",
    "line",
    "lines",
    "markdown",
    "missing",
    "moment_of",
    "newest_growth",
    "notice",
    "plotted",
    "printable",
    "rendered",
    "reverts_words",
    "row_runs",
    "run_cells",
    "run_due",
    "run_errors",
    "run_key",
    "run_mark",
    "run_progress",
    "run_said",
    "run_state",
    "shortened",
    "slots",
    "sparkline",
    "spread",
    "summed",
    "tabulated",
    "time_ticks",
    "times_of",
    "uncounted",
    "usual_gap",
    "wrapped",
    "writer",
]  # fmt: skip

Updates = Literal["readings", "seconds"]


class Point(NamedTuple):
    """One moment of a series: ``at`` in seconds since the epoch, ``value`` in the column's unit."""

    at: float
    value: float


SeriesSource = Callable[[str, str, Key | None, float, datetime], Sequence[Point]]


def no_series(feed: str, column: str, key: Key | None, window_s: float, now: datetime) -> Sequence[Point]:
    """The series of a view that has no history."""
    del feed, column, key, window_s, now
    return ()


@dataclass(frozen=True, slots=True)
class Line:
    """One painted line; ``key`` says which row it stands for, where it stands for one.

    Styles in the text are names of the theme (``good``, ``warning``, ``critical``, ``stale``, ``muted``,
    ``strong``, ``accent``, ``unit``, ``axis``, ``threshold``, ``series1`` … ``series8``) or any rich style.
    """

    text: Text
    key: Key | None = None


@dataclass(frozen=True)
class View:
    """All a panel may look at, frozen at one moment.

    Attributes:
        feeds: the state of each feed the panel named, by feed name; the first is its main feed.
        now: the moment, in the room's time zone.
        levels: the worst level that holds, by (feed, key).
        judged: the worst level of a single cell, by (feed, key, column).
        about: the columns that rules are about, by feed name, the one that counts first.
        alerts: every standing alert of the room, worst first.
        actions: every action of the room, for the person at this screen.
        runs: runs of every process, first those whose outcome nobody knows, then newest first.
        opens: when the watched event begins, or None.
        lang: ``ko`` or ``en``.
        selected: the key of the selected row, or None.
        filter: what the viewer typed to filter by, or "".
        trouble: why nothing shown may be relied on, or None.
        words: what the room calls columns and their values.

    """

    feeds: Mapping[str, FeedState]
    now: datetime
    levels: Mapping[tuple[str, Key], Level] = field(default_factory=dict)
    judged: Mapping[tuple[str, Key, str], Level] = field(default_factory=dict)
    about: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    alerts: tuple[Alert, ...] = ()
    actions: tuple[ActionState, ...] = ()
    runs: tuple[RunStatus, ...] = ()
    opens: datetime | None = None
    lang: str = "ko"
    selected: Key | None = None
    filter: str = ""
    history: SeriesSource = no_series
    trouble: Message | None = None
    words: RoomWords | None = None

    def feed(self, name: str | None = None) -> FeedState | None:
        """A feed's state; the panel's main feed by default."""
        if name is None:
            return next(iter(self.feeds.values()), None)
        return self.feeds.get(name)

    def reading(self, name: str | None = None) -> Reading | None:
        """A feed's last good reading, or None before the first."""
        state = self.feed(name)
        return state.reading if state else None

    def rows(self, name: str | None = None) -> Sequence[Row]:
        """The rows of a feed's last good reading; none before the first."""
        reading = self.reading(name)
        return reading.rows if reading else ()

    def status(self, name: str | None = None) -> Status:
        """A feed's state at this moment."""
        state = self.feed(name)
        return state.status(self.now) if state else Status.NOT_CONFIGURED

    def key(self, row: Row, name: str | None = None) -> Key:
        """The key of one of a feed's rows."""
        state = self.feed(name)
        return state.key(row) if state else ()

    def level(self, row: Row | Key = (), name: str | None = None) -> Level:
        """The worst level that holds for a row (or a key) of a feed."""
        state = self.feed(name)
        if state is None or not self.levels:
            return Level.GOOD
        key = row if isinstance(row, tuple) else state.key(row)
        return self.levels.get((state.name, key), Level.GOOD)

    def cell_level(self, row: Row, column: str, name: str | None = None) -> Level:
        """The worst level that a rule about this column holds a row of a feed to be at."""
        state = self.feed(name)
        if state is None or not self.judged:
            return Level.GOOD
        return self.judged.get((state.name, state.key(row), column), Level.GOOD)

    def unjudged(self, name: str | None = None) -> bool:
        """Whether a rule about a feed can be judged for none of its rows: then no row of it is known good."""
        state = self.feed(name)
        return state is not None and any(alert.unjudged and alert.feed == state.name for alert in self.alerts)

    def worst(self, name: str | None = None) -> Level:
        """The worst level that holds anywhere in a feed."""
        state = self.feed(name)
        if state is None or not self.levels:
            return Level.GOOD
        return max(
            (level for (feed, _), level in self.levels.items() if feed == state.name), default=Level.GOOD
        )

    def title(self, action: str, subject: str = "") -> str:
        """An action's title for people, and what a run of it is about; its id where nobody knows it."""
        title = next((each.title for each in self.actions if each.id == action), "") or action
        return f"{title} {subject}" if subject else title

    def series(
        self, column: str, key: Key | None = None, window_s: float = 3_600.0, name: str | None = None
    ) -> Sequence[Point]:
        """A numeric column over the last ``window_s`` seconds, oldest first.

        ``key`` picks one row; None adds up all rows of each reading.
        """
        state = self.feed(name)
        return self.history(state.name, column, key, window_s, self.now) if state else ()

    def say(self, identifier: str, /, **values: object) -> str:
        """A sentence of ours in the viewer's language."""
        return say(Message(identifier, values), self.lang)

    def heading(self, column: str, feed: str) -> Heading:
        """What the room calls a column of a feed, and how it writes its values."""
        return (self.words or RoomWords(lang=self.lang)).heading(column, (feed,))

    def shown(self, value: Value, heading: Heading) -> str:
        """A value as safe text, by the words and the figure of its column."""
        return heading.called(value) or self.cell(value, heading.figure, heading.unit)

    def cell(self, value: Value, figure: str | None = None, unit: str = "") -> str:
        """A value as safe text in the viewer's language and the room's time zone, its unit behind it."""
        if figure == "time" or (isinstance(value, datetime) and value.tzinfo is not None):
            value = moment_of(value, self.now.tzinfo) or value
        if isinstance(value, datetime) and figure != "time" and value.year != self.now.year:
            return figured(value.replace(tzinfo=None).isoformat(" ", "seconds"), None, unit, self.lang)
        return figured(value, figure, unit, self.lang)

    def matches(self, row: Row) -> bool:
        """Whether a row passes the viewer's filter: every word is somewhere in it, case ignored."""
        if not self.filter:
            return True
        hay = " ".join(str(value)[:LONGEST_TEXT] for value in row.values() if value is not None).casefold()
        return all(word in hay for word in self.filter.casefold().split())


class PanelOptions(Spec):
    """Base of a panel's options: what its YAML entry may hold besides type, title, feed and feeds."""


O = TypeVar("O", bound=PanelOptions)  # noqa: E741 - the options of a panel, as in the layout


class Panel(ABC, Generic[O]):
    """A painter of one or more feeds.

    Attributes:
        UPDATES: ``readings`` (repainted when a feed or an alert changes) or ``seconds`` (also every second).
        SCROLLS: whether it may return more lines than its height; the host then scrolls.
        SELECTS: whether its lines have keys a viewer can select.
        NEEDS: what it looks at besides its feeds.

    """

    TYPE: ClassVar[str]
    Options: type[O]
    UPDATES: ClassVar[Updates] = "readings"
    SCROLLS: ClassVar[bool] = True
    SELECTS: ClassVar[bool] = False
    NEEDS: ClassVar[frozenset[Literal["alerts", "actions", "runs"]]] = frozenset()
    LINES: ClassVar[int] = 8

    def __init__(self, spec: PanelSpec, options: O) -> None:
        self.spec = spec
        self.options = options

    @abstractmethod
    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        """The panel's lines for ``width`` × ``height`` cells inside the frame."""

    def lines_wanted(self, view: View) -> int:
        """Lines it would like on a phone, frame not counted. ``LINES`` by default."""
        del view
        return self.LINES


def level_style(level: Level) -> str:
    """The theme's style name for a level; "" for good: calm when well."""
    return {Level.WARNING: "warning", Level.CRITICAL: "critical"}.get(level, "")


def line(*runs: Run, key: Key | None = None) -> Line:
    """A line from runs of safe text and the names of their styles."""
    return Line(joined(*runs), key)


def lines(texts: Sequence[Text], key: Key | None = None) -> list[Line]:
    """Texts as lines."""
    return [Line(text, key) for text in texts]


def figure_for(view: View, column: str, figure: Figure, name: str | None = None) -> Figure:
    """How a column is written where nobody said more than ``big``: lengths of time as such."""
    if figure == "big" and any(isinstance(row.get(column), Duration) for row in view.rows(name)[:20]):
        return "duration"
    return figure


def first_figures(view: View, name: str | None = None) -> str | None:
    """The first column that holds a figure in any of the first rows, key columns aside."""
    reading, state = view.reading(name), view.feed(name)
    if reading is None or state is None:
        return None
    for column in reading.columns:
        if column not in state.key_columns and any(
            figure_of(row.get(column)) is not None for row in reading.rows[:20]
        ):
            return column
    return None


def notice(view: View, name: str | None = None) -> list[Line]:
    """What a panel says instead of figures: nothing received yet, or no rows. Empty where there are rows."""
    if view.rows(name):
        return []
    match view.status(name):
        case Status.NOT_CONFIGURED:
            said = "panels.no_feed"
        case Status.FAILED | Status.STALE:
            said = "panels.nothing_yet" if view.reading(name) is None else "panels.none"
        case Status.WAITING:
            said = "panels.waiting"
        case _:
            said = "panels.none"
    return [line((view.say(said), "muted"))]


def missing(view: View, columns: Sequence[str | None], name: str | None = None) -> list[Line]:
    """A line naming the columns that the feed's reading does not have; none where it has them all."""
    reading = view.reading(name)
    if reading is None or not (reading.columns or reading.rows):
        return []
    absent = [column for column in dict.fromkeys(columns) if column and column not in reading.columns]
    if not absent:
        return []
    words = view.say("panels.no_column", columns=", ".join(map(printable, absent)))
    return [line((f"{NO_DATA} {words}", "warning"))]


def uncounted(view: View, columns: Sequence[str | None], name: str | None = None) -> list[Line]:
    """A line a column that holds what is no figure where figures are added up or drawn: that is left out.

    Words, and figures beyond any that can be counted with; nothing at all and NaN are gaps, and no faults.
    """
    found: list[Line] = []
    for column in dict.fromkeys(columns):
        odd = [value for row in view.rows(name) if column and _is_odd(value := row.get(column))]
        if column and odd:
            said = {"column": printable(column), "rows": len(odd), "value": printable(text_of(odd[0]), 16)}
            found.append(line((f"▲ {view.say('panels.uncounted', **said)}", "warning")))
    return found


def _is_odd(value: Value) -> bool:
    if isinstance(value, str):
        return True
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return False
    is_gap = value.is_nan() if isinstance(value, Decimal) else isinstance(value, float) and isnan(value)
    return not is_gap and figure_of(value) is None


@dataclass(frozen=True, slots=True)
class Head:
    """A column as it is shown: what it is headed with and how its values are written."""

    column: str
    title: str
    figure: str | None
    unit: str
    align: Align
    values: Mapping[str, str] = field(default_factory=dict)
    priority: int = 0

    def run(self, view: View, row: Row, style: str = "") -> Run:
        """The row's value in this column, by the words of its author where there are any."""
        value = row.get(self.column)
        called = self.values.get(text_of(value)) if self.values else None
        return printable(called) if called else view.cell(value, self.figure, self.unit), style


def row_runs(view: View, row: Row, columns: Sequence[Head], name_style: str = "") -> list[Run]:
    """A row's values; those a rule is about in their level's style, or the first if none of them shows."""
    levels = [view.cell_level(row, head.column) for head in columns]
    styles = [level_style(level) for level in levels]
    if columns and not styles[0]:
        styles[0] = name_style if any(levels) else level_style(view.level(row)) or name_style
    return [head.run(view, row, style) for head, style in zip(columns, styles, strict=True)]


def heads(view: View, specs: Sequence[ColumnSpec], name: str | None = None) -> list[Head]:
    """Columns as their author wants them shown; all of the reading's where none were named.

    What is not said comes from the trade's usual names, then from the values themselves.
    """
    reading = view.reading(name)
    if not specs and reading is not None:
        specs = [ColumnSpec(column=column) for column in reading.columns]
    sample = reading.rows[:20] if reading else ()
    state = view.feed(name)
    keys = state.key_columns if state else ()
    about = view.about.get(state.name, ()) if state else ()
    return [
        _head(view, spec, sample, _priority(spec, place, keys, about)) for place, spec in enumerate(specs)
    ]


def _priority(spec: ColumnSpec, place: int, keys: Sequence[str], about: Sequence[str]) -> int:
    """How long a column stays as a panel gets narrow: what a row is called, then what rules are about."""
    if place == 0 or spec.column in keys:
        return NAMES
    if spec.priority is not None:
        return spec.priority
    if spec.column in about:
        return DECIDES - min(about.index(spec.column), 9)
    return DECIDES - 10 if spec.column in TELLING else 0


def _head(view: View, spec: ColumnSpec, sample: Sequence[Row], priority: int) -> Head:
    known = WELL_KNOWN.get(spec.column)
    title = spec.title if spec.title is not None else view.say(known.title) if known else spec.column
    figure = spec.figure or (known.figure if known else None)
    unit = spec.unit if spec.unit is not None else known.unit if known else ""
    people = view.words.people if figure == "person" and view.words is not None else {}
    values = {**people, **spec.values}
    numeric = figure not in (None, "text", "time", "person") or any(
        figure_of(row.get(spec.column)) is not None for row in sample
    )
    align: Align = spec.align or ("right" if numeric else "left")
    return Head(spec.column, printable(title), figure, printable(unit), align, values, priority)
