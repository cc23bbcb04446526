"""What kinds of action that change a database have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from situationroom.actions.base import Action, Call, Sources, Trial
from situationroom.actions.statement import Statement
from situationroom.actions.trials import statements
from situationroom.errors import SourceError, UsageError
from situationroom.layout.fields import Seconds, Spec
from situationroom.layout.models import ActionSpec
from situationroom.sources.base import Rows, SqlSource
from situationroom.values import Value


class SqlOptions(Spec):
    """Base of their options. ``timeout`` bounds each statement."""

    timeout: Seconds = 10.0


O = TypeVar("O", bound=SqlOptions)  # noqa: E741 - the options of an action, as in the layout


class SqlAction(Action[O]):
    """An action whose source takes SQL.

    Raises:
        UsageError: it names no source, or one that takes no SQL.

    """

    def __init__(self, name: str, spec: ActionSpec, options: O, sources: Sources) -> None:
        super().__init__(name, spec, options, sources)
        if spec.source is None:
            raise UsageError("actions.source_missing", action=name, kind=spec.kind)
        source = sources[spec.source]
        if not isinstance(source, SqlSource):
            raise UsageError("actions.source_not_sql", action=name, source=spec.source, type=source.TYPE)
        self.database = source
        self.secret = frozenset(name for name, wanted in spec.inputs.items() if wanted.secret)

    @property
    def title(self) -> str:
        """The action's title for people."""
        return self.spec.title or self.name

    def names(self, call: Call, **given: Value) -> dict[str, Value]:
        """What a statement's ``args`` may name: every input, who asked, and what the kind gives."""
        return {
            **dict.fromkeys(self.spec.inputs),
            **call.values,
            "undoes": call.undoes or None,
            **self.who(call),
            **given,
        }

    async def trials(self) -> Sequence[Trial]:
        """Each of its statements, prepared by the database and not run."""
        return await statements(self.database, self.options, self.options.timeout)

    async def look(self, query: Statement, call: Call) -> Rows:
        """Rows of a query.

        Raises:
            SourceError: no answer.

        """
        return await self.database.select(query.sql, query.bound(self.names(call)), self.options.timeout)

    async def look_one(self, query: Statement, call: Call) -> tuple[Value, Rows]:
        """The first column of a query's first row, and all of its answer.

        Raises:
            SourceError: no answer, or one without a row.

        """
        rows = await self.look(query, call)
        if not rows.rows:
            raise SourceError("actions.no_row", action=self.title)
        return rows.rows[0][rows.columns[0]], rows
