"""What a person wants done, from key to outcome: fire, hold, sign in, share. Every failure is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial

from situationroom.actions.inputs import prefill
from situationroom.errors import ActionDenied, RoomError
from situationroom.formats import duration
from situationroom.i18n import say
from situationroom.paint.incident import first_help, helping
from situationroom.ui.desk import Desk, denied
from situationroom.ui.outcome import Outcomes
from situationroom.values import Alert, Message, RunStatus, Value

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

    async def answer(self, alert: Alert) -> None:
        """Ask for what helps against an alert; where nothing may be fired now, say why and what to do."""
        chosen = await self._helping(alert)
        if chosen is not None:
            await self.fire(chosen, alert)

    async def fire(self, action: str, alert: Alert | None = None) -> None:
        """Ask for a run of an action, have it confirmed, fire it, and say what came of it.

        ``alert`` is what it shall help against: its row gives the inputs.
        """
        with self._desk.alone() as alone:
            if not alone:
                return
            try:
                run = await self._confirmed(action, alert)
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

    async def acknowledge(self) -> None:
        """Have somebody acknowledge that the journal lost what it held."""
        from situationroom.ui.holding import AlarmScreen

        title = say("ui.alarm_title", self._room.layout.lang)
        with self._desk.alone() as alone:
            if not alone or (alarm := self._room.alarm()) is None:
                return
            try:
                person = await self._desk.proven(title)
                if person is None:
                    return
                self._app.expect_dialog()
                if (why := self._room.may_hold(person)) is not None:
                    raise denied(why)
                if await self._app.push_screen_wait(AlarmScreen(alarm, self._app.wording())):
                    await self._room.acknowledge(person)
                    self._app.tell("ui.acknowledged", "good")
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

    async def _helping(self, alert: Alert) -> str | None:
        """The action to ask for: the first that helps, else one that is chosen from those listed."""
        from situationroom.ui.alertcard import AlertScreen

        layout, lang = self._room.layout, self._room.layout.lang
        rule = layout.rules.get(alert.rule)
        states = self._room.actions(self._app.painter.person)
        actions = helping(layout, alert, states, self._room.latest(alert.feed))
        if (first := first_help(actions)) is not None:
            return first.id
        age = duration(max(0.0, (self._room.now() - alert.since).total_seconds()), lang)
        guide = rule.guide if rule is not None else ""
        screen = AlertScreen(alert, guide, actions, self._app.wording(), self._room.words, age)
        with self._desk.alone() as alone:
            chosen = await self._app.push_screen_wait(screen) if alone else None
        if chosen is not None:
            self._app.expect_dialog()
        return chosen

    async def _confirmed(self, action: str, alert: Alert | None) -> RunStatus | None:
        """The fired run; None where the person thought better of it."""
        near = self._app.looked_at()  # a dialog takes the focus, and the selection with it
        person = await self._desk.asker(action)
        if person is None:
            return None
        title, inputs = self._desk.title(action), self._room.layout.actions[action].inputs
        state = next(state for state in self._room.actions(person) if state.id == action)
        if not state.allowed:
            raise denied(state.why or Message("ui.not_allowed"))
        guide = ""
        if alert is not None:
            from situationroom.ui.alertcard import filled

            given = filled(inputs, alert, self._room.latest(alert.feed))
            guide = self._room.layout.rules[alert.rule].guide
        else:
            given = prefill(inputs, *near) if near is not None else {}
        values = await self._values(action, given, skip=alert is not None)
        if values is None:
            return None
        ask = partial(self._room.ask, action, values, person)
        return await self._desk.confirmed(title, person, ask, guide)

    async def _values(
        self, action: str, given: Mapping[str, str], *, skip: bool
    ) -> Mapping[str, Value] | None:
        """What the action asks for before its preview; ``given`` is what the selected row has for it.

        With ``skip`` nothing is asked where all that is needed is given: the preview shows it.
        """
        inputs = self._room.layout.actions[action].inputs
        if not inputs:
            return {}
        from situationroom.ui.inputs import InputScreen, check_against

        offered = await self._room.choices(action)
        check = check_against(self._room, inputs, offered)
        if skip and given:
            with suppress(ActionDenied):  # what does not fit is asked for, and said there
                typed = {name: given.get(name, spec.default or "") for name, spec in inputs.items()}
                return {name: check(name, words) for name, words in typed.items()}
        screen = InputScreen(self._desk.title(action), inputs, offered, check, self._app.wording(), given)
        screen.about = action
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
