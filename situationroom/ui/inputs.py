"""What an action asks for before its preview: one field per input, with choices from live feeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key as KeyPress
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from situationroom.actions.choices import Choice
from situationroom.actions.inputs import checked
from situationroom.engine.interface import Room
from situationroom.errors import ActionDenied
from situationroom.hangul import stands_in
from situationroom.i18n import say
from situationroom.layout.models import InputSpec
from situationroom.ui.dialog import Complaint, Dialog, button
from situationroom.ui.preview import Wording
from situationroom.values import Value

MOST_CHOICES = 200
"""Choices shown for one field; any other present value may still be typed."""

Values = Mapping[str, Value]

Check = Callable[[str, str], Value]
"""The value of an input from what was typed. Raises ActionDenied, which says why not."""


def check_against(
    room: Room, specs: Mapping[str, InputSpec], offered: Mapping[str, Sequence[Choice]]
) -> Check:
    """Checks values as the door will, against the feeds of a room and what was offered."""

    def check(name: str, typed: str) -> Value:
        given = {name: typed.strip()}
        return checked({name: specs[name]}, given, room.latest, room.now(), offered)[name]

    return check


class Field(Vertical):
    """One input: its label, its text, its choices, and what is wrong with it.

    ``given`` is what stands in it at first: the selected row's value, or the default.
    """

    def __init__(
        self, name: str, spec: InputSpec, choices: Sequence[Choice], given: str, wording: Wording
    ) -> None:
        super().__init__(classes="field")
        self.input_name = name
        self.spec = spec
        self._given = given
        self._choices = [Choice(""), *choices] if spec.optional and choices else list(choices)
        self._wording = wording
        self._lang = wording.lang

    def compose(self) -> ComposeResult:
        """Label, field, choices, complaint."""
        label = Content(self._wording.plain(self.spec.title or self.input_name))
        if self.spec.optional:
            label += Content(f"  ({say('ui.optional', self._lang)})").stylize("dim")
        yield Static(label)
        answer = Input(
            self._given,
            password=self.spec.secret,
            placeholder=self._hint(),
            compact=True,
            select_on_focus=False,
        )
        yield answer
        yield Complaint()
        if self._choices:
            choosing = OptionList(*self._options(""), markup=False, compact=True)
            choosing.highlighted = self._stands_in_field(self._given)
            choosing.add_class("-answer")
            yield choosing
        else:
            answer.add_class("-answer")
        if not self._choices and (self.spec.from_ is not None or self.spec.query is not None):
            yield Static(Content(say("ui.no_choices", self._lang)), classes="note")

    def value(self, check: Check) -> Value:
        """What was given.

        Raises:
            ActionDenied: it does not fit; the field says why.

        """
        wrong = self.query_one(Complaint)
        try:
            value = check(self.input_name, self.query_one(Input).value)
        except ActionDenied as error:
            wrong.say(self._wording.plain(say(error.message, self._lang)))
            raise
        wrong.say("")
        return value

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.query_one(Input).value = self._choices[int(event.option_id or 0)].value

    def on_key(self, event: KeyPress) -> None:
        """Letters typed on the list go into the field, and narrow the list."""
        if not event.is_printable or event.character in (None, " "):
            return
        if isinstance(self.screen.focused, OptionList):
            field = self.query_one(Input)
            field.focus()
            field.insert_text_at_cursor(event.character or "")
            event.stop()
            event.prevent_default()

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        for choosing in self.query(OptionList):
            typed = event.value.strip()
            chosen = any(choice.value == typed for choice in self._choices)
            found = [] if chosen else self._options(typed)
            choosing.set_options(found or self._options(""))
            choosing.highlighted = self._stands_in_field(typed) if chosen else None

    @on(Input.Submitted)
    def _take_the_only_one(self, event: Input.Submitted) -> None:
        """What narrows the list to one choice means that one."""
        typed = event.value.strip()
        left = [choice for choice in self._choices if stands_in(typed, self._words(choice))]
        known = any(choice.value == typed for choice in self._choices)
        if typed and not known and len(left) == 1 and not left[0].present:
            self.query_one(Input).value = left[0].value

    def _options(self, typed: str) -> list[Option]:
        """The choices in which what was typed stands."""
        return [
            Option(self._shown(choice), id=str(i), disabled=choice.present)
            for i, choice in enumerate(self._choices)
            if not typed or (choice.value and stands_in(typed, self._words(choice)))
        ]

    def _hint(self) -> str:
        """How a value of this type is written, and within which bounds."""
        spec = self.spec
        if self._choices or (spec.type not in ("date", "reason") and spec.min is None and spec.max is None):
            return ""
        least, most = ("" if bound is None else str(bound) for bound in (spec.min, spec.max))
        return say(f"ui.hint_{spec.type}", self._lang, least=least, most=most)

    def _shown(self, choice: Choice) -> Content:
        """A choice, and muted behind it what else helps to choose."""
        beside = f"  {self._wording.plain(choice.beside)}" if choice.beside else ""
        return Content(self._words(choice)) + Content(beside).stylize("dim")

    def _words(self, choice: Choice) -> str:
        """A choice as people call it; the value beside a title of its own."""
        words = choice.title or choice.value or self._nothing()
        if choice.title and choice.title != choice.value:
            words += f"  ({choice.value})"
        if choice.present:
            words += f"  {say('ui.present', self._lang)}"
        return self._wording.plain(words)

    def _nothing(self) -> str:
        """What it means to choose none: all of them, where they are what there is now."""
        if self.spec.from_ is None and self.spec.query is None:
            return say("ui.nothing_given", self._lang)
        return say("ui.all_of_them", self._lang, count=len(self._choices) - 1)

    def _stands_in_field(self, typed: str) -> int | None:
        """The choice that is given already. No other is lit: an Enter too many must not choose one."""
        return next((i for i, each in enumerate(self._choices) if typed and each.value == typed), None)


class InputScreen(Dialog[Values | None]):
    """Asks for the values of an action; answers with them, checked, or with None."""

    AUTO_FOCUS: ClassVar[str | None] = ".-answer"

    def __init__(
        self,
        title: str,
        specs: Mapping[str, InputSpec],
        choices: Mapping[str, Sequence[Choice]],
        check: Check,
        wording: Wording,
        given: Mapping[str, str],
    ) -> None:
        super().__init__(wording)
        self._title = title
        self._fields = [
            Field(
                name, spec, choices.get(name, ())[:MOST_CHOICES], given.get(name, spec.default or ""), wording
            )
            for name, spec in specs.items()
        ]
        self._check = check

    def compose(self) -> ComposeResult:
        """The fields and the way on."""
        yield self.box(
            self._title,
            Vertical(*self._fields, classes="fields"),
            buttons=(
                button(say("ui.cancel", self.lang), "cancel"),
                button(say("ui.continue", self.lang), "continue", loud=True),
            ),
        )

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def _next_field(self, event: Input.Submitted | OptionList.OptionSelected) -> None:
        """From the last field on: the preview follows, nothing has happened yet."""
        event.stop()
        last = self._fields[-1]
        if last in event.control.ancestors:
            self.action_continue()
        else:
            self._fields[self._index_of(event.control.ancestors) + 1].query_one(".-answer").focus()

    @on(Button.Pressed, "#continue")
    def action_continue(self) -> None:
        """Answer, if every field holds what it should; else go to the first that does not."""
        values: dict[str, Value] = {}
        for field in self._fields:
            try:
                values[field.input_name] = field.value(self._check)
            except ActionDenied:
                field.query_one(Input).focus()
                return
        self.dismiss(values)

    @on(Button.Pressed, "#cancel")
    def action_close(self) -> None:
        """Answer with None."""
        self.dismiss(None)

    def _index_of(self, ancestors: Sequence[object]) -> int:
        return next(i for i, field in enumerate(self._fields) if field in ancestors)
