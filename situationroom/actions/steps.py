"""The steps of a sequence: which action each is, with which values, and how it is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from situationroom.actions.base import Action, Call, Facts, Sources
from situationroom.actions.inputs import checked, without_choices
from situationroom.actions.subject import subject_of
from situationroom.errors import ActionDenied, UsageError
from situationroom.layout.models import ActionSpec, InputSpec, StepSpec, UndoStepSpec
from situationroom.paint.words import RoomWords
from situationroom.values import FeedState, Value


@dataclass(frozen=True, slots=True)
class Planned:
    """One step of one run: the action, and the call it gets.

    ``action`` is None for a step that cannot be taken back.
    """

    name: str
    title: str
    action: Action[Any] | None
    call: Call


class Step:
    """One step, bound to its action.

    Args:
        whole: the sequence's id and spec.
        name: the step's name; its undo has the same.
        spec: the step as in the layout.
        actions, kinds, sources: what it may be made of.
        words: the room's.

    Raises:
        UsageError: its action does not do as a step, or lacks a value.

    """

    def __init__(
        self,
        whole: tuple[str, ActionSpec],
        name: str,
        spec: UndoStepSpec,
        actions: Mapping[str, Action[Any]],
        kinds: Mapping[str, type[Action[Any]]],
        sources: Sources,
        words: RoomWords,
    ) -> None:
        self._whole, self._inputs = whole[0], whole[1].inputs
        self.name = name
        self._spec = spec
        self.in_place = isinstance(spec.part, ActionSpec)
        self.action = self._action(actions, kinds, sources)
        self.title = spec.title or self.action.spec.title or name
        self._literals = self._checked_literals()
        undo = spec.undo if isinstance(spec, StepSpec) else None
        if self.in_place:
            self.action.words = words
        self.undo = Step(whole, name, undo, actions, kinds, sources, words) if undo else None
        if self.action.FLIPS and not spec.goal:
            raise self._wrong("actions.step_goal")
        if spec.goal and not self.action.GOES_BACK:
            raise self._wrong("actions.step_no_goal", kind=self.action.TYPE)

    @property
    def can_go_back(self) -> bool:
        """Whether there is a way to take it back."""
        return self.undo is not None or self.action.GOES_BACK

    def planned(self, call: Call) -> Planned:
        """The step in a run of the whole."""
        return Planned(self.name, self.title, self.action, self._call(call))

    def back(self, call: Call, before: Facts, after: Facts) -> Planned:
        """What takes it back after it was done."""
        if self.undo is not None:
            return self.undo.planned(call)
        own = self._call(call)
        undo = self.action.undo_call(own, before, after)
        return Planned(self.name, self.title, self.action if undo else None, undo or own)

    def _action(
        self,
        actions: Mapping[str, Action[Any]],
        kinds: Mapping[str, type[Action[Any]]],
        sources: Sources,
    ) -> Action[Any]:
        part = self._spec.part
        if isinstance(part, ActionSpec):
            spec = part.model_copy(update={"inputs": {**self._inputs, **part.inputs}})
            action = kinds[part.kind](f"{self._whole}.{self.name}", spec, spec.options, sources)
        else:
            assert self._spec.use is not None, "the loader sees to it"
            action = actions[self._spec.use]
        if hasattr(action.options, "steps"):
            raise self._wrong("actions.step_of_steps")
        return action

    def _checked_literals(self) -> dict[str, Value]:
        """The step's plain values, read as the inputs they are for; none that must be given lacks."""
        wanted = self.action.spec.inputs
        for name, value in self._spec.values.items():
            source = _input(value)
            if name not in wanted or (source is not None and source not in self._inputs):
                raise self._wrong("actions.step_value", name=name if name not in wanted else str(value))
            if source is not None and self._inputs[source].secret and not wanted[name].secret:
                raise self._wrong("actions.step_secret", name=name)
            if wanted[name].type == "date" and source is None:
                self._want_date(name, value)
        shared = self._inputs if self.in_place and not self._spec.use else {}
        for name, spec in wanted.items():
            given = name in self._spec.values or name in shared or spec.optional or spec.default is not None
            if not given and not (name == "to" and self._spec.goal):
                raise self._wrong("actions.step_value_missing", name=name)
        literals = {name: value for name, value in self._spec.values.items() if _input(value) is None}
        specs: dict[str, InputSpec] = {name: without_choices(wanted[name]) for name in literals}
        try:
            return checked(specs, literals, _no_feed, datetime.fromtimestamp(0, UTC))
        except ActionDenied as error:
            raise self._wrong("actions.step_unusable", why=error.message) from error

    def _want_date(self, name: str, value: object) -> None:
        try:
            date.fromisoformat(str(value))
        except ValueError:
            raise self._wrong("actions.step_value", name=name) from None

    def _call(self, call: Call) -> Call:
        """The step's own call: the whole's inputs where it has them too, then its values."""
        values: dict[str, Value] = dict.fromkeys(self.action.spec.inputs)
        values |= {
            name: spec.default for name, spec in self.action.spec.inputs.items() if spec.default is not None
        }
        if self.in_place:
            values |= {name: value for name, value in call.values.items() if name in values}
        values |= self._literals
        for name, value in self._spec.values.items():
            if (source := _input(value)) is not None:
                values[name] = call.values.get(source)
        own = subject_of(self.action.spec, values, {})
        subject = call.subject if own.id in ("", call.subject.id) else own  # the whole's label is known
        return Call(self.action.name, call.person, values, goal=self._spec.goal, subject=subject)

    def _wrong(self, what: str, **values: object) -> UsageError:
        return UsageError(what, action=self._whole, step=self.name, **values)


def _input(value: object) -> str | None:
    """The input of the whole that a step's value names by ``$name``, or None for a plain value."""
    return value[1:] if isinstance(value, str) and value.startswith("$") else None


def _no_feed(name: str) -> FeedState:
    raise LookupError(name)
