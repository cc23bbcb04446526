"""What every wish of a screen needs: one question at a time, who it is that asks, the preview and the yes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from situationroom.actions.asked import Asked, Confirmation
from situationroom.errors import ActionDenied, RoomError
from situationroom.i18n import say
from situationroom.layout.models import Layout
from situationroom.people.who import person as person_of
from situationroom.ui.confirm import ConfirmScreen
from situationroom.ui.who import ChooseScreen, Names, SignInScreen, WhoField
from situationroom.values import GUEST, Message, Person, Proof, RunState, RunStatus

if TYPE_CHECKING:
    from situationroom.ui.app import RoomApp


class Desk:
    """Stands between one screen's wishes and its dialogs."""

    def __init__(self, app: RoomApp) -> None:
        self.app = app
        self.room = app.room
        self._asking = False
        self._last = ""  # who asked last on a shared wall, offered first

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether no other question is open; while it is, no other begins."""
        if self._asking:
            yield False
            return
        self._asking = True
        try:
            yield True
        finally:
            self._asking = False

    @property
    def shared(self) -> bool:
        """Whether anybody may stand before this screen, so that it has to be asked who."""
        layout = self.room.layout
        return layout.wall == "shared" and bool(layout.people)

    def title(self, action: str, subject: str = "") -> str:
        """An action's title, and what a run of it is about."""
        return self.room.layout.action_title(action, subject)

    def refused(self, title: str, error: RoomError) -> None:
        """Say why something was not done."""
        identifier = "ui.denied" if isinstance(error, ActionDenied) else "ui.failed"
        self.app.tell(identifier, "critical", title=title, reason=error.message)

    async def asker(self, action: str) -> Person | None:
        """Who asks for a run: on a shared wall somebody chosen, whose PIN the confirmation wants."""
        if not self.shared:
            return self.app.person
        names = self._names(self.room.layout.actions[action].roles)
        chosen: str | None = next(iter(names), None)
        if chosen is None:
            return self.app.person
        if len(names) > 1:
            title = say("ui.who_fires", self.app.painter.lang, title=self.title(action))
            screen = ChooseScreen(title, names, self._last, self.app.wording())
            chosen = await self.app.push_screen_wait(screen)
        if chosen is None:
            return None
        self._last = chosen
        self.app.expect_dialog()
        return person_of(self.room.layout, chosen, Proof.CLAIMED)

    async def proven(self, title: str) -> Person | None:
        """Who wants something that needs no preview: on a shared wall somebody who shows their PIN."""
        return await self.signed_in(title) if self.shared else self.app.person

    async def signed_in(self, title: str) -> Person | None:
        """Somebody who shows their PIN."""
        names = self._names(())
        screen = SignInScreen(title, names, self._last, self.room.sign_in, self.app.wording())
        person = await self.app.push_screen_wait(screen)
        if person is not None:
            self._last = person.id
        return person

    async def confirmed(
        self, title: str, person: Person, ask: Callable[[], Awaitable[Asked]], guide: str = ""
    ) -> RunStatus | None:
        """The fired run, asked for anew as often as its preview grew too old; None where they thought better.

        ``guide`` is what the layout says to mind, shown below the preview.

        Raises:
            RoomError: it may not or cannot be asked for or fired.

        """
        while True:
            self.app.expect_dialog()
            self.app.tell("ui.asking", title=title)
            asked = await ask()
            self.app.hush()
            named = self.title(asked.call.action, str(asked.call.subject))
            screen = ConfirmScreen(
                asked,
                named,
                self.room.now,
                self.app.wording(),
                who=self._pin_wanted(asked, person),
                guide=guide,
            )
            answer = await self.app.push_screen_wait(screen)
            if isinstance(answer, Confirmation):
                return await self._fired(asked, answer)
            await self.room.withdraw(asked.run)
            if answer is None:
                self.app.tell("ui.withdrawn", title=named)
                return None

    async def _fired(self, asked: Asked, answer: Confirmation) -> RunStatus:
        """The run; where a second person is to come, its dialog follows."""
        second = asked.confirmation == "two-person"
        if second:
            self.app.expect_dialog()
        run = await self.room.fire(asked.run, answer)
        if second and run.state is not RunState.AWAITING:
            self.app.expect_none()
        return run

    def _pin_wanted(self, asked: Asked, person: Person) -> WhoField | None:
        """A field for the asker's PIN: on a shared wall, and where a second person has to trust it."""
        second = asked.confirmation == "two-person" and not person.proof.enough_to_approve
        if not (self.shared or second) or person.id not in self.room.layout.people:
            return None
        return WhoField({person.id: person.name}, person.id, self.room.sign_in, self.app.wording())

    def _names(self, roles: Collection[str]) -> Names:
        people = self.room.layout.people.items()
        return {
            name: spec.name for name, spec in people if not roles or not set(roles).isdisjoint(spec.roles)
        }


def denied(why: Message) -> ActionDenied:
    """A refusal for a reason."""
    return ActionDenied(why.id, **why.values)


def anybody(layout: Layout) -> Person:
    """Who a shared wall is painted for: somebody who may do whatever anybody of the layout may."""
    roles = frozenset(role for person in layout.people.values() for role in person.roles)
    return Person("", say("ui.shared_wall", layout.lang), roles) if layout.people else GUEST
