"""The runs of this process, from the wish to the end: asked, previewed, confirmed, claimed, performed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from situationroom.actions.asked import Asked, Confirmation
from situationroom.actions.awaiting import Awaiting
from situationroom.actions.base import Action, Call, Preview
from situationroom.actions.choices import Choice, labelled, offered
from situationroom.actions.guards import Guards
from situationroom.actions.inputs import checked
from situationroom.actions.knowing import given_for
from situationroom.actions.ledger import Ledger
from situationroom.actions.masking import Mask
from situationroom.actions.perform import Performer
from situationroom.actions.records import Records
from situationroom.actions.runs import Run
from situationroom.actions.subject import same_word, subject_of, typed_word
from situationroom.actions.tail import Tail
from situationroom.actions.target import target_of
from situationroom.actions.trust import Trust
from situationroom.actions.waiting import Clock
from situationroom.errors import ActionDenied, RoomError, SourceError
from situationroom.journal import Kind
from situationroom.layout.conditions import Given
from situationroom.values import FeedState, Message, Person, Proof, RunState, RunStatus, Value

PREVIEW_LIVES_S = 30.0
"""A preview older than this confirms nothing."""

PREVIEW_PATIENCE_S = 20.0
"""How long an action may take for its preview, its own limits apart."""

CLOSE_S = 10.0
"""How long runs under way get, at the program's end, to finish their step."""

_REMEMBERED = 200
_CUT_S = 12.0


