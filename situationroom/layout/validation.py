"""Checks a piece of a layout against its model, and says what is wrong in our own words.

Pydantic's own sentences are English, point into the model's unions, and may show the value; ours point
into the file and never show what came from the environment.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from situationroom.errors import VouchedError
from situationroom.i18n import say
from situationroom.layout.report import Report, nearest
from situationroom.layout.yaml_nodes import DataPath
from situationroom.values import Message

M = TypeVar("M", bound=BaseModel)

_WANTED = {
    "string_type": "want_text",
    "string_sub_type": "want_text",
    "int_type": "want_whole",
    "int_parsing": "want_whole",
    "int_from_float": "want_whole",
    "int_parsing_size": "want_whole",
    "float_type": "want_number",
    "float_parsing": "want_number",
    "finite_number": "want_number",
    "decimal_type": "want_number",
    "decimal_parsing": "want_number",
    "bool_type": "want_bool",
    "bool_parsing": "want_bool",
    "list_type": "want_list",
    "tuple_type": "want_list",
    "set_type": "want_list",
    "frozen_set_type": "want_list",
    "dict_type": "want_mapping",
    "mapping_type": "want_mapping",
    "model_type": "want_mapping",
    "model_attributes_type": "want_mapping",
    "dataclass_type": "want_mapping",
    "none_required": "want_nothing",
    "greater_than": "greater_than",
    "greater_than_equal": "at_least",
    "less_than": "less_than",
    "less_than_equal": "at_most",
    "too_short": "too_short",
    "too_long": "too_long",
    "string_too_short": "too_short_text",
    "string_too_long": "too_long_text",
    "string_pattern_mismatch": "pattern",
}
"""Pydantic's kinds of error → ours in ``locale/layout.toml``; their figures fill our placeholders."""

_KINDS = frozenset(kind for kind in _WANTED if kind.endswith(("_type", "_parsing")))


def check(
    model: type[M], data: Mapping[str, object], path: DataPath, report: Report, extra: Iterable[str] = ()
) -> M | None:
    """``data`` as a ``model``; every problem goes to ``report``.

    Where something is wrong it comes without the wrong parts, so that the rest can still be looked at, or
    not at all. ``path`` is where the data is in the file, ``extra`` further keys an author may have meant.
    """
    try:
        return model.model_validate(dict(data), context=_context(report, path))
    except ValidationError as error:
        for detail in _without_other_branches(error.errors(include_url=False), data):
            _explain(detail, model, data, path, report, extra)
        return _without(
            model, data, path, report, [_in_data(detail["loc"], data) for detail in error.errors()]
        )


def _without(
    model: type[M], data: Mapping[str, object], path: DataPath, report: Report, wrong: Iterable[DataPath]
) -> M | None:
    """The model of what is left of ``data``, or None where that does not do."""
    left = copy.deepcopy(dict(data))
    for place in wrong:
        keys = list(itertools.takewhile(lambda step: isinstance(step, str), place))
        holder: Any = left
        for key in keys[:-1]:
            holder = holder[key] if _has(holder, key) else {}
        if keys:
            holder.pop(keys[-1], None)  # a list goes as a whole
    try:
        return model.model_validate(left, context=_context(report, path))
    except ValidationError:
        return None


def _context(report: Report, path: DataPath) -> dict[str, object]:
    """What fields are told besides their value: see ``in_language`` and ``KeepsSecrets`` in ``fields.py``."""
    return {"lang": report.lang, "environment": report.secrets.below(path)}


def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys a model takes, as an author writes them; what is left out of a dump is the program's own."""
    return tuple(field.alias or name for name, field in model.model_fields.items() if not field.exclude)


