"""Checks of what an action says about approval, undo and time: that all of it can ever come true."""

from __future__ import annotations

from situationroom.layout.entries import Entries
from situationroom.layout.models import ActionSpec
from situationroom.layout.report import Report, nearest
from situationroom.layout.types import PluginTypes
from situationroom.layout.yaml_nodes import DataPath
from situationroom.values import ROOM, Message


def check_guarding(entries: Entries, types: PluginTypes, report: Report) -> None:
    """Report what no run could keep to."""
    if ROOM.id in entries.declared["people"]:
        report.add(("people", ROOM.id), Message("layout.own_name", {"name": ROOM.id}), key=True)
    for name, action in entries.actions.items():
        path = ("actions", name)
        _check_second(action, path, entries, report)
        _check_undo(action, path, entries, types, report)
        kind = types.actions.get(action.kind)
        if action.for_ is not None and kind is not None and not kind.REVERTS:
            report.add((*path, "for"), Message("layout.not_temporary", {"kind": action.kind}), key=True)


def _check_second(action: ActionSpec, path: DataPath, entries: Entries, report: Report) -> None:
    """An asker and somebody else: fewer than two people with a say, and nobody could ever fire it."""
    if action.confirm != "two-person" or report.has_any(("people",)):
        return
    askers = _with(action.roles, entries)
    seconds = _with(action.approving_roles, entries)
    if not any(asker != second for asker in askers for second in seconds):
        report.add((*path, "confirm"), Message("layout.no_second_person"))


def _with(roles: tuple[str, ...], entries: Entries) -> list[str]:
    return [
        name for name, spec in entries.people.items() if not roles or not set(roles).isdisjoint(spec.roles)
    ]


def _check_undo(
    action: ActionSpec, path: DataPath, entries: Entries, types: PluginTypes, report: Report
) -> None:
    undo = action.undo
    if undo is None:
        return
    if undo.action is None:
        kind = types.actions.get(action.kind)
        if kind is not None and not kind.GOES_BACK:
            report.add((*path, "undo"), Message("layout.no_way_back", {"kind": action.kind}), key=True)
        return
    known = entries.declared["actions"]
    if undo.action not in known:
        what = Message("layout.unknown_action", {"name": undo.action, "hint": nearest(undo.action, known)})
        report.add((*path, "undo", "action"), what)
        return
    other = entries.actions.get(undo.action)
    for name, value in undo.values.items():
        here = (*path, "undo", "values", name)
        if other is not None and name not in other.inputs:
            hint = nearest(name, other.inputs)
            report.add(here, Message("layout.unknown_input", {"name": name, "hint": hint}), key=True)
        if value.startswith("$") and value[1:] not in action.inputs:
            hint = nearest(value[1:], action.inputs)
            report.add(here, Message("layout.unknown_input", {"name": value[1:], "hint": hint}))
