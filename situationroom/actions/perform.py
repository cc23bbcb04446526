"""From a confirmed run to its recorded end: claimed on disk, run once, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from situationroom.actions.base import Facts
from situationroom.actions.guards import Guards
from situationroom.actions.knowing import setting_to, verify_for
from situationroom.actions.ledger import Ledger
from situationroom.actions.looks import Looks
from situationroom.actions.records import Records
from situationroom.actions.runs import Run, RunProgress
from situationroom.actions.waiting import Clock
from situationroom.codec import same_facts
from situationroom.errors import (
    ActionDenied,
    ActionFailed,
    JournalError,
    OutcomeUnknown,
    RoomError,
    SourceError,
)
from situationroom.journal import Kind
from situationroom.values import Message, RunState

PROBE_PATIENCE_S = 10.0
"""How long the last look before an effect may take, the action's own limits apart."""


class Performer:
    """Claims and performs runs for :class:`~situationroom.actions.fire.Firing`, which owns them."""

    def __init__(
        self, records: Records, guards: Guards, looks: Looks, clock: Clock, changed: Callable[[], None]
    ) -> None:
        self._records = records
        self._guards = guards
        self._looks = looks
        self._clock = clock
        self._changed = changed

    async def claim(self, run: Run, lease: str, check: Callable[[Ledger], None]) -> None:
        """The world still as previewed, and the intent on disk, unless ``check`` refuses at that very moment.

        Raises:
            ActionDenied: the world changed since the preview, cannot be seen, somebody stopped the run, or
                another process was faster.
            JournalError: the intent could not be written.

        """
        before = run.previewed.before
        try:
            async with asyncio.timeout(PROBE_PATIENCE_S):
                present = await run.action.probe(run.call)
        except SourceError as error:
            raise ActionDenied("actions.cannot_check", why=error.message) from error
        except TimeoutError as error:
            why = Message("actions.no_answer", {"after_s": PROBE_PATIENCE_S})
            raise ActionDenied("actions.cannot_check", why=why) from error
        if not same_facts(present.facts, before.facts):
            raise ActionDenied("actions.changed_since", before=before.text, now=present.text)
        if run.stop_why is not None:
            raise ActionDenied(run.stop_why.id, **run.stop_why.values)
        body = {
            **self._records.preview(run, run.previewed),
            "lease": lease,
            "values": run.mask.whole(),
            "about": run.about,
            "target": run.target or None,
            "undoes": run.call.undoes or None,
            "resumes": run.call.resume.run if run.call.resume else None,
            "reverts": run.reverts or None,
            "for_s": run.for_s,
            "chosen": run.given.chosen or None,
            "held": self._held(run),
        }
        await self._records.claim(run, Kind.CLAIMED, body, check)
        run.claimed = self._clock.now()
        run.move(RunState.CLAIMED)

    def _held(self, run: Run) -> bool | None:
        """Whether what is to verify the run shows already: then showing it afterwards says less."""
        sets = run.previewed.sets
        verify = verify_for(run.action, sets, undoes=bool(run.call.undoes))
        return self._guards.shows(verify, setting_to(run.given, sets)) if verify is not None else None

    async def perform(self, run: Run) -> None:
        """Run it, once, and record what came of it."""
        brake = run.action.brake
        progress = RunProgress(
            run,
            self._clock.now,
            self._clock.sleep,
            self._guards.halt(brake, run.given) if brake else lambda: None,
            lambda: self._checkpoint(run),
            lambda kind, facts: self._records.write(run, kind, facts),
            self._changed,
        )
        self._looks.again(run.call.action)
        try:
            outcome = await run.action.run(run.call, run.previewed, progress)
        except asyncio.CancelledError:
            await self._end(run, RunState.UNKNOWN, Message("actions.cut_off"))
            raise
        except ActionFailed as error:
            await self._end(run, RunState.FAILED, error.message, error.after)
        except OutcomeUnknown as error:
            await self._end(run, RunState.UNKNOWN, error.message, error.after)
        except RoomError as error:
            await self._end(run, RunState.UNKNOWN, error.message)
        except Exception as error:  # noqa: BLE001 - whatever broke in a kind of action, its effect is unknown
            detail = {"detail": f"{type(error).__name__}: {error}"}
            await self._end(run, RunState.UNKNOWN, Message("actions.broke", detail))
        else:
            run.result = run.mask.message(outcome.result)
            run.done = outcome.count
            end = RunState.STOPPED if outcome.stopped else RunState.DONE
            await self._end(run, end, run.stop_why if outcome.stopped else None, outcome.after)

    async def _end(self, run: Run, state: RunState, why: Message | None, after: Facts | None = None) -> None:
        run.reason = run.mask.message(why) if why else None
        run.move(state)
        self._looks.again(run.call.action)
        self._changed()
        body = {
            "result": self._records.said(run, run.result),
            "reason": self._records.said(run, run.reason),
            **self._stand(run),
            "after": after,
        }
        await self._records.write_sooner_or_later(run, Kind(state.value), body)
        if (until := self._records.temporary_until(run)) is not None:
            await self._records.write_sooner_or_later(run, Kind.TEMPORARY, {"until": until})
        run.ended.set()
        self._changed()

    async def denied(self, run: Run, error: RoomError) -> RoomError:
        """The same error without secrets, once the refusal is recorded as well as can be.

        What was confirmed too late has not been refused by anybody: it has expired.
        """
        run.reason = run.mask.message(error.message)
        late = run.reason.id == "actions.preview_old"
        run.move(RunState.EXPIRED if late else RunState.DENIED)
        self._changed()
        await self._records.write_sooner_or_later(
            run, Kind.EXPIRED if late else Kind.DENIED, {"reason": self._records.said(run, run.reason)}
        )
        run.ended.set()
        return type(error)(run.reason.id, **run.reason.values)

    async def _checkpoint(self, run: Run) -> None:
        try:
            await self._records.write(run, Kind.CHECKPOINT, self._stand(run))
        except JournalError as error:
            run.halt(error.message)  # nothing more is done that nobody could prove

    def _stand(self, run: Run) -> dict[str, object]:
        """Where a run stands, as its continuation would need to know."""
        return {
            "done": run.done,
            "failed": run.failed,
            "total": run.total,
            "errors": run.errors or None,
            "facts": run.stands or None,
        }
