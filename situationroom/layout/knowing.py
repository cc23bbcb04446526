"""Checks of what an action's conditions want to know: that each ``$name`` can ever be known."""

from __future__ import annotations

from situationroom.errors import ExpressionError
from situationroom.layout.conditions import VALUE, compile_condition
from situationroom.layout.entries import Entries
from situationroom.layout.models import ActionSpec, VerifyBySetting
from situationroom.layout.references import Reference, references
from situationroom.layout.report import Report, nearest
from situationroom.layout.types import ActionType, PluginTypes
from situationroom.layout.yaml_nodes import DataPath
from situationroom.values import Message


def check_conditions(entries: Entries, types: PluginTypes, report: Report) -> None:
    """Report every condition that does not compile or wants to know what nobody will tell it."""
    for name, action in entries.actions.items():
        path = ("actions", name)
        kind = types.actions.get(action.kind)
        for reference in references(action, None):
            if reference.what in ("condition", "returned"):
                _check(reference, action, kind, path, report)
        if kind is not None and isinstance(action.verify, VerifyBySetting):
            _check_settings(action.verify, action.kind, kind.VERIFIES_BY, (*path, "verify"), report)


def _check(
    reference: Reference, action: ActionSpec, kind: type[ActionType] | None, base: DataPath, report: Report
) -> None:
    path = (*base, *reference.path)
    try:
        condition = compile_condition(reference.name)
    except ExpressionError as error:
        report.add(path, error.message)
        return
    if reference.path[0] == "steps":
        return  # a step has inputs of its own besides
    known = {*action.inputs}
    if kind is not None and reference.what == "returned":
        known |= kind.ARGUMENTS
    elif kind is not None and kind.VERIFIES_BY and reference.path[0] == "verify":
        known.add(VALUE)
    for name, column in condition.places:
        spec = action.inputs.get(name)
        said = {"name": f"${name}", "hint": nearest(name, known)}
        if name not in known:
            report.add(path, Message("layout.unknown_input", said))
        elif spec is not None and spec.secret:
            report.add(path, Message("layout.condition_secret", said))
        elif column and (spec is None or spec.from_ is None):
            report.add(path, Message("layout.condition_no_row", {**said, "column": column}))


def _check_settings(
    verify: VerifyBySetting, kind: str, settings: frozenset[str], path: DataPath, report: Report
) -> None:
    written = {name for name, spec in (("on", verify.on), ("off", verify.off)) if spec is not None}
    for name in sorted(written | ({"to"} if verify.to else set())):
        if name not in settings:
            what = Message("layout.verify_by", {"name": name, "kind": kind})
            report.add((*path, name), what, key=True)
