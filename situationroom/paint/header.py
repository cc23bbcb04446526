"""The two rows above the panels: which room, what time, how its sources are, what is wrong, who is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from situationroom.formats import age, clock, duration, fit, printable
from situationroom.formats import width as cells
from situationroom.i18n import say
from situationroom.paint.bars import GAP, Chrome, Item, Tap, bar, fitting
from situationroom.paint.glyphs import CRITICAL, LEVEL_MARKS, NO_DATA, WARNING, Glyphs
from situationroom.paint.incident import Incident
from situationroom.paint.rows import Piece, Row
from situationroom.paint.theme import Theme
from situationroom.panel import level_style
from situationroom.values import GUEST, Alert, Level, Message, Person, SourceHealth

HEADER_ROWS = 2
"""Rows of the header, on a wall and on a phone; one more above them in trouble, one while all is held."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the banner says while all actions are held.

    Attributes:
        person: who holds, by name.
        since: since when.
        reason: why, or "".
        running: how many runs go on.
        key: the key that releases, as people read it, or "".

    """

    person: str
    since: datetime
    reason: str = ""
    running: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """What the header shows.

    Attributes:
        room: the room's name.
        now: the moment, in the room's time zone.
        opens: when the watched event begins, or None.
        sources: a lamp each.
        alerts: the standing ones.
        incident: the worst of them while it is critical, or None.
        person: who looks, or None for nobody in particular (a picture).
        pages: names of the pages, in order.
        titles: what people call them, where that is another word.
        page: the one shown.
        marks: words of state besides (a recording), each with its style.
        trouble: why nothing shown may be relied on, or None.
        alarm: what a person must acknowledge before anything is fired, or None.
        held: who holds all actions, or None.
        approvals: runs that wait for a second person.
        approve_key: the key that opens them, as people read it, or "".
        unknown: runs whose outcome nobody knows.
        lang: ``ko`` or ``en``.

    """

    room: str
    now: datetime
    opens: datetime | None = None
    sources: Sequence[SourceHealth] = ()
    alerts: Sequence[Alert] = ()
    incident: Incident | None = None
    person: Person | None = None
    pages: Sequence[str] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    marks: Sequence[Piece] = ()
    trouble: Message | None = None
    alarm: Message | None = None
    held: Held | None = None
    approvals: int = 0
    approve_key: str = ""
    unknown: int = 0
    lang: str = "ko"


NAME_CELLS = 20
"""A person's name takes no more of the header: the room's name comes first."""


def wall_header(facts: HeaderFacts, width: int, theme: Theme, glyphs: Glyphs) -> Chrome:
    """Row 1: room, clock, countdown; at the right alerts and person. Row 2: lamps; at the right the pages.

    In trouble, and while all actions are held, a banner stands above them.
    """
    left = [
        Item(((facts.room, "strong"),), "room"),
        Item(((clock(facts.now), "accent"),)),
        *_marks(facts),
        *_event(facts),
    ]
    right = [_alerts(facts)]
    if facts.person is not None:
        guest = facts.person == GUEST
        name = say("paint.guest", facts.lang) if guest else _short(facts.person.name)
        right.append(Item(((name, "muted" if guest else "title"),), "person"))
    first, first_taps = bar(left, right, width, theme, glyphs)
    lamps, tabs = _lamps_and_tabs(facts, width)
    if facts.incident is not None:  # it stands before the lamps, of which the bad ones are kept
        tabs = _tabs(facts, named=facts.page) if len(facts.pages) > 1 else []
        lamps = _incident(facts, facts.incident, _left_of(tabs, width))
    second, second_taps = bar(lamps, tabs, width, theme, glyphs, style="", row=1)
    return _below_banners(facts, Chrome((first, second), first_taps + second_taps), width, theme, glyphs)


def _short(name: str) -> str:
    """A person's name as the header has room for."""
    shown = printable(name)
    return shown if cells(shown) <= NAME_CELLS else fit(shown, NAME_CELLS)


def phone_header(facts: HeaderFacts, width: int, theme: Theme, glyphs: Glyphs) -> Chrome:
    """Row 1: room and clock. Row 2: countdown, alerts, then a lamp for each source, the bad ones by name."""
    marks = _marks(facts)
    left = [*marks, Item(((facts.room, "strong"),), "room")]  # the name of the room is what may be cut
    first, first_taps = bar(left, [Item(((clock(facts.now), "accent"),))], width, theme, glyphs)
    event = _event(facts)
    lower = _worst_first([_alerts(facts)], facts.sources, _left_of(event, width))
    if facts.incident is not None:
        event, lower = [], _incident(facts, facts.incident, width)
    second, second_taps = bar(lower, event, width, theme, glyphs, style="", row=1)
    return _below_banners(facts, Chrome((first, second), first_taps + second_taps), width, theme, glyphs)


