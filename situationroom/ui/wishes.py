"""What a person wants done, from the key to the outcome: fire, stop, share. Every failure is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from situationroom.actions.asked import Asked, Confirmation
from situationroom.errors import ActionDenied, RoomError
from situationroom.i18n import say
from situationroom.ui.message import Tone
from situationroom.values import Message, RunState, RunStatus, Value

if TYPE_CHECKING:
    from situationroom.ui.app import RoomApp

Share = Callable[[str], Awaitable[Message]]
"""Sends a snapshot of the page of this name to a channel and says where it went.

Raises:
    ShareError: it could not be made or sent.

"""

UNDER_WAY = (RunState.CONFIRMED, RunState.CLAIMED, RunState.RUNNING)

_ENDINGS: Mapping[RunState, tuple[str, Tone]] = {
    RunState.DONE: ("ui.done", "good"),
    RunState.STOPPED: ("ui.stopped", "warning"),
    RunState.FAILED: ("ui.failed", "critical"),
    RunState.DENIED: ("ui.denied", "critical"),
    RunState.UNKNOWN: ("ui.unknown", "critical"),
}


class Wishes:
    """Takes wishes of one screen to the room. One question is open at a time."""

    def __init__(self, app: RoomApp, share: Share | None) -> None:
        self._app = app
        self._room = app.room
        self._share = share
        self._asking = False

    async def fire(self, action: str) -> None:
        """Ask for a run of an action, have it confirmed, fire it, and say how it ended."""
        if self._asking:
            return
        self._asking = True
        try:
            run = await self._confirmed(action)
        except RoomError as error:
            identifier = "ui.denied" if isinstance(error, ActionDenied) else "ui.failed"
            self._app.tell(identifier, "critical", title=self._title(action), reason=error.message)
            return
        finally:
            self._asking = False
        if run is not None:
            self._say(run)
            if not run.state.ended:
                self._say(await self._room.finished(run.id))

    async def stop(self) -> None:
        """Stop the newest run that is under way."""
        run = next((run for run in self._room.runs() if run.state in UNDER_WAY), None)
        if run is None:
            self._app.tell("ui.no_run")
            return
        title = self._title(run.action)
        try:
            await self._room.stop(run.id, self._app.person)
        except RoomError as error:
            self._app.tell("ui.denied", "critical", title=title, reason=error.message)
        else:
            self._app.tell("ui.stopping", "warning", title=title)

    async def share(self, page: str) -> None:
        """Send a snapshot of a page."""
        if self._share is None:
            self._app.tell("ui.no_share", "warning")
            return
        self._app.tell("ui.sharing")
        try:
            sent = await self._share(page)
        except RoomError as error:
            self._app.tell(error.message, "critical")
        else:
            self._app.tell(sent, "good")

    def running(self) -> list[str]:
        """Titles of the actions that have a run under way."""
        return [self._title(run.action) for run in self._room.runs() if run.state in UNDER_WAY]

    async def _confirmed(self, action: str) -> RunStatus | None:
        """The fired run; None where the person thought better of it."""
        title, person = self._title(action), self._app.person
        state = next(state for state in self._room.actions(person) if state.id == action)
        if not state.allowed:
            why = state.why or Message("ui.not_allowed")
            raise ActionDenied(why.id, **why.values)
        values = await self._values(action)
        if values is None:
            return None
        while True:
            self._app.tell("ui.asking", title=title)
            asked = await self._room.ask(action, values, person)
            self._app.hush()
            answer = await self._answer(asked)
            if isinstance(answer, Confirmation):
                return await self._room.fire(asked.run, answer)
            await self._room.withdraw(asked.run)
            if answer is None:
                self._app.tell("ui.withdrawn", title=title)
                return None

    async def _values(self, action: str) -> Mapping[str, Value] | None:
        """What the action asks for before its preview."""
        inputs = self._room.layout.actions[action].inputs
        if not inputs:
            return {}
        from situationroom.ui.inputs import InputScreen, check_against, choices_now

        screen = InputScreen(
            self._title(action),
            inputs,
            choices_now(self._room, inputs),
            check_against(self._room, inputs),
            self._app.wording(),
        )
        return await self._app.push_screen_wait(screen)

    async def _answer(self, asked: Asked) -> object:
        from situationroom.ui.confirm import ConfirmScreen

        title = self._title(asked.call.action)
        screen = ConfirmScreen(asked, title, self._room.now, self._app.wording())
        return await self._app.push_screen_wait(screen)

    def _title(self, action: str) -> str:
        return self._room.layout.actions[action].title or action

    def _say(self, run: RunStatus) -> None:
        identifier, tone = _ENDINGS.get(run.state, ("ui.under_way", "muted"))
        ended = say("ui.ended", self._room.layout.lang)
        self._app.tell(
            identifier,
            tone,
            title=self._title(run.action),
            reason=run.reason or run.result or ended,
            result=run.result or ended,
        )
