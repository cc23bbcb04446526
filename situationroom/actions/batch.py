"""``kind: batch``: thousands of items, a bounded step at a time, such as an error queue's reprocess."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from situationroom.actions.base import Brake, Call, Outcome, Preview, Progress, State
from situationroom.actions.database import SqlAction, SqlOptions
from situationroom.actions.pace import Pace
from situationroom.actions.statement import Query, Statement
from situationroom.errors import ActionDenied, ActionFailed, OutcomeUnknown, SourceError
from situationroom.formats import printable
from situationroom.layout.fields import Rate
from situationroom.sources.base import Change, Changes
from situationroom.values import Message, Row

LOOK_S = 1.0
"""While a run waits for its rate, it looks this often whether the rate was changed."""

MOST_REASONS = 20
"""Reasons of failures that are told apart; the others are counted together."""

OTHERS = "…"

_LONGEST_REASON = 80


class BatchOptions(SqlOptions):
    """``count`` gives the number of items; ``step`` does one batch of them and commits.

    ``step`` may use ``batch`` (how many at most; a step can tell about 500 rows), ``actor``, ``run`` and the
    inputs. It touches one row per item and returns, where items can fail, a column ``failed`` that is true
    for those that did, and may say why in a column ``reason``. An item that failed must not be taken again
    in the same run: let the step mark what it tried with ``run`` and pass over what bears that mark. A run
    that is continued keeps the mark of the first. A run never does more items than were counted at its
    preview.

    ``rate`` limits items a second, and can be changed while it runs; ``stop_when`` is the brake.
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
    ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"batch", "actor", "actor_name", "run"})
    CONTINUES: ClassVar[bool] = True

    @property
    def brake(self) -> Brake | None:
        """``stop_when``."""
        return self.options.stop_when

    async def preview(self, call: Call, now: datetime) -> Preview:
        """How many items, in what steps; of a run that is continued, how many are left."""
        count = await self._count(call)
        left = min(count, _left(call)) if call.resume and call.resume.total is not None else count
        if left == 0:
            raise ActionDenied("actions.nothing_to_do", action=self.title)
        batch = min(self.options.batch, left)
        said: dict[str, object] = {"title": self.called(call), "count": left, "batch": batch}
        what = Message("actions.batch_what", said)
        if call.resume is not None:
            said |= {"done": call.resume.done, "failed": call.resume.failed}
            what = Message("actions.batch_continues", said)
        return Preview(
            at=now,
            what=what,
            before=_state(count),
            count=left,
            statement=self.options.step.shown(self.names(call, batch=batch), self.secret),
        )

    async def run(self, call: Call, preview: Preview, progress: Progress) -> Outcome:
        """Step after step, each committed by itself, all on one connection."""
        tally = _Tally(preview.count or 0)
        mark = _mark(call, progress.run)
        pace = Pace()
        progress.limited(self.options.rate)
        progress.report(0, tally.total)
        async with self.database.session() as session:
            while tally.done < tally.total:
                if (why := await _may_go_on(pace, progress)) is not None:
                    said = {"done": tally.done, "total": tally.total, "why": why}
                    return Outcome(Message("actions.batch_stopped", said), tally.done, stopped=True)
                size = pace.size(min(self.options.batch, tally.total - tally.done), progress.limit_per_s)
                pace.begin(size, progress.elapsed_s())
                change = await self._step(session, call, mark, size, tally.done)
                if change.count == 0:
                    break
                tally.add(change)
                progress.report(tally.done, tally.total, tally.failed, tally.errors)
                await progress.checkpoint(tally.done, tally.failed, {"mark": mark})
        said = {"title": self.called(call), "done": tally.done, "failed": tally.failed}
        return Outcome(Message("actions.batch_done", said), tally.done)

    async def probe(self, call: Call) -> State:
        """How many items there are. The number may move between preview and run: that is a queue's nature."""
        return _state(await self._count(call))

    async def _step(self, session: Changes, call: Call, mark: str, size: int, done: int) -> Change:
        """One batch; its errors say how far the run had come."""
        step = self.options.step
        try:
            return await session.change(
                step.sql,
                step.bound(self.names(call, batch=size, run=mark)),
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


class _Tally:
    """What a run did so far."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.failed = 0
        self._reasons: Counter[str] = Counter()

    @property
    def errors(self) -> Mapping[str, int]:
        """Failures by reason, the most frequent first."""
        return dict(self._reasons.most_common())

    def add(self, change: Change) -> None:
        self.done += change.count
        for row in change.rows:
            if row.get("failed") is True:
                self.failed += 1
                self._count(_reason(row))

    def _count(self, reason: str) -> None:
        known = reason in self._reasons or len(self._reasons) < MOST_REASONS
        self._reasons[reason if known else OTHERS] += 1


async def _may_go_on(pace: Pace, progress: Progress) -> Message | None:
    """Let the rate's time pass, and others have their turn; then why the run must stop, or None."""
    await progress.wait(0)
    while progress.stop_reason() is None:
        wait_s = pace.wait_s(progress.elapsed_s(), progress.limit_per_s)
        if wait_s <= 0:
            break
        await progress.wait(min(wait_s, LOOK_S))
    return progress.stop_reason()


def _mark(call: Call, run: str) -> str:
    """What a step marks tried items with: the id of the run that a chain of continuations began with."""
    if call.resume is None:
        return run
    kept = call.resume.facts.get("mark")
    return kept if isinstance(kept, str) else call.resume.run


def _left(call: Call) -> int:
    assert call.resume is not None
    assert call.resume.total is not None
    return max(0, call.resume.total - call.resume.done)


def _reason(row: Row) -> str:
    value = row.get("reason")
    return OTHERS if value is None else printable(" ".join(str(value).split())[:_LONGEST_REASON])


def _state(count: int) -> State:
    """A queue's length is shown, and is no fact that a confirmation would stand on."""
    return State({}, Message("actions.count", {"count": count}))
