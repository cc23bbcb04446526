"""The one way to run an action: asked, allowed, previewed, confirmed, claimed on disk, and only then run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from situationroom.actions.asked import Asked, Confirmation
from situationroom.actions.base import Action, Call, Preview
from situationroom.actions.choices import Choice, offered
from situationroom.actions.guards import Guards
from situationroom.actions.inputs import checked
from situationroom.actions.looks import Looks
from situationroom.actions.masking import Mask
from situationroom.actions.perform import Performer
from situationroom.actions.records import Records
from situationroom.actions.runs import Run
from situationroom.actions.waiting import Clock
from situationroom.errors import ActionDenied, RoomError, SourceError
from situationroom.i18n import say
from situationroom.journal import Journal, Kind
from situationroom.layout.models import Layout
from situationroom.values import ActionState, FeedState, Message, Person, RunState, RunStatus, Value

__all__ = ["Asked", "Confirmation", "Firing"]

PREVIEW_LIVES_S = 30.0
"""A preview older than this confirms nothing."""

PREVIEW_PATIENCE_S = 20.0
"""How long an action may take for its preview, its own limits apart."""

CLOSE_S = 10.0
"""How long runs under way get, at the program's end, to finish their step."""

_REMEMBERED = 200
_CUT_S = 12.0


