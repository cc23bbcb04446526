"""The one way to run an action: asked, allowed, previewed, confirmed, claimed on disk, and only then run.

:class:`Firing` puts the parts together and is all that a room knows of them; ``door.py`` has the way itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from itertools import count
from typing import Any

from situationroom.actions.asked import Approval, Asked, Confirmation, Hold
from situationroom.actions.awaiting import Awaiting
from situationroom.actions.base import Action, Call, State
from situationroom.actions.choices import Choice
from situationroom.actions.door import PREVIEW_LIVES_S, Door
from situationroom.actions.guards import Guards
from situationroom.actions.holding import Holding
from situationroom.actions.looks import Looks
from situationroom.actions.perform import Performer
from situationroom.actions.recall import resumed, undo_of
from situationroom.actions.records import Records
from situationroom.actions.recovery import Recovery
from situationroom.actions.runs import Run
from situationroom.actions.second import SecondPerson
from situationroom.actions.status import Statuses
from situationroom.actions.steering import Steering
from situationroom.actions.tail import Tail
from situationroom.actions.temporary import Reverter
from situationroom.actions.trust import Trust
from situationroom.actions.verify import Verifier
from situationroom.actions.waiting import Clock
from situationroom.errors import ActionDenied
from situationroom.i18n import say
from situationroom.journal import Entry, Journal, Kind
from situationroom.layout.models import Layout
from situationroom.values import (
    ActionState,
    FeedState,
    Message,
    Person,
    RunState,
    RunStatus,
    Settlement,
    Value,
)

__all__ = ["Asked", "Confirmation", "Firing"]

COUNT_S = 1.0
"""How often the screens are told of a countdown."""

_SLOWLY = 10

_MAY_CHANGE_STATES = frozenset({Kind.CLAIMED, Kind.DONE, Kind.FAILED, Kind.STOPPED, Kind.UNKNOWN})


class Firing:
    """The door: the only caller of :meth:`Action.run`, and the keeper of every run of a room.

    A run belongs to it and not to the screen that asked: a screen that goes away stops nothing.

    Args:
        layout: the room's layout.
        actions: its actions by id.
        journal: where every step is recorded before it has an effect, and where other processes' are found.
        clock: the room's time.
        feed_state: the newest state of a feed.
        changed: called when any action or run looks different.
        new_id: makes the id of a run.
        where: from where people fire, for the journal.
        trust: who is proven to be who they say.
        trouble: why nothing may be fired on what the room shows, or None.

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
        where: str,
        trust: Trust,
        trouble: Callable[[], Message | None] = lambda: None,
    ) -> None:
        self._layout = layout
        self._actions = actions
        self._now = clock.now
        self._clock = clock
        self._changed = changed
        self._trust = trust
        self._runs: dict[str, Run] = {}
        self._tail = tail = Tail(journal, clock, self._heard, changed)
        self._records = records = Records(journal, tail, layout.lang, where, clock)
        self._guards = guards = Guards(layout, feed_state, clock.now, lambda: trouble() or tail.alarm())
        self._looks = Looks(actions, clock.now, clock.sleep, changed)
        performer = Performer(records, guards, self._looks, clock, changed)
        self._statuses = Statuses(actions, guards, clock.now)
        self._steering = Steering(self._runs, tail, guards, records, changed)
        self._holding = Holding(tail, guards, records)
        self._second = SecondPerson(tail, guards, records, trust, clock.now)
        self._recovery = Recovery(actions, tail, guards, records, feed_state, clock)
        self._verifier = Verifier(tail, guards, self._statuses, records, feed_state, clock)
        awaiting = Awaiting(layout, tail, guards, records, performer, clock, PREVIEW_LIVES_S)
        self._door = Door(
            actions, self._runs, guards, tail, records, performer, awaiting, trust, feed_state, clock,
            changed, new_id, self._verifier.watches_for,
        )  # fmt: skip
        self._reverter = Reverter(
            actions, tail, guards, records, self._statuses, self._door.carry_revert, feed_state, clock, new_id
        )

    def parts(self) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
        """What goes on beside the feeds, each for ever, by name: whoever runs them begins again what ends."""
        return {
            "looks": self._looks.run,  # the states of actions are looked up
            "journal": self._tail.run,  # what other processes write is followed
            "verify": self._verifier.run,
            "temporary": self._reverter.run,  # settings that go back by themselves
            "countdowns": self._count_down,
        }

    def states(self, person: Person) -> tuple[ActionState, ...]:
        """Every action as ``person`` may fire it, in layout order."""
        return tuple(self._state(name, action, person) for name, action in self._actions.items())

    def runs(self) -> tuple[RunStatus, ...]:
        """Runs of every process that were fired: the unsettled first, then the newest."""
        return self._statuses.all(self._tail.ledger, self._runs)

    async def choices(self, action: str) -> Mapping[str, tuple[Choice, ...]]:
        """What may be chosen now for each input of an action that is chosen from something.

        Raises:
            ActionDenied: no such action, or the choices cannot be learned.
            SourceError: no answer in time.

        """
        if action not in self._actions:
            raise ActionDenied("actions.no_such_action", action=action)
        return await self._door.choices(self._actions[action])

    async def ask(self, action: str, values: Mapping[str, Value], person: Person) -> Asked:
        """Ask for a run: permission is checked and the preview made. Nothing happens yet.

        Raises:
            ActionDenied: it may not be fired, and why.
            SourceError: its preview cannot be made.
            JournalError: the journal cannot be written, so nothing may be asked.

        """
        return await self._door.ask(Call(action, person, values))

    async def undo(self, run: str, person: Person) -> Asked:
        """Ask for the run that undoes a done one, while its undo is offered; raises as :meth:`ask`."""
        ledger = await self._tail.ready()
        record, _ = self._recovery.found(run)
        if self._statuses.undo_until(ledger, record) is None:
            raise ActionDenied("actions.undo_over")
        call = undo_of(record, self._actions, self._recovery.call(run, person))
        if call is None:
            raise ActionDenied("actions.no_undo")
        return await self._door.ask(call)

    async def continue_batch(self, run: str, person: Person) -> Asked:
        """Ask for a run that goes on where an ended one stood; raises as :meth:`ask`."""
        ledger = await self._tail.ready()
        record, _ = self._recovery.found(run)
        if not self._statuses.can_continue(ledger, record):
            raise ActionDenied("actions.cannot_continue")
        return await self._door.ask(resumed(record, self._recovery.call(run, person)))

    async def fire(self, run: str, confirmation: Confirmation) -> RunStatus:
        """Fire an asked run: claimed on disk, then begun. Returns once it is under way or has ended.

        A run for two persons is ``AWAITING`` when this returns.

        Raises:
            ActionDenied: not confirmed as it must be, another run is under way, or the world changed since
                the preview.
            JournalError: the intent could not be written, so nothing was fired.

        """
        return await self._door.fire(run, confirmation)

    async def withdraw(self, run: str) -> None:
        """Forget an asked run that was not confirmed, or still waits for its second person; journalled."""
        await self._door.withdraw(run)

    async def caught_up(self) -> None:
        """Read what every process wrote until now.

        Raises:
            JournalError: the journal cannot be read.

        """
        await self._tail.refresh()

    async def finished(self, run: str) -> RunStatus:
        """The status of a run once it has ended, of whatever process."""
        if run in self._runs:
            await self._runs[run].ended.wait()
            return self._status(run)
        async for status in self._followed(run):
            if status.state.ended:
                return status
        raise AssertionError("a run is followed for ever")

    async def verified(self, run: str) -> RunStatus:
        """The status of a run once it has ended and, where it is verified, the live figures have spoken."""
        await self.finished(run)
        async for status in self._followed(run):
            record = self._tail.ledger.runs.get(run)
            unwritten = record is not None and record.state is RunState.CLAIMED is not status.state
            if status.verify_left_s is None and not unwritten:
                return status
        raise AssertionError("a run is followed for ever")

    async def stop(self, run: str, person: Person) -> None:
        """Have a run end after its present step.

        Raises:
            ActionDenied: it is not under way, or ``person`` has no say in it.

        """
        await self._steering.order(run, Kind.STOP_ASKED, person)

    async def pause(self, run: str, person: Person) -> None:
        """Have a run wait before its next step; raises as :meth:`stop`."""
        await self._steering.order(run, Kind.PAUSED, person)

    async def resume(self, run: str, person: Person) -> None:
        """Let a paused run go on; raises as :meth:`stop`."""
        await self._steering.order(run, Kind.RESUMED, person)

    async def set_rate(self, run: str, per_s: float | None, person: Person) -> None:
        """Change the rate limit of a run while it runs, None for no limit; raises as :meth:`stop`."""
        if per_s is not None and not 0 < per_s < float("inf"):
            raise ActionDenied("actions.odd_rate")
        await self._steering.order(run, Kind.RATE, person, {"per_s": per_s})

    def approvals(self) -> tuple[Approval, ...]:
        """Runs of every process that wait for a second person, the oldest first."""
        return self._second.approvals()

    def decided(self, run: str) -> Message | None:
        """Why a run waits for no second person, or None; see :meth:`SecondPerson.decided`."""
        return self._second.decided(run)

    async def approve(self, run: str, person: Person) -> None:
        """A second person's yes; see :meth:`SecondPerson.approve`."""
        await self._second.approve(run, person)

    async def refuse(self, run: str, person: Person, reason: str) -> None:
        """A second person's no."""
        await self._second.refuse(run, person, reason)

    def held(self) -> Hold | None:
        """Who holds all actions, or None."""
        return self._holding.held()

    def alarm(self) -> Message | None:
        """What a person must acknowledge before anything is fired, or None."""
        return self._tail.alarm()

    async def acknowledge(self, person: Person) -> None:
        """Acknowledge it; see :meth:`Holding.acknowledge`."""
        await self._holding.acknowledge(person)

    def may_hold(self, person: Person) -> Message | None:
        """Why ``person`` may neither hold nor release all actions, or None."""
        return self._guards.may_hold(person)

    async def hold(self, person: Person, reason: str = "") -> None:
        """Hold all actions; see :meth:`Holding.hold`."""
        await self._holding.hold(person, reason)

    async def release(self, person: Person) -> None:
        """Let actions be fired again."""
        await self._holding.release(person)

    async def probe(self, run: str) -> State:
        """What is true now of what a run was to change; see :meth:`Recovery.probe`."""
        return await self._recovery.probe(run)

    async def settle(self, run: str, verdict: Settlement, person: Person) -> Asked | None:
        """Decide what came of a run whose outcome nobody knows; see :meth:`Recovery.settle`."""
        again = await self._recovery.settle(run, verdict, person)
        return await self._door.ask(again) if again is not None else None

    async def sign_in(self, person: str, pin: str) -> Person:
        """The person of this id, proven by their PIN; see :meth:`Trust.sign_in`."""
        return await self._trust.sign_in(person, pin)

    async def close(self) -> None:
        """End within bounds: runs finish their present step; what does not is cut off and unknown."""
        await self._door.close()
        await self._records.close()

    async def _followed(self, run: str) -> AsyncIterator[RunStatus]:
        """The status of a run now, and after each change of the ledger."""
        while True:
            moved = self._tail.moved
            yield self._status(run)
            await moved.wait()

    def _status(self, run: str) -> RunStatus:
        record, own = self._tail.ledger.runs.get(run), self._runs.get(run)
        if record is None and own is None:
            raise ActionDenied("actions.no_such_run")
        return self._statuses.of(self._tail.ledger, record, own)

    def _heard(self, entries: Sequence[Entry]) -> None:
        """What was written: orders for our runs are followed, and the states others changed looked up."""
        for entry in entries:
            self._steering.heard(entry)
            if entry.kind in _MAY_CHANGE_STATES and entry.run not in self._runs:
                self._looks.again(entry.action)

    async def _count_down(self) -> None:
        """Have the screens show how the seconds go by, while there is anything to count."""
        for second in count():
            await self._clock.sleep(COUNT_S)
            if self._seconds_matter() or (second % _SLOWLY == 0 and self._minutes_matter()):
                self._changed()

    def _seconds_matter(self) -> bool:
        """Whether something is over within moments: a wait, a watch, a pause."""
        ledger = self._tail.ledger
        return (
            any(True for _ in ledger.awaiting())
            or any(self._statuses.verify_until(ledger, one) for one in ledger.runs.values())
            or any(self._guards.cooling(name, one.spec, ledger) for name, one in self._actions.items())
        )

    def _minutes_matter(self) -> bool:
        """Whether something is over some time: an undo's offer, a temporary setting."""
        ledger = self._tail.ledger
        return any(True for _ in ledger.temporary()) or any(
            self._statuses.undo_until(ledger, one) for one in ledger.runs.values()
        )

    def _state(self, name: str, action: Action[Any], person: Person) -> ActionState:
        state = self._looks.state(name)
        ledger = self._tail.ledger
        why = self._door.why_not(action, person) or self._tail.trouble
        last = self._last(name)
        back = [at for one in ledger.temporary() if one.action == name and (at := ledger.reverts_at(one))]
        return ActionState(
            id=name,
            title=self._layout.action_title(name),
            key=action.spec.key,
            kind=action.spec.kind,
            state=say(state.text, self._layout.lang) if state else "",
            active=state.active if state else None,
            state_age_s=self._looks.age_s(name),
            allowed=why is None,
            why=why,
            run=self._status(last) if last else None,
            reverts_left_s=max(0.0, (min(back) - self._now()).total_seconds()) if back else None,
        )

    def _last(self, action: str) -> str:
        """The newest run of an action that was fired, of whatever process; "" for none."""
        own = next(
            (run for run in reversed(self._runs.values()) if run.fired and run.call.action == action), None
        )
        known = self._tail.ledger.runs.get(self._tail.ledger.fired.get(action, ""))
        if own is None or (known is not None and known.asked > own.asked):
            return known.id if known else ""
        return own.id
