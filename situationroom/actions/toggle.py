"""``kind: toggle``: a setting in a database that is on or off, such as a reference."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from situationroom.actions.base import Call, Facts, Outcome, Preview, Progress, State
from situationroom.actions.database import SqlAction, SqlOptions
from situationroom.actions.statement import Query, Statement
from situationroom.codec import same
from situationroom.errors import ActionDenied, ActionFailed
from situationroom.layout.fields import Label
from situationroom.sources.base import Rows
from situationroom.values import Message, Value

ON = Message("actions.on")
OFF = Message("actions.off")


class ToggleOptions(SqlOptions):
    """``state`` gives the present value in the first column of its first row; ``set`` writes ``value``.

    ``set`` may use ``value``, ``actor`` (who fires), ``run`` (its id) and the inputs. It is rolled back when
    it touches more than ``max_rows``. ``on_title`` and ``off_title`` are what people call the two values.
    """

    state: Query
    set: Statement
    on_value: bool | int | str = True
    off_value: bool | int | str = False
    on_title: Label = ""
    off_title: Label = ""
    max_rows: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _on_is_not_off(self) -> Self:
        if same(self.on_value, self.off_value):
            raise PydanticCustomError("actions.on_is_off", "on_value and off_value are the same")
        return self


class Toggle(SqlAction[ToggleOptions]):
    """Switches to the other of two values."""

    TYPE = "toggle"
    Options = ToggleOptions
    ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"value", "actor", "actor_name", "run"})
    GOES_BACK: ClassVar[bool] = True
    REVERTS: ClassVar[bool] = True
    FLIPS: ClassVar[bool] = True
    VERIFIES_BY: ClassVar[frozenset[str]] = frozenset({"on", "off"})

    def setting(self, facts: Facts) -> str:
        """``on`` or ``off``."""
        if "value" not in facts:
            return ""
        return "on" if same(facts["value"], self.options.on_value) else "off"

    def undo_call(self, call: Call, before: Facts, after: Facts) -> Call | None:
        """Switch to the value of before."""
        del after
        return replace(call, goal={"value": before["value"]}) if "value" in before else None

    async def preview(self, call: Call, now: datetime) -> Preview:
        """Which way it would switch."""
        before, rows = await self._state(call)
        if before.active is None:
            raise ActionDenied("actions.toggle_odd", action=self.title, value=before.text)
        if call.goal and not any(
            same(call.goal["value"], value) for value in (self.options.on_value, self.options.off_value)
        ):
            raise ActionDenied("actions.no_such_setting", action=self.title, value=str(call.goal["value"]))
        if call.goal and same(call.goal["value"], before.facts["value"]):
            raise ActionDenied("actions.already_so", action=self.title, value=before.text)
        after = self._off if before.active else self._on
        names = self.names(call, value=self._other(before))
        told = len(rows.columns) > 1  # the setting alone is said in words already
        return Preview(
            at=now,
            what=Message(
                "actions.toggle_what", {"title": self.called(call), "before": before.text, "after": after}
            ),
            before=before,
            after=after,
            count=len(rows.rows),
            columns=rows.columns if told else (),
            rows=rows.rows[: self.options.max_rows] if told else (),
            statement=self.options.set.shown(names, self.secret),
            sets={"value": self._other(before)},
        )

    async def run(self, call: Call, preview: Preview, progress: Progress) -> Outcome:
        """Write the other value, in one transaction."""
        value = self._other(preview.before)
        names = self.names(call, value=value, run=progress.run)
        change = await self.database.change(
            self.options.set.sql,
            self.options.set.bound(names),
            max_rows=self.options.max_rows,
            timeout_s=self.options.timeout,
        )
        if change.count == 0:
            raise ActionFailed("actions.touched_nothing", action=self.title)
        said = {"title": self.called(call), "before": preview.before.text, "after": preview.after or self._on}
        return Outcome(Message("actions.toggle_done", said), change.count, {"value": value})

    async def probe(self, call: Call) -> State:
        """Whether it is on."""
        state, _ = await self._state(call)
        return state

    async def _state(self, call: Call) -> tuple[State, Rows]:
        value, rows = await self.look_one(self.options.state, call)
        if same(value, self.options.on_value):
            return State({"value": value}, self._on, active=True), rows
        if same(value, self.options.off_value):
            return State({"value": value}, self._off, active=False), rows
        return State({"value": value}, Message("actions.odd", {"value": self.words.value(value)})), rows

    @property
    def _on(self) -> Message:
        return _titled(self.options.on_title) or ON

    @property
    def _off(self) -> Message:
        return _titled(self.options.off_title) or OFF

    def _other(self, state: State) -> Value:
        return self.options.off_value if state.active else self.options.on_value


def _titled(title: str) -> Message | None:
    return Message("actions.value", {"value": title}) if title else None
