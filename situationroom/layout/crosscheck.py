"""Checks that every name in a layout refers to something, and that no key means two things."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from situationroom.errors import ExpressionError
from situationroom.layout.entries import Entries
from situationroom.layout.expressions import Expression, compile_expression
from situationroom.layout.guarding import check_guarding
from situationroom.layout.keys import DEFAULT_KEYS, RESERVED, bindings, is_key, key_name, near_key
from situationroom.layout.knowing import check_conditions
from situationroom.layout.models import ActionSpec, FeedSpec
from situationroom.layout.references import Reference, references
from situationroom.layout.report import Report, nearest
from situationroom.layout.types import PluginTypes
from situationroom.layout.yaml_nodes import DataPath
from situationroom.values import Message

_SECTION = {"feed": "feeds", "source": "sources", "channel": "channels", "action": "actions", "rule": "rules"}


def crosscheck(entries: Entries, keys: Mapping[str, str], types: PluginTypes, report: Report) -> None:
    """Report every name that refers to nothing, every bad expression and every key used twice."""
    sections: Mapping[str, Mapping[str, BaseModel]] = {
        "feeds": entries.feeds,
        "panels": entries.panels,
        "rules": entries.rules,
        "actions": entries.actions,
    }
    for section, specs in sections.items():
        for name, spec in specs.items():
            own_feed = name if section == "feeds" else None
            for reference in references(spec, own_feed):
                _check_reference(reference, (section, name), entries, report)
    for name, feed in entries.feeds.items():
        _check_order(feed, ("feeds", name, "derive"), report)
    for name, action in entries.actions.items():
        _check_roles(action, ("actions", name), entries, report)
        _check_inputs(action, ("actions", name), types, report)
    check_guarding(entries, types, report)
    check_conditions(entries, types, report)
    _check_keys(entries, keys, report)


def _check_reference(reference: Reference, base: DataPath, entries: Entries, report: Report) -> None:
    path = (*base, *reference.path)
    if reference.what == "expression":
        try:
            compile_expression(reference.name)
        except ExpressionError as error:
            report.add(path, error.message)
    elif section := _SECTION.get(reference.what):
        known = entries.declared[section]
        if reference.name not in known:
            hint = nearest(reference.name, known)
            what = Message(f"layout.unknown_{reference.what}", {"name": reference.name, "hint": hint})
            report.add(path, what)


def _check_order(feed: FeedSpec, path: DataPath, report: Report) -> None:
    """A derived column uses those of the answer and those derived before it.

    One that is made from a column of its own name replaces that one: before it, the name is the answer's.
    """
    made = [(column, expression) for column, text in feed.derive.items() if (expression := _compiled(text))]
    later = {column for column, expression in made if column not in expression.names}
    for column, expression in made:
        for name in sorted(expression.names & later):
            if name != column:
                report.add((*path, column), Message("layout.derived_later", {"name": name}))
        later.discard(column)


def _compiled(text: str) -> Expression | None:
    """An expression, or None where what is wrong with it is said elsewhere."""
    try:
        return compile_expression(text)
    except ExpressionError:
        return None


def _check_roles(action: ActionSpec, path: DataPath, entries: Entries, report: Report) -> None:
    """A role that nobody has means that nobody could ever fire."""
    if report.has_any(("people",)):
        return  # a broken person may have it
    held = {role for person in entries.people.values() for role in person.roles}
    for field, roles in (("roles", action.roles), ("approvers", action.approvers)):
        for role in roles:
            if role not in held:
                what = Message("layout.unknown_role", {"name": role, "hint": nearest(role, held)})
                report.add((*path, field), what)


def _check_inputs(action: ActionSpec, path: DataPath, types: PluginTypes, report: Report) -> None:
    """Every argument of a statement is an input of the action, or given by its kind."""
    kind = types.actions.get(action.kind)
    given = kind.ARGUMENTS if kind else frozenset()
    for name in given.intersection(action.inputs):
        report.add((*path, "inputs", name), Message("actions.input_taken", {"name": name}), key=True)
    known = {*action.inputs, *given}
    for reference in references(action, None):
        if reference.what == "input" and reference.name not in known:
            what = Message(
                "layout.unknown_input", {"name": reference.name, "hint": nearest(reference.name, known)}
            )
            report.add((*path, *reference.path), what)


def _check_keys(entries: Entries, keys: Mapping[str, str], report: Report) -> None:
    """Each key means one thing: of the program's own after ``keys:``, and of the actions."""
    for name in keys:
        if name not in DEFAULT_KEYS:
            what = Message("layout.unknown_binding", {"name": name, "hint": nearest(name, DEFAULT_KEYS)})
            report.add(("keys", name), what, key=True)
    taken: dict[str, str] = {}
    own = bindings(keys)
    remapped = [name for name in keys if name in own]
    for name in [
        *(name for name in own if name not in keys),
        *remapped,
    ]:  # it is the remapped one that clashes
        _take(keys.get(name, own[name]), name, ("keys", name), taken, report)
    for name, action in entries.actions.items():
        if action.key:
            _take(action.key, action.title or name, ("actions", name, "key"), taken, report)


def _take(written: str, owner: str, path: DataPath, taken: dict[str, str], report: Report) -> None:
    key = key_name(written)
    if not is_key(key):
        near = near_key(key)
        hint = Message("layout.nearest", {"name": near}) if near else Message("layout.keys_known")
        report.add(path, Message("layout.no_such_key", {"key": written, "hint": hint}))
    elif key in RESERVED:
        report.add(path, Message("layout.key_reserved", {"key": written}))
    elif key in taken:
        report.add(path, Message("layout.key_clash", {"key": written, "owner": taken[key]}))
    else:
        taken[key] = owner
