"""``kind: sql``: one changing statement over rows that are shown before."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from situationroom.actions.base import Call, Outcome, Preview, Progress, State
from situationroom.actions.database import SqlAction, SqlOptions
from situationroom.actions.statement import Query, Statement
from situationroom.codec import encode
from situationroom.errors import ActionDenied, ActionFailed
from situationroom.journal.entry import canonical
from situationroom.sources.base import Rows
from situationroom.values import Message

_SHOWN_ROWS = 20


class SqlChangeOptions(SqlOptions):
    """``preview`` selects the very rows that ``run`` will touch; ``run`` is rolled back above ``max_rows``.

    When what ``preview`` selects has changed by the time of the confirmation, nothing is fired: select what
    must not have changed, no running clocks. ``run`` may use ``actor``, ``run`` and the inputs.
    """

    preview: Query
    run: Statement
    max_rows: Annotated[int, Field(ge=1)]


class SqlChange(SqlAction[SqlChangeOptions]):
    """Runs one statement in one transaction."""

    TYPE = "sql"
    Options = SqlChangeOptions
    ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"actor", "run"})

    async def preview(self, call: Call, now: datetime) -> Preview:
        """The rows it would touch."""
        rows = await self.look(self.options.preview, call)
        count = len(rows.rows)
        if count == 0:
            raise ActionDenied("actions.nothing_to_do", action=self.title)
        most = self.options.max_rows
        too_many = (Message("actions.too_many", {"count": count, "max_rows": most}),) if count > most else ()
        return Preview(
            at=now,
            what=Message("actions.sql_what", {"title": self.title, "count": count}),
            before=_state(rows),
            count=count,
            columns=rows.columns,
            rows=rows.rows[:_SHOWN_ROWS],
            statement=self.options.run.shown(self.names(call), self.secret),
            target=self.name,
            warnings=(*too_many, *rows.notes),
        )

    async def run(self, call: Call, preview: Preview, progress: Progress) -> Outcome:
        """Run it, in one transaction."""
        del preview
        change = await self.database.change(
            self.options.run.sql,
            self.options.run.bound(self.names(call, run=progress.run)),
            max_rows=self.options.max_rows,
            timeout_s=self.options.timeout,
        )
        if change.count == 0:
            raise ActionFailed("actions.touched_nothing", action=self.title)
        said = {"title": self.title, "count": change.count}
        return Outcome(Message("actions.sql_done", said), change.count)

    async def probe(self, call: Call) -> State:
        """How many rows it would touch, and which."""
        return _state(await self.look(self.options.preview, call))


def _state(rows: Rows) -> State:
    digest = hashlib.sha256(canonical(encode(rows.rows)).encode("utf-8")).hexdigest()
    count = len(rows.rows)
    return State({"count": count, "rows": digest}, Message("actions.count", {"count": count}))
