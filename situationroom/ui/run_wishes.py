"""What a person wants done about runs: stop, pause, slow down, undo, settle, continue, approve."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from situationroom.actions.asked import Asked
from situationroom.errors import ActionDenied, RoomError
from situationroom.ui.desk import Desk
from situationroom.ui.outcome import Outcomes
from situationroom.ui.runcard import InPlace, Leaving, RunScreen, offered
from situationroom.values import Message, Person, RunState, RunStatus, Settlement

UNDER_WAY = (RunState.CONFIRMED, RunState.CLAIMED, RunState.RUNNING)

_RATES = tuple(step * 10**power for power in range(7) for step in (1, 2, 5))


class RunWishes:
    """Takes wishes about runs of one screen to the room."""

    def __init__(self, desk: Desk, outcomes: Outcomes) -> None:
        self._desk = desk
        self._app = desk.app
        self._room = desk.room
        self._outcomes = outcomes

    async def stop(self) -> None:
        """Stop the newest run that is under way."""
        await self._about_newest({"stop"}, "stop", "ui.no_run")

    async def pause(self) -> None:
        """Pause the newest run under way, or let it go on."""
        run = self._newest({"pause", "resume"})
        await self._about_newest(
            {"pause", "resume"}, "resume" if run and run.paused else "pause", "ui.no_run"
        )

    async def undo(self) -> None:
        """Undo the newest run that can be undone."""
        run = self._newest({"undo"})
        if run is None:
            self._app.tell("ui.no_undo")
        else:
            await self._leave_for("undo", run)

    async def approve(self) -> None:
        """Open the run that has waited longest for a second person."""
        waiting = self._room.approvals()
        if not waiting:
            self._app.tell("ui.no_approvals")
            return
        mine = [each for each in waiting if each.asker.id == self._app.person.id]
        first = next((each for each in waiting if each not in mine), waiting[0])
        with self._desk.alone() as alone:
            if alone:
                await self._outcomes.show_approval(first.run)

    async def choose(self) -> None:
        """A list of runs to choose from."""
        from situationroom.ui.runlist import RunsScreen

        screen = RunsScreen(self._room.runs(), self._desk.title, self._app.wording())
        with self._desk.alone() as alone:
            chosen = await self._app.push_screen_wait(screen) if alone else None
        if chosen is not None:
            await self.card(chosen)

    async def card(self, run_id: str) -> None:
        """The card of a run, and what it was closed for."""
        run = next((run for run in self._room.runs() if run.id == run_id), None)
        if run is None:
            self._app.tell("ui.run_gone")
            return
        person: list[Person] = []  # asked for once while the card is open
        with self._desk.alone() as alone:
            if not alone:
                return
            title = self._desk.title(run.action, run.subject)
            screen = RunScreen(run, title, self._room, partial(self._in_place, person), self._app.wording())
            wish = await self._app.push_screen_wait(screen)
        if wish is not None:
            await self._leave_for(wish, run)

    def title(self, action: str, subject: str = "") -> str:
        """What an action is called, and what a run of it is about."""
        return self._desk.title(action, subject)

    def _newest(self, wishes: Collection[str]) -> RunStatus | None:
        """The newest run of which one of these may be wished."""
        return next((run for run in self._room.runs() if not offered(run).isdisjoint(wishes)), None)

    async def _about_newest(self, wishes: Collection[str], wish: InPlace, nothing: str) -> None:
        run = self._newest(wishes)
        if run is None:
            self._app.tell(nothing)
            return
        try:
            said = await self._in_place([], wish, run)
        except RoomError as error:
            self._desk.refused(self._desk.title(run.action, run.subject), error)
        else:
            if said is not None:
                self._app.tell(said, "warning")

    async def _in_place(self, known: list[Person], wish: InPlace, run: RunStatus) -> Message | None:
        """Do what needs no preview; ``known`` is who asks, once they have been asked for.

        Raises:
            RoomError: it was not done.

        """
        title = self._desk.title(run.action, run.subject)
        if not known:
            person = await self._desk.proven(title)
            if person is None:
                return None
            known.append(person)
        person = known[0]
        match wish:
            case "stop":
                await self._room.stop(run.id, person)
            case "pause":
                await self._room.pause(run.id, person)
            case "resume":
                await self._room.resume(run.id, person)
            case "slower" | "faster":
                rate = next_rate(run, faster=wish == "faster")
                await self._room.set_rate(run.id, rate, person)
                return Message("ui.said_rate", {"title": title, "rate": f"{rate:,.0f}"})
            case "happened":
                await self._room.settle(run.id, Settlement.HAPPENED, person)
            case "did-not":
                await self._room.settle(run.id, Settlement.DID_NOT, person)
        return Message(f"ui.said_{wish.replace('-', '_')}", {"title": title})

    async def _leave_for(self, wish: Leaving, run: RunStatus) -> None:
        """What is previewed and confirmed as any other run."""
        self._app.expect_dialog()
        with self._desk.alone() as alone:
            if not alone:
                return
            if wish == "approval":
                await self._outcomes.show_approval(run.id)
                return
            title = self._desk.title(run.action, run.subject)
            try:
                fired = await self._again(wish, run, title)
            except RoomError as error:
                self._desk.refused(title, error)
                return
        await self._outcomes.follow(fired)

    async def _again(self, wish: Leaving, run: RunStatus, title: str) -> RunStatus | None:
        if wish == "again":
            return await self._settled_again(run, title)
        person = await self._desk.asker(run.action)
        if person is None:
            return None
        ask = self._room.undo if wish == "undo" else self._room.continue_batch
        return await self._desk.confirmed(title, person, partial(ask, run.id, person))

    async def _settled_again(self, run: RunStatus, title: str) -> RunStatus | None:
        """Settled as not having happened, and asked for anew; a second preview needs no second settlement."""
        person = await self._desk.proven(title)
        if person is None:
            return None
        waiting = [await self._room.settle(run.id, Settlement.AGAIN, person)]
        first = waiting[0]
        if first is None:
            raise ActionDenied("ui.nothing_asked")

        async def ask() -> Asked:
            fresh = waiting.pop() if waiting else None
            return fresh or await self._room.ask(first.call.action, first.call.values, person)

        return await self._desk.confirmed(title, person, ask)


def next_rate(run: RunStatus, *, faster: bool) -> float:
    """The next rate limit of 1, 2, 5, 10 … a second; without a limit, from how fast it goes now."""
    now = run.limit_per_s if run.limit_per_s is not None else run.rate_per_s
    if faster:
        return float(next((rate for rate in _RATES if rate > now), _RATES[-1]))
    return float(next((rate for rate in reversed(_RATES) if rate < now), _RATES[0]))
