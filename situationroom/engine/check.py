"""Asks every feed of a layout once, tries its actions as far as that changes nothing, and says what lacks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from random import Random
from typing import Any

from pydantic import BaseModel

from situationroom.actions.base import Action
from situationroom.actions.trials import TriedAction, tried
from situationroom.engine.clock import Clock
from situationroom.engine.opening import CLOSE_S, closed, opened
from situationroom.engine.poller import Feed, Poller
from situationroom.engine.rates import counters
from situationroom.engine.unjudged import why_unjudged
from situationroom.errors import Problem, bug, must_end
from situationroom.layout.conditions import compile_condition
from situationroom.layout.expressions import compile_expression, rated
from situationroom.layout.models import Layout
from situationroom.layout.references import Reference, references
from situationroom.layout.yaml_nodes import DataPath, written
from situationroom.sources.base import Source
from situationroom.values import FeedState, Message, Row, Status

AGAIN_S = 1.0
"""A feed whose first answer has no rows yet is asked again this soon, while it may still be pushed to."""

FIRST_PUSH_S = 4.0
"""How long a feed that is pushed to may stay silent before it counts as empty."""

_SLACK_S = 2.0

AnySource = Source[Any, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What one feed answered.

    Attributes:
        feed, source: their names in the layout.
        status: LIVE, EMPTY or FAILED.
        rows: how many.
        columns: their names, derived ones last; none where nobody knows them.
        took_s: seconds until the answer or the failure.
        remarks: why it failed, or what a person should know of the answer.
        deaf: why nothing can be pushed to it, though it waits for that.
        read: the rows themselves.

    """

    feed: str
    source: str
    status: Status
    rows: int = 0
    columns: tuple[str, ...] = ()
    took_s: float = 0.0
    remarks: tuple[Message, ...] = ()
    deaf: Message | None = None
    read: tuple[Row, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a check found.

    Attributes:
        asked: each feed's answer.
        actions: what trying each action has shown.
        problems: columns that are used and not given, feeds that wait for pushes which cannot come,
            and parts of actions that would not do, in file order.

    """

    asked: tuple[Asked, ...]
    actions: tuple[TriedAction, ...]
    problems: tuple[Problem, ...]

    @property
    def good(self) -> bool:
        """Whether every feed answered, every column is there, and no action is known not to do."""
        return not self.problems and all(one.status is not Status.FAILED for one in self.asked)


async def check(
    layout: Layout,
    sources: Mapping[str, AnySource],
    clock: Clock,
    random: Random,
    actions: Iterable[Action[Any]] = (),
) -> Findings:
    """Open every source, ask every feed once, all at the same time, try ``actions``, and close it all."""
    try:
        troubles = await asyncio.gather(*(opened(source) for source in sources.values()))
        trouble = dict(zip(sources, troubles, strict=True))
        asked = await asyncio.gather(
            *(
                _ask(_feed(layout, name, sources), trouble[spec.source], clock, random)
                for name, spec in layout.feeds.items()
            )
        )
        tries = await tried(actions)
    finally:
        await asyncio.gather(*(closed(source) for source in sources.values()))
    columns = {one.feed: one.columns for one in asked if one.columns}
    deaf = [_problem(layout, ("feeds", one.feed), one.deaf) for one in asked if one.deaf is not None]
    rows = {one.feed: one.read for one in asked if one.read}
    found = [*deaf, *_missing(layout, columns), *_unjudged(layout, rows), *_worded(layout, rows)]
    problems = sorted([*found, *_faults(layout, tries)], key=lambda one: one.line)
    return Findings(tuple(asked), tries, tuple(problems))


def _feed(layout: Layout, name: str, sources: Mapping[str, AnySource]) -> Feed:
    spec = layout.feeds[name]
    derive = {column: compile_expression(text) for column, text in spec.derive.items()}
    return Feed(name, spec, sources[spec.source], derive, counters(layout, name))


async def _ask(feed: Feed, trouble: Message | None, clock: Clock, random: Random) -> Asked:
    """The feed's first answer, got by the same poller as in a running room."""
    if trouble is not None:
        return Asked(feed.name, feed.spec.source, Status.FAILED, remarks=(trouble,))
    limit_s = feed.timeout_s
    pushed = _pushed(feed)
    soon = feed.spec.model_copy(update={"every": min(AGAIN_S, feed.spec.every), "timeout": limit_s})
    states: asyncio.Queue[FeedState] = asyncio.Queue()
    poller = Poller(replace(feed, spec=soon), clock, random, states.put_nowait)
    polling = asyncio.create_task(poller.run(), name=f"check {feed.name}")
    try:
        state = await _first(states, limit_s + _SLACK_S)
        if pushed and not _has_rows(state):
            state = await _with_rows(states, state)
        deaf = await _deaf(feed) if pushed else None
    finally:
        polling.cancel()
        await asyncio.wait((polling,), timeout=CLOSE_S)
    asked = _asked(feed, state, limit_s)
    if deaf is None:
        return asked
    return replace(asked, deaf=deaf, remarks=(*(one for one in asked.remarks if one != deaf), deaf))


def _pushed(feed: Feed) -> bool:
    """Whether the feed may be pushed to; a source that breaks at the question is the poller's to tell."""
    try:
        return feed.source.pushes(feed.spec.question) is not None
    except BaseException as error:  # the poller asks the same, and shows what it raises
        if must_end(error):
            raise
        return False


async def _deaf(feed: Feed) -> Message | None:
    """Why what the feed waits for cannot come, or None."""
    try:
        async with asyncio.timeout(FIRST_PUSH_S + _SLACK_S):
            return await feed.source.deaf(feed.spec.question, FIRST_PUSH_S)
    except TimeoutError:
        return None  # it is not known; what came so far is told
    except BaseException as error:  # a stranger's source: what it raises is what is wrong with it
        if must_end(error):
            raise
        return bug(error)


async def _first(states: asyncio.Queue[FeedState], limit_s: float) -> FeedState | None:
    try:
        async with asyncio.timeout(limit_s):
            return await states.get()
    except TimeoutError:
        return None


async def _with_rows(states: asyncio.Queue[FeedState], state: FeedState | None) -> FeedState | None:
    """The first state with rows; the last one where none comes in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(FIRST_PUSH_S):
            while not _has_rows(state):
                state = await states.get()
    return state


def _has_rows(state: FeedState | None) -> bool:
    return (
        state is not None and state.failure is None and state.reading is not None and bool(state.reading.rows)
    )


def _asked(feed: Feed, state: FeedState | None, limit_s: float) -> Asked:
    name, source = feed.name, feed.spec.source
    if state is None:
        timeout = Message("engine.timeout", {"after_s": limit_s})
        return Asked(name, source, Status.FAILED, took_s=limit_s, remarks=(timeout,))
    if state.failure is not None:
        failure = state.failure
        return Asked(name, source, Status.FAILED, took_s=failure.took_s, remarks=(failure.reason,))
    reading = state.reading
    assert reading is not None  # a published state without a failure has one
    status = Status.LIVE if reading.rows else Status.EMPTY
    return Asked(
        name,
        source,
        status,
        len(reading.rows),
        reading.columns,
        reading.took_s,
        reading.notes,
        None,
        reading.rows,
    )


def _missing(layout: Layout, columns: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    """Columns used anywhere that their feed does not give; feeds that told no columns are passed over."""
    for section, name, spec in _specs(layout):
        own_feed = name if section == "feeds" else None
        for reference in references(spec, own_feed):
            known = columns.get(reference.feed or "")
            if known is None:
                continue
            for used in _columns_of(reference):
                column = rated(used) or used
                if column not in known:
                    path = (section, name, *reference.path)
                    yield _problem(layout, path, _sentence(column, reference.feed or "", known))


def _unjudged(layout: Layout, rows: Mapping[str, tuple[Row, ...]]) -> Iterator[Problem]:
    """Conditions of rules that can be judged for none of the rows that came."""
    for name, rule in layout.rules.items():
        for level, condition in (("warning", rule.warning), ("critical", rule.critical)):
            if condition is None:
                continue
            why = why_unjudged(compile_expression(condition.when), rows.get(rule.feed, ()))
            if why is not None and why.id != "engine.unjudged_column":  # that one is said already
                yield _problem(
                    layout, ("rules", name, level, "when"), Message("engine.unjudged", {"why": why})
                )


_FIGURES = frozenset({"value", "count", "incoming", "outgoing", "compare", "trend"})
"""Options of panels that name a column whose figures are drawn or added up."""


def _worded(layout: Layout, rows: Mapping[str, tuple[Row, ...]]) -> Iterator[Problem]:
    """Columns whose figures a panel draws or adds up, that hold words or nothing in every row that came."""
    for name, spec in layout.panels.items():
        for reference in references(spec, spec.feed):
            drawn = _FIGURES & {*map(str, reference.path)} or "series" in reference.path
            if reference.what != "column" or not drawn:
                continue
            values = [row.get(reference.name) for row in rows.get(reference.feed or "", ())]
            words = next((each for each in values if isinstance(each, str)), None)
            if not values or (words is None and any(value is not None for value in values)):
                continue
            said = {"column": reference.name, "feed": reference.feed, "rows": len(values), "value": words}
            what = Message("check.column_empty" if words is None else "check.column_words", said)
            yield _problem(layout, ("panels", name, *reference.path), what)


def _faults(layout: Layout, tries: Iterable[TriedAction]) -> Iterator[Problem]:
    """The parts of actions that would not do."""
    for one in tries:
        for part in one.faults:
            assert part.trouble is not None  # or it were no fault
            yield _problem(layout, ("actions", one.action, *part.path), part.trouble)


def _problem(layout: Layout, path: DataPath, what: Message) -> Problem:
    return Problem(str(layout.path), *layout.position(path), written(path), what)


def _specs(layout: Layout) -> Iterator[tuple[str, str, BaseModel]]:
    for section in ("feeds", "panels", "rules", "actions"):
        specs: Mapping[str, BaseModel] = getattr(layout, section)
        for name, spec in specs.items():
            yield section, name, spec


def _columns_of(reference: Reference) -> Iterable[str]:
    if reference.what == "column":
        return (reference.name,)
    if reference.what == "condition":
        return sorted(compile_condition(reference.name).columns)
    return sorted(compile_expression(reference.name).names) if reference.what == "expression" else ()


def _sentence(column: str, feed: str, known: tuple[str, ...]) -> Message:
    near = get_close_matches(column, known, n=1)
    hint: Message | str = Message("check.near", {"column": near[0]}) if near else ""
    return Message(
        "check.no_column", {"column": column, "feed": feed, "hint": hint, "columns": ", ".join(known)}
    )