def page_tabs(facts: HeaderFacts, width: int, theme: Theme, glyphs: Glyphs) -> Chrome:
    """One row of page names with their number keys; a tap's id is ``page:NAME``."""
    row, taps = bar(_tabs(facts), [], width, theme, glyphs)
    return Chrome((row,), taps)


def _event(facts: HeaderFacts) -> list[Item]:
    """The countdown to the event, or the time since it began."""
    if facts.opens is None:
        return []
    left_s = (facts.opens - facts.now).total_seconds()
    if left_s > 0:
        words = say("paint.opens_in", facts.lang, left=_calm(left_s, 600, facts.lang))
        return [Item(((words, "accent"),))]
    return [Item(((say("paint.opened", facts.lang, gone=_calm(-left_s, 60, facts.lang)), "title"),))]


def _calm(seconds: float, exact_under_s: float, lang: str) -> str:
    """A duration in whole minutes, but for one so short that its seconds count."""
    return duration(seconds if seconds < exact_under_s else seconds // 60 * 60, lang)


def _below_banners(facts: HeaderFacts, header: Chrome, width: int, theme: Theme, glyphs: Glyphs) -> Chrome:
    """The header, below a row across the whole width for trouble, and one while all actions are held."""
    banners = [*_trouble_banner(facts), *_hold_banner(facts, width)]
    rows: list[Row] = []
    taps: list[Tap] = []
    for place, (left, right, style) in enumerate(banners):
        row, tapped = bar(left, right, width, theme, glyphs, style=style, row=place)
        rows.append(row)
        taps += tapped
    lower = [tap._replace(row=tap.row + len(rows)) for tap in header.taps]
    return Chrome((*rows, *header.rows), (*taps, *lower))


Banner = tuple[list[Item], list[Item], str]


def _trouble_banner(facts: HeaderFacts) -> list[Banner]:
    said: list[Banner] = []
    if facts.trouble is not None:
        words = say("paint.trouble", facts.lang, why=say(facts.trouble, facts.lang))
        said.append(([Item(((f"{CRITICAL} {words}", "alarm"),), "trouble")], [], "alarm"))
    if facts.alarm is not None:
        words = f"{say(facts.alarm, facts.lang)} · {say('paint.take_note', facts.lang)}"
        said.append(([Item(((f"{CRITICAL} {words}", "alarm"),), "alarm")], [], "alarm"))
    return said


def _hold_banner(facts: HeaderFacts, width: int) -> list[Banner]:
    held = facts.held
    if held is None:
        return []
    since = clock(held.since.astimezone(facts.now.tzinfo), seconds=False)
    time = _calm((facts.now - held.since).total_seconds(), 60, facts.lang)
    words = say("paint.held", facts.lang, person=held.person, since=since, time=time)
    parts = [words, held.reason]
    if held.running:
        parts.append(say("paint.held_running", facts.lang, count=held.running))
    release = [say("paint.held_release", facts.lang, key=held.key)] if held.key else []
    left = [Item(((f"{CRITICAL} " + " · ".join(part for part in parts if part), "banner"),), "hold")]
    right = [Item(((part, "banner"),), "hold") for part in release]
    if fitting([*left, *right], width) < len(left) + len(right):
        right = []  # whoever cannot read all of it is better off with the first half
    return [(left, right, "banner")]


def _marks(facts: HeaderFacts) -> list[Item]:
    """Words of state: what waits for a second person first, since it lapses."""
    marks = [Item((mark,)) for mark in facts.marks]
    if facts.approvals:
        words = say("paint.approvals", facts.lang, count=facts.approvals, key=facts.approve_key)
        marks.insert(0, Item(((words, "warning"),), "approve"))
    return marks


def _alerts(facts: HeaderFacts) -> Item:
    """Unknown runs, then alerts by level: ``결과 불명 1 ■ 1 ▲ 2``; calm words when there are none.

    A space stands behind each mark: fonts that draw it two cells wide would cover the figure.
    """
    counts = {level: sum(alert.level is level for alert in facts.alerts) for level in Level}
    pieces: list[Piece] = []
    if facts.unknown:
        pieces.append((say("paint.unknown_runs", facts.lang, count=facts.unknown), "critical"))
    for mark, level in ((CRITICAL, Level.CRITICAL), (WARNING, Level.WARNING)):
        if counts[level]:
            pieces.append((f"{' ' if pieces else ''}{mark} {counts[level]}", level_style(level)))
    return Item(tuple(pieces) or ((say("paint.no_alerts", facts.lang), "muted"),), "alerts")


def _lamps_and_tabs(facts: HeaderFacts, width: int) -> tuple[list[Item], list[Item]]:
    """What stands in a wall's second row: all lamps in their order, or else the worst and how many more.

    Reasons give way first, then the names of the pages not shown, then the ages of good sources, then their
    names.
    """
    tabs, short_tabs = (_tabs(facts), _tabs(facts, named=facts.page)) if len(facts.pages) > 1 else ([], [])
    whole = [_lamp(source, facts.lang) for source in facts.sources]
    aged = [_lamp(source, facts.lang, reasons=False) for source in facts.sources]
    named = [_named_lamp(source) for source in facts.sources]
    for lamps, right in ((whole, tabs), (aged, tabs), (aged, short_tabs), (named, tabs), (named, short_tabs)):
        if fitting(lamps, _left_of(right, width)) == len(lamps):
            return lamps, right
    return _worst_first([], facts.sources, _left_of(short_tabs, width)), short_tabs


def _incident(facts: HeaderFacts, incident: Incident, room: int) -> list[Item]:
    """``■ KAIT 오류율 42.7 % 6분 · k SKIP``, then the bad lamps; words give way, the figure does not."""
    age = incident.age(facts.now, facts.lang)
    more = say("paint.incident_more", facts.lang, count=incident.others) if incident.others else ""
    bad = [source for source in facts.sources if source.level]
    style = level_style(incident.level)
    besides = [Item(((f"{WARNING} {words}", "warning"),), "alerts") for words in incident.besides]
    for what, action in (
        (incident.what, incident.action),
        (incident.what, ""),
        (incident.what.partition(" ")[0], ""),
    ):
        words = " ".join(part for part in (what, incident.figure, age, more) if part)
        pieces: list[Piece] = [(f"{LEVEL_MARKS[incident.level]} {words}", style)]
        if incident.key:
            pieces += [(" · ", "muted"), (incident.key, "key"), (f" {action}" if action else "", style)]
        items = [Item(tuple(pieces), "incident"), *besides]
        if fitting(items, room) == len(items):
            break
    items = items[: max(1, fitting(items, room))]
    return _worst_first(items, bad, room) if bad else items


def _left_of(right: Sequence[Item], width: int) -> int:
    """Cells a bar has for what stands to the left of these."""
    return width - sum(item.width + GAP for item in right)


def _worst_first(before: Sequence[Item], sources: Sequence[SourceHealth], room: int) -> list[Item]:
    """Short lamps behind what stands before them; those that do not fit are counted: ``■ +2``."""
    ordered = sorted(sources, key=lambda source: -(source.level or 0))
    for kept in range(len(ordered), 0, -1):
        items = [*before, *map(_short_lamp, ordered[:kept]), *_rest(ordered[kept:])]
        if fitting(items, room) == len(items):
            return items
    return [*before, *_rest(ordered)]


def _rest(sources: Sequence[SourceHealth]) -> list[Item]:
    """How many lamps are not shown, with the mark of the worst of them where that one is bad."""
    if not sources:
        return []
    worst = max(source.level or Level.GOOD for source in sources)
    mark = f"{LEVEL_MARKS[worst]} " if worst else ""
    return [Item(((f"{mark}+{len(sources)}", level_style(worst) or "muted"),))]


def _lamp(source: SourceHealth, lang: str, *, reasons: bool = True) -> Item:
    """``● kos 1s``, ``■ kait 38s 시간 초과``; ``– kos`` until a first answer."""
    if source.level is None:
        return Item(((f"{NO_DATA} {source.called}", "muted"),), f"source:{source.name}")
    style = level_style(source.level)
    words = f"{source.called} {age(source.age_s)}"
    if source.reason is not None and reasons:
        words += f" {say(source.reason, lang)}"
    mark: Piece = (f"{LEVEL_MARKS[source.level]} ", style or "good")
    return Item((mark, (words, style or "muted")), f"source:{source.name}")


def _named_lamp(source: SourceHealth) -> Item:
    """A good source by its name alone: its age counts where it is bad."""
    if source.level is not Level.GOOD:
        return _short_lamp(source) if source.level is not None else _lamp(source, "")
    return Item(
        ((LEVEL_MARKS[source.level], "good"), (f" {source.called}", "muted")), f"source:{source.name}"
    )


def _short_lamp(source: SourceHealth) -> Item:
    if source.level is None:
        return Item(((NO_DATA, "muted"),), f"source:{source.name}")
    style = level_style(source.level)
    name = "" if source.level is Level.GOOD else f" {source.called} {age(source.age_s)}"
    return Item(((LEVEL_MARKS[source.level] + name, style or "good"),), f"source:{source.name}")


def _tabs(facts: HeaderFacts, named: str | None = None) -> list[Item]:
    """The pages with their numbers; where ``named`` is given, only that one with its name."""
    items = []
    for number, name in enumerate(facts.pages, 1):
        pieces: list[Piece] = [(str(number), "key")]
        if named in (None, name):
            pieces.append((f" {facts.titles.get(name, name)}", "strong" if name == facts.page else "muted"))
        items.append(Item(tuple(pieces), f"page:{name}"))
    return items
