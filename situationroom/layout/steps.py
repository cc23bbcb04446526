"""Actions that are more than their own keys: inputs that a kind brings, and steps written in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from situationroom.layout.models import ActionSpec, OwnInputs, StepSpec
from situationroom.layout.report import Report
from situationroom.layout.yaml_nodes import Data, DataPath
from situationroom.values import Message

MakeAction = Callable[[Mapping[str, Data], DataPath], ActionSpec | None]
"""Checks an entry as an action."""

_STEP_KEYS = frozenset(StepSpec.model_fields) - {"part"}
_PART_KEYS = frozenset({"kind", "title", "source", "options", "inputs"})


def asking(spec: ActionSpec, path: DataPath, report: Report) -> ActionSpec:
    """The action with the inputs that its kind brings before its own."""
    if not isinstance(spec.options, OwnInputs):
        return spec
    brought = spec.options.own_inputs()
    for name in brought:
        if name in spec.inputs:
            report.add((*path, "inputs", name), Message("actions.input_taken", {"name": name}), key=True)
    return spec.model_copy(update={"inputs": {**brought, **spec.inputs}})


def with_parts(
    entry: Mapping[str, Data], path: DataPath, make: MakeAction, report: Report
) -> Mapping[str, object]:
    """An entry whose steps, where they are written in place, are checked as the actions they are."""
    steps = entry.get("steps")
    if not isinstance(steps, dict):
        return entry
    made = {name: _step(step, (*path, "steps", name), make, report) for name, step in steps.items()}
    return {**entry, "steps": made}


def _step(step: Data, path: DataPath, make: MakeAction, report: Report) -> object:
    if not isinstance(step, dict):
        return step
    own: dict[str, object] = {key: value for key, value in step.items() if key in _STEP_KEYS}
    rest = {key: value for key, value in step.items() if key not in _STEP_KEYS}
    if "undo" in step and path[-1] != "undo":
        own["undo"] = _step(step["undo"], (*path, "undo"), make, report)
    if ("kind" in step) == ("use" in step):
        report.add(path, Message("layout.step_one_of"), key=True)
        return own
    if "kind" not in step:
        return {**own, **rest}  # what is unknown in it is said by its model
    spec = make({**rest, "title": step.get("title", "")}, path)
    if spec is not None:
        for key in spec.model_fields_set - _PART_KEYS:
            report.add((*path, key), Message("layout.step_key", {"name": key}), key=True)
        own["part"] = spec
    return own