def _explain(
    detail: ErrorDetails,
    model: type[BaseModel],
    data: Mapping[str, object],
    base: DataPath,
    report: Report,
    extra: Iterable[str],
) -> None:
    loc, kind = detail["loc"], detail["type"]
    inner = _in_data(loc, data)
    path = (*base, *inner)
    context = detail.get("ctx", {})
    if kind == "missing":
        report.add((*path, str(loc[-1])), Message("layout.missing", {"name": str(loc[-1])}))
    elif kind == "extra_forbidden":
        name = str(loc[-1])
        owner = _model_at(model, loc[:-1])
        known = {*(keys_of(owner) if owner else ()), *(extra if len(loc) == 1 else ())}
        what = Message("layout.unknown_key", {"name": name, "hint": nearest(name, known)})
        report.add(path, what, key=True)
    elif kind in ("literal_error", "enum"):
        choices = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "")
        report.add(path, Message("layout.choice", {"choices": choices}))
    elif kind in _WANTED:
        report.add(path, Message(f"layout.{_WANTED[kind]}", dict(context)))
    else:
        what = _own_words(detail)
        vouched = isinstance(context.get("error"), VouchedError)
        fixed = not what.values and say(what) != what.id  # a sentence of the catalogue as it stands
        if report.secrets.at(path) and not (fixed or vouched):
            what = Message("layout.hidden")  # a validator's own words may hold the value in any form
        report.add(path, what, vouched=vouched)


def _own_words(detail: ErrorDetails) -> Message:
    """What a model's own validator says: an id of the catalogue, or a sentence of a user's plug-in."""
    context = detail.get("ctx", {})
    if detail["type"] in ("value_error", "assertion_error"):
        error = context["error"]
        return error.message if isinstance(error, VouchedError) else Message(str(error))
    own = Message(detail["type"], dict(context))
    if say(own) != own.id:
        return own
    return Message("layout.invalid", {"detail": detail["msg"]})


def _in_data(loc: Sequence[str | int], data: Any) -> DataPath:
    """The part of an error's location that is in the file: pydantic also names the branches of a union."""
    path: list[str | int] = []
    for step in loc:
        if _has(data, step):
            data = data[step]
            path.append(step)
    return tuple(path)


def _has(data: Any, step: str | int) -> bool:
    if isinstance(data, Mapping):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and step < len(data)


def _without_other_branches(errors: list[ErrorDetails], data: object) -> list[ErrorDetails]:
    """The errors, for each union only those of the branch the author most likely meant."""
    kept: list[ErrorDetails] = []
    unions: dict[tuple[str | int, ...], dict[str | int, list[ErrorDetails]]] = {}
    for error in errors:
        at = _branch_at(error, data)
        if at is None:
            kept.append(error)
        else:
            branches = unions.setdefault(error["loc"][:at], {})
            branches.setdefault(error["loc"][at], []).append(error)
    for union, branches in unions.items():
        fitting = [found for found in branches.values() if not _wrong_kind(found, len(union) + 1)]
        kept.extend(min(fitting or branches.values(), key=lambda found: len(found)))
    return kept


def _branch_at(error: ErrorDetails, data: Any) -> int | None:
    """Where in an error's location a branch of a union is named, or None."""
    loc = error["loc"]
    for at, step in enumerate(loc):
        if _has(data, step):
            data = data[step]
        elif isinstance(step, str) and step != "[key]":
            return None if error["type"] == "missing" and at == len(loc) - 1 else at
    return None


def _wrong_kind(errors: list[ErrorDetails], depth: int) -> bool:
    """Whether a branch does not fit at all: it wants a mapping where there is a word, or so."""
    return all(error["type"] in _KINDS and len(error["loc"]) == depth for error in errors)


def _model_at(model: type[BaseModel], loc: Sequence[str | int]) -> type[BaseModel] | None:
    """The model whose keys stand at ``loc`` below ``model``."""
    here = [model]
    for step in loc:
        if named := [one for one in here if one.__name__ == step]:
            here = named
            continue
        fields = [
            field for one in here for name, field in one.model_fields.items() if step in (name, field.alias)
        ]
        here = [one for field in fields for one in _models_in(field.annotation)] or here
    return here[0] if here else None


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [one for argument in get_args(annotation) for one in _models_in(argument)]
