"""Who is at this screen: their name from a list and their PIN, which is never shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from situationroom.errors import RoomError
from situationroom.i18n import say
from situationroom.ui.dialog import Complaint, Dialog, button
from situationroom.ui.preview import Wording
from situationroom.values import Message, Person

SignIn = Callable[[str, str], Awaitable[Person]]
"""The person of an id, proven by a PIN. Raises RoomError, which says why not."""

Names = Mapping[str, str]
"""People's names by id, in the order they are listed."""


class WhoField(Vertical):
    """A list of people, a field for a PIN, and what is wrong with them. One person alone needs no list."""

    def __init__(self, names: Names, first: str, sign_in: SignIn, wording: Wording) -> None:
        super().__init__(classes="field")
        self._sign_in = sign_in
        self._trying = False
        self._names = names
        self._first = first if first in names else next(iter(names), "")
        self._wording = wording

    def compose(self) -> ComposeResult:
        """Names, PIN, complaint."""
        plain = self._wording.plain
        if len(self._names) > 1:
            options = [Option(Content(plain(name)), id=person) for person, name in self._names.items()]
            people = OptionList(*options, markup=False, compact=True, id="people")
            people.highlighted = list(self._names).index(self._first)
            yield people
        words = say("ui.pin", self._wording.lang, name=self._names.get(self._first, ""))
        yield Static(Content(plain(words)), id="pin-label")
        yield Input(password=True, compact=True, select_on_focus=False, id="pin")
        yield Complaint(id="pin-wrong")

    @property
    def person(self) -> str:
        """The id of whom is chosen."""
        for people in self.query("#people").results(OptionList):
            if people.highlighted is not None:
                return people.get_option_at_index(people.highlighted).id or ""
        return self._first

    @property
    def pin(self) -> str:
        """What was typed."""
        return self.query_one("#pin", Input).value

    async def prove(self) -> Person | None:
        """Who it is, if the PIN is theirs; else None, and the field says why. One try at a time."""
        if self._trying:
            return None
        self._trying = True
        try:
            return await self._sign_in(self.person, self.pin)
        except RoomError as error:
            self.complain(error.message)
            return None
        finally:
            self._trying = False

    def complain(self, message: Message) -> None:
        """Say what is wrong, and have the PIN typed anew."""
        words = self._wording.plain(say(message, self._wording.lang))
        self.query_one("#pin-wrong", Complaint).say(words)
        field = self.query_one("#pin", Input)
        field.value = ""
        field.focus()

    @on(OptionList.OptionHighlighted, "#people")
    def _name_it(self) -> None:
        words = say("ui.pin", self._wording.lang, name=self._names.get(self.person, ""))
        self.query_one("#pin-label", Static).update(Content(self._wording.plain(words)))

    @on(OptionList.OptionSelected, "#people")
    def _go_on(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.query_one("#pin", Input).focus()


class SignInScreen(Dialog[Person | None]):
    """Answers with the person who showed their PIN, or None."""

    AUTO_FOCUS: ClassVar[str | None] = "#people, #pin"

    def __init__(self, title: str, names: Names, first: str, sign_in: SignIn, wording: Wording) -> None:
        super().__init__(wording)
        self._title = title
        self._who = WhoField(names, first, sign_in, wording)

    def compose(self) -> ComposeResult:
        """The field and the way on."""
        yield self.box(
            self._title,
            self._who,
            buttons=(
                button(say("ui.cancel", self.lang), "cancel"),
                button(say("ui.sign_in", self.lang), "sign-in", loud=True),
            ),
        )

    @on(Input.Submitted, "#pin")
    @on(Button.Pressed, "#sign-in")
    def action_sign_in(self) -> None:
        """Try the PIN."""
        self.run_worker(self._try())

    @on(Button.Pressed, "#cancel")
    def action_close(self) -> None:
        """Answer with nobody."""
        self.dismiss(None)

    async def _try(self) -> None:
        person = await self._who.prove()
        if person is not None:
            self.dismiss(person)


class ChooseScreen(Dialog[str | None]):
    """Answers with the id of who asks; their PIN is asked for where the firing is confirmed."""

    AUTO_FOCUS: ClassVar[str | None] = "OptionList"

    def __init__(self, title: str, names: Names, first: str, wording: Wording) -> None:
        super().__init__(wording)
        self._title = title
        self._names = names
        self._first = first

    def compose(self) -> ComposeResult:
        """The names."""
        plain = self.wording.plain
        options = [Option(Content(plain(name)), id=person) for person, name in self._names.items()]
        people = OptionList(*options, markup=False, compact=True)
        people.highlighted = list(self._names).index(self._first) if self._first in self._names else 0
        yield self.box(self._title, people, buttons=(button(say("ui.cancel", self.lang), "cancel"),))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    @on(Button.Pressed)
    def action_close(self) -> None:
        """Answer with nobody."""
        self.dismiss(None)
