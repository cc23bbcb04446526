"""``kind: sequence``: several named steps, one after the other, such as registering a partner's outage."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Several
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from situationroom.actions.base import (
    Action,
    Call,
    Facts,
    Outcome,
    Preview,
    Progress,
    State,
    StepPreview,
    Trial,
)
from situationroom.actions.stepping import STEP
from situationroom.actions.steps import Planned, Step
from situationroom.codec import same_facts
from situationroom.errors import (
    ActionDenied,
    ActionFailed,
    JournalError,
    OutcomeUnknown,
    RoomError,
    SourceError,
)
from situationroom.layout.models import Stepped
from situationroom.values import Message, Value

_NOTHING_TO_DO = frozenset({"actions.already_so", "actions.nothing_to_do"})


class SequenceOptions(Stepped):
    """``steps`` in their order, each by its name: another action (``use``), or one in its place.

    It stops at the first step that fails; what was done stays, and can be undone in reverse, each step in
    its own way. A step that has nothing to do is passed over. Before each step the state it was previewed in
    is looked at again, so a step must not change what a later one looks at.
    """


class Sequence(Action[SequenceOptions]):
    """Runs its steps, or takes back those that were done."""

    TYPE = "sequence"
    Options = SequenceOptions
    ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"value", "actor", "actor_name", "run", "batch"})
    GOES_BACK: ClassVar[bool] = True

    _steps: Mapping[str, Step]

    def meet(self, actions: Mapping[str, Action[Any]], kinds: Mapping[str, type[Action[Any]]]) -> None:
        """Find or make the actions that the steps are."""
        whole = (self.name, self.spec)
        self._steps = {
            name: Step(whole, name, step, actions, kinds, self.sources, self.words)
            for name, step in self.options.steps.items()
        }

    async def trials(self) -> Several[Trial]:
        """The parts of the steps written in place; those that use another action are tried there."""
        found: list[Trial] = []
        for name, step in self._steps.items():
            for part, path in ((step, ("steps", name)), (step.undo, ("steps", name, "undo"))):
                if part is not None and part.in_place:
                    found += [replace(one, path=(*path, *one.path)) for one in await part.action.trials()]
        return found

    def undo_call(self, call: Call, before: Facts, after: Facts) -> Call | None:
        """Take back, in reverse, the steps that were done or may have been."""
        del before
        done = [one for one in _entries(after.get("steps")) if one["step"] in self._steps]
        if not any(self._steps[str(one["step"])].can_go_back for one in done):
            return None
        return Call(call.action, call.person, call.values, goal={"undo": done[::-1]})

    async def preview(self, call: Call, now: datetime) -> Preview:
        """What each step will do."""
        plan = self._plan(call)
        steps = [await self._preview_step(one, now) for one in plan]
        doing = [one.preview for one in steps if one.preview is not None]
        if not doing:
            raise ActionDenied("actions.nothing_to_do", action=self._title)
        said = {"title": self.called(call), "count": len(doing), "steps": _lines(steps)}
        stuck = [Message("actions.step_stays", {"step": one.title}) for one in plan if one.action is None]
        warnings = [warning for one in doing for warning in one.warnings]
        return Preview(
            at=now,
            what=Message("actions.sequence_undo_what" if call.goal else "actions.sequence_what", said),
            before=await self._state(plan, steps),
            count=len(doing),
            statement="\n\n".join(
                f"-- {one.title}\n{one.preview.statement}" for one in steps if one.preview is not None
            ),
            warnings=(*stuck, *warnings),
            steps=tuple(steps),
        )

    async def run(self, call: Call, preview: Preview, progress: Progress) -> Outcome:
        """Step after step; the first that does not succeed is the last."""
        walk = _Walk(progress, sum(1 for one in preview.steps if one.preview is not None))
        for number, (planned, step) in enumerate(zip(self._plan(call), preview.steps, strict=True), 1):
            if step.preview is None or planned.action is None:
                continue
            if (why := progress.stop_reason()) is not None:
                return walk.stopped(why)
            outcome = await walk.step(number, planned, planned.action, step.preview)
            if outcome.stopped:
                return walk.stopped(outcome.result)
        said = {"title": self.called(call), "done": walk.done_titles}
        return Outcome(Message("actions.sequence_done", said), walk.done, walk.facts)

    async def probe(self, call: Call) -> State:
        """The states of all steps, in facts and in words: what came of a run may be seen in any of them."""
        plan = self._plan(call)
        return await self._state(plan, [StepPreview(one.title) for one in plan])

    @property
    def _title(self) -> str:
        return self.spec.title or self.name

    def _plan(self, call: Call) -> list[Planned]:
        """The steps of this run, in its order."""
        if not call.goal:
            return [step.planned(call) for step in self._steps.values()]
        return [
            self._steps[str(one["step"])].back(call, _facts(one.get("before")), _facts(one.get("after")))
            for one in _entries(call.goal.get("undo"))
            if one["step"] in self._steps
        ]

    async def _preview_step(self, planned: Planned, now: datetime) -> StepPreview:
        if planned.action is None:
            return StepPreview(planned.title, passed=Message("actions.step_no_undo"), name=planned.name)
        try:
            preview = await planned.action.preview(planned.call, now)
        except ActionDenied as error:
            if error.message.id in _NOTHING_TO_DO:
                return StepPreview(planned.title, passed=error.message, name=planned.name)
            raise _of_step(ActionDenied, planned, error) from error
        except SourceError as error:
            raise _of_step(SourceError, planned, error) from error
        return StepPreview(planned.title, preview, name=planned.name)

    async def _state(self, plan: Several[Planned], steps: Several[StepPreview]) -> State:
        """All states together; where a step was previewed, the one its preview stands on."""
        facts: dict[str, Value] = {}
        said: list[Message] = []
        for planned, step in zip(plan, steps, strict=True):
            if planned.action is None:
                continue
            if step.preview is not None:
                state = step.preview.before
            else:
                try:
                    state = await planned.action.probe(planned.call)
                except SourceError as error:
                    raise _of_step(SourceError, planned, error) from error
            facts |= {f"{planned.name}.{name}": value for name, value in state.facts.items()}
            if state.facts:
                said.append(Message("actions.step_state", {"step": planned.title, "state": state.text}))
        return State(facts, _joined("actions.beside", said) if said else Message("actions.no_state"))


class _Walk:
    """One run through the steps, and what it has done so far."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done: list[dict[str, object]] = []
        self._titles: list[str] = []
        progress.report(0, total)

    @property
    def done(self) -> int:
        """How many steps were done."""
        return len(self._titles)

    @property
    def done_titles(self) -> str:
        """The done steps' titles, in a line."""
        return ", ".join(self._titles) or "–"

    @property
    def facts(self) -> Facts:
        """What an undo stands on."""
        return {"steps": list(self._done)}

    def stopped(self, why: Message) -> Outcome:
        """Ended early between two steps."""
        said = {"done": self.done_titles, "why": why}
        return Outcome(Message("actions.sequence_stopped", said), self.done, self.facts, stopped=True)

    async def step(self, number: int, planned: Planned, action: Action[Any], preview: Preview) -> Outcome:
        """Do one step.

        Raises:
            ActionFailed: it had no effect; those before it had.
            OutcomeUnknown: nobody knows.

        """
        entry = {"step": planned.name, "before": dict(preview.before.facts), "after": {}}
        try:
            await self._begin(planned, action, preview)
            outcome = await action.run(planned.call, preview, _StepProgress(self._progress, number))
        except ActionFailed as error:
            raise self._ended(
                ActionFailed("actions.sequence_failed", **self._said(planned, error))
            ) from error
        except OutcomeUnknown as error:
            self._done.append({**entry, "unknown": True})
            unknown = OutcomeUnknown("actions.sequence_unknown", **self._said(planned, error))
            raise self._ended(unknown) from error
        self._done.append({**entry, "after": dict(outcome.after)})
        self._titles.append(planned.title)
        self._progress.report(self.done, self._total)
        await self._progress.checkpoint(self.done, 0, self.facts)
        return outcome

    async def _begin(self, planned: Planned, action: Action[Any], preview: Preview) -> None:
        """The state as previewed, and the step's own intent in the journal.

        Raises:
            ActionFailed: neither; nothing of the step was done.

        """
        try:
            present = await action.probe(planned.call)
            if not same_facts(present.facts, preview.before.facts):
                said = {"before": preview.before.text, "now": present.text}
                raise ActionFailed("actions.changed_since", **said)
            await self._progress.note(STEP, {"step": planned.name, "title": planned.title})
        except (SourceError, JournalError) as error:
            raise ActionFailed(error.message.id, **error.message.values) from error

    def _said(self, planned: Planned, error: RoomError) -> dict[str, object]:
        return {"step": planned.title, "why": error.message, "done": self.done_titles}

    def _ended(self, error: ActionFailed | OutcomeUnknown) -> ActionFailed | OutcomeUnknown:
        error.after = self.facts if self._done else {}
        return error


