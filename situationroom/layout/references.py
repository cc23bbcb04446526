"""Finds every name a model refers to: feeds, columns, sources, channels, inputs, expressions.

A string field says what it names by a :class:`~situationroom.layout.fields.Names` in its annotation,
however deep: ``tuple[Column, ...]``, ``Mapping[Column, Figure]``, ``FeedName | None``, a nested model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from situationroom.layout.fields import Named, Names

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """One name found in a model.

    Attributes:
        what: what it names; for an expression, ``name`` is its text.
        name: the name as written.
        feed: the feed that a column or expression belongs to, None where none is known.
        path: where it stands, in the keys the author wrote.

    """

    what: Named
    name: str
    feed: str | None
    path: Path


def references(model: BaseModel, feed: str | None) -> Iterator[Reference]:
    """Every name in ``model`` and the models below it.

    ``feed`` is what its columns belong to, until a model names a feed of its own: that one then holds for
    its siblings and everything below.
    """
    yield from _in_model(model, feed, ())


def _in_model(model: BaseModel, feed: str | None, path: Path) -> Iterator[Reference]:
    feed = _own_feed(model) or feed
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if field.annotation is BaseModel:
            step: Path = ()  # a plug-in's own keys stand beside the common ones
        else:
            step = (field.alias or name,)
        yield from _in_value(field.annotation, field.metadata, value, feed, (*path, *step))


def _own_feed(model: BaseModel) -> str | None:
    """The feed a model names for its columns: its ``FeedName``, else the first of a list of them."""
    several: str | None = None
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, str) and _names_feed(field):
            return value
        if isinstance(value, tuple) and value and several is None and _names_feed(field):
            several = next((one for one in value if isinstance(one, str)), None)
    return several


def _names_feed(field: FieldInfo) -> bool:
    return any(one == Names("feed") for one in [*field.metadata, *_marks(field.annotation)])


def _marks(annotation: object) -> Iterator[object]:
    """The annotations' metadata inside a type, models and mappings not entered."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from get_args(annotation)[1:]
    if origin in (Annotated, Union, UnionType, tuple, list):
        for argument in get_args(annotation):
            yield from _marks(argument)


def _in_value(
    annotation: object, marks: Sequence[object], value: object, feed: str | None, path: Path
) -> Iterator[Reference]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _in_value(arguments[0], arguments[1:], value, feed, path)
    elif isinstance(value, str):
        yield from (Reference(mark.what, value, feed, path) for mark in marks if isinstance(mark, Names))
        if origin in (Union, UnionType):
            found = {one: None for arm in arguments for one in _in_value(arm, (), value, feed, path)}
            yield from found
    elif isinstance(value, BaseModel):
        yield from _in_model(value, feed, path)
    elif origin in (Union, UnionType):
        found = {one: None for arm in arguments for one in _in_value(arm, marks, value, feed, path)}
        yield from found
    elif isinstance(value, Mapping) and len(arguments) == 2:
        for key, inner in value.items():
            yield from _in_value(arguments[0], (), key, feed, (*path, str(key)))
            yield from _in_value(arguments[1], (), inner, feed, (*path, str(key)))
    elif isinstance(value, (tuple, list, frozenset)) and arguments:
        for i, inner in enumerate(value):
            yield from _in_value(arguments[0], (), inner, feed, (*path, i))