class Door:
    """Keeps every run of this process. A run belongs to it and not to the screen that asked.

    Args:
        actions: the room's actions by id.
        runs: the runs, by id; nobody else adds any.
        guards, tail, records, performer, awaiting, trust: its helpers.
        feed_state: the newest state of a feed.
        clock: the room's time.
        changed: called when any run looks different.
        new_id: makes the id of a run.
        leased: told the name of this process's sign of life.

    """

    def __init__(
        self,
        actions: Mapping[str, Action[Any]],
        runs: dict[str, Run],
        guards: Guards,
        tail: Tail,
        records: Records,
        performer: Performer,
        awaiting: Awaiting,
        trust: Trust,
        feed_state: Callable[[str], FeedState],
        clock: Clock,
        changed: Callable[[], None],
        new_id: Callable[[], str],
        leased: Callable[[str], None],
    ) -> None:
        self._actions = actions
        self._runs = runs
        self._guards = guards
        self._tail = tail
        self._records = records
        self._performer = performer
        self._awaiting = awaiting
        self._trust = trust
        self._feed_state = feed_state
        self._clock = clock
        self._changed = changed
        self._new_id = new_id
        self._leased = leased
        self._confirmed: dict[str, Run] = {}  # the last confirmed one of each action, which may be under way
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    async def ask(self, call: Call) -> Asked:
        """Permission is checked and the preview made; raises as :meth:`Firing.ask`."""
        if call.action not in self._actions:
            raise ActionDenied("actions.no_such_action", action=call.action)
        run = self._new_run(self._actions[call.action], call)
        asked = {
            "values": run.mask.values(),
            "undoes": call.undoes or None,
            "resumes": call.resume.run if call.resume else None,
        }
        await self._records.write(run, Kind.ASKED, asked)
        self._runs[run.id] = run
        try:
            preview = await self._preview(run)
        except Exception as error:  # a kind of action may break in any way: it is said and recorded
            raise await self._performer.denied(run, readable(error)) from error
        run.preview = preview
        await self._records.write(run, Kind.PREVIEWED, self._records.preview(run, preview))
        run.move(RunState.PREVIEWED)
        expires = preview.at + timedelta(seconds=PREVIEW_LIVES_S)
        return Asked(run.id, run.call, preview, run.action.spec.confirmation, expires)

    async def fire(self, run: str, confirmation: Confirmation) -> RunStatus:
        """Claimed on disk and begun, or awaiting; raises as :meth:`Firing.fire`."""
        fired = self.known(run)
        if fired.fired or fired.state is not RunState.PREVIEWED:
            raise ActionDenied("actions.already_fired")
        fired.fired = True
        try:
            proof = self._proven(fired, confirmation)
        except ActionDenied as error:
            raise await self._performer.denied(fired, error) from error
        if fired.action.spec.confirmation == "two-person":
            return await self._await_second(fired, proof)
        self._confirm(fired)  # no await since the guards: in this process no other can begin from here on
        begun: asyncio.Future[RunStatus] = asyncio.get_running_loop().create_future()
        self._spawn(self._carry(fired, begun, proof), fired)
        return await asyncio.shield(begun)

    async def withdraw(self, run: str) -> None:
        """Forget a run that was not confirmed, or still waits for its second person; journalled."""
        withdrawn = self.known(run)
        if withdrawn.fired and withdrawn.action.spec.confirmation == "two-person":
            await self._awaiting.withdraw(withdrawn)
            return
        if withdrawn.state is not RunState.PREVIEWED:
            raise ActionDenied("actions.already_fired")
        withdrawn.move(RunState.WITHDRAWN)
        del self._runs[run]
        await self._records.write_sooner_or_later(withdrawn, Kind.WITHDRAWN)
        withdrawn.ended.set()

    async def carry_revert(self, run: Run, check: Callable[[Ledger], None]) -> None:
        """Claim and perform a revert; raises as :meth:`Performer.claim` while it had no effect."""
        if self._closing:
            raise ActionDenied("actions.closing")
        lease = await self._lease()
        await self._performer.claim(run, lease, check)
        self._runs[run.id] = run
        run.move(RunState.RUNNING)
        self._spawn(self._performer.perform(run), run)
        await run.ended.wait()

    async def close(self) -> None:
        """End within bounds: runs finish their present step; what does not is cut off and unknown."""
        self._closing = True
        for run in list(self._runs.values()):
            if run.under_way:
                run.halt(Message("actions.closing"))
            elif run.state is RunState.AWAITING:
                await self._performer.denied(run, ActionDenied("actions.closing"))
        await self._finish_tasks(CLOSE_S)
        for task in self._tasks:
            task.cancel()
        await self._finish_tasks(_CUT_S)

    async def choices(
        self, action: Action[Any], given: Mapping[str, Value] | None = None
    ) -> Mapping[str, tuple[Choice, ...]]:
        """What may be chosen now for an action's inputs; raises as :meth:`Firing.choices`.

        With ``given``, only where those need it: see ``choices.offered``.
        """
        try:
            async with asyncio.timeout(PREVIEW_PATIENCE_S):
                return await offered(action, self._feed_state, self._clock.now(), given)
        except TimeoutError as error:
            raise SourceError("actions.no_answer", after_s=PREVIEW_PATIENCE_S) from error

    def known(self, run: str) -> Run:
        """A run of this process.

        Raises:
            ActionDenied: there is no such run.

        """
        if run not in self._runs:
            raise ActionDenied("actions.no_such_run")
        return self._runs[run]

    def why_not(
        self, action: Action[Any], person: Person, target: str = "", given: Given | None = None
    ) -> Message | None:
        """Why ``person`` may not fire an action now, or None; see :meth:`Guards.why_not`."""
        run = self._confirmed.get(action.name)
        ledger = self._tail.ledger
        why = self._guards.why_not(action.name, action.spec, person, action.brake, ledger, target, given)
        if why is None and run is not None and run.under_way:
            return Message("actions.under_way", {"person": run.call.person.name})
        return why

    async def _preview(self, run: Run) -> Preview:
        """Allowed, its values checked, and previewed."""
        if self._closing:
            raise ActionDenied("actions.closing")
        await self._tail.refresh()
        _deny(self.why_not(run.action, run.call.person))
        followed = self._tail.ledger.runs.get(run.call.undoes or _resumed(run.call))
        if followed is not None and followed.action == run.call.action:
            choices: Mapping[str, tuple[Choice, ...]] = labelled(
                run.action.spec, self._feed_state, self._clock.now()
            )
            values = dict(run.call.values)  # they were checked for that run; what was chosen may be gone
        else:
            values, choices = await self._checked(run)
        subject = subject_of(run.action.spec, values, choices)
        run.call = replace(run.call, values=values, subject=subject)
        run.mask = Mask(run.action.spec.inputs, values)
        run.target = target_of(run.action.spec, values)
        run.for_s = None if run.call.undoes else run.action.spec.for_
        run.given = given_for(run.action.spec, values, self._feed_state)
        _deny(self.why_not(run.action, run.call.person, run.target, run.given))
        try:
            async with asyncio.timeout(PREVIEW_PATIENCE_S):
                return self._told(run, await run.action.preview(run.call, self._clock.now()))
        except TimeoutError as error:
            raise SourceError("actions.no_answer", after_s=PREVIEW_PATIENCE_S) from error

    def _told(self, run: Run, preview: Preview) -> Preview:
        """A preview in the room's words, with what its brake measures now."""
        brake, words, warnings = run.action.brake, self._guards.words, preview.warnings
        if brake is not None and self._guards.meets(brake, run.given):
            warnings = (*warnings, Message("actions.brake_on"))
        return replace(
            preview,
            target=typed_word(run.action.spec.title or run.action.name, run.call.subject),
            rows=tuple(words.row(row) for row in preview.rows),
            headings=preview.headings or words.headings(preview.columns, run.action.spec),
            brake=self._guards.measured(brake, run.given) if brake is not None else None,
            warnings=warnings,
        )

    async def _checked(self, run: Run) -> tuple[dict[str, Any], Mapping[str, tuple[Choice, ...]]]:
        choices = await self.choices(run.action, run.call.values)
        inputs, now = run.action.spec.inputs, self._clock.now()
        return checked(inputs, run.call.values, self._feed_state, now, choices), choices

    def _proven(self, run: Run, confirmation: Confirmation) -> Proof:
        """How far a confirmation proves its asker.

        Raises:
            ActionDenied: it does not count.

        """
        preview, spec = run.previewed, run.action.spec
        if self._closing:
            raise ActionDenied("actions.closing")
        if (self._clock.now() - preview.at).total_seconds() > PREVIEW_LIVES_S:
            raise ActionDenied("actions.preview_old", after_s=PREVIEW_LIVES_S)
        if spec.confirmation == "type" and not same_word(confirmation.typed, preview.target):
            raise ActionDenied("actions.mistyped", target=preview.target)
        _deny(self.why_not(run.action, run.call.person, run.target, run.given))
        return self._trust.to_fire(spec, run.call.person, confirmation.by, preview.at)

    async def _await_second(self, run: Run, proof: Proof) -> RunStatus:
        run.move(RunState.AWAITING)
        try:
            await self._awaiting.begin(run, await self._lease(), proof)
        except RoomError as error:
            raise await self._performer.denied(run, error) from error
        self._spawn(self._carry_approved(run, proof), run)
        self._changed()
        return run.status()

    async def _carry_approved(self, run: Run, proof: Proof) -> None:
        """Wait for the second person, and carry what they approved."""
        if not await self._awaiting.approved(run):
            self._changed()
            return
        if (why := self.why_not(run.action, run.call.person, run.target, run.given)) is not None:
            await self._performer.denied(run, ActionDenied(why.id, **why.values))
            return
        self._confirm(run)
        await self._carry(run, asyncio.get_running_loop().create_future(), proof)

    def _confirm(self, run: Run) -> None:
        run.move(RunState.CONFIRMED)
        self._confirmed[run.call.action] = run

    async def _carry(self, run: Run, begun: asyncio.Future[RunStatus], proof: Proof) -> None:
        """Claim and perform a confirmed run."""
        begun.add_done_callback(_heard)
        try:
            lease = await self._lease()
            how = {"how": run.action.spec.confirmation, "proof": proof, "lease": lease}
            await self._records.write(run, Kind.CONFIRMED, how)
            await self._performer.claim(run, lease, lambda ledger: self._still_free(run, ledger))
        except asyncio.CancelledError:
            begun.set_exception(await self._performer.denied(run, ActionDenied("actions.closing")))
            raise
        except Exception as error:  # noqa: BLE001 - as in ask(): whoever fired must hear of it
            begun.set_exception(await self._performer.denied(run, readable(error)))
            return
        run.move(RunState.RUNNING)
        begun.set_result(run.status())
        self._changed()
        await self._performer.perform(run)

    def _still_free(self, run: Run, ledger: Ledger) -> None:
        """The last look, with the journal locked: what any process did meanwhile counts.

        Raises:
            ActionDenied: there is no place for the run any more.

        """
        _deny(self._guards.taken(run.call.action, run.action.spec, ledger, run.target))
        if run.call.undoes and ledger.undone(run.call.undoes):
            raise ActionDenied("actions.undone_already")
        if run.call.resume and any(one.resumes == run.call.resume.run for one in ledger.runs.values()):
            raise ActionDenied("actions.cannot_continue")
        if run.action.spec.confirmation == "two-person":
            record = ledger.runs.get(run.id)
            if record is None or not record.approver:
                raise ActionDenied("actions.not_approved")

    async def _lease(self) -> str:
        lease = await self._tail.lease()
        self._leased(lease)
        return lease

    def _spawn(self, work: Coroutine[Any, Any, None], run: Run) -> None:
        task = asyncio.create_task(work, name=f"run {run.call.action}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _finish_tasks(self, within_s: float) -> None:
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within_s)

    def _new_run(self, action: Action[Any], call: Call) -> Run:
        """A new run; the oldest that are over are forgotten."""
        over = [
            run.id for run in self._runs.values() if not run.under_way and run.state is not RunState.AWAITING
        ]
        for old in over[: max(0, len(self._runs) - _REMEMBERED)]:
            del self._runs[old]
        return Run(self._new_id(), action, call, Mask(action.spec.inputs, call.values), self._clock.now())


def readable(error: Exception) -> RoomError:
    """An error with a sentence: its own, or that the kind of action broke before any effect."""
    if isinstance(error, RoomError):
        return error
    return ActionDenied("actions.broke_before", detail=f"{type(error).__name__}: {error}")


def _deny(why: Message | None) -> None:
    if why is not None:
        raise ActionDenied(why.id, **why.values)


def _resumed(call: Call) -> str:
    """The run that a call continues, or ""."""
    return call.resume.run if call.resume else ""


def _heard(future: asyncio.Future[RunStatus]) -> None:
    """Take the error where the screen that asked is gone; the journal and the run's status have it."""
    if not future.cancelled():
        future.exception()