class _StepProgress:
    """A step's line to the run it is part of: the run counts steps, not what is in them."""

    def __init__(self, whole: Progress, number: int) -> None:
        self._whole = whole
        self._number = number

    @property
    def run(self) -> str:
        """An id of the step's own, for services that keep to idempotency keys."""
        return f"{self._whole.run}-{self._number}"

    @property
    def limit_per_s(self) -> float | None:
        """The run's rate limit."""
        return self._whole.limit_per_s

    def limited(self, per_s: float | None) -> None:
        """The step's own limit."""
        self._whole.limited(per_s)

    def report(
        self, done: int, total: int | None, failed: int = 0, errors: Mapping[str, int] | None = None
    ) -> None:
        """Not the run's figures."""
        del done, total, failed, errors

    async def checkpoint(self, done: int, failed: int, facts: Facts | None = None) -> None:
        """Not the run's either."""
        del done, failed, facts

    async def note(self, kind: str, facts: Facts) -> None:
        """A step of the step."""
        await self._whole.note(kind, facts)

    def stop_reason(self) -> Message | None:
        """Why the run should end."""
        return self._whole.stop_reason()

    def elapsed_s(self) -> float:
        """Seconds since the run began."""
        return self._whole.elapsed_s()

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await self._whole.wait(seconds)


def _of_step(kind: type[ActionDenied | SourceError], planned: Planned, error: RoomError) -> RoomError:
    return kind("actions.step_trouble", step=planned.title, why=error.message)


def _lines(steps: Several[StepPreview]) -> Message:
    """A line per step."""
    lines = [
        Message("actions.step_line", {"number": number, "what": one.preview.what})
        if one.preview is not None
        else Message("actions.step_passed", {"number": number, "step": one.title, "why": one.passed})
        for number, one in enumerate(steps, 1)
    ]
    return _joined("actions.lines", lines)


def _joined(how: str, messages: Several[Message]) -> Message:
    """Messages in one, by the sentence that puts two together."""
    joined = messages[-1]
    for message in reversed(messages[:-1]):
        joined = Message(how, {"first": message, "rest": joined})
    return joined


def _entries(value: object) -> list[Mapping[str, object]]:
    """What was done, as the journal has it."""
    several = value if isinstance(value, list) else []
    return [one for one in several if isinstance(one, Mapping) and isinstance(one.get("step"), str)]


def _facts(value: object) -> Facts:
    return value if isinstance(value, Mapping) else {}
