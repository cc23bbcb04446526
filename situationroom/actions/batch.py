"""``kind: batch``: thousands of items, a bounded step at a time, such as an error queue's reprocess."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from situationroom.actions.base import Brake, Call, Outcome, Preview, Progress, State
from situationroom.actions.database import SqlAction, SqlOptions
from situationroom.actions.pace import Pace
from situationroom.actions.statement import Query, Statement
from situationroom.errors import ActionDenied, ActionFailed, OutcomeUnknown, SourceError
from situationroom.layout.fields import Rate
from situationroom.sources.base import Change
from situationroom.values import Message


class BatchOptions(SqlOptions):
    """``count`` gives the number of items; ``step`` does one batch of them and commits.

    ``step`` may use ``batch`` (how many at most; a step can tell about 500 rows), ``actor``, ``run`` and the
    inputs. It touches one row per item and returns, where items can fail, a column ``failed`` that is true
    for those that did. An item that failed must not be taken again in the same run: let the step mark what
    it tried with ``run`` and pass over what bears that mark. A run never does more items than were counted
    at its preview.

    ``rate`` limits items a second; ``stop_when`` is the brake.
    """

    count: Query
    step: Statement
    batch: Annotated[int, Field(ge=1, le=500)] = 200
    rate: Rate | None = None
    stop_when: Brake | None = None


class Batch(SqlAction[BatchOptions]):
    """Steps through a backlog until it is empty, the counted items are done, or somebody stops it."""

    TYPE = "batch"
    Options = BatchOptions
    ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"batch", "actor", "run"})

    @property
    def brake(self) -> Brake | None:
        """``stop_when``."""
        return self.options.stop_when

    async def preview(self, call: Call, now: datetime) -> Preview:
        """How many items, in what steps."""
        count = await self._count(call)
        if count == 0:
            raise ActionDenied("actions.nothing_to_do", action=self.title)
        batch = min(self.options.batch, count)
        said = {"title": self.title, "count": count, "batch": batch}
        return Preview(
            at=now,
            what=Message("actions.batch_what", said),
            before=_state(count),
            count=count,
            statement=self.options.step.shown(self.names(call, batch=batch), self.secret),
            target=self.name,
        )

    async def run(self, call: Call, preview: Preview, progress: Progress) -> Outcome:
        """Step after step, each committed by itself."""
        total = preview.count or 0
        pace = Pace(self.options.rate)
        done = failed = 0
        progress.report(done, total)
        while done < total:
            size = min(self.options.batch, total - done)
            await progress.wait(pace.take(size, progress.elapsed_s()))
            if (why := progress.stop_reason()) is not None:
                said = {"done": done, "total": total, "why": why}
                return Outcome(Message("actions.batch_stopped", said), done, stopped=True)
            change = await self._step(call, progress.run, size, done)
            if change.count == 0:
                break
            done += change.count
            failed += sum(1 for row in change.rows if row.get("failed") is True)
            progress.report(done, total, failed)
            await progress.checkpoint(done, failed)
        return Outcome(
            Message("actions.batch_done", {"title": self.title, "done": done, "failed": failed}), done
        )

    async def probe(self, call: Call) -> State:
        """How many items there are. The number may move between preview and run: that is a queue's nature."""
        return _state(await self._count(call))

    async def _step(self, call: Call, run: str, size: int, done: int) -> Change:
        """One batch; its errors say how far the run had come."""
        step = self.options.step
        try:
            return await self.database.change(
                step.sql,
                step.bound(self.names(call, batch=size, run=run)),
                max_rows=size,
                timeout_s=self.options.timeout,
            )
        except ActionFailed as error:
            raise ActionFailed("actions.batch_failed", done=done, why=error.message) from error
        except OutcomeUnknown as error:
            raise OutcomeUnknown("actions.batch_unknown", done=done, why=error.message) from error

    async def _count(self, call: Call) -> int:
        value, _ = await self.look_one(self.options.count, call)
        try:
            return int(value)  # type: ignore[arg-type]  # whatever has no number is refused below
        except (TypeError, ValueError) as error:
            raise SourceError("actions.not_a_count", action=self.title) from error


def _state(count: int) -> State:
    """A queue's length is shown, and is no fact that a confirmation would stand on."""
    return State({}, Message("actions.count", {"count": count}))
