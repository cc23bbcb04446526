"""What may be chosen for an input: fixed, the present values of a feed, a query's rows, or the kind's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from situationroom.errors import ActionDenied, SourceError
from situationroom.formats import text_of
from situationroom.layout.models import ActionSpec, FromFeed, FromQuery, InputSpec
from situationroom.sources.base import SqlSource
from situationroom.values import FeedState, Row, Value

if TYPE_CHECKING:
    from situationroom.actions.base import Action, Sources


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be chosen.

    Attributes:
        value: what is given for the input.
        title: what people call it, "" where that is the value.
        present: it is so already: shown, and not to be chosen.

    """

    value: str
    title: str = ""
    present: bool = False


async def offered(
    action: Action[Any],
    feed_state: Callable[[str], FeedState],
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
        try:
            own = await action.choices(name)
            if own is None and spec.query is not None:
                own = await from_query(spec.query, action.sources)
        except SourceError as error:
            raise ActionDenied(
                "actions.choices_unknown", name=spec.title or name, why=error.message
            ) from error
        if own is None and spec.choices:
            own = fixed(spec)
        if own is None and spec.from_ is not None:
            own = from_feed(spec.from_, feed_state, now)
        if own is not None:
            found[name] = own
    return found


def fixed(spec: InputSpec) -> tuple[Choice, ...]:
    """The choices that the layout itself lists."""
    return tuple(Choice(text_of(each.value), each.title) for each in spec.choices)


def from_feed(wanted: FromFeed, feed_state: Callable[[str], FeedState], now: datetime) -> tuple[Choice, ...]:
    """The present values of a feed's column, each once, with its label where there is a column of them.

    Raises:
        ActionDenied: the feed is not fresh.

    """
    state = feed_state(wanted.feed)
    if not state.status(now).fresh or state.reading is None:
        raise ActionDenied("actions.feed_not_fresh", feed=wanted.feed)
    labels: dict[str, str] = {}
    for row in state.reading.rows:
        if (value := row.get(wanted.column)) is not None:
            label = row.get(wanted.label) if wanted.label else None
            labels.setdefault(text_of(value), "" if label is None else text_of(label))
    return tuple(Choice(value, label) for value, label in labels.items())


def labelled(
    spec: ActionSpec, feed_state: Callable[[str], FeedState], now: datetime
) -> dict[str, tuple[Choice, ...]]:
    """The choices that fresh feeds give, and no others: enough to call a thing by its label."""
    return {
        name: from_feed(one.from_, feed_state, now)
        for name, one in spec.inputs.items()
        if one.from_ is not None
        and feed_state(one.from_.feed).status(now).fresh
        and feed_state(one.from_.feed).reading is not None
    }


async def from_query(query: FromQuery, sources: Sources) -> tuple[Choice, ...]:
    """A query's rows as choices.

    Raises:
        SourceError: no answer, or the source takes no SQL.

    """
    source = sources[query.source]
    if not isinstance(source, SqlSource):
        raise SourceError("actions.source_not_sql", action="query", source=query.source, type=source.TYPE)
    rows = await source.select(query.sql, (), query.timeout)
    return tuple(choice_of(row, rows.columns) for row in rows.rows)


def choice_of(row: Row, columns: tuple[str, ...], present: Value = None) -> Choice:
    """A row as a choice: its first column's value, its second's title."""
    value = row[columns[0]]
    title = text_of(row[columns[1]]) if len(columns) > 1 and row[columns[1]] is not None else ""
    return Choice(text_of(value), title, present=present is not None and text_of(value) == text_of(present))
