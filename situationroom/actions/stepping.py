"""The steps of a run made of several, as its entries in the journal tell of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from situationroom.codec import Json
from situationroom.values import RunState, StepState, StepStatus

STEP = "step"
"""The journal's kind of an entry for a step that is about to begin."""

Steps = tuple[StepStatus, ...]


def planned(steps: Json) -> Steps:
    """The steps as a claim has them."""
    several = [one for one in steps if isinstance(one, dict)] if isinstance(steps, list) else []
    return tuple(
        StepStatus(
            str(one.get("step")),
            str(one.get("title")),
            StepState.PASSED if one.get("passed") else StepState.WAITS,
        )
        for one in several
    )


def begun(steps: Sequence[StepStatus], name: str) -> Steps:
    """The steps once one of them begins: the one before it is done."""
    return tuple(
        replace(one, state=StepState.RUNNING)
        if one.name == name
        else replace(one, state=StepState.DONE)
        if one.state is StepState.RUNNING
        else one
        for one in steps
    )


def done_in(after: Json) -> frozenset[str]:
    """The steps that were done, by the facts of a run's end."""
    steps = after.get("steps") if isinstance(after, dict) else None
    several = [one for one in steps if isinstance(one, dict)] if isinstance(steps, list) else []
    return frozenset(str(one.get("step")) for one in several if not one.get("unknown"))


def ended(steps: Sequence[StepStatus], state: RunState, done: Collection[str]) -> Steps:
    """The steps once the run has ended so; one that failed before it could begin is the first that waits."""
    steps = [replace(one, state=StepState.DONE) if one.name in done else one for one in steps]
    last = {RunState.FAILED: StepState.FAILED, RunState.UNKNOWN: StepState.UNKNOWN}.get(state, StepState.DONE)
    missed = last is not StepState.DONE and all(one.state is not StepState.RUNNING for one in steps)
    told: list[StepStatus] = []
    for one in steps:
        if one.state is StepState.RUNNING:
            told.append(replace(one, state=last))
        elif one.state is StepState.WAITS:
            told.append(replace(one, state=last if missed else StepState.SKIPPED))
            missed = False
        else:
            told.append(one)
    return tuple(told)


def lost(steps: Sequence[StepStatus]) -> Steps:
    """The steps of a run whose program is gone: nobody knows what came of the one under way."""
    return tuple(
        replace(one, state=StepState.UNKNOWN) if one.state is StepState.RUNNING else one for one in steps
    )
