"""``kind: sql``: one changing statement over rows that are shown before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from situationroom.actions.base import Call, Outcome, Preview, Progress, State, Trial
from situationroom.actions.checking import Checked
from situationroom.actions.database import SqlAction, SqlOptions
from situationroom.actions.statement import Statement
from situationroom.codec import encode
from situationroom.errors import ActionDenied, ActionFailed, SourceError
from situationroom.formats import exact_figure, text
from situationroom.journal.entry import canonical
from situationroom.layout.conditions import compile_condition
from situationroom.layout.fields import Figure, Label, ReturnedCondition, Spec
from situationroom.paint.words import Heading
from situationroom.sources.base import Rows
from situationroom.values import Message, Row, Value

_SHOWN_ROWS = 20
UNDOES = "undoes"


class PreviewColumn(Spec):
    """A column of the preview: its name alone, or with how it is headed and written."""

    column: str
    title: Label = ""
    figure: Figure | None = None
    unit: Label = ""


def _named(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


PreviewColumns = tuple[
    Annotated[PreviewColumn, BeforeValidator(_named, json_schema_input_type=str | PreviewColumn)], ...
]


class SqlChangeOptions(SqlOptions):
    """``preview`` selects the very rows that ``run`` will touch; ``run`` is rolled back above ``max_rows``.

    When what ``preview`` selects has changed by the time of the confirmation, nothing is fired: select what
    must not have changed, no running clocks. ``facts`` are those of its columns that must not have changed,
    where the others are only shown; none of them for a queue that grows. ``count`` is the column that says
    how much will be touched, where that is not a row each; ``columns`` how they are headed. ``check`` must be
    true of every row that ``run`` returns, or it has failed and is rolled back. ``run`` may use ``actor``,
    ``actor_name``, ``run``, ``undoes`` (the run that this one undoes) and the inputs; ``preview`` the inputs
    and ``undoes``.
    """

    preview: Statement
    run: Statement
    max_rows: Annotated[int, Field(ge=1)]
    check: ReturnedCondition | None = None
    facts: tuple[str, ...] | None = None
    count: str | None = None
    columns: PreviewColumns = ()

    @field_validator("preview")
    @classmethod
    def _only_looks(cls, preview: Statement) -> Statement:
        """A look happens before any run, and for nobody in particular."""
        foreign = {"value", "actor", "actor_name", "run", "batch"}.intersection(preview.args)
        if foreign:
            names = {"names": ", ".join(sorted(foreign))}
            raise PydanticCustomError("actions.query_args", "a query uses inputs alone: {names}", names)
        return preview


class SqlChange(SqlAction[SqlChangeOptions]):
    """Runs one statement in one transaction."""

    TYPE = "sql"
    Options = SqlChangeOptions
    ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"actor", "actor_name", "run", UNDOES})

    async def preview(self, call: Call, now: datetime) -> Preview:
        """The rows it would touch."""
        rows = await self.look(self.options.preview, call)
        count = self._count(rows)
        if count == 0:
            raise ActionDenied("actions.nothing_to_do", action=self.title)
        most = self.options.max_rows
        too_many = (Message("actions.too_many", {"count": count, "max_rows": most}),) if count > most else ()
        headings = self._headings()
        return Preview(
            at=now,
            what=Message("actions.sql_what", {"title": self.called(call), "count": count}),
            before=self._state(rows),
            count=count,
            columns=tuple(one.column for one in headings) or rows.columns,
            rows=rows.rows[:_SHOWN_ROWS],
            statement=self.options.run.shown(self.names(call), self.secret),
            warnings=(*too_many, *rows.notes),
            headings=headings,
        )

    async def run(self, call: Call, preview: Preview, progress: Progress) -> Outcome:
        """Run it, in one transaction."""
        del preview
        names = self.names(call, run=progress.run)
        check = self.options.check
        checked = {"check": Checked(check, names, self.words)} if check is not None else {}
        change = await self.database.change(
            self.options.run.sql,
            self.options.run.bound(names),
            max_rows=self.options.max_rows,
            timeout_s=self.options.timeout,
            **checked,
        )
        if change.count == 0:
            raise ActionFailed("actions.touched_nothing", action=self.title)
        said = {"title": self.called(call), "count": change.count}
        return Outcome(Message("actions.sql_done", said), change.count)

    async def probe(self, call: Call) -> State:
        """How many rows it would touch, and which."""
        return self._state(await self.look(self.options.preview, call))

    async def trials(self) -> Sequence[Trial]:
        """Its statements, prepared; and whether the columns that are named come of them."""
        found = list(await super().trials())
        options, timeout_s = self.options, self.options.timeout
        if any(one.trouble for one in found):
            return found
        named: list[tuple[tuple[str | int, ...], str]] = []
        named += [(("facts", place), name) for place, name in enumerate(options.facts or ())]
        named += [(("columns", place), one.column) for place, one in enumerate(options.columns)]
        named += [(("count",), options.count)] if options.count is not None else []
        checked = sorted(compile_condition(options.check).columns) if options.check is not None else []
        for sql, wanted in (
            (options.preview.sql, named),
            (options.run.sql, [(("check",), name) for name in checked]),
        ):
            if wanted:
                columns = (await self.database.prepare(sql, timeout_s)).columns
                found += [Trial(path, self._no_column(name)) for path, name in wanted if name not in columns]
        return found

    def _headings(self) -> tuple[Heading, ...]:
        """The columns as the author wants them; none where nothing is said of them."""
        found = []
        for one in self.options.columns:
            known = self.words.heading(one.column)
            figure = one.figure or known.figure
            found.append(Heading(one.column, one.title or known.title, figure, one.unit or known.unit))
        return tuple(found)

    def _count(self, rows: Rows) -> int:
        """How much it would touch: a row each, or what ``count`` says."""
        column = self.options.count
        if column is None:
            return len(rows.rows)
        return sum(self._whole(self._cell(row, column), column) for row in rows.rows)

    def _state(self, rows: Rows) -> State:
        """What a confirmation stands on: the rows, or those of their columns that are facts."""
        count, facts = self._count(rows), self.options.facts
        said = Message("actions.count", {"count": count})
        if facts is None:
            return State({"count": count, "rows": _digest(rows.rows)}, said)
        if not facts:
            return State({}, said)
        chosen = tuple({name: self._cell(row, name) for name in facts} for row in rows.rows)
        return State({"rows": _digest(chosen)}, said)

    def _cell(self, row: Row, column: str) -> Value:
        if column not in row:
            message = self._no_column(column)
            raise SourceError(message.id, **message.values)
        return row[column]

    def _whole(self, value: Value, column: str) -> int:
        """A count; nothing counts as none.

        Raises:
            SourceError: it is no figure, so that nobody can tell how much it is.

        """
        if value is None:
            return 0
        figure = exact_figure(value)
        if figure is None:
            raise SourceError("actions.no_count", action=self.title, column=column, value=text(value))
        return int(figure)

    def _no_column(self, column: str) -> Message:
        return Message("actions.no_column", {"action": self.title, "column": column})


def _digest(rows: Sequence[Mapping[str, Value]]) -> str:
    return hashlib.sha256(canonical(encode(rows)).encode("utf-8")).hexdigest()