class Firing:
    """The door: the only caller of :meth:`Action.run`, and the keeper of every run of a room.

    A run belongs to it and not to the screen that asked: a screen that goes away stops nothing.

    Args:
        layout: the room's layout.
        actions: its actions by id.
        journal: where every step is recorded before it has an effect.
        clock: the room's time.
        feed_state: the newest state of a feed.
        changed: called when any action or run looks different.
        new_id: makes the id of a run.
        where: from where people fire, for the journal.

    """

    def __init__(
        self,
        layout: Layout,
        actions: Mapping[str, Action[Any]],
        journal: Journal,
        clock: Clock,
        feed_state: Callable[[str], FeedState],
        changed: Callable[[], None],
        new_id: Callable[[], str],
        where: str = "",
    ) -> None:
        self._layout = layout
        self._actions = actions
        self._clock = clock
        self._feed_state = feed_state
        self._changed = changed
        self._new_id = new_id
        self._records = Records(journal, layout.lang, where, clock.now, clock.sleep)
        self._guards = Guards(layout, feed_state, clock.now)
        self._looks = Looks(actions, clock.now, clock.sleep, changed)
        self._performer = Performer(self._records, self._guards, self._looks, clock, changed)
        self._runs: dict[str, Run] = {}
        self._last: dict[str, Run] = {}  # the last fired run of each action
        self._confirmed: dict[str, Run] = {}  # the last confirmed one, which may be under way
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    async def run(self) -> None:
        """Look up the state of every action, for ever; the room runs this beside its feeds."""
        await self._looks.run()

    def states(self, person: Person) -> tuple[ActionState, ...]:
        """Every action as ``person`` may fire it, in layout order."""
        return tuple(self._state(name, action, person) for name, action in self._actions.items())

    def runs(self) -> tuple[RunStatus, ...]:
        """Runs that were fired, newest first."""
        return tuple(run.status() for run in reversed(self._runs.values()) if run.fired)

    async def choices(self, action: str) -> Mapping[str, tuple[Choice, ...]]:
        """What may be chosen now for each input of an action that is chosen from something.

        Raises:
            ActionDenied: no such action, or the choices cannot be learned.
            SourceError: no answer in time.

        """
        if action not in self._actions:
            raise ActionDenied("actions.no_such_action", action=action)
        return await self._choices(self._actions[action])

    async def ask(self, action: str, values: Mapping[str, Value], person: Person) -> Asked:
        """Ask for a run: permission is checked and the preview made. Nothing happens yet.

        Raises:
            ActionDenied: it may not be fired, and why.
            SourceError: its preview cannot be made.
            JournalError: the journal cannot be written, so nothing may be asked.

        """
        if action not in self._actions:
            raise ActionDenied("actions.no_such_action", action=action)
        run = self._new_run(self._actions[action], Call(action, person, values))
        await self._records.write(run, Kind.ASKED, {"values": run.mask.values()})
        self._runs[run.id] = run
        try:
            preview = await self._preview(run)
        except Exception as error:  # a kind of action may break in any way: it is said and recorded
            raise await self._performer.denied(run, _readable(error)) from error
        run.preview = preview
        await self._records.write(run, Kind.PREVIEWED, self._records.preview(run, preview))
        run.move(RunState.PREVIEWED)
        expires = preview.at + timedelta(seconds=PREVIEW_LIVES_S)
        return Asked(run.id, run.call, preview, run.action.spec.confirmation, expires)

    async def fire(self, run: str, confirmation: Confirmation) -> RunStatus:
        """Fire an asked run: claimed on disk, then begun. Returns once it is under way or has ended.

        Raises:
            ActionDenied: not confirmed as it must be, another run is under way, or the world changed since
                the preview.
            JournalError: the intent could not be written, so nothing was fired.

        """
        fired = self._known(run)
        if fired.fired or fired.state is not RunState.PREVIEWED:
            raise ActionDenied("actions.already_fired")
        fired.fired = True
        self._last[fired.call.action] = fired
        if (why := self._unconfirmed(fired, confirmation)) is not None:
            raise await self._performer.denied(fired, ActionDenied(why.id, **why.values))
        fired.move(RunState.CONFIRMED)  # no await since the guards: from here on no other run of it can begin
        self._confirmed[fired.call.action] = fired
        begun: asyncio.Future[RunStatus] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._carry(fired, begun), name=f"run {fired.call.action}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        begun.add_done_callback(_heard)
        return await asyncio.shield(begun)

    async def withdraw(self, run: str) -> None:
        """Forget an asked run that was not confirmed; journalled."""
        withdrawn = self._known(run)
        if withdrawn.state is not RunState.PREVIEWED:
            raise ActionDenied("actions.already_fired")
        withdrawn.move(RunState.WITHDRAWN)
        del self._runs[run]
        await self._records.write_sooner_or_later(withdrawn, Kind.WITHDRAWN)
        withdrawn.ended.set()

    async def finished(self, run: str) -> RunStatus:
        """The status of a run once it has ended."""
        wanted = self._known(run)
        await wanted.ended.wait()
        return wanted.status()

    async def stop(self, run: str, person: Person) -> None:
        """Have a run end after its present step.

        Raises:
            ActionDenied: it is not under way, or ``person`` has no say in it.

        """
        stopped = self._known(run)
        if not stopped.under_way:
            raise ActionDenied("actions.not_under_way")
        if (why := self._guards.role(stopped.action.spec, person)) is not None:
            raise ActionDenied(why.id, **why.values)
        stopped.halt(Message("actions.stopped_by", {"person": person.name}))
        await self._records.write_sooner_or_later(stopped, Kind.STOP_ASKED, person=person)

    async def close(self) -> None:
        """End within bounds: runs finish their present step; what does not is cut off and unknown."""
        self._closing = True
        for run in self._runs.values():
            if run.under_way:
                run.halt(Message("actions.closing"))
        await self._finish_tasks(CLOSE_S)
        for task in self._tasks:
            task.cancel()
        await self._finish_tasks(_CUT_S)
        await self._records.close()

    async def _finish_tasks(self, within_s: float) -> None:
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within_s)

    async def _preview(self, run: Run) -> Preview:
        """Allowed, its values checked, and previewed."""
        if self._closing:
            raise ActionDenied("actions.closing")
        if (why := self._why_not(run.action, run.call.person)) is not None:
            raise ActionDenied(why.id, **why.values)
        now = self._clock.now()
        choices = await self._choices(run.action, run.call.values)
        values = checked(run.action.spec.inputs, run.call.values, self._feed_state, now, choices)
        run.call = Call(run.call.action, run.call.person, values)
        run.mask = Mask(run.action.spec.inputs, values)
        try:
            async with asyncio.timeout(PREVIEW_PATIENCE_S):
                return await run.action.preview(run.call, now)
        except TimeoutError as error:
            raise SourceError("actions.no_answer", after_s=PREVIEW_PATIENCE_S) from error

    async def _choices(
        self, action: Action[Any], given: Mapping[str, Value] | None = None
    ) -> Mapping[str, tuple[Choice, ...]]:
        try:
            async with asyncio.timeout(PREVIEW_PATIENCE_S):
                return await offered(action, self._feed_state, self._clock.now(), given)
        except TimeoutError as error:
            raise SourceError("actions.no_answer", after_s=PREVIEW_PATIENCE_S) from error

    def _unconfirmed(self, run: Run, confirmation: Confirmation) -> Message | None:
        """Why a confirmation does not count, or None."""
        preview = run.previewed
        if self._closing:
            return Message("actions.closing")
        if (self._clock.now() - preview.at).total_seconds() > PREVIEW_LIVES_S:
            return Message("actions.preview_old", {"after_s": PREVIEW_LIVES_S})
        if run.action.spec.confirmation == "type" and confirmation.typed != preview.target:
            return Message("actions.mistyped", {"target": preview.target})
        return self._why_not(run.action, run.call.person)

    def _why_not(self, action: Action[Any], person: Person) -> Message | None:
        run = self._confirmed.get(action.name)
        busy = run.call.person if run and run.under_way else None
        return self._guards.why_not(action.spec, person, action.brake, busy)

    async def _carry(self, run: Run, begun: asyncio.Future[RunStatus]) -> None:
        """Claim and perform a confirmed run."""
        try:
            await self._performer.claim(run)
        except asyncio.CancelledError:
            begun.set_exception(await self._performer.denied(run, ActionDenied("actions.closing")))
            raise
        except Exception as error:  # noqa: BLE001 - as in ask(): whoever fired must hear of it
            begun.set_exception(await self._performer.denied(run, _readable(error)))
            return
        run.move(RunState.RUNNING)
        begun.set_result(run.status())
        self._changed()
        await self._performer.perform(run)

    def _state(self, name: str, action: Action[Any], person: Person) -> ActionState:
        state = self._looks.state(name)
        why = self._why_not(action, person)
        last = self._last.get(name)
        return ActionState(
            id=name,
            title=action.spec.title or name,
            key=action.spec.key,
            kind=action.spec.kind,
            state=say(state.text, self._layout.lang) if state else "",
            active=state.active if state else None,
            state_age_s=self._looks.age_s(name),
            allowed=why is None,
            why=why,
            run=last.status() if last else None,
        )

    def _new_run(self, action: Action[Any], call: Call) -> Run:
        """A new run; the oldest that are over are forgotten."""
        spare = [run.id for run in self._runs.values() if not run.under_way]
        for old in spare[: max(0, len(self._runs) - _REMEMBERED)]:
            del self._runs[old]
        return Run(self._new_id(), action, call, Mask(action.spec.inputs, call.values), self._clock.now())

    def _known(self, run: str) -> Run:
        if run not in self._runs:
            raise ActionDenied("actions.no_such_run")
        return self._runs[run]


def _readable(error: Exception) -> RoomError:
    """An error with a sentence: its own, or that the kind of action broke before any effect."""
    if isinstance(error, RoomError):
        return error
    return ActionDenied("actions.broke_before", detail=f"{type(error).__name__}: {error}")


def _heard(future: asyncio.Future[RunStatus]) -> None:
    """Take the error where the screen that asked is gone; the journal and the run's status have it."""
    if not future.cancelled():
        future.exception()
