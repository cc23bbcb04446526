"""What a person wants done, from key to outcome: fire, hold, sign in, share. Every failure is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from situationroom.actions.inputs import prefill
from situationroom.errors import RoomError
from situationroom.i18n import say
from situationroom.ui.desk import Desk, denied
from situationroom.ui.outcome import Outcomes
from situationroom.values import Message, RunStatus, Value

Share = Callable[[str], Awaitable[Message]]
"""Sends a snapshot of the page of this name to a channel and says where it went.

Raises:
    ShareError: it could not be made or sent.

"""


class Wishes:
    """Takes wishes of one screen to the room. One question is open at a time."""

    def __init__(self, desk: Desk, outcomes: Outcomes, share: Share | None) -> None:
        self._desk = desk
        self._app = desk.app
        self._room = desk.room
        self._outcomes = outcomes
        self._share = share

    async def fire(self, action: str) -> None:
        """Ask for a run of an action, have it confirmed, fire it, and say what came of it."""
        with self._desk.alone() as alone:
            if not alone:
                return
            try:
                run = await self._confirmed(action)
            except RoomError as error:
                self._desk.refused(self._desk.title(action), error)
                return
        await self._outcomes.follow(run)

    async def hold(self) -> None:
        """Hold all actions, or let go of them, after a question."""
        with self._desk.alone() as alone:
            if not alone:
                return
            title = say("ui.hold_title", self._room.layout.lang)
            try:
                await self._hold_or_release(title)
            except RoomError as error:
                self._desk.refused(title, error)

    async def sign_in(self) -> None:
        """Have somebody else sit at this screen, proven by their PIN."""
        if self._desk.shared:
            self._app.tell("ui.shared_wall_asks")
            return
        if not self._room.layout.people:
            self._app.tell("ui.nobody_known")
            return
        with self._desk.alone() as alone:
            person = await self._desk.signed_in(self._say("ui.sign_in_title")) if alone else None
        if person is not None:
            self._app.become(person)
            self._app.tell("ui.signed_in", "good", name=person.name)

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

    async def _confirmed(self, action: str) -> RunStatus | None:
        """The fired run; None where the person thought better of it."""
        near = self._app.looked_at()  # a dialog takes the focus, and the selection with it
        person = await self._desk.asker(action)
        if person is None:
            return None
        title, inputs = self._desk.title(action), self._room.layout.actions[action].inputs
        state = next(state for state in self._room.actions(person) if state.id == action)
        if not state.allowed:
            raise denied(state.why or Message("ui.not_allowed"))
        values = await self._values(action, prefill(inputs, *near) if near is not None else {})
        if values is None:
            return None
        return await self._desk.confirmed(title, person, partial(self._room.ask, action, values, person))

    async def _values(self, action: str, given: Mapping[str, str]) -> Mapping[str, Value] | None:
        """What the action asks for before its preview; ``given`` is what the selected row has for it."""
        inputs = self._room.layout.actions[action].inputs
        if not inputs:
            return {}
        from situationroom.ui.inputs import InputScreen, check_against

        offered = await self._room.choices(action)
        check = check_against(self._room, inputs, offered)
        screen = InputScreen(self._desk.title(action), inputs, offered, check, self._app.wording(), given)
        values = await self._app.push_screen_wait(screen)
        self._app.expect_dialog()
        return values

    async def _hold_or_release(self, title: str) -> None:
        from situationroom.ui.holding import HoldScreen, ReleaseScreen

        person = await self._desk.proven(title)
        if person is None:
            return
        self._app.expect_dialog()
        if (why := self._room.may_hold(person)) is not None:
            raise denied(why)
        held = self._room.held()
        if held is not None:
            if await self._app.push_screen_wait(ReleaseScreen(held, self._app.wording())):
                await self._room.release(person)
                self._app.tell("ui.released", "good")
            return
        running = sum(not run.state.ended for run in self._room.runs())
        reason = await self._app.push_screen_wait(HoldScreen(running, self._app.wording()))
        if reason is not None:
            await self._room.hold(person, reason)
            self._app.tell("ui.held", "warning")

    def _say(self, identifier: str) -> str:
        return say(identifier, self._room.layout.lang)
