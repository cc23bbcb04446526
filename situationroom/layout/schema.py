"""The JSON Schema of a layout (draft 2020-12), for editors: completion, and errors while writing.

What only the loader can know (names that refer to something, grids, expressions) is not in it: a file
that fits the schema may still be refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, JsonValue
from pydantic.json_schema import models_json_schema

from situationroom.layout.entries import SECTIONS
from situationroom.layout.models import (
    ActionSpec,
    ChannelSpec,
    FeedSpec,
    Layout,
    PageSpec,
    PanelSpec,
    PersonSpec,
    RuleSpec,
    SourceSpec,
)
from situationroom.layout.types import PluginTypes

Schema = dict[str, JsonValue]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_FROM_ENVIRONMENT: Schema = {"type": "string", "pattern": r"\$\{"}
"""A figure, truth or choice may also be given by the environment."""


def layout_schema(types: PluginTypes) -> Schema:
    """The schema of a layout that may use ``types``."""
    models = _Models(types)
    room = models.object_of(Layout, without=("path", *SECTIONS))
    properties = dict(_mapping(room["properties"]))
    properties["opens"] = {"type": "string", "examples": ["2024-09-20 09:00"]}
    sections: dict[str, JsonValue] = {
        "sources": _by_type(models, SourceSpec, "type", {n: t.Options for n, t in types.sources.items()}),
        "feeds": {
            "anyOf": [models.entry(FeedSpec, source.Question) for source in types.sources.values()]
            or [models.entry(FeedSpec, None)]
        },
        "panels": _by_type(models, PanelSpec, "type", {n: t.Options for n, t in types.panels.items()}),
        "pages": {"anyOf": [{"type": "string"}, _page(models)]},
        "rules": models.entry(RuleSpec, None),
        "actions": _by_type(models, ActionSpec, "kind", {n: t.Options for n, t in types.actions.items()}),
        "channels": models.entry(ChannelSpec, None),
        "people": models.entry(PersonSpec, None),
    }
    for name, entry in sections.items():
        properties[name] = {"type": ["object", "null"], "additionalProperties": entry}
    whole: Schema = {**room, "properties": properties}
    return {
        "$schema": DIALECT,
        "title": "situationroom layout",
        **_reachable(_mapping(_open_to_environment(whole)), models.definitions),
    }


class _Models:
    """Every model a layout can hold, its definitions named once for all."""

    def __init__(self, types: PluginTypes) -> None:
        models: list[type[BaseModel]] = [
            Layout, SourceSpec, FeedSpec, PanelSpec, PageSpec, RuleSpec, ActionSpec, ChannelSpec, PersonSpec,
            *(one.Options for one in types.sources.values()),
            *(one.Question for one in types.sources.values()),
            *(one.Options for one in types.panels.values()),
            *(one.Options for one in types.actions.values()),
        ]  # fmt: skip
        unique = list(dict.fromkeys(models))
        self._refs, whole = models_json_schema([(model, "validation") for model in unique])
        defined = _mapping(whole.get("$defs", {}))
        self._raw = defined
        self.definitions = {name: _open_to_environment(value) for name, value in defined.items()}

    def object_of(self, model: type[BaseModel], without: Iterable[str] = ()) -> Schema:
        """The model's object schema, some of its properties left out."""
        name = str(self._refs[model, "validation"]["$ref"]).rpartition("/")[2]
        own = _mapping(self._raw[name])
        left_out = frozenset(without)
        kept = {
            key: value for key, value in _mapping(own.get("properties", {})).items() if key not in left_out
        }
        required = own.get("required", [])
        assert isinstance(required, list)
        schema: Schema = {
            "type": "object",
            "properties": kept,
            "required": [key for key in required if key not in left_out],
            "additionalProperties": False,
        }
        if "description" in own:
            schema["description"] = own["description"]
        return schema

    def entry(self, spec: type[BaseModel], options: type[BaseModel] | None) -> Schema:
        """An entry as its author writes it: the common keys and those of its type, side by side."""
        common = self.object_of(spec, without=("options", "question"))
        if options is None:
            return common
        own = self.object_of(options)
        required = [*_list(common["required"]), *_list(own["required"])]
        return {
            **common,
            **({"description": own["description"]} if "description" in own else {}),
            "properties": {**_mapping(common["properties"]), **_mapping(own["properties"])},
            "required": required,
        }


def _by_type(
    models: _Models, spec: type[BaseModel], key: str, options: Mapping[str, type[BaseModel]]
) -> Schema:
    """An entry whose ``key`` decides what else it may hold."""
    cases: list[JsonValue] = [
        {
            "if": {"properties": {key: {"const": name}}, "required": [key]},
            "then": models.entry(spec, model),
        }
        for name, model in sorted(options.items())
    ]
    names: list[JsonValue] = [*sorted(options)]
    return {
        "type": "object",
        "properties": {key: {"type": "string", "enum": names}},
        "required": [key],
        **({"allOf": cases} if cases else {}),
    }


def _page(models: _Models) -> Schema:
    page = models.object_of(PageSpec)
    grid: Schema = {"type": "string", "description": "panel names in rows and columns; . is an empty cell"}
    return {**page, "properties": {**_mapping(page["properties"]), "grid": grid}}


def _open_to_environment(schema: JsonValue) -> JsonValue:
    """The schema, where figures, truths and choices may also be ``${NAME}``."""
    if isinstance(schema, list):
        return [_open_to_environment(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    deeper: Schema = {
        key: value if key in ("if", "default", "examples", "enum", "const") else _open_to_environment(value)
        for key, value in schema.items()
    }
    fixed = "enum" in schema and "default" in schema
    if schema.get("type") in ("integer", "number", "boolean") or fixed:
        about: Schema = {key: deeper.pop(key) for key in ("title", "description", "default") if key in deeper}
        return {**about, "anyOf": [deeper, _FROM_ENVIRONMENT]}
    return deeper


def _reachable(schema: Schema, definitions: Mapping[str, JsonValue]) -> Schema:
    """The schema with the definitions it leads to, and no others."""
    wanted: dict[str, JsonValue] = {}
    waiting = [*_references(schema)]
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted[name] = definitions[name]
            waiting.extend(_references(definitions[name]))
    return {**schema, "$defs": dict(sorted(wanted.items()))}


def _references(schema: JsonValue) -> Iterable[str]:
    if isinstance(schema, dict):
        if isinstance(reference := schema.get("$ref"), str):
            yield reference.rpartition("/")[2]
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


def _mapping(value: JsonValue) -> Schema:
    assert isinstance(value, dict)
    return value


def _list(value: JsonValue) -> list[JsonValue]:
    assert isinstance(value, list)
    return value
