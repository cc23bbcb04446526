"""Tries a layout's actions as far as that changes nothing: for whoever checks a layout before the night."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from situationroom.actions.base import Action, Trial
from situationroom.actions.statement import Statement
from situationroom.errors import SourceError
from situationroom.layout.models import ActionSpec
from situationroom.sources.base import SqlSource
from situationroom.values import Message


@dataclass(frozen=True, slots=True)
class TriedAction:
    """One action of the layout, and what trying its parts has shown."""

    action: str
    kind: str
    source: str
    parts: tuple[Trial, ...]

    @property
    def faults(self) -> tuple[Trial, ...]:
        """The parts that would not do."""
        return tuple(part for part in self.parts if part.tried and part.trouble is not None)


async def tried(actions: Iterable[Action[Any]]) -> tuple[TriedAction, ...]:
    """Every action's trials, one action after the other: a check must not crowd a database."""
    return tuple([await _tried(action) for action in actions])


async def _tried(action: Action[Any]) -> TriedAction:
    spec = action.spec
    parts = [*await action.trials(), *await _queries(spec, action)]
    return TriedAction(action.name, spec.kind, spec.source or "", tuple(parts))


async def _queries(spec: ActionSpec, action: Action[Any]) -> list[Trial]:
    """The queries that inputs take their choices from."""
    found: list[Trial] = []
    for name, wanted in spec.inputs.items():
        query = wanted.query
        source = action.sources.get(query.source) if query else None
        if query is not None and isinstance(source, SqlSource):
            found.append(
                await prepared(source, query.sql, 0, query.timeout, ("inputs", name, "query", "sql"))
            )
    return found


async def statements(source: SqlSource[Any, Any], options: BaseModel, timeout_s: float) -> Sequence[Trial]:
    """Each :class:`Statement` among a kind's options, prepared and not run."""
    found = [(name, getattr(options, name)) for name in type(options).model_fields]
    return [
        await prepared(source, one.sql, len(one.args), timeout_s, (name, "sql"))
        for name, one in found
        if isinstance(one, Statement)
    ]


async def prepared(
    source: SqlSource[Any, Any], sql: str, given: int, timeout_s: float, path: tuple[str | int, ...]
) -> Trial:
    """One statement for which ``given`` arguments are meant."""
    try:
        async with asyncio.timeout(2 * timeout_s):  # the source keeps its own; this one is for a careless one
            statement = await source.prepare(sql, timeout_s)
    except SourceError as error:
        return Trial(path, error.message)
    except TimeoutError:
        return Trial(path, Message("sources.timeout", {"after_s": timeout_s}))
    if statement.arguments != given:
        said: Mapping[str, object] = {"given": given, "wanted": statement.arguments}
        return Trial(path, Message("sources.pg_argument_count", said))
    return Trial(path)
