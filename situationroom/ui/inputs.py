"""What an action asks for before its preview: one field per input, with choices from live feeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from situationroom.actions.inputs import checked, choices_of
from situationroom.engine.interface import Room
from situationroom.errors import ActionDenied
from situationroom.i18n import say
from situationroom.layout.models import InputSpec
from situationroom.ui.dialog import Dialog, button
from situationroom.ui.preview import Wording
from situationroom.values import Value

MOST_CHOICES = 200
"""Choices shown for one field; any other present value may still be typed."""

Values = Mapping[str, Value]

Check = Callable[[str, str], Value]
"""The value of an input from what was typed. Raises ActionDenied, which says why not."""


def check_against(room: Room, specs: Mapping[str, InputSpec]) -> Check:
    """Checks values as the door will, against the feeds of a room."""

    def check(name: str, typed: str) -> Value:
        return checked({name: specs[name]}, {name: typed.strip()}, room.latest, room.now())[name]

    return check


def choices_now(room: Room, specs: Mapping[str, InputSpec]) -> Mapping[str, Sequence[str]]:
    """What each input may be chosen from at this moment.

    Raises:
        ActionDenied: a feed that gives choices is not fresh.

    """
    return {name: choices_of(spec, room.latest, room.now())[:MOST_CHOICES] for name, spec in specs.items()}


class Field(Vertical):
    """One input: its label, its text, its choices, and what is wrong with it."""

    def __init__(self, name: str, spec: InputSpec, choices: Sequence[str], wording: Wording) -> None:
        super().__init__(classes="field")
        self.input_name = name
        self.spec = spec
        self._choices = ["", *choices] if spec.optional and choices else choices
        self._wording = wording
        self._lang = wording.lang

    def compose(self) -> ComposeResult:
        """Label, field, choices, complaint."""
        label = Content(self._wording.plain(self.spec.title or self.input_name))
        if self.spec.optional:
            label += Content(f"  ({say('ui.optional', self._lang)})").stylize("dim")
        yield Static(label)
        default = self.spec.default or ""
        answer = Input(default, password=self.spec.secret, compact=True, select_on_focus=False)
        yield answer
        yield Static("", classes="wrong", markup=False)
        if self._choices:
            shown = [
                self._wording.plain(choice) or say("ui.nothing_given", self._lang) for choice in self._choices
            ]
            choosing = OptionList(
                *(Option(Content(words), id=str(i)) for i, words in enumerate(shown)),
                markup=False,
                compact=True,
            )
            choosing.highlighted = self._choices.index(default) if default in self._choices else 0
            choosing.add_class("-answer")
            yield choosing
        else:
            answer.add_class("-answer")
        if not self._choices and self.spec.from_ is not None:
            yield Static(Content(say("ui.no_choices", self._lang)), classes="note")

    def value(self, check: Check) -> Value:
        """What was given.

        Raises:
            ActionDenied: it does not fit; the field says why.

        """
        wrong = self.query_one(".wrong", Static)
        try:
            value = check(self.input_name, self.query_one(Input).value)
        except ActionDenied as error:
            wrong.update(Content(self._wording.plain(say(error.message, self._lang))))
            raise
        wrong.update("")
        return value

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.query_one(Input).value = self._choices[int(event.option_id or 0)]


class InputScreen(Dialog[Values | None]):
    """Asks for the values of an action; answers with them, checked, or with None."""

    AUTO_FOCUS: ClassVar[str | None] = ".-answer"

    def __init__(
        self,
        title: str,
        specs: Mapping[str, InputSpec],
        choices: Mapping[str, Sequence[str]],
        check: Check,
        wording: Wording,
    ) -> None:
        super().__init__(wording)
        self._title = title
        self._fields = [Field(name, spec, choices.get(name, ()), wording) for name, spec in specs.items()]
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
