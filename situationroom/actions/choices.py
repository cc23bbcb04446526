"""What may be chosen for an input: fixed, the present values of a feed, a query's rows, or the kind's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from situationroom.errors import ActionDenied, SourceError
from situationroom.formats import text_of
from situationroom.layout.models import ActionSpec, FromFeed, FromQuery, InputSpec
from situationroom.paint.words import Heading, RoomWords
from situationroom.sources.base import SqlSource
from situationroom.values import Duration, FeedState, Row, Value

if TYPE_CHECKING:
    from situationroom.actions.base import Action, Sources

FeedStates = Callable[[str], FeedState]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be chosen.

    Attributes:
        value: what is given for the input.
        title: what people call it, "" where that is the value.
        present: it is so already: shown, and not to be chosen.
        beside: what else helps to choose: ``적체 1,204 · 재시도 3``.

    """

    value: str
    title: str = ""
    present: bool = False
    beside: str = ""


async def offered(
    action: Action[Any],
    feed_state: FeedStates,
    now: datetime,
    given: Mapping[str, Value] | None = None,
) -> dict[str, tuple[Choice, ...]]:
    """The choices of every input that is chosen from something, by the input's name.

    With ``given``, only of those that need a look: nobody asks for choices of an optional input left out.

    Raises:
        ActionDenied: they cannot be learned: a feed is not fresh, a query got no answer.

    """
    found: dict[str, tuple[Choice, ...]] = {}
    for name, spec in action.spec.inputs.items():
        if given is not None and spec.optional and given.get(name) in (None, ""):
            continue
        choices = await _from_one(action, name, spec, feed_state, now)
        if choices is not None:
            found[name] = _called(spec, choices)
    return found


async def _from_one(
    action: Action[Any], name: str, spec: InputSpec, feed_state: FeedStates, now: datetime
) -> tuple[Choice, ...] | None:
    """The choices of one input, from the one place it has them from; None where it is not chosen."""
    if spec.choices:
        return fixed(spec)
    if spec.from_ is not None:
        return from_feed(spec.from_, feed_state, now, action.words)
    try:
        if spec.query is not None:
            return await from_query(spec.query, action.sources, action.words)
        return await action.choices(name)
    except SourceError as error:
        raise ActionDenied("actions.choices_unknown", name=spec.title or name, why=error.message) from error


def fixed(spec: InputSpec) -> tuple[Choice, ...]:
    """The choices that the layout itself lists."""
    return tuple(Choice(text_of(each.value), each.title) for each in spec.choices)


def from_feed(
    wanted: FromFeed, feed_state: FeedStates, now: datetime, words: RoomWords | None = None
) -> tuple[Choice, ...]:
    """The present values of a feed's column, each once, with its label where there is one.

    With ``words`` also what is told beside each.

    Raises:
        ActionDenied: the feed is not fresh.

    """
    state = feed_state(wanted.feed)
    if not state.status(now).fresh or state.reading is None:
        raise ActionDenied("actions.feed_not_fresh", feed=wanted.feed)
    choices: dict[str, Choice] = {}
    for row in state.reading.rows:
        if (value := row.get(wanted.column)) is None or text_of(value) in choices:
            continue
        label = row.get(wanted.label) if wanted.label else None
        title = "" if label is None else text_of(label)
        beside = ""
        if words is not None:
            title = "" if label is None else _label(label, words)
            title = title or _title(value, words.heading(wanted.column, (wanted.feed,)), words)
            beside = _beside(wanted, row, text_of(value), feed_state, now, words)
        choices[text_of(value)] = Choice(text_of(value), title, beside=beside)
    return tuple(choices.values())


def _title(value: Value, heading: Heading, words: RoomWords) -> str:
    """What people call a value by itself: by the words of its column, or a length of time as one."""
    return heading.called(value) or (words.value(value) if isinstance(value, Duration) else "")


def _beside(
    wanted: FromFeed, row: Row, value: str, feed_state: FeedStates, now: datetime, words: RoomWords
) -> str:
    """What is told beside a choice; nothing of a feed that is not fresh, for old figures mislead."""
    told = []
    for each in wanted.also:
        feed = each.feed or wanted.feed
        found: Row | None = row if each.feed is None else _row_of(feed_state(feed), value, now)
        if found is not None and found.get(each.column) is not None:
            told.append((words.heading(each.column, (feed,)), found[each.column]))
    return _told(told, words)


def _row_of(state: FeedState, value: str, now: datetime) -> Row | None:
    """The row whose key a value is, of a fresh feed."""
    rows = state.reading.rows if state.reading is not None and state.status(now).fresh else ()
    return next((row for row in rows if state.key(row) == (value,)), None)


def _told(cells: Sequence[tuple[Heading, Value]], words: RoomWords) -> str:
    """Commas, since no line that is folded begins with one."""
    return ", ".join(f"{heading.title} {words.value(value, heading)}" for heading, value in cells)


def _called(spec: InputSpec, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Choices by the layout's own words for them."""
    return tuple(replace(each, title=spec.labels.get(each.value, each.title)) for each in choices)


def labelled(spec: ActionSpec, feed_state: FeedStates, now: datetime) -> dict[str, tuple[Choice, ...]]:
    """The choices that the layout and fresh feeds give, no others: enough to call a thing by its label."""
    found: dict[str, tuple[Choice, ...]] = {}
    for name, one in spec.inputs.items():
        named = tuple(Choice(value, title) for value, title in one.labels.items())
        if one.from_ is not None:
            state = feed_state(one.from_.feed)
            if state.status(now).fresh and state.reading is not None:
                named += from_feed(one.from_, feed_state, now)
        if named := (*named, *fixed(one)):
            found[name] = named
    return found


def _label(label: Value, words: RoomWords) -> str:
    return words.value(label) if isinstance(label, Duration) else text_of(label)


async def from_query(query: FromQuery, sources: Sources, words: RoomWords) -> tuple[Choice, ...]:
    """A query's rows as choices.

    Raises:
        SourceError: no answer, or the source takes no SQL.

    """
    source = sources[query.source]
    if not isinstance(source, SqlSource):
        raise SourceError("actions.source_not_sql", action="query", source=query.source, type=source.TYPE)
    rows = await source.select(query.sql, (), query.timeout)
    return tuple(choice_of(row, rows.columns, words) for row in rows.rows)


def choice_of(row: Row, columns: tuple[str, ...], words: RoomWords) -> Choice:
    """A row as a choice: its first column's value, its second's title, the others beside it."""
    value, label = row[columns[0]], row[columns[1]] if len(columns) > 1 else None
    title = _title(value, words.heading(columns[0]), words) if label is None else _label(label, words)
    told = [(words.heading(column), row[column]) for column in columns[2:] if row[column] is not None]
    return Choice(text_of(value), title, beside=_told(told, words))
