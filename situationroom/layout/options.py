"""A plug-in's options as its users read them: name, type, default, what it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.functional_validators import BeforeValidator

from situationroom.layout.fields import Names, WrittenAs, in_language, per_second, seconds
from situationroom.values import Message

DEEPEST = 3
"""Models inside models are followed this far."""

_PLAIN = {str: "text", int: "whole", float: "number", Decimal: "number", bool: "bool"}
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))


@dataclass(frozen=True, slots=True)
class Option:
    """One option.

    Attributes:
        name: as it is written; ``values[].column`` is a key of each entry of a list.
        type: what it may be.
        required: whether it must be given.
        default: what it is otherwise, as an author would write it; "" for nothing.
        doc: what it does, in its author's words.

    """

    name: str
    type: Message
    required: bool
    default: str
    doc: str


def options_of(model: type[BaseModel], prefix: str = "", depth: int = 1) -> Iterator[Option]:
    """The options of a model, in its order, each followed by those of the models it holds."""
    for field_name, field in model.model_fields.items():
        if field.exclude:
            continue  # the program's own, no key
        name = prefix + (field.alias or field_name)
        default = "" if field.is_required() else _written(field)
        kind = _type(field.annotation, field.metadata)
        yield Option(name, kind, field.is_required(), default, field.description or "")
        if depth < DEEPEST:
            for inner, several in _models(field.annotation, several=False, marks=field.metadata):
                yield from options_of(inner, f"{name}[]." if several else f"{name}.", depth + 1)


def _type(annotation: object, marks: Sequence[object] = ()) -> Message:
    """What a value of this annotation is called."""
    if (written := _written_as(marks)) is not None:
        return _type(written)
    for mark in marks:
        if isinstance(mark, Names):
            return Message(f"layout.type_{mark.what}")
        if isinstance(mark, BeforeValidator) and mark.func in (seconds, per_second):
            return Message("layout.type_duration" if mark.func is seconds else "layout.type_rate")
        if isinstance(mark, BeforeValidator) and mark.func is in_language:
            return Message("layout.type_label")
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0], arguments[1:])
    if origin is Literal:
        return Message("layout.type_choice", {"choices": " | ".join(str(one) for one in arguments)})
    if origin in (Union, UnionType):
        return _either([_type(one) for one in arguments if one is not type(None)])
    if origin in (tuple, list, frozenset):
        return Message("layout.type_list", {"of": _type(arguments[0])})
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Message("layout.type_mapping", {"key": _type(arguments[0]), "value": _type(arguments[1])})
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Message("layout.type_model")
    return Message(f"layout.type_{_PLAIN.get(annotation, 'any') if isinstance(annotation, type) else 'any'}")


def _either(kinds: Sequence[Message]) -> Message:
    first, *others = kinds
    return Message("layout.type_either", {"one": first, "other": _either(others)}) if others else first


def _written_as(marks: Sequence[object]) -> object:
    """What an author writes where a model of ours is made of something plainer, or None."""
    return next((mark.form for mark in marks if isinstance(mark, WrittenAs)), None)


def _models(
    annotation: object, *, several: bool, marks: Sequence[object] = ()
) -> Iterator[tuple[type[BaseModel], bool]]:
    """The models inside an annotation, and whether there are several of each."""
    if _written_as(marks) is not None:
        return
    if get_origin(annotation) is Annotated:
        yield from _models(get_args(annotation)[0], several=several, marks=get_args(annotation)[1:])
        return
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, several
        return
    several = several or get_origin(annotation) in (tuple, list, frozenset)
    for argument in get_args(annotation):
        yield from _models(argument, several=several)


def _written(field: FieldInfo) -> str:
    default: object = field.get_default(call_default_factory=True, validated_data={})
    if default is None or default in ((), {}, ""):
        return ""
    if isinstance(default, bool):
        return "true" if default else "false"
    if isinstance(default, float) and _type(field.annotation, field.metadata).id == "layout.type_duration":
        return next(
            (f"{default / size:g}{unit}" for size, unit in _UNITS if default % size == 0), f"{default:g}s"
        )
    if isinstance(default, (tuple, list)):
        return f"[{', '.join(str(one) for one in default)}]"
    return f"{default:g}" if isinstance(default, float) else str(default)
