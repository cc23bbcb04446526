"""``kind: switch``: one setting of several, such as the bank that a service goes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, cast

from pydantic import Field

from situationroom.actions.base import Action, Call, Facts, Outcome, Preview, Progress, State
from situationroom.actions.choices import Choice
from situationroom.actions.database import SqlAction, SqlOptions
from situationroom.actions.statement import Query, Statement
from situationroom.codec import same
from situationroom.errors import ActionDenied, ActionFailed, UsageError
from situationroom.formats import text, text_of
from situationroom.layout.fields import Label
from situationroom.layout.models import InputSpec, NamedValues, OwnInputs, VerifyBySetting
from situationroom.sources.base import Rows
from situationroom.values import GUEST, Message, Value

TO = "to"
"""The input that a switch brings: what to switch to."""


class SwitchOptions(SqlOptions, OwnInputs):
    """``state`` gives the present value in the first column of its first row; ``set`` writes ``value``.

    ``choices`` are the values, plainly or as ``{value, title}``, or a query: its first column is the value,
    its second the title. The person chooses by the input ``to``, called ``ask`` on the screen; the present
    value is shown and not offered. ``set`` may use ``value``, ``actor``, ``run`` and the inputs.
    """

    state: Query
    set: Statement
    choices: Query | Annotated[NamedValues, Field(min_length=2)]
    ask: Label = ""
    max_rows: Annotated[int, Field(ge=1)] = 1

    def own_inputs(self) -> Mapping[str, InputSpec]:
        """``to``; its choices are asked of the kind."""
        return {TO: InputSpec(title=self.ask)}


@dataclass(frozen=True, slots=True)
class _Setting:
    value: Value
    title: str
    words: str  # the title, or the value to its last digit

    @property
    def called(self) -> str:
        """What people call it; "" where that is the value."""
        return "" if self.words == text_of(self.value) else self.words


class Switch(SqlAction[SwitchOptions]):
    """Switches from the present setting to another."""

    TYPE = "switch"
    Options = SwitchOptions
    ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"value", "actor", "actor_name", "run"})
    GOES_BACK: ClassVar[bool] = True
    REVERTS: ClassVar[bool] = True
    VERIFIES_BY: ClassVar[frozenset[str]] = frozenset({"to"})

    def meet(self, actions: Mapping[str, Action[Any]], kinds: Mapping[str, type[Action[Any]]]) -> None:
        """See that ``verify`` names settings there are, where they are fixed."""
        del actions, kinds
        verify, choices = self.spec.verify, self.options.choices
        if isinstance(verify, VerifyBySetting) and not isinstance(choices, Statement):
            known = [text_of(_exact(one.value)) for one in choices]
            for name in verify.to:
                if name not in known:
                    said = {"action": self.title, "name": name, "known": ", ".join(known)}
                    raise UsageError("actions.verify_unknown", **said)

    def setting(self, facts: Facts) -> str:
        """The value, as text; "" where nobody knows it."""
        value = cast("Value", facts.get("value"))
        return "" if value is None else text_of(value)

    async def choices(self, name: str) -> tuple[Choice, ...] | None:
        """The settings for ``to``, the present one marked."""
        if name != TO:
            return None
        call = Call(self.name, GUEST, dict.fromkeys(self.spec.inputs))
        present, _ = await self.look_one(self.options.state, call)
        return tuple(
            Choice(text_of(one.value), one.called, present=same(one.value, present))
            for one in await self._settings(call)
        )

    def undo_call(self, call: Call, before: Facts, after: Facts) -> Call | None:
        """Switch to the value of before."""
        del after
        return replace(call, goal={"value": before["value"]}) if "value" in before else None

    async def preview(self, call: Call, now: datetime) -> Preview:
        """From which setting to which."""
        settings = await self._settings(call)
        before, rows = await self._state(call, settings)
        wanted = self._wanted(call, settings)
        if same(wanted.value, before.facts["value"]):
            raise ActionDenied("actions.already_so", action=self.title, value=wanted.words)
        after = Message("actions.value", {"value": wanted.words})
        said = {"title": self.called(call), "before": before.text, "after": after}
        told = len(rows.columns) > 1  # the setting alone is said in words already
        return Preview(
            at=now,
            what=Message("actions.switch_what", said),
            before=before,
            after=after,
            count=len(rows.rows),
            columns=rows.columns if told else (),
            rows=rows.rows[: self.options.max_rows] if told else (),
            statement=self.options.set.shown(self.names(call, value=wanted.value), self.secret),
            sets={"value": wanted.value},
        )

    async def run(self, call: Call, preview: Preview, progress: Progress) -> Outcome:
        """Write the chosen value, in one transaction."""
        wanted = self._wanted(call, await self._settings(call))
        names = self.names(call, value=wanted.value, run=progress.run)
        change = await self.database.change(
            self.options.set.sql,
            self.options.set.bound(names),
            max_rows=self.options.max_rows,
            timeout_s=self.options.timeout,
        )
        if change.count == 0:
            raise ActionFailed("actions.touched_nothing", action=self.title)
        after = Message("actions.value", {"value": wanted.words})
        said = {"title": self.called(call), "before": preview.before.text, "after": after}
        return Outcome(Message("actions.toggle_done", said), change.count, {"value": wanted.value})

    async def probe(self, call: Call) -> State:
        """The present setting."""
        state, _ = await self._state(call, await self._settings(call))
        return state

    def _wanted(self, call: Call, settings: tuple[_Setting, ...]) -> _Setting:
        """The setting to go to: the goal of an undo, else the chosen one.

        Raises:
            ActionDenied: there is no such setting any more.

        """
        if call.goal:
            goal = call.goal["value"]
            known = next((one for one in settings if same(one.value, goal)), None)
            if known is None:
                raise ActionDenied("actions.no_such_setting", action=self.title, value=str(goal))
            return known
        chosen = call.values.get(TO)
        for one in settings:
            if text_of(one.value) == chosen:
                return one
        raise ActionDenied("actions.no_such_setting", action=self.title, value=str(chosen))

    async def _settings(self, call: Call) -> tuple[_Setting, ...]:
        choices = self.options.choices
        if not isinstance(choices, Statement):
            return tuple(self._setting(_exact(one.value), one.title) for one in choices)
        rows = await self.look(choices, call)
        columns = rows.columns
        return tuple(
            self._setting(row[columns[0]], text(row[columns[1]]) if len(columns) > 1 else "")
            for row in rows.rows
        )

    def _setting(self, value: Value, title: str) -> _Setting:
        return _Setting(value, title, title or self.words.value(value))

    async def _state(self, call: Call, settings: tuple[_Setting, ...]) -> tuple[State, Rows]:
        value, rows = await self.look_one(self.options.state, call)
        words = next((one.words for one in settings if same(one.value, value)), self.words.value(value))
        return State({"value": value}, Message("actions.value", {"value": words})), rows


def _exact(value: str | float | bool) -> Value:
    """A fraction of the layout as the decimal that is written there."""
    return Decimal(repr(value)) if isinstance(value, float) else value
